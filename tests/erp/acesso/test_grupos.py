import pytest
from django.contrib.auth.models import Group, Permission

from erp.acesso import grupos
from erp.acesso.grupos import GRUPOS, conceder, conferir_tabela, sincronizar, tabela

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _devolver_a_tabela(monkeypatch):
    monkeypatch.setattr(grupos, "_tabela", {nome: set(permissoes) for nome, permissoes in grupos._tabela.items()})


def permissoes_de(grupo):
    return {f"{p.content_type.app_label}.{p.codename}" for p in Group.objects.get(name=grupo).permissions.all()}


def test_migrar_cria_os_seis_grupos_com_a_tabela_inteira():
    assert set(GRUPOS) <= set(Group.objects.values_list("name", flat=True))
    for grupo, esperadas in tabela().items():
        assert permissoes_de(grupo) >= esperadas, grupo


def test_cada_permissao_da_tabela_existe():
    assert conferir_tabela() == []


@pytest.mark.parametrize("errada", ["acesso.permissao_que_nao_ha", "app_que_nao_ha.view_x"])
def test_permissao_com_erro_de_digitacao_e_denunciada(errada):
    conceder("gerente", errada)
    (erro,) = conferir_tabela()
    assert erro.id == "acesso.E001" and errada in erro.msg


def test_grupo_que_nao_ha_e_recusado():
    with pytest.raises(KeyError):
        conceder("gerentes", "acesso.view_chaveapi")


def test_concessao_nova_entra_e_a_que_foi_tirada_nao_volta():
    conceder("operador", "acesso.view_aprovacao")
    assert sincronizar("acesso") == 1
    assert "acesso.view_aprovacao" in permissoes_de("operador")
    Group.objects.get(name="operador").permissions.remove(Permission.objects.get(codename="view_aprovacao"))
    assert sincronizar("acesso") == 0
    assert "acesso.view_aprovacao" not in permissoes_de("operador")


def test_o_que_a_equipe_acrescentou_fica():
    Group.objects.get(name="operador").permissions.add(Permission.objects.get(codename="view_evento"))
    sincronizar("acesso")
    assert "auditoria.view_evento" in permissoes_de("operador")
