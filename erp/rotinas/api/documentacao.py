"""The OpenAPI pages of the routines: one for each path of the specification, made from the registry."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from erp.rotinas import registro
from erp.rotinas.api.retrato import ExecucaoComLinhasSerializer, ExecucaoSerializer

ERRO: Final = inline_serializer(
    "ErroDeRotina",
    {
        "codigo": serializers.CharField(help_text="Estável: é por ele que se decide."),
        "mensagem": serializers.CharField(help_text="Em português, com o esperado e o recebido."),
        "contexto": serializers.DictField(help_text="O que ajuda a seguir; em 409, `execucao`: onde está a outra."),
    },
)
ERROS: Final = {
    400: "`PARAMETRO_INVALIDO`, `REFERENCIA_FUTURA`, `ROTINA_SEM_REFERENCIA` ou `ROTINA_NAO_SIMULAVEL`.",
    401: "`NAO_AUTENTICADO` ou `CHAVE_INVALIDA`.",
    403: "`ESCOPO_INSUFICIENTE`, ou `CHAVE_DE_HOMOLOGACAO`: esta só simula.",
    405: "`METODO_NAO_PERMITIDO`.",
    409: "`ROTINA_EM_CURSO` ou `ROTINA_JA_PEDIDA`; `contexto.execucao` e `Location` dizem onde acompanhar a outra.",
    501: "`ROTINA_NAO_CONFIGURADA`: nada foi feito.",
}
PARAMETROS: Final = [
    OpenApiParameter("simular", bool, description="1: calcula tudo, lista quem seria atingido e não grava nada."),
    OpenApiParameter(
        "referencia", str, description="O dia (AAAA-MM-DD) de que a execução cuida; hoje, se não vier. Até hoje."
    ),
]


def _erros(*status: int) -> dict[int, OpenApiResponse]:
    return {codigo: OpenApiResponse(ERRO, ERROS[codigo]) for codigo in status}


def da_rotina(caminho: str) -> dict[str, Any]:
    """The page of one path."""
    rotina = registro.procurar(caminho)
    return {
        "operation_id": f"rotina_{caminho.replace('/', '_')}",
        "tags": ["Rotinas"],
        "summary": rotina.titulo if rotina else caminho,
        "description": (
            f"{rotina.descricao if rotina else ''}\n\n"
            "Roda a rotina agora, fora da agenda, e responde como terminou; `situacao` diz se terminou bem. Passando "
            "de dois segundos responde 202, e `Location` diz onde acompanhar. Nunca roda sobre si mesma. O caminho "
            "vale com qualquer caixa de letras."
        ),
        "parameters": PARAMETROS,
        "request": None,
        "responses": {
            200: OpenApiResponse(ExecucaoSerializer, "Como terminou."),
            202: OpenApiResponse(ExecucaoSerializer, "Ainda não terminou; acompanhe em `Location`."),
            **_erros(*ERROS),
        },
    }


EXECUCAO: Final[dict[str, Any]] = {
    "operation_id": "rotinas_execucao",
    "tags": ["Rotinas"],
    "summary": "Acompanhar uma execução",
    "description": "Como está, ou como terminou, a execução de uma das rotinas acima, com as linhas do registro.",
    "responses": {
        200: OpenApiResponse(ExecucaoComLinhasSerializer, "A execução."),
        **_erros(401, 403),
        404: OpenApiResponse(ERRO, "`NAO_ENCONTRADO`."),
    },
}
