"""Keep the board: one day at a time, each in a transaction of its own, so that a death costs one day's work."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q
from django.utils import timezone

from erp.cadastros.models import PontoVenda
from pdv.conferencia import leitura
from pdv.conferencia.models import DiaConferido, Toque
from pdv.conferencia.rules import Apuracao, apurar
from pdv.conferencia.valores import Recebida
from pdv.manifesto import dia_da_loja, quantos
from pdv.tabelas import Especie

FAIXAS_GUARDADAS: Final = 1_000
TOQUES_POR_VEZ: Final = 20_000
DIAS_POR_VEZ: Final = 500
REVISTOS_POR_VEZ: Final = 200
Situacao = DiaConferido.Situacao
Dia = tuple[int, date]  # ponto_venda, dia


@dataclass
class _Toques:
    ids: list[int] = field(default_factory=list)
    filial_id: int = 0
    onde: leitura.Onde = field(default_factory=list)


def recalcular_tocados(limite_segundos: float = 60.0) -> dict[str, int]:
    """Compute the days touched since the last run, and those whose contingency ran out of time. Returns counts.

    What a run does not get to, because it died or its time was over, is still touched for the next.
    """
    fim = time.monotonic() + limite_segundos
    contagem: dict[str, int] = defaultdict(int)
    while time.monotonic() < fim and (tocados := _tocados()):
        feitos = 0
        for (ponto_venda_id, dia), toques in tocados:
            if time.monotonic() >= fim:
                break
            recalcular_dia(ponto_venda_id=ponto_venda_id, dia=dia, toques=toques)
            feitos += 1
        contagem["dias"] += feitos
    agora = timezone.now()
    vencidos = DiaConferido.objects.filter(
        Q(situacao=Situacao.ANDAMENTO, contingencia_vence_em__lte=agora)
        | Q(
            situacao=Situacao.SEM_MANIFESTO,
            contingencia_vence_em__lte=agora,
            calculado_em__lt=agora - timedelta(hours=1),
        )
    ).values_list("ponto_venda_id", "dia")[:REVISTOS_POR_VEZ]
    for ponto_venda_id, dia in vencidos:
        recalcular_dia(ponto_venda_id=ponto_venda_id, dia=dia)
        contagem["vencidos"] += 1
    return dict(contagem)


def _tocados() -> list[tuple[Dia, _Toques]]:
    """The oldest touches, by day; a day with many touches is computed once."""
    por_dia: dict[Dia, _Toques] = defaultdict(_Toques)
    campos = ("id", "ponto_venda_id", "dia", "filial_id", "instalacao", "de", "ate")
    for id_, ponto_venda_id, dia, filial_id, instalacao, de, ate in (
        Toque.objects.order_by("id").values_list(*campos)[:TOQUES_POR_VEZ]
    ):  # fmt: skip
        toques = por_dia[ponto_venda_id, dia]
        toques.ids.append(id_)
        toques.filial_id = filial_id
        if de is not None and ate is not None:
            toques.onde = leitura.juntar(toques.onde, [(instalacao, de, ate)])
    return list(por_dia.items())[:DIAS_POR_VEZ]


def recalcular_dia(*, ponto_venda_id: int, dia: date, toques: _Toques | None = None) -> DiaConferido | None:
    """Compute one till's day now, as it is in the database; None when there is nothing of it any more.

    Two at once go one after the other (advisory lock), each reading after the lock, so the later reading stands.
    """
    agora = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"pdv.conferencia {ponto_venda_id} {dia}"]
        )
        pdv = PontoVenda.objects.filter(pk=ponto_venda_id).first()
        linha = DiaConferido.objects.filter(ponto_venda_id=ponto_venda_id, dia=dia).first()
        onde = leitura.juntar(_guardadas(linha), toques.onde if toques else [])
        lido = leitura.ler_dia(
            cursor, ponto_venda_id=ponto_venda_id, dia=dia, onde=onde, emite_nota=pdv is None or pdv.emite_nota
        )
        if lido.declarados or lido.recebidas or lido.notas or lido.orfas:
            filial = pdv.filial_id if pdv else (linha.filial_id if linha else toques.filial_id if toques else 0)
            linha = linha or DiaConferido(ponto_venda_id=ponto_venda_id, dia=dia, situacao=0)
            _escrever(linha, apurar(lido, agora), filial, onde, agora)
            _tocar_origens(cursor, ponto_venda_id, dia, lido.recebidas)
        elif linha:
            linha.delete()
            linha = None
        if toques:
            cursor.execute("DELETE FROM pdv_conferencia_toque WHERE id = ANY(%s)", [toques.ids])
    return linha


def _guardadas(linha: DiaConferido | None) -> leitura.Onde:
    return [(UUID(i), de, ate) for i, de, ate in linha.faixas_recebidas] if linha else []


def _escrever(linha: DiaConferido, a: Apuracao, filial_id: int, onde: leitura.Onde, agora: datetime) -> None:
    motivos = [m._asdict() for m in a.motivos]
    if linha.situacao != a.situacao:
        linha.desde = agora
    if linha.motivos != motivos:  # what was accepted is not this any more
        linha.aceita_por, linha.aceita_em, linha.aceita_motivo = "", None, ""
    linha.filial_id, linha.situacao, linha.motivos, linha.tem_manifesto = (
        filial_id,
        a.situacao,
        motivos,
        a.tem_manifesto,
    )
    linha.pdv_quantidade, linha.pdv_valor = a.pdv
    linha.recebido_quantidade, linha.recebido_valor = a.recebido
    linha.lancado_quantidade, linha.lancado_valor = a.lancado
    linha.esperado_quantidade, linha.esperado_valor = a.fiscal.esperado_quantidade, a.fiscal.esperado_valor
    linha.fiscal_quantidade, linha.fiscal_valor = a.fiscal.quantidade, a.fiscal.valor
    linha.faltando = [list(faixa) for faixa in a.cotejo.faltando[:FAIXAS_GUARDADAS]]
    linha.faltando_quantidade = quantos(a.cotejo.faltando)
    linha.nao_lancado_valor, linha.nao_lancado_desde = a.nao_lancado_valor, a.nao_lancado_desde
    linha.contingencia_quantidade = len(a.fiscal.contingencias)
    linha.contingencia_vence_em = a.contingencia_vence_em
    linha.faixas_recebidas = [[str(i), de, ate] for i, de, ate in onde]
    linha.calculado_em = agora
    linha.save()


def _tocar_origens(cursor: CursorWrapper, ponto_venda_id: int, dia: date, recebidas: Sequence[Recebida]) -> None:
    """A cancelamento of another day's sale changes what that day expects of the fiscal side."""
    if not any(r.especie == Especie.CANCELAMENTO for r in recebidas):
        return
    cursor.execute(
        """SELECT v.filial_id, v.instalacao, v.id_operacao, v.data_hora_inicio FROM hiperpdv_operacao_pdv c
           JOIN hiperpdv_operacao_pdv v ON v.ponto_venda_id = c.ponto_venda_id AND v.instalacao = c.instalacao
               AND v.id_operacao = c.id_operacao_origem
           WHERE c.id = ANY(%s)""",
        [[r.id for r in recebidas if r.especie == Especie.CANCELAMENTO]],
    )
    outros = {(*linha[:3], dia_da_loja(linha[3])) for linha in cursor.fetchall()}
    Toque.objects.bulk_create(
        Toque(ponto_venda_id=ponto_venda_id, filial_id=f, instalacao=i, dia=outro, de=n, ate=n)
        for f, i, n, outro in outros
        if outro < dia
    )
