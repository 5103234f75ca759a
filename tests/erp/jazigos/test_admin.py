from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from auditoria.models import Evento
from clientes.models import Cliente
from erp.jazigos.models import (
    Cemiterio,
    Concessao,
    ContratoManutencao,
    IndiceMensal,
    Jazigo,
    Reajuste,
    Sepultamento,
)
from tests.busca import procurar
from tests.erp.elenco import empresa, filial, navegador
from tests.erp.jazigos.elenco import cemiterio, cliente, contrato, gerar, indices, jazigo, titulos
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
RAIZ = "/admin/jazigos/"
CONTRATOS = f"{RAIZ}contratomanutencao/"
MODELOS = (
    "cemiterio", "jazigo", "concessao", "sepultamento", "contratomanutencao", "indicemensal", "reajuste", "cobranca",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Iterator[None]:
    empresa()
    cemiterio()
    with time_machine.travel("2026-03-20T12:00:00-03:00"):
        yield
        verificar_tudo()


def agir(quem: Client, endereco: str, **campos: str) -> Any:
    """Open the page of an action and send it back filled."""
    pagina = quem.get(endereco).content.decode()
    achado = re.search(r'name="token" value="([^"]+)"', pagina)
    assert achado, pagina[:500]
    return quem.post(
        endereco, {"token": achado[1], "recalcular": "", "motivo": "pedido da família", **campos}, follow=True
    )


def texto(resposta: Any) -> str:
    return str(resposta.content.decode())


@pytest.mark.parametrize("modelo", MODELOS)
def test_paginas_abrem_para_quem_pode_e_so_mostram_a_filial_de_quem_olha(modelo: str) -> None:
    alheio = cemiterio(nome="Alheio", filial=filial(2))
    for de in (Cemiterio.objects.get(nome="Parque da Paz"), alheio):
        c = contrato(date(2025, 1, 1), jazigo=jazigo(de, quadra=f"Q{de.pk}"), cobrar_desde=date(2025, 12, 1))
        Concessao.objects.create(jazigo=c.jazigo, titular=c.titular, inicio=date(2020, 1, 1), termo=f"T{de.pk}")
        Sepultamento.objects.create(jazigo=c.jazigo, gaveta=1, nome="JOSE", sepultado_em=date(2021, 1, 1))
    indices(date(2024, 11, 1), date(2026, 2, 1))
    gerar(date(2026, 3, 20))
    for grupo in ("operador", "gerente", "financeiro", "auditor"):
        ana = navegador(grupo, 1)
        pagina = ana.get(f"{RAIZ}{modelo}/")
        assert pagina.status_code == 200
        elos = set(re.findall(rf'href="(/admin/jazigos/{modelo}/\d+/change/)', texto(pagina)))
        esperados = {"indicemensal": 16, "cobranca": 4, "reajuste": 1}.get(modelo, 1)
        assert len(elos) == esperados * (2 if grupo == "auditor" and modelo != "indicemensal" else 1)  # who sees all
        for elo in sorted(elos)[:2]:
            assert ana.get(elo).status_code == 200
    assert navegador("TI", 1).get(f"{RAIZ}{modelo}/").status_code == 403


@pytest.mark.parametrize(
    ("modelo", "termo", "acha"),
    [
        ("jazigo", "a 12", True), ("jazigo", "a 1", False), ("concessao", "T-1", True), ("concessao", "dores", True),
        ("concessao", "JOAO", False), ("sepultamento", "jos sil", True), ("sepultamento", "pedro", False),
        ("contratomanutencao", "dores", True), ("contratomanutencao", "ninguem", False), ("reajuste", "xyz", False),
    ],
)  # fmt: skip
def test_busca(modelo: str, termo: str, acha: bool) -> None:
    c = contrato(date(2026, 1, 1), jazigo=jazigo(lote="12"))
    Concessao.objects.create(jazigo=c.jazigo, titular=c.titular, inicio=date(2020, 1, 1), termo="T-1")
    Sepultamento.objects.create(jazigo=c.jazigo, gaveta=1, nome="JOSÉ DA SILVA", sepultado_em=date(2021, 1, 1))
    pagina = navegador("gerente", 1).get(f"{RAIZ}{modelo}/", {"q": termo}, follow=True)
    assert (f"/admin/jazigos/{modelo}/" in texto(pagina) and "/change/" in texto(pagina)) is acha


@pytest.mark.parametrize("lista", ["concessao", "contratomanutencao"])
def test_o_que_e_de_um_titular_se_acha_pelo_documento(lista: str) -> None:
    c = contrato(date(2026, 1, 1))
    Cliente.objects.filter(pk=c.titular_id).update(cpf_cgc="52998224725")
    Concessao.objects.create(jazigo=c.jazigo, titular=c.titular, inicio=date(2020, 1, 1))
    pagina = texto(procurar(navegador("gerente", 1), f"{RAIZ}{lista}/", "529.982.247-25"))
    assert f"/admin/jazigos/{lista}/" in pagina and "/change/" in pagina


def test_contrato_se_acha_pelo_numero_da_cobranca() -> None:
    primeiro, _ = contrato(date(2026, 1, 1)), contrato(date(2026, 1, 1))
    pagina = texto(procurar(navegador("gerente", 1), CONTRATOS, f"j{primeiro.pk}-202601"))
    assert re.findall(r"contratomanutencao/(\d+)/change", pagina)[0] == str(primeiro.pk)


def test_incluir_contrato_leva_as_regras_e_o_valor_do_cemiterio() -> None:
    lugar, maria = jazigo(), cliente()
    dados = {
        "jazigo": lugar.pk, "titular": maria.pk, "valor": "", "inicio": "15/01/2026", "fim": "", "cobrar_desde": "2026-03-01",
    }  # fmt: skip
    resposta = navegador("gerente", 1).post(f"{CONTRATOS}add/", dados, follow=True)
    c = ContratoManutencao.objects.get()
    assert (c.valor, c.dia_vencimento, c.cobrado_ate, c.gerar_em) == (
        D("100.00"),
        10,
        date(2026, 2, 28),
        date(2026, 3, 10),
    )
    assert c.cemiterio == lugar.cemiterio and resposta.status_code == 200
    assert Evento.objects.filter(acao="jazigos.contratomanutencao_criado").exists()


def test_segundo_contrato_do_mesmo_jazigo_e_recusado_com_a_razao() -> None:
    c = contrato(date(2026, 1, 1))
    dados = {
        "jazigo": c.jazigo_id,
        "titular": c.titular_id,
        "valor": "50",
        "inicio": "01/02/2026",
        "fim": "",
        "cobrar_desde": "",
    }
    resposta = navegador("gerente", 1).post(f"{CONTRATOS}add/", dados)
    assert "Este jazigo já tem um contrato de manutenção em algum destes dias" in texto(resposta)


@pytest.mark.parametrize("grupo", ["operador", "auditor"])
def test_quem_nao_pode_nao_inclui_nem_encerra(grupo: str) -> None:
    c = contrato(date(2026, 1, 1))
    ninguem = navegador(grupo, 1)
    assert ninguem.get(f"{CONTRATOS}add/").status_code == 403
    pagina = texto(ninguem.get(f"{CONTRATOS}{c.pk}/change/"))
    assert "event_busy" not in pagina and "Mudar o valor" not in pagina
    assert ninguem.get(f"{CONTRATOS}{c.pk}/encerrar/").status_code == 403


def test_gerente_nao_inclui_contrato_em_cemiterio_de_outra_filial() -> None:
    lugar = jazigo(cemiterio(nome="Alheio", filial=filial(2)))
    dados = {
        "jazigo": lugar.pk,
        "titular": cliente().pk,
        "valor": "",
        "inicio": "15/01/2026",
        "fim": "",
        "cobrar_desde": "",
    }
    assert "Faça uma escolha válida" in texto(navegador("gerente", 1).post(f"{CONTRATOS}add/", dados))
    assert not ContratoManutencao.objects.exists()


def test_encerrar_pela_pagina_diz_o_acerto_e_clique_duplo_encerra_uma_vez() -> None:
    c = contrato(date(2026, 1, 1))
    gerar(date(2026, 3, 10))
    ana, endereco = navegador("gerente", 1), f"{CONTRATOS}{c.pk}/encerrar/"
    resposta = agir(ana, endereco, fim="2026-03-15")
    assert "termina em 15/03/2026. Deixou de ser devido: 51,61." in texto(resposta)
    assert "2ª versão" in texto(resposta) and "Não há mais o que cobrar" in texto(resposta)
    assert "antes do início" in texto(agir(ana, endereco, fim="2025-01-01"))
    assert len(titulos(c)) == 5


def test_mudar_valor_pela_pagina() -> None:
    c = contrato(date(2026, 1, 1))
    gerar(date(2026, 3, 10))
    resposta = agir(navegador("financeiro", 1), f"{CONTRATOS}{c.pk}/mudar_valor/", valor="1.080,50")
    assert "O valor passa de 100,00 a 1.080,50 em 01/04/2026." in texto(resposta)
    assert Reajuste.objects.get().motivo == "pedido da família"


def test_pagina_do_contrato_conta_o_que_falta_e_o_que_vem() -> None:
    c = contrato(date(2025, 1, 1), cobrar_desde=date(2025, 12, 1))
    gerar(date(2026, 3, 20))
    pagina = texto(navegador("operador", 1).get(f"{CONTRATOS}{c.pk}/change/"))
    assert "Não foi cobrado: falta o INPC de 12/2024" in pagina and f"J{c.pk}-202512" in pagina
    assert "falta o INPC" in texto(navegador("operador", 1).get(CONTRATOS, {"situacao": "pendentes"}))
    indices(date(2024, 12, 1), date(2026, 2, 1))
    depois = texto(navegador("operador", 1).get(f"{CONTRATOS}{c.pk}/change/"))
    assert "Próxima cobrança: <b>01/2026</b>" in depois and "<b>R$ 112,68</b>" in depois


def test_transferir_pela_pagina_da_concessao() -> None:
    c, nova = contrato(date(2026, 1, 1)), cliente("NOVA")
    concessao = Concessao.objects.create(jazigo=c.jazigo, titular=c.titular, inicio=date(2020, 1, 1))
    gerar(date(2026, 3, 10))
    endereco = f"{RAIZ}concessao/{concessao.pk}/transferir_jazigo/"
    ana = navegador("gerente", 1)
    assert "Nenhum cliente tem" in texto(agir(ana, endereco, codigo="NADA", em="2026-03-12", termo=""))
    resposta = agir(ana, endereco, codigo=nova.pk, em="2026-03-12", termo="T2")
    assert "O jazigo é de NOVA, que paga a manutenção pelo contrato J" in texto(resposta)
    assert Concessao.objects.count() == ContratoManutencao.objects.count() == 2


@pytest.mark.parametrize(("regra", "dito"), [("dias", "se divide por dia"), ("integral", "paga a partir do seguinte")])
def test_a_pagina_de_transferir_diz_quem_paga_o_periodo_da_troca(regra: str, dito: str) -> None:
    c = contrato(date(2026, 1, 1), regra_rateio=regra)
    concessao = Concessao.objects.create(jazigo=c.jazigo, titular=c.titular, inicio=date(2020, 1, 1))
    assert dito in texto(navegador("gerente", 1).get(f"{RAIZ}concessao/{concessao.pk}/transferir_jazigo/"))


def test_gaveta_ocupada_inexistente_ou_exumada_cedo_e_recusada() -> None:
    lugar = jazigo()
    endereco = f"{RAIZ}sepultamento/add/"
    ana = navegador("operador", 1)
    base = {
        "jazigo": lugar.pk,
        "gaveta": "1",
        "nome": "JOSE",
        "cliente": "",
        "certidao": "",
        "sepultado_em": "01/01/2025",
    }
    ana.post(endereco, {**base, "exumado_em": ""})
    assert Sepultamento.objects.count() == 1
    for mudanca, razao in (
        ({}, "Esta gaveta está ocupada"),
        ({"gaveta": "4"}, "Este jazigo tem 3: a gaveta 4 não existe"),
        ({"gaveta": "2", "sepultado_em": "01/01/2027"}, "Este dia ainda não chegou"),
        ({"gaveta": "2", "exumado_em": "31/12/2027"}, "só a partir de 01/01/2028"),
    ):
        assert razao in texto(ana.post(endereco, {**base, "exumado_em": "", **mudanca}))


def test_concessao_perpetua_nao_tem_fim_e_nao_se_sobrepoe() -> None:
    lugar, ana = jazigo(), navegador("gerente", 1)
    base = {
        "jazigo": lugar.pk,
        "titular": cliente().pk,
        "termo": "",
        "inicio": "01/01/2025",
        "fim": "",
        "observacao": "",
    }
    assert "não tem fim" in texto(ana.post(f"{RAIZ}concessao/add/", {**base, "perpetua": "on", "fim": "01/01/2030"}))
    ana.post(f"{RAIZ}concessao/add/", {**base, "perpetua": "on"})
    assert Concessao.objects.count() == 1
    assert "já tem uma concessão" in texto(ana.post(f"{RAIZ}concessao/add/", {**base, "inicio": "01/01/2026"}))


def test_municipio_do_cemiterio_se_escreve_pelo_nome() -> None:
    caio = navegador("financeiro", 1)
    endereco = f"{RAIZ}cemiterio/{Cemiterio.objects.get().pk}/change/"
    assert "Belo Horizonte/MG" in texto(caio.get(endereco))
    dados = {
        "nome": "Parque da Paz", "filial": filial().pk, "codigo_municipio": "Contagem/MG", "endereco": "",
        "anos_para_exumar": "3", "ativo": "on", "valor_manutencao": "120,50", "periodicidade": "1", "dia_vencimento": "10",
        "dias_antecedencia": "10", "regra_rateio": "dias", "indice": "IPCA", "mes_reajuste": "1", "defasagem_indice": "2",
    }  # fmt: skip
    assert "Será Contagem/MG" in texto(caio.post(endereco, {**dados, "codigo_municipio": "Contagen/MG"}))
    caio.post(endereco, dados)
    assert (Cemiterio.objects.get().codigo_municipio, Cemiterio.objects.get().valor_manutencao) == (
        "3118601",
        D("120.50"),
    )


def test_jazigo_com_contrato_nao_se_exclui() -> None:
    c = contrato(date(2026, 1, 1))
    resposta = navegador("gerente", 1).post(f"{RAIZ}jazigo/{c.jazigo_id}/delete/", {"post": "yes"}, follow=True)
    assert "não pode ser excluído" in texto(resposta) and Jazigo.objects.filter(pk=c.jazigo_id).exists()


def test_indice_usado_nao_se_exclui_e_o_nao_usado_sim() -> None:
    contrato(date(2025, 1, 1), cobrar_desde=date(2026, 1, 1), mes_reajuste=2)
    indices(date(2024, 11, 1), date(2026, 2, 1))
    gerar(date(2026, 2, 10))
    caio = navegador("financeiro", 1)
    for mes, fica in (
        (date(2024, 12, 1), False),
        (date(2025, 1, 1), True),
        (date(2025, 12, 1), True),
        (date(2026, 1, 1), False),
    ):
        pk = IndiceMensal.objects.get(mes=mes).pk
        caio.post(f"{RAIZ}indicemensal/{pk}/delete/", {"post": "yes"})
        assert IndiceMensal.objects.filter(pk=pk).exists() is fica, mes


def test_indice_se_digita_pelo_mes_e_nao_se_repete() -> None:
    caio = navegador("financeiro", 1)
    dados = {"indice": "IGP-M", "mes": "3/2026", "percentual": "-0,34"}
    caio.post(f"{RAIZ}indicemensal/add/", dados)
    assert list(IndiceMensal.objects.values_list("indice", "mes", "percentual")) == [
        ("IGP-M", date(2026, 3, 1), D("-0.3400"))
    ]
    assert "já tem a variação deste mês" in texto(caio.post(f"{RAIZ}indicemensal/add/", dados))
    assert "não é um mês" in texto(caio.post(f"{RAIZ}indicemensal/add/", {**dados, "mes": "13/2026"}))


def test_indices_entram_por_planilha_com_conferencia() -> None:
    caio = navegador("financeiro", 1)
    IndiceMensal.objects.create(indice="IPCA", mes=date(2026, 1, 1), percentual=D("0.33"))
    planilha = "Índice;Mês;Variação\nINPC;01/2026;0,39\nIPCA;2026-01;0,44\nigp-m;15/02/2026;-0,5\n".encode("cp1252")
    arquivo = SimpleUploadedFile("indices.csv", planilha)
    previa = caio.post(f"{RAIZ}indicemensal/import/", {"import_file": arquivo, "format": "0", "resource": ""})
    form = previa.context["confirm_form"]
    assert "0,3300 → 0,4400" in texto(previa) and IndiceMensal.objects.count() == 1
    caio.post(f"{RAIZ}indicemensal/process_import/", form.initial, follow=True)
    assert {(i.indice, i.mes.month): i.percentual for i in IndiceMensal.objects.all()} == {
        ("INPC", 1): D("0.39"), ("IPCA", 1): D("0.44"), ("IGP-M", 2): D("-0.5"),
    }  # fmt: skip


@pytest.mark.parametrize("chave", ["abc", "1e400", "9" * 30, "1\0"])
def test_linha_que_nao_existe_no_endereco_ou_no_formulario_nao_quebra_a_pagina(chave: str) -> None:
    quem = navegador("gerente", 1)
    nova = "/admin/jazigos/concessao/add/"
    assert quem.get(nova, {"jazigo": chave}).status_code == 200
    assert quem.post(nova, {"jazigo": chave, "titular": chave, "inicio": "", "fim": ""}).status_code == 200
    dados = {"action": "transferir", "_selected_action": [chave, "1"], "index": "0", "select_across": "0"}
    assert quem.post("/admin/jazigos/concessao/", dados, follow=True).status_code == 200


@pytest.mark.parametrize(
    ("dias", "erro"),
    [
        ({"inicio": "2026-03-01", "fim": "2026-02-28"}, "O fim é antes do início"),
        ({"inicio": "0026-03-01"}, "Confira o ano: 0026"),
        ({"inicio": "2026-03-01", "fim": "9999-12-31"}, "Confira o ano: 9999"),
    ],
)
def test_dias_trocados_ou_de_outra_era_sao_ditos_no_campo(dias: dict[str, str], erro: str) -> None:
    quem = navegador("gerente", 1)
    comum = {"jazigo": jazigo().pk, "titular": cliente().pk, "fim": "", "valor": "", "cobrar_desde": "", **dias}
    for nova in ("concessao", "contratomanutencao"):
        resposta = quem.post(f"{RAIZ}{nova}/add/", comum)
        assert resposta.status_code == 200 and erro in resposta.content.decode()


def test_sepultamento_de_outra_era_nao_quebra_a_pagina() -> None:
    dados = {
        "jazigo": jazigo().pk,
        "gaveta": "1",
        "nome": "José",
        "sepultado_em": "9999-12-31",
        "exumado_em": "9999-12-31",
    }
    resposta = navegador("gerente", 1).post(f"{RAIZ}sepultamento/add/", dados)
    assert resposta.status_code == 200 and "Confira o ano: 9999" in resposta.content.decode()
