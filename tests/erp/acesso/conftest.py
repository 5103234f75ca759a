import pytest
from django.contrib.auth.models import Permission, User

from auditoria.services import Ator
from erp.acesso import escopo
from erp.acesso.services import criar_chave, esquecer_autenticacoes

ATOR = Ator("usuario", "ana")


@pytest.fixture(autouse=True)
def _sem_chaves_lembradas():
    esquecer_autenticacoes()


@pytest.fixture(autouse=True)
def _duas_filiais(monkeypatch):
    monkeypatch.setattr(escopo, "_opcoes", lambda: [(1, "Centro"), (2, "Praia")])
    monkeypatch.setattr(escopo, "_pontos_venda", lambda: [(31, "PDV 31")])


@pytest.fixture
def nova_chave(db):
    """(ChaveApi, text) of a till."""
    return criar_chave(nome="PDV 3", escopos=["pdv"], ponto_venda_id=31, ator=ATOR)


@pytest.fixture
def pessoa(db):
    """Make a member of staff with some permissions."""

    def fazer(login, *permissoes):
        usuario = User.objects.create_user(login, password="x", is_staff=True)
        for nome in permissoes:
            app, codename = nome.split(".")
            usuario.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        return usuario

    return fazer
