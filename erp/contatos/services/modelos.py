"""The rows that the code declares: made once, never written over."""

from __future__ import annotations

from typing import Any

from django.apps import apps as apps_vivas

from erp.contatos import registro

REGUA_INICIAL = (-3, 0, 5, 15)


def criar_modelos(apps: Any = apps_vivas, using: str = "default") -> int:
    """One row for each declared template that has none. What staff wrote in the others stays. Returns how many."""
    modelo = apps.get_model("contatos", "ModeloMensagem")
    feitos = 0
    for declarado in registro.modelos():
        _, novo = modelo.objects.using(using).get_or_create(
            codigo=declarado.codigo, canal=declarado.canal,
            defaults={
                "assunto": declarado.assunto, "corpo": declarado.corpo, "ativo": declarado.canal != "whatsapp",
            },
        )  # fmt: skip
        feitos += novo
    return feitos


def criar_regua(apps: Any = apps_vivas, using: str = "default") -> int:
    """The first steps of the régua, switched off: nobody is written to before somebody of the company says so."""
    passo = apps.get_model("contatos", "PassoDaRegua")
    if passo.objects.using(using).exists():
        return 0
    return len(passo.objects.using(using).bulk_create([passo(dias=dias, ativo=False) for dias in REGUA_INICIAL]))
