"""The till of one simulated turno: its drawer, its clock, opening and closing, and what was counted at the end.

The opening only says what the drawer holds; money moves by suprimento and sangria.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from pdv.tabelas import Especie
from pdv.terminal.catalogo import Produto
from pdv.terminal.meios import ZERO, Meio, liquido
from pdv.terminal.models import FinalizadorOperacaoPdv, OperacaoPdv, Turno
from pdv.terminal.notas import Emitente
from pdv.terminal.rateio import CENTAVO
from pdv.terminal.registro import Registro
from pdv.terminal.vendas import novo_guid

DIFERENCA_DE_CAIXA = 0.12


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


class Caixa:
    """Keeps the operations of the turno and what each finalizador should show."""

    def __init__(self, sorteio: Random, loja: Loja, plano: PlanoDeTurno) -> None:
        self.sorteio, self.loja, self.plano = sorteio, loja, plano
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

    def abrir(self) -> None:
        self.resultado.esperado[Meio.DINHEIRO] = self.plano.na_gaveta
        self.guardar(self.movimento(0, Especie.ABERTURA, {Meio.DINHEIRO: self.plano.na_gaveta}))

    def mover(self, ordem: int, especie: Especie, valor: Decimal) -> None:
        self.resultado.esperado[Meio.DINHEIRO] += valor if especie is Especie.SUPRIMENTO else -valor
        self.guardar(self.movimento(ordem, especie, {Meio.DINHEIRO: valor.quantize(CENTAVO)}))

    def quebrar(self) -> None:
        """What was counted differs: the difference is posted (design 5.3), as falta or, with acréscimo, as sobra."""
        gaveta = self.resultado.esperado[Meio.DINHEIRO]
        diferenca = max(-gaveta, self._diferenca()).quantize(CENTAVO) or CENTAVO
        registro = self.movimento(self.plano.quantidade - 2, Especie.FALTA, {Meio.DINHEIRO: abs(diferenca)})
        if diferenca > 0:
            registro.operacao.valor_acrescimo = diferenca
        self.resultado.esperado[Meio.DINHEIRO] += diferenca
        self.guardar(registro)

    def fechar(self) -> None:
        turno, contado = self.resultado.turno, dict(self.resultado.esperado)
        if self.difere and not self.quebra:  # nobody noticed
            contado[Meio.DINHEIRO] = max(ZERO, contado[Meio.DINHEIRO] + self._diferenca())
        self.guardar(self.movimento(self.plano.quantidade - 1, Especie.FECHAMENTO, contado))
        turno.contado = {str(int(meio)): f"{valor:.2f}" for meio, valor in sorted(contado.items())}
        turno.data_hora_termino = self.resultado.registros[-1].operacao.data_hora_termino

    def _diferenca(self) -> Decimal:
        return Decimal(self.sorteio.choice((-1, -1, -1, 1))) * self.sorteio.randint(5, 2500) / 100

    def movimento(self, ordem: int, especie: Especie, valores: dict[int, Decimal]) -> Registro:
        inicio, termino = self.quando(ordem)
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

    def somar(self, pagamentos: Iterable[FinalizadorOperacaoPdv], sinal: int = 1) -> None:
        for pagamento in pagamentos:
            self.resultado.esperado[pagamento.id_finalizador] += sinal * liquido(pagamento)

    def guardar(self, registro: Registro) -> None:
        registro.operacao.id_ponto_venda = self.loja.ponto_venda
        registro.operacao.id_usuario = self.operador
        self.resultado.registros.append(registro)

    def quando(self, ordem: int) -> tuple[datetime, datetime]:
        """Operations follow each other and never overlap; whole seconds, as tills write them."""
        inicio = self.plano.inicio + self.passo * (ordem + 0.3 * self.sorteio.random())
        duracao = self.passo * self.sorteio.uniform(0.2, 0.6)
        return inicio.replace(microsecond=0), (inicio + duracao).replace(microsecond=0) + timedelta(seconds=1)
