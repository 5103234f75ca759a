"""Who entered, who could not and who left: an audit event for each.

The signals of Django and of the lock (axes) are the only door that every login goes through. A login refused while the lock
is on leaves no other event than the lock's: a flood of attempts fills no table.
"""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from auditoria.sensivel import sensivel
from auditoria.services import Ator, ator_usuario, registrar

OBJETO = "auth.User"
NINGUEM = Ator("sistema", "entrada")  # nobody is known yet
UID = "acesso.entradas"


def ligar() -> None:
    """From `AppConfig.ready`, after the lock's own: it has counted by the time that this is called."""
    user_logged_in.connect(ao_entrar, dispatch_uid=UID)
    user_login_failed.connect(ao_falhar, dispatch_uid=UID)
    user_logged_out.connect(ao_sair, dispatch_uid=UID)


@sensivel("acesso.entrou")
def ao_entrar(sender: Any, user: User, **outros: Any) -> None:
    with transaction.atomic():
        registrar(acao="acesso.entrou", ator=ator_usuario(user), objeto=OBJETO, objeto_id=str(user.pk))


@sensivel("acesso.saiu")
def ao_sair(sender: Any, user: User | None, **outros: Any) -> None:
    if user is None:  # the session was over already
        return
    with transaction.atomic():
        registrar(acao="acesso.saiu", ator=ator_usuario(user), objeto=OBJETO, objeto_id=str(user.pk))


@sensivel("acesso.entrada_recusada", "acesso.entrada_bloqueada")
def ao_falhar(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **outros: Any) -> None:
    """What was typed is kept only when somebody has that login: people type passwords and CPFs there."""
    falhas = getattr(request, "axes_failures_since_start", None)
    travada = getattr(request, "axes_locked_out", False)
    limite = settings.AXES_FAILURE_LIMIT
    # Two at once may both be counted before either looks: the lock is told at its number and at the next.
    acoes = ["acesso.entrada_recusada"] if not travada or falhas == limite else []
    acoes += ["acesso.entrada_bloqueada"] if travada and falhas in {limite, limite + 1} else []
    if not acoes:
        return
    digitado = str(credentials.get("username") or "").replace("\0", "")
    pk = User.objects.filter(username=digitado).values_list("pk", flat=True).first()
    depois = {"usuario": "não existe" if pk is None else digitado, "falhas": falhas}
    with transaction.atomic():
        for acao in acoes:
            registrar(acao=acao, ator=NINGUEM, objeto=OBJETO, objeto_id="" if pk is None else str(pk), depois=depois)


@sensivel("acesso.desbloqueado")
@transaction.atomic
def desbloquear(*, tentativas: QuerySet[AccessAttempt], motivo: str, usuario: User) -> int:
    """Forget failures, so that their login may try again from their address; returns how many were forgotten."""
    linhas = list(tentativas.select_for_update().order_by("pk"))
    for linha in linhas:
        registrar(
            acao="acesso.desbloqueado",
            ator=ator_usuario(usuario),
            objeto="axes.AccessAttempt",
            objeto_id=str(linha.pk),
            antes={"usuario": linha.username, "endereco": linha.ip_address, "falhas": linha.failures_since_start},
            motivo=motivo,
        )
        linha.delete()
    return len(linhas)
