"""One simulated turno: sales and what follows from sales, between an opening and a closing.

Pure: from a Random and what the till remembers to rows not yet saved.
"""

from datetime import datetime
from decimal import Decimal
from random import Random

from pdv.tabelas import Especie
from pdv.terminal.caixa import Caixa, Loja, PlanoDeTurno, TurnoSimulado
from pdv.terminal.cancelamentos import AUTORIZADA, cancelar_nota, sortear_cancelamento
from pdv.terminal.desvios import EM_VENDAS, Desvio, Desvios, feita_errada
from pdv.terminal.devolucoes import sortear_devolucao, sortear_devolucao_a_mais
from pdv.terminal.meios import Meio
from pdv.terminal.memoria import Memoria, Vale
from pdv.terminal.models import NotaFiscal
from pdv.terminal.notas import emitir
from pdv.terminal.recebimentos import sortear_recebimento, sortear_recebimento_de_novo
from pdv.terminal.vendas import sortear_venda

FUNDO_DE_TROCO = Decimal("200.00")
FUNDO_MINIMO = Decimal("80.00")
GAVETA_CHEIA = Decimal("800.00")
SUPRIMENTO_NO_MEIO = 0.004
# of a hundred operations that are no drawer moves
DEVOLUCOES, CANCELAMENTOS, RECEBIMENTOS = 0.014, 0.011, 0.017
USA_VALE = 0.15  # of the sales, while somebody holds a vale
CANCELADA_NO_ATO = 0.005  # of the sales: undone by the flag, as tills did before the cancelamento was an operation


class Simulacao(Caixa):
    """Rings up one turno."""

    def __init__(
        self, sorteio: Random, loja: Loja, plano: PlanoDeTurno, desvios: Desvios, memoria: Memoria | None = None
    ) -> None:
        super().__init__(sorteio, loja, plano)
        self.desvios, self.memoria = desvios, memoria or Memoria()

    def rodar(self) -> TurnoSimulado:
        """The turno with exactly `plano.quantidade` operations, of which the first opens it and the last closes it."""
        self.abrir()
        for ordem in range(1, self.ultima + 1):
            self._proxima(ordem)
        if self.quebra:
            self.quebrar()
        self.fechar()
        return self.resultado

    def _proxima(self, ordem: int) -> None:
        gaveta = self.resultado.esperado[Meio.DINHEIRO]
        if (ordem == 1 and gaveta < FUNDO_MINIMO) or self.sorteio.random() < SUPRIMENTO_NO_MEIO:
            self.mover(ordem, Especie.SUPRIMENTO, FUNDO_DE_TROCO)
        elif gaveta > GAVETA_CHEIA or (ordem == self.ultima and gaveta > 2 * FUNDO_DE_TROCO):
            self.mover(ordem, Especie.SANGRIA, (gaveta - FUNDO_DE_TROCO) // 50 * 50)
        elif self.loja.so_vendas or not (self._errar(ordem) or self._atender(ordem)):
            self._vender(ordem)

    def _errar(self, ordem: int) -> bool:
        """Make a devolução or a recebimento wrong on purpose, when it is time for one and it can be made."""
        desvio = self.desvios.devido(len(self.resultado.registros))
        if desvio is None or desvio in EM_VENDAS:
            return False
        inicio, termino = self.quando(ordem)
        if desvio is Desvio.DEVOLUCAO:
            registro = sortear_devolucao_a_mais(self.sorteio, self.memoria, inicio, termino)
        else:
            registro = sortear_recebimento_de_novo(self.sorteio, self.memoria, inicio, termino)
        if registro is None:  # what is received now can be received again in a moment
            return desvio is Desvio.RECEBIMENTO and self._receber(inicio, termino)
        if desvio is Desvio.RECEBIMENTO:
            self.somar(registro.finalizadores)
        self.guardar(registro)
        self.desvios.anotar(desvio, registro)
        return True

    def _atender(self, ordem: int) -> bool:
        """Now and then a customer wants something else than to buy; False when nobody does, or it cannot be done."""
        sorte, (inicio, termino) = self.sorteio.random(), self.quando(ordem)
        if sorte < DEVOLUCOES:
            return self._devolver(inicio, termino)
        if sorte < DEVOLUCOES + CANCELAMENTOS:
            return self._cancelar(inicio, termino)
        return sorte < DEVOLUCOES + CANCELAMENTOS + RECEBIMENTOS and self._receber(inicio, termino)

    def _devolver(self, inicio: datetime, termino: datetime) -> bool:
        """Cash leaves the drawer; a vale leaves nothing to count."""
        gaveta = self.resultado.esperado[Meio.DINHEIRO]
        registro = sortear_devolucao(self.sorteio, self.memoria, self.loja.produtos, gaveta, inicio, termino)
        if registro is None:
            return False
        self.somar((f for f in registro.finalizadores if f.id_finalizador != Meio.VALE_LOJA), -1)
        self.guardar(registro)
        return True

    def _cancelar(self, inicio: datetime, termino: datetime) -> bool:
        feito = sortear_cancelamento(self.sorteio, self.memoria, self.resultado.esperado, inicio, termino)
        if feito is None:
            return False
        registro, venda = feito
        self.somar(venda.pagamentos, -1)
        self.guardar(registro)
        return True

    def _receber(self, inicio: datetime, termino: datetime) -> bool:
        registro = sortear_recebimento(self.sorteio, self.memoria, inicio, termino)
        if registro is None:
            return False
        self.somar(registro.finalizadores)
        self.guardar(registro)
        return True

    def _vender(self, ordem: int) -> None:
        inicio, termino = self.quando(ordem)
        desvio = self.desvios.devido(len(self.resultado.registros))
        intruso = self.desvios.intruso() if desvio is Desvio.PRODUTO else None
        vale = None if desvio in EM_VENDAS else self._vale_apresentado()
        venda = sortear_venda(self.sorteio, self.loja.produtos, inicio, termino, intruso, vale)
        numero = self.plano.primeira_nota + self.resultado.notas
        nota = emitir(self.sorteio, self.loja.emitente, numero, venda)
        registro = venda.registro._replace(nota=nota)
        self.resultado.notas += 1
        self.guardar(registro)
        if vale is None and desvio not in EM_VENDAS and self._desistiram(nota):
            registro.operacao.cancelado = True
            cancelar_nota(self.sorteio, nota, termino)
            return
        self.somar(registro.finalizadores)
        if desvio in EM_VENDAS:
            self.desvios.aplicar(desvio, registro)
        if vale is not None:
            self.memoria.usou_vale(vale, registro.finalizadores[0].valor)
        if not feita_errada(registro):
            self.memoria.vendeu(registro)

    def _vale_apresentado(self) -> Vale | None:
        if self.memoria.vales and self.sorteio.random() < USA_VALE:
            return self.sorteio.choice(self.memoria.vales)
        return None

    def _desistiram(self, nota: NotaFiscal) -> bool:
        """The old way: the sale stays in its place with `cancelado`, and no money moved."""
        return not self.loja.so_vendas and nota.situacao == AUTORIZADA and self.sorteio.random() < CANCELADA_NO_ATO
