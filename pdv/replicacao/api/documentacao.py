"""The OpenAPI page of the replication, made from the Structs of the wire and from the list of codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from pdv.replicacao.codigos import EXPLICACAO_DA_LINHA, EXPLICACAO_DO_PACOTE
from pdv.replicacao.esquema import Erro, Pacote, Resposta

_REFERENCIA: Final = "#/$defs/"


def esquema_json(tipo: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON schema of a Struct, whole: OpenAPI does not know `$defs`."""
    esquema = msgspec.json.schema(tipo)
    definicoes = esquema.pop("$defs")
    inteiro = _sem_referencias(esquema, definicoes)
    assert isinstance(inteiro, dict)
    return inteiro


def _sem_referencias(no: Any, definicoes: dict[str, Any]) -> Any:
    if isinstance(no, list):
        return [_sem_referencias(filho, definicoes) for filho in no]
    if not isinstance(no, dict):
        return no
    referencia = no.get("$ref")
    if isinstance(referencia, str):
        return _sem_referencias(definicoes[referencia.removeprefix(_REFERENCIA)], definicoes)
    return {nome: _sem_referencias(filho, definicoes) for nome, filho in no.items()}


EXEMPLO_PACOTE: Final[dict[str, Any]] = {
    "versao": 1,
    "instalacao": "5f0c7a52-94a7-4a3b-9f0e-3f1f2c0f7a11",
    "replicador": "1.0",
    "turnos": [
        {
            "id_turno": 12, "id_ponto_venda": 3, "sequencial": 12, "fechado": False, "id_usuario": 7,
            "data_hora_inicio": "2026-07-01T08:00:00-03:00", "data_hora_termino": None, "contado": {},
        }
    ],
    "operacoes": [
        {
            "id_operacao": 4711, "guid_operacao": "0b0e7a5e-5d0c-4d1e-8f55-0c2f6f0f7a10", "id_ponto_venda": 3,
            "id_turno": 12, "id_usuario": 7, "operacao": 1, "data_hora_inicio": "2026-07-01T10:00:00-03:00",
            "data_hora_termino": "2026-07-01T10:01:30-03:00", "cancelado": False, "cpf_cnpj_consumidor": "",
            "codigo_cliente": "", "valor_produtos": "20.00", "valor_desconto": "0.00", "valor_acrescimo": "0.00",
            "valor_total": "20.00", "valor_troco": "30.00", "id_operacao_origem": None, "observacao": "",
            "itens": [
                {
                    "item": 1, "id_produto": 101, "codigo_barras": "7891000100103", "descricao": "LEITE INTEGRAL 1L",
                    "unidade": "UN", "quantidade_primaria": "4.0000", "valor_unitario_liquido": "5.000000",
                    "valor_desconto": "0.00", "valor_acrescimo": "0.00", "valor_total_liquido": "20.00",
                    "cfop": "5102", "ncm": "04012010", "id_usuario_vendedor": None, "cancelado": False,
                }
            ],
            "finalizadores": [
                {
                    "item": 1, "id_finalizador": 1, "valor": "50.00", "valor_troco": "30.00", "parcela": 1, "nsu": "",
                    "autorizacao": "", "bandeira": "", "cnpj_credenciadora": "", "txid": "", "end_to_end_id": "",
                }
            ],
            "recebimentos": [],
        }
    ],
    "notas": [
        {
            "chave": "35260712345678000195650010000047111123456780", "numero": 4711, "serie": 1, "modelo": "65",
            "situacao": "autorizada", "protocolo": "135260000000001", "data_emissao": "2026-07-01T10:01:30-03:00",
            "valor_total": "20.00", "xml": "<nfeProc>…</nfeProc>", "id_operacao": 4711,
        }
    ],
}  # fmt: skip

EXEMPLO_RECEBIMENTO: Final[dict[str, Any]] = {
    "versao": 1,
    "instalacao": "5f0c7a52-94a7-4a3b-9f0e-3f1f2c0f7a11",
    "operacoes": [
        {
            "id_operacao": 4890, "guid_operacao": "8a1d5b0e-9f3c-4c57-9f0d-6a3e2b1c4d50", "id_ponto_venda": 3,
            "operacao": 7, "data_hora_inicio": "2026-07-20T16:00:00-03:00",
            "data_hora_termino": "2026-07-20T16:02:10-03:00", "codigo_cliente": "52998224725", "valor_total": "51.50",
            "finalizadores": [{"item": 1, "id_finalizador": 1, "valor": "51.50"}],
            "recebimentos": [
                {
                    "item": 1, "numero_documento": "3-4711-1", "parcela": 2, "valor": "50.00", "juros": "2.00",
                    "desconto": "0.50",
                }
            ],
        }
    ],
}  # fmt: skip

