"""What the pages of the board read. Nothing here writes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from erp.cadastros.models import Finalizador, PontoVenda
from pdv.conferencia import leitura
from pdv.conferencia.models import DiaConferido, Manifesto
from pdv.conferencia.rules import PRAZO_DA_CONTINGENCIA, Apuracao, apurar
from pdv.conferencia.valores import ZERO, Leitura, NotaDoDia, Recebida
from pdv.manifesto import dia_da_loja
from pdv.replicacao.models import FinalizadorOperacaoPdv, OperacaoPdv, Turno
from pdv.tabelas import Especie

MOSTRADAS: Final = 200
DIAS_DO_RESUMO: Final = 30
Filiais = frozenset[int] | None
Situacao = DiaConferido.Situacao


class Comparacao(NamedTuple):
    """One kind or one finalizador: what the till says and what is here."""

    nome: str
    no_pdv: Decimal
    recebido: Decimal
    quantidade_no_pdv: int = 0
    quantidade_recebida: int = 0

    @property
    def difere(self) -> bool:
        return self.no_pdv != self.recebido or self.quantidade_no_pdv != self.quantidade_recebida


class DoTurno(NamedTuple):
    id_turno: int
    turno: Turno | None
    no_pdv: int
    recebidas: int
    valor: Decimal


@dataclass(frozen=True)
class Detalhe:
    """A till's day, read now. Lists hold at most `MOSTRADAS` rows; the numbers beside them are whole."""

    apuracao: Apuracao
    lido: Leitura
    manifestos: list[Manifesto]
    nao_lancadas: list[OperacaoPdv]
    nao_lancadas_quantidade: int
    a_mais: list[Recebida]
    sem_nota: list[tuple[Recebida, str]]
    especies: list[Comparacao]
    finalizadores: list[Comparacao]
    turnos: list[DoTurno]

    @property
    def orfas(self) -> list[NotaDoDia]:
        return self.lido.orfas[:MOSTRADAS]

    @property
    def contingencias(self) -> list[NotaDoDia]:
        return sorted(self.apuracao.fiscal.contingencias, key=lambda n: n.emissao)[:MOSTRADAS]


def detalhar(linha: DiaConferido, agora: datetime) -> Detalhe:
    """Everything about one row of the board, read afresh."""
    pdv = PontoVenda.objects.filter(pk=linha.ponto_venda_id).first()
    onde = [(UUID(i), de, ate) for i, de, ate in linha.faixas_recebidas]
    with connection.cursor() as cursor:
        lido = leitura.ler_dia(
            cursor, ponto_venda_id=linha.ponto_venda_id, dia=linha.dia, onde=onde,
            emite_nota=pdv is None or pdv.emite_nota,
        )  # fmt: skip
    apuracao = apurar(lido, agora)
    manifestos = leitura.manifestos_que_valem(
        Manifesto.objects.filter(ponto_venda_id=linha.ponto_venda_id, dia=linha.dia, id_turno=None)
    )
    nao_lancadas = [r for r in lido.recebidas if r.lancado is None]
    por_id = {r.id: r for r in lido.recebidas}
    return Detalhe(
        apuracao=apuracao,
        lido=lido,
        manifestos=manifestos,
        nao_lancadas=_operacoes(sorted(nao_lancadas, key=lambda r: r.data_hora_inicio)),
        nao_lancadas_quantidade=len(nao_lancadas),
        a_mais=sorted(apuracao.cotejo.a_mais, key=lambda r: r.id_operacao)[:MOSTRADAS],
        sem_nota=[(por_id[pk], codigo) for pk, codigo in sorted(apuracao.fiscal.sem_nota.items())[:MOSTRADAS]],
        especies=_especies(manifestos, lido.recebidas),
        finalizadores=_finalizadores(manifestos, lido.recebidas),
        turnos=_turnos(linha.ponto_venda_id, linha.dia),
    )


def _operacoes(recebidas: list[Recebida]) -> list[OperacaoPdv]:
    ids = [r.id for r in recebidas[:MOSTRADAS]]
    linhas = OperacaoPdv.objects.filter(pk__in=ids).defer("hash_conteudo").in_bulk()
    return [linhas[pk] for pk in ids if pk in linhas]


def _especies(manifestos: list[Manifesto], recebidas: list[Recebida]) -> list[Comparacao]:
    no_pdv: dict[int, list[Any]] = defaultdict(lambda: [0, ZERO])
    aqui: dict[int, list[Any]] = defaultdict(lambda: [0, ZERO])
    for especie in (e for m in manifestos for e in m.por_especie):
        no_pdv[especie["operacao"]][0] += especie["quantidade"]
        no_pdv[especie["operacao"]][1] += Decimal(especie["valor"])
    for r in recebidas:
        aqui[r.especie][0] += 1
        aqui[r.especie][1] += ZERO if r.cancelado else r.valor_total
    return [
        Comparacao(Especie(e).label, no_pdv[e][1], aqui[e][1], no_pdv[e][0], aqui[e][0])
        for e in sorted(no_pdv.keys() | aqui.keys())
    ]


