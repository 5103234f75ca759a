"""The team that the tests of the sheet share: who works when, and what the clock says of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from erp.cadastros.models import Filial
from erp.colaboradores.fusos import BRASILIA
from erp.colaboradores.models import (
    Colaborador,
    Escala,
    EscalaColaborador,
    FolhaDia,
    ImportacaoMarcacoes,
    Marcacao,
    Relogio,
)
from erp.colaboradores.services.toques import tocar_marcas

BH = "3106200"
COMERCIAL = "08:00-12:00 13:00-17:00"
SEGUNDA = date(2026, 11, 9)  # no holiday that week
_numeros = count(1)
CPFS = ("52998224725", "11144477735", "12345678909", "98765432100", "15350946056", "24683178084")


def filial() -> Filial:
    return Filial.objects.get_or_create(codigo=1, defaults={"nome": "Matriz"})[0]


def usuario() -> User:
    return User.objects.get_or_create(username="ana", defaults={"is_staff": True})[0]


def colaborador(nome: str = "Maria da Silva", **campos: Any) -> Colaborador:
    numero = next(_numeros)
    base = {
        "matricula": f"M{numero}", "nome": nome, "cpf": f"{numero:011d}", "filial": filial(), "municipio": BH,
        "cargo": "Atendente", "admissao": date(2026, 1, 5),
    }  # fmt: skip
    return Colaborador.objects.create(**(base | campos))


def comercial() -> Escala:
    semana = [COMERCIAL] * 5 + ["", ""]
    return Escala.objects.get_or_create(nome="Comercial", defaults={"horarios": semana})[0]


def doze_por_trinta_e_seis() -> Escala:
    campos = {"tipo": "ciclo", "horarios": ["19:00-07:00", ""], "folga_em_feriado": False}
    return Escala.objects.get_or_create(nome="12x36 noite", defaults=campos)[0]


def na_escala(pessoa: Colaborador, escala: Escala | None = None, desde: date = date(2026, 1, 5)) -> Colaborador:
    EscalaColaborador.objects.create(colaborador=pessoa, escala=escala or comercial(), desde=desde)
    return pessoa


def as_(dia: date, hora: str) -> datetime:
    """`as_(d, "07:00+1")` is seven in the morning of the next day."""
    relogio, _, dias = hora.partition("+")
    return datetime.combine(dia + timedelta(days=int(dias or 0)), time.fromisoformat(relogio), BRASILIA)


def relogio() -> Relogio:
    campos = {"nome": "Entrada", "filial": filial()}
    return Relogio.objects.get_or_create(identificacao="00001000010000001", defaults=campos)[0]


def marcar(pessoa: Colaborador, dia: date, *horas: str) -> list[Marcacao]:
    """Marks of the clock, as an import would leave them."""
    importacao = ImportacaoMarcacoes.objects.create(
        relogio=relogio(), arquivo="t.txt", sha256="0" * 64, por=usuario(), lidas=len(horas), novas=len(horas)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        marcas = [
            Marcacao.objects.create(
                relogio=relogio(), nsr=next(_numeros), colaborador=pessoa, momento=as_(dia, hora), origem="afd",
                importacao=importacao, recebida_em=as_(dia, hora),
            )
            for hora in horas
        ]  # fmt: skip
        tocar_marcas(cursor, [(pessoa.pk, m.momento.astimezone(BRASILIA).date()) for m in marcas])
    return marcas


def folha(pessoa: Colaborador, dia: date) -> FolhaDia:
    return FolhaDia.objects.get(colaborador=pessoa, dia=dia)


def minutos(folhas: Iterable[FolhaDia]) -> list[tuple[int, int, int, int]]:
    return [(f.previsto, f.trabalhado, f.extra, f.falta) for f in folhas]
