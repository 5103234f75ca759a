"""What the status of an answer means to any context, before its body is read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from filas.fila.valores import Resposta, Resultado, adiar, erro

DE_NOVO = frozenset({408, 425, 429})
DO_DESTINO = frozenset(
    {401, 403, 404, 405, 407, 410}
)  # wrong for one message as for all: some in a row pause the context
ESPERE_NO_MAXIMO = timedelta(hours=6)  # of a Retry-After: a day off would only hide the message


def pelo_status(resposta: Resposta) -> Resultado | None:
    """None when the answer is a whole 2xx and its body decides.

    5xx, 408, 425 and 429 wait (Retry-After honoured); a redirect is not followed; any other status is an error.
    """
    status = resposta.status
    if 200 <= status < 300:
        return _inteira(resposta)
    if 300 <= status < 400:
        return erro("REDIRECIONADO", f"HTTP {status}: o destino mandou procurar em {_destino(resposta)}; "
                    "não seguimos redirecionamentos: confira o endereço configurado", destino_falhou=True)  # fmt: skip
    if status >= 500 or status in DE_NOVO:
        return adiar(f"HTTP_{status}", f"HTTP {status}: o destino não atendeu agora", espere=retry_after(resposta))
    return erro(f"HTTP_{status}", f"HTTP {status}: o destino recusou", destino_falhou=status in DO_DESTINO)


def _inteira(resposta: Resposta) -> Resultado | None:
    if not resposta.cortada:
        return None
    return erro("RESPOSTA_GRANDE", f"HTTP {resposta.status} com mais de 64 KiB de resposta: não se sabe o que ela diz")


def _destino(resposta: Resposta) -> str:
    """The host only: the rest of a location may hold anything."""
    try:
        return urlsplit(resposta.cabecalhos.get("location", "")).hostname or "outro caminho do mesmo servidor"
    except ValueError:
        return "um endereço ilegível"


def retry_after(resposta: Resposta, agora: datetime | None = None) -> timedelta | None:
    """Seconds or an HTTP date, up to six hours; None when there is none, or it says nothing."""
    texto = resposta.cabecalhos.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", texto):
        espera = timedelta(seconds=int(texto))
    else:
        try:
            quando = parsedate_to_datetime(texto)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        espera = (quando if quando.tzinfo else quando.replace(tzinfo=UTC)) - (agora or datetime.now(UTC))
    return min(max(espera, timedelta(0)), ESPERE_NO_MAXIMO)
