"""Events in, seals out: in one chain, without a gap, and nobody waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from auditoria import relogio, serial
from auditoria.models import ASelar, Evento, Selo
from auditoria.relogio import TOLERANCIA, RelogioVoltou
from auditoria.selador import selar
from auditoria.serial import COLUNAS, ZERO, Linha, canonico
from auditoria.services import ATOR_SISTEMA, Ato, registrar, registrar_varios
from tests.auditoria.elenco import atacar
from tests.concorrencia.test_drenos import juntos


def muitos(quantos: int, acao: str = "teste.feito") -> None:
    with transaction.atomic():
        registrar_varios([Ato(acao, str(n), depois={"n": n}) for n in range(quantos)], ator=ATOR_SISTEMA, objeto="x.Y")


def linhas() -> dict[Any, Linha]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUNAS} FROM auditoria_evento e")
        return {linha[0]: Linha(*linha) for linha in cursor.fetchall()}


def conferir_cadeia(desde: int = 1) -> None:
    """The definition, by hand: every event once, numbers from 1, each hash of the one before."""
    eventos, anterior, em = linhas(), ZERO, None
    selos = list(Selo.objects.order_by("sequencia"))
    assert [s.sequencia for s in selos] == list(range(1, len(selos) + 1))
    assert {s.evento for s in selos} == set(eventos)
    for selo in selos:
        anterior = serial.selar(anterior, selo.sequencia, selo.selado_em, canonico(eventos[selo.evento]))
        assert bytes(selo.hash) == anterior or selo.sequencia < desde
        anterior = bytes(selo.hash)
        assert em is None or selo.selado_em >= em
        em = selo.selado_em
    assert not ASelar.objects.exists()


@contextmanager
def outra_conexao() -> Iterator[Any]:
    outra = connection.copy()
    try:
        yield outra
    finally:
        outra.close()


@pytest.mark.django_db
def test_cada_evento_ganha_um_selo_em_lotes_e_nada_sobra():
    muitos(25)
    assert ASelar.objects.count() == 25
    assert selar(lote=10) == 25
    registrar(acao="depois", ator=ATOR_SISTEMA)
    assert selar() == 1
    assert selar() == 0
    assert Selo.objects.count() == 26
    conferir_cadeia()


@pytest.mark.django_db
def test_sem_evento_nao_ha_o_que_selar():
    assert selar() == 0


@pytest.mark.django_db
def test_evento_incluido_por_sql_a_mao_tambem_espera_o_selo():
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO auditoria_evento (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id, depois)
               SELECT gen_random_uuid(), now(), 'sistema', 'psql', 'a.b', '', '', '', '', '{"z": 1.50, "a": 1e3}'
               FROM generate_series(1, 3)"""
        )
    assert selar(lote=2) == 3
    conferir_cadeia()


