from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from erp.acesso.models import FormularioEnviado
from erp.financeiro.models import Baixa, Lancamento, SaldoConta, Titulo
from erp.financeiro.selectors import abertos_de
from tests.erp.elenco import CPF, conta, empresa, estornar_titulo, filial, hoje, navegador, titulo
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
D = Decimal
TITULOS, BAIXAS, BAIXAR = "/admin/financeiro/titulo/", "/admin/financeiro/baixa/", "/admin/financeiro/titulo/baixar/"


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Any:
    empresa()
    yield
    verificar_tudo()


@pytest.fixture
def caio() -> Client:
    return navegador("financeiro", 1)


def pagina_de_baixa(cliente: Client, *titulos: Titulo) -> Any:
    """The action of the list, followed to its page."""
    dados = {"action": "baixar", "_selected_action": [t.pk for t in titulos]}
    return cliente.post(TITULOS, dados, follow=True)


def preencher(pagina: Any, valores: dict[int, tuple[str, str, str]] | None = None, **campos: Any) -> dict[str, Any]:
    """The page's form as it comes, with the account and the reason filled in, and some amounts changed."""
    form = pagina.context["form"]
    dados = {"ids": pagina.context["ids"], "conta": conta().pk, "motivo": "depósito", "chave": form["chave"].value()}
    dados["ocorrido_em"] = form["ocorrido_em"].value()
    for linha in pagina.context["linhas"]:
        valor, juros, desconto = (valores or {}).get(linha.titulo.pk, (linha.form["valor"].value(), "", ""))
        prefixo = linha.form.prefix
        dados |= {f"{prefixo}-valor": valor, f"{prefixo}-juros": juros, f"{prefixo}-desconto": desconto}
    return dados | campos


def test_baixar_um_titulo_pela_lista(caio: Client) -> None:
    alvo = titulo("1234.56")
    pagina = pagina_de_baixa(caio, alvo)
    assert pagina.context["linhas"][0].form["valor"].value() == "1234,56"
    resposta = caio.post(BAIXAR, preencher(pagina, {alvo.pk: ("1.000,00", "2,5", "0,5")}), follow=True)
    assert "1 título baixado." in resposta.content.decode()
    baixa = Baixa.objects.get()
    assert (baixa.valor, baixa.juros, baixa.desconto, baixa.feita_por) == (D(1000), D("2.5"), D("0.5"), "caio")
    assert SaldoConta.objects.get(conta=conta()).valor == D(1002)
    assert abertos_de([alvo.pk]) == {alvo.pk: D("234.56")}


def test_baixar_varios_a_receber_e_a_pagar_de_uma_vez(caio: Client) -> None:
    a_receber, a_pagar, fechado = titulo("100"), titulo("3", "P"), titulo("5")
    estornar_titulo(fechado)
    pagina = pagina_de_baixa(caio, a_receber, a_pagar, fechado)
    texto = pagina.content.decode()
    assert "Ficam de fora, porque não têm nada em aberto" in texto and "97,00" in texto
    assert "2 títulos baixados." in caio.post(BAIXAR, preencher(pagina), follow=True).content.decode()
    assert SaldoConta.objects.get(conta=conta()).valor == D(97)


def test_clique_duplo_baixa_uma_vez(caio: Client) -> None:
    alvo = titulo("100")
    dados = preencher(pagina_de_baixa(caio, alvo), {alvo.pk: ("40", "", "")})
    caio.post(BAIXAR, dados)
    resposta = caio.post(BAIXAR, dados, follow=True)
    assert "1 título baixado." in resposta.content.decode()
    assert (Baixa.objects.count(), abertos_de([alvo.pk])) == (1, {alvo.pk: D(60)})


def test_clique_duplo_na_baixa_total_tambem_nao_da_erro(caio: Client) -> None:
    dados = preencher(pagina_de_baixa(caio, titulo("100")))
    caio.post(BAIXAR, dados)
    assert caio.post(BAIXAR, dados).status_code == 302
    assert Baixa.objects.count() == 1


