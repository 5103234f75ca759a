"""A mail server on loopback, that keeps what it took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.pasta import porta_livre


class Correio:
    """What arrived: to whom, and the letter."""

    def __init__(self) -> None:
        self.porta = porta_livre()
        self.cartas: list[tuple[str, EmailMessage]] = []

    @property
    def url(self) -> str:
        """As EMAIL_URL takes it."""
        return f"smtp://127.0.0.1:{self.porta}"

    async def handle_DATA(self, servidor: SMTP, sessao: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        carta = message_from_bytes(envelope.content, policy=policy.default)
        self.cartas += [(para, carta) for para in envelope.rcpt_tos]
        return "250 OK"


@contextmanager
def correio_no_ar() -> Iterator[Correio]:
    correio = Correio()
    controlador = Controller(correio, hostname="127.0.0.1", port=correio.porta)
    controlador.start()
    try:
        yield correio
    finally:
        controlador.stop()
