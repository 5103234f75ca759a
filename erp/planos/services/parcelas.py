"""Instalments: titles of the contract, issued up to a horizon, each once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.cadastros.selectors import data_contabil_aberta
from erp.financeiro.contratos import emitir_novos
from erp.financeiro.models import EspecieTitulo, Origem, Sentido
from erp.financeiro.rules import TituloNovo
from erp.planos.models import Situacao
from erp.planos.rules import somar_meses, vencimentos

CONTRATO = Origem.CONTRATO.value


class _Contrato(NamedTuple):
    id: int
    numero: int
    filial_id: int
    titular_id: str
    documento: str
    valor: Decimal
    dia: int
    emitidas: int
    proximo: date


def horizonte(dia: date) -> date:
    """Instalments that fall due before this day are issued: `PLANOS_MESES_EMITIDOS` months from `dia`."""
    return somar_meses(dia, settings.PLANOS_MESES_EMITIDOS)


def instante(dia: date, agora: datetime) -> datetime:
    """When what is registered as of `dia` happened: now, or the noon of another day."""
    if timezone.localdate(agora) == dia:
        return agora
    return timezone.make_aware(datetime.combine(dia, time(12)))


def emitir_parcelas(cursor: CursorWrapper, ids: Iterable[int], *, dia: date, agora: datetime) -> int:
    """Issue what is missing up to the horizon of `dia` for active contracts, which the caller has locked.

    Idempotent: a title is its contract's by number, and the contract says which one comes next. Returns how many.
    """
    cursor.execute(
        """SELECT c.id, c.numero, c.filial_id, c.titular_id, k.documento, c.valor_mensal, c.dia_vencimento,
                  c.parcelas_emitidas, c.proximo_vencimento
           FROM planos_contratacao c JOIN "CLIENTES_VAREJO" k ON k."CODIGO_CLIENTE" = c.titular_id
           WHERE c.id = ANY(%s) AND c.situacao = %s AND c.proximo_vencimento < %s ORDER BY c.id""",
        [sorted(set(ids)), Situacao.ATIVO.value, horizonte(dia)],
    )
    contratos = [_Contrato._make(linha) for linha in cursor.fetchall()]
    novos, avancos = [], []
    contabil, quando = data_contabil_aberta(dia), instante(dia, agora)
    for contrato in contratos:
        datas = vencimentos(contrato.proximo, contrato.dia, horizonte(dia))
        novos += [
            _titulo(contrato, contrato.emitidas + n, vence, dia, contabil, quando) for n, vence in enumerate(datas)
        ]
        avancos.append((contrato.id, contrato.emitidas + len(datas), somar_meses(datas[-1], 1, contrato.dia)))
    feitos = emitir_novos(cursor, novos, agora=agora)
    cursor.execute(
        """UPDATE planos_contratacao c SET parcelas_emitidas = x.emitidas, proximo_vencimento = x.proximo
           FROM unnest(%s::bigint[], %s::int[], %s::date[]) AS x(id, emitidas, proximo) WHERE c.id = x.id""",
        [list(valores) for valores in zip(*avancos, strict=True)] or [[], [], []],
    )
    return len(feitos)


def _titulo(
    contrato: _Contrato, sequencia: int, vence: date, dia: date, contabil: date, quando: datetime
) -> TituloNovo:
    return TituloNovo(
        filial_id=contrato.filial_id,
        sentido=Sentido.RECEBER.value,
        especie=EspecieTitulo.MENSALIDADE.value,
        finalizador=None,
        adquirente_id=None,
        codigo_cliente=contrato.titular_id,
        cpf_cnpj=contrato.documento if len(contrato.documento) in (11, 14) else "",
        documento=f"P{contrato.numero}",
        nsu="",
        autorizacao="",
        parcela=sequencia + 1,
        parcelas=0,  # a plan has no last instalment
        valor=contrato.valor,
        emissao=dia,
        vencimento=vence,
        ocorrido_em=quando,
        data_contabil=contabil,
        origem=CONTRATO,
        origem_id=contrato.id,
        sequencia=sequencia,
    )
