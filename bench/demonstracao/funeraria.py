"""A month of the funeral side in simulated time: plans sold, paid, overdue, suspended, brought back and cancelled after
proven notices; jazigos charged, sheets and routes made, reminders sent; and all of it reconciled with a book of paper.

The routines run by their own schedules: at each of their hours the tick finds what is due, as on any other day.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from rich.console import Console
from rich.table import Table

from bench.demonstracao import balanco
from bench.demonstracao.balanco import Mes
from bench.demonstracao.correio import Correio
from bench.demonstracao.equipe_do_mes import Cemiterios, Equipe, dias_do_mes
from bench.demonstracao.familias import Balcao
from bench.demonstracao.livro import ATIVO, CANCELADO, SUSPENSO, ZERO, mais_meses
from bench.demonstracao.relogio import Relogio
from clientes.models import Etiqueta
from erp.contatos.models import PassoDaRegua
from erp.planos.models import Dependente
from erp.planos.rotinas import CANCELAMENTO, EMISSAO, SUSPENSAO
from erp.rotinas.models import Execucao
from erp.rotinas.services import acordada, executar
from filas.fila.motor import enviar

TIPAR, ROTAS, LEMBRAR = "Cliente/TiparClientes", "SolicitacaoRotaColaborador/solicitar", "Contatos/Lembrar"
PONTO, JAZIGOS = (
    "RegistroPonto/GerarRegistroPontosRotina",
    "ManutencaoJazigo/GerarRecebimentoManutencaoJazigoRotina",
)
CORREIO = "Contatos/Enviar"
# The hours at which the tick is called, and the routines that have theirs then.
HORAS: dict[str, tuple[str, ...]] = {
    "05:00": (ROTAS,), "08:30": (LEMBRAR,), "20:30": (EMISSAO,), "21:00": (SUSPENSAO,), "21:10": (CANCELAMENTO, PONTO),
    "21:15": (JAZIGOS,),
}  # fmt: skip
DOMINGO = 6
DE_NOVO = (7, 14, 21, 28)  # days on which every routine of the evening is asked for once more


class Contas(NamedTuple):
    """What was seen, in words, and every difference."""

    dito: str
    faltas: list[str]


def viver_o_mes(correio: Correio, usuario: User) -> Mes:
    """Live the month that comes after today's. The retaguarda's own processes must be down: they know no other time."""
    mes = mais_meses(timezone.localdate().replace(day=1), 1)
    _deixar_so_estas_rotinas()
    with Relogio(_as(mes, "00:30")) as relogio:
        acordada()  # the schedules count from here on
        balcao = Balcao(mes, usuario)
        balcao.abrir()
        cemiterios, equipe = Cemiterios(mes, usuario, balcao.filial), Equipe(mes, usuario, balcao.filial)
        cemiterios.abrir()
        equipe.abrir()
        equipe.vespera(mes)
        PassoDaRegua.objects.filter(dias__in=(-3, 5)).update(ativo=True)
        rodadas: Counter[str] = Counter()
        for dia in dias_do_mes(mes):
            _viver(dia, relogio, balcao, equipe, rodadas)
    mortos = Dependente.objects.filter(obito__isnull=False).values_list("cliente_id", flat=True)
    falecidos = frozenset(codigo for codigo in mortos if codigo is not None)
    return Mes(mes, dia, balcao.livro, cemiterios, equipe, correio, rodadas, falecidos)


def conferir_o_mes(mes: Mes, tela: Console) -> Contas:
    """The book against the retaguarda."""
    certo, tem = balanco.esperado(mes), balanco.achado(mes)
    _mostrar(mes, certo, tem, tela)
    return Contas(_resumo(mes), balanco.diferencas(certo, tem))


def _viver(dia: date, relogio: Relogio, balcao: Balcao, equipe: Equipe, rodadas: Counter[str]) -> None:
    """A day, hour by hour."""
    if dia.weekday() == DOMINGO:
        _tiquetaquear(relogio, dia, "04:00", (TIPAR,), rodadas)
    for hora in ("05:00", "08:30"):
        _tiquetaquear(relogio, dia, hora, HORAS[hora], rodadas)
    _entregar_cartas(relogio, dia)
    balcao.livro.manha(dia)
    relogio.ir(_as(dia, "10:00"))
    balcao.dia(dia)
    relogio.ir(_as(dia, "18:00"))
    equipe.tarde(dia)
    equipe.vespera(dia + timedelta(days=1))
    for hora in ("20:30", "21:00", "21:10", "21:15"):
        _tiquetaquear(relogio, dia, hora, HORAS[hora], rodadas)
    balcao.livro.noite(dia)
    if dia.day in DE_NOVO:
        relogio.ir(_as(dia, "22:00"))
        for caminho in (EMISSAO, SUSPENSAO, CANCELAMENTO, PONTO, JAZIGOS):
            executar(caminho, iniciada_por="demonstração", referencia=dia)
            executar(caminho, iniciada_por="demonstração", referencia=dia, simulacao=True)


def _tiquetaquear(relogio: Relogio, dia: date, hora: str, rotinas: tuple[str, ...], rodadas: Counter[str]) -> None:
    relogio.ir(_as(dia, hora) + timedelta(seconds=1))
    acordada()
    rodadas.update(rotinas)


def _entregar_cartas(relogio: Relogio, dia: date) -> None:
    """What is due goes to the queue, from there by SMTP; then who asked is told of the deliveries."""
    for hora in ("08:31", "08:33"):
        relogio.ir(_as(dia, hora))
        executar(CORREIO, iniciada_por="demonstração")
        enviar()


def _deixar_so_estas_rotinas() -> None:
    """A month of ticks of ten seconds would take a month: those of the queue and of the tills stay quiet."""
    destas = {caminho for rotinas in HORAS.values() for caminho in rotinas} | {TIPAR}
    PeriodicTask.objects.exclude(rotina_agendada__caminho__in=destas).update(enabled=False)


def _as(dia: date, hora: str) -> datetime:
    return timezone.make_aware(datetime.combine(dia, time.fromisoformat(hora)))


def _resumo(mes: Mes) -> str:
    contratos = mes.livro.contratos.values()
    finais = Counter(contrato.situacao for contrato in contratos)
    passagens = Counter(para for contrato in contratos for para, _ in contrato.mudancas)
    cartas = mes.livro.cartas
    return (
        f"{mes.comeco:%m/%Y} em tempo simulado: {len(contratos)} contratos, {passagens[SUSPENSO]} suspensões, "
        f"{passagens[ATIVO] - len(contratos)} reativações, {passagens[CANCELADO]} cancelamentos; ficaram {finais[ATIVO]} ativos, "
        f"{finais[SUSPENSO]} suspensos e {finais[CANCELADO]} cancelados. {len(mes.cemiterios.devido)} manutenções de jazigo, "
        f"{len(mes.equipe.visitas)} rotas, {len(mes.equipe.pessoas)} colaboradores com folha todo dia, "
        f"{cartas['titulo']} lembretes e {cartas.total() - cartas['titulo']} avisos entregues por SMTP, "
        f"{Etiqueta.objects.count()} etiquetas, {Execucao.objects.filter(rotina__in=mes.rodadas).count()} execuções."
    )


def _mostrar(mes: Mes, certo: balanco.Somas, tem: balanco.Somas, tela: Console) -> None:
    tabela = Table(title=f"Os planos e os jazigos em {mes.comeco:%m/%Y}, R$")
    for titulo in ("", "no papel", "na retaguarda", ""):
        tabela.add_column(titulo, justify="left" if not titulo else "right")
    linhas = (
        ("mensalidades emitidas", "emitido"), ("estornadas por cancelamento", "cancelado"), ("pagas", "abatido"),
        ("vencidas em aberto", "vencido"), ("na conta, com juros", "conta"), ("manutenção de jazigos", "jazigos"),
    )  # fmt: skip
    for nome, quais in linhas:
        papel, nosso = (sum(somas[quais].values(), ZERO) for somas in (certo, tem))
        igual = certo[quais] == {k: tem[quais].get(k, 0) for k in certo[quais]}
        tabela.add_row(nome, _reais(papel), _reais(nosso), "[green]✔[/]" if igual else "[red]✘[/]")
    tela.print(tabela)


def _reais(valor: object) -> str:
    return f"{valor:,.2f}".translate(str.maketrans(",.", ".,"))
