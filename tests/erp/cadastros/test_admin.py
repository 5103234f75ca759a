from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from auditoria.models import Evento
from erp.cadastros.models import CondicaoFinalizador, Conta, Filial, Finalizador, PontoVenda, Produto
from erp.estoque.models import Saldo
from tests.erp.elenco import conta, empresa, filial, hoje, navegador

pytestmark = pytest.mark.django_db
MODELOS = ["filial", "pontovenda", "produto", "finalizador", "adquirente", "conta", "periodocontabil"]


@pytest.fixture(autouse=True)
def _empresa(db: None) -> None:
    empresa()


def lista(modelo: str) -> str:
    return reverse(f"admin:cadastros_{modelo}_changelist")


def pagina(objeto: Any, qual: str = "change") -> str:
    return reverse(f"admin:cadastros_{objeto._meta.model_name}_{qual}", args=[objeto.pk])


def enviar(cliente: Client, endereco: str, **mudancas: Any) -> Any:
    """Open a form and send it back as it was, with some fields changed."""
    formulario = cliente.get(endereco).context["adminform"].form
    dados = {nome: formulario[nome].value() for nome in formulario.fields}
    limpos = {nome: valor for nome, valor in (dados | mudancas).items() if valor not in (None, False)}
    return cliente.post(endereco, limpos)


@pytest.mark.parametrize("modelo", MODELOS)
@pytest.mark.parametrize("grupo", ["operador", "gerente", "fiscal", "financeiro", "TI", "auditor"])
def test_todos_os_grupos_veem_os_cadastros(grupo: str, modelo: str) -> None:
    cliente = navegador(grupo, 1, 2)
    assert cliente.get(lista(modelo)).status_code == 200
    primeiro = admin.site._registry[
        next(m for m in admin.site._registry if m._meta.label_lower == f"cadastros.{modelo}")
    ]
    objeto = primeiro.model.objects.last()  # not the first: the bank belongs to no filial
    if objeto is not None:
        assert cliente.get(pagina(objeto)).status_code == 200


@pytest.mark.parametrize(
    ("grupo", "pode"),
    [
        ("operador", set()),
        ("gerente", {"produto"}),
        ("fiscal", {"produto", "periodocontabil"}),
        ("financeiro", {"finalizador", "adquirente", "conta", "periodocontabil"}),
        ("TI", {"filial", "pontovenda", "produto", "conta"}),
        ("auditor", set()),
    ],
)
def test_cada_grupo_inclui_so_o_que_e_seu(grupo: str, pode: set[str]) -> None:
    cliente = navegador(grupo, 1)
    abertos = {m for m in MODELOS if cliente.get(reverse(f"admin:cadastros_{m}_add")).status_code == 200}
    assert abertos == pode


def test_lista_de_produtos_nao_conta_linhas_e_busca_pelo_indice(django_assert_max_num_queries: Any) -> None:
    cliente = navegador("gerente", 1)
    with django_assert_max_num_queries(12) as consultas:
        resposta = cliente.get(lista("produto"), {"q": "cafe 2"})
    sql = [consulta["sql"] for consulta in consultas.captured_queries if "cadastros_produto" in consulta["sql"]]
    assert sql and not any("COUNT(*)" in consulta for consulta in sql)
    assert all("to_tsquery" in consulta for consulta in sql)
    assert [produto.codigo for produto in resposta.context["cl"].result_list] == [2]


def test_produto_usado_nao_se_exclui_e_a_tela_oferece_inativar() -> None:
    produto = Produto.objects.get(codigo=1)
    Saldo.objects.create(filial=filial(), produto=produto)
    cliente = navegador("gerente", 1)
    resposta = cliente.post(pagina(produto, "delete"), {"post": "yes"}, follow=True)
    texto = resposta.content.decode()
    assert "não pode ser excluído: já tem movimentos de estoque" in texto
    assert "desmarque «ativo» e salve" in texto
    assert Produto.objects.filter(pk=produto.pk).exists()


def test_produto_nunca_usado_se_exclui() -> None:
    produto = Produto.objects.get(codigo=5)
    cliente = navegador("gerente", 1)
    assert "Café torrado nº 5" in cliente.get(pagina(produto, "delete")).content.decode()
    cliente.post(pagina(produto, "delete"), {"post": "yes"})
    assert not Produto.objects.filter(pk=produto.pk).exists()
    assert list(Evento.objects.values_list("acao", flat=True)) == ["cadastros.produto_excluido"]


def test_conta_protegida_por_outro_cadastro_tambem_explica() -> None:
    texto = navegador("TI", 1).post(pagina(conta("CAIXA-1"), "delete"), {"post": "yes"}, follow=True).content.decode()
    assert "não pode ser excluído: já tem" in texto
    assert Conta.objects.filter(codigo="CAIXA-1").exists()


def test_codigo_do_produto_nao_muda() -> None:
    produto = Produto.objects.get(codigo=1)
    cliente = navegador("gerente", 1)
    assert enviar(cliente, pagina(produto), codigo=999, descricao="Outro").status_code == 302
    produto.refresh_from_db()
    assert (produto.codigo, produto.descricao) == (1, "Outro")
    evento = Evento.objects.get()
    assert (evento.acao, evento.depois) == ("cadastros.produto_alterado", {"descricao": "Outro"})


