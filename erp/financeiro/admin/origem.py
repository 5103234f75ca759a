"""Links from an entry to what explains it."""

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from erp.financeiro.models import Origem

_DE_QUEM = {
    Origem.CONTRATO: ("planos_contratacao_change", "contrato de plano"),
    Origem.JAZIGO: ("jazigos_contratomanutencao_change", "contrato de manutenção"),
    Origem.COBRANCA: ("cobrancas_pagamento_change", "pagamento de cobrança"),
}
COR = "text-primary-600 dark:text-primary-500"


def elo(nome: str, chave: int, rotulo: str) -> str:
    """A link to a page of the admin, or plain text where that page does not exist."""
    try:
        endereco = reverse(f"admin:{nome}", args=[chave])
    except NoReverseMatch:  # the upper app that explains it is not installed here
        return rotulo
    return format_html('<a class="{}" href="{}">{}</a>', COR, endereco, rotulo)


def elo_da_origem(origem: int, origem_id: int) -> str:
    if origem == Origem.MANUAL:
        return elo("financeiro_baixa_change", origem_id, f"baixa {origem_id}")
    if contrato := _DE_QUEM.get(Origem(origem)):
        return elo(contrato[0], origem_id, f"{contrato[1]} {origem_id}")
    return elo("processamento_geracao_change", origem_id, f"operação do PDV, geração {origem_id}")
