"""The edge of the API: who is calling, whether they may, and how an error looks."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from auditoria.atores import Ator
from erp.acesso.erros import ErroApi
from erp.acesso.models import ChaveApi
from erp.acesso.services import autenticar

ESQUEMA = "Api-Key"
SEM_CHAVE = f"Esperado o cabeçalho Authorization: {ESQUEMA} <chave>."
_CODIGOS = {
    400: "REQUISICAO_INVALIDA",
    401: "NAO_AUTENTICADO",
    403: "SEM_PERMISSAO",
    404: "NAO_ENCONTRADO",
    405: "METODO_NAO_PERMITIDO",
    406: "FORMATO_NAO_OFERECIDO",
    415: "TIPO_DE_CONTEUDO_NAO_SUPORTADO",
    429: "LIMITE_EXCEDIDO",
}


class PortadorDeChave:
    """`request.user` of a call made with a key: somebody, but nobody of the staff."""

    is_authenticated = True
    is_anonymous = False
    is_active = True
    is_staff = False
    is_superuser = False
    pk = None

    def __init__(self, chave: ChaveApi) -> None:
        self.chave = chave
        self.ator = Ator("chave", chave.prefixo)

    def __str__(self) -> str:
        return f"chave {self.chave.prefixo}"

    def get_username(self) -> str:
        return str(self)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """A key has scopes, never permissions."""
        return False


def exigir_chave(request: HttpRequest, escopo: str) -> ChaveApi:
    """The key of a request, for a plain Django view. Raises `ErroApi` 401 or 403."""
    chave = _chave_do_cabecalho(request.headers.get("Authorization", ""))
    if chave is None:
        raise _nao_autenticado("NAO_AUTENTICADO", SEM_CHAVE)
    if escopo not in chave.escopos:
        raise _sem_escopo(chave, escopo)
    request.ator = Ator("chave", chave.prefixo)  # type: ignore[attr-defined]  # read by auditoria.contexto
    return chave


class AutenticacaoPorChave(BaseAuthentication):
    """`Authorization: Api-Key <chave>`; `request.auth` is the `ChaveApi`."""

    def authenticate(self, request: Request) -> tuple[PortadorDeChave, ChaveApi] | None:
        chave = _chave_do_cabecalho(request.headers.get("Authorization", ""))
        return None if chave is None else (PortadorDeChave(chave), chave)

    def authenticate_header(self, request: Request) -> str:
        return ESQUEMA


def ExigeEscopo(escopo: str) -> type[BasePermission]:
    """The permission class of a view that only keys with this scope may call."""

    class _ExigeEscopo(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:
            if not isinstance(request.auth, ChaveApi):
                return False
            if escopo not in request.auth.escopos:
                raise _sem_escopo(request.auth, escopo)
            return True

    _ExigeEscopo.__name__ = f"ExigeEscopo_{escopo}"
    return _ExigeEscopo


def tratar_excecao(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: every error as `{"codigo", "mensagem", "contexto"}`. A defect of ours stays a 500."""
    erro = _traduzir(exc)
    if erro is None:
        return None
    set_rollback()
    return Response(erro.corpo(), status=erro.status, headers=erro.cabecalhos)


def _traduzir(exc: Exception) -> ErroApi | None:
    if isinstance(exc, ErroApi):
        return exc
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if not isinstance(exc, exceptions.APIException):
        return None
    return _da_drf(exc)


def _da_drf(exc: exceptions.APIException) -> ErroApi:
    cabecalhos: dict[str, str] = {}
    contexto: dict[str, Any] = {}
    mensagem = exc.detail if isinstance(exc.detail, str) else str(exc.default_detail)
    if autenticar_com := getattr(exc, "auth_header", None):
        cabecalhos["WWW-Authenticate"] = str(autenticar_com)
    if espere := int(getattr(exc, "wait", None) or 0):
        contexto["espere_segundos"] = espere
        cabecalhos["Retry-After"] = str(espere)
    codigo = _CODIGOS.get(exc.status_code, "ERRO")
    if isinstance(exc, exceptions.NotAuthenticated):
        mensagem = SEM_CHAVE
    if isinstance(exc, exceptions.ValidationError):
        codigo, contexto = "DADOS_INVALIDOS", {"campos": exc.detail}
        mensagem = "Há campos com valor inválido; veja o contexto."
    return ErroApi(exc.status_code, codigo, mensagem, contexto, cabecalhos)


def _chave_do_cabecalho(cabecalho: str) -> ChaveApi | None:
    """None when no key was sent (another authentication may answer); `ErroApi` 401 when a bad one was."""
    esquema, _, texto = cabecalho.partition(" ")
    if esquema.lower() != ESQUEMA.lower():
        return None
    chave = autenticar(texto.strip())
    if chave is None:
        raise _nao_autenticado("CHAVE_INVALIDA", "A chave não existe, foi revogada ou venceu.")
    return chave


def _nao_autenticado(codigo: str, mensagem: str) -> ErroApi:
    return ErroApi(401, codigo, mensagem, cabecalhos={"WWW-Authenticate": ESQUEMA})


def _sem_escopo(chave: ChaveApi, escopo: str) -> ErroApi:
    return ErroApi(
        403,
        "ESCOPO_INSUFICIENTE",
        f"Esta chamada exige o escopo {escopo}; a chave {chave.prefixo} tem: {', '.join(chave.escopos)}.",
        {"esperado": escopo, "recebido": chave.escopos},
    )
