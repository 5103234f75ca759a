"""The search box of a list of people, as a browser sends it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

from auditoria.trilha.velado import PREFIXO, revelar


def procurar(cliente: Client, lista: str, termo: str, **filtros: str) -> Any:
    """The page that the search leads to, at an address with the list's filters, and nothing of the term."""
    resposta: Any = cliente.post(f"{lista}?{urlencode(filtros)}", {"q": termo}, follow=True)
    [(endereco, _)] = resposta.redirect_chain
    no_endereco = parse_qs(urlsplit(endereco).query)
    [velado] = no_endereco.pop("q")
    assert velado.startswith(PREFIXO) and revelar(velado) == termo.strip()
    assert no_endereco == {nome: [valor] for nome, valor in filtros.items()}
    assert resposta.context["cl"].query == termo.strip()
    return resposta
