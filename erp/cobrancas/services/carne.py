"""Carnês: the monthly titles of one customer asked for together."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas.models import Cobranca
from erp.cobrancas.portas import porta
from erp.cobrancas.rules import defeitos_do_carne
from erp.cobrancas.services.criacao import criar_uma, propor
from erp.cobrancas.services.pagadores import pagador
from erp.financeiro.models import Titulo
from erp.financeiro.quitacao import travar_titulos

TIPO = Cobranca.Tipo.CARNE.value


@transaction.atomic
def criar_carne(*, titulos_ids: Sequence[int], conta_id: int, provedor: str, usuario: User) -> list[Cobranca]:
    """Make the charges of a carnê, one for each title, all or none; its first parcel sends it whole.

    Raises ErroDefinitivo naming what forbids it: the titles are of one customer, of one value, and fall due monthly.
    """
    if not porta(provedor, TIPO).configurado():
        raise ErroDefinitivo("PROVEDOR_NAO_CONFIGURADO", "O provedor não está configurado.", "Fale com a TI.")
    with connection.cursor() as cursor:
        travar_titulos(cursor, titulos_ids)
    titulos = list(Titulo.objects.filter(pk__in=titulos_ids).order_by("vencimento", "pk"))
    propostas = propor(titulos, TIPO)
    defeitos = [f"{p.titulo}: {p.impedimento}" for p in propostas if p.impedimento] or defeitos_do_carne(
        [(p.valor, p.titulo.vencimento) for p in propostas], {t.codigo_cliente for t in titulos}, timezone.localdate()
    )
    if defeitos:
        raise ErroDefinitivo("CARNE_NAO_SE_FAZ", f"{'; '.join(defeitos)}.", "Escolha outros títulos.")
    pagador(titulos[0].codigo_cliente)  # refused now, and not when somebody has gone away
    grupo = uuid.uuid4().hex
    try:
        with transaction.atomic():
            return [
                criar_uma(
                    proposta, conta_id=conta_id, vencimento=proposta.titulo.vencimento, provedor=provedor, tipo=TIPO,
                    usuario=usuario, grupo=grupo, parcela=ordem,
                )
                for ordem, proposta in enumerate(propostas, 1)
            ]  # fmt: skip
    except IntegrityError as erro:
        raise ErroDefinitivo(
            "TITULO_JA_COBRADO", "Um destes títulos acaba de ganhar uma cobrança.", "Confira."
        ) from erro
