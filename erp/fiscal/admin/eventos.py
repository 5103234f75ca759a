"""What emitters said of notes: the list, with the orphans, and the page of one, with its files."""

from __future__ import annotations

import json
from typing import Any, Final

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import DropdownFilter

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso import escopo
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.filtros import PeriodoFilter
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import limpar
from erp.fiscal.arquivos import PERMISSAO_XML
from erp.fiscal.chave import chave_bem_formada, partes_da_chave
from erp.fiscal.consultas import CORES_DO_DESFECHO, PERMISSAO_CONSULTAR, arquivos_dos, perguntar_de
from erp.fiscal.emissores.portas import TIPOS, nomes, obter_emissor
from erp.fiscal.models import ArquivoDoEmissor, EventoNota
from erp.provedores.corpos import mascarado

D = EventoNota.Desfecho
_ARQUIVOS: Final = {
    "xml": ("xml", "application/xml; charset=utf-8", "xml"),
    "cancelamento": ("xml_evento", "application/xml; charset=utf-8", "cancelamento.xml"),
    "danfe": ("danfe", "application/pdf", "pdf"),
}
_PDF: Final = b"%PDF-"


class DesfechoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`evento_nota_desfecho`."""

    title = "o que se fez"
    parameter_name = "desfecho"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(d.value), str(d.label)) for d in (D.ORFAO, D.CONTRADIZ, D.REJEITADA, D.APLICADO, D.SEM_NOVIDADE)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value() or ""
        return queryset.filter(desfecho=int(valor)) if valor in {str(d.value) for d in D} else queryset


@admin.register(EventoNota)
class EventoNotaAdmin(SomenteLeitura, AdminBase):
    """Newest first. Served by the primary key, `evento_nota_desfecho`, `evento_nota_recebido` and `evento_nota_chave`.

    Orphans are of nobody's filial: seen by all who see events.
    """

    lista_vazia = "O que o emissor das notas avisar aparece aqui, depois de conferido com ele."
    list_display = ["recebido", "nota_curta", "situacao", "desfecho_", "explicacao", "emissor_"]
    list_display_links = ["recebido", "nota_curta"]
    list_filter = [DesfechoFilter, ("recebido_em", PeriodoFilter)]
    list_before_template = "cadastros/periodo_da_lista.html"
    search_fields = ["chave"]
    search_help_text = "Chave de acesso, ou a referência da nota no emissor"
    ordering = ["-pk"]
    sortable_by = ()
    actions_detail = ["consultar"]
    recebido = coluna_instante("recebido_em", "recebido")
    fields = [
        "nota", "emissor_", "situacao", "status", "desfecho_por_extenso", "explicacao", "documento_", "chave_", "cstat",
        "mensagem", "protocolo", "arquivos", "webhook", "recebido_em", "ultimo_em", "vezes", "consultar_em", "resposta_",
    ]  # fmt: skip
    readonly_fields = [
        "nota", "emissor_", "desfecho_por_extenso", "documento_", "chave_", "arquivos", "webhook", "resposta_",
    ]  # fmt: skip

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas: QuerySet[Any] = super().get_queryset(request)
        das_minhas = escopo.restringir(EventoNota.objects.all(), usuario_de(request), "documento__filial_id")
        linhas = linhas.annotate(pode_baixar=Value(usuario_de(request).has_perm(PERMISSAO_XML)))
        return linhas.filter(Q(documento__isnull=True) | Q(pk__in=das_minhas.values("pk"))).defer("resposta")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip()
        if not termo:
            return queryset, False
        achados = Q(emissor__in=nomes(), tipo__in=list(TIPOS), ref=termo)  # `evento_nota_unico`
        chave = limpar(termo)
        return queryset.filter(achados | Q(chave=chave) if chave else achados), False

    def get_urls(self) -> list[Any]:
        def arquivo(request: HttpRequest, pk: int, qual: str) -> HttpResponse:
            return self.arquivo(request, pk, qual)

        nome = "fiscal_eventonota_arquivo"
        return [
            path("<int:pk>/arquivo/<str:qual>/", self.admin_site.admin_view(arquivo), name=nome),
            *super().get_urls(),
        ]

    @sensivel("fiscal.arquivo_do_emissor_baixado")
    def arquivo(self, request: HttpRequest, pk: int, qual: str) -> HttpResponse:
        """A file as the emitter gave it, always as a download: it was written by others. Audited."""
        if not usuario_de(request).has_perm(PERMISSAO_XML) or not self.has_view_permission(request):
            raise PermissionDenied
        evento = self.get_object(request, str(pk))
        if evento is None or qual not in _ARQUIVOS:
            raise Http404("Este arquivo não existe.")
        campo, tipo, fim = _ARQUIVOS[qual]
        valor = ArquivoDoEmissor.objects.filter(evento=evento).values_list(campo, flat=True).first()
        if valor is None:
            raise Http404("O emissor não deu este arquivo.")
        conteudo = bytes(valor)
        if qual == "danfe" and not conteudo.startswith(_PDF):  # some emitters give the NFC-e's as a page
            tipo, fim = "application/octet-stream", "html"
        with transaction.atomic():
            registrar(
                acao="fiscal.arquivo_do_emissor_baixado", ator=ator_usuario(usuario_de(request)),
                objeto="fiscal.eventonota", objeto_id=str(evento.pk), depois={"arquivo": qual, "chave": evento.chave},
            )  # fmt: skip
        return HttpResponse(
            conteudo,
            content_type=tipo,
            headers={
                "Content-Disposition": f'attachment; filename="{evento.chave or f"evento-{evento.pk}"}.{fim}"',
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "Cache-Control": "no-store",
            },
        )

    @acao_com_motivo(
        titulo="Consultar agora",
        explicacao="O emissor é perguntado já, sem esperar a rotina. O documento só anda para a frente, e nada é feito em dobro.",
        permissao=PERMISSAO_CONSULTAR,
        botao="Consultar",
        icone="refresh",
        atomica=False,
    )
    def consultar(self, queryset: QuerySet[EventoNota], motivo: str, usuario: User) -> str:
        return perguntar_de(queryset.get(), motivo=motivo, usuario=usuario)

    @admin.display(description="nota")
    def nota(self, evento: EventoNota) -> str:
        return f"{evento.get_tipo_display()} {evento.ref}"

    @admin.display(description="nota")
    def nota_curta(self, evento: EventoNota) -> str:
        """By number and series, which fit in a line; by the emitter's own word when there is no key."""
        if not chave_bem_formada(evento.chave):
            return self.nota(evento)
        partes = partes_da_chave(evento.chave)
        return format_html(
            '<span class="whitespace-nowrap">{} {}/{}</span>', evento.get_tipo_display(), partes.numero, partes.serie
        )

    @admin.display(description="emissor")
    def emissor_(self, evento: EventoNota) -> str:
        emissor = obter_emissor(evento.emissor)
        return emissor.titulo if emissor else evento.emissor

    @rotulo("o que se fez", CORES_DO_DESFECHO)
    def desfecho_(self, evento: EventoNota) -> tuple[int, str]:
        return evento.desfecho, str(evento.get_desfecho_display())

    @admin.display(description="o que se fez")
    def desfecho_por_extenso(self, evento: EventoNota) -> str:
        return str(evento.get_desfecho_display())

    @admin.display(description="chave")
    def chave_(self, evento: EventoNota) -> SafeString | str:
        if not evento.chave:
            return "–"
        return format_html(
            '<span class="block font-mono text-xs" style="overflow-wrap:anywhere">{}</span>', evento.chave
        )

    @admin.display(description="documento fiscal")
    def documento_(self, evento: EventoNota) -> SafeString | str:
        if evento.documento_id is None:
            return "nenhum: a nota não chegou do PDV"
        return _elo(reverse("admin:fiscal_documentofiscal_change", args=[evento.documento_id]), "ver o documento")

    @admin.display(description="aviso recebido")
    def webhook(self, evento: EventoNota) -> SafeString | str:
        if evento.webhook_id is None:
            return "nenhum: fomos nós que perguntamos"
        return _elo(
            reverse("admin:provedores_webhookrecebido_change", args=[evento.webhook_id]), f"nº {evento.webhook_id}"
        )

    @admin.display(description="arquivos")
    def arquivos(self, evento: Any) -> SafeString:
        arquivos = arquivos_dos([evento]).get(evento.pk, ())
        contexto = {"evento": evento, "arquivos": arquivos, "pode_baixar": evento.pode_baixar}
        return mark_safe(render_to_string("fiscal/arquivos_do_evento.html", contexto))

    @admin.display(description="resposta do emissor")
    def resposta_(self, evento: EventoNota) -> SafeString:
        texto = mascarado(json.dumps(evento.resposta).encode())
        return format_html('<pre class="text-xs" style="white-space:pre-wrap;overflow-wrap:anywhere">{}</pre>', texto)


def _elo(endereco: str, texto: str) -> SafeString:
    return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', endereco, texto)
