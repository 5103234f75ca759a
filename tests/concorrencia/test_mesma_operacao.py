"""Posts at the same instant, each thread on a connection of its own: real locks, one row."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
import structlog
from django.db import OperationalError, connection, transaction

from erp.cadastros.models import PontoVenda
from pdv.replicacao import armazem
from pdv.replicacao.esquema import Resposta
from pdv.replicacao.models import (
    Divergencia,
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
    Rejeicao,
    Turno,
)
from pdv.replicacao.services import receber_pacote
from tests.pdv.fabricas import criar_ponto_venda, em_json, nova_nota, nova_operacao, novo_pacote, novo_turno

pytestmark = pytest.mark.django_db(transaction=True)


def ao_mesmo_tempo(trabalhos: Sequence[Callable[[], Resposta]]) -> list[Resposta]:
    """Run each in a thread and a connection of its own, all let go at once; raises what any of them raised."""
    largada = threading.Barrier(len(trabalhos))

    def correr(trabalho: Callable[[], Resposta]) -> Resposta:
        try:
            connection.ensure_connection()
            largada.wait(timeout=30)
            return trabalho()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(trabalhos)) as equipe:
        return list(equipe.map(correr, trabalhos))


def posta(ponto_venda: PontoVenda, *operacoes: Any, **campos: Any) -> Callable[[], Resposta]:
    corpo = em_json(novo_pacote(*operacoes, **campos))
    return lambda: receber_pacote(corpo=corpo, ponto_venda=ponto_venda)


def test_oito_envios_do_mesmo_pacote_fazem_uma_linha_de_cada() -> None:
    ponto_venda = criar_ponto_venda(1)
    numeros = range(1, 41)
    trabalho = posta(
        ponto_venda, *map(nova_operacao, numeros), notas=[nova_nota(n) for n in numeros], turnos=[novo_turno(1)]
    )
    respostas = ao_mesmo_tempo([trabalho] * 8)
    for secao in ("operacoes", "notas", "turnos"):
        contagem = Counter(linha.resultado for r in respostas for linha in getattr(r, secao))
        quantas = 1 if secao == "turnos" else 40
        assert contagem == {"criada": quantas, "existente": 7 * quantas}
    assert OperacaoPdv.objects.count() == NotaFiscal.objects.count() == 40
    assert ItemOperacaoPdv.objects.count() == 160
    assert FinalizadorOperacaoPdv.objects.count() == 80
    assert Turno.objects.count() == 1
    assert not Rejeicao.objects.exists()


def test_a_mesma_operacao_com_oito_conteudos_fica_com_um_e_sete_divergencias() -> None:
    ponto_venda = criar_ponto_venda(1)
    respostas = ao_mesmo_tempo([posta(ponto_venda, nova_operacao(1, observacao=str(n))) for n in range(8)])
    assert Counter(r.operacoes[0].resultado for r in respostas) == {"criada": 1, "divergente": 7}
    assert Divergencia.objects.count() == 7
    gravada = OperacaoPdv.objects.get()
    assert all(
        {"campo": "observacao", "retaguarda": gravada.observacao, "terminal": d.conteudo["observacao"]} in d.diferencas
        for d in Divergencia.objects.all()
    )


def test_o_mesmo_pacote_sob_oito_instalacoes_faz_uma_linha_de_cada() -> None:
    """A till copied to another disk while it sends: who comes second finds what the first stored."""
    ponto_venda = criar_ponto_venda(1)
    operacoes = [nova_operacao(n) for n in range(1, 41)]
    respostas = ao_mesmo_tempo(
        [posta(ponto_venda, *operacoes, instalacao=str(uuid4()), turnos=[novo_turno(1)]) for _ in range(8)]
    )
    contagem = Counter(linha.resultado for r in respostas for linha in r.operacoes)
    assert contagem == {"criada": 40, "existente": 280}
    assert OperacaoPdv.objects.count() == 40
    assert OperacaoPdv.objects.values("instalacao").distinct().count() == Turno.objects.count() == 1


@pytest.mark.parametrize("rodada", range(5))
def test_dois_pdvs_com_as_mesmas_notas_em_ordem_oposta(rodada: int) -> None:
    """The unique key makes one of them fail at the commit of the other: it starts again and finds the notes taken."""
    um, outro = criar_ponto_venda(1), criar_ponto_venda(2, filial=2)
    notas = [nova_nota(n) for n in range(1, 61)]
    respostas = ao_mesmo_tempo([posta(um, notas=notas), posta(outro, notas=notas[::-1])])
    contagens = [Counter(nota.resultado for nota in r.notas) for r in respostas]
    assert sorted(contagens, key=str) == [{"criada": 60}, {"rejeitada": 60}]
    assert NotaFiscal.objects.count() == 60
    assert NotaFiscal.objects.values("ponto_venda_id").distinct().count() == 1
    assert set(Rejeicao.objects.values_list("codigo", flat=True)) == {"NOTA_DE_OUTRO_PONTO_VENDA"}


def test_quem_perde_a_corrida_pela_nota_recomeca_e_a_encontra_tomada() -> None:
    um, outro = criar_ponto_venda(1), criar_ponto_venda(2)
    gravou, pode_confirmar = threading.Event(), threading.Event()

    def primeiro() -> Resposta:
        with transaction.atomic():
            resposta = posta(um, notas=[nova_nota(1)])()
            gravou.set()
            pode_confirmar.wait(timeout=30)
        return resposta

    def segundo() -> Resposta:
        gravou.wait(timeout=30)
        threading.Timer(0.3, pode_confirmar.set).start()
        return posta(outro, nova_operacao(5, id_ponto_venda=2), notas=[nova_nota(1), nova_nota(2)])()

    with structlog.testing.capture_logs() as linhas:
        a, b = ao_mesmo_tempo([primeiro, segundo])
    assert [linha["tentativa"] for linha in linhas if linha["event"] == "gravação do pacote repetida"] == [1]
    assert [nota.resultado for nota in a.notas] == ["criada"]
    assert [nota.resultado for nota in b.notas] == ["rejeitada", "criada"]
    assert [o.resultado for o in b.operacoes] == ["criada"]
    assert OperacaoPdv.objects.count() == 1


def test_quem_espera_demais_pelo_mesmo_pdv_desiste_sem_gravar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(armazem, "ESPERA_PELA_TRAVA", "100ms")
    ponto_venda = criar_ponto_venda(1)
    travado, desistiu = threading.Event(), threading.Event()

    def dono_da_trava() -> Resposta:
        with transaction.atomic(), connection.cursor() as cursor:
            armazem.travar_ponto_venda(cursor, ponto_venda.pk)
            travado.set()
            desistiu.wait(timeout=30)
        return Resposta()

    def quem_espera() -> Resposta:
        travado.wait(timeout=30)
        try:
            with pytest.raises(OperationalError, match="lock timeout"):
                posta(ponto_venda, nova_operacao(1))()
        finally:
            desistiu.set()
        return Resposta()

    ao_mesmo_tempo([dono_da_trava, quem_espera])
    assert not OperacaoPdv.objects.exists()
    assert posta(ponto_venda, nova_operacao(1))().operacoes[0].resultado == "criada"


def test_oito_pdvs_ao_mesmo_tempo_nao_se_esperam_nem_se_misturam() -> None:
    pontos = [criar_ponto_venda(n) for n in range(1, 9)]
    respostas = ao_mesmo_tempo(
        [posta(p, *(nova_operacao(n, id_ponto_venda=p.codigo) for n in range(1, 31))) for p in pontos]
    )
    assert {linha.resultado for r in respostas for linha in r.operacoes} == {"criada"}
    por_ponto = Counter(OperacaoPdv.objects.values_list("ponto_venda_id", flat=True))
    assert por_ponto == {p.pk: 30 for p in pontos}


def test_nota_mudada_espera_o_dreno_que_a_tem_na_mao() -> None:
    """What the drain marks as done while the new content waits must not hide that content."""
    ponto_venda = criar_ponto_venda(1)
    posta(ponto_venda, notas=[nova_nota(1)])()
    na_mao, pode_terminar = threading.Event(), threading.Event()

    def dreno() -> Resposta:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM hiperpdv_nota_fiscal FOR UPDATE")
            na_mao.set()
            pode_terminar.wait(timeout=30)
            cursor.execute("UPDATE hiperpdv_nota_fiscal SET situacao_replicacao = 9")
        return Resposta()

    def mudanca() -> Resposta:
        na_mao.wait(timeout=30)
        threading.Timer(0.3, pode_terminar.set).start()
        return posta(ponto_venda, notas=[nova_nota(1, situacao="cancelada")])()

    _, resposta = ao_mesmo_tempo([dreno, mudanca])
    assert resposta.notas[0].resultado == "atualizada"
    nota = NotaFiscal.objects.get()
    assert (nota.situacao, nota.situacao_replicacao) == ("cancelada", 1)


def test_cancelamento_espera_o_dreno_que_tem_a_venda_na_mao() -> None:
    """What the drain posts while the cancellation waits must be reversed, not left standing."""
    ponto_venda = criar_ponto_venda(1)
    posta(ponto_venda, nova_operacao(1))()
    na_mao, pode_terminar = threading.Event(), threading.Event()

    def dreno() -> Resposta:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM hiperpdv_operacao_pdv FOR UPDATE")
            na_mao.set()
            pode_terminar.wait(timeout=30)
            cursor.execute("UPDATE hiperpdv_operacao_pdv SET situacao_replicacao = 9")
        return Resposta()

    def cancelamento() -> Resposta:
        na_mao.wait(timeout=30)
        threading.Timer(0.3, pode_terminar.set).start()
        return posta(ponto_venda, nova_operacao(1, cancelado=True))()

    _, resposta = ao_mesmo_tempo([dreno, cancelamento])
    assert resposta.operacoes[0].resultado == "existente"
    gravada = OperacaoPdv.objects.get()
    assert (gravada.cancelado, gravada.situacao_replicacao) == (True, 1)
