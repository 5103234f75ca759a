"""What `auditoria_verificar --desde --ate` answers to what people type, right or wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from auditoria.contexto import agindo
from auditoria.distintivo import VERDE, distintivo
from auditoria.models import Evento, Resumo, Verificacao
from auditoria.services import Ator
from auditoria.verificacao.services import verificar
from tests.auditoria.elenco import HOJE, tres_dias_e_hoje

pytestmark = pytest.mark.django_db
FIM = HOJE + 3


@pytest.fixture
def trilha(settings: Any, tmp_path: Any) -> None:
    settings.AUDITORIA_RESUMOS = tmp_path / "fora"
    settings.RETAGUARDA_DADOS = tmp_path
    tres_dias_e_hoje()


def rodar(*args: str) -> None:
    call_command("auditoria_verificar", *args)


@pytest.mark.parametrize(
    "recebido",
    ["0", "-1", "²", "22/11/2026", "2026-11-32", "0001-01-01", "9999-12-31", "ontem", "", "9" * 5_000],
)
@pytest.mark.parametrize("opcao", ["--desde", "--ate"])
def test_o_que_nao_e_dia_nem_sequencia_e_recusado_em_palavras(trilha: None, opcao: str, recebido: str) -> None:
    with pytest.raises(CommandError, match=r"esperado um dia \(2026-11-22\) ou uma sequência \(1500\)"):
        rodar(f"{opcao}={recebido}")
    assert not Verificacao.objects.exists()


@pytest.mark.parametrize("desde", ["18", "20261122", "99999999999999999999"])
def test_depois_do_fim_nada_se_confere_e_o_verde_nao_vira_vermelho(trilha: None, desde: str) -> None:
    verificar()
    with pytest.raises(CommandError, match=f"desde o selo {desde}. O último selo: {FIM}. Nada foi conferido") as recusa:
        rodar("--desde", desde)
    assert recusa.value.returncode == 1  # a trail that had that seal once, and has it no more, is no success
    assert Verificacao.objects.count() == 1 and distintivo().cor == VERDE


def test_o_selo_que_vem_a_seguir_ainda_nao_ha_e_nao_e_erro(trilha: None, capsys: pytest.CaptureFixture[str]) -> None:
    rodar("--desde", str(FIM + 1))
    assert "Nada foi selado nesse trecho" in capsys.readouterr().out


def test_dia_sem_nada_nao_e_dito_integro(trilha: None, capsys: pytest.CaptureFixture[str]) -> None:
    rodar(
        "--desde",
        f"{timezone.localdate() - timedelta(days=40)}",
        "--ate",
        f"{timezone.localdate() - timedelta(days=30)}",
    )
    dito = capsys.readouterr().out
    assert "Nada foi selado nesse trecho" in dito and "íntegra" not in dito


@pytest.mark.parametrize(("desde", "ate"), [("5", "2"), ("2026-11-24", "2026-11-20")])
def test_ao_contrario_e_recusado(trilha: None, desde: str, ate: str) -> None:
    with pytest.raises(CommandError, match=f"termina antes de começar: --desde {desde} --ate {ate}"):
        rodar("--desde", desde, "--ate", ate)


def test_por_dias_e_por_sequencias_da_no_mesmo(trilha: None) -> None:
    do_dia = Resumo.objects.get(primeira=5)
    rodar("--desde", str(do_dia.dia), "--ate", str(do_dia.dia))
    rodar("--desde", "5", "--ate", "8")
    por_dia, por_numero = Verificacao.objects.order_by("pk")
    assert (
        (por_dia.desde, por_dia.ate, por_dia.eventos)
        == (por_numero.desde, por_numero.ate, por_numero.eventos)
        == (5, 8, 4)
    )


@pytest.mark.parametrize("comando", ["auditoria_exportar", "auditoria_resumo"])
def test_os_outros_comandos_recusam_um_dia_que_nao_ha_em_palavras(trilha: None, comando: str) -> None:
    with pytest.raises(CommandError, match="recebido '2026-11-32'; esperado um dia"):
        call_command(comando, "--dia", "2026-11-32")


def test_exportar_diz_o_comando_e_o_que_impede_gravar(trilha: None, tmp_path: Any) -> None:
    (tmp_path / "ocupado").write_text("")
    dia = str(Resumo.objects.get(primeira=5).dia)
    with pytest.raises(CommandError, match="Os arquivos não puderam ser gravados"):
        call_command("auditoria_exportar", "--dia", dia, "--pasta", str(tmp_path / "ocupado"))
    assert not Evento.objects.filter(acao="auditoria.dia_exportado").exists()
    with agindo(Ator("sistema", "manage.py auditoria_exportar")):
        call_command("auditoria_exportar", "--dia", dia, "--pasta", str(tmp_path))
    assert Evento.objects.get(acao="auditoria.dia_exportado").ator == "manage.py auditoria_exportar"
