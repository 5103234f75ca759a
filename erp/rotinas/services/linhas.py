"""What an execution told, as rows."""

from collections.abc import Sequence
from typing import Final

from erp.rotinas.contexto import Contexto, Item
from erp.rotinas.models import ItemExecucao, LinhaExecucao

POR_VEZ: Final = 1000


def gravar_linhas(contexto: Contexto) -> None:
    """Write the log lines that are still in memory; those that could not be written stay there."""
    with contexto.escrevendo:
        linhas = list(contexto.linhas)
        LinhaExecucao.objects.bulk_create(
            [LinhaExecucao(execucao_id=contexto.execucao_id, em=linha.em, texto=linha.texto) for linha in linhas],
            batch_size=POR_VEZ,
        )
        del contexto.linhas[: len(linhas)]


def gravar_itens(execucao_id: int, itens: Sequence[Item]) -> None:
    """Write what was, would be, or could not be touched."""
    ItemExecucao.objects.bulk_create(
        [
            ItemExecucao(
                execucao_id=execucao_id,
                falha=item.falha,
                objeto=item.objeto,
                objeto_id=item.objeto_id,
                descricao=item.descricao,
                valor=item.valor,
            )
            for item in itens
        ],
        batch_size=POR_VEZ,
    )
