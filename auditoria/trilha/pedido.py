"""What the address of the page asks for: the filters, and the place to go on from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.utils import timezone

from auditoria.pessoas.identidade import referencia, referencias
from auditoria.trilha.filtro import Filtro, Trecho, ler_ponto
from auditoria.trilha.nomes import grafias
from auditoria.trilha.velado import Ilegivel, revelar, velar

CAMPOS: Final = ("quem", "acao", "objeto", "id_objeto", "em_from", "em_to")
MAIOR: Final = 200  # of a field's text


class Pedido(NamedTuple):
    """`campos` as they were typed, for the form; `erros` in words: what could not be read filters nothing."""

    filtro: Filtro
    trecho: Trecho
    campos: dict[str, str]
    erros: list[str]

    @property
    def endereco(self) -> str:
        """The filters as the query of an address, in which nobody's document, e-mail or phone is, in whatever field."""
        campos = self.campos | {"id_objeto": referencia(self.campos["id_objeto"])}
        return urlencode({nome: velar(valor) for nome, valor in campos.items() if valor})


def ler_pedido(parametros: Mapping[str, str], limite: int) -> Pedido:
    """Whatever an address may hold."""
    erros: list[str] = []
    campos = {nome: _texto(parametros.get(nome, ""), erros) for nome in CAMPOS}
    de, ate = (_dia(campos[nome], erros) for nome in ("em_from", "em_to"))
    if de is not None and ate is not None and de > ate:
        erros.append("O período termina antes de começar.")
    filtro = Filtro(
        campos["quem"], campos["acao"], grafias(campos["objeto"]),
        tuple(referencias(campos["id_objeto"])) if campos["id_objeto"] else (),
        _inicio(de) if de else None, _inicio(ate + timedelta(days=1)) if ate else None,
    )  # fmt: skip
    acima = ler_ponto(parametros.get("depois_de", ""))
    trecho = Trecho(acima or ler_ponto(parametros.get("antes_de", "")), limite, acima is not None)
    return Pedido(filtro, trecho, campos, erros)


def _texto(recebido: str, erros: list[str]) -> str:
    try:
        return revelar(recebido).replace("\0", "").strip()[:MAIOR]
    except Ilegivel as erro:
        erros.append(str(erro))
        return ""


def _dia(texto: str, erros: list[str]) -> date | None:
    try:
        lido: date | None = forms.DateField(required=False, localize=True).clean(texto)
    except forms.ValidationError:
        lido = None
    if (texto and lido is None) or (lido is not None and not 2000 <= lido.year < 3000):
        erros.append(f"Data recebida: {texto}. Esperado dia/mês/ano, por exemplo 31/12/2026.")
        return None
    return lido


def _inicio(dia: date) -> datetime:
    """Its first instant, here."""
    return timezone.make_aware(datetime.combine(dia, time.min))
