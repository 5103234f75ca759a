"""Deliveries told to who asked: once each, whatever fails."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection

from erp.contatos.models import Comunicado, ModeloMensagem
from erp.contatos.registro import registrar_entrega
from erp.contatos.selectors import comunicados_de, entregas
from erp.contatos.services import acompanhar, contar_entregas
from erp.contatos.valores import Entrega
from filas.models import Mensagem
from tests.erp.contatos.conftest import aviso, por_na_fila

pytestmark = pytest.mark.django_db


def _a_fila_entregou(*fatos: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE wosk_queue m SET situacao = 2, terminada_em = now(), mensagem = 'Aceita: 250 2.0.0 queued as 4F2'
               FROM contatos_comunicado c WHERE m.chave = c.id::text AND c.fato = ANY(%s)""",
            [list(fatos)],
        )


def test_cada_entrega_e_contada_uma_vez_a_quem_pediu(modelo: ModeloMensagem) -> None:
    ouvidas: list[str] = []
    registrar_entrega("contratacao:", lambda provas: ouvidas.extend(p.fato for p in provas))
    por_na_fila(aviso("contratacao:1:aviso:1"), aviso("contratacao:2:aviso:1"), aviso("outra:1"))
    _a_fila_entregou("contratacao:1:aviso:1", "outra:1")

    feito = acompanhar()
    acompanhar()

    assert (feito.entregues, feito.contados) == (2, 1)
    assert ouvidas == ["contratacao:1:aviso:1"]
    assert entregas(["contratacao:1:aviso:1"])["contratacao:1:aviso:1"].retorno == "Aceita: 250 2.0.0 queued as 4F2"
    assert entregas(["contratacao:2:aviso:1"]) == {}
    assert [c.situacao for c in comunicados_de(["contratacao:2:aviso:1"])] == [Comunicado.Situacao.NA_FILA]


def test_quem_falha_ao_ouvir_ouve_de_novo_e_nao_atrasa_os_outros(modelo: ModeloMensagem) -> None:
    ouvidas: list[str] = []
    ruim = {"contratacao:1:aviso:1"}

    def ouvir(provas: Sequence[Entrega]) -> None:
        if ruim & {p.fato for p in provas}:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nada FROM lugar_nenhum")
        ouvidas.extend(p.fato for p in provas)

    registrar_entrega("contratacao:", ouvir)
    por_na_fila(aviso("contratacao:1:aviso:1"), aviso("contratacao:2:aviso:1"))
    _a_fila_entregou("contratacao:1:aviso:1", "contratacao:2:aviso:1")

    assert acompanhar().contados == 1
    assert ouvidas == ["contratacao:2:aviso:1"]
    assert Comunicado.objects.get(fato="contratacao:1:aviso:1").situacao == Comunicado.Situacao.ENTREGUE
    ruim.clear()
    assert contar_entregas() == 1
    assert contar_entregas() == 0
    assert ouvidas == ["contratacao:2:aviso:1", "contratacao:1:aviso:1"]


def test_a_mensagem_cancelada_na_fila_por_uma_pessoa_diz_isso_no_comunicado(modelo: ModeloMensagem) -> None:
    por_na_fila(aviso())
    Mensagem.objects.update(situacao=3, mensagem="Cancelada por ana: engano")

    assert acompanhar().nao_enviados == 1
    comunicado = Comunicado.objects.get()
    assert (comunicado.situacao, comunicado.motivo) == (Comunicado.Situacao.NAO_ENVIADO, "CANCELADO")
    assert comunicado.detalhe == "Cancelada por ana: engano"
