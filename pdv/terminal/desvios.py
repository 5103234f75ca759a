"""Operations made wrong on purpose, so that a person can see the retaguarda find them.

Payments are only spoiled where no cash moved: the drawer stays what was counted, and once mended everything reconciles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from pdv.terminal.catalogo import PREFIXO_BRASIL, Produto, digito_gtin
from pdv.terminal.meios import Meio
from pdv.terminal.models import OperacaoPdv
from pdv.terminal.registro import Registro

PRIMEIRO_INTRUSO = 999_000
FINALIZADOR_DESCONHECIDO = 77
FALTA = Decimal("1.00")


class Desvio(StrEnum):
    PRODUTO = "produto não cadastrado"
    PAGAMENTO = "pagamento não fecha"
    FINALIZADOR = "finalizador não cadastrado"
    DEVOLUCAO = "devolução maior que o vendido"
    RECEBIMENTO = "título já pago"


EM_VENDAS = (Desvio.PRODUTO, Desvio.PAGAMENTO, Desvio.FINALIZADOR)


@dataclass(frozen=True, slots=True)
class Aplicado:
    """What was made wrong in an operation, and what would be right."""

    desvio: Desvio
    operacao: OperacaoPdv
    errado: str
    certo: str


@dataclass(slots=True)
class Desvios:
    """Spreads `quantos` errors evenly over `total` operations; `feitas` counts those of the turnos before."""

    quantos: int
    total: int
    feitas: int = 0
    rodizio: Sequence[Desvio] = tuple(Desvio)
    aplicados: list[Aplicado] = field(default_factory=list)

    def devido(self, no_turno: int) -> Desvio | None:
        """The error that the next operation should have, if it is time for one."""
        prontos = len(self.aplicados)
        if prontos == self.quantos or self.feitas + no_turno < (prontos + 1) * self.total // (self.quantos + 1):
            return None
        return self.rodizio[prontos % len(self.rodizio)]

    def intruso(self) -> Produto:
        """A product that nobody registered."""
        codigo = PRIMEIRO_INTRUSO + len(self.aplicados)
        corpo = f"{PREFIXO_BRASIL}{codigo:09d}"
        descricao = f"PRODUTO NOVO {codigo}"
        return Produto(codigo, corpo + digito_gtin(corpo), descricao, "21069090", "UN", Decimal("9.90"))

    def aplicar(self, desvio: Desvio, registro: Registro) -> None:
        """Spoil the sale; one paid in cash is left alone, and the next is tried."""
        if desvio is Desvio.PRODUTO:
            produto = registro.itens[0].id_produto
            self._anotar(desvio, registro, f"id_produto {produto}", f"cadastrar o produto {produto}")
        elif not any(f.id_finalizador == Meio.DINHEIRO for f in registro.finalizadores):
            self._estragar_pagamento(desvio, registro)

    def anotar(self, desvio: Desvio, registro: Registro) -> None:
        """A devolução or a recebimento that was made wrong from the start."""
        if desvio is Desvio.DEVOLUCAO:
            (item,) = registro.itens
            errado = f"quantidade {item.quantidade_primaria} do produto {item.id_produto}"
            self._anotar(desvio, registro, errado, f"quantidade até {item.quantidade_primaria - 1}")
        else:
            self._anotar(desvio, registro, f"valor {registro.operacao.valor_total}", "nada a receber")

    def _estragar_pagamento(self, desvio: Desvio, registro: Registro) -> None:
        pagamento = registro.finalizadores[0]
        if desvio is Desvio.PAGAMENTO:
            certo = pagamento.valor
            pagamento.valor += FALTA if certo <= FALTA else -FALTA
            self._anotar(desvio, registro, f"valor {pagamento.valor}", f"valor {certo}")
        else:
            original = pagamento.id_finalizador
            pagamento.id_finalizador = FINALIZADOR_DESCONHECIDO
            self._anotar(desvio, registro, f"id_finalizador {FINALIZADOR_DESCONHECIDO}", f"id_finalizador {original}")

    def _anotar(self, desvio: Desvio, registro: Registro, errado: str, certo: str) -> None:
        self.aplicados.append(Aplicado(desvio, registro.operacao, errado, certo))


def feita_errada(registro: Registro) -> bool:
    """Whether a sale was spoiled: nothing may refer to it, for the retaguarda will not have it."""
    o = registro.operacao
    pago = sum((f.valor for f in registro.finalizadores), Decimal(0)) - o.valor_troco
    return (
        pago != o.valor_total
        or any(i.id_produto >= PRIMEIRO_INTRUSO for i in registro.itens)
        or any(f.id_finalizador == FINALIZADOR_DESCONHECIDO for f in registro.finalizadores)
    )
