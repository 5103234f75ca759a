"""What is open about notes, and a note's own history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from erp.fiscal.conteudo import LinhaEstado, ler_estados
from erp.fiscal.models import DocumentoFiscal
from erp.fiscal.xml import XmlIlegivel, ler_documento
from pdv.processamento.models import PendenciaNota
from pdv.processamento.selectors.ficha import NotaDaOperacao, notas_com_documentos
from pdv.processamento.selectors.tempo import Momento
from pdv.replicacao.models import NotaFiscal, NotaVersao, OperacaoPdv

Tipo = PendenciaNota.Tipo
_CORES = {
    "autorizada": ("success", "verified"), "cancelada": ("danger", "cancel"), "denegada": ("danger", "gpp_bad"),
    "contingencia": ("warning", "cloud_off"), "inutilizada": ("info", "block"), "sem_protocolo": ("warning", "help"),
}  # fmt: skip


def a_resolver(pendencias: QuerySet[Any], agora: datetime | None = None) -> QuerySet[Any]:
    """Those that somebody must look at: contingency always, the others once their time is up.

    An orphan whose operation came and was not posted yet is no orphan: the operation says what holds it.
    """
    chegou = OperacaoPdv.objects.filter(
        ponto_venda_id=OuterRef("ponto_venda_id"),
        instalacao=OuterRef("instalacao"),
        id_operacao=OuterRef("id_operacao"),
    )
    vencidas = Q(prazo__lte=agora or timezone.now()) & ~(Q(tipo=Tipo.ORFA) & Exists(chegou))
    return pendencias.filter(Q(tipo=Tipo.CONTINGENCIA) | vencidas)


def pendencias(tipo: str | None = None, filiais: Collection[int] | None = None) -> QuerySet[PendenciaNota]:
    """What is to be looked at, the most urgent first; of one kind, of some filiais (None: of all)."""
    linhas = a_resolver(PendenciaNota.objects.order_by("prazo", "pk"))
    if tipo is not None:
        linhas = linhas.filter(tipo=tipo)
    return linhas if filiais is None else linhas.filter(filial_id__in=filiais)


@dataclass
class HistoriaDaNota:
    """A note's documents and warnings, the states it went through, what is open about it, and its timeline's lines."""

    documentos: NotaDaOperacao
    estados: list[LinhaEstado]
    pendencias: list[PendenciaNota]
    momentos: list[Momento]


def historia_da_nota(nota: NotaFiscal) -> HistoriaDaNota:
    """Five queries, each by an index: documents and warnings, content of the last, versions, what is open."""
    documentos = notas_com_documentos([nota])[0]
    if not documentos.documentos and (alvo := _nota_cancelada(nota)) is not None:
        documentos = notas_com_documentos([alvo])[0]
    estados = _estados(documentos.documentos)
    versoes = list(NotaVersao.objects.filter(nota_id=nota.pk).defer("xml").order_by("id"))
    return HistoriaDaNota(
        documentos,
        estados,
        list(PendenciaNota.objects.filter(nota_id=nota.pk).order_by("prazo")),
        [*_chegadas(nota, versoes), *_da_sefaz(estados)],
    )


def _nota_cancelada(nota: NotaFiscal) -> NotaFiscal | None:
    """Of a CF-e cancellation in a row of its own, the sale's note: its document is that one's."""
    if nota.modelo != "59":
        return None
    try:
        cancelada = ler_documento(nota.xml).chave_cancelada
    except XmlIlegivel:
        return None
    if not cancelada:
        return None
    ultimo = DocumentoFiscal.objects.filter(chave=cancelada).values_list("chave", "numero").first()
    return NotaFiscal(chave=ultimo[0], numero=ultimo[1]) if ultimo else None


def _estados(documentos: Sequence[DocumentoFiscal]) -> list[LinhaEstado]:
    if not documentos:
        return []
    conteudo = DocumentoFiscal.objects.filter(pk=documentos[-1].pk).values_list("conteudo", flat=True).first()
    return ler_estados(conteudo or {})


def _chegadas(nota: NotaFiscal, versoes: Sequence[NotaVersao]) -> Iterable[Momento]:
    """When each version came after the first, whose arrival the page's own timeline tells."""
    seguintes = [*versoes, nota][1:]
    for anterior, seguinte in zip(versoes, seguintes, strict=True):
        protocolo = f", protocolo {seguinte.protocolo}" if seguinte.protocolo else ""
        detalhe = f"O PDV diz: {seguinte.situacao or 'nada'}{protocolo}. Antes dizia: {anterior.situacao or 'nada'}."
        yield Momento(anterior.substituida_em, "O PDV mandou a nota de novo", detalhe, "default", "sync")


def _da_sefaz(estados: Sequence[LinhaEstado]) -> Iterable[Momento]:
    for estado in reversed(estados):  # of the same moment, the higher is the newer
        if estado.em is None:
            continue
        cor, icone = _CORES.get(estado.situacao, ("default", "circle"))
        partes = [
            f"Protocolo {estado.protocolo}" if estado.protocolo else "",
            f"Justificativa: {estado.justificativa}" if estado.justificativa else "",
            estado.detalhe,
        ]
        titulo = f"Nota {estado.titulo.lower()} na SEFAZ"
        if estado.situacao == "contingencia":
            titulo = "Nota emitida em contingência"
        yield Momento(estado.em, titulo, "\n".join(filter(None, partes)), cor, icone)
