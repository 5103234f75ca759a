"""The signed digest of a day, its key, and its copies outside the database."""

from __future__ import annotations

import base64
import json
import stat
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from auditoria import chaves, guardados
from auditoria.models import Resumo, Selo
from auditoria.relogio import TOLERANCIA
from auditoria.resumo import ZERO, fazer_pendentes, hash_de, inicio_do_dia
from auditoria.selador import selar
from auditoria.verificacao.services import verificar
from tests.auditoria.elenco import POR_DIA, atacar, escrever, evento, selar_em, tres_dias_e_hoje

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pasta(settings: Any, tmp_path: Path) -> Path:
    settings.AUDITORIA_RESUMOS = tmp_path / "fora"
    settings.RETAGUARDA_DADOS = tmp_path
    return tmp_path / "fora"


def conteudos() -> list[dict[str, Any]]:
    return [json.loads(r.conteudo) for r in Resumo.objects.order_by("dia")]


def test_cada_dia_que_acabou_tem_um_resumo_que_continua_o_anterior() -> None:
    tres_dias_e_hoje()
    resumos = list(Resumo.objects.order_by("dia"))
    ditos = conteudos()
    assert [(d["primeira"], d["ultima"], d["quantidade"]) for d in ditos] == [(1, 4, 4), (5, 8, 4), (9, 12, 4)]
    assert [d["resumo_anterior"] for d in ditos] == [ZERO, *(hash_de(r.conteudo) for r in resumos[:-1])]
    assert [d["fim"] for d in ditos[:-1]] == [d["inicio"] for d in ditos[1:]]
    assert [d["ultimo_selo"] for d in ditos] == [bytes(Selo.objects.get(sequencia=n).hash).hex() for n in (4, 8, 12)]
    assert [d["selo_anterior"] for d in ditos] == [ZERO, *(d["ultimo_selo"] for d in ditos[:-1])]
    assert resumos[-1].dia == timezone.localdate() - timedelta(days=1)
    assert fazer_pendentes() == []


def test_dia_sem_nada_tambem_tem_resumo() -> None:
    escrever(1)
    selar_em(timezone.now() - timedelta(days=4))
    escrever(1)
    selar_em(timezone.now() - timedelta(days=1))
    assert len(fazer_pendentes()) == 4
    assert [d["quantidade"] for d in conteudos()] == [1, 0, 0, 1]
    assert conteudos()[1]["ultimo_selo"] == conteudos()[0]["ultimo_selo"]
    assert verificar().integra


def test_o_dia_e_o_da_empresa_e_nao_o_de_greenwich() -> None:
    """02:30 UTC is still the day before in São Paulo."""
    ontem = timezone.localdate() - timedelta(days=2)
    escrever(1)
    selar_em(datetime.fromisoformat(f"{ontem + timedelta(days=1)}T02:30:00+00:00"))
    fazer_pendentes()
    assert Resumo.objects.get(primeira=1).dia == ontem
    assert conteudos()[0]["fuso"] == "America/Sao_Paulo"


def test_nada_selado_ou_so_hoje_nao_da_resumo() -> None:
    assert fazer_pendentes() == []
    escrever(2)
    selar()
    assert fazer_pendentes() == []


def test_depois_do_resumo_nada_mais_se_sela_naquele_dia_mesmo_que_o_relogio_volte() -> None:
    escrever(1)
    selar_em(timezone.now() - timedelta(days=1))
    fazer_pendentes()
    atacar(
        "UPDATE auditoria_resumo SET fim = clock_timestamp() + interval '4 minutes'"
    )  # as if the clock had been ahead
    escrever(1)
    selar()
    assert Selo.objects.get(sequencia=2).selado_em == Resumo.objects.get().fim


@pytest.mark.parametrize("fim", ["9000-01-01", "infinity", "20000-01-01"])
def test_fim_que_nao_vai_chegar_nao_leva_a_cadeia_atras_de_si(fim: str) -> None:
    escrever(1)
    selar_em(timezone.now() - timedelta(days=1))
    fazer_pendentes()
    verdadeiro = Resumo.objects.get().fim
    atacar(f"UPDATE auditoria_resumo SET fim = '{fim}'")
    escrever(1)
    selar()
    atacar("UPDATE auditoria_resumo SET fim = %s", parametros=[verdadeiro])
    assert Selo.objects.get(sequencia=2).selado_em <= timezone.now() + TOLERANCIA
    assert verificar().integra


def test_dia_que_nao_confere_e_assinado_dizendo_isso() -> None:
    escrever(POR_DIA)
    selar_em(timezone.now() - timedelta(days=1))
    atacar(f"UPDATE auditoria_evento SET motivo = 'outro' WHERE id = '{evento(3)}'")
    [resumo] = fazer_pendentes()
    assert not resumo.integro
    assert "sequência 3" in conteudos()[0]["problema"]


