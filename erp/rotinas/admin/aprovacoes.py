"""From a request that waits for a second person to the execution that asked for it, with who would be touched."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from erp.acesso.admin.aprovacoes import registrar_onde_ver
from erp.acesso.models import Aprovacao
from erp.rotinas.services.aprovacoes import ACAO


def onde_ver(aprovacao: Aprovacao, request: HttpRequest) -> str:
    execucao = aprovacao.dados.get("execucao")
    if not execucao or not request.user.has_perm("rotinas.view_execucao"):
        return ""
    return reverse("admin:rotinas_execucao_change", args=[execucao])


registrar_onde_ver(ACAO, onde_ver)
