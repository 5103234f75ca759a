"""The board: one row per till and day, four numbers, and why they are not equal."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from erp.acesso.acoes import acao_com_motivo
from erp.acesso.escopo import filiais_de
from pdv.conferencia import atos, exportacao, services
from pdv.conferencia.admin import pagina
from pdv.conferencia.admin.filtros import DiaFiltro, QuandoFiltro, SituacaoFiltro
from pdv.conferencia.models import DiaConferido
from pdv.conferencia.textos import FAIXAS_NA_LISTA, em_frase, faixas_em_palavras, ha_quanto
from pdv.processamento import formatos
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.filtros import FilialFiltro, PontoVendaFiltro
from pdv.processamento.admin.pagina import ComPagina

Situacao = DiaConferido.Situacao
VER = "conferencia.ver_conferencia"
ACEITAR = "conferencia.aceitar_diferenca"
PEDIR = "replicacao.replicar_de_novo"
CORES = {
    Situacao.CONFERE.label: "success",
    Situacao.ANDAMENTO.label: "warning",
    Situacao.DIFERENCA.label: "danger",
    Situacao.SEM_MANIFESTO.label: "default",
}
MOTIVOS_NA_LISTA = 2
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@admin.register(DiaConferido)
class DiaConferidoAdmin(ComPagina):
    campo_tempo = "calculado_em"
    ordering = ["-dia", "ponto_venda"]
    list_select_related = ["ponto_venda"]
    list_display = [
        "dia_",
        "pdv",
        "situacao_",
        "por_que",
        "no_pdv",
        "recebido",
        "lancado",
        "fiscal",
        "faltam",
        "nao_lancado",
    ]
    list_display_links = ["dia_"]
    list_filter = [SituacaoFiltro, FilialFiltro, PontoVendaFiltro, QuandoFiltro, ("dia", DiaFiltro)]
    list_before_template = "admin/pdv/conferencia_topo.html"
    modelo_da_pagina = "admin/pdv/conferencia_dia.html"
    actions = ["aceitar"]
    actions_detail = ["pedir", "aceitar"]

    class Media:
        css = {"all": ["pdv/retaguarda.css", "pdv/conferencia.css"]}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(VER)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(VER)

    def _precisa_de_janela(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        topo = pagina.topo(filiais_de(request.user), timezone.now(), request.GET.urlencode())
        return super().changelist_view(request, {**(extra_context or {}), "topo": topo})

    @coluna("dia")
    def dia_(self, d: DiaConferido) -> str:
        return formatos.data(d.dia)

    @coluna("PDV")
    def pdv(self, d: DiaConferido) -> str:
        return format_html('<span class="rtg-nome-pdv">{}</span>', str(d.ponto_venda))

    @coluna("situação", cores=CORES)
    def situacao_(self, d: DiaConferido) -> str:
        return d.get_situacao_display()

    @coluna("no PDV")
    def no_pdv(self, d: DiaConferido) -> str:
        return _par(d.pdv_quantidade, d.pdv_valor) if d.tem_manifesto else "não disse"

    @coluna("recebido")
    def recebido(self, d: DiaConferido) -> str:
        outro = (d.pdv_quantidade, d.pdv_valor) if d.tem_manifesto else None
        return _par(d.recebido_quantidade, d.recebido_valor, outro)

    @coluna("lançado")
    def lancado(self, d: DiaConferido) -> str:
        return _par(d.lancado_quantidade, d.lancado_valor, (d.recebido_quantidade, d.recebido_valor))

    @coluna("fiscal")
    def fiscal(self, d: DiaConferido) -> str:
        if not d.esperado_quantidade and not d.fiscal_quantidade:
            return "sem vendas com nota"
        esperado = (d.esperado_quantidade, d.esperado_valor)
        return _par(d.fiscal_quantidade, d.fiscal_valor, esperado, f" de {formatos.numero(d.esperado_quantidade)}")

    @coluna("faltam", vazio="")
    def faltam(self, d: DiaConferido) -> str:
        if not d.faltando_quantidade:
            return ""
        nomes = faixas_em_palavras(d.faltando, FAIXAS_NA_LISTA)
        return format_html("<span><strong>{}</strong>: {}</span>", formatos.numero(d.faltando_quantidade), nomes)

    @coluna("não lançado", vazio="")
    def nao_lancado(self, d: DiaConferido) -> str:
        if not d.nao_lancado_valor:
            return ""
        ha = f"há {ha_quanto((timezone.now() - d.nao_lancado_desde).total_seconds())}" if d.nao_lancado_desde else ""
        return format_html(
            '<span class="rtg-numero">{}<br><span class="rtg-discreto">{}</span></span>',
            formatos.reais(d.nao_lancado_valor), ha,
        )  # fmt: skip

    @coluna("por quê", vazio="")
    def por_que(self, d: DiaConferido) -> str:
        frase = em_frase(d.motivos, tem_manifesto=d.tem_manifesto, limite=MOTIVOS_NA_LISTA)
        aceita = f"Aceita por {d.aceita_por}. " if d.aceita_em else ""
        return format_html('<span class="rtg-porque">{}{}</span>', aceita, frase[:1].upper() + frase[1:])

    @acao_com_motivo(
        titulo="Aceitar a diferença",
        explicacao="O dia continua sem conferir, mas deixa de dar alarme enquanto nada nele mudar. "
        "Use quando a diferença tem explicação.",
        permissao=ACEITAR,
        botao="Aceitar a diferença",
        icone="task_alt",
    )
    def aceitar(self, queryset: QuerySet[DiaConferido], motivo: str, usuario: User) -> str:
        quantos = atos.aceitar_diferenca(linhas=queryset, motivo=motivo, usuario=usuario)
        return "Diferença aceita." if quantos == 1 else f"Diferença aceita em {quantos} dias."

    @acao_com_motivo(
        titulo="Pedir de novo ao PDV",
        explicacao="O PDV recebe o pedido no próximo contato e replica de novo as operações que diz já ter enviado e que "
        "não estão aqui.",
        permissao=PEDIR,
        botao="Pedir de novo ao PDV",
        icone="sync",
    )
    def pedir(self, queryset: QuerySet[DiaConferido], motivo: str, usuario: User) -> str:
        pedidas = sum(atos.pedir_as_que_faltam(linha=d, motivo=motivo, usuario=usuario) for d in queryset)
        return f"{formatos.quantos(pedidas, 'operação pedida', 'operações pedidas')}; acompanhe em Comandos aos PDVs."

    def cabe(self, acao: str, objeto: DiaConferido) -> bool:
        if acao == "pedir":
            return any(m["codigo"] == "FALTANDO" for m in objeto.motivos)
        return objeto.situacao != Situacao.CONFERE and objeto.aceita_em is None

    def contexto(self, request: HttpRequest, objeto: DiaConferido) -> dict[str, Any]:
        return pagina.contexto(objeto, timezone.now()) | {
            "titulo": f"{formatos.data(objeto.dia)}, PDV {objeto.ponto_venda}",
            "recalcular": reverse("admin:conferencia_diaconferido_recalcular", args=[objeto.pk]),
        }

    def get_urls(self) -> list[URLPattern]:
        visao = self.admin_site.admin_view
        return [
            path("exportar/<str:formato>/", visao(self.exportar), name="conferencia_diaconferido_exportar"),
            path("<int:pk>/recalcular/", visao(self.recalcular), name="conferencia_diaconferido_recalcular"),
            *super().get_urls(),
        ]

    def recalcular(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Compute one day now; clicked twice, it computes twice and says the same."""
        if request.method != "POST":
            raise Http404
        linha = self.get_object(request, str(pk)) if self.has_view_permission(request) else None
        if linha is None:
            raise PermissionDenied
        if services.recalcular_dia(ponto_venda_id=linha.ponto_venda_id, dia=linha.dia) is None:
            messages.info(request, "Não há mais nada deste dia; ele saiu do quadro.")
            return HttpResponseRedirect(reverse("admin:conferencia_diaconferido_changelist"))
        messages.success(request, "Recalculado agora.")
        return HttpResponseRedirect(reverse("admin:conferencia_diaconferido_change", args=[pk]))

    def exportar(self, request: HttpRequest, formato: str) -> HttpResponse | StreamingHttpResponse | FileResponse:
        """What the list shows under its filters, every page of it; more than `LINHAS_MAXIMO` rows are refused, not cut."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if formato not in ("csv", "xlsx"):
            raise Http404
        dias = self.get_changelist_instance(request).get_queryset(request)
        maximo = exportacao.LINHAS_MAXIMO
        if dias[maximo : maximo + 1].exists():
            messages.warning(request, f"O filtro mostra mais de {formatos.numero(maximo)} dias: filtre mais e exporte.")
            lista = reverse("admin:conferencia_diaconferido_changelist")
            return HttpResponseRedirect(f"{lista}?{request.GET.urlencode()}")
        assert isinstance(request.user, User)
        atos.registrar_exportacao(usuario=request.user, formato=formato, filtros=request.GET.urlencode())
        nome = f"conferencia-{timezone.localdate():%Y-%m-%d}.{formato}"
        resposta: HttpResponse | StreamingHttpResponse
        if formato == "csv":
            resposta = StreamingHttpResponse(
                exportacao.em_csv(dias.iterator(1000)), content_type="text/csv; charset=utf-8"
            )
        else:
            resposta = HttpResponse(exportacao.em_xlsx(dias.iterator(1000)), content_type=XLSX)
        resposta["Content-Disposition"] = f'attachment; filename="{nome}"'
        return resposta


def _par(quantidade: int, valor: Any, outro: tuple[int, Any] | None = None, depois: str = "") -> SafeString:
    """Count over money; what differs from its neighbour is red and says so."""
    difere = outro is not None and (quantidade, valor) != outro
    return format_html(
        '<span class="rtg-numero{}"{}>{}{}{}<br>{}</span>',
        " rtg-negativo" if difere else "", SafeString(' title="Diferente do anterior"') if difere else "",
        "≠ " if difere else "", formatos.numero(quantidade), depois, formatos.reais(valor),
    )  # fmt: skip
