"""The search of the lists of people, without what was typed in the address.

A CPF, a telephone or an e-mail must not stay in the browser's history nor in the logs of a proxy. The box is sent by
POST, and leads to `?q=` with the term as a ciphertext that only we read (`auditoria/trilha/velado.py`): filters, pages,
order and the way back keep it as they keep any search, and no session holds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from auditoria.trilha.velado import PREFIXO, Ilegivel, revelar, velar_sempre

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList as _ChangeList

    from auditoria.janela import AdminSemContagem

    _Base = AdminSemContagem
else:
    from unfold.views import ChangeList as _ChangeList

    _Base = object

MAIOR_TERMO = 200


class ListaReservada(_ChangeList):
    """`query` is the term; what the addresses of the page repeat is its ciphertext."""

    reservada = True
    termo: str | None = None

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> QuerySet[Any]:
        if self.termo is None:  # an action asks again: what was typed may itself begin as a ciphertext does
            self.termo = self.query = revelar(self.query.strip())
        return super().get_queryset(request, exclude_parameters)

    @property
    def para_procurar(self) -> str:
        """Where the box is sent: this list with its filters, without the search and the page that it is at."""
        return self.get_query_string({SEARCH_VAR: None})


class ComBuscaReservada(_Base):
    """`busca_reservada` is for a list whose box takes a document, a telephone or an e-mail."""

    busca_reservada: bool = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return ListaReservada if self.busca_reservada else super().get_changelist(request, **kwargs)

    @method_decorator(sensitive_post_parameters(SEARCH_VAR))
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        reservada = self.busca_reservada and self.has_view_or_change_permission(request)
        if reservada and (outro := _outro_endereco(request)):
            return HttpResponseRedirect(outro)
        return super().changelist_view(request, extra_context)


def _outro_endereco(request: HttpRequest) -> str:
    """The address of what was typed; of an old address with a term; of the list, where it is no longer read."""
    digitado = request.method == "POST" and SEARCH_VAR in request.POST
    termo = (request.POST if digitado else request.GET).get(SEARCH_VAR, "").replace("\0", "").strip()
    velado = not digitado and termo.startswith(PREFIXO)
    if not digitado and (not termo or (velado and _legivel(termo))):
        return ""
    parametros = request.GET.copy()
    parametros.pop(SEARCH_VAR, None)
    parametros.pop(PAGE_VAR, None)
    if velado:
        messages.warning(request, "Esta busca já não se lê. Procure de novo.")
    elif termo:
        parametros[SEARCH_VAR] = velar_sempre(termo[:MAIOR_TERMO])
    return f"{request.path}?{parametros.urlencode()}" if parametros else request.path


def _legivel(velado: str) -> bool:
    try:
        revelar(velado)
    except Ilegivel:
        return False
    return True
