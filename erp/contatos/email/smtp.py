"""The conversation with the mail server: connections that are used again within a run, and answers kept word for word.

What is certain and what is not: an error before the end of DATA means that the letter was not taken. When the line drops
after it, or the process dies before what came back is written down, nobody can know: the letter goes again, with the
same Message-ID, by which most servers and programs show it once. That window is one command long for each letter.
"""

from __future__ import annotations

import os
import smtplib
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

from filas.erros import ErroDefinitivo, FalhaDeTransporte

OCIOSA: Final = 5.0  # seconds after which a connection is asked whether it still lives
FECHANDO: Final = 421  # the server ends this connection, not this letter
SMTP_DO_DJANGO: Final = "django.core.mail.backends.smtp.EmailBackend"


class RespostaSMTP(NamedTuple):
    """What the server said, and to what: `entrada`, `remetente`, `destinatario` or `conteudo`."""

    codigo: int
    texto: str
    fase: str


class _Guarda:
    """Keeps the answer to DATA, which smtplib throws away: it has the number by which the server knows the letter."""

    resposta: tuple[int, bytes] = (0, b"")

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.resposta = super().data(msg)  # type: ignore[misc]  # smtplib's, of the class beside this one
        return self.resposta


class _SMTP(_Guarda, smtplib.SMTP):
    pass


class _SMTPComTLS(_Guarda, smtplib.SMTP_SSL):
    pass


class _Correio(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SMTPComTLS if self.use_ssl else _SMTP


class Linha(NamedTuple):
    """One connection, of one process (it does not survive a fork), and when it was last used."""

    correio: Any
    processo: int
    usada_em: float


class Linhas:
    """Open connections that nobody is using. Threads take one and put it back; `fechar` at the end of a run."""

    def __init__(self) -> None:
        self._livres: deque[Linha] = deque()

    def entregar(self, carta: EmailMessage) -> RespostaSMTP:
        """Hand one letter over. Raises `FalhaDeTransporte` when no answer came."""
        if guardada := self._tomar():
            resposta = self._por(guardada, carta)
            if resposta.codigo != FECHANDO or resposta.fase == "conteudo":
                return resposta
        novo = _novo()
        try:
            _com_resposta(novo.open, "entrada")
        except smtplib.SMTPResponseException as recusa:
            return _resposta(recusa.smtp_code, recusa.smtp_error, "entrada")
        return self._por(novo, carta)

    def fechar(self) -> None:
        """Say goodbye on each. Another thread may still put one back: the next run finds it."""
        while self._livres:
            linha = self._livres.popleft()
            if linha.processo == os.getpid():
                with suppress(smtplib.SMTPException, OSError):
                    linha.correio.close()

    def _por(self, correio: Any, carta: EmailMessage) -> RespostaSMTP:
        try:
            resposta = _enviar(correio, carta)
        except BaseException:
            _largar(correio)
            raise
        if resposta.codigo == FECHANDO:
            _largar(correio)
        else:
            self._livres.append(Linha(correio, os.getpid(), time.monotonic()))
        return resposta

    def _tomar(self) -> Any:
        with suppress(IndexError):
            while True:
                linha = self._livres.pop()
                if linha.processo == os.getpid() and _vive(linha):
                    return linha.correio
                _largar(linha.correio)
        return None


def _novo() -> Any:
    if settings.EMAIL_BACKEND == SMTP_DO_DJANGO:
        return _Correio()
    return get_connection()


def _vive(linha: Linha) -> bool:
    conexao = getattr(linha.correio, "connection", None)
    if conexao is None or time.monotonic() - linha.usada_em < OCIOSA:
        return True
    try:
        return bool(conexao.noop()[0] == 250)
    except (smtplib.SMTPException, OSError):
        return False


def _enviar(correio: Any, carta: EmailMessage) -> RespostaSMTP:
    try:
        _com_resposta(lambda: correio.send_messages([carta]), "envio")
    except smtplib.SMTPRecipientsRefused as recusa:
        codigo, texto = next(iter(recusa.recipients.values()))
        return _resposta(codigo, texto, "destinatario")
    except smtplib.SMTPSenderRefused as recusa:
        return _resposta(recusa.smtp_code, recusa.smtp_error, "remetente")
    except smtplib.SMTPResponseException as recusa:
        return _resposta(recusa.smtp_code, recusa.smtp_error, "conteudo")
    codigo, texto = getattr(getattr(correio, "connection", None), "resposta", (0, b""))
    return _resposta(codigo or 250, texto, "conteudo")


def _com_resposta(chamar: Callable[[], Any], fase: str) -> None:
    """Errors without an answer of the server become `FalhaDeTransporte`; those with one go on to who reads them."""
    try:
        chamar()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
        raise
    except smtplib.SMTPNotSupportedError as erro:
        if fase == "entrada":
            raise FalhaDeTransporte("CONFIGURACAO_DO_CORREIO", "o servidor de e-mail não sabe fazer o que foi pedido "
                                    "na configuração (TLS ou senha)") from erro  # fmt: skip
        raise ErroDefinitivo("ENDERECO_NAO_ACEITO", "o servidor de e-mail não aceita este endereço") from erro
    except TimeoutError as erro:
        raise FalhaDeTransporte(
            "TEMPO_ESGOTADO", f"o servidor de e-mail não respondeu a tempo{_talvez(fase)}"
        ) from erro
    except (smtplib.SMTPException, OSError) as erro:
        raise FalhaDeTransporte(
            "CONEXAO", f"a conexão com o servidor de e-mail falhou ({type(erro).__name__}){_talvez(fase)}"
        ) from erro


def _talvez(fase: str) -> str:
    return "" if fase == "entrada" else "; ele pode ter recebido"


def _largar(correio: Any) -> None:
    """Without a goodbye: what is on the other side may not answer any more."""
    conexao = getattr(correio, "connection", None)
    if conexao is not None:
        with suppress(smtplib.SMTPException, OSError):
            conexao.close()
        correio.connection = None


def _resposta(codigo: int, texto: bytes | str, fase: str) -> RespostaSMTP:
    lido = texto.decode("utf-8", "replace") if isinstance(texto, bytes) else str(texto)
    return RespostaSMTP(codigo, " ".join(lido.split()), fase)
