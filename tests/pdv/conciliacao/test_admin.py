"""The page: who sees what, its totals, its filters, what it exports, and asking for a computation."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from auditoria.models import Evento
from erp.rotinas.models import Execucao
from pdv.conciliacao.exportacao import TITULOS
from pdv.conciliacao.models import Achado
from pdv.conciliacao.services import CAMINHO
from tests.pdv.conciliacao.elenco import cobranca, ha, hoje, linha_de_arquivo, nota, rodar, titulo, venda
from tests.pdv.elenco import Elenco, montar_elenco
from tests.pdv.processamento.admin.test_acoes import confirmar, pedir
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sem_manifesto")]
LISTA = "/admin/conciliacao/achado/"


@pytest.fixture
def sem_manifesto(settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def e() -> Elenco:
    return montar_elenco()


def quem(grupo: str, *filiais: Any) -> Client:
    return entrar(pessoa("ana", grupo, filiais=filiais))


def pagina(cliente: Client, filtros: str = "") -> str:
    return cliente.get(f"{LISTA}{filtros}").content.decode()


def test_lista_diz_a_idade_o_dinheiro_a_saida_e_leva_ao_lugar(e: Elenco) -> None:
    feita = venda(e)
    nota(e, feita, "90.00")
    rodar()
    html = pagina(quem("gerente", e.centro))
    achado = Achado.objects.get()
    for texto in (
        "Nota de R$\u00a090,00, venda de R$\u00a0100,00", "NOTA_DIFERE", "1 dia", "R$\u00a010,00", "cancele a nota",
        f"/admin/replicacao/operacaopdv/{achado.operacao_id}/change/", f"/admin/replicacao/notafiscal/{achado.nota_id}/change/",
        "1 caso, o mais antigo: 1 dia", "?tipo=NOTA_DIFERE",
    ):  # fmt: skip
        assert texto in html, texto
    resposta: Any = quem("gerente", e.centro).get(f"{LISTA}{achado.pk}/change/")
    assert resposta["Location"] == f"/admin/replicacao/operacaopdv/{achado.operacao_id}/change/"


def test_elo_para_pagina_fechada_nao_aparece(e: Elenco) -> None:
    cobranca(e, titulo(e))
    rodar()
    caminho = f"/admin/cobrancas/cobranca/{Achado.objects.get().cobranca_id}/change/"
    assert caminho in pagina(quem("financeiro", e.centro))
    assert caminho not in pagina(quem("fiscal", e.centro))


def test_sem_nada_diz_que_concorda_e_antes_da_primeira_que_nao_foi_conferido(e: Elenco) -> None:
    cliente = quem("gerente", e.centro)
    assert "Ainda não foi conferido" in pagina(cliente)
    rodar()
    assert "Tudo concorda" in pagina(cliente)


def test_filtros_por_especie_par_filial_idade_periodo_e_resolvidos(e: Elenco) -> None:
    venda(e)
    titulo(e, "77.00", vencimento=hoje() - timedelta(days=20))
    linha_de_arquivo(e)
    rodar()
    Achado.objects.filter(tipo="LINHA_SEM_VENDA").update(resolvido_em=ha(minutes=1))
    cliente = quem("gerente", e.centro, e.bairro)

    def mostra(filtros: str) -> set[str]:
        return {
            t for t in ("VENDA_SEM_NOTA", "CARTAO_VENCIDO", "LINHA_SEM_VENDA") if f">{t}<" in pagina(cliente, filtros)
        }

    assert mostra("") == {"VENDA_SEM_NOTA", "CARTAO_VENCIDO"}
    assert mostra("?tipo=CARTAO_VENCIDO") == {"CARTAO_VENCIDO"}
    assert mostra("?par=nota") == {"VENDA_SEM_NOTA"}
    assert mostra("?idade=1") == {"VENDA_SEM_NOTA"} and mostra("?idade=30") == {"CARTAO_VENCIDO"}
    assert mostra("?idade=7") == mostra("?idade=mais") == set()
    assert mostra(f"?filial={e.bairro.pk}") == set()
    assert mostra(f"?desde_from={hoje() - timedelta(days=3):%d/%m/%Y}") == {"VENDA_SEM_NOTA"}
    assert mostra("?situacao=resolvidos") == set()  # a line of an account of no filial: for who sees them all
    assert mostra("?tipo=NADA&idade=x&par=x") == {"VENDA_SEM_NOTA", "CARTAO_VENCIDO"}


def test_cada_um_ve_so_as_suas_filiais(e: Elenco) -> None:
    venda(e)
    rodar()
    assert ">VENDA_SEM_NOTA<" not in pagina(quem("gerente", e.bairro))
    assert "VENDA_SEM_NOTA" not in b"".join(quem("gerente", e.bairro).get(f"{LISTA}exportar/")).decode()


@pytest.mark.parametrize(
    ("grupo", "ve", "exporta", "confere"),
    [
        ("gerente", 200, 200, 302), ("financeiro", 200, 200, 302), ("auditor", 200, 200, 403), ("fiscal", 200, 403, 403),
        ("operador", 403, 403, 403),
    ],
)  # fmt: skip
def test_quem_pode(e: Elenco, grupo: str, ve: int, exporta: int, confere: int) -> None:
    cliente = quem(grupo, e.centro)
    assert cliente.get(LISTA).status_code == ve
    assert cliente.get(f"{LISTA}exportar/").status_code == exporta
    assert cliente.post(f"{LISTA}conferir/").status_code == confere
    assert cliente.get(f"{LISTA}conferir/").status_code == 405


def test_csv_segue_os_filtros_nao_tem_formula_e_fica_na_auditoria(e: Elenco) -> None:
    titulo(e, nsu="=1+1", vencimento=hoje() - timedelta(days=9))
    venda(e)
    rodar()
    Achado.objects.filter(tipo="CARTAO_VENCIDO").update(titulo_id=-5)
    resposta: Any = quem("gerente", e.centro).get(f"{LISTA}exportar/?tipo=CARTAO_VENCIDO")
    linhas = list(csv.reader(io.StringIO(b"".join(resposta).decode("utf-8-sig")), delimiter=";"))
    assert linhas[0] == list(TITULOS) and len(linhas) == 2
    assert linhas[1][0] == "CARTAO_VENCIDO" and linhas[1][6:8] == ["9", "100,00"] and linhas[1][12] == "'-5"
    assert not [c for c in linhas[1] if c.startswith(("=", "+", "-", "@"))]
    evento = Evento.objects.get(acao="conciliacao.exportada")
    assert evento.depois == {"filtros": "tipo=CARTAO_VENCIDO"}


def test_dispensa_pela_lista_com_motivo_e_volta_por_ela(e: Elenco) -> None:
    venda(e)
    rodar()
    achado, cliente = Achado.objects.get(), quem("gerente", e.centro)
    confirmar(cliente, pedir(cliente, "dispensar", achado, lista=LISTA), "nota feita em papel, do talão", LISTA)
    assert ">VENDA_SEM_NOTA<" not in pagina(cliente)
    dispensados = pagina(cliente, "?situacao=dispensados")
    assert "Dispensado por ana: nota feita em papel, do talão" in dispensados and "dispensado em" in dispensados
    dispensadas = f"{LISTA}?situacao=dispensados"
    confirmar(cliente, pedir(cliente, "reabrir", achado, lista=dispensadas), "o talão era de outra venda", dispensadas)
    assert ">VENDA_SEM_NOTA<" in pagina(cliente)
    assert "dispensar" not in pagina(quem("fiscal", e.centro))


def test_conferir_agora_pede_a_rotina_e_duas_vezes_e_um_pedido(e: Elenco) -> None:
    cliente = quem("gerente", e.centro)
    for texto in ("Pedido feito", "Já há um pedido"):
        assert texto in cliente.post(f"{LISTA}conferir/", follow=True).content.decode()
    assert Execucao.objects.filter(rotina=CAMINHO).count() == 1


def test_pagina_nao_conta_a_tabela_nem_pergunta_por_linha(e: Elenco) -> None:
    for _ in range(12):
        venda(e)
    cobranca(e, titulo(e))
    rodar()
    cliente = quem("gerente", e.centro)
    with CaptureQueriesContext(
        connection,
    ) as feitas:
        pagina(cliente)
    sql = [q["sql"] for q in feitas if "conciliacao_achado" in q["sql"]]
    assert len(sql) <= 4 and not [s for s in sql if "COUNT(*)" in s]


def test_primeira_tela_diz_o_que_nao_concorda(e: Elenco) -> None:
    venda(e)
    rodar()
    inicio = quem("gerente", e.centro).get("/admin/").content.decode()
    assert "Não concorda" in inicio and LISTA in inicio