@pytest.mark.django_db
@pytest.mark.parametrize("em", ["infinity", "-infinity", "0044-03-15 BC", "1999-12-31", "3000-01-02"])
def test_instante_que_ninguem_escreveria_e_recusado(em):
    recusa = pytest.raises(IntegrityError, match="evento_em_de_nossa_era")
    with recusa, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO auditoria_evento (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id)
               VALUES (gen_random_uuid(), %s, 'sistema', 'psql', 'a.b', '', '', '', '')""",
            [em],
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("comando", "recusa"),
    [
        ("UPDATE auditoria_selo SET hash = hash", "auditoria_selo só aceita inclusão: UPDATE"),
        ("DELETE FROM auditoria_selo", "auditoria_selo só aceita inclusão: DELETE"),
        ("TRUNCATE auditoria_selo", "auditoria_selo só aceita inclusão: TRUNCATE"),
        ("UPDATE auditoria_a_selar SET evento = gen_random_uuid()", "auditoria_a_selar só aceita inclusão: UPDATE"),
        ("TRUNCATE auditoria_a_selar", "auditoria_a_selar só aceita inclusão: TRUNCATE"),
        ("DELETE FROM auditoria_a_selar", "só sai de auditoria_a_selar com o seu selo"),
    ],
)
def test_o_banco_recusa_mexer_nos_selos_e_no_que_espera(comando, recusa):
    muitos(2)
    selar()
    muitos(1)
    with pytest.raises(IntegrityError, match=recusa), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(comando)


@pytest.mark.django_db
def test_o_relogio_que_volta_um_pouco_nao_faz_a_cadeia_voltar():
    muitos(1)
    selar()
    atacar("UPDATE auditoria_selo SET selado_em = selado_em + interval '4 minutes'")  # as if the clock had been ahead
    adiantado = Selo.objects.get().selado_em
    muitos(1)
    selar()
    assert Selo.objects.get(sequencia=2).selado_em == adiantado


@pytest.mark.django_db
def test_o_relogio_que_volta_horas_faz_esperar_e_isso_se_diz():
    muitos(1)
    selar()
    atacar("UPDATE auditoria_selo SET selado_em = selado_em + interval '3 hours'")
    assert selar() == 0  # with nothing to seal there is nothing to say
    muitos(2)
    with pytest.raises(RelogioVoltou, match="os eventos esperam o selo até"):
        selar()
    with pytest.raises(CommandError, match="Acerte o relógio do banco"):
        call_command("auditoria_selar")
    assert (Selo.objects.count(), ASelar.objects.count()) == (1, 2)
    atacar("UPDATE auditoria_selo SET selado_em = selado_em - interval '3 hours'")  # as if they had passed
    assert selar() == 2
    conferir_cadeia(desde=2)


@pytest.mark.django_db
@pytest.mark.parametrize("em", ["9000-01-01", "infinity", "20000-01-01"])
def test_data_que_nao_vai_chegar_nao_leva_a_cadeia_atras_de_si(em):
    """Who follows it puts all that comes after in no day's digest."""
    muitos(2)
    selar()
    atacar(f"UPDATE auditoria_selo SET selado_em = '{em}' WHERE sequencia = 2")
    antes = timezone.now()
    muitos(1)
    assert selar() == 1
    assert antes - TOLERANCIA <= Selo.objects.get(sequencia=3).selado_em <= timezone.now() + TOLERANCIA
    assert relogio.adiantado() == 2


@pytest.mark.django_db(transaction=True)
def test_transacao_que_fica_aberta_nao_prende_ninguem_e_e_selada_depois():
    with outra_conexao() as outra:
        outra.set_autocommit(False)
        with outra.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
            cursor.execute(
                """INSERT INTO auditoria_evento (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id)
                   VALUES (%s, now(), 'sistema', 's', 'longa', '', '', '', '')""",
                ["00000000-0000-7000-8000-000000000001"],  # before all others: it must not be skipped later
            )
            for n in range(3):
                muitos(2, f"curta {n}")
                assert selar() == 2
            assert not Selo.objects.filter(evento="00000000-0000-7000-8000-000000000001").exists()
            cursor.execute(  # and the writer may go on writing while seals are made
                """INSERT INTO auditoria_evento (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id)
                   VALUES (gen_random_uuid(), now(), 'sistema', 's', 'longa', '', '', '', '')"""
            )
        outra.commit()
    assert selar() == 2
    conferir_cadeia()


@pytest.mark.django_db(transaction=True)
def test_quem_escreve_nao_espera_o_selador_parado_no_meio():
    muitos(3)
    with outra_conexao() as outra:
        outra.set_autocommit(False)
        with outra.cursor() as cursor:  # a sealer that stopped before its commit: it has the lock and the rows
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('auditoria.selador', 0))")
            cursor.execute("SET session_replication_role = replica; DELETE FROM auditoria_a_selar")
            with connection.cursor() as aqui:
                aqui.execute("SET lock_timeout = '1s'")
                muitos(3)
                assert selar() == 0
                aqui.execute("RESET lock_timeout")
        outra.rollback()
    assert selar() == 6
    conferir_cadeia()


@pytest.mark.django_db(transaction=True)
def test_varios_seladores_e_quem_escreve_ao_mesmo_tempo_fazem_uma_cadeia_so():
    fim = threading.Event()

    def escrever() -> None:
        try:
            for n in range(15):
                muitos(4, f"{n}")
        finally:
            fim.set()

    def vigiar() -> None:
        while not fim.is_set():
            selar(lote=7)

    juntos(escrever, vigiar, vigiar, vigiar)
    selar()
    assert Evento.objects.count() == Selo.objects.count() == 60
    conferir_cadeia()


@pytest.mark.django_db(transaction=True)
def test_o_que_foi_desfeito_nao_espera_selo():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        registrar(acao="teste.desfeito", ator=ATOR_SISTEMA)
        raise ZeroDivisionError
    assert not ASelar.objects.exists()
