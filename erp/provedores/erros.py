"""How a call to a provider fails, in two families: it may pass by itself, or it waits for a person.

No message holds a secret nor personal data: whatever the provider said, it is masked here.
"""

from __future__ import annotations

from datetime import timedelta

from auditoria.rules import mascarar_texto


class FalhaDoProvedor(Exception):
    """`codigo` is stable (`HTTP_422`, `TEMPO_ESGOTADO`, `CONEXAO`...); `status` is 0 when there was no whole answer."""

    def __init__(self, codigo: str, mensagem: str, *, status: int = 0, corpo: bytes = b"") -> None:
        mensagem = mascarar_texto(
            mensagem.replace("\0", "").encode(errors="replace").decode()
        )  # NUL: no database keeps it
        super().__init__(mensagem)
        self.codigo = codigo
        self.mensagem = mensagem
        self.status = status
        self.corpo = corpo  # as it came, up to 64 KiB: for the caller to read, never to be logged


class FalhaPassageira(FalhaDoProvedor):
    """5xx, 408, 425, 429, a connection or a body that broke: nobody knows whether it was done; ask again later.

    `espere` is what the provider asked for, or None.
    """

    def __init__(
        self, codigo: str, mensagem: str, *, status: int = 0, corpo: bytes = b"", espere: timedelta | None = None
    ) -> None:
        super().__init__(codigo, mensagem, status=status, corpo=corpo)
        self.espere = espere


class ProvedorPausado(FalhaPassageira):
    """The provider is paused, by a person or because it asked for calm: no call was made."""


class FalhaDefinitiva(FalhaDoProvedor):
    """4xx, a redirect, an answer too big, a missing setting: asking again the same way changes nothing."""
