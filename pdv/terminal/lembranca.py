"""What the till remembers, read from its own database: a run that continues another knows what the other sold."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from pdv.tabelas import Especie
from pdv.terminal.cancelamentos import PRAZO
from pdv.terminal.desvios import feita_errada
from pdv.terminal.meios import Meio
from pdv.terminal.memoria import Devolvido, Memoria, Titulo, Vale, VendaFeita
from pdv.terminal.models import (
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
)
from pdv.terminal.registro import ALIAS, Registro

JANELA = 5000  # operations: nothing older is remembered, whatever the size of the database
Filha = TypeVar("Filha", ItemOperacaoPdv, FinalizadorOperacaoPdv, RecebimentoOperacaoPdv)


def lembrar(ponto_venda: int) -> Memoria:
    """The memory as the last operations left it; what was made wrong on purpose was never in it."""
    simuladas = OperacaoPdv.objects.using(ALIAS).filter(id_ponto_venda=ponto_venda, id_turno__isnull=False)
    operacoes = list(reversed(simuladas.order_by("-pk")[:JANELA]))
    return _Lembranca(operacoes).refazer(operacoes) if operacoes else Memoria()


class _Lembranca:
    """Does again, in the memory, what the operations did; one thing finds another by what its rows say of it."""

    def __init__(self, operacoes: list[OperacaoPdv]) -> None:
        primeira = operacoes[0].pk
        self.itens = _por_operacao(ItemOperacaoPdv, primeira)
        self.finalizadores = _por_operacao(FinalizadorOperacaoPdv, primeira)
        self.recebimentos = _por_operacao(RecebimentoOperacaoPdv, primeira)
        self.notas = _notas_recentes(operacoes)
        self.memoria = Memoria()
        self.vendas: dict[int, VendaFeita] = {}
        self.vales: dict[str, Vale] = {}
        self.titulos: dict[tuple[str, int], Titulo] = {}

    def refazer(self, operacoes: Iterable[OperacaoPdv]) -> Memoria:
        fazer = {
            Especie.VENDA: self._vender,
            Especie.DEVOLUCAO: self._devolver,
            Especie.CANCELAMENTO: self._cancelar,
            Especie.RECEBIMENTO: self._receber,
        }
        for operacao in operacoes:
            especie = Especie(operacao.operacao)
            if especie in fazer and not operacao.cancelado:
                fazer[especie](operacao)
        return self.memoria

    def _vender(self, operacao: OperacaoPdv) -> None:
        numero = operacao.pk
        registro = Registro(operacao, self.itens[numero], self.finalizadores[numero], self.notas.get(numero))
        if feita_errada(registro):
            return
        for pagamento in registro.finalizadores:
            if pagamento.id_finalizador == Meio.VALE_LOJA and pagamento.nsu in self.vales:
                self.memoria.usou_vale(self.vales[pagamento.nsu], pagamento.valor)
        venda, titulos = self.memoria.vendeu(registro)
        self.vendas[numero] = venda
        self.titulos |= {(titulo.documento, titulo.parcela): titulo for titulo in titulos}

    def _devolver(self, operacao: OperacaoPdv) -> None:
        if operacao.id_operacao_origem is not None and not self._voltou(operacao):
            return
        for reembolso in self.finalizadores[operacao.pk]:
            if reembolso.id_finalizador == Meio.VALE_LOJA:
                vale = self.memoria.deu_vale(operacao, reembolso.valor)
                self.vales[vale.codigo] = vale

    def _voltou(self, operacao: OperacaoPdv) -> bool:
        """Whether the devolução took from a sale that is remembered no more than it still had."""
        venda = self.vendas.get(operacao.id_operacao_origem or 0)
        if venda is None:
            return False
        vendidos = {vendido.item.id_produto: vendido for vendido in venda.itens}
        voltaram = [
            Devolvido(vendidos[item.id_produto], item.quantidade_primaria, item.valor_total_liquido)
            for item in self.itens[operacao.pk]
            if item.id_produto in vendidos and item.quantidade_primaria <= vendidos[item.id_produto].quantidade
        ]
        self.memoria.devolveu(venda, voltaram)
        return bool(voltaram)

    def _cancelar(self, operacao: OperacaoPdv) -> None:
        venda = self.vendas.pop(operacao.id_operacao_origem or 0, None)
        if venda is not None:
            self.memoria.cancelou(venda)

    def _receber(self, operacao: OperacaoPdv) -> None:
        for recebimento in self.recebimentos[operacao.pk]:
            titulo = self.titulos.get((recebimento.numero_documento, recebimento.parcela))
            if titulo is None:
                continue
            if titulo.aberto:
                self.memoria.recebeu(titulo, recebimento.valor)
            elif titulo in self.memoria.quitados:  # paid again, on purpose: not a third time
                self.memoria.quitados.remove(titulo)


def _por_operacao(modelo: type[Filha], primeira: int) -> defaultdict[int, list[Filha]]:
    """The rows of the operations from `primeira` on, by operation, in their order."""
    por_operacao: defaultdict[int, list[Filha]] = defaultdict(list)
    for linha in modelo._default_manager.using(ALIAS).filter(operacao_id__gte=primeira).order_by("operacao_id", "item"):
        por_operacao[linha.operacao_id].append(linha)
    return por_operacao


def _notas_recentes(operacoes: list[OperacaoPdv]) -> dict[int, NotaFiscal]:
    """The notes of what could still be cancelled: few, for a note is its whole XML."""
    fim = operacoes[-1].data_hora_termino
    recentes = [o.pk for o in operacoes if fim and o.data_hora_termino and fim - o.data_hora_termino <= PRAZO]
    notas = NotaFiscal.objects.using(ALIAS).filter(id_operacao__in=recentes)
    return {nota.id_operacao: nota for nota in notas if nota.id_operacao is not None}
