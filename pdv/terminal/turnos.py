"""One simulated turno: opening, sales, drawer moves, closing. Pure: from a Random to rows not yet saved."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from pdv.tabelas import Especie
from pdv.terminal.catalogo import Produto
from pdv.terminal.desvios import Desvio, Desvios
from pdv.terminal.meios import ZERO, Meio, liquido
from pdv.terminal.models import FinalizadorOperacaoPdv, OperacaoPdv, Turno
from pdv.terminal.notas import Emitente, emitir
from pdv.terminal.rateio import CENTAVO
from pdv.terminal.registro import Registro
from pdv.terminal.vendas import novo_guid, sortear_venda

FUNDO_DE_TROCO = Decimal("200.00")
FUNDO_MINIMO = Decimal("80.00")
GAVETA_CHEIA = Decimal("800.00")
DIFERENCA_DE_CAIXA = 0.12
SUPRIMENTO_NO_MEIO = 0.004


@dataclass(frozen=True, slots=True)
class Loja:
    """What does not change during a run."""

    emitente: Emitente
    produtos: Sequence[Produto]
    ponto_venda: int


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

    def __init__(self, sorteio: Random, loja: Loja, plano: PlanoDeTurno, desvios: Desvios) -> None:
        self.sorteio, self.loja, self.plano, self.desvios = sorteio, loja, plano, desvios
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

    def rodar(self) -> TurnoSimulado:
        """The turno with exactly `plano.quantidade` operations, of which the first opens it and the last closes it."""
        self._abrir()
        for ordem in range(1, self.plano.quantidade - 1):
            self._proxima(ordem)
        self._fechar()
        return self.resultado

    def _proxima(self, ordem: int) -> None:
        gaveta = self.resultado.esperado[Meio.DINHEIRO]
        ultima = ordem == self.plano.quantidade - 2
        if (ordem == 1 and gaveta < FUNDO_MINIMO) or self.sorteio.random() < SUPRIMENTO_NO_MEIO:
            self._mover(ordem, Especie.SUPRIMENTO, FUNDO_DE_TROCO)
        elif gaveta > GAVETA_CHEIA or (ultima and gaveta > 2 * FUNDO_DE_TROCO):
            self._mover(ordem, Especie.SANGRIA, (gaveta - FUNDO_DE_TROCO) // 50 * 50)
        else:
            self._vender(ordem)

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
        venda = sortear_venda(self.sorteio, self.loja.produtos, inicio, termino, intruso)
        numero = self.plano.primeira_nota + self.resultado.notas
        registro = venda.registro._replace(nota=emitir(self.sorteio, self.loja.emitente, numero, venda))
        self.resultado.notas += 1
        for finalizador in registro.finalizadores:
            self.resultado.esperado[finalizador.id_finalizador] += liquido(finalizador)
        self._guardar(registro)
        if desvio is not None:
            self.desvios.aplicar(desvio, registro)

    def _fechar(self) -> None:
        turno, contado = self.resultado.turno, dict(self.resultado.esperado)
        if self.sorteio.random() < DIFERENCA_DE_CAIXA:
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

    def _guardar(self, registro: Registro) -> None:
        registro.operacao.id_ponto_venda = self.loja.ponto_venda
        registro.operacao.id_usuario = self.operador
        self.resultado.registros.append(registro)

    def _quando(self, ordem: int) -> tuple[datetime, datetime]:
        """Operations follow each other and never overlap; whole seconds, as tills write them."""
        inicio = self.plano.inicio + self.passo * (ordem + 0.3 * self.sorteio.random())
        duracao = self.passo * self.sorteio.uniform(0.2, 0.6)
        return inicio.replace(microsecond=0), (inicio + duracao).replace(microsecond=0) + timedelta(seconds=1)
