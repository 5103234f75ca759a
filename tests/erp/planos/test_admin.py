from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from erp.contatos.models import Comunicado
from erp.contatos.services import avisar as avisar_titular
from erp.contatos.valores import Aviso
from erp.planos.models import AvisoContratacao, Contratacao, Dependente, MudancaContratacao, Obito, Plano, Situacao
from erp.planos.services import suspender
from tests.busca import procurar
from tests.erp.elenco import agora, filial, hoje, navegador
from tests.erp.planos.elenco import ANA, CPFS, avisar, cliente, contrato, dependente, pagar, plano

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("funeraria")]
LISTA = "admin:planos_contratacao_changelist"
MOTIVO = "o titular pediu na loja"


def gerente() -> Client:
    return navegador("gerente", 1, 2)


def pagina(de: Any, quem: Client | None = None) -> str:
    return (quem or gerente()).get(_endereco(de)).content.decode()


def _endereco(de: Any) -> str:
    return reverse(f"admin:planos_{type(de)._meta.model_name}_change", args=[de.pk])


def agir(de: Any, acao: str, quem: Client | None = None, **campos: Any) -> Any:
    """The page of the act, and its form sent with what it showed."""
    quem = quem or gerente()
    endereco = reverse(f"admin:planos_{type(de)._meta.model_name}_{acao}", args=[de.pk])
    aberta = quem.get(endereco)
    if aberta.status_code != 200:
        return aberta
    token = re.search(r'name="token" value="([^"]+)"', aberta.content.decode())
    assert token is not None
    return quem.post(endereco, {"token": token.group(1), "motivo": MOTIVO, **campos})


def com_divida(**campos: Any) -> Contratacao:
    return contrato(hoje() - timedelta(days=100), **campos)


def test_lista_mostra_situacao_e_vencido_sem_perguntar_por_linha(django_assert_max_num_queries: Any) -> None:
    for n in range(12):
        contrato(hoje() - timedelta(days=40), titular=cliente(f"Titular {n}"))
    quem = gerente()
    quem.get(reverse(LISTA))
    with django_assert_max_num_queries(20):
        texto = quem.get(reverse(LISTA)).content.decode()
    assert "Titular 11" in texto and "100,00" in texto


@pytest.mark.parametrize("procurado", ["7001", "P7001", "dores", "529.982.247-25", "bernardo", "11144477735"])
def test_procura_por_numero_titular_ou_dependente(procurado: str) -> None:
    alvo = contrato(
        hoje(), numero=7001, titular=cliente("Maria das Dores", cpf_cgc=CPFS[0]),
        dependentes=[dependente("Bernardo Filho", cpf=CPFS[1])],
    )  # fmt: skip
    outro = contrato(hoje(), titular=cliente("Zulmira"))
    texto = procurar(gerente(), reverse(LISTA), procurado).content.decode()
    assert _endereco(alvo) in texto and _endereco(outro) not in texto


def test_filtros_de_situacao_plano_e_filial() -> None:
    suspenso, outro = com_divida(), contrato(hoje(), do_plano=plano("Outro"), filial_codigo=2)
    suspender(contratacao_id=suspenso.pk, motivo="atraso", ator=ANA)
    for filtro, sai in (
        ({"situacao": "2"}, outro), ({"plano": str(outro.plano_id)}, suspenso), ({"filial": str(filial(2).pk)}, suspenso),
    ):  # fmt: skip
        texto = gerente().get(reverse(LISTA), filtro).content.decode()
        assert _endereco(sai) not in texto
        assert (_endereco(outro) in texto) != (_endereco(suspenso) in texto)


def test_pagina_do_contrato_tem_pessoas_parcelas_avisos_e_historia() -> None:
    feito = com_divida(titular=cliente("Maria das Dores", cpf_cgc=CPFS[0]), dependentes=[dependente("<b>João</b>")])
    pagar(feito, 0)
    avisar(feito, hoje() - timedelta(days=5))
    suspender(contratacao_id=feito.pk, motivo="atraso <script>", ator=ANA)
    texto = pagina(feito)
    for dito in (
        "Suspenso", "Maria das Dores", "529.982.247-25", "&lt;b&gt;João&lt;/b&gt;", "sem cobertura", "vencida", "paga",
        "Parcela paga", "Vendido", "Aviso entregue", "atraso &lt;script&gt;", f"documento {feito.documento}",
        "1 de 2",
    ):  # fmt: skip
        assert dito in texto, dito


