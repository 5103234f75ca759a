"""What was told about the routines: open alarms first, and the door to say that one was seen."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.decorators import display

from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.rotinas.admin.fichas import EXECUTAR, endereco
from erp.rotinas.admin.textos import VAZIO, momento, titulo_da
from erp.rotinas.models import AlarmeRotina
from erp.rotinas.services import marcar_visto

Tipo = AlarmeRotina.Tipo
CORES = {
    Tipo.PERDIDA.value: "danger",
    Tipo.FALHOU.value: "danger",
    Tipo.DEMOROU.value: "warning",
    Tipo.APROVACAO.value: "warning",
    Tipo.ATENCAO.value: "warning",
}


class FiltroAbertos(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "aberto"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sim", "em aberto"), ("nao", "encerrados")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("sim", "nao"):
            return queryset
        return queryset.filter(encerrado_em__isnull=self.value() == "sim")


@admin.register(AlarmeRotina)
class AlarmeRotinaAdmin(SomenteLeitura, AdminBase):
    list_display = ("rotina_", "tipo_", "texto", "vezes", "desde_", "ultimo_", "fim")
    list_display_links = None
    list_filter = (FiltroAbertos, "tipo")
    list_select_related = ("encerrado_por", "execucao")
    sortable_by = ()
    actions = ("visto",)
    actions_detail = ("visto",)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """An alarm has no page of its own: that of its execution, or of its routine, says it all."""
        if not self.has_view_permission(request) or object_id is None:
            raise PermissionDenied
        alarme = self.get_object(request, object_id)
        return HttpResponseRedirect(
            url_do_alarme(alarme) if alarme else reverse("admin:rotinas_alarmerotina_changelist")
        )

    @acao_com_motivo(
        titulo="Marcar como visto",
        explicacao="O alarme sai do painel. Se acontecer de novo, abre-se outro.",
        permissao=EXECUTAR,
        botao="Já vi",
        icone="visibility",
    )
    def visto(self, queryset: QuerySet[AlarmeRotina], motivo: str, usuario: User) -> str:
        vistos = [marcar_visto(alarme=alarme, por=usuario, motivo=motivo) for alarme in queryset.order_by("pk")]
        return "Marcado como visto." if any(vistos) else "Já tinha sido encerrado."

    @admin.display(description="rotina")
    def rotina_(self, alarme: AlarmeRotina) -> SafeString:
        return format_html('<a href="{}">{}</a>', url_do_alarme(alarme), titulo_da(alarme.rotina))

    @display(description="alarme", label=CORES)  # type: ignore[untyped-decorator]  # unfold is untyped
    def tipo_(self, alarme: AlarmeRotina) -> tuple[int, str]:
        return alarme.tipo, alarme.get_tipo_display()

    @admin.display(description="desde")
    def desde_(self, alarme: AlarmeRotina) -> str:
        return momento(alarme.desde)

    @admin.display(description="última vez")
    def ultimo_(self, alarme: AlarmeRotina) -> str:
        return momento(alarme.ultimo_em)

    @admin.display(description="encerrado")
    def fim(self, alarme: AlarmeRotina) -> str:
        if alarme.encerrado_em is None:
            return VAZIO
        quem = f", visto por {alarme.encerrado_por}" if alarme.encerrado_por else ", terminou bem"
        return f"{momento(alarme.encerrado_em)}{quem}"


def url_do_alarme(alarme: AlarmeRotina) -> str:
    """Where it is best looked at: the execution, else the routine."""
    if alarme.execucao is not None:
        return endereco(alarme.execucao)
    return f"{reverse('admin:rotinas_rotinaagendada_changelist')}?{urlencode({'caminho': alarme.rotina})}"
