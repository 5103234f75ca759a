"""Processar agora, reprocessar, ignorar: from the list and from the page, with a reason, once."""

from __future__ import annotations

import re
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from auditoria.models import Evento
from pdv.processamento.admin.acoes import cabe, efeito_de_ignorar, efeito_de_processar, efeito_de_reprocessar
from pdv.processamento.atos import services
from pdv.processamento.models import Alvo, AtoPessoa, Geracao
from pdv.replicacao.models import NotaFiscal, OperacaoPdv
from pdv.tabelas import Especie
from tests.pdv.elenco import INSTALACAO, Elenco, estagiar, estagiar_nota, montar_elenco
from tests.pdv.fabricas import nova_chave
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sem_manifesto")]
LISTA = "/admin/replicacao/operacaopdv/"
SITUACOES = (0, 1, 2, 9)
NOTAS = "/admin/replicacao/notafiscal/"


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> Any:
    return entrar(pessoa("ana", "gerente", filiais=(elenco.centro, elenco.bairro)))


def com_situacao(operacao: OperacaoPdv, situacao: int) -> OperacaoPdv:
    OperacaoPdv.objects.filter(pk=operacao.pk).update(situacao_replicacao=situacao)
    if situacao == 9:
        Geracao.objects.create(
            ponto_venda_id=operacao.ponto_venda_id, filial_id=operacao.filial_id, instalacao=INSTALACAO, numero=1,
            id_operacao=operacao.id_operacao, operacao=1, valor_total=operacao.valor_total, criada_em=timezone.now(),
        )  # fmt: skip
    return operacao


def situacao(operacao: OperacaoPdv) -> int:
    operacao.refresh_from_db()
    return operacao.situacao_replicacao


def pedir(cliente: Any, acao: str, *linhas: OperacaoPdv | NotaFiscal, lista: str = LISTA, todas: bool = False) -> Any:
    """The confirmation page of an action on rows of the list."""
    dados = {"action": acao, "_selected_action": [linha.pk for linha in linhas], "index": 0}
    return cliente.post(lista, dados | {"select_across": "1" if todas else "0"})


def confirmar(cliente: Any, pagina: Any, motivo: str = "Produto cadastrado agora", endereco: str = LISTA) -> Any:
    """Send the confirmation page, as a browser would: every hidden field of its form."""
    html = pagina.content.decode()
    html = html[html.index('<input type="hidden" name="token"') :]
    campos: dict[str, list[str]] = {}
    for nome, valor in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html):
        campos.setdefault(nome, []).append(valor)
    return cliente.post(endereco, campos | {"motivo": motivo}, follow=True)


def test_pagina_diz_quantas_quanto_e_o_que_vai_acontecer(elenco: Elenco, ana: Any) -> None:
    erradas = [com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("100.00")), 2) for _ in range(3)]
    feitas = [com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("103.83")), 9) for _ in range(9)]
    html = pedir(ana, "reprocessar", *erradas, *feitas).content.decode()
    assert (
        "12 operações, R$\u00a01.234,47: 3 com erro voltam à fila; "
        "9 já efetuadas são estornadas e processadas de novo." in html
    )
    assert ">Reprocessar" in re.sub(r"\s+", "", html), "o botão diz o que faz"
    assert AtoPessoa.objects.count() == 0


def test_processar_agora_devolve_a_fila_com_motivo_e_quem(elenco: Elenco, ana: Any) -> None:
    errada = com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("10.00")), 2)
    resposta = confirmar(ana, pedir(ana, "processar", errada))
    assert situacao(errada) == 1
    assert "1 operação na fila, para agora." in resposta.content.decode()
    ato = AtoPessoa.objects.get()
    assert (ato.alvo, ato.alvo_id, ato.acao, ato.usuario) == (Alvo.OPERACAO, errada.pk, "processar", "ana")
    assert ato.motivo == "Produto cadastrado agora"
    assert Evento.objects.filter(acao="pdv.processar", ator__contains="ana").count() == 1


def test_enviar_duas_vezes_a_mesma_confirmacao_faz_um_ato_so(elenco: Elenco, ana: Any) -> None:
    errada = com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("10.00")), 2)
    pagina = pedir(ana, "processar", errada)
    confirmar(ana, pagina)
    segunda = confirmar(ana, pagina)
    assert AtoPessoa.objects.count() == 1
    assert "já tinha sido enviada" in segunda.content.decode()


def test_sem_motivo_nada_acontece(elenco: Elenco, ana: Any) -> None:
    errada = com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("10.00")), 2)
    resposta = confirmar(ana, pedir(ana, "ignorar", errada), motivo="  ")
    assert situacao(errada) == 2
    assert "Escreva o motivo" in resposta.content.decode()


def test_recusa_do_servico_volta_a_pagina_com_a_razao(elenco: Elenco, ana: Any) -> None:
    feita = com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("10.00")), 9)
    errada = com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("10.00")), 2)
    resposta = confirmar(ana, pedir(ana, "ignorar", feita, errada), motivo="Motivo que fica digitado")
    html = resposta.content.decode()
    assert resposta.status_code == 409
    assert "Nada foi feito:" in html
    assert "já efetuadas" in html
    assert "Motivo que fica digitado" in html
    assert (situacao(feita), situacao(errada)) == (9, 2)
    assert AtoPessoa.objects.count() == 0


