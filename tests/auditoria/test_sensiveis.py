"""Every function that records an event says which (`@sensivel`), and a whole run sees it leave each of them."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from auditoria import sensivel as marcas
from auditoria.acoes import _CADASTROS, _DO_ADMIN, ACOES, DECLARADA, SEM_AUTOR, AcaoDesconhecida
from auditoria.sensivel import MARCADAS, sensivel
from auditoria.services import ATOR_SISTEMA, Ato, registrar, registrar_varios
from erp.config import urls  # the pages are found with the paths
from erp.config.embutido import RAIZ
from tests import sensiveis
from tests.acoes import GRUPO

assert urls
PASTAS = ("auditoria", "clientes", "erp", "filas", "pdv")
# Record under the name that they are given, or that of the row: who calls them is who is marked.
POR_OUTROS = {
    "auditoria.services.registrar",
    "auditoria.services.registrar_varios",
    "erp.assinaturas.admin.arquivos.anotar_leitura",
    "erp.cadastros.services.excluir_com_auditoria",
    "erp.cadastros.services.gravar_com_auditoria",
    "erp.lgpd.services.registro.registrar_pedido",
    "erp.planos.services.mudancas.mudar",
    "pdv.processamento.atos.linhas.registrar_ato",
}
# Of any register: by construction (`test_cobertura.py`), whatever the row is.
DAS_PAGINAS = {
    "erp.acesso.admin_base.AdminBase.log_addition",
    "erp.acesso.admin_base.AdminBase.log_change",
    "erp.acesso.admin_base.AdminBase.log_deletions",
    "erp.cadastros.admin.base.CadastroAdmin.delete_model",
    "erp.cadastros.admin.base.CadastroAdmin.save_formset",
    "erp.cadastros.admin.base.CadastroAdmin.save_model",
    "erp.cadastros.services.mudar_atividade",
}
DO_BANCO = {SEM_AUTOR, DECLARADA}  # its triggers write them (`test_vigias.py`)


class Funcao(NamedTuple):
    """One of the code: its name with the module, and the names, whole, of what its body mentions."""

    nome: str
    menciona: frozenset[str]

    @property
    def privada(self) -> bool:
        return self.nome.rpartition(".")[2].startswith("_")


def _funcoes() -> Iterator[Funcao]:
    citam = {nome.rpartition(".")[2] for nome in POR_OUTROS}
    for pasta in PASTAS:
        for arquivo in sorted((RAIZ / pasta).rglob("*.py")):
            texto = arquivo.read_text()
            if "migrations" in arquivo.parts or not any(nome in texto for nome in citam):
                continue
            if pasta == "pdv" and "terminal" in arquivo.parts:  # a till: it has no trail
                continue
            modulo = importlib.import_module(
                ".".join(arquivo.relative_to(RAIZ).with_suffix("").parts).removesuffix(".__init__")
            )
            yield from _do_modulo(modulo, ast.parse(texto))


def _do_modulo(modulo: ModuleType, arvore: ast.Module) -> Iterator[Funcao]:
    for no in arvore.body:
        if isinstance(no, ast.FunctionDef):
            yield Funcao(f"{modulo.__name__}.{no.name}", frozenset(_mencoes(no, modulo, None)))
        elif isinstance(no, ast.ClassDef):
            classe = getattr(modulo, no.name)
            for metodo in (m for m in no.body if isinstance(m, ast.FunctionDef)):
                nome = f"{modulo.__name__}.{no.name}.{metodo.name}"
                yield Funcao(nome, frozenset(_mencoes(metodo, modulo, classe)))


def _mencoes(funcao: ast.FunctionDef, modulo: ModuleType, classe: type | None) -> Iterator[str]:
    for no in ast.walk(funcao):
        dito: Any = None
        if isinstance(no, ast.Name):
            dito = getattr(modulo, no.id, None)
        elif isinstance(no, ast.Attribute) and isinstance(no.value, ast.Name):
            dono = classe if no.value.id == "self" else getattr(modulo, no.value.id, None)
            dito = getattr(dono, no.attr, None) if isinstance(dono, ModuleType | type) else None
        if callable(dito) and hasattr(dito, "__qualname__"):
            inteiro = inspect.unwrap(dito)
            yield f"{inteiro.__module__}.{inteiro.__qualname__}"


def sem_marca(funcoes: list[Funcao], marcadas: set[str]) -> set[str]:
    """Those that record, by themselves or by a private one of theirs, and say nothing of it."""
    registram, faltam = set(POR_OUTROS), set[str]()
    cresceu = True
    while cresceu:
        cresceu = False
        for funcao in funcoes:
            if funcao.nome in registram | faltam | marcadas | DAS_PAGINAS or not funcao.menciona & registram:
                continue
            cresceu = True
            (registram if funcao.privada else faltam).add(funcao.nome)
    usadas = set[str]().union(*(funcao.menciona for funcao in funcoes))
    return faltam | {nome for nome in registram - POR_OUTROS if nome not in usadas}


@pytest.fixture(scope="module")
def funcoes() -> list[Funcao]:
    return list(_funcoes())


def test_toda_funcao_que_registra_diz_o_que_ou_e_de_uma_que_diz(funcoes: list[Funcao]) -> None:
    assert sem_marca(funcoes, set(MARCADAS)) == set()


def test_a_conferencia_acha_a_funcao_que_ninguem_marcou(funcoes: list[Funcao]) -> None:
    """By itself, by a private function of its, by a method and by who records for others."""
    nomes = {
        "erp.acesso.services.chaves.criar_chave",
        "erp.cadastros.periodos.fechar_periodos",
        "erp.fiscal.arquivos.ComArquivos.xml",
        "erp.planos.services.suspensao.suspender_em_atraso",
    }
    assert nomes <= set(MARCADAS)
    assert sem_marca(funcoes, set(MARCADAS) - nomes) == nomes


def test_nenhuma_excecao_sobrou_de_uma_funcao_que_nao_existe_mais(funcoes: list[Funcao]) -> None:
    assert {funcao.nome for funcao in funcoes} >= POR_OUTROS | DAS_PAGINAS
    assert not set(MARCADAS) & (POR_OUTROS | DAS_PAGINAS)


def test_toda_acao_da_lista_e_deixada_por_uma_funcao_que_o_diz() -> None:
    das_paginas = {
        c for c in ACOES if c.rpartition("_")[0] in {*_DO_ADMIN, *(m for g in _CADASTROS.values() for m in g)}
    }
    ditas = frozenset[str]().union(*MARCADAS.values())
    assert {codigo for codigo, acao in ACOES.items() if acao.grupo != GRUPO} - ditas - das_paginas == DO_BANCO


def test_marcar_com_uma_acao_que_nao_esta_na_lista_e_recusado() -> None:
    with pytest.raises(AcaoDesconhecida, match="inventada"):
        sensivel("planos.inventada")
    with pytest.raises(AssertionError):
        sensivel()


@pytest.fixture
def observador(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sensiveis.Observador:
    """Another one than the run's, for the length of a test."""
    novo = sensiveis.Observador(tmp_path)
    monkeypatch.setattr(marcas, "_observador", novo)
    monkeypatch.setattr(marcas, "MARCADAS", {})
    return novo


