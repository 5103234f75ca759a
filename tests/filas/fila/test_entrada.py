"""The way into the queue: one pending message per record, and nothing lost of what was there before."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection, transaction

from filas.fila.entrada import Entraram, enfileirar
from filas.models import EstadoContexto, Mensagem

CONTEXTO = "Provas"


def _situacoes(chave: str) -> list[tuple[int, str]]:
    mensagens = Mensagem.objects.filter(contexto=CONTEXTO, chave=chave).order_by("id")
    return [(m.situacao, m.conteudo["v"]) for m in mensagens]


@pytest.mark.django_db
def test_cada_item_vira_uma_mensagem_pendente() -> None:
    assert enfileirar(CONTEXTO, [("1", {"v": "a"}), ("2", {"v": "açaí\t\\n"})]) == Entraram(2, 0)

    assert _situacoes("1") == [(0, "a")]
    assert _situacoes("2") == [(0, "açaí\t\\n")]
    assert EstadoContexto.objects.filter(pk=CONTEXTO).exists()


@pytest.mark.django_db
def test_a_mais_nova_substitui_a_que_ainda_espera_e_diz_por_qual() -> None:
    enfileirar(CONTEXTO, [("1", {"v": "a"}), ("2", {"v": "a"})])

    assert enfileirar(CONTEXTO, [("1", {"v": "b"})]) == Entraram(1, 1)

    assert _situacoes("1") == [(3, "a"), (0, "b")]
    assert _situacoes("2") == [(0, "a")]
    velha, nova = Mensagem.objects.filter(chave="1").order_by("id")
    assert velha.mensagem == f"Substituída por {nova.token}"
    assert velha.terminada_em is not None


@pytest.mark.django_db
def test_duas_do_mesmo_registro_na_mesma_leva_fica_a_ultima() -> None:
    assert enfileirar(CONTEXTO, [("1", {"v": "a"}), ("1", {"v": "b"}), ("1", {"v": "a"})]) == Entraram(3, 2)

    assert _situacoes("1") == [(3, "a"), (3, "b"), (0, "a")]
    primeira, segunda, terceira = Mensagem.objects.order_by("id")
    assert primeira.mensagem.endswith(str(segunda.token))
    assert segunda.mensagem.endswith(str(terceira.token))


@pytest.mark.django_db
def test_nada_a_enfileirar_nao_faz_nada() -> None:
    assert enfileirar(CONTEXTO, []) == Entraram(0, 0)
    assert not EstadoContexto.objects.exists()


@pytest.mark.django_db
def test_conteudo_que_nao_e_json_e_recusado_por_quem_enfileira() -> None:
    with pytest.raises(ValueError):
        enfileirar(CONTEXTO, [("1", {"v": float("nan")})])


@pytest.mark.django_db
def test_quem_envia_e_acordado_quando_a_transacao_termina(
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[list[Callable[[], object]]]],
) -> None:
    with django_capture_on_commit_callbacks() as chamadas:
        enfileirar(CONTEXTO, [("1", {"v": "a"})])
        enfileirar(CONTEXTO, [("2", {"v": "a"})])

    assert len(chamadas) == 1


@pytest.mark.django_db(transaction=True)
def test_duas_transacoes_sobre_os_mesmos_registros_deixam_uma_pendente_de_cada() -> None:
    """Without the locks both would find nothing pending, and the second would break on the unique index."""
    chaves = [str(n) for n in range(50)]
    largada = threading.Barrier(2)
    erros: list[Exception] = []

    def leva(valor: str, ordem: list[str]) -> None:
        try:
            largada.wait(10)
            for _ in range(5):
                with transaction.atomic():
                    enfileirar(CONTEXTO, [(chave, {"v": valor}) for chave in ordem])
        except Exception as erro:  # the thread's own end: shown below
            erros.append(erro)
        finally:
            connection.close()

    linhas = [
        threading.Thread(target=leva, args=("a", chaves)),
        threading.Thread(target=leva, args=("b", chaves[::-1])),
    ]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()

    assert erros == []
    assert Mensagem.objects.filter(situacao=0).count() == len(chaves)
    assert Mensagem.objects.filter(situacao=3).count() == len(chaves) * 9
