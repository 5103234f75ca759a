"""Databases that were migrated before hold the words of a charge with single braces."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from erp.cobrancas.services.envio import MODELO
from erp.contatos.models import ModeloMensagem
from erp.contatos.registro import modelo_de

pytestmark = pytest.mark.django_db
MIGRACAO = import_module("erp.cobrancas.migrations.0008_chaves_do_modelo")


def _antigo(texto: str) -> str:
    return texto.replace("{{", "{").replace("}}", "}")


def _emendar() -> None:
    with connection.schema_editor() as editor:
        MIGRACAO.emendar(apps, editor)


@pytest.mark.parametrize("canal", ["email", "whatsapp"])
def test_o_texto_que_ninguem_mexeu_ganha_as_chaves_e_fica_como_o_de_um_banco_novo(canal: str) -> None:
    ModeloMensagem.objects.update_or_create(
        codigo=MODELO.codigo, canal=canal,
        defaults={"assunto": _antigo(MODELO.assunto) if canal == "email" else "", "corpo": _antigo(MODELO.corpo)},
    )  # fmt: skip
    for _ in range(2):
        _emendar()
        linha = ModeloMensagem.objects.get(codigo=MODELO.codigo, canal=canal)
        novo = modelo_de(MODELO.codigo, canal)
        assert novo is not None and (linha.assunto, linha.corpo) == (novo.assunto, novo.corpo)


@pytest.mark.parametrize("canal", ["email", "whatsapp"])
def test_o_que_a_equipe_escreveu_fica(canal: str) -> None:
    dela = {"assunto": "Oi {valor}", "corpo": f"{_antigo(MODELO.corpo)}!"}
    ModeloMensagem.objects.update_or_create(codigo=MODELO.codigo, canal=canal, defaults=dela)
    _emendar()
    linha = ModeloMensagem.objects.get(codigo=MODELO.codigo, canal=canal)
    assert {"assunto": linha.assunto, "corpo": linha.corpo} == dela
