"""Plain values: what `efeitos` takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from erp.cadastros.rules import Periodo
from erp.estoque.rules import MovimentoNovo
from erp.financeiro.rules import BaixaNova, LancamentoNovo, TituloNovo


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


class Recebimento(NamedTuple):
    """A title of the customer paid at the till: `valor` lowers it, `pago` is what the customer gave for it."""

    item: int
    documento: str
    parcela: int
    valor: Decimal
    juros: Decimal
    desconto: Decimal

    @property
    def pago(self) -> Decimal:
        return self.valor + self.juros - self.desconto


class Operacao(NamedTuple):
    """A staged operation with its children."""

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
    id_operacao_origem: int | None
    tentativas: int
    aguarda: str
    aguarda_desde: datetime | None
    itens: list[Item]
    pagamentos: list[Pagamento]
    recebimentos: list[Recebimento]

    @property
    def chave(self) -> tuple[int, UUID, int]:
        """The natural key."""
        return self.ponto_venda_id, self.instalacao, self.id_operacao

    @property
    def chave_da_origem(self) -> tuple[int, UUID, int] | None:
        """The natural key of the operation that this one refers to."""
        if self.id_operacao_origem is None:
            return None
        return self.ponto_venda_id, self.instalacao, self.id_operacao_origem


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


class ItemVendido(NamedTuple):
    """What was sold of a product, or given back: quantity and money."""

    quantidade: Decimal
    valor: Decimal


class Origem(NamedTuple):
    """The operation that another refers to, as it stands now; products by their codigo."""

    linha: int | None  # its row in staging
    situacao: int | None
    especie: int
    total: Decimal
    ultima: int  # how often it was processed
    viva_id: int | None
    cancelada: bool
    cancelada_por: int | None  # the number of the cancelamento that stands
    vendido: dict[int, ItemVendido]
    devolvido: dict[int, ItemVendido]  # by the devoluções that stand, the one that asks left out
    custos: dict[int, Decimal]  # produto_id -> the average cost that the sale stamped
    devolucoes: list[int]  # their numbers


class TituloRef(NamedTuple):
    """A title that an operation refers to, and what is open of it."""

    id: int
    geracao: int  # that made it
    documento: str
    parcela: int
    codigo_cliente: str
    aberto: Decimal
    estornado: bool
    sentido: str = "R"

    @property
    def credito_de(self) -> str:
        """The customer whose store credit it is; empty where it is none, or the bearer's."""
        return self.codigo_cliente if self.sentido == "P" else ""


class Contexto(NamedTuple):
    """What one operation refers to, besides the registers."""

    origem: Origem | None = None
    titulos: dict[tuple[str, int], TituloRef] = {}  # (documento, parcela), those that exist
    vales: dict[str, TituloRef] = {}  # by the vale's code
    vales_do_cliente: tuple[TituloRef, ...] = ()  # open ones, oldest first
    a_reabrir: tuple[TituloRef, ...] = ()  # settled by what is undone for it: its own live generation, its origin's
    cancelada_por: int | None = None  # the cancelamento that stands of this very operation
    devolvido: dict[int, ItemVendido] = {}  # of this very operation, by devoluções that stand
    devolucoes: list[int] = []  # their numbers


SEM_CONTEXTO = Contexto()


class Efeitos(NamedTuple):
    """What an operation does to the ledgers. `cancela`: the generation whose inverse it is."""

    movimentos: list[MovimentoNovo]
    lancamentos: list[LancamentoNovo]
    titulos: list[TituloNovo]
    baixas: list[BaixaNova]
    cancela: int | None = None


def sem_efeitos() -> Efeitos:
    return Efeitos([], [], [], [])
