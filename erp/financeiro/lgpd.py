"""What a person owes, owed and was owed: kept by law, and what is open forbids forgetting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet

from erp.financeiro.models import Baixa, Sentido, Titulo
from erp.financeiro.selectors import com_aberto
from erp.lgpd.fontes import Bloqueio, Fonte, dispensar, registrar
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.proprias import registrar_objetos_de

LIVROS: Final = (
    "Escrituração contábil e prova do que foi pago (Lei 13.709/2018, art. 16, I; Código Civil, arts. 205 e 1.194; CTN, art. "
    "195, parágrafo único)."
)
_MOSTRADOS = 5


def titulos(pessoa: Pessoa) -> QuerySet[Titulo]:
    return Titulo.objects.filter(pessoa.onde(documento="cpf_cnpj", codigo="codigo_cliente"))


def baixas(pessoa: Pessoa) -> QuerySet[Baixa]:
    return Baixa.objects.filter(titulo__in=titulos(pessoa).order_by())


def em_aberto(pessoa: Pessoa) -> Iterator[Bloqueio]:
    abertos = com_aberto(titulos(pessoa)).filter(estorno_de__isnull=True, aberto__gt=0).order_by("vencimento", "pk")
    achados = list(abertos[: _MOSTRADOS + 1])
    for titulo in achados[:_MOSTRADOS]:
        if titulo.sentido == Sentido.PAGAR:
            saida = "Pague ou use o crédito do cliente, ou estorne o título."
        else:
            saida = "Receba, dê baixa ou estorne o título."
        valor = f"{titulo.aberto:.2f}".replace(".", ",")
        yield Bloqueio(f"O {titulo} está em aberto: R$ {valor}, vence em {titulo.vencimento:%d/%m/%Y}.", saida)
    if len(achados) > _MOSTRADOS:
        yield Bloqueio("Há outros títulos em aberto.", "Veja todos em Financeiro, Títulos.")


registrar_objetos_de("financeiro.titulo", titulos)
registrar(
    Fonte("financeiro.titulos", "Títulos a receber e a pagar", titulos, base=LIVROS, bloqueios=em_aberto),
    Fonte("financeiro.baixas", "Pagamentos e baixas de títulos", baixas, base=LIVROS),
)
dispensar(
    {
        "financeiro.Lancamento": "Lançamentos de contas: do dinheiro; o NSU e o Pix estão no título e na operação.",
        "financeiro.SaldoConta": "Saldos de contas da empresa.",
    }
)
