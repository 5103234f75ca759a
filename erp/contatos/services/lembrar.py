"""The sources read for a day: what each has to tell becomes comunicados, a batch a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import islice
from typing import Protocol

import structlog
from django.db import InterfaceError, OperationalError, transaction

from erp.contatos.registro import Fonte, fontes
from erp.contatos.services.aviso import avisar
from erp.contatos.valores import Aviso, Resumo
from erp.rotinas.contexto import ExecucaoPerdida

log = structlog.get_logger(__name__)

POR_VEZ = 2_000


class Registro(Protocol):
    """What this needs of a running routine (`erp.rotinas.contexto.Contexto`)."""

    def contar(self, nome: str, quantos: int = 1) -> None: ...
    def falhar(self, objeto: str, objeto_id: str, mensagem: str) -> None: ...
    def confirmar(self) -> None: ...


def lembrar(dia: date, registro: Registro, *, item: Callable[[Fonte, Aviso], None] | None = None) -> Resumo:
    """Read every source for `dia`. What was told already is left out, so it may run twice, or go on where one died.

    A source that fails says so and the others go on; what it gave before stays. `item` sees each fact that is read.
    """
    novos = repetidos = 0
    for fonte in fontes():
        try:
            for lote in _em_lotes(fonte.ler(dia)):
                if item is not None:
                    for aviso in lote:
                        item(fonte, aviso)
                with transaction.atomic():
                    resumo = avisar(lote, fonte=fonte.nome)
                    registro.confirmar()
                novos += resumo.novos
                repetidos += resumo.repetidos
                registro.contar(fonte.nome, resumo.novos)
        except (ExecucaoPerdida, OperationalError, InterfaceError):  # not the source's: this run is over
            raise
        except Exception as defeito:  # one source must not hold back the others
            log.error("contatos.fonte_falhou", fonte=fonte.nome, tipo=type(defeito).__name__)
            registro.falhar("contatos.fonte", fonte.nome, f"{fonte.titulo}: {type(defeito).__name__}")
    return Resumo(novos, repetidos)


def _em_lotes(avisos: Iterable[Aviso]) -> Iterable[Sequence[Aviso]]:
    restantes = iter(avisos)
    while lote := list(islice(restantes, POR_VEZ)):
        yield lote
