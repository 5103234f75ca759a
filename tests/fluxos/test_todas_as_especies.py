"""A till's days with every kind of operation: simulated, replicated over HTTP, posted; only what was made wrong fails."""

from __future__ import annotations

import random

import pytest
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.cadastros.exemplo import carregar_exemplo, carregar_produtos
from erp.cadastros.models import PontoVenda
from erp.fiscal.models import AvisoFiscal, DocumentoFiscal
from pdv.processamento.selectors.turno import conferir_turno
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import NotaFiscal, OperacaoPdv, Turno
from pdv.tabelas import Especie
from pdv.terminal import models as terminal
from pdv.terminal.catalogo import catalogo
from pdv.terminal.desvios import Desvio
from pdv.terminal.simulador import Parametros, simular
from tests.dito import dito_pelo_pdv, lancado
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "terminal"])
CODIGOS = {
    Desvio.PRODUTO: "PRODUTO_NAO_CADASTRADO",
    Desvio.PAGAMENTO: "PAGAMENTO_NAO_FECHA",
    Desvio.FINALIZADOR: "FINALIZADOR_NAO_CADASTRADO",
    Desvio.DEVOLUCAO: "DEVOLUCAO_MAIOR_QUE_VENDIDO",
    Desvio.RECEBIMENTO: "TITULO_JA_PAGO",
}


@pytest.fixture
def chave() -> str:
    """The shop behind the till, and the till's key."""
    carregar_exemplo()
    carregar_produtos(catalogo(300))
    pdv = PontoVenda.objects.get(codigo=1)
    return criar_chave(nome="PDV 1", escopos=["pdv"], ponto_venda_id=pdv.pk, ator=ATOR_SISTEMA)[1]


def replicar(live_server: LiveServer, chave: str) -> None:
    call_command("pdv_replicar", "--url", live_server.url, "--chave", chave, "--lote", "250", verbosity=0)


def com_erro() -> dict[int, str]:
    """Operations that are not posted, with the first code of their error."""
    linhas = OperacaoPdv.objects.exclude(situacao_replicacao=9).values_list("id_operacao", "erro_codigo")
    return {numero: codigo.partition(":")[0] for numero, codigo in linhas}


@pytest.mark.parametrize("operacoes", [1_000, pytest.param(3_000, marks=pytest.mark.prova)])
def test_so_o_que_foi_feito_errado_de_proposito_termina_em_erro(
    chave: str, live_server: LiveServer, operacoes: int
) -> None:
    *_, feito = simular(Parametros(operacoes=operacoes, produtos=300, erros=10))
    assert {d.desvio for d in feito.desvios} == set(CODIGOS)
    replicar(live_server, chave)
    assert OperacaoPdv.objects.count() == operacoes
    drenar_tudo()
    erros = com_erro()
    assert erros == {d.operacao.pk: CODIGOS[d.desvio] for d in feito.desvios}
    assert not NotaFiscal.objects.exclude(situacao_replicacao=9).exists()
    assert set(OperacaoPdv.objects.values_list("operacao", flat=True)) == set(Especie)
    assert lancado() == dito_pelo_pdv(fora=erros)
    canceladas = terminal.NotaFiscal.objects.filter(situacao="cancelada").count()
    assert DocumentoFiscal.objects.filter(situacao="cancelada", estorno_de=None).count() == canceladas > 0
    assert not AvisoFiscal.objects.exists()
    verificar_tudo()


def test_o_contado_de_cada_turno_e_o_esperado(chave: str, live_server: LiveServer) -> None:
    list(simular(Parametros(operacoes=800, produtos=300)))
    replicar(live_server, chave)
    turnos = list(Turno.objects.order_by("id_turno"))
    assert len(turnos) > 5
    for turno in turnos:
        assert {linha.finalizador: linha.diferenca for linha in conferir_turno(turno).linhas if linha.diferenca} == {}


def test_o_que_chega_fora_de_ordem_espera_e_da_no_mesmo(chave: str, live_server: LiveServer) -> None:
    """Half of the operations come first, without what they refer to; nothing is in error, then nor later."""
    list(simular(Parametros(operacoes=800, produtos=300)))
    sorteadas = random.Random(7).sample(list(terminal.OperacaoPdv.objects.values_list("pk", flat=True)), 400)
    terminal.OperacaoPdv.objects.filter(pk__in=sorteadas).update(situacao_replicacao=2)
    replicar(live_server, chave)
    drenar_tudo()
    esperando = OperacaoPdv.objects.exclude(situacao_replicacao=9)
    assert esperando.exists()
    assert set(esperando.values_list("situacao_replicacao", "erro_codigo")) == {(1, "")}
    terminal.OperacaoPdv.objects.filter(pk__in=sorteadas).update(situacao_replicacao=1)
    replicar(live_server, chave)
    drenar_tudo()
    assert not com_erro()
    assert lancado() == dito_pelo_pdv()
    verificar_tudo()
