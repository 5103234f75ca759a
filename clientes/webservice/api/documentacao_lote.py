"""The OpenAPI page of the lote: the same customers, the same answers, many at once."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from clientes.webservice.api.documentacao import (
    ACRESCIMO,
    BIBLIOTECA,
    ERRO,
    EXEMPLO,
    EXEMPLO_DE_ERRO,
    esquema_da_resposta,
    esquema_do_cliente,
    respostas_de_erro,
)
from clientes.webservice.campos import CHAVE, CHAVE_TAMANHO
from clientes.webservice.codigos import EXPLICACAO, Regra
from clientes.webservice.corpo import JSON
from clientes.webservice.lote import CLIENTES, MAXIMO

# What a lote as a whole may be refused for; everything else is of one customer.
DO_LOTE: Final = (
    Regra.CORPO_ILEGIVEL, Regra.REPETIDO, Regra.OBRIGATORIO, Regra.TIPO, Regra.CHAVE_INVALIDA, Regra.ESCOPO_INSUFICIENTE,
    Regra.BIBLIOTECA_DESCONHECIDA, Regra.METODO, Regra.CORPO_GRANDE, Regra.TIPO_DE_CONTEUDO, Regra.LIMITE_EXCEDIDO,
    Regra.INDISPONIVEL,
)  # fmt: skip
DESCRICAO_LOTE: Final = f"""Cadastra ou atualiza até {MAXIMO} clientes em uma chamada. Cada um é conferido, decidido e respondido
como se tivesse sido enviado sozinho, na ordem da lista: as regras, as respostas e os erros são os do pedido de um cliente.

- A `key` vem uma vez, no corpo; a que vier dentro de um cliente é ignorada.
- Lido o lote, a resposta é 200, com um item em `resultados` para cada cliente, na mesma ordem: `status` e `resposta` são o que o
  pedido dele sozinho receberia (a `resposta` sem a `key`). Um cliente recusado não atrapalha os outros.
- Dois itens do mesmo cliente valem um depois do outro.
- Repetir o lote é seguro quando os clientes têm `eventId`: cada um recebe a mesma resposta.
- Um erro do lote inteiro (corpo que não se lê, `key`, tamanho) vem no formato dos outros erros, e nada foi gravado."""
_STATUS_DO_ITEM: Final = sorted(
    {200, *(status for regra, (status, _) in EXPLICACAO.items() if status in (400, 409, 413, 422))}
)
_RESULTADO: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["status", "resposta"],
    "additionalProperties": False,
    "properties": {
        "status": {"type": "integer", "enum": _STATUS_DO_ITEM},
        "resposta": {"anyOf": [esquema_da_resposta(), ERRO]},
    },
}
_SEM_CHAVE: Final = {nome: valor for nome, valor in EXEMPLO.items() if nome != CHAVE}

DOCUMENTACAO_LOTE: Final[dict[str, Any]] = {
    "operation_id": "wosk_loja_cliente_lote",
    "tags": ["Clientes"],
    "summary": f"Registrar até {MAXIMO} clientes",
    "description": DESCRICAO_LOTE,
    "auth": [],
    "parameters": [BIBLIOTECA],
    "request": {
        JSON: {
            "type": "object",
            "required": [CHAVE, CLIENTES],
            "properties": {
                CHAVE: {"type": "string", "maxLength": CHAVE_TAMANHO, "description": "Escopo `clientes`."},
                CLIENTES: {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MAXIMO,
                    "items": esquema_do_cliente(com_chave=False),
                },
            },
        }
    },
    "responses": {
        200: OpenApiResponse(
            {
                "type": "object",
                "required": ["resultados"],
                "additionalProperties": False,
                "properties": {"resultados": {"type": "array", "items": _RESULTADO}},
            },
            "Um resultado por cliente, na ordem enviada.",
        ),
        **respostas_de_erro(DO_LOTE),
    },
    "examples": [
        OpenApiExample("Um cliente", value={CHAVE: EXEMPLO[CHAVE], CLIENTES: [_SEM_CHAVE]}, request_only=True),
        OpenApiExample(
            "Um registrado, um recusado",
            value={
                "resultados": [
                    {"status": 200, "resposta": _SEM_CHAVE | ACRESCIMO},
                    {"status": 400, "resposta": EXEMPLO_DE_ERRO},
                ]
            },
            response_only=True,
            status_codes=["200"],
        ),
    ],
}
