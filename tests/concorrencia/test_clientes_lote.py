"""Batches of customers on real connections: in opposite orders, on the same identities, beside foreign hands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from clientes.models import Cliente, NumeroDeRegistro, RegistroRecebido
from clientes.travas import IDENTIDADE, VAGAS, numero_da_chave, travar_identidades
from clientes.webservice import registro
from clientes.webservice.pedido import Pedido, Resultado
from tests.clientes.webservice.corpos import CPFS, enviar, pedido
from tests.concorrencia.test_drenos import juntos

pytestmark = pytest.mark.django_db(transaction=True)
INSERIDO, ALTERADO, RECUSADO = RegistroRecebido.Resultado


def envio(resultados: list[Resultado], *pedidos: Pedido) -> Callable[[], None]:
    """Something that sends them when it is called, and keeps what came back."""
    return lambda: resultados.extend(enviar(*pedidos, agora=timezone.now()))


# The server has a database for each xdist worker: who waits in another is nobody's business here.
DAQUI = "pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"


def esperar_que_espere(quantos: int = 1) -> None:
    """Until as many connections wait for a lock."""
    limite = time.monotonic() + 20
    while time.monotonic() < limite:
        with connection.cursor() as cursor:
            # within a transaction the list of connections stands still: who connected since would not be seen
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(f"SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND {DAQUI}")
            if cursor.fetchone()[0] >= quantos:
                return
        time.sleep(0.01)
    raise AssertionError("ninguém esperou por uma trava")


def test_lotes_em_ordens_opostas_nao_se_travam_e_fazem_um_cliente_de_cada() -> None:
    codigos = [f"C{n}" for n in range(200)]
    feitos: list[Resultado] = []
    envios = []
    for n in range(6):
        ordem = codigos[::-1] if n % 2 else Random(n).sample(codigos, len(codigos))
        envios.append(envio(feitos, *(pedido(CPF_CGC="", CODIGO_CLIENTE=c, CIDADE=f"CIDADE {n}") for c in ordem)))
    juntos(*envios)
    assert all(feito.aceito for feito in feitos)
    assert sum(feito.inserido for feito in feitos) == len(codigos) == Cliente.objects.count()
    assert RegistroRecebido.objects.filter(resultado=ALTERADO).count() == 5 * len(codigos)
    assert NumeroDeRegistro.objects.get().ultimo == 6 * len(codigos)


def test_dezesseis_primeiros_envios_de_um_cliente_fazem_um_so() -> None:
    feitos: list[Resultado] = []
    juntos(*(envio(feitos, pedido(CPF_CGC=CPFS[0], CODIGO_CLIENTE=f"X{n}", CLIENTE_VAREJO=f"N{n}")) for n in range(16)))
    assert sorted(feito.inserido for feito in feitos) == [False] * 15 + [True]
    cliente = Cliente.objects.get()
    assert {feito.codigo_cliente for feito in feitos} == {cliente.codigo_cliente}


def test_dezesseis_vezes_o_mesmo_evento_gravam_uma_e_respondem_igual() -> None:
    feitos: list[Resultado] = []
    juntos(*(envio(feitos, pedido(eventId="e1")) for _ in range(16)))
    assert sorted(feito.repetido for feito in feitos) == [False] + [True] * 15
    assert all(feito.acrescimo == feitos[0].acrescimo for feito in feitos)
    assert RegistroRecebido.objects.count() == 1


def test_dois_clientes_que_disputam_um_codigo_sao_um_cadastro_e_um_conflito() -> None:
    feitos: list[Resultado] = []
    enchimento = [pedido(CPF_CGC="", CODIGO_CLIENTE=f"C{n}") for n in range(50)]
    juntos(
        envio(feitos, *enchimento, pedido(CODIGO_CLIENTE="DISPUTADO", CPF_CGC=CPFS[0])),
        envio(feitos, pedido(CODIGO_CLIENTE="DISPUTADO", CPF_CGC=CPFS[1]), *enchimento[::-1]),
    )
    assert sorted(feito.status for feito in feitos) == [200] * 101 + [409]
    assert Cliente.objects.filter(pk="DISPUTADO").count() == 1


def test_o_que_outra_mao_cadastra_no_meio_vira_atualizacao() -> None:
    """An INSERT by hand takes no lock of ours: ours meets its key, and looks again."""
    feitos: list[Resultado] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO "CLIENTES_VAREJO" ("CODIGO_CLIENTE", "CLIENTE_VAREJO", "FILIAL", "BAIRRO")
               VALUES ('C1', 'À MÃO', 'X', 'CENTRO')"""
        )
        pedidos = [pedido(CPF_CGC="", CODIGO_CLIENTE=f"C{n}", CIDADE="BETIM", eventId=f"e{n}") for n in range(3)]
        linha = threading.Thread(target=juntos, args=(envio(feitos, *pedidos),))
        linha.start()
        esperar_que_espere()
    linha.join()
    assert [feito.inserido for feito in feitos] == [True, False, True]
    assert Cliente.objects.get(pk="C1").bairro == "CENTRO"
    assert set(Cliente.objects.values_list("cidade", flat=True)) == {"BETIM"}
    assert RegistroRecebido.objects.count() == 3


