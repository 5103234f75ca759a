"""Lines of files that met nothing yet, tried again: each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from erp.cobrancas.models import ArquivoTef, LinhaTef, TefEvento
from erp.cobrancas.services.liquidacao_tef import liquidar_linha
from erp.cobrancas.tef.arquivo import LinhaLida
from erp.cobrancas.tef.casamento import Encontro, Venda, casar
from erp.financeiro.selectors import abertos_de

Cerca = Callable[[], None]
LOTE: Final = 500
TENTAR_DE_NOVO: Final = timedelta(days=60)
REPETIDA: Final = "repetida"  # how the problem of such a line begins
Estado, Situacao = TefEvento.Estado, LinhaTef.Situacao


class Casadas(NamedTuple):
    """Of the lines looked at: settled, and the money of it."""

    casadas: int
    valor: Decimal


def casar_pendentes(*, arquivo: ArquivoTef | None = None, limite: int = 10_000, cerca: Cerca = lambda: None) -> Casadas:
    """Try the lines that met nothing (of one file, or of the last two months) and whose day of payment came."""
    agora = timezone.now()
    linhas = LinhaTef.objects.filter(situacao=Situacao.SEM_PAR, problema="", pago_em__lte=timezone.localdate(agora))
    linhas = linhas.filter(arquivo=arquivo) if arquivo else linhas.filter(arquivo__em__gte=agora - TENTAR_DE_NOVO)
    casadas, valor = 0, Decimal(0)
    ids = list(linhas.filter(_tem_o_que_tentar()).order_by("pk").values_list("pk", flat=True)[:limite])
    for inicio in range(0, len(ids), LOTE):
        lote = list(
            LinhaTef.objects.filter(pk__in=ids[inicio : inicio + LOTE]).select_related("arquivo__layout").order_by("pk")
        )
        vivas, canceladas = _vendas_possiveis(lote)
        for linha in lote:
            adquirente = linha.arquivo.layout.adquirente_id
            encontro = casar(_lida(linha), vivas.values(), adquirente)
            if not encontro.vendas:  # cancelled here: only to say so
                encontro = casar(_lida(linha), canceladas.values(), adquirente)
            with transaction.atomic():
                repetida = _repetida(linha, serve_outra=bool(encontro.vendas))
                feita = bool(encontro.vendas) and not repetida and _tentar(linha.pk, encontro)
                cerca()
            if feita:
                vivas.pop(encontro.vendas[0], None)
                casadas, valor = casadas + 1, valor + linha.valor
    return Casadas(casadas, valor)


def _tem_o_que_tentar() -> Q:
    """Lines of nobody's sales are left alone, or enough of them would keep those after them from ever being tried."""
    abertas = TefEvento.objects.filter(liquidado_em=None)
    pagas = LinhaTef.objects.filter(situacao=Situacao.CASADA, dia=OuterRef("dia"), nsu=OuterRef("nsu"))
    return (
        Q(Exists(abertas.filter(nsu=OuterRef("nsu"), nsu__gt="")))
        | Q(Exists(abertas.filter(autorizacao=OuterRef("autorizacao"), autorizacao__gt="")))
        | Q(Exists(pagas.filter(autorizacao=OuterRef("autorizacao"), nsu__gt="")))
    )


def _lida(linha: LinhaTef) -> LinhaLida:
    return LinhaLida(
        linha.numero, linha.nsu, linha.autorizacao, linha.parcela, linha.valor, linha.taxa, linha.dia, linha.pago_em
    )


def _vendas_possiveis(linhas: Sequence[LinhaTef]) -> tuple[dict[int, Venda], dict[int, Venda]]:
    """Those that no line has met, by id: the ones that stand here, and the ones cancelled here."""
    nsus, autorizacoes = {x.nsu for x in linhas if x.nsu}, {x.autorizacao for x in linhas if x.autorizacao}
    campos = ("id", "adquirente_id", "nsu", "autorizacao", "parcela", "valor", "dia")
    abertas = TefEvento.objects.filter(liquidado_em=None)
    achadas = abertas.filter(Q(nsu__in=nsus) | Q(autorizacao__in=autorizacoes)).values_list("estado", *campos)
    vivas: dict[int, Venda] = {}
    canceladas: dict[int, Venda] = {}
    for estado, *venda in achadas:
        (canceladas if estado == Estado.CANCELADA else vivas)[venda[0]] = Venda._make(venda)
    return vivas, canceladas


def _tentar(linha_id: int, encontro: Encontro) -> bool:
    """Settle the sale of a line, both locked. What forbids it is written on the line."""
    linha = LinhaTef.objects.select_for_update(of=("self",)).select_related("arquivo__layout").get(pk=linha_id)
    if linha.situacao != Situacao.SEM_PAR:
        return False
    if len(encontro.vendas) > 1:
        _marcar(linha, Situacao.AMBIGUA, f"{len(encontro.vendas)} vendas servem, por {encontro.criterio}")
        return False
    evento = TefEvento.objects.select_for_update().get(pk=encontro.vendas[0])
    if evento.liquidado_em is not None:
        return False
    if abertos_de([evento.titulo_id]).get(evento.titulo_id, Decimal(0)) < linha.valor:
        _marcar(linha, Situacao.RECUSADA, "o título já foi baixado ou estornado")
        return False
    liquidar_linha(linha, evento, encontro.criterio)
    return True


def ja_paga(linha: LinhaTef, *, com_certeza: bool) -> LinhaTef | None:
    """The same line, in this file or in another, that already paid a sale (`tef_linha_paga`).

    `com_certeza`: paid on the same day too, and not perhaps another instalment of a file that does not tell them.
    """
    if not (linha.nsu and linha.autorizacao):
        return None
    pagas = LinhaTef.objects.filter(
        situacao=Situacao.CASADA, nsu=linha.nsu, dia=linha.dia, autorizacao=linha.autorizacao, parcela=linha.parcela,
        valor=linha.valor, arquivo__layout__adquirente_id=linha.arquivo.layout.adquirente_id,
    )  # fmt: skip
    if com_certeza:
        pagas = pagas.filter(Q(parcela__gt=0) | Q(evento__parcelas=1), pago_em=linha.pago_em)
    return pagas.select_related("arquivo").first()


def _repetida(linha: LinhaTef, *, serve_outra: bool) -> bool:
    """One that is `ja_paga` says so, and is tried no more; for sure, when another sale would do (`serve_outra`)."""
    outra = ja_paga(linha, com_certeza=serve_outra)
    if outra is None:
        return False
    _marcar(linha, Situacao.RECUSADA, f"{REPETIDA}: a linha {outra.numero} de {outra.arquivo.nome} já pagou esta venda")
    return True


def _marcar(linha: LinhaTef, situacao: int, problema: str) -> None:
    LinhaTef.objects.filter(pk=linha.pk, situacao=Situacao.SEM_PAR).update(situacao=situacao, problema=problema[:200])
