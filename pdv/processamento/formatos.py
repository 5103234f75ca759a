"""How values look to the clerk: money in R$, dates as in Brazil, masked documents, labels and links."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from pdv.replicacao.models import SituacaoProcessamento

VAZIO = "–"
CORES = {
    SituacaoProcessamento.NAO_DEFINIDO: "default",
    SituacaoProcessamento.PENDENTE: "warning",
    SituacaoProcessamento.COM_ERRO: "danger",
    SituacaoProcessamento.EFETUADO: "success",
}
# Short names for a list; the model keeps those of the specification.
SITUACOES = {
    SituacaoProcessamento.NAO_DEFINIDO: "Ignorada",
    SituacaoProcessamento.PENDENTE: "Pendente",
    SituacaoProcessamento.COM_ERRO: "Com erro",
    SituacaoProcessamento.EFETUADO: "Efetuada",
}


def numero(valor: Decimal | int | None, casas: int | None = None) -> str:
    """`1.234,5`; with `casas` None, as many decimals as there are, none of them a trailing zero."""
    if valor is None:
        return VAZIO
    if casas is None and isinstance(valor, Decimal):
        valor = valor.normalize()
        casas = max(0, -int(valor.as_tuple().exponent))
    return str(number_format(valor, decimal_pos=casas or 0, force_grouping=True))


def reais(valor: Decimal | None) -> str:
    """`R$ 1.234,50`, with a no-break space, and the sign before the currency."""
    if valor is None:
        return VAZIO
    return f"{'-' if valor < 0 else ''}R$\u00a0{numero(abs(valor), 2)}"


def reais_de(texto: str) -> str:
    """Money that was kept as text."""
    return reais(Decimal(texto))


def data_hora(quando: datetime | None) -> str:
    return timezone.localtime(quando).strftime("%d/%m/%Y %H:%M:%S") if quando else VAZIO


def data(dia: date | None) -> str:
    return dia.strftime("%d/%m/%Y") if dia else VAZIO


def a_direita(texto: str) -> SafeString:
    return format_html('<span class="rtg-numero">{}</span>', texto)


def tem_cpf(*valores: str) -> bool:
    """Whether `documento` would hide any of these."""
    return any(len(valor) == 11 for valor in valores)


def documento(valor: str, *, inteiro: bool) -> str:
    """A CPF or CNPJ with its punctuation; unless `inteiro`, a person's CPF shows only its middle digits."""
    if len(valor) == 11:
        if not inteiro:
            return f"***.{valor[3:6]}.{valor[6:9]}-**"
        return f"{valor[:3]}.{valor[3:6]}.{valor[6:9]}-{valor[9:]}"
    if len(valor) == 14:
        return f"{valor[:2]}.{valor[2:5]}.{valor[5:8]}/{valor[8:12]}-{valor[12:]}"
    return valor or VAZIO


def chave_acesso(chave: str) -> str:
    """The 44 characters in groups of four, as printed on the DANFE."""
    return " ".join(chave[i : i + 4] for i in range(0, len(chave), 4)) or VAZIO


def quantos(n: int, um: str, varios: str) -> str:
    """`1 operação`, `1.234 operações`."""
    return f"{numero(n)} {um if n == 1 else varios}"


def url_de(modelo: type[Model] | Model, pk: Any = None, **filtros: Any) -> str:
    """The admin page of a row, or the list of a model under `filtros`; empty where no such page is registered."""
    meta = modelo._meta
    nome = f"admin:{meta.app_label}_{meta.model_name}_{'changelist' if pk is None else 'change'}"
    try:
        endereco = reverse(nome, args=None if pk is None else [pk])
    except NoReverseMatch:
        return ""
    if not filtros:
        return endereco
    return f"{endereco}?{urlencode(filtros)}"


def elo(endereco: str, texto: str) -> str:
    """A link, or the bare text where there is nowhere to go."""
    return format_html('<a class="rtg-elo" href="{}">{}</a>', endereco, texto) if endereco else texto


def url_para_incluir(modelo: type[Model], **iniciais: Any) -> str:
    """The admin's form for a new row, filled with `iniciais`; empty where there is none."""
    meta = modelo._meta
    try:
        endereco = reverse(f"admin:{meta.app_label}_{meta.model_name}_add")
    except NoReverseMatch:
        return ""
    return f"{endereco}?{urlencode(iniciais)}" if iniciais else endereco
