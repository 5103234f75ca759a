"""The confirmation page of Reprocessar and Processar agora: the preview, the blocks with their links, the button's words."""

from __future__ import annotations

import re
import uuid
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.cadastros.models import CondicaoFinalizador, PeriodoContabil
from erp.financeiro.models import Baixa, Titulo
from erp.financeiro.services import baixar_titulo
from pdv.processamento.models import AtoPessoa, Geracao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import ItemOperacaoPdv, OperacaoPdv
from pdv.tabelas import Especie
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
from tests.pdv.processamento.admin.test_acoes import LISTA, NOTAS, confirmar, pedir, situacao
from tests.pdv.processamento.conftest import entrar, pessoa
from tests.pdv.processamento.previa.test_prever import com_nota

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sem_manifesto")]


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> Any:
    return entrar(pessoa("ana", "gerente", "financeiro", filiais=(elenco.centro, elenco.bairro)))


def vender(elenco: Elenco, produto: int = 101, finalizador: int = DINHEIRO, **campos: Any) -> OperacaoPdv:
    return estagiar_venda(elenco.pdv, [(produto, "1", "25.00")], [(finalizador, "25.00", "0", 1)], **campos)


def pagina_de(cliente: Any, operacao: OperacaoPdv, acao: str = "reprocessar") -> str:
    return texto(cliente.get(f"{LISTA}{operacao.pk}/{acao}/"))


def texto(resposta: Any) -> str:
    """What is read on the page, tags and all, with single spaces."""
    return re.sub(r"\s+", " ", resposta.content.decode())


def botao(html: str) -> str | None:
    """What the button that acts says; None where there is none."""
    formulario = html[html.index('id="confirmacao"') :].partition("</form>")[0]
    achado = re.search(r'<button[^>]*type="submit"[^>]*>(.*?)</button>', formulario)
    return re.sub("<[^>]+>", "", achado[1]).strip() if achado else None


def baixar(elenco: Elenco, titulo: Titulo) -> Baixa:
    return baixar_titulo(
        titulo_id=titulo.pk, valor=titulo.valor, conta_id=elenco.banco.pk, ocorrido_em=AGORA, motivo="recebido",
        usuario=elenco.ana, chave=uuid.uuid4(),
    )  # fmt: skip


def test_uma_que_fica_igual_diz_nada_muda_e_o_botao_diz_o_que_faz(elenco: Elenco, ana: Any) -> None:
    venda = vender(elenco)
    drenar_tudo()
    html = pagina_de(ana, venda)
    assert "<strong>Nada muda.</strong>" in html
    assert "101 – CAFÉ TORRADO 500 G" in html and "geração 1 → 2" in html
    assert botao(html) == "Estornar e reprocessar 1 operação"
    assert situacao(venda) == 9


def test_uma_que_muda_mostra_os_dois_lados(elenco: Elenco, ana: Any) -> None:
    venda = vender(elenco, finalizador=CREDITO)
    drenar_tudo()
    CondicaoFinalizador.objects.filter(finalizador__codigo=CREDITO).update(taxa_percentual=D(4))
    html = pagina_de(ana, venda)
    linha = html[html.index("A pagar: Cartão 1/1") :]
    assert linha.index("R$ 0,75") < linha.index("R$ 1,00")
    assert "Nada muda" not in html


def test_o_que_se_desfaz_sem_nada_no_lugar_e_o_que_se_faz_a_mais_tem_nome(elenco: Elenco, ana: Any) -> None:
    venda = vender(elenco, finalizador=CREDITO)
    drenar_tudo()
    condicao = CondicaoFinalizador.objects.filter(finalizador__codigo=CREDITO)
    condicao.update(taxa_percentual=0)
    html = pagina_de(ana, venda)
    assert "A pagar: Cartão 1/1" in html and botao(html) == "Estornar e reprocessar 1 operação"
    confirmar(ana, pedir(ana, "reprocessar", venda), motivo="A taxa acabou")
    drenar_tudo()
    condicao.update(taxa_percentual=D(4))
    assert "A pagar: Cartão 1/1" in pagina_de(ana, venda)


