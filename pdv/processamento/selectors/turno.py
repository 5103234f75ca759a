"""A turno's drawer and payments: what the operations say there should be, against what was counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from erp.cadastros.models import EspecieFinalizador, Finalizador
from pdv.replicacao.models import FinalizadorOperacaoPdv, OperacaoPdv, Turno
from pdv.tabelas import Especie

ZERO = Decimal(0)
NAO_CADASTRADO = "não cadastrado"
_SINAIS: dict[int, int] = {
    Especie.ABERTURA: 1, Especie.VENDA: 1, Especie.SUPRIMENTO: 1, Especie.RECEBIMENTO: 1,
    Especie.SANGRIA: -1, Especie.DEVOLUCAO: -1,
}  # fmt: skip
_SO_DINHEIRO = frozenset({Especie.ABERTURA, Especie.SUPRIMENTO, Especie.SANGRIA})  # by their total, whatever they list
_CAMPOS = ("id", "operacao", "valor_total", "valor_acrescimo")
DINHEIRO_PADRAO = 1  # the till's own code of cash, while no finalizador of that especie is registered


class Feita(NamedTuple):
    """An operation that stands, with the sign of what its payments do to the till: 1 comes in, -1 goes out."""

    id: int
    especie: int
    sinal: int
    total: Decimal


class Pagamento(NamedTuple):
    """What an operation brings to a finalizador, or takes from it (`sinal` -1)."""

    sinal: int
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


def sinal_de(especie: int, total: Decimal, acrescimo: Decimal) -> int:
    """Whether an operation brings money to the till (1), takes it (-1), or does neither (0)."""
    if especie == Especie.FALTA:
        return 1 if total and acrescimo == total else -1  # a sobra says so by its acréscimo
    return _SINAIS.get(especie, 0)


def esperado_por_finalizador(
    pagamentos: Iterable[Pagamento], em_dinheiro: Iterable[Decimal], dinheiro: int
) -> dict[int, Decimal]:
    """What each finalizador should hold.

    A payment adds its value, or takes it when it is given back; troco leaves the drawer whatever it was given for, so it
    is cash. `em_dinheiro` is what came in (or, negative, went out) by operations that are cash without saying so.
    """
    somas: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for p in pagamentos:
        somas[p.finalizador] += p.sinal * p.valor
        if p.troco:
            somas[dinheiro] -= p.sinal * p.troco
    for valor in em_dinheiro:
        somas[dinheiro] += valor
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
    """Expected against counted, computed on read (`hiperpdv_operacao_turno` serves the turno's operations).

    A cancelamento takes back what its origin did, in the turno of the cancelamento, whichever the origin's was.
    """
    do_turno = OperacaoPdv.objects.filter(
        ponto_venda_id=turno.ponto_venda_id, id_turno=turno.id_turno, instalacao=turno.instalacao
    )
    operacoes = list(do_turno.values_list(*_CAMPOS, "cancelado", "id_operacao_origem"))
    validas = [linha for linha in operacoes if not linha[4]]
    feitas = {feita.id: feita for feita in (_feita(*linha[:4]) for linha in validas)}
    desfeitas = _desfeitas(turno, [linha[5] for linha in validas if linha[1] == Especie.CANCELAMENTO])
    for desfeita in desfeitas:  # of this turno: as if it had never been; of an earlier one: taken back now
        if feitas.pop(desfeita.id, None) is None:
            feitas[desfeita.id] = desfeita
    nomes, dinheiro, vales = _finalizadores()
    esperado = esperado_por_finalizador(*_movimento(feitas, vales), dinheiro)
    contado, ilegiveis = contado_por_finalizador(turno.contado)
    linhas = [
        LinhaDeConferencia(codigo, nomes.get(codigo, NAO_CADASTRADO), esperado.get(codigo, ZERO), contado.get(codigo))
        for codigo in sorted(esperado.keys() | contado.keys())
    ]
    return Conferencia(
        linhas=linhas,
        operacoes=len(validas),
        canceladas=len(operacoes) - len(validas) + len(desfeitas),
        vendas=sum((f.sinal * f.total for f in feitas.values() if f.especie == Especie.VENDA), ZERO),
        esperado=sum(esperado.values(), ZERO),
        contado=sum(contado.values(), ZERO) if contado else None,
        ilegiveis=ilegiveis,
    )


def _feita(id_: int, especie: int, total: Decimal, acrescimo: Decimal) -> Feita:
    return Feita(id_, especie, sinal_de(especie, total, acrescimo), total)


def _desfeitas(turno: Turno, origens: Iterable[int | None]) -> list[Feita]:
    """What the cancelamentos undo, once each, its sign turned; what was cancelled at once by its flag did nothing."""
    numeros = {numero for numero in origens if numero is not None}
    if not numeros:
        return []
    canceladas = OperacaoPdv.objects.filter(
        ponto_venda_id=turno.ponto_venda_id, instalacao=turno.instalacao, id_operacao__in=numeros, cancelado=False
    )
    feitas = [_feita(*linha) for linha in canceladas.values_list(*_CAMPOS)]
    return [feita._replace(sinal=-feita.sinal) for feita in feitas]


def _movimento(feitas: Mapping[int, Feita], vales: frozenset[int]) -> tuple[list[Pagamento], list[Decimal]]:
    """The payments of what was done, and the cash of what is cash by its kind; a vale that is given leaves no drawer."""
    com_pagamentos = [f.id for f in feitas.values() if f.sinal and f.especie not in _SO_DINHEIRO]
    linhas = FinalizadorOperacaoPdv.objects.filter(operacao_id__in=com_pagamentos).values_list(
        "operacao_id", "id_finalizador", "valor", "valor_troco"
    )
    ditas = {operacao for operacao, *_ in linhas}
    pagamentos = [
        Pagamento(feitas[operacao].sinal, finalizador, valor, troco)
        for operacao, finalizador, valor, troco in linhas
        if feitas[operacao].especie != Especie.DEVOLUCAO or finalizador not in vales
    ]
    em_dinheiro = [
        f.sinal * f.total
        for f in feitas.values()
        if f.especie in _SO_DINHEIRO or (f.especie == Especie.FALTA and f.id not in ditas)
    ]
    return pagamentos, em_dinheiro


def _finalizadores() -> tuple[dict[int, str], int, frozenset[int]]:
    """Names by code, the code of cash, and those of the vales."""
    nomes: dict[int, str] = {}
    vales: set[int] = set()
    dinheiro: int | None = None
    for codigo, nome, especie in Finalizador.objects.order_by("codigo").values_list("codigo", "nome", "especie"):
        nomes[codigo] = nome
        if especie == EspecieFinalizador.VALE:
            vales.add(codigo)
        if dinheiro is None and especie == EspecieFinalizador.DINHEIRO:
            dinheiro = codigo
    return nomes, dinheiro if dinheiro is not None else DINHEIRO_PADRAO, frozenset(vales)
