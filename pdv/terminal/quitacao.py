"""A document's payments as finalizadores that close its total, whatever the document says of them."""

from decimal import Decimal

from erp.fiscal.xml import DocumentoLido, Pagamento
from erp.fiscal.xml.valores import reais
from pdv.terminal.meios import BANDEIRAS, ZERO, Meio
from pdv.terminal.models import FinalizadorOperacaoPdv

SEM_PAGAMENTO = frozenset({"90", "91"})
# what the shop has no finalizador of its own for; all else is OUTROS, as is store credit: a note does not say which vale
_MEIOS = {f"{meio:02d}": meio for meio in Meio if meio is not Meio.VALE_LOJA} | dict.fromkeys(
    ("11", "12", "13"), Meio.VALE
)


def quitar(documento: DocumentoLido) -> tuple[list[FinalizadorOperacaoPdv], list[str]]:
    """Finalizadores whose sum less troco is the total, and what had to be assumed for that.

    1. Payments of nothing, and "no payment" (tPag 90, 91), are left out.
    2. Payments that equal the total beside a troco were written net: the troco is added to what was handed over.
    3. What is paid beyond total and troco is troco; what is missing is OUTROS.
    4. Troco comes out of cash first, then out of the largest payment.
    """
    avisos: list[str] = []
    total, troco = documento.totais.total, documento.totais.troco
    validos = [p for p in documento.pagamentos if p.valor and p.tpag not in SEM_PAGAMENTO]
    finalizadores = [_finalizador(item, p, avisos) for item, p in enumerate(validos, 1)]
    pago = sum((f.valor for f in finalizadores), ZERO)
    if troco and pago == total and finalizadores:
        recebe = next((f for f in finalizadores if f.id_finalizador == Meio.DINHEIRO), finalizadores[-1])
        recebe.valor += troco
        pago += troco
        avisos.append(f"o pagamento veio sem o troco de {reais(troco)}: somado ao que foi entregue")
    elif pago - troco > total:
        if troco:
            avisos.append(
                f"pago {reais(pago)}, total {reais(total)}, troco {reais(troco)}: usado {reais(pago - total)}"
            )
        troco = pago - total
    if (falta := total - (pago - troco)) > 0:
        outros = FinalizadorOperacaoPdv(item=len(finalizadores) + 1, id_finalizador=int(Meio.OUTROS), valor=falta)
        finalizadores.append(outros)
        avisos.append(
            f"pagamentos menos o troco {reais(pago - troco)}, total {reais(total)}: {reais(falta)} em outros (99)"
        )
    _dar_troco(finalizadores, troco, avisos)
    return finalizadores, avisos


def _finalizador(item: int, pagamento: Pagamento, avisos: list[str]) -> FinalizadorOperacaoPdv:
    meio = _MEIOS.get(pagamento.tpag, Meio.OUTROS)
    if f"{meio:02d}" != pagamento.tpag:
        avisos.append(f"meio de pagamento {pagamento.tpag} entra como {int(meio)} ({meio.name.lower()})")
    return FinalizadorOperacaoPdv(
        item=item,
        id_finalizador=int(meio),
        valor=pagamento.valor,
        autorizacao=pagamento.autorizacao,
        bandeira=BANDEIRAS.get(pagamento.bandeira, pagamento.bandeira),
        cnpj_credenciadora=pagamento.cnpj_credenciadora,
    )


def _dar_troco(finalizadores: list[FinalizadorOperacaoPdv], troco: Decimal, avisos: list[str]) -> None:
    em_ordem = sorted(finalizadores, key=lambda f: (f.id_finalizador != Meio.DINHEIRO, -f.valor))
    for finalizador in em_ordem:
        parte = min(troco, finalizador.valor)
        if parte and finalizador.id_finalizador != Meio.DINHEIRO:
            avisos.append(
                f"troco de {reais(parte)} sobre um pagamento que não é dinheiro ({finalizador.id_finalizador})"
            )
        finalizador.valor_troco = parte
        troco -= parte
