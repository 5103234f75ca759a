"""Titles settled by hand, and settlements undone.

Lock order, the same as the drain's: cash accounts by id, then titles by id.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.cadastros.models import Conta
from erp.cadastros.selectors import data_contabil_aberta, periodos_fechados
from erp.financeiro.baixas import PedidoBaixa, conferir_baixa, dinheiro, formatar
from erp.financeiro.erros import BaixaRecusada
from erp.financeiro.lancamentos import lancar, travar_contas
from erp.financeiro.models import Baixa, Lancamento, Origem, Sentido, Titulo
from erp.financeiro.rules import ZERO, LancamentoNovo
from erp.financeiro.selectors import abertos_de


class _Ato(NamedTuple):
    """What all the settlements of one form share."""

    conta: Conta
    ocorrido_em: datetime
    motivo: str
    usuario: User


def baixar_titulo(
    *,
    titulo_id: int,
    valor: Decimal,
    juros: Decimal = ZERO,
    desconto: Decimal = ZERO,
    conta_id: int,
    ocorrido_em: datetime,
    motivo: str,
    usuario: User,
    chave: uuid.UUID,
) -> Baixa:
    """Settle a title, in part or whole: `valor` is what it is lowered by, `valor + juros - desconto` the money moved.

    `chave` names the form: sent again, the settlement that it made comes back. Raises BaixaRecusada.
    """
    pedido = PedidoBaixa(titulo_id, valor, juros, desconto, chave)
    return baixar_titulos(pedidos=[pedido], conta_id=conta_id, ocorrido_em=ocorrido_em, motivo=motivo, usuario=usuario)[
        0
    ]


@sensivel("financeiro.titulo_baixado")
@transaction.atomic
def baixar_titulos(
    *, pedidos: Sequence[PedidoBaixa], conta_id: int, ocorrido_em: datetime, motivo: str, usuario: User
) -> list[Baixa]:
    """Settle many titles on one account, all or none, in the order asked. Raises BaixaRecusada naming every problem."""
    if len({pedido.titulo_id for pedido in pedidos}) != len(pedidos):
        raise BaixaRecusada("o mesmo título aparece duas vezes")
    conta = Conta.objects.filter(pk=conta_id, ativa=True).first()
    if conta is None:
        raise BaixaRecusada("a conta não existe ou está inativa; escolha outra")
    ato = _Ato(conta, ocorrido_em, motivo.strip()[:200], usuario)
    periodos_fechados()  # its lock comes first, as in every posting
    with connection.cursor() as cursor:
        travar_contas(cursor, [conta_id])
    titulos = _travar_titulos([pedido.titulo_id for pedido in pedidos])
    feitas = {baixa.chave: baixa for baixa in Baixa.objects.filter(chave__in=[pedido.chave for pedido in pedidos])}
    abertos = abertos_de(list(titulos))
    problemas = []
    for pedido in pedidos:
        if feita := feitas.get(pedido.chave):
            problemas += _divergencia(feita, pedido, conta_id)
            continue
        problemas += conferir_baixa(
            pedido, titulos.get(pedido.titulo_id), abertos.get(pedido.titulo_id, ZERO), ocorrido_em, timezone.now()
        )
    if not ato.motivo:
        problemas.append("diga o motivo")
    if problemas:
        raise BaixaRecusada("; ".join(problemas))
    return [feitas.get(pedido.chave) or _baixar(pedido, titulos[pedido.titulo_id], ato) for pedido in pedidos]


def desfazer_baixa(*, baixa_id: int, motivo: str, usuario: User, chave: uuid.UUID) -> Baixa:
    """Undo a settlement by its inverse: the title opens again and the money goes back. Raises BaixaRecusada."""
    return desfazer_baixas(chaves={baixa_id: chave}, motivo=motivo, usuario=usuario)[0]


@sensivel("financeiro.baixa_desfeita")
@transaction.atomic
def desfazer_baixas(*, chaves: Mapping[int, uuid.UUID], motivo: str, usuario: User) -> list[Baixa]:
    """Undo settlements, all or none, in order of id. `chaves` gives each its key: sent again, nothing is done again."""
    if not motivo.strip():
        raise BaixaRecusada("diga o motivo")
    baixas = list(Baixa.objects.filter(pk__in=chaves).select_related("titulo", "conta").order_by("pk"))
    if faltam := sorted(set(chaves) - {baixa.pk for baixa in baixas}):
        raise BaixaRecusada(f"não existe a baixa {', '.join(map(str, faltam))}")
    periodos_fechados()
    with connection.cursor() as cursor:
        travar_contas(cursor, {baixa.conta_id for baixa in baixas if baixa.conta_id is not None})
    _travar_titulos([baixa.titulo_id for baixa in baixas])
    return [_desfazer(baixa, motivo.strip()[:200], usuario, chaves[baixa.pk]) for baixa in baixas]


def _desfazer(baixa: Baixa, motivo: str, usuario: User, chave: uuid.UUID) -> Baixa:
    if feita := Baixa.objects.filter(chave=chave).first():
        if feita.estorno_de_id != baixa.pk:
            raise BaixaRecusada("este formulário já foi usado; abra outro")
        return feita
    if baixa.origem == Origem.COBRANCA:
        raise BaixaRecusada(
            f"a baixa {baixa.pk} é de uma cobrança paga: o dinheiro volta por uma devolução no provedor, ou, de uma venda em "
            "cartão, por Desfazer a liquidação, na linha do arquivo de cartões"
        )
    if baixa.origem_id is not None:
        raise BaixaRecusada(
            f"a baixa {baixa.pk} é de uma operação do PDV ({baixa.feita_por}, {baixa.motivo}): cancele ou reprocesse a operação"
        )
    if baixa.estorno_de_id is not None:
        raise BaixaRecusada(
            f"a baixa {baixa.pk} é o desfazer da baixa {baixa.estorno_de_id}; para valer de novo, baixe o título outra vez"
        )
    if desfeita := Baixa.objects.filter(estorno_de=baixa).first():
        quando = f"{timezone.localtime(desfeita.lancado_em):%d/%m/%Y %H:%M}"
        raise BaixaRecusada(f"a baixa {baixa.pk} já foi desfeita por {desfeita.feita_por} em {quando}")
    inversa = _gravar_inversa(baixa, motivo, usuario, chave)
    _lancar_inverso(baixa, inversa)
    _auditar("financeiro.baixa_desfeita", inversa, usuario)
    return inversa


def _travar_titulos(ids: Sequence[int]) -> dict[int, Titulo]:
    titulos = Titulo.objects.filter(pk__in=ids).order_by("pk").select_for_update()
    return {titulo.pk: titulo for titulo in titulos}


def _divergencia(feita: Baixa, pedido: PedidoBaixa, conta_id: int) -> list[str]:
    igual = (feita.titulo_id, feita.valor, feita.juros, feita.desconto, feita.conta_id) == (
        pedido.titulo_id, pedido.valor, pedido.juros, pedido.desconto, conta_id,
    )  # fmt: skip
    if igual:
        return []
    return [f"este formulário já foi usado, com outros valores, na baixa {feita.pk}; abra outro"]


def _baixar(pedido: PedidoBaixa, titulo: Titulo, ato: _Ato) -> Baixa:
    baixa = Baixa.objects.create(
        titulo=titulo,
        conta=ato.conta,
        valor=pedido.valor,
        juros=pedido.juros,
        desconto=pedido.desconto,
        ocorrido_em=ato.ocorrido_em,
        lancado_em=timezone.now(),
        data_contabil=data_contabil_aberta(timezone.localdate(ato.ocorrido_em)),
        motivo=ato.motivo,
        feita_por=ato.usuario.get_username(),
        chave=pedido.chave,
    )
    valor = dinheiro(pedido) if titulo.sentido == Sentido.RECEBER else -dinheiro(pedido)
    if valor:  # a title forgiven whole moves no money
        with connection.cursor() as cursor:
            lancar(cursor, [_lancamento(baixa, titulo, valor)], agora=baixa.lancado_em)
    _auditar("financeiro.titulo_baixado", baixa, ato.usuario)
    return baixa


def _lancamento(baixa: Baixa, titulo: Titulo, valor: Decimal, estorno_de: int | None = None) -> LancamentoNovo:
    assert baixa.conta_id is not None  # only what an operation of the till settles has no account
    return LancamentoNovo(
        conta_id=baixa.conta_id,
        filial_id=titulo.filial_id,
        natureza=Lancamento.Natureza.BAIXA.value,
        finalizador=titulo.finalizador,
        valor=valor,
        documento=(titulo.documento or titulo.nsu)[:35],
        ocorrido_em=baixa.ocorrido_em,
        data_contabil=baixa.data_contabil,
        origem=Origem.MANUAL.value,
        origem_id=baixa.pk,
        sequencia=0,
        estorno_de=estorno_de,
    )


def _gravar_inversa(baixa: Baixa, motivo: str, usuario: User, chave: uuid.UUID) -> Baixa:
    agora = timezone.now()
    return Baixa.objects.create(
        titulo=baixa.titulo,
        conta_id=baixa.conta_id,
        valor=-baixa.valor,
        juros=-baixa.juros,
        desconto=-baixa.desconto,
        ocorrido_em=agora,
        lancado_em=agora,
        data_contabil=data_contabil_aberta(max(baixa.data_contabil, timezone.localdate(agora))),
        motivo=motivo,
        feita_por=usuario.get_username(),
        chave=chave,
        estorno_de=baixa,
    )


def _lancar_inverso(baixa: Baixa, inversa: Baixa) -> None:
    original = Lancamento.objects.filter(origem=Origem.MANUAL, origem_id=baixa.pk).first()
    if original is not None:
        with connection.cursor() as cursor:
            entrada = _lancamento(inversa, baixa.titulo, -original.valor, original.pk)
            lancar(cursor, [entrada], agora=inversa.lancado_em)


def _auditar(acao: str, baixa: Baixa, usuario: User) -> None:
    registrar(
        acao=acao,
        ator=ator_usuario(usuario),
        objeto="financeiro.titulo",
        objeto_id=str(baixa.titulo_id),
        depois={
            "baixa": baixa.pk,
            "conta": baixa.conta.codigo if baixa.conta else "",
            "valor": formatar(baixa.valor),
            "juros": formatar(baixa.juros),
            "desconto": formatar(baixa.desconto),
            "ocorrido_em": baixa.ocorrido_em,
        },
        motivo=baixa.motivo,
    )
