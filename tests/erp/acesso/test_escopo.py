import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import IntegrityError, transaction

from erp.acesso.escopo import filiais_de, restringir, ve_filial
from erp.acesso.models import EscopoFilial

pytestmark = pytest.mark.django_db


def test_sem_escopo_nao_ve_filial_nenhuma(pessoa):
    bia = pessoa("bia")
    assert filiais_de(bia) == frozenset()
    assert not ve_filial(bia, 1) and not ve_filial(bia, None)


def test_ve_so_as_suas(pessoa):
    bia, ana = pessoa("bia"), pessoa("ana")
    EscopoFilial.objects.create(usuario=bia, filial_id=1)
    EscopoFilial.objects.create(usuario=bia, filial_id=3)
    EscopoFilial.objects.create(usuario=ana, filial_id=2)
    assert filiais_de(bia) == {1, 3}
    assert ve_filial(bia, 3) and not ve_filial(bia, 2) and not ve_filial(bia, None)


def test_quem_tem_a_permissao_e_o_superusuario_veem_todas(pessoa):
    assert filiais_de(pessoa("ti", "acesso.ver_todas_filiais")) is None
    assert filiais_de(User.objects.create_superuser("raiz", password="x")) is None
    assert ve_filial(User.objects.get(username="raiz"), None)


def test_quem_saiu_e_quem_nao_entrou_nao_veem_nada(pessoa):
    bia = pessoa("bia", "acesso.ver_todas_filiais")
    EscopoFilial.objects.create(usuario=bia, filial_id=1)
    bia.is_active = False
    assert filiais_de(bia) == frozenset()
    assert filiais_de(AnonymousUser()) == frozenset()


def test_restringir_filtra_pelo_caminho(pessoa):
    bia = pessoa("bia")
    EscopoFilial.objects.create(usuario=bia, filial_id=1)
    EscopoFilial.objects.create(usuario=pessoa("ana"), filial_id=2)
    assert [e.filial_id for e in restringir(EscopoFilial.objects.all(), bia, "filial_id")] == [1]


def test_a_mesma_filial_duas_vezes_e_recusada(pessoa):
    bia = pessoa("bia")
    EscopoFilial.objects.create(usuario=bia, filial_id=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        EscopoFilial.objects.create(usuario=bia, filial_id=1)
