"""The people of contracts, and who died: windows, with their actions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import DropdownFilter

from auditoria.atores import nome_do_ator
from clientes.models import Cliente
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.colunas import coluna_dia, coluna_instante
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from erp.cadastros.documentos import mostrar
from erp.planos.admin.acoes import AcoesDeDependente
from erp.planos.models import Dependente, Obito, Situacao
from erp.planos.selectors.pessoas import buscar_dependentes

ACHADOS = 500  # people with the words of a search


class CoberturaFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("dentro", "No contrato"), ("fora", "Saiu")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(excluido_em__isnull=self.value() == "dentro") if self.value() else queryset


@admin.register(Dependente)
class DependenteAdmin(AcoesDeDependente, SomenteLeitura, AdminBase):
    """Newest first by the primary key; the search by `dependente_busca` and `dependente_cpf`."""

    campo_filial = "contratacao__filial_id"
    mostra_inteiro = VER_DOCUMENTOS
    list_display = ["nome", "contrato", "parentesco", "cpf_", "nasceu", "carencia", "situacao_"]
    list_select_related = ["contratacao", "obito", "cliente__obito"]
    list_filter = [CoberturaFilter]
    busca_reservada = True
    search_fields = ["busca"]
    search_help_text = "Palavras do nome, ou o CPF inteiro"
    ordering = ["-id"]
    sortable_by = ()
    actions = ["excluir", "registrar_obito"]
    actions_detail = ["excluir", "registrar_obito"]
    fields = [
        "nome", "contrato", "parentesco", "cpf_", "nascimento", "incluido_em", "carencia_ate", "excluido_em",
        "motivo_exclusao", "situacao_por_extenso",
    ]  # fmt: skip
    readonly_fields = ["contrato", "cpf_", "situacao_por_extenso"]
    nasceu = coluna_dia("nascimento", "nascimento")
    carencia = coluna_dia("carencia_ate", "carência até")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        inteiro = usuario_de(request).has_perm(VER_DOCUMENTOS)
        linhas: QuerySet[Any] = (
            super().get_queryset(request).annotate(inteiro=Value(inteiro, output_field=BooleanField()))
        )
        return linhas

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the indexes, never by `icontains`."""
        if not search_term.strip():
            return queryset, False
        return buscar_dependentes(search_term, queryset), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Nobody leaves twice, nor dies twice."""
        dependente = self.get_object(request, str(object_id))
        if dependente is None:
            return []
        saiu, morreu = dependente.excluido_em is not None, _obito(dependente) is not None
        nao_cabem = {nome for nome, ja in (("excluir", saiu), ("registrar_obito", morreu)) if ja}
        return [a for a in super().get_actions_detail(request, object_id) if a.method.__name__ not in nao_cabem]

    @admin.display(description="contrato")
    def contrato(self, dependente: Dependente) -> str:
        endereco = reverse("admin:planos_contratacao_change", args=[dependente.contratacao_id])
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>',
            endereco,
            dependente.contratacao.numero,
        )

    @admin.display(description="CPF")
    def cpf_(self, dependente: Any) -> str:
        return mostrar(dependente.cpf, inteiro=dependente.inteiro) or "–"

    @rotulo("situação", {"coberto": "success", "carencia": "warning", "fora": "danger"})
    def situacao_(self, dependente: Dependente) -> tuple[str, str]:
        if _obito(dependente) is not None:
            return "fora", "Falecido"
        if dependente.excluido_em is not None:
            return "fora", f"Saiu em {dependente.excluido_em:%d/%m/%Y}"
        if dependente.contratacao.situacao != Situacao.ATIVO:
            return "fora", f"Contrato {Situacao(dependente.contratacao.situacao).label.lower()}"
        return (
            ("carencia", "Em carência") if dependente.em_carencia(timezone.localdate()) else ("coberto", "No contrato")
        )

    @admin.display(description="situação")
    def situacao_por_extenso(self, dependente: Dependente) -> str:
        return self.situacao_(dependente)[1]


def _obito(dependente: Dependente) -> Obito | None:
    do_cliente = getattr(dependente.cliente, "obito", None) if dependente.cliente_id else None
    return getattr(dependente, "obito", None) or do_cliente


@admin.register(Obito)
class ObitoAdmin(SomenteLeitura, AdminBase):
    """Who died: recorded from the contract's page or the dependant's."""

    list_display = ["quem", "no_dia", "certidao", "registrado_por_", "quando"]
    list_select_related = ["cliente", "dependente"]
    busca_reservada = True
    search_fields = ["certidao"]
    search_help_text = "Palavras do nome de quem morreu, CPF, ou número da certidão"
    sortable_by = ()
    fields = ["quem", "data", "certidao", "registrado_por_", "registrado_em"]
    readonly_fields = ["quem", "registrado_por_"]
    no_dia = coluna_dia("data", "data")
    quando = coluna_instante("registrado_em", "registrado em")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Who it is is asked first, by the indexes of people; the certificate by `obito_certidao`."""
        termo = search_term.strip()
        if not termo:
            return queryset, False
        ve = usuario_de(request).has_perm(VER_DOCUMENTOS)
        clientes = Cliente.objects.buscar(termo, finais=ve).values_list("pk", flat=True)[:ACHADOS]
        dependentes = buscar_dependentes(termo).values_list("pk", flat=True)[:ACHADOS]
        achados = Q(certidao=termo) | Q(cliente__in=list(clientes)) | Q(dependente__in=list(dependentes))
        return queryset.filter(achados), False

    @admin.display(description="registrado por")
    def registrado_por_(self, obito: Obito) -> str:
        return nome_do_ator(obito.registrado_por)

    @admin.display(description="quem")
    def quem(self, obito: Obito) -> str:
        return str(obito.dependente or obito.cliente)
