"""A crontab line as staff may write it, as plain values. Celery's own parser decides what each field means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from celery.schedules import ParseException, crontab_parser

from erp.rotinas.agenda import NoHorario

FUSO = "America/Sao_Paulo"
_SEMANA = {
    nome: str(numero)
    for nomes in (("dom", "seg", "ter", "qua", "qui", "sex", "sab"), ("sun", "mon", "tue", "wed", "thu", "fri", "sat"))
    for numero, nome in enumerate(nomes)
} | {"sáb": "6"}
_MESES = {
    nome: str(numero)
    for nomes in ("jan fev mar abr mai jun jul ago set out nov dez", "jan feb mar apr may jun jul aug sep oct nov dec")
    for numero, nome in enumerate(nomes.split(), 1)
}


@dataclass(frozen=True)
class Campo:
    """One of the five fields: its name for people, its least value and how many there are."""

    nome: str
    minimo: int
    quantos: int
    nomes: Mapping[str, str] | None = None

    @property
    def maximo(self) -> int:
        return self.minimo + self.quantos - 1


CAMPOS = {
    "minuto": Campo("minuto", 0, 60),
    "hora": Campo("hora", 0, 24),
    "dia_do_mes": Campo("dia do mês", 1, 31),
    "mes": Campo("mês", 1, 12, _MESES),
    "dia_da_semana": Campo("dia da semana", 0, 7, _SEMANA),
}


class CampoInvalido(ValueError):
    """One field of a crontab that cannot be read; `campo` is its key in `CAMPOS`."""

    def __init__(self, campo: str, recebido: str) -> None:
        c = CAMPOS[campo]
        super().__init__(
            f"{c.nome}: recebido {recebido!r}; esperado *, um número de {c.minimo} a {c.maximo}, uma lista (1,15), "
            f"uma faixa ({c.minimo}-{min(c.minimo + 5, c.maximo)}) ou um passo (*/{min(5, c.maximo)})"
        )
        self.campo = campo


@dataclass(frozen=True)
class Cron:
    """When each field matches, as Celery reads a crontab: **all** of them, also day of month and day of week.

    The fields are kept as Celery takes them (`dom`, `seg` and 7 for Sunday become numbers). Raises `CampoInvalido`.
    """

    minuto: str = "*"
    hora: str = "*"
    dia_do_mes: str = "*"
    mes: str = "*"
    dia_da_semana: str = "*"
    fuso: str = FUSO

    def __post_init__(self) -> None:
        for campo in CAMPOS:
            object.__setattr__(self, campo, _normal(campo, getattr(self, campo)))
        _ = self.valores  # an error is told where the value is made

    @cached_property
    def valores(self) -> dict[str, frozenset[int]]:
        """The values of each field that match; Sunday is 0."""
        return {campo: _ler(campo, getattr(self, campo)) for campo in CAMPOS}

    def livre(self, campo: str) -> bool:
        """Whether every value of the field matches, however it was written."""
        return len(self.valores[campo]) == CAMPOS[campo].quantos

    def __str__(self) -> str:
        return " ".join(getattr(self, campo) for campo in CAMPOS)


def ler_linha(linha: str, fuso: str = FUSO) -> Cron:
    """`*/15 8-18 * * seg-sex`: minute, hour, day of month, month, day of week. Raises `ValueError`."""
    partes = linha.split()
    if len(partes) != len(CAMPOS):
        recebido = "recebido 1 campo" if len(partes) == 1 else f"recebidos {len(partes)} campos"
        raise ValueError(
            f"{recebido}; esperados cinco, com espaço entre eles: minuto, hora, dia do mês, mês e dia da semana"
        )
    return Cron(**dict(zip(CAMPOS, partes, strict=True)), fuso=fuso)


def do_horario(horario: NoHorario) -> Cron:
    """A declared time of the day as a crontab."""
    dia = "*" if horario.dia_da_semana is None else str(horario.dia_da_semana)
    return Cron(minuto=str(horario.minuto), hora=str(horario.hora), dia_da_semana=dia)


def _normal(campo: str, texto: str) -> str:
    """Names and 7 for Sunday as the numbers that Celery takes; what is none of them stays, and is refused later."""
    nomes = CAMPOS[campo].nomes or {}
    normal = re.sub(r"[^\W\d_]+", lambda achado: nomes.get(achado[0].lower(), achado[0]), texto.strip())
    return ",".join(map(_domingo, normal.split(","))) if campo == "dia_da_semana" else normal


def _domingo(parte: str) -> str:
    faixa, barra, passo = parte.partition("/")
    return ("*" if faixa == "0-7" else re.sub(r"\b7\b", "0", faixa)) + barra + passo


def _ler(campo: str, texto: str) -> frozenset[int]:
    c = CAMPOS[campo]
    try:
        if not re.fullmatch(r"[0-9*,/-]{1,60}", texto):
            raise ValueError(texto)
        return frozenset(crontab_parser(c.quantos, c.minimo).parse(texto))
    except (ParseException, ValueError):
        raise CampoInvalido(campo, texto) from None
