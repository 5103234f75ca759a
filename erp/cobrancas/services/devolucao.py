"""A refund into the ledgers, exactly once: the money leaves the account, and what the payment did is undone as far."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from erp.cadastros.selectors import data_contabil_aberta
from erp.cobrancas.leituras import Devolvido
from erp.cobrancas.models import AlarmeCobranca, Cobranca, Devolucao, Pagamento, PedidoDevolucao
from erp.cobrancas.rules import destinar_devolucao
from erp.cobrancas.services.alarmes import alarmar
from erp.financeiro.baixas import formatar
from erp.financeiro.lancamentos import emitir, lancar, travar_contas
from erp.financeiro.models import Baixa, EspecieTitulo, Lancamento, Origem, Sentido, Titulo
from erp.financeiro.quitacao import quitar, travar_titulos
from erp.financeiro.rules import ZERO, BaixaNova, LancamentoNovo, TituloNovo
from erp.financeiro.selectors import abertos_de

_ORIGEM = Origem.COBRANCA.value
# Sequences under the payment's origin: its own entries take the first ones (see `liquidacao`).
_LANCAMENTO: Final = 10
_BAIXA_DO_VALE: Final = 1000
_TAXA: Final = 3  # of the entry that gives it back


def devolver(cobranca: Cobranca, devolvido: Devolvido, *, agora: datetime) -> Devolucao | None:
    """Post a refund of a charge that the caller has locked; None when it is posted already, or has no payment yet.

    One that arrives before its payment is told again by the provider, and posted then. Locks as in `liquidar`.
    """
    conhecida = Devolucao.objects.filter(provedor=cobranca.provedor, id_devolucao=devolvido.id_devolucao).first()
    if conhecida is not None:
        if devolvido.valor not in (None, conhecida.valor):
            texto = (
                f"a devolução {devolvido.id_devolucao} foi lançada com {conhecida.valor}; agora é de {devolvido.valor}"
            )
            alarmar(cobranca, AlarmeCobranca.Tipo.CONTRADICAO, texto, agora=agora)
        return None
    pagamento = cobranca.pagamentos.filter(id_pagamento=devolvido.id_pagamento).first()
    if pagamento is None:
        texto = f"devolução {devolvido.id_devolucao} de um pagamento que não foi lançado"
        alarmar(cobranca, AlarmeCobranca.Tipo.CONTRADICAO, texto, agora=agora)
        return None
    return _lancar(cobranca, pagamento, devolvido, agora)


def _lancar(cobranca: Cobranca, pagamento: Pagamento, devolvido: Devolvido, agora: datetime) -> Devolucao | None:
    contabil = data_contabil_aberta(timezone.localdate(devolvido.devolvido_em))  # its lock comes first
    vale = Titulo.objects.filter(origem=_ORIGEM, origem_id=pagamento.pk, sequencia=0, sentido=Sentido.PAGAR).first()
    da_taxa = _baixa_da_taxa(pagamento) if devolvido.com_taxa else None
    outros = (cobranca.titulo_id, vale.pk if vale else None, da_taxa.titulo_id if da_taxa else None)
    with connection.cursor() as cursor:
        travar_contas(cursor, [cobranca.conta_id])
        travar_titulos(cursor, [pk for pk in outros if pk is not None])
    feitas = pagamento.devolucoes.aggregate(valor=Sum("valor"), do_titulo=Sum("do_titulo"))
    resta: Decimal = pagamento.valor - (feitas["valor"] or ZERO)
    valor = resta if devolvido.valor is None else min(devolvido.valor, resta)
    if devolvido.valor is not None and devolvido.valor > resta:
        texto = f"devolvidos {formatar(devolvido.valor)}, mas do pagamento só restavam {formatar(resta)}"
        alarmar(cobranca, AlarmeCobranca.Tipo.CONTRADICAO, texto, agora=agora)
    if valor <= 0:
        return None
    destino = destinar_devolucao(
        valor=valor,
        credito=abertos_de([vale.pk])[vale.pk] if vale else ZERO,
        abatido=pagamento.abatido - (feitas["do_titulo"] or ZERO),
    )
    devolucao = Devolucao.objects.create(
        pagamento=pagamento, provedor=cobranca.provedor, id_devolucao=devolvido.id_devolucao, valor=valor,
        ordem=pagamento.devolucoes.count() + 1, **destino._asdict(), devolvido_em=devolvido.devolvido_em,
        recebido_em=agora, data_contabil=contabil, taxa=pagamento.taxa if devolvido.com_taxa else ZERO,
    )  # fmt: skip
    # one that we asked for is told by the payment's number and ours
    numero = devolvido.id_devolucao.removeprefix(f"{pagamento.id_pagamento} ")
    pagamento.pedidos.filter(id_devolucao=numero).update(situacao=PedidoDevolucao.Situacao.FEITA)
    _escrever(devolucao, cobranca, vale, agora)
    _devolver_taxa(devolucao, cobranca, da_taxa, agora)
    if destino.a_receber:
        texto = f"devolvidos {formatar(destino.a_receber)} que o cliente já tinha usado como crédito: voltou a dever"
        alarmar(cobranca, AlarmeCobranca.Tipo.CREDITO, texto, agora=agora)
    return devolucao


def _escrever(devolucao: Devolucao, cobranca: Cobranca, vale: Titulo | None, agora: datetime) -> None:
    saida = LancamentoNovo(
        conta_id=cobranca.conta_id, filial_id=cobranca.filial_id, natureza=Lancamento.Natureza.DEVOLUCAO.value,
        finalizador=None, valor=-devolucao.valor, documento=devolucao.id_devolucao[:35],
        ocorrido_em=devolucao.devolvido_em, data_contabil=devolucao.data_contabil, origem=_ORIGEM,
        origem_id=devolucao.pagamento_id, sequencia=_LANCAMENTO + devolucao.ordem,
    )  # fmt: skip
    baixas = _reabrir(devolucao, cobranca) if devolucao.do_titulo else []
    if devolucao.do_credito:
        assert vale is not None  # only an open credit gives
        baixas.append(_baixa(devolucao, cobranca, vale.pk, devolucao.do_credito, _BAIXA_DO_VALE + devolucao.ordem))
    with connection.cursor() as cursor:
        lancar(cursor, [saida], agora=agora)
        quitar(cursor, baixas, agora=agora)
        if devolucao.a_receber:
            emitir(cursor, [_a_receber(devolucao, cobranca)], agora=agora)


def _reabrir(devolucao: Devolucao, cobranca: Cobranca) -> list[BaixaNova]:
    """The settlement of the payment undone whole, and made again for what stays paid: an inverse is never of a part."""
    assert cobranca.titulo_id is not None  # nothing was settled without one
    viva = Baixa.objects.get(
        origem=_ORIGEM, origem_id=devolucao.pagamento_id, titulo_id=cobranca.titulo_id, estorno_de=None, estorno=None
    )
    inversa = _baixa(devolucao, cobranca, viva.titulo_id, -viva.valor, -1 - viva.sequencia)._replace(estorno_de=viva.pk)
    fica = viva.valor - devolucao.do_titulo
    return [inversa, *([_baixa(devolucao, cobranca, viva.titulo_id, fica, devolucao.ordem)] if fica else [])]


def _baixa_da_taxa(pagamento: Pagamento) -> Baixa | None:
    """What the fee of a payment settled of what is owed to the acquirer, while it stands."""
    feitas = Baixa.objects.filter(origem=_ORIGEM, origem_id=pagamento.pk, estorno_de=None, estorno=None)
    return feitas.filter(titulo__sentido=Sentido.PAGAR).exclude(titulo__origem=_ORIGEM).first()


def _devolver_taxa(devolucao: Devolucao, cobranca: Cobranca, baixa: Baixa | None, agora: datetime) -> None:
    """The fee as if it had never been kept: back in the account, and owed to the acquirer again."""
    if not devolucao.taxa:
        return
    volta = LancamentoNovo(
        conta_id=cobranca.conta_id, filial_id=cobranca.filial_id, natureza=Lancamento.Natureza.TAXA.value, finalizador=None,
        valor=devolucao.taxa, documento=devolucao.id_devolucao[:35], ocorrido_em=devolucao.devolvido_em,
        data_contabil=devolucao.data_contabil, origem=_ORIGEM, origem_id=devolucao.pagamento_id, sequencia=_TAXA,
    )  # fmt: skip
    with connection.cursor() as cursor:
        lancar(cursor, [volta], agora=agora)
        if baixa is not None:
            inversa = _baixa(devolucao, cobranca, baixa.titulo_id, -baixa.valor, -1 - baixa.sequencia)
            quitar(cursor, [inversa._replace(estorno_de=baixa.pk)], agora=agora)


def _baixa(devolucao: Devolucao, cobranca: Cobranca, titulo_id: int, valor: Decimal, sequencia: int) -> BaixaNova:
    return BaixaNova(
        titulo_id=titulo_id, valor=valor, juros=ZERO, desconto=ZERO, ocorrido_em=devolucao.devolvido_em,
        data_contabil=devolucao.data_contabil, motivo=f"devolução do provedor, {cobranca}", feita_por=cobranca.provedor,
        origem=_ORIGEM, origem_id=devolucao.pagamento_id, sequencia=sequencia,
    )  # fmt: skip


def _a_receber(devolucao: Devolucao, cobranca: Cobranca) -> TituloNovo:
    dia = timezone.localdate(devolucao.devolvido_em)
    titulo = cobranca.titulo
    return TituloNovo(
        filial_id=cobranca.filial_id, sentido=Sentido.RECEBER.value, especie=EspecieTitulo.OUTROS.value, finalizador=None,
        adquirente_id=None, codigo_cliente=cobranca.codigo_cliente, cpf_cnpj=titulo.cpf_cnpj if titulo else "",
        documento=f"DEVOL-{devolucao.pagamento_id}-{devolucao.ordem}", nsu="", autorizacao="", parcela=1, parcelas=1,
        valor=devolucao.a_receber, emissao=dia, vencimento=dia, ocorrido_em=devolucao.devolvido_em,
        data_contabil=devolucao.data_contabil, origem=_ORIGEM, origem_id=devolucao.pagamento_id, sequencia=devolucao.ordem,
    )  # fmt: skip
