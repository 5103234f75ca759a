"""What each error code of the queue means, what to do about it, and where it is mended.

The engine's own codes are here; a context adds those of its rules from its app's `ready`, with the page that mends
them. Pure, but for the table that `registrar_causas` fills.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class Conserto(NamedTuple):
    """Where an error is mended: an address of the admin, the text of its link, and who may follow it."""

    url: str
    texto: str
    permissao: str = ""


@dataclass(frozen=True)
class Causa:
    """`titulo` names the error in a list, `saida` says what to do, `conserto` finds the page for one message, if any."""

    titulo: str
    saida: str
    conserto: Callable[[Any], Conserto | None] | None = None


_DA_OUTRA_PONTA = "O outro sistema está com defeito ou sobrecarregado. Espere, ou avise quem cuida dele, e reprocesse."
_RECUSADA = "O outro sistema não aceitou o que foi enviado. Leia a resposta, corrija o cadastro e reprocesse."
_DA_TI = "Chame a TI: é a configuração da integração, e não o cadastro."

_causas: dict[str, Causa] = {
    "CONEXAO": Causa("Não conectou", "A rede ou o outro sistema está fora. Espere voltar e reprocesse."),
    "TEMPO_ESGOTADO": Causa("Demorou demais a responder", _DA_OUTRA_PONTA),
    "RESPOSTA_ILEGIVEL": Causa("Respondeu o que não se entende", _DA_OUTRA_PONTA),
    "RESPOSTA_GRANDE": Causa("Resposta grande demais", _DA_OUTRA_PONTA),
    "REDIRECIONADO": Causa("Mandou procurar em outro endereço", _DA_TI),
    "CONTEXTO_DESCONHECIDO": Causa("Integração desconhecida", _DA_TI),
    "HTTP_400": Causa("Recusada: dados inválidos", _RECUSADA),
    "HTTP_401": Causa("Sem autorização", _DA_TI),
    "HTTP_403": Causa("Sem permissão", _DA_TI),
    "HTTP_404": Causa("Endereço não encontrado", _DA_TI),
    "HTTP_409": Causa("Recusada: conflito", _RECUSADA),
    "HTTP_422": Causa("Recusada: não passou na conferência de lá", _RECUSADA),
    "HTTP_429": Causa("Pedidos demais", "O outro sistema pediu calma. Espere um pouco e reprocesse."),
}


def registrar_causas(causas: Mapping[str, Causa]) -> None:
    """Add codes, or say better what one of ours means. Called from `AppConfig.ready` of the app that raises them."""
    _causas.update(causas)


def causa_de(codigo: str) -> Causa:
    """What is known of a code; of one that nobody registered, its own text and where to ask."""
    if conhecida := _causas.get(codigo):
        return conhecida
    if codigo.startswith("HTTP_5"):
        return Causa(f"Defeito do outro sistema ({codigo[5:]})", _DA_OUTRA_PONTA)
    if codigo.startswith("HTTP_4"):
        return Causa(f"Recusada ({codigo[5:]})", _RECUSADA)
    titulo = codigo.replace("_", " ").capitalize() or "Sem causa anotada"
    return Causa(titulo, "Leia a mensagem; se ela não bastar, chame a TI com o token.")
