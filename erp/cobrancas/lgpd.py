"""What was asked of a person, and how it was paid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet

from erp.cobrancas.maquina import ABERTAS
from erp.cobrancas.models import Cobranca, Devolucao, EventoCobranca, Pagamento, PixRecebido
from erp.lgpd.fontes import Bloqueio, Fonte, Troca, dispensar, registrar
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.proprias import registrar_objetos_de
from erp.lgpd.trocas import trocar_codigos

DINHEIRO: Final = (
    "Prova do que se cobrou e recebeu (Lei 13.709/2018, art. 16, I; Código Civil, arts. 205 e 1.194; CDC, art. 42)."
)


def cobrancas(pessoa: Pessoa) -> QuerySet[Cobranca]:
    return Cobranca.objects.filter(pessoa.onde(codigo="codigo_cliente"))


def com_codigo(pessoa: Pessoa) -> QuerySet[Cobranca]:
    """Those whose code is the document itself: the others' says nothing of anybody once the register is empty."""
    return Cobranca.objects.filter(codigo_cliente=pessoa.documento) if pessoa.documento else Cobranca.objects.none()


def eventos(pessoa: Pessoa) -> QuerySet[EventoCobranca]:
    return EventoCobranca.objects.filter(cobranca__in=cobrancas(pessoa).order_by())


def pagamentos(pessoa: Pessoa) -> QuerySet[Pagamento]:
    return Pagamento.objects.filter(cobranca__in=cobrancas(pessoa).order_by())


def devolucoes(pessoa: Pessoa) -> QuerySet[Devolucao]:
    return Devolucao.objects.filter(pagamento__in=pagamentos(pessoa).order_by())


def pix(pessoa: Pessoa) -> QuerySet[PixRecebido]:
    return PixRecebido.objects.filter(cobranca__in=cobrancas(pessoa).order_by())


def abertas(pessoa: Pessoa) -> Iterator[Bloqueio]:
    for cobranca in cobrancas(pessoa).filter(situacao__in=[p.value for p in ABERTAS]).order_by("pk")[:5]:
        yield Bloqueio(
            f"A {cobranca} está em aberto ({cobranca.por_extenso}).", "Cancele a cobrança, ou espere o pagamento."
        )


def _anonimizar(troca: Troca) -> int:
    return trocar_codigos(Cobranca, "codigo_cliente", troca)


registrar_objetos_de("cobrancas.cobranca", cobrancas)
registrar(
    Fonte(
        "cobrancas.cobrancas", "Cobranças", cobrancas, bloqueios=abertas, base=DINHEIRO, anonimizar=_anonimizar,
        mudam=com_codigo, o_que="o código, quando é o próprio documento, deixa de ser",
    ),
    Fonte("cobrancas.eventos", "O que os provedores disseram das cobranças", eventos, base=DINHEIRO),
    Fonte("cobrancas.pagamentos", "Pagamentos de cobranças", pagamentos, base=DINHEIRO),
    Fonte("cobrancas.devolucoes", "Devoluções de pagamentos", devolucoes, base=DINHEIRO),
    Fonte("cobrancas.pix", "Pix recebidos por cobranças", pix, base=DINHEIRO),
)  # fmt: skip
dispensar(
    {
        "cobrancas.ArquivoTef": "Arquivo da adquirente: vendas por NSU, sem o portador do cartão.",
        "cobrancas.LinhaTef": "Vendas por NSU, sem o portador do cartão.",
        "cobrancas.AlarmeCobranca": "Números de cobranças e valores.",
        "cobrancas.PedidoDevolucao": "Números de pagamentos e valores.",
    }
)
