"""Reading the archive as the page of the trail does, over a real server."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from auditoria import serial
from auditoria.arquivo import leitura
from auditoria.arquivo.remessa import remeter
from auditoria.selador import selar
from auditoria.services import Ato, Ator, registrar_varios
from auditoria.trilha import banco
from auditoria.trilha.filtro import Filtro, Trecho, Visto

pytestmark = pytest.mark.django_db


@pytest.fixture
def cheio(arquivo: Any) -> Any:
    """Six events of two people on two things, in one instant each three, all archived."""
    for quem in ("ana", "bia"):
        atos = [Ato("a.feito" if n else "b.feito", str(n % 2), {"n": n}, {"n": n + 1}) for n in range(3)]
        with transaction.atomic():
            registrar_varios(atos, ator=Ator("usuario", quem), objeto="x.Coisa")
    selar()
    remeter()
    return arquivo


def ids(vistos: list[Visto]) -> list[str]:
    return [str(v.linha.id) for v in vistos]


def conteudo(visto: Visto) -> tuple[Any, ...]:
    return serial.canonico(visto.linha), visto.sequencia, visto.selado_em, visto.selo


@pytest.mark.parametrize(
    "filtro",
    [
        Filtro(), Filtro(ator="ana"), Filtro(acao="a.feito"), Filtro(objetos=("x.Coisa",), objeto_ids=("1",)),
        Filtro(objetos=("x.Coisa",)), Filtro(ator="bia", acao="b.feito"), Filtro(ator="ninguem"), Filtro(objeto_ids=("0",)),
    ],
)  # fmt: skip
def test_os_dois_lados_respondem_o_mesmo(cheio: Any, filtro: Filtro) -> None:
    for trecho in (Trecho(), Trecho(limite=2), Trecho(para_cima=True, limite=4)):
        daqui = banco.procurar(filtro, trecho)
        de_la = leitura.procurar(filtro, trecho)
        assert ids(de_la.vistos) == ids(daqui)
        assert [conteudo(v) for v in de_la.vistos] == [conteudo(v) for v in daqui]
        assert de_la.estranhos == 0


def test_o_periodo_e_o_lugar_valem_igual_nos_dois_lados(cheio: Any) -> None:
    todos = banco.procurar(Filtro(), Trecho())
    meio = todos[3].linha.em
    for filtro in (Filtro(desde=meio), Filtro(ate=meio), Filtro(desde=meio, ate=meio + timedelta(microseconds=1))):
        assert ids(leitura.procurar(filtro, Trecho()).vistos) == ids(banco.procurar(filtro, Trecho()))
    for n in range(6):
        for para_cima in (False, True):
            trecho = Trecho(todos[n].ponto, 2, para_cima)
            assert ids(leitura.procurar(Filtro(), trecho).vistos) == ids(banco.procurar(Filtro(), trecho))


def test_documento_que_nao_e_nosso_e_contado_e_nao_mostrado(cheio: Any) -> None:
    [mexido, *resto] = banco.procurar(Filtro(), Trecho())
    cheio["auditoria_eventos"].update_one({"_id": mexido.linha.id}, {"$set": {"motivo": 7}})
    achados = leitura.procurar(Filtro(), Trecho(limite=2))
    assert ids(achados.vistos) == ids(resto[:2]) and achados.estranhos == 1
    assert leitura.um(mexido.linha.id) is None and leitura.um(resto[0].linha.id) is not None


def test_os_indices_sao_feitos_uma_vez(cheio: Any) -> None:
    nomes = {indice["name"] for indice in cheio["auditoria_eventos"].list_indexes()}
    assert nomes >= {"sequencia", "por_quando", "por_acao", "por_ator", "por_objeto", "por_tipo_de_objeto"}
    assert remeter().erro == ""
