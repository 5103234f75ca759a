"""The month of an employee, day by day, as the page and the spreadsheet show it. Five queries, whatever the days."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from erp.colaboradores.apuracao.valores import Alerta, TipoDia
from erp.colaboradores.fusos import fuso_de, meia_noite, minuto_de
from erp.colaboradores.jornada import mostrar_hora
from erp.colaboradores.models import Colaborador, FolhaDia, Marcacao, Tratamento
from erp.colaboradores.models.folha import ALERTAS

DIAS = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
SOMAS = ("previsto", "trabalhado", "extra", "falta", "abonado", "noturno", "noturno_reduzido")


@dataclass(frozen=True)
class MarcaVista:
    """`incluida`: by a person. `fora`: of the clock, and set aside by a person."""

    hora: str
    minuto: int
    marcacao: int | None = None
    incluida: bool = False
    fora: bool = False


@dataclass
class LinhaEspelho:
    dia: date
    folha: FolhaDia | None = None
    marcas: list[MarcaVista] = field(default_factory=list)
    tratamentos: list[Tratamento] = field(default_factory=list)

    @property
    def semana(self) -> str:
        return DIAS[self.dia.weekday()]

    @property
    def alertas(self) -> list[str]:
        achados = self.folha.detalhe.get("alertas", []) if self.folha else []
        return [ALERTAS[Alerta(alerta)] for alerta in achados]

    @property
    def ausencia(self) -> bool:
        return bool(self.folha and self.folha.detalhe.get("ausencia"))

    @property
    def o_que_e(self) -> str:
        """What the day is, beyond an ordinary day of work."""
        if self.folha is None:
            return ""
        if self.folha.feriado:
            return f"Feriado: {self.folha.feriado}"
        if self.folha.tipo == TipoDia.TRABALHO:
            return ""
        return str(self.folha.detalhe.get("afastamento") or self.folha.get_tipo_display())


@dataclass
class Espelho:
    pessoa: Colaborador
    inicio: date
    fim: date
    linhas: list[LinhaEspelho]
    totais: Counter[str]
    pendentes: int
    extra_em_folga: int


def espelho_do_mes(pessoa: Colaborador, mes: date) -> Espelho:
    """The month that `mes` is of."""
    inicio = mes.replace(day=1)
    return espelho(pessoa, inicio, mes.replace(day=monthrange(mes.year, mes.month)[1]))


def espelho(pessoa: Colaborador, inicio: date, fim: date) -> Espelho:
    linhas = {
        inicio + timedelta(days=i): LinhaEspelho(inicio + timedelta(days=i)) for i in range((fim - inicio).days + 1)
    }
    for folha in FolhaDia.objects.filter(colaborador=pessoa, dia__range=(inicio, fim)):
        linhas[folha.dia].folha = folha
    _tratamentos(pessoa, linhas, inicio, fim)
    _marcas(pessoa, linhas, inicio, fim)
    folhas = [linha.folha for linha in linhas.values() if linha.folha]
    totais = Counter({nome: sum(getattr(folha, nome) for folha in folhas) for nome in SOMAS})
    return Espelho(
        pessoa,
        inicio,
        fim,
        list(linhas.values()),
        totais,
        pendentes=sum(folha.situacao == FolhaDia.Situacao.PENDENTE for folha in folhas),
        extra_em_folga=sum(folha.extra for folha in folhas if folha.tipo in (TipoDia.FERIADO, TipoDia.FOLGA)),
    )


def _tratamentos(pessoa: Colaborador, linhas: dict[date, LinhaEspelho], inicio: date, fim: date) -> None:
    """Those that still count, on the day they begin; leaves on the first day that is shown."""
    vivos = Tratamento.objects.filter(colaborador=pessoa, sucessor=None, dia__lte=fim, dia_fim__gte=inicio)
    for tratamento in vivos.exclude(tipo=Tratamento.Tipo.ANULACAO).select_related("autor", "marcacao").order_by("id"):
        linhas[max(tratamento.dia, inicio)].tratamentos.append(tratamento)


def _marcas(pessoa: Colaborador, linhas: dict[date, LinhaEspelho], inicio: date, fim: date) -> None:
    """Those that the sheet counted; of the clock, also those set aside, and those of days that have no sheet yet."""
    fuso = fuso_de(pessoa.municipio)
    contadas: set[int] = set()
    for linha in linhas.values():
        for minuto, marcacao, tratamento in linha.folha.detalhe.get("marcas", []) if linha.folha else ():
            contadas.add(marcacao)
            linha.marcas.append(MarcaVista(mostrar_hora(minuto), minuto, marcacao, incluida=tratamento is not None))
    fora: dict[int, date] = {}
    for linha in linhas.values():
        fora |= {t.marcacao_id: linha.dia for t in linha.tratamentos if t.marcacao_id is not None}
    limites = meia_noite(inicio, fuso), meia_noite(fim + timedelta(days=2), fuso)
    soltas: dict[date, list[tuple[int, datetime]]] = defaultdict(list)
    for pk, momento in _do_relogio(pessoa, *limites):
        if pk in fora:
            soltas[fora[pk]].append((pk, momento))
        elif pk not in contadas and (dia := momento.astimezone(fuso).date()) in linhas and linhas[dia].folha is None:
            soltas[dia].append((pk, momento))
    for dia, marcas in soltas.items():
        for pk, momento in marcas:
            minuto = minuto_de(momento, dia, fuso)
            linhas[dia].marcas.append(MarcaVista(mostrar_hora(minuto), minuto, pk, fora=pk in fora))
        linhas[dia].marcas.sort(key=lambda marca: marca.minuto)


def _do_relogio(pessoa: Colaborador, inicio: datetime, fim: datetime) -> list[tuple[int, datetime]]:
    marcas = Marcacao.objects.filter(colaborador=pessoa, momento__gte=inicio, momento__lt=fim)
    return list(marcas.order_by("momento", "id").values_list("pk", "momento"))