def _finalizadores(manifestos: list[Manifesto], recebidas: list[Recebida]) -> list[Comparacao]:
    """Net of troco, of the operations not cancelled."""
    no_pdv: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for f in (f for m in manifestos for f in m.por_finalizador):
        no_pdv[f["id_finalizador"]] += Decimal(f["valor"]) - Decimal(f["troco"])
    somas = (
        FinalizadorOperacaoPdv.objects.filter(operacao_id__in=[r.id for r in recebidas if not r.cancelado])
        .order_by()
        .values_list("id_finalizador")
        .annotate(valor=Sum("valor"), troco=Sum("valor_troco"))
    )
    aqui = {codigo: valor - troco for codigo, valor, troco in somas}
    codigos = sorted(no_pdv.keys() | aqui.keys())
    nomes = dict(Finalizador.objects.filter(codigo__in=codigos).values_list("codigo", "nome"))
    return [Comparacao(f"{c} – {nomes.get(c, 'não cadastrado')}", no_pdv[c], aqui.get(c, ZERO)) for c in codigos]


def _turnos(ponto_venda_id: int, dia: date) -> list[DoTurno]:
    """The day's turnos by their manifests; `hiperpdv_operacao_turno` serves the count of what arrived."""
    manifestos = list(
        Manifesto.objects.filter(ponto_venda_id=ponto_venda_id, dia=dia, id_turno__isnull=False).order_by("id_turno")
    )[:MOSTRADAS]
    numeros = [m.id_turno for m in manifestos]
    chave = Q(ponto_venda_id=ponto_venda_id, id_turno__in=numeros)
    recebidas = {
        (instalacao, turno): total
        for instalacao, turno, total in OperacaoPdv.objects.filter(chave)
        .order_by()
        .values_list("instalacao", "id_turno")
        .annotate(total=Count("pk"))
    }
    turnos = {(t.instalacao, t.id_turno): t for t in Turno.objects.filter(chave)}
    return [
        DoTurno(
            m.id_turno or 0, turnos.get((m.instalacao, m.id_turno or 0)), m.quantidade,
            recebidas.get((m.instalacao, m.id_turno or 0), 0), m.valor_total,
        )
        for m in manifestos
    ]  # fmt: skip


class Calado(NamedTuple):
    pdv: PontoVenda
    desde: datetime | None


def calados(filiais: Filiais, agora: datetime) -> list[Calado]:
    """Active tills without contact for longer than `CONFERENCIA_SILENCIO`, the longest first."""
    limite = agora - settings.CONFERENCIA_SILENCIO
    quietos = PontoVenda.objects.filter(ativo=True).filter(
        Q(ultimo_contato_em=None) | Q(ultimo_contato_em__lt=limite)
    )  # fmt: skip
    if filiais is not None:
        quietos = quietos.filter(filial_id__in=filiais)
    ordenados = sorted(quietos, key=lambda p: (p.ultimo_contato_em is not None, p.ultimo_contato_em, p.codigo))
    return [Calado(p, p.ultimo_contato_em) for p in ordenados]


def das_filiais(filiais: Filiais) -> QuerySet[DiaConferido]:
    linhas = DiaConferido.objects.all()
    return linhas if filiais is None else linhas.filter(filial_id__in=filiais)


def atrasados(filiais: Filiais, agora: datetime) -> QuerySet[DiaConferido]:
    """Days over for longer than `CONFERENCIA_TOLERANCIA` that do not check, and that nobody accepted."""
    dia = dia_da_loja(agora - settings.CONFERENCIA_TOLERANCIA)
    return das_filiais(filiais).exclude(situacao=Situacao.CONFERE).filter(dia__lt=dia, aceita_em=None)


def contingencias_a_vencer(filiais: Filiais, agora: datetime) -> QuerySet[DiaConferido]:
    """Days with a note in contingency whose deadline is near, or over."""
    limite = agora + settings.CONFERENCIA_CONTINGENCIA
    abertos = das_filiais(filiais).exclude(situacao=Situacao.CONFERE)
    return abertos.filter(contingencia_vence_em__lte=limite, aceita_em=None)


class ResumoDoQuadro(NamedTuple):
    """The board in numbers: days of the last `DIAS_DO_RESUMO` by situação, and everything that is open."""

    por_situacao: dict[int, int]
    atrasados: int
    nao_lancado: Decimal
    contingencias: int
    contingencia_vence_em: datetime | None
    calados: list[Calado]


def resumir(filiais: Filiais, agora: datetime) -> ResumoDoQuadro:
    desde = dia_da_loja(agora) - timedelta(days=DIAS_DO_RESUMO - 1)
    recentes = das_filiais(filiais).filter(dia__gte=desde).order_by().values_list("situacao")
    abertos = das_filiais(filiais).exclude(situacao=Situacao.CONFERE)
    somas = abertos.aggregate(valor=Sum("nao_lancado_valor"), notas=Sum("contingencia_quantidade"))
    primeira = (
        abertos.filter(contingencia_vence_em__isnull=False)
        .order_by("contingencia_vence_em")
        .values_list("contingencia_vence_em", flat=True)
        .first()
    )
    return ResumoDoQuadro(
        por_situacao=dict(recentes.annotate(total=Count("pk"))),
        atrasados=atrasados(filiais, agora).count(),
        nao_lancado=somas["valor"] or ZERO,
        contingencias=somas["notas"] or 0,
        contingencia_vence_em=primeira,
        calados=calados(filiais, agora),
    )


def vencimento(nota: NotaDoDia) -> datetime:
    """Until when a note in contingency must be transmitted."""
    return nota.emissao + PRAZO_DA_CONTINGENCIA
