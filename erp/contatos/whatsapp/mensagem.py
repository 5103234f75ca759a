"""A comunicado as a message of the Cloud API. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from filas.erros import ErroDefinitivo

PRECISA: Final = ("comunicado", "token", "para", "modelo_na_meta", "idioma")


def montar(conteudo: Mapping[str, Any]) -> dict[str, Any]:
    """The body of POST /messages. `biz_opaque_callback_data` comes back in every status: it is how one is known whose
    answer was lost. Raises `ErroDefinitivo`.
    """
    faltam = [campo for campo in PRECISA if not conteudo.get(campo)]
    if faltam:
        raise ErroDefinitivo("CONTEUDO_ILEGIVEL", f"a mensagem não tem {', '.join(faltam)}")
    modelo: dict[str, Any] = {"name": conteudo["modelo_na_meta"], "language": {"code": conteudo["idioma"]}}
    if parametros := conteudo.get("parametros"):
        textos = [{"type": "text", "text": str(valor)} for valor in parametros]
        modelo["components"] = [{"type": "body", "parameters": textos}]
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": str(conteudo["para"]),
        "type": "template",
        "template": modelo,
        "biz_opaque_callback_data": str(conteudo["token"]),
    }
