"""A stock document as plain values, and the rules that need no database."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from erp.estoque.erros import ErroLinha
from erp.estoque.models import Natureza
from erp.estoque.rules import ZERO

NATUREZAS_MANUAIS = (Natureza.ENTRADA, Natureza.AJUSTE, Natureza.SALDO_INICIAL)
LINHAS_MAXIMO = 20_000
QUANTIDADE_MAXIMA = Decimal("99999999.9999")
CUSTO_MAXIMO = Decimal("99999999.999999")
_QUANTIDADE = Decimal("0.0001")
_CUSTO = Decimal("0.000001")


class LinhaDocumento(NamedTuple):
    """One line: what came in, or in an ajuste what was counted. `custo` is of one unit."""

    produto_id: int
    quantidade: Decimal
    custo: Decimal | None = None


def conferir_documento(
    *, natureza: int, linhas: Sequence[LinhaDocumento], motivo: str, ocorrido_em: datetime, agora: datetime
) -> list[ErroLinha]:
    """Everything wrong with a document that can be known without looking at the stock, in order of line."""
    erros = []
    if natureza not in NATUREZAS_MANUAIS:
        erros.append(ErroLinha(0, "à mão só se lança saldo inicial, entrada e ajuste de inventário"))
    if not motivo.strip():
        erros.append(ErroLinha(0, "diga o motivo"))
    if ocorrido_em > agora:
        erros.append(ErroLinha(0, "a data é no futuro"))
    if not linhas:
        erros.append(ErroLinha(0, "não há nenhuma linha"))
    if len(linhas) > LINHAS_MAXIMO:
        erros.append(ErroLinha(0, f"há {len(linhas)} linhas e o limite é {LINHAS_MAXIMO}; divida o documento"))
    vistos: dict[int, int] = {}
    for numero, linha in enumerate(linhas, 1):
        erros += [ErroLinha(numero, problema) for problema in _conferir_linha(natureza, linha)]
        primeira = vistos.setdefault(linha.produto_id, numero)
        if primeira != numero and natureza != Natureza.ENTRADA:  # an invoice may bring one product at two prices
            erros.append(ErroLinha(numero, f"o produto já está na linha {primeira}"))
    return erros


def _conferir_linha(natureza: int, linha: LinhaDocumento) -> list[str]:
    problemas = []
    if natureza == Natureza.AJUSTE and linha.quantidade < 0:
        problemas.append(f"a quantidade contada é {_br(linha.quantidade)}; não pode ser menor que zero")
    elif natureza != Natureza.AJUSTE and linha.quantidade <= 0:
        problemas.append(f"a quantidade é {_br(linha.quantidade)}; tem de ser maior que zero")
    if linha.quantidade > QUANTIDADE_MAXIMA or linha.quantidade != linha.quantidade.quantize(_QUANTIDADE):
        problemas.append(f"a quantidade {_br(linha.quantidade)} é grande demais ou tem mais de 4 casas decimais")
    if linha.custo is None:
        return problemas if natureza == Natureza.AJUSTE else [*problemas, "falta o custo unitário"]
    if linha.custo < 0:
        problemas.append(f"o custo é {_br(linha.custo)}; não pode ser menor que zero")
    if linha.custo > CUSTO_MAXIMO or linha.custo != linha.custo.quantize(_CUSTO, ROUND_HALF_UP):
        problemas.append(f"o custo {_br(linha.custo)} é grande demais ou tem mais de 6 casas decimais")
    return problemas


def linhas_em_json(linhas: Sequence[LinhaDocumento]) -> list[dict[str, Any]]:
    """The lines as kept in the document; equal lines give equal JSON however the amounts were written."""
    return [
        {
            "produto_id": linha.produto_id,
            "quantidade": _canonico(linha.quantidade),
            "custo": None if linha.custo is None else _canonico(linha.custo),
        }
        for linha in linhas
    ]


def _canonico(valor: Decimal) -> str:
    return f"{valor.normalize() + ZERO:f}"


def _br(valor: Decimal) -> str:
    return _canonico(valor).replace(".", ",")
