"""What decides whether the month of plans and jazigos reconciles: one cent, minute or letter off is found, and named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from rich.console import Console

from bench.demonstracao import balanco, livro
from bench.demonstracao.balanco import TITULOS, Mes, Somas, diferencas
from bench.demonstracao.correio import Correio, correio_no_ar
from bench.demonstracao.funeraria import conferir_o_mes, viver_o_mes
from bench.demonstracao.livro import ATIVO, CANCELADO, SUSPENSO, Contrato, Livro
from tests.erp.elenco import empresa, pessoa

D = Decimal


def somas(**campos: dict[Any, Any]) -> Somas:
    return {nome: {} for nome in TITULOS} | campos


def test_iguais_nao_tem_diferenca() -> None:
    assert diferencas(somas(emitido={7: D("49.90")}), somas(emitido={7: D("49.90")})) == []


@pytest.mark.parametrize(
    ("certo", "tem", "dito"),
    [
        ({"abatido": {7: D("49.90")}}, {"abatido": {7: D("49.89")}},
         "parcelas pagas do contrato 7: no papel 49.90, na retaguarda 49.89"),
        ({"conta": {"B": D("1.00")}}, {}, "dinheiro na conta B: no papel 1.00, na retaguarda 0"),
        ({}, {"jazigos": {(3, "202612"): D("60.00")}},
         "manutenção de jazigo J3, competência 202612: no papel 0, na retaguarda 60.00"),
        ({"situacao": {7: ATIVO}}, {"situacao": {7: SUSPENSO}}, "situação do contrato 7: no papel Ativo, na retaguarda Suspenso"),
        ({"etiquetas": {"52998224725": "Titular"}}, {}, "etiqueta do cliente …4725: no papel Titular, na retaguarda 0"),
        ({"cartas": {"repetidas": 0}}, {"cartas": {"repetidas": 1}}, "cartas entregues, repetidas: no papel 0, na retaguarda 1"),
    ],
)  # fmt: skip
def test_cada_diferenca_e_dita_com_os_dois_lados(certo: Somas, tem: Somas, dito: str) -> None:
    assert diferencas(somas(**certo), somas(**tem)) == [dito]


def test_o_livro_suspende_avisa_e_cancela_nos_dias_do_contrato() -> None:
    """Due on 05/11/2025 and never paid: more than twelve months late on 06/11/2026, each notice ten days after the last."""
    papel = Contrato(1, "1", True, 5, date(2025, 10, 20), D("50.00"))
    caderno = Livro({1: papel})
    for n in range(30):
        dia = date(2026, 11, 1 + n)
        caderno.manha(dia)
        caderno.noite(dia)
    assert papel.mudancas == [
        (ATIVO, date(2025, 10, 20)), (SUSPENSO, date(2026, 11, 1)), (CANCELADO, date(2026, 11, 28)),
    ]  # fmt: skip
    assert papel.avisos == [date(2026, 11, 7), date(2026, 11, 18)]
    assert caderno.cartas["cancelamento"] == 2 and caderno.cartas["suspensao"] == 1
    assert next(p.vence for p in papel.parcelas if p.cancelada) == date(2026, 12, 5)


def test_o_livro_lembra_de_cada_parcela_uma_vez_por_passo() -> None:
    papel = Contrato(1, "1", True, 10, date(2026, 11, 2), D("50.00"))
    assert [papel.lembretes(date(2026, 11, dia)) for dia in (6, 7, 8, 9, 15, 16)] == [0, 1, 0, 0, 1, 0]
    assert livro.mais_meses(date(2026, 1, 31), 1) == date(2026, 2, 28)


@pytest.fixture
def correio(settings: Any) -> Iterator[Correio]:
    with correio_no_ar() as no_ar:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", no_ar.porta
        settings.CONTATOS_EMAIL_LIGADO, settings.CONTATOS_EMAILS_POR_SEGUNDO = True, 1000
        yield no_ar


@pytest.mark.prova
@pytest.mark.django_db(transaction=True)
def test_o_mes_confere_e_deixa_de_conferir_a_cada_centavo_tirado(correio: Correio) -> None:
    empresa()
    mes = viver_o_mes(correio, pessoa("gerente"))
    assert conferir_o_mes(mes, Console(quiet=True)).faltas == []
    for quebra, dito in QUEBRAS.items():
        assert any(dito in falta for falta in _quebrado(mes, quebra)), quebra
    assert conferir_o_mes(mes, Console(quiet=True)).faltas == []


QUEBRAS = {
    "UPDATE financeiro_titulo SET valor = valor - 0.01 WHERE origem = 3 AND sequencia = 1": "parcelas emitidas",
    "DELETE FROM financeiro_titulo WHERE origem = 3 AND sequencia < 0": "parcelas estornadas",
    "UPDATE financeiro_baixa SET valor = valor + 0.01": "parcelas pagas",
    "UPDATE financeiro_lancamento SET valor = valor - 0.01": "dinheiro na conta",
    "UPDATE financeiro_titulo SET valor = valor + 0.01 WHERE origem = 4": "manutenção de jazigo",
    "UPDATE planos_contratacao SET situacao = 1 WHERE situacao = 3": "situação do contrato",
    "UPDATE planos_mudancacontratacao SET dia = dia + 1 WHERE para = 2": "mudança de contrato",
    "UPDATE colaboradores_folhadia SET trabalhado = trabalhado - 1 WHERE trabalhado > 0": "minutos de trabalhado",
    "DELETE FROM colaboradores_folhadia WHERE extract(day FROM dia) = 6": "folhas de ponto de",
    "UPDATE visitas_arquivo_rota SET visitas = visitas - 1": "visitas na rota",
    "UPDATE contatos_comunicado SET situacao = 4 WHERE fato LIKE 'titulo:%'": "cartas entregues, titulo",
    "DELETE FROM clientes_etiqueta WHERE tipo = 3": "etiqueta do cliente",
    "UPDATE rotinas_execucao SET situacao = 4 WHERE rotina = 'PlanoContratacao/SuspensaoRotina'": "execuções de",
}


def _quebrado(mes: Mes, quebra: str) -> list[str]:
    """The differences while something is broken, behind the back of triggers and keys."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(quebra)
        achadas = diferencas(balanco.esperado(mes), balanco.achado(mes))
        transaction.set_rollback(True)
    return achadas
