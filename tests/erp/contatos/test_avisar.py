"""Facts handed over: each becomes one comunicado per channel, whoever hands it over and however often."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from erp.contatos.models import Comunicado, ModeloMensagem
from erp.contatos.services import avisar
from erp.contatos.valores import Aviso, Resumo
from tests.erp.contatos.conftest import aviso

pytestmark = pytest.mark.django_db


def test_o_mesmo_fato_e_dito_uma_vez_por_mais_que_seja_entregue(modelo: ModeloMensagem) -> None:
    assert avisar([aviso("a"), aviso("b"), aviso("a")]) == Resumo(novos=2, repetidos=1)
    assert avisar([aviso("a", endereco="outra@exemplo.com.br")]) == Resumo(novos=0, repetidos=1)

    assert Comunicado.objects.get(fato="a").endereco == "ana@exemplo.com.br"
    assert Comunicado.objects.count() == 2


def test_o_que_e_desfeito_pela_transacao_de_quem_avisa_nao_foi_avisado(modelo: ModeloMensagem) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        avisar([aviso("a")])
        raise ZeroDivisionError

    assert not Comunicado.objects.exists()
    assert avisar([aviso("a")]).novos == 1


def test_cinco_mil_fatos_entram_em_poucas_perguntas_ao_banco(modelo: ModeloMensagem) -> None:
    with CaptureQueriesContext(connection) as perguntas:
        assert avisar(aviso(f"f:{n}") for n in range(5000)) == Resumo(5000, 0)

    assert len([p for p in perguntas.captured_queries if p["sql"].startswith("INSERT")]) == 3


def test_comeca_a_valer_quando_quem_avisa_diz(modelo: ModeloMensagem) -> None:
    depois = timezone.now() + timedelta(days=2)
    avisar([aviso("a", nao_antes_de=depois, valido_ate=depois + timedelta(days=1))])

    comunicado = Comunicado.objects.get()
    assert comunicado.nao_antes_de == depois
    assert comunicado.valido_ate == depois + timedelta(days=1)


@pytest.mark.parametrize(
    ("errado", "diz"),
    [
        (aviso(""), "de 1 a 120 letras"),
        (aviso("x" * 121), "de 1 a 120 letras"),
        (aviso("a", modelo="nenhum"), "ninguém registrou o modelo 'nenhum'"),
        (aviso("a", canal="telegrama"), "ninguém registrou o modelo 'teste' no canal 'telegrama'"),
        (aviso("a", dados={}), "o modelo teste pede coisa"),
        (aviso("a", endereco=""), "um cliente ou um endereço"),
        (aviso("a", endereco="a@b.com", codigo_cliente="1"), "um cliente ou um endereço"),
    ],
)
def test_defeito_de_quem_avisa_e_dito_e_nada_do_lote_entra(modelo: ModeloMensagem, errado: Aviso, diz: str) -> None:
    with pytest.raises(ValueError, match=diz):
        avisar([aviso("antes"), errado])

    assert not Comunicado.objects.exists()


def test_caractere_nulo_e_aspas_nos_dados_entram_sem_estragar_nada(modelo: ModeloMensagem) -> None:
    avisar([aviso("a'; DROP TABLE x; --", dados={"coisa": "nulo\0aqui \"e' \\ ç 日本"})])

    assert Comunicado.objects.get().dados == {"coisa": "nulo aqui \"e' \\ ç 日本"}
