"""Fiscal documents: a window, with the XML for who may take it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.filtros import DiaContabilFilter, FilialFilter, OrdemDaJanela
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO as PERMISSAO_DOCUMENTO
from erp.cadastros.documentos import formatar, limpar, mostrar
from erp.cadastros.formatos import reais
from erp.fiscal.arquivos import PERMISSAO_XML, ComArquivos, original
from erp.fiscal.consultas import PERMISSAO_CONSULTAR, eventos_da_chave, perguntar_de, ultimo_da_chave
from erp.fiscal.conteudo import ler_conteudo, ler_estados
from erp.fiscal.models import AvisoFiscal, DocumentoFiscal
from erp.fiscal.selectors import TOTAIS_ATE, geracoes_da_nota, totais_por_situacao, vigentes

MODELOS = {"65": "NFC-e", "59": "CF-e SAT", "55": "NF-e"}
_S = DocumentoFiscal.Situacao
_CORES = {
    _S.AUTORIZADA: "success", _S.CANCELADA: "danger", _S.DENEGADA: "danger", _S.CONTINGENCIA: "warning",
    _S.SEM_PROTOCOLO: "warning", _S.INUTILIZADA: "info", "estorno": "danger",
}  # fmt: skip


class AvisosFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "avisos"
    parameter_name = "avisos"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("com", "Com aviso"), ("grave", "Com aviso grave"), ("sem", "Sem aviso")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        avisos = AvisoFiscal.objects.filter(documento=OuterRef("pk"))
        match self.value():
            case "com":
                return queryset.filter(Exists(avisos))
            case "grave":
                return queryset.filter(Exists(avisos.filter(grave=True)))
            case "sem":
                return queryset.filter(~Exists(avisos))
        return queryset


class ModeloFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "modelo"
    parameter_name = "modelo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(modelo, f"{modelo} – {nome}") for modelo, nome in MODELOS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(modelo=self.value()) if self.value() else queryset


class VigenciaFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """Without a choice, each note once, in the state that stands."""

    title = "gerações"
    parameter_name = "geracoes"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("todas", "Todas, com os estornos")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() == "todas" else vigentes(queryset)


@admin.register(DocumentoFiscal)
class DocumentoFiscalAdmin(ComArquivos, OrdemDaJanela, SomenteLeitura, AdminBase):
    """Served by the primary key (newest first), `documento_dia` (period) and `documento_chave` (one note)."""

    campo_filial = "filial_id"
    mostra_inteiro = PERMISSAO_DOCUMENTO
    list_display = ["emitida", "nota", "filial", "situacao_", "total_", "destinatario", "avisos_", "chave_"]
    list_display_links = ["emitida", "nota"]
    list_select_related = ["filial"]
    list_filter = [
        ("situacao", ChoicesDropdownFilter), AvisosFilter, FilialFilter, ModeloFilter, VigenciaFilter,
        ("data_contabil", DiaContabilFilter),
    ]  # fmt: skip
    search_fields = ["chave"]
    search_help_text = "Chave de acesso, ou número da nota (dentro do período escolhido no filtro)"
    list_before_template = "fiscal/antes_da_lista.html"
    emitida = coluna_instante("emissao", "emissão")
    sortable_by = ()
    actions_detail = ["danfe", "xml", "consultar"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "situacao_por_extenso", "modelo_", "numero_", "chave_", "protocolo", "emissao", "filial", "cnpj",
                    "destinatario", "total_",
                ]
            },
        ),
        ("Estados", {"fields": ["historia"]}),
        ("O que o emissor disse", {"fields": ["do_emissor"]}),
        ("Avisos", {"fields": ["lista_de_avisos"]}),
        ("Conteúdo da nota", {"fields": ["tabelas"]}),
        ("Na retaguarda", {"fields": ["geracao", "estorno", "lancado_em", "data_contabil"]}),
    ]  # fmt: skip
    readonly_fields = [
        "situacao_por_extenso", "modelo_", "numero_", "chave_", "cnpj", "destinatario", "total_", "lista_de_avisos",
        "tabelas", "estorno", "historia", "do_emissor",
    ]  # fmt: skip

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the content, which only one document's page reads."""
        inteiro = Value(usuario_de(request).has_perm(PERMISSAO_DOCUMENTO))
        avisos = Prefetch("avisos", AvisoFiscal.objects.order_by("-grave", "pk"))
        documentos: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(documento_inteiro=inteiro, pode_baixar=Value(usuario_de(request).has_perm(PERMISSAO_XML)))
        )
        return documentos.defer("conteudo").prefetch_related(avisos)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """An emitter is asked only about what it spoke of: elsewhere nobody knows how it calls the note."""
        acoes: list[Any] = super().get_actions_detail(request, object_id)
        documento = self.get_object(request, str(object_id))
        if documento is not None and ultimo_da_chave(documento.chave) is not None:
            return acoes
        return [a for a in acoes if a.method.__name__ != "consultar"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        resposta: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(resposta, TemplateResponse) and resposta.context_data and "cl" in resposta.context_data:
            resposta.context_data["totais"] = totais_por_situacao(resposta.context_data["cl"].queryset)
            resposta.context_data["totais_ate"] = TOTAIS_ATE
        return resposta

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = limpar(search_term)
        if not termo:
            return queryset, False
        achados = Q(chave=termo)
        if termo.isdecimal() and len(termo) <= 9:
            achados |= Q(numero=int(termo))
        return queryset.filter(achados), False

    @admin.display(description="modelo")
    def modelo_(self, documento: DocumentoFiscal) -> str:
        return MODELOS.get(documento.modelo, documento.modelo)

    @admin.display(description="número/série")
    def numero_(self, documento: DocumentoFiscal) -> str:
        return f"{documento.numero}/{documento.serie}"

    @admin.display(description="nota")
    def nota(self, documento: DocumentoFiscal) -> SafeString:
        texto = f"{self.modelo_(documento)} {self.numero_(documento)}"
        return format_html('<span class="whitespace-nowrap">{}</span>', texto)

    @admin.display(description="chave")
    def chave_(self, documento: DocumentoFiscal) -> SafeString:
        grupos = " ".join(documento.chave[i : i + 4] for i in range(0, len(documento.chave), 4))
        return format_html('<span class="block font-mono text-xs" style="width: 16rem">{}</span>', grupos)

    @admin.display(description="total")
    def total_(self, documento: DocumentoFiscal) -> SafeString:
        """What the note says; struck through where it counts for nothing."""
        valor = reais(documento.valor_de_face)
        return valor if documento.valor_nota is None else format_html('<s title="não conta nos totais">{}</s>', valor)

    @admin.display(description="CNPJ do emitente")
    def cnpj(self, documento: DocumentoFiscal) -> str:
        return formatar(documento.cnpj_emitente)

    @admin.display(description="destinatário")
    def destinatario(self, documento: Any) -> SafeString:
        texto = mostrar(documento.documento_destinatario, inteiro=documento.documento_inteiro) or "–"
        return format_html('<span class="whitespace-nowrap">{}</span>', texto)

    @rotulo("situação", _CORES)
    def situacao_(self, documento: DocumentoFiscal) -> tuple[str, str]:
        if documento.estorno_de is not None:
            return "estorno", "Estorno"
        return documento.situacao, documento.get_situacao_display()

    @admin.display(description="situação")
    def situacao_por_extenso(self, documento: DocumentoFiscal) -> str:
        return self.situacao_(documento)[1]

    @rotulo("avisos", {"grave": "danger", "leve": "warning", "nenhum": ""})
    def avisos_(self, documento: DocumentoFiscal) -> tuple[str, str]:
        avisos = documento.avisos.all()
        if not avisos:
            return "nenhum", "–"
        resto = f" +{len(avisos) - 1}" if len(avisos) > 1 else ""
        return ("grave" if avisos[0].grave else "leve"), f"{avisos[0].codigo}{resto}"

    @admin.display(description="")
    def lista_de_avisos(self, documento: DocumentoFiscal) -> SafeString:
        return mark_safe(render_to_string("fiscal/avisos.html", {"avisos": documento.avisos.all()}))

    @admin.display(description="")
    def tabelas(self, documento: DocumentoFiscal) -> SafeString:
        return mark_safe(render_to_string("fiscal/conteudo.html", {"conteudo": ler_conteudo(documento.conteudo)}))

    @admin.display(description="")
    def historia(self, documento: DocumentoFiscal) -> SafeString:
        """The states as the tax authority registered them, and the generations that they made here."""
        contexto = {
            "estados": ler_estados(documento.conteudo),
            "geracoes": geracoes_da_nota(documento),
            "cores": _CORES,
            "este": original(documento),
        }
        return mark_safe(render_to_string("fiscal/historia.html", contexto))

    @admin.display(description="")
    def do_emissor(self, documento: Any) -> SafeString:
        contexto = {"linhas": eventos_da_chave(documento.chave), "pode_baixar": documento.pode_baixar}
        return mark_safe(render_to_string("fiscal/do_emissor.html", contexto))

    @acao_com_motivo(
        titulo="Consultar agora",
        explicacao="O emissor é perguntado já, sem esperar a rotina. O documento só anda para a frente, e nada é feito em dobro.",
        permissao=PERMISSAO_CONSULTAR,
        botao="Consultar",
        icone="refresh",
        atomica=False,
    )
    def consultar(self, queryset: QuerySet[DocumentoFiscal], motivo: str, usuario: User) -> str:
        evento = ultimo_da_chave(queryset.get().chave)
        if evento is None:
            raise ErroDefinitivo("SEM_EMISSOR", "Nenhum emissor falou desta nota.", "Espere o aviso dele.")
        return perguntar_de(evento, motivo=motivo, usuario=usuario)

    @admin.display(description="estorno")
    def estorno(self, documento: DocumentoFiscal) -> str:
        if documento.estorno_de is not None:
            return _elo(documento.estorno_de, f"estorna o documento {documento.estorno_de}")
        inverso = DocumentoFiscal.objects.filter(estorno_de=documento.pk).values_list("pk", flat=True).first()
        return _elo(inverso, f"estornado pelo documento {inverso}") if inverso else "–"


def _elo(documento_id: int, texto: str) -> str:
    endereco = reverse("admin:fiscal_documentofiscal_change", args=[documento_id])
    return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', endereco, texto)
