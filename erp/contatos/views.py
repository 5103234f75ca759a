"""The page behind "não quero mais receber": asks on GET, acts on POST.

Programs that open every link of a letter (virus scanners, previews) send GETs: none of them refuses anything. The POST
needs no cookie, for the mail program's own button (RFC 8058) has none: the signed address is what nobody else knows.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from erp.contatos import services
from erp.contatos.canais import canal
from erp.contatos.elo import ler_token
from erp.contatos.models import Comunicado
from erp.contatos.selectors import Recusados, recusados

PAGINA = "contatos/descadastro.html"


@csrf_exempt  # see above
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def descadastro(request: HttpRequest, token: str) -> HttpResponse:
    """GET: asks, or says that it was refused already. POST: refuses, or with `voltar`, takes it back.

    404 for a link that is not ours.
    """
    comunicado = _comunicado(token)
    if comunicado is None:
        return _pagina(request, {"passo": "desconhecido"}, status=404)
    passo = "ja" if _recusas(comunicado).hashes else "perguntar"
    if request.method == "POST" and "voltar" in request.POST:
        services.desfazer_pela_pagina(comunicado)
        passo = "ainda" if _recusas(comunicado).codigos else "voltou"  # asked elsewhere too: that stands
    elif request.method == "POST":
        services.descadastrar(comunicado, um_clique=request.POST.get("List-Unsubscribe") == "One-Click")
        passo = "feito"
    return _pagina(request, {"passo": passo, "endereco": canal(comunicado.canal).mascarar(comunicado.endereco)})


def _recusas(comunicado: Comunicado) -> Recusados:
    return recusados(comunicado.canal, [comunicado.endereco], [comunicado.codigo_cliente])


def _comunicado(token: str) -> Comunicado | None:
    numero = ler_token(token)
    if numero is None:
        return None
    return Comunicado.objects.filter(pk=numero).exclude(endereco="").first()


def _pagina(request: HttpRequest, contexto: dict[str, str], status: int = 200) -> HttpResponse:
    resposta = render(request, PAGINA, {"empresa": settings.CONTATOS_EMPRESA, **contexto}, status=status)
    resposta["Referrer-Policy"] = "no-referrer"
    resposta["X-Robots-Tag"] = "noindex, nofollow"
    return resposta
