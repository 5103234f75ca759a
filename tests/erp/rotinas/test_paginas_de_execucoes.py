"""The list of executions, the page of one, and that of a simulation."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from erp.acesso.grupos import tabela
from erp.acesso.models import Aprovacao
from erp.rotinas.models import Execucao, ItemExecucao, LinhaExecucao
from erp.rotinas.registro import DA_COMPETENCIA, DO_DIA
from erp.rotinas.services import executar, executar_pendentes, sincronizar_agendas, solicitar_execucao
from tests.erp.rotinas.elenco import EXECUCOES, VER, Situacao, da_rotina, entrar, execucao, texto

pytestmark = pytest.mark.django_db


@pytest.fixture
def bia(client):
    return entrar(client, "bia", *VER)


def falhar():
    raise ValueError("falta a tabela de <b>preços</b>")


def pagina(de, **dados):
    return f"{EXECUCOES}{de.pk}/change/"


def test_a_lista_e_so_leitura_e_nao_conta(bia, admin_client, declarar):
    feita = executar(declarar(falhar, titulo="Falhar sempre"), iniciada_por="usuario:ana")
    with CaptureQueriesContext(connection) as consultas:
        corpo = bia.get(EXECUCOES).content.decode()
    assert "Falhar sempre" in corpo and "ValueError: falta a tabela" in corpo and "ana" in corpo
    assert not [c["sql"] for c in consultas if "COUNT(" in c["sql"].upper()]
    endereco = f"{EXECUCOES}{feita.pk}/"
    for ato in ("change/", "delete/"):
        admin_client.post(f"{endereco}{ato}", {"erro": "", "post": "yes"})
    assert Execucao.objects.get().erro == feita.erro
    assert admin_client.get(f"{EXECUCOES}add/").status_code == 403


@pytest.mark.parametrize(("busca", "aparece"), [("Teste/Fazer", True), ("Fazer", False)])
def test_a_busca_e_pelo_caminho_exato(bia, declarar, busca, aparece):
    executar(declarar(falhar), iniciada_por="usuario:ana")
    assert ("falta a tabela" in texto(bia.get(EXECUCOES, {"q": busca}))) == aparece


def test_o_filtro_e_pelo_titulo_da_rotina(bia, declarar):
    executar(declarar(falhar, titulo="Falhar sempre"), iniciada_por="usuario:ana")
    lista = bia.get(EXECUCOES, {"rotina": "Teste/Fazer"}).content.decode()
    assert '<option value="Teste/Fazer" selected' in lista and "falta a tabela" in lista
    assert "falta a tabela" not in texto(bia.get(EXECUCOES, {"rotina": "Teste/Outra"}))


def test_o_erro_vem_primeiro_e_o_resto_se_abre(bia, declarar):
    feita = executar(declarar(falhar), iniciada_por="usuario:ana")
    corpo = bia.get(pagina(feita)).content.decode()
    assert "ValueError: falta a tabela de &lt;b&gt;preços&lt;/b&gt;" in corpo
    assert "Ver o erro inteiro" in corpo and "Traceback" in corpo
    assert "<b>preços" not in corpo


def test_a_pagina_diz_contagens_dinheiro_linhas_falhas_e_quem_comecou(bia, declarar):
    declarar(falhar, titulo="Gerar recebimentos", referencia=DA_COMPETENCIA)
    sincronizar_agendas()
    feita = execucao(
        situacao=Situacao.SUCESSO_COM_FALHAS, contagens={"titulos_gerados": 4312, "falhas": 1},
        valores={"emitido": "401203.77"}, referencia="2026-11-01", iniciada_por="chave:loja",
    )  # fmt: skip
    LinhaExecucao.objects.create(execucao=feita, texto="4.314 contratos vigentes")
    ItemExecucao.objects.create(
        execucao=feita, falha=True, objeto="clientes.Cliente", objeto_id="77", descricao="<i>sem índice</i>"
    )
    corpo = texto(bia.get(pagina(feita)))
    for dito in (
        "Gerar recebimentos", "sucesso com falhas", "Títulos gerados 4.312", "R$ 401.203,77", "4.314 contratos vigentes",
        "falhou", "&lt;i&gt;sem índice&lt;/i&gt;", "chave de API loja", "Referência 11/2026", "2,0 s",
    ):  # fmt: skip
        assert dito in corpo, dito


def test_as_falhas_vem_antes_e_os_itens_em_paginas(bia):
    feita = execucao(simulacao=True)
    ItemExecucao.objects.bulk_create(
        ItemExecucao(execucao=feita, objeto="x", objeto_id=str(n), descricao=f"item {n};", valor=1) for n in range(205)
    )
    ItemExecucao.objects.create(execucao=feita, falha=True, objeto="x", objeto_id="9", descricao="o que falhou;")
    paginas = [texto(bia.get(f"{pagina(feita)}?itens={n}")) for n in (1, 2, 3)]
    assert "o que falhou;" in paginas[0] and "item 98;" in paginas[0] and "item 99;" not in paginas[0]
    assert "item 99;" in paginas[1] and "item 198;" in paginas[1] and "item 204;" in paginas[2]
    assert "Seguintes" in paginas[1] and "Seguintes" not in paginas[2]
    for torta in ("0", "-1", "abc", "9" * 40, "٣"):
        assert bia.get(f"{pagina(feita)}?itens={torta}").status_code == 200


def test_o_item_leva_a_sua_pagina_so_de_quem_pode_abri_la(client, bia):
    feita = execucao(simulacao=True)
    ItemExecucao.objects.create(execucao=feita, objeto="acesso.ChaveApi", objeto_id="1", descricao="chave")
    ItemExecucao.objects.create(execucao=feita, objeto="nao.Existe", objeto_id="1", descricao="nada")
    elo = "/admin/acesso/chaveapi/1/change/"
    assert elo not in bia.get(pagina(feita)).content.decode()
    assert elo in entrar(client, "caio", *VER, "view_chaveapi").get(pagina(feita)).content.decode()


def test_a_simulacao_pedida_na_tela_roda_nao_grava_e_mostra_quem_seria_atingido(bia, declarar):
    def fazer(contexto):
        contexto.item("auth.User", "1", "Contrato 1: 40 dias em atraso", 10)
        contexto.somar("em_atraso", 10)
        contexto.contar("a_suspender")
        User.objects.create_user("gravada")

    declarar(fazer, simulavel=True, referencia=DO_DIA)
    sincronizar_agendas()
    pedida = solicitar_execucao(
        caminho="Teste/Fazer", por=User.objects.get(username="bia"), motivo="ver antes", simulacao=True
    )
    corpo = texto(bia.get(pagina(pedida)))
    assert "Pedida; roda assim que um trabalhador estiver livre" in corpo and "se atualiza sozinha" in corpo
    executar_pendentes()
    corpo = texto(bia.get(pagina(pedida)))
    assert "Simulação: nada foi gravado" in corpo and "Quem seria atingido" in corpo
    assert "Contrato 1: 40 dias em atraso" in corpo and "R$ 10,00" in corpo
    assert not User.objects.filter(username="gravada").exists()


def test_a_simulacao_que_nao_acha_ninguem_diz_isso(bia):
    assert "Ninguém seria atingido." in texto(bia.get(pagina(execucao(simulacao=True))))
    assert "Ninguém seria atingido." not in texto(bia.get(pagina(execucao())))


def test_a_que_espera_aprovacao_leva_ao_pedido_quem_pode_decidir(client, bia):
    ana = User.objects.create_user("ana")
    pedido = Aprovacao.objects.create(
        acao="rotinas.executar", descricao="Cancelar 812 contratos", objeto="rotinas.Rotina", objeto_id="x", motivo="m",
        expira_em=timezone.now(), solicitada_por=ana,
    )  # fmt: skip
    espera = execucao(situacao=Situacao.AGUARDA_APROVACAO, aprovacao=pedido, erro="812 contratos")
    corpo = texto(bia.get(pagina(espera)))
    assert "Nada foi feito ainda" in corpo and "Cancelar 812 contratos" in corpo
    elo = f"/admin/acesso/aprovacao/{pedido.pk}/change/"
    assert elo not in bia.get(pagina(espera)).content.decode()
    assert elo in entrar(client, "caio", *VER, "view_aprovacao").get(pagina(espera)).content.decode()


@pytest.mark.parametrize("situacao", list(Situacao))
def test_cada_resultado_tem_a_sua_frase_e_abre_nas_duas_telas(bia, declarar, situacao):
    declarar(lambda: None)
    sincronizar_agendas()
    feita = execucao(situacao=situacao)
    assert feita.get_situacao_display() in texto(bia.get(pagina(feita)))
    assert feita.get_situacao_display() in texto(
        bia.get(f"/admin/rotinas/rotinaagendada/{da_rotina('Teste/Fazer').pk}/change/")
    )


@pytest.mark.parametrize("qual", ["999999", "abc", "9" * 30])
def test_a_execucao_que_nao_existe_leva_a_lista(bia, qual):
    assert "Esta execução não existe" in texto(bia.get(f"{EXECUCOES}{qual}/change/", follow=True))


def test_quem_nao_ve_execucoes_nao_abre_nenhuma(client):
    ninguem = entrar(client, "zeca", "view_rotinaagendada")
    assert [ninguem.get(e).status_code for e in (EXECUCOES, pagina(execucao()))] == [403, 403]


def test_a_pagina_de_uma_execucao_faz_poucas_perguntas_por_maior_que_seja(bia):
    pequena, grande = execucao(simulacao=True), execucao(simulacao=True, caminho="Teste/Outra")
    ItemExecucao.objects.bulk_create(
        ItemExecucao(execucao=grande, objeto="auth.User", objeto_id=str(n), descricao="x") for n in range(300)
    )
    LinhaExecucao.objects.bulk_create(LinhaExecucao(execucao=grande, texto="x") for _ in range(500))
    bia.get(pagina(pequena))
    contas = []
    for qual in (pequena, grande):
        with CaptureQueriesContext(connection) as consultas:
            bia.get(pagina(qual))
        contas.append(len(consultas))
    assert contas[0] == contas[1]


def test_quem_decide_chega_a_quem_seria_atingido(client, declarar):
    def suspender(contexto):
        contexto.item("auth.User", "1", "Contrato 1: 40 dias em atraso", 10)
        contexto.exigir_aprovacao(10_000, "10.000 contratos, R$ 1,00", Decimal(1))

    espera = executar(declarar(suspender, referencia=DO_DIA), iniciada_por="sistema:agenda")
    assert espera.situacao == Situacao.AGUARDA_APROVACAO
    pedido = f"/admin/acesso/aprovacao/{espera.aprovacao_id}/change/"
    decide = entrar(client, "ana", "view_aprovacao", "decidir_aprovacao", "aprovar_execucao", "view_execucao")
    assert pagina(espera) in decide.get(pedido).content.decode()
    assert "Contrato 1: 40 dias em atraso" in texto(decide.get(pagina(espera)))
    assert pagina(espera) not in entrar(client, "zeca", "view_aprovacao").get(pedido).content.decode()


def test_os_grupos_que_decidem_veem_execucoes():
    for grupo in ("gerente", "financeiro"):
        assert {"rotinas.aprovar_execucao", "rotinas.view_execucao"} <= tabela()[grupo]
