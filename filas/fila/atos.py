"""What people do to messages and contexts: reprocess, cancel, pause, resume. Each act is a row and an audit event."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ato, ator_usuario, registrar, registrar_varios
from filas.copia import copiar
from filas.fila.contextos import ContextoDesconhecido, obter_contexto
from filas.fila.entrada import DESPERTADOR
from filas.fila.travas import travar_pares
from filas.models import AtoDaFila, EstadoContexto, Mensagem
from filas.wake import acordar

_ATO = ("mensagem_id", "acao", "motivo", "usuario")
Acao = AtoDaFila.Acao


@dataclass(frozen=True)
class Feito:
    """Of the messages of one act: those it was done to, those set aside for a newer one, those left as they were."""

    feitas: int = 0
    substituidas: int = 0
    puladas: int = 0

    def __add__(self, outro: Feito) -> Feito:
        return Feito(self.feitas + outro.feitas, self.substituidas + outro.substituidas, self.puladas + outro.puladas)


@dataclass(frozen=True)
class _Linha:
    id: int
    contexto: str
    chave: str
    conteudo: Mapping[str, Any]

    @property
    def registro(self) -> tuple[str, str]:
        return self.contexto, self.chave


@sensivel("filas.mensagens_reprocessadas")
@transaction.atomic
def reprocessar(ids: Sequence[int], *, usuario: User, motivo: str) -> Feito:
    """Messages in error go back to pending, their content made again of the record as it is now.

    1. Hold the locks of their records, then the rows. What is no longer in error is left as it is.
    2. Of each record only the ultimas goes back, and only if no newer one succeeded, is out or is pending: old data
       never overwrites new. The others become 3.
    3. An older one still pending of the same record becomes 3: one pending per record.
    """
    with connection.cursor() as cursor:
        linhas = _travar_em_erro(cursor, ids)
        ultimas = {linha.registro: linha for linha in linhas}  # by id: the last one stays
        velhas = _com_mais_nova(cursor, [linha.id for linha in ultimas.values()])
        voltam = [linha for linha in ultimas.values() if linha.id not in velhas]
        ficam = {linha.id for linha in voltam}
        saem = [linha.id for linha in linhas if linha.id not in ficam]
        _substituir_pendentes(cursor, voltam)
        _tirar(cursor, saem)
        _devolver(cursor, voltam, _conteudos(voltam))
        _anotar(cursor, usuario, motivo, {Acao.REPROCESSAR: [linha.id for linha in voltam], Acao.SUBSTITUIR: saem})
    feito = Feito(len(voltam), len(saem), len(set(ids)) - len(linhas))
    if linhas:
        ficaram = {Mensagem.Situacao.PENDENTE: [linha.id for linha in voltam], Mensagem.Situacao.CANCELADA: saem}
        _auditar("reprocessadas", ficaram, usuario, motivo)
        acordar(DESPERTADOR)
    return feito


@sensivel("filas.mensagens_canceladas")
@transaction.atomic
def cancelar(ids: Sequence[int], *, usuario: User, motivo: str) -> Feito:
    """Pending messages and those in error become 3, and are never sent. Any other is left as it is."""
    with connection.cursor() as cursor:
        _travar_registros(cursor, ids, (Mensagem.Situacao.PENDENTE, Mensagem.Situacao.ERRO))
        cursor.execute(
            """WITH alvo AS (SELECT id FROM wosk_queue WHERE id = ANY(%s) AND situacao IN (0, 4) ORDER BY id FOR UPDATE)
               UPDATE wosk_queue m SET situacao = 3, mensagem = %s, terminada_em = now()
               FROM alvo WHERE m.id = alvo.id RETURNING m.id""",
            [list(ids), f"Cancelada por {usuario.get_username()}: {motivo}"],
        )
        canceladas = sorted(pk for (pk,) in cursor.fetchall())
        _anotar(cursor, usuario, motivo, {Acao.CANCELAR: canceladas})
    feito = Feito(len(canceladas), 0, len(set(ids)) - len(canceladas))
    _auditar("canceladas", {Mensagem.Situacao.CANCELADA: canceladas}, usuario, motivo)
    return feito


@sensivel("filas.contexto_pausado")
@transaction.atomic
def pausar(contexto: str, *, usuario: User, motivo: str) -> None:
    """Nothing of this context goes out until somebody resumes it; what is out already ends."""
    quem = usuario.get_username()
    EstadoContexto.objects.update_or_create(
        contexto=contexto, defaults={"pausado_por": quem, "pausado_em": timezone.now(), "motivo": motivo[:300]}
    )
    registrar(
        acao="filas.contexto_pausado", ator=ator_usuario(usuario), objeto="filas.estadocontexto",
        objeto_id=contexto, motivo=motivo,
    )  # fmt: skip


@sensivel("filas.contexto_retomado")
@transaction.atomic
def retomar(contexto: str, *, usuario: User) -> bool:
    """End a pause, of a person or of its own; False when it was not paused. Its failures in a row begin again at none."""
    estado = EstadoContexto.objects.select_for_update().filter(contexto=contexto).first()
    if estado is None or not (estado.pausado_por or estado.pausado_ate):
        return False
    antes = {"pausado_por": estado.pausado_por, "falhas_seguidas": estado.falhas_seguidas}
    estado.pausado_por, estado.motivo = "", ""
    estado.pausado_em = estado.pausado_ate = None
    estado.falhas_seguidas = 0
    estado.save()
    registrar(
        acao="filas.contexto_retomado", ator=ator_usuario(usuario), objeto="filas.estadocontexto",
        objeto_id=contexto, antes=antes,
    )  # fmt: skip
    acordar(DESPERTADOR)
    return True


def _travar_em_erro(cursor: CursorWrapper, ids: Sequence[int]) -> list[_Linha]:
    """Those of `ids` in error, oldest first, theirs and their records' locks held."""
    _travar_registros(cursor, ids, (Mensagem.Situacao.ERRO,))
    cursor.execute(
        """SELECT id, contexto, chave, conteudo FROM wosk_queue WHERE id = ANY(%s) AND situacao = 4
           ORDER BY id FOR UPDATE""",
        [list(ids)],
    )
    return [_Linha(pk, contexto, chave, json.loads(conteudo)) for pk, contexto, chave, conteudo in cursor.fetchall()]


