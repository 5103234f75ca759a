"""One contract, whole: its money, its people, its notices, and what happened, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from auditoria.atores import nome_do_ator
from auditoria.models import Evento
from auditoria.trilha.passado import Passado, do_objeto
from erp.assinaturas.maquina import ENCERRADAS
from erp.assinaturas.models import Assinatura
from erp.contatos.models import Comunicado
from erp.financeiro.baixas import formatar
from erp.financeiro.contratos import em_aberto
from erp.financeiro.models import Baixa, Origem, Titulo
from erp.financeiro.selectors import com_aberto
from erp.planos.models import AvisoContratacao, Contratacao, Dependente, MudancaContratacao, Obito, Situacao
from erp.planos.rules import Prazo
from erp.planos.selectors.assinatura import ESPECIE
from erp.planos.selectors.avisos import FONTE, PREFIXO, prazos
from erp.planos.selectors.debitos import debitos

PARCELAS = 36
MOMENTOS = 80
NAO_FORAM = (Comunicado.Situacao.NAO_ENVIADO, Comunicado.Situacao.FALHOU)
CORES = {Situacao.ATIVO: "success", Situacao.SUSPENSO: "warning", Situacao.CANCELADO: "danger"}
_ACORDO = "planos.acordo_combinado"
_VERBOS = {None: "Vendido", Situacao.ATIVO: "Reativado", Situacao.SUSPENSO: "Suspenso", Situacao.CANCELADO: "Cancelado"}
_ICONES = {Situacao.ATIVO: "check_circle", Situacao.SUSPENSO: "pause_circle", Situacao.CANCELADO: "cancel"}


class Dinheiro(NamedTuple):
    """What a contract was charged: past due and open, still to fall due, and paid for good."""

    vencido: Decimal
    parcelas_vencidas: int
    mais_antigo: date | None
    a_vencer: Decimal
    pago: Decimal


@dataclass(frozen=True)
class Momento:
    """One line of what happened."""

    em: datetime
    titulo: str
    detalhe: str
    cor: str
    icone: str
    so_o_dia: bool = False


class Historia(NamedTuple):
    """`passado`: what the trail has of the contract besides."""

    momentos: list[Momento]
    passado: Passado


def dinheiro(contrato: Contratacao, dia: date) -> Dinheiro:
    with connection.cursor() as cursor:
        abertos = em_aberto(cursor, origem=Origem.CONTRATO.value, ids=[contrato.pk])
    vencidos = [a for a in abertos if a.vencimento < dia]
    titulos = Titulo.objects.filter(origem=Origem.CONTRATO, origem_id=contrato.pk, sequencia__gte=0)
    pago = Baixa.objects.filter(titulo__in=titulos).aggregate(soma=Sum("valor"))["soma"]
    return Dinheiro(
        sum((a.valor for a in vencidos), Decimal(0)),
        len(vencidos),
        vencidos[0].vencimento if vencidos else None,
        sum((a.valor for a in abertos if a.vencimento >= dia), Decimal(0)),
        pago or Decimal(0),
    )


def parcelas(contrato: Contratacao) -> list[Any]:
    """The newest instalments, by due date, each with what is open of it."""
    titulos = Titulo.objects.filter(origem=Origem.CONTRATO, origem_id=contrato.pk, sequencia__gte=0)
    return list(com_aberto(titulos).order_by("-sequencia")[:PARCELAS])[::-1]


def pessoas(contrato: Contratacao) -> list[Dependente]:
    """The dependants, those who left last."""
    todos = Dependente.objects.filter(contratacao=contrato).select_related("obito", "cliente__obito")
    return sorted(todos, key=lambda d: (d.excluido_em is not None, d.pk))


def prazo(contrato: Contratacao, dia: date) -> Prazo | None:
    """How far a contract with a debt is on the way to be cancelled; None for one that owes nothing, or is over."""
    if contrato.situacao == Situacao.CANCELADO:
        return None
    with connection.cursor() as cursor:
        debito = debitos(cursor, [contrato.pk], dia).get(contrato.pk)
        return prazos(cursor, [debito], dia)[contrato.pk] if debito else None


def avisos_que_nao_foram(contrato: Contratacao) -> list[Comunicado]:
    """The messages asked for this contract that did not go, or not yet, newest first: the customer's own are few."""
    pedidos = Comunicado.objects.filter(
        codigo_cliente=contrato.titular_id, fonte=FONTE, fato__startswith=f"{PREFIXO}{contrato.pk}:"
    )
    return list(pedidos.exclude(situacao=Comunicado.Situacao.ENTREGUE).order_by("-id")[:MOMENTOS])


def historia(contrato: Contratacao) -> Historia:
    """States, people, notices, agreements and payments in one line of time, the newest `MOMENTOS`."""
    acordos = do_objeto("planos.contratacao", contrato.pk, limite=MOMENTOS, acoes=[_ACORDO], desde=contrato.criada_em)
    momentos = [
        *_mudancas(contrato),
        *_pessoas(contrato),
        *_avisos(contrato),
        *_pedidos(contrato),
        *_acordos(acordos.eventos),
        *_pagamentos(contrato),
        *_assinaturas(contrato),
    ]
    return Historia(sorted(momentos, key=lambda m: m.em, reverse=True)[:MOMENTOS], acordos)


