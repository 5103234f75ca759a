"""Estorno, archive, command to the till, and the operation back as the next generation."""

from __future__ import annotations

import uuid
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from auditoria.models import Evento
from erp.cadastros.models import PeriodoContabil
from erp.estoque.models import Saldo
from erp.financeiro.models import SaldoConta, Titulo
from erp.financeiro.services import baixar_titulo
from pdv.processamento.atos import replicar_de_novo as modulo
from pdv.processamento.atos.replicar_de_novo import cancelar_comando, pedir_de_novo, replicar_de_novo
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import AtoPessoa, Geracao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao import comandos
from pdv.replicacao.models import (
    Comando,
    Divergencia,
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    OperacaoArquivada,
    OperacaoPdv,
)
from pdv.replicacao.services import receber_pacote
from pdv.tabelas import Especie
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import (
    AGORA,
    CREDIARIO,
    CREDITO,
    DINHEIRO,
    Elenco,
    Pago,
    Quitado,
    estagiar_completa,
    estagiar_venda,
    montar_elenco,
)
from tests.pdv.fabricas import INSTALACAO, em_json, nova_operacao, novo_finalizador, novo_item, novo_pacote
from tests.pdv.processamento.conftest import pessoa

pytestmark = pytest.mark.django_db(transaction=True)
MOTIVO = "Total digitado errado na loja"


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> User:
    return pessoa("ana", "gerente", filiais=(elenco.centro,))


def no_terminal(numero: int = 7, valor: str = "10.00", finalizador: int = DINHEIRO, **campos: Any) -> dict[str, Any]:
    """A sale of one item, as the till sends it."""
    item = novo_item(1, quantidade="1", unitario=valor, id_produto=101)
    pago = novo_finalizador(1, valor, finalizador)
    return nova_operacao(numero, itens=[item], finalizadores=[pago], valor_troco="0.00", **campos)


def enviar(elenco: Elenco, *operacoes: dict[str, Any]) -> list[str]:
    resposta = receber_pacote(corpo=em_json(novo_pacote(*operacoes)), ponto_venda=elenco.pdv)
    drenar_tudo()
    return [o.resultado for o in resposta.operacoes]


def estoque(elenco: Elenco) -> D:
    return Saldo.objects.get(produto=elenco.cafe, filial=elenco.centro).quantidade


def caixa(elenco: Elenco) -> D:
    return SaldoConta.objects.get(conta=elenco.pdv.conta_caixa).valor


def da_loja(**campos: Any) -> OperacaoPdv:
    return OperacaoPdv.objects.get(**campos)


def test_desfaz_arquiva_pede_e_volta_como_a_geracao_seguinte(elenco: Elenco, ana: User) -> None:
    enviar(elenco, no_terminal())
    antiga = da_loja(id_operacao=7)
    assert (estoque(elenco), caixa(elenco)) == (D(-1), D("10.00"))

    assert replicar_de_novo(ids=[antiga.pk], motivo=MOTIVO, usuario=ana) == 1
    assert (estoque(elenco), caixa(elenco)) == (D(0), D(0))
    assert not OperacaoPdv.objects.exists()
    assert not ItemOperacaoPdv.objects.exists() and not FinalizadorOperacaoPdv.objects.exists()
    verificar_tudo()

    [aberto] = comandos.listar(ponto_venda_id=elenco.pdv.pk, instalacao=INSTALACAO, agora=timezone.now())
    assert (aberto.tipo, aberto.id_operacao) == ("replicar", 7)
    assert enviar(elenco, no_terminal(valor="12.00")) == ["criada"]
    assert Comando.objects.get().situacao == Comando.Situacao.CUMPRIDO
    nova = da_loja(id_operacao=7)
    assert nova.pk != antiga.pk and nova.situacao_replicacao == 9
    assert [(g.numero, g.estornada_por, g.motivo_estorno) for g in Geracao.objects.order_by("numero")] == [
        (1, "ana", MOTIVO), (2, "", ""),
    ]  # fmt: skip
    assert (estoque(elenco), caixa(elenco)) == (D(-1), D("12.00"))
    verificar_tudo()


def test_o_arquivo_guarda_cada_coluna_da_linha_e_das_dependencias(elenco: Elenco, ana: User) -> None:
    enviar(elenco, no_terminal(observacao="entregar amanhã"))
    operacao = da_loja()
    replicar_de_novo(ids=[operacao.pk], motivo=MOTIVO, usuario=ana)
    arquivada = OperacaoArquivada.objects.get()
    assert (arquivada.operacao_id, arquivada.id_operacao, arquivada.arquivada_por) == (operacao.pk, 7, "ana")
    guardada = arquivada.conteudo
    assert set(guardada) == {"operacao", "itens", "finalizadores", "recebimentos"}
    assert set(guardada["operacao"]) == {c.attname for c in OperacaoPdv._meta.concrete_fields}
    assert guardada["operacao"]["valor_total"] == "10.00"
    assert guardada["operacao"]["observacao"] == "entregar amanhã"
    assert guardada["operacao"]["data_hora_termino"] == "2026-07-01T13:01:30.250000Z"
    [item] = guardada["itens"]
    assert set(item) == {c.attname for c in ItemOperacaoPdv._meta.concrete_fields}
    assert item["quantidade_primaria"] == "1.0000" and guardada["finalizadores"][0]["valor"] == "10.00"


