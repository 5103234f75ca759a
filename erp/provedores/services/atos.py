"""What people do to providers and to webhooks."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.provedores.models import EstadoProvedor, WebhookRecebido
from erp.provedores.services.caixa import DESPERTADOR
from filas.wake import acordar

Situacao = WebhookRecebido.Situacao
REPROCESSAVEIS = (Situacao.PROCESSADO, Situacao.IGNORADO, Situacao.ERRO)


@sensivel("provedores.provedor_pausado")
@transaction.atomic
def pausar(nome: str, *, usuario: User, motivo: str) -> None:
    """Nothing is asked of this provider until somebody resumes it. What is being asked right now ends."""
    EstadoProvedor.objects.get_or_create(nome=nome)
    EstadoProvedor.objects.filter(nome=nome).update(
        pausado_por=usuario.get_username(), motivo_da_pausa=motivo[:500], pausado_ate=None
    )
    registrar(
        acao="provedores.provedor_pausado", ator=ator_usuario(usuario), objeto="provedores.EstadoProvedor",
        objeto_id=nome, motivo=motivo,
    )  # fmt: skip


@sensivel("provedores.provedor_retomado")
@transaction.atomic
def retomar(nome: str, *, usuario: User) -> bool:
    """Let it go on, whoever paused it; false when it was not paused."""
    estado = EstadoProvedor.objects.select_for_update().filter(nome=nome).first()
    if estado is None or not (estado.pausado_por or estado.pausado_ate):
        return False
    antes = {"por": estado.pausado_por, "motivo": estado.motivo_da_pausa}
    EstadoProvedor.objects.filter(nome=nome).update(pausado_por="", motivo_da_pausa="", pausado_ate=None)
    registrar(
        acao="provedores.provedor_retomado", ator=ator_usuario(usuario), objeto="provedores.EstadoProvedor",
        objeto_id=nome, antes=antes,
    )  # fmt: skip
    acordar(DESPERTADOR)
    return True


@sensivel("provedores.webhook_reprocessado")
@transaction.atomic
def reprocessar_webhooks(linhas: QuerySet[WebhookRecebido], *, usuario: User, motivo: str) -> int:
    """Have them worked again, whatever they ended in; those that wait already are left alone. Returns how many."""
    ids = list(
        linhas.filter(situacao__in=REPROCESSAVEIS).order_by("pk").select_for_update().values_list("pk", flat=True)
    )
    WebhookRecebido.objects.filter(pk__in=ids).update(
        situacao=Situacao.RECEBIDO, tentativas=0, proxima_em=Now(), vez=F("vez") + 1
    )
    for pk in ids:
        registrar(
            acao="provedores.webhook_reprocessado", ator=ator_usuario(usuario),
            objeto="provedores.WebhookRecebido", objeto_id=str(pk), motivo=motivo,
        )  # fmt: skip
    acordar(DESPERTADOR)
    return len(ids)


@sensivel("provedores.corpo_lido")
@transaction.atomic
def anotar_leitura(linha: WebhookRecebido, *, usuario: User) -> None:
    """Somebody read a body without its mask."""
    registrar(
        acao="provedores.corpo_lido", ator=ator_usuario(usuario), objeto="provedores.WebhookRecebido",
        objeto_id=str(linha.pk),
    )  # fmt: skip
