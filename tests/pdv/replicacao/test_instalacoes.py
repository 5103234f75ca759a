"""The same till under another `instalacao`: what it sends again is what is stored already, and costs little to know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.cadastros.models import PontoVenda
from pdv.replicacao.armazem import Origem
from pdv.replicacao.esquema import Resposta
from pdv.replicacao.instalacoes import situar
from pdv.replicacao.models import Divergencia, NotaFiscal, OperacaoPdv, Rejeicao, Turno
from pdv.replicacao.services import receber_pacote
from tests.pdv.fabricas import (
    INSTALACAO,
    criar_ponto_venda,
    em_json,
    nova_nota,
    nova_operacao,
    novo_pacote,
    novo_turno,
)

AGORA = datetime(2026, 7, 1, 14, tzinfo=UTC)
SEGUNDA, TERCEIRA = "11111111-2222-4333-8444-555555555555", "ffffffff-2222-4333-8444-555555555555"
OUTRO_GUID = "99999999-2222-4333-8444-555555555555"


def receber(ponto_venda: PontoVenda, *operacoes: Any, agora: datetime = AGORA, **campos: Any) -> Resposta:
    return receber_pacote(corpo=em_json(novo_pacote(*operacoes, **campos)), ponto_venda=ponto_venda, agora=agora)


def resultados(resposta: Resposta) -> list[str]:
    secoes: list[Any] = [resposta.turnos, resposta.operacoes, resposta.notas]
    return [linha.resultado for secao in secoes for linha in secao]


def test_pacote_repetido_sob_nova_instalacao_nao_muda_nada(ponto_venda: PontoVenda) -> None:
    """The till never heard the answer, and was then given a new identity."""
    pacote: dict[str, Any] = {"notas": [nova_nota(1)], "turnos": [novo_turno(1)]}
    receber(ponto_venda, nova_operacao(1), nova_operacao(2), **pacote)
    antes = [list(modelo.objects.order_by("pk").values()) for modelo in (OperacaoPdv, NotaFiscal, Turno)]
    for instalacao in (SEGUNDA, TERCEIRA, SEGUNDA):
        resposta = receber(ponto_venda, nova_operacao(1), nova_operacao(2), instalacao=instalacao, **pacote)
        assert resultados(resposta) == ["existente"] * 4
    assert [list(modelo.objects.order_by("pk").values()) for modelo in (OperacaoPdv, NotaFiscal, Turno)] == antes
    assert not Divergencia.objects.exists() and not Rejeicao.objects.exists()


def test_so_o_que_faltava_entra_sob_a_nova_instalacao(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1), nova_operacao(3))
    resposta = receber(ponto_venda, *map(nova_operacao, (1, 2, 3, 4)), instalacao=SEGUNDA)
    assert resultados(resposta) == ["existente", "criada", "existente", "criada"]
    por_numero = dict(OperacaoPdv.objects.values_list("id_operacao", "instalacao"))
    assert por_numero == {1: INSTALACAO, 2: UUID(SEGUNDA), 3: INSTALACAO, 4: UUID(SEGUNDA)}


def test_outro_conteudo_sob_nova_instalacao_e_divergente_da_primeira(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    resposta = receber(ponto_venda, nova_operacao(1, observacao="outra"), instalacao=SEGUNDA)
    assert resultados(resposta) == ["divergente"]
    gravada = OperacaoPdv.objects.get()
    assert (gravada.instalacao, gravada.observacao) == (INSTALACAO, "")
    assert Divergencia.objects.get().operacao_id == gravada.pk


def test_numero_recomecado_com_outro_guid_e_outra_operacao(ponto_venda: PontoVenda) -> None:
    """Three lives of a till that counted from 1 in each: every row finds its own, and none is taken for another."""
    vidas = {str(INSTALACAO): nova_operacao(1), SEGUNDA: nova_operacao(1, guid_operacao=OUTRO_GUID)}
    for instalacao, operacao in vidas.items():
        assert resultados(receber(ponto_venda, operacao, instalacao=instalacao)) == ["criada"]
    for operacao in vidas.values():
        assert resultados(receber(ponto_venda, operacao, instalacao=TERCEIRA)) == ["existente"]
    assert resultados(receber(ponto_venda, nova_operacao(1, guid_operacao=str(uuid4())), instalacao=TERCEIRA)) == [
        "criada"
    ]
    assert OperacaoPdv.objects.count() == 3


def test_numero_ja_usado_por_outra_na_nova_instalacao_ainda_encontra_a_antiga(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    receber(ponto_venda, nova_operacao(1, guid_operacao=OUTRO_GUID), instalacao=SEGUNDA)
    assert resultados(receber(ponto_venda, nova_operacao(1), instalacao=SEGUNDA)) == ["existente"]
    (recusada,) = receber(ponto_venda, nova_operacao(1, guid_operacao=str(uuid4())), instalacao=SEGUNDA).operacoes
    assert recusada.codigo == "TERMINAL_REINSTALADO"


def test_o_mesmo_guid_em_outro_ponto_de_venda_nao_e_a_mesma_operacao(ponto_venda: PontoVenda) -> None:
    outro = criar_ponto_venda(2)
    receber(ponto_venda, nova_operacao(1))
    copiada = nova_operacao(1, id_ponto_venda=2, guid_operacao=nova_operacao(1)["guid_operacao"])
    assert resultados(receber(outro, copiada, instalacao=SEGUNDA)) == ["criada"]


def test_cancelada_sob_nova_instalacao_marca_a_primeira(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    resposta = receber(ponto_venda, nova_operacao(1, cancelado=True), instalacao=SEGUNDA)
    assert resultados(resposta) == ["existente"]
    assert OperacaoPdv.objects.get().cancelado


@pytest.mark.parametrize(("id_operacao", "fica_em"), [(1, str(INSTALACAO)), (8, SEGUNDA)])
def test_nota_que_mudou_fica_com_a_instalacao_de_sua_operacao(
    ponto_venda: PontoVenda, id_operacao: int, fica_em: str
) -> None:
    receber(ponto_venda, nova_operacao(1), notas=[nova_nota(1)])
    mudada = nova_nota(1, situacao="cancelada", id_operacao=id_operacao)
    assert resultados(receber(ponto_venda, notas=[mudada], instalacao=SEGUNDA)) == ["atualizada"]
    nota = NotaFiscal.objects.get()
    assert (str(nota.instalacao), nota.situacao, nota.id_operacao) == (fica_em, "cancelada", id_operacao)


def test_turno_aberto_antes_fecha_sob_a_nova_instalacao(ponto_venda: PontoVenda) -> None:
    """Its operations stay where they are: two rows would show a drawer that misses everything."""
    receber(ponto_venda, nova_operacao(1), turnos=[novo_turno(1)])
    fechado = novo_turno(1, fechado=True, data_hora_termino="2026-07-01T10:00:00-03:00", contado={"1": "100.00"})
    assert resultados(receber(ponto_venda, turnos=[fechado], instalacao=SEGUNDA)) == ["atualizada"]
    turno = Turno.objects.get()
    assert (turno.instalacao, turno.fechado, turno.contado) == (INSTALACAO, True, {"1": "100.00"})


def test_turno_recomecado_a_contar_do_1_e_outro_turno(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1), turnos=[novo_turno(1)])
    outro = novo_turno(1, data_hora_inicio="2026-07-02T08:00:00-03:00")
    assert resultados(receber(ponto_venda, turnos=[outro], instalacao=SEGUNDA)) == ["criada"]
    assert Turno.objects.count() == 2


# Cost


def test_as_outras_instalacoes_sao_encontradas_e_so_as_deste_ponto_de_venda(ponto_venda: PontoVenda) -> None:
    vizinho = criar_ponto_venda(2)
    receber(vizinho, nova_operacao(1, id_ponto_venda=2), instalacao=str(uuid4()))
    instalacoes = [uuid4() for _ in range(5)]
    for numero, instalacao in enumerate(instalacoes):
        receber(ponto_venda, *map(nova_operacao, range(numero * 3, numero * 3 + 3)), instalacao=str(instalacao))
    with connection.cursor() as cursor:
        for propria in (*instalacoes, uuid4()):
            achadas = situar(cursor, Origem(ponto_venda.pk, ponto_venda.filial_id, propria, AGORA)).outras
            assert sorted(achadas) == sorted(set(instalacoes) - {propria})
        assert situar(cursor, Origem(10**9, 1, uuid4(), AGORA)).outras == ()


def _consultas(ponto_venda: PontoVenda, primeira: int, quantas: int) -> list[str]:
    numeros = range(primeira, primeira + quantas)
    with CaptureQueriesContext(connection) as capturadas:
        receber(ponto_venda, *map(nova_operacao, numeros), turnos=[novo_turno(primeira)], agora=AGORA + timedelta(1))
    return [
        c["sql"] for c in capturadas if "hiperpdv_" in c["sql"] and c["sql"].lstrip().startswith(("SELECT", "WITH"))
    ]


def test_sem_outra_instalacao_custa_uma_consulta_a_mais_e_com_ela_tres(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    uma = _consultas(ponto_venda, 10, 200)
    assert len([sql for sql in uma if "RECURSIVE" in sql]) == 1
    receber(ponto_venda, nova_operacao(999), instalacao=SEGUNDA)
    assert len(_consultas(ponto_venda, 1000, 2)) == len(_consultas(ponto_venda, 2000, 200)) == len(uma) + 2


def test_a_busca_das_outras_anda_so_pelo_indice_da_chave(ponto_venda: PontoVenda) -> None:
    """Ten thousand operations of two installations: a handful of probes, whatever their number."""
    receber(ponto_venda, nova_operacao(1))
    receber(ponto_venda, nova_operacao(1, guid_operacao=OUTRO_GUID), instalacao=SEGUNDA)
    colunas = [c.column for c in OperacaoPdv._meta.concrete_fields if c.column not in ("id", "id_operacao")]
    lista = ", ".join(f'"{coluna}"' for coluna in colunas)
    with CaptureQueriesContext(connection) as capturadas, connection.cursor() as cursor:
        situar(cursor, Origem(ponto_venda.pk, ponto_venda.filial_id, INSTALACAO, AGORA))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO hiperpdv_operacao_pdv (id_operacao, {lista}) "
            f"SELECT n, {lista} FROM hiperpdv_operacao_pdv, generate_series(2, 5000) n"
        )
        cursor.execute("ANALYZE hiperpdv_operacao_pdv")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {capturadas[0]['sql']}")
        (plano,) = cursor.fetchone()[0]
    assert plano["Plan"]["Shared Hit Blocks"] + plano["Plan"]["Shared Read Blocks"] < 40
