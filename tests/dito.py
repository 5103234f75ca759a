"""What one till says, added up in plain Python, beside what the ledgers say of it: drawer, vales, crediário."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_DOWN
from decimal import Decimal as D

from erp.financeiro.models import Baixa, SaldoConta, Titulo
from pdv.tabelas import Especie
from pdv.terminal import models as terminal
from pdv.terminal.meios import Meio

_ENTRA = (Especie.VENDA, Especie.SUPRIMENTO, Especie.RECEBIMENTO)


@dataclass(frozen=True)
class Dito:
    """The drawer's money, and what is left of each vale (by its code) and of each title (by document and instalment)."""

    caixa: D
    vales: dict[str, D]
    titulos: dict[tuple[str, int], D]


def em_pe(fora: Collection[int] = ()) -> dict[int, terminal.OperacaoPdv]:
    """Operations of the till that nothing undid, but for those in `fora`, by number."""
    operacoes = {o.pk: o for o in terminal.OperacaoPdv.objects.all() if o.pk not in fora and not o.cancelado}
    desfeitas = {o.id_operacao_origem for o in operacoes.values() if o.operacao == Especie.CANCELAMENTO}
    return {numero: o for numero, o in operacoes.items() if numero not in desfeitas}


def dito_pelo_pdv(fora: Collection[int] = ()) -> Dito:
    """Of the one till in the terminal's database, whose number is 1."""
    vivas = em_pe(fora)
    caixa, vales, titulos = D(0), defaultdict[str, D](D), dict[tuple[str, int], D]()
    for f in terminal.FinalizadorOperacaoPdv.objects.filter(operacao_id__in=list(vivas)).order_by("pk"):
        o = vivas[f.operacao_id]
        if f.id_finalizador == Meio.DINHEIRO:
            caixa += _sinal(o) * (f.valor - f.valor_troco)
        elif f.id_finalizador == Meio.VALE_LOJA and o.operacao in (Especie.DEVOLUCAO, Especie.VENDA):
            devolve = o.operacao == Especie.DEVOLUCAO
            vales[f"V1-{o.pk}" if devolve else f.nsu] += f.valor if devolve else -f.valor
        elif f.id_finalizador == Meio.CREDIARIO and o.operacao == Especie.VENDA:
            parte = (f.valor / f.parcela).quantize(D("0.01"), ROUND_DOWN)
            for n in range(1, f.parcela + 1):
                titulos[f"1-{o.pk}-{f.item}", n] = parte if n > 1 else f.valor - parte * (f.parcela - 1)
    for r in terminal.RecebimentoOperacaoPdv.objects.filter(operacao_id__in=list(vivas)):
        titulos[r.numero_documento, r.parcela] -= r.valor
    return Dito(caixa, dict(vales), titulos)


def _sinal(o: terminal.OperacaoPdv) -> int:
    if o.operacao == Especie.FALTA:
        return 1 if o.valor_acrescimo else -1
    return 1 if o.operacao in _ENTRA else -1 if o.operacao in (Especie.SANGRIA, Especie.DEVOLUCAO) else 0


def lancado() -> Dito:
    """The same, by the ledgers."""
    estornados = set(Titulo.objects.exclude(estorno_de=None).values_list("estorno_de", flat=True))
    vivos = [t for t in Titulo.objects.filter(estorno_de=None) if t.pk not in estornados]
    baixas: defaultdict[int, D] = defaultdict(D)
    for titulo, valor in Baixa.objects.values_list("titulo_id", "valor"):
        baixas[titulo] += valor
    return Dito(
        SaldoConta.objects.get(conta__codigo="CAIXA-1").valor,
        {t.documento: t.valor - baixas[t.pk] for t in vivos if t.finalizador == Meio.VALE_LOJA},
        {(t.documento, t.parcela): t.valor - baixas[t.pk] for t in vivos if t.finalizador == Meio.CREDIARIO},
    )