def test_aviso_que_nao_foi_pede_a_carta() -> None:
    feito = com_divida()
    avisar_titular(
        [
            Aviso(
                f"contratacao:{feito.pk}:cancelamento:1:20260101:1", "plano_aviso_cancelamento", codigo_cliente=feito.titular_id,
                dados=dict.fromkeys(("contrato", "parcelas", "vencido", "desde", "aviso", "avisos", "prazo"), "x"),
            )
        ],
        fonte="planos",
    )  # fmt: skip
    assert "à espera de ser enviada" in pagina(feito)
    Comunicado.objects.update(
        situacao=Comunicado.Situacao.NAO_ENVIADO, detalhe="O cliente não tem e-mail", terminado_em=agora()
    )
    texto = pagina(feito)
    assert "O cliente não tem e-mail. Mande carta com AR" in texto and "Mensagem que não foi" in texto


def test_quem_nao_ve_documentos_ve_o_contrato_mascarado_e_sem_elo_para_o_cliente() -> None:
    feito = contrato(hoje(), titular=cliente("Maria", codigo_cliente=CPFS[0], cpf_cgc=CPFS[0]))
    texto = pagina(feito, navegador("operador", 1))
    assert "Maria" in texto and CPFS[0] not in texto and "529.982.247-25" not in texto


def test_contrato_de_outra_filial_nao_se_ve() -> None:
    feito = contrato(hoje(), filial_codigo=2)
    assert navegador("operador", 1).get(_endereco(feito)).status_code == 302
    assert agir(feito, "incluir_dependente", navegador("operador", 1)).status_code == 404


def test_quem_nao_pode_nao_muda() -> None:
    feito = com_divida()
    assert agir(feito, "suspender", navegador("operador", 1)).status_code == 403
    assert agir(feito, "suspender", navegador("auditor", 1)).status_code == 403
    assert "/suspender" not in pagina(feito, navegador("auditor", 1)) and "/suspender" in pagina(feito)


def test_suspender_reativar_com_acordo_e_cancelar_pela_pagina() -> None:
    feito = com_divida()
    assert agir(feito, "suspender").status_code == 302
    recusada = agir(feito, "reativar")
    assert recusada.status_code == 409 and "parcelas vencidas" in recusada.content.decode()
    assert agir(feito, "reativar", acordo_ate=str(hoje() + timedelta(days=30))).status_code == 302
    assert agir(feito, "cancelar_por_atraso").status_code == 409
    assert agir(feito, "cancelar_a_pedido").status_code == 302
    feito.refresh_from_db()
    assert feito.situacao == Situacao.CANCELADO
    assert list(MudancaContratacao.objects.filter(contratacao=feito).order_by("id").values_list("para", flat=True)) == [
        1, 2, 1, 3,
    ]  # fmt: skip
    assert {m.quem for m in MudancaContratacao.objects.filter(contratacao=feito, de__isnull=False)} == {"usuario:ana"}


def test_previa_do_cancelamento_diz_o_que_fica_devido_e_o_que_se_estorna() -> None:
    feito = com_divida()
    texto = gerente().get(reverse("admin:planos_contratacao_cancelar_a_pedido", args=[feito.pk])).content.decode()
    assert "R$ 200,00, 4 parcelas" in texto and "R$ 400,00" in texto


def test_formulario_enviado_duas_vezes_age_uma() -> None:
    feito = com_divida()
    quem, endereco = gerente(), reverse("admin:planos_contratacao_incluir_dependente", args=[feito.pk])
    token = re.search(r'name="token" value="([^"]+)"', quem.get(endereco).content.decode())
    assert token is not None
    dados = {
        "token": token.group(1), "motivo": MOTIVO, "nome": "Ana Clara", "nascimento": "2020-02-29", "parentesco": "filho",
        "cpf": "",
    }  # fmt: skip
    assert [quem.post(endereco, dados).status_code for _ in range(2)] == [302, 302]
    assert Dependente.objects.filter(contratacao=feito).count() == 1


def test_a_pagina_leva_as_parcelas_em_titulos_tambem_de_venda_antiga() -> None:
    feito, quem = contrato(hoje() - timedelta(days=100), numero=700), gerente()
    contrato(hoje(), numero=7002)
    elo = re.search(r'href="([^"]+)">Títulos</a>', pagina(feito, quem))
    assert elo is not None
    lista = quem.get(unescape(elo[1])).content.decode()
    assert lista.count(">P700<") > 3 and "P7002" not in lista