@pytest.mark.parametrize("comando", ["UPDATE {} SET chave = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_o_banco_recusa_mexer_nos_resumos(comando: str) -> None:
    tres_dias_e_hoje()
    with pytest.raises(IntegrityError, match="auditoria_resumo só aceita inclusão"), transaction.atomic():
        Resumo.objects.raw("SELECT 1")
        with transaction.get_connection().cursor() as cursor:
            cursor.execute(comando.format("auditoria_resumo"))


def test_a_chave_feita_sozinha_fica_na_pasta_dos_dados_so_para_o_dono(tmp_path: Path) -> None:
    primeira = chaves.chave_privada()
    arquivo = tmp_path / chaves.ARQUIVO
    assert stat.S_IMODE(arquivo.stat().st_mode) == 0o600
    assert chaves.impressao(chaves.chave_privada().public_key()) == chaves.impressao(primeira.public_key())


def test_a_chave_das_configuracoes_em_base64_ou_pem_e_a_mesma(settings: Any) -> None:
    settings.AUDITORIA_CHAVE_ASSINATURA = base64.b64encode(bytes(range(32))).decode()
    digital = chaves.impressao(chaves.chave_privada().public_key())
    assert digital == "56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c"
    assert chaves.impressao(Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()) == digital


def test_chave_que_nao_e_chave_e_dita_sem_ser_repetida(settings: Any) -> None:
    settings.AUDITORIA_CHAVE_ASSINATURA = "-----BEGIN PRIVATE KEY-----\nsegredo\n-----END PRIVATE KEY-----"
    with pytest.raises(ImproperlyConfigured, match="AUDITORIA_CHAVE_ASSINATURA") as recusa:
        chaves.chave_privada()
    assert "segredo" not in str(recusa.value)


def test_a_chave_publica_e_de_todos_e_confere_o_resumo(client: Any) -> None:
    tres_dias_e_hoje()
    resposta = client.get("/auditoria/chave")
    assert resposta.status_code == 200 and "chave_privada" not in resposta.content.decode()
    assert "PRIVATE" not in resposta.content.decode()
    publica: Any = load_pem_public_key(resposta.json()["atual"]["publica"].encode())
    resumo = Resumo.objects.get(primeira=5)
    publica.verify(bytes.fromhex(resumo.assinatura), b"retaguarda.auditoria.resumo.v1\n" + resumo.conteudo.encode())
    assert client.post("/auditoria/chave").status_code == 405


def test_a_copia_de_fora_e_o_que_o_comando_mostra(pasta: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tres_dias_e_hoje()
    dia = Resumo.objects.get(primeira=5).dia
    call_command("auditoria_resumo", dia=dia)
    assert capsys.readouterr().out == (pasta / f"resumo-{dia}.json").read_text()
    assert len(list(pasta.iterdir())) == 3
    call_command("auditoria_resumo", agora=True)
    assert json.loads(capsys.readouterr().out)["resumo"]["quantidade"] == POR_DIA


def test_o_comando_sem_resumo_nenhum_diz_por_que() -> None:
    with pytest.raises(CommandError, match="depois que acaba"):
        call_command("auditoria_resumo")
    with pytest.raises(CommandError, match="22/11/2001"):
        call_command("auditoria_resumo", dia=date(2001, 11, 22))


def test_a_copia_que_uma_morte_deixou_de_fazer_e_feita_depois(pasta: Path) -> None:
    tres_dias_e_hoje()
    arquivo = pasta / f"resumo-{Resumo.objects.get(primeira=9).dia}.json"
    arquivo.unlink()
    fazer_pendentes()
    assert arquivo.exists()


def test_cada_resumo_vai_por_e_mail_uma_vez_com_o_arquivo(settings: Any, pasta: Path) -> None:
    tres_dias_e_hoje()
    assert guardados.mandar() == 0
    settings.AUDITORIA_RESUMO_PARA = ["juridico@exemplo.com.br"]
    assert (guardados.mandar(), guardados.mandar()) == (3, 0)
    [carta] = mail.outbox
    assert carta.to == ["juridico@exemplo.com.br"] and len(carta.attachments) == 3
    nome, anexo, _ = carta.attachments[0]
    assert (pasta / str(nome)).read_text() == anexo
    assert verificar().integra  # and the marks are no digests


def test_o_inicio_do_dia_tem_fuso() -> None:
    assert inicio_do_dia(date(2026, 11, 22)).isoformat() == "2026-11-22T00:00:00-03:00"
