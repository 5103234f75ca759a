"""A line of a file and the sale that it pays, both locked by the caller: settled by the one door of every charge."""

from __future__ import annotations

from datetime import datetime, time

from django.utils import timezone

from erp.cobrancas.leituras import Lido, Pago
from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import AlarmeCobranca, Cobranca, EventoCobranca, LinhaTef, TefEvento
from erp.cobrancas.services.alarmes import alarmar
from erp.cobrancas.services.registro import registrar
from erp.cobrancas.tef.porta import NOME

_DESMENTIDOS = (TefEvento.Estado.DESFEITA, TefEvento.Estado.NEGADA, TefEvento.Estado.CANCELADA)


def liquidar_linha(linha: LinhaTef, evento: TefEvento, criterio: str, *, por: str = "", motivo: str = "") -> Cobranca:
    """The receivable settled, the money in, the fee out. `por` and `motivo`: of who chose it by hand.

    A sale that was said undone, and is paid all the same, is settled: money that came is not forgotten. It alarms.
    """
    agora = timezone.now()
    cobranca = _cobrar(linha, evento)
    em = min(timezone.make_aware(datetime.combine(linha.pago_em, time(12))), agora)
    registrar(cobranca.pk, [_paga(linha, cobranca, em, por)], agora=agora)
    if evento.estado in _DESMENTIDOS:
        dito = TefEvento.Estado(evento.estado).label.lower()
        texto = f"a venda em cartão estava {dito}, e a adquirente pagou"
        alarmar(cobranca, AlarmeCobranca.Tipo.CONTRADICAO, texto, agora=agora)
    TefEvento.objects.filter(pk=evento.pk).update(
        estado=TefEvento.Estado.CONFIRMADA, mudou_em=agora, liquidado_em=agora, cobranca=cobranca, problema=""
    )
    LinhaTef.objects.filter(pk=linha.pk).update(
        situacao=LinhaTef.Situacao.CASADA,
        evento=evento,
        criterio=criterio,
        problema="",
        escolhida_por=por,
        motivo=motivo,
    )
    return cobranca


def _cobrar(linha: LinhaTef, evento: TefEvento) -> Cobranca:
    """One for each time that the sale is settled: after one that was undone, another, under another number."""
    vezes = Cobranca.objects.filter(titulo_id=evento.titulo_id, tipo=Cobranca.Tipo.TEF).count()
    return Cobranca.objects.create(
        tipo=Cobranca.Tipo.TEF, provedor=NOME, id_provedor=f"{evento.titulo_id}-{vezes + 1}" if vezes else f"{evento.titulo_id}",
        titulo_id=evento.titulo_id, filial_id=evento.filial_id, conta_id=linha.arquivo.layout.conta_id, codigo_cliente="",
        valor=evento.valor, vencimento=evento.previsto_em, descricao=str(evento)[:120], situacao=Cobranca.Situacao.ENVIADA,
        criada_por=f"{linha.arquivo}"[:161], criada_em=evento.ocorrido_em, mudou_em=evento.ocorrido_em,
    )  # fmt: skip


def _paga(linha: LinhaTef, cobranca: Cobranca, em: datetime, por: str) -> Lido:
    return Lido(
        f"arquivo {linha.arquivo_id}/{linha.numero} {cobranca.id_provedor}", Passo.PAGA, em, EventoCobranca.Fonte.ARQUIVO,
        lida="paga", texto=f"arquivo {linha.arquivo}, linha {linha.numero}", por=por,
        pagos=(Pago(cobranca.id_provedor, linha.valor, em, linha.taxa),),
    )  # fmt: skip