@pytest.mark.django_db
def test_o_observador_ve_o_que_cada_uma_deixou_e_acusa_o_que_nenhuma_chamada_deixou(
    observador: sensiveis.Observador, tmp_path: Path
) -> None:
    @sensivel("a.feito", "b.feito")
    def de_fora(o_que: str) -> str:
        if o_que:
            de_dentro(o_que)
        registrar_varios([Ato("teste.feito", "1")], ator=ATOR_SISTEMA, objeto="x.Y")
        return o_que

    @sensivel("a.feito", "teste.desfeito")
    def de_dentro(o_que: str) -> None:
        registrar(acao=o_que, ator=ATOR_SISTEMA)

    a, b = (f"{__name__}.{f.__qualname__}" for f in (de_fora, de_dentro))
    assert sensiveis.faltas(tmp_path) == sorted([(a, "a.feito"), (a, "b.feito"), (b, "a.feito"), (b, "teste.desfeito")])
    assert de_fora("") == ""  # nothing of what it promises
    assert len(sensiveis.faltas(tmp_path)) == 4
    assert de_fora("a.feito") == "a.feito"
    assert set(sensiveis.faltas(tmp_path)) == {(a, "b.feito"), (b, "teste.desfeito")}


@pytest.mark.django_db
def test_o_que_uma_chamada_que_falhou_deixou_nao_conta(observador: sensiveis.Observador, tmp_path: Path) -> None:
    @sensivel("a.feito")
    def tentar() -> None:
        registrar(acao="a.feito", ator=ATOR_SISTEMA)
        raise ValueError

    @sensivel("a.feito")
    def insistir() -> None:
        with pytest.raises(ValueError):
            tentar()

    insistir()
    assert [codigo for _, codigo in sensiveis.faltas(tmp_path)] == ["a.feito", "a.feito"]


