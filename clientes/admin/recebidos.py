"""What the webservice received, one row a request: a window, masked for whoever may not read documents.

The list never counts, and each of its queries has an index: the newest by the primary key; accepted are nearly all,
refused have a partial index; a filial has its own; a period is a range of ids (`filas.faixas`); the search asks for the
whole code or ID.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import BooleanField, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Left
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from auditoria.rules import mascarar_texto
from clientes.admin.filtros import FilialDoRecebidoFilter, PeriodoDoRecebidoFilter, ResultadoFilter
from clientes.admin.leitura import Visor
from clientes.models import Cliente, RegistroRecebido
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO, limpar

CORES = {1: "success", 2: "info", 3: "danger"}
ACHADOS = 500
Resultado = RegistroRecebido.Resultado


@admin.register(RegistroRecebido)
class RegistroRecebidoAdmin(SomenteLeitura, AdminBase):
    """The bodies are read on the page only: a list of fifty must not carry fifty of them."""

    mostra_inteiro = PERMISSAO
    list_display = ["quando", "resultado_", "nome", "codigo", "filial_", "registro", "motivo"]
    list_display_links = ["quando"]
    list_filter = [ResultadoFilter, FilialDoRecebidoFilter, ("recebido_em", PeriodoDoRecebidoFilter)]
    busca_reservada = True
    search_fields = ["pk"]  # shows the box; `get_search_results` does the looking
    search_help_text = "Código do cliente, CPF/CNPJ ou ID (eventId), inteiros"
    ordering = ["-pk"]
    sortable_by = ()

    class Media:
        css = {"all": ["pdv/retaguarda.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas: QuerySet[Any] = super().get_queryset(request)
        anotadas: QuerySet[Any] = linhas.defer("conteudo", "resposta").annotate(
            inteiro=Value(usuario_de(request).has_perm(PERMISSAO), output_field=BooleanField()),
            enviado=Left(Cast(KeyTextTransform("CLIENTE_VAREJO", "conteudo"), TextField()), 60),
            dito=Left(Cast(KeyTextTransform("Mensagem Detalhada", "resposta"), TextField()), 200),
        )
        return anotadas

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip()
        return (queryset.filter(pk__in=achados(termo)) if termo else queryset), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing but the filters: `?conteudo__CPF_CGC__startswith=1` would tell a document one digit at a time."""
        return lookup in {"resultado", "filial", "recebido_em_from", "recebido_em_to"}

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        registro = self.get_object(request, object_id) if object_id else None
        if registro is None or not self.has_view_permission(request, registro):
            return super().changeform_view(request, object_id, form_url, extra_context)  # refuses, its way
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": Visor(inteiro=registro.inteiro).texto(str(registro)),
            "object_id": object_id,
            "title": "Registro recebido",
            "subtitle": None,
            "titulo": "Registro recebido",
            "lista": f"{self.admin_site.name}:clientes_registrorecebido_changelist",
            "registro": registro,
            "cor": CORES[registro.resultado],
            "fatos": self._fatos(request, registro),
            **Visor(inteiro=registro.inteiro).pagina(registro),
        }
        return TemplateResponse(request, "clientes/registro_recebido.html", contexto)

    def _fatos(self, request: HttpRequest, registro: Any) -> list[tuple[str, Any, str]]:
        visor = Visor(inteiro=registro.inteiro)
        return [
            ("Recebido em", registro.recebido_em, ""),
            ("Filial", visor.texto(registro.filial), ""),
            ("ID", visor.texto(registro.id_registro), ""),
            ("Cliente", visor.codigo(registro.codigo_cliente), _endereco_do_cliente(request, registro)),
            ("Status HTTP", str(registro.status_http), ""),
            ("Chave de API", f"{registro.prefixo_chave}…" if registro.prefixo_chave else "", ""),
        ]

    # The columns

    @admin.display(description="recebido em")
    def quando(self, registro: RegistroRecebido) -> Any:
        return registro.recebido_em

    @rotulo("resultado", CORES)
    def resultado_(self, registro: RegistroRecebido) -> tuple[int, str]:
        return registro.resultado, registro.get_resultado_display()

    @admin.display(description="nome enviado")
    def nome(self, registro: Any) -> str:
        return (registro.enviado if registro.inteiro else mascarar_texto(registro.enviado or "")) or "–"

    @admin.display(description="cliente")
    def codigo(self, registro: Any) -> str:
        return Visor(inteiro=registro.inteiro).codigo(registro.codigo_cliente) or "–"

    @admin.display(description="filial")
    def filial_(self, registro: Any) -> str:
        return Visor(inteiro=registro.inteiro).texto(registro.filial) or "–"

    @admin.display(description="ID")
    def registro(self, registro: Any) -> str:
        return Visor(inteiro=registro.inteiro).texto(registro.id_registro)

    @admin.display(description="motivo da recusa")
    def motivo(self, registro: Any) -> str:
        dito = (
            (registro.dito or "").removeprefix("CLIENTES_VAREJO: ") if registro.resultado == Resultado.RECUSADO else ""
        )
        visto = dito if registro.inteiro else mascarar_texto(dito)
        return f"{visto[:139]}…" if len(visto) > 140 else visto or "–"


def achados(termo: str) -> set[int]:
    """The newest requests of a customer, or with an ID. One small query each, so that each uses its index."""
    linhas = RegistroRecebido.objects.order_by("-pk").values_list("pk", flat=True)
    condicoes = (
        Q(codigo_cliente=termo[:64]),
        Q(codigo_cliente=limpar(termo)[:64]) & ~Q(codigo_cliente=""),
        Q(id_registro=termo[:65], resultado__in=[Resultado.INSERIDO, Resultado.ALTERADO]),
        Q(id_registro=termo[:65], resultado=Resultado.RECUSADO),
    )
    return {pk for condicao in condicoes for pk in linhas.filter(condicao)[:ACHADOS]}


def _endereco_do_cliente(request: HttpRequest, registro: Any) -> str:
    """The customer's page, for who may open it; a refused one may have none."""
    if not registro.codigo_cliente or not (registro.inteiro and usuario_de(request).has_perm("clientes.view_cliente")):
        return ""
    if not Cliente.objects.filter(pk=registro.codigo_cliente).exists():
        return ""
    return reverse("admin:clientes_cliente_change", args=[quote(registro.codigo_cliente)])