def test_inativar_pede_motivo_e_registra() -> None:
    cliente = navegador("gerente", 1)
    ids = list(Produto.objects.filter(codigo__lte=2).values_list("pk", flat=True))
    dados = {"action": "inativar", "_selected_action": ids}
    confirmacao = cliente.post(lista("produto"), dados)
    token = confirmacao.context["token"]
    cliente.post(lista("produto"), dados | {"token": token, "motivo": "fora de linha"})
    assert Produto.objects.filter(ativo=False).count() == 2
    assert set(Evento.objects.values_list("motivo", flat=True)) == {"fora de linha"}


def test_cnpj_com_letras_e_pontos_e_aceito_e_o_errado_nao() -> None:
    cliente, loja = navegador("TI", 1), filial()
    assert enviar(cliente, pagina(loja), cnpj="12.abc.345/01de-35").status_code == 302
    loja.refresh_from_db()
    assert loja.cnpj == "12ABC34501DE35"
    resposta = enviar(cliente, pagina(loja), cnpj="12.abc.345/01de-36")
    assert "CNPJ inválido" in resposta.content.decode()


def test_uf_que_nao_existe_e_recusada() -> None:
    assert "A UF XX não existe" in enviar(navegador("TI", 1), pagina(filial()), uf="xx").content.decode()


def test_gaveta_e_de_um_so_pdv_e_da_mesma_filial() -> None:
    cliente, endereco = navegador("TI", 1, 2), reverse("admin:cadastros_pontovenda_add")
    dados = {"codigo": 9, "nome": "Novo", "filial": filial(1).pk, "ativo": "on"}
    texto = cliente.post(endereco, dados | {"conta_caixa": conta("CAIXA-1").pk}).content.decode()
    assert "já é a gaveta do ponto de venda 1 – Caixa 1" in texto
    texto = cliente.post(endereco, dados | {"conta_caixa": conta("CAIXA-2").pk}).content.decode()
    assert "não é da filial" in texto
    assert not PontoVenda.objects.filter(codigo=9).exists()


def condicao(numero: int, **campos: Any) -> dict[str, Any]:
    return {f"condicoes-{numero}-{nome}": valor for nome, valor in campos.items()}


def test_nova_taxa_e_uma_condicao_nova_auditada() -> None:
    credito = Finalizador.objects.get(codigo=3)
    atual = credito.condicoes.get()
    dados = {
        "codigo": 3, "nome": credito.nome, "especie": "cartao", "ativo": "on",
        "condicoes-TOTAL_FORMS": 2, "condicoes-INITIAL_FORMS": 1,
        **condicao(0, id=atual.pk, finalizador=credito.pk, vigente_desde="01/01/2020", adquirente=atual.adquirente_id,
                   dias_primeira=30, dias_intervalo=30, taxa_percentual="2,99"),
        **condicao(1, finalizador=credito.pk, vigente_desde="01/08/2026", adquirente=atual.adquirente_id,
                   dias_primeira=30, dias_intervalo=30, taxa_percentual="3,19"),
    }  # fmt: skip
    cliente = navegador("financeiro", 1)
    r = cliente.post(pagina(credito), dados)
    assert r.status_code == 302, r.context["errors"]
    assert [str(c.taxa_percentual) for c in credito.condicoes.order_by("vigente_desde")] == ["2.9900", "3.1900"]
    assert list(Evento.objects.values_list("acao", flat=True)) == ["cadastros.condicaofinalizador_criada"]
    sem_adquirente = dados | condicao(0, adquirente="")
    assert "cartão e vale são recebidos do adquirente" in cliente.post(pagina(credito), sem_adquirente).content.decode()


def test_finalizador_sem_condicao_vigente_avisa_na_lista() -> None:
    CondicaoFinalizador.objects.filter(finalizador__codigo=1).update(vigente_desde=hoje() + timedelta(days=1))
    assert (
        "nenhuma: as vendas com ele ficam com erro"
        in navegador("operador", 1).get(lista("finalizador")).content.decode()
    )


def test_quem_ve_uma_filial_nao_ve_nem_grava_na_outra() -> None:
    cliente = navegador("operador", 1)
    assert [pdv.filial.codigo for pdv in cliente.get(lista("pontovenda")).context["cl"].result_list] == [1, 1]
    assert {c.codigo for c in cliente.get(lista("conta")).context["cl"].result_list} == {
        "CAIXA-1",
        "CAIXA-3",
        "COFRE-1",
    }
    assert cliente.get(pagina(PontoVenda.objects.get(codigo=2))).status_code == 302
    financeiro = navegador("financeiro", 1)
    dados = {"codigo": "COFRE-9", "nome": "Cofre", "tipo": "cofre", "filial": filial(2).pk, "ativa": "on"}
    assert financeiro.post(reverse("admin:cadastros_conta_add"), dados).status_code in (200, 403)
    assert not Conta.objects.filter(codigo="COFRE-9").exists()


def test_caixa_e_cofre_pedem_filial() -> None:
    dados = {"codigo": "COFRE-9", "nome": "Cofre", "tipo": "cofre", "ativa": "on"}
    texto = navegador("TI").post(reverse("admin:cadastros_conta_add"), dados).content.decode()
    assert "Caixa e cofre ficam numa filial" in texto


def test_filial_some_da_lista_de_quem_nao_a_ve() -> None:
    assert [f.codigo for f in navegador("operador", 2).get(lista("filial")).context["cl"].result_list] == [2]
    assert Filial.objects.count() == 2
