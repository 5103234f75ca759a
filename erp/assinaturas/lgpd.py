"""Requests to sign are of a contract: the app that has the contract says whose they are (`de_objetos`)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.db.models import QuerySet

from erp.assinaturas.maquina import EM_CURSO
from erp.assinaturas.models import ArquivoAssinatura, Assinatura, EventoAssinatura
from erp.lgpd.fontes import Bloqueio, Fonte, Linha
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.proprias import registrar_objetos_de
from erp.lgpd.trocas import apagar_campos

PROVA: Final = (
    "Prova de quem assinou o quê (Lei 13.709/2018, arts. 7º, VI, e 16, I; Código Civil, art. 205; Lei 14.063/2020)."
)
Ids = Callable[[Pessoa], Any]  # a query of ids


def fontes_de_assinaturas(nome: str, especie: str, ids: Ids) -> list[Fonte]:
    """The sources of the requests to sign one kind of document; `ids` are the objects that are the person's.

    What events call them is registered too.
    """

    def assinaturas(pessoa: Pessoa) -> QuerySet[Assinatura]:
        return Assinatura.objects.filter(especie=especie, objeto_id__in=ids(pessoa))

    def nao_assinadas(pessoa: Pessoa) -> QuerySet[Assinatura]:
        return assinaturas(pessoa).exclude(situacao=Assinatura.Situacao.ASSINADA).exclude(signatarios=[])

    def assinadas(pessoa: Pessoa) -> QuerySet[Assinatura]:
        return assinaturas(pessoa).filter(situacao=Assinatura.Situacao.ASSINADA)

    def arquivos(pessoa: Pessoa) -> QuerySet[ArquivoAssinatura]:
        return ArquivoAssinatura.objects.filter(assinatura__in=assinaturas(pessoa).order_by())

    def eventos(pessoa: Pessoa) -> QuerySet[EventoAssinatura]:
        return EventoAssinatura.objects.filter(assinatura__in=assinaturas(pessoa).order_by())

    def em_curso(pessoa: Pessoa) -> Iterator[Bloqueio]:
        for pedido in assinaturas(pessoa).filter(situacao__in=[p.value for p in EM_CURSO]).order_by("pk")[:5]:
            yield Bloqueio(f"O {pedido.numero} está para assinar.", "Cancele o pedido de assinatura.")

    registrar_objetos_de("assinaturas.assinatura", assinaturas)
    return [
        Fonte(
            f"{nome}.assinaturas", "Pedidos de assinatura", assinaturas, base=PROVA, ficam=assinadas, bloqueios=em_curso,
            anonimizar=apagar_campos(nao_assinadas, signatarios=[]), mudam=nao_assinadas,
            o_que="nome e e-mail de quem não assinou são apagados",
        ),
        Fonte(f"{nome}.arquivos_assinados", "Documentos enviados e assinados", arquivos, juntar=_arquivos, por_vez=5, base=PROVA),
        Fonte(f"{nome}.eventos_assinatura", "História das assinaturas", eventos, base=PROVA),
    ]  # fmt: skip


def _arquivos(alguns: list[ArquivoAssinatura]) -> dict[int, Linha]:
    return {arquivo.pk: {"PDF em base64": base64.b64encode(arquivo.bytes).decode()} for arquivo in alguns}
