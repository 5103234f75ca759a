"""A real SMTP server on loopback, that keeps what it took and can be told to refuse."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Correio:
    """`cartas` are those it took; `recusar` is its answer to the next ones; `ao_receber` runs before it takes
    one, `ao_guardar` between that and its answer.

    `sessoes` are the connections that letters came by; `cair` is of how many letters, once taken, it hangs up on.
    """

    def __init__(self) -> None:
        self.cartas: list[EmailMessage] = []
        self.para: list[list[str]] = []
        self.recusar = ""
        self.recusar_quem: set[str] = set()
        self.sessoes: set[object] = set()
        self.cair = 0
        self.ao_receber: Callable[[], object] = lambda: None
        self.ao_guardar: Callable[[], object] = lambda: None
        self.controlador = Controller(self, hostname="127.0.0.1", port=porta_livre())

    async def handle_RCPT(
        self, servidor: SMTP, sessao: Session, envelope: Envelope, endereco: str, opcoes: list[str]
    ) -> str:
        if endereco in self.recusar_quem:
            return "550 ninguem aqui com este nome"
        envelope.rcpt_tos.append(endereco)
        return "250 OK"

    async def handle_DATA(self, servidor: SMTP, sessao: Session, envelope: Envelope) -> str:
        await asyncio.to_thread(self.ao_receber)
        if self.recusar:
            return self.recusar
        self.sessoes.add(sessao.peer)
        assert isinstance(envelope.content, bytes)
        self.cartas.append(message_from_bytes(envelope.content, policy=policy.default))
        self.para.append(list(envelope.rcpt_tos))
        await asyncio.to_thread(self.ao_guardar)
        if self.cair:
            self.cair -= 1
            assert servidor.transport is not None
            servidor.transport.abort()  # type: ignore[attr-defined]  # of a socket
        return "250 OK"

    def voltar(self) -> None:
        """Up again after `controlador.stop()`, at the same address."""
        self.controlador = Controller(self, hostname="127.0.0.1", port=self.controlador.port)
        self.controlador.start()


def porta_livre() -> int:
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        return int(tomada.getsockname()[1])


@contextmanager
def correio_no_ar(settings: Any, *para: str) -> Iterator[Correio]:
    """The server, up, and the settings that send the digest through it to `para`."""
    correio = Correio()
    correio.controlador.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", correio.controlador.port
    settings.FILAS_NOTIFICAR_PARA = list(para)
    settings.RETAGUARDA_URL = "https://retaguarda.exemplo.com.br"
    try:
        yield correio
    finally:
        correio.controlador.stop()
