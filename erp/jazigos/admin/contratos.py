"""Maintenance contracts: made, changed, ended; and all that was charged by each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import DropdownFilter

from erp.acesso import escopo
from erp.acesso.acoes import Envio, FormularioDeMotivo, Painel
from erp.acesso.admin_base import acao_com_motivo
from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.campos import CampoNumero
from erp.cadastros.admin.colunas import coluna_dia
from erp.cadastros.admin.filtros import VencimentoFilter
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.formatos import reais, texto_reais
from erp.jazigos.admin.comum import CampoDia, CemiterioFilter, FormularioDoJazigo, do_titular
from erp.jazigos.models import ContratoManutencao
from erp.jazigos.selectors import cobrancas_de, proxima_fatura
from erp.jazigos.services import encerrar_contrato, gravar_contrato, mudar_valor, registrar_contrato
from erp.jazigos.services.contratos import situacao

_REGRAS = [
    ("dia_vencimento", "dias_antecedencia"), "regra_rateio", ("indice", "mes_reajuste"), "defasagem_indice",
    "deflacao_reduz",
]  # fmt: skip
MAXIMO = Decimal("9999999999.99")


class SituacaoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("pendentes", "Com pendência"), ("vigentes", "Vigentes"), ("terminados", "Terminados")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        hoje = timezone.localdate()
        if self.value() == "pendentes":
            return queryset.exclude(pendencia="")
        if self.value() == "vigentes":
            return queryset.filter(Q(fim__isnull=True) | Q(fim__gte=hoje), inicio__lte=hoje)
        return queryset.filter(fim__lt=hoje) if self.value() == "terminados" else queryset


class FormularioContrato(FormularioDoJazigo):
    cobrar_desde = CampoDia(
        required=False, label="Cobrar desde",
        help_text="Para um contrato antigo, que até aqui se cobrava de outro jeito. Em branco: desde o início.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "valor" in self.fields:
            self.fields["valor"].required = False
            self.fields["valor"].help_text = "Em branco: o valor do cemitério."


class FormularioEncerrar(FormularioDeMotivo):
    fim = CampoDia(help_text="O último dia que se cobra. Pode já ter passado.")


class FormularioValor(FormularioDeMotivo):
    valor = CampoNumero(2, MAXIMO)


def painel_do_fim(usuario: User, queryset: QuerySet[Any]) -> Painel:
    return Painel("jazigos/encerrar.html", {"contrato": _um(queryset)}, rotulos={"fim": "Último dia"})


def painel_do_valor(usuario: User, queryset: QuerySet[Any]) -> Painel:
    return Painel("jazigos/mudar_valor.html", {"contrato": _um(queryset)}, rotulos={"valor": "Valor novo por período"})


def _um(queryset: QuerySet[Any]) -> Any:
    return queryset.select_related("jazigo__cemiterio", "titular").get()


@admin.register(ContratoManutencao)
class ContratoManutencaoAdmin(CadastroAdmin):
    form = FormularioContrato
    campo_filial = "cemiterio__filial_id"
    list_display = ["numero", "jazigo", "titular", "valor_", "situacao_", "gera", "motivo_pendencia"]
    list_display_links = ["numero", "jazigo"]
    list_select_related = ["jazigo__cemiterio", "titular"]
    list_filter = [SituacaoFilter, CemiterioFilter, ("fim", VencimentoFilter)]
    busca_reservada = True
    search_fields = ["id"]
    search_help_text = "Número do contrato (J12), ou nome, código ou documento do titular"
    autocomplete_fields = ["jazigo", "titular"]
    sortable_by = ()
    gera = coluna_dia("gerar_em", "próxima geração")
    readonly_fields = ["extrato"]
    actions_detail = ["mudar_valor", "encerrar"]

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            ajuda = "As regras (vencimento, índice, mês do reajuste, rateio) vêm do cemitério; depois de salvar, mudam-se aqui."
            campos = ["jazigo", "titular", "valor", ("inicio", "fim"), "cobrar_desde"]
            return [(None, {"fields": campos, "description": ajuda})]
        dados = ["jazigo", "titular", ("valor", "periodicidade"), ("inicio", "fim")]
        return [
            (None, {"fields": dados}),
            ("Cobranças e reajustes", {"fields": ["extrato"]}),
            ("Regras deste contrato", {"fields": _REGRAS, "classes": ["collapse"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What was charged stands on these; the value and the end change by actions that put right what was charged."""
        fixos = ["jazigo", "valor", "periodicidade", "inicio", "fim"] if obj else []
        return [*self.readonly_fields, *fixos]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        usuario = usuario_de(request)
        if not escopo.ve_filial(usuario, obj.jazigo.cemiterio.filial_id):
            raise PermissionDenied
        if change:
            gravar_contrato(obj, usuario=usuario)
        else:
            if obj.valor is None:
                obj.valor = obj.jazigo.cemiterio.valor_manutencao
            registrar_contrato(obj, cobrar_desde=form.cleaned_data["cobrar_desde"], parametros={}, usuario=usuario)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A contract ends, and what was charged by it stays."""
        return False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """No new value where nothing is left to be charged."""
        contrato = self.get_object(request, str(object_id))
        acoes = super().get_actions_detail(request, object_id)
        terminado = contrato is not None and contrato.gerar_em is None
        return [acao for acao in acoes if not (terminado and acao.method.__name__ == "mudar_valor")]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip()
        if not termo:
            return queryset, False
        numero = termo.upper().removeprefix("J").partition("-")[0]
        if numero.isascii() and numero.isdecimal() and len(numero) < 10:
            return queryset.filter(pk=int(numero)), False
        return do_titular(queryset, termo), False

    @admin.display(description="contrato")
    def numero(self, contrato: ContratoManutencao) -> str:
        return str(contrato)

    @admin.display(description="valor")
    def valor_(self, contrato: ContratoManutencao) -> SafeString:
        return reais(contrato.valor)

    @admin.display(description="pendência")
    def motivo_pendencia(self, contrato: ContratoManutencao) -> str:
        return contrato.pendencia.partition(" para ")[0] or "–"  # the whole of it is on its page

    @rotulo("situação", {"pendente": "danger", "vigente": "success", "futuro": "info", "terminado": "warning"})
    def situacao_(self, contrato: ContratoManutencao) -> tuple[str, str]:
        hoje = timezone.localdate()
        if contrato.pendencia:
            return "pendente", "Com pendência"
        if contrato.inicio > hoje:
            return "futuro", "Por começar"
        return ("vigente", "Vigente") if contrato.vigente(hoje) else ("terminado", "Terminado")

    @admin.display(description="")
    def extrato(self, contrato: ContratoManutencao) -> SafeString:
        contexto = {
            "contrato": contrato,
            "cobrancas": cobrancas_de(contrato),
            "reajustes": contrato.reajustes.order_by("-pk")[:20],
            "proxima": proxima_fatura(situacao(contrato)),
        }
        return mark_safe(render_to_string("jazigos/extrato.html", contexto))

    @acao_com_motivo(
        titulo="Mudar o valor",
        explicacao="Vale da próxima cobrança em diante; o ano até o próximo reajuste conta dali. O que já foi cobrado não muda.",
        permissao="jazigos.mudar_valor_contratomanutencao",
        botao="Mudar o valor",
        icone="price_change",
        formulario=FormularioValor,
        painel=painel_do_valor,
    )
    def mudar_valor(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        feito = mudar_valor(
            contrato_id=queryset.get().pk, valor=envio.campos["valor"], motivo=motivo, usuario=usuario
        )  # fmt: skip
        antes, depois = texto_reais(feito.valor_anterior), texto_reais(feito.valor_novo)
        return f"O valor passa de {antes} a {depois} em {feito.vale_desde:%d/%m/%Y}."

    @acao_com_motivo(
        titulo="Encerrar",
        explicacao="Diga o último dia do contrato. Dali em diante não se cobra mais nada.",
        permissao="jazigos.encerrar_contratomanutencao",
        botao="Encerrar o contrato",
        perigosa=True,
        icone="event_busy",
        formulario=FormularioEncerrar,
        painel=painel_do_fim,
    )
    def encerrar(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        feito = encerrar_contrato(
            contrato_id=queryset.get().pk, fim=envio.campos["fim"], motivo=motivo, usuario=usuario
        )  # fmt: skip
        acerto = ""
        if feito.abatido:
            acerto += f" Deixou de ser devido: {texto_reais(feito.abatido)}."
        if feito.devolver:
            acerto += f" A devolver ao titular: {texto_reais(feito.devolver)} (título a pagar)."
        return f"O contrato {feito.contrato} termina em {envio.campos['fim']:%d/%m/%Y}.{acerto}"
