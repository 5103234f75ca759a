"""HTTP in, ledgers out: what a till sends again, under a new identity or cancelled after it was posted."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.estoque.models import Movimento, Saldo
from erp.financeiro.models import SaldoConta, Titulo
from erp.financeiro.services import baixar_titulo, desfazer_baixa
from pdv.processamento.atos.services import processar_agora
from pdv.processamento.models import Alvo, Geracao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import Elenco, montar_elenco
from tests.pdv.fabricas import em_json, nova_operacao, novo_finalizador, novo_item, novo_pacote

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


class Caixa:
    """A till that posts packages."""

    def __init__(self, elenco: Elenco, client: Client) -> None:
        self.client = client
        self.chave = criar_chave(nome="PDV 1", escopos=["pdv"], ponto_venda_id=elenco.pdv.pk, ator=ATOR_SISTEMA)[1]

    def enviar(self, *operacoes: Any, **campos: Any) -> list[str]:
        """The result of each operation, all drained."""
        resposta = self.client.post(
            "/api/pdv/v1/replicacao", em_json(novo_pacote(*operacoes, **campos)), content_type="application/json",
            headers={"Authorization": f"Api-Key {self.chave}"},
        )  # fmt: skip
        assert resposta.status_code == 200, resposta.content
        drenar_tudo()
        return [o["resultado"] for o in resposta.json()["operacoes"]]


@pytest.fixture
def caixa(elenco: Elenco, client: Client) -> Caixa:
    return Caixa(elenco, client)


def venda(numero: int, **campos: Any) -> dict[str, Any]:
    """2 x café at 10,00, paid 5,00 in cash and 15,00 by card."""
    pagamentos = [novo_finalizador(1, "5.00", 1), novo_finalizador(2, "15.00", 3, nsu="123")]
    itens = [novo_item(1, "2", "10.00", id_produto=101)]
    return nova_operacao(numero, itens=itens, finalizadores=pagamentos, valor_troco="0.00", **campos)


def saldos(elenco: Elenco) -> tuple[D, D]:
    """What the shelf has of the café, and the drawer in cash."""
    (estoque,) = Saldo.objects.values_list("quantidade", flat=True)
    return estoque, SaldoConta.objects.get(conta=elenco.pdv.conta_caixa).valor


@pytest.mark.parametrize("drenada_antes", [True, False])
def test_venda_reenviada_sob_nova_instalacao_move_uma_vez(elenco: Elenco, caixa: Caixa, drenada_antes: bool) -> None:
    """The retaguarda stored it, the till never heard; `pdv_replicar --nova-instalacao` sends it again."""
    if drenada_antes:
        assert caixa.enviar(venda(1)) == ["criada"]
    primeira, segunda = str(uuid4()), str(uuid4())
    assert caixa.enviar(venda(1), venda(2), instalacao=primeira) == [
        "existente" if drenada_antes else "criada",
        "criada",
    ]
    assert caixa.enviar(venda(1), venda(2), venda(3), instalacao=segunda) == ["existente", "existente", "criada"]
    assert Geracao.objects.count() == 3
    assert saldos(elenco) == (D(-6), D("15.00"))
    verificar_tudo()


@pytest.mark.parametrize("instalacao", [None, "0b6f1c7e-0000-4000-8000-000000000002"], ids=["mesma", "outra"])
def test_venda_cancelada_depois_de_lancada_desfaz_estoque_e_caixa(
    elenco: Elenco, caixa: Caixa, instalacao: str | None
) -> None:
    outra = {"instalacao": instalacao} if instalacao else {}
    assert caixa.enviar(venda(1)) == ["criada"]
    assert saldos(elenco) == (D(-2), D("5.00"))
    for _ in range(2):
        assert caixa.enviar(venda(1, cancelado=True), **outra) == ["existente"]
        assert saldos(elenco) == (D(0), D(0))
    primeira, segunda = Geracao.objects.order_by("numero")
    assert primeira.estornada_em and not segunda.estornada_em
    assert (segunda.numero, OperacaoPdv.objects.get().situacao_replicacao) == (2, 9)
    assert not Movimento.objects.filter(origem_id=segunda.pk, quantidade__lt=0).exists()
    assert sum(t.valor for t in Titulo.objects.filter(sentido="R")) == D(0)
    verificar_tudo()


def test_venda_em_erro_e_depois_cancelada_termina_sem_lancar_nada(elenco: Elenco, caixa: Caixa) -> None:
    errada = venda(1) | {"finalizadores": [novo_finalizador(1, "1.00", 1)]}
    assert caixa.enviar(errada) == ["criada"]
    assert OperacaoPdv.objects.get().situacao_replicacao == 2
    assert caixa.enviar(errada | {"cancelado": True}) == ["existente"]
    assert OperacaoPdv.objects.get().situacao_replicacao == 9
    assert not Movimento.objects.exists()
    verificar_tudo()


def test_venda_cancelada_com_titulo_baixado_espera_que_a_baixa_seja_desfeita(elenco: Elenco, caixa: Caixa) -> None:
    caixa.enviar(venda(1))
    titulo = Titulo.objects.get(sentido="R")
    baixa = baixar_titulo(
        titulo_id=titulo.pk, valor=titulo.valor, conta_id=elenco.banco.pk, ocorrido_em=timezone.now(),
        motivo="caiu no banco", usuario=elenco.ana, chave=uuid4(),
    )  # fmt: skip
    caixa.enviar(venda(1, cancelado=True))
    operacao = OperacaoPdv.objects.get()
    assert (operacao.situacao_replicacao, operacao.erro_codigo, operacao.cancelado) == (2, "TITULO_BAIXADO", True)
    assert saldos(elenco) == (D(-2), D("5.00"))
    verificar_tudo()
    desfazer_baixa(baixa_id=baixa.pk, motivo="venda cancelada", usuario=elenco.ana, chave=uuid4())
    processar_agora(alvo=Alvo.OPERACAO, ids=[operacao.pk], motivo="baixa desfeita", usuario=elenco.ana)
    drenar_tudo()
    assert saldos(elenco) == (D(0), D(0))
    verificar_tudo()