EXEMPLO_RESPOSTA: Final[dict[str, Any]] = {
    "turnos": [{"id_turno": 12, "resultado": "criada"}],
    "operacoes": [
        {"id_operacao": 4711, "resultado": "criada"},
        {"id_operacao": 4712, "resultado": "existente"},
        {"id_operacao": 4713, "resultado": "divergente"},
        {
            "id_operacao": 4714,
            "resultado": "rejeitada",
            "codigo": "VALOR_NEGATIVO",
            "mensagem": 'valor_total: não pode ser negativo, recebido "-1.00"',
        },
    ],
    "notas": [
        {"chave": "35260712345678000195650010000047111123456780", "numero": 4711, "resultado": "atualizada"},
    ],
}

DO_ACESSO: Final = {
    401: {"NAO_AUTENTICADO": "Falta o cabeçalho Authorization.", "CHAVE_INVALIDA": "A chave não vale."},
    403: {"ESCOPO_INSUFICIENTE": "A chave não tem o escopo pdv."},
}


def _descricao() -> str:
    codigos = "\n".join(f"- `{codigo}`: {texto}" for codigo, texto in EXPLICACAO_DA_LINHA.items())
    return (
        "Recebe um pacote de turnos, operações encerradas e notas de um ponto de venda, o da chave. Só guarda: o "
        "processamento vem depois. Enviar de novo o mesmo pacote não muda nada.\n\n"
        "A resposta traz um `resultado` por linha, na ordem enviada:\n"
        "- `criada`: guardada agora;\n"
        "- `existente`: já estava, igual; nada foi feito;\n"
        "- `atualizada`: nota ou turno que já estava e mudou;\n"
        "- `divergente`: mesma operação, outro conteúdo; nada foi sobrescrito, uma pessoa decide;\n"
        "- `rejeitada`: não entrou, com `codigo` (o primeiro problema) e `mensagem` (todos eles).\n\n"
        "O PDV dá por replicado tudo o que não vier `rejeitada`.\n\n"
        f"Códigos de uma linha rejeitada:\n{codigos}"
    )


def _respostas(saida: type[msgspec.Struct] = Resposta) -> dict[int, OpenApiResponse]:
    por_status: dict[int, dict[str, str]] = defaultdict(dict)
    for codigo, (status, texto) in EXPLICACAO_DO_PACOTE.items():
        por_status[status][codigo.value] = texto
    for status, codigos in DO_ACESSO.items():
        por_status[status] |= codigos
    return {200: OpenApiResponse(esquema_json(saida), "Um resultado por linha."), **respostas_de_erro(por_status)}


def respostas_de_erro(por_status: Mapping[int, Mapping[str, str]]) -> dict[int, OpenApiResponse]:
    """The documentation of errors, of their codes and explanations by HTTP status."""
    erro = esquema_json(Erro)
    return {
        status: OpenApiResponse(erro, "\n".join(f"- `{codigo}`: {texto}" for codigo, texto in codigos.items()))
        for status, codigos in sorted(por_status.items())
    }


_COMPACTADO = OpenApiParameter(
    "Content-Encoding",
    str,
    OpenApiParameter.HEADER,
    description="`gzip` (recomendado) ou ausente. Corpo de até 16 MiB descompactado, por omissão.",
    enum=["gzip", "identity"],
)

DOCUMENTACAO: Final[dict[str, Any]] = {
    "operation_id": "pdv_replicacao",
    "tags": ["PDV"],
    "summary": "Replicar operações, notas e turnos",
    "description": _descricao(),
    "parameters": [_COMPACTADO],
    "request": {"application/json": esquema_json(Pacote)},
    "responses": _respostas(),
    "examples": [
        OpenApiExample("Uma venda em dinheiro", value=EXEMPLO_PACOTE, request_only=True),
        OpenApiExample(
            "Um recebimento de crediário",
            description="`valor` abate o título; o cliente paga valor + juros - desconto.",
            value=EXEMPLO_RECEBIMENTO,
            request_only=True,
        ),
        OpenApiExample("Um resultado por linha", value=EXEMPLO_RESPOSTA, response_only=True, status_codes=["200"]),
    ],
}


def documentar(
    *,
    operation_id: str,
    summary: str,
    description: str,
    entrada: type[msgspec.Struct],
    saida: type[msgspec.Struct],
    exemplos: list[OpenApiExample],
) -> dict[str, Any]:
    """The arguments of `extend_schema` for another endpoint of the tills, which refuses a request the same way."""
    return {
        "operation_id": operation_id,
        "tags": ["PDV"],
        "summary": summary,
        "description": description,
        "parameters": [_COMPACTADO],
        "request": {"application/json": esquema_json(entrada)},
        "responses": _respostas(saida),
        "examples": exemplos,
    }
