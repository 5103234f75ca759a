"""What does not agree among sale, note, receivable and settlement: the kinds with their money, and the list, oldest first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter

from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.escopo import filiais_de
from erp.cadastros.admin.filtros import FilialFilter, VencimentoFilter
from erp.cadastros.admin.usuario import usuario_de
from pdv.conciliacao import exportacao, selectors, services
from pdv.conciliacao.models import ABERTO, DISPENSADO, Achado
from pdv.conciliacao.textos import frase, idade, paginas
from pdv.conciliacao.tipos import PARES, SAIDAS, Par, Tipo
from pdv.processamento import formatos
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.templatetags.pdv_formatos import para

VER: Final = "conciliacao.ver_conciliacao"
EXPORTAR: Final = "conciliacao.exportar_conciliacao"
CONFERIR: Final = "conciliacao.conferir_conciliacao"
IDADES: Final = {"1": (0, 1, "Hoje e ontem"), "7": (2, 7, "De 2 a 7 dias"), "30": (8, 30, "De 8 a 30 dias"),
                 "mais": (31, None, "Mais de 30 dias")}  # fmt: skip
DISPENSAR: Final = "conciliacao.dispensar_conciliacao"
SITUACOES: Final = {
    "abertos": ("Não concorda", ABERTO, ("desde", "pk")),
    "dispensados": ("Dispensado por alguém", DISPENSADO, ("-dispensado_em", "-pk")),
    "resolvidos": ("Voltou a concordar", Q(resolvido_em__isnull=False), ("-resolvido_em", "-pk")),
}


class SituacaoFiltro(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """What is open, unless somebody asks for what was dismissed (`achado_dispensado`) or agrees again (`achado_resolvido`)."""

    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(nome, texto) for nome, (texto, *_) in SITUACOES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(_situacao(self.value())[1])


def _situacao(nome: str | None) -> tuple[str, Q, tuple[str, ...]]:
    return SITUACOES.get(nome or "", SITUACOES["abertos"])


class TipoFiltro(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`achado_do_tipo`."""

    title = "o que não concorda"
    parameter_name = "tipo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(t.value, str(t.label)) for t in Tipo]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(tipo=self.value()) if self.value() in Tipo.values else queryset


