"""The list of actions is what the code records, no more and no less."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction

from auditoria.acoes import _CADASTROS, _DO_ADMIN, ACOES, DECLARADA, SEM_AUTOR, AcaoDesconhecida, por_grupo, rotulo
from auditoria.janela import SomenteLeitura
from auditoria.models import Evento
from auditoria.services import ATOR_SISTEMA, Ato, registrar, registrar_varios
from erp.acesso.admin_base import AdminBase
from erp.cadastros.services import _FEMININOS
from erp.config import urls  # the pages are found with the paths
from pdv.processamento.models import AtoPessoa
from tests.acoes import GRUPO

assert urls
RAIZ = Path(__file__).parents[2]
_CODIGO = re.compile(r"[a-z_]+\.[a-z_]+")
# The first argument, or the second, of those that record for others.
_QUEM_REGISTRA = {"registrar", "Ato", "_auditar", "_registrar", "_concluir", "anotar_leitura", "_auditar_arquivo"}
# What the code puts together: each from the words beside it.
COMPOSTAS = {
    *(f"pdv.{acao.value}" for acao in AtoPessoa.Acao),
    *(f"pdv.reprocessar_em_massa_{v}" for v in ("pedido", "pausado", "continuado", "cancelado", "concluido")),
    *(f"acesso.aprovacao_{v}" for v in ("aprovada", "recusada")),
    *(f"filas.mensagens_{v}" for v in ("reprocessadas", "canceladas")),
    *(f"filas.{v}_em_massa" for v in ("reprocessar", "cancelar")),
    *(f"clientes.{m}{v}" for m in ("municipioinformado", "paisinformado") for v in ("", "_esquecido")),
}
DO_BANCO = {SEM_AUTOR, DECLARADA}  # the triggers write them


def _arvores() -> Iterator[ast.AST]:
    for pasta in ("auditoria", "clientes", "erp", "filas", "pdv"):
        for arquivo in (RAIZ / pasta).rglob("*.py"):
            if "migrations" not in arquivo.parts and arquivo != RAIZ / "auditoria" / "acoes.py":
                arvore = ast.parse(arquivo.read_text())
                for funcao in (no for no in ast.walk(arvore) if isinstance(no, ast.FunctionDef)):
                    funcao.decorator_list = []  # `@sensivel` promises; what is looked for is who keeps it
                yield arvore


@pytest.fixture(scope="module")
def escritas() -> tuple[set[str], set[str]]:
    """The texts in the code that have the shape of an action; those that are handed to who records."""
    textos: set[str] = set()
    registradas: set[str] = set()
    for no in (no for arvore in _arvores() for no in ast.walk(arvore)):
        if isinstance(no, ast.Constant) and isinstance(no.value, str) and _CODIGO.fullmatch(no.value):
            textos.add(no.value)
        if isinstance(no, ast.Call):
            nome = no.func.id if isinstance(no.func, ast.Name) else getattr(no.func, "attr", "")
            if nome not in _QUEM_REGISTRA:
                continue
            ditas = [k.value for k in no.keywords if k.arg == "acao"] or no.args[:1] + no.args[1:3]
            for dita in ditas:
                partes = [dita.body, dita.orelse] if isinstance(dita, ast.IfExp) else [dita]
                registradas |= {
                    p.value for p in partes
                    if isinstance(p, ast.Constant) and isinstance(p.value, str) and _CODIGO.fullmatch(p.value)
                }  # fmt: skip
    return textos, registradas


def _codigos_de_cadastros() -> set[str]:
    return {modelo for grupo in _CADASTROS.values() for modelo in grupo}


def _de_cadastros() -> set[str]:
    return {c for c in ACOES if c.rpartition("_")[0] in _codigos_de_cadastros() | set(_DO_ADMIN)}


def test_nenhuma_acao_da_lista_deixa_de_ser_registrada_por_alguem(escritas: tuple[set[str], set[str]]) -> None:
    do_codigo = {codigo for codigo, acao in ACOES.items() if acao.grupo != GRUPO} - _de_cadastros()
    assert do_codigo - escritas[0] - COMPOSTAS - DO_BANCO == set()


def test_nenhuma_acao_e_registrada_sem_estar_na_lista(escritas: tuple[set[str], set[str]]) -> None:
    objetos = {modelo._meta.label_lower for modelo in apps.get_models()}  # an argument beside the action
    assert escritas[1] - objetos - set(ACOES) == set()
    assert len(escritas[1]) > 60  # or the reading above has gone blind
    assert COMPOSTAS <= set(ACOES)


def test_cada_cadastro_que_se_edita_no_admin_tem_as_suas_acoes() -> None:
    editaveis = set()
    for modelo, pagina in admin.site._registry.items():
        if not isinstance(pagina, SomenteLeitura) and not isinstance(pagina, AdminBase):
            raise AssertionError(
                f"{modelo._meta.label}: nem somente leitura, nem AdminBase: o que faz não deixa evento"
            )
        if not isinstance(pagina, SomenteLeitura):
            editaveis |= {modelo._meta.label_lower} | {
                linha.model._meta.label_lower for linha in pagina.inlines if modelo._meta.label_lower != "auth.user"
            }
    editaveis.remove("contatos.descadastro")  # its service says what was done, by a name of its own
    assert editaveis == _codigos_de_cadastros() | set(_DO_ADMIN)


def test_o_genero_dos_codigos_e_o_de_quem_os_escreve() -> None:
    for codigo in _codigos_de_cadastros():
        genero = "a" if codigo.partition(".")[2] in _FEMININOS else "o"
        assert {f"{codigo}_criad{genero}", f"{codigo}_alterad{genero}", f"{codigo}_excluid{genero}"} <= set(ACOES)


def test_cada_acao_tem_um_rotulo_so_dela() -> None:
    rotulos = [(acao.rotulo, acao.grupo) for acao in ACOES.values()]
    assert len(rotulos) == len(set(rotulos))
    assert rotulo("cadastros.filial_criada") == "Filial: incluída"
    assert rotulo("nao.existe_mais") == "nao.existe_mais"
    assert sum(len(acoes) for acoes in por_grupo().values()) == len(ACOES)


@pytest.mark.django_db
def test_uma_acao_fora_da_lista_e_recusada_pelo_nome_e_nada_e_gravado() -> None:
    with transaction.atomic(), pytest.raises(AcaoDesconhecida, match=r"'planos\.inventado'"):
        registrar(acao="planos.inventado", ator=ATOR_SISTEMA)
    with transaction.atomic(), pytest.raises(ValueError, match="inventado"):
        registrar_varios([Ato("teste.feito", "1"), Ato("planos.inventado", "2")], ator=ATOR_SISTEMA, objeto="x.Y")
    assert not Evento.objects.exists()
