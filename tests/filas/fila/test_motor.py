"""The engine in one process: what becomes of a message, by what its context and the other side do."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from filas.erros import ErroDefinitivo, FalhaDeTransporte
from filas.fila.contextos import Contexto, Requisicao, Resposta, Resultado, erro, sucesso
from filas.fila.entrada import enfileirar
from filas.fila.motor import contextos_com_trabalho, enviar
from filas.fila.posse import pegar
from filas.fila.servicos import executar
from filas.models import EstadoContexto, Mensagem, Tentativa
from tests.filas.fila.provas import NOME, Provas, mensagem, tentativas

pytestmark = pytest.mark.django_db(transaction=True)


class Registrado(Provas):
    nome = "Registrado"


def _resultados(de: Mensagem) -> list[tuple[int, int, str]]:
    return [(t.numero, t.resultado, t.causa) for t in tentativas(de.token)]


def test_uma_mensagem_vai_e_fica_com_o_que_voltou() -> None:
    provas = Provas()
    enfileirar(NOME, [("1", {"nome": "Ana"})])

    feito = enviar([provas])

    assert (feito.com_sucesso, feito.total) == (1, 1)
    ida = mensagem()
    assert provas.chamadas == [(str(ida.token), {"nome": "Ana"})]
    assert (ida.situacao, ida.tentativas, ida.mensagem, ida.retorno) == (2, 1, "HTTP 200", "{}")
    assert ida.terminada_em is not None and ida.reserva is None and ida.tempo is not None
    assert "Idempotency-Key" in ida.curl
    (tentativa,) = tentativas(ida.token)
    assert (tentativa.numero, tentativa.resultado) == (1, Tentativa.Resultado.SUCESSO)
    assert tentativa.status_http == 200
    assert tentativa.conteudo == tentativa.payload == {"nome": "Ana"}


def test_mil_mensagens_vao_todas_uma_vez() -> None:
    provas = Provas(concorrencia=100)
    enfileirar(NOME, [(str(n), {"n": n}) for n in range(1000)])

    feito = enviar([provas])

    assert feito.com_sucesso == 1000
    assert sorted(corpo["n"] for _, corpo in provas.chamadas) == list(range(1000))
    assert Mensagem.objects.filter(situacao=2).count() == 1000
    assert Tentativa.objects.count() == 1000


def test_recusa_do_destino_fica_em_erro_com_a_causa_e_espera_uma_pessoa() -> None:
    enfileirar(NOME, [("1", {})])

    enviar([Provas(status=422)])

    recusada = mensagem()
    assert (recusada.situacao, recusada.causa, recusada.tentativas) == (4, "HTTP_422", 1)
    assert recusada.erro_em is not None
    assert _resultados(recusada) == [(1, Tentativa.Resultado.ERRO, "HTTP_422")]
    assert enviar([Provas()]).total == 0


def test_destino_com_defeito_e_tentado_ate_o_limite_com_o_mesmo_token_e_acaba_em_erro() -> None:
    provas = Provas(status=503, tentativas=3, falhas_ate_pausar=100)
    enfileirar(NOME, [("1", {})])

    enviar([provas])

    falha = mensagem()
    assert (falha.situacao, falha.causa, falha.tentativas) == (4, "HTTP_503", 3)
    assert {token for token, _ in provas.chamadas} == {str(falha.token)}
    adiada = Tentativa.Resultado.ADIADA
    assert _resultados(falha) == [(n, adiada, "HTTP_503") for n in (1, 2, 3)]


def test_retry_after_do_destino_e_respeitado() -> None:
    enfileirar(NOME, [("1", {})])

    enviar([Provas(status=429, cabecalhos={"retry-after": "120"})])

    adiada = mensagem()
    falta = adiada.proxima_tentativa_em - timezone.now()
    assert (adiada.situacao, adiada.causa) == (0, "HTTP_429")
    assert timedelta(seconds=110) < falta <= timedelta(seconds=120)


def test_a_espera_cresce_a_cada_tentativa() -> None:
    class Crescente(Provas):
        def espera(self, tentativa: int) -> timedelta:
            return timedelta(hours=tentativa)

    provas = Crescente(status=500)
    enfileirar(NOME, [("1", {})])

    for horas in (1, 2, 3):
        enviar([provas])
        falta = mensagem().proxima_tentativa_em - timezone.now()
        assert timedelta(hours=horas * 0.99) < falta < timedelta(hours=horas * 1.26)
        Mensagem.objects.update(proxima_tentativa_em=timezone.now())


def test_chamada_que_nao_termina_e_adiada_com_a_causa() -> None:
    class SemRede(Provas):
        def chamar(self, requisicao: Requisicao) -> Resposta:
            raise FalhaDeTransporte("CONEXAO", "a conexão com destino.exemplo falhou")

    enfileirar(NOME, [("1", {"n": 1})])

    enviar([SemRede(tentativas=1)])

    falha = mensagem()
    assert (falha.situacao, falha.causa, falha.mensagem) == (4, "CONEXAO", "a conexão com destino.exemplo falhou")
    (tentativa,) = tentativas(falha.token)
    assert tentativa.status_http is None
    assert tentativa.payload == {"n": 1}


def test_regra_que_falha_ao_montar_nao_chama_ninguem() -> None:
    class SemIbge(Provas):
        def montar(self, conteudo: dict[str, Any]) -> Requisicao:
            raise ErroDefinitivo("SEM_IBGE", "falta o código IBGE")

    provas = SemIbge()
    enfileirar(NOME, [("1", {"n": 1})])

    enviar([provas])

    assert provas.chamadas == []
    assert (mensagem().situacao, mensagem().causa, mensagem().mensagem) == (4, "SEM_IBGE", "falta o código IBGE")
    assert tentativas(mensagem().token)[0].payload is None
    assert EstadoContexto.objects.get(pk=NOME).falhas_seguidas == 0  # no fault of the other side


@pytest.mark.parametrize("onde", ["montar", "interpretar", "chamar"])
def test_defeito_do_contexto_e_adiado_com_espera_e_acaba_em_erro(onde: str) -> None:
    def quebrar(*_: object) -> None:
        raise KeyError("12345678901")

    provas = Provas(tentativas=3)
    setattr(provas, onde, quebrar)
    enfileirar(NOME, [("1", {"n": 1})])

    enviar([provas])

    falha = mensagem()
    assert (falha.situacao, falha.causa, falha.tentativas) == (4, "DEFEITO", 3)
    assert "KeyError" in falha.mensagem and "12345678901" not in falha.mensagem
    assert len(tentativas(falha.token)) == 3


def test_defeito_do_contexto_com_a_espera_de_costume_nao_gira_em_falso() -> None:
    class Defeituoso(Provas):
        def montar(self, conteudo: dict[str, Any]) -> Requisicao:
            raise TypeError

        def espera(self, tentativa: int) -> timedelta:
            return Contexto.espera(self, tentativa)

    enfileirar(NOME, [("1", {})])

    assert enviar([Defeituoso()]).adiadas == 1
    assert enviar([Defeituoso()]).total == 0
    assert mensagem().proxima_tentativa_em > timezone.now() + timedelta(seconds=10)


def test_resultado_que_o_banco_nao_guarda_nao_prende_as_outras_da_leva() -> None:
    class Estranho(Provas):
        def interpretar(self, resposta: Resposta) -> Resultado:
            return erro("NUL\0", "meio \ud800 caractere\0")

    class Longe(Provas):
        def chamar(self, requisicao: Requisicao) -> Resposta:
            resposta = super().chamar(requisicao)
            return Resposta(99_999, {}, "", 0) if requisicao.json["n"] == 3 else resposta

        def interpretar(self, resposta: Resposta) -> Resultado:
            return sucesso()

    enfileirar(NOME, [("1", {})])
    enviar([Estranho()])
    assert (mensagem().situacao, mensagem().causa, mensagem().mensagem) == (4, "NUL", "meio ? caractere")

    enfileirar(NOME, [(f"l{n}", {"n": n}) for n in range(6)])
    enviar([Longe()])  # a status that does not fit its column
    assert mensagem("l3").situacao == 4
    assert mensagem("l3").causa == "DEFEITO"
    assert Mensagem.objects.filter(chave__startswith="l", situacao=2).count() == 5


def test_o_que_o_banco_recusa_nao_vai_para_o_registro_do_sistema(caplog: pytest.LogCaptureFixture) -> None:
    class Nulo(Provas):
        def montar(self, conteudo: dict[str, Any]) -> Requisicao:
            return Requisicao("POST", "http://destino.exemplo/", json={"cpf": "52998224725", "nul": "\0"})

    enfileirar(NOME, [("1", {})])
    enviar([Nulo()])

    assert mensagem().causa == "DEFEITO"
    assert "fim_recusado_pelo_banco" in caplog.text and "52998224725" not in caplog.text


def test_contexto_nao_configurado_deixa_as_mensagens_esperando() -> None:
    provas = Provas(pronto=False)
    enfileirar(NOME, [("1", {})])

    assert enviar([provas]).total == 0
    assert (mensagem().situacao, mensagem().tentativas) == (0, 0)

    provas.pronto = True
    assert enviar([provas]).com_sucesso == 1


def test_mensagem_de_contexto_que_ninguem_registrou_espera_e_aparece(contextos: dict[str, Contexto]) -> None:
    contextos["Registrado"] = Registrado()
    enfileirar("DeOutraVersao", [("1", {})])
    enfileirar("Registrado", [("1", {})])

    assert enviar().com_sucesso == 1

    assert Mensagem.objects.get(contexto="DeOutraVersao").situacao == 0
    assert EstadoContexto.objects.filter(pk="DeOutraVersao").exists()


def test_a_batida_so_acorda_quando_ha_o_que_fazer(contextos: dict[str, Contexto]) -> None:
    contextos[NOME] = provas = Provas()
    assert contextos_com_trabalho() == []

    enfileirar(NOME, [("1", {})])
    assert contextos_com_trabalho() == [NOME]

    provas.pronto = False
    assert contextos_com_trabalho() == []

    provas.pronto = True
    EstadoContexto.objects.update(pausado_por="ana")
    assert contextos_com_trabalho() == []

    EstadoContexto.objects.update(pausado_por="")
    pegar(provas, 1)
    assert contextos_com_trabalho() == []
    Mensagem.objects.update(reservada_ate=timezone.now() - timedelta(seconds=1))  # whoever took it is gone
    assert contextos_com_trabalho() == [NOME]


def test_a_que_volta_a_esperar_quando_ja_ha_outra_mais_nova_e_substituida() -> None:
    class MudaNoMeio(Provas):
        def chamar(self, requisicao: Requisicao) -> Resposta:
            resposta = super().chamar(requisicao)
            if requisicao.json["v"] == "velha":
                linha = threading.Thread(target=_enfileirar_de_fora, args=({"v": "nova"},))
                linha.start()
                linha.join()
                return Resposta(503, {}, "", 0)
            return resposta

    provas = MudaNoMeio(falhas_ate_pausar=100)
    enfileirar(NOME, [("1", {"v": "velha"})])

    enviar([provas])

    velha, nova = Mensagem.objects.order_by("id")
    assert (velha.situacao, nova.situacao) == (3, 2)
    assert velha.mensagem == f"Substituída por {nova.token}"
    assert _resultados(velha) == [(1, Tentativa.Resultado.ADIADA, "HTTP_503")]
    assert [corpo["v"] for _, corpo in provas.chamadas] == ["velha", "nova"]


def _enfileirar_de_fora(conteudo: dict[str, Any]) -> None:
    try:
        enfileirar(NOME, [("1", conteudo)])
    finally:
        connection.close()


def test_a_mais_nova_espera_a_que_esta_sendo_enviada() -> None:
    provas = Provas()
    enfileirar(NOME, [("1", {"v": 1})])
    (primeira,) = pegar(provas, 10).mensagens
    enfileirar(NOME, [("1", {"v": 2}), ("2", {"v": 1})])

    outras = pegar(provas, 10).mensagens

    assert primeira.chave == "1"
    assert [p.chave for p in outras] == ["2"]


def test_transacao_alheia_que_segura_um_registro_nao_prende_os_outros_resultados() -> None:
    """A message that must go back waits for the lock of its record; its lease is kept, and the others are written."""
    enfileirar(NOME, [("presa", {}), ("livre", {"n": 1})])
    segurou, solte = threading.Event(), threading.Event()

    def segurar() -> None:
        try:
            with transaction.atomic():
                enfileirar("Outro", [("x", {})])
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(7241101, b) FROM generate_series(0, 1023) b")
                segurou.set()
                solte.wait(30)
        finally:
            connection.close()

    class UmaBoa(Provas):
        def chamar(self, requisicao: Requisicao) -> Resposta:
            super().chamar(requisicao)
            return Resposta(200 if requisicao.json else 503, {}, "", 0)

    provas = UmaBoa(falhas_ate_pausar=100, tentativas=2)
    alheia = threading.Thread(target=segurar)
    alheia.start()
    segurou.wait(10)
    motor = threading.Thread(target=_enviar_em_outra_linha, args=(provas,))
    motor.start()
    try:
        for _ in range(200):
            if mensagem("livre").situacao == 2:
                break
            threading.Event().wait(0.05)
        assert mensagem("livre").situacao == 2
        assert mensagem("presa").situacao == 1
    finally:
        solte.set()
        alheia.join()
        motor.join()
    assert mensagem("presa").situacao == 4
    assert len(tentativas(mensagem("presa").token)) == 2


def _enviar_em_outra_linha(provas: Provas) -> None:
    try:
        enviar([provas])
    finally:
        connection.close()


def test_executar_envia_so_a_do_token_mesmo_em_pausa(contextos: dict[str, Contexto]) -> None:
    contextos[NOME] = provas = Provas()
    enfileirar(NOME, [("1", {"n": 1}), ("2", {"n": 2})])
    EstadoContexto.objects.filter(pk=NOME).update(pausado_por="ana")

    ida = executar(mensagem("2").token)

    assert ida is not None and ida.situacao == 2
    assert [corpo for _, corpo in provas.chamadas] == [{"n": 2}]
    assert mensagem("1").situacao == 0
    assert executar(ida.token) is None  # nothing pending any more
    assert executar(uuid4()) is None


def test_executar_tenta_uma_vez_so(contextos: dict[str, Contexto]) -> None:
    contextos[NOME] = provas = Provas(status=503)
    enfileirar(NOME, [("1", {})])

    ida = executar(mensagem().token)

    assert ida is not None and (ida.situacao, ida.tentativas) == (0, 1)
    assert len(provas.chamadas) == 1


def test_quem_e_mandado_parar_termina_o_que_tem_na_mao_e_nao_pega_mais() -> None:
    provas = Provas(concorrencia=2, demora=0.05)
    enfileirar(NOME, [(str(n), {}) for n in range(50)])

    feito = enviar([provas], parar=lambda: bool(provas.chamadas))

    assert 1 <= feito.com_sucesso == len(provas.chamadas) < 10
    assert not Mensagem.objects.filter(situacao=1).exists()