@pytest.mark.parametrize(
    ("valores", "campos", "mensagem"),
    [
        (("100,01", "", ""), {}, "passa 0,01"),
        (("0", "", ""), {}, "o valor é zero"),
        (("", "", ""), {}, "Este campo é obrigatório"),
        (("abc", "", ""), {}, "não é um número"),
        (("-5", "", ""), {}, "fora do intervalo"),
        (("10", "", "11"), {}, "o desconto 11,00 passa do valor com juros"),
        (("100", "", ""), {"motivo": ""}, "Este campo é obrigatório"),
        (("100", "", ""), {"ocorrido_em": "2099-01-01T10:00"}, "a data é no futuro"),
        (("100", "", ""), {"conta": "999999"}, "Faça uma escolha válida"),
        (("100", "", ""), {"chave": "x"}, ""),
    ],
)
def test_baixa_errada_volta_com_a_explicacao(
    caio: Client, valores: tuple[str, str, str], campos: dict[str, Any], mensagem: str
) -> None:
    alvo = titulo("100")
    resposta = caio.post(BAIXAR, preencher(pagina_de_baixa(caio, alvo), {alvo.pk: valores}, **campos))
    assert resposta.status_code in (200, 409)
    assert mensagem in resposta.content.decode()
    assert not Baixa.objects.exists()


def test_conta_de_outra_filial_e_titulo_de_outra_filial_ficam_fora(caio: Client) -> None:
    meu, alheio = titulo("100"), titulo("100", filial_id=filial(2).pk)
    pagina = caio.get(BAIXAR, {"ids": f"{meu.pk},{alheio.pk},zzz,{'9' * 30}"})
    assert [linha.titulo.pk for linha in pagina.context["linhas"]] == [meu.pk]
    dados = preencher(pagina, conta=conta("COFRE-2").pk)
    assert caio.post(BAIXAR, dados).context["form"].errors["conta"]
    forjado = preencher(pagina) | {"ids": f"{alheio.pk}", f"t{alheio.pk}-valor": "100"}
    caio.post(BAIXAR, forjado)
    assert not Baixa.objects.exists()


@pytest.mark.parametrize("grupo", ["operador", "gerente", "auditor"])
def test_quem_nao_e_do_financeiro_ve_e_nao_baixa(grupo: str, caio: Client) -> None:
    alvo = titulo("100")
    cliente = navegador(grupo, 1)
    lista = cliente.get(TITULOS)
    assert lista.status_code == 200
    assert (
        "baixar" not in dict(lista.context["action_form"].fields["action"].choices)
        if lista.context["action_form"]
        else True
    )
    assert cliente.get(BAIXAR, {"ids": alvo.pk}).status_code == 403
    dados = preencher(pagina_de_baixa(caio, alvo))
    assert cliente.post(BAIXAR, dados).status_code == 403
    cliente.post(TITULOS, {"action": "baixar", "_selected_action": [alvo.pk]})
    assert not Baixa.objects.exists()


@pytest.mark.parametrize("grupo", ["fiscal", "TI"])
def test_quem_nao_ve_titulos_nao_abre_a_lista(grupo: str) -> None:
    assert navegador(grupo, 1).get(TITULOS).status_code == 403


def test_botao_baixar_na_pagina_do_titulo(caio: Client) -> None:
    alvo = titulo("100")
    endereco = reverse("admin:financeiro_titulo_change", args=[alvo.pk])
    assert "baixar-este" in caio.get(endereco).content.decode()
    assert "baixar-este" not in navegador("operador", 1).get(endereco).content.decode()
    resposta = caio.get(reverse("admin:financeiro_titulo_baixar_este", args=[alvo.pk]), follow=True)
    assert [linha.titulo.pk for linha in resposta.context["linhas"]] == [alvo.pk]


