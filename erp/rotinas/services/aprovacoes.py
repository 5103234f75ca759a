"""Runs that a second person must allow."""

from datetime import date

from django.conf import settings
from django.db import connection
from django.utils import timezone

from auditoria.services import Ator
from erp.acesso import services as acesso
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.models import Aprovacao
from erp.rotinas import registro
from erp.rotinas.contexto import AguardaAprovacao
from erp.rotinas.despertar import DESPERTADOR
from erp.rotinas.models import AlarmeRotina, Execucao
from erp.rotinas.registro import Rotina
from erp.rotinas.services.alarmes import alarmar, encerrar_espera
from erp.rotinas.services.estados import mover
from erp.rotinas.textos import hora_e_dia
from filas import acordar

ACAO = "rotinas.executar"
OBJETO = "rotinas.Rotina"
PERMISSAO = "rotinas.aprovar_execucao"
Situacao = Execucao.Situacao


def pedir_aprovacao(rotina: Rotina, execucao: Execucao, pedido: AguardaAprovacao) -> None:
    """Open the request of a run that waits, or join the one that is open for the same reference. In a transaction.

    The open one is locked: decided this instant, it is not joined, for nobody would come back to this run.
    """
    objeto_id = _objeto_id(rotina.caminho, execucao.referencia)
    with connection.cursor() as cursor:  # of two that ask at once, the second joins the first
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{ACAO} {objeto_id}"])
    aberta = (
        Aprovacao.objects.select_for_update()
        .filter(
            acao=ACAO,
            objeto=OBJETO,
            objeto_id=objeto_id,
            situacao=Aprovacao.Situacao.PENDENTE,
            expira_em__gt=timezone.now(),
        )
        .first()
    )
    aprovacao = aberta or acesso.solicitar(
        acao=ACAO,
        descricao=f"{rotina.titulo}: {pedido.resumo}"[:300],
        objeto=OBJETO,
        objeto_id=objeto_id,
        motivo=f"Passa do limite de {settings.ROTINA_APROVACAO_ACIMA}; veja quem seria atingido na execução {execucao.pk}.",
        por=execucao.pedida_por or Ator("rotina", rotina.caminho),
        dados={
            "rotina": rotina.caminho,
            "referencia": execucao.referencia,
            "execucao": execucao.pk,
            "quantos": pedido.quantos,
            "valor": str(pedido.valor),
        },
        permissao=PERMISSAO,
    )
    Execucao.objects.filter(pk=execucao.pk).update(aprovacao=aprovacao)


def seguir_decisao(aprovacao: Aprovacao) -> None:
    """In the decision's transaction: approved, the routine is asked for again, for the same reference; refused, it ends."""
    esperavam = Execucao.objects.filter(aprovacao=aprovacao, situacao=Situacao.AGUARDA_APROVACAO)
    if aprovacao.situacao == Aprovacao.Situacao.RECUSADA:
        _encerrar(list(esperavam), f"Aprovação recusada por {aprovacao.decidida_por}: {aprovacao.motivo_decisao}")
        return
    rotina = registro.procurar(aprovacao.dados["rotina"])
    if rotina is None:
        raise ErroDefinitivo(
            "ROTINA_APOSENTADA", "A rotina deste pedido não existe mais no sistema.", "Recuse o pedido."
        )
    acesso.consumir(
        acao=aprovacao.acao,
        objeto=aprovacao.objeto,
        objeto_id=aprovacao.objeto_id,
        por=Ator("sistema", "rotinas"),
        dados=aprovacao.dados,
    )
    referencia = aprovacao.dados["referencia"]
    nova = Execucao.objects.create(
        rotina=rotina.caminho,
        situacao=Situacao.PENDENTE,
        referencia=date.fromisoformat(referencia) if referencia else None,
        aprovacao=aprovacao,
        pedida_por=aprovacao.solicitada_por,
        iniciada_por=f"aprovacao:{aprovacao.pk}",
    )
    _encerrar(list(esperavam), f"Aprovada por {aprovacao.decidida_por}; segue na execução {nova.pk}.")
    acordar(DESPERTADOR)


def dar_por_perdida(aprovacao: Aprovacao) -> None:
    """In the transaction that closes the request: nobody decided in time, the runs that waited are over, with an alarm."""
    texto = f"Ninguém decidiu o pedido {aprovacao.pk} até {hora_e_dia(aprovacao.expira_em)}: nada foi feito."
    esperavam = list(Execucao.objects.filter(aprovacao=aprovacao, situacao=Situacao.AGUARDA_APROVACAO))
    _encerrar(esperavam, f"{texto} A próxima execução pede de novo.", Situacao.PERDIDA)
    rotina = registro.procurar(aprovacao.dados["rotina"])
    if rotina and esperavam:
        agora = timezone.now()
        if not Execucao.objects.filter(rotina=rotina.caminho, situacao=Situacao.AGUARDA_APROVACAO).exists():
            encerrar_espera(rotina, agora)
        alarmar(rotina, AlarmeRotina.Tipo.PERDIDA, texto, agora=agora, execucao=esperavam[-1])


def vencer_aprovacoes() -> int:
    """Close the requests that nobody decided in time (`dar_por_perdida`); returns how many."""
    return acesso.vencer(ACAO)


def _encerrar(esperavam: list[Execucao], motivo: str, situacao: Execucao.Situacao = Execucao.Situacao.PULADA) -> None:
    for execucao in esperavam:
        mover(execucao, situacao, erro=motivo)


def _objeto_id(caminho: str, referencia: date | None) -> str:
    return caminho if referencia is None else f"{caminho}:{referencia}"