def test_sem_plano_a_venda_a_pagina_diz_onde_cadastrar() -> None:
    cadastrado, quem = plano("Único"), gerente()
    vender_ = reverse("admin:planos_contratacao_vender")
    assert "Nenhum plano à venda" not in quem.get(vender_).content.decode()
    Plano.objects.filter(pk=cadastrado.pk).update(ativo=False)
    assert "Nenhum plano à venda" in quem.get(vender_).content.decode()


def test_parentesco_que_ninguem_escolheu_nao_vale_por_omissao() -> None:
    feito, quem = contrato(hoje()), gerente()
    resposta = agir(feito, "incluir_dependente", quem, nome="Ana Clara", nascimento="2020-02-29", parentesco="")
    assert resposta.status_code == 200 and not Dependente.objects.filter(contratacao=feito).exists()


def test_recusa_volta_com_os_mesmos_rotulos_e_a_pagina_nao_oferece_historia_vazia() -> None:
    feito, quem = com_divida(), gerente()
    suspender(contratacao_id=feito.pk, motivo="atraso", ator=ANA)
    recusa = agir(feito, "reativar", quem)
    assert recusa.status_code == 409 and "Acordo até (se ainda deve)" in recusa.content.decode()
    assert "/history/" not in pagina(feito, quem)


@pytest.mark.parametrize("procurado", ["C-77", "bernardo filho", "111.444.777-35"])
def test_obito_se_procura_por_quem_morreu_ou_pela_certidao(procurado: str) -> None:
    feito = contrato(hoje(), dependentes=[dependente("Bernardo Filho", cpf=CPFS[1]), dependente("Zulmira")])
    quem = gerente()
    for nome, certidao in (("Bernardo Filho", "C-77"), ("Zulmira", "C-78")):
        quem_morreu = Dependente.objects.get(contratacao=feito, nome=nome)
        assert agir(quem_morreu, "registrar_obito", quem, em=str(hoje()), certidao=certidao).status_code == 302
    texto = procurar(quem, reverse("admin:planos_obito_changelist"), procurado).content.decode()
    assert "C-77" in texto and "C-78" not in texto and "usuario:" not in texto


def test_o_motivo_se_pede_por_ultimo_e_o_cursor_fica_no_primeiro_campo() -> None:
    texto = gerente().get(reverse("admin:planos_contratacao_combinar", args=[com_divida().pk])).content.decode()
    acordo, motivo = (
        re.search(rf'<(input|textarea)[^>]*name="{nome}"[^>]*>', texto) for nome in ("acordo_ate", "motivo")
    )
    assert acordo is not None and motivo is not None
    assert acordo.start() < motivo.start() and "autofocus" in acordo[0] and "autofocus" not in motivo[0]


def test_cada_ato_conta_so_o_que_lhe_diz_respeito() -> None:
    feito, quem = com_divida(titular=cliente("Maria das Dores"), dependentes=[dependente("Bernardo")]), gerente()

    def antes(acao: str) -> str:
        return quem.get(reverse(f"admin:planos_contratacao_{acao}", args=[feito.pk])).content.decode()

    assert "Acordo de agora" in antes("combinar") and "O contrato exige" not in antes("combinar")
    assert "2 avisos, com" in antes("registrar_aviso")
    assert "Maria das Dores" in antes("obito_do_titular") and "Vencido e em aberto" not in antes("obito_do_titular")
    suspender(contratacao_id=feito.pk, motivo="atraso", ator=ANA)
    assert "do titular e de 1 dependente," in antes("reativar")


def test_acordo_aviso_e_obito_pela_pagina() -> None:
    feito = com_divida()
    assert agir(feito, "combinar").status_code == 409  # without a date
    assert agir(feito, "combinar", acordo_ate=str(hoje() + timedelta(days=9))).status_code == 302
    campos = {"finalidade": "cancelamento", "canal": "carta", "entregue_em": f"{hoje()}T00:00", "referencia": "AR1"}
    assert agir(feito, "registrar_aviso", **campos).status_code == 302
    repetido = agir(feito, "registrar_aviso", **campos)
    assert repetido.status_code == 409 and "já é de outro aviso" in repetido.content.decode()
    assert AvisoContratacao.objects.get().referencia == "AR1"
    assert agir(feito, "obito_do_titular", em=str(hoje()), certidao="C-1").status_code == 302
    assert Obito.objects.get().cliente_id == feito.titular_id
    assert "Falecido em" in pagina(feito)


