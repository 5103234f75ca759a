"""Acts on the queue by two people at once, and against what enters it: real connections, real locks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from filas.fila import atos, massa
from filas.fila.entrada import enfileirar
from filas.models import AcaoEmMassa, AtoDaFila, Mensagem
from tests.filas.admin.conftest import CONTEXTO, conteudo, mensagem, pessoa, vizinhos

__all__ = ["vizinhos"]  # the fixture: a context of the tests
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vizinhos")]
Situacao = Mensagem.Situacao
REGISTROS = 40


def ao_mesmo_tempo(*trabalhos: Callable[[], Any]) -> list[Any]:
    """Each in a thread and a connection of its own; raises what any of them raised."""

    def rodar(trabalho: Callable[[], Any]) -> Any:
        try:
            return trabalho()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(trabalhos)) as executor:
        return [futuro.result(timeout=60) for futuro in [executor.submit(rodar, t) for t in trabalhos]]


def errar() -> list[int]:
    return [mensagem(chave=f"C{n:02}").pk for n in range(REGISTROS)]


def test_duas_pessoas_reprocessam_as_mesmas_e_cada_uma_volta_uma_vez() -> None:
    ids, ana, bia = errar(), pessoa("ana", "gerente"), pessoa("bia", "gerente")
    feitos = ao_mesmo_tempo(
        lambda: atos.reprocessar(ids, usuario=ana, motivo="conserto"),
        lambda: atos.reprocessar(ids[::-1], usuario=bia, motivo="conserto"),
    )
    assert sum(f.feitas for f in feitos) == REGISTROS == AtoDaFila.objects.count()
    assert Mensagem.objects.filter(situacao=Situacao.PENDENTE).count() == REGISTROS


def test_reprocessar_contra_o_que_entra_deixa_uma_pendente_por_registro() -> None:
    """The newer one stays, whoever came first."""
    ids, ana = errar(), pessoa("ana", "gerente")
    novas = [(f"C{n:02}", conteudo(f"C{n:02}", RUA="NOVA")) for n in range(REGISTROS)]
    ao_mesmo_tempo(
        lambda: atos.reprocessar(ids, usuario=ana, motivo="conserto"), lambda: enfileirar(CONTEXTO, reversed(novas))
    )
    pendentes = Mensagem.objects.filter(situacao=Situacao.PENDENTE)
    assert {m.conteudo["RUA"] for m in pendentes} == {"NOVA"}
    assert pendentes.count() == REGISTROS
    assert Mensagem.objects.filter(situacao=Situacao.CANCELADA).count() == REGISTROS


def test_reprocessar_e_cancelar_as_mesmas_nao_se_travam() -> None:
    ids, ana, bia = errar(), pessoa("ana", "gerente"), pessoa("bia", "gerente")
    ao_mesmo_tempo(
        lambda: atos.reprocessar(ids, usuario=ana, motivo="conserto"),
        lambda: atos.cancelar(ids[::-1], usuario=bia, motivo="não vai mais"),
    )
    assert Mensagem.objects.filter(situacao__in=(Situacao.PENDENTE, Situacao.CANCELADA)).count() == REGISTROS


def test_dois_trabalhadores_andam_com_a_mesma_acao_sem_repetir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(massa, "LOTE", 7)
    ids = errar()
    pedida = massa.pedir(
        acao=massa.Acao.REPROCESSAR, criterio=massa.Criterio(4, CONTEXTO, "SEM_RUA", ate_id=ids[-1]),
        descricao="sem rua", motivo="conserto", usuario=pessoa("ana", "gerente"),
    )  # fmt: skip
    ao_mesmo_tempo(massa.trabalhar, massa.trabalhar)
    massa.trabalhar()  # what a worker found taken by the other is left for the next tick
    assert AcaoEmMassa.objects.get(pk=pedida.pk).feitas == REGISTROS == AtoDaFila.objects.count()


def test_reprocessar_e_cancelar_a_velha_pendente_e_a_nova_com_erro_nao_se_travam() -> None:
    """Each would hold the message that the other waits for: both take the lock of the record first."""
    velha, nova = mensagem(Mensagem.Situacao.PENDENTE, chave="A"), mensagem(chave="A")
    ana = pessoa("ana", "gerente")
    esperam = """SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"""

    def esperar_que_esperem(cursor: Any, quantos: int) -> None:
        for _ in range(6000):
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(esperam)
            if cursor.fetchone()[0] >= quantos:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
        raise AssertionError("ninguém esperou")

    def fazer(ato: Callable[..., Any], ids: list[int]) -> Any:
        try:
            return ato(ids, usuario=ana, motivo="conserto")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as equipe:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM wosk_queue WHERE id = %s FOR UPDATE", [velha.pk])
            cancelar = equipe.submit(fazer, atos.cancelar, [velha.pk, nova.pk])
            esperar_que_esperem(cursor, 1)
            reprocessar = equipe.submit(fazer, atos.reprocessar, [nova.pk])
            esperar_que_esperem(cursor, 2)
        assert cancelar.result().feitas == 2
        assert reprocessar.result().feitas == 0
    assert set(Mensagem.objects.values_list("situacao", flat=True)) == {Mensagem.Situacao.CANCELADA}
