"""The webhooks' door: stored and answered, and nothing else.

What is unknown and what has the wrong secret are the same 404. A wrong signature is 401 and is not kept: it would let
anybody who has seen the address fill the table; it is counted, and the provider's page says so. A database that is
down is 503, and the provider sends it again.
"""

from __future__ import annotations

import hmac
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from auditoria.contexto import endereco
from auditoria.rules import mascarar
from erp.provedores import services
from erp.provedores.registro import procurar
from erp.provedores.services import anotacoes
from erp.provedores.webhooks import Webhook

CAMINHO_MAXIMO: Final = 100
_NAO_GUARDAR: Final = frozenset({"cookie", "host", "connection", "accept", "accept-encoding", "content-length"})


@csrf_exempt  # the secret of the address is what nobody else knows
def receber(request: HttpRequest, provedor: str, segredo: str, resto: str = "") -> HttpResponse:
    """POST keeps and answers 200; GET answers the provider's own proof of the address, where there is one."""
    conhecido = procurar(provedor)
    webhook = conhecido.webhook if conhecido else None
    if webhook is None or not _confere(webhook.segredo(), segredo) or len(resto) > CAMINHO_MAXIMO:
        return _dizer(404, "desconhecido")
    if request.method in ("GET", "HEAD"):
        prova = webhook.desafiar(request.GET.dict())
        return _dizer(404, "desconhecido") if prova is None else _dizer(200, prova)
    if request.method != "POST":
        resposta = _dizer(405, "use POST")
        resposta["Allow"] = "GET, POST"
        return resposta
    return _guardar(request, provedor, webhook, resto)


def _guardar(request: HttpRequest, provedor: str, webhook: Webhook, resto: str) -> HttpResponse:
    tamanho = request.META.get("CONTENT_LENGTH") or ""
    if not (tamanho.isascii() and tamanho.isdecimal()):
        return _dizer(411, "diga o tamanho em Content-Length")
    maximo = settings.PROVEDORES_WEBHOOK_MAXIMO
    if int(tamanho) > maximo:
        return _dizer(413, f"corpo maior que {maximo} bytes")
    try:
        corpo = request.read(maximo)
    except UnreadablePostError:
        return _dizer(400, "o corpo não chegou inteiro")
    if len(corpo) != int(tamanho):
        return _dizer(400, "o corpo não chegou inteiro")
    cabecalhos = {nome.lower(): valor.replace("\0", "") for nome, valor in request.headers.items()}
    try:
        if not webhook.conferir(cabecalhos, corpo):
            anotacoes.anotar_recusa_de_webhook(provedor)
            return _dizer(401, "assinatura não confere")
        services.guardar_webhook(
            provedor=provedor,
            corpo=corpo,
            cabecalhos=mascarar({nome: valor for nome, valor in cabecalhos.items() if nome not in _NAO_GUARDAR}),
            caminho=resto.replace("\0", ""),
            origem=endereco(request) or "",
            repeticao_vale=webhook.repeticao_vale,
        )
    except (DatabaseError, InterfaceError):  # the second: the connection broke before
        resposta = _dizer(503, "tente de novo")
        resposta["Retry-After"] = "30"
        return resposta
    return _dizer(200, "ok")


def _confere(esperado: str, recebido: str) -> bool:
    return bool(esperado) and hmac.compare_digest(esperado.encode(), recebido.encode())


def _dizer(status: int, texto: str) -> HttpResponse:
    return HttpResponse(texto, status=status, content_type="text/plain; charset=utf-8")