def test_titulo_baixado_nao_oferece_o_botao_baixar(caio: Client) -> None:
    pago = baixado(caio).titulo_id
    assert "baixar-este" not in caio.get(reverse("admin:financeiro_titulo_change", args=[pago])).content.decode()


def desfazer(cliente: Client, *baixas: Baixa, motivo: str = "valor errado") -> Any:
    dados = {"action": "desfazer", "_selected_action": [baixa.pk for baixa in baixas]}
    confirmacao = cliente.post(BAIXAS, dados)
    return cliente.post(BAIXAS, dados | {"token": confirmacao.context["token"], "motivo": motivo}, follow=True)


def baixado(cliente: Client, valor: str = "100") -> Baixa:
    cliente.post(BAIXAR, preencher(pagina_de_baixa(cliente, titulo(valor))))
    return Baixa.objects.latest("pk")


def test_desfazer_pela_lista_de_baixas(caio: Client) -> None:
    baixa = baixado(caio)
    assert "Baixa desfeita." in desfazer(caio, baixa).content.decode()
    assert abertos_de([baixa.titulo_id]) == {baixa.titulo_id: D(100)}
    assert Baixa.objects.get(estorno_de=baixa).motivo == "valor errado"
    assert FormularioEnviado.objects.count() == 1
    lista = caio.get(BAIXAS).content.decode()
    assert "desfeita" in lista and f"desfaz a {baixa.pk}" in lista


def test_desfazer_o_que_ja_foi_desfeito_explica_e_nao_muda_nada(caio: Client) -> None:
    uma, outra = baixado(caio), baixado(caio, "30")
    desfazer(caio, uma)
    resposta = desfazer(caio, uma, outra)
    assert resposta.status_code == 409
    assert "já foi desfeita por caio" in resposta.content.decode()
    assert abertos_de([outra.titulo_id]) == {outra.titulo_id: D(0)}


def test_operador_nao_desfaz(caio: Client) -> None:
    baixa = baixado(caio)
    for grupo in ("operador", "gerente"):
        navegador(grupo, 1).post(BAIXAS, {"action": "desfazer", "_selected_action": [baixa.pk]})
    assert Baixa.objects.count() == 1


def linhas(cliente: Client, endereco: str = TITULOS, **filtros: Any) -> set[int]:
    return {linha.pk for linha in cliente.get(endereco, filtros, follow=True).context["cl"].result_list}


def test_filtros_da_lista_de_titulos(caio: Client) -> None:
    aberto, pagar, vencido = titulo("10"), titulo("20", "P"), titulo("30", vencimento=hoje() - timedelta(days=1))
    parcial = baixado_em_parte(caio)
    estornado = titulo("50", nsu="000123", documento="3-77-1", codigo_cliente="C9", cpf_cnpj="")
    estornar_titulo(estornado)
    inverso = Titulo.objects.get(estorno_de=estornado.pk)
    antigo = titulo("60", data_contabil=hoje() - timedelta(days=90))
    de_outra = titulo("70", filial_id=filial(2).pk)
    todos = {aberto.pk, pagar.pk, vencido.pk, parcial.pk, estornado.pk, inverso.pk}
    assert linhas(caio) == todos
    assert linhas(caio, data_contabil_from="", data_contabil_to="") == todos | {antigo.pk}
    assert de_outra.pk in linhas(navegador("auditor"))
    assert linhas(caio, situacao="aberto") == {aberto.pk, pagar.pk, vencido.pk}
    assert linhas(caio, situacao="parcial") == {parcial.pk}
    assert linhas(caio, situacao="estornado") == {estornado.pk}
    assert linhas(caio, situacao="vencido") == {vencido.pk}
    assert linhas(caio, sentido__exact="P") == {pagar.pk}
    ontem = f"{hoje() - timedelta(days=1):%d/%m/%Y}"
    assert linhas(caio, vencimento_from=ontem, vencimento_to=ontem) == {vencido.pk}
    assert linhas(caio, q="000123") == linhas(caio, q="3-77") == linhas(caio, q="C9") == {estornado.pk, inverso.pk}
    assert aberto.pk in linhas(caio, q="529.982.247-25")


