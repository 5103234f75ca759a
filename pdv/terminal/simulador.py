"""Days of a till, written into its own database: the same ones for the same seed.

Each turno has a Random of its own, from seed, till and turno number: a run that continues another repeats nothing,
and one that was killed left whole turnos behind.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from pdv.terminal.caixa import Loja, PlanoDeTurno, TurnoSimulado
from pdv.terminal.catalogo import catalogo
from pdv.terminal.desvios import EM_VENDAS, Aplicado, Desvio, Desvios
from pdv.terminal.lembranca import lembrar
from pdv.terminal.meios import Meio
from pdv.terminal.models import NotaFiscal, Turno
from pdv.terminal.notas import Emitente
from pdv.terminal.registro import ALIAS, gravar
from pdv.terminal.turnos import Simulacao

FUSO = ZoneInfo("America/Sao_Paulo")
INICIO_PADRAO = date(2026, 8, 3)  # fixed, for the same seed must give the same data on any day
CNPJ_PADRAO = "11222333000181"
OPERACOES_MINIMO = 3
_JANELAS = ((time(7, 30), time(14, 30)), (time(14, 30), time(21, 30)))
_POR_TURNO = (60, 130)


@dataclass(frozen=True, slots=True)
class Parametros:
    """What to simulate. `inicio` only moves the first turno; a later one never begins before the last one ended.

    `so_vendas` leaves out what refers to a sale: devoluções, cancelamentos, recebimentos, vales, and falta and sobra.
    """

    operacoes: int
    ponto_venda: int = 1
    semente: int = 1
    inicio: date | None = None
    cnpj: str = CNPJ_PADRAO
    uf: str = "35"
    produtos: int = 1000
    erros: int = 0
    so_vendas: bool = False


@dataclass(frozen=True, slots=True)
class Posicao:
    """Where the till stands: the next turno and note, the first moment that is free, the cash in the drawer."""

    sequencial: int
    numero_da_nota: int
    livre_desde: datetime
    turno: Turno | None


@dataclass(slots=True)
class Progresso:
    """What has been written so far, and what of it was made wrong on purpose."""

    operacoes: int = 0
    notas: int = 0
    turnos: int = 0
    desvios: list[Aplicado] = field(default_factory=list)


def simular(parametros: Parametros) -> Iterator[Progresso]:
    """Write exactly `operacoes` operations in closed turnos, one turno per transaction; yields after each.

    Raises ValueError when the parameters ask for what cannot be.
    """
    _conferir(parametros)
    rodizio = EM_VENDAS if parametros.so_vendas else tuple(Desvio)
    desvios = Desvios(parametros.erros, parametros.operacoes, rodizio=rodizio)
    loja = _loja(parametros)
    posicao = ler_posicao(parametros)
    memoria = lembrar(parametros.ponto_venda)
    progresso = Progresso(desvios=desvios.aplicados)
    while progresso.operacoes < parametros.operacoes:
        sorteio = Random(f"{parametros.semente}|{parametros.ponto_venda}|{posicao.sequencial}")
        quantidade = _quantidade(sorteio, parametros.operacoes - progresso.operacoes)
        plano = _planejar(posicao, quantidade)
        desvios.feitas = progresso.operacoes
        simulado = Simulacao(sorteio, loja, plano, desvios, memoria).rodar()
        _gravar_turno(simulado)
        progresso.operacoes += quantidade
        progresso.notas += simulado.notas
        progresso.turnos += 1
        posicao = Posicao(posicao.sequencial + 1, posicao.numero_da_nota + simulado.notas, plano.fim, simulado.turno)
        yield progresso


def _conferir(parametros: Parametros) -> None:
    if parametros.operacoes < OPERACOES_MINIMO:
        raise ValueError(f"operações: esperado ao menos {OPERACOES_MINIMO} (abertura, venda, fechamento)")
    if not 1 <= parametros.ponto_venda <= 969:
        raise ValueError(f"ponto de venda: esperado de 1 a 969 (é a série da nota), recebido {parametros.ponto_venda}")
    if not 0 <= parametros.erros <= parametros.operacoes // 10:
        raise ValueError(f"erros: esperado de 0 a um décimo das operações, recebido {parametros.erros}")


def _loja(parametros: Parametros) -> Loja:
    razao = f"SUPERMERCADO SIMULADO {parametros.cnpj[8:12]} LTDA"
    emitente = Emitente(parametros.cnpj.upper(), parametros.uf, razao, parametros.ponto_venda)
    return Loja(emitente, catalogo(parametros.produtos), parametros.ponto_venda, parametros.so_vendas)


def ler_posicao(parametros: Parametros) -> Posicao:
    """Where an earlier run stopped, or the beginning."""
    ultimo = Turno.objects.using(ALIAS).filter(id_ponto_venda=parametros.ponto_venda).order_by("-sequencial").first()
    notas = NotaFiscal.objects.using(ALIAS).filter(modelo="65", serie=parametros.ponto_venda)
    livre = datetime.combine(parametros.inicio or INICIO_PADRAO, time(0), FUSO)
    if ultimo is not None and ultimo.data_hora_termino is not None:
        livre = max(livre, ultimo.data_hora_termino.astimezone(FUSO))
    return Posicao(
        sequencial=ultimo.sequencial + 1 if ultimo else 1,
        numero_da_nota=(notas.aggregate(Max("numero"))["numero__max"] or 0) + 1,
        livre_desde=livre,
        turno=ultimo,
    )


def _quantidade(sorteio: Random, restantes: int) -> int:
    """A turno's worth of operations; a rest too small to be a turno of its own goes with this one."""
    quantidade = sorteio.randint(*_POR_TURNO)
    return restantes if restantes < quantidade + _POR_TURNO[0] // 2 else quantidade


def _planejar(posicao: Posicao, quantidade: int) -> PlanoDeTurno:
    inicio, fim = _janela(posicao.livre_desde)
    contado = posicao.turno.contado if posicao.turno else {}
    return PlanoDeTurno(
        sequencial=posicao.sequencial,
        quantidade=quantidade,
        inicio=inicio,
        fim=fim,
        na_gaveta=Decimal(contado.get(str(int(Meio.DINHEIRO)), "0.00")),
        primeira_nota=posicao.numero_da_nota,
    )


def _janela(livre_desde: datetime) -> tuple[datetime, datetime]:
    """The first shift that begins when the till is free."""
    dia = livre_desde.date()
    while True:
        for abre, fecha in _JANELAS:
            inicio = datetime.combine(dia, abre, FUSO)
            if inicio >= livre_desde:
                return inicio, datetime.combine(dia, fecha, FUSO)
        dia += timedelta(days=1)


def _gravar_turno(simulado: TurnoSimulado) -> None:
    with transaction.atomic(using=ALIAS):
        simulado.turno.save(using=ALIAS)
        for registro in simulado.registros:
            registro.operacao.id_turno = simulado.turno.pk
        gravar(simulado.registros)
