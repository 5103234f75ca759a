"""How the key appears in the OpenAPI document; importing this module registers it."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from erp.acesso.api import ESQUEMA


class EsquemaDaChave(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its metaclass is untyped
    """`Authorization: Api-Key <chave>`."""

    target_class = "erp.acesso.api.AutenticacaoPorChave"
    name = "ChaveApi"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": f"`{ESQUEMA} <chave>`. A chave é criada na retaguarda e mostrada uma vez.",
        }
