"""Cemeteries and the rules of their fee."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from erp.cadastros.admin.base import CadastroAdmin, acoes_de_atividade
from erp.cadastros.admin.formularios import FormularioModelo
from erp.cadastros.formatos import reais
from erp.jazigos.admin.comum import CampoMunicipio, nome_do_municipio
from erp.jazigos.models import Cemiterio


class FormularioCemiterio(FormularioModelo):
    codigo_municipio = CampoMunicipio()


@admin.register(Cemiterio)
class CemiterioAdmin(CadastroAdmin):
    form = FormularioCemiterio
    campo_filial = "filial_id"
    campo_ativo = "ativo"
    list_display = ["nome", "municipio", "filial", "valor_", "periodicidade", "indice", "ativo"]
    list_select_related = ["filial"]
    list_filter = ["ativo"]
    search_fields = ["nome"]
    search_help_text = "Nome do cemitério"
    inativar, ativar = acoes_de_atividade("jazigos.change_cemiterio", "ativo")
    actions = ["inativar", "ativar"]
    fieldsets = [
        (None, {"fields": ["nome", "filial", "codigo_municipio", "endereco", "anos_para_exumar", "ativo"]}),
        (
            "Taxa de manutenção",
            {
                "fields": [
                    ("valor_manutencao", "periodicidade"), ("dia_vencimento", "dias_antecedencia"), "regra_rateio",
                ],
                "description": "Conforme a lei do município. Cada contrato novo leva uma cópia destas regras, que nele se "
                "podem mudar; mudar aqui não muda os contratos já feitos.",
            },
        ),
        ("Reajuste", {"fields": [("indice", "mes_reajuste"), "defasagem_indice", "deflacao_reduz"]}),
    ]  # fmt: skip

    @admin.display(description="município")
    def municipio(self, cemiterio: Cemiterio) -> str:
        return nome_do_municipio(cemiterio.codigo_municipio)

    @admin.display(description="manutenção")
    def valor_(self, cemiterio: Cemiterio) -> SafeString:
        return reais(cemiterio.valor_manutencao)
