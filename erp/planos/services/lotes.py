"""Contracts changed by the thousand: one transaction for each batch, and one that fails stops no other."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from erp.acesso.erros import ErroDefinitivo
from erp.planos.services.mudancas import OBJETO
from erp.rotinas.contexto import Contexto

POR_LOTE = 2_000
ESPERA_PELA_TRAVA = "2s"
TENTATIVAS = 3
_PASSAGEIROS = frozenset({"40001", "40P01"})  # serialization, deadlock
_PRESO = "55P03"  # somebody holds the contract for longer than we wait


class Feito(NamedTuple):
    """What a batch did; told to the execution only once it is committed."""

    contagens: Mapping[str, int]
    valores: Mapping[str, Decimal] = MappingProxyType({})


Aplicar = Callable[[Sequence[int]], Feito]


def fatias(ids: Sequence[int], tamanho: int) -> Iterator[Sequence[int]]:
    for inicio in range(0, len(ids), tamanho):
        yield ids[inicio : inicio + tamanho]


def em_lotes(contexto: Contexto, ids: Sequence[int], aplicar: Aplicar) -> None:
    """Call `aplicar` on batches of contracts, each in a transaction that ends at the fence.

    A batch that is refused is halved until the culprit is alone: it is told by `contexto.falhar`, the others are done.
    A lost connection, and a lost execution, end all: what was committed stands, the next run does the rest.
    """
    for lote in fatias(ids, POR_LOTE):
        _trabalhar(contexto, lote, aplicar)


def _trabalhar(contexto: Contexto, ids: Sequence[int], aplicar: Aplicar) -> None:
    try:
        _tentar(contexto, ids, aplicar)
    except (DatabaseError, ErroDefinitivo) as erro:
        if _perdeu_a_conexao(erro):
            raise
        if len(ids) == 1:
            contexto.falhar(OBJETO, str(ids[0]), _dito(erro))
            return
        meio = len(ids) // 2
        _trabalhar(contexto, ids[:meio], aplicar)
        _trabalhar(contexto, ids[meio:], aplicar)


def _tentar(contexto: Contexto, ids: Sequence[int], aplicar: Aplicar) -> None:
    for tentativa in range(1, TENTATIVAS + 1):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [ESPERA_PELA_TRAVA])
                feito = aplicar(ids)
                contexto.confirmar()
            return _contar(contexto, feito)
        except DatabaseError as erro:
            if _codigo(erro) not in _PASSAGEIROS or tentativa == TENTATIVAS:
                raise
            time.sleep(random.uniform(0, 0.05 * 2**tentativa))


def _contar(contexto: Contexto, feito: Feito) -> None:
    for nome, quantos in feito.contagens.items():
        contexto.contar(nome, quantos)
    for nome, valor in feito.valores.items():
        contexto.somar(nome, valor)


def _perdeu_a_conexao(erro: Exception) -> bool:
    codigo = _codigo(erro)
    return isinstance(erro, OperationalError | InterfaceError) and (codigo is None or codigo.startswith("57P"))


def _codigo(erro: Exception) -> str | None:
    return getattr(erro.__cause__, "pgcode", None)


def _dito(erro: Exception) -> str:
    """The first line: what follows quotes the row, and a row may hold a CPF."""
    if _codigo(erro) == _PRESO:
        return "O contrato estava em uso por outra pessoa ou processo; a próxima execução tenta de novo."
    return str(erro).strip().partition("\n")[0]
