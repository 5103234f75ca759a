"""The diff report: what the last comparison found, record by record."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from erp.sincronizacao.admin import textos
from erp.sincronizacao.admin.filtros import EntidadeFiltro, TipoDeDiferencaFiltro
from erp.sincronizacao.cliente import Vizinha
from erp.sincronizacao.models import Diferenca
from erp.sincronizacao.selectors import ultima_execucao
from erp.sincronizacao.services.passadas import CAMINHO_COMPARAR
from filas.admin import formatos
from filas.admin.colunas import coluna

CORES = {"Falta aqui": "warning", "Só existe aqui": "info", "Está diferente": "danger"}


@admin.register(Diferenca)
class DiferencaAdmin(SomenteLeitura, AdminBase):
    mostra_inteiro = VER_DOCUMENTOS
    list_display = ("codigo_", "cadastro", "tipo_", "campos_", "vista")
    list_filter = (EntidadeFiltro, TipoDeDiferencaFiltro)
    list_before_template = "admin/sincronizacao/diferencas_topo.html"
    ordering = ("entidade", "chave")
    sortable_by = ()

    class Media:
        css = {"all": ["pdv/retaguarda.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        inteiro = Value(textos.le_documentos(request), output_field=BooleanField())
        linhas: QuerySet[Any] = super().get_queryset(request)
        anotadas: QuerySet[Any] = linhas.annotate(inteiro=inteiro)
        return anotadas

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in {"entidade", "tipo"}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        ultima = ultima_execucao(CAMINHO_COMPARAR)
        extra = {
            "ultima": f"{ultima.get_situacao_display()}, {formatos.curta(ultima.criada_em)}" if ultima else _vista(),
            "rotina": textos.rotina_url(CAMINHO_COMPARAR),
            "faltam": Vizinha().faltam(),
        }
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        d = self.get_object(request, object_id) if object_id else None
        if d is None or not self.has_view_permission(request, d):
            return super().changeform_view(request, object_id, form_url, extra_context)  # refuses, its way
        titulo = f"{textos.ENTIDADE_DE.get(d.entidade, d.entidade)}: {textos.codigo(d)}"
        contexto = {
            **self.admin_site.each_context(request), "opts": self.opts, "media": self.media, "original": d,
            "title": titulo, "titulo": titulo, "lista": "admin:sincronizacao_diferenca_changelist",
            "selo": d.get_tipo_display(), "cor": CORES[d.get_tipo_display()],
            "frase": "Assim estava quando os dois lados foram comparados; nada foi mudado por isso.",
            "fatos": [("Comparado em", formatos.data_hora(d.vista_em))],
            **textos.lados(d),
        }  # fmt: skip
        return TemplateResponse(request, "admin/sincronizacao/lados.html", contexto)

    @coluna("código")
    def codigo_(self, d: Any) -> SafeString:
        return textos.inteiro(textos.codigo(d))

    @coluna("cadastro")
    def cadastro(self, d: Diferenca) -> str:
        return textos.ENTIDADE_DE.get(d.entidade, d.entidade)

    @coluna("o que difere", cores=CORES)
    def tipo_(self, d: Diferenca) -> str:
        return d.get_tipo_display()

    @coluna("campos", vazio="")
    def campos_(self, d: Diferenca) -> SafeString:
        return textos.em_lista(d.entidade, d.campos)

    @coluna("comparado")
    def vista(self, d: Diferenca) -> str:
        return formatos.curta(d.vista_em)


def _vista() -> str:
    """When what is listed was seen, for runs are thrown away long before."""
    vista = Diferenca.objects.values_list("vista_em", flat=True).first()
    return formatos.curta(vista) if vista else ""
