"""All that was said of days, to be looked at and taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.colunas import coluna_dia, coluna_instante
from erp.cadastros.admin.filtros import FilialFilter, PeriodoFilter
from erp.colaboradores.admin.busca import BuscaPorColaborador
from erp.colaboradores.admin.tratar import endereco_do_dia
from erp.colaboradores.models import Tratamento
from erp.colaboradores.services.tratamentos import PERMISSAO, anular

POR_VEZ = 200


class FilialDoTratamentoFilter(FilialFilter):
    caminho = "colaborador__filial_id"


@admin.register(Tratamento)
class TratamentoAdmin(BuscaPorColaborador, SomenteLeitura, AdminBase):
    campo_filial = "colaborador__filial_id"
    list_display = ["tipo_", "colaborador", "dia_", "ate_", "motivo", "autor_", "em_", "vale"]
    list_display_links = ["tipo_"]
    list_select_related = ["colaborador", "autor", "sucessor"]
    list_filter = [("dia", PeriodoFilter), ("tipo", ChoicesDropdownFilter), FilialDoTratamentoFilter]
    list_before_template = "cadastros/periodo_da_lista.html"
    sortable_by = ()
    ordering = ["-id"]
    dia_ = coluna_dia("dia", "dia")
    ate_ = coluna_dia("dia_fim", "até")
    em_ = coluna_instante("em", "tratado em")
    actions = ["anular"]
    actions_detail = ["anular"]
    fields = [
        "colaborador",
        "tipo",
        "dia",
        "dia_fim",
        "momento",
        "marcacao",
        "minutos",
        "motivo",
        "autor_",
        "em",
        "vale",
        "folha_",
    ]
    readonly_fields = ["autor_", "vale", "folha_"]

    @admin.display(description="tratamento")
    def tipo_(self, tratamento: Tratamento) -> str:
        return tratamento.get_tipo_display()

    @admin.display(description="autor")
    def autor_(self, tratamento: Tratamento) -> str:
        return str(tratamento.autor or "a rotina")

    @admin.display(description="vale")
    def vale(self, tratamento: Tratamento) -> str:
        sucessor = getattr(tratamento, "sucessor", None)
        if sucessor is None:
            return "espera por alguém" if tratamento.tipo == Tratamento.Tipo.AUSENCIA else "sim"
        return (
            "anulado"
            if sucessor.tipo == Tratamento.Tipo.ANULACAO
            else f"tratado: {sucessor.get_tipo_display().lower()}"
        )

    @admin.display(description="folha")
    def folha_(self, tratamento: Tratamento) -> SafeString:
        endereco = endereco_do_dia(tratamento.colaborador_id, tratamento.dia)
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500 font-medium" href="{}">Ver o dia</a>', endereco
        )

    @acao_com_motivo(
        titulo="Anular",
        explicacao="O tratamento deixa de valer e as folhas são refeitas. Ele e o motivo dele continuam registrados.",
        permissao=PERMISSAO,
        botao="Anular",
        perigosa=True,
        icone="undo",
    )
    def anular(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        escolhidos = list(queryset.order_by("pk").select_related("colaborador")[: POR_VEZ + 1])
        if len(escolhidos) > POR_VEZ:
            raise ErroDefinitivo("MUITOS", f"São mais de {POR_VEZ} tratamentos.", "Escolha menos de cada vez.")
        for tratamento in sorted(escolhidos, key=lambda t: (t.colaborador_id, t.pk)):
            anular(tratamento=tratamento, motivo=motivo, autor=usuario)
        return f"Anulados: {len(escolhidos)}. As folhas já foram refeitas."

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what is in force, and a person said, is taken back."""
        tratamento = self.get_object(request, str(object_id))
        do_sistema = {Tratamento.Tipo.AUSENCIA, Tratamento.Tipo.ANULACAO}
        if tratamento is None or tratamento.tipo in do_sistema or hasattr(tratamento, "sucessor"):
            return []
        return super().get_actions_detail(request, object_id)
