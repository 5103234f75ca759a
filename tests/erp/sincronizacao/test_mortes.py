"""The link at its worst, and processes killed between the answer and the commit: both sides end up the same."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from erp.cadastros.models import Produto
from erp.provedores.erros import FalhaDoProvedor
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.models import CursorEntidade
from erp.sincronizacao.services import comparar, sincronizar
from erp.sincronizacao.services.recepcao import cursor_de
from tests.erp.sincronizacao.lado import Elo, OutraRetaguarda
from tests.falhas.vivos import RAIZ, esperar, url_do_banco

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("outra_retaguarda")]
SINCRONIZAR = """
import django
django.setup()
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.services import sincronizar
ENTIDADES["produtos"].lote = 20
sincronizar(["produtos"])
"""
PRODUTOS = """INSERT INTO cadastros_produto (codigo, descricao, codigo_barras, unidade, ncm, preco, controla_estoque, ativo)
SELECT n, 'Café ' || n, '', 'UN', '', 1, true, true FROM generate_series(%s, %s) n"""


@contextmanager
def filho(elo: Elo, pasta: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process that syncs through that link; killed at the end, if it still lives."""
    ambiente = os.environ | {
        "DATABASE_URL": url_do_banco(), "SINCRONIZACAO_URL": elo.url, "LOG_NIVEL": "ERROR",
        "SINCRONIZACAO_CHAVE": elo.chave,
    }  # fmt: skip
    with (pasta / "filho.log").open("ab") as saida:
        processo = subprocess.Popen(
            [sys.executable, "-c", SINCRONIZAR], cwd=RAIZ, env=ambiente, stdout=saida, stderr=saida
        )
    try:
        yield processo
    finally:
        processo.kill()
        processo.wait()


def os_dois_lados_sao_o_mesmo(outra: OutraRetaguarda) -> None:
    outra.quieta()
    sincronizar(["produtos"])
    la = outra.sql("SELECT codigo, descricao FROM cadastros_produto ORDER BY codigo")
    assert list(Produto.objects.filter(ativo=True).order_by("codigo").values_list("codigo", "descricao")) == la
    assert comparar(["produtos"]) == {"produtos": 0}


class Pessimo:
    """Of every answer, one thing goes wrong or none: cut, too late, the one before again, or one of long before."""

    def __init__(self, semente: int, lerdeza: float) -> None:
        self.sorteio, self.lerdeza = random.Random(semente), lerdeza
        self.ditas: list[bytes] = [b"{}"]

    def __call__(self, caminho: str, corpo: bytes) -> tuple[bytes, int] | None:
        self.ditas.append(corpo)
        feito = self.sorteio.choice(("corta", "atrasa", "repete", "troca", "passa", "passa"))
        if feito == "atrasa":
            time.sleep(self.lerdeza)
        if feito == "repete":
            return self.ditas[-2], len(self.ditas[-2])
        if feito == "troca":
            velha = self.sorteio.choice(self.ditas)
            return velha, len(velha)
        return (corpo, len(corpo) // 2) if feito == "corta" else None


def insistir() -> int:
    """Runs until one reads the feed to its end, as the schedule would; returns how many failed."""
    for falhas in range(200):
        try:
            sincronizar(["produtos"])
            return falhas
        except FalhaDoProvedor:
            continue
    raise AssertionError("200 rodadas não bastaram")


@pytest.mark.parametrize("semente", [1, *(pytest.param(n, marks=pytest.mark.prova) for n in range(2, 12))])
def test_elo_que_corta_atrasa_repete_e_troca_a_ordem_leva_ao_mesmo_lugar(
    outra: OutraRetaguarda, settings: Any, monkeypatch: pytest.MonkeyPatch, semente: int
) -> None:
    monkeypatch.setattr(ENTIDADES["produtos"], "lote", 20)
    settings.SINCRONIZACAO_TEMPO_LIMITE = 0.5
    outra.sql(PRODUTOS, 1, 100)
    outra.quieta()
    with Elo(outra.url, roteiro=Pessimo(semente, lerdeza=0.7)) as elo:
        settings.SINCRONIZACAO_URL = elo.url
        falhas = insistir()
        outra.sql("UPDATE cadastros_produto SET descricao = 'Mudou' WHERE codigo % 3 = 0")
        outra.sql("DELETE FROM cadastros_produto WHERE codigo % 10 = 0")
        outra.quieta()
        falhas += insistir()
    assert falhas and len(elo.pedidos) > 10
    settings.SINCRONIZACAO_URL = outra.url
    settings.SINCRONIZACAO_TEMPO_LIMITE = 60
    os_dois_lados_sao_o_mesmo(outra)


def test_processo_morto_entre_a_resposta_e_o_commit_nao_deixa_nada(outra: OutraRetaguarda, tmp_path: Any) -> None:
    outra.sql(PRODUTOS, 1, 50)
    outra.quieta()
    cursor_de("produtos")
    with Elo(outra.url, chave=outra.chave) as elo, filho(elo, tmp_path) as processo:
        with transaction.atomic():
            CursorEntidade.objects.select_for_update().get(pk="produtos")  # the child has its page, and waits for this
            esperar(lambda: bool(elo.pedidos), 60, (tmp_path / "filho.log").read_text())
            time.sleep(0.2)
            processo.kill()
            processo.wait()
    assert (Produto.objects.count(), cursor_de("produtos").posicao) == (0, "")
    os_dois_lados_sao_o_mesmo(outra)


@pytest.mark.prova
@pytest.mark.timeout(1800)
def test_quarenta_mortes_a_esmo_e_os_dois_lados_iguais(outra: OutraRetaguarda, tmp_path: Any) -> None:
    sorteio = random.Random(6)
    with Elo(outra.url, chave=outra.chave) as elo:
        for vez in range(40):
            outra.sql(PRODUTOS, vez * 200 + 1, vez * 200 + 200)
            outra.sql("UPDATE cadastros_produto SET descricao = %s WHERE codigo %% 7 = %s", f"Mudou {vez}", vez % 7)
            outra.sql("DELETE FROM cadastros_produto WHERE codigo % 31 = 0")
            pedidos = len(elo.pedidos)
            with filho(elo, tmp_path) as processo:
                esperar(
                    lambda antes=pedidos, p=processo: len(elo.pedidos) > antes or p.poll() is not None,  # type: ignore[misc]  # bound now
                    60, (tmp_path / "filho.log").read_text(),
                )  # fmt: skip
                time.sleep(sorteio.uniform(0, 0.6))
    os_dois_lados_sao_o_mesmo(outra)
