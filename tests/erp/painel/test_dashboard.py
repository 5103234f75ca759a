"""The first page: what needs a person, of the filiais that this person sees."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from erp.cadastros.models import PontoVenda
from erp.painel import selectors
from pdv.processamento.models import Geracao
from pdv.replicacao.models import OperacaoPdv, Rejeicao
from pdv.tabelas import Especie
from tests.pdv.elenco import INSTALACAO, Elenco, estagiar, montar_elenco
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sem_manifesto(settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


def com_erro(pdv: PontoVenda, codigo: str, valor: str = "100.00") -> OperacaoPdv:
    operacao = estagiar(pdv, Especie.VENDA, D(valor))
    OperacaoPdv.objects.filter(pk=operacao.pk).update(situacao_replicacao=2, erro_codigo=codigo)
    return operacao


def html_de(elenco: Elenco, *filiais: Any) -> str:
    return entrar(pessoa("ana", "gerente", filiais=filiais)).get("/admin/").content.decode()


def test_tudo_em_dia_quando_nada_precisa_de_ninguem(elenco: Elenco) -> None:
    PontoVenda.objects.update(ultimo_contato_em=timezone.now())
    html = html_de(elenco, elenco.centro)
    assert "Tudo em dia" in html
    assert "O que precisa de você" not in html


def test_erros_vem_agrupados_com_quantas_quanto_e_onde_se_conserta(elenco: Elenco) -> None:
    for _ in range(3):
        com_erro(elenco.pdv, "PRODUTO_NAO_CADASTRADO:123")
    html = html_de(elenco, elenco.centro)
    assert "Produto não cadastrado: 123" in html
    assert "3 operações" in html
    assert "R$\u00a0300,00" in html
    assert "erro=PRODUTO_NAO_CADASTRADO%3A123" in html
    assert "/admin/cadastros/produto/add/?codigo=123" in html
    assert "Tudo em dia" not in html


def test_cada_um_ve_os_numeros_das_suas_filiais(elenco: Elenco) -> None:
    com_erro(elenco.pdv, "PAGAMENTO_NAO_FECHA", "11.00")
    com_erro(elenco.pdv3, "PRODUTO_NAO_CADASTRADO:999", "77.00")
    html = html_de(elenco, elenco.centro)
    assert "11,00" in html
    assert "77,00" not in html
    assert "999" not in html
    assert elenco.pdv3.nome not in html


def test_conta_muitas_so_ate_o_teto_e_diz_que_ha_mais(elenco: Elenco, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "TETO", 2)
    for _ in range(3):
        com_erro(elenco.pdv, "PAGAMENTO_NAO_FECHA")
    html = html_de(elenco, elenco.centro)
    assert ">2+<" in html
    assert "mais de R$\u00a0" in html


def test_recebidas_e_lancadas_de_hoje(elenco: Elenco) -> None:
    ontem = estagiar(elenco.pdv, Especie.VENDA, D("5.00"))
    OperacaoPdv.objects.filter(pk=ontem.pk).update(recebido_em=timezone.now() - timedelta(days=2))
    operacao = estagiar(elenco.pdv, Especie.VENDA, D("10.00"))
    Geracao.objects.create(
        ponto_venda_id=elenco.pdv.pk, filial_id=elenco.centro.pk, instalacao=INSTALACAO, numero=1, operacao=1,
        id_operacao=operacao.id_operacao, valor_total=D("10.00"), criada_em=timezone.now(),
    )  # fmt: skip
    inicio = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    assert selectors.recebidas_desde(inicio, None) == selectors.Soma(1, D("10.00"))
    assert selectors.lancadas_desde(inicio, frozenset({elenco.centro.pk})) == selectors.Soma(1, D("10.00"))
    assert selectors.lancadas_desde(inicio, frozenset({elenco.bairro.pk})) == selectors.Soma(0, D(0))


def test_rejeicao_resolvida_nao_conta(elenco: Elenco) -> None:
    rejeicao = Rejeicao.objects.create(
        ponto_venda_id=elenco.pdv.pk, filial_id=elenco.centro.pk, tipo="nota", codigo="X", mensagem="y"
    )
    inicio = timezone.now() - timedelta(hours=1)
    assert selectors.rejeicoes_em_aberto(None, inicio)[0] == 1
    Rejeicao.objects.filter(pk=rejeicao.pk).update(resolvida_em=timezone.now())
    assert selectors.rejeicoes_em_aberto(None, inicio)[0] == 0


def test_quem_nao_ve_operacoes_nao_recebe_numero_nenhum(elenco: Elenco) -> None:
    com_erro(elenco.pdv, "PAGAMENTO_NAO_FECHA", "11.00")
    resposta = entrar(pessoa("bia", filiais=(elenco.centro,))).get("/admin/")
    assert resposta.status_code == 200
    assert "11,00" not in resposta.content.decode()


def test_faz_numero_fixo_de_consultas(elenco: Elenco) -> None:
    ana = entrar(pessoa("ana", "gerente", filiais=(elenco.centro,)))
    com_erro(elenco.pdv, "PAGAMENTO_NAO_FECHA")
    ana.get("/admin/")
    with CaptureQueriesContext(connection) as com_uma:
        ana.get("/admin/")
    for _ in range(20):
        com_erro(elenco.pdv, "PAGAMENTO_NAO_FECHA")
    with CaptureQueriesContext(connection) as com_muitas:
        ana.get("/admin/")
    assert len(com_muitas) <= len(com_uma) + 4, "a busca do início do dia cresce com o logaritmo da tabela"
    assert len(com_muitas) <= 60
