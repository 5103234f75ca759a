"""The boxes of history on other pages: PostgreSQL's part, a line when there is more in the archive, the way to all of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from auditoria.models import Retirada
from auditoria.pessoas.identidade import referencia
from auditoria.services import ATOR_SISTEMA, registrar
from auditoria.trilha.passado import Passado, do_objeto
from erp.assinaturas.models import Assinatura
from erp.rotinas.models import RotinaAgendada
from tests.erp.cobrancas.elenco import cobranca
from tests.erp.elenco import CPF, empresa, filial, hoje
from tests.erp.lgpd.elenco import maria
from tests.erp.planos.elenco import contrato

pytestmark = pytest.mark.django_db
SO_LA = "já saiu do banco de dados e não aparece aqui"


def sair(ate: datetime) -> None:
    """As if a month had left PostgreSQL."""
    Retirada.objects.create(
        particao="auditoria_evento_2020_01", de=uuid4(), ate=uuid4(), quantidade=1, soma="0" * 64, em_ate=ate,
        evento=uuid4(), retirada_em=timezone.now(),
    )  # fmt: skip


def contar(objeto: str, objeto_id: str, acao: str = "clientes.cliente_alterado") -> str:
    return str(registrar(acao=acao, ator=ATOR_SISTEMA, objeto=objeto, objeto_id=objeto_id, depois={"uf": "RJ"}))


def ids(passado: Passado) -> list[str]:
    return [str(e.pk) for e in passado.eventos]


def test_de_uma_coisa_como_quer_que_se_escreva_do_mais_novo_ao_mais_velho() -> None:
    feitos = [contar("clientes.cliente", CPF), contar("clientes.Cliente", CPF), contar("clientes.cliente", "9")]
    achados = do_objeto("clientes.cliente", CPF, limite=10)
    assert ids(achados) == feitos[1::-1] and achados.so_no_arquivo == ""
    assert CPF not in achados.tudo and referencia(CPF) in achados.tudo
    assert ids(do_objeto("clientes.cliente", CPF, limite=1)) == feitos[1:2]
    assert ids(do_objeto("clientes.cliente", CPF, limite=9, antes=achados.eventos[0].em)) == feitos[:1]
    assert ids(do_objeto("clientes.cliente", CPF, limite=9, acoes=["clientes.cliente_criado"])) == []


def test_diz_se_algo_so_esta_no_arquivo_e_cala_se_a_coisa_e_mais_nova() -> None:
    assert do_objeto("x.Y", 7, limite=1).so_no_arquivo == ""
    ate = timezone.now() - timedelta(days=400)
    sair(ate)
    assert f"{timezone.localtime(ate):%d/%m/%Y %H:%M} {SO_LA}" in do_objeto("x.Y", 7, limite=1).so_no_arquivo
    assert SO_LA in do_objeto("x.Y", 7, limite=1, desde=ate - timedelta(days=1)).so_no_arquivo
    assert do_objeto("x.Y", 7, limite=1, desde=ate + timedelta(seconds=1)).so_no_arquivo == ""


def da_cobranca() -> str:
    return f"/admin/cobrancas/cobranca/{cobranca().pk}/change/"


def da_assinatura() -> str:
    pedida = Assinatura.objects.create(
        especie="planos.contratacao", objeto_id=1, filial=filial(1), provedor="plugsign", criada_por="sistema",
        criada_em=timezone.now(), mudou_em=timezone.now(),
    )  # fmt: skip
    return f"/admin/assinaturas/assinatura/{pedida.pk}/change/"


def do_contrato() -> str:
    return f"/admin/planos/contratacao/{contrato(hoje()).pk}/change/"


def do_cliente() -> str:
    return f"/admin/clientes/cliente/{maria('000123').pk}/history/"


def da_rotina() -> str:
    rotina = RotinaAgendada.objects.order_by("pk")[0]
    registrar(acao="rotinas.pausada", ator=ATOR_SISTEMA, objeto="rotinas.RotinaAgendada", objeto_id=str(rotina.pk))
    return f"/admin/rotinas/rotinaagendada/{rotina.pk}/change/"


@pytest.mark.parametrize(
    "pagina", [da_cobranca, da_assinatura, do_contrato, do_cliente, da_rotina], ids=lambda pagina: pagina.__name__
)
def test_cada_pagina_diz_o_que_so_esta_no_arquivo_e_leva_a_trilha_quem_pode(pagina: Callable[[], str]) -> None:
    empresa()
    endereco = pagina()
    sair(timezone.now() + timedelta(days=1))  # whatever the thing's age
    quem = User.objects.create_user("caio", is_staff=True)
    apps = ("cobrancas", "assinaturas", "planos", "clientes", "rotinas")
    vistas = Permission.objects.filter(content_type__app_label__in=apps, codename__startswith="view_")
    quem.user_permissions.add(*vistas, *Permission.objects.filter(codename__in=("ver_todas_filiais", "ver_documentos")))
    sem = abrir(quem, endereco)
    assert SO_LA in sem and "Ver tudo na auditoria" not in sem
    quem.user_permissions.add(Permission.objects.get(codename="view_evento"))
    com = abrir(quem, endereco)
    assert SO_LA in com and com.count("Ver tudo na auditoria") == 1


def abrir(quem: User, endereco: str) -> str:
    navegador = Client()
    navegador.force_login(quem, backend="django.contrib.auth.backends.ModelBackend")
    resposta = navegador.get(endereco)
    assert resposta.status_code == 200
    return unescape(resposta.content.decode())
