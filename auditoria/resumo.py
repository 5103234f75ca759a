"""The signed digest of a day: which seals it has, and what the last of them is.

A day is the company's (`TIME_ZONE`), and an event is of the day in which it was *sealed*: that is what the chain's order
proves. Days without a seal have a digest too. docs/auditoria.md says the bytes.
"""

from __future__ import annotations

import hashlib
import json
import time
from datetime import date, datetime, timedelta
from datetime import time as hora
from typing import Any, Final, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria import chaves, guardados, serial
from auditoria.models import Resumo
from auditoria.selador import Ocupado, travar
from auditoria.verificacao.cadeia import Cadeia
from auditoria.verificacao.instantes import dentro_de
from auditoria.verificacao.problemas import Problema

VERSAO: Final = 1
TIPO: Final = "retaguarda.auditoria.resumo"
DOMINIO: Final = b"retaguarda.auditoria.resumo.v1\n"
ZERO: Final = "0" * 64
ESPERA: Final = 60.0  # seconds for a sealer's batch to end

_PRIMEIRO = "SELECT selado_em FROM auditoria_selo WHERE selado_em <= statement_timestamp() ORDER BY sequencia LIMIT 1"
# By sequence: a seal that says another day of itself is in this digest all the same, which then says so.
_DO_DIA = """SELECT min(sequencia), max(sequencia), count(*) FROM auditoria_selo WHERE sequencia > %(depois_de)s
    AND sequencia <= (SELECT max(sequencia) FROM auditoria_selo WHERE sequencia > %(depois_de)s AND selado_em < %(fim)s)"""
_HASHES = "SELECT sequencia, encode(hash, 'hex') FROM auditoria_selo WHERE sequencia IN (%s, %s)"


class NaoResumido(RuntimeError):
    """O último resumo que está no banco não é o que foi escrito: alguém o mudou. Nada foi assinado."""

    def __init__(self, onde: str = "") -> None:
        super().__init__(f"{self.__doc__} {onde}Rode manage.py auditoria_verificar e guarde o que ele disser.")


class ResumoDivergente(NaoResumido):
    """O resumo deste dia já foi assinado uma vez e sumiu do banco: a cópia guardada fora existe. Nada foi assinado."""

    def __init__(self, dia: date) -> None:
        super().__init__(f"Dia: {dia:%d/%m/%Y}. ")


class _Dia(NamedTuple):
    """What the seals of a stretch of time say."""

    dia: date
    inicio: datetime
    fim: datetime
    primeira: int | None
    ultima: int | None
    quantidade: int
    selo_anterior: str
    ultimo_selo: str


def em_bytes(conteudo: str) -> bytes:
    """What is signed, and hashed into the next digest."""
    return DOMINIO + conteudo.encode()


def hash_de(conteudo: str) -> str:
    """What the next digest says of this one."""
    return hashlib.sha256(em_bytes(conteudo)).hexdigest()


