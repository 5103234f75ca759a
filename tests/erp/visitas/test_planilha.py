from __future__ import annotations

import csv
import io
import random
from datetime import date, time
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp.visitas.planilha import SEM_COORDENADAS, Parada, Partida, inofensivo, montar
from erp.visitas.rules import Ponto

DIA = date(2026, 3, 20)
BASE = Partida("Rua da Base, 1", Ponto(D("-19.912998"), D("-43.940933")))


def parada(numero: int, leste: int | None = None, **campos: object) -> Parada:
    """On a curve that bends northwards, so that one way around is the shortest."""
    ponto = None if leste is None else Ponto(D("-19.912998") + D(leste) ** 2 / 10000, D("-43.940933") + D(leste) / 1000)
    base = Parada(numero, None, f"Pessoa {numero}", "31 3333-4444", "vistoria", f"Rua {numero}", "", ponto)
    return base._replace(**campos)  # type: ignore[arg-type]  # its own fields


def ler(conteudo: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(conteudo.decode("utf-8-sig")), delimiter=";"))


def test_arquivo_e_utf8_com_bom_ponto_e_virgula_e_fim_de_linha_do_windows() -> None:
    conteudo = montar("José", DIA, BASE, [parada(1, 5)]).conteudo
    assert conteudo.startswith(b"\xef\xbb\xbfRota de Jos\xc3\xa9;20/03/2026\r\n")
    assert conteudo.count(b"\n") == conteudo.count(b"\r\n") == 5


def test_visitas_em_ordem_entre_partida_e_chegada_e_as_sem_coordenadas_no_fim_pelo_nome() -> None:
    rota = montar("Rita", DIA, BASE, [parada(1, 9), parada(2), parada(3, 3, hora=time(14, 30)), parada(4, 6)])
    linhas = ler(rota.conteudo)[2:]
    assert [(linha[0], linha[1]) for linha in linhas] == [
        ("partida", ""), ("1", "3"), ("2", "4"), ("3", "1"), ("chegada", ""), ("4", "2"),
    ]  # fmt: skip
    assert linhas[1][2] == "14:30" and linhas[1][8] == "geo:-19.912098,-43.937933"
    assert linhas[-1][3] == "Pessoa 2" and linhas[-1][10] == SEM_COORDENADAS
    assert (rota.visitas, rota.sem_coordenadas) == (4, 1)
    assert [linha[9] for linha in linhas] == ["", "0,3", "0,4", "0,6", "1,3", ""]


def test_sem_ponto_de_partida_a_rota_diz_isso() -> None:
    linhas = ler(montar("Rita", DIA, Partida("", None), [parada(1, 9), parada(2, 3)]).conteudo)[2:]
    assert [linha[0] for linha in linhas] == ["1", "2"] and "não está cadastrado" in linhas[0][10]


def test_so_visitas_sem_coordenadas_e_nenhuma_visita() -> None:
    assert [linha[0] for linha in ler(montar("Rita", DIA, BASE, [parada(1), parada(2)]).conteudo)[2:]] == ["1", "2"]
    assert len(ler(montar("Rita", DIA, BASE, []).conteudo)) == 2


@given(st.randoms(use_true_random=False))
def test_as_mesmas_visitas_fazem_os_mesmos_bytes_em_qualquer_ordem(sorteio: random.Random) -> None:
    paradas = [parada(n, leste) for n, leste in enumerate((9, 3, None, 7, 3, None, -4), start=1)]
    esperado = montar("Rita", DIA, BASE, paradas)
    sorteio.shuffle(paradas)
    assert montar("Rita", DIA, BASE, paradas) == esperado


@pytest.mark.parametrize(
    ("celula", "esperada"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"), ("+55 31", "'+55 31"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"), ("\r\n=1", "'=1"), ("＝1", "'＝1"), ("\x00=1", "'=1"), ("\ufeff=1", "'=1"),
        ("a\nb", "a b"), ("Rua 1", "Rua 1"),
    ],
)  # fmt: skip
def test_nenhuma_celula_e_formula(celula: str, esperada: str) -> None:
    assert inofensivo(celula) == esperada


@given(st.text(), st.text(), st.text())
def test_o_que_se_digita_nao_sai_da_sua_celula_nem_vira_formula(quem: str, motivo: str, endereco: str) -> None:
    conteudo = montar("Rita", DIA, BASE, [parada(1, 5, quem=quem, motivo=motivo, endereco=endereco)]).conteudo
    linhas = ler(conteudo)
    assert {len(linha) for linha in linhas[1:]} == {11} and len(linhas) == 5
    assert not [c for linha in linhas for c in linha if c.startswith(tuple("=+-@\t\r\n＝＋－＠"))]
