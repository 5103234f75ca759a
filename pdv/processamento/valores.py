"""Plain values: what `efeitos` takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from erp.cadastros.rules import Periodo
from erp.estoque.rules import MovimentoNovo
from erp.financeiro.rules import LancamentoNovo, TituloNovo


class Item(NamedTuple):
    item: int
    id_produto: int
    quantidade: Decimal
    total: Decimal
    cancelado: bool


class Pagamento(NamedTuple):
    item: int
    id_finalizador: int
    valor: Decimal
    troco: Decimal
    parcelas: int
    nsu: str
    autorizacao: str
    txid: str
    end_to_end_id: str


class Operacao(NamedTuple):
    """A staged operation, its children apart."""

    id: int
    ponto_venda_id: int
    filial_id: int
    instalacao: UUID
    id_operacao: int
    id_ponto_venda: int
    especie: int
    ocorrida_em: datetime
    cancelada: bool
    cpf_cnpj: str
    codigo_cliente: str
    produtos: Decimal
    desconto: Decimal
    acrescimo: Decimal
    total: Decimal
    troco: Decimal
    tentativas: int
    itens: list[Item]
    pagamentos: list[Pagamento]

    @property
    def chave(self) -> tuple[int, UUID, int]:
        """The natural key."""
        return self.ponto_venda_id, self.instalacao, self.id_operacao


class Condicao(NamedTuple):
    """Terms of a finalizador, valid from a day on."""

    vigente_desde: date
    adquirente_id: int | None
    conta_id: int | None
    dias_primeira: int
    dias_intervalo: int
    taxa_percentual: Decimal


class FinalizadorRef(NamedTuple):
    codigo: int
    nome: str
    especie: str
    condicoes: tuple[Condicao, ...]  # newest first

    def condicao_em(self, dia: date) -> Condicao | None:
        return next((c for c in self.condicoes if c.vigente_desde <= dia), None)


class PontoVendaRef(NamedTuple):
    id: int
    filial_id: int
    conta_caixa_id: int
    conta_cofre_id: int | None


class Cadastro(NamedTuple):
    """What the registers say of everything that a batch mentions."""

    produtos: dict[int, tuple[int, bool]]  # codigo -> id, controla_estoque
    finalizadores: dict[int, FinalizadorRef]
    pontos_venda: dict[int, PontoVendaRef]
    fechados: tuple[Periodo, ...]


class Efeitos(NamedTuple):
    """What an operation does to the ledgers."""

    movimentos: list[MovimentoNovo]
    lancamentos: list[LancamentoNovo]
    titulos: list[TituloNovo]


def sem_efeitos() -> Efeitos:
    return Efeitos([], [], [])