def escrever(dados: dict[str, Any]) -> str:
    """A digest's text: JSON, keys by code point, no spaces."""
    return json.dumps(dados, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def inicio_do_dia(dia: date) -> datetime:
    """Its first instant, in the company's time zone."""
    return timezone.make_aware(datetime.combine(dia, hora.min))


def fazer_pendentes() -> list[Resumo]:
    """Make and keep the digest of every day that is over and has none yet, oldest first. Two at once do no harm.

    1. Under the lock of the chain, see that the day is over: nothing more can be sealed in it.
    2. Recompute the day's chain. A digest of a day that does not check is made too, and says so.
    3. Sign, store; copy to the folder outside the database.
    Raises `ResumoDivergente` when that folder has a digest of the day which the database has not; `NaoResumido` when
    the last digest is not as it was written.
    """
    feitos = []
    while (resumo := _fazer_seguinte()) is not None:
        feitos.append(resumo)
    guardados.guardar_os_que_faltam()
    return feitos


def parcial() -> dict[str, Any]:
    """A signed digest of what was sealed since the last one, up to now: to be held outside before the day is over.

    It is not stored, and breaks nothing: the day's own digest comes as always.
    """
    ultimo = _ultimo()
    with transaction.atomic(), connection.cursor() as cursor:
        agora = _esperar_a_vez(cursor)
        inicio = ultimo.fim if ultimo else _inicio_de_tudo(cursor) or agora
        dia = _ler(cursor, timezone.localdate(agora), inicio, agora, ultimo)
    conteudo = _conteudo(dia, ultimo, _conferir(dia), parcial=True)
    return {"resumo": json.loads(conteudo), "assinatura": chaves.assinar(em_bytes(conteudo))}


def _fazer_seguinte() -> Resumo | None:
    ultimo = _ultimo()
    with transaction.atomic(), connection.cursor() as cursor:
        dia = _proximo_dia(cursor, ultimo)
        if dia is None:
            return None
        fim = inicio_do_dia(dia + timedelta(days=1))
        if _esperar_a_vez(cursor) < fim:
            return None
        lido = _ler(cursor, dia, ultimo.fim if ultimo else inicio_do_dia(dia), fim, ultimo)
    if guardados.existe(dia) and not Resumo.objects.filter(dia=dia).exists():  # it may have been made just now
        raise ResumoDivergente(dia)
    conteudo = _conteudo(lido, ultimo, _conferir(lido))
    resumo, _ = Resumo.objects.get_or_create(  # another may have made it meanwhile, of the same seals
        dia=dia,
        defaults={
            "conteudo": conteudo, "assinatura": chaves.assinar(em_bytes(conteudo)), "chave": chaves.em_uso().impressao,
            "hash": hash_de(conteudo), "primeira": lido.primeira, "ultima": lido.ultima, "quantidade": lido.quantidade,
            "fim": fim, "integro": json.loads(conteudo)["problema"] is None, "feito_em": timezone.now(),
        },
    )  # fmt: skip
    guardados.guardar(resumo)
    return resumo


def _ultimo() -> Resumo | None:
    """The last digest, which the next one leans on. Raises `NaoResumido` when it does not say what we wrote."""
    try:
        ultimo = Resumo.objects.first()
        if ultimo is None:
            return None
        dito = json.loads(ultimo.conteudo)
        bytes.fromhex(dito["ultimo_selo"])
        inteiro = (dito["dia"], dito["fim"]) == (ultimo.dia.isoformat(), serial.instante(ultimo.fim))
    except (ValueError, LookupError, TypeError, OverflowError):  # PostgreSQL also knows days of no calendar
        inteiro = False
    if not inteiro:
        raise NaoResumido
    return ultimo


def _proximo_dia(cursor: CursorWrapper, ultimo: Resumo | None) -> date | None:
    if ultimo is not None:
        return ultimo.dia + timedelta(days=1)
    primeiro = _inicio_de_tudo(cursor)
    return None if primeiro is None else timezone.localdate(primeiro)


def _inicio_de_tudo(cursor: CursorWrapper) -> datetime | None:
    cursor.execute(_PRIMEIRO)
    linha = cursor.fetchone()
    return linha[0] if linha else None


def _esperar_a_vez(cursor: CursorWrapper) -> datetime:
    """Hold the chain, and say what time it is: a batch that began before has been committed, none begins."""
    limite = time.monotonic() + ESPERA
    while True:
        try:
            travar(cursor)
            break
        except Ocupado:
            if time.monotonic() >= limite:
                raise
            time.sleep(0.05)
    cursor.execute("SELECT clock_timestamp()")
    agora: datetime = cursor.fetchone()[0]
    return agora


def _ler(cursor: CursorWrapper, dia: date, inicio: datetime, fim: datetime, ultimo: Resumo | None) -> _Dia:
    resumida = Resumo.objects.exclude(ultima=None).values_list("ultima", flat=True).first() if ultimo else 0
    cursor.execute(_DO_DIA, {"depois_de": resumida or 0, "fim": fim})
    primeira, ultima, quantidade = cursor.fetchone()
    anterior = json.loads(ultimo.conteudo)["ultimo_selo"] if ultimo else ZERO
    cursor.execute(_HASHES, [(primeira or 0) - 1, ultima])
    hashes = dict(cursor.fetchall())
    return _Dia(
        dia, inicio, fim, primeira, ultima, quantidade,
        selo_anterior=hashes.get((primeira or 0) - 1, anterior), ultimo_selo=hashes.get(ultima, anterior),
    )  # fmt: skip


def _conferir(dia: _Dia) -> Problema | None:
    if dia.primeira is None or dia.ultima is None:
        return None
    cadeia = Cadeia(dia.primeira - 1, bytes.fromhex(dia.selo_anterior), ao_passar=dentro_de(dia.inicio, dia.fim))
    cadeia.percorrer(dia.ultima)
    return cadeia.problemas[0] if cadeia.problemas else None


def _conteudo(dia: _Dia, ultimo: Resumo | None, problema: Problema | None, *, parcial: bool = False) -> str:
    return escrever(
        {
            "tipo": TIPO, "versao": VERSAO, "dia": dia.dia.isoformat(), "parcial": parcial,
            "fuso": timezone.get_default_timezone_name(), "inicio": serial.instante(dia.inicio),
            "fim": serial.instante(dia.fim), "primeira": dia.primeira, "ultima": dia.ultima, "quantidade": dia.quantidade,
            "selo_anterior": dia.selo_anterior, "ultimo_selo": dia.ultimo_selo,
            "resumo_anterior": ultimo.hash if ultimo else ZERO, "chave": chaves.em_uso().impressao,
            "problema": problema.texto if problema else None,
        }
    )  # fmt: skip
