"""The digest of the queue's errors, handed to a real SMTP server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client
from django.urls import reverse

from erp.rotinas import registro
from filas.causas import causa_de
from filas.fila.avisos import EXEMPLOS, POR_CARTA, Avisos, notificar
from filas.fila.entrada import enfileirar
from filas.models import Mensagem
from tests.filas.fila.correio import Correio, correio_no_ar, porta_livre

pytestmark = pytest.mark.django_db(transaction=True)
CONTEXTO = "Provas"
CPF = "52998224725"
TI, GERENTE = "ti@exemplo.com.br", "gerente@exemplo.com.br"


@pytest.fixture
def correio(settings: Any) -> Iterator[Correio]:
    with correio_no_ar(settings, TI, GERENTE) as correio:
        yield correio


def falhar(*causas: str) -> list[Mensagem]:
    """Messages that ended in error, the oldest first; each about a customer whose code is a document."""
    chaves = [f"{CPF}-{n}" for n in range(len(causas))]
    enfileirar(CONTEXTO, [(chave, {"CPF_CGC": CPF, "EMAIL": "maria@exemplo.com.br"}) for chave in chaves])
    mensagens = list(Mensagem.objects.filter(situacao=0).order_by("id"))
    for mensagem, causa in zip(mensagens, causas, strict=True):
        falhar_de_novo(mensagem, causa)
    return mensagens


def falhar_de_novo(mensagem: Mensagem, causa: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE wosk_queue SET situacao = 4, causa = %s, mensagem = %s, erro_em = clock_timestamp() WHERE id = %s""",
            [causa, f"CPF {CPF} recusado", mensagem.pk],
        )


def por_avisar() -> int:
    return Mensagem.objects.filter(notificada_em=None).count()


def texto(carta: Any) -> str:
    return str(carta.get_content())


def test_uma_carta_com_os_erros_juntos_por_causa(correio: Correio) -> None:
    mensagens = falhar("HTTP_400", "CONEXAO", "HTTP_400", "HTTP_400", "HTTP_400")
    assert notificar() == Avisos(avisados=5)
    [carta] = correio.cartas
    assert correio.para == [[TI, GERENTE]]
    assert carta["Subject"] == "Retaguarda: 5 mensagens em erro na fila"
    linhas = texto(carta).splitlines()
    grupos = [linha for linha in linhas if linha.startswith(f"{CONTEXTO} – ")]
    assert [grupo.partition(", desde")[0] for grupo in grupos] == [
        f"{CONTEXTO} – {causa_de('HTTP_400').titulo}: 4 mensagens",
        f"{CONTEXTO} – {causa_de('CONEXAO').titulo}: 1 mensagem",
    ]
    assert causa_de("HTTP_400").saida in texto(carta)
    elos = [reverse("admin:filas_mensagem_change", args=[m.pk]) for m in mensagens]
    assert [elo for elo in elos if f"  https://retaguarda.exemplo.com.br{elo}" in linhas] == elos[:4]
    assert len([elo for elo in elos if elo in texto(carta)]) == EXEMPLOS + 1


def test_os_elos_da_carta_abrem_no_admin(correio: Correio, admin_client: Client) -> None:
    falhar(*["HTTP_400"] * 5)
    notificar()
    elos = [
        linha.partition("https://retaguarda.exemplo.com.br")[2]
        for linha in texto(correio.cartas[0]).splitlines()
        if "https://" in linha
    ]
    assert len(elos) == EXEMPLOS + 2  # the examples, the list of the cause, the whole list
    assert [admin_client.get(elo).status_code for elo in elos] == [200] * len(elos)


def test_nenhum_dado_pessoal_vai_na_carta(correio: Correio) -> None:
    falhar("HTTP_400", "SEM_IBGE")
    notificar()
    [carta] = correio.cartas
    assert CPF not in carta.as_string() and CPF not in texto(carta)
    assert "maria" not in texto(carta)


def test_cada_erro_e_avisado_uma_vez_e_de_novo_so_se_falhou_de_novo(correio: Correio) -> None:
    [primeira, _segunda] = falhar("HTTP_400", "HTTP_422")
    assert notificar() == Avisos(avisados=2)
    assert notificar() == Avisos()
    falhar_de_novo(primeira, "HTTP_409")
    assert notificar() == Avisos(avisados=1)
    assert notificar() == Avisos()
    assert len(correio.cartas) == 2
    assert causa_de("HTTP_409").titulo in texto(correio.cartas[1])
    assert causa_de("HTTP_422").titulo not in texto(correio.cartas[1])


def test_o_que_nao_e_erro_nao_e_avisado(correio: Correio) -> None:
    falhar("HTTP_400")
    Mensagem.objects.update(situacao=3)
    enfileirar(CONTEXTO, [("outra", {})])
    assert notificar() == Avisos() and correio.cartas == []


def test_servidor_fora_nao_perde_aviso(correio: Correio, settings: Any) -> None:
    falhar("HTTP_400", "CONEXAO")
    settings.EMAIL_PORT = porta_livre()
    assert notificar() == Avisos(nao_avisados=2, motivo="ConnectionRefusedError")
    assert por_avisar() == 2
    settings.EMAIL_PORT = correio.controlador.port
    assert notificar() == Avisos(avisados=2)
    assert len(correio.cartas) == 1


