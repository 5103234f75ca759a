"""`/metrics` in Prometheus' format, summed over the web processes (`PROMETHEUS_MULTIPROC_DIR`, set by gunicorn.py), and what
the database itself says of the conferência, of the Monitor, of the queue and of the routines.

Who may read: a request from this machine itself that no proxy forwarded (a proxy on the same machine makes every
visitor look local), or an API key with the scope `metricas`.
"""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView

from clientes.monitor.metricas import em_prometheus as monitor_em_prometheus
from erp.acesso.services import autenticar
from erp.config.apps import ESCOPO_METRICAS
from erp.rotinas.metricas import em_prometheus as rotinas_em_prometheus
from filas.metricas import em_prometheus as fila_em_prometheus
from pdv.conferencia.metricas import em_prometheus as conferencia_em_prometheus

ENCAMINHADO = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_PROTO")


def metricas(request: HttpRequest) -> HttpResponse:
    if not (_e_local(request) or _tem_chave(request)):
        mensagem = f"métricas: use o próprio servidor, ou uma chave de API com o escopo {ESCOPO_METRICAS}\n"
        return HttpResponse(mensagem, status=403, content_type="text/plain; charset=utf-8")
    resposta: HttpResponse = ExportToDjangoView(request)
    resposta.content += b"".join(
        ler() for ler in (conferencia_em_prometheus, monitor_em_prometheus, fila_em_prometheus, rotinas_em_prometheus)
    )
    return resposta


def _e_local(request: HttpRequest) -> bool:
    if any(cabecalho in request.META for cabecalho in ENCAMINHADO):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _tem_chave(request: HttpRequest) -> bool:
    esquema, _, texto = request.headers.get("Authorization", "").partition(" ")
    if esquema.lower() not in ("api-key", "bearer") or not texto.strip():
        return False
    chave = autenticar(texto.strip())
    return chave is not None and ESCOPO_METRICAS in chave.escopos
