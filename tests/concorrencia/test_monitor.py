"""The Monitor and the writers of customers at once, on real connections: none lost, none twice, never old over new."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction

from clientes.models import Cliente, Pendente
from clientes.monitor import services
from clientes.monitor.dreno import DrenoClientes
from clientes.monitor.services import varrer
from filas.models import Mensagem
from tests.clientes.monitor.elenco import escrever, mensagens, monitorar, mudar, nomes, notas
from tests.concorrencia.test_drenos import juntos
from tests.falhas.vivos import esperar

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def outra_conexao() -> Iterator[Any]:
    """A second session of the same database, with its own transaction."""
    outra = connection.copy()
    try:
        yield outra
    finally:
        outra.close()


def gravar(cursor: Any, codigo: str, nome: str) -> None:
    cursor.execute(
        """INSERT INTO "CLIENTES_VAREJO" ("CODIGO_CLIENTE", "CLIENTE_VAREJO", "FILIAL") VALUES (%s, %s, 'LOJA')
           ON CONFLICT ("CODIGO_CLIENTE") DO UPDATE SET "CLIENTE_VAREJO" = excluded."CLIENTE_VAREJO" """,
        [codigo, nome],
    )


def test_transacao_que_fica_aberta_enquanto_muitos_monitores_passam_e_achada_uma_vez() -> None:
    escrever("1", cliente_varejo="ANTES")
    with outra_conexao() as outra:
        outra.set_autocommit(False)
        with outra.cursor() as cursor:
            gravar(cursor, "1", "DA TRANSACAO LONGA")
            gravar(cursor, "2", "NOVO DA TRANSACAO LONGA")
        for n in range(30):
            escrever(f"outro {n}")
            monitorar()
        assert (nomes("1"), nomes("2")) == (["ANTES"], [])
        outra.commit()
    monitorar()
    monitorar()
    assert (nomes("1"), nomes("2")) == (["ANTES", "DA TRANSACAO LONGA"], ["NOVO DA TRANSACAO LONGA"])
    assert all(len(mensagens(f"outro {n}")) == 1 for n in range(30))


def test_transacao_longa_desfeita_nao_deixa_mensagem() -> None:
    with outra_conexao() as outra:
        outra.set_autocommit(False)
        with outra.cursor() as cursor:
            gravar(cursor, "1", "DESFEITO")
        monitorar()
        outra.rollback()
    monitorar()
    assert mensagens("1") == []


def test_nota_mais_velha_que_so_agora_se_confirma_nao_e_pulada(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run goes forward by the number of the note; one with a smaller number may be committed later."""
    monkeypatch.setattr(services, "LOTE", 1)
    with outra_conexao() as outra:
        outra.set_autocommit(False)
        with outra.cursor() as cursor:
            gravar(cursor, "velha", "A")
        for n in range(5):
            escrever(f"nova {n}")
        monitorar()
        outra.commit()
    escrever("mais nova")
    monitorar()
    assert len(mensagens("velha")) == len(mensagens("mais nova")) == 1
    assert notas() == []


def test_seis_monitores_ao_mesmo_tempo_poem_cada_cliente_uma_vez_na_fila() -> None:
    for n in range(300):
        escrever(str(n))
    juntos(*[monitorar] * 6)
    monitorar()
    assert Mensagem.objects.count() == 300
    assert Mensagem.objects.values("chave").distinct().count() == 300
    assert not Pendente.objects.exists()


def test_escritores_e_monitores_juntos_a_ultima_mensagem_e_o_que_o_cliente_e(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "LOTE", 7)
    codigos = [str(n) for n in range(12)]
    for codigo in codigos:
        escrever(codigo, cliente_varejo="000")
    fim = threading.Event()

    def escritor(semente: int) -> Any:
        def correr() -> None:
            sorteio = random.Random(semente)
            for n in range(1, 41):
                alvos = sorted(sorteio.sample(codigos, 3))  # in one order: writers must not deadlock each other
                with transaction.atomic():
                    for codigo in alvos:
                        mudar(codigo, cliente_varejo=f"{n:03} de {semente}")

        return correr

    def monitor() -> None:
        while not fim.is_set():
            varrer(por="teste")

    linhas = [threading.Thread(target=_fechando(f)) for f in (escritor(1), escritor(2), escritor(3), monitor, monitor)]
    for linha in linhas:
        linha.start()
    for linha in linhas[:3]:
        linha.join()
    fim.set()
    for linha in linhas[3:]:
        linha.join()
    monitorar()
    atuais = dict(Cliente.objects.values_list("pk", "cliente_varejo"))
    assert {codigo: nomes(codigo)[-1] for codigo in codigos} == atuais
    for codigo in codigos:
        assert all(a != b for a, b in pairwise(nomes(codigo))), "mensagem igual à anterior"
    assert not Pendente.objects.exists()


def _fechando(funcao: Any) -> Any:
    def correr() -> None:
        try:
            funcao()
        finally:
            connection.close()

    return correr


def test_o_conteudo_e_lido_depois_de_pegar_a_nota() -> None:
    """A change committed between the note and its Monitor is told with it; its own note then has nothing new to tell."""
    escrever("1", cliente_varejo="A")
    monitorar()
    mudar("1", cliente_varejo="B")
    mudar("1", cliente_varejo="C")
    monitorar()
    assert nomes("1") == ["A", "C"]


def test_quem_escreve_nao_espera_por_quem_escreve_outro_cliente_nem_pelo_monitor() -> None:
    escrever("1")
    escrever("2")
    with outra_conexao() as outra:
        outra.set_autocommit(False)
        with outra.cursor() as cursor:
            cursor.execute("SELECT 1 FROM clientes_pendentes FOR UPDATE")  # a Monitor in the middle of its work
            gravar(cursor, "1", "DO OUTRO")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        try:
            mudar("2", cliente_varejo="MEU")
            escrever("3")
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = 0")
        outra.rollback()
    monitorar()
    assert nomes("2") == ["MEU"]


def test_nota_mais_velha_que_se_confirma_no_meio_da_varredura_e_achada_na_mesma() -> None:
    dreno = DrenoClientes("teste")
    with outra_conexao() as outra, connection.cursor() as cursor:
        outra.set_autocommit(False)
        with outra.cursor() as do_outro:
            gravar(do_outro, "velha", "A")
        escrever("nova")
        (nova,) = dreno.proximas(cursor, 0, 10, livres=False)
        Pendente.objects.filter(pk=nova).delete()
        outra.commit()
        assert dreno.particoes_pendentes(cursor) == [0]
        (velha,) = dreno.proximas(cursor, 0, 10, livres=False)
    assert velha < nova


def test_quem_poe_na_fila_por_fora_no_mesmo_instante_nao_derruba_a_nota() -> None:
    """By SQL, without the locks of the queue: the Monitor meets the unique index, and tries again."""
    escrever("1")
    with outra_conexao() as outra:
        outra.set_autocommit(False)
        with outra.cursor() as cursor:
            cursor.execute(
                """INSERT INTO wosk_queue (token, contexto, chave, conteudo)
                   VALUES (gen_random_uuid(), 'LojaCliente', '1', '{}')"""
            )
        linha = threading.Thread(target=_fechando(monitorar))
        linha.start()
        esperar(_alguem_espera, 30, "o Monitor não chegou ao índice")
        outra.commit()
        linha.join()
    monitorar()
    assert not Pendente.objects.exists()
    assert [m.situacao for m in mensagens("1")] == [3, 0]


def _alguem_espera() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted)")
        return bool(cursor.fetchone()[0])
