"""Accounting periods: included open, closed with what is pending told first, opened again; who may, and never twice."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from auditoria.models import Evento
from erp.cadastros import pendencias
from erp.cadastros.models import PeriodoContabil
from erp.cadastros.pendencias import Pendencia, registrar_pendencias
from erp.cadastros.periodos import PeriodoRecusado, fechar_periodos, reabrir_periodos
from erp.cadastros.selectors import data_contabil_aberta, periodos_fechados
from tests.erp.cadastros.test_admin import lista, pagina
from tests.erp.elenco import empresa, hoje, navegador

pytestmark = pytest.mark.django_db(transaction=True)
MARCO = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture(autouse=True)
def dora() -> User:
    empresa()
    return User.objects.create_user("dora")


@pytest.fixture
def pendente() -> Iterator[list[Pendencia]]:
    """What another app says is pending, in place of everybody's."""
    ditas: list[Pendencia] = []
    outros = dict(pendencias._contadores)
    pendencias._contadores.clear()
    registrar_pendencias("teste", lambda inicio, fim: ditas)
    yield ditas
    pendencias._contadores.clear()
    pendencias._contadores.update(outros)


def aberto(inicio: date = MARCO[0], fim: date = MARCO[1]) -> PeriodoContabil:
    return PeriodoContabil.objects.create(inicio=inicio, fim=fim, fechado=False)


def endereco(periodo: PeriodoContabil, acao: str) -> str:
    return reverse("admin:cadastros_periodocontabil_change", args=[periodo.pk]).replace("change/", f"{acao}/")


def confirmar(cliente: Any, url: str, motivo: str = "mês conferido") -> Any:
    html = cliente.get(url).content.decode()
    token = re.search(r'name="token" value="([^"]*)"', html)
    assert token
    return cliente.post(url, {"token": token[1], "motivo": motivo}, follow=True)


def test_fechar_muda_o_dia_contabil_e_reabrir_o_devolve(dora: User) -> None:
    periodo = aberto()
    assert data_contabil_aberta(date(2026, 3, 10)) == date(2026, 3, 10)
    fechar_periodos(ids=[periodo.pk], motivo="mês conferido", usuario=dora)
    assert data_contabil_aberta(date(2026, 3, 10)) == date(2026, 4, 1)
    reabrir_periodos(ids=[periodo.pk], motivo="faltou uma nota", usuario=dora)
    assert data_contabil_aberta(date(2026, 3, 10)) == date(2026, 3, 10)
    assert list(Evento.objects.order_by("id").values_list("acao", "motivo")) == [
        ("cadastros.periodo_fechado", "mês conferido"), ("cadastros.periodo_reaberto", "faltou uma nota"),
    ]  # fmt: skip


@pytest.mark.parametrize("fechado", [True, False])
def test_ninguem_fecha_o_fechado_nem_reabre_o_aberto(dora: User, fechado: bool) -> None:
    periodo = PeriodoContabil.objects.create(inicio=MARCO[0], fim=MARCO[1], fechado=fechado)
    servico, estado = (fechar_periodos, "fechado") if fechado else (reabrir_periodos, "aberto")
    with pytest.raises(PeriodoRecusado, match=f"o período de 01/03/2026 a 31/03/2026 já está {estado}"):
        servico(ids=[periodo.pk], motivo="de novo", usuario=dora)
    assert not Evento.objects.exists()


def test_periodo_que_nao_terminou_nao_fecha_e_os_outros_tambem_nao(dora: User) -> None:
    """All or none: one that cannot be closed leaves the others as they were."""
    passado, corrente = aberto(), aberto(hoje() - timedelta(days=3), hoje())
    with pytest.raises(PeriodoRecusado, match="ainda não terminou"):
        fechar_periodos(ids=[passado.pk, corrente.pk], motivo="mês conferido", usuario=dora)
    assert periodos_fechados() == []
    with pytest.raises(PeriodoRecusado, match="motivo"):
        fechar_periodos(ids=[passado.pk], motivo="  ", usuario=dora)
    with pytest.raises(PeriodoRecusado, match="não existe mais"):
        fechar_periodos(ids=[10**9], motivo="mês conferido", usuario=dora)


def test_periodo_entra_aberto_com_motivo_e_sem_sobrepor_outro() -> None:
    cliente, url = navegador("fiscal", 1), reverse("admin:cadastros_periodocontabil_add")
    dados = {"inicio": "01/03/2026", "fim": "31/03/2026"}
    assert cliente.post(url, dados).status_code == 200  # no reason
    assert cliente.post(url, dados | {"motivo": "abre o mês"}).status_code == 302
    assert not PeriodoContabil.objects.get().fechado
    repetido = dados | {"inicio": "31/03/2026", "fim": "30/04/2026", "motivo": "de novo"}
    assert "Já existe um período que inclui algum destes dias" in cliente.post(url, repetido).content.decode()
    invertido = {"inicio": "30/04/2026", "fim": "01/04/2026", "motivo": "trocado"}
    assert "O fim é antes do início" in cliente.post(url, invertido).content.decode()
    assert (PeriodoContabil.objects.count(), Evento.objects.get().motivo) == (1, "abre o mês")


