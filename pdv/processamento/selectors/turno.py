"""A turno's drawer and payments: what the operations say there should be, against what was counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from erp.cadastros.models import EspecieFinalizador, Finalizador
from pdv.replicacao.models import FinalizadorOperacaoPdv, OperacaoPdv, Turno
from pdv.tabelas import Especie

ZERO = Decimal(0)
NAO_CADASTRADO = "não cadastrado"
DINHEIRO_PADRAO = 1  # the till's own code of cash, while no finalizador of that especie is registered


class Recebimento(NamedTuple):
    """One payment of an operation that stands."""

    finalizador: int
    valor: Decimal
    troco: Decimal


@dataclass(frozen=True)
class LinhaDeConferencia:
    finalizador: int
    nome: str
    esperado: Decimal
    contado: Decimal | None  # None: nobody counted it

    @property
    def diferenca(self) -> Decimal | None:
        return None if self.contado is None else self.contado - self.esperado


@dataclass(frozen=True)
class Conferencia:
    linhas: list[LinhaDeConferencia]
    operacoes: int
    canceladas: int
    vendas: Decimal
    esperado: Decimal
    contado: Decimal | None
    ilegiveis: list[str]  # counted values that are not numbers, as they came

    @property
    def diferenca(self) -> Decimal | None:
        return None if self.contado is None else self.contado - self.esperado


def esperado_por_finalizador(
    recebimentos: Iterable[Recebimento], caixa: Iterable[tuple[int, Decimal]], dinheiro: int
) -> dict[int, Decimal]:
    """What each finalizador should hold.

    A payment adds its value; troco leaves the drawer whatever it was given for, so it is cash; suprimento and the
    float of the abertura add cash, sangria takes it. `caixa` is (especie, valor) of those three.
    """
    somas: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for r in recebimentos:
        somas[r.finalizador] += r.valor
        if r.troco:
            somas[dinheiro] -= r.troco
    for especie, valor in caixa:
        somas[dinheiro] += -valor if especie == Especie.SANGRIA else valor
    return dict(somas)


def contado_por_finalizador(contado: object) -> tuple[dict[int, Decimal], list[str]]:
    """The till's counted values as numbers, and what of them is unreadable: `{"1": "12.50"}` -> `({1: 12.50}, [])`."""
    lidos: dict[int, Decimal] = {}
    ilegiveis: list[str] = []
    for chave, valor in contado.items() if isinstance(contado, dict) else ():
        try:
            numero = Decimal(str(valor))
            if not numero.is_finite():
                raise InvalidOperation
            lidos[int(chave)] = numero
        except (ValueError, InvalidOperation):
            ilegiveis.append(f"{chave}: {valor}")
    return lidos, ilegiveis


def conferir_turno(turno: Turno) -> Conferencia:
    """Expected against counted, computed on read (`hiperpdv_operacao_turno` serves the turno's operations)."""
    operacoes = list(
        OperacaoPdv.objects.filter(
            ponto_venda_id=turno.ponto_venda_id, id_turno=turno.id_turno, instalacao=turno.instalacao
        ).values_list("id", "operacao", "valor_total", "cancelado")
    )
    validas = {pk: (especie, total) for pk, especie, total, cancelado in operacoes if not cancelado}
    vendas = [pk for pk, (especie, _) in validas.items() if especie == Especie.VENDA]
    recebimentos = [
        Recebimento(*linha)
        for linha in FinalizadorOperacaoPdv.objects.filter(operacao_id__in=vendas).values_list(
            "id_finalizador", "valor", "valor_troco"
        )
    ]
    na_gaveta = (Especie.ABERTURA, Especie.SUPRIMENTO, Especie.SANGRIA)
    nomes, dinheiro = _finalizadores()
    esperado = esperado_por_finalizador(
        recebimentos, [(e, total) for e, total in validas.values() if e in na_gaveta], dinheiro
    )
    contado, ilegiveis = contado_por_finalizador(turno.contado)
    linhas = [
        LinhaDeConferencia(codigo, nomes.get(codigo, NAO_CADASTRADO), esperado.get(codigo, ZERO), contado.get(codigo))
        for codigo in sorted(esperado.keys() | contado.keys())
    ]
    return Conferencia(
        linhas=linhas,
        operacoes=len(validas),
        canceladas=len(operacoes) - len(validas),
        vendas=sum((validas[pk][1] for pk in vendas), ZERO),
        esperado=sum(esperado.values(), ZERO),
        contado=sum(contado.values(), ZERO) if contado else None,
        ilegiveis=ilegiveis,
    )


def _finalizadores() -> tuple[dict[int, str], int]:
    """Names by code, and the code of cash."""
    nomes: dict[int, str] = {}
    dinheiro: int | None = None
    for codigo, nome, especie in Finalizador.objects.order_by("codigo").values_list("codigo", "nome", "especie"):
        nomes[codigo] = nome
        if dinheiro is None and especie == EspecieFinalizador.DINHEIRO:
            dinheiro = codigo
    return nomes, dinheiro if dinheiro is not None else DINHEIRO_PADRAO
