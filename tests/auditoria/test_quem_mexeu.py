"""From any object to its events: the link of every page asks for what the events were recorded under."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from auditoria.services import ATOR_SISTEMA, registrar
from auditoria.templatetags.trilha import quem_mexeu
from auditoria.trilha.nomes import grafias, modelo_de
from auditoria.trilha.pedido import ler_pedido
from erp.config.embutido import RAIZ
from pdv.processamento.atos.linhas import OBJETOS
from pdv.processamento.models import Alvo
from pdv.processamento.staging.fila import TABELAS

PASTAS = ("auditoria", "clientes", "erp", "filas", "pdv")
REGISTRAM = {"registrar", "registrar_varios", "auditar", "_registrar"}


class _Tudo:
    def has_perm(self, permissao: str) -> bool:
        return True


def pedida(modelo: Any, chave: str) -> Any:
    """What the link of the page of an object of that model asks for."""
    endereco = reverse(f"admin:{modelo._meta.app_label}_{modelo._meta.model_name}_change", args=[chave])
    request: Any = RequestFactory().get(endereco)
    request.user, request.resolver_match = _Tudo(), resolve(endereco)
    url = quem_mexeu({"request": request})
    consulta = dict(p.split("=") for p in url.partition("?")[2].split("&")) if url else {}
    return ler_pedido(consulta, 1).filtro if consulta else None


def test_a_pagina_de_cada_modelo_pede_os_eventos_dele_por_todo_nome_que_tem() -> None:
    for modelo in admin.site._registry:
        filtro = pedida(modelo, "77")
        if modelo._meta.app_label == "auditoria":
            assert filtro is None  # the trail is not told of in the trail
            continue
        assert filtro is not None, modelo
        assert filtro.objeto_ids == ("77",)
        assert {modelo._meta.label, modelo._meta.label_lower} <= set(filtro.objetos)


def chamadas() -> Iterator[tuple[str, ast.expr]]:
    """Where, and what is written as `objeto=`, of every call that records an event."""
    for pasta in PASTAS:
        for arquivo in sorted((RAIZ / pasta).rglob("*.py")):
            for no in ast.walk(ast.parse(arquivo.read_text())):
                if not isinstance(no, ast.Call):
                    continue
                nome = no.func.id if isinstance(no.func, ast.Name) else getattr(no.func, "attr", "")
                if nome in REGISTRAM:
                    yield from ((_modulo(arquivo), k.value) for k in no.keywords if k.arg == "objeto")


def _modulo(arquivo: Path) -> str:
    return ".".join(arquivo.relative_to(RAIZ).with_suffix("").parts).removesuffix(".__init__")


def test_todo_objeto_que_se_registra_e_um_modelo() -> None:
    """What is only known when it happens (a parameter) is left to the calls that give it."""
    conferidos = 0
    for modulo, valor in chamadas():
        try:
            objeto = eval(compile(ast.Expression(valor), modulo, "eval"), vars(importlib.import_module(modulo)))
        except (NameError, AttributeError):
            continue
        if isinstance(objeto, str) and objeto:
            assert modelo_de(objeto) is not None, f"{modulo}: {objeto}"
            conferidos += 1
    assert conferidos > 50


@pytest.mark.django_db
def test_o_que_se_faz_a_uma_operacao_e_achado_da_pagina_dela() -> None:
    """Also what was recorded when events named it in words."""
    for alvo, objeto in OBJETOS.items():
        modelo = modelo_de(objeto)
        assert modelo is not None and modelo._meta.db_table == TABELAS[alvo]
        filtro = pedida(modelo, "5")
        assert {objeto, Alvo(alvo).label} <= set(filtro.objetos)


def test_o_nome_de_um_procurador_pede_tambem_o_do_modelo() -> None:
    procuradores = [m for m in admin.site._registry if m._meta.proxy]
    for modelo in procuradores:
        concreto = modelo._meta.concrete_model
        assert concreto is not None and concreto._meta.label in grafias(modelo._meta.label)


@pytest.mark.django_db
def test_o_elo_da_pagina_de_uma_pessoa_leva_a_sua_historia() -> None:
    ti, outra = (User.objects.create_user(nome, is_staff=True) for nome in ("tiago", "olga"))
    ti.groups.add(Group.objects.get(name="TI"))
    registrar(acao="acesso.entrou", ator=ATOR_SISTEMA, objeto="auth.User", objeto_id=str(outra.pk), motivo="é dela")
    registrar(acao="acesso.entrou", ator=ATOR_SISTEMA, objeto="auth.User", objeto_id=str(ti.pk), motivo="é dele")
    cliente = Client()
    cliente.force_login(ti, backend="django.contrib.auth.backends.ModelBackend")
    pagina = cliente.get(f"/admin/auth/user/{outra.pk}/change/").content.decode()
    elo = re.search(r'<a href="([^"]+)" id="quem-mexeu"', pagina)
    assert elo
    corpo = cliente.get(unescape(elo[1])).content.decode()
    assert "é dela" in corpo and "é dele" not in corpo


@pytest.mark.django_db
def test_quem_nao_ve_a_trilha_nao_ve_o_elo() -> None:
    pessoa = User.objects.create_user("gilda", is_staff=True)
    pessoa.groups.add(Group.objects.get(name="gerente"))
    cliente = Client()
    cliente.force_login(pessoa, backend="django.contrib.auth.backends.ModelBackend")
    for elo in ("/admin/", "/admin/cadastros/filial/"):
        assert "quem-mexeu" not in cliente.get(elo).content.decode()
