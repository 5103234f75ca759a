"""A day handed to a stranger, who checks it with the script of docs/ and nothing of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from auditoria import chaves
from auditoria.models import Evento, Resumo
from auditoria.resumo import em_bytes, escrever
from auditoria.selador import selar
from tests.auditoria.elenco import atacar, evento, tres_dias_e_hoje
from tests.falhas.vivos import RAIZ

pytestmark = pytest.mark.django_db


@pytest.fixture
def exportado(settings: Any, tmp_path: Path) -> list[Path]:
    settings.AUDITORIA_RESUMOS = tmp_path / "fora"
    settings.RETAGUARDA_DADOS = tmp_path
    tres_dias_e_hoje()
    return exportar(tmp_path / "dia")


def exportar(pasta: Path) -> list[Path]:
    dia = Resumo.objects.get(primeira=5).dia
    call_command("auditoria_exportar", dia=dia, pasta=pasta)
    return [pasta / f"auditoria-{dia}.jsonl", pasta / f"resumo-{dia}.json", pasta / "chave.pem"]


def conferir(arquivos: list[Path]) -> subprocess.CompletedProcess[str]:
    """Isolated: no package of the project can be found from there."""
    comando = [sys.executable, "-I", str(RAIZ / "docs" / "conferir_auditoria.py"), *map(str, arquivos)]
    return subprocess.run(comando, cwd="/", capture_output=True, text=True, timeout=60)


def test_o_exportado_confere_e_exportar_fica_na_trilha(exportado: list[Path]) -> None:
    feito = conferir(exportado)
    assert (feito.returncode, feito.stderr) == (0, "")
    assert "Confere: 4 eventos" in feito.stdout
    assert Evento.objects.get(acao="auditoria.dia_exportado").objeto_id == exportado[0].stem.removeprefix("auditoria-")


@pytest.mark.parametrize(
    ("arquivo", "antes", "depois", "dito"),
    [
        (0, "porque sim", "porque nao", "sequência 5"),
        (0, '"sequencia": 7', '"sequencia": 8', "sequência 7"),
        (1, '"quantidade": 4', '"quantidade": 3', "não foi assinado"),
    ],
)
def test_um_byte_mudado_e_nomeado(exportado: list[Path], arquivo: int, antes: str, depois: str, dito: str) -> None:
    texto = exportado[arquivo].read_text()
    assert antes in texto
    exportado[arquivo].write_text(texto.replace(antes, depois, 1))
    feito = conferir(exportado)
    assert feito.returncode == 1 and "NÃO CONFERE" in feito.stderr and dito in feito.stderr


def test_linha_a_menos_ou_fora_de_ordem_e_nomeada(exportado: list[Path]) -> None:
    linhas = exportado[0].read_text().splitlines(keepends=True)
    exportado[0].write_text("".join(linhas[:-1]))
    assert "acabam na sequência 7" in conferir(exportado).stderr
    exportado[0].write_text("".join([linhas[1], linhas[0], *linhas[2:]]))
    assert "sequência 5" in conferir(exportado).stderr


def test_evento_que_sumiu_do_banco_sai_como_nada_e_nao_confere(exportado: list[Path]) -> None:
    atacar(f"DELETE FROM auditoria_evento WHERE id = '{evento(6)}'")
    assert "sequência 6" in conferir(exportar(exportado[0].parent)).stderr


def assinado_de_novo(arquivo: Path, **mudado: Any) -> None:
    """The digest as our own key would have signed it, had it said that."""
    dados = json.loads(arquivo.read_text())["resumo"] | mudado
    assinatura = chaves.assinar(em_bytes(escrever(dados)))
    arquivo.write_text(json.dumps({"resumo": dados, "assinatura": assinatura}))


@pytest.mark.parametrize(
    ("mudado", "dito"),
    [
        ({"parcial": True}, "é parcial, só até"),
        (
            {"problema": "sequência 6: foi alterado"},
            "já tinha um problema quando foi assinado: sequência 6: foi alterado",
        ),
        ({"tipo": "outro"}, "não é um resumo que este programa conheça: outro"),
        ({"versao": 2}, "versão 2"),
        ({"quantidade": 3}, "acabam na sequência 8"),
    ],
)
def test_resumo_genuino_que_nao_e_o_do_dia_inteiro_e_integro_nao_confere(
    exportado: list[Path], mudado: dict[str, Any], dito: str
) -> None:
    assinado_de_novo(exportado[1])
    assert conferir(exportado).returncode == 0
    assinado_de_novo(exportado[1], **mudado)
    feito = conferir(exportado)
    assert (feito.returncode, feito.stdout) == (1, "") and dito in feito.stderr


def test_o_dia_sem_evento_nenhum_tambem_confere(exportado: list[Path]) -> None:
    exportado[0].write_text("")
    vazio = {"primeira": None, "ultima": None, "quantidade": 0, "selo_anterior": "ab" * 32, "ultimo_selo": "ab" * 32}
    assinado_de_novo(exportado[1], **vazio)
    assert "Confere: 0 eventos" in conferir(exportado).stdout


def test_dia_sem_resumo_nao_se_exporta(exportado: list[Path]) -> None:
    with pytest.raises(CommandError, match="01/01/2001"):
        call_command("auditoria_exportar", dia=date(2001, 1, 1), pasta=exportado[0].parent)
    assert selar() == 1  # only the first export


def test_sem_os_tres_arquivos_o_programa_diz_como_se_usa_e_tem_as_quarenta_linhas_que_se_prometem(
    exportado: list[Path],
) -> None:
    feito = conferir(exportado[:2])
    assert feito.returncode == 1 and "python conferir_auditoria.py auditoria-2026-11-22.jsonl" in feito.stderr
    assert len((RAIZ / "docs" / "conferir_auditoria.py").read_text().splitlines()) <= 40
