"""The pages of the mass reprocess: what the filter shows, asked once with a reason; the progress; the buttons."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.contrib.auth.models import User

from pdv.processamento.admin.reprocessos import estimativa
from pdv.processamento.models import Reprocesso, ReprocessoItem
from pdv.processamento.reprocesso import selectors
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from pdv.tabelas import Especie
from tests.pdv.elenco import DINHEIRO, Elenco, estagiar, estagiar_venda, montar_elenco
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sem_manifesto")]
LISTA = "/admin/replicacao/operacaopdv/"
TODAS = f"{LISTA}reprocessar-todas/"
REPROCESSOS = "/admin/processamento/reprocesso/"


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> Any:
    return entrar(pessoa("ana", "gerente", filiais=(elenco.centro,)))


def com_situacao(elenco: Elenco, situacao: int, quantas: int = 1, *, pdv: Any = None) -> list[OperacaoPdv]:
    linhas = [estagiar(pdv or elenco.pdv, Especie.VENDA, D("10.00")) for _ in range(quantas)]
    OperacaoPdv.objects.filter(pk__in=[o.pk for o in linhas]).update(situacao_replicacao=situacao)
    return linhas


def texto(resposta: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", resposta.content.decode())))


def confirmar(cliente: Any, endereco: str, motivo: str = "Taxa do cartão corrigida", token: str | None = None) -> Any:
    if token is None:
        achado = re.search(r'name="token" value="([^"]+)"', cliente.get(endereco).content.decode())
        assert achado is not None
        token = achado[1]
    return cliente.post(endereco, {"token": token, "motivo": motivo, "select_across": "1"}, follow=True)


def escolhidas() -> set[int]:
    return set(ReprocessoItem.objects.values_list("operacao_id", flat=True))


def pedido(elenco: Elenco, **campos: Any) -> Reprocesso:
    quem = User.objects.get(username="ana")
    base: dict[str, Any] = {
        "situacao": 1, "descricao": "todas", "motivo": "Taxa corrigida", "total": 10, "feitas": 4, "falhas": 3,
        "filiais": [elenco.centro.pk], "pedido_por": quem, "pedido_em": "2026-03-10T12:00:00Z",
    }  # fmt: skip
    return Reprocesso.objects.create(**base | campos)


def test_o_botao_leva_o_filtro_e_o_resumo_diz_o_que_sera_feito(elenco: Elenco, ana: Any) -> None:
    com_situacao(elenco, 2, 3)
    com_situacao(elenco, 9, 2)
    assert f"{TODAS}?situacao=2" in ana.get(f"{LISTA}?situacao=2").content.decode()
    todas = texto(ana.get(TODAS))
    assert "Filtro – todas" in todas and "5 operações R$ 50,00" in todas
    assert "3 com erro voltam à fila" in todas and "2 já efetuadas são estornadas e processadas de novo" in todas
    filtrada = texto(ana.get(f"{TODAS}?situacao=2"))
    assert "Filtro – situação: Com erro" in filtrada and "3 operações R$ 30,00" in filtrada
    assert "efetuada" not in filtrada


@pytest.mark.django_db(transaction=True)
def test_a_previa_soma_o_que_sera_desfeito_e_feito_e_nada_muda(elenco: Elenco, ana: Any) -> None:
    for _ in range(2):
        estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()
    elenco.cafe.codigo = 999
    elenco.cafe.save()
    dito = texto(ana.get(TODAS))
    assert "2 não podem ser feitas" in dito and "Produto não cadastrado: 101" in dito
    elenco.cafe.codigo = 101
    elenco.cafe.save()
    assert "Nada muda. As 2 serão estornadas e lançadas de novo, iguais." in texto(ana.get(TODAS))
    assert set(OperacaoPdv.objects.values_list("situacao_replicacao", flat=True)) == {9}


def test_confirmar_pede_so_o_que_o_filtro_mostra_e_vai_para_o_andamento(elenco: Elenco, ana: Any) -> None:
    erradas = com_situacao(elenco, 2, 3)
    com_situacao(elenco, 9, 2)
    resposta = confirmar(ana, f"{TODAS}?situacao=2")
    reprocesso = Reprocesso.objects.get()
    assert resposta.redirect_chain[-1][0] == f"{REPROCESSOS}{reprocesso.pk}/change/"
    assert "3 operações a reprocessar" in texto(resposta)
    assert (reprocesso.descricao, reprocesso.motivo) == ("situação: Com erro", "Taxa do cartão corrigida")
    assert escolhidas() == {o.pk for o in erradas}


def test_o_periodo_e_a_busca_entram_na_descricao(elenco: Elenco, ana: Any) -> None:
    [uma] = com_situacao(elenco, 2)
    confirmar(ana, f"{TODAS}?q={uma.id_operacao}&recebido_em_from=01/01/2020")
    assert Reprocesso.objects.get().descricao == f"busca: {uma.id_operacao}; recebidas desde 01/01/2020"


def test_documento_digitado_no_endereco_nao_fica_na_descricao(elenco: Elenco, ana: Any) -> None:
    [linha] = com_situacao(elenco, 9)
    OperacaoPdv.objects.filter(pk=linha.pk).update(cpf_cnpj_consumidor="52998224725")
    pagina = texto(ana.get(f"{TODAS}?q=52998224725"))
    assert "***.982.247-**" in pagina
    assert "52998224725" not in pagina.replace("q=52998224725", "")


def test_enviar_duas_vezes_faz_um_so(elenco: Elenco, ana: Any) -> None:
    com_situacao(elenco, 2)
    pagina = ana.get(TODAS).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', pagina)
    assert token is not None
    confirmar(ana, TODAS, token=token[1])
    assert "já tinha sido enviada" in texto(confirmar(ana, TODAS, token=token[1]))
    assert Reprocesso.objects.count() == 1


def test_o_que_chegou_depois_da_pagina_fica_de_fora(elenco: Elenco, ana: Any) -> None:
    antes = com_situacao(elenco, 2, 2)
    token = re.search(r'name="token" value="([^"]+)"', ana.get(TODAS).content.decode())
    assert token is not None
    com_situacao(elenco, 2)
    confirmar(ana, TODAS, token=token[1])
    assert escolhidas() == {o.pk for o in antes}


def test_se_o_filtro_passa_a_mostrar_mais_confere_se_de_novo(elenco: Elenco, ana: Any) -> None:
    com_situacao(elenco, 2)
    [voltou] = com_situacao(elenco, 9)
    com_situacao(elenco, 2)
    endereco = f"{TODAS}?situacao=2"
    token = re.search(r'name="token" value="([^"]+)"', ana.get(endereco).content.decode())
    assert token is not None
    OperacaoPdv.objects.filter(pk=voltou.pk).update(situacao_replicacao=2)
    resposta = confirmar(ana, endereco, token=token[1])
    assert resposta.status_code == 409
    assert "mostrava 2 operações e agora mostra 3: confira de novo" in texto(resposta)
    assert not Reprocesso.objects.exists()


def test_ninguem_reprocessa_filial_que_nao_ve(elenco: Elenco, ana: Any) -> None:
    [minha] = com_situacao(elenco, 2)
    com_situacao(elenco, 2, pdv=elenco.pdv3)
    confirmar(ana, TODAS)
    assert escolhidas() == {minha.pk}


def test_mais_que_o_maximo_e_dito_e_recusado(elenco: Elenco, ana: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    com_situacao(elenco, 2, 4)
    monkeypatch.setattr(selectors, "MAXIMO", 3)
    monkeypatch.setattr("pdv.processamento.reprocesso.services.MAXIMO", 3)
    monkeypatch.setattr("pdv.processamento.admin.em_massa.MAXIMO", 3)
    assert "O filtro mostra mais de 3 operações" in texto(ana.get(TODAS))
    assert "mais de 3 operações" in texto(confirmar(ana, TODAS))
    assert not Reprocesso.objects.exists()


def test_acima_do_limite_o_botao_pede_aprovacao(elenco: Elenco, ana: Any, settings: Any) -> None:
    settings.REPROCESSO_APROVACAO_ACIMA = 1
    com_situacao(elenco, 2, 2)
    assert "Pedir aprovação para 2 operações" in texto(ana.get(TODAS))
    resposta = texto(confirmar(ana, TODAS))
    assert "outra pessoa precisa aprovar" in resposta and "À espera de aprovação" in resposta


def test_quem_aprova_abre_antes_o_reprocesso_que_pedem(elenco: Elenco, ana: Any, settings: Any) -> None:
    settings.REPROCESSO_APROVACAO_ACIMA = 0
    com_situacao(elenco, 2)
    confirmar(ana, TODAS)
    reprocesso = Reprocesso.objects.get()
    pedido = f"/admin/acesso/aprovacao/{reprocesso.aprovacao_id}/change/"
    elo = f'href="{REPROCESSOS}{reprocesso.pk}/change/"'
    caio, dora = (
        entrar(pessoa(nome, "gerente", filiais=(filial,)))
        for nome, filial in (("caio", elenco.bairro), ("dora", elenco.centro))
    )
    assert elo in dora.get(pedido).content.decode() and elo not in caio.get(pedido).content.decode()


def test_sem_motivo_ou_filtro_vazio_nada_acontece(elenco: Elenco, ana: Any) -> None:
    assert "não mostra nenhuma operação" in texto(ana.get(TODAS))
    com_situacao(elenco, 2)
    assert "Escreva o motivo" in texto(confirmar(ana, TODAS, motivo=" "))
    assert "nenhuma operação" in texto(confirmar(ana, f"{TODAS}?situacao=9"))
    assert not Reprocesso.objects.exists()


@pytest.mark.parametrize("grupo", ["operador", "fiscal", "financeiro", "TI", "auditor"])
def test_so_o_gerente_pede_pausa_e_cancela(elenco: Elenco, ana: Any, grupo: str) -> None:
    com_situacao(elenco, 2)
    reprocesso = pedido(elenco)
    bia = entrar(pessoa("bia", grupo, filiais=(elenco.centro,)))
    assert TODAS not in bia.get(LISTA).content.decode()
    assert bia.get(TODAS).status_code == bia.post(TODAS).status_code == 403
    pagina = bia.get(f"{REPROCESSOS}{reprocesso.pk}/change/")
    assert pagina.status_code == 200 and "/mandar/" not in pagina.content.decode()
    assert bia.post(f"{REPROCESSOS}{reprocesso.pk}/cancelar/mandar/").status_code == 403
    reprocesso.refresh_from_db()
    assert reprocesso.situacao == 1


def test_o_andamento_mostra_numeros_barra_e_falhas_agrupadas(elenco: Elenco, ana: Any) -> None:
    reprocesso = pedido(elenco)
    presas = com_situacao(elenco, 9, 2)
    [sem_produto] = com_situacao(elenco, 2)
    for operacao, codigo, mensagem in (
        (presas[0], "TITULO_BAIXADO", "o título 7 foi baixado"),
        (presas[1], "TITULO_BAIXADO", "o título 8 foi baixado"),
        (sem_produto, "PRODUTO_NAO_CADASTRADO:102", "produto 102 não está cadastrado <b>"),
    ):
        ReprocessoItem.objects.create(
            reprocesso=reprocesso, operacao_id=operacao.pk, situacao=3, codigo=codigo, mensagem=mensagem
        )
    resposta = ana.get(f"{REPROCESSOS}{reprocesso.pk}/change/")
    pagina = texto(resposta)
    assert "Prontas 70 % Feitas 4 Com falha 3 Faltam 3" in pagina
    assert '<progress class="rtg-progresso" max="100" value="70"' in resposta.content.decode()
    assert pagina.index("Título já baixado") < pagina.index("Produto não cadastrado: 102")
    assert "produto 102 não está cadastrado <b>" in pagina, "o que vem de fora é escapado"
    elo = re.search(r'href="([^"]+reprocesso=[^"]+TITULO_BAIXADO)"', resposta.content.decode())
    assert elo is not None
    lista = ana.get(html.unescape(elo[1]))
    assert {o.pk for o in lista.context["cl"].result_list} == {o.pk for o in presas}
    assert f"nº {reprocesso.pk}, falhou (TITULO_BAIXADO)" in texto(ana.get(html.unescape(elo[1]).replace(LISTA, TODAS)))


def test_o_quadro_em_json_diz_o_mesmo_que_a_pagina(elenco: Elenco, ana: Any) -> None:
    reprocesso = pedido(elenco, total=2_000, feitas=1_234)
    quadro = ana.get(f"{REPROCESSOS}{reprocesso.pk}/andamento/").json()
    assert quadro == {
        "situacao": "Em andamento", "vivo": True, "porcento": 61, "feitas": "1.234", "falhas": "3", "na_fila": "0",
        "restantes": "763", "total": "2.000", "ritmo": "", "falta": "",
    }  # fmt: skip


def test_os_botoes_pausam_continuam_e_cancelam_uma_vez(elenco: Elenco, ana: Any) -> None:
    reprocesso = pedido(elenco)

    def mandar(comando: str) -> str:
        return texto(ana.post(f"{REPROCESSOS}{reprocesso.pk}/{comando}/mandar/", follow=True))

    assert "Pausado. O que já estava na fila termina." in mandar("pausar")
    assert "Nada foi feito" in mandar("pausar")
    assert "Continua de onde parou." in mandar("continuar")
    assert "Cancelado: o que ainda não tinha sido enviado" in mandar("cancelar")
    assert "já está cancelado" in mandar("continuar")
    assert ana.get(f"{REPROCESSOS}{reprocesso.pk}/cancelar/mandar/").status_code == 404
    assert ana.post(f"{REPROCESSOS}{reprocesso.pk}/apagar/mandar/").status_code == 404


def test_quem_nao_ve_todas_as_filiais_do_reprocesso_nao_o_ve(elenco: Elenco, ana: Any) -> None:
    alheio = pedido(elenco, filiais=[elenco.centro.pk, elenco.bairro.pk])
    assert ana.get(f"{REPROCESSOS}{alheio.pk}/andamento/").status_code == 404
    assert ana.post(f"{REPROCESSOS}{alheio.pk}/cancelar/mandar/").status_code == 404
    assert ana.get(f"{REPROCESSOS}{alheio.pk}/change/").headers["Location"] == "/admin/"
    assert f"Nº {alheio.pk}" not in texto(ana.get(REPROCESSOS))


def test_a_lista_diz_quanto_ja_foi(elenco: Elenco, ana: Any) -> None:
    reprocesso = pedido(elenco)
    assert f"Nº {reprocesso.pk}" in texto(ana.get(f"{REPROCESSOS}?situacao=1"))
    assert "7 de 10" in texto(ana.get(REPROCESSOS))
    assert f"Nº {reprocesso.pk}" not in texto(ana.get(f"{REPROCESSOS}?situacao=4"))


def test_a_estimativa_e_dita_em_palavras() -> None:
    ditas = [estimativa(timedelta(seconds=s)) for s in (10, 61, 720, 7500)]
    assert ditas == [
        "falta menos de um minuto", "falta cerca de 1 minuto", "falta cerca de 12 minutos", "falta cerca de 2 h 5 min",
    ]  # fmt: skip
