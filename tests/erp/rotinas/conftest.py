import pytest

from auditoria.services import Ator
from erp.acesso.services import criar_chave as criar
from erp.rotinas import registro
from erp.rotinas.agenda import cada
from erp.rotinas.registro import rotina


@pytest.fixture(autouse=True)
def _registro_de_volta(monkeypatch):
    """What a test declares is forgotten after it."""
    monkeypatch.setattr(registro, "_rotinas", dict(registro._rotinas))


@pytest.fixture
def declarar():
    def declarar(funcao, caminho="Teste/Fazer", agenda=None, **opcoes):
        rotina(caminho, agenda or cada(minutos=8), opcoes.pop("titulo", "Fazer o teste"), **opcoes)(funcao)
        return caminho

    return declarar


@pytest.fixture
def criar_chave(db):
    """The text of a new API key."""

    def criar_chave(escopos, **opcoes):
        return criar(nome="integrador", escopos=escopos, ator=Ator("sistema", "teste"), **opcoes)[1]

    return criar_chave
