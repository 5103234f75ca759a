"""The OpenAPI page of the WebService, made from the table of fields and from the list of rules (spec/004)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from clientes.webservice.campos import (
    CADASTRAMENTO,
    CAMPOS,
    CHAVE,
    CHAVE_TAMANHO,
    CODIGO_CLIENTE,
    DATA_PARA_TRANSFERENCIA,
    DETALHADA,
    EVENTO,
    EVENTO_TAMANHO,
    MENSAGEM,
    TIPO_VAREJO,
    Campo,
    Tipo,
)
from clientes.webservice.codigos import EXPLICACAO, Regra
from clientes.webservice.corpo import FORMULARIO, JSON
from clientes.webservice.pedido import PREFIXO_ERRO

# The very example of the specification. (Its answer shows another NUMERO than its request: here the echo is the echo.)
EXEMPLO: Final[dict[str, str]] = {
    "UF": "MG", "CEP": "06845330", "DDD": "21", "OBS": "", "OMS": "0", "key": "609d9139-3439-45ae-ad00-a3e5a9f835f1",
    "PAIS": "BRASIL", "SEXO": "M", "EMAIL": "T.TESTE@GMAIL.COM", "PF_PJ": "1", "RG_IE": "94987713999",
    "BAIRRO": "PADRE EUSTÁQUIO", "CIDADE": "BELO HORIZONTE", "FILIAL": "ESTOQUE CENTRAL", "NUMERO": "370", "STATUS": "1",
    "CELULAR": "", "CPF_CGC": "99999999999", "eventId": "d061d60d-d2bc-4181-a224-881ebf4ded07",
    "ENDERECO": "CESÁRIO ALVIM", "TELEFONE": "999999999", "ANIVERSARIO": "1993-07-04 00:00:00", "COMPLEMENTO": "",
    "DDD_CELULAR": "", "ESTRANGEIRO": "0", "TIPO_VAREJO": "VENDEDOR (C)", "CLIENTE_VAREJO": "LOREM IPSUM",
    "CODIGO_CLIENTE": "94987713999", "TIPO_LOGRADOURO": "RUA",
}  # fmt: skip
ACRESCIMO: Final[dict[str, str]] = {
    MENSAGEM: "OK", DETALHADA: "Registrado com sucesso.", CODIGO_CLIENTE: "94987713999",
    CADASTRAMENTO: "2025-09-25 15:58:07.000", DATA_PARA_TRANSFERENCIA: "2026-02-03 11:41:39",
}  # fmt: skip
_ERROS_DO_EXEMPLO: Final = [
    {"campo": "CLIENTE_VAREJO", "regra": "OBRIGATORIO", "mensagem": "campo obrigatório, e veio vazio."},
    {"campo": "UF", "regra": "TAMANHO", "mensagem": "esperado até 2 caracteres, recebido 5 («Minas»)."},
]
EXEMPLO_DE_ERRO: Final[dict[str, Any]] = {
    MENSAGEM: "ERRO",
    DETALHADA: PREFIXO_ERRO + "; ".join(f"{erro['campo']}: {erro['mensagem']}" for erro in _ERROS_DO_EXEMPLO),
    "erros": _ERROS_DO_EXEMPLO,
}

_TEXTO: Final = {"type": "string"}
_NUMERO: Final = {"type": "number"}
_DATA: Final = "`AAAA-MM-DD`, `AAAA-MM-DD HH:MM:SS[.fff]` ou ISO 8601."
ERRO: Final[dict[str, Any]] = {
    "type": "object",
    "required": [MENSAGEM, DETALHADA, "erros"],
    "properties": {
        MENSAGEM: {"type": "string", "enum": ["ERRO"]},
        DETALHADA: {"type": "string", "description": f"Começa por `{PREFIXO_ERRO.strip()}` e diz tudo em uma linha."},
        "erros": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["campo", "regra", "mensagem"],
                "additionalProperties": False,
                "properties": {
                    "campo": {**_TEXTO, "description": "O nome do campo; vazio quando é o pedido inteiro."},
                    "regra": {"type": "string", "enum": [regra.value for regra in Regra]},
                    "mensagem": {**_TEXTO, "description": "Documentos, telefones e e-mails vêm mascarados."},
                },
            },
        },
    },
}


def _campo_em_json(campo: Campo) -> dict[str, Any]:
    """A field of the table: text, or a number. Optional ones may be null, which is the same as empty."""
    texto: dict[str, Any] = dict(_TEXTO)
    if campo.tipo is Tipo.TEXTO:
        texto["maxLength"] = campo.tamanho
    elif campo.tipo is Tipo.INTEIRO:
        texto["pattern"] = "^[0-9]?$"
    esquema: dict[str, Any] = {"anyOf": [texto, dict(_NUMERO)], "description": _descricao(campo)}
    return esquema if campo.obrigatorio else {**esquema, "nullable": True}


def _descricao(campo: Campo) -> str:
    if campo.tipo is Tipo.DATA:
        return f"{campo.conteudo} {_DATA}"
    return f"{campo.conteudo} {campo.tipo.value}, até {campo.tamanho}."


def esquema_do_cliente(*, com_chave: bool) -> dict[str, Any]:
    """The body of one customer; unknown fields are echoed."""
    chave = {
        CHAVE: {
            **_TEXTO,
            "maxLength": CHAVE_TAMANHO,
            "description": "Chave da API Key para autenticação, escopo `clientes`.",
        }
    }
    propriedades: dict[str, Any] = {
        **(chave if com_chave else {}),
        **{campo.nome: _campo_em_json(campo) for campo in CAMPOS},
        CODIGO_CLIENTE: {
            **_TEXTO,
            "maxLength": 14,
            "description": "Na falta: RG_IE de um estrangeiro, senão CPF_CGC. Depois da reestruturação é obrigatório.",
        },
        TIPO_VAREJO: {**_TEXTO, "description": "O que CLIENTE_VAR_TIPOS não tem torna-se CLIENTE VAREJO."},
        EVENTO: {
            **_TEXTO,
            "maxLength": EVENTO_TAMANHO,
            "description": "O ID do registro, único por FILIAL. O mesmo, com o mesmo conteúdo, recebe a mesma resposta.",
        },
    }
    obrigatorios = [campo.nome for campo in CAMPOS if campo.obrigatorio]
    return {
        "type": "object",
        "required": [*([CHAVE] if com_chave else []), *obrigatorios],
        "properties": propriedades,
        "additionalProperties": True,
    }


def esquema_da_resposta() -> dict[str, Any]:
    """The echo of the request and what is added to it (§5)."""
    return {
        "type": "object",
        "required": [MENSAGEM, DETALHADA, CODIGO_CLIENTE, CADASTRAMENTO, DATA_PARA_TRANSFERENCIA],
        "properties": {
            MENSAGEM: {"type": "string", "enum": ["OK"]},
            DETALHADA: dict(_TEXTO),
            CODIGO_CLIENTE: {**_TEXTO, "minLength": 1, "maxLength": 14},
            CADASTRAMENTO: {**_TEXTO, "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$"},
            DATA_PARA_TRANSFERENCIA: {**_TEXTO, "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"},
        },
        "additionalProperties": True,
    }


def respostas_de_erro(regras: Iterable[Regra] = Regra) -> dict[int, OpenApiResponse]:
    """The documentation of every refusal, by status."""
    por_status: Mapping[int, list[str]] = defaultdict(list)
    for regra in regras:
        status, texto = EXPLICACAO[regra]
        por_status[status].append(f"- `{regra.value}`: {texto}")
    return {status: OpenApiResponse(ERRO, "\n".join(linhas)) for status, linhas in sorted(por_status.items())}


DESCRICAO: Final = """Cadastra ou atualiza um cliente em CLIENTES_VAREJO, em uma transação: ou entra inteiro, ou nada muda.

