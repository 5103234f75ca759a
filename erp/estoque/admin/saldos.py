"""The balances: a page of its own under the admin, for the admin takes no model with a composite key."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from erp.acesso import escopo
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.models import Filial
from erp.estoque.models import Saldo, SaldoProduto
from erp.estoque.selectors import Cursor, pagina_de_saldos, valor_do_estoque

POR_PAGINA = 100


@admin.register(SaldoProduto)
class SaldoProdutoAdmin(SomenteLeitura, AdminBase):
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return usuario_de(request).has_perm("estoque.view_saldo")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.changelist_view(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Balances by page, each beginning where the one before ended: page 1,000 costs what page 1 costs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        filiais = list(escopo.restringir(Filial.objects.all(), usuario_de(request), "pk"))
        escolhida = next((f for f in filiais if str(f.pk) == request.GET.get("filial")), None)
        busca, negativos = request.GET.get("q", "").strip()[:100], request.GET.get("negativos") == "1"
        depois = _ler_cursor(request.GET.get("depois", ""))
        visiveis = frozenset([escolhida.pk] if escolhida else [f.pk for f in filiais])
        saldos = list(
            pagina_de_saldos(visiveis, busca=busca, negativos=negativos, depois=depois, quantos=POR_PAGINA + 1)
        )
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Saldos de estoque",
            "filiais": filiais,
            "escolhida": escolhida,
            "busca": busca,
            "negativos": negativos,
            "depois": depois,
            "saldos": saldos[:POR_PAGINA],
            "valor_total": valor_do_estoque(escolhida.pk) if escolhida and depois is None else None,
            "proxima": _proxima(request, saldos),
            "inicio": _endereco(request, None),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "estoque/saldos.html", contexto)


def _ler_cursor(texto: str) -> Cursor | None:
    codigo, _, filial = texto.partition("-")
    if not (codigo.isdecimal() and filial.isdecimal() and len(codigo) < 19 and len(filial) < 19):
        return None
    return Cursor(int(codigo), int(filial))


def _proxima(request: HttpRequest, saldos: list[Saldo]) -> str:
    if len(saldos) <= POR_PAGINA:
        return ""
    ultimo = saldos[POR_PAGINA - 1]
    return _endereco(request, f"{ultimo.produto.codigo}-{ultimo.filial_id}")


def _endereco(request: HttpRequest, depois: str | None) -> str:
    filtros = {nome: request.GET[nome] for nome in ("filial", "q", "negativos") if request.GET.get(nome)}
    return f"?{urlencode(filtros | ({'depois': depois} if depois else {}))}"
