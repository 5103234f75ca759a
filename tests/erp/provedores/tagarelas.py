"""Every provider's stand-in, turned into one that says back what it should not: the credentials, the CPF, the phone."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from erp.provedores.falsos import falsos
from erp.provedores.registro import todos
from erp.provedores.servidor_falso import Corpo, Saida, ServidorFalso
from tests.erp.provedores.sigilos import PESSOAIS, credencial

PUBLICOS = {"PIX_CHAVE": "pix@exemplo.com.br"}  # who pays sees it
SECRETOS = ("_TOKEN", "_SEGREDO", "_SECRET", "_CHAVE", "_CLIENT_ID")
MODOS = ("certo", "torto", "401", "recusa")
TORTAS = ("estranha", "malformada")
RECUSAS = ("422", "500", "html", "reset")


class SemFalso(ServidorFalso):
    """In place of a provider that has no stand-in of its own: the other retaguarda, whose page has a bad record."""

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        desde = parametros.get("desde") or "0.0"
        registro = {
            "chave": PESSOAIS["cpf"], "versao": "1.1", "em": "2026-01-01T10:00:00Z",
            "dados": {"cpf_cgc": PESSOAIS["cpf"], "celular": PESSOAIS["telefone"], "email": PESSOAIS["e-mail"]},
        }  # fmt: skip
        registros = [registro] if desde == "0.0" else []
        ate = "1.1" if registros else desde
        pagina = {"entidade": partes[-1], "epoca": "e1", "desde": desde, "ate": ate}
        return 200, pagina | {"ha_mais": False, "registros": registros}


class Tagarela:
    """One stand-in. `modo`: how it answers what asks for work; its token is one of those looked for."""

    def __init__(self, nome: str, falso: ServidorFalso, ditos: Mapping[str, str]) -> None:
        self.nome, self.falso, self.modo = nome, falso, "certo"
        self.vistos: set[str] = set()
        self.token = ""  # the one that was given
        self._modos = {"torto": itertools.cycle(TORTAS), "recusa": itertools.cycle(RECUSAS)}
        self._ditos = itertools.cycle(_aos_pares([*ditos.values(), *PESSOAIS.values()]))
        self._trava, self._certo = threading.Lock(), falso.rotear
        for metodo, nosso in (("rotear", self.rotear), ("autorizar", self.autorizar), ("autorizado", lambda _: True)):
            setattr(falso, metodo, nosso)

    def autorizar(self, basica: str) -> Saida:
        if self.modo == "401":
            self.vistos.add(self.modo)
            return 401, self._eco([])
        self.token = credencial(f"token {self.nome}")
        return 200, {"access_token": self.token, "token_type": "Bearer", "expires_in": 600}

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        self.vistos.add(self.modo)
        if "token" in corpo:
            corpo["token"] = "falso"  # the stand-in knows no other
        with self._trava:
            como = next(self._modos[self.modo]) if self.modo in self._modos else self.modo
        if como in ("certo", "estranha"):
            status, saida = self._certo(metodo, partes, corpo, parametros)
            return status, saida if como == "certo" else self._trocar(saida)
        eco = self._eco(partes)
        if como == "malformada":
            return 200, f'{{"code": 200, "data": "{eco["mensagem"]}'.encode()
        if como == "html":
            return 500, f"<h1>{eco['mensagem']}</h1>"
        if como == "reset":
            self.falso.depois.append("reset")
        return 500 if como == "reset" else int(como), eco

    def _eco(self, partes: list[str]) -> Corpo:
        """Two of what is not to be said, and the end of the path, which may hold a token."""
        with self._trava:
            dito = f"recusado: {next(self._ditos)} {self.token} em {'/'.join(partes[-1:])}"
        return {"error": "invalid", "error_description": dito, "mensagem": dito, "detail": dito, "code_message": dito}

    def _trocar(self, valor: Any) -> Any:
        """Every text of an answer, in place of it what is not to be said."""
        if isinstance(valor, dict):
            return {nome: self._trocar(item) for nome, item in valor.items()}
        if isinstance(valor, list):
            return [self._trocar(item) for item in valor]
        return self._eco([])["mensagem"].removeprefix("recusado: ") if isinstance(valor, str) else valor


def _aos_pares(valores: list[str]) -> list[str]:
    return [f"{um} e {outro}" for um, outro in itertools.pairwise([*valores, valores[0]])]


@contextmanager
def no_ar() -> Iterator[tuple[dict[str, Tagarela], dict[str, str], dict[str, str]]]:
    """All of them, by provider; the settings that use them; and the secrets among these, by name."""
    tagarelas: dict[str, Tagarela] = {}
    ajustes: dict[str, str] = {}
    segredos: dict[str, str] = {}
    proprios = {f.nome: f.fabrica for f in falsos()}
    with ExitStack() as pilha:
        for provedor in todos():
            falso: Any = pilha.enter_context(
                proprios[provedor.nome](0, "") if provedor.nome in proprios else SemFalso()
            )
            nomes = [n for n in provedor.exige if n.endswith(SECRETOS) and n not in PUBLICOS]
            seus = {nome: credencial(nome) for nome in nomes}
            if provedor.webhook is not None:
                seus[provedor.webhook.ajuste_segredo] = credencial(provedor.webhook.ajuste_segredo)
            ditos = falso.ajustes() if provedor.nome in proprios else {"SINCRONIZACAO_URL": falso.url}
            ajustes |= ditos | PUBLICOS | seus
            segredos |= seus
            tagarelas[provedor.nome] = Tagarela(provedor.nome, falso, seus)
        yield tagarelas, ajustes, segredos
