"""What people do at the board: accept a difference that has an explanation, ask the till again for what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from pdv.conferencia import leitura
from pdv.conferencia.erros import AceiteRecusado, PedidoRecusado
from pdv.conferencia.models import DiaConferido
from pdv.conferencia.rules import cotejar
from pdv.manifesto import numeros
from pdv.replicacao.comandos import pedir_replicacao

PEDIDOS_MAXIMO: Final = 500  # commands of one click; the next click asks for the next ones
Situacao = DiaConferido.Situacao


@sensivel("conferencia.replicacao_pedida")
def pedir_as_que_faltam(*, linha: DiaConferido, motivo: str, usuario: User) -> int:
    """Ask the till to replicate again what it says it has sent and is not here; returns how many were asked for.

    A request takes the place of one still open. Raises PedidoRecusado when nothing is missing, or all
    of it is still to be sent anyway.
    """
    agora = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        onde = [(UUID(i), de, ate) for i, de, ate in linha.faixas_recebidas]
        lido = leitura.ler_dia(cursor, ponto_venda_id=linha.ponto_venda_id, dia=linha.dia, onde=onde, emite_nota=False)
        faltando = numeros(cotejar(lido.declarados, lido.recebidas).faltando)
        pedidos = {
            numero: d.instalacao
            for d in lido.declarados
            for numero in faltando & (numeros(d.faixas) - numeros(d.pendentes))
        }
        if not pedidos:
            raise PedidoRecusado(linha)
        for numero in sorted(pedidos)[:PEDIDOS_MAXIMO]:
            pedir_replicacao(
                cursor, ponto_venda_id=linha.ponto_venda_id, filial_id=linha.filial_id, instalacao=pedidos[numero],
                id_operacao=numero, usuario=usuario.get_username(), motivo=motivo, agora=agora,
            )  # fmt: skip
        feitos = min(len(pedidos), PEDIDOS_MAXIMO)
        _auditar(linha, "conferencia.replicacao_pedida", {"operacoes": feitos}, motivo, usuario)
    return feitos


@sensivel("conferencia.diferenca_aceita")
def aceitar_diferenca(*, linhas: Iterable[DiaConferido], motivo: str, usuario: User) -> int:
    """Note that a person knows why these days do not check; the alarms leave them alone until something changes.

    Raises AceiteRecusado for a day that checks, or is already accepted. Nothing becomes green by it.
    """
    agora: datetime = timezone.now()
    with transaction.atomic():
        travadas = list(
            DiaConferido.objects.select_for_update().filter(pk__in=[x.pk for x in linhas]).order_by("pk")
        )  # fmt: skip
        for linha in travadas:
            if linha.situacao == Situacao.CONFERE:
                raise AceiteRecusado(linha, "já confere")
            if linha.aceita_em is not None:
                raise AceiteRecusado(linha, f"já foi aceita por {linha.aceita_por}")
            linha.aceita_por, linha.aceita_em, linha.aceita_motivo = usuario.get_username()[:150], agora, motivo[:500]
            linha.save(update_fields=["aceita_por", "aceita_em", "aceita_motivo"])
            diferencas = [f"{m['codigo']} {m['quantidade']}" for m in linha.motivos]
            _auditar(linha, "conferencia.diferenca_aceita", {"diferencas": diferencas}, motivo, usuario)
    return len(travadas)


@sensivel("conferencia.exportada")
@transaction.atomic
def registrar_exportacao(*, usuario: User, formato: str, filtros: str) -> None:
    """Who took the board away, and what of it."""
    registrar(
        acao="conferencia.exportada", ator=ator_usuario(usuario), objeto="conferencia.DiaConferido",
        depois={"formato": formato, "filtros": filtros[:500]},
    )  # fmt: skip


def _auditar(linha: DiaConferido, acao: str, depois: dict[str, Any], motivo: str, usuario: User) -> None:
    registrar(
        acao=acao,
        ator=ator_usuario(usuario),
        objeto="conferencia.DiaConferido",
        objeto_id=str(linha.pk),
        depois={"dia": str(linha.dia), "ponto_venda": linha.ponto_venda_id, **depois},
        motivo=motivo,
    )
