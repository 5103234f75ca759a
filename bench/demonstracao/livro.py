"""The month as a clerk with paper and pencil keeps it: the rules of the contracts in plain arithmetic, without the system.

What the system says at the end of the month is compared with this book, so it shares no code with what it checks.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)
DIAS_PARA_SUSPENDER = 30
MESES_PARA_CANCELAR = 12
AVISOS = 2
DIAS_ENTRE_AVISOS = 10
MESES_EMITIDOS = 12
PASSOS = (-3, 5)  # days from the due date on which a reminder goes
ATRASO_DO_LEMBRETE = 3
ATIVO, SUSPENSO, CANCELADO = "Ativo", "Suspenso", "Cancelado"


def mais_meses(dia: date, meses: int) -> date:
    """That many months later; the last day of a shorter month."""
    ano, mes = divmod(dia.year * 12 + dia.month - 1 + meses, 12)
    return date(ano, mes + 1, min(dia.day, monthrange(ano, mes + 1)[1]))


@dataclass
class Parcela:
    vence: date
    valor: Decimal
    paga: Decimal = ZERO  # with its juros
    aberta: bool = True
    cancelada: bool = False
    lembrada: set[int] = field(default_factory=set)


@dataclass
class Contrato:
    """One contract on paper. `avisos` are the days on which a notice was delivered."""

    numero: int
    codigo: str
    email: bool
    dia: int  # of the month, on which it falls due
    inicio: date
    valor: Decimal
    situacao: str = ATIVO
    desde: date = date.min
    parcelas: list[Parcela] = field(default_factory=list)
    avisos: list[date] = field(default_factory=list)
    a_entregar: list[str] = field(default_factory=list)  # what the post has in hand: 'suspensao' or 'cancelamento'
    mudancas: list[tuple[str, date]] = field(default_factory=list)

    def __post_init__(self) -> None:
        primeiro = self.inicio.replace(day=self.dia)
        self._proxima = primeiro if primeiro >= self.inicio else mais_meses(primeiro, 1)
        self.passar(ATIVO, self.inicio)
        self.emitir(self.inicio)

    def passar(self, situacao: str, dia: date) -> None:
        self.situacao, self.desde = situacao, dia
        self.mudancas.append((situacao, dia))

    def emitir(self, dia: date) -> None:
        while self.situacao == ATIVO and self._proxima < mais_meses(dia, MESES_EMITIDOS):
            self.parcelas.append(Parcela(self._proxima, self.valor))
            self._proxima = mais_meses(self._proxima, 1)

    def vencidas(self, dia: date) -> list[Parcela]:
        return [p for p in self.parcelas if p.aberta and p.vence < dia]

    def pagar(self, parcela: Parcela, juros: Decimal = ZERO) -> None:
        parcela.paga, parcela.aberta = parcela.valor + juros, False

    def cancelar(self, dia: date) -> None:
        for parcela in self.parcelas:
            if parcela.aberta and parcela.vence >= dia:
                parcela.aberta, parcela.cancelada = False, True
        self.passar(CANCELADO, dia)

    def lembretes(self, dia: date) -> int:
        """How many reminders are due today: each step once, told late by up to some days."""
        novos = 0
        for parcela in self.parcelas:
            for passo in PASSOS:
                atraso = (dia - parcela.vence).days - passo
                if parcela.aberta and 0 <= atraso <= ATRASO_DO_LEMBRETE and passo not in parcela.lembrada:
                    parcela.lembrada.add(passo)
                    novos += 1
        return novos


@dataclass
class Livro:
    contratos: dict[int, Contrato] = field(default_factory=dict)
    cartas: Counter[str] = field(default_factory=Counter)  # delivered, by what they tell

    def manha(self, dia: date) -> None:
        """What was asked last night is delivered, and the reminders of today."""
        for contrato in self.contratos.values():
            for assunto in contrato.a_entregar if contrato.email else ():
                self.cartas[assunto] += 1
                if assunto == "cancelamento":
                    contrato.avisos.append(dia)
            contrato.a_entregar.clear()
            lembrados = contrato.lembretes(dia)
            self.cartas["titulo"] += lembrados if contrato.email else 0

    def noite(self, dia: date) -> None:
        """Instalments issued; who is too late is suspended, told, and at last cancelled."""
        for contrato in self.contratos.values():
            contrato.emitir(dia)
            if contrato.situacao == CANCELADO or not (vencidas := contrato.vencidas(dia)):
                continue
            mais_antiga = min(p.vence for p in vencidas)
            if contrato.situacao == ATIVO and mais_antiga + timedelta(days=DIAS_PARA_SUSPENDER) < dia:
                contrato.passar(SUSPENSO, dia)
                contrato.a_entregar.append("suspensao")
            if mais_meses(mais_antiga, MESES_PARA_CANCELAR) < dia:
                self._avisar_ou_cancelar(contrato, dia)

    def _avisar_ou_cancelar(self, contrato: Contrato, dia: date) -> None:
        if contrato.avisos and dia < contrato.avisos[-1] + timedelta(days=DIAS_ENTRE_AVISOS):
            return
        if len(contrato.avisos) == AVISOS:
            contrato.cancelar(dia)
        elif contrato.email:
            contrato.a_entregar.append("cancelamento")

    def etiqueta_em(self, contrato: Contrato, dia: date) -> str:
        """What the titular is at four in the morning of that day."""
        antes = [situacao for situacao, quando in contrato.mudancas if quando < dia]
        return "Ex-cliente" if antes[-1] == CANCELADO else "Titular"

    def todas(self) -> Iterator[tuple[Contrato, Parcela]]:
        for contrato in self.contratos.values():
            for parcela in contrato.parcelas:
                yield contrato, parcela
