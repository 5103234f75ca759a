"""One simulated turno: opening, sales and what follows from sales, drawer moves, closing.

Pure: from a Random and what the till remembers to rows not yet saved.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from pdv.tabelas import Especie
from pdv.terminal.cancelamentos import AUTORIZADA, cancelar_nota, sortear_cancelamento
from pdv.terminal.catalogo import Produto
from pdv.terminal.desvios import EM_VENDAS, Desvio, Desvios, feita_errada
from pdv.terminal.devolucoes import sortear_devolucao, sortear_devolucao_a_mais
from pdv.terminal.meios import ZERO, Meio, liquido
from pdv.terminal.memoria import Memoria, Vale
from pdv.terminal.models import FinalizadorOperacaoPdv, NotaFiscal, OperacaoPdv, Turno
from pdv.terminal.notas import Emitente, emitir
from pdv.terminal.rateio import CENTAVO
from pdv.terminal.recebimentos import sortear_recebimento, sortear_recebimento_de_novo
from pdv.terminal.registro import Registro
from pdv.terminal.vendas import novo_guid, sortear_venda

FUNDO_DE_TROCO = Decimal("200.00")
FUNDO_MINIMO = Decimal("80.00")
GAVETA_CHEIA = Decimal("800.00")
DIFERENCA_DE_CAIXA = 0.12
SUPRIMENTO_NO_MEIO = 0.004
# of a hundred operations that are no drawer moves
DEVOLUCOES, CANCELAMENTOS, RECEBIMENTOS = 0.014, 0.011, 0.017
USA_VALE = 0.15  # of the sales, while somebody holds a vale
CANCELADA_NO_ATO = 0.005  # of the sales: undone by the flag, as tills did before the cancelamento was an operation


@dataclass(frozen=True, slots=True)
class Loja:
    """What does not change during a run."""

    emitente: Emitente
    produtos: Sequence[Produto]
    ponto_venda: int
    so_vendas: bool = False


@dataclass(frozen=True, slots=True)
class PlanoDeTurno:
    """A turno to be simulated: how many operations, when, and what the drawer holds when it opens."""

    sequencial: int
    quantidade: int
    inicio: datetime
    fim: datetime
    na_gaveta: Decimal
    primeira_nota: int


@dataclass(slots=True)
class TurnoSimulado:
    """A turno and its operations; `esperado` is what each finalizador should show at the end."""

    turno: Turno
    registros: list[Registro] = field(default_factory=list)
    esperado: dict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    notas: int = 0

    @property
    def na_gaveta(self) -> Decimal:
        """What was counted in cash, which is where the next turno begins."""
        return Decimal(self.turno.contado.get(str(int(Meio.DINHEIRO)), "0"))


class Simulacao:
    """Rings up one turno. The opening only says what the drawer holds; money moves by suprimento and sangria."""

    def __init__(
        self, sorteio: Random, loja: Loja, plano: PlanoDeTurno, desvios: Desvios, memoria: Memoria | None = None
    ) -> None:
        self.sorteio, self.loja, self.plano, self.desvios = sorteio, loja, plano, desvios
        self.memoria = memoria or Memoria()
        self.operador = sorteio.randint(101, 106)
        self.passo = (plano.fim - plano.inicio) / plano.quantidade
        turno = Turno(
            id_ponto_venda=loja.ponto_venda,
            sequencial=plano.sequencial,
            fechado=True,
            id_usuario=self.operador,
            data_hora_inicio=plano.inicio,
        )
        self.resultado = TurnoSimulado(turno)
        # a difference that somebody notices is an operation of its own, the last but one
        self.difere = sorteio.random() < DIFERENCA_DE_CAIXA
        self.quebra = self.difere and plano.quantidade > 3 and not loja.so_vendas
        self.ultima = plano.quantidade - 2 - self.quebra

    def rodar(self) -> TurnoSimulado:
        """The turno with exactly `plano.quantidade` operations, of which the first opens it and the last closes it."""
        self._abrir()
        for ordem in range(1, self.ultima + 1):
            self._proxima(ordem)
        if self.quebra:
            self._quebrar()
        self._fechar()
        return self.resultado

    def _proxima(self, ordem: int) -> None:
        gaveta = self.resultado.esperado[Meio.DINHEIRO]
        if (ordem == 1 and gaveta < FUNDO_MINIMO) or self.sorteio.random() < SUPRIMENTO_NO_MEIO:
            self._mover(ordem, Especie.SUPRIMENTO, FUNDO_DE_TROCO)
        elif gaveta > GAVETA_CHEIA or (ordem == self.ultima and gaveta > 2 * FUNDO_DE_TROCO):
            self._mover(ordem, Especie.SANGRIA, (gaveta - FUNDO_DE_TROCO) // 50 * 50)
        elif self.loja.so_vendas or not (self._errar(ordem) or self._atender(ordem)):
            self._vender(ordem)

    def _errar(self, ordem: int) -> bool:
        """Make a devolução or a recebimento wrong on purpose, when it is time for one and it can be made."""
        desvio = self.desvios.devido(len(self.resultado.registros))
        if desvio is None or desvio in EM_VENDAS:
            return False
        inicio, termino = self._quando(ordem)
        if desvio is Desvio.DEVOLUCAO:
            registro = sortear_devolucao_a_mais(self.sorteio, self.memoria, inicio, termino)
        else:
            registro = sortear_recebimento_de_novo(self.sorteio, self.memoria, inicio, termino)
        if registro is None:  # what is received now can be received again in a moment
            return desvio is Desvio.RECEBIMENTO and self._receber(inicio, termino)
        if desvio is Desvio.RECEBIMENTO:
            self._somar(registro.finalizadores)
        self._guardar(registro)
        self.desvios.anotar(desvio, registro)
        return True

    def _atender(self, ordem: int) -> bool:
        """Now and then a customer wants something else than to buy; False when nobody does, or it cannot be done."""
        sorte, (inicio, termino) = self.sorteio.random(), self._quando(ordem)
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
        self._somar((f for f in registro.finalizadores if f.id_finalizador != Meio.VALE_LOJA), -1)
        self._guardar(registro)
        return True

    def _cancelar(self, inicio: datetime, termino: datetime) -> bool:
        feito = sortear_cancelamento(self.sorteio, self.memoria, self.resultado.esperado, inicio, termino)
        if feito is None:
            return False
        registro, venda = feito
        self._somar(venda.pagamentos, -1)
        self._guardar(registro)
        return True

    def _receber(self, inicio: datetime, termino: datetime) -> bool:
        registro = sortear_recebimento(self.sorteio, self.memoria, inicio, termino)
        if registro is None:
            return False
        self._somar(registro.finalizadores)
        self._guardar(registro)
        return True

    def _abrir(self) -> None:
        self.resultado.esperado[Meio.DINHEIRO] = self.plano.na_gaveta
        self._guardar(self._movimento(0, Especie.ABERTURA, {Meio.DINHEIRO: self.plano.na_gaveta}))

    def _mover(self, ordem: int, especie: Especie, valor: Decimal) -> None:
        self.resultado.esperado[Meio.DINHEIRO] += valor if especie is Especie.SUPRIMENTO else -valor
        self._guardar(self._movimento(ordem, especie, {Meio.DINHEIRO: valor.quantize(CENTAVO)}))

    def _vender(self, ordem: int) -> None:
        inicio, termino = self._quando(ordem)
        desvio = self.desvios.devido(len(self.resultado.registros))
        intruso = self.desvios.intruso() if desvio is Desvio.PRODUTO else None
        vale = None if desvio in EM_VENDAS else self._vale_apresentado()
        venda = sortear_venda(self.sorteio, self.loja.produtos, inicio, termino, intruso, vale)
        numero = self.plano.primeira_nota + self.resultado.notas
        nota = emitir(self.sorteio, self.loja.emitente, numero, venda)
        registro = venda.registro._replace(nota=nota)
        self.resultado.notas += 1
        self._guardar(registro)
        if vale is None and desvio not in EM_VENDAS and self._desistiram(nota):
            registro.operacao.cancelado = True
            cancelar_nota(self.sorteio, nota, termino)
            return
        self._somar(registro.finalizadores)
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

    def _quebrar(self) -> None:
        """What was counted differs: the difference is posted (design 5.3), as falta or, with acréscimo, as sobra."""
        gaveta = self.resultado.esperado[Meio.DINHEIRO]
        diferenca = max(-gaveta, self._diferenca()).quantize(CENTAVO) or CENTAVO
        registro = self._movimento(self.plano.quantidade - 2, Especie.FALTA, {Meio.DINHEIRO: abs(diferenca)})
        if diferenca > 0:
            registro.operacao.valor_acrescimo = diferenca
        self.resultado.esperado[Meio.DINHEIRO] += diferenca
        self._guardar(registro)

    def _fechar(self) -> None:
        turno, contado = self.resultado.turno, dict(self.resultado.esperado)
        if self.difere and not self.quebra:  # nobody noticed
            contado[Meio.DINHEIRO] = max(ZERO, contado[Meio.DINHEIRO] + self._diferenca())
        self._guardar(self._movimento(self.plano.quantidade - 1, Especie.FECHAMENTO, contado))
        turno.contado = {str(int(meio)): f"{valor:.2f}" for meio, valor in sorted(contado.items())}
        turno.data_hora_termino = self.resultado.registros[-1].operacao.data_hora_termino

    def _diferenca(self) -> Decimal:
        return Decimal(self.sorteio.choice((-1, -1, -1, 1))) * self.sorteio.randint(5, 2500) / 100

    def _movimento(self, ordem: int, especie: Especie, valores: dict[int, Decimal]) -> Registro:
        inicio, termino = self._quando(ordem)
        operacao = OperacaoPdv(
            guid_operacao=novo_guid(self.sorteio),
            operacao=especie,
            data_hora_inicio=inicio,
            data_hora_termino=termino,
            valor_total=sum(valores.values(), ZERO),
        )
        pagos = [(meio, valor) for meio, valor in sorted(valores.items()) if valor]
        finalizadores = [
            FinalizadorOperacaoPdv(item=item, id_finalizador=int(meio), valor=valor)
            for item, (meio, valor) in enumerate(pagos, 1)
        ]
        return Registro(operacao, (), finalizadores)

    def _somar(self, pagamentos: Iterable[FinalizadorOperacaoPdv], sinal: int = 1) -> None:
        for pagamento in pagamentos:
            self.resultado.esperado[pagamento.id_finalizador] += sinal * liquido(pagamento)

    def _guardar(self, registro: Registro) -> None:
        registro.operacao.id_ponto_venda = self.loja.ponto_venda
        registro.operacao.id_usuario = self.operador
        self.resultado.registros.append(registro)

    def _quando(self, ordem: int) -> tuple[datetime, datetime]:
        """Operations follow each other and never overlap; whole seconds, as tills write them."""
        inicio = self.plano.inicio + self.passo * (ordem + 0.3 * self.sorteio.random())
        duracao = self.passo * self.sorteio.uniform(0.2, 0.6)
        return inicio.replace(microsecond=0), (inicio + duracao).replace(microsecond=0) + timedelta(seconds=1)
