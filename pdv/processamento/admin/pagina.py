"""The page of one row: facts gathered by a selector, and the buttons of the acts that this person may do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from pdv.processamento.admin.lista import ListaRapida

Fato = tuple[str, str, str]  # label, value, address or nothing


class ComPagina(ListaRapida):
    """`modelo_da_pagina` is the template; `contexto(request, objeto)` what it shows beyond the title and buttons."""

    modelo_da_pagina = ""
    list_display_links: Any = ()

    def contexto(self, request: HttpRequest, objeto: Any) -> dict[str, Any]:
        raise NotImplementedError

    def cabe(self, acao: str, objeto: Any) -> bool:
        """Whether a button makes sense for this row; the service refuses the act anyway."""
        return True

    def onde_esta(self, request: HttpRequest, object_id: str) -> str:
        """The page of what took the place of a row that is gone; empty when nothing did."""
        return ""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The row, if it is of a filial that this person sees; otherwise it does not exist, as for any unknown id."""
        if object_id is None:
            raise PermissionDenied  # nothing is added by hand
        objeto = self.get_object(request, object_id)
        if objeto is None and (outra := self.onde_esta(request, object_id)):
            return HttpResponseRedirect(outra)
        if objeto is None:
            messages.warning(
                request,
                f"{str(self.opts.verbose_name).capitalize()} {object_id}: não existe, ou não é de uma filial sua.",
            )
            return HttpResponseRedirect(reverse("admin:index"))
        if not self.has_view_permission(request, objeto):
            raise PermissionDenied
        lista = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist"
        contexto = {
            **self.admin_site.each_context(request),
            "title": str(objeto)[:1].upper() + str(objeto)[1:],
            "titulo": str(objeto)[:1].upper() + str(objeto)[1:],
            "subtitle": None,
            "opts": self.opts,
            "original": objeto,
            "object_id": object_id,
            "lista": lista,
            "acoes": self._botoes(request, objeto),
            **self.contexto(request, objeto),
        }
        return TemplateResponse(request, self.modelo_da_pagina, contexto)

    def _botoes(self, request: HttpRequest, objeto: Any) -> list[dict[str, str]]:
        return [
            {
                "titulo": str(acao.description),
                "nome": acao.action_name,
                "url": reverse(f"{self.admin_site.name}:{acao.action_name}", args=[objeto.pk]),
            }
            for acao in self.get_actions_detail(request, objeto.pk)
            if self.cabe(acao.method.__name__, objeto)
        ]
