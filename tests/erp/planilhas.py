"""Importing a spreadsheet as a person does: the file, the preview, the confirmation."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse


def conferir(cliente: Client, modelo: str, planilha: str | bytes, **campos: Any) -> Any:
    """Open the page, fill it in and send the file; the answer is the preview, or what is wrong."""
    endereco = reverse(f"admin:{modelo}_import")
    pagina = cliente.get(endereco)
    if pagina.status_code != 200:
        return pagina
    conteudo = planilha.encode() if isinstance(planilha, str) else planilha
    ocultos = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', pagina.content.decode())
    arquivo = SimpleUploadedFile("planilha.csv", conteudo)
    return cliente.post(endereco, {**dict(ocultos), "import_file": arquivo, **campos})


def confirmar(cliente: Client, modelo: str, previa: Any, **trocados: Any) -> Any:
    """Send the confirmation of a preview, with what it carries hidden."""
    formulario = previa.context["confirm_form"]
    dados = {campo.html_name: campo.value() for campo in formulario}
    enviados = {nome: getattr(valor, "pk", valor) for nome, valor in (dados | trocados).items() if valor is not None}
    return cliente.post(reverse(f"admin:{modelo}_process_import"), enviados, follow=True)


def problemas(resposta: Any) -> dict[int, list[str]]:
    """What the preview says is wrong, by line."""
    assert "confirm_form" not in resposta.context, "a planilha foi aceita"
    return {linha.number: linha.error.messages for linha in resposta.context["result"].invalid_rows}
