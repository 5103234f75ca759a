"""Fila: the list where a clerk hunts what did not go, and the page where a message tells its whole story.

No COUNT(*), no sorting by a click, no look-up that a filter does not declare: `filtros.py` says the index of each.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import BooleanField, Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from erp.acesso.admin_base import AdminBase, SomenteLeitura
from filas.admin import formatos, mascara
from filas.admin.acoes import acao_de_cancelar, acao_de_reprocessar
from filas.admin.colunas import coluna
from filas.admin.em_massa import ComEmMassa, contexto_do_filtro
from filas.admin.filtros import CausaFiltro, ContextoFiltro, IdadeFiltro, RegistroFiltro, SituacaoFiltro
from filas.admin.pagina import ComPagina
from filas.admin.procura import ComProcura
from filas.admin.topo import contexto_do_topo
from filas.causas import causa_de
from filas.estado import conhecidos, parados, titulo_do_contexto
from filas.models import Mensagem

Situacao = Mensagem.Situacao
CORES = {formatos.NOMES[s]: cor for s, cor in formatos.CORES.items()}


@admin.register(Mensagem)
class MensagemAdmin(ComPagina, ComEmMassa, ComProcura, SomenteLeitura, AdminBase):
    mostra_inteiro = mascara.VER_DOCUMENTOS
    reprocessar = acao_de_reprocessar
    cancelar = acao_de_cancelar
    list_display = ("registro", "integracao", "situacao_", "causa_", "tentativas_", "criada", "seguinte")
    list_filter = (SituacaoFiltro, CausaFiltro, ContextoFiltro, IdadeFiltro, RegistroFiltro)
    list_display_links = ("registro",)
    list_filter_sheet = True
    list_before_template = "admin/filas/topo_da_lista.html"
    ordering = ("-pk",)
    sortable_by = ()
    actions = ("reprocessar", "cancelar")
    actions_detail = ("reprocessar", "cancelar")

    class Media:
        css = {"all": ["pdv/retaguarda.css", "filas/fila.css"]}

    def get_urls(self) -> list[Any]:
        return [
            path("agora/", self.admin_site.admin_view(self.agora), name="filas_mensagem_agora"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas: QuerySet[Any] = super().get_queryset(request)
        inteiro = Value(mascara.ve_documentos(request), output_field=BooleanField())
        parados_ = [r.nome for r in parados()]
        parada = Case(When(contexto__in=parados_, then=True), default=False, output_field=BooleanField())
        anotadas: QuerySet[Any] = linhas.annotate(inteiro=inteiro, parada=parada)
        return anotadas.defer("conteudo", "retorno", "curl", "mensagem")

    def get_list_display(self, request: HttpRequest) -> Any:
        """With one integration only, its name on every line says nothing."""
        return [nome for nome in self.list_display if nome != "integracao" or len(conhecidos()) > 1]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing but the declared filters: `?retorno__contains=x` would read the table."""
        return lookup in {filtro.parameter_name for filtro in self.list_filter}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        extra = {"title": "Fila", **(extra_context or {})}
        if self.has_view_permission(request):
            extra |= contexto_do_topo(request) | contexto_do_filtro(request)
        resposta: HttpResponse = super().changelist_view(request, extra)
        if isinstance(resposta, TemplateResponse) and (desde := getattr(request, "janela_desde", None)):
            texto = f"A lista procurou desde {formatos.data_hora(desde)}. Para ver mais antigas, escolha uma situação."
            messages.info(request, texto)
        return resposta

    def agora(self, request: HttpRequest) -> HttpResponse:
        """The numbers above the list, as they are now: asked by the page itself every few seconds."""
        self._exigir(request)
        return TemplateResponse(request, "admin/filas/topo.html", contexto_do_topo(request))

    @coluna("registro")
    def registro(self, m: Any) -> str:
        return mascara.chave(m.chave, inteiro=m.inteiro)

    @coluna("integração")
    def integracao(self, m: Mensagem) -> str:
        return titulo_do_contexto(m.contexto)

    @coluna("situação", cores=CORES)
    def situacao_(self, m: Mensagem) -> str:
        return formatos.NOMES[Situacao(m.situacao)]

    @coluna("causa do erro", vazio="")
    def causa_(self, m: Mensagem) -> str:
        return causa_de(m.causa).titulo if m.situacao == Situacao.ERRO else ""

    @coluna("tentativas")
    def tentativas_(self, m: Mensagem) -> str:
        return str(m.tentativas)

    @coluna("criada")
    def criada(self, m: Mensagem) -> str:
        return formatos.curta(m.criada_em)

    @coluna("o que vem")
    def seguinte(self, m: Any) -> str:
        match m.situacao:
            case Situacao.PENDENTE if m.parada:
                return "Espera a integração"
            case Situacao.PENDENTE:
                return f"Tenta {formatos.daqui_a(m.proxima_tentativa_em, timezone.now())}"
            case Situacao.ENVIANDO:
                return f"Reservada até {timezone.localtime(m.reservada_ate):%H:%M:%S}" if m.reservada_ate else ""
            case Situacao.ERRO:
                return f"Espera você desde {formatos.curta(m.erro_em)}" if m.erro_em else "Espera você"
            case Situacao.SUCESSO:
                return f"Aceita {formatos.curta(m.terminada_em)}"
        return f"Saiu da fila {formatos.curta(m.terminada_em)}"
