"""Lines of acquirers' files: what each met, the sale that a person chooses for it, and a match undone."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import RADIO_CLASSES

from erp.acesso.acoes import Envio, FormularioDeMotivo, Painel
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.cadastros.admin.colunas import coluna_dia
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.formatos import reais, texto_reais
from erp.cobrancas.models import ArquivoTef, LinhaTef
from erp.cobrancas.services.escolha_tef import MOSTRADAS, candidatas, desfazer, escolher
from erp.financeiro.admin.origem import elo

ESCOLHER: Final = "cobrancas.escolher_linhatef"
S = LinhaTef.Situacao


class SemCampo(forms.HiddenInput):
    """The panel has the choices, as buttons of the same form; here are only its help and its errors."""

    input_type = "text"  # shown by the page: a hidden one has no place for errors

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        return SafeString("")


class FormularioDaEscolha(FormularioDeMotivo):
    venda = forms.IntegerField(
        min_value=1, max_value=2**63 - 1, widget=SemCampo,
        error_messages={"required": "Escolha a venda que esta linha paga.", "invalid": "Escolha uma venda da lista."},
    )  # fmt: skip


def painel_da_escolha(usuario: User, queryset: QuerySet[Any]) -> Painel:
    linha = queryset.select_related("arquivo__layout__adquirente").get()
    vendas = candidatas(linha, usuario)
    contexto = {
        "linha": linha, "vendas": vendas, "ha_mais": len(vendas) >= MOSTRADAS, "botao": " ".join(RADIO_CLASSES),
    }  # fmt: skip
    return Painel("cobrancas/escolher_tef.html", contexto, pode=bool(vendas), rotulos={"venda": ""})


class ArquivoFilter(admin.SimpleListFilter):
    """`tef_linha_uma`: one file, by the link of its page."""

    title = "arquivo"
    parameter_name = "arquivo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        recentes = ArquivoTef.objects.order_by("-pk")[:20]
        return [(str(a.pk), f"{a.nome} ({a.em:%d/%m/%Y})") for a in recentes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value() or ""
        return queryset.filter(arquivo_id=int(valor)) if valor.isdecimal() and len(valor) < 19 else queryset


@admin.register(LinhaTef)
class LinhaTefAdmin(SomenteLeitura, AdminBase):
    """What acquirers say that they paid; newest first, served by the primary key, `tef_linha_uma` and `tef_linha_sem_par`."""

    campo_filial = "arquivo__layout__conta__filial_id"
    list_display = ["linha", "dia_", "nsu", "autorizacao", "parcela", "valor_", "taxa_", "situacao_", "como", "venda"]
    list_display_links = ["linha"]
    list_select_related = ["arquivo__layout", "evento"]
    list_filter = [("situacao", ChoicesDropdownFilter), ArquivoFilter]
    ordering = ["-pk"]
    sortable_by = ()
    dia_ = coluna_dia("dia", "venda de")
    fields = [
        "situacao", "como", "venda", "valor_bruto", "da_taxa", "dia", "pago_em", "nsu", "autorizacao", "parcela", "arquivo",
        "numero",
    ]  # fmt: skip
    readonly_fields = ["valor_bruto", "da_taxa", "como", "venda"]
    actions_detail = ["escolher", "desfazer"]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Choose while it paid nothing; undo while it paid."""
        linha = self.get_object(request, str(object_id))
        acoes = super().get_actions_detail(request, object_id)
        if linha is None:
            return []
        cabe = "desfazer" if linha.situacao == S.CASADA else "escolher" if linha.valor > 0 else ""
        return [acao for acao in acoes if acao.method.__name__ == cabe]

    @acao_com_motivo(
        titulo="Escolher a venda",
        explicacao="Diga qual venda em cartão esta linha paga. O título baixa, o dinheiro entra na conta do leiaute e a taxa "
        "sai, como se a linha a tivesse achado sozinha. Dá para desfazer.",
        permissao=ESCOLHER,
        botao="Esta linha paga esta venda",
        icone="link",
        formulario=FormularioDaEscolha,
        painel=painel_da_escolha,
    )
    def escolher(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        escolher(linha_id=queryset.get().pk, evento_id=envio.campos["venda"], motivo=motivo, usuario=usuario)
        return "Venda liquidada por esta linha."

    @acao_com_motivo(
        titulo="Desfazer a liquidação",
        explicacao="O dinheiro sai da conta, a taxa volta, o título da venda fica de novo em aberto e a venda espera a sua "
        "linha. Esta linha não é tentada de novo sozinha: escolha a venda certa.",
        permissao=ESCOLHER,
        botao="Desfazer",
        perigosa=True,
        icone="link_off",
    )
    def desfazer(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        desfazer(linha_id=queryset.get().pk, motivo=motivo, usuario=usuario)
        return "Desfeita: o título está de novo em aberto."

    @admin.display(description="linha")
    def linha(self, linha: LinhaTef) -> str:
        return f"{linha.arquivo.nome[:30]}, {linha.numero}"

    @admin.display(description="valor bruto")
    def valor_(self, linha: LinhaTef) -> SafeString:
        return reais(linha.valor)

    @admin.display(description="valor bruto")
    def valor_bruto(self, linha: LinhaTef) -> str:
        return f"R$ {texto_reais(linha.valor)}"

    @admin.display(description="taxa")
    def da_taxa(self, linha: LinhaTef) -> str:
        return f"R$ {texto_reais(linha.taxa)}"

    @admin.display(description="taxa")
    def taxa_(self, linha: LinhaTef) -> SafeString:
        return reais(linha.taxa)

    @rotulo("situação", {S.SEM_PAR: "warning", S.CASADA: "success", S.AMBIGUA: "danger", S.RECUSADA: "danger"})
    def situacao_(self, linha: LinhaTef) -> tuple[int, str]:
        return linha.situacao, str(linha.get_situacao_display())

    @admin.display(description="por quê")
    def como(self, linha: LinhaTef) -> str:
        if linha.escolhida_por:
            return f"{linha.criterio} ({linha.escolhida_por.partition(':')[2]}): {linha.motivo}"
        if linha.situacao == S.SEM_PAR and linha.pago_em > timezone.localdate():
            return f"a adquirente só paga em {linha.pago_em:%d/%m/%Y}"
        return linha.criterio or linha.problema or "nenhuma venda serve ainda; será tentada de novo"

    @admin.display(description="venda")
    def venda(self, linha: LinhaTef) -> str:
        return elo("cobrancas_tefevento_change", linha.evento_id, str(linha.evento)) if linha.evento_id else "nenhuma"
