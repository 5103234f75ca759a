"""The eighteen routines of the specification: their letters, their methods, and when they run."""

import pytest

from erp.rotinas import registro
from erp.rotinas.especificacao import METODOS
from erp.rotinas.models import RotinaAgendada
from erp.rotinas.tarefas import em_palavras

HORARIOS = {
    "Cliente/TiparClientes": "todo domingo às 04:00",
    "SolicitacaoRotaColaborador/solicitar": "todo dia às 05:00",
    "PlanoContratacao/SuspensaoRotina": "todo dia às 21:00",
    "PlanoContratacao/CancelamentoRotina": "todo dia às 21:10",
    "RegistroPonto/GerarRegistroPontosRotina": "todo dia às 21:10",
    "ManutencaoJazigo/GerarRecebimentoManutencaoJazigoRotina": "todo dia às 21:15",
}
CADA = {
    "FinanceiroTransacoes/processar": 8,
    "ClienteContato/TaskProcessarListaValidacoesWhatsapp": 9,
    "ClienteContato/TaskProcessarListaEnviosWhatsapp": 10,
    "FinanceiroTransacoesPix/processar": 12,
    "WebhookEventosNota/processar": 13,
    "Configuracao/AtualizaCreditosConsultaCPF": 15,
    "EfipayCarneNotificacao/processar": 16,
    "PlugSignEvento/processar": 17,
    "sincronizacao/SincronizarColaboradores": 18,
    "sincronizacao/sincronizar": 19,
    "Sincronizacao/SincronizarVendas": 20,
}


SEM_PROVEDOR = {"TefEvento/processar": "a cada 14 minutos"}  # files need nobody


def test_sao_dezoito_e_so_uma_e_post():
    assert len(METODOS) == 18 and set(METODOS) == set(HORARIOS) | set(CADA) | set(SEM_PROVEDOR)
    assert [caminho for caminho, metodo in METODOS.items() if metodo != "GET"] == ["Sincronizacao/SincronizarVendas"]
    assert METODOS["Sincronizacao/SincronizarVendas"] == "POST"


@pytest.mark.parametrize("caminho", sorted(METODOS))
def test_cada_uma_esta_registrada_com_as_letras_da_especificacao(caminho):
    rotina = registro.obter(caminho)
    assert (rotina.caminho, rotina.metodo) == (caminho, METODOS[caminho])


@pytest.mark.django_db
@pytest.mark.parametrize(("caminho", "quando"), sorted((HORARIOS | SEM_PROVEDOR).items()))
def test_as_que_tem_corpo_rodam_na_hora_da_especificacao(caminho, quando):
    linha = RotinaAgendada.objects.get(caminho=caminho)
    assert (em_palavras(linha.agenda), linha.configurada) == (quando, True)


@pytest.mark.django_db
@pytest.mark.parametrize(("caminho", "minutos"), sorted(CADA.items()))
def test_as_que_nao_tem_estao_na_lista_desligadas(caminho, minutos):
    linha = RotinaAgendada.objects.get(caminho=caminho)
    assert em_palavras(linha.agenda) == f"a cada {minutos} minutos (em pausa)"
    assert linha.configurada is False and registro.obter(caminho).configurada is False


def test_nenhuma_outra_atende_por_http():
    assert {rotina.caminho for rotina in registro.todas() if rotina.metodo} == set(METODOS)
