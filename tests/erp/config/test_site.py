"""The admin's site: who may see what is asked once a page."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import RequestFactory
from django.urls import reverse

from erp.config.site import Site


@pytest.mark.django_db
def test_a_lista_e_feita_uma_vez_por_pagina_e_de_novo_na_seguinte() -> None:
    assert isinstance(admin.site, Site)  # ours stands where unfold's stood
    pessoa = User.objects.create_user("ana", is_staff=True)
    pagina = RequestFactory().get(reverse("admin:index"))  # naming a path loads the pages
    pagina.user = pessoa
    assert admin.site.get_app_list(pagina) == []
    pessoa.groups.add(Group.objects.get(name="TI"))
    assert admin.site.get_app_list(pagina) == []
    seguinte = RequestFactory().get("/admin/")
    seguinte.user = User.objects.get(pk=pessoa.pk)
    aplicativos = {app["app_label"] for app in admin.site.get_app_list(seguinte)}
    assert "auth" in aplicativos
    assert {app["app_label"] for app in admin.site.get_app_list(seguinte, "auth")} == {"auth"}
