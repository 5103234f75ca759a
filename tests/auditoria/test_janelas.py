"""The proofs as staff see them, and the routines that make them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auditoria.models import ChaveAssinatura, Resumo, Selo, Verificacao
from auditoria.verificacao.services import TrilhaNaoConfere, verificar
from erp.rotinas.da_auditoria import resumir, selar_eventos, verificar_trilha
from tests.auditoria.elenco import atacar, escrever, evento, tres_dias_e_hoje

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pasta(settings: Any, tmp_path: Path) -> None:
    settings.AUDITORIA_RESUMOS, settings.RETAGUARDA_DADOS = tmp_path / "fora", tmp_path


@pytest.fixture
def auditor(client: Any) -> Any:
    pessoa = User.objects.create_user("auditor", password=None, is_staff=True)
    pessoa.groups.add(Group.objects.get(name="auditor"))
    client.force_login(pessoa, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("modelo", [Selo, Resumo, ChaveAssinatura, Verificacao])
def test_as_janelas_mostram_sem_contar_e_sem_mudar(auditor: Any, modelo: Any) -> None:
    tres_dias_e_hoje()
    atacar(f"UPDATE auditoria_evento SET motivo = '<b>outro</b>' WHERE id = '{evento(6)}'")
    verificar()
    lista = f"/admin/auditoria/{modelo._meta.model_name}/"
    with CaptureQueriesContext(connection) as consultas:
        assert auditor.get(lista).status_code == 200
    assert not [c["sql"] for c in consultas if "COUNT(" in c["sql"].upper()]
    pagina = f"{lista}{modelo.objects.first().pk}/change/"
    assert auditor.get(pagina).status_code == 200
    assert auditor.post(pagina, {}).status_code == auditor.get(f"{lista}add/").status_code == 403


def test_a_pagina_da_verificacao_nomeia_o_primeiro_problema(auditor: Any) -> None:
    tres_dias_e_hoje()
    atacar(f"UPDATE auditoria_evento SET motivo = 'outro' WHERE id = '{evento(6)}'")
    verificar()
    assert f"sequência 6, evento {evento(6)}" in auditor.get("/admin/auditoria/verificacao/").content.decode()


def test_quem_nao_e_da_auditoria_nao_ve(client: Any) -> None:
    pessoa = User.objects.create_user("bia", password=None, is_staff=True)
    pessoa.groups.add(Group.objects.get(name="gerente"))
    client.force_login(pessoa, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/auditoria/selo/").status_code == 403


def test_as_rotinas_selam_resumem_e_verificam() -> None:
    tres_dias_e_hoje()
    escrever(2)
    assert selar_eventos() == {"selados": 2}
    assert resumir() == {"resumos": 0, "enviados": 0}
    assert verificar_trilha() == {"eventos": 18, "resumos": 3}


def test_a_rotina_que_acha_um_problema_falha_e_diz_qual() -> None:
    tres_dias_e_hoje()
    atacar("DELETE FROM auditoria_resumo", f"UPDATE auditoria_evento SET motivo = 'x' WHERE id = '{evento(6)}'")
    with pytest.raises(TrilhaNaoConfere, match="sequência 6"):
        verificar_trilha()  # also when the days cannot be signed again, for their copies are there
    assert not Verificacao.objects.get().integra
    assert Verificacao.objects.get().terminada_em <= timezone.now()
