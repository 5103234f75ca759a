"""The dashboard's reads. Each is bounded: a partial index and a cap, or a range of the primary key."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Max, QuerySet, Sum

from erp.cadastros.models import PontoVenda
from erp.painel.rules import Pdv
from filas.faixas import Faixa, extremos, primeiro_id_desde
from pdv.processamento.models import Geracao
from pdv.replicacao.models import Divergencia, NotaFiscal, OperacaoPdv, Rejeicao, SituacaoProcessamento

Filiais = frozenset[int] | None
TETO = 1_000  # beyond it a count says "1.000+"
TETO_DO_DIA = 200_000  # rows of today that are added up
TETO_DE_BUSCA = 500_000  # how far back the last posting of a filial is looked for


class Soma(NamedTuple):
    """How many, how much, and whether there are more than were counted."""

    linhas: int
    valor: Decimal
    ha_mais: bool = False


def _das_filiais(queryset: QuerySet[Any], filiais: Filiais) -> QuerySet[Any]:
    return queryset if filiais is None else queryset.filter(filial_id__in=filiais)


def _somar(queryset: QuerySet[Any], teto: int) -> Soma:
    """Count and add up at most `teto` rows; one more tells that there are more."""
    parte = queryset.order_by().values("id", "valor_total")[: teto + 1]
    soma = parte.aggregate(linhas=Count("id"), valor=Sum("valor_total"))
    linhas = int(soma["linhas"])
    return Soma(min(linhas, teto), soma["valor"] or Decimal(0), linhas > teto)


def na_situacao(
    modelo: type[OperacaoPdv] | type[NotaFiscal], situacao: SituacaoProcessamento, filiais: Filiais
) -> Soma:
    """Rows pending or with error: only the partial indexes hold them."""
    return _somar(_das_filiais(modelo.objects.filter(situacao_replicacao=situacao), filiais), TETO)


def recebidas_desde(instante: datetime, filiais: Filiais) -> Soma:
    """Operations that arrived since a moment."""
    return _desde(OperacaoPdv, "recebido_em", instante, filiais)


def lancadas_desde(instante: datetime, filiais: Filiais) -> Soma:
    """Operations posted since a moment: generations, less those that were reversed."""
    return _desde(Geracao, "criada_em", instante, filiais, estornada_em__isnull=True)


def _desde(modelo: Any, campo: str, instante: datetime, filiais: Filiais, **filtros: Any) -> Soma:
    limites = extremos(modelo)
    if limites is None:
        return Soma(0, Decimal(0))
    primeiro = primeiro_id_desde(modelo, campo, instante, limites)
    linhas = modelo.objects.filter(pk__gte=primeiro, **{f"{campo}__gte": instante}, **filtros)
    return _somar(_das_filiais(linhas, filiais), TETO_DO_DIA)


def ultimo_lancamento(filiais: Filiais) -> datetime | None:
    """When something was last posted, among the newest generations."""
    limites = extremos(Geracao) or Faixa(0, 0)
    recentes = Geracao.objects.filter(pk__gt=limites.fim - TETO_DE_BUSCA)
    return _das_filiais(recentes, filiais).order_by("-pk").values_list("criada_em", flat=True).first()


def rejeicoes_em_aberto(filiais: Filiais, desde: datetime) -> tuple[int, datetime | None]:
    """Rejections of today that did not get in later: how many (capped), and the last."""
    abertas = _das_filiais(Rejeicao.objects.filter(ultima_em__gte=desde, resolvida_em__isnull=True), filiais)
    parte = abertas.order_by("-ultima_em").values("id", "ultima_em")[: TETO + 1]
    soma = parte.aggregate(linhas=Count("id"), ultima=Max("ultima_em"))
    return int(soma["linhas"]), soma["ultima"]


def divergencias_a_decidir(filiais: Filiais) -> int:
    """Divergences that wait for somebody, capped: only the partial index holds them."""
    abertas = _das_filiais(Divergencia.objects.filter(decisao=Divergencia.Decisao.PENDENTE), filiais)
    return abertas.order_by()[: TETO + 1].count()


def pdvs(filiais: Filiais) -> list[Pdv]:
    ativos = _das_filiais(PontoVenda.objects.filter(ativo=True), filiais).order_by("codigo")
    return [Pdv(p.pk, str(p), p.filial_id, p.ultimo_contato_em) for p in ativos]
