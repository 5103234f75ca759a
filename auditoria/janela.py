"""Admin lists that stay cheap at ten million rows, and pages that are windows, not doors.

It lives here, in the lowest layer, because the audit list needs it; `erp.acesso.admin_base` builds on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.checks import ModelAdminChecks
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property

if TYPE_CHECKING:
    # unfold is untyped; what it adds to Django's own class is appearance.
    from django.contrib.admin import ModelAdmin

    _ModelAdmin = ModelAdmin[Any]
    _PaginaBase = Page[Any]
    _PaginadorBase = Paginator[Any]
else:
    from unfold.admin import ModelAdmin as _ModelAdmin

    _PaginaBase, _PaginadorBase = Page, Paginator

PAGINA_MAXIMA = 1000


class _Pagina(_PaginaBase):
    def has_next(self) -> bool:
        """Asked of the database as one more row, never by counting."""
        return self.number < self.paginator.num_pages and self._existe_a_seguinte

    @cached_property
    def _existe_a_seguinte(self) -> bool:
        fim = self.number * self.paginator.per_page
        linhas: Any = self.paginator.object_list
        return bool(linhas[fim : fim + 1].exists() if isinstance(linhas, QuerySet) else linhas[fim : fim + 1])


class InfinitePaginator(_PaginadorBase):
    """Previous and next, never a count. The class name is the one that unfold's templates look for.

    Pages end at `PAGINA_MAXIMA`: further down an OFFSET reads everything it skips, and nobody reads that far.
    """

    template_name = "admin/paginacao_sem_contagem.html"
    pagina: Page[Any] | None = None

    @cached_property
    def count(self) -> int:
        """Not a count: enough for the admin to believe that there may be more than one page."""
        return self.per_page * PAGINA_MAXIMA + 1

    @cached_property
    def num_pages(self) -> int:
        return PAGINA_MAXIMA

    def page(self, number: int | str) -> Page[Any]:
        numero = self.validate_number(number)
        inicio = (numero - 1) * self.per_page
        self.pagina = _Pagina(self.object_list[inicio : inicio + self.per_page], numero, self)
        return self.pagina


PaginadorSemContagem = InfinitePaginator


def e_chave(modelo: type[Model], texto: str) -> bool:
    """Whether it may be the key of a row of this table: what no page of ours sent is no reason to fail."""
    try:
        modelo._meta.pk.to_python(texto)
    except ValidationError:
        return False
    return "\0" not in texto


class AdminSemContagem(_ModelAdmin):
    """A list that never runs COUNT(*), nor offers facets (a count for each filter)."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = PaginadorSemContagem
    list_per_page = 50
    list_filter_submit = True
    checks_class = ModelAdminChecks  # unfold's asks the database for permissions: no command could run before migrate

    def get_paginator(
        self,
        request: HttpRequest,
        queryset: Any,
        per_page: int,
        orphans: int = 0,
        allow_empty_first_page: bool = True,
    ) -> Paginator[Any]:
        if queryset.model is LogEntry:  # one object's history: short, and its page shows the count
            return Paginator(queryset, per_page, orphans, allow_empty_first_page)
        return super().get_paginator(request, queryset, per_page, orphans, allow_empty_first_page)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A filter with a null character, which no text of the database has, is left out with the others."""
        if any("\0" in valor for valores in request.GET.lists() for valor in valores[1]):
            return HttpResponseRedirect(request.path)
        if request.method == "POST" and not all(
            e_chave(self.model, texto) for texto in request.POST.getlist(ACTION_CHECKBOX_NAME)
        ):
            return HttpResponseRedirect(request.get_full_path())
        resposta: HttpResponse = super().changelist_view(request, extra_context)
        return resposta


class SomenteLeitura:
    """Mixin of an admin or inline that only shows. Put it first in the list of bases."""

    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without the way to Django's history: nothing is changed by this form, so that page is empty."""
        context["show_history"] = False
        resposta: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]  # of the admin that takes this mixin
        return resposta
