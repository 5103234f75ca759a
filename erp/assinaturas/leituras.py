"""What is told of a request, on its way to `services.registro`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

from erp.assinaturas.maquina import Passo

_FIM: Final = 2048  # bytes in which a PDF says that it ends


class Lido(NamedTuple):
    """One thing said. `fonte` is one of EventoAssinatura.Fonte."""

    id_evento: str
    passo: Passo
    em: datetime
    fonte: str
    lida: str = ""
    por: str = ""
    texto: str = ""
    bruto: Mapping[str, Any] = {}


def problema_do_arquivo(arquivo: bytes, enviado: str) -> str:
    """Why this is no signed PDF of the file whose SHA-256 is `enviado`; empty when it may be. Pure."""
    if not arquivo.startswith(b"%PDF-"):
        return "o que veio não é um PDF"
    if b"%%EOF" not in arquivo[-_FIM:]:
        return "o PDF veio cortado"
    if sha256(arquivo).hexdigest() == enviado:
        return "veio o mesmo arquivo que mandamos, sem assinatura nenhuma"
    return ""
