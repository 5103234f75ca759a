"""A run, from its first instruction to its outcome."""

import logging
import traceback
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from auditoria.atores import Ator
from auditoria.contexto import agindo
from auditoria.rules import mascarar_texto
from auditoria.sensivel import sensivel
from auditoria.services import registrar
from erp.acesso.models import Aprovacao
from erp.rotinas.contexto import AguardaAprovacao, Contexto
from erp.rotinas.models import AlarmeRotina, Execucao
from erp.rotinas.registro import Rotina
from erp.rotinas.services.alarmes import alarmar, encerrar_com_sucesso
from erp.rotinas.services.aprovacoes import pedir_aprovacao
from erp.rotinas.services.estados import mover
from erp.rotinas.services.limpeza import esquecer_vazias, pedir_de_novo
from erp.rotinas.services.linhas import gravar_itens, gravar_linhas
from erp.rotinas.services.pulso import Pulso
from erp.rotinas.services.vigilia import conferir_demora

logger = logging.getLogger(__name__)

Situacao = Execucao.Situacao
Tipo = AlarmeRotina.Tipo
TAMANHO_DO_ERRO = 8000


class Fim(NamedTuple):
    """How a run ended; `pedido` is what it asks a second person for; `de_novo`: the error may pass by itself."""

    situacao: Execucao.Situacao
    erro: str = ""
    pedido: AguardaAprovacao | None = None
    de_novo: bool = False


@sensivel("rotinas.executada", "rotinas.execucao_falhou")
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
    )
    with agindo(Ator("rotina", rotina.caminho)), Pulso(rotina, contexto):
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
    except Exception as erro:
        logger.exception("A rotina %s falhou (execução %s).", rotina.caminho, contexto.execucao_id)
        rastro = mascarar_texto(traceback.format_exc())[-TAMANHO_DO_ERRO:]
        return Fim(Situacao.ERRO, rastro, de_novo=isinstance(erro, OperationalError | InterfaceError))
    return Fim(Situacao.SUCESSO_COM_FALHAS if contexto.falhas else Situacao.SUCESSO)


@transaction.atomic
def _terminar(rotina: Rotina, execucao: Execucao, contexto: Contexto, fim: Fim) -> None:
    agora = timezone.now()
    campos: dict[str, Any] = {
        "contagens": _sem_zeros(contexto), "valores": contexto.valores_em_texto(), "erro": fim.erro,
    }  # fmt: skip
    if not contexto.encerra and not contexto.simulacao and fim.situacao == Situacao.SUCESSO:
        campos["referencia"] = None  # for a reference one run ends well, and this one was before its end
    gravar_linhas(contexto)
    if not mover(execucao, fim.situacao, terminada_em=agora, **campos):
        logger.error("A execução %s terminou depois de dada por interrompida.", execucao.pk)
        return
    execucao.terminada_em = agora
    gravar_itens(execucao.pk, contexto.falhas)
    if contexto.simulacao or fim.pedido:
        gravar_itens(execucao.pk, contexto.itens)
    if fim.pedido:
        pedir_aprovacao(rotina, execucao, fim.pedido)
    if not contexto.simulacao:
        _contar_como_foi(rotina, execucao, contexto, fim, agora)
        _contar_na_auditoria(rotina, execucao, fim, campos)


def _contar_como_foi(rotina: Rotina, execucao: Execucao, contexto: Contexto, fim: Fim, agora: datetime) -> None:
    """The alarms: what ended well closes those of before; what did not opens one."""
    if fim.situacao in (Situacao.SUCESSO, Situacao.SUCESSO_COM_FALHAS):
        encerrar_com_sucesso(rotina, agora)
        conferir_demora(rotina, execucao, agora)
    if fim.situacao == Situacao.SUCESSO_COM_FALHAS:
        texto = f"Terminou, com {contexto.contagens['falhas']} que não deram certo; veja a execução {execucao.pk}."
        alarmar(rotina, Tipo.FALHOU, texto, agora=agora, execucao=execucao)
    elif fim.pedido:
        alarmar(rotina, Tipo.APROVACAO, fim.erro, agora=agora, execucao=execucao)
    elif fim.situacao == Situacao.ERRO:
        alarmar(rotina, Tipo.FALHOU, fim.erro.strip().rpartition("\n")[2], agora=agora, execucao=execucao)
        if fim.de_novo:
            pedir_de_novo(rotina, execucao, agora)


def _contar_na_auditoria(rotina: Rotina, execucao: Execucao, fim: Fim, campos: Mapping[str, Any]) -> None:
    """A run that touched contracts or money, with its counts; one that found nothing to do is nobody's act."""
    if not rotina.sensivel or fim.pedido or not (fim.erro or campos["contagens"]):
        return
    registrar(
        acao="rotinas.execucao_falhou" if fim.erro else "rotinas.executada",
        ator=Ator("rotina", rotina.caminho),
        objeto="rotinas.Execucao",
        objeto_id=str(execucao.pk),
        depois={
            "situacao": fim.situacao.label,
            "referencia": execucao.referencia,
            "contagens": campos["contagens"],
            "valores": campos["valores"],
            "aprovados": _aprovados(execucao),
        },
    )


def _sem_zeros(contexto: Contexto) -> dict[str, int]:
    return {nome: n for nome, n in contexto.contagens.items() if n}


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
