"""What the single post and the lote have in common: token, key, pace, body, and how an error looks."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from rest_framework.exceptions import APIException, MethodNotAllowed
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clientes.webservice.campos import CHAVE
from clientes.webservice.codigos import Regra
from clientes.webservice.corpo import FORMULARIO, JSON, codificar
from clientes.webservice.pedido import Recusa, recusar
from erp.acesso.models import ChaveApi
from erp.acesso.services import autenticar

ESCOPO: Final = "clientes"
_ESPERA_SEGUNDOS: Final = 5
_JANELA_SEGUNDOS: Final = 60
_CHAVE_MAXIMA: Final = 128  # of any shape, with spaces around
_PEDACO: Final = 64 * 1024


class VistaDoWebservice(APIView):
    """Open to whoever has a key: it comes in the body, so nothing is asked before the body is read."""

    authentication_classes = []
    permission_classes = [AllowAny]
    metadata_class = None
    http_method_names = ["post"]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[JSONRenderer, str]:
        """JSON, whatever `Accept` says: the clients of the specification never heard of it."""
        return JSONRenderer(), JSON

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not hmac.compare_digest(kwargs["biblioteca"].encode(), settings.CLIENTES_TOKEN_BIBLIOTECA.encode()):
            raise Recusa(Regra.BIBLIOTECA_DESCONHECIDA)

    def handle_exception(self, exc: Exception) -> Response | HttpResponse:  # type: ignore[override]  # dispatch takes any
        """Every refusal in the shape of the specification. A defect of ours stays a 500."""
        if isinstance(exc, OperationalError | InterfaceError):
            recusa = Recusa(Regra.INDISPONIVEL, espere=_ESPERA_SEGUNDOS)
            recusa.__cause__ = exc
            return _recusada(recusa)
        if isinstance(exc, Recusa):
            return _recusada(exc)
        if isinstance(exc, MethodNotAllowed):
            return _recusada(Recusa(Regra.METODO))
        if isinstance(exc, APIException):
            return _recusada(Recusa(Regra.CORPO_ILEGIVEL))
        return super().handle_exception(exc)


def responder(corpo: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(codificar(corpo), content_type=JSON, status=status)


def exigir_chave(corpo: Mapping[str, Any]) -> ChaveApi:
    """The key of a body, with the scope `clientes` and within its pace. Raises Recusa 401, 403 or 429."""
    texto = corpo.get(CHAVE)
    chave = autenticar(texto.strip().lower()) if isinstance(texto, str) and len(texto) <= _CHAVE_MAXIMA else None
    if chave is None:
        raise Recusa(Regra.CHAVE_INVALIDA, campo=CHAVE)
    if ESCOPO not in chave.escopos:
        raise Recusa(Regra.ESCOPO_INSUFICIENTE, campo=CHAVE)
    _conferir_ritmo(chave)
    return chave


def ler_bytes(request: HttpRequest, *, limite: int, tipos: frozenset[str] = frozenset({JSON, FORMULARIO})) -> bytes:
    """The body as it came, never more than `limite` bytes of it in memory. Raises Recusa 400, 413 or 415."""
    if (request.content_type or "").lower() not in tipos:
        raise Recusa(Regra.TIPO_DE_CONTEUDO, f"Content-Type: esperado {' ou '.join(sorted(tipos))}.")
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise Recusa(Regra.TIPO_DE_CONTEUDO, "Content-Encoding: envie o corpo sem compactar.")
    declarado = str(request.META.get("CONTENT_LENGTH") or "")
    if not (declarado.isascii() and declarado.isdecimal()):
        raise Recusa(Regra.CORPO_ILEGIVEL, "Envie o pedido com o cabeçalho Content-Length.")
    tamanho = int(declarado)
    try:
        if tamanho > limite:
            _escoar(request, limite)
            raise Recusa(Regra.CORPO_GRANDE, f"O corpo tem {tamanho} bytes, e o limite é {limite}.")
        corpo: bytes = request.read(tamanho)
    except (UnreadablePostError, ConnectionError, TimeoutError):
        raise Recusa(Regra.CORPO_ILEGIVEL, "A conexão terminou antes do fim do corpo.") from None
    if len(corpo) < tamanho:
        raise Recusa(Regra.CORPO_ILEGIVEL, "A conexão terminou antes do fim do corpo.")
    return corpo


def _recusada(recusa: Recusa) -> HttpResponse:
    resultado = recusar([recusa.problema])
    resposta = responder(resultado.acrescimo, resultado.status)
    if recusa.espere:
        resposta["Retry-After"] = str(recusa.espere)
    return resposta


def _conferir_ritmo(chave: ChaveApi) -> None:
    """At most `CLIENTES_PEDIDOS_POR_MINUTO` of one key in this process: one sender gone mad leaves room for others."""
    agora = int(timezone.now().timestamp())
    janela = agora // _JANELA_SEGUNDOS
    nome = f"clientes.webservice.{chave.pk}.{janela}"
    if not cache.add(nome, 1, timeout=_JANELA_SEGUNDOS) and _contar(nome) > settings.CLIENTES_PEDIDOS_POR_MINUTO:
        raise Recusa(Regra.LIMITE_EXCEDIDO, espere=(janela + 1) * _JANELA_SEGUNDOS - agora)


def _contar(nome: str) -> int:
    try:
        return int(cache.incr(nome))
    except ValueError:  # the window ended in between
        return 1


def _escoar(request: HttpRequest, limite: int) -> None:
    """Read away a little too much, so that an honest client hears the answer before its connection is reset."""
    restante = min(limite, _PEDACO * 64)
    while restante > 0 and (pedaco := request.read(min(_PEDACO, restante))):
        restante -= len(pedaco)