@pytest.mark.parametrize("resposta", ["451 tente mais tarde", "554 nao quero"])
def test_carta_recusada_nao_e_dada_por_avisada(correio: Correio, resposta: str) -> None:
    falhar("HTTP_400")
    correio.recusar = resposta
    assert notificar() == Avisos(nao_avisados=1, motivo="SMTPDataError")
    assert por_avisar() == 1
    correio.recusar = ""
    assert notificar() == Avisos(avisados=1)


def test_ninguem_aceito_nao_e_avisado_e_um_aceito_e(correio: Correio) -> None:
    falhar("HTTP_400")
    correio.recusar_quem = {TI, GERENTE}
    assert notificar() == Avisos(nao_avisados=1, motivo="SMTPRecipientsRefused")
    correio.recusar_quem = {TI}
    assert notificar() == Avisos(avisados=1)
    assert correio.para == [[GERENTE]]


def test_morte_entre_a_carta_e_a_marca_repete_a_mesma_carta(correio: Correio) -> None:
    [mensagem] = falhar("HTTP_400")
    erros: list[type[Exception]] = []

    def avisar() -> None:
        try:
            notificar()
        except OperationalError as erro:
            erros.append(type(erro))
        finally:
            connections.close_all()

    with transaction.atomic():
        Mensagem.objects.select_for_update().get(pk=mensagem.pk)  # the mark waits for this row
        linha = threading.Thread(target=avisar)
        linha.start()
        while not derrubar_quem_espera():
            assert linha.is_alive()
        linha.join(60)
    assert len(correio.cartas) == 1 and erros == [OperationalError] and por_avisar() == 1
    assert notificar() == Avisos(avisados=1)
    assert correio.cartas[0]["Message-ID"] == correio.cartas[1]["Message-ID"]
    assert notificar() == Avisos()


def derrubar_quem_espera() -> bool:
    """End, as a kill would, the connection that waits for our row; false while there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_locks
               WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"""
        )
        return bool(cursor.fetchall())


def test_o_que_falha_de_novo_com_a_carta_a_caminho_vai_na_seguinte(correio: Correio) -> None:
    [mensagem] = falhar("HTTP_400")

    def falhar_agora() -> None:
        try:
            falhar_de_novo(mensagem, "HTTP_422")
        finally:
            connections.close_all()

    correio.ao_receber = falhar_agora
    notificar()
    correio.ao_receber = lambda: None
    assert notificar() == Avisos(avisados=1)
    assert causa_de("HTTP_422").titulo in texto(correio.cartas[1])


def test_dois_ao_mesmo_tempo_mandam_uma_carta_so(correio: Correio) -> None:
    falhar("HTTP_400")
    do_outro: list[Avisos] = []

    def outro() -> None:
        try:
            do_outro.append(notificar())
        finally:
            connections.close_all()

    correio.ao_receber = outro
    assert notificar() == Avisos(avisados=1)
    assert do_outro == [Avisos()] and len(correio.cartas) == 1


def test_sem_destinatarios_nada_vai_e_nada_se_perde(correio: Correio, settings: Any) -> None:
    falhar("HTTP_400")
    settings.FILAS_NOTIFICAR_PARA = []
    assert notificar() == Avisos()
    settings.FILAS_NOTIFICAR_PARA = [TI]
    assert notificar() == Avisos(avisados=1)


def test_mais_do_que_cabe_numa_carta_vai_na_seguinte(correio: Correio) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO wosk_queue (token, contexto, chave, conteudo, situacao, causa, erro_em)
               SELECT gen_random_uuid(), %s, n, '{}', 4, 'CAUSA_' || n %% 60, now() FROM generate_series(1, %s) n""",
            [CONTEXTO, POR_CARTA + 1],
        )
    assert notificar() == Avisos(avisados=POR_CARTA)
    assert "20.000 mensagens da fila" in texto(correio.cartas[0])
    assert "Há mais mensagens em erro" in texto(correio.cartas[0]) and "E mais 10 causas" in texto(correio.cartas[0])
    assert notificar() == Avisos(avisados=1)


def test_a_procura_anda_pelo_indice(correio: Correio) -> None:
    """Two thousand errors told, and one not: the question looks at that one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO wosk_queue (token, contexto, chave, conteudo, situacao, causa, erro_em, notificada_em)
               SELECT gen_random_uuid(), 'Teste', n::text, '{}', 4, 'X', now(), CASE WHEN n > 1 THEN now() END
               FROM generate_series(1, 2000) n"""
        )
        cursor.execute("ANALYZE wosk_queue")
        cursor.execute(
            """EXPLAIN SELECT id FROM wosk_queue
               WHERE situacao = 4 AND (notificada_em IS NULL OR notificada_em < erro_em) ORDER BY id LIMIT 10"""
        )
        assert "fila_a_avisar" in str(cursor.fetchall())


def test_a_rotina_avisa_e_conta(correio: Correio) -> None:
    falhar("HTTP_400")
    assert registro.obter("filas/notificar").funcao() == {"avisados": 1, "nao_avisados": 0}
