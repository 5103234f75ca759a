"""Who holds a jazigo, and who rests in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from clientes.models import Cliente
from erp.acesso.acoes import Envio, FormularioDeMotivo, Painel
from erp.acesso.admin_base import acao_com_motivo
from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.colunas import coluna_dia
from erp.cadastros.admin.filtros import PeriodoFilter, VencimentoFilter
from erp.cadastros.formatos import texto_reais
from erp.jazigos.admin.comum import CampoDia, DoJazigoFilter, FormularioDoJazigo, do_titular
from erp.jazigos.models import Concessao, ContratoManutencao, Sepultamento
from erp.jazigos.models.cemiterio import RegraRateio
from erp.jazigos.models.jazigo import SepultamentoQuerySet
from erp.jazigos.rules import mais_meses
from erp.jazigos.services import transferir


class FormularioConcessao(FormularioDoJazigo):
    def clean(self) -> dict[str, Any]:
        dados = super().clean()
        if dados.get("perpetua") and dados.get("fim"):
            self.add_error("fim", "Uma concessão perpétua não tem fim.")
        return dados


class FormularioTransferencia(FormularioDeMotivo):
    codigo = forms.CharField(
        max_length=18, widget=UnfoldAdminTextInputWidget(), help_text="Código ou CPF/CNPJ do cliente."
    )
    em = CampoDia(help_text="O primeiro dia do titular novo.")
    termo = forms.CharField(max_length=30, required=False, widget=UnfoldAdminTextInputWidget())

    def clean_codigo(self) -> Cliente:
        achados = list(Cliente.objects.buscar(self.cleaned_data["codigo"])[:2])
        if len(achados) != 1:
            quantos = "Nenhum cliente tem" if not achados else "Mais de um cliente tem"
            raise ValidationError(f"{quantos} este código ou documento. Procure em Clientes e escreva o código.")
        return achados[0]


def painel_da_transferencia(usuario: User, queryset: QuerySet[Any]) -> Painel:
    concessao = queryset.select_related("jazigo__cemiterio", "titular").get()
    contratos = ContratoManutencao.objects.filter(jazigo=concessao.jazigo).exclude(fim__lt=timezone.localdate())
    contrato = contratos.order_by("-inicio").first()
    inteiro = contrato is not None and contrato.regra_rateio == RegraRateio.INTEGRAL
    contexto = {"concessao": concessao, "contrato": contrato, "inteiro": inteiro}
    rotulos = {"codigo": "Titular novo", "em": "A partir de", "termo": "Termo nº (se houver)"}
    return Painel("jazigos/transferir.html", contexto, rotulos=rotulos)


@admin.register(Concessao)
class ConcessaoAdmin(CadastroAdmin):
    form = FormularioConcessao
    campo_filial = "jazigo__cemiterio__filial_id"
    list_display = ["numero", "jazigo", "titular", "desde", "ate"]
    list_display_links = ["numero", "jazigo"]
    list_select_related = ["jazigo__cemiterio", "titular"]
    list_filter = [DoJazigoFilter, ("fim", VencimentoFilter)]
    busca_reservada = True
    search_fields = ["termo"]
    search_help_text = "Termo, ou nome, código ou documento do titular"
    autocomplete_fields = ["jazigo", "titular"]
    sortable_by = ()
    desde = coluna_dia("inicio", "desde")
    actions_detail = ["transferir_jazigo"]
    fieldsets = [(None, {"fields": ["jazigo", "titular", ("termo", "perpetua"), ("inicio", "fim"), "observacao"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Another titular is another concession, by the action that divides the fee between the two."""
        return ["jazigo", "titular"] if obj else []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip()
        if not termo:
            return queryset, False
        do_termo = queryset.filter(termo=termo)
        return (do_termo if do_termo.exists() else do_titular(queryset, termo)), False

    @admin.display(description="termo")
    def numero(self, concessao: Concessao) -> str:
        return concessao.termo or f"nº {concessao.pk}"

    @admin.display(description="até")
    def ate(self, concessao: Concessao) -> str:
        if concessao.fim is None:
            return "perpétua" if concessao.perpetua else "–"
        return f"{concessao.fim:%d/%m/%Y}"

    @acao_com_motivo(
        titulo="Transferir",
        explicacao="O jazigo passa a outro titular, com a manutenção junto.",
        permissao="jazigos.transferir_concessao",
        botao="Transferir o jazigo",
        icone="swap_horiz",
        formulario=FormularioTransferencia,
        painel=painel_da_transferencia,
    )
    def transferir_jazigo(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        feita = transferir(
            concessao_id=queryset.get().pk, titular=envio.campos["codigo"], em=envio.campos["em"],
            termo=envio.campos["termo"], motivo=motivo, usuario=usuario,
        )  # fmt: skip
        if feita.contrato is None or feita.encerramento is None:
            return f"O jazigo é de {feita.concessao.titular} desde {feita.concessao.inicio:%d/%m/%Y}."
        fim = feita.encerramento
        acerto = f" Deixou de ser devido: {texto_reais(fim.abatido)}; a devolver: {texto_reais(fim.devolver)}."
        return f"O jazigo é de {feita.concessao.titular}, que paga a manutenção pelo contrato {feita.contrato}.{acerto}"


class FormularioSepultamento(FormularioDoJazigo):
    def clean(self) -> dict[str, Any]:
        dados = super().clean()
        jazigo, gaveta = dados.get("jazigo") or getattr(self.instance, "jazigo", None), dados.get("gaveta")
        if jazigo and gaveta and gaveta > jazigo.gavetas:
            self.add_error("gaveta", f"Este jazigo tem {jazigo.gavetas}: a gaveta {gaveta} não existe.")
        inicio, fim = dados.get("sepultado_em"), dados.get("exumado_em")
        if inicio and inicio > timezone.localdate():
            self.add_error("sepultado_em", "Este dia ainda não chegou.")
        if jazigo and inicio and fim:
            anos = jazigo.cemiterio.anos_para_exumar
            if fim < (cedo := mais_meses(inicio, 12 * anos)):
                self.add_error(
                    "exumado_em", f"Antes dos {anos} anos da lei do município: só a partir de {cedo:%d/%m/%Y}."
                )
        return dados


class DesdeFilter(PeriodoFilter):
    dias = None


@admin.register(Sepultamento)
class SepultamentoAdmin(CadastroAdmin):
    form = FormularioSepultamento
    campo_filial = "jazigo__cemiterio__filial_id"
    list_display = ["nome", "jazigo", "gaveta", "quando", "exumacao"]
    list_display_links = ["nome"]
    list_select_related = ["jazigo__cemiterio"]
    list_filter = [DoJazigoFilter, ("sepultado_em", DesdeFilter)]
    search_fields = ["busca"]
    search_help_text = "Palavras do nome"
    autocomplete_fields = ["jazigo", "cliente"]
    sortable_by = ()
    quando = coluna_dia("sepultado_em", "sepultado em")
    exumacao = coluna_dia("exumado_em", "exumado em")
    fieldsets = [
        (None, {"fields": ["jazigo", "gaveta", "nome", "cliente", "certidao", ("sepultado_em", "exumado_em")]})
    ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["jazigo"] if obj else []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        assert isinstance(queryset, SepultamentoQuerySet)
        return queryset.buscar(search_term), False
