"""The operations that one has to do with: its origin, what refers to it, what settled its titles or what it settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from erp.financeiro.models import Baixa, Titulo
from erp.financeiro.models import Origem as OrigemFinanceiro
from pdv.processamento.models import Geracao
from pdv.processamento.selectors.entradas import GeracaoComEntradas
from pdv.replicacao.models import FinalizadorOperacaoPdv, OperacaoPdv, RecebimentoOperacaoPdv
from pdv.tabelas import Especie

Chave = tuple[int, UUID, int]
Filiais = frozenset[int] | None
LIMITE = 100
COM_DOCUMENTO = ("crediario", "vale", "cheque", "outros")  # the partial index `titulo_documento`
NOMES_DE_QUEM_CITA: dict[int, str] = {Especie.CANCELAMENTO: "Cancelamento desta", Especie.DEVOLUCAO: "Devolução desta"}


class Ligada(NamedTuple):
    """One operation, as far as whoever looks may see it: of another filial only that it exists."""

    id_operacao: int
    especie: int
    visivel: bool
    pk: int | None = None  # None: no longer, or not yet, in staging
    quando: datetime | None = None
    valor: Decimal | None = None
    situacao: int | None = None

    @property
    def nome(self) -> str:
        if not self.visivel:
            return "operação de outra filial"
        especie = Especie(self.especie).label if self.especie in Especie.values else "Operação"
        return f"{especie} {self.id_operacao}"


@dataclass
class Ligadas:
    lista: list[tuple[str, Ligada]] = field(default_factory=list)  # (what it is to the operation, it)
    por_geracao: dict[int, Ligada] = field(default_factory=dict)
    origem_falta: bool = False  # it names an origin that is not here


def ligadas(
    operacao: OperacaoPdv,
    geracoes: Sequence[GeracaoComEntradas],
    baixas: dict[int, list[Baixa]],
    pagamentos: Sequence[FinalizadorOperacaoPdv],
    recebimentos: Sequence[RecebimentoOperacaoPdv],
    filiais: Filiais,
) -> Ligadas:
    """A fixed number of queries, whatever there is."""
    quitaram, desfizeram = _de_outras(geracoes, baixas)
    quitadas = {b.titulo.origem_id for g in geracoes for b in g.baixas if b.titulo.origem == OrigemFinanceiro.PDV}
    quitadas |= _geracoes_dos_titulos(recebimentos, pagamentos)
    por_geracao = Geracao.objects.in_bulk(quitaram | quitadas | desfizeram)
    proprias = {g.geracao.pk for g in geracoes}
    chave_da_origem = _chave_da_origem(operacao)
    chaves = {_chave(g) for g in por_geracao.values()} | ({chave_da_origem} if chave_da_origem else set())
    citam = _que_citam(operacao, geracoes)
    linhas = _linhas(chaves, [pk for pk, _ in citam])
    por_chave = {_chave(o): o for o in linhas}
    por_pk = {o.pk: o for o in linhas}
    feitas = Ligadas(
        por_geracao=_por_geracao(por_geracao, por_chave, filiais),
        origem_falta=chave_da_origem is not None and chave_da_origem not in por_chave,
    )
    if chave_da_origem in por_chave:
        feitas.lista.append(("Origem", _ligada(por_chave[chave_da_origem], filiais)))
    de_pe = {pk for bs in baixas.values() for b in bs if (pk := _da_operacao(b)) and b.estorno_de_id is None}
    for rotulo, ids in (
        ("Cancelamento desta", desfizeram),
        ("Baixou título desta", de_pe),
        ("Origem do título", quitadas),
    ):
        feitas.lista += [(rotulo, feitas.por_geracao[pk]) for pk in sorted((ids - proprias) & set(por_geracao))]
    feitas.lista += [(rotulo, _ligada(por_pk[pk], filiais)) for pk, rotulo in citam if pk in por_pk]
    feitas.lista = _sem_repetir(feitas.lista, operacao)
    return feitas


def autoras(
    geracoes: Sequence[GeracaoComEntradas], baixas: dict[int, list[Baixa]], filiais: Filiais
) -> dict[int, Ligada]:
    """By generation, the operations that undid these generations or settled their titles."""
    quitaram, desfizeram = _de_outras(geracoes, baixas)
    por_geracao = Geracao.objects.in_bulk(quitaram | desfizeram)
    por_chave = {_chave(o): o for o in _linhas({_chave(g) for g in por_geracao.values()}, [])}
    return _por_geracao(por_geracao, por_chave, filiais)


def _de_outras(geracoes: Sequence[GeracaoComEntradas], baixas: dict[int, list[Baixa]]) -> tuple[set[int], set[int]]:
    """The generations that settled titles of these, and those that undid these."""
    quitaram = {pk for bs in baixas.values() for b in bs if (pk := _da_operacao(b))}
    return quitaram, {pk for g in geracoes for pk in g.de_outras}


def _por_geracao(geracoes: dict[int, Geracao], linhas: dict[Chave, OperacaoPdv], filiais: Filiais) -> dict[int, Ligada]:
    return {
        pk: _ligada(linhas[_chave(g)], filiais) if _chave(g) in linhas else _de_geracao(g, filiais)
        for pk, g in geracoes.items()
    }


def _da_operacao(baixa: Baixa) -> int | None:
    """The generation that made a settlement, if one did."""
    return baixa.origem_id if baixa.origem == OrigemFinanceiro.PDV else None


def _chave(linha: OperacaoPdv | Geracao) -> Chave:
    return linha.ponto_venda_id, linha.instalacao, linha.id_operacao


def _chave_da_origem(operacao: OperacaoPdv) -> Chave | None:
    if operacao.id_operacao_origem is None:
        return None
    return operacao.ponto_venda_id, operacao.instalacao, operacao.id_operacao_origem


def _geracoes_dos_titulos(
    recebimentos: Sequence[RecebimentoOperacaoPdv], pagamentos: Sequence[FinalizadorOperacaoPdv]
) -> set[int]:
    """Of the titles that an operation says it settles, also before it is posted."""
    documentos = {r.numero_documento for r in recebimentos} | {p.nsu for p in pagamentos if p.nsu.startswith("V")}
    titulos = Titulo.objects.filter(
        documento__in=documentos, especie__in=COM_DOCUMENTO, origem=OrigemFinanceiro.PDV, estorno_de__isnull=True
    )
    return set(titulos.order_by("-pk").values_list("origem_id", flat=True)[:LIMITE])


def _que_citam(operacao: OperacaoPdv, geracoes: Sequence[GeracaoComEntradas]) -> list[tuple[int, str]]:
    """Staged rows that name this one: by number (`hiperpdv_operacao_origem`), by one of its titles, by its vale."""
    mesma = OperacaoPdv.objects.filter(
        ponto_venda_id=operacao.ponto_venda_id,
        id_operacao_origem=operacao.id_operacao,
        instalacao=operacao.instalacao,
    )
    achadas = [
        (pk, NOMES_DE_QUEM_CITA.get(especie, "Refere-se a esta"))
        for pk, especie in mesma.order_by("pk").values_list("pk", "operacao")[:LIMITE]
    ]
    documentos = {t.documento for g in geracoes for t in g.titulos if t.documento}
    recebimentos = RecebimentoOperacaoPdv.objects.filter(numero_documento__in=documentos)
    achadas += [(pk, "Recebe título desta") for pk in recebimentos.values_list("operacao_id", flat=True)[:LIMITE]]
    vales = FinalizadorOperacaoPdv.objects.filter(nsu__in={d for d in documentos if d.startswith("V")}).exclude(nsu="")
    achadas += [(pk, "Paga com o vale desta") for pk in vales.values_list("operacao_id", flat=True)[:LIMITE]]
    return achadas


def _linhas(chaves: Iterable[Chave], ids: Sequence[int]) -> list[OperacaoPdv]:
    ordenadas = sorted(chaves, key=str)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.id FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
               JOIN hiperpdv_operacao_pdv o ON o.ponto_venda_id = x.pv AND o.instalacao = x.inst AND o.id_operacao = x.op""",
            [[c[0] for c in ordenadas], [str(c[1]) for c in ordenadas], [c[2] for c in ordenadas]],
        )
        achados = [linha[0] for linha in cursor.fetchall()]
    return list(OperacaoPdv.objects.filter(pk__in={*achados, *ids}).defer("hash_conteudo"))


def _ligada(o: OperacaoPdv, filiais: Filiais) -> Ligada:
    if filiais is not None and o.filial_id not in filiais:
        return Ligada(o.id_operacao, o.operacao, False)
    return Ligada(o.id_operacao, o.operacao, True, o.pk, o.data_hora_inicio, o.valor_total, o.situacao_replicacao)


def _de_geracao(g: Geracao, filiais: Filiais) -> Ligada:
    visivel = filiais is None or g.filial_id in filiais
    return Ligada(g.id_operacao, g.operacao, visivel, valor=g.valor_total if visivel else None)


def _sem_repetir(lista: list[tuple[str, Ligada]], operacao: OperacaoPdv) -> list[tuple[str, Ligada]]:
    """Each operation once, under the first thing that was said of it."""
    vistas: dict[object, tuple[str, Ligada]] = {}
    for rotulo, ligada in lista:
        if ligada.pk != operacao.pk:
            vistas.setdefault((ligada.visivel, ligada.pk or (ligada.especie, ligada.id_operacao)), (rotulo, ligada))
    return list(vistas.values())
