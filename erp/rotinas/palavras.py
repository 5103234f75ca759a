"""A schedule in Portuguese words, as staff say it. Pure: two ways of writing the same crontab read alike."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from erp.rotinas.agenda import NOMES_DOS_DIAS, Cada, NoHorario, intervalo_em_palavras
from erp.rotinas.crontab import FUSO, Cron, do_horario

DIAS_DA_SEMANA = ("domingo", "segunda", "terça", "quarta", "quinta", "sexta", "sábado")
MESES = (
    "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
    "dezembro",
)  # fmt: skip
HORARIOS_DITOS = 6  # beyond it a list of times says less than what it is made of


def agenda_em_palavras(agenda: Cada | NoHorario | Cron) -> str:
    """`a cada 8 minutos`, `todo dia às 21:10`, `de segunda a sexta, a cada 15 minutos, das 08:00 às 18:59`."""
    if isinstance(agenda, Cada):
        return intervalo_em_palavras(agenda.segundos)
    cron = do_horario(agenda) if isinstance(agenda, NoHorario) else agenda
    quando, horas = _dias(cron), _horas(cron)
    if horas.startswith("à"):
        texto = f"{quando} {horas}"
    else:
        texto = horas if quando == "todo dia" else f"{quando}, {horas}"
    return texto if cron.fuso == FUSO else f"{texto} (horário de {cron.fuso})"


def _dias(cron: Cron) -> str:
    """`todo dia`, `todo domingo`, `de segunda a sexta`, `nos dias 1 e 15 de cada mês`, `todo dia 2 de novembro`."""
    do_mes, da_semana = not cron.livre("dia_do_mes"), not cron.livre("dia_da_semana")
    if not do_mes:
        texto = _semana(cron) if da_semana else "todo dia"
        return texto if cron.livre("mes") else f"{texto} {_meses(cron)}"
    dias = sorted(cron.valores["dia_do_mes"])
    texto = f"todo dia {_ordinal(dias[0])}" if len(dias) == 1 else f"nos dias {_lista(_faixas(dias, _ordinal))}"
    if cron.livre("mes"):
        texto += " do mês" if len(dias) == 1 else " de cada mês"
    else:
        meses = sorted(cron.valores["mes"])
        texto += f" de {_lista(_faixas(meses, lambda mes: MESES[mes - 1]))}"
    return f"{texto} {_que_caia(cron, varios=len(dias) > 1)}" if da_semana else texto


def _semana(cron: Cron) -> str:
    """From Monday to Sunday, as people count a week."""
    dias = sorted(cron.valores["dia_da_semana"], key=lambda dia: dia or 7)
    if len(dias) == 1:
        return NOMES_DOS_DIAS[dias[0]]
    seguidos = [(dia or 7) - (dias[0] or 7) for dia in dias] == list(range(len(dias)))
    if seguidos and len(dias) > 2:
        return f"de {DIAS_DA_SEMANA[dias[0]]} a {DIAS_DA_SEMANA[dias[-1]]}"
    artigo = NOMES_DOS_DIAS[dias[0]].partition(" ")[0]
    return f"{artigo} {_lista([DIAS_DA_SEMANA[dia] for dia in dias])}"


def _que_caia(cron: Cron, *, varios: bool) -> str:
    dias = sorted(cron.valores["dia_da_semana"], key=lambda dia: dia or 7)
    return f"que {'caírem' if varios else 'cair'} em {_lista([DIAS_DA_SEMANA[d] for d in dias], 'ou')}"


def _meses(cron: Cron) -> str:
    meses = sorted(cron.valores["mes"])
    seguidos = len(meses) > 2 and meses[-1] - meses[0] == len(meses) - 1
    if seguidos:
        return f"de {MESES[meses[0] - 1]} a {MESES[meses[-1] - 1]}"
    return f"em {_lista([MESES[mes - 1] for mes in meses])}"


def _horas(cron: Cron) -> str:
    horas, minutos = sorted(cron.valores["hora"]), sorted(cron.valores["minuto"])
    if len(horas) * len(minutos) <= HORARIOS_DITOS:
        ditos = [f"{hora:02}:{minuto:02}" for hora in horas for minuto in minutos]
        return f"{'à' if horas[0] == 1 else 'às'} {_lista(ditos)}"
    if len(minutos) == 1:
        return _de_hora_em_hora(horas, minutos[0])
    if passo := _passo(minutos, 60):
        dito = "a cada minuto" if passo == 1 else f"a cada {passo} minutos"
        inicio = f", a partir do minuto {minutos[0]} de cada hora" if minutos[0] else ""
        return f"{dito}{inicio}{_trecho(horas, 0, minutos[-1])}"
    return f"nos minutos {_lista([str(minuto) for minuto in minutos])} de cada hora{_trecho(horas, 0, minutos[-1])}"


def _de_hora_em_hora(horas: list[int], minuto: int) -> str:
    passo = _passo(horas, 24)
    cada = f"a cada {passo} horas" if passo > 1 else "a cada hora"
    if passo > 1 and horas[0]:
        return f"{cada}, a partir {_das(horas[0])} {horas[0]:02}:{minuto:02}"
    aos = f", aos {minuto} minutos" if minuto > 1 else ", no minuto 1" if minuto else ", em ponto" if passo <= 1 else ""
    return cada + aos + ("" if passo > 1 else _trecho(horas, minuto, minuto))


def _trecho(horas: list[int], de: int, ate: int) -> str:
    """Nothing for all the hours; `, das 08:00 às 18:45` for a stretch; otherwise each hour named."""
    if len(horas) == 24:
        return ""
    if horas[-1] - horas[0] == len(horas) - 1:
        as_ = "à" if horas[-1] == 1 else "às"
        return f", {_das(horas[0])} {horas[0]:02}:{de:02} {as_} {horas[-1]:02}:{ate:02}"
    return f", nas horas {_lista(_faixas(horas, str))}"


def _das(hora: int) -> str:
    return "da" if hora == 1 else "das"


def _passo(valores: list[int], ate: int) -> int:
    """The step of values that are evenly spread over the whole round (0, 15, 30, 45 of 60: 15), else 0."""
    if len(valores) < 2:
        return 0
    passo = valores[1] - valores[0]
    completo = valores[-1] + passo - ate == valores[0]
    return passo if completo and all(b - a == passo for a, b in pairwise(valores)) else 0


def _faixas(valores: list[int], nome: Callable[[int], str]) -> list[str]:
    """`1, 2, 3, 10` as `1 a 3` and `10`: stretches of three or more are said by their ends."""
    trechos: list[list[int]] = []
    for valor in valores:
        if trechos and valor == trechos[-1][-1] + 1:
            trechos[-1].append(valor)
        else:
            trechos.append([valor])
    return [
        dito
        for trecho in trechos
        for dito in ([f"{nome(trecho[0])} a {nome(trecho[-1])}"] if len(trecho) > 2 else [nome(v) for v in trecho])
    ]


def _lista(itens: Sequence[str], antes_do_ultimo: str = "e") -> str:
    return itens[0] if len(itens) == 1 else f"{', '.join(itens[:-1])} {antes_do_ultimo} {itens[-1]}"


def _ordinal(dia: int) -> str:
    return "1º" if dia == 1 else str(dia)
