"""The contract as a document to be signed, and what happens to it when it was."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse

from auditoria.sensivel import sensivel
from auditoria.services import ATOR_SISTEMA, registrar
from clientes.models import Cliente
from erp.assinaturas.especies import Assinado, Documento
from erp.assinaturas.models import Assinatura
from erp.assinaturas.portas import Signatario
from erp.planos.erros import PlanoRecusado
from erp.planos.models import Contratacao, Obito, Situacao
from erp.planos.selectors.assinatura import ESPECIE, conteudo_de
from erp.planos.services.contrato import contrato_travado


class ContratoDePlano:
    """The kind of document that a contract is."""

    nome = ESPECIE
    titulo = "Contrato de plano"

    def documento(self, objeto_id: int) -> Documento:
        """Raises PlanoRecusado, saying what is missing."""
        contrato = Contratacao.objects.select_related("titular", "plano", "filial").filter(pk=objeto_id).first()
        if contrato is None:
            raise PlanoRecusado("CONTRATO_DESCONHECIDO", f"Não há contrato de plano {objeto_id}.")
        if contrato.situacao == Situacao.CANCELADO:
            raise PlanoRecusado("CONTRATO_CANCELADO", f"O {contrato} está cancelado desde {contrato.desde:%d/%m/%Y}.")
        return Documento(
            contrato.documento, f"Contrato {contrato.numero}", contrato.filial_id, conteudo_de(contrato),
            (signatario_de(contrato.titular),),
        )  # fmt: skip

    def ao_assinar(self, assinado: Assinado) -> None:
        marcar_assinado(assinado)

    def endereco(self, objeto_id: int) -> str:
        return reverse("admin:planos_contratacao_change", args=[objeto_id])


def signatario_de(titular: Cliente) -> Signatario:
    """Who signs. Raises PlanoRecusado: nobody can be asked without an e-mail, and who died signs nothing."""
    if Obito.objects.filter(cliente=titular).exists():
        raise PlanoRecusado("TITULAR_FALECIDO", f"{titular} está com óbito registrado: não há quem assine.")
    email = titular.email.strip()
    if not email:
        raise PlanoRecusado(
            "TITULAR_SEM_EMAIL", f"{titular} não tem e-mail no cadastro, e é por ele que se assina.",
            "Preencha o e-mail em Clientes e mande de novo.",
        )  # fmt: skip
    try:
        validate_email(email)
    except ValidationError:
        raise PlanoRecusado(
            "EMAIL_INVALIDO", f"O e-mail de {titular} no cadastro não é um endereço de e-mail.", "Corrija em Clientes."
        ) from None
    return Signatario(titular.cliente_varejo.strip(), email)


@sensivel("planos.contrato_assinado")
def marcar_assinado(assinado: Assinado) -> None:
    """Mark the contract with who signed it and when, in the transaction that keeps the file. The newest signature stays."""
    contrato = contrato_travado(assinado.objeto_id)
    if contrato.assinado_em is not None and contrato.assinado_em > assinado.em:
        return
    Contratacao.objects.filter(pk=contrato.pk).update(
        assinatura=Assinatura(pk=assinado.assinatura_id), assinado_em=assinado.em, assinado_por=assinado.por[:200]
    )
    registrar(
        acao="planos.contrato_assinado", ator=ATOR_SISTEMA, objeto="planos.Contratacao", objeto_id=str(contrato.pk),
        depois={"assinatura": assinado.assinatura_id, "sha256": assinado.sha256},
    )  # fmt: skip
