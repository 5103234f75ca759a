"""Which keys are ours: those of the settings. What somebody writes in the table of keys makes none of them ours."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core.management import call_command
from django.utils.html import escape

from auditoria import chaves
from auditoria.models import ChaveAssinatura, Resumo, Selo
from auditoria.resumo import ZERO, em_bytes, escrever, hash_de
from auditoria.verificacao.services import verificar
from tests.auditoria.elenco import atacar, evento, refazer_a_cadeia, tres_dias_e_hoje

pytestmark = pytest.mark.django_db
OUTRA = base64.b64encode(b"b" * 32).decode()


@pytest.fixture(autouse=True)
def pasta(settings: Any, tmp_path: Path) -> Path:
    settings.AUDITORIA_RESUMOS = tmp_path / "fora"
    settings.RETAGUARDA_DADOS = tmp_path
    tres_dias_e_hoje()
    return tmp_path / "fora"


def codigos() -> list[str]:
    return [p["codigo"] for p in verificar().problemas]


def por(publica: Ed25519PublicKey, impressao: str = "") -> str:
    """A public key put among ours by SQL; returns its fingerprint."""
    impressao = impressao or chaves.impressao(publica)
    atacar(
        "INSERT INTO auditoria_chaveassinatura (impressao, publica, anteriores, aval, desde) VALUES (%s, %s, '[]', '', now())",
        parametros=[impressao, chaves.em_pem(publica)],
    )
    return impressao


def assinar_tudo_de_novo(dele: Ed25519PrivateKey) -> None:
    """Every digest, over the chain as it is now, with that key."""
    anterior = selo_anterior = ZERO
    for resumo in Resumo.objects.order_by("dia"):
        assert resumo.ultima is not None
        ultimo = bytes(Selo.objects.get(sequencia=resumo.ultima).hash).hex()
        conteudo = escrever(
            json.loads(resumo.conteudo) | {
                "chave": chaves.impressao(dele.public_key()), "resumo_anterior": anterior, "selo_anterior": selo_anterior,
                "ultimo_selo": ultimo,
            }
        )  # fmt: skip
        anterior, selo_anterior = hash_de(conteudo), ultimo
        atacar(
            "UPDATE auditoria_resumo SET conteudo = %s, assinatura = %s, chave = %s, hash = %s WHERE dia = %s",
            parametros=[
                conteudo, dele.sign(em_bytes(conteudo)).hex(), chaves.impressao(dele.public_key()), anterior, resumo.dia,
            ],
        )  # fmt: skip


@pytest.mark.parametrize("com_copias", [True, False], ids=["com as cópias de fora", "sem cópia nenhuma"])
def test_a_chave_de_outro_no_lugar_da_nossa_nao_ganha_o_nosso_aval(pasta: Path, client: Any, com_copias: bool) -> None:
    dele = Ed25519PrivateKey.generate()
    atacar(
        "DELETE FROM auditoria_chaveassinatura", f"UPDATE auditoria_evento SET motivo = 'x' WHERE id = '{evento(2)}'"
    )
    digital = por(dele.public_key())
    refazer_a_cadeia(2)
    assinar_tudo_de_novo(dele)
    for copia in [] if com_copias else pasta.glob("*"):
        copia.unlink()
    assert codigos().count("resumo_sem_assinatura") == 3
    publicadas = client.get("/auditoria/chave").json()
    assert publicadas["anteriores"] == []
    assert publicadas["atual"]["impressao"] != digital
    assert digital not in chaves.confiaveis()


def test_a_nossa_chave_retirada_do_banco_e_nomeada_e_nao_volta_sozinha() -> None:
    nossa = chaves.em_uso()
    atacar("DELETE FROM auditoria_chaveassinatura")
    assert codigos() == ["chave_alterada"]
    assert (chaves.em_uso().impressao, ChaveAssinatura.objects.exists()) == (nossa.impressao, False)
    assert codigos() == ["chave_alterada"]
    por(chaves.chave_privada().public_key())  # put back by hand
    assert verificar().integra


def test_a_chave_do_banco_trocada_por_outra_e_nomeada_e_nem_se_publica_nem_se_exporta(
    client: Any, tmp_path: Path
) -> None:
    nossa = chaves.em_pem(chaves.chave_privada().public_key())
    atacar(
        "UPDATE auditoria_chaveassinatura SET publica = %s",
        parametros=[chaves.em_pem(Ed25519PrivateKey.generate().public_key())],
    )
    assert codigos() == ["chave_alterada"]
    assert client.get("/auditoria/chave").json()["atual"]["publica"] == nossa
    call_command("auditoria_exportar", dia=Resumo.objects.get(primeira=5).dia, pasta=tmp_path / "dia")
    assert (tmp_path / "dia" / "chave.pem").read_text() == nossa


def test_trocada_a_chave_os_resumos_da_antiga_valem_se_as_configuracoes_a_nomeiam(settings: Any, client: Any) -> None:
    antiga = chaves.em_uso().impressao
    settings.AUDITORIA_CHAVE_ASSINATURA = OUTRA
    assert codigos() == ["resumo_sem_assinatura"] * 3 + ["resumo_de_fora_invalido"] * 3
    assert "AUDITORIA_CHAVES_ANTERIORES" in verificar().primeiro_problema
    settings.AUDITORIA_CHAVES_ANTERIORES = [antiga]
    assert verificar().integra
    publicadas = client.get("/auditoria/chave").json()
    assert publicadas["atual"]["impressao"] == chaves.em_uso().impressao != antiga
    assert [c["impressao"] for c in publicadas["anteriores"]] == [antiga]


def test_a_lista_das_chaves_diz_o_que_cada_uma_e(settings: Any, admin_client: Any) -> None:
    antiga, dele = chaves.em_uso().impressao, Ed25519PrivateKey.generate().public_key()
    settings.AUDITORIA_CHAVE_ASSINATURA, settings.AUDITORIA_CHAVES_ANTERIORES = OUTRA, [antiga]
    em_uso, estranha, alterada = chaves.em_uso().impressao, por(dele), por(dele, impressao="0" * 64)
    ditas = {linha.impressao: chaves.situacao(linha) for linha in ChaveAssinatura.objects.all()}
    assert ditas == {em_uso: "em uso", antiga: "anterior", estranha: "não é nossa", alterada: "alterada"}
    assert "não é nossa" in admin_client.get("/admin/auditoria/chaveassinatura/").content.decode()


def test_o_aval_publicado_e_o_da_chave_em_uso_sobre_as_anteriores(settings: Any, client: Any) -> None:
    antiga = chaves.em_uso().impressao
    settings.AUDITORIA_CHAVE_ASSINATURA, settings.AUDITORIA_CHAVES_ANTERIORES = OUTRA, [antiga]
    dito = client.get("/auditoria/chave").json()
    publica: Any = load_pem_public_key(dito["atual"]["publica"].encode())
    mensagem = f'{{"anteriores":["{antiga}"],"chave":"{publica.public_bytes_raw().hex()}"}}'
    publica.verify(bytes.fromhex(dito["aval"]), b"retaguarda.auditoria.chave.v1\n" + mensagem.encode())


def test_anterior_que_o_banco_tem_trocada_ou_nao_tem_e_nomeada(settings: Any) -> None:
    antiga = chaves.em_uso().impressao
    settings.AUDITORIA_CHAVE_ASSINATURA, settings.AUDITORIA_CHAVES_ANTERIORES = OUTRA, [antiga]
    atacar("DELETE FROM auditoria_chaveassinatura")
    assert codigos()[-1] == "chave_alterada"
    por(Ed25519PrivateKey.generate().public_key(), impressao=antiga)
    assert codigos()[-1] == "chave_alterada"
    assert antiga not in chaves.confiaveis()


def test_a_pagina_da_chave_mostra_o_pem_com_as_suas_linhas_e_a_lista_diz_onde_ela_e_publica(admin_client: Any) -> None:
    chave = chaves.em_uso()
    pagina = admin_client.get(f"/admin/auditoria/chaveassinatura/{chave.pk}/change/").content.decode()
    assert f'">{escape(chave.publica)}</pre>' in pagina and chave.publica.count("\n") == 3
    assert f"Chave {chave.pk[:16]}…" in pagina  # a title has a capital, which a fingerprint has not
    assert 'href="/auditoria/chave"' in admin_client.get("/admin/auditoria/chaveassinatura/").content.decode()
