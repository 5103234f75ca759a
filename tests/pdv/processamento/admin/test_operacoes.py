"""The list of operations, its search, and the page of one."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from erp.acesso.admin_base import AdminBase
from pdv.processamento.admin import lista
from pdv.processamento.models import Alvo, LogProcessamento
from pdv.replicacao.models import FinalizadorOperacaoPdv, OperacaoPdv
from pdv.tabelas import Especie
from tests.erp.acesso.elenco import leituras
from tests.pdv.elenco import DINHEIRO, Elenco, estagiar, estagiar_nota, estagiar_venda, montar_elenco
from tests.pdv.fabricas import nova_chave
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sem_manifesto")]
LISTA = "/admin/replicacao/operacaopdv/"


def pagina(pk: int) -> str:
    return reverse("admin:replicacao_operacaopdv_change", args=[pk])


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def cliente(elenco: Elenco) -> Any:
    return entrar(pessoa("ana", "gerente", filiais=(elenco.centro, elenco.bairro)))


def ids_listados(resposta: Any) -> set[int]:
    return {linha.pk for linha in resposta.context["cl"].result_list}


def test_lista_nao_conta_linhas_nem_faz_consulta_por_linha(elenco: Elenco, cliente: Any) -> None:
    estagiar(elenco.pdv, Especie.VENDA, D("10.00"))
    cliente.get(LISTA)
    with CaptureQueriesContext(connection) as com_uma:
        cliente.get(LISTA)
    for _ in range(30):
        estagiar(elenco.pdv, Especie.VENDA, D("10.00"))
    with CaptureQueriesContext(connection) as com_muitas:
        assert cliente.get(LISTA).status_code == 200
    assert len(com_muitas) == len(com_uma) <= 16
    sql = " ".join(q["sql"] for q in com_muitas.captured_queries)
    assert "hiperpdv_operacao_pdv" in sql
    assert "COUNT(" not in sql.upper()


def test_quem_e_de_uma_filial_nao_ve_outra_nem_pelo_endereco(elenco: Elenco) -> None:
    minha = estagiar(elenco.pdv, Especie.VENDA, D("10.00"))
    alheia = estagiar(elenco.pdv3, Especie.VENDA, D("99.00"), id_operacao=777)
    bia = entrar(pessoa("bia", "gerente", filiais=(elenco.centro,)))
    assert ids_listados(bia.get(LISTA)) == {minha.pk}
    assert ids_listados(bia.get(LISTA, {"q": "777"})) == set()
    assert alheia.pk not in ids_listados(bia.get(LISTA, {"filial_id": elenco.bairro.pk}))
    assert bia.get(pagina(minha.pk)).status_code == 200
    fora = bia.get(pagina(alheia.pk))
    assert (fora.status_code, fora["Location"]) == (302, "/admin/")
    acao = bia.get(f"{LISTA}{alheia.pk}/reprocessar/")
    assert b"99,00" not in acao.content


def test_quem_nao_tem_filial_nao_ve_nada(elenco: Elenco) -> None:
    estagiar(elenco.pdv, Especie.VENDA, D("10.00"))
    assert ids_listados(entrar(pessoa("bia", "operador")).get(LISTA)) == set()


def test_quem_nao_e_de_grupo_nenhum_nao_entra(elenco: Elenco) -> None:
    operacao = estagiar(elenco.pdv, Especie.VENDA, D("10.00"))
    cliente = entrar(pessoa("bia", filiais=(elenco.centro,)))
    assert cliente.get(LISTA).status_code == 403
    assert cliente.get(pagina(operacao.pk)).status_code == 403


def test_busca_acha_por_numero_chave_nsu_e_pix(elenco: Elenco, cliente: Any) -> None:
    pix = "E1234567820260310150000abcdefghi"
    alvo = estagiar(elenco.pdv3, Especie.VENDA, D("10.00"), id_operacao=4321)
    estagiar(elenco.pdv, Especie.VENDA, D("10.00"), id_operacao=4322)
    FinalizadorOperacaoPdv.objects.create(operacao_id=alvo.pk, item=1, id_finalizador=3, valor=D(5), nsu="000987")
    FinalizadorOperacaoPdv.objects.create(operacao_id=alvo.pk, item=2, id_finalizador=17, valor=D(5), end_to_end_id=pix)
    chave = nova_chave(55)
    estagiar_nota(alvo, "<x/>", chave, 55)
    for termo in ("4321", " 4.321 ", chave, " ".join(re.findall("....", chave)), "000987", pix):
        assert ids_listados(cliente.get(LISTA, {"q": termo})) == {alvo.pk}, termo
    for termo in ("43", "café", "9" * 40, "'; drop table x; --", "99999999999999999999", "E" + "x" * 31):
        assert ids_listados(cliente.get(LISTA, {"q": termo})) == set(), termo


def test_filtros_por_situacao_erro_especie_e_periodo(elenco: Elenco, cliente: Any) -> None:
    hoje = estagiar(elenco.pdv, Especie.VENDA, D("10.00"))
    com_erro = estagiar(elenco.pdv2, Especie.VENDA, D("20.00"))
    sangria = estagiar(elenco.pdv, Especie.SANGRIA, D("30.00"))
    codigos = "PRODUTO_NAO_CADASTRADO:123,PAGAMENTO_NAO_FECHA"
    OperacaoPdv.objects.filter(pk=com_erro.pk).update(situacao_replicacao=2, erro_codigo=codigos)
    OperacaoPdv.objects.filter(pk=sangria.pk).update(situacao_replicacao=9)

    def achadas(**filtros: Any) -> set[int]:
        return ids_listados(cliente.get(LISTA, filtros))

    assert achadas(situacao=2) == {com_erro.pk}
    assert achadas(situacao=9) == {sangria.pk}
    assert achadas(erro="PRODUTO_NAO_CADASTRADO") == {com_erro.pk}
    assert achadas(erro="PRODUTO_NAO_CADASTRADO:123") == {com_erro.pk}
    assert achadas(erro="PRODUTO_NAO_CADASTRADO:12") == set()
    assert achadas(erro="PAGAMENTO_NAO_FECHA") == {com_erro.pk}
    assert achadas(erro="(") == set()
    assert achadas(especie=3) == {sangria.pk}
    assert achadas(ponto_venda_id=elenco.pdv2.pk) == {com_erro.pk}
    assert achadas(quando="hoje") == {hoje.pk, com_erro.pk, sangria.pk}
    assert achadas(quando="ontem") == set()
    amanha = (timezone.localdate() + timedelta(days=1)).strftime("%d/%m/%Y")
    assert achadas(recebido_em_from=amanha) == set()
    assert achadas(recebido_em_to=amanha) == {hoje.pk, com_erro.pk, sangria.pk}
    assert achadas(recebido_em_from="31/02/2026", especie="x") == {hoje.pk, com_erro.pk, sangria.pk}


def test_periodo_acha_as_linhas_pela_chave_primaria(elenco: Elenco, cliente: Any) -> None:
    agora = timezone.now()
    for dias in range(40, 0, -1):
        operacao = estagiar(elenco.pdv, Especie.VENDA, D("1.00"))
        OperacaoPdv.objects.filter(pk=operacao.pk).update(recebido_em=agora - timedelta(days=dias))
    esperadas = set(
        OperacaoPdv.objects.filter(recebido_em__gte=agora - timedelta(days=20)).values_list("pk", flat=True)
    )
    de = (timezone.localdate() - timedelta(days=20)).strftime("%d/%m/%Y")
    with CaptureQueriesContext(connection) as consultas:
        achadas = ids_listados(cliente.get(LISTA, {"recebido_em_from": de}))
    assert achadas >= esperadas
    assert len(achadas) <= len(esperadas) + 1
    assert len(consultas) <= 25


def test_filtro_raro_procura_numa_janela_e_diz_ate_onde(
    elenco: Elenco, cliente: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    antiga = estagiar(elenco.pdv, Especie.SANGRIA, D("1.00"))
    for _ in range(12):
        estagiar(elenco.pdv, Especie.VENDA, D("1.00"))
    monkeypatch.setattr(lista, "JANELA", 10)
    resposta = cliente.get(LISTA, {"especie": 3})
    assert ids_listados(resposta) == set()
    assert "A lista procurou entre as recebidas desde" in resposta.content.decode()
    OperacaoPdv.objects.filter(pk=antiga.pk).update(situacao_replicacao=2)
    assert ids_listados(cliente.get(LISTA, {"situacao": 2})) == {antiga.pk}, "o índice dos erros dispensa a janela"


@pytest.mark.parametrize("digitado", ["31/12/9999", "9999-12-31", "01/01/0001", "31/02/2026", "ontem"])
def test_o_fim_do_calendario_e_o_que_nao_e_data_nao_derrubam_a_lista(
    elenco: Elenco, cliente: Any, digitado: str
) -> None:
    for ponta in ("from", "to"):
        assert cliente.get(LISTA, {f"recebido_em_{ponta}": digitado}).status_code == 200


def test_endereco_nao_filtra_por_coluna_que_nenhum_filtro_declara(elenco: Elenco, cliente: Any) -> None:
    assert cliente.get(LISTA, {"observacao__contains": "x"}).status_code == 400


def test_pagina_diz_o_que_houve_e_o_que_fazer(elenco: Elenco, cliente: Any) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "2", "60.00"), (123, "1", "40.00")], [(DINHEIRO, "110.00", "10.00", 1)])
    OperacaoPdv.objects.filter(pk=venda.pk).update(
        situacao_replicacao=2,
        erro_codigo="PRODUTO_NAO_CADASTRADO:123",
        erro_mensagem="produto 123 não está cadastrado",
        observacao="<script>alert(1)</script>",
    )
    LogProcessamento.objects.create(
        alvo=Alvo.OPERACAO, alvo_id=venda.pk, filial_id=elenco.centro.pk, tentativa=1, em=timezone.now(),
        resultado=LogProcessamento.Resultado.ERRO, mensagem="produto 123 não está cadastrado",
    )  # fmt: skip
    html = cliente.get(pagina(venda.pk)).content.decode()
    assert "Produto não cadastrado: 123" in html
    assert "Cadastre o produto com este código" in html
    assert "CAFÉ TORRADO" not in html, "os itens são os que o PDV mandou"
    assert "R$\u00a0100,00" in html
    assert "Erro – tentativa 1" in html
    assert "<script>alert(1)" not in html


def test_pagina_faz_numero_fixo_de_consultas(elenco: Elenco, cliente: Any) -> None:
    def consultas(itens: int) -> int:
        venda = estagiar_venda(elenco.pdv, [(101, "1", "1.00")] * itens, [(DINHEIRO, f"{itens}.00", "0", 1)])
        with CaptureQueriesContext(connection) as capturadas:
            assert cliente.get(pagina(venda.pk)).status_code == 200
        return len(capturadas)

    consultas(1)
    assert consultas(1) == consultas(40) <= 30


def test_cpf_aparece_inteiro_so_para_quem_pode(elenco: Elenco) -> None:
    venda = estagiar(elenco.pdv, Especie.VENDA, D("10.00"))
    OperacaoPdv.objects.filter(pk=venda.pk).update(cpf_cnpj_consumidor="52998224725")
    gerente = entrar(pessoa("ana", "gerente", filiais=(elenco.centro,))).get(pagina(venda.pk)).content.decode()
    operador = entrar(pessoa("bia", "operador", filiais=(elenco.centro,))).get(pagina(venda.pk)).content.decode()
    assert leituras() == [("ana", "replicacao.OperacaoPdv", str(venda.pk))]  # each on a page of its own
    sem = estagiar(elenco.pdv, Especie.VENDA, D("10.00"), id_operacao=77)
    entrar(pessoa("eva", "gerente", filiais=(elenco.centro,))).get(pagina(sem.pk))
    assert len(leituras()) == 1  # there was nobody's document to read
    assert "529.982.247-25" in gerente
    assert "***.982.247-**" in operador
    assert "529.982" not in operador
    assert "52998224725" not in operador


def test_a_lista_e_uma_janela_e_nao_uma_porta(elenco: Elenco, cliente: Any) -> None:
    operacao = estagiar(elenco.pdv, Especie.VENDA, D("10.00"))
    assert cliente.get(f"{LISTA}add/").status_code == 403
    assert cliente.post(f"{LISTA}{operacao.pk}/delete/", {"post": "yes"}).status_code == 403
    cliente.post(pagina(operacao.pk), {"valor_total": "1.00"})
    operacao.refresh_from_db()
    assert operacao.valor_total == D("10.00")
    assert issubclass(lista.ListaRapida, AdminBase)
