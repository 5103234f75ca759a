"""The sheet as a pure function: tables with the arithmetic beside the row, and what holds of every day there is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp.colaboradores.apuracao.calculo import apurar
from erp.colaboradores.apuracao.noturno import noturnos, reduzir
from erp.colaboradores.apuracao.reparticao import DIAS_ANTES, DIAS_DEPOIS, Solta, limites, repartir
from erp.colaboradores.apuracao.valores import (
    DIA,
    NOITE,
    Alerta,
    Dia,
    Folha,
    Jornada,
    Marca,
    Parametros,
    TipoDia,
    Trecho,
)
from erp.colaboradores.jornada import ler_horarios, mostrar_horarios
from tests.erp.colaboradores.elenco import COMERCIAL


def minuto(texto: str) -> int:
    relogio, _, dias = texto.partition("+")
    hora, minutos = relogio.split(":")
    return int(hora) * 60 + int(minutos) + DIA * int(dias or 0)


def dia(horarios: str | None, *horas: str, **campos: object) -> Dia:
    jornada = None if horarios is None else Jornada(ler_horarios(horarios))
    marcas = tuple(Marca(minuto(hora), marcacao=i) for i, hora in enumerate(horas, 1))
    return replace(Dia(jornada, marcas), **campos)  # type: ignore[arg-type]  # of the test's own choosing


def conta(folha: Folha) -> tuple[int, int, int, int]:
    return folha.previsto, folha.trabalhado, folha.extra, folha.falta


@pytest.mark.parametrize(
    ("horas", "esperado"),
    [
        ("08:00 12:00 13:00 17:00", (480, 480, 0, 0)),
        ("07:55 12:00 13:00 17:05", (480, 490, 0, 0)),  # 5 + 5: within both
        ("07:55 11:59 13:00 17:05", (480, 489, 9, 0)),  # 5 + 1 + 5 = 11 in the day: all of it counts
        ("07:54 12:00 13:00 17:00", (480, 486, 6, 0)),  # 6 in one mark
        ("08:06 12:00 13:00 17:00", (480, 474, 0, 6)),
        ("08:05 12:00 13:00 16:55", (480, 470, 0, 0)),
        ("08:03 12:00 13:00 17:03", (480, 480, 0, 0)),
        ("08:30 12:00 13:00 17:30", (480, 480, 0, 0)),  # of the day's total
        ("08:00 12:30 13:30 17:04", (480, 484, 0, 0)),  # rested at another hour: the entry, the exit, how long
        ("08:00 11:56 13:04 17:00", (480, 472, 0, 0)),  # 4 + 4, mark by mark
        ("08:00 17:00", (480, 540, 60, 0)),  # worked through lunch
        ("08:00 12:00", (480, 240, 0, 240)),
        ("08:00 12:00 13:00", (480, 240, 0, 240)),  # nothing is made up
        ("", (480, 0, 0, 480)),
        ("07:00 12:00 13:00 18:30", (480, 630, 150, 0)),
    ],
)
def test_dia_comercial(horas: str, esperado: tuple[int, int, int, int]) -> None:
    assert conta(apurar(dia(COMERCIAL, *horas.split()))) == esperado


@pytest.mark.parametrize(
    ("horas", "noturno", "reduzido"),
    [
        ("19:00 07:00+1", 420, 480),  # 22 to 5: seven hours by the clock are eight
        ("22:00 05:00+1", 420, 480),
        ("21:00 23:00", 60, 69),  # 60 / 52.5 * 60 = 68.57
        ("08:00 17:00", 0, 0),
        ("04:00 06:00", 60, 69),
        ("22:00 02:00+1 03:00+1 06:00+1", 360, 411),  # the rest is not worked
    ],
)
def test_hora_noturna_e_reduzida(horas: str, noturno: int, reduzido: int) -> None:
    folha = apurar(dia("", *horas.split()))
    assert (folha.noturno, folha.noturno_reduzido) == (noturno, reduzido)


def test_prorrogacao_do_noturno_so_para_quem_fez_a_noite_inteira() -> None:
    inteira, parte = ler_horarios("22:00-07:00"), ler_horarios("23:00-07:00")
    assert noturnos(inteira, NOITE, prorroga=True) == 540
    assert noturnos(inteira, NOITE, prorroga=False) == noturnos(parte, NOITE, prorroga=True) + 60 == 420


def test_hora_noturna_e_um_parametro() -> None:
    assert reduzir(420, Parametros(segundos_da_hora_noturna=3600)) == 420


def test_intervalo_pre_assinalado_desconta_o_da_escala_de_quem_nao_o_marcou() -> None:
    jornada = Jornada(ler_horarios(COMERCIAL), intervalo_pre_assinalado=True)
    assert conta(apurar(dia(None, "08:00", "17:00", jornada=jornada))) == (480, 480, 0, 0)
    assert conta(apurar(dia(None, "08:00", "12:00", jornada=jornada))) == (480, 240, 0, 240)
    assert conta(apurar(dia(None, "08:00", "18:00", jornada=jornada))) == (480, 540, 60, 0)
    assert conta(apurar(dia(None, "08:00", "12:00", "12:30", "17:00", jornada=jornada))) == (480, 510, 30, 0)


@pytest.mark.parametrize(
    ("campos", "tipo", "esperado"),
    [
        ({"feriado": "Natal"}, TipoDia.FERIADO, (0, 240, 240, 0)),
        ({"afastamento": "Férias"}, TipoDia.AFASTAMENTO, (0, 240, 240, 0)),
        ({"empregado": False}, TipoDia.FORA_DO_CONTRATO, (0, 240, 240, 0)),
        ({"jornada": None}, TipoDia.SEM_ESCALA, (0, 240, 240, 0)),
        ({"jornada": Jornada()}, TipoDia.FOLGA, (0, 240, 240, 0)),
        ({"em_aberto": True}, TipoDia.TRABALHO, (480, 240, 0, 0)),
        ({"abonos": (100,)}, TipoDia.TRABALHO, (480, 240, 0, 140)),
        ({"abonos": (100, 100, 100)}, TipoDia.TRABALHO, (480, 240, 0, 0)),
        ({"abonos": (None,)}, TipoDia.TRABALHO, (480, 240, 0, 0)),
    ],
)
def test_o_que_o_dia_e(campos: dict[str, object], tipo: TipoDia, esperado: tuple[int, int, int, int]) -> None:
    folha = apurar(dia(COMERCIAL, "08:00", "12:00", **campos))
    assert (folha.tipo, conta(folha)) == (tipo, esperado)


@pytest.mark.parametrize(
    ("horas", "alertas"),
    [
        ("08:00 12:00 13:00 17:00", ()),
        ("08:00 12:00 13:00", (Alerta.IMPAR,)),
        ("08:00 08:01 12:00 13:00 17:00 17:00", (Alerta.REPETIDA, Alerta.INTERVALO_CURTO)),
        ("08:00 20:30", (Alerta.TRECHO_LONGO, Alerta.INTERVALO_CURTO)),
        ("08:00 12:00 12:30 17:00", (Alerta.INTERVALO_CURTO,)),
        ("08:00 12:00 12:15 13:00", ()),  # 4h45: a quarter of an hour is enough
    ],
)
def test_alertas(horas: str, alertas: tuple[Alerta, ...]) -> None:
    folha = apurar(dia(COMERCIAL, *horas.split()))
    if horas.startswith("08:00 08:01"):
        assert set(folha.alertas) >= {Alerta.REPETIDA}
    else:
        assert folha.alertas == alertas
    assert folha.pendente == bool(set(folha.alertas) - {Alerta.INTERVALO_CURTO})


def test_ausencia_e_um_dia_inteiro_sem_marca_de_que_ninguem_disse_nada() -> None:
    assert apurar(dia(COMERCIAL)).ausencia
    for dita in (
        {"confirmada": True},
        {"abonos": (None,)},
        {"feriado": "x"},
        {"afastamento": "x"},
        {"em_aberto": True},
    ):
        assert not apurar(dia(COMERCIAL, **dita)).ausencia
    assert apurar(dia(COMERCIAL, abonos=(60,))).ausencia  # the rest of the day still waits
    assert apurar(dia(COMERCIAL, confirmada=True)).falta == 480


# What holds of every day

trechos = st.lists(st.integers(0, 47), min_size=0, max_size=6, unique=True).map(
    lambda meias: [
        (a * 30, b * 30) for a, b in zip(sorted(meias)[::2], sorted(meias)[1::2], strict=False)
    ]
)  # fmt: skip
jornadas = st.builds(
    lambda pares, desvio: tuple(t for t in ler_horarios(_texto([(a + desvio, b + desvio) for a, b in pares]))),
    trechos,
    st.sampled_from([0, 600, 1170]),
)
marcas = st.lists(st.integers(-240, 2600), max_size=9).map(
    lambda ms: tuple(Marca(m, i) for i, m in enumerate(sorted(ms)))
)
abonos = st.lists(st.one_of(st.none(), st.integers(1, 600)), max_size=3).map(tuple)
dias = st.builds(
    Dia,
    jornada=st.one_of(st.none(), st.builds(Jornada, jornadas, st.booleans(), st.booleans(), st.booleans())),
    marcas=marcas,
    feriado=st.sampled_from(["", "", "Natal"]),
    afastamento=st.sampled_from(["", "", "Férias"]),
    empregado=st.booleans(),
    abonos=abonos,
    confirmada=st.booleans(),
    conferida=st.booleans(),
    em_aberto=st.booleans(),
)


def _texto(pares: list[tuple[int, int]]) -> str:
    return " ".join(f"{a % DIA // 60:02d}:{a % 60:02d}-{b % DIA // 60:02d}:{b % 60:02d}" for a, b in pares)


@given(dias)
def test_a_folha_fecha_ao_minuto(dia: Dia) -> None:
    folha = apurar(dia)
    if not dia.em_aberto:
        assert folha.trabalhado + folha.falta + folha.abonado == folha.previsto + folha.extra + folha.tolerado
    assert folha.trabalhado == sum(t.fim - t.inicio for t in folha.trechos)
    assert min(folha.previsto, folha.trabalhado, folha.extra, folha.falta, folha.abonado, folha.noturno) >= 0
    assert not (folha.extra and (folha.falta or folha.abonado))
    assert not folha.tolerado or not (folha.extra or folha.falta)
    assert abs(folha.tolerado) <= dia.parametros.tolerancia_dia


@given(dias)
def test_nada_se_trabalha_fora_das_marcas(dia: Dia) -> None:
    """Every worked stretch lies between an entry and its exit: none is made up, none counts twice."""
    pares = list(zip(dia.marcas[::2], dia.marcas[1::2], strict=False))
    folha = apurar(dia)
    assert all(any(e.minuto <= t.inicio and t.fim <= s.minuto for e, s in pares) for t in folha.trechos)
    assert folha.trabalhado <= sum(s.minuto - e.minuto for e, s in pares)
    assert folha.noturno <= folha.trabalhado
    assert folha.ausencia <= (not dia.marcas)
    assert (Alerta.IMPAR in folha.alertas) == (len(dia.marcas) % 2 == 1 and not dia.em_aberto)


@given(dias)
def test_so_se_espera_em_dia_de_trabalho_e_o_que_espera_por_alguem_fica_pendente(dia: Dia) -> None:
    folha = apurar(dia)
    assert (folha.previsto > 0) <= (folha.tipo is TipoDia.TRABALHO)
    assert folha.ausencia <= folha.pendente
    assert folha == apurar(dia)


@given(st.lists(jornadas, min_size=5, max_size=9), st.lists(st.integers(0, 9 * DIA - 1), max_size=25))
def test_cada_marca_e_de_um_dia_so(escala: list[tuple[Trecho, ...]], momentos: list[int]) -> None:
    soltas = [Solta(m, marcacao=i) for i, m in enumerate(momentos) if m < len(escala) * DIA]
    repartidas = repartir(escala, soltas)
    donos = [marca.marcacao for dia in repartidas for marca in dia]
    assert len(donos) == len(set(donos))
    assert {s.marcacao for s in soltas if s.minuto < (len(escala) - 1) * DIA} <= set(donos)
    for i, do_dia in enumerate(repartidas):
        assert all(momentos[m.marcacao] == i * DIA + m.minuto for m in do_dia if m.marcacao is not None)
        assert list(do_dia) == sorted(do_dia, key=lambda m: m.minuto)


@given(
    st.lists(jornadas, min_size=9, max_size=9), st.lists(st.integers(0, 9 * DIA - 1), max_size=25), st.integers(2, 7)
)
def test_o_dia_da_marca_nao_depende_do_periodo_apurado(
    escala: list[tuple[Trecho, ...]], momentos: list[int], dia: int
) -> None:
    soltas = [Solta(m, marcacao=i) for i, m in enumerate(momentos)]
    inteiro = repartir(escala, soltas)[dia]
    inicio = dia - DIAS_ANTES
    janela = escala[inicio : dia + DIAS_DEPOIS + 1]
    perto = [
        Solta(s.minuto - inicio * DIA, s.marcacao)
        for s in soltas
        if 0 <= s.minuto - inicio * DIA < (DIAS_ANTES + DIAS_DEPOIS + 1) * DIA
    ]
    assert repartir(janela, perto)[DIAS_ANTES] == inteiro


@pytest.mark.parametrize(
    ("hoje", "amanha", "marcas_", "de_hoje"),
    [
        ("22:00-06:00", "22:00-06:00", "21:58 06:03+1 21:55+1", 2),
        ("08:00-17:00", "08:00-17:00", "08:00 01:10+1 07:50+1", 2),  # stayed until one in the morning
        ("08:00-17:00", "08:00-17:00", "08:00 17:00 03:00+1 07:50+1", 2),  # came at three: even, so it is tomorrow's
        ("", "00:30-06:30", "23:50 06:30+1", 0),  # came early for a shift that begins after midnight
        ("19:00-07:00", "", "19:00 08:40+1 14:00+1 18:00+1", 2),  # stayed on, then called in on the day off
        ("", "", "20:00 02:00+1 10:00+1 12:00+1", 2),  # began on a day off, past midnight
    ],
)
def test_turno_que_passa_da_meia_noite_e_do_dia_em_que_comecou(
    hoje: str, amanha: str, marcas_: str, de_hoje: int
) -> None:
    escala = [ler_horarios(h) for h in ("", hoje, amanha, "")]
    soltas = [Solta(minuto(h) + DIA, i) for i, h in enumerate(marcas_.split())]
    _, primeiro, segundo, _ = repartir(escala, soltas)
    assert (len(primeiro), len(segundo)) == (de_hoje, len(soltas) - de_hoje)


@given(jornadas, jornadas)
def test_os_limites_estao_em_ordem(um: tuple[Trecho, ...], outro: tuple[Trecho, ...]) -> None:
    brando, duro = limites(um, outro)
    assert brando <= duro
    assert 20 * 60 <= duro <= 44 * 60


@given(jornadas)
def test_horarios_escritos_sao_lidos_de_volta(jornada: tuple[Trecho, ...]) -> None:
    assert ler_horarios(mostrar_horarios(jornada)) == jornada
