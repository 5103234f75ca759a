"""The OpenAPI page of the commands, made from their Structs and codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from pdv.replicacao.api.documentacao import DO_ACESSO, esquema_json, respostas_de_erro
from pdv.replicacao.codigos import EXPLICACAO_DO_COMANDO, EXPLICACAO_DO_PACOTE, CodigoComando, CodigoPacote
from pdv.replicacao.esquema import ComandoConcluido, Comandos, Conclusao

EXEMPLO_COMANDOS: Final[dict[str, Any]] = {"comandos": [{"id": 7, "tipo": "replicar", "id_operacao": 4711}]}
EXEMPLO_CONCLUSAO: Final[dict[str, Any]] = {
    "instalacao": "5f0c7a52-94a7-4a3b-9f0e-3f1f2c0f7a11",
    "cumprido": False,
    "mensagem": "a operação 4711 não existe neste PDV",
}

_DO_PDV: Final = (
    CodigoPacote.CHAVE_SEM_PONTO_VENDA,
    CodigoPacote.PONTO_VENDA_INATIVO,
    CodigoPacote.LIMITE_EXCEDIDO,
    CodigoPacote.INDISPONIVEL,
)
_DO_CORPO: Final = (
    CodigoPacote.GZIP_INVALIDO,
    CodigoPacote.CORPO_INCOMPLETO,
    CodigoPacote.CORPO_MUITO_GRANDE,
    CodigoPacote.TIPO_NAO_SUPORTADO,
    CodigoPacote.CODIFICACAO_NAO_SUPORTADA,
)


def _erros(pacote: Iterable[CodigoPacote], comando: Iterable[CodigoComando]) -> dict[int, OpenApiResponse]:
    por_status: dict[int, dict[str, str]] = defaultdict(dict)
    explicados = [(codigo.value, *EXPLICACAO_DO_PACOTE[codigo]) for codigo in pacote]
    explicados += [(codigo.value, *EXPLICACAO_DO_COMANDO[codigo]) for codigo in comando]
    for codigo, status, texto in explicados:
        por_status[status][codigo] = texto
    for status, codigos in DO_ACESSO.items():
        por_status[status] |= codigos
    return respostas_de_erro(por_status)


_INSTALACAO = OpenApiParameter(
    "instalacao", str, required=True, description="A mesma do pacote de replicação: um UUID do banco do PDV."
)
_NUMERO = OpenApiParameter("comando_id", int, OpenApiParameter.PATH, description="O `id` do comando.")

LISTAR: Final[dict[str, Any]] = {
    "operation_id": "pdv_comandos",
    "tags": ["PDV"],
    "summary": "Perguntar o que a retaguarda pede a este PDV",
    "description": (
        "Os comandos abertos deste ponto de venda, o da chave, e desta instalação, do mais antigo ao mais novo; no "
        "máximo 200 por vez. Um comando volta a cada pergunta até ser concluído.\n\n"
        "- `replicar`: volte a 1 a `situacao_replicacao` da operação e a `Lojamix_SitReplicacao` de suas notas, e "
        "conclua o comando. A chegada da operação também o conclui."
    ),
    "parameters": [_INSTALACAO],
    "responses": {
        200: OpenApiResponse(esquema_json(Comandos), "Os comandos abertos; lista vazia quando não há."),
        **_erros(_DO_PDV, [CodigoComando.PEDIDO_INVALIDO]),
    },
    "examples": [OpenApiExample("Um comando", value=EXEMPLO_COMANDOS, response_only=True, status_codes=["200"])],
}

CONCLUIR: Final[dict[str, Any]] = {
    "operation_id": "pdv_comando_concluir",
    "tags": ["PDV"],
    "summary": "Concluir um comando",
    "description": (
        "Diz que o comando foi cumprido, ou por que não pôde ser. Repetir não muda nada: um comando concluído fica "
        "como foi concluído, e a resposta diz como está. A chegada da operação pedida também o conclui."
    ),
    "parameters": [_NUMERO],
    "request": {"application/json": esquema_json(Conclusao)},
    "responses": {
        200: OpenApiResponse(esquema_json(ComandoConcluido), "Como o comando ficou."),
        **_erros((*_DO_PDV, *_DO_CORPO), CodigoComando),
    },
    "examples": [
        OpenApiExample("Não pôde ser cumprido", value=EXEMPLO_CONCLUSAO, request_only=True),
        OpenApiExample("Ficou", value={"id": 7, "situacao": "recusado"}, response_only=True, status_codes=["200"]),
    ],
}