class ParFiltro(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`achado_do_par`."""

    title = "entre"
    parameter_name = "par"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(p.value, str(p.label)) for p in Par]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(par=self.value()) if self.value() in Par.values else queryset


class IdadeFiltro(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`achado_aberto`: in days of the shop."""

    title = "idade"
    parameter_name = "idade"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(nome, texto) for nome, (_, _, texto) in IDADES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in IDADES:
            return queryset
        de, ate, _ = IDADES[self.value()]
        queryset = queryset.filter(desde__lt=_fim_do_dia(de))
        return queryset if ate is None else queryset.filter(desde__gte=_fim_do_dia(ate + 1))


def _fim_do_dia(dias: int) -> datetime:
    """The end of the day that was so many days ago."""
    dia = timezone.localdate() - timedelta(days=dias - 1)
    return timezone.make_aware(datetime.combine(dia, time.min))


@admin.register(Achado)
class AchadoAdmin(SomenteLeitura, AdminBase):
    campo_filial = "filial_id"
    list_display = ["tipo_", "idade_", "valor_", "filial_", "saida"]
    list_display_links = ["tipo_"]
    list_select_related = ["filial"]
    list_filter = [SituacaoFiltro, TipoFiltro, ParFiltro, FilialFilter, IdadeFiltro, ("desde", VencimentoFilter)]
    list_filter_sheet = True
    list_before_template = "admin/pdv/conciliacao_topo.html"
    sortable_by = ()
    actions = ["dispensar", "reabrir"]

    class Media:
        css = {"all": ["pdv/retaguarda.css", "pdv/conciliacao.css"]}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return usuario_de(request).has_perm(VER)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return usuario_de(request).has_perm(VER)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """The oldest first; of what was dismissed or resolved, the last."""
        return list(_situacao(request.GET.get("situacao"))[2])

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().changelist_view(request, {**(extra_context or {}), "topo": self._topo(request)})

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A row has no page of its own: it leads to the first that it is about."""
        achado = self.get_object(request, object_id) if self.has_view_permission(request) else None
        onde = next((url for _, url in paginas(achado) if para(url, request)), "") if achado else ""
        return HttpResponseRedirect(onde or reverse("admin:conciliacao_achado_changelist"))

    def _topo(self, request: HttpRequest) -> dict[str, Any]:
        usuario, agora = usuario_de(request), timezone.now()
        totais = {total.tipo: total for total in selectors.totais(filiais_de(usuario))}
        lista, conferida = reverse("admin:conciliacao_achado_changelist"), selectors.conferida_em()
        filtros = request.GET.urlencode()
        exportar = f"{reverse('admin:conciliacao_achado_exportar')}{'?' if filtros else ''}{filtros}"
        return {
            "grupos": [
                {"titulo": par.label, "quadros": [_quadro(totais[t], lista, agora) for t in tipos if t in totais]}
                for par, tipos in PARES.items() if any(t in totais for t in tipos)
            ],
            "conferida": formatos.data_hora(conferida) if conferida else "",
            "filtrada": bool(filtros),
            "exportar": exportar if usuario.has_perm(EXPORTAR) and totais else "",
            "conferir": reverse("admin:conciliacao_achado_conferir") if usuario.has_perm(CONFERIR) else "",
        }  # fmt: skip

    @coluna("o que não concorda", cores={p.value: c for p, c in zip(Par, ("info", "warning", "danger"), strict=True)})
    def tipo_(self, a: Achado) -> tuple[str, str]:
        return a.par, str(a.get_tipo_display())

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """After the kind, the column whose links are those that this person may open."""
        tipo, *resto = self.list_display
        return [tipo, coluna_com_elos(request), *resto]

    @coluna("idade")
    def idade_(self, a: Achado) -> SafeString:
        fim = f"resolvido em {formatos.data(timezone.localdate(a.resolvido_em))}" if a.resolvido_em else ""
        if not fim and a.dispensado_em:
            fim = f"dispensado em {formatos.data(timezone.localdate(a.dispensado_em))}"
        return format_html(
            '<span class="cnc-idade" title="Desde {}">{}<br><span class="rtg-discreto">{}</span></span>',
            formatos.data_hora(a.desde), idade(a.desde, a.resolvido_em or timezone.now()),
            fim or f"desde {formatos.data(timezone.localdate(a.desde))}",
        )  # fmt: skip

    @coluna("em jogo")
    def valor_(self, a: Achado) -> SafeString:
        return formatos.a_direita(formatos.reais(a.valor))

    @coluna("filial")
    def filial_(self, a: Achado) -> str:
        return str(a.filial) if a.filial_id and a.filial else "de nenhuma"

    @coluna("o que fazer")
    def saida(self, a: Achado) -> SafeString:
        if a.dispensado_em and not a.resolvido_em:
            return format_html('<span class="cnc-saida">Dispensado por {}: {}</span>', a.dispensado_por, a.motivo)
        return format_html('<span class="cnc-saida">{}</span>', SAIDAS[Tipo(a.tipo)])

    def get_urls(self) -> list[URLPattern]:
        visao = self.admin_site.admin_view
        return [
            path("exportar/", visao(self.exportar), name="conciliacao_achado_exportar"),
            path("conferir/", visao(self.conferir), name="conciliacao_achado_conferir"),
            *super().get_urls(),
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Dismiss what is open; put back what was dismissed."""
        cabe = {"abertos": "dispensar", "dispensados": "reabrir"}.get(request.GET.get("situacao", "abertos"))
        return {nome: acao for nome, acao in super().get_actions(request).items() if nome == cabe}

    @acao_com_motivo(
        titulo="Dispensar",
        explicacao="Sai desta lista e dos totais o que você sabe que está certo, ou que já se resolveu de outro modo. Nada é "
        "mudado na venda, na nota, no título nem na cobrança. Se o caso mudar, volta sozinho.",
        permissao=DISPENSAR,
        botao="Dispensar",
        icone="task_alt",
    )
    def dispensar(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        n = services.dispensar(achados=queryset, usuario=usuario, motivo=motivo)
        return f"{formatos.quantos(n, 'caso dispensado', 'casos dispensados')}."

    @acao_com_motivo(
        titulo="Voltar para a lista",
        explicacao="O que foi dispensado volta para a lista e para os totais.",
        permissao=DISPENSAR,
        botao="Voltar para a lista",
        icone="undo",
    )
    def reabrir(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        n = services.reabrir(achados=queryset, usuario=usuario, motivo=motivo)
        return f"{formatos.quantos(n, 'caso de volta', 'casos de volta')} na lista."

    def conferir(self, request: HttpRequest) -> HttpResponse:
        """Ask for a computation now; clicked twice, one waits."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not (self.has_view_permission(request) and usuario_de(request).has_perm(CONFERIR)):
            raise PermissionDenied
        try:
            services.pedir(usuario=usuario_de(request))
        except ErroDefinitivo:
            messages.info(request, "Já há um pedido de conferir esperando. Atualize a página em um minuto.")
        else:
            messages.success(request, "Pedido feito. Atualize a página em um minuto.")
        return HttpResponseRedirect(reverse("admin:conciliacao_achado_changelist"))

    def exportar(self, request: HttpRequest) -> StreamingHttpResponse:
        """What the list shows under its filters, every page of it, up to `LINHAS_MAXIMO` rows."""
        if not (self.has_view_permission(request) and usuario_de(request).has_perm(EXPORTAR)):
            raise PermissionDenied
        achados = self.get_changelist_instance(request).get_queryset(request)[: exportacao.LINHAS_MAXIMO]
        services.registrar_exportacao(usuario=usuario_de(request), filtros=request.GET.urlencode()[:500])
        resposta = StreamingHttpResponse(
            exportacao.em_csv(achados.iterator(1000), timezone.now()), content_type="text/csv; charset=utf-8"
        )
        resposta["Content-Disposition"] = f'attachment; filename="conciliacao-{timezone.localdate():%Y-%m-%d}.csv"'
        return resposta


def coluna_com_elos(request: HttpRequest) -> Callable[[Achado], SafeString]:
    """What does not agree in a sentence, and the pages that it is about."""

    @coluna("como")
    def o_que(a: Achado) -> SafeString:
        elos = format_html_join(
            " · ",
            '<a class="rtg-elo" href="{}">{}</a>',
            ((url, nome) for nome, url in paginas(a) if para(url, request)),
        )
        texto = frase(a)
        return format_html(
            '<span class="cnc-o-que">{}<br>{} <span class="rtg-discreto rtg-mono">{}</span></span>',
            texto[:1].upper() + texto[1:], elos, a.tipo,
        )  # fmt: skip

    return o_que


def _quadro(total: selectors.Total, lista: str, agora: datetime) -> dict[str, str]:
    return {
        "titulo": str(total.tipo.label),
        "valor": formatos.reais(total.valor),
        "detalhe": f"{formatos.quantos(total.quantos, 'caso', 'casos')}, o mais antigo: {idade(total.desde, agora)}",
        "url": f"{lista}?tipo={total.tipo.value}",
    }