def test_muitas_mostram_somas_e_as_que_mudam(elenco: Elenco, ana: Any) -> None:
    vendas = [vender(elenco, finalizador=CREDITO) for _ in range(2)] + [vender(elenco)]
    drenar_tudo()
    CondicaoFinalizador.objects.filter(finalizador__codigo=CREDITO).update(taxa_percentual=D(4))
    html = texto(pedir(ana, "reprocessar", *vendas))
    assert "3 serão lançadas, 3 estornadas antes, 1 fica igual. 8 lançamentos desfeitos, 8 feitos." in html
    assert re.search(r"Títulos a pagar</td>.*?R\$ 1,50.*?R\$ 2,00.*?<strong>R\$ 0,50</strong>", html)
    assert html.count("rtg-previa-linha") == 2, "só as que mudam"
    assert botao(html) == "Estornar e reprocessar 3 operações"


def test_titulo_baixado_a_mao_leva_ao_titulo_e_a_baixa_e_esconde_o_botao(elenco: Elenco, ana: Any) -> None:
    venda = vender(elenco, finalizador=CREDIARIO, cliente="C1")
    drenar_tudo()
    titulo = Titulo.objects.get(especie="crediario")
    baixa = baixar(elenco, titulo)
    html = pagina_de(ana, venda)
    assert "O que impede" in html
    assert f'href="/admin/financeiro/titulo/{titulo.pk}/change/">Título {titulo.documento}, parcela 1</a>' in html
    assert f'href="/admin/financeiro/baixa/{baixa.pk}/change/">Desfazer a baixa {baixa.pk}</a>' in html
    assert botao(html) is None


def test_titulo_pago_num_caixa_leva_a_operacao_que_o_recebeu(elenco: Elenco, ana: Any) -> None:
    venda = vender(elenco, finalizador=CREDIARIO, cliente="C1")
    drenar_tudo()
    titulo = Titulo.objects.get(especie="crediario")
    recebimento = estagiar_completa(
        elenco.pdv2, Especie.RECEBIMENTO, pagos=[Pago(DINHEIRO, "25.00")],
        quitados=[Quitado(titulo.documento, 1, "25.00")], codigo_cliente="C1",
    )  # fmt: skip
    drenar_tudo()
    assert situacao(recebimento) == 9
    html = pagina_de(ana, venda)
    endereco = f"{LISTA}{recebimento.pk}/change/"
    assert f'href="{endereco}">Cancele antes Recebimento {recebimento.id_operacao}</a>' in html
    assert botao(html) is None


def test_com_bloqueadas_escolhe_se_deixar_de_fora(elenco: Elenco, ana: Any) -> None:
    presa = vender(elenco, finalizador=CREDIARIO, cliente="C1")
    outra = vender(elenco, produto=102)
    livre = vender(elenco)
    drenar_tudo()
    baixar(elenco, Titulo.objects.get(especie="crediario"))
    ItemOperacaoPdv.objects.filter(operacao_id=outra.pk).update(id_produto=999)
    pagina = pedir(ana, "reprocessar", presa, outra, livre)
    html = texto(pagina)
    assert "2 não podem ser feitas" in html
    assert "Deixar de fora as 2 bloqueadas e reprocessar só a operação que pode" in html
    assert botao(html) == "Estornar e reprocessar 1 operação"
    recusada = confirmar(ana, pagina)
    assert (recusada.status_code, AtoPessoa.objects.count()) == (409, 0)
    token = re.search(r'name="token" value="([^"]*)"', recusada.content.decode())
    assert token
    dados = {
        "token": token[1], "motivo": "Conferência do mês", "pular_bloqueadas": "on", "action": "reprocessar",
        "_selected_action": [presa.pk, outra.pk, livre.pk], "select_across": "0",
    }  # fmt: skip
    feita = texto(ana.post(LISTA, dados, follow=True))
    assert "1 operação na fila para reprocessar. 2 bloqueadas ficaram como estavam." in feita
    assert (situacao(presa), situacao(outra), situacao(livre)) == (9, 9, 1)


def test_periodo_fechado_sem_permissao_impede_e_com_ela_diz_o_dia(elenco: Elenco, ana: Any) -> None:
    venda = vender(elenco)
    drenar_tudo()
    PeriodoContabil.objects.create(inicio=date(2026, 3, 1), fim=date(2026, 3, 31))
    bia = entrar(pessoa("bia", "gerente", filiais=(elenco.centro,)))
    html = pagina_de(bia, venda)
    assert "você não tem a permissão de reprocessar período fechado" in html
    assert botao(html) is None
    html = pagina_de(ana, venda)
    assert "O que é de 10/03/2026 cai em 01/04/2026" in html
    assert botao(html) == "Estornar e reprocessar 1 operação"


