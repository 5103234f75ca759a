"""What the retaguarda asks of a till, as rows: asked, told, closed once, and only by whom it concerns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from erp.cadastros.models import PontoVenda
from pdv.replicacao.comandos import (
    CHEGOU,
    POR_PERGUNTA,
    SUBSTITUIDO,
    Aberto,
    ComandoNaoEncontrado,
    concluir,
    listar,
    pedir_replicacao,
)
from pdv.replicacao.models import Comando, OperacaoPdv
from pdv.replicacao.services import receber_pacote
from tests.pdv.fabricas import INSTALACAO, criar_ponto_venda, em_json, nova_operacao, novo_pacote

AGORA = datetime(2026, 7, 1, 14, tzinfo=UTC)
DEPOIS = AGORA + timedelta(minutes=5)
S = Comando.Situacao


def pedir(ponto_venda: PontoVenda, id_operacao: int = 1, *, instalacao: UUID = INSTALACAO, **campos: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        padrao = {"usuario": "ana", "motivo": "itens trocados", "agora": AGORA}
        return pedir_replicacao(
            cursor, ponto_venda_id=ponto_venda.pk, filial_id=ponto_venda.filial_id, instalacao=instalacao,
            id_operacao=id_operacao, **padrao | campos,
        )  # fmt: skip


def perguntar(ponto_venda: PontoVenda, instalacao: UUID = INSTALACAO, **opcoes: Any) -> list[Aberto]:
    return listar(ponto_venda_id=ponto_venda.pk, instalacao=instalacao, agora=DEPOIS, **opcoes)


def dizer(comando: int, ponto_venda: PontoVenda, cumprido: bool = True, mensagem: str = "", **opcoes: Any) -> int:
    quem = {"ponto_venda_id": ponto_venda.pk, "instalacao": INSTALACAO} | opcoes
    return concluir(comando_id=comando, cumprido=cumprido, mensagem=mensagem, agora=DEPOIS, **quem)


def receber(ponto_venda: PontoVenda, *operacoes: Any, **campos: Any) -> list[str]:
    corpo = em_json(novo_pacote(*operacoes, **campos))
    return [o.resultado for o in receber_pacote(corpo=corpo, ponto_venda=ponto_venda, agora=DEPOIS).operacoes]


def test_pedido_guarda_quem_por_que_e_quando(ponto_venda: PontoVenda) -> None:
    pk = pedir(ponto_venda, 42)
    comando = Comando.objects.get()
    assert (comando.pk, comando.tipo, comando.id_operacao, comando.situacao) == (pk, "replicar", 42, S.PENDENTE)
    assert (comando.ponto_venda_id, comando.filial_id) == (ponto_venda.pk, ponto_venda.filial_id)
    assert (comando.instalacao, comando.pedido_por, comando.motivo) == (INSTALACAO, "ana", "itens trocados")
    assert (comando.pedido_em, comando.entregue_em, comando.concluido_em) == (AGORA, None, None)


def test_pedido_desfeito_com_a_transacao_de_quem_pediu(ponto_venda: PontoVenda) -> None:
    with transaction.atomic():
        pedir(ponto_venda)
        transaction.set_rollback(True)
    assert not Comando.objects.exists()


def test_pedido_novo_toma_o_lugar_do_que_estava_aberto(ponto_venda: PontoVenda) -> None:
    primeiro, outra_operacao = pedir(ponto_venda), pedir(ponto_venda, 2)
    perguntar(ponto_venda)
    segundo = pedir(ponto_venda, motivo="de novo", agora=DEPOIS)
    velho = Comando.objects.get(pk=primeiro)
    assert (velho.situacao, velho.resposta, velho.concluido_em) == (S.CANCELADO, SUBSTITUIDO, DEPOIS)
    assert perguntar(ponto_venda) == [Aberto(outra_operacao, "replicar", 2), Aberto(segundo, "replicar", 1)]
    assert dizer(primeiro, ponto_venda) == S.CANCELADO
    assert Comando.objects.get(pk=segundo).situacao == S.ENTREGUE


def test_entregue_e_nao_confirmado_e_entregue_de_novo(ponto_venda: PontoVenda) -> None:
    pk = pedir(ponto_venda)
    assert perguntar(ponto_venda) == [Aberto(pk, "replicar", 1)]
    entregue = Comando.objects.get()
    assert (entregue.situacao, entregue.entregue_em) == (S.ENTREGUE, DEPOIS)
    assert listar(ponto_venda_id=ponto_venda.pk, instalacao=INSTALACAO, agora=DEPOIS + timedelta(1)) == [
        Aberto(pk, "replicar", 1)
    ]
    assert Comando.objects.get().entregue_em == DEPOIS  # when it was first told


def test_sao_ditos_do_mais_antigo_ao_mais_novo_e_nao_todos_de_uma_vez(ponto_venda: PontoVenda) -> None:
    pks = [pedir(ponto_venda, numero) for numero in range(1, POR_PERGUNTA + 3)]
    assert [aberto.id for aberto in perguntar(ponto_venda)] == pks[:POR_PERGUNTA]
    for pk in pks[:POR_PERGUNTA]:
        dizer(pk, ponto_venda)
    assert [aberto.id for aberto in perguntar(ponto_venda)] == pks[POR_PERGUNTA:]


def test_cada_pdv_e_cada_instalacao_so_ve_os_seus(ponto_venda: PontoVenda) -> None:
    vizinho, outra = criar_ponto_venda(2), uuid4()
    do_vizinho, da_outra = pedir(vizinho), pedir(ponto_venda, instalacao=outra)
    assert perguntar(ponto_venda) == []
    for comando in (do_vizinho, da_outra, 10**12):
        with pytest.raises(ComandoNaoEncontrado):
            dizer(comando, ponto_venda)
    assert set(Comando.objects.values_list("situacao", flat=True)) == {S.PENDENTE}
    assert [a.id for a in perguntar(vizinho)] == [do_vizinho]
    assert [a.id for a in perguntar(ponto_venda, outra)] == [da_outra]


@pytest.mark.parametrize(("cumprido", "situacao"), [(True, S.CUMPRIDO), (False, S.RECUSADO)])
def test_palavra_do_pdv_conclui_uma_vez_so(ponto_venda: PontoVenda, cumprido: bool, situacao: int) -> None:
    pk = pedir(ponto_venda)
    perguntar(ponto_venda)
    assert dizer(pk, ponto_venda, cumprido, "não existe") == situacao
    depois = {"agora": DEPOIS + timedelta(1), "ponto_venda_id": ponto_venda.pk, "instalacao": INSTALACAO}
    assert concluir(comando_id=pk, cumprido=not cumprido, mensagem="outra", **depois) == situacao
    comando = Comando.objects.get()
    assert (comando.situacao, comando.resposta, comando.concluido_em) == (situacao, "não existe", DEPOIS)
    assert perguntar(ponto_venda) == []


def test_chave_de_homologacao_nao_deixa_rastro(ponto_venda: PontoVenda) -> None:
    pk = pedir(ponto_venda)
    antes = list(Comando.objects.values())
    assert perguntar(ponto_venda, gravar=False) == [Aberto(pk, "replicar", 1)]
    assert dizer(pk, ponto_venda, gravar=False) == S.CUMPRIDO
    assert list(Comando.objects.values()) == antes


# the operation arrives again


def test_chegada_da_operacao_cumpre_o_comando(ponto_venda: PontoVenda) -> None:
    pedido, outro = pedir(ponto_venda, 1), pedir(ponto_venda, 2)
    assert receber(ponto_venda, nova_operacao(1)) == ["criada"]
    cumprido = Comando.objects.get(pk=pedido)
    assert (cumprido.situacao, cumprido.resposta, cumprido.concluido_em) == (S.CUMPRIDO, CHEGOU, DEPOIS)
    assert perguntar(ponto_venda) == [Aberto(outro, "replicar", 2)]
    assert dizer(pedido, ponto_venda, cumprido=False, mensagem="atrasada") == S.CUMPRIDO


def test_operacao_recusada_nao_cumpre_o_comando(ponto_venda: PontoVenda) -> None:
    pedir(ponto_venda)
    assert receber(ponto_venda, nova_operacao(1, valor_total="-1"), "ilegível") == ["rejeitada", "rejeitada"]
    assert Comando.objects.get().situacao == S.PENDENTE


def test_chegada_em_outro_pdv_ou_instalacao_nao_cumpre_o_comando(ponto_venda: PontoVenda) -> None:
    pedir(ponto_venda)
    receber(criar_ponto_venda(2), nova_operacao(1, id_ponto_venda=2))
    receber(ponto_venda, nova_operacao(1, guid_operacao=str(uuid4())), instalacao=str(uuid4()))
    assert Comando.objects.get().situacao == S.PENDENTE


def test_o_que_ainda_esta_nas_tabelas_tambem_responde_pelo_comando(ponto_venda: PontoVenda) -> None:
    """It arrived before the command could be seen: `existente` is as good as `criada`."""
    receber(ponto_venda, nova_operacao(1))
    pedir(ponto_venda)
    assert receber(ponto_venda, nova_operacao(1)) == ["existente"]
    assert Comando.objects.get().situacao == S.CUMPRIDO


def test_sem_comando_aberto_receber_nao_custa_uma_consulta_a_mais(ponto_venda: PontoVenda) -> None:
    def consultas(numero: int) -> list[str]:
        with CaptureQueriesContext(connection) as capturadas:
            receber(ponto_venda, nova_operacao(numero))
        return [c["sql"] for c in capturadas]

    receber(ponto_venda, nova_operacao(1))
    sem = consultas(2)
    assert not [sql for sql in sem if "pdv_comando" in sql and "RECURSIVE" not in sql]
    assert not [sql for sql in sem if "recebimento" in sql]
    pedir(ponto_venda, 99)
    assert len(consultas(3)) == len(sem) + 1


def test_a_pergunta_anda_pelo_indice_dos_abertos(ponto_venda: PontoVenda) -> None:
    """Ten thousand commands closed and two open: the question looks at the open ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pdv_comando (ponto_venda_id, filial_id, instalacao, tipo, id_operacao, situacao, pedido_em, "
            "pedido_por, motivo, resposta) SELECT %s, %s, %s, 'replicar', n, CASE WHEN n <= 2 THEN 0 ELSE 2 END, now(), "
            "'ana', '', '' FROM generate_series(1, 10000) n",
            [ponto_venda.pk, ponto_venda.filial_id, INSTALACAO],
        )
        cursor.execute("ANALYZE pdv_comando")
        with CaptureQueriesContext(connection) as capturadas:
            assert len(perguntar(ponto_venda)) == 2
        (pergunta,) = [c["sql"] for c in capturadas if "pdv_comando" in c["sql"]]
        cursor.execute(f"EXPLAIN {pergunta}")
        plano = "\n".join(linha for (linha,) in cursor.fetchall())
    assert "pdv_comando_aberto" in plano


def test_operacao_tirada_das_tabelas_e_pedida_de_novo_volta_inteira(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    for _ in range(2):
        OperacaoPdv.objects.all().delete()
        pedir(ponto_venda)
        assert receber(ponto_venda, nova_operacao(1)) == ["criada"]
    assert list(Comando.objects.values_list("situacao", flat=True)) == [S.CUMPRIDO, S.CUMPRIDO]
