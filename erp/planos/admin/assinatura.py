"""The contract on paper: seen as PDF before it goes, sent to be signed, and what became of it, on the contract's page."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from unfold.decorators import action

from auditoria.sensivel import sensivel
from erp.acesso.acoes import Envio, Painel
from erp.acesso.admin_base import AdminBase, acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from erp.assinaturas.admin.arquivos import PERMISSAO_LER, anotar_leitura, resposta_pdf
from erp.assinaturas.admin.assinaturas import CORES, PERMISSAO
from erp.assinaturas.maquina import Passo
from erp.assinaturas.pdf.desenho import renderizar
from erp.assinaturas.services import andamento, criacao
from erp.cadastros.admin.usuario import usuario_de
from erp.planos.models import Contratacao, Situacao
from erp.planos.selectors.assinatura import ESPECIE, SituacaoDaAssinatura, conteudo_de, situacao_da_assinatura
from erp.planos.services.assinatura import ContratoDePlano


def cabem_de_assinatura(contrato: Contratacao) -> set[str]:
    """Which of these actions fit the contract as it is."""
    return {"contrato_em_pdf"} | _cabem(contrato, situacao_da_assinatura(contrato))


def _cabem(contrato: Contratacao, achada: SituacaoDaAssinatura) -> set[str]:
    if contrato.situacao == Situacao.CANCELADO:
        return set()
    if achada.em_curso is not None:
        return {"mandar_nova_versao"} if achada.mudou else set()
    return {"mandar_para_assinar"} if achada.assinada is None or achada.mudou else set()


def _painel(usuario: User, queryset: QuerySet[Any]) -> Painel:
    """Who will be asked and to what; without an e-mail, why not and no button. The version shown is the one sent."""
    contrato: Contratacao = queryset.select_related("titular", "plano", "filial").get()
    achada = situacao_da_assinatura(contrato)
    try:
        documento = ContratoDePlano().documento(contrato.pk)
    except ErroDefinitivo as erro:
        return Painel("planos/mandar_para_assinar.html", {"objeto": contrato, "erro": str(erro)}, pode=False)
    contexto = {
        "objeto": contrato,
        "quem": documento.signatarios,
        "achada": achada,
        "le": usuario.has_perm(PERMISSAO_LER),
    }
    return Painel("planos/mandar_para_assinar.html", contexto, visto=documento.conteudo.versao())


class AcoesDeAssinatura(AdminBase):
    """Actions and the section of the page of a `Contratacao`."""

    @action(
        description="Ver o contrato (PDF)", url_path="contrato.pdf", permissions=[PERMISSAO_LER], icon="picture_as_pdf"
    )  # type: ignore[untyped-decorator]  # unfold has no types
    @sensivel("planos.contrato_aberto")
    def contrato_em_pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The contract as it would be sent now. It has the CPF of everybody: audited."""
        usuario = usuario_de(request)
        if not usuario.has_perm(PERMISSAO_LER) or not self.has_view_permission(request):
            raise PermissionDenied
        contrato: Any = self.get_object(request, object_id)
        if contrato is None:
            raise Http404("Este contrato não existe.")
        pdf = renderizar(conteudo_de(contrato))
        anotar_leitura(usuario, "planos.contrato_aberto", "planos.Contratacao", contrato.pk, sha256(pdf).hexdigest())
        return resposta_pdf(pdf, f"contrato-{contrato.numero}")

    @acao_com_motivo(
        titulo="Mandar para assinar",
        explicacao="O contrato, tal como está agora, vai em PDF ao provedor de assinaturas, que pede a assinatura por e-mail.",
        permissao=PERMISSAO, botao="Mandar para assinar", icone="signature", atomica=False, painel=_painel,
    )  # fmt: skip
    def mandar_para_assinar(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        return _mandar(queryset.get(), motivo, usuario, envio)

    @acao_com_motivo(
        titulo="Cancelar e mandar a nova versão",
        explicacao="O contrato mudou depois que foi mandado. O pedido que está com quem assina é cancelado, e vai o texto de "
        "agora. Se já assinaram aquele, vale a assinatura, e nada é cancelado.",
        permissao=PERMISSAO, botao="Cancelar e mandar de novo", perigosa=True, icone="published_with_changes",
        atomica=False, painel=_painel,
    )  # fmt: skip
    def mandar_nova_versao(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        contrato = queryset.get()
        antiga = situacao_da_assinatura(contrato).em_curso
        if antiga is not None:
            criacao.conferir(
                ESPECIE, contrato.pk, str(envio.visto)
            )  # or the old one would be lost, and no new one sent
            andamento.cancelar(assinatura_id=antiga.pk, motivo=motivo, usuario=usuario)
        return _mandar(contrato, motivo, usuario, envio)

    @admin.display(description="")
    def assinatura_(self, contrato: Any) -> SafeString:
        achada = situacao_da_assinatura(contrato)
        contexto = {
            "c": contrato,
            "achada": achada,
            "le": contrato.le,
            "cabem": _cabem(contrato, achada) if contrato.pede else set(),
            "linhas": [(p, CORES[p.Situacao(p.situacao)]) for p in achada.pedidos],
        }
        return mark_safe(render_to_string("planos/assinatura.html", contexto))


def _mandar(contrato: Contratacao, motivo: str, usuario: User, envio: Envio) -> str:
    pedida = criacao.pedir(
        especie_nome=ESPECIE, objeto_id=contrato.pk, versao=str(envio.visto), usuario=usuario, motivo=motivo
    )
    feita = andamento.enviar(pedida)
    if feita.passo == Passo.ERRO:
        ultimo = feita.eventos.order_by("-pk").first()
        raise ErroDefinitivo(
            "PROVEDOR_RECUSOU", f"{ultimo.texto if ultimo else 'O provedor não aceitou'}.", "Corrija e mande de novo."
        )
    if feita.passo == Passo.PREPARADA:
        return f"Pedido feito (assinatura {feita.pk}), ainda a caminho do provedor: a rotina manda sozinha."
    return f"Mandado para assinar: {feita.quem_assina} recebe o pedido por e-mail (assinatura {feita.pk})."
