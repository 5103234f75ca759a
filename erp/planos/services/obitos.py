"""Deaths."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ator, registrar
from clientes.models import Cliente
from erp.planos.erros import PlanoRecusado
from erp.planos.models import Dependente, Obito
from erp.planos.services.dependentes import PRIMEIRO_ANO
from erp.planos.tipagem.faixas import dar_falecido


@sensivel("planos.obito_registrado")
@transaction.atomic
def registrar_obito(
    *,
    data: date,
    certidao: str,
    ator: Ator,
    codigo_cliente: str | None = None,
    dependente_id: int | None = None,
    motivo: str = "",
    hoje: date | None = None,
) -> Obito:
    """Record that a customer, or a dependant, died. A dependant who is a customer is both. Once: raises PlanoRecusado.

    The customer's tag comes with it, for messages ask it: nobody who died is written to until the tags are made again.
    """
    cliente, dependente = _quem(codigo_cliente, dependente_id)
    problemas = []
    if data > (hoje or timezone.localdate()):
        problemas.append("a data é no futuro")
    elif data.year < PRIMEIRO_ANO:
        problemas.append(f"a data é de {data.year:04d}: confira o ano")
    nascimento = dependente.nascimento if dependente else cliente.aniversario if cliente else None
    if nascimento is not None and data < nascimento:
        problemas.append(f"a data é antes do nascimento, {nascimento:%d/%m/%Y}")
    if not certidao.strip():
        problemas.append("falta o número da certidão")
    if problemas:
        raise PlanoRecusado("OBITO_RECUSADO", f"{'; '.join(problemas).capitalize()}.")
    try:
        with transaction.atomic():
            obito = Obito.objects.create(
                cliente=cliente,
                dependente=dependente,
                data=data,
                certidao=certidao.strip()[:40],
                registrado_por=str(ator),
                registrado_em=timezone.now(),
            )
    except IntegrityError as erro:
        raise PlanoRecusado("OBITO_JA_REGISTRADO", f"O óbito de {dependente or cliente} já está registrado.") from erro
    if cliente is not None:
        dar_falecido(cliente.pk, data)
    registrar(
        acao="planos.obito_registrado",
        ator=ator,
        objeto="planos.Obito",
        objeto_id=str(obito.pk),
        depois={"dependente": dependente and dependente.pk, "titular": cliente is not None, "data": str(data)},
        motivo=motivo,
    )
    return obito


def _quem(codigo_cliente: str | None, dependente_id: int | None) -> tuple[Cliente | None, Dependente | None]:
    dependente = (
        Dependente.objects.select_related("cliente").filter(pk=dependente_id).first() if dependente_id else None
    )
    if dependente_id and dependente is None:
        raise PlanoRecusado("DEPENDENTE_DESCONHECIDO", f"Não há dependente {dependente_id}.")
    if dependente is not None:
        return dependente.cliente, dependente
    cliente = Cliente.objects.filter(pk=codigo_cliente).first()
    if cliente is None:
        raise PlanoRecusado("CLIENTE_DESCONHECIDO", "Diga quem morreu: um cliente ou um dependente.")
    return cliente, None
