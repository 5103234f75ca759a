"""The wire: what a till sends and what it is answered, as msgspec Structs.

Names, lengths and ranges are those of the columns in `pdv/tabelas.py` (a test compares them), so that a value that
decodes fits its column. Money and quantities come as text (`"12.34"`) or as numbers; moments in RFC 3339 with offset.
What the till does not say takes the column's default; what the schema does not know is left alone.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Raw, Struct, field

VERSAO = 1

Pequeno = Annotated[int, Meta(ge=0, le=2**15 - 1)]
Inteiro = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Grande = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Dinheiro = Annotated[Decimal, Meta(extra={"casas": 2})]
Quantidade = Annotated[Decimal, Meta(extra={"casas": 4})]
Unitario = Annotated[Decimal, Meta(extra={"casas": 6})]
Momento = Annotated[datetime, Meta(tz=True)]
Ate4 = Annotated[str, Meta(max_length=4)]
Ate6 = Annotated[str, Meta(max_length=6)]
Ate8 = Annotated[str, Meta(max_length=8)]
Ate14 = Annotated[str, Meta(max_length=14)]
Ate17 = Annotated[str, Meta(max_length=17)]
Ate20 = Annotated[str, Meta(max_length=20)]
Ate32 = Annotated[str, Meta(max_length=32)]
Ate35 = Annotated[str, Meta(max_length=35)]
Ate40 = Annotated[str, Meta(max_length=40)]
Ate120 = Annotated[str, Meta(max_length=120)]
Ate128 = Annotated[str, Meta(max_length=128)]
Ate500 = Annotated[str, Meta(max_length=500)]
ChaveFiscal = Annotated[str, Meta(max_length=44, pattern=r"^[0-9A-Z]{44}\Z")]

_ZERO = Decimal(0)


class Item(Struct, kw_only=True, gc=False):
    item: Pequeno
    id_produto: Grande
    codigo_barras: Ate14 = ""
    descricao: Ate120
    unidade: Ate6
    quantidade_primaria: Quantidade
    valor_unitario_liquido: Unitario
    valor_desconto: Dinheiro = _ZERO
    valor_acrescimo: Dinheiro = _ZERO
    valor_total_liquido: Dinheiro = _ZERO
    cfop: Ate4 = ""
    ncm: Ate8 = ""
    id_usuario_vendedor: Inteiro | None = None
    cancelado: bool = False


class Finalizador(Struct, kw_only=True, gc=False):
    item: Pequeno
    id_finalizador: Inteiro
    valor: Dinheiro = _ZERO
    valor_troco: Dinheiro = _ZERO
    parcela: Pequeno = 1
    nsu: Ate20 = ""
    autorizacao: Ate128 = ""
    bandeira: Ate20 = ""
    cnpj_credenciadora: Ate14 = ""
    txid: Ate35 = ""
    end_to_end_id: Ate32 = ""


class Recebimento(Struct, kw_only=True, gc=False):
    item: Pequeno
    numero_documento: Ate40
    parcela: Pequeno = 1
    valor: Dinheiro = _ZERO
    juros: Dinheiro = _ZERO
    desconto: Dinheiro = _ZERO


class Operacao(Struct, kw_only=True, gc=False):
    id_operacao: Grande
    guid_operacao: UUID
    id_ponto_venda: Inteiro
    id_turno: Grande | None = None
    id_usuario: Inteiro | None = None
    operacao: Literal[0, 1, 2, 3, 4, 5, 6, 7, 9]
    data_hora_inicio: Momento
    data_hora_termino: Momento | None = None
    cancelado: bool = False
    cpf_cnpj_consumidor: Ate14 = ""
    codigo_cliente: Ate14 = ""
    valor_produtos: Dinheiro = _ZERO
    valor_desconto: Dinheiro = _ZERO
    valor_acrescimo: Dinheiro = _ZERO
    valor_total: Dinheiro = _ZERO
    valor_troco: Dinheiro = _ZERO
    id_operacao_origem: Grande | None = None
    observacao: Ate500 = ""
    itens: list[Item] = []
    finalizadores: list[Finalizador] = []
    recebimentos: list[Recebimento] = []


class Turno(Struct, kw_only=True, gc=False):
    id_turno: Grande
    id_ponto_venda: Inteiro
    sequencial: Inteiro
    fechado: bool = False
    id_usuario: Inteiro | None = None
    data_hora_inicio: Momento
    data_hora_termino: Momento | None = None
    contado: dict[Ate20, Dinheiro] = field(default_factory=dict)


class Nota(Struct, kw_only=True, gc=False):
    chave: ChaveFiscal
    numero: Inteiro
    serie: Inteiro
    modelo: Literal["65", "59"]
    situacao: Ate20
    protocolo: Ate17 = ""
    data_emissao: Momento
    valor_total: Dinheiro = _ZERO
    xml: str
    id_operacao: Grande | None = None


class Pacote(Struct, kw_only=True):
    """A whole request, every row typed: the way of a package without a fault."""

    versao: int
    instalacao: UUID
    replicador: Ate40 = ""
    turnos: list[Turno] = []
    operacoes: list[Operacao] = []
    notas: list[Nota] = []


class PacoteCru(Struct, kw_only=True):
    """The same, rows undecoded: one that cannot be read must not keep the others out."""

    versao: Any = None
    instalacao: Any = None
    replicador: Any = ""
    turnos: list[Raw] = []
    operacoes: list[Raw] = []
    notas: list[Raw] = []


Resultado = Literal["criada", "existente", "atualizada", "divergente", "rejeitada"]


class ResultadoOperacao(Struct, kw_only=True, gc=False, omit_defaults=True):
    id_operacao: int | None
    resultado: Resultado
    codigo: str = ""
    mensagem: str = ""


class ResultadoNota(Struct, kw_only=True, gc=False, omit_defaults=True):
    chave: str | None
    numero: int | None
    resultado: Resultado
    codigo: str = ""
    mensagem: str = ""


class ResultadoTurno(Struct, kw_only=True, gc=False, omit_defaults=True):
    id_turno: int | None
    resultado: Resultado
    codigo: str = ""
    mensagem: str = ""


class Resposta(Struct, kw_only=True):
    """One result for each row, in the order in which the rows came; an unreadable identifier is null."""

    turnos: list[ResultadoTurno] = []
    operacoes: list[ResultadoOperacao] = []
    notas: list[ResultadoNota] = []


class ComandoAberto(Struct, kw_only=True, gc=False):
    """What the retaguarda asks of a till: `replicar`, send this operation and its notes again."""

    id: int
    tipo: Literal["replicar"]
    id_operacao: int


class Comandos(Struct, kw_only=True):
    comandos: list[ComandoAberto]


class Conclusao(Struct, kw_only=True, gc=False):
    """What a till says of a command: obeyed, or why not."""

    instalacao: UUID
    cumprido: bool
    mensagem: Ate500 = ""


class ComandoConcluido(Struct, kw_only=True, gc=False):
    """How the command stands now: one that was closed before stays as it was closed."""

    id: int
    situacao: Literal["cumprido", "recusado", "cancelado"]


class Erro(Struct, kw_only=True):
    """The answer when nothing of the request got in."""

    codigo: str
    mensagem: str
    contexto: dict[str, Any] = {}
