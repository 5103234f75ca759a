"""Places that people named: who, when, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet

from clientes.admin.textos import momento
from clientes.models import MunicipioInformado, PaisInformado
from clientes.monitor import informar
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.referencia import municipios, paises


class _LugarAdmin(SomenteLeitura, AdminBase):
    list_display = ["escrito", "e_", "quem", "quando", "situacao"]
    list_display_links = None
    list_select_related = ["informado_por"]
    search_fields = ["escrito__istartswith"]
    actions = ["esquecer"]

    @admin.display(description="é")
    def e_(self, lugar: Any) -> str:
        raise NotImplementedError

    @admin.display(description="informado por")
    def quem(self, lugar: Any) -> str:
        return str(lugar.informado_por.get_username())

    @admin.display(description="em")
    def quando(self, lugar: Any) -> str:
        return momento(lugar.informado_em)

    @rotulo("mensagens", {"curado": "success", "andando": "info"})
    def situacao(self, lugar: Any) -> tuple[str, str]:
        return ("curado", "Reenviadas") if lugar.curado_em else ("andando", "Reenviando")

    @acao_com_motivo(
        titulo="Esquecer",
        explicacao="Estes nomes voltam a não valer: os clientes deles são contados de novo e as mensagens param com erro, "
        "até alguém informar o lugar certo ou corrigir o cadastro.",
        permissao=informar.PERMISSAO,
        botao="Esquecer",
        perigosa=True,
    )
    def esquecer(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        return f"Esquecidos: {informar.esquecer(informados=list(queryset), usuario=usuario, motivo=motivo)}."


@admin.register(MunicipioInformado)
class MunicipioInformadoAdmin(_LugarAdmin):
    @admin.display(description="é o município")
    def e_(self, lugar: Any) -> str:
        achado = municipios().get(lugar.codigo_ibge)
        return f"{achado.nome} / {achado.uf} ({lugar.codigo_ibge})" if achado else str(lugar.codigo_ibge)


@admin.register(PaisInformado)
class PaisInformadoAdmin(_LugarAdmin):
    @admin.display(description="é o país")
    def e_(self, lugar: Any) -> str:
        achado = paises().get(lugar.codigo_bacen)
        return f"{achado.nome} ({lugar.codigo_bacen})" if achado else str(lugar.codigo_bacen)
