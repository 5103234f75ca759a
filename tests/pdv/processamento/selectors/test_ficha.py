"""One operation, one page: everything that happened to it and everything that it has to do with."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from erp.cadastros.models import PontoVenda
from pdv.processamento.atos.services import reprocessar
from pdv.processamento.models import Alvo, AtoPessoa, Geracao
from pdv.processamento.selectors.ficha import ficha_da_operacao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import (
    Comando,
    Divergencia,
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    OperacaoArquivada,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
    Rejeicao,
)
from pdv.tabelas import Especie
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import (
    AGORA,
    CREDIARIO,
    DINHEIRO,
    INSTALACAO,
    Elenco,
    estagiar,
    estagiar_venda,
    montar_elenco,
)
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sem_manifesto")]


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> Any:
    return entrar(pessoa("ana", "gerente", filiais=(elenco.centro, elenco.bairro)))


def pagina(cliente: Any, operacao: OperacaoPdv) -> str:
    resposta = cliente.get(endereco(operacao))
    assert resposta.status_code == 200
    return str(resposta.content.decode())


def endereco(operacao: OperacaoPdv) -> str:
    return f"/admin/replicacao/operacaopdv/{operacao.pk}/change/"


def elo(operacao: OperacaoPdv) -> str:
    """A link with the operation's name."""
    return f'href="{endereco(operacao)}">{operacao.get_operacao_display()} {operacao.id_operacao}</a>'


def a_prazo(elenco: Elenco, valor: str = "30.00") -> OperacaoPdv:
    return estagiar_venda(elenco.pdv, [(101, "1", valor)], [(CREDIARIO, valor, "0", 1)], cliente="1")


def receber(pdv: PontoVenda, venda: OperacaoPdv, valor: str, juros: str = "0") -> OperacaoPdv:
    pago = D(valor) + D(juros)
    recebimento = estagiar(pdv, Especie.RECEBIMENTO, pago, codigo_cliente="1")
    RecebimentoOperacaoPdv.objects.create(
        operacao_id=recebimento.pk, item=1, numero_documento=f"{venda.id_ponto_venda}-{venda.id_operacao}-1",
        valor=D(valor), juros=D(juros),
    )  # fmt: skip
    FinalizadorOperacaoPdv.objects.create(operacao_id=recebimento.pk, item=1, id_finalizador=DINHEIRO, valor=pago)
    return recebimento


def referir(pdv: PontoVenda, especie: Especie, origem: int, total: str = "0") -> OperacaoPdv:
    operacao = estagiar(pdv, especie, D(total))
    OperacaoPdv.objects.filter(pk=operacao.pk).update(id_operacao_origem=origem)
    operacao.refresh_from_db()
    return operacao


def devolver(venda: OperacaoPdv, pdv: PontoVenda, valor: str) -> OperacaoPdv:
    devolucao = referir(pdv, Especie.DEVOLUCAO, venda.id_operacao, valor)
    ItemOperacaoPdv.objects.create(
        operacao_id=devolucao.pk, item=1, id_produto=101, descricao="CAFÉ", unidade="UN", quantidade_primaria=D(1),
        valor_unitario_liquido=D(valor), valor_total_liquido=D(valor),
    )  # fmt: skip
    FinalizadorOperacaoPdv.objects.create(operacao_id=devolucao.pk, item=1, id_finalizador=DINHEIRO, valor=D(valor))
    return devolucao


def test_titulo_baixado_no_caixa_diz_por_qual_recebimento_e_este_diz_de_qual_venda(elenco: Elenco, ana: Any) -> None:
    venda = a_prazo(elenco)
    drenar_tudo()
    recebimento = receber(elenco.pdv2, venda, "10.00", juros="1.00")
    antes = pagina(ana, venda)
    assert "Recebe título desta" in antes, "o que chegou e ainda não foi lançado também aparece"
    drenar_tudo()
    da_venda = pagina(ana, venda)
    assert "Baixou título desta" in da_venda
    assert elo(recebimento) in da_venda
    assert "R$\u00a011,00" in da_venda
    assert f"por Recebimento {recebimento.id_operacao}" in da_venda
    do_recebimento = pagina(ana, recebimento)
    assert elo(venda) in do_recebimento
    assert f"{venda.id_ponto_venda}-{venda.id_operacao}-1" in do_recebimento
    assert "Baixas de títulos" in do_recebimento
    verificar_tudo()


def test_venda_cancelada_mostra_os_lancamentos_de_quem_a_desfez(elenco: Elenco, ana: Any) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "1", "25.00")], [(DINHEIRO, "25.00", "0", 1)])
    drenar_tudo()
    cancelamento = referir(elenco.pdv, Especie.CANCELAMENTO, venda.id_operacao)
    drenar_tudo()
    da_venda = pagina(ana, venda)
    assert "Desfeita por <a" in da_venda
    assert elo(cancelamento) in da_venda
    assert f"Desfeita pelo cancelamento {cancelamento.id_operacao}" in da_venda
    assert "Geração 2" in da_venda
    assert "Sem lançamentos: a operação está cancelada." in da_venda
    ficha = ficha_da_operacao(OperacaoPdv.objects.get(pk=venda.pk), None)
    (desfez,) = ficha.geracoes[0].de_outras.values()
    assert [x.valor for x in desfez.lancamentos] == [D("-25.00")]
    assert len(desfez.movimentos) == 1
    do_cancelamento = pagina(ana, cancelamento)
    assert elo(venda) in do_cancelamento
    assert "Origem" in do_cancelamento
    viva = Geracao.objects.get(id_operacao=venda.id_operacao, numero=1)
    da_geracao = ana.get(f"/admin/processamento/geracao/{viva.pk}/change/").content.decode()
    assert elo(cancelamento) in da_geracao


