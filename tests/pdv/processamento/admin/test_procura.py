"""The one search box: what it finds, for whom, and what it never writes down."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from auditoria.models import Evento
from clientes.models import Cliente
from pdv.processamento.atos.replicar_de_novo import replicar_de_novo
from pdv.processamento.selectors.busca import documento_em
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import (
    FinalizadorOperacaoPdv,
    NotaFiscal,
    OperacaoArquivada,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
)
from pdv.tabelas import Especie
from tests.pdv.elenco import CREDIARIO, Elenco, estagiar, estagiar_nota, estagiar_venda, montar_elenco
from tests.pdv.fabricas import nova_chave
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sem_manifesto")]
PROCURAR = "/admin/replicacao/operacaopdv/procurar/"
CPF = "52998224725"


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> Any:
    return entrar(pessoa("ana", "gerente", filiais=(elenco.centro, elenco.bairro)))


def ficha(operacao: OperacaoPdv) -> str:
    return f"/admin/replicacao/operacaopdv/{operacao.pk}/change/"


def procurar(cliente: Any, termo: str) -> Any:
    return cliente.post(PROCURAR, {"q": termo})


def lista(cliente: Any, termo: str) -> str:
    resposta = cliente.post(PROCURAR, {"q": termo}, follow=True)
    assert resposta.status_code == 200
    return str(resposta.content.decode())


def de_cpf(elenco: Elenco, cpf: str = CPF, **opcoes: Any) -> OperacaoPdv:
    operacao = estagiar(opcoes.pop("pdv", elenco.pdv), Especie.VENDA, D("10.00"))
    OperacaoPdv.objects.filter(pk=operacao.pk).update(cpf_cnpj_consumidor=cpf)
    return operacao


def test_um_achado_so_leva_direto_a_operacao(elenco: Elenco, ana: Any) -> None:
    pix, chave = "E1234567820260310150000abcdefghi", nova_chave(55)
    alvo = estagiar(elenco.pdv3, Especie.VENDA, D("10.00"), id_operacao=4321)
    estagiar(elenco.pdv, Especie.VENDA, D("10.00"), id_operacao=4322)
    FinalizadorOperacaoPdv.objects.create(operacao_id=alvo.pk, item=1, id_finalizador=3, valor=D(5), nsu="000987")
    FinalizadorOperacaoPdv.objects.create(operacao_id=alvo.pk, item=2, id_finalizador=17, valor=D(5), end_to_end_id=pix)
    estagiar_nota(alvo, "<x/>", chave, 55)
    for termo in (
        "4321",
        " 4.321 ",
        chave,
        f"NFe{chave}",
        "000987",
        pix,
        f"{elenco.pdv3.codigo}-4321-1",
        f"v{elenco.pdv3.codigo}-4321",
    ):
        assert procurar(ana, termo)["Location"] == ficha(alvo), termo


def test_varios_achados_viram_lista_e_nenhum_e_dito_com_jeito(elenco: Elenco, ana: Any) -> None:
    for pdv in (elenco.pdv, elenco.pdv2):
        estagiar(pdv, Especie.VENDA, D("10.00"), id_operacao=900)
    html = lista(ana, "900")
    assert html.count("Venda 900") == 2
    assert "Nada encontrado para 901" in lista(ana, "901")
    assert "Digite o número" in ana.get(PROCURAR).content.decode()
    assert "Digite o número" in lista(ana, "  ")
    for termo in (
        "'; drop table x; --",
        "99999999999999999999",
        "999999999999-1-1",
        "\x00",
        "<script>alert(1)</script>",
    ):
        assert "<script>alert(1)" not in lista(ana, termo)


@pytest.mark.parametrize("digitado", [CPF, "529.982.247-25", " 529982247-25 "])
@pytest.mark.parametrize("guardado", [CPF, "529.982.247-25"])
def test_cpf_acha_com_e_sem_pontuacao(elenco: Elenco, ana: Any, digitado: str, guardado: str) -> None:
    alvo = de_cpf(elenco, guardado)
    assert procurar(ana, digitado)["Location"] == ficha(alvo)


def test_cnpj_com_letras(elenco: Elenco, ana: Any) -> None:
    alvo = de_cpf(elenco, "12ABC34501DE35")
    assert procurar(ana, "12.abc.345/01DE-35")["Location"] == ficha(alvo)


def test_cpf_acha_a_operacao_que_so_traz_o_codigo_do_cliente(elenco: Elenco, ana: Any) -> None:
    Cliente.objects.create(codigo_cliente="000123", cliente_varejo="MARIA", filial="CENTRO", cpf_cgc="529.982.247-25")
    pelo_cadastro = estagiar(elenco.pdv, Especie.RECEBIMENTO, D("10.00"), codigo_cliente="000123")
    assert procurar(ana, CPF)["Location"] == ficha(pelo_cadastro)
    pelo_codigo = estagiar(elenco.pdv, Especie.VENDA, D("10.00"), codigo_cliente=CPF)
    de_outro = estagiar(elenco.pdv, Especie.VENDA, D("10.00"), codigo_cliente="000124")
    achadas = lista(ana, CPF)
    assert [ficha(o) in achadas for o in (pelo_cadastro, pelo_codigo, de_outro)] == [True, True, False]


def test_cpf_nunca_vai_para_o_endereco_nem_para_a_auditoria(elenco: Elenco, ana: Any) -> None:
    de_cpf(elenco), de_cpf(elenco)
    resposta = procurar(ana, CPF)
    assert CPF not in resposta["Location"]
    html = ana.get(resposta["Location"]).content.decode()
    assert "***.982.247-**" in html
    assert CPF not in html
    assert html.count("Venda ") >= 2
    assert CPF not in str(dict(ana.session))
    evento = Evento.objects.get(acao="pdv.procurar_por_documento")
    assert CPF not in str(evento.depois)
    assert "Nada encontrado para ***.444.777-**" in lista(ana, "111.444.777-35")


def test_pelo_endereco_da_lista_cpf_nao_acha_nada(elenco: Elenco, ana: Any) -> None:
    de_cpf(elenco)
    resposta = ana.get("/admin/replicacao/operacaopdv/", {"q": CPF})
    assert list(resposta.context["cl"].result_list) == []
    assert 'method="post" action="/admin/replicacao/operacaopdv/procurar/"' in resposta.content.decode()


def test_quem_nao_pode_ver_documentos_nao_acha_por_eles(elenco: Elenco) -> None:
    de_cpf(elenco)
    bia = entrar(pessoa("bia", "operador", filiais=(elenco.centro,)))
    html = lista(bia, CPF)
    assert "Nada encontrado" in html
    assert "só para quem pode ver documentos" in html


def test_a_outra_filial_nao_aparece(elenco: Elenco, ana: Any) -> None:
    alheia = de_cpf(elenco, pdv=elenco.pdv3)
    de_cpf(elenco, pdv=elenco.pdv3)
    bia = entrar(pessoa("bia", "gerente", filiais=(elenco.centro,)))
    assert "Nada encontrado" in lista(bia, CPF)
    assert "Nada encontrado" in lista(bia, str(alheia.id_operacao))
    pronta = procurar(ana, CPF)["Location"]
    assert "Venda" in ana.get(pronta).content.decode()
    assert "Venda " not in bia.get(pronta).content.decode(), "a lista de um não se abre na sessão de outro"
    assert entrar(pessoa("caio", filiais=(elenco.centro,))).post(PROCURAR, {"q": "1"}).status_code == 403


def test_titulo_leva_a_venda_e_a_quem_o_pagou(elenco: Elenco, ana: Any) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "1", "30.00")], [(CREDIARIO, "30.00", "0", 3)], cliente="1")
    drenar_tudo()
    documento = f"{elenco.pdv.codigo}-{venda.id_operacao}-1"
    assert procurar(ana, documento)["Location"] == ficha(venda)
    recebimento = estagiar(elenco.pdv2, Especie.RECEBIMENTO, D("10.00"))
    RecebimentoOperacaoPdv.objects.create(
        operacao_id=recebimento.pk, item=1, numero_documento=documento, valor=D("10.00")
    )
    html = lista(ana, documento)
    assert f"Venda {venda.id_operacao}" in html
    assert f"Recebimento {recebimento.id_operacao}" in html


def test_vale_leva_a_devolucao_e_a_venda_que_o_usou(elenco: Elenco, ana: Any) -> None:
    devolucao = estagiar(elenco.pdv, Especie.DEVOLUCAO, D("10.00"))
    vale = f"V{elenco.pdv.codigo}-{devolucao.id_operacao}"
    assert procurar(ana, vale)["Location"] == ficha(devolucao)
    venda = estagiar(elenco.pdv2, Especie.VENDA, D("10.00"))
    FinalizadorOperacaoPdv.objects.create(operacao_id=venda.pk, item=1, id_finalizador=9, valor=D(10), nsu=vale)
    html = lista(ana, vale)
    assert f"Devolução {devolucao.id_operacao}" in html
    assert f"Venda {venda.id_operacao}" in html


def test_nota_sem_operacao_e_operacao_arquivada_tambem_se_acham(elenco: Elenco, ana: Any) -> None:
    venda = estagiar(elenco.pdv, Especie.VENDA, D("10.00"))
    chave = nova_chave(77)
    estagiar_nota(venda, "<x/>", chave, 77)
    numero = venda.id_operacao
    replicar_de_novo(ids=[venda.pk], motivo="veio errada do PDV", usuario=pessoa("ana", "gerente"))
    arquivada = OperacaoArquivada.objects.get()
    assert procurar(ana, str(numero))["Location"] == f"/admin/replicacao/operacaoarquivada/{arquivada.pk}/change/"
    bia = entrar(pessoa("bia", "gerente", filiais=(elenco.bairro,)))
    assert "Nada encontrado" in lista(bia, str(numero))
    de_volta = estagiar(elenco.pdv, Especie.VENDA, D("10.00"), id_operacao=numero)
    assert procurar(ana, str(numero))["Location"] == ficha(de_volta), "a que voltou aparece uma vez"
    de_volta.delete()
    nota = NotaFiscal.objects.get(chave=chave)
    assert procurar(ana, chave)["Location"] == f"/admin/replicacao/notafiscal/{nota.pk}/change/"


def test_a_caixa_esta_em_toda_pagina_de_quem_ve_operacoes(elenco: Elenco, ana: Any) -> None:
    caixa = 'id="procurar-em-tudo"'
    for endereco in ("/admin/", "/admin/cadastros/produto/", PROCURAR):
        assert caixa in ana.get(endereco).content.decode(), endereco
    assert caixa not in entrar(pessoa("caio", filiais=(elenco.centro,))).get("/admin/").content.decode()


def test_lista_de_achados_nao_faz_consulta_por_linha(elenco: Elenco, ana: Any) -> None:
    def consultas(quantas: int, cpf: str) -> int:
        for _ in range(quantas):
            de_cpf(elenco, cpf)
        endereco = procurar(ana, cpf)["Location"]
        with CaptureQueriesContext(connection) as capturadas:
            ana.get(endereco)
        return len(capturadas)

    consultas(2, "11144477735")
    assert consultas(2, CPF) == consultas(30, "12345678909") <= 15


@pytest.mark.parametrize(
    ("texto", "documento"),
    [
        (CPF, CPF), ("529.982.247-25", CPF), ("12.345.678/0001-95", "12345678000195"), ("12abc34501de35", "12ABC34501DE35"),
        ("4321", ""), ("E1234567820260310150000abcdefghi", ""), ("", ""), ("JOAO DA SILVA", ""), ("5-123-1", ""),
    ],
)  # fmt: skip
def test_o_que_parece_cpf_ou_cnpj(texto: str, documento: str) -> None:
    assert documento_em(texto) == documento
