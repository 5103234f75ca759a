"""The day's run, and the small one that takes up what was touched."""

from collections.abc import Callable
from datetime import date, datetime, time

from django.db import connection, transaction
from django.utils import timezone

from erp.colaboradores.fusos import BRASILIA
from erp.colaboradores.selectors import alvos
from erp.colaboradores.services.folhas import POR_LOTE, Resumo, apurar_folhas

# The day's run is at 21:10; a shift that ends later is taken up by the next day's.
HORA = time(21)


def em_curso(referencia: date) -> bool:
    """Whether the day's hour has not come: its sheets can be made, and are to be made again."""
    return timezone.now() < datetime.combine(referencia, HORA, BRASILIA)


def gerar_dia(
    referencia: date,
    *,
    confirmar: Callable[[], object] = lambda: None,
    falhar: Callable[[int, Exception], None] | None = None,
    por_lote: int = POR_LOTE,
) -> Resumo:
    """The sheets of a day: everybody employed on it, the shifts left open before it, and what was touched until it.

    By the day it is for, never by today's clock: a run taken up late makes the sheets that it would have made. One asked
    for before the day's hour knows the marks until now: a shift that is still on is open, and nobody was absent from it.
    """
    ate = min(datetime.combine(referencia, HORA, BRASILIA), timezone.now())
    total = Resumo()
    for quais in (alvos.do_dia(referencia), alvos.abertas(referencia)):
        total.somar(apurar_folhas(quais, ate=ate, confirmar=confirmar, falhar=falhar, por_lote=por_lote))
    total.somar(apurar_tocados(referencia, ate=ate, encerrado=True, confirmar=confirmar, falhar=falhar))
    return total


def apurar_tocados(
    dia: date | None = None,
    *,
    ate: datetime | None = None,
    encerrado: bool = False,
    confirmar: Callable[[], object] = lambda: None,
    falhar: Callable[[int, Exception], None] | None = None,
) -> Resumo:
    """Compute again what marks, treatments, schedules, contracts or holidays touched, oldest first, until none is left.

    What fails keeps its note, and ends this call after its batch: the next one tries it again.
    """
    dia, total, falhou = dia or timezone.localdate(), Resumo(), False

    def anotar(colaborador: int, erro: Exception) -> None:
        nonlocal falhou
        falhou = True
        if falhar is None:
            raise erro
        falhar(colaborador, erro)

    while not falhou:
        devidos, orfaos = alvos.tocados(dia, encerrado=encerrado)
        if not devidos and not orfaos:
            break
        total.somar(apurar_folhas(devidos, ate=ate or timezone.now(), confirmar=confirmar, falhar=anotar))
        with transaction.atomic():
            _esquecer(orfaos)
            confirmar()
    return total


def _esquecer(pares: list[tuple[int, date]]) -> None:
    """The notes of days without a sheet: if one is made meanwhile, it is made of what the note told of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM colaboradores_diatocado t USING unnest(%s::bigint[], %s::date[]) AS p (id, dia)"
            " WHERE t.colaborador_id = p.id AND t.dia = p.dia AND NOT t.criar AND NOT EXISTS (SELECT 1"
            " FROM colaboradores_folhadia f WHERE f.colaborador_id = p.id AND f.dia = p.dia)",
            [[i for i, _ in pares], [d for _, d in pares]],
        )
