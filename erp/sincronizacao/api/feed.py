"""`GET /sincronizacao/feed/<entidade>`: what changed since a cursor."""

from __future__ import annotations

import gzip
from typing import Any, Final

from django.db import OperationalError
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from erp.acesso.api import AutenticacaoPorChave, ExigeEscopo
from erp.acesso.erros import ErroApi
from erp.sincronizacao.entidades import ENTIDADES, Entidade
from erp.sincronizacao.fio import FEED_LIGANDO, LIMITE_MAXIMO, LIMITE_PADRAO, Versao, codificar, ler_versao
from erp.sincronizacao.selectors import pagina
from erp.sincronizacao.services.ligacao import ligar_feed

ESCOPO: Final = "sincronizacao"
EXEMPLO: Final[dict[str, Any]] = {
    "entidade": "produtos",
    "epoca": "7433211234567890123.1.16384",
    "desde": "81234.40",
    "ate": "81240.44",
    "ha_mais": False,
    "retido": False,
    "registros": [
        {
            "chave": "101", "versao": "81235.43", "em": "2026-07-01T13:00:00Z", "apagado": False,
            "dados": {
                "descricao": "LEITE INTEGRAL 1L", "codigo_barras": "7891000100103", "unidade": "UN",
                "ncm": "04012010", "controla_estoque": True, "ativo": True,
            },
        },
        {"chave": "102", "versao": "81240.44", "em": "2026-07-01T13:00:02Z", "apagado": True, "dados": None},
    ],
}  # fmt: skip
_ESQUEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["entidade", "epoca", "desde", "ate", "ha_mais", "registros"],
    "properties": {
        "entidade": {"type": "string"},
        "epoca": {"type": "string", "description": "Mudou: os cursores desta origem não valem mais; leia do começo."},
        "desde": {"type": "string", "description": "O cursor perguntado."},
        "ate": {"type": "string", "description": "O cursor da próxima pergunta, depois de gravado o que veio."},
        "ha_mais": {"type": "boolean"},
        "retido": {
            "type": "boolean",
            "description": "Há mudanças que esperam o fim de transações abertas nesta origem: ainda não é o fim do feed.",
        },
        "registros": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["chave", "versao", "em", "apagado"],
                "properties": {
                    "chave": {"type": "string"},
                    "versao": {"type": "string"},
                    "em": {"type": "string", "format": "date-time"},
                    "apagado": {"type": "boolean", "description": "Não existe mais na origem; `dados` é nulo."},
                    "dados": {"type": "object", "nullable": True, "additionalProperties": True},
                },
            },
        },
    },
}


def _descricao() -> str:
    campos = "\n".join(f"- `{e.nome}`: {', '.join(e.dados.__struct_fields__)}" for e in ENTIDADES.values())
    return (
        "Os registros que mudaram depois do cursor, do que mudou há mais tempo ao mais recente, cada um como está agora. "
        "Sem `desde`, tudo desde o começo. Guarde `ate` na mesma transação em que guardar os registros, e pergunte com "
        "ele da próxima vez; perguntar de novo com o mesmo cursor não muda nada. Mudanças de transações ainda abertas "
        'vêm depois que elas terminam (até lá, `retido`). Dinheiro e taxas são texto (`"12.34"`), dias são AAAA-MM-DD.\n\n'
        f"Campos de `dados`, por entidade:\n{campos}"
    )


class FeedView(APIView):
    """Decode, one selector, encode."""

    authentication_classes = [AutenticacaoPorChave]
    permission_classes = [ExigeEscopo(ESCOPO)]

    @extend_schema(
        operation_id="sincronizacao_feed",
        tags=["Sincronização"],
        summary="Ler o que mudou",
        description=_descricao(),
        parameters=[
            OpenApiParameter("entidade", str, OpenApiParameter.PATH, enum=list(ENTIDADES)),
            OpenApiParameter("desde", str, description="O `ate` da última resposta guardada; vazio: do começo."),
            OpenApiParameter("limite", int, description=f"De 1 a {LIMITE_MAXIMO}; por omissão {LIMITE_PADRAO}."),
        ],
        responses={
            200: OpenApiResponse(_ESQUEMA, "Uma página; com `Accept-Encoding: gzip`, compactada."),
            400: OpenApiResponse(description="`CURSOR_INVALIDO` ou `LIMITE_INVALIDO`"),
            401: OpenApiResponse(description="`NAO_AUTENTICADO` ou `CHAVE_INVALIDA`"),
            403: OpenApiResponse(description="`ESCOPO_INSUFICIENTE`"),
            404: OpenApiResponse(description="`ENTIDADE_DESCONHECIDA`"),
            503: OpenApiResponse(description="`FEED_LIGANDO`: só até a primeira leitura ter tudo; pergunte de novo"),
        },
        examples=[OpenApiExample("Uma mudança e uma exclusão", value=EXEMPLO, response_only=True)],
    )
    def get(self, request: Request, entidade: str) -> HttpResponse:
        achada, desde, limite = _entidade(entidade), _desde(request), _limite(request)
        try:
            ligado = ligar_feed(achada)
        except OperationalError as erro:
            raise _ligando("Os cadastros estão sendo escritos; pergunte de novo.") from erro
        if not ligado:
            raise _ligando("O que já havia ainda está sendo anotado; pergunte de novo.")
        lida = pagina(achada, desde, limite)
        resposta = HttpResponse(codificar(lida), content_type="application/json")
        resposta["Cache-Control"] = "no-store"
        resposta["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("Accept-Encoding", "").lower():
            resposta.content = gzip.compress(resposta.content, 1, mtime=0)
            resposta["Content-Encoding"] = "gzip"
        return resposta


def _ligando(mensagem: str) -> ErroApi:
    return ErroApi(503, FEED_LIGANDO, mensagem, cabecalhos={"Retry-After": "1"})


def _entidade(nome: str) -> Entidade:
    if nome not in ENTIDADES:
        raise ErroApi(404, "ENTIDADE_DESCONHECIDA", f"As entidades são: {', '.join(ENTIDADES)}.")
    return ENTIDADES[nome]


def _desde(request: Request) -> Versao:
    try:
        return ler_versao(request.query_params.get("desde", ""))
    except ValueError as erro:
        raise ErroApi(400, "CURSOR_INVALIDO", f"desde: {erro}.") from None


def _limite(request: Request) -> int:
    texto = request.query_params.get("limite", str(LIMITE_PADRAO))
    if not (texto.isascii() and texto.isdecimal() and len(texto) < 9 and 1 <= int(texto) <= LIMITE_MAXIMO):
        raise ErroApi(400, "LIMITE_INVALIDO", f"limite: esperado um número de 1 a {LIMITE_MAXIMO}.")
    return int(texto)
