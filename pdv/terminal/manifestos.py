"""What the till says it has done, per day and per turno, so that the retaguarda can name what it lacks.

A manifest names every number: those of closed operations sent or to be sent, those still to be sent, those never to be
sent, those not closed yet. A number in none of them is of no operation of that day, so that nothing is guessed there.

Which manifests changed is noted by whoever marks rows (`tocar`, in the same transaction), and the last days are looked
at anyway (`tocar_recentes`), for the program that sells notes nothing here.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, Min, QuerySet

from pdv.manifesto import Impressao, dia_da_loja, em_faixas, limites_do_dia
from pdv.terminal.models import FinalizadorOperacaoPdv, Manifesto, NotaFiscal, OperacaoPdv, SituacaoReplicacao, Turno
from pdv.terminal.pacote import Tipo, codificar
from pdv.terminal.registro import ALIAS

ZERO = Decimal("0.00")
RECENTES = timedelta(days=2)
_POR_CONSULTA = 500  # a database may take no more values in one IN
_ENVIAVEIS = (SituacaoReplicacao.PENDENTE, SituacaoReplicacao.EFETUADA)

Conteudo = dict[str, Any]


class Feita(NamedTuple):
    """An operation, as far as a manifest tells of it."""

    id_operacao: int
    guid: UUID
    especie: int
    valor_total: Decimal
    cancelado: bool
    situacao: int
    termino: datetime | None


def tocar(tipo: Tipo, chaves: Iterable[int]) -> None:
    """Note that rows changed: their days and turnos are looked at again. In the caller's transaction."""
    numeros = list(chaves)
    if tipo is Tipo.TURNO:
        _tocar(Manifesto.Tipo.TURNO, {str(numero) for numero in numeros})
        return
    for inicio in range(0, len(numeros), _POR_CONSULTA):
        parte = numeros[inicio : inicio + _POR_CONSULTA]
        if tipo is Tipo.NOTA:
            notas = NotaFiscal.objects.using(ALIAS).filter(pk__in=parte, id_operacao__isnull=False)
            parte = [numero for numero in notas.values_list("id_operacao", flat=True) if numero is not None]
        _tocar_operacoes(OperacaoPdv.objects.using(ALIAS).filter(pk__in=parte))


def tocar_recentes(agora: datetime) -> None:
    """Look again at the last days, and at everything when this till never made a manifest."""
    with transaction.atomic(using=ALIAS):
        if not Manifesto.objects.using(ALIAS).exists():
            _tocar(Manifesto.Tipo.DIA, {dia.isoformat() for dia in _dias_com_operacoes()})
            turnos = Turno.objects.using(ALIAS).values_list("pk", flat=True)
            _tocar(Manifesto.Tipo.TURNO, {str(turno) for turno in turnos})
            return
        _tocar_operacoes(OperacaoPdv.objects.using(ALIAS).filter(data_hora_inicio__gte=agora - RECENTES))


def _dias_com_operacoes() -> list[date]:
    """Every day that has an operation: two probes of the index for each."""
    dias: list[date] = []
    operacoes = OperacaoPdv.objects.using(ALIAS)
    primeira = operacoes.aggregate(Min("data_hora_inicio"))["data_hora_inicio__min"]
    while primeira is not None:
        dias.append(dia_da_loja(primeira))
        seguinte = operacoes.filter(data_hora_inicio__gte=limites_do_dia(dias[-1])[1])
        primeira = seguinte.aggregate(Min("data_hora_inicio"))["data_hora_inicio__min"]
    return dias


def _tocar_operacoes(operacoes: QuerySet[OperacaoPdv]) -> None:
    pares = set(operacoes.values_list("data_hora_inicio", "id_turno"))
    _tocar(Manifesto.Tipo.DIA, {dia_da_loja(inicio).isoformat() for inicio, _ in pares})
    _tocar(Manifesto.Tipo.TURNO, {str(turno) for _, turno in pares if turno is not None})


def _tocar(tipo: Manifesto.Tipo, referencias: set[str]) -> None:
    todas = sorted(referencias)
    linhas = Manifesto.objects.using(ALIAS)
    for inicio in range(0, len(todas), _POR_CONSULTA):
        parte = todas[inicio : inicio + _POR_CONSULTA]
        linhas.filter(tipo=tipo, referencia__in=parte).update(toques=F("toques") + 1)
        linhas.bulk_create((Manifesto(tipo=tipo, referencia=r) for r in parte), ignore_conflicts=True)


def tocados(limite: int) -> list[Manifesto]:
    """Manifests that may have to be sent, the newest first: today matters more than last year."""
    return list(Manifesto.objects.using(ALIAS).filter(toques__gt=0).order_by("-id")[:limite])


def montar(linha: Manifesto, agora: datetime) -> Conteudo | None:
    """The manifest as it goes over the wire, with a version of its own if it changed; None when there is nothing to send.

    The version is written before it is sent: a content never goes out twice under two versions, nor two under one.
    """
    with transaction.atomic(using=ALIAS):
        conteudo = _conteudo(linha)
        resumo = hashlib.sha256(codificar(conteudo)).hexdigest() if conteudo else ""
        atual = Manifesto.objects.using(ALIAS).select_for_update().get(pk=linha.pk)
        if resumo != atual.resumo:
            atual.resumo, atual.versao = resumo, atual.versao + 1
            atual.save(using=ALIAS, update_fields=["resumo", "versao"])
        if not conteudo or atual.confirmada == atual.versao:
            return None
        linha.versao = atual.versao
        return conteudo | {"versao": atual.versao, "gerado_em": agora}