def test_sem_observador_a_marca_devolve_a_propria_funcao(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marcas, "_observador", None)
    monkeypatch.setattr(marcas, "MARCADAS", {})

    def fazer() -> None: ...

    assert sensivel("a.feito")(fazer) is fazer


_CONFTEST = """
import os
from pathlib import Path

from auditoria import sensivel
from tests import sensiveis

PASTA = Path(__file__).parent / "pasta"
PASTA.mkdir(exist_ok=True)
sensivel.observar_com(sensiveis.Observador(PASTA))


def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        sensiveis.conferir(session, PASTA)


def pytest_terminal_summary(terminalreporter, config):
    sensiveis.dizer(config, terminalreporter.write_line)
"""
_TESTES = """
import pytest

from auditoria.sensivel import contar_ao_observador, sensivel


@sensivel("acesso.entrou")
def entrar():
    contar_ao_observador(["acesso.entrou"])


@sensivel("acesso.saiu")
def sair():
    pass


def test_entrar():
    entrar()


def test_sair():
    sair()
"""


@pytest.mark.parametrize(
    ("argumentos", "mais", "codigo", "dito"),
    [
        ((), "", 1, "test_x.sair: acesso.saiu"),
        (("-n", "2"), "", 1, "test_x.sair: acesso.saiu"),
        (("-k", "test_sair"), "", 0, ""),
        (("provas/test_x.py",), "", 0, ""),
        ((), "def test_pulado(): pytest.skip('x')", 0, "Não é erro desta vez"),
        ((), "def deixar(): contar_ao_observador(['acesso.saiu'])\nsair.__wrapped__.__code__ = deixar.__code__", 0, ""),
    ],
    ids=["inteira", "inteira com xdist", "com -k", "um arquivo", "com pulados", "quando deixa"],
)
def test_so_a_suite_inteira_falha_pelo_que_nenhum_teste_deixou(
    tmp_path: Path, argumentos: tuple[str, ...], mais: str, codigo: int, dito: str
) -> None:
    (tmp_path / "provas").mkdir()
    (tmp_path / "provas" / "conftest.py").write_text(_CONFTEST)
    (tmp_path / "provas" / "test_x.py").write_text(_TESTES + mais)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = provas\n")
    comando = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django", *argumentos]
    feito = subprocess.run(
        comando, cwd=tmp_path, env={"PYTHONPATH": str(RAIZ), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60
    )  # fmt: skip
    assert feito.returncode == codigo, feito.stdout + feito.stderr
    assert dito in feito.stdout
    assert ("@sensivel" in feito.stdout) == bool(dito)
    assert "acesso.entrou" not in feito.stdout
