"""Holidays: the library's, and those of each município."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.cadastros.feriados import dias_de, feriados
from erp.cadastros.models import FeriadoMunicipal
from erp.cadastros.ouvintes import ouvir_feriados
from tests.erp.elenco import navegador

BH, SAO_PAULO, RIO = "3106200", "3550308", "3304557"
NOVO = "/admin/cadastros/feriadomunicipal/add/"


def feriado(repete: str = "todo_ano", dia: date = date(2020, 12, 8), ate: date | None = None) -> FeriadoMunicipal:
    return FeriadoMunicipal(municipio=BH, nome="Imaculada", repete=repete, dia=dia, ate=ate)


@pytest.mark.parametrize(
    ("holiday", "ano", "dias"),
    [
        (feriado(), 2026, [date(2026, 12, 8)]),
        (feriado(), 2019, []),  # before the law
        (feriado(ate=date(2025, 12, 31)), 2026, []),  # after it was revoked
        (feriado("uma_vez", date(2026, 8, 21)), 2026, [date(2026, 8, 21)]),
        (feriado("uma_vez", date(2026, 8, 21)), 2027, []),
        (feriado(dia=date(2020, 2, 29)), 2028, [date(2028, 2, 29)]),
        (feriado(dia=date(2020, 2, 29)), 2027, []),
        (feriado("corpus", date(2020, 1, 1)), 2026, [date(2026, 6, 4)]),  # Easter is 5 April
        (feriado("carnaval", date(2020, 1, 1)), 2026, [date(2026, 2, 17)]),
    ],
)
def test_dias_de_um_feriado_municipal(holiday: FeriadoMunicipal, ano: int, dias: list[date]) -> None:
    assert dias_de(holiday, date(ano, 1, 1), date(ano, 12, 31)) == dias


@pytest.mark.django_db
def test_nacional_estadual_e_municipal_em_uma_consulta_so() -> None:
    feriado().save()
    with CaptureQueriesContext(connection) as consultas:
        achados = feriados([BH, SAO_PAULO, RIO], date(2026, 1, 1), date(2026, 12, 31))
    assert len(consultas) == 1
    assert {cidade: date(2026, 12, 25) in dias for cidade, dias in achados.items()} == dict.fromkeys(achados, True)
    assert (date(2026, 11, 20) in achados[BH]) and achados[BH][date(2026, 12, 8)] == "Imaculada"
    assert "Revolução" in achados[SAO_PAULO][date(2026, 7, 9)] and date(2026, 7, 9) not in achados[BH]
    assert date(2026, 2, 17) in achados[RIO] and date(2026, 2, 17) not in achados[SAO_PAULO]


@pytest.mark.django_db
def test_na_virada_do_ano_valem_os_dois() -> None:
    achados = feriados([BH], date(2026, 12, 20), date(2027, 1, 5))[BH]
    assert list(achados) == [date(2026, 12, 25), date(2027, 1, 1)]


@pytest.mark.django_db
def test_codigo_que_nao_existe_tem_os_nacionais() -> None:
    assert date(2026, 12, 25) in feriados(["0000000"], date(2026, 12, 1), date(2026, 12, 31))["0000000"]


def test_ler_as_configuracoes_nao_carrega_a_biblioteca() -> None:
    codigo = "import sys, erp.config.settings; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", codigo], check=False, timeout=60).returncode == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("municipio", "resposta"),
    [
        ("Belo Horizonte/MG", 302),
        ("belo horizonte", 302),
        (BH, 302),
        ("Bom Jesus", 200),  # five of them: say the UF
        ("Belo Orizonte/MG", 200),
    ],
)
def test_gerente_cadastra_pelo_nome_do_municipio(municipio: str, resposta: int) -> None:
    mudados: list[FeriadoMunicipal] = []
    ouvir_feriados(mudados.append)
    dados = {"municipio": municipio, "nome": "Assunção", "repete": "todo_ano", "dia": "15/08/2026", "ate": ""}
    pagina = navegador("gerente", 1).post(NOVO, dados)
    assert pagina.status_code == resposta
    if resposta == 302:
        assert FeriadoMunicipal.objects.get().municipio == BH
        assert len(mudados) == 1
    else:
        assert "Parecidos:" in pagina.content.decode()
        assert not FeriadoMunicipal.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("grupo", "inclui"), [("operador", False), ("auditor", False), ("TI", True)])
def test_quem_pode_cadastrar_feriado(grupo: str, inclui: bool) -> None:
    cliente = navegador(grupo, 1)
    assert cliente.get("/admin/cadastros/feriadomunicipal/").status_code == 200
    assert (cliente.get(NOVO).status_code == 200) is inclui
