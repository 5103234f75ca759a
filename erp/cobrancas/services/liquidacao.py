"""A payment into the ledgers, exactly once: the title settled, the excess a credit, the money in the account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from erp.cadastros.selectors import data_contabil_aberta
from erp.cobrancas.leituras import Pago
from erp.cobrancas.maquina import Leitura, cancelada_antes
from erp.cobrancas.models import AlarmeCobranca, Cobranca, Pagamento
from erp.cobrancas.rules import Destino, destinar
from erp.cobrancas.services.alarmes import alarmar
from erp.financeiro.baixas import formatar
from erp.financeiro.lancamentos import emitir, lancar, travar_contas
from erp.financeiro.models import EspecieTitulo, Lancamento, Origem, Sentido, Titulo
from erp.financeiro.quitacao import quitar, travar_titulos
from erp.financeiro.rules import ZERO, BaixaNova, LancamentoNovo, TituloNovo
from erp.financeiro.selectors import abertos_de

_ORIGEM = Origem.COBRANCA.value
_BAIXA_DA_TAXA = 500  # a sequence that no refund takes (see `devolucao`)


def liquidar(cobranca: Cobranca, pago: Pago, leituras: Sequence[Leitura], *, agora: datetime) -> Pagamento | None:
    """Post a payment of a charge that the caller has locked; None when it is posted already.

    Locks, in the order of every posting: periods (shared), the account, the title. A second provider's row with the
    same number is refused by the unique key, whoever is first.
    """
    conhecido = Pagamento.objects.filter(provedor=cobranca.provedor, id_pagamento=pago.id_pagamento).first()
    if conhecido is not None:
        _conferir(cobranca, conhecido, pago, agora)
        return None
    contabil = data_contabil_aberta(timezone.localdate(pago.pago_em))  # its lock comes first
    da_taxa = _titulo_da_taxa(cobranca) if pago.taxa else None
    with connection.cursor() as cursor:
        travar_contas(cursor, [cobranca.conta_id])
        travar_titulos(cursor, [pk for pk in (cobranca.titulo_id, da_taxa) if pk is not None])
    destino = _destinar(cobranca, pago, leituras)
    pagamento = Pagamento.objects.create(
        cobranca=cobranca, provedor=cobranca.provedor, id_pagamento=pago.id_pagamento, valor=pago.valor, taxa=pago.taxa,
        abatido=destino.abatido, credito=destino.credito, pago_em=pago.pago_em, recebido_em=agora, data_contabil=contabil,
    )  # fmt: skip
    _lancar(pagamento, cobranca, agora)
    if da_taxa is not None:
        _abater_taxa(pagamento, cobranca, da_taxa, agora)
    if destino.alarme:
        tipo = AlarmeCobranca.Tipo.CREDITO if destino.credito else AlarmeCobranca.Tipo.VALOR
        alarmar(cobranca, tipo, destino.alarme, agora=agora)
    return pagamento


def _destinar(cobranca: Cobranca, pago: Pago, leituras: Sequence[Leitura]) -> Destino:
    titulo = cobranca.titulo_id
    feito: Decimal = cobranca.pagamentos.aggregate(soma=Sum("abatido"))["soma"] or ZERO
    return destinar(
        pago=pago.valor,
        cobrado=cobranca.valor - feito,
        aberto=ZERO if titulo is None else abertos_de([titulo]).get(titulo, ZERO),
        cancelada=cancelada_antes(leituras, pago.pago_em),
        tem_titulo=titulo is not None,
        outro_pagamento=feito >= cobranca.valor or cobranca.pagamentos.filter(abatido=0).exists(),
    )


def _conferir(cobranca: Cobranca, conhecido: Pagamento, pago: Pago, agora: datetime) -> None:
    """What came again is what was posted; when it is not, somebody must look."""
    if conhecido.cobranca_id != cobranca.pk:
        texto = f"o pagamento {pago.id_pagamento} já é da cobrança {conhecido.cobranca_id}"
    elif conhecido.valor != pago.valor:
        texto = f"o pagamento {pago.id_pagamento} foi lançado com {conhecido.valor}; agora o provedor diz {pago.valor}"
    else:
        return
    alarmar(cobranca, AlarmeCobranca.Tipo.CONTRADICAO, texto, agora=agora)


def _lancar(pagamento: Pagamento, cobranca: Cobranca, agora: datetime) -> None:
    natureza = Lancamento.Natureza
    partes = [
        (0, natureza.BAIXA, pagamento.abatido),
        (1, natureza.CREDITO, pagamento.credito),
        (2, natureza.TAXA, -pagamento.taxa),
    ]
    entradas = [
        LancamentoNovo(
            conta_id=cobranca.conta_id, filial_id=cobranca.filial_id, natureza=nat.value, finalizador=None, valor=valor,
            documento=pagamento.id_pagamento[:35], ocorrido_em=pagamento.pago_em, data_contabil=pagamento.data_contabil,
            origem=_ORIGEM, origem_id=pagamento.pk, sequencia=sequencia,
        )
        for sequencia, nat, valor in partes if valor
    ]  # fmt: skip
    with connection.cursor() as cursor:
        lancar(cursor, entradas, agora=agora)
        if pagamento.abatido:
            quitar(cursor, [_baixa(pagamento, cobranca)], agora=agora)
        if pagamento.credito:
            emitir(cursor, [_credito(pagamento, cobranca)], agora=agora)


def _titulo_da_taxa(cobranca: Cobranca) -> int | None:
    """The fee that the sale in card left to be paid to the acquirer: what it keeps of what it pays settles that."""
    titulo = cobranca.titulo
    if cobranca.tipo != Cobranca.Tipo.TEF or titulo is None:
        return None
    da_mesma_venda = Titulo.objects.filter(
        origem=titulo.origem, origem_id=titulo.origem_id, sentido=Sentido.PAGAR, especie=titulo.especie,
        documento=titulo.documento, nsu=titulo.nsu, estorno_de=None,
    )  # fmt: skip
    return da_mesma_venda.values_list("pk", flat=True).first()


def _abater_taxa(pagamento: Pagamento, cobranca: Cobranca, titulo_id: int, agora: datetime) -> None:
    aberto = max(abertos_de([titulo_id])[titulo_id], ZERO)
    if pagamento.taxa > aberto:
        texto = f"taxa de {formatar(pagamento.taxa)}, e pelo combinado restavam {formatar(aberto)}"
        alarmar(cobranca, AlarmeCobranca.Tipo.VALOR, texto, agora=agora)
    if abatido := min(pagamento.taxa, aberto):
        baixa = _baixa(pagamento, cobranca)._replace(titulo_id=titulo_id, valor=abatido, sequencia=_BAIXA_DA_TAXA)
        with connection.cursor() as cursor:
            quitar(cursor, [baixa], agora=agora)


def _baixa(pagamento: Pagamento, cobranca: Cobranca) -> BaixaNova:
    assert cobranca.titulo_id is not None  # nothing is settled without one
    return BaixaNova(
        titulo_id=cobranca.titulo_id, valor=pagamento.abatido, juros=ZERO, desconto=ZERO, ocorrido_em=pagamento.pago_em,
        data_contabil=pagamento.data_contabil, motivo=f"{cobranca.get_tipo_display()}, {cobranca}",
        feita_por=cobranca.provedor, origem=_ORIGEM, origem_id=pagamento.pk, sequencia=0,
    )  # fmt: skip


def _credito(pagamento: Pagamento, cobranca: Cobranca) -> TituloNovo:
    """What the customer has with us: a vale, so that it can be given back or used at a till."""
    titulo = Titulo.objects.filter(pk=cobranca.titulo_id).first() if cobranca.titulo_id else None
    dia = timezone.localdate(pagamento.pago_em)
    return TituloNovo(
        filial_id=cobranca.filial_id, sentido=Sentido.PAGAR.value, especie=EspecieTitulo.VALE.value, finalizador=None,
        adquirente_id=None, codigo_cliente=cobranca.codigo_cliente, cpf_cnpj=titulo.cpf_cnpj if titulo else "",
        documento=f"CRED-{pagamento.pk}", nsu="", autorizacao="", parcela=1, parcelas=1, valor=pagamento.credito,
        emissao=dia, vencimento=dia, ocorrido_em=pagamento.pago_em, data_contabil=pagamento.data_contabil,
        origem=_ORIGEM, origem_id=pagamento.pk, sequencia=0,
    )  # fmt: skip
