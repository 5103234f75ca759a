"""The plain values of the sheet: what is asked, what is answered."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

DIA = 24 * 60


class Trecho(NamedTuple):
    """A stretch of work, in minutes of its day; `fim` may pass midnight."""

    inicio: int
    fim: int


NOITE = Trecho(22 * 60, 29 * 60)


class Marca(NamedTuple):
    """A mark that counts: by the clock (`marcacao`) or included by a person (`tratamento`)."""

    minuto: int
    marcacao: int | None = None
    tratamento: int | None = None


class Alerta(StrEnum):
    """What a person must look at. The sheet never settles it alone."""

    IMPAR = "impar"
    REPETIDA = "repetida"
    TRECHO_LONGO = "trecho_longo"
    SEM_ESCALA = "sem_escala"
    FORA_DO_CONTRATO = "fora_do_contrato"
    NO_AFASTAMENTO = "no_afastamento"
    INTERVALO_CURTO = "intervalo_curto"


class TipoDia(StrEnum):
    TRABALHO = "trabalho"
    FOLGA = "folga"
    FERIADO = "feriado"
    AFASTAMENTO = "afastamento"
    SEM_ESCALA = "sem_escala"
    FORA_DO_CONTRATO = "fora_do_contrato"


@dataclass(frozen=True)
class Parametros:
    """What the law and the company's agreements set. Minutes, unless said.

    `tolerancia_marca` and `tolerancia_dia`: CLT art. 58 § 1º. `noite`: art. 73 § 2º. `segundos_da_hora_noturna`:
    art. 73 § 1º (52m30s). `repetida_ate`: two marks as near as this are one person pressing twice.
    `trecho_maximo`: more than this without a mark in between, or than the shift when it is longer, is looked at.
    `pausas`: art. 71: who works more than the first is owed a rest of the second.
    """

    tolerancia_marca: int = 5
    tolerancia_dia: int = 10
    noite: Trecho = NOITE
    segundos_da_hora_noturna: int = 3150
    repetida_ate: int = 2
    trecho_maximo: int = 12 * 60
    pausas: tuple[tuple[int, int], ...] = ((6 * 60, 60), (4 * 60, 15))


@dataclass(frozen=True)
class Jornada:
    """What the schedule says of a day, before holidays and leaves. `trechos` empty: a day off."""

    trechos: tuple[Trecho, ...] = ()
    folga_em_feriado: bool = True
    intervalo_pre_assinalado: bool = False
    prorroga_noturno: bool = False

    @property
    def minutos(self) -> int:
        return sum(trecho.fim - trecho.inicio for trecho in self.trechos)


@dataclass(frozen=True)
class Dia:
    """All that the sheet of one day depends on.

    `jornada` None: nobody said which schedule this person follows. `marcas` are the day's own, already parted
    (`reparticao`) and in order. `abonos`: minutes forgiven by each treatment, None for all that is missing.
    `confirmada`: a person has said that the absence is one. `conferida`: a person has looked at the alerts and lets
    them be. `em_aberto`: the shift may not be over yet.
    """

    jornada: Jornada | None
    marcas: tuple[Marca, ...] = ()
    feriado: str = ""
    afastamento: str = ""
    empregado: bool = True
    abonos: tuple[int | None, ...] = ()
    confirmada: bool = False
    conferida: bool = False
    em_aberto: bool = False
    parametros: Parametros = field(default_factory=Parametros)


@dataclass(frozen=True)
class Folha:
    """The sheet, in minutes: `trabalhado + falta + abonado = previsto + extra + tolerado`, always but while it is open,
    when nothing is missing yet.

    `tolerado` is what the tolerance leaves uncounted: negative when less was worked. `ausencia`: a whole day was
    missed and nobody said anything of it. `pendente`: a person must look at this day.
    """

    tipo: TipoDia
    previsto: int = 0
    trabalhado: int = 0
    extra: int = 0
    falta: int = 0
    abonado: int = 0
    tolerado: int = 0
    noturno: int = 0
    noturno_reduzido: int = 0
    trechos: tuple[Trecho, ...] = ()
    alertas: tuple[Alerta, ...] = ()
    ausencia: bool = False
    pendente: bool = False
