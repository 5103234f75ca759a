"""The badge: one colour, what is wrong, what to do; and the button that asks for a verification."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from auditoria.distintivo import AMBAR, VERDE, VERMELHO, distintivo
from auditoria.models import Verificacao
from erp.rotinas.da_auditoria import VERIFICAR
from erp.rotinas.models import Execucao

pytestmark = pytest.mark.django_db
LISTA, INICIO = "/admin/auditoria/evento/", "/admin/"


def quem(*grupos: str) -> Client:
    pessoa = User.objects.create_user("-".join(grupos) or "ninguem", is_staff=True)
    pessoa.groups.set(Group.objects.filter(name__in=grupos))
    cliente = Client()
    cliente.force_login(pessoa, backend="django.contrib.auth.backends.ModelBackend")
    return cliente


def feita(horas: float, problema: str = "", *, completa: bool = True, **outros: Any) -> Verificacao:
    fim = timezone.now() - timedelta(hours=horas)
    problemas = [{"codigo": "x", "texto": problema, "sequencia": 1, "evento": None}] if problema else []
    return Verificacao.objects.create(
        iniciada_em=fim, terminada_em=fim, desde=1, ate=9, completa=completa, integra=not problema, eventos=12345,
        resumos=3, problemas=problemas, **outros,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verificacoes", "cor", "dito"),
    [
        ([], AMBAR, "ainda não foi verificada"),
        ([(1, "", True)], VERDE, "12.345 eventos"),
        ([(25.9, "", True)], VERDE, "Trilha íntegra"),
        ([(26.1, "", True)], AMBAR, "não é verificada inteira desde"),
        ([(1, "", False)], AMBAR, "foi só de uma parte"),
        ([(30, "", True), (1, "", False)], AMBAR, "foi só de uma parte"),
        ([(2, "", True), (1, "", False)], VERDE, "Trilha íntegra"),
        ([(2, "", True), (1, "sequência 6: mudou", True)], VERMELHO, "sequência 6: mudou"),
        ([(2, "", True), (1, "sequência 6: mudou", False)], VERMELHO, "sequência 6: mudou"),
        ([(2, "sequência 6: mudou", True), (1, "", False)], VERMELHO, "sequência 6: mudou"),
        ([(2, "sequência 6: mudou", True), (1, "", True)], VERDE, "Trilha íntegra"),
    ],
)
def test_a_cor_e_da_ultima_inteira_e_do_que_se_achou_depois(
    verificacoes: list[tuple[float, str, bool]], cor: str, dito: str
) -> None:
    for horas, problema, completa in verificacoes:
        feita(horas, problema, completa=completa)
    d = distintivo()
    assert d.cor == cor and dito in f"{d.titulo} {d.texto}"
    assert bool(d.fazer) == (cor != VERDE)


def test_o_que_esta_so_no_arquivo_e_nao_foi_lido_deixa_ambar() -> None:
    feita(2)
    feita(1, completa=False, nao_lidos=7, arquivo="7 eventos estão só no arquivo e NÃO foram verificados.")
    d = distintivo()
    assert d.cor == AMBAR and "7 eventos estão só no arquivo" in d.texto and "MongoDB" in d.fazer


def test_o_vermelho_leva_a_verificacao_que_achou() -> None:
    ruim = feita(1, "sequência 6: <b>mudou</b>")
    corpo = quem("auditor").get(INICIO).content.decode()
    assert f"/admin/auditoria/verificacao/{ruim.pk}/change/" in corpo
    assert "A trilha não confere" in corpo and "&lt;b&gt;mudou" in corpo


def test_sem_mongodb_diz_que_nao_ha_arquivo_e_continua_verde() -> None:
    feita(1)
    corpo = quem("auditor").get(LISTA).content.decode()
    assert "Trilha íntegra" in corpo and "Nenhum arquivo configurado" in corpo


@pytest.mark.parametrize(
    ("grupo", "ve", "pede"), [("TI", True, True), ("auditor", True, False), ("gerente", False, False)]
)
def test_quem_ve_e_quem_pede(grupo: str, ve: bool, pede: bool) -> None:
    cliente = quem(grupo)
    inicio = cliente.get(INICIO).content.decode()
    assert ("estado-da-trilha" in inicio) == ve
    assert ("Verificar agora</button>" in inicio) == pede
    assert cliente.post(f"{LISTA}verificar/").status_code == (302 if pede else 403)
    assert cliente.get(f"{LISTA}verificar/").status_code == 405
    assert Execucao.objects.filter(rotina=VERIFICAR).count() == int(pede)


def test_apertado_duas_vezes_e_um_pedido_so() -> None:
    cliente = quem("TI")
    for texto in ("Verificação pedida", "Já há uma verificação"):
        assert texto in cliente.post(f"{LISTA}verificar/", follow=True).content.decode()
    assert Execucao.objects.filter(rotina=VERIFICAR).count() == 1
