"""What the environment may say, and the wake-up of who sends."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from erp.config import ambiente
from erp.contatos.models import ModeloMensagem
from erp.contatos.services import DESPERTADOR, avisar
from filas import wake
from tests.erp.contatos.conftest import aviso


@pytest.mark.parametrize(
    ("escrito", "lido"),
    [
        ("", (time(20), time(8))),
        ("22:30-06:00", (time(22, 30), time(6))),
        (" 12:00 - 14:00 ", (time(12), time(14))),
        ("00:00-00:00", (time(0), time(0))),
    ],
)
def test_silencio_se_escreve_com_duas_horas(
    monkeypatch: pytest.MonkeyPatch, escrito: str, lido: tuple[time, time]
) -> None:
    monkeypatch.setenv("SILENCIO", escrito)
    assert ambiente.faixa_de_horas("SILENCIO", "20:00-08:00") == lido


@pytest.mark.parametrize("errado", ["20:00", "20:00-", "25:00-08:00", "de noite"])
def test_silencio_errado_para_o_comeco_com_uma_frase(monkeypatch: pytest.MonkeyPatch, errado: str) -> None:
    monkeypatch.setenv("SILENCIO", errado)
    with pytest.raises(ImproperlyConfigured, match=r"SILENCIO.*duas horas"):
        ambiente.faixa_de_horas("SILENCIO", "20:00-08:00")


@pytest.mark.parametrize("certo", ["", "avisos@exemplo.com.br", "Funerária Exemplo <avisos@exemplo.com.br>"])
def test_remetente_e_um_endereco_com_nome_ou_sem(monkeypatch: pytest.MonkeyPatch, certo: str) -> None:
    monkeypatch.setenv("REMETENTE", certo)
    assert ambiente.remetente("REMETENTE") == certo


@pytest.mark.parametrize("errado", ["Funerária Exemplo", "a@b", "Loja <x>"])
def test_remetente_errado_e_recusado(monkeypatch: pytest.MonkeyPatch, errado: str) -> None:
    monkeypatch.setenv("REMETENTE", errado)
    with pytest.raises(ImproperlyConfigured, match="REMETENTE"):
        ambiente.remetente("REMETENTE")


@pytest.mark.django_db
def test_o_que_e_novo_acorda_quem_envia_uma_vez_por_transacao(
    modelo: ModeloMensagem, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    acordados: list[str] = []
    monkeypatch.setitem(wake._despertadores, DESPERTADOR, lambda: acordados.append("sim"))
    with django_capture_on_commit_callbacks(execute=True):
        avisar(aviso(f"f:{n}") for n in range(4500))
    assert acordados == ["sim"]
    with django_capture_on_commit_callbacks(execute=True):
        avisar([aviso("f:1")])
    assert acordados == ["sim"]
