"""Who looks at the routines, and what they see: executions as they would have ended."""

import re
from datetime import timedelta

from django.contrib.auth.models import Permission, User
from django.utils import timezone

from erp.rotinas.models import Execucao, RotinaAgendada

ROTINAS = "/admin/rotinas/rotinaagendada/"
EXECUCOES = "/admin/rotinas/execucao/"
VER = ("view_rotinaagendada", "view_execucao")
TI = (*VER, "executar_rotina", "change_periodictask")
Situacao = Execucao.Situacao


def entrar(client, login, *codenames):
    quem = User.objects.create_user(login, password="x", is_staff=True)
    quem.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(quem)
    return client


def da_rotina(caminho):
    return RotinaAgendada.objects.get(caminho=caminho)


def execucao(caminho="Teste/Fazer", situacao=Situacao.SUCESSO, segundos=2.0, ha=timedelta(hours=1), **campos):
    comeco = timezone.now() - ha
    abertas = (Situacao.PENDENTE, Situacao.EXECUTANDO)
    rodou = situacao not in (Situacao.PENDENTE, Situacao.PULADA, Situacao.PERDIDA)
    return Execucao.objects.create(
        rotina=caminho, situacao=situacao, criada_em=comeco, iniciada_em=comeco if rodou else None,
        terminada_em=None if situacao in abertas else comeco + timedelta(seconds=segundos),
        heartbeat=timezone.now() if rodou else None, **{"iniciada_por": "sistema:agenda", **campos},
    )  # fmt: skip


def token_de(resposta):
    return re.search(r'name="token" value="([^"]*)"', resposta.content.decode())[1]


def texto(resposta):
    """The page as a person reads it: without tags, with single spaces."""
    corpo = re.sub(r"<(script|style)\b.*?</\1>", " ", resposta.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", corpo))
