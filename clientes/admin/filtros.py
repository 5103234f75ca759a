"""Filters of the list of customers; each has its index."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter

from auditoria.filtros import FiltroPeriodo
from clientes.models import Cliente, Etiqueta, RegistroRecebido, TipoEtiqueta
from clientes.selectors import filiais_em_uso, filiais_fora_do_cadastro
from erp.cadastros.models import Filial
from filas.faixas import faixa_do_periodo


class DocumentoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "CPF/CNPJ"
    parameter_name = "documento"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("errado", "Não confere"), ("certo", "Confere"), ("sem", "Sem documento")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        condicoes: dict[str, dict[str, Any]] = {
            "errado": {"documento_valido": False},
            "certo": {"documento_valido": True},
            "sem": {"documento": ""},
        }
        return queryset.filter(**condicoes.get(self.value() or "", {}))


class StatusFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Ativos"), ("0", "Inativos")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Whatever is not 1 is out of use (§3.10 of the Queue)."""
        if self.value() == "1":
            return queryset.filter(status=1)
        return queryset.exclude(status=1) if self.value() == "0" else queryset


class EtiquetaFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """Customers that have a tag just now; the index of tags is in the list's own order."""

    title = "etiqueta"
    parameter_name = "etiqueta"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(tipo.value), str(tipo.label)) for tipo in TipoEtiqueta]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {str(tipo.value) for tipo in TipoEtiqueta}:
            return queryset
        return queryset.filter(pk__in=Etiqueta.objects.filter(tipo=self.value()).values("codigo_cliente"))


class FilialDoClienteFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """By name, as the register of customers keeps it; and those of a name that the register of filiais lacks."""

    title = "filial"
    parameter_name = "filial"
    FORA = "*fora"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        cadastradas = [(filial.nome, str(filial)) for filial in Filial.objects.all()]
        return [(self.FORA, "Fora do cadastro de filiais"), *cadastradas]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == self.FORA:
            return queryset.filter(filial__in=filiais_fora_do_cadastro(Cliente))
        return queryset.filter(filial=self.value()) if self.value() else queryset


class ResultadoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "resultado"
    parameter_name = "resultado"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("aceitos", "Aceitos"), ("recusados", "Recusados")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        resultado = RegistroRecebido.Resultado
        if self.value() == "aceitos":
            return queryset.filter(resultado__in=[resultado.INSERIDO, resultado.ALTERADO])
        return queryset.filter(resultado=resultado.RECUSADO) if self.value() == "recusados" else queryset


class FilialDoRecebidoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """Every filial that sent something, by the name it gave."""

    title = "filial"
    parameter_name = "filial"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(nome, nome) for nome in filiais_em_uso(RegistroRecebido) if nome]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(filial=self.value()) if self.value() else queryset


class PeriodoDoRecebidoFilter(FiltroPeriodo):
    """Days, both whole; served by the primary key, for a period is a range of ids."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        de, ate = (self._ler(request, ponta) for ponta in ("from", "to"))
        inicio = None if de is None else _meia_noite(de)
        fim = None if ate is None or ate == date.max else _meia_noite(ate + timedelta(days=1))
        if inicio is None and fim is None:
            return queryset
        faixa = faixa_do_periodo(RegistroRecebido, "recebido_em", inicio, fim)
        queryset = queryset.filter(pk__gte=faixa.inicio, pk__lte=faixa.fim)
        queryset = queryset if inicio is None else queryset.filter(recebido_em__gte=inicio)
        return queryset if fim is None else queryset.filter(recebido_em__lt=fim)


def _meia_noite(dia: date) -> datetime:
    return timezone.make_aware(datetime.combine(dia, time.min))
