"""Copies of the digests outside the database, whose password alone does not reach them.

One file a day in `AUDITORIA_RESUMOS`, by default in the data folder: the verification compares them with the database.
Taking them further away (mail, another machine, paper) is what makes the proof worth more.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from auditoria.models import Resumo

DIAS_POR_CARTA: Final = 31  # of digests that nobody was sent yet


def pasta() -> Path:
    """Where the copies are."""
    return Path(settings.AUDITORIA_RESUMOS)


def texto(resumo: Resumo) -> str:
    """The file's content: what `auditoria_resumo` prints."""
    return json.dumps(resumo.exportado(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def existe(dia: date) -> bool:
    """Whether there is a copy of that day's digest."""
    return _arquivo(dia).exists()


def guardar(resumo: Resumo) -> None:
    """Write the copy, whole or not at all; one that is there is never written over."""
    _escrever(_arquivo(resumo.dia), texto(resumo))


def guardar_os_que_faltam() -> int:
    """Copies that a death left unmade, of the last month; all of them in an empty folder. Returns how many."""
    resumos = Resumo.objects.all()
    if any(pasta().glob("resumo-*.json")):
        resumos = resumos.filter(dia__gt=timezone.localdate() - timedelta(days=DIAS_POR_CARTA))
    feitos = 0
    for resumo in resumos.iterator():
        if not existe(resumo.dia):
            guardar(resumo)
            feitos += 1
    return feitos


def mandar() -> int:
    """Mail to `AUDITORIA_RESUMO_PARA` the digests of the last month that were not mailed yet; returns how many.

    What was mailed is marked beside the copies: a death in between mails twice, never not at all.
    """
    para: list[str] = settings.AUDITORIA_RESUMO_PARA
    if not para:
        return 0
    desde = timezone.localdate() - timedelta(days=DIAS_POR_CARTA)
    faltam = [r for r in Resumo.objects.filter(dia__gt=desde).order_by("dia") if not _marca(r.dia).exists()]
    if faltam:
        _carta(faltam, para).send()
    for resumo in faltam:
        _escrever(_marca(resumo.dia), timezone.now().isoformat())
    return len(faltam)


def _carta(resumos: Sequence[Resumo], para: list[str]) -> EmailMessage:
    linhas = [
        f"{r.dia:%d/%m/%Y}: {r.quantidade} eventos selados, {_estado(r)}. Hash do resumo: {r.hash}" for r in resumos
    ]
    corpo = (
        "Guarde esta mensagem e os arquivos anexos. Eles provam, mais tarde, que a trilha de auditoria não foi refeita.\n\n"
        + "\n".join(linhas)
        + "\n\nComo conferir: docs/auditoria.md, e manage.py auditoria_verificar --resumos PASTA.\n"
    )
    carta = EmailMessage("Resumo assinado da auditoria", corpo, to=para)
    for resumo in resumos:
        carta.attach(_arquivo(resumo.dia).name, texto(resumo), "application/json")
    return carta


def _estado(resumo: Resumo) -> str:
    return "conferidos" if resumo.integro else "COM PROBLEMA: rode manage.py auditoria_verificar"


def _arquivo(dia: date) -> Path:
    return pasta() / f"resumo-{dia.isoformat()}.json"


def _marca(dia: date) -> Path:
    return pasta() / f".enviado-{dia.isoformat()}"


def _escrever(arquivo: Path, conteudo: str) -> None:
    if arquivo.exists():
        return
    arquivo.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aparte = arquivo.with_name(f".{arquivo.name}.{os.getpid()}.{secrets.token_hex(4)}")
    aparte.write_text(conteudo, encoding="utf-8")
    os.replace(aparte, arquivo)
