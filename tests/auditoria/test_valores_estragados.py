"""One value that Python cannot read is named, as any other change: the verification does not die of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from auditoria.arquivo import servico
from auditoria.distintivo import VERMELHO, distintivo
from auditoria.models import Resumo, Verificacao
from auditoria.resumo import NaoResumido, fazer_pendentes
from auditoria.verificacao.partes import Partes
from auditoria.verificacao.problemas import MAXIMO, Problema
from auditoria.verificacao.services import TrilhaNaoConfere, verificar
from erp.rotinas.da_auditoria import verificar_trilha
from tests.auditoria.elenco import HOJE, atacar, escrever, selar_em, tres_dias_e_hoje

pytestmark = pytest.mark.django_db

O_ULTIMO = "WHERE dia = (SELECT max(dia) FROM auditoria_resumo)"


@pytest.fixture(autouse=True)
def pasta(settings: Any, tmp_path: Path) -> Path:
    settings.AUDITORIA_RESUMOS = tmp_path / "fora"
    settings.RETAGUARDA_DADOS = tmp_path
    return tmp_path / "fora"


@pytest.fixture
def trilha(pasta: Path) -> None:
    tres_dias_e_hoje()


@pytest.mark.parametrize(
    ("comando", "codigo"),
    [
        (f"UPDATE auditoria_resumo SET conteudo = repeat('[', 200000) {O_ULTIMO}", "resumo_sem_assinatura"),
        (f"UPDATE auditoria_resumo SET conteudo = '{{}}' {O_ULTIMO}", "resumo_sem_assinatura"),
        (f"UPDATE auditoria_resumo SET dia = '9999-12-31' {O_ULTIMO}", "resumo_alterado"),
        (f"UPDATE auditoria_resumo SET dia = '20000-12-31' {O_ULTIMO}", "resumo_alterado"),
        (f"UPDATE auditoria_resumo SET fim = '20000-12-31' {O_ULTIMO}", "resumo_alterado"),
    ],
)
def test_resumo_que_nao_se_deixa_ler(trilha: None, comando: str, codigo: str) -> None:
    atacar(comando)
    feita = verificar()
    assert feita.problemas[0]["codigo"] == codigo
    assert (feita.eventos, distintivo().cor) == (HOJE + 3, VERMELHO)  # and the chain was walked to its end


def test_o_dia_que_nao_existe_e_dito_como_esta_no_banco(trilha: None) -> None:
    atacar(f"UPDATE auditoria_resumo SET dia = '20000-12-31' {O_ULTIMO}")
    assert verificar().primeiro_problema.startswith("o resumo de 20000-12-31 tem datas que não existem")


@pytest.mark.parametrize(
    "arquivo", ["[" * 200_000, '{"resumo": {"dia": "\\ud800", "chave": 1}, "assinatura": "00"}', "[]"]
)
def test_copia_de_fora_que_nao_se_deixa_ler(trilha: None, pasta: Path, arquivo: str) -> None:
    (pasta / "estranho.json").write_text(arquivo)
    [problema] = verificar().problemas
    assert problema["codigo"].startswith("resumo_de_fora_i") and "estranho.json" in problema["texto"]


@pytest.mark.parametrize("instante", ["infinity", "-infinity", "20000-01-01", "0044-03-15 BC"])
@pytest.mark.parametrize("sequencia", [1, 6])
def test_selo_com_um_instante_que_nao_existe(trilha: None, sequencia: int, instante: str) -> None:
    atacar(f"UPDATE auditoria_selo SET selado_em = '{instante}' WHERE sequencia = {sequencia}")
    feita = verificar()
    assert (feita.problemas[0]["codigo"], feita.problemas[0]["sequencia"]) == ("evento_alterado", sequencia)
    assert feita.eventos == HOJE + 3


def test_sem_lugar_para_outro_selo_o_que_espera_e_dito_e_o_resto_e_conferido(
    trilha: None, capsys: pytest.CaptureFixture[str]
) -> None:
    atacar("UPDATE auditoria_selo SET sequencia = 9223372036854775807 WHERE sequencia = 16")
    escrever(1)
    with pytest.raises(CommandError, match="faltam os selos 16 a 9223372036854775806") as recusa:
        call_command("auditoria_verificar")
    assert recusa.value.returncode == 1
    assert "- a selagem do que espera parou no meio" in capsys.readouterr().out
    feita = Verificacao.objects.get()
    assert (feita.completa, feita.integra, feita.eventos) == (False, False, HOJE + 3)
    assert feita.problemas[-1]["codigo"] == "verificacao_interrompida"
    assert distintivo().cor == VERMELHO


def test_a_rotina_verifica_ainda_que_o_resumo_do_dia_nao_se_faca(pasta: Path) -> None:
    for atras in (3, 2):
        escrever(4)
        selar_em(timezone.now() - timedelta(days=atras))
    assert len(fazer_pendentes()) == 3
    ontem = Resumo.objects.latest("dia").dia
    atacar(f"DELETE FROM auditoria_resumo {O_ULTIMO}", f"UPDATE auditoria_resumo SET conteudo = '{{}}' {O_ULTIMO}")
    (pasta / f"resumo-{ontem}.json").unlink()
    with pytest.raises(NaoResumido):
        fazer_pendentes()
    with pytest.raises(TrilhaNaoConfere, match="não foi assinado assim"):
        verificar_trilha()
    assert Verificacao.objects.get().problemas[0]["codigo"] == "resumo_sem_assinatura"


def test_a_rotina_falha_depois_de_verificar_se_a_copia_nao_se_faz(pasta: Path) -> None:
    pasta.touch()  # a file, where the folder should be
    escrever(4)
    selar_em(timezone.now() - timedelta(days=1))
    with pytest.raises(FileExistsError):
        verificar_trilha()
    assert Verificacao.objects.get().integra


def test_o_que_parou_nao_se_perde_numa_lista_longa() -> None:
    partes = Partes()
    with partes.parte("a leitura da cadeia", lambda: 7):
        {}["nada"]
    ditos = partes.ao_fim_de([Problema("x", "x")] * (MAXIMO + 5))
    assert len(ditos) == MAXIMO
    assert (ditos[-1].codigo, ditos[-1].sequencia) == ("verificacao_interrompida", 7)
    assert ditos[-1].texto == "sequência 7: a leitura da cadeia parou no meio (KeyError: 'nada')"


def test_o_banco_que_cai_nao_e_um_problema_da_trilha() -> None:
    partes = Partes()
    with pytest.raises(OperationalError), partes.parte("a leitura da cadeia"):
        raise OperationalError("server closed the connection unexpectedly")
    assert partes.interrompidas == []


def test_o_dado_pessoal_de_um_valor_nao_vai_no_que_parou() -> None:
    partes = Partes()
    with partes.parte("a leitura da cadeia"):
        raise ValueError("não é número: 529.982.247-25\nDETAIL: linha inteira")
    assert "529.982" not in partes.interrompidas[0].texto and "DETAIL" not in partes.interrompidas[0].texto


def test_leitura_do_arquivo_que_para_deixa_de_perguntar() -> None:
    partes = Partes()
    testemunha = servico.Testemunha(4, 9, partes)
    testemunha.lido = True
    with testemunha._atenta():
        raise KeyError("sequencia")
    assert not testemunha.lido and testemunha.texto == "O arquivo não foi conferido: a leitura parou no meio."
    assert [p.sequencia for p in partes.interrompidas] == [5]
