"""A till's days with every kind of operation: simulated, replicated over HTTP, posted; only what was made wrong fails."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.cadastros.exemplo import carregar_exemplo, carregar_produtos
from erp.cadastros.models import PontoVenda
from erp.financeiro.models import SaldoConta, Titulo
from erp.fiscal.models import AvisoFiscal, DocumentoFiscal
from pdv.processamento.selectors.turno import conferir_turno
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import NotaFiscal, OperacaoPdv, Turno
from pdv.tabelas import Especie
from pdv.terminal import models as terminal
from pdv.terminal.catalogo import catalogo
from pdv.terminal.desvios import Desvio
from pdv.terminal.meios import Meio
from pdv.terminal.simulador import Parametros, simular
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


def test_so_o_que_foi_feito_errado_de_proposito_termina_em_erro(chave: str, live_server: LiveServer) -> None:
    *_, feito = simular(Parametros(operacoes=3_000, produtos=300, erros=10))
    call_command("pdv_replicar", "--url", live_server.url, "--chave", chave, "--lote", "250", verbosity=0)
    assert OperacaoPdv.objects.count() == 3_000
    drenar_tudo()
    com_erro = OperacaoPdv.objects.exclude(situacao_replicacao=9).values_list("id_operacao", "erro_codigo")
    erros = {numero: codigo.partition(":")[0] for numero, codigo in com_erro}
    assert erros == {d.operacao.pk: CODIGOS[d.desvio] for d in feito.desvios}
    assert not NotaFiscal.objects.exclude(situacao_replicacao=9).exists()
    assert set(OperacaoPdv.objects.values_list("operacao", flat=True)) == set(Especie)
    verificar_tudo()
