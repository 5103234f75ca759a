"""The round trip of a command: asked in the retaguarda, obeyed at the till, sent, posted again; cut anywhere.

And what the till sends again by itself: every kind whole into staging, what it changed as a divergence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connections
from pytest_django.live_server_helper import LiveServer

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.estoque.models import Saldo
from erp.financeiro.models import Baixa, SaldoConta
from pdv import tabelas
from pdv.processamento.atos.replicar_de_novo import replicar_de_novo
from pdv.processamento.models import Geracao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao import models as staging
from pdv.replicacao.models import Comando, Divergencia
from pdv.tabelas import Especie
from pdv.terminal import models as terminal
from pdv.terminal.envio import Cliente, Desfecho, Resposta
from pdv.terminal.espera import Parada
from pdv.terminal.marcacao import renovar_instalacao
from pdv.terminal.registro import Registro, gravar
from pdv.terminal.replicador import Fim, Replicador
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import CREDIARIO, DINHEIRO, Elenco, montar_elenco
from tests.pdv.processamento.conftest import pessoa

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "terminal"])
QUANDO = datetime(2026, 3, 10, 15, tzinfo=UTC)
MOTIVO = "Total digitado errado na loja"


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> User:
    return pessoa("ana", "gerente", filiais=(elenco.centro,))


class Loja:
    """A till, its replicator and a line to the retaguarda that can be cut."""

    def __init__(self, url: str, chave: str) -> None:
        self.cliente = LinhaRuim(url, chave)

    def replicar(self) -> None:
        assert Replicador(self.cliente, Parada()).executar(tentativas=3).fim is Fim.VAZIO
        drenar_tudo()

    def vender(self, finalizador: int = DINHEIRO, **campos: Any) -> int:
        """2 x café at 10,00."""
        item = terminal.ItemOperacaoPdv(
            item=1, id_produto=101, descricao="CAFÉ", unidade="UN", quantidade_primaria=D(2),
            valor_unitario_liquido=D(10), valor_total_liquido=D(20),
        )  # fmt: skip
        return self.operar(Especie.VENDA, "20.00", finalizador, itens=[item], **campos)

    def operar(self, especie: Especie, total: str, finalizador: int | None = None, **campos: Any) -> int:
        filhos = {nome: campos.pop(nome) for nome in ("itens", "recebimentos") if nome in campos}
        operacao = terminal.OperacaoPdv(
            guid_operacao=uuid4(), id_ponto_venda=1, id_turno=1, operacao=especie, data_hora_inicio=QUANDO,
            data_hora_termino=QUANDO, valor_produtos=D(total), valor_total=D(total), **campos,
        )  # fmt: skip
        pago = (
            [terminal.FinalizadorOperacaoPdv(item=1, id_finalizador=finalizador, valor=D(total))] if finalizador else ()
        )
        gravar([Registro(operacao, finalizadores=pago, **filhos)])
        return operacao.pk

    def anotar(self, numero: int) -> None:
        terminal.NotaFiscal.objects.create(
            chave=f"{numero:044d}", numero=numero, serie=1, modelo="65", situacao="autorizada", data_emissao=QUANDO,
            valor_total=D("20.00"), xml="<NFe/>", id_operacao=numero,
        )  # fmt: skip

    def mudar(self, sql: str) -> None:
        """Somebody at the shop, in SQL."""
        with connections["terminal"].cursor() as cursor:
            cursor.execute(sql)

    def situacoes(self) -> set[int]:
        return set(terminal.OperacaoPdv.objects.values_list("situacao_replicacao", flat=True))


class LinhaRuim(Cliente):
    """Loses what is told to it, before it goes or after it was heard; 0 loses nothing."""

    perder_antes = 0
    perder_depois = 0

    def avisar(self, recurso: str, corpo: object) -> Resposta:
        if self.perder_antes:
            self.perder_antes -= 1
            return Resposta(Desfecho.TRANSITORIO, "linha cortada")
        resposta = super().avisar(recurso, corpo)
        if self.perder_depois:
            self.perder_depois -= 1
            return Resposta(Desfecho.TRANSITORIO, "linha cortada")
        return resposta


@pytest.fixture
def loja(elenco: Elenco, live_server: LiveServer) -> Iterator[Loja]:
    chave = criar_chave(nome="PDV 1", escopos=["pdv"], ponto_venda_id=elenco.pdv.pk, ator=ATOR_SISTEMA)[1]
    loja = Loja(live_server.url, chave)
    yield loja
    loja.cliente.fechar()


def pedir_de_novo(ana: User, *numeros: int) -> None:
    ids = list(staging.OperacaoPdv.objects.filter(id_operacao__in=numeros).values_list("pk", flat=True))
    assert replicar_de_novo(ids=ids, motivo=MOTIVO, usuario=ana) == len(numeros)


def saldos(elenco: Elenco) -> tuple[D, D]:
    return Saldo.objects.get().quantidade, SaldoConta.objects.get(conta=elenco.pdv.conta_caixa).valor


# asked, obeyed, sent, posted


def test_operacao_pedida_de_novo_sai_dos_razoes_e_volta_na_mesma_execucao(
    elenco: Elenco, loja: Loja, ana: User
) -> None:
    venda, outra = loja.vender(), loja.vender()
    loja.anotar(venda)
    loja.replicar()
    assert saldos(elenco) == (D(-4), D("40.00"))
    pedir_de_novo(ana, venda)
    assert saldos(elenco) == (D(-2), D("20.00"))
    assert not staging.OperacaoPdv.objects.filter(id_operacao=venda).exists()
    loja.replicar()
    assert saldos(elenco) == (D(-4), D("40.00"))
    comando = Comando.objects.get()
    assert (comando.situacao, comando.id_operacao) == (Comando.Situacao.CUMPRIDO, venda)
    assert comando.entregue_em is not None and comando.concluido_em is not None
    assert loja.situacoes() == {9} and staging.OperacaoPdv.objects.filter(situacao_replicacao=9).count() == 2
    assert Geracao.objects.filter(id_operacao=outra).count() == 1
    verificar_tudo()


@pytest.mark.parametrize("quando", ["perder_antes", "perder_depois"])
def test_confirmacao_perdida_nao_faz_o_pdv_repetir_para_sempre(
    elenco: Elenco, loja: Loja, ana: User, quando: str
) -> None:
    venda = loja.vender()
    loja.replicar()
    pedir_de_novo(ana, venda)
    setattr(loja.cliente, quando, 1)
    loja.replicar()
    assert Comando.objects.get().situacao == Comando.Situacao.CUMPRIDO
    antes = staging.OperacaoPdv.objects.values().get()
    loja.replicar()
    assert staging.OperacaoPdv.objects.values().get() == antes and loja.situacoes() == {9}
    assert saldos(elenco) == (D(-2), D("20.00"))
    verificar_tudo()


def test_pdv_sem_a_operacao_diz_que_nao_pode_e_ela_fica_fora_dos_razoes(elenco: Elenco, loja: Loja, ana: User) -> None:
    venda = loja.vender()
    loja.replicar()
    pedir_de_novo(ana, venda)
    loja.mudar("DELETE FROM finalizador_operacao_pdv")
    loja.mudar("DELETE FROM item_operacao_pdv")
    loja.mudar("DELETE FROM operacao_pdv")
    loja.replicar()
    comando = Comando.objects.get()
    assert comando.situacao == Comando.Situacao.RECUSADO
    assert comando.resposta == f"a operação {venda} não existe neste PDV"
    assert saldos(elenco) == (D(0), D("0.00"))
    verificar_tudo()


def test_outra_instalacao_do_mesmo_pdv_nao_obedece_ao_que_se_pediu_a_anterior(
    elenco: Elenco, loja: Loja, ana: User
) -> None:
    venda = loja.vender()
    loja.replicar()
    pedir_de_novo(ana, venda)
    renovar_instalacao()
    loja.replicar()
    assert Comando.objects.get().situacao == Comando.Situacao.PENDENTE and loja.situacoes() == {9}
    verificar_tudo()


def test_operacao_corrigida_na_loja_e_pedida_de_novo_entra_corrigida(elenco: Elenco, loja: Loja, ana: User) -> None:
    """What the command is for: the shop mended the sale, and the retaguarda takes it as if it were the first time."""
    venda = loja.vender()
    loja.replicar()
    pedir_de_novo(ana, venda)
    loja.mudar("UPDATE operacao_pdv SET valor_produtos = 30, valor_total = 30")
    loja.mudar("UPDATE item_operacao_pdv SET quantidade_primaria = 3, valor_total_liquido = 30")
    loja.mudar("UPDATE finalizador_operacao_pdv SET valor = 30")
    loja.replicar()
    assert saldos(elenco) == (D(-3), D("30.00")) and not Divergencia.objects.exists()
    verificar_tudo()


# every kind into staging, and again


def test_toda_especie_chega_inteira_as_tabelas_da_retaguarda(loja: Loja) -> None:
    """Column by column: what the till has is what staging has."""
    crediario = loja.vender(CREDIARIO, codigo_cliente="52998224725")
    venda = loja.vender()
    titulo = {"numero_documento": f"1-{crediario}-1", "parcela": 1}
    recebimentos = [
        terminal.RecebimentoOperacaoPdv(item=1, valor=D("12.00"), juros=D("0.75"), **titulo),
        terminal.RecebimentoOperacaoPdv(item=2, valor=D("8.00"), desconto=D("0.75"), **titulo),
    ]
    loja.operar(Especie.RECEBIMENTO, "20.00", DINHEIRO, recebimentos=recebimentos, codigo_cliente="52998224725")
    loja.operar(Especie.FALTA, "1.50", DINHEIRO)
    loja.operar(Especie.FALTA, "2.50", DINHEIRO, valor_acrescimo=D("2.50"))
    item = terminal.ItemOperacaoPdv(
        item=1, id_produto=101, descricao="CAFÉ", unidade="UN", quantidade_primaria=D(1),
        valor_unitario_liquido=D(10), valor_total_liquido=D(10),
    )  # fmt: skip
    loja.operar(Especie.DEVOLUCAO, "10.00", DINHEIRO, itens=[item], id_operacao_origem=venda)
    loja.operar(Especie.CANCELAMENTO, "20.00", id_operacao_origem=crediario)
    loja.replicar()
    for nome in ("OperacaoPdv", "ItemOperacaoPdv", "FinalizadorOperacaoPdv", "RecebimentoOperacaoPdv"):
        colunas = [coluna.name for coluna in getattr(tabelas, nome)._meta.fields]
        do_pdv, da_retaguarda = (
            sorted(getattr(modelos, nome).objects.values_list(*colunas), key=str) for modelos in (terminal, staging)
        )
        assert do_pdv and do_pdv == da_retaguarda
    assert loja.situacoes() == {9}


def test_recebimento_mudado_na_loja_e_divergencia_e_a_recusada_nao_pergunta_de_novo(elenco: Elenco, loja: Loja) -> None:
    crediario = loja.vender(CREDIARIO, codigo_cliente="52998224725")
    titulo = terminal.RecebimentoOperacaoPdv(item=1, numero_documento=f"1-{crediario}-1", valor=D("20.00"))
    numero = loja.operar(
        Especie.RECEBIMENTO, "20.00", DINHEIRO, recebimentos=[titulo], codigo_cliente="52998224725"
    )  # fmt: skip
    loja.replicar()
    assert Baixa.objects.get().valor == D("20.00")
    loja.mudar("UPDATE recebimento_operacao_pdv SET valor = 19, juros = 1")
    for vez in (1, 2):
        loja.mudar(f"UPDATE operacao_pdv SET situacao_replicacao = 1 WHERE id_operacao = {numero}")
        loja.replicar()
        divergencia = Divergencia.objects.get()
        assert divergencia.vezes == vez
        assert [(d["campo"], d["retaguarda"], d["terminal"]) for d in divergencia.diferencas] == [
            ("recebimentos[1].valor", "20.00", "19.00"),
            ("recebimentos[1].juros", "0.00", "1.00"),
        ]
        Divergencia.objects.update(decisao="recusada")
    assert terminal.OperacaoPdv.objects.get(pk=numero).mensagem.startswith("divergente")
    assert loja.situacoes() == {9} and Baixa.objects.get().valor == D("20.00")
    verificar_tudo()


def test_venda_descancelada_na_loja_e_divergencia_e_nada_volta_sozinho(elenco: Elenco, loja: Loja) -> None:
    venda = loja.vender()
    loja.replicar()
    for cancelado in (1, 0):
        loja.mudar(
            f"UPDATE operacao_pdv SET cancelado = {cancelado}, situacao_replicacao = 1 WHERE id_operacao = {venda}"
        )
        loja.replicar()
        assert saldos(elenco) == (D(0), D("0.00"))
    (diferenca,) = Divergencia.objects.get().diferencas
    assert diferenca == {"campo": "cancelado", "retaguarda": True, "terminal": False}
    verificar_tudo()