- **Um campo ausente conserva** o que está gravado; **um campo vazio apaga**. Só SEXO vazio é ignorado. Números podem vir como
  texto ou como número. Campos desconhecidos (como `OMS`) são devolvidos na resposta.
- Nacional é procurado por CPF_CGC (só letras e algarismos contam); estrangeiro, por CODIGO_CLIENTE. ESTRANGEIRO vazio é 0, e
  UF `EX` faz dele 1.
- FILIAL em número vira o nome do cadastro de filiais. CEP de valor zero fica nulo. STATUS ausente, em cadastro novo, é 1.
- Na atualização ficam como estavam: CODIGO_CLIENTE, CADASTRAMENTO, FILIAL e TIPO_VAREJO.
- CPF ou CNPJ com dígito errado é aceito, e fica marcado no cadastro.
- Repetir um pedido (mesma FILIAL, mesmo `eventId`, mesmo conteúdo) é seguro: a resposta é a da primeira vez.
- Chave de homologação: confere tudo, responde igual e não grava nada.

Todos os erros vêm de uma vez em `erros`, cada um com o campo, a regra e o que veio (documentos mascarados)."""

BIBLIOTECA: Final = OpenApiParameter(
    "biblioteca",
    str,
    OpenApiParameter.PATH,
    description="O token da biblioteca. Com outro a resposta é 404.",
    examples=[OpenApiExample("O da especificação", value="1be199d8-98e8-4de7-a92c-e59c2f08edd6")],
)

DOCUMENTACAO: Final[dict[str, Any]] = {
    "operation_id": "wosk_loja_cliente",
    "tags": ["Clientes"],
    "summary": "Registrar um cliente",
    "description": DESCRICAO,
    "auth": [],  # the key comes in the body
    "parameters": [BIBLIOTECA],
    "request": {tipo: esquema_do_cliente(com_chave=True) for tipo in (JSON, FORMULARIO)},
    "responses": {
        200: OpenApiResponse(esquema_da_resposta(), "O pedido de volta, com o que foi feito."),
        **respostas_de_erro(),
    },
    "examples": [
        OpenApiExample("O da especificação", value=EXEMPLO, request_only=True),
        OpenApiExample("Registrado", value=EXEMPLO | ACRESCIMO, response_only=True, status_codes=["200"]),
        OpenApiExample("Dois erros", value=EXEMPLO_DE_ERRO, response_only=True, status_codes=["400"]),
    ],
}
