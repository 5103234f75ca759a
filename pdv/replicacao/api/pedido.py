"""What every request of a till has in common: its key, its pace, its body, and how it is refused."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, UnreadablePostError
from django.utils import timezone
from rest_framework.exceptions import Throttled
from rest_framework.response import Response
from rest_framework.views import APIView

from erp.acesso.api import AutenticacaoPorChave, ExigeEscopo
from erp.acesso.models import ChaveApi
from erp.cadastros.models import PontoVenda
from pdv.replicacao.codigos import CodigoPacote, PacoteRecusado
from pdv.replicacao.corpo import descompactar, muito_grande
from pdv.replicacao.services import registrar_recusa

TIPO: Final = "application/json"
_PEDACO: Final = 64 * 1024
_JANELA_SEGUNDOS: Final = 60


class VistaDoPdv(APIView):
    """A view that tills call with their key."""

    authentication_classes = [AutenticacaoPorChave]
    permission_classes = [ExigeEscopo("pdv")]

    def handle_exception(self, exc: Exception) -> Response:
        """A database that is away or too busy is no defect of the request: 503, and the till comes back."""
        if isinstance(exc, OperationalError | InterfaceError):
            recusa = PacoteRecusado(CodigoPacote.INDISPONIVEL)
            recusa.__cause__ = exc
            exc = recusa
        return super().handle_exception(exc)


def conferir_ritmo(chave: ChaveApi) -> None:
    """At most `PDV_PEDIDOS_POR_MINUTO` of one key in this process: a till gone mad does not take the shop with it."""
    agora = int(timezone.now().timestamp())
    janela = agora // _JANELA_SEGUNDOS
    nome = f"pdv.replicacao.{chave.pk}.{janela}"
    if cache.add(nome, 1, timeout=_JANELA_SEGUNDOS):
        return
    if _contar(nome) > settings.PDV_PEDIDOS_POR_MINUTO:
        raise Throttled(wait=(janela + 1) * _JANELA_SEGUNDOS - agora)


def _contar(nome: str) -> int:
    try:
        return int(cache.incr(nome))
    except ValueError:  # the window ended in between
        return 1


def ponto_venda_da_chave(chave: ChaveApi) -> PontoVenda:
    """The active till of a key. Raises PacoteRecusado: CHAVE_SEM_PONTO_VENDA or PONTO_VENDA_INATIVO."""
    ponto_venda = PontoVenda.objects.filter(pk=chave.ponto_venda_id).first() if chave.ponto_venda_id else None
    if ponto_venda is None:
        mensagem = f"A chave {chave.prefixo} não pertence a um ponto de venda cadastrado."
        raise PacoteRecusado(CodigoPacote.CHAVE_SEM_PONTO_VENDA, mensagem)
    if not ponto_venda.ativo:
        recusa = PacoteRecusado(CodigoPacote.PONTO_VENDA_INATIVO, f"O ponto de venda {ponto_venda} está inativo.")
        registrar_recusa(ponto_venda=ponto_venda, recusa=recusa, conteudo=b"")
        raise recusa
    return ponto_venda


def ler_corpo(request: HttpRequest, ponto_venda: PontoVenda, gravar: bool) -> bytes:
    """The unpacked body. A refusal of it is kept in "o que não entrou" like that of a row."""
    recebido = b""
    try:
        codificacao = _codificacao(request)
        recebido = _ler(request, settings.PDV_CORPO_MAXIMO)
        return descompactar(recebido, settings.PDV_CORPO_MAXIMO) if codificacao == "gzip" else recebido
    except PacoteRecusado as recusa:
        if gravar:
            registrar_recusa(ponto_venda=ponto_venda, recusa=recusa, conteudo=recebido)
        raise


def _codificacao(request: HttpRequest) -> str:
    tipo = request.content_type or ""
    if tipo.lower() != TIPO:
        mensagem = f"Content-Type: esperado {TIPO}, recebido {tipo[:60] or 'nenhum'}."
        raise PacoteRecusado(CodigoPacote.TIPO_NAO_SUPORTADO, mensagem)
    codificacao = request.headers.get("Content-Encoding", "identity").strip().lower() or "identity"
    if codificacao not in ("gzip", "identity"):
        mensagem = f"Content-Encoding: esperado gzip ou identity, recebido {codificacao[:60]}."
        raise PacoteRecusado(CodigoPacote.CODIFICACAO_NAO_SUPORTADA, mensagem)
    return codificacao


def _ler(request: HttpRequest, limite: int) -> bytes:
    """The body as it came, never more than `limite` bytes of it in memory."""
    declarado = _tamanho_declarado(request)
    try:
        if declarado > limite:
            _escoar(request, limite)
            raise muito_grande(limite, compactado=True, recebido=declarado)
        recebido = request.read(declarado)
    except (UnreadablePostError, ConnectionError, TimeoutError):
        raise PacoteRecusado(CodigoPacote.CORPO_INCOMPLETO) from None
    if len(recebido) < declarado:
        mensagem = f"A conexão terminou antes do fim do corpo: esperados {declarado} bytes, recebidos {len(recebido)}."
        raise PacoteRecusado(CodigoPacote.CORPO_INCOMPLETO, mensagem)
    return recebido


def _tamanho_declarado(request: HttpRequest) -> int:
    texto: Any = request.META.get("CONTENT_LENGTH") or ""
    if not str(texto).isdecimal():
        raise PacoteRecusado(CodigoPacote.CORPO_INCOMPLETO, "Envie o pacote com o cabeçalho Content-Length.")
    return int(texto)


def _escoar(request: HttpRequest, limite: int) -> None:
    """Read away a little too much, so that an honest client hears the answer before its connection is reset."""
    restante = limite
    while restante > 0 and (pedaco := request.read(min(_PEDACO, restante))):
        restante -= len(pedaco)
