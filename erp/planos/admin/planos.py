"""Plans, as they are sold."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from erp.cadastros.admin.base import CadastroAdmin, acoes_de_atividade
from erp.cadastros.formatos import reais
from erp.planos.models import Plano


@admin.register(Plano)
class PlanoAdmin(CadastroAdmin):
    """What changes here is for who buys from then on."""

    campo_ativo = "ativo"
    list_display = [
        "nome",
        "valor",
        "carencia_dias",
        "dias_para_suspender",
        "meses_para_cancelar",
        "avisos_exigidos",
        "ativo",
    ]
    list_filter = ["ativo"]
    search_fields = ["nome"]
    search_help_text = "Nome do plano"
    sortable_by = ()
    inativar, ativar = acoes_de_atividade("planos.change_plano", "ativo")
    actions = ["inativar", "ativar"]
    fieldsets = [
        (None, {"fields": ["nome", "descricao", "valor_mensal", "dependentes_maximo", "ativo"]}),
        ("Carência", {"fields": ["carencia_dias", "carencia_reativacao_dias"]}),
        (
            "Atraso",
            {
                "fields": ["dias_para_suspender", "meses_para_cancelar", "avisos_exigidos", "dias_entre_avisos"],
                "description": "Cada contrato leva uma cópia destes números no dia da venda: mudar aqui vale para quem "
                "contratar daqui em diante, e não muda os contratos que já existem.",
            },
        ),
    ]

    @admin.display(description="valor mensal")
    def valor(self, plano: Plano) -> SafeString:
        return reais(plano.valor_mensal)
