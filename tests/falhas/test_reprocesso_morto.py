"""SIGKILL at random instants of the workers of a mass reprocess: it goes on where it was, and nothing happens twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from erp.acesso.models import Aprovacao
from erp.acesso.services.aprovacoes import aprovar
from pdv.processamento.models import AtoPessoa, Geracao, Reprocesso, ReprocessoItem
from pdv.processamento.reprocesso.services import pedir
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from tests.falhas.vivos import esperar, url_do_banco
from tests.filhos import Filho, filho
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import DINHEIRO, Elenco, estagiar_venda, montar_elenco

pytestmark = pytest.mark.django_db(transaction=True)
OPERACOES = 240


def vender(elenco: Elenco, quantas: int) -> None:
    for n in range(quantas):
        pdv = (elenco.pdv, elenco.pdv2, elenco.pdv3)[n % 3]
        estagiar_venda(pdv, [(101, "1", "6.00"), (102, "2", "4.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()


class Trabalhadores:
    """Two of them, so that one takes up what the other was doing when it was killed."""

    def __init__(self, pasta: Path) -> None:
        self.registro = pasta / "reprocessador.log"
        self.ambiente = os.environ | {"DATABASE_URL": url_do_banco(), "LOG_NIVEL": "ERROR", "PDV_LOTE": "5"}
        self.vivos: list[Filho] = []

    def completar(self) -> None:
        self.vivos = [p for p in self.vivos if p.poll() is None]
        while len(self.vivos) < 2:
            self.vivos.append(filho(["tests.falhas.reprocessador"], self.ambiente, saida=self.registro))

    def matar(self, sorteio: random.Random) -> None:
        vitima = sorteio.choice(self.vivos)
        vitima.send_signal(signal.SIGKILL)
        vitima.wait()

    def parar(self) -> None:
        for processo in self.vivos:
            processo.kill()
            processo.wait()


@contextmanager
def trabalhadores(pasta: Path) -> Iterator[Trabalhadores]:
    todos = Trabalhadores(pasta)
    try:
        yield todos
    finally:
        todos.parar()


def prontas(reprocesso: Reprocesso) -> int:
    reprocesso.refresh_from_db()
    return reprocesso.feitas + reprocesso.falhas


def provar(mortes: int, operacoes: int, pasta: Path) -> None:
    vender(montar_elenco(), operacoes)
    semente = random.randrange(10**9)
    print(f"semente das mortes: {semente}")
    sorteio = random.Random(semente)
    reprocesso = pedir(
        linhas=OperacaoPdv.objects.all(), descricao="todas", motivo="Condição corrigida",
        usuario=User.objects.create_superuser("caio"),
    )  # fmt: skip
    if reprocesso.aprovacao_id:
        pedido = Aprovacao.objects.get(pk=reprocesso.aprovacao_id)
        aprovar(aprovacao=pedido, por=User.objects.create_superuser("bea"), motivo="Conferi a condição")
    with trabalhadores(pasta) as todos:
        for n in range(mortes):
            todos.completar()
            antes = prontas(reprocesso)
            if reprocesso.terminado_em is None:
                esperar(lambda antes=antes: prontas(reprocesso) > antes, 90, f"nada andou antes da morte {n}")  # type: ignore[misc]  # of this turn
            time.sleep(sorteio.uniform(0, 0.2))
            todos.matar(sorteio)
        todos.completar()
        esperar(lambda: prontas(reprocesso) == operacoes and reprocesso.terminado_em is not None, 120, "não terminou")
    conferir(reprocesso, operacoes)


def conferir(reprocesso: Reprocesso, operacoes: int) -> None:
    """Each operation reversed once and posted once more; what a worker had in hand when it died was left or done whole."""
    assert (reprocesso.situacao, reprocesso.feitas, reprocesso.falhas) == (4, operacoes, 0)
    assert set(ReprocessoItem.objects.values_list("situacao", flat=True)) == {ReprocessoItem.Situacao.FEITA}
    assert Counter(OperacaoPdv.objects.values_list("situacao_replicacao", flat=True)) == {9: operacoes}
    assert Counter(Geracao.objects.values_list("numero", flat=True)) == {1: operacoes, 2: operacoes}
    assert Geracao.objects.filter(estornada_em=None, numero=2).count() == operacoes
    atos = Counter(AtoPessoa.objects.values_list("alvo_id", flat=True))
    assert len(atos) == operacoes and set(atos.values()) == {1}, "um ato por operação"
    verificar_tudo()


def test_quatro_mortes_no_meio_nao_perdem_nem_dobram_nada(tmp_path: Path) -> None:
    provar(mortes=4, operacoes=OPERACOES, pasta=tmp_path)


@pytest.mark.prova
@pytest.mark.timeout(3600)
def test_cem_mortes_sobre_seis_mil_operacoes(tmp_path: Path) -> None:
    provar(mortes=100, operacoes=6_000, pasta=tmp_path)
