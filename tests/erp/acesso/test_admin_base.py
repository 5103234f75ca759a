"""The base of every admin page, on a table of acesso itself: each row is of a filial."""

import pytest
from django.contrib.admin.sites import AdminSite
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import EmptyPage
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from erp.acesso.admin_base import AdminBase, PaginadorSemContagem
from erp.acesso.models import EscopoFilial

pytestmark = pytest.mark.django_db


class PorFilial(AdminBase):
    campo_filial = "filial_id"


class PorFilialDoUsuario(AdminBase):
    campo_filial = "usuario__escopos_filial__filial_id"


@pytest.fixture
def bia(pessoa):
    """Sees filial 1; filial 2 is Ana's."""
    quem, ana = pessoa("bia"), pessoa("ana")
    EscopoFilial.objects.create(usuario=quem, filial_id=1)
    EscopoFilial.objects.create(usuario=ana, filial_id=2)
    return quem


def pedido_de(usuario):
    pedido = RequestFactory().get("/")
    pedido.user = usuario
    return pedido


def vistas(classe, usuario):
    return sorted(
        classe(EscopoFilial, AdminSite()).get_queryset(pedido_de(usuario)).values_list("filial_id", flat=True)
    )


@pytest.mark.parametrize("classe", [PorFilial, PorFilialDoUsuario])
def test_cada_um_ve_as_linhas_das_suas_filiais(bia, pessoa, classe):
    assert vistas(classe, bia) == [1]
    assert vistas(classe, pessoa("caio")) == []
    assert vistas(classe, pessoa("diretora", "acesso.ver_todas_filiais")) == [1, 2]


def test_linha_de_outra_filial_nao_se_abre_pelo_endereco(bia):
    admin = PorFilial(EscopoFilial, AdminSite())
    da_ana = EscopoFilial.objects.get(filial_id=2)
    assert admin.get_object(pedido_de(bia), str(da_ana.pk)) is None
    assert admin.get_object(pedido_de(da_ana.usuario), str(da_ana.pk)) == da_ana


@pytest.mark.parametrize("filial_id", [2, None])
def test_ninguem_grava_linha_em_filial_que_nao_ve(bia, filial_id):
    linha = EscopoFilial(usuario=bia, filial_id=filial_id)
    with pytest.raises(PermissionDenied):
        PorFilial(EscopoFilial, AdminSite()).save_model(pedido_de(bia), linha, None, False)
    assert linha.pk is None


def test_grava_na_sua(bia):
    linha = EscopoFilial(usuario=User.objects.get(username="ana"), filial_id=1)
    PorFilial(EscopoFilial, AdminSite()).save_model(pedido_de(bia), linha, None, False)
    assert linha.pk is not None


def test_as_opcoes_de_uma_chave_estrangeira_sao_as_que_a_pessoa_veria_na_lista(bia):
    class Usuarios(AdminBase):
        campo_filial = "escopos_filial__filial_id"

    site = AdminSite()
    site.register(User, Usuarios)
    campo = AdminBase(EscopoFilial, site).formfield_for_foreignkey(
        EscopoFilial._meta.get_field("usuario"), pedido_de(bia)
    )
    assert [u.username for u in campo.queryset] == ["bia"]


@pytest.mark.parametrize(
    ("linhas", "pagina", "nesta", "ha_outra"),
    [(0, 1, 0, False), (1, 1, 1, False), (2, 1, 2, False), (3, 1, 2, True), (4, 2, 2, False), (5, 2, 2, True), (2, 2, 0, False)],
)  # fmt: skip
def test_paginador_sabe_da_seguinte_sem_contar(pessoa, linhas, pagina, nesta, ha_outra):
    dono = pessoa("dono")
    EscopoFilial.objects.bulk_create(EscopoFilial(usuario=dono, filial_id=n) for n in range(linhas))
    with CaptureQueriesContext(connection) as consultas:
        lida = PaginadorSemContagem(EscopoFilial.objects.order_by("pk"), 2).page(pagina)
        assert (len(lida.object_list), lida.has_next(), lida.has_previous()) == (nesta, ha_outra, pagina > 1)
    assert not [c["sql"] for c in consultas if "COUNT(" in c["sql"].upper()]


def test_paginador_tem_fim(settings):
    with pytest.raises(EmptyPage):
        PaginadorSemContagem(EscopoFilial.objects.order_by("pk"), 2).page(10**9)
