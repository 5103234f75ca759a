"""Phones as people type them, and the routine that reads those of the register."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clientes.models import Cliente
from erp.contatos.models import ContatoWhatsapp
from erp.contatos.whatsapp import marcas, numeros
from erp.contatos.whatsapp.validacao import validar
from tests.erp.contatos.whatsapp.conftest import Celular

S = ContatoWhatsapp.Situacao


@pytest.mark.parametrize(
    ("texto", "ddd", "digitos", "corrigido"),
    [
        ("98765-4321", "31", "5531987654321", False),
        ("8765-4321", "031", "5531987654321", True),
        ("6123-4567", "11", "5511961234567", True),
        ("(31) 98765-4321", "", "5531987654321", False),
        ("+55 31 98765-4321", "", "5531987654321", False),
        ("553187654321", "", "5531987654321", True),  # Meta names old numbers without the 9
        ("+351 912 345 678", "", "351912345678", False),
    ],
)
def test_celular_vira_e164_com_o_nono_digito(texto: str, ddd: str, digitos: str, corrigido: bool) -> None:
    assert numeros.ler(texto, ddd) == numeros.Numero(digitos, corrigido)


@pytest.mark.parametrize(
    ("texto", "ddd", "problema"),
    [
        ("3456-7890", "31", "fixo"),
        ("98765-4321", "", "Falta o DDD"),
        ("98765-4321", "20", "DDD 20 não existe"),
        ("887654321", "31", "não começa com 9"),
        ("99999-9999", "31", "repetido"),
        ("12345", "31", "Tem 5 números"),
        ("+1 23", "", "outro país"),
        ("", "31", "Tem 0 números"),
        ("maria@exemplo.com.br", "", "Tem 0 números"),
    ],
)
def test_o_que_nao_e_celular_diz_por_que(texto: str, ddd: str, problema: str) -> None:
    lido = numeros.ler(texto, ddd)
    assert problema in lido.problema and not lido.digitos


def test_sem_celular_que_sirva_o_telefone_vale_se_for_celular() -> None:
    assert numeros.do_cadastro("31", "123", "31", "98765-4321").digitos == "5531987654321"
    assert numeros.do_cadastro("", "98765-4321", "31", "").digitos == "5531987654321"  # the DDD of the other phone
    assert numeros.do_cadastro("31", "123", "31", "3456-7890").problema.startswith("Tem 3")


def _situacoes() -> dict[str, tuple[int, bool]]:
    return {c.pk: (c.situacao, c.corrigido) for c in ContatoWhatsapp.objects.all()}


@pytest.mark.django_db
def test_a_rotina_le_so_o_que_mudou_por_qualquer_mao(celular: Celular, django_assert_max_num_queries: Any) -> None:
    bom, velho, mau = celular(), celular("87654321"), celular("123")
    fixo = celular("", telefone="34567890", ddd="31")
    celular("")

    assert validar() == {"lidos": 4, "corrigidos": 1, "errados": 1, "mudaram de situação": 0, "saíram do cadastro": 0}
    assert _situacoes() == {bom: (0, False), velho: (0, True), mau: (3, False), fixo: (4, False)}
    with django_assert_max_num_queries(7):
        assert validar()["lidos"] == 0
    Cliente.objects.filter(pk=mau).update(celular="912345678")  # by SQL, as others write
    Cliente.objects.filter(pk=bom).update(celular="", telefone="")
    Cliente.objects.filter(pk=velho).update(status=0)

    feito = validar()
    assert (feito["lidos"], feito["saíram do cadastro"]) == (1, 2)
    assert _situacoes() == {mau: (0, False), fixo: (4, False)}


@pytest.mark.django_db
def test_o_que_a_entrega_ensina_vale_para_todos_do_numero_e_a_recusa_velha_e_tentada_de_novo(
    celular: Celular, settings: Any
) -> None:
    a, b, c = celular(), celular(), celular("911112222")
    validar()
    agora = timezone.now()
    marcas.nao_entregaram({"5531987654321": agora - timedelta(days=1)})
    assert _situacoes() == {a: (2, False), b: (2, False), c: (0, False)}
    marcas.entregaram({"5531987654321": agora - timedelta(days=2)})  # told late: the refusal is newer
    assert _situacoes()[a] == (2, False)
    marcas.entregaram({"5531987654321": agora})
    assert _situacoes()[a] == _situacoes()[b] == (1, False)
    marcas.nao_entregaram({"5531911112222": agora - timedelta(days=29)})
    assert _situacoes()[c] == (2, False)
    settings.WHATSAPP_REVALIDAR_DIAS = 28
    assert validar()["mudaram de situação"] == 1
    assert _situacoes()[c] == (0, False)
    d = celular()  # of a number that is known already
    validar()
    assert _situacoes()[d] == (1, False)


@pytest.mark.django_db
def test_nenhum_telefone_fica_escrito_na_tabela(celular: Celular) -> None:
    celular()
    validar()
    [linha] = ContatoWhatsapp.objects.values()
    assert "87654321" not in str(linha) and linha["mostra"] == "(31) *****-**21"