def baixado_em_parte(cliente: Client) -> Titulo:
    alvo = titulo("40")
    cliente.post(BAIXAR, preencher(pagina_de_baixa(cliente, alvo), {alvo.pk: ("15", "", "")}))
    return alvo


def test_cpf_do_cliente_so_para_quem_pode() -> None:
    alvo = titulo("10")
    endereco = reverse("admin:financeiro_titulo_change", args=[alvo.pk])
    for pagina in (TITULOS, endereco):
        visto = navegador("operador", 1).get(pagina).content.decode()
        assert CPF not in visto and "529.982.247-25" not in visto and "***.982.247-**" in visto
        assert "529.982.247-25" in navegador("financeiro", 1).get(pagina).content.decode()


def test_lista_de_titulos_nao_conta_e_o_aberto_vem_na_mesma_consulta(
    caio: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        titulo("10")
    with django_assert_max_num_queries(28) as consultas:
        caio.get(TITULOS)
    feitas = [c["sql"] for c in consultas.captured_queries]
    a_mais = [
        sql for sql in feitas if 'AS "pk"' in sql
    ]  # the halving of `piso`: as many as the ids that were ever given
    do_razao = [sql for sql in feitas if 'FROM "financeiro_titulo"' in sql and sql not in a_mais]
    assert len(feitas) - len(a_mais) <= 13
    assert len(do_razao) <= 2 and all("COUNT(*)" not in sql for sql in do_razao)


def test_lancamentos_e_extrato(caio: Client) -> None:
    baixado(caio, "100"), baixado(caio, "23.45")
    assert linhas(caio, "/admin/financeiro/lancamento/") == set(Lancamento.objects.values_list("pk", flat=True))
    assert linhas(caio, "/admin/financeiro/lancamento/", conta=conta("CAIXA-1").pk) == set()
    saldos = caio.get("/admin/financeiro/saldoconta/").content.decode()
    assert "123,45" in saldos
    extrato = caio.get(reverse("admin:financeiro_saldoconta_change", args=[conta().pk]))
    assert extrato.context["extrato"].final == D("123.45")
    assert len(extrato.context["extrato"].linhas) == 2
    vazio = caio.get(extrato.request["PATH_INFO"], {"inicio": "2020-01-01", "fim": "2020-01-02"})
    assert (vazio.context["extrato"].final, vazio.context["extrato"].linhas) == (D(0), [])
    torto = caio.get(extrato.request["PATH_INFO"], {"inicio": "2020-01-09", "fim": "2020-01-02"})
    assert "O fim é antes do início" in torto.content.decode()


def test_extrato_de_conta_de_outra_filial_nao_existe_para_quem_nao_a_ve(caio: Client) -> None:
    SaldoConta.objects.create(conta=conta("COFRE-2"), valor=0)
    assert caio.get(reverse("admin:financeiro_saldoconta_change", args=[conta("COFRE-2").pk])).status_code == 404
    assert navegador("operador", 1).get("/admin/financeiro/saldoconta/").status_code == 403


@pytest.mark.parametrize("modelo", ["titulo", "baixa", "lancamento", "saldoconta"])
def test_razao_nao_se_inclui_nem_se_exclui_pela_tela(caio: Client, modelo: str) -> None:
    assert caio.get(f"/admin/financeiro/{modelo}/add/").status_code == 403
    baixado(caio)
    alvo: Any = {"titulo": Titulo, "baixa": Baixa, "lancamento": Lancamento, "saldoconta": SaldoConta}[modelo]
    chave = alvo.objects.values_list("pk", flat=True).latest("pk") if modelo != "saldoconta" else conta().pk
    assert caio.post(f"/admin/financeiro/{modelo}/{chave}/delete/", {"post": "yes"}).status_code == 403
