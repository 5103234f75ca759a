"""What import-linter cannot see: relations between models named by a string, and pages that fetch from outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from erp.config.embutido import RAIZ

# As in pyproject.toml, from the top; apps on one line are siblings.
CAMADAS: list[tuple[str, ...]] = [
    ("erp.painel",),
    ("erp.sincronizacao",),
    ("pdv.conciliacao",),
    ("pdv.conferencia",),
    ("pdv.processamento",),
    ("pdv.replicacao",),
    ("pdv.terminal",),
    ("erp.visitas",),
    ("erp.planos", "erp.jazigos", "erp.colaboradores"),
    ("erp.cobrancas", "erp.assinaturas"),
    ("erp.estoque", "erp.financeiro", "erp.fiscal"),
    ("erp.contatos", "erp.consultas"),
    ("clientes",),
    ("erp.cadastros",),
    ("erp.provedores",),
    ("erp.rotinas",),
    ("filas",),
    ("erp.lgpd",),
    ("erp.acesso",),
    ("auditoria",),
]
NIVEL = {nome: nivel for nivel, nomes in enumerate(CAMADAS) for nome in nomes}


def relacao_permitida(de: str, para: str) -> bool:
    """An app may point at itself, at what is below it, and at what is not ours (auth, contenttypes)."""
    if para not in NIVEL or de == para:
        return True
    if de not in NIVEL or "pdv.terminal" in (de, para):
        return False
    return NIVEL[de] < NIVEL[para]


def relacoes() -> list[tuple[str, str, str]]:
    return [
        (f"{modelo._meta.label}.{campo.name}", modelo._meta.app_config.name, campo.related_model._meta.app_config.name)
        for modelo in apps.get_models(include_auto_created=True)
        for campo in modelo._meta.get_fields()
        if isinstance(campo, models.ForeignKey | models.ManyToManyField) and not isinstance(campo.related_model, str)
    ]


def test_nenhuma_relacao_entre_modelos_sobe_nem_liga_irmaos() -> None:
    proibidas = [f"{campo} -> {para}" for campo, de, para in relacoes() if not relacao_permitida(de, para)]
    assert proibidas == []
    assert any(de in NIVEL for _, de, _ in relacoes())


@pytest.mark.parametrize(
    ("de", "para", "permitida"),
    [
        ("erp.estoque", "erp.cadastros", True),
        ("erp.estoque", "django.contrib.auth", True),
        ("erp.cadastros", "erp.estoque", False),
        ("erp.estoque", "erp.fiscal", False),
        ("erp.acesso", "filas", False),
        ("pdv.terminal", "erp.cadastros", False),
        ("pdv.processamento", "pdv.terminal", False),
        ("axes", "erp.acesso", False),
    ],
)
def test_a_regra_das_relacoes_e_a_do_desenho(de: str, para: str, permitida: bool) -> None:
    assert relacao_permitida(de, para) is permitida


def test_toda_app_nossa_tem_lugar_nas_camadas() -> None:
    nossas = {c.name for c in apps.get_app_configs() if Path(c.path).is_relative_to(RAIZ) and ".venv" not in c.path}
    assert nossas - {"erp.config"} <= set(NIVEL)


def paginas() -> list[Path]:
    pastas = [RAIZ / "templates", *(RAIZ / raiz for raiz in ("erp", "pdv", "clientes", "filas", "auditoria"))]
    tipos = {".html", ".css", ".js", ".txt"}
    return [
        p for pasta in pastas for p in pasta.rglob("*") if p.suffix in tipos and {"templates", "static"} & set(p.parts)
    ]


DE_FORA = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio|object)\b[^>]*?\b(?:src|href|srcset|data)\s*=\s*["']?\s*(?:https?:)?//"""
    r"""|url\(\s*["']?\s*(?:https?:)?//|@import\s+["'](?:https?:)?//|\b(?:import|fetch|from)\s*\(?\s*["'](?:https?:)?//""",
    re.IGNORECASE,
)


@pytest.mark.parametrize("pagina", paginas(), ids=lambda p: str(p.relative_to(RAIZ)))
def test_nenhuma_pagina_nossa_busca_nada_fora(pagina: Path) -> None:
    achado = DE_FORA.search(pagina.read_text())
    assert achado is None, achado and achado[0]


@pytest.mark.parametrize(
    "trecho",
    [
        '<script defer src="https://cdn.exemplo.com/a.js">',
        "<link rel=stylesheet href=//cdn.exemplo.com/a.css>",
        "body { background: url('https://cdn.exemplo.com/a.png') }",
        '@import "https://fontes.exemplo.com/a.css";',
        'import("https://cdn.exemplo.com/a.mjs")',
    ],
)
def test_a_busca_por_enderecos_de_fora_acha_cada_forma(trecho: str) -> None:
    assert DE_FORA.search(trecho)


def test_uma_ancora_para_fora_nao_e_busca() -> None:
    assert not DE_FORA.search('<a href="https://www.nfe.fazenda.gov.br">consulta</a>')


def test_o_documentador_da_api_vem_do_proprio_pacote() -> None:
    assert {settings.SPECTACULAR_SETTINGS[n] for n in ("SWAGGER_UI_DIST", "REDOC_DIST")} == {"SIDECAR"}
