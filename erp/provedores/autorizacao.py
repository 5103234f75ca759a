"""How a call says who is calling: a fixed header, Basic, or a token that is asked for, kept and renewed."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from auditoria.segredos import esconder
from erp.provedores.erros import FalhaDoProvedor, FalhaPassageira
from erp.provedores.rede import Bruta

FOLGA: Final = 30.0  # seconds: a token about to end may end on the way
VALIDADE_PADRAO: Final = 300.0


class Chamador(Protocol):
    """What a token is asked with: the client's own call, without authorization."""

    def sem_autorizacao(self, metodo: str, caminho: str, **conteudo: Any) -> Bruta: ...


class Autorizacao(Protocol):
    def cabecalhos(self, cliente: Chamador) -> Mapping[str, str]: ...

    def renovar(self, usado: Mapping[str, str]) -> bool:
        """After a 401 to a call with the headers `usado`; False: there is nothing to renew."""


@dataclass(frozen=True)
class Fixa:
    """A header that is always the same: `Fixa("X-API-KEY", chave)`."""

    nome: str
    valor: str = field(repr=False)

    def __post_init__(self) -> None:
        esconder(self.valor.rpartition(" ")[2], de_passagem=True)  # without `Bearer`

    def cabecalhos(self, cliente: Chamador) -> Mapping[str, str]:
        return {self.nome: self.valor}

    def renovar(self, usado: Mapping[str, str]) -> bool:
        return False


def portador(token: str) -> Fixa:
    """`Authorization: Bearer`, with a token that does not change."""
    return Fixa("Authorization", f"Bearer {token}")


def basica(usuario: str, senha: str = "") -> Fixa:
    """`Authorization: Basic`."""
    return Fixa("Authorization", _basic(usuario, senha))


@dataclass(frozen=True)
class TokenOAuth:
    """OAuth 2 client_credentials: asked for once, kept in this process until it is about to end, renewed after a 401.

    Threads wait for one of them to ask; when that fails for now, it has failed for them all.
    `como_json`: Efí takes the body as JSON; the standard is a form.
    """

    caminho: str
    id: str = field(repr=False)
    segredo: str = field(repr=False)
    escopo: str = ""
    como_json: bool = True

    def cabecalhos(self, cliente: Chamador) -> Mapping[str, str]:
        guarda, chegou = _guarda(self), time.monotonic()
        with guarda.trava:
            if not guarda.token or time.monotonic() >= guarda.fim:
                if (falha := guarda.falha) is not None and guarda.falhou_em >= chegou:
                    raise _outra(falha)  # or each of those who waited would wait as long again, one after the other
                try:
                    guarda.token, guarda.fim = self._pedir(cliente)
                except FalhaPassageira as erro:
                    guarda.falha, guarda.falhou_em = _outra(erro), time.monotonic()
                    raise
            return {"Authorization": f"Bearer {guarda.token}"}

    def renovar(self, usado: Mapping[str, str]) -> bool:
        guarda = _guarda(self)
        with guarda.trava:  # whoever comes second finds the token that the first renewed
            if usado.get("Authorization") == f"Bearer {guarda.token}":
                guarda.token = ""
        return True

    def _pedir(self, cliente: Chamador) -> tuple[str, float]:
        corpo = {"grant_type": "client_credentials", **({"scope": self.escopo} if self.escopo else {})}
        resposta = cliente.sem_autorizacao(
            "POST",
            self.caminho,
            cabecalhos={"Authorization": _basic(self.id, self.segredo)},
            **({"json": corpo} if self.como_json else {"formulario": corpo}),
        )
        try:
            lido = json.loads(resposta.corpo)
            token, validade = str(lido["access_token"]), float(lido.get("expires_in") or VALIDADE_PADRAO)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as erro:
            raise FalhaPassageira("TOKEN_ILEGIVEL", "o provedor respondeu sem token de acesso") from erro
        esconder(token, de_passagem=True)
        return token, time.monotonic() + max(validade - FOLGA, 1.0)


class _Guarda:
    def __init__(self) -> None:
        self.trava = threading.Lock()
        self.token = ""
        self.fim = 0.0
        self.falha: FalhaPassageira | None = None  # the last, and when
        self.falhou_em = 0.0


_guardas: dict[tuple[str, str], _Guarda] = {}
_trava = threading.Lock()


def _guarda(token: TokenOAuth) -> _Guarda:
    """By address and credential, so that clients made anew share the token."""
    with _trava:
        return _guardas.setdefault((token.caminho, token.id + "\0" + token.segredo), _Guarda())


def esquecer_tokens() -> None:
    """Forget them all: after the settings changed, and between tests."""
    with _trava:
        _guardas.clear()


def _outra(falha: FalhaPassageira) -> FalhaPassageira:
    """The same failure, to be raised by somebody else."""
    return FalhaPassageira(falha.codigo, falha.mensagem, status=falha.status, espere=falha.espere)


def _basic(usuario: str, senha: str) -> str:
    return "Basic " + base64.b64encode(f"{usuario}:{senha}".encode()).decode()


__all__ = ["Autorizacao", "FalhaDoProvedor", "Fixa", "TokenOAuth", "basica", "esquecer_tokens", "portador"]