def test_dependente_sai_e_morre_uma_vez() -> None:
    feito = contrato(hoje(), dependentes=[dependente()])
    joao = Dependente.objects.get(contratacao=feito)
    assert (
        agir(joao, "registrar_obito", em=str(date(1970, 1, 1)), certidao="C-1").status_code == 409
    )  # before being born
    assert agir(joao, "registrar_obito", em=str(hoje()), certidao="C-1").status_code == 302
    assert agir(joao, "registrar_obito", em=str(hoje()), certidao="C-1").status_code == 409
    assert agir(joao, "excluir").status_code == 302
    texto = pagina(joao)
    assert "Falecido" in texto and "registrar_obito" not in texto and "/excluir" not in texto


def venda(**campos: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "plano": plano().pk, "titular": CPFS[0], "filial": filial().pk, "inicio": str(hoje()), "dia_vencimento": "10",
        "chave": "6f1f3a0e-3f6b-4f5e-9d9b-000000000001", "dependentes-TOTAL_FORMS": "2", "dependentes-INITIAL_FORMS": "0",
        "dependentes-0-nome": "João", "dependentes-0-nascimento": "1980-01-01", "dependentes-0-parentesco": "conjuge",
        "dependentes-1-parentesco": "conjuge",
    }  # fmt: skip
    return base | campos


def test_venda_se_confere_antes_e_so_depois_se_faz() -> None:
    cliente("Maria das Dores", cpf_cgc="529.982.247-25")
    quem, endereco = navegador("operador", 1), reverse("admin:planos_contratacao_vender")
    assert quem.get(endereco).status_code == 200
    conferida = quem.post(endereco, venda(conferir="")).content.decode()
    assert "Confira antes de vender" in conferida and "Maria das Dores" in conferida and "João (cônjuge" in conferida
    assert not Contratacao.objects.exists()
    respostas = [quem.post(endereco, venda(vender="")) for _ in range(2)]
    assert [r.status_code for r in respostas] == [302, 302]
    feito = Contratacao.objects.get()
    assert (feito.parcelas_emitidas, feito.dependentes.count()) == (12, 1)


def test_venda_recusada_volta_com_o_que_foi_digitado() -> None:
    quem, endereco = navegador("operador", 1), reverse("admin:planos_contratacao_vender")
    texto = quem.post(endereco, venda(vender="", titular="999")).content.decode()
    assert "Não há cliente com este código ou CPF" in texto and "João" in texto
    cliente("Maria", cpf_cgc=CPFS[0])
    recusada = quem.post(endereco, venda(vender="", **{"dependentes-0-cpf": CPFS[0]}))
    assert recusada.status_code == 409 and "é o próprio titular" in recusada.content.decode()
    assert navegador("auditor", 1).get(endereco).status_code == 403
    assert not Contratacao.objects.exists()


@pytest.mark.parametrize("modelo", ["plano", "dependente", "mudancacontratacao", "avisocontratacao", "obito"])
def test_as_outras_listas_abrem_e_procuram(modelo: str) -> None:
    feito = com_divida(dependentes=[dependente()])
    avisar(feito, hoje() - timedelta(days=1))
    endereco = reverse(f"admin:planos_{modelo}_changelist")
    quem = gerente()
    for parametros in ({}, {"q": str(feito.numero)}, {"q": "joão"}):
        assert quem.get(endereco, parametros, follow=True).status_code == 200
    assert navegador("TI").get(endereco).status_code == 403


@pytest.mark.parametrize("procurado", ["bernardo", "111.444.777-35"])
def test_dependente_se_acha_pelo_nome_ou_pelo_cpf(procurado: str) -> None:
    contrato(hoje(), dependentes=[dependente("Bernardo Filho", cpf=CPFS[1]), dependente("Zulmira")])
    texto = procurar(gerente(), reverse("admin:planos_dependente_changelist"), procurado).content.decode()
    assert "Bernardo Filho" in texto and "Zulmira" not in texto


def test_plano_usado_nao_se_exclui() -> None:
    feito = contrato(hoje())
    quem = gerente()
    resposta = quem.get(reverse("admin:planos_plano_delete", args=[feito.plano_id]), follow=True)
    assert "desmarque" in resposta.content.decode()
    assert quem.get(_endereco(feito.plano)).status_code == 200 and Plano.objects.exists()


def test_titulo_aponta_para_o_contrato() -> None:
    feito = contrato(hoje())
    texto = procurar(navegador("financeiro", 1), reverse("admin:financeiro_titulo_changelist"), feito.documento)
    assert feito.documento in texto.content.decode()
