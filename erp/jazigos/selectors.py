"""What the pages of jazigos read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from erp.financeiro.models import Origem, Sentido, Titulo
from erp.financeiro.selectors import com_aberto
from erp.jazigos import rules
from erp.jazigos.models import Cobranca, ContratoManutencao, IndiceMensal, Reajuste
from erp.jazigos.rules import Fatura

COBRANCAS_MOSTRADAS = 36


class LinhaCobranca(NamedTuple):
    """A charge and its title, with what is open of it; None where nothing was to be charged."""

    cobranca: Cobranca
    titulo: Any | None
    a_pagar: bool


def indice_usado(indice: IndiceMensal) -> bool:
    """Whether any adjustment accumulated this month."""
    fim = rules.mais_meses(indice.mes, rules.MESES_DO_INDICE - 1)
    return Reajuste.objects.filter(indice=indice.indice, mes_final__range=(indice.mes, fim)).exists()


def cobrancas_de(contrato: ContratoManutencao) -> list[LinhaCobranca]:
    """The newest charges of a contract, newest first."""
    cobrancas = list(
        Cobranca.objects.filter(contrato=contrato).order_by("-competencia", "-versao")[:COBRANCAS_MOSTRADAS]
    )
    titulos = _titulos(contrato.pk, [cobranca.sequencia for cobranca in cobrancas])
    return [_linha(cobranca, titulos) for cobranca in cobrancas]


def _linha(cobranca: Cobranca, titulos: Mapping[int, Any]) -> LinhaCobranca:
    titulo = titulos.get(cobranca.sequencia)
    return LinhaCobranca(cobranca, titulo, titulo is not None and titulo.sentido == Sentido.PAGAR)


def _titulos(contrato_id: int, sequencias: Sequence[int]) -> dict[int, Any]:
    da_origem = Titulo.objects.filter(origem=Origem.JAZIGO, origem_id=contrato_id, sequencia__in=sequencias)
    return {titulo.sequencia: titulo for titulo in com_aberto(da_origem)}


def proxima_fatura(contrato: rules.Situacao) -> Fatura | None:
    """What the routine would charge of this contract on the day of its next title; None when nothing is left."""
    quando = rules.gerar_em(contrato)
    return None if quando is None else rules.faturar(contrato, quando, tabela_de_indices([contrato.indice]))


def tabela_de_indices(nomes: Sequence[str] | None = None) -> dict[tuple[str, date], Decimal]:
    """(index, month) -> percentage; a few hundred rows."""
    linhas = IndiceMensal.objects.all() if nomes is None else IndiceMensal.objects.filter(indice__in=nomes)
    return {(indice, mes): valor for indice, mes, valor in linhas.values_list("indice", "mes", "percentual")}
