"""Payments of charges: what came in by a provider, and what it became."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from erp.acesso.acoes import Envio, FormularioDeMotivo, Painel
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.cadastros.admin.campos import CampoNumero
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.formatos import reais
from erp.cobrancas.models import Cobranca, Pagamento, PedidoDevolucao
from erp.cobrancas.services.devolucao_pix import devolver, pedido_incerto, resta_devolver
from erp.financeiro.admin.origem import elo
from erp.financeiro.baixas import MAXIMO
from erp.provedores.registro import procurar, todos

DEVOLVER = "cobrancas.devolver_cobranca"


class FormularioDaDevolucao(FormularioDeMotivo):
    valor = CampoNumero(2, MAXIMO, required=False)  # not asked for when the same request goes again


def painel_da_devolucao(usuario: User, queryset: QuerySet[Any]) -> Painel:
    """`visto` names the act, so that the page sent twice is one refund; one of unknown fate is the only one offered."""
    pagamento = queryset.select_related("cobranca").get()
    em_curso = list(pagamento.pedidos.filter(situacao__in=PedidoDevolucao.EM_CURSO).select_related("pedido_por"))
    resta, incerto = resta_devolver(pagamento), pedido_incerto(pagamento)
    contexto = {"pagamento": pagamento, "resta": resta, "em_curso": em_curso, "incerto": incerto}
    if incerto is not None:
        return Painel("cobrancas/devolver.html", contexto, botao="Perguntar ao banco", visto=incerto.id_devolucao)
    return Painel(
        "cobrancas/devolver.html", contexto, pode=resta > 0, rotulos={"valor": "Valor a devolver"},
        visto=uuid.uuid4().hex,
    )  # fmt: skip


@admin.register(Pagamento)
class PagamentoAdmin(SomenteLeitura, AdminBase):
    """Served by the primary key, newest first, and `pagamento_um_por_provedor`."""

    lista_vazia = "O que os clientes pagarem por link, Pix, carnê ou cartão aparece aqui sozinho."
    campo_filial = "cobranca__filial_id"
    list_display = ["pago", "cobranca_", "provedor_", "id_pagamento", "valor_", "abatido_", "credito_", "taxa_"]
    list_select_related = ["cobranca"]
    search_fields = ["=id_pagamento"]
    search_help_text = "Número do pagamento no provedor (no Pix, o endToEndId)"
    ordering = ["-pk"]
    sortable_by = ()
    pago = coluna_instante("pago_em", "pago em")
    fields = [
        "cobranca_", "provedor_", "id_pagamento", "valor_", "abatido_", "credito_", "taxa_", "pago_em", "recebido_em",
        "data_contabil",
    ]  # fmt: skip
    actions_detail = ["devolver"]

    class Media:
        css = {"all": ["cadastros/telas.css"]}  # numbers stand where the other values stand

    readonly_fields = ["cobranca_", "provedor_", "valor_", "abatido_", "credito_", "taxa_"]

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        termo = search_term.strip()
        if not termo:
            return queryset, False
        provedores = [p.nome for p in todos()]
        return queryset.filter(provedor__in=provedores, id_pagamento=termo), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only a Pix is given back from here; what came by a link, at the provider's own site."""
        pagamento = self.get_object(request, str(object_id))
        e_pix = pagamento is not None and pagamento.cobranca.tipo == Cobranca.Tipo.PIX
        return super().get_actions_detail(request, object_id) if e_pix else []

    @acao_com_motivo(
        titulo="Devolver",
        explicacao="O banco devolve o dinheiro a quem pagou. Quando ele disser que devolveu, o valor sai da conta e o título "
        "volta a ficar em aberto. Não há como voltar atrás.",
        permissao=DEVOLVER,
        botao="Devolver o dinheiro",
        perigosa=True,
        icone="undo",
        atomica=False,
        formulario=FormularioDaDevolucao,
        painel=painel_da_devolucao,
    )
    def devolver(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        status = devolver(
            pagamento_id=queryset.get().pk, valor=envio.campos["valor"], id_devolucao=envio.visto, motivo=motivo,
            usuario=usuario,
        )  # fmt: skip
        return "Devolvido." if status == "DEVOLVIDO" else "Pedido ao banco; a rotina lança quando ele devolver."

    @admin.display(description="cobrança")
    def cobranca_(self, pagamento: Pagamento) -> str:
        return elo("cobrancas_cobranca_change", pagamento.cobranca_id, f"nº {pagamento.cobranca_id}")

    @admin.display(description="por")
    def provedor_(self, pagamento: Pagamento) -> str:
        provedor = procurar(pagamento.provedor)
        return provedor.titulo if provedor else pagamento.provedor

    @admin.display(description="valor")
    def valor_(self, pagamento: Pagamento) -> SafeString:
        return reais(pagamento.valor)

    @admin.display(description="abatido do título")
    def abatido_(self, pagamento: Pagamento) -> SafeString:
        return reais(pagamento.abatido)

    @admin.display(description="virou crédito")
    def credito_(self, pagamento: Pagamento) -> SafeString:
        return reais(pagamento.credito)

    @admin.display(description="taxa")
    def taxa_(self, pagamento: Pagamento) -> SafeString:
        return reais(pagamento.taxa)
