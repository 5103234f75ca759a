"""The search box by phone and by RG: whole for everybody, by the ending for who may read numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clientes.models import Cliente
from clientes.rules import telefone_procurado
from tests.busca import procurar
from tests.erp.elenco import navegador

pytestmark = pytest.mark.django_db
Novo = Callable[..., Cliente]
LISTA = "/admin/clientes/cliente/"


@pytest.fixture
def fregueses(novo_cliente: Novo) -> None:
    base = {"cpf_cgc": "", "ddd_celular": "", "celular": "", "rg_ie": ""}
    novo_cliente(**base | {"codigo_cliente": "1", "ddd_celular": "31", "celular": "98765-4321"})
    novo_cliente(**base | {"codigo_cliente": "2", "ddd": "031", "telefone": "3333 4444"})
    novo_cliente(**base | {"codigo_cliente": "3", "telefone": "3133334444"})  # its DDD inside the number
    novo_cliente(**base | {"codigo_cliente": "4", "ddd": "(11)", "telefone": "33334444", "rg_ie": "MG-12.345.678"})


@pytest.mark.parametrize(
    ("texto", "inteiro", "por_finais"),
    [
        ("31987654321", {"1"}, {"1"}),
        ("(31) 98765-4321", {"1"}, {"1"}),
        ("+55 31 98765-4321", {"1"}, {"1"}),
        ("031 98765-4321", {"1"}, {"1"}),
        ("987654321", {"1"}, {"1"}),
        ("87654321", set(), {"1"}),  # without the ninth digit: the ending of a number, not a number
        ("654321", set(), {"1"}),
        ("54321", set(), set()),
        ("33334444", {"2", "4"}, {"2", "3", "4"}),
        ("3133334444", {"2", "3"}, {"2", "3"}),
        ("1133334444", {"4"}, {"4"}),
        ("2133334444", set(), set()),
        ("133334444", set(), {"2", "3", "4"}),
        ("MG12345678", {"4"}, {"4"}),
        ("mg-12.345.678", {"4"}, {"4"}),
        ("12345678", set(), set()),  # never by a part of an RG
        ("00000000", set(), set()),
        ("+-() ", set(), set()),
    ],
)
def test_telefone_e_rg(fregueses: None, texto: str, inteiro: set[str], por_finais: set[str]) -> None:
    assert {c.pk for c in Cliente.objects.buscar(texto)} == inteiro
    assert {c.pk for c in Cliente.objects.buscar(texto, finais=True)} == por_finais


def test_a_busca_por_telefone_e_por_rg_usa_os_indices(loja: None, sem_varredura: None) -> None:
    for finais in (False, True):
        feito = str(Cliente.objects.buscar("31 98765-4321", finais=finais).order_by().explain())
        for indice in ("cliente_telefone", "cliente_celular", "cliente_rg", "cliente_documento"):
            assert indice in feito
        assert "Seq Scan" not in feito


def test_o_operador_acha_pelo_numero_inteiro_e_nunca_por_um_pedaco(fregueses: None) -> None:
    def achados(grupo: str, texto: str) -> int:
        return len(procurar(navegador(grupo), LISTA, texto).context["cl"].result_list)

    assert achados("operador", "(31) 98765-4321") == achados("gerente", "(31) 98765-4321") == 1
    assert (achados("operador", "765-4321"), achados("gerente", "765-4321")) == (0, 1)


@pytest.mark.parametrize("texto", ["31 9876x", "maria", "", "123", "1" * 15])
def test_o_que_nao_e_telefone_nao_e_procurado_como_tal(texto: str) -> None:
    assert telefone_procurado(texto, finais=True) == ""