def test_o_ato_e_auditado_e_a_divergencia_pendente_e_encerrada(elenco: Elenco, ana: User) -> None:
    enviar(elenco, no_terminal())
    assert enviar(elenco, no_terminal(valor="11.00")) == ["divergente"]
    operacao = da_loja()
    replicar_de_novo(ids=[operacao.pk], motivo=MOTIVO, usuario=ana)
    assert list(AtoPessoa.objects.values_list("acao", "alvo_id", "usuario", "motivo")) == [
        ("replicar", operacao.pk, "ana", MOTIVO)
    ]
    assert Evento.objects.filter(acao="pdv.replicar", objeto_id=str(operacao.pk)).exists()
    divergencia = Divergencia.objects.get()
    assert (divergencia.decisao, divergencia.decidida_por) == ("recusada", "ana")


def test_a_que_nunca_foi_lancada_tambem_pode_ser_pedida_de_novo(elenco: Elenco, ana: User) -> None:
    errada = estagiar_venda(elenco.pdv, [(777, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()
    replicar_de_novo(ids=[errada.pk], motivo=MOTIVO, usuario=ana)
    assert OperacaoArquivada.objects.get().conteudo["operacao"]["erro_codigo"] == "PRODUTO_NAO_CADASTRADO:777"
    assert Comando.objects.get().id_operacao == errada.id_operacao


def test_titulo_baixado_impede_todas_e_nada_muda(elenco: Elenco, ana: User) -> None:
    livre, presa = (estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(CREDITO, "10.00", "0", 1)]) for _ in range(2))
    drenar_tudo()
    titulo = Titulo.objects.get(origem_id=Geracao.objects.get(id_operacao=presa.id_operacao).pk, sentido="R")
    baixar_titulo(
        titulo_id=titulo.pk, valor=titulo.valor, conta_id=elenco.banco.pk, ocorrido_em=AGORA, motivo="Recebido",
        usuario=ana, chave=uuid.uuid4(),
    )  # fmt: skip
    with pytest.raises(AcaoRecusada, match=f"operação {presa.id_operacao}: .*desfaça antes de estornar"):
        replicar_de_novo(ids=[livre.pk, presa.pk], motivo=MOTIVO, usuario=ana)
    assert OperacaoPdv.objects.filter(situacao_replicacao=9).count() == 2
    assert not Comando.objects.exists() and not OperacaoArquivada.objects.exists()
    assert Geracao.objects.filter(estornada_em=None).count() == 2


def test_venda_com_devolucao_vai_so_junto_com_ela(elenco: Elenco, ana: User) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "2", "20.00")], [(DINHEIRO, "20.00", "0", 1)])
    devolucao = estagiar_completa(
        elenco.pdv, Especie.DEVOLUCAO, itens=[(101, "1", "10.00")], pagos=[Pago(DINHEIRO, "10.00")],
        origem=venda.id_operacao,
    )  # fmt: skip
    drenar_tudo()
    assert OperacaoPdv.objects.filter(situacao_replicacao=9).count() == 2
    with pytest.raises(AcaoRecusada, match=f"tem a devolução {devolucao.id_operacao}"):
        replicar_de_novo(ids=[venda.pk], motivo=MOTIVO, usuario=ana)
    assert replicar_de_novo(ids=[venda.pk, devolucao.pk], motivo=MOTIVO, usuario=ana) == 2
    assert (estoque(elenco), caixa(elenco)) == (D(0), D(0))
    verificar_tudo()


def test_pedir_de_novo_o_cancelamento_devolve_a_venda_ao_razao(elenco: Elenco, ana: User) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    cancelamento = estagiar_completa(elenco.pdv, Especie.CANCELAMENTO, origem=venda.id_operacao, total="10.00")
    drenar_tudo()
    assert (estoque(elenco), caixa(elenco)) == (D(0), D(0))
    replicar_de_novo(ids=[cancelamento.pk], motivo=MOTIVO, usuario=ana)
    drenar_tudo()
    assert (estoque(elenco), caixa(elenco)) == (D(-1), D("10.00"))
    venda.refresh_from_db()
    assert venda.situacao_replicacao == 9
    verificar_tudo()


