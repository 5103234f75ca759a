"""Secrets of this process, taken out of whatever is masked."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured

from auditoria import segredos
from auditoria.pessoas import mestra
from auditoria.rules import mascarar, mascarar_texto
from auditoria.segredos import DE_PASSAGEM, esconder
from erp.config import ambiente

SENHA = "s3nh@ da/integração"


@pytest.fixture(autouse=True)
def _so_os_meus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(segredos, "_fixos", ())
    monkeypatch.setattr(segredos, "_todos", ())
    monkeypatch.setattr(segredos, "_passageiros", deque(maxlen=DE_PASSAGEM))
    yield


@pytest.mark.parametrize("forma", [SENHA, quote(SENHA, safe=""), base64.b64encode(SENHA.encode()).decode().rstrip("=")])
def test_o_que_se_escondeu_nao_aparece_em_forma_nenhuma(forma: str) -> None:
    assert mascarar_texto(f"recusado: {forma}.") != "recusado: ***."
    esconder(SENHA)
    assert mascarar_texto(f"recusado: {forma}.") == "recusado: ***."
    assert mascarar({"dito": [f"veio {forma}"]}) == {"dito": ["veio ***"]}


def test_curto_demais_nao_e_segredo_ou_nada_se_leria() -> None:
    esconder("falso")
    esconder("")
    assert mascarar_texto("o provedor falso respondeu") == "o provedor falso respondeu"


def test_um_segredo_dentro_de_outro_nao_deixa_resto() -> None:
    esconder("cliente-12345")
    esconder("cliente-12345-segredo")
    assert mascarar_texto("veio cliente-12345-segredo") == "veio ***"


def test_dos_tokens_de_passagem_so_os_ultimos_e_os_de_ajuste_sempre() -> None:
    esconder("um-segredo-fixo")
    for n in range(DE_PASSAGEM + 1):
        esconder(f"token-numero-{n}.", de_passagem=True)
    assert mascarar_texto("um-segredo-fixo") == "***"
    assert mascarar_texto("token-numero-0.") == "token-numero-0."
    assert mascarar_texto(f"token-numero-1. token-numero-{DE_PASSAGEM}.") == "*** ***"


def test_credencial_lida_do_ambiente_ja_esta_escondida(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UMA_CHAVE", "chave-que-veio-do-ambiente")
    assert ambiente.credencial("UMA_CHAVE") == "chave-que-veio-do-ambiente"
    assert mascarar_texto("veio chave-que-veio-do-ambiente") == "veio ***"


def test_de_varias_chaves_cada_uma_esta_escondida_por_si(monkeypatch: pytest.MonkeyPatch) -> None:
    chaves = [base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3)]
    monkeypatch.setenv("CHAVES", f"{chaves[0]}, {chaves[1]} ,{chaves[2]},")
    assert mascarar_texto(f"recusada {chaves[1]}.") != "recusada ***."
    assert ambiente.credenciais("CHAVES") == ",".join(chaves)
    for chave in chaves:
        for forma in (chave, chave.rstrip("="), quote(chave, safe="")):
            assert mascarar_texto(f"recusada {forma}.") == "recusada ***."
    assert mascarar_texto(f"CHAVES={','.join(chaves)}") == "CHAVES=***,***,***"


def test_chave_com_espaco_no_meio_e_recusada_sem_se_repetir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAVES", "a-primeira-chave,a segunda chave")
    with pytest.raises(ImproperlyConfigured, match="CHAVES") as erro:
        ambiente.credenciais("CHAVES")
    assert "segunda" not in str(erro.value) and "primeira" not in str(erro.value)


def test_a_chave_mestra_guardada_na_pasta_tambem_se_esconde(settings: Any, tmp_path: Path) -> None:
    settings.AUDITORIA_CHAVE_MESTRA, settings.RETAGUARDA_DADOS = "", tmp_path
    mestra.chaves_mestras()
    guardada = (tmp_path / mestra.ARQUIVO).read_text()
    assert mascarar({"dito": f"veio {guardada}"}) == {"dito": "veio ***"}
