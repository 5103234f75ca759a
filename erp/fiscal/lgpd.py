"""The fiscal documents with a person's CPF or CNPJ: kept by law, whole."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from erp.fiscal.models import DocumentoFiscal, EventoNota, XmlFiscal
from erp.lgpd.fontes import Fonte, Linha, registrar
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.proprias import registrar_objetos_de

FISCO: Final = (
    "Documento fiscal: guarda obrigatória pelo prazo da lei tributária (Lei 13.709/2018, art. 16, I; CTN, arts. 173 e 195, "
    "parágrafo único)."
)


def documentos(pessoa: Pessoa) -> QuerySet[DocumentoFiscal]:
    return DocumentoFiscal.objects.filter(pessoa.onde(documento="documento_destinatario"))


def eventos(pessoa: Pessoa) -> QuerySet[EventoNota]:
    return EventoNota.objects.filter(chave__in=documentos(pessoa).order_by().values("chave")).exclude(chave="")


def _com_xml(alguns: list[DocumentoFiscal]) -> dict[int, Linha]:
    achados = XmlFiscal.objects.filter(pk__in=[documento.pk for documento in alguns]).values_list("pk", "xml")
    return {pk: {"XML": xml} for pk, xml in achados}


registrar_objetos_de("fiscal.documentofiscal", documentos)
registrar(
    Fonte(
        "fiscal.documentos", "Documentos fiscais", documentos, juntar=_com_xml, base=FISCO,
        cobre=("fiscal.XmlFiscal", "fiscal.AvisoFiscal"),
    ),
    Fonte(
        "fiscal.eventos", "O que os emissores disseram das notas", eventos, base=FISCO, cobre=("fiscal.ArquivoDoEmissor",)
    ),
)  # fmt: skip
