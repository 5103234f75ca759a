"""What Meta's webhook says, as values: news of messages, and what people wrote to us. Pure."""

from __future__ import annotations

import json
import string
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from erp.contatos.whatsapp.numeros import ler as ler_numero
from filas.erros import ErroDefinitivo

SITUACOES: Final = {"sent": "enviada_em", "delivered": "entregue_em", "read": "lida_em", "failed": "falhou_em"}
SAIR: Final = frozenset({
    "sair", "quero sair", "parar", "pare", "stop", "unsubscribe", "descadastrar", "cancelar mensagens", "nao quero receber",
    "nao quero mais receber", "nao quero receber mensagens", "nao quero mais receber mensagens", "parar promocoes",
})  # fmt: skip
_DESDE, _ATE = 1_400_000_000, 4_000_000_000  # seconds: nothing true is outside


class Noticia(NamedTuple):
    """One thing that happened to one message. `momento` names the column that keeps it; `para` is a number, or empty."""

    wamid: str
    momento: str
    em: datetime
    token: UUID | None = None
    para: str = ""
    erro: int | None = None


class Lido(NamedTuple):
    noticias: list[Noticia]
    saidas: list[str]  # numbers whose owner asked us to stop
    outras: int  # messages of people that say something else
    ilegiveis: int
    de_outro_numero: int


def ler(corpo: bytes, numero_id: str) -> Lido:
    """Raises `ErroDefinitivo` when it is not Meta's webhook at all; a part that makes no sense is counted."""
    try:
        dito = json.loads(corpo)
        valores = [m["value"] for e in dito["entry"] for m in e["changes"] if isinstance(m["value"], dict)]
    except (ValueError, TypeError, KeyError, RecursionError) as erro:
        raise ErroDefinitivo("WEBHOOK_ILEGIVEL", "o corpo não é um webhook da Cloud API") from erro
    nossos = [v for v in valores if _numero_de(v) in ("", numero_id)]
    noticias: list[Noticia] = []
    saidas: list[str] = []
    outras = ilegiveis = 0
    for valor in nossos:
        for status in _lista(valor, "statuses"):
            if not isinstance(status, dict) or str(status.get("status")) in SITUACOES:
                noticia = _noticia(status)
                ilegiveis += noticia is None
                noticias += [noticia] if noticia else []
        for mensagem in _lista(valor, "messages"):
            numero = ler_numero(f"+{mensagem.get('from') or ''}").digitos if isinstance(mensagem, dict) else ""
            if numero and pede_para_sair(_texto(mensagem)):
                saidas.append(numero)
            else:
                outras += 1
    return Lido(noticias, saidas, outras, ilegiveis, len(valores) - len(nossos))


def pede_para_sair(texto: str) -> bool:
    """The whole message is one of the words: «não vou sair hoje» asks for nothing."""
    sem_acento = unicodedata.normalize("NFKD", texto).encode("ascii", "ignore").decode()
    return " ".join(sem_acento.lower().strip(string.punctuation + string.whitespace).split()) in SAIR


def _noticia(status: Any) -> Noticia | None:
    try:
        segundos = int(status["timestamp"])
        wamid = str(status["id"])
        if not (0 < len(wamid) <= 200 and wamid.isascii() and wamid.isprintable() and _DESDE < segundos < _ATE):
            return None
        return Noticia(
            wamid=wamid,
            momento=SITUACOES[status["status"]],
            em=datetime.fromtimestamp(segundos, UTC),
            token=_uuid(status.get("biz_opaque_callback_data")),
            para=ler_numero(f"+{status.get('recipient_id') or ''}").digitos,
            erro=_erro(status.get("errors")),
        )
    except (TypeError, ValueError, KeyError, OverflowError):
        return None


def _erro(erros: Any) -> int | None:
    match erros:
        case [{"code": int(codigo)}, *_] if -(2**31) < codigo < 2**31:
            return codigo
    return None


def _uuid(texto: Any) -> UUID | None:
    try:
        return UUID(str(texto)) if texto else None
    except ValueError:
        return None


def _lista(valor: dict[str, Any], nome: str) -> Iterator[Any]:
    achada = valor.get(nome)
    yield from achada if isinstance(achada, list) else ()


def _numero_de(valor: dict[str, Any]) -> str:
    dados = valor.get("metadata")
    return str(dados.get("phone_number_id") or "") if isinstance(dados, dict) else ""


def _texto(mensagem: dict[str, Any]) -> str:
    """What was written, or the words of the button that was pressed."""
    match mensagem:
        case {"text": {"body": str(texto)}} | {"button": {"text": str(texto)}}:
            return texto
        case {"interactive": {"button_reply": {"title": str(texto)}}}:
            return texto
    return ""