def test_as_travas_sao_tomadas_em_ordem_e_uma_de_cada_vez() -> None:
    """Somebody holds one in the middle: who comes after holds all that are before it, and none that is beyond."""
    chaves = [f"CHAVE {n}" for n in range(300)]
    numeros = sorted({numero_da_chave(chave) for chave in chaves})
    meio = numeros[len(numeros) // 2]
    do_meio = next(chave for chave in chaves if numero_da_chave(chave) == meio)

    def travar_todas() -> None:
        with transaction.atomic():
            travar_identidades(Random(1).sample(chaves, len(chaves)))

    with transaction.atomic():
        travar_identidades([do_meio])
        linha = threading.Thread(target=juntos, args=(travar_todas,))
        linha.start()
        esperar_que_espere()
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND mode = 'ExclusiveLock'
                    AND classid = %s
                    AND pid = (SELECT pid FROM pg_locks WHERE NOT granted AND {DAQUI}) ORDER BY objid""",
                [IDENTIDADE],
            )
            tomadas = [numero for (numero,) in cursor.fetchall()]
    linha.join()
    assert tomadas == [numero for numero in numeros if numero < meio]


def test_muitos_lotes_de_uma_vez_cabem_na_tabela_de_travas() -> None:
    """However many come at once, VAGAS of them hold the locks of their keys."""
    segurados: list[int] = []

    def segurar(n: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            travar_identidades(f"{n} {chave}" for chave in range(1500))
            cursor.execute(
                f"""SELECT count(DISTINCT pid) FROM pg_locks WHERE granted AND locktype = 'advisory' AND classid = %s
                    AND {DAQUI}""",
                [IDENTIDADE],
            )
            segurados.append(cursor.fetchone()[0])
            time.sleep(0.05)

    juntos(*(lambda n=n: segurar(n) for n in range(12)))
    assert len(segurados) == 12
    assert max(segurados) <= VAGAS


def test_quem_segura_um_cliente_nao_atrasa_os_de_outros() -> None:
    feitos: list[Resultado] = []
    with transaction.atomic():
        travar_identidades(["C1"])
        livre = next(f"D{n}" for n in range(9) if numero_da_chave(f"D{n}") != numero_da_chave("C1"))
        linha = threading.Thread(target=juntos, args=(envio(feitos, pedido(CPF_CGC="", CODIGO_CLIENTE=livre)),))
        linha.start()
        linha.join(timeout=20)
        assert not linha.is_alive()
    assert [feito.inserido for feito in feitos] == [True]


def test_quem_espera_demais_desiste_e_nada_fica(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registro, "ESPERA_MAXIMA", timedelta(milliseconds=200))
    enviar(pedido(CPF_CGC="", CODIGO_CLIENTE="Z9", eventId="e1"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("""UPDATE "CLIENTES_VAREJO" SET "CIDADE" = 'À MÃO'""")
        with pytest.raises(OperationalError):
            juntos(envio([], pedido(CPF_CGC="", CODIGO_CLIENTE="A1"), pedido(CPF_CGC="", CODIGO_CLIENTE="Z9")))
    assert (Cliente.objects.get().cidade, RegistroRecebido.objects.count()) == ("À MÃO", 1)


def test_conexao_que_morre_no_meio_de_um_lote_nao_deixa_nada() -> None:
    """Killed while it waits for the last row, with everything else decided: no customer, no request, no lock stays."""
    enviar(pedido(CPF_CGC="", CODIGO_CLIENTE="Z9"))
    antes = RegistroRecebido.objects.count()
    erros: list[BaseException] = []

    def morrer() -> None:
        try:
            enviar(*(pedido(CPF_CGC="", CODIGO_CLIENTE=c, CIDADE="BETIM", eventId=c) for c in ("A1", "B2", "Z9")))
        except BaseException as erro:
            erros.append(erro)
        finally:
            connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("""SELECT 1 FROM "CLIENTES_VAREJO" WHERE "CODIGO_CLIENTE" = 'Z9' FOR UPDATE""")
        linha = threading.Thread(target=morrer)
        linha.start()
        esperar_que_espere()
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND {DAQUI}")
        linha.join()
    assert type(erros[0]).__name__ == "OperationalError"
    assert (Cliente.objects.count(), RegistroRecebido.objects.count()) == (1, antes)
    assert enviar(pedido(CPF_CGC="", CODIGO_CLIENTE="Z9", CIDADE="BETIM"))[0].aceito  # nothing is held