def _travar_registros(cursor: CursorWrapper, ids: Sequence[int], situacoes: Sequence[int]) -> None:
    """Before any message: of one record another act may hold the one that comes after ours."""
    cursor.execute(
        "SELECT contexto, chave FROM wosk_queue WHERE id = ANY(%s) AND situacao = ANY(%s)", [list(ids), list(situacoes)]
    )
    travar_pares(cursor, cursor.fetchall())


def _com_mais_nova(cursor: CursorWrapper, ids: Sequence[int]) -> set[int]:
    """Those with a newer message of the same record that succeeded, is out or is pending."""
    cursor.execute(
        """SELECT m.id FROM wosk_queue m WHERE m.id = ANY(%s) AND EXISTS (
               SELECT 1 FROM wosk_queue n WHERE n.contexto = m.contexto AND n.chave = m.chave AND n.id > m.id
               AND n.situacao IN (0, 1, 2))""",
        [list(ids)],
    )
    return {pk for (pk,) in cursor.fetchall()}


def _substituir_pendentes(cursor: CursorWrapper, voltam: Sequence[_Linha]) -> None:
    cursor.execute(
        """UPDATE wosk_queue m SET situacao = 3, terminada_em = now(),
               mensagem = 'Substituída por outra mais nova, reprocessada'
           FROM unnest(%s::text[], %s::text[]) r(contexto, chave)
           WHERE m.contexto = r.contexto AND m.chave = r.chave AND m.situacao = 0""",
        [[linha.contexto for linha in voltam], [linha.chave for linha in voltam]],
    )


def _tirar(cursor: CursorWrapper, ids: Sequence[int]) -> None:
    cursor.execute(
        """UPDATE wosk_queue SET situacao = 3, terminada_em = now(),
               mensagem = 'Há outra mais nova do mesmo registro'
           WHERE id = ANY(%s) AND situacao = 4""",
        [list(ids)],
    )


def _conteudos(linhas: Sequence[_Linha]) -> dict[int, Mapping[str, Any]]:
    """By id, the record as it is now; as it was, when it is no more, or nobody knows its context."""
    por_contexto: dict[str, list[str]] = {}
    for linha in linhas:
        por_contexto.setdefault(linha.contexto, []).append(linha.chave)
    atuais: dict[tuple[str, str], Mapping[str, Any]] = {}
    for nome, chaves in por_contexto.items():
        try:
            lidos = obter_contexto(nome).conteudo_atual(chaves)
        except ContextoDesconhecido:
            continue
        atuais |= {(nome, chave): conteudo for chave, conteudo in lidos.items()}
    return {linha.id: atuais.get(linha.registro, linha.conteudo) for linha in linhas}


def _devolver(cursor: CursorWrapper, voltam: Sequence[_Linha], conteudos: Mapping[int, Mapping[str, Any]]) -> None:
    cursor.execute(
        """UPDATE wosk_queue m SET situacao = 0, conteudo = n.conteudo::jsonb, tentativas_antes = tentativas,
               causa = '', mensagem = '', erro_em = NULL, terminada_em = NULL, proxima_tentativa_em = now()
           FROM unnest(%s::bigint[], %s::text[]) n(id, conteudo) WHERE m.id = n.id AND m.situacao = 4""",
        [
            [linha.id for linha in voltam],
            [json.dumps(conteudos[linha.id], ensure_ascii=False, allow_nan=False) for linha in voltam],
        ],
    )


def _anotar(cursor: CursorWrapper, usuario: User, motivo: str, feitos: Mapping[AtoDaFila.Acao, Sequence[int]]) -> None:
    quem = usuario.get_username()
    copiar(
        cursor, AtoDaFila._meta.db_table, _ATO,
        [(pk, acao.value, motivo, quem) for acao, ids in feitos.items() for pk in ids],
    )  # fmt: skip


def _auditar(verbo: str, ficaram: Mapping[Mensagem.Situacao, Sequence[int]], usuario: User, motivo: str) -> None:
    """An event of each message, with what became of it: it is found from the message."""
    atos = (
        Ato(f"filas.mensagens_{verbo}", str(pk), depois={"situacao": situacao.label}, motivo=motivo)
        for situacao, ids in ficaram.items() for pk in ids
    )  # fmt: skip
    registrar_varios(atos, ator=ator_usuario(usuario), objeto=Mensagem._meta.label_lower)
