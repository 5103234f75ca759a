"""What a till remembers of what it did, to do more with it: sales to return or cancel, vales, titles still open.

Plain bookkeeping over rows that may not be saved yet: an operation is known by its object, and its number is asked for
only once it has one. What a cancelamento frees is not used again: operations may reach the retaguarda out of order.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from pdv.terminal.meios import ZERO, Meio
from pdv.terminal.models import FinalizadorOperacaoPdv, ItemOperacaoPdv, NotaFiscal, OperacaoPdv, RecebimentoOperacaoPdv
from pdv.terminal.rateio import ratear
from pdv.terminal.registro import Ligacao, Registro

VENDAS_LEMBRADAS = 1000
TITULOS_LEMBRADOS = 400
QUITADOS_LEMBRADOS = 20


@dataclass(slots=True, eq=False)
class ItemVendido:
    """What the customer still has of an item, and what it is worth."""

    item: ItemOperacaoPdv
    quantidade: Decimal
    valor: Decimal


@dataclass(slots=True, eq=False)
class VendaFeita:
    """A sale that stands. `intacta` until something of it is returned or received: after that it is not cancelled."""

    operacao: OperacaoPdv
    itens: list[ItemVendido]
    pagamentos: Sequence[FinalizadorOperacaoPdv]
    nota: NotaFiscal | None
    intacta: bool = True

    def ligar(self, operacao: OperacaoPdv) -> Ligacao:
        """Makes this sale the operation's origin."""
        return Ligacao(operacao, "id_operacao_origem", partial(getattr, self.operacao, "pk"))


@dataclass(slots=True, eq=False)
class Vale:
    """Store credit that a devolução gave, and what is left of it."""

    devolucao: OperacaoPdv
    saldo: Decimal

    @property
    def codigo(self) -> str:
        """What the till prints on it; asks for the number of the devolução."""
        return f"V{self.devolucao.id_ponto_venda}-{self.devolucao.pk}"

    def ligar(self, pagamento: FinalizadorOperacaoPdv) -> Ligacao:
        return Ligacao(pagamento, "nsu", partial(getattr, self, "codigo"))


@dataclass(slots=True, eq=False)
class Titulo:
    """An instalment of crediário; `sequencia` is the sale's payment that it came from."""

    venda: VendaFeita
    sequencia: int
    parcela: int
    valor: Decimal
    aberto: Decimal

    @property
    def documento(self) -> str:
        """As the retaguarda names it; asks for the number of the sale."""
        return f"{self.venda.operacao.id_ponto_venda}-{self.venda.operacao.pk}-{self.sequencia}"

    def ligar(self, recebimento: RecebimentoOperacaoPdv) -> Ligacao:
        return Ligacao(recebimento, "numero_documento", partial(getattr, self, "documento"))


@dataclass(slots=True, frozen=True)
class Devolvido:
    """So much of an item comes back."""

    de: ItemVendido
    quantidade: Decimal
    valor: Decimal


@dataclass(slots=True)
class Memoria:
    """The till's, of the last sales and titles; older ones are forgotten, as nobody comes back with them."""

    vendas: deque[VendaFeita] = field(default_factory=lambda: deque(maxlen=VENDAS_LEMBRADAS))
    vales: list[Vale] = field(default_factory=list)
    titulos: deque[Titulo] = field(default_factory=lambda: deque(maxlen=TITULOS_LEMBRADOS))
    quitados: deque[Titulo] = field(default_factory=lambda: deque(maxlen=QUITADOS_LEMBRADOS))

    def vendeu(self, registro: Registro) -> tuple[VendaFeita, list[Titulo]]:
        """A sale that stands, and what was paid of it on crediário, as titles."""
        venda = VendaFeita(registro.operacao, _devolviveis(registro.itens), registro.finalizadores, registro.nota)
        self.vendas.append(venda)
        no_crediario = [p for p in registro.finalizadores if p.id_finalizador == Meio.CREDIARIO]
        titulos = [titulo for pagamento in no_crediario for titulo in _parcelas(venda, pagamento)]
        self.titulos.extend(titulos)
        return venda, titulos

    def devolveu(self, venda: VendaFeita, devolvidos: Iterable[Devolvido]) -> None:
        venda.intacta = False
        for devolvido in devolvidos:
            devolvido.de.quantidade -= devolvido.quantidade
            devolvido.de.valor -= devolvido.valor
        venda.itens = [item for item in venda.itens if item.quantidade]

    def deu_vale(self, devolucao: OperacaoPdv, valor: Decimal) -> Vale:
        vale = Vale(devolucao, valor)
        self.vales.append(vale)
        return vale

    def usou_vale(self, vale: Vale, valor: Decimal) -> None:
        vale.saldo -= valor
        if not vale.saldo:
            self.vales.remove(vale)

    def recebeu(self, titulo: Titulo, valor: Decimal) -> None:
        titulo.venda.intacta = False
        titulo.aberto -= valor
        if not titulo.aberto:
            if titulo in self.titulos:
                self.titulos.remove(titulo)
            self.quitados.append(titulo)

    def cancelou(self, venda: VendaFeita) -> None:
        """Nothing can be done any more with the sale, nor with its titles. A vale that it used stays used."""
        if venda in self.vendas:
            self.vendas.remove(venda)
        for titulo in [t for t in self.titulos if t.venda is venda]:
            self.titulos.remove(titulo)


def _devolviveis(itens: Iterable[ItemOperacaoPdv]) -> list[ItemVendido]:
    """A product that stands twice on the sale cannot be returned: nobody could tell which of its prices to give back."""
    vivos = [item for item in itens if not item.cancelado]
    vezes = Counter(item.id_produto for item in vivos)
    return [
        ItemVendido(item, item.quantidade_primaria, item.valor_total_liquido)
        for item in vivos
        if vezes[item.id_produto] == 1
    ]


def _parcelas(venda: VendaFeita, pagamento: FinalizadorOperacaoPdv) -> list[Titulo]:
    """Equal instalments; the cents that do not divide go to the first."""
    valores = ratear(pagamento.valor, [Decimal(1)] * pagamento.parcela)
    return [
        Titulo(venda, pagamento.item, numero, valor, valor) for numero, valor in enumerate(valores, 1) if valor > ZERO
    ]
