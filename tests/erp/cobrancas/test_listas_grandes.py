"""Lists over tables that grow: who sees what, without reading the whole table for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import PixRecebido
from erp.cobrancas.services.registro import registrar
from tests.erp.cobrancas.elenco import cobranca, lido
from tests.erp.elenco import empresa, filial, navegador, superusuario

pytestmark = pytest.mark.django_db
PIX = "/admin/cobrancas/pixrecebido/"
INTEIRA = '"cobrancas_pix"."id" IN (SELECT'  # a list of every one that may be seen, at each view


@pytest.fixture(autouse=True)
def _empresa() -> None:
    empresa()


def abrir(cliente: Client, endereco: str, termo: str = "") -> tuple[str, str]:
    """The page, and every statement that made it."""
    with CaptureQueriesContext(
        connection,
    ) as consultas:
        resposta = cliente.get(endereco, {"q": termo} if termo else {}, follow=True)
    assert resposta.status_code == 200
    return str(resposta.content.decode()), "\n".join(c["sql"] for c in consultas)


def tres_pix() -> None:
    """Of a charge of filial 1, of one of filial 2, and of nobody."""
    agora = timezone.now()
    donas = (cobranca(), cobranca(filial_id=filial(2).pk), None)
    for n, dona in enumerate(donas, 1):
        PixRecebido.objects.create(
            e2eid=f"E{n}", valor=D(n * 11), horario=agora - timedelta(hours=n), recebido_em=agora, cobranca=dona
        )


def test_pix_e_visto_por_quem_ve_a_filial_da_cobranca_e_o_de_ninguem_por_todos() -> None:
    tres_pix()
    pagina, consultas = abrir(navegador("financeiro", 1), PIX)
    assert [f"E{n}" in pagina for n in (1, 2, 3)] == [True, False, True]
    assert INTEIRA not in consultas
    pagina, consultas = abrir(superusuario(), PIX)
    assert [f"E{n}" in pagina for n in (1, 2, 3)] == [True, True, True]
    assert INTEIRA not in consultas


def test_procurar_pelo_numero_do_provedor_nao_le_a_tabela_para_saber_os_provedores() -> None:
    c = cobranca(id_provedor="77001")
    registrar(c.pk, [lido(Passo.PAGA, pago="100", numero="E123")])
    quem = navegador("financeiro", 1)
    for lista, termo, achado in (("cobranca", "77001", f"nº {c.pk}"), ("pagamento", "E123", "E123")):
        pagina, consultas = abrir(quem, f"/admin/cobrancas/{lista}/", termo)
        assert achado in pagina
        assert 'DISTINCT U0."provedor"' not in consultas
