"""Notices with their proof."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ator, registrar
from erp.planos.erros import PlanoRecusado
from erp.planos.models import AvisoContratacao
from erp.planos.services.contrato import contrato_travado


@sensivel("planos.aviso_registrado")
@transaction.atomic
def registrar_aviso(
    *,
    contratacao_id: int,
    finalidade: str,
    entregue_em: datetime,
    canal: str,
    referencia: str,
    ator: Ator,
    chave: UUID,
    motivo: str = "",
) -> AvisoContratacao:
    """Record a notice that was delivered, with its proof: the letter's AR, a registry's protocol.

    `chave` names the form: sent again, it is the same notice. Raises PlanoRecusado.
    """
    contrato = contrato_travado(contratacao_id)
    fato = f"contratacao:{contrato.pk}:{finalidade}:{chave}"
    if feito := AvisoContratacao.objects.filter(fato=fato).first():
        return feito
    problemas = []
    if entregue_em > timezone.now():
        problemas.append("a entrega é no futuro")
    if timezone.localdate(entregue_em) < contrato.inicio:
        problemas.append("a entrega é antes do início do contrato")
    if not referencia.strip():
        problemas.append("diga a prova: o código do AR ou o protocolo")
    if canal not in AvisoContratacao.Canal.values or finalidade not in AvisoContratacao.Finalidade.values:
        problemas.append("canal ou finalidade desconhecidos")
    repetido = AvisoContratacao.objects.filter(contratacao=contrato, canal=canal, referencia=referencia.strip()[:100])
    if repetido.exists():
        problemas.append(f"a prova {referencia.strip()} já é de outro aviso deste contrato")
    if problemas:
        raise PlanoRecusado("AVISO_RECUSADO", f"{'; '.join(problemas)[:1].upper()}{'; '.join(problemas)[1:]}.")
    aviso = AvisoContratacao.objects.create(
        contratacao=contrato,
        finalidade=finalidade,
        fato=fato,
        enviado_em=entregue_em,
        canal=canal,
        referencia=referencia.strip()[:100],
        registrado_por=str(ator),
        registrado_em=timezone.now(),
    )
    registrar(
        acao="planos.aviso_registrado",
        ator=ator,
        objeto="planos.Contratacao",
        objeto_id=str(contrato.pk),
        depois={"aviso": aviso.pk, "finalidade": finalidade, "canal": canal, "entregue_em": str(entregue_em)},
        motivo=motivo,
    )
    return aviso
