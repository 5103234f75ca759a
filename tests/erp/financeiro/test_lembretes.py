"""Titles due, by the régua: who is told, on which day, and what stops it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clientes.models import Cliente
from erp.contatos.models import Comunicado, ModeloMensagem, PassoDaRegua
from erp.contatos.registro import fonte_de
from erp.contatos.services import avisar, criar_modelos, enviar
from erp.financeiro import lembretes
from erp.financeiro.models import Titulo
from tests.erp.elenco import CPF, empresa, estornar_titulo, hoje, titulo
from tests.erp.financeiro.test_baixas import baixar

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loja(settings: Any) -> None:
    settings.CONTATOS_ATRASO_MAXIMO = 3
    empresa()
    criar_modelos()
    Cliente.objects.create(
        codigo_cliente=CPF, cliente_varejo="MARIA DA SILVA", filial="MATRIZ", email="maria@exemplo.com.br"
    )
    PassoDaRegua.objects.all().delete()
    for dias in (-3, 0, 5, 15):
        PassoDaRegua.objects.create(dias=dias)


def _daqui_a(dias: int, **campos: Any) -> Titulo:
    return titulo(vencimento=hoje() + timedelta(days=dias), **campos)


def _fatos(dia: date | None = None) -> list[str]:
    return [aviso.fato for aviso in lembretes.ler(dia or hoje())]


def test_cada_titulo_ouve_o_passo_do_seu_dia() -> None:
    a_vencer, de_hoje, vencido = _daqui_a(3), _daqui_a(0), _daqui_a(-5)
    for dias in (4, 10, -1, -4, -9, -100):
        _daqui_a(dias)

    avisos = list(lembretes.ler(hoje()))

    assert {a.fato: a.modelo for a in avisos} == {
        f"titulo:{a_vencer.pk}:vence:-3": "titulo_a_vencer",
        f"titulo:{de_hoje.pk}:vence:0": "titulo_vence_hoje",
        f"titulo:{vencido.pk}:vence:5": "titulo_vencido",
    }
    do_vencido = next(a for a in avisos if a.modelo == "titulo_vencido")
    assert do_vencido.codigo_cliente == CPF
    assert do_vencido.dados == {
        "titulo": f"Crediário {vencido.documento}", "valor": "100,00", "vencimento": f"{vencido.vencimento:%d/%m/%Y}",
    }  # fmt: skip


def test_um_dia_sem_rodar_diz_o_que_ainda_e_verdade_e_nada_velho() -> None:
    perdido, ja_venceu = _daqui_a(1), _daqui_a(-1)  # -3 was two days ago; 0 was yesterday, and is no longer true
    assert _fatos() == [f"titulo:{perdido.pk}:vence:-3"]
    assert _fatos(hoje() + timedelta(days=4)) == [f"titulo:{ja_venceu.pk}:vence:5"]


@pytest.mark.parametrize("sem", [{"codigo_cliente": ""}, {"sentido": "P"}])
def test_so_se_cobra_o_cliente_que_deve(sem: dict[str, Any]) -> None:
    _daqui_a(3, **sem)
    assert _fatos() == []


def test_pago_ou_estornado_nao_e_lembrado() -> None:
    pago, estornado = _daqui_a(3), _daqui_a(3)
    assert len(_fatos()) == 2
    baixar(pago, "100.00")
    estornar_titulo(estornado)
    assert _fatos() == []


def test_pago_entre_o_lembrete_e_o_envio_nao_e_cobrado() -> None:
    pago, aberto = _daqui_a(-5), _daqui_a(-5)
    avisar(lembretes.ler(hoje()), fonte=lembretes.NOME)
    baixar(pago, "100.00")

    enviar()

    assert Comunicado.objects.get(fato=f"titulo:{pago.pk}:vence:5").motivo == "DEIXOU_DE_VALER"
    assert Comunicado.objects.get(fato=f"titulo:{aberto.pk}:vence:5").situacao == Comunicado.Situacao.NA_FILA


def test_lembrete_do_dia_nao_vale_no_dia_seguinte() -> None:
    _daqui_a(0)
    [aviso] = lembretes.ler(hoje())
    assert aviso.valido_ate is not None
    assert timezone.localdate(aviso.valido_ate) == hoje()


def test_regua_desligada_nao_diz_nada_a_ninguem() -> None:
    _daqui_a(3)
    PassoDaRegua.objects.update(ativo=False)
    assert _fatos() == []


def test_cem_titulos_de_um_dia_sao_uma_pergunta_por_vencimento() -> None:
    for _ in range(20):
        _daqui_a(3)
    with CaptureQueriesContext(connection) as perguntas:
        assert len(_fatos()) == 20
    assert len(perguntas) == 1 + 12  # the steps; the due dates -3 to 0, 5 to 8, 15 to 18


def test_o_texto_de_cada_modelo_se_preenche_com_o_que_a_fonte_da() -> None:
    for dias in (3, 0, -5):
        _daqui_a(dias)
    avisar(lembretes.ler(hoje()), fonte=lembretes.NOME)
    enviar()

    textos = list(Comunicado.objects.order_by("pk").values_list("texto", flat=True))
    assert len(textos) == 3 and all("Olá, Maria." in texto and "R$ 100,00" in texto for texto in textos)
    assert ModeloMensagem.objects.filter(codigo__startswith="titulo", canal="email").count() == 3


def test_a_previa_mostra_titulos_de_verdade() -> None:
    proximo = _daqui_a(2, valor="1234.50")
    _daqui_a(20)
    amostra = lembretes.amostras(1)
    assert [(a["codigo_cliente"], a["valor"]) for a in amostra] == [(CPF, "1.234,50")]
    assert proximo.documento in amostra[0]["titulo"]
    assert Decimal("1234.50") == proximo.valor


def test_a_fonte_esta_registrada() -> None:
    assert fonte_de("titulos") is lembretes.FONTE