def test_recebimento_pedido_de_novo_reabre_o_titulo(elenco: Elenco, ana: User) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(CREDIARIO, "10.00", "0", 1)], cliente="52998224725")
    drenar_tudo()
    documento = Titulo.objects.get(sentido="R").documento
    recebimento = estagiar_completa(
        elenco.pdv, Especie.RECEBIMENTO, pagos=[Pago(DINHEIRO, "10.00")], quitados=[Quitado(documento, 1, "10.00")],
        codigo_cliente="52998224725",
    )  # fmt: skip
    drenar_tudo()
    with pytest.raises(AcaoRecusada, match="foi baixado"):
        replicar_de_novo(ids=[venda.pk], motivo=MOTIVO, usuario=ana)
    replicar_de_novo(ids=[recebimento.pk], motivo=MOTIVO, usuario=ana)
    assert caixa(elenco) == D(0)
    replicar_de_novo(ids=[venda.pk], motivo=MOTIVO, usuario=ana)
    verificar_tudo()


def test_periodo_fechado_pede_a_permissao(elenco: Elenco, ana: User) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()
    PeriodoContabil.objects.create(inicio=AGORA.date().replace(day=1), fim=AGORA.date().replace(day=28), fechado=True)
    sem = pessoa("caio", "operador", filiais=(elenco.centro,))
    with pytest.raises(AcaoRecusada, match="período fechado"):
        replicar_de_novo(ids=[venda.pk], motivo=MOTIVO, usuario=sem)
    assert OperacaoPdv.objects.count() == 1


@pytest.mark.parametrize(
    ("ids", "motivo", "porque"), [([], MOTIVO, "nenhuma"), ([1], " ok ", "ao menos 5"), ([99], MOTIVO, "não existem")]
)
def test_pedido_que_nao_serve_e_recusado(elenco: Elenco, ana: User, ids: list[int], motivo: str, porque: str) -> None:
    with pytest.raises(AcaoRecusada, match=porque):
        replicar_de_novo(ids=ids, motivo=motivo, usuario=ana)


def test_mais_que_o_maximo_e_recusado(elenco: Elenco, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modulo, "LINHAS_MAXIMO", 1)
    with pytest.raises(AcaoRecusada, match="o máximo de uma vez é 1"):
        replicar_de_novo(ids=[1, 2], motivo=MOTIVO, usuario=ana)


def test_comando_cancelado_para_de_ser_dito_e_pode_ser_pedido_outra_vez(elenco: Elenco, ana: User) -> None:
    enviar(elenco, no_terminal())
    replicar_de_novo(ids=[da_loja().pk], motivo=MOTIVO, usuario=ana)
    comando = Comando.objects.get()
    cancelar_comando(comando=comando, motivo="Pedido por engano", usuario=ana)
    assert comandos.listar(ponto_venda_id=elenco.pdv.pk, instalacao=INSTALACAO, agora=timezone.now()) == []
    with pytest.raises(AcaoRecusada, match="já está cancelado"):
        cancelar_comando(comando=comando, motivo="Pedido por engano", usuario=ana)
    arquivada = OperacaoArquivada.objects.get()
    outro = pedir_de_novo(arquivada=arquivada, motivo="Era mesmo para pedir", usuario=ana)
    assert outro != comando.pk
    abertos = comandos.listar(ponto_venda_id=elenco.pdv.pk, instalacao=INSTALACAO, agora=timezone.now())
    assert [c.id for c in abertos] == [outro]
    enviar(elenco, no_terminal())
    with pytest.raises(AcaoRecusada, match="já chegou de novo"):
        pedir_de_novo(arquivada=arquivada, motivo="Tarde demais", usuario=ana)


def test_a_de_uma_instalacao_que_o_pdv_deixou_nao_sai_pois_nao_voltaria(elenco: Elenco, ana: User) -> None:
    """A till is told only of the commands of its own installation: the request would wait for ever."""
    assert enviar(elenco, no_terminal(7), no_terminal(8)) == ["criada", "criada"]
    reinstalado = novo_pacote(no_terminal(1), instalacao=str(uuid4()))
    receber_pacote(corpo=em_json(reinstalado), ponto_venda=elenco.pdv)
    antiga, nova = OperacaoPdv.objects.get(id_operacao=7), OperacaoPdv.objects.get(id_operacao=1)
    with pytest.raises(AcaoRecusada, match="operação 7: veio de uma instalação anterior deste PDV"):
        replicar_de_novo(ids=[antiga.pk, nova.pk], motivo=MOTIVO, usuario=ana)
    assert OperacaoPdv.objects.count() == 3
    assert replicar_de_novo(ids=[nova.pk], motivo=MOTIVO, usuario=ana) == 1