def test_nenhuma_geracao_se_perde(elenco: Elenco, ana: Any) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "1", "25.00")], [(DINHEIRO, "25.00", "0", 1)])
    drenar_tudo()
    for n in range(2):
        reprocessar(alvo=Alvo.OPERACAO, ids=[venda.pk], motivo=f"conferência {n}", usuario=pessoa("ana", "gerente"))
        drenar_tudo()
    html = pagina(ana, venda)
    for texto in ("Geração 1", "Geração 2", "Geração 3", "Geração 1 estornada – ana", "conferência 1"):
        assert texto in html, texto
    assert html.count("Estornada</span>") == 2


def test_o_que_se_refere_a_uma_operacao_que_falta_diz_o_que_espera(elenco: Elenco, ana: Any) -> None:
    cancelamento = referir(elenco.pdv, Especie.CANCELAMENTO, 987654)
    drenar_tudo()
    html = pagina(ana, cancelamento)
    assert "À espera de: a operação 987654" in html
    assert "Refere-se à operação 987654 deste PDV, que não está aqui" in html
    lista = ana.get("/admin/replicacao/operacaopdv/", {"aguarda": "sim"}).content.decode()
    assert "À espera de: a operação 987654" in lista


def test_devolucao_aparece_na_venda_e_a_venda_nela(elenco: Elenco, ana: Any) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "2", "20.00")], [(DINHEIRO, "20.00", "0", 1)])
    drenar_tudo()
    devolucao = devolver(venda, elenco.pdv, "10.00")
    drenar_tudo()
    devolucao.refresh_from_db()
    assert devolucao.situacao_replicacao == 9, devolucao.erro_mensagem
    html = pagina(ana, venda)
    assert elo(devolucao) in html
    assert "Devolução desta" in html
    assert elo(venda) in pagina(ana, devolucao)


def test_operacao_de_outra_filial_so_se_sabe_que_existe(elenco: Elenco) -> None:
    venda = a_prazo(elenco)
    drenar_tudo()
    recebimento = receber(elenco.pdv3, venda, "30.00", juros="7.77")
    drenar_tudo()
    html = pagina(entrar(pessoa("bia", "gerente", filiais=(elenco.centro,))), venda)
    assert "operação de outra filial" in html
    assert endereco(recebimento) not in html
    assert f"Recebimento {recebimento.id_operacao}" not in html


def test_a_linha_do_tempo_conta_a_ida_e_a_volta(elenco: Elenco, ana: Any) -> None:
    venda = estagiar(elenco.pdv, Especie.VENDA, D("10.00"))
    natural = {"ponto_venda_id": elenco.pdv.pk, "filial_id": elenco.centro.pk, "instalacao": INSTALACAO}
    antiga = venda.pk + 1000
    OperacaoArquivada.objects.create(
        **natural, operacao_id=antiga, id_operacao=venda.id_operacao, conteudo={}, arquivada_em=AGORA,
        arquivada_por="ana", motivo="veio errada do PDV",
    )  # fmt: skip
    Comando.objects.create(
        **natural, tipo="replicar", id_operacao=venda.id_operacao, situacao=2, pedido_em=AGORA, pedido_por="ana",
        motivo="veio errada do PDV", entregue_em=AGORA + timedelta(minutes=1), concluido_em=AGORA + timedelta(minutes=2),
        resposta="enviada de novo",
    )  # fmt: skip
    Rejeicao.objects.create(
        ponto_venda_id=elenco.pdv.pk, filial_id=elenco.centro.pk, tipo="operacao", identificador=str(venda.id_operacao),
        codigo="X", mensagem="faltou o guid", vezes=3, primeira_em=AGORA - timedelta(hours=2), ultima_em=AGORA,
    )  # fmt: skip
    Divergencia.objects.create(
        operacao_id=antiga, ponto_venda_id=elenco.pdv.pk, filial_id=elenco.centro.pk, hash_conteudo=b"\2" * 33,
        conteudo={}, diferencas=[], decisao="recusada", decidida_por="caio", decidida_em=AGORA, motivo="a loja confirmou",
    )  # fmt: skip
    AtoPessoa.objects.create(
        alvo=Alvo.OPERACAO, alvo_id=antiga, filial_id=elenco.centro.pk, acao="replicar", motivo="era outro total",
        usuario="ana", em=timezone.now(),
    )  # fmt: skip
    html = pagina(ana, venda)
    for texto in (
        "Arquivada para ser replicada de novo – ana", "Replicar de novo: pedido ao PDV – ana", "entregue ao PDV",
        "Replicar de novo: cumprido", "enviada de novo", "Não entrou (3 vezes)", "faltou o guid",
        "Foi mantida a versão atual – caio", "era outro total",
    ):  # fmt: skip
        assert texto in html, texto


def test_numero_fixo_de_consultas_com_tudo_o_que_uma_venda_pode_ter(elenco: Elenco, ana: Any) -> None:
    def montar(vezes: int) -> OperacaoPdv:
        venda = a_prazo(elenco)
        drenar_tudo()
        for _ in range(vezes):
            receber(elenco.pdv2, venda, "1.00")
        for _ in range(vezes - 1):
            reprocessado = estagiar(elenco.pdv, Especie.SANGRIA, D("1.00"))
            OperacaoPdv.objects.filter(pk=reprocessado.pk).update(id_operacao_origem=venda.id_operacao)
        drenar_tudo()
        return venda

    def consultas(venda: OperacaoPdv) -> int:
        with CaptureQueriesContext(connection) as capturadas:
            pagina(ana, venda)
        return len(capturadas)

    uma, muitas = montar(1), montar(8)
    consultas(uma)
    assert consultas(uma) == consultas(muitas) <= 48