def concluir(linha: Manifesto, *, confirmada: int | None = None, mensagem: str = "") -> None:
    """Note the answer. What was touched since `linha` was read stays touched."""
    deste = Manifesto.objects.using(ALIAS).filter(pk=linha.pk)
    with transaction.atomic(using=ALIAS):
        if confirmada is not None:
            deste.filter(confirmada__lt=confirmada).update(confirmada=confirmada)
        deste.update(mensagem=mensagem[:500])
        deste.filter(toques=linha.toques).update(toques=0)


def adiantar(linha: Manifesto, versao: int) -> None:
    """The retaguarda has a later version than this till remembers (it came back from a copy): go on from there."""
    Manifesto.objects.using(ALIAS).filter(pk=linha.pk, versao__lte=versao).update(versao=versao, resumo="")


def _conteudo(linha: Manifesto) -> Conteudo | None:
    operacoes = OperacaoPdv.objects.using(ALIAS)
    if linha.tipo == Manifesto.Tipo.DIA:
        dia = date.fromisoformat(linha.referencia)
        inicio, fim = limites_do_dia(dia)
        deste = operacoes.filter(data_hora_inicio__gte=inicio, data_hora_inicio__lt=fim)
        return _somar({"tipo": "dia", "dia": dia, "id_turno": None}, deste) if deste.exists() or linha.versao else None
    turno = Turno.objects.using(ALIAS).filter(pk=int(linha.referencia)).first()
    if turno is None:
        return None
    cabeca = {"tipo": "turno", "dia": dia_da_loja(turno.data_hora_inicio), "id_turno": turno.pk}
    return _somar(cabeca, operacoes.filter(id_turno=turno.pk))


def _somar(cabeca: Conteudo, operacoes: QuerySet[OperacaoPdv]) -> Conteudo:
    campos = ("pk", "guid_operacao", "operacao", "valor_total", "cancelado", "situacao_replicacao", "data_hora_termino")
    todas = [Feita._make(valores) for valores in operacoes.order_by("pk").values_list(*campos)]
    fechadas = [o for o in todas if o.termino is not None]
    enviaveis = [o for o in fechadas if o.situacao in _ENVIAVEIS]
    ignoradas = [o for o in fechadas if o.situacao not in _ENVIAVEIS]
    validas = [o for o in enviaveis if not o.cancelado]
    canceladas = [o for o in enviaveis if o.cancelado]
    impressao = Impressao()
    for o in enviaveis:
        impressao.somar(o.id_operacao, o.guid, o.valor_total, o.cancelado)
    return cabeca | {
        "quantidade": len(enviaveis),
        "primeira": enviaveis[0].id_operacao if enviaveis else None,
        "ultima": enviaveis[-1].id_operacao if enviaveis else None,
        "guid_primeira": enviaveis[0].guid if enviaveis else None,
        "valor_total": _total(validas),
        "canceladas": len(canceladas),
        "valor_cancelado": _total(canceladas),
        "por_especie": _por_especie(enviaveis),
        "por_finalizador": _por_finalizador(operacoes, {o.id_operacao for o in validas}),
        "notas": _notas(operacoes),
        "faixas": em_faixas(o.id_operacao for o in enviaveis),
        "pendentes": em_faixas(o.id_operacao for o in enviaveis if o.situacao == SituacaoReplicacao.PENDENTE),
        "ignoradas": em_faixas(o.id_operacao for o in ignoradas),
        "valor_ignorado": _total(o for o in ignoradas if not o.cancelado),
        "abertas": em_faixas(o.id_operacao for o in todas if o.termino is None),
        "hash": impressao.hexa(),
    }


def _total(operacoes: Iterable[Feita]) -> Decimal:
    """In Python: SQLite would add money as floats."""
    return sum((o.valor_total for o in operacoes), ZERO)


def _por_especie(operacoes: Iterable[Feita]) -> list[Conteudo]:
    grupos: dict[int, list[Feita]] = defaultdict(list)
    for o in operacoes:
        grupos[o.especie].append(o)
    return [
        {
            "operacao": especie,
            "quantidade": len(grupo),
            "valor": _total(o for o in grupo if not o.cancelado),
            "canceladas": sum(o.cancelado for o in grupo),
        }
        for especie, grupo in sorted(grupos.items())
    ]


def _por_finalizador(operacoes: QuerySet[OperacaoPdv], validas: set[int]) -> list[Conteudo]:
    pagamentos = FinalizadorOperacaoPdv.objects.using(ALIAS).filter(operacao__in=operacoes)
    valores: dict[int, Decimal] = defaultdict(lambda: ZERO)
    trocos: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for numero, finalizador, valor, troco in pagamentos.values_list(
        "operacao_id", "id_finalizador", "valor", "valor_troco"
    ):
        if numero in validas:
            valores[finalizador] += valor
            trocos[finalizador] += troco
    return [{"id_finalizador": f, "valor": valores[f], "troco": trocos[f]} for f in sorted(valores)]


def _notas(operacoes: QuerySet[OperacaoPdv]) -> Conteudo:
    notas = NotaFiscal.objects.using(ALIAS).filter(id_operacao__in=operacoes.values("pk"))
    lidas = [
        (valor, situacao)
        for valor, situacao in notas.values_list("valor_total", "lojamix_sit_replicacao")
        if situacao in _ENVIAVEIS
    ]
    return {
        "quantidade": len(lidas),
        "valor_total": sum((valor for valor, _ in lidas), ZERO),
        "pendentes": sum(situacao == SituacaoReplicacao.PENDENTE for _, situacao in lidas),
    }
