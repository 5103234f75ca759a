"""A run, from its first instruction to its outcome."""

import logging
import time
import traceback
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from auditoria.rules import mascarar_texto
from erp.acesso.models import Aprovacao
from erp.rotinas.contexto import AguardaAprovacao, Contexto, Item
from erp.rotinas.models import Execucao, ItemExecucao, LinhaExecucao
from erp.rotinas.pulso import Pulso
from erp.rotinas.registro import Rotina
from erp.rotinas.services.aprovacoes import pedir_aprovacao
from erp.rotinas.services.estados import mover
from erp.rotinas.services.limpeza import esquecer_vazias

logger = logging.getLogger(__name__)

Situacao = Execucao.Situacao
TAMANHO_DO_ERRO = 8000
POR_VEZ = 1000


class Fim(NamedTuple):
    """How a run ended; `pedido` is what it asks a second person for."""

    situacao: Execucao.Situacao
    erro: str = ""
    pedido: AguardaAprovacao | None = None


def trabalhar(rotina: Rotina, execucao: Execucao) -> Execucao:
    """Run a routine whose execution is ours (`EXECUTANDO`), and write how it ended. No exception leaves here.

    1. The routine works, with signs of life on another connection; it opens its own transactions. A simulation is
       inside one, which is rolled back.
    2. The outcome is written by a guarded UPDATE, with what was told; one given up meanwhile stays given up.
    """
    contexto = Contexto(
        execucao.pk,
        referencia=execucao.referencia or _dia_da(execucao),
        simulacao=execucao.simulacao,
        aprovados=_aprovados(execucao),
        prazo=time.monotonic() + rotina.limite.total_seconds(),
    )
    with Pulso(execucao.pk):
        fim = _rodar(rotina, contexto)
    _largar_conexao_quebrada()
    _terminar(rotina, execucao, contexto, fim)
    execucao.refresh_from_db()
    if fim.situacao == Situacao.SUCESSO and not execucao.contagens and not rotina.guardar_vazias:
        esquecer_vazias(execucao)
    return execucao


def _rodar(rotina: Rotina, contexto: Contexto) -> Fim:
    try:
        with transaction.atomic() if contexto.simulacao else nullcontext():
            resultado = rotina.funcao(contexto) if rotina.recebe_contexto else rotina.funcao()
            contexto.contagens.update(_contagens(resultado))
            if contexto.simulacao:
                transaction.set_rollback(True)
    except AguardaAprovacao as pedido:
        return Fim(Situacao.AGUARDA_APROVACAO, pedido.resumo, pedido)
    except Exception:
        logger.exception("A rotina %s falhou (execução %s).", rotina.caminho, contexto.execucao_id)
        return Fim(Situacao.ERRO, mascarar_texto(traceback.format_exc())[-TAMANHO_DO_ERRO:])
    return Fim(Situacao.SUCESSO_COM_FALHAS if contexto.falhas else Situacao.SUCESSO)


@transaction.atomic
def _terminar(rotina: Rotina, execucao: Execucao, contexto: Contexto, fim: Fim) -> None:
    contagens = {nome: n for nome, n in contexto.contagens.items() if n}
    campos = {"terminada_em": timezone.now(), "contagens": contagens, "valores": contexto.valores_em_texto()}
    gravar_linhas(contexto)
    if not mover(execucao, fim.situacao, erro=fim.erro, **campos):
        logger.error("A execução %s terminou depois de dada por interrompida.", execucao.pk)
        return
    _gravar_itens(execucao, contexto.falhas)
    if contexto.simulacao or fim.pedido:
        _gravar_itens(execucao, contexto.itens)
    if fim.pedido:
        pedir_aprovacao(rotina, execucao, fim.pedido)


def gravar_linhas(contexto: Contexto) -> None:
    """Write the log lines that are still in memory."""
    linhas, contexto.linhas = contexto.linhas, []
    LinhaExecucao.objects.bulk_create(
        [LinhaExecucao(execucao_id=contexto.execucao_id, em=linha.em, texto=linha.texto) for linha in linhas],
        batch_size=POR_VEZ,
    )


def _gravar_itens(execucao: Execucao, itens: list[Item]) -> None:
    ItemExecucao.objects.bulk_create(
        [
            ItemExecucao(
                execucao_id=execucao.pk,
                falha=item.falha,
                objeto=item.objeto,
                objeto_id=item.objeto_id,
                descricao=item.descricao,
                valor=item.valor,
            )
            for item in itens
        ],
        batch_size=POR_VEZ,
    )


def _dia_da(execucao: Execucao) -> date:
    return timezone.localdate(execucao.agendada_para) if execucao.agendada_para else timezone.localdate()


def _aprovados(execucao: Execucao) -> int | None:
    """Up to how many a second person approved for this run."""
    aprovacao = execucao.aprovacao
    if aprovacao is None or aprovacao.situacao != Aprovacao.Situacao.CONSUMIDA:
        return None
    return int(aprovacao.dados["quantos"])


def _contagens(resultado: object) -> Mapping[str, int]:
    if resultado is None:
        return {}
    if not isinstance(resultado, Mapping) or not all(isinstance(n, int) for n in resultado.values()):
        raise TypeError(f"a rotina devolveu {resultado!r}; esperado: contagens por nome, ou nada")
    return resultado


def _largar_conexao_quebrada() -> None:
    """A routine that died of its connection must still be able to say so."""
    if not connection.in_atomic_block and connection.connection is not None and not connection.is_usable():
        connection.close()
