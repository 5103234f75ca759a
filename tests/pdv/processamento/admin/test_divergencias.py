"""The page of a divergence: the difference in words, what each decision would do, deciding with a reason."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from pdv.processamento.admin.diferencas import Diferenca, grupos_de
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import Divergencia, OperacaoPdv
from pdv.replicacao.services import receber_pacote
from tests.pdv.elenco import DINHEIRO, PIX, Elenco, montar_elenco
from tests.pdv.fabricas import em_json, nova_operacao, novo_finalizador, novo_item, novo_pacote
from tests.pdv.processamento.admin.test_acoes import confirmar
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sem_manifesto")]
LISTA = "/admin/replicacao/divergencia/"
NBSP = "\u00a0"


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> Any:
    return entrar(pessoa("ana", "gerente", filiais=(elenco.centro,)))


def texto(resposta: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", resposta.content.decode())))


def versao(quantidade: str = "1", *, finalizador: int = DINHEIRO, mais: tuple[Any, ...] = (), **campos: Any) -> Any:
    itens = [novo_item(1, quantidade=quantidade, unitario="10.00", id_produto=101, descricao="CAFÉ"), *mais]
    total = str(sum(float(i["valor_total_liquido"]) for i in itens)) + "0"
    pago = novo_finalizador(1, total, finalizador)
    return nova_operacao(7, itens=itens, finalizadores=[pago], valor_troco="0.00", **campos)


def divergir(elenco: Elenco, *versoes: Any) -> Divergencia:
    for outra in versoes:
        receber_pacote(corpo=em_json(novo_pacote(outra)), ponto_venda=elenco.pdv)
        drenar_tudo()
    return Divergencia.objects.latest("pk")


def lido(d: Divergencia, *, inteiro: bool = False) -> dict[str, list[Diferenca]]:
    return {g.titulo: g.linhas for g in grupos_de(d, documento_inteiro=inteiro)}


def test_cada_campo_com_nome_dinheiro_e_data_como_se_le(elenco: Elenco) -> None:
    d = divergir(
        elenco,
        versao(data_hora_inicio="2026-07-01T10:00:00-03:00"),
        versao("3", finalizador=PIX, data_hora_inicio="2026-07-01T11:30:00-03:00", cpf_cnpj_consumidor="11144477735"),
    )
    assert lido(d) == {
        "Operação": [
            Diferenca("Início", "01/07/2026 10:00:00", "01/07/2026 11:30:00"),
            Diferenca("CPF/CNPJ do consumidor", "***.982.247-**", "***.444.777-**"),
            Diferenca("Produtos", f"R${NBSP}10,00", f"R${NBSP}30,00", f"+ R${NBSP}20,00"),
            Diferenca("Total", f"R${NBSP}10,00", f"R${NBSP}30,00", f"+ R${NBSP}20,00"),
        ],
        "Item 1 – CAFÉ": [
            Diferenca("Quantidade", "1", "3", "+ 2"),
            Diferenca("Total líquido", f"R${NBSP}10,00", f"R${NBSP}30,00", f"+ R${NBSP}20,00"),
        ],
        "Pagamento 1 – Pix": [
            Diferenca("Finalizador", "1 – Dinheiro", "17 – Pix"),
            Diferenca("Valor", f"R${NBSP}10,00", f"R${NBSP}30,00", f"+ R${NBSP}20,00"),
        ],
    }
    assert lido(d, inteiro=True)["Operação"][1].terminal == "111.444.777-35"


def test_item_que_so_um_lado_tem_aparece_inteiro(elenco: Elenco) -> None:
    arroz = novo_item(2, quantidade="1.5", unitario="4.00", id_produto=102, descricao="ARROZ <b>")
    d = divergir(elenco, versao(), versao(mais=(arroz,)))
    assert lido(d)["Item 2 – ARROZ <b>"] == [Diferenca("Inteiro", "não tem", f"1,5 × ARROZ <b> (102), R${NBSP}6,00")]
    ao_contrario = divergir(elenco, versao("5", mais=(arroz,)) | {"id_operacao": 8}, versao("5") | {"id_operacao": 8})
    assert lido(ao_contrario)["Item 2"] == [Diferenca("Inteiro", f"1,5 × ARROZ <b> (102), R${NBSP}6,00", "não tem")]


def test_a_que_o_pdv_diz_ja_nao_cancelada_aparece_na_diferenca(elenco: Elenco, ana: Any) -> None:
    d = divergir(elenco, versao(cancelado=True), versao())
    assert lido(d) == {"Operação": [Diferenca("Cancelada", "Sim", "Não")]}
    assert "Não há mais diferença" not in texto(ana.get(f"{LISTA}{d.pk}/change/"))


def test_cancelada_no_pdv_aparece_na_diferenca(elenco: Elenco) -> None:
    d = divergir(elenco, versao(), versao(observacao="engano", cancelado=True))
    assert lido(d)["Operação"] == [Diferenca("Cancelada", "Não", "Sim"), Diferenca("Observação", "–", "engano")]


def test_pendente_compara_com_o_que_a_retaguarda_tem_agora(elenco: Elenco) -> None:
    d = divergir(elenco, versao(), versao(observacao="entregar"))
    OperacaoPdv.objects.update(observacao="entregar")
    assert lido(d) == {}


def test_a_pagina_mostra_e_aceitar_diz_o_que_sera_desfeito_e_feito(elenco: Elenco, ana: Any) -> None:
    d = divergir(elenco, versao(), versao("3", observacao="<script>alert(1)</script>"))
    pagina = ana.get(f"{LISTA}{d.pk}/change/")
    assert "<script>alert(1)</script>" not in pagina.content.decode()
    dita = texto(pagina)
    assert "Item 1 – CAFÉ" in dita and "Total líquido R$ 10,00 R$ 30,00 + R$ 20,00" in dita
    endereco = f"{LISTA}{d.pk}/aceitar/"
    previa = ana.get(endereco)
    dito = texto(previa)
    assert "Será desfeito" in dito and "Será feito" in dito and "R$ 30,00" in dito
    assert OperacaoPdv.objects.get().valor_total == 10, "a prévia não muda nada"
    resposta = confirmar(ana, previa, motivo="A loja confirmou", endereco=endereco)
    assert "Nova versão aceita e na fila" in resposta.content.decode()
    assert OperacaoPdv.objects.get().valor_total == 30
    depois = texto(resposta)
    assert "Decidida por ana" in depois and "A loja confirmou" in depois
    assert "Ver tudo o que a retaguarda tinha antes de aceitar" in depois
    assert "/aceitar/" not in resposta.content.decode()


def test_manter_a_atual_guarda_o_motivo(elenco: Elenco, ana: Any) -> None:
    d = divergir(elenco, versao(), versao("3"))
    endereco = f"{LISTA}{d.pk}/manter/"
    resposta = confirmar(ana, ana.get(endereco), motivo="Teste do técnico", endereco=endereco)
    assert "Mantida a versão atual." in resposta.content.decode()
    assert OperacaoPdv.objects.get().valor_total == 10
    assert "Teste do técnico" in texto(resposta)


def test_recusa_do_servico_volta_com_o_motivo_digitado(elenco: Elenco, ana: Any) -> None:
    d = divergir(elenco, versao(), versao("3"))
    endereco = f"{LISTA}{d.pk}/aceitar/"
    aberta = ana.get(endereco)
    Divergencia.objects.filter(pk=d.pk).update(
        decisao="recusada", decidida_por="bia", decidida_em="2026-03-10T12:00:00Z"
    )
    resposta = confirmar(ana, aberta, motivo="Cheguei tarde demais", endereco=endereco)
    assert resposta.status_code == 409
    assert "já decidida por bia em 10/03/2026 09:00: mantida a atual" in texto(resposta)
    assert "Cheguei tarde demais" in texto(resposta)


def test_a_mais_antiga_aponta_para_a_mais_nova(elenco: Elenco, ana: Any) -> None:
    nova = divergir(elenco, versao(), versao("3"), versao("4"))
    antiga = Divergencia.objects.earliest("pk")
    pagina = ana.get(f"{LISTA}{antiga.pk}/change/").content.decode()
    assert f"{LISTA}{nova.pk}/change/" in pagina and "Decida primeiro a mais nova" in pagina
    assert "/aceitar/" not in pagina and "/manter/" in pagina


def test_a_lista_abre_no_que_falta_decidir(elenco: Elenco, ana: Any) -> None:
    d = divergir(elenco, versao(), versao("3"), versao("4"))
    Divergencia.objects.filter(pk=d.pk).update(decisao="aceita")
    aberta, outra = Divergencia.objects.earliest("pk"), d
    lista = texto(ana.get(LISTA))
    assert f"Nº {aberta.pk}" in lista and f"Nº {outra.pk}" not in lista
    assert "produtos, total, item 1, pagamento 1" in lista
    todas = texto(ana.get(f"{LISTA}?decisao=todas"))
    assert f"Nº {aberta.pk}" in todas and f"Nº {outra.pk}" in todas
    assert f"Nº {aberta.pk}" not in texto(ana.get(f"{LISTA}?decisao=aceita"))


def test_a_primeira_pagina_conta_as_que_esperam(elenco: Elenco, ana: Any) -> None:
    assert "a decidir" not in texto(ana.get("/admin/"))
    d = divergir(elenco, versao(), versao("3"))
    assert "Divergências 1 a decidir" in texto(ana.get("/admin/"))
    Divergencia.objects.filter(pk=d.pk).update(decisao="recusada")
    assert "a decidir" not in texto(ana.get("/admin/"))


@pytest.mark.parametrize("grupo", ["operador", "fiscal", "financeiro", "TI", "auditor"])
def test_so_o_gerente_decide(elenco: Elenco, grupo: str) -> None:
    d = divergir(elenco, versao(), versao("3"))
    bia = entrar(pessoa("bia", grupo, filiais=(elenco.centro,)))
    pagina = bia.get(f"{LISTA}{d.pk}/change/")
    assert pagina.status_code == 200 and "/aceitar/" not in pagina.content.decode()
    for acao in ("aceitar", "manter"):
        assert bia.get(f"{LISTA}{d.pk}/{acao}/").status_code == 403
        assert bia.post(f"{LISTA}{d.pk}/{acao}/", {"token": "x", "motivo": "sem poder"}).status_code == 403
    assert Divergencia.objects.get().decisao == ""


def test_de_outra_filial_nao_se_ve_nem_se_decide(elenco: Elenco) -> None:
    d = divergir(elenco, versao(), versao("3"))
    bia = entrar(pessoa("bia", "gerente", filiais=(elenco.bairro,)))
    assert bia.get(f"{LISTA}{d.pk}/change/").headers["Location"] == "/admin/"
    assert bia.get(f"{LISTA}{d.pk}/aceitar/").status_code == 404
