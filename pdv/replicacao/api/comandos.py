"""`GET /api/pdv/v1/comandos` and `POST /api/pdv/v1/comandos/{id}`: a till asks what is wanted of it, and answers."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from erp.acesso.models import ChaveApi
from erp.cadastros.models import PontoVenda
from pdv.replicacao.api.documentacao_comandos import CONCLUIR, LISTAR
from pdv.replicacao.api.pedido import TIPO, VistaDoPdv, conferir_ritmo, ler_corpo, ponto_venda_da_chave
from pdv.replicacao.codigos import CodigoComando, ComandoRecusado
from pdv.replicacao.comandos import ComandoNaoEncontrado, concluir, listar
from pdv.replicacao.esquema import ComandoAberto, ComandoConcluido, Comandos, Conclusao
from pdv.replicacao.explicacao import explicar, mostrar, resumir
from pdv.replicacao.services import limites_de, registrar_contato

_MAIOR_ID: Final = 2**63 - 1
_ILEGIVEL: Final = (msgspec.MsgspecError, UnicodeError, RecursionError)
_codificar = msgspec.json.Encoder().encode
_conclusao = msgspec.json.Decoder(Conclusao)


def _terminal(request: Request) -> tuple[PontoVenda, bool]:
    """Whose key this is, and whether what it does is kept: a key of homologação leaves no trace."""
    chave = request.auth
    assert isinstance(chave, ChaveApi)  # ExigeEscopo lets nothing else through
    conferir_ritmo(chave)
    return ponto_venda_da_chave(chave), not chave.homologacao


class ComandosView(VistaDoPdv):
    @extend_schema(**LISTAR)
    def get(self, request: Request) -> HttpResponse:
        ponto_venda, gravar = _terminal(request)
        instalacao = _instalacao(request.query_params.get("instalacao"))
        agora = timezone.now()
        abertos = listar(ponto_venda_id=ponto_venda.pk, instalacao=instalacao, agora=agora, gravar=gravar)
        if gravar:  # a till without customers calls for nothing else
            registrar_contato(ponto_venda, ponto_venda.versao_replicador, agora)
        comandos = Comandos(comandos=[ComandoAberto(**aberto._asdict()) for aberto in abertos])
        return HttpResponse(_codificar(comandos), content_type=TIPO)


class ComandoView(VistaDoPdv):
    @extend_schema(**CONCLUIR)
    def post(self, request: Request, comando_id: str) -> HttpResponse:
        ponto_venda, gravar = _terminal(request)
        conclusao = _ler(ler_corpo(request._request, ponto_venda, gravar), ponto_venda)
        try:
            situacao = concluir(
                comando_id=_numero(comando_id),
                ponto_venda_id=ponto_venda.pk,
                instalacao=conclusao.instalacao,
                cumprido=conclusao.cumprido,
                mensagem=conclusao.mensagem,
                agora=timezone.now(),
                gravar=gravar,
            )
        except ComandoNaoEncontrado:
            raise ComandoRecusado(CodigoComando.COMANDO_NAO_ENCONTRADO) from None
        concluido = ComandoConcluido(id=int(comando_id), situacao=situacao.name.lower())  # type: ignore[arg-type]  # closed
        return HttpResponse(_codificar(concluido), content_type=TIPO)


def _instalacao(texto: str | None) -> UUID:
    try:
        return msgspec.convert(texto, UUID)
    except _ILEGIVEL:
        mensagem = f"instalacao: esperado um UUID, recebido {mostrar(texto)}."
        raise ComandoRecusado(CodigoComando.PEDIDO_INVALIDO, mensagem) from None


def _numero(texto: str) -> int:
    if not (texto.isascii() and texto.isdecimal() and len(texto) < 20 and int(texto) <= _MAIOR_ID):
        raise ComandoNaoEncontrado(texto)
    return int(texto)


def _ler(corpo: bytes, ponto_venda: PontoVenda) -> Conclusao:
    try:
        conclusao = _conclusao.decode(corpo)
    except _ILEGIVEL:
        conclusao = None
    if conclusao is None or "\0" in conclusao.mensagem:
        problemas = explicar(corpo, Conclusao, limites_de(ponto_venda, timezone.now()))
        mensagem = resumir(problemas)[1] if problemas else "o corpo não é JSON que se possa ler"
        raise ComandoRecusado(CodigoComando.PEDIDO_INVALIDO, mensagem)
    return conclusao