def test_a_pagina_de_fechar_diz_antes_o_que_falta_lancar(pendente: list[Pendencia]) -> None:
    pendente += [Pendencia("operações com erro", 12, D("1234.50"), "/x", False), Pendencia("notas", 0, D(0), "")]
    cliente, periodo = navegador("financeiro", 1), aberto()
    html = cliente.get(endereco(periodo, "fechar")).content.decode()
    assert "Ainda falta lançar nestes dias" in html
    assert re.search(r'<a [^>]*href="/x">Operações com erro</a>: 12, R\$ 1.234,50', html)
    assert "notas" not in html[html.index("Ainda falta") : html.index("</ul>", html.index("Ainda falta"))]
    assert "Fechado: 01/03/2026 a 31/03/2026." in confirmar(cliente, endereco(periodo, "fechar")).content.decode()
    assert periodos_fechados() == [MARCO]


def test_sem_nada_pendente_a_pagina_diz_isso(pendente: list[Pendencia]) -> None:
    html = navegador("financeiro", 1).get(endereco(aberto(), "fechar")).content.decode()
    assert "Nada pendente nestes dias." in html


def test_periodo_fechado_so_se_reabre() -> None:
    """Its days do not move and it is not deleted: the page offers to open it again, and nothing else."""
    cliente = navegador("fiscal", 1)
    periodo = PeriodoContabil.objects.create(inicio=MARCO[0], fim=MARCO[1])
    html = cliente.get(pagina(periodo)).content.decode()
    assert "Fechado" in html and "&#x27;fechado&#x27;" not in html
    assert endereco(periodo, "reabrir") in html and endereco(periodo, "fechar") not in html
    assert (
        cliente.post(pagina(periodo), {"inicio": "02/03/2026", "fim": "31/03/2026", "motivo": "x"}).status_code == 403
    )
    assert cliente.post(pagina(periodo, "delete"), {"post": "yes"}).status_code == 403
    assert "Reaberto" in confirmar(cliente, endereco(periodo, "reabrir"), "faltou uma nota").content.decode()
    assert endereco(periodo, "fechar") in cliente.get(pagina(periodo)).content.decode()


@pytest.mark.parametrize("acao", ["fechar", "reabrir"])
@pytest.mark.parametrize(
    ("grupo", "pode"),
    [
        ("fiscal", True),
        ("financeiro", True),
        ("gerente", False),
        ("operador", False),
        ("TI", False),
        ("auditor", False),
    ],
)
def test_so_fiscal_e_financeiro_fecham_e_reabrem(acao: str, grupo: str, pode: bool) -> None:
    periodo = PeriodoContabil.objects.create(inicio=MARCO[0], fim=MARCO[1], fechado=acao == "reabrir")
    cliente = navegador(grupo, 1)
    assert (endereco(periodo, acao) in cliente.get(pagina(periodo)).content.decode()) == pode
    assert cliente.get(endereco(periodo, acao)).status_code == (200 if pode else 403)


def test_fechado_por_outro_enquanto_a_pagina_estava_aberta(dora: User) -> None:
    cliente, periodo = navegador("fiscal", 1), aberto()
    url = endereco(periodo, "fechar")
    token = re.search(r'name="token" value="([^"]*)"', cliente.get(url).content.decode())
    assert token
    fechar_periodos(ids=[periodo.pk], motivo="mês conferido", usuario=dora)
    resposta = cliente.post(url, {"token": token[1], "motivo": "também fecho"})
    assert (resposta.status_code, Evento.objects.count()) == (409, 1)
    assert "já está fechado" in resposta.content.decode()


def test_lista_fecha_varios_de_uma_vez() -> None:
    cliente, meses = navegador("fiscal", 1), [aberto(), aberto(date(2026, 2, 1), date(2026, 2, 28))]
    dados = {"action": "fechar", "_selected_action": [p.pk for p in meses], "index": 0, "select_across": "0"}
    html = cliente.post(lista("periodocontabil"), dados).content.decode()
    token = re.search(r'name="token" value="([^"]*)"', html)
    assert token
    cliente.post(lista("periodocontabil"), dados | {"token": token[1], "motivo": "meses conferidos"})
    assert len(periodos_fechados()) == 2


def test_dois_fecham_ao_mesmo_tempo_e_um_so_fecha(dora: User) -> None:
    periodo = aberto()
    recusas: list[str] = []
    largada = threading.Barrier(2)

    def fechar() -> None:
        try:
            largada.wait(timeout=30)
            fechar_periodos(ids=[periodo.pk], motivo="mês conferido", usuario=dora)
        except PeriodoRecusado as recusa:
            recusas.append(str(recusa))
        finally:
            connection.close()

    _juntos(fechar, fechar)
    assert recusas == ["o período de 01/03/2026 a 31/03/2026 já está fechado"]
    assert Evento.objects.count() == 1


def _juntos(*atos: Callable[[], None]) -> None:
    equipe = [threading.Thread(target=ato) for ato in atos]
    for thread in equipe:
        thread.start()
    for thread in equipe:
        thread.join(timeout=60)
