"""A change of a sensitive table without an event becomes an event: by raw SQL, by `update`, by whoever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection, transaction
from django.utils import timezone
from pgtrigger import ignore

from auditoria.acoes import DECLARADA, SEM_AUTOR
from auditoria.declaracoes import declarar
from auditoria.models import Evento, Mudanca
from auditoria.services import ATOR_SISTEMA, registrar
from erp.acesso.models import ChaveApi
from erp.rotinas.da_auditoria import avisar_do_que_ninguem_contou
from erp.rotinas.models import AlarmeRotina
from erp.rotinas.services import marcar_visto
from tests import vigias

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return User.objects.create_user("ana")


@pytest.fixture(autouse=True)
def ouvindo(ana: User) -> Iterator[None]:
    with vigias.ouvindo():
        yield


def _sql(comando: str, *valores: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(comando, valores)


def _no_fim() -> list[Evento]:
    vigias.conferir()
    return list(Evento.objects.order_by("objeto", "id"))


def _falar_de(objeto: str) -> None:
    registrar(acao="teste.feito", ator=ATOR_SISTEMA, objeto=objeto, objeto_id="1")


def test_um_update_por_sql_sem_evento_vira_evento_com_tudo_o_que_o_banco_sabe(ana: User) -> None:
    _sql("SET LOCAL application_name = 'psql'")
    _sql("UPDATE auth_user SET is_superuser = true WHERE username = 'ana'")
    (evento,) = _no_fim()
    assert (evento.acao, evento.objeto, evento.ator_tipo) == (SEM_AUTOR, "auth.user", "sistema")
    assert evento.depois == {
        "tabela": "auth_user", "operacao": "UPDATE", "linhas": 1, "chaves": str(ana.pk), "aplicacao": "psql",
        "usuario_do_banco": evento.ator,
    }  # fmt: skip
    assert (evento.objeto_id, evento.id.version) == (str(ana.pk), 7)
    assert not Mudanca.objects.exists()


def test_o_queryset_update_e_contado_por_comando_e_por_tabela(ana: User) -> None:
    User.objects.create_user("bia")
    User.objects.update(is_staff=True)
    ChaveApi.objects.create(nome="loja", prefixo="abc", hash="x", escopos=["pdv"], criada_por="ana")
    ditos = {(e.depois["tabela"], e.depois["operacao"]): e.depois["linhas"] for e in _no_fim()}
    assert ditos == {("auth_user", "INSERT"): 1, ("auth_user", "UPDATE"): 2, ("acesso_chaveapi", "INSERT"): 1}


def test_dar_um_grupo_uma_permissao_ou_apagar_tambem_e_visto(ana: User) -> None:
    permissao = Permission.objects.first()
    assert permissao is not None
    grupo = Group.objects.create(name="inventado")
    ana.groups.add(grupo)
    ana.user_permissions.add(permissao)
    grupo.permissions.add(permissao)
    grupo.delete()
    eventos = _no_fim()
    assert {e.objeto_id for e in eventos if e.depois["tabela"] == "auth_user_groups"} == {str(ana.pk)}
    assert {e.depois["tabela"] for e in eventos} == {
        "auth_group",
        "auth_group_permissions",
        "auth_user_groups",
        "auth_user_user_permissions",
    }


def test_com_um_evento_sobre_ela_na_mesma_transacao_antes_ou_depois_nada_se_acrescenta(ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(is_staff=True)
    _falar_de("auth.User")
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert [e.acao for e in _no_fim()] == ["teste.feito"]


def test_um_evento_sobre_outra_coisa_nao_serve(ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(is_staff=True)
    _falar_de("auth.Group")
    assert sorted(e.acao for e in _no_fim()) == [SEM_AUTOR, "teste.feito"]


def test_um_evento_desfeito_com_o_seu_savepoint_nao_serve(ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(is_staff=True)
    with transaction.atomic():
        _falar_de("auth.User")
        transaction.set_rollback(True)
    assert [e.acao for e in _no_fim()] == [SEM_AUTOR]


def test_o_que_foi_desfeito_com_o_seu_savepoint_nao_e_evento(ana: User) -> None:
    with transaction.atomic():
        User.objects.filter(pk=ana.pk).update(is_staff=True)
        transaction.set_rollback(True)
    assert _no_fim() == []


def test_gravar_o_mesmo_ou_so_o_que_ninguem_precisa_contar_nao_e_evento(ana: User) -> None:
    ana.save()
    _sql("UPDATE auth_user SET last_login = now()")
    _sql("UPDATE auth_user SET is_staff = true WHERE false")
    assert _no_fim() == []


def test_truncate_e_visto() -> None:
    _sql("TRUNCATE contatos_passo_regua")
    (evento,) = _no_fim()
    dito = (evento.objeto, evento.depois["tabela"], evento.depois["operacao"], evento.depois["linhas"])
    assert dito == ("contatos.passodaregua", "contatos_passo_regua", "TRUNCATE", None)


def test_mil_comandos_numa_transacao_sao_um_evento_com_a_soma(ana: User) -> None:
    for n in range(50):
        User.objects.filter(pk=ana.pk).update(first_name=str(n))
    (evento,) = _no_fim()
    assert evento.depois["linhas"] == 50
    assert len(evento.depois["chaves"]) <= 200


def test_declarada_e_um_evento_de_quem_declarou_e_so_no_bloco(ana: User) -> None:
    with declarar("manage.py migrate"):
        User.objects.filter(pk=ana.pk).update(is_staff=True)
    Group.objects.create(name="inventado")
    do_grupo, da_ana = _no_fim()
    assert (da_ana.acao, da_ana.ator) == (DECLARADA, "manage.py migrate")
    assert do_grupo.acao == SEM_AUTOR


def test_o_alarme_abre_diz_onde_e_passa_quando_alguem_da_por_visto(ana: User) -> None:
    assert avisar_do_que_ninguem_contou() == {}
    User.objects.filter(pk=ana.pk).update(is_staff=True)
    _envelhecer(_no_fim())
    assert avisar_do_que_ninguem_contou() == {"avisos": 1}
    assert avisar_do_que_ninguem_contou() == {}  # the same is not told twice
    alarme = AlarmeRotina.objects.get(encerrado_em=None)
    assert alarme.texto.startswith("1 de «Alteração sem autor declarado» desde") and "em auth_user." in alarme.texto
    AlarmeRotina.objects.update(ultimo_em=timezone.now() + timedelta(seconds=20))  # the next instant
    marcar_visto(alarme=alarme, por=ana, motivo="fui eu, pelo psql")
    assert avisar_do_que_ninguem_contou() == {}


def _envelhecer(eventos: list[Evento]) -> None:
    """What is a moment old may be of a transaction still open: the routine waits for it."""
    with ignore("auditoria.Evento:evento_sem_update"):
        Evento.objects.filter(pk__in=[e.pk for e in eventos]).update(em=timezone.now() - timedelta(minutes=1))