def test_processar_agora_diz_antes_o_que_continuaria_com_erro(elenco: Elenco, ana: Any) -> None:
    errada = vender(elenco, produto=777)
    drenar_tudo()
    html = pagina_de(ana, errada, "processar")
    assert "Continuaria sem ser lançada" in html and "produto 777 não está cadastrado" in html
    assert botao(html) == "Processar agora 1 operação"
    ItemOperacaoPdv.objects.filter(operacao_id=errada.pk).update(id_produto=101)
    html = pagina_de(ana, errada, "processar")
    assert "Continuaria" not in html and "101 – CAFÉ TORRADO 500 G" in html


def test_ocupado_pede_para_tentar_de_novo_e_o_motivo_digitado_fica(elenco: Elenco, ana: Any) -> None:
    venda = vender(elenco)
    drenar_tudo()
    endereco = f"{LISTA}{venda.pk}/reprocessar/"
    outra = connection.copy()
    outra.set_autocommit(False)
    try:
        with outra.cursor() as cursor:
            cursor.execute("SELECT 1 FROM estoque_saldo FOR UPDATE")
        html = texto(ana.get(endereco))
    finally:
        outra.rollback()
        outra.close()
    assert "Tentar de novo" in html and "Estornar e reprocessar" not in html
    token = re.search(r'name="token" value="([^"]*)"', html)
    assert token
    de_novo = texto(ana.post(endereco, {"token": token[1], "recalcular": "1", "motivo": "Conferência do mês"}))
    assert "Nada muda" in de_novo and "Conferência do mês" in de_novo
    assert (AtoPessoa.objects.count(), situacao(venda)) == (0, 9)


def test_quem_confirma_depois_de_outro_ve_o_que_mudou(elenco: Elenco, ana: Any) -> None:
    venda = vender(elenco)
    drenar_tudo()
    endereco = f"{LISTA}{venda.pk}/reprocessar/"
    bia = entrar(pessoa("bia", "gerente", filiais=(elenco.centro,)))
    de_ana, de_bia = ana.get(endereco), bia.get(endereco)
    confirmar(ana, de_ana, endereco=endereco)
    drenar_tudo()
    recusada = confirmar(bia, de_bia, endereco=endereco)
    assert recusada.status_code == 409
    assert "ana agiu sobre a mesma seleção" in recusada.content.decode()
    assert sorted(Geracao.objects.values_list("numero", flat=True)) == [1, 2]
    drenar_tudo()
    confirmar(bia, recusada, endereco=endereco)  # the page shown with the refusal is the new one
    drenar_tudo()
    assert Geracao.objects.count() == 3


def test_nota_mostra_o_documento_dos_dois_lados(elenco: Elenco, ana: Any) -> None:
    nota = com_nota(vender(elenco))
    drenar_tudo()
    html = texto(ana.get(f"{NOTAS}{nota.pk}/reprocessar/"))
    assert "Documento fiscal" in html and "Nada muda" in html
    assert botao(html) == "Estornar e reprocessar 1 nota"


def test_a_pagina_nao_faz_consulta_por_linha(elenco: Elenco, ana: Any) -> None:
    """Two rows or thirty, as many queries; the drain's own question of who asked for each estorno apart."""
    contagens = []
    for quantas in (2, 30):
        vendas = [vender(elenco) for _ in range(quantas)]
        drenar_tudo()
        with CaptureQueriesContext(connection) as consultas:
            pedir(ana, "reprocessar", *vendas)
        contagens.append(sum("motivo FROM pdv_ato_pessoa" not in c["sql"] for c in consultas.captured_queries))
    assert contagens[0] == contagens[1]


def test_reprocesso_em_massa_mostra_as_somas_as_diferencas_e_o_que_impede(elenco: Elenco, ana: Any) -> None:
    vendas = [vender(elenco, finalizador=CREDITO) for _ in range(3)] + [vender(elenco)]
    presa = vender(elenco, finalizador=CREDIARIO, cliente="C1")
    drenar_tudo()
    baixa = baixar(elenco, Titulo.objects.get(especie="crediario"))
    CondicaoFinalizador.objects.filter(finalizador__codigo=CREDITO).update(taxa_percentual=D(4))
    html = texto(ana.get(f"{LISTA}reprocessar-todas/?situacao=9"))
    assert "4 serão lançadas, 4 estornadas antes, 1 fica igual." in html
    assert html.count("rtg-previa-linha") == 3
    bloqueadas = html[html.index('id="bloqueadas"') :].partition("</ul>")[0]
    assert f"Venda {presa.id_operacao}" in bloqueadas and f"Desfazer a baixa {baixa.pk}" in bloqueadas
    assert {situacao(o) for o in (*vendas, presa)} == {9}
