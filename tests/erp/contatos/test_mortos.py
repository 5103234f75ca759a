"""Workers killed while they hand over and while the mail server has the letter: nothing lost, no fact told anew."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from erp.contatos.models import Comunicado, ModeloMensagem
from erp.contatos.services import avisar
from filas.models import Mensagem, Tentativa
from tests.erp.contatos.conftest import aviso
from tests.falhas.vivos import esperar, url_do_banco
from tests.filas.fila.correio import Correio
from tests.filhos import Filho, filho

pytestmark = pytest.mark.django_db(transaction=True)
Situacao = Comunicado.Situacao


@contextlib.contextmanager
def trabalhadores(quantos: int, porta: int) -> Iterator[list[Filho]]:
    ambiente = os.environ | {
        "DATABASE_URL": url_do_banco(), "LOG_NIVEL": "ERROR", "EMAIL_URL": f"smtp://127.0.0.1:{porta}",
        "CONTATOS_EMAILS_POR_SEGUNDO": "1000",
        "CONTATOS_REMETENTE": "avisos@exemplo.com.br", "RETAGUARDA_URL": "https://retaguarda.exemplo.com.br",
    }  # fmt: skip
    processos = [filho(["tests.erp.contatos.trabalhador"], ambiente) for _ in range(quantos)]
    try:
        for processo in processos:
            processo.disse("pronto")
        yield processos
    finally:
        for processo in processos:
            processo.kill()
            processo.wait()


def _entregues() -> int:
    return Comunicado.objects.filter(situacao=Situacao.ENTREGUE).count()


def test_morto_com_a_carta_no_servidor_manda_a_mesma_de_novo_e_conta_uma_entrega(
    modelo: ModeloMensagem,
    correio: Correio,
) -> None:
    """The window that SMTP leaves: the server takes the letter, and we die before writing it down."""
    avisar([aviso()])
    chegou, solta = threading.Event(), threading.Event()

    def segurar() -> None:
        if not chegou.is_set():
            chegou.set()
            solta.wait(60)

    correio.ao_guardar = segurar
    with trabalhadores(1, correio.controlador.port) as (vitima,):
        assert chegou.wait(60)
        vitima.kill()
        vitima.wait()
    solta.set()
    assert len(correio.cartas) == 1
    with trabalhadores(1, correio.controlador.port):
        esperar(lambda: _entregues() == 1, 60, "a carta ir de novo")

    assert len(correio.cartas) == 2
    comunicado = Comunicado.objects.get()
    assert {carta["Message-ID"] for carta in correio.cartas} == {f"<{comunicado.token}@exemplo.com.br>"}
    resultados = list(Tentativa.objects.order_by("id").values_list("resultado", flat=True))
    assert resultados == [Tentativa.Resultado.ABANDONADA, Tentativa.Resultado.SUCESSO]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("total", "mortes"), [(80, 1), pytest.param(2000, 25, marks=pytest.mark.prova)], ids=["curta", "longa"]
)
def test_mortos_um_atras_do_outro_nao_perdem_nem_repetem_comunicado(
    modelo: ModeloMensagem, correio: Correio, total: int, mortes: int
) -> None:
    avisar(aviso(f"f:{n}", endereco=f"p{n}@exemplo.com.br") for n in range(total))
    for _ in range(mortes):
        antes = len(correio.cartas)
        with trabalhadores(1, correio.controlador.port) as (vitima,):
            esperar(lambda antes=antes: len(correio.cartas) >= min(antes + 20, total), 60, "o trabalho andar")  # type: ignore[misc]  # bound at once
            vitima.kill()
            vitima.wait()
    with trabalhadores(2, correio.controlador.port):
        esperar(lambda: _entregues() == total, 120, "tudo ser entregue")

    assert Mensagem.objects.count() == total  # each entered the queue once
    por_carta = Counter(str(carta["Message-ID"]) for carta in correio.cartas)
    assert len(por_carta) == total
    repetidas = sum(vezes - 1 for vezes in por_carta.values())
    abandonadas = Tentativa.objects.filter(resultado=Tentativa.Resultado.ABANDONADA).count()
    assert repetidas <= abandonadas  # a letter goes again only where a death left it in doubt
