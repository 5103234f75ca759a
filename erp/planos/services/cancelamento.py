"""The routine that cancels what is overdue for too long, once its notices are proven."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ator
from erp.cadastros.selectors import data_contabil_aberta, periodos_fechados
from erp.financeiro.baixas import formatar
from erp.financeiro.contratos import cancelar_em_aberto
from erp.planos.models import Situacao
from erp.planos.rules import Prazo
from erp.planos.selectors.avisos import prazos
from erp.planos.selectors.debitos import Debito, a_cancelar, a_estornar
from erp.planos.services.lotes import Feito, em_lotes
from erp.planos.services.mudancas import OBJETO, Mudanca, mudar, travar
from erp.planos.services.parcelas import CONTRATO
from erp.planos.services.provas import colher, ja_pedidos, pedir_avisos
from erp.planos.services.suspensao import descrever, em_atraso
from erp.rotinas.contexto import Contexto

VIVOS = (Situacao.ATIVO, Situacao.SUSPENSO)


class _Achados:
    """What the first pass found: who can be cancelled, who must be told, and the money."""

    def __init__(self) -> None:
        self.cancelar: list[int] = []
        self.avisar: list[int] = []
        self.vencido = Decimal(0)
        self.a_estornar = Decimal(0)

    @property
    def resumo(self) -> str:
        return (
            f"Cancelar {len(self.cancelar)} contratos, R$ {formatar(self.vencido)} vencidos que continuam devidos e "
            f"R$ {formatar(self.a_estornar)} a vencer que se estornam; avisar {len(self.avisar)} titulares."
        )


@sensivel("planos.contrato_cancelado")
def cancelar_em_atraso(contexto: Contexto, ator: Ator) -> None:
    """Cancel the contracts that are, on the day of reference, overdue beyond their months and had their notices.

    1. Read all of them, with what was delivered until now, and say who, how much, and whose notice is missing.
    2. Above the limit, wait for a second person.
    3. Ask for the notices that are due: whose notice goes today is never cancelled today.
    4. In batches: lock, read again what is still so, reverse what was to fall due, change, and pass the fence.
    """
    achados = _ler(contexto)
    quantos = len(achados.cancelar) + len(achados.avisar)
    contexto.exigir_aprovacao(quantos, achados.resumo, achados.vencido)
    if not contexto.simulacao:
        em_lotes(contexto, achados.avisar, lambda ids: _avisar(contexto, ids))
        em_lotes(contexto, achados.cancelar, lambda ids: _cancelar(contexto, ator, ids))


def _ler(contexto: Contexto) -> _Achados:
    achados = _Achados()
    for debitos in em_atraso(contexto, VIVOS, a_cancelar):
        with transaction.atomic(), connection.cursor() as cursor:
            colher(debitos)
            contexto.confirmar()
            estados = prazos(cursor, debitos, contexto.referencia)
            pedidos = ja_pedidos(debitos, estados)
            prontos = [d for d in debitos if estados[d.contratacao_id].pode]
            estornos = a_estornar(cursor, [d.contratacao_id for d in prontos], contexto.referencia)
        for debito in debitos:
            _contar(contexto, achados, debito, estados[debito.contratacao_id], debito.contratacao_id in pedidos)
        achados.a_estornar += sum(estornos.values(), Decimal(0))
    contexto.somar("vencido", achados.vencido)
    contexto.somar("a estornar", achados.a_estornar)
    return achados


def _contar(contexto: Contexto, achados: _Achados, debito: Debito, prazo: Prazo, pedido: bool) -> None:
    """A notice asked before and not delivered is nothing to be done tonight: no second person is asked about it again."""
    ident = str(debito.contratacao_id)
    if prazo.pode:
        achados.cancelar.append(debito.contratacao_id)
        achados.vencido += debito.vencido
        contexto.contar("a cancelar")
        contexto.item(OBJETO, ident, f"cancelar {descrever(debito)}", debito.vencido)
        return
    falta = f"falta aviso: {prazo.contados} de {prazo.exigidos} provados"
    if prazo.proximo and pedido:
        falta = f"falta aviso {prazo.proximo} de {prazo.exigidos}: já pedido, e sem prova de entrega"
    elif prazo.proximo:
        achados.avisar.append(debito.contratacao_id)
        contexto.contar("a avisar")
        falta = f"falta aviso {prazo.proximo} de {prazo.exigidos}: pedido a quem manda mensagens"
    elif prazo.a_partir_de is not None:
        falta = f"{prazo.contados} de {prazo.exigidos} avisos provados; em prazo até {prazo.a_partir_de:%d/%m/%Y}"
    contexto.contar("falta aviso")
    contexto.item(OBJETO, ident, f"{descrever(debito)}: {falta}")
    contexto.registrar(f"{descrever(debito)}: {falta}")


def _avisar(contexto: Contexto, ids: Sequence[int]) -> Feito:
    with connection.cursor() as cursor:
        debitos = a_cancelar(cursor, ids, contexto.referencia)
        estados = prazos(cursor, debitos, contexto.referencia)
    devidos = [(d, estados[d.contratacao_id]) for d in debitos if estados[d.contratacao_id].proximo]
    return Feito({"avisos pedidos": pedir_avisos(devidos)})


def _cancelar(contexto: Contexto, ator: Ator, ids: Sequence[int]) -> Feito:
    dia, agora = contexto.referencia, timezone.now()
    periodos_fechados()  # its lock comes first, as in every posting
    with connection.cursor() as cursor:
        travar(cursor, ids)
        debitos = a_cancelar(cursor, ids, dia)
        estados = prazos(cursor, debitos, dia)
        prontos = [d for d in debitos if estados[d.contratacao_id].pode]
        estornados = cancelar_em_aberto(
            cursor, origem=CONTRATO, ids=[d.contratacao_id for d in prontos], a_partir_de=dia,
            dia=data_contabil_aberta(dia), agora=agora,
        )  # fmt: skip
        mudancas = [_mudanca(d, estados[d.contratacao_id], estornados.get(d.contratacao_id)) for d in prontos]
        mudar(cursor, mudancas, dia=dia, ator=ator, agora=agora, execucao=contexto.execucao_id)
    return Feito({"cancelados": len(mudancas)}, {"estornado": sum(estornados.values(), Decimal(0))})


def _mudanca(debito: Debito, prazo: Prazo, estornado: Decimal | None) -> Mudanca:
    motivo = f"atraso: {descrever(debito)}; {prazo.contados} avisos provados"
    return Mudanca(
        debito.contratacao_id,
        debito.situacao,
        Situacao.CANCELADO.value,
        motivo,
        debito.vencido,
        estornado or Decimal(0),
    )