@pytest.mark.parametrize(("acao", "antes", "depois"), [("reprocessar", 9, 1), ("ignorar", 2, 0), ("processar", 0, 1)])
def test_botao_da_pagina_age_numa_so_e_volta_a_ela(
    elenco: Elenco, ana: Any, acao: str, antes: int, depois: int
) -> None:
    operacao = com_situacao(estagiar(elenco.pdv, Especie.ABERTURA, D("10.00")), antes)
    vizinha = com_situacao(estagiar(elenco.pdv, Especie.ABERTURA, D("10.00")), antes)
    pagina = f"{LISTA}{operacao.pk}/change/"
    botao = f"{LISTA}{operacao.pk}/{acao}/"
    assert botao in ana.get(pagina).content.decode()
    resposta = confirmar(ana, ana.get(botao), endereco=botao)
    assert resposta.redirect_chain[-1][0] == pagina
    assert (situacao(operacao), situacao(vizinha)) == (depois, antes)


@pytest.mark.parametrize("grupo", ["operador", "fiscal", "financeiro", "auditor"])
def test_so_o_gerente_age_sobre_operacoes(elenco: Elenco, grupo: str) -> None:
    feita = com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("10.00")), 9)
    cliente = entrar(pessoa("bia", grupo, filiais=(elenco.centro,)))
    assert "reprocessar" not in cliente.get(f"{LISTA}{feita.pk}/change/").content.decode()
    assert cliente.get(f"{LISTA}{feita.pk}/reprocessar/").status_code == 403
    pedir(cliente, "reprocessar", feita)
    assert situacao(feita) == 9


def test_o_fiscal_age_sobre_notas(elenco: Elenco) -> None:
    nota = estagiar_nota(estagiar(elenco.pdv, Especie.VENDA, D("10.00")), "<x/>", nova_chave(7), 7)
    NotaFiscal.objects.filter(pk=nota.pk).update(situacao_replicacao=2, erro_codigo="XML_ILEGIVEL")
    fiscal = entrar(pessoa("bia", "fiscal", filiais=(elenco.centro,)))
    confirmar(fiscal, pedir(fiscal, "processar", nota, lista=NOTAS), endereco=NOTAS)
    nota.refresh_from_db()
    assert nota.situacao_replicacao == 1
    assert AtoPessoa.objects.get().alvo == Alvo.NOTA


def test_ninguem_age_sobre_filial_que_nao_ve(elenco: Elenco) -> None:
    alheia = com_situacao(estagiar(elenco.pdv3, Especie.VENDA, D("10.00")), 2)
    minha = com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("10.00")), 2)
    bia = entrar(pessoa("bia", "gerente", filiais=(elenco.centro,)))
    confirmar(bia, pedir(bia, "processar", minha, alheia))
    assert (situacao(minha), situacao(alheia)) == (1, 2)


def test_selecionar_todas_age_so_no_que_a_pagina_de_confirmacao_contou(elenco: Elenco, ana: Any) -> None:
    erradas = [com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("1.00")), 2) for _ in range(3)]
    filtrada = f"{LISTA}?situacao=2"
    pagina = pedir(ana, "processar", erradas[0], lista=filtrada, todas=True)
    assert "3 operações, R$\u00a03,00: 3 com erro voltam à fila." in pagina.content.decode()
    nova = com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("1.00")), 2)
    recusada = confirmar(ana, pagina, endereco=filtrada)
    assert "A seleção mudou de 3 linhas para 4 linhas" in recusada.content.decode()
    assert AtoPessoa.objects.count() == 0
    confirmar(ana, recusada, endereco=filtrada)
    assert {situacao(o) for o in (*erradas, nova)} == {1}


def test_passar_do_limite_e_dito_antes_e_recusado_depois(
    elenco: Elenco, ana: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "LINHAS_MAXIMO", 2)
    erradas = [com_situacao(estagiar(elenco.pdv, Especie.VENDA, D("1.00")), 2) for _ in range(3)]
    pagina = pedir(ana, "processar", *erradas)
    assert "A seleção passa de 2 operações, o máximo de uma vez." in pagina.content.decode()
    assert "o máximo de uma vez é 2" in confirmar(ana, pagina).content.decode()
    assert {situacao(o) for o in erradas} == {2}


def test_efeitos_sao_ditos_no_singular_e_no_plural() -> None:
    assert efeito_de_processar({2: 1, 0: 2}) == ["1 com erro volta à fila", "2 ignoradas voltam à fila"]
    assert efeito_de_reprocessar({9: 1}) == ["1 já efetuada é estornada e processada de novo"]
    assert efeito_de_ignorar({1: 1, 2: 2}) == ["2 com erro saem da fila", "1 pendente sai da fila"]


def test_botoes_cabem_na_situacao() -> None:
    tabela = {s: [a for a in ("processar", "reprocessar", "ignorar") if cabe(a, s)] for s in SITUACOES}
    assert tabela == {0: ["processar"], 1: ["processar", "ignorar"], 2: ["processar", "ignorar"], 9: ["reprocessar"]}