def _mudancas(contrato: Contratacao) -> Iterator[Momento]:
    for m in MudancaContratacao.objects.filter(contratacao=contrato).order_by("-id")[:MOMENTOS]:
        para = Situacao(m.para)
        outro_dia = "" if timezone.localdate(m.em) == m.dia else f", para {m.dia:%d/%m/%Y}"
        partes = [f"{m.motivo} – {nome_do_ator(m.quem)}{outro_dia}"]
        if m.vencido:
            partes.append(f"vencido: R$ {formatar(m.vencido)}")
        if m.cancelado:
            partes.append(f"parcelas estornadas: R$ {formatar(m.cancelado)}")
        if m.execucao:
            partes.append(f"execução {m.execucao}")
        titulo = _VERBOS[None if m.de is None else para]
        yield Momento(m.em, titulo, "; ".join(partes), CORES[para], _ICONES[para])


def _pessoas(contrato: Contratacao) -> Iterator[Momento]:
    ids = []
    for d in Dependente.objects.filter(contratacao=contrato).order_by("-id")[:MOMENTOS]:
        ids.append(d.pk)
        detalhe = f"{d.get_parentesco_display()}; carência até {d.carencia_ate:%d/%m/%Y}"
        yield Momento(_no_dia(d.incluido_em), f"Entrou {d.nome}", detalhe, "info", "person_add", so_o_dia=True)
        if d.excluido_em:
            saida = _no_dia(d.excluido_em)
            yield Momento(saida, f"Saiu {d.nome}", d.motivo_exclusao, "default", "person_remove", so_o_dia=True)
    obitos = Obito.objects.filter(dependente__in=ids) | Obito.objects.filter(cliente_id=contrato.titular_id)
    for o in obitos.select_related("dependente", "cliente"):
        detalhe = f"em {o.data:%d/%m/%Y}, certidão {o.certidao} – {nome_do_ator(o.registrado_por)}"
        yield Momento(o.registrado_em, f"Óbito de {o.dependente or o.cliente}", detalhe, "default", "deceased")


def _avisos(contrato: Contratacao) -> Iterator[Momento]:
    for a in AvisoContratacao.objects.filter(contratacao=contrato).order_by("-id")[:MOMENTOS]:
        detalhe = f"{a.get_canal_display()}; prova: {a.referencia} – {nome_do_ator(a.registrado_por)}"
        yield Momento(
            a.enviado_em, f"Aviso entregue: {a.get_finalidade_display().lower()}", detalhe, "warning", "mark_email_read"
        )


def _pedidos(contrato: Contratacao) -> Iterator[Momento]:
    for c in avisos_que_nao_foram(contrato):
        falhou = c.situacao in NAO_FORAM
        titulo = "Mensagem que não foi" if falhou else "Mensagem à espera de ser enviada"
        yield Momento(
            c.criado_em, titulo, c.assunto or c.detalhe or c.modelo, "danger" if falhou else "info", "outgoing_mail"
        )


def _acordos(eventos: Iterable[Evento]) -> Iterator[Momento]:
    for e in eventos:
        depois = e.depois or {}
        detalhe = f"até {depois.get('acordo_ate', '')}: {e.motivo} – {nome_do_ator(str(e.ator))}"
        yield Momento(e.em, "Acordo sobre a dívida", detalhe, "info", "handshake")


def _pagamentos(contrato: Contratacao) -> Iterator[Momento]:
    titulos = Titulo.objects.filter(origem=Origem.CONTRATO, origem_id=contrato.pk, sequencia__gte=0)
    baixas: Iterable[Baixa] = (
        Baixa.objects.filter(titulo__in=titulos).select_related("titulo").order_by("-id")[:MOMENTOS]
    )
    for b in baixas:
        desfeita = b.valor < 0
        titulo = "Baixa desfeita" if desfeita else "Parcela paga"
        detalhe = f"parcela {b.titulo.parcela}, R$ {formatar(abs(b.valor))} – {b.feita_por}"
        yield Momento(b.ocorrido_em, titulo, detalhe, "danger" if desfeita else "success", "payments")


def _assinaturas(contrato: Contratacao) -> Iterator[Momento]:
    for a in Assinatura.objects.filter(especie=ESPECIE, objeto_id=contrato.pk).order_by("-pk")[:MOMENTOS]:
        yield Momento(
            a.criada_em,
            "Mandado para assinar",
            f"a {a.quem_assina} – {nome_do_ator(a.criada_por)}",
            "info",
            "signature",
        )
        if a.assinada_em is not None:
            yield Momento(a.assinada_em, "Contrato assinado", f"por {a.quem_assina}", "success", "signature")
        elif a.passo in ENCERRADAS:
            yield Momento(a.mudou_em, f"Assinatura {a.por_extenso}", f"{a}, {a.quem_assina}", "danger", "signature")


def _no_dia(dia: date) -> datetime:
    return timezone.make_aware(datetime.combine(dia, time.min))
