"""The contract as a document, and what its page says of its signatures."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.conf import settings

from clientes.models import Cliente
from erp.assinaturas.maquina import EM_CURSO, Passo
from erp.assinaturas.models import Assinatura
from erp.assinaturas.pdf.conteudo import Conteudo
from erp.cadastros.documentos import formatar
from erp.planos.documento import Coberto, Condicoes, Parte, conteudo_do_contrato
from erp.planos.models import Contratacao, Dependente

ESPECIE: Final = "planos.contratacao"
MOSTRADAS: Final = 10


class SituacaoDaAssinatura(NamedTuple):
    """The requests of one contract, newest first, against what it says now.

    `em_curso` is with who signs; `assinada` is the last that was signed. `mudou`: the text is another one since that
    (the one in course, or else the last signed).
    """

    versao: str
    pedidos: list[Assinatura]
    em_curso: Assinatura | None
    assinada: Assinatura | None
    mudou: bool


def situacao_da_assinatura(contrato: Contratacao) -> SituacaoDaAssinatura:
    """Three queries, all by index: the requests of a contract are few."""
    do_contrato = Assinatura.objects.filter(especie=ESPECIE, objeto_id=contrato.pk)
    pedidos = list(do_contrato.order_by("-pk")[:MOSTRADAS])
    em_curso = next((p for p in pedidos if p.passo in EM_CURSO), None)
    assinada = next((p for p in pedidos if p.passo == Passo.ASSINADA), None)
    versao = conteudo_de(contrato).versao()
    ultima = em_curso or assinada
    return SituacaoDaAssinatura(versao, pedidos, em_curso, assinada, ultima is not None and ultima.versao != versao)


def conteudo_de(contrato: Contratacao) -> Conteudo:
    """What the contract says now."""
    filial, titular = contrato.filial, contrato.titular
    loja = f"{filial.nome}, CNPJ {formatar(filial.cnpj)}" if filial.cnpj else filial.nome
    vivos = Dependente.objects.filter(contratacao=contrato, excluido_em__isnull=True).order_by("pk")
    return conteudo_do_contrato(
        empresa=settings.CONTATOS_EMPRESA, loja=loja, numero=contrato.numero, plano=contrato.plano.nome,
        cobre=contrato.plano.descricao,
        titular=Parte(
            titular.cliente_varejo, formatar(titular.documento), titular.rg_ie, titular.aniversario, endereco_de(titular)
        ),
        cobertos=[
            Coberto(d.nome, d.get_parentesco_display(), d.nascimento, formatar(d.cpf), d.carencia_ate) for d in vivos
        ],
        condicoes=Condicoes(*(getattr(contrato, nome) for nome in Condicoes._fields)),
    )  # fmt: skip


def endereco_de(cliente: Cliente) -> str:
    """In one line: `Rua das Flores, 10, casa 2, Centro, Campinas/SP, CEP 13000-000`."""
    rua = f"{cliente.tipo_logradouro} {cliente.endereco}".strip()
    cidade = "/".join(parte for parte in (cliente.cidade.strip(), cliente.uf.strip()) if parte)
    cep = f"CEP {cliente.cep.strip()}" if cliente.cep and cliente.cep.strip() else ""
    partes = [rua, cliente.numero, cliente.complemento, cliente.bairro, cidade, cep]
    return ", ".join(parte.strip() for parte in partes if parte.strip()) if rua or cidade else ""
