"""The admin's site: unfold's, with the list of what a person may see made once a page, and with our forms of passwords."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from erp.acesso.senhas import FormularioDaPropriaSenha, FormularioDeEntrada

GUARDADA = "_lista_do_admin"


class BuscaDeEscolha(AutocompleteJsonView):
    """By POST: what is typed to choose a customer may be a CPF, which no address may hold."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        request.GET = request.POST  # where Django looks for the question
        return self.get(request)


class Site(UnfoldAdminSite):  # type: ignore[misc]  # unfold has no types
    """The list asks four permissions of each of some hundred models; every page wants it two to four times."""

    login_form = FormularioDeEntrada

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        if app_label is not None:
            return list(super().get_app_list(request, app_label))
        if not hasattr(request, GUARDADA):
            setattr(request, GUARDADA, super().get_app_list(request))
        return list(getattr(request, GUARDADA))

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:
        return BuscaDeEscolha.as_view(admin_site=self)(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """unfold's, which names its form where nobody can put another."""
        request.current_app = self.name
        pagina = PasswordChangeView.as_view(
            form_class=FormularioDaPropriaSenha,
            success_url=reverse(f"{self.name}:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
            **({"template_name": self.password_change_template} if self.password_change_template is not None else {}),
        )
        return pagina(request)
