"""A município as people write it (`Belo Horizonte/MG`), kept by its IBGE code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from unfold.widgets import UnfoldAdminTextInputWidget

from erp.cadastros.lugares import achar_municipio, municipios_de_nome, sugerir_municipios
from erp.cadastros.referencia import municipios


def nome_do_municipio(codigo: str) -> str:
    """`Belo Horizonte/MG`; a code that the table does not have as it is."""
    achado = municipios().get(codigo)
    return f"{achado.nome}/{achado.uf}" if achado else codigo


def coluna_municipio(campo: str) -> Callable[[Any, Any], str]:
    @admin.display(description="município", ordering=campo)
    def coluna(self: Any, linha: Any) -> str:
        return nome_do_municipio(getattr(linha, campo))

    return coluna


class CampoMunicipio(forms.CharField):
    """`Nome/UF`, the name alone when only one UF has it, or the IBGE code; what is not found brings what is alike."""

    def __init__(self, **kwargs: Any) -> None:
        padrao: dict[str, Any] = {"label": "Município", "max_length": 80, "help_text": "Como Belo Horizonte/MG."}
        super().__init__(widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}), **(padrao | kwargs))

    def prepare_value(self, value: Any) -> Any:
        return nome_do_municipio(value) if isinstance(value, str) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(nome_do_municipio(initial or "") != (data or "").strip())

    def clean(self, value: Any) -> str:
        texto = str(super().clean(value)).strip()
        if not texto or texto in municipios():
            return texto
        nome, _, uf = texto.rpartition("/") if "/" in texto else (texto, "", "")
        achado = achar_municipio(nome, uf) if uf else None
        if achado is None and not uf and len(de_nome := municipios_de_nome(nome)) == 1:
            achado = de_nome[0]
        if achado is None:
            parecidos = "; ".join(f"{m.nome}/{m.uf}" for m in sugerir_municipios(nome, uf, 5))
            raise forms.ValidationError(f"Não achei «{texto}». Parecidos: {parecidos or 'nenhum'}.")
        return achado.codigo_ibge
