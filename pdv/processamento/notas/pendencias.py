"""What is open about notes: orphans, contingency to transmit, a note and its sale that disagree on being cancelled.

The same function decides whichever side comes last, from the state of both; rows exist only while something is open.
Works under the lock of the comparison (`comparacao.travar_comparacao`), which serialises a filial's writers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from erp.fiscal.estados import CONTAM
from filas.copia import copiar
from pdv.processamento.models import PendenciaNota

Tipo = PendenciaNota.Tipo
TABELA = "pdv_pendencia_nota"
PRAZO_DA_CONTINGENCIA = timedelta(hours=24)  # from the issue; Ajuste SINIEF 19/16, cl. 11ª
_COLUNAS = (
    "tipo", "nota_id", "filial_id", "ponto_venda_id", "instalacao", "id_operacao", "chave", "numero", "serie", "valor",
    "desde", "prazo", "avisada_em",
)  # fmt: skip


class NotaConferida(NamedTuple):
    """A note as the ledger has it now, with what became of its sale. `situacao` is empty while it is not posted."""

    nota_id: int
    filial_id: int
    ponto_venda_id: int
    instalacao: str
    id_operacao: int | None
    chave: str
    numero: int
    serie: int
    valor: Decimal
    situacao: str
    emissao: datetime
    venda_chegou: bool
    venda_lancada: bool
    venda_cancelada: bool


def abertas(nota: NotaConferida, agora: datetime) -> dict[str, datetime]:
    """What is open about a note, each with the moment from which somebody must look at it. Pure."""
    conta = not nota.situacao or nota.situacao in CONTAM
    abertas: dict[str, datetime] = {}
    if nota.situacao == "contingencia":
        abertas[Tipo.CONTINGENCIA.value] = nota.emissao + PRAZO_DA_CONTINGENCIA
    if conta and nota.id_operacao is None:
        abertas[Tipo.ORFA.value] = agora
    elif conta and not nota.venda_chegou:
        abertas[Tipo.ORFA.value] = agora + settings.PDV_ESPERA_MAXIMA
    if nota.situacao and conta and nota.venda_cancelada:
        abertas[Tipo.VENDA_CANCELADA.value] = agora + settings.PDV_NOTA_TOLERANCIA
    if not conta and nota.venda_lancada and not nota.venda_cancelada:
        abertas[Tipo.NOTA_CANCELADA.value] = agora + settings.PDV_NOTA_TOLERANCIA
    return abertas


def conferir(cursor: CursorWrapper, notas: Sequence[NotaConferida], *, agora: datetime) -> None:
    """Bring what is open about these notes up to date; what was open before keeps its `desde` and its `prazo`."""
    desejadas = {(n.nota_id, tipo): (n, prazo) for n in notas for tipo, prazo in abertas(n, agora).items()}
    cursor.execute(f"SELECT nota_id, tipo FROM {TABELA} WHERE nota_id = ANY(%s)", [[n.nota_id for n in notas]])
    atuais = set(cursor.fetchall())
    lancadas = {n.nota_id for n in notas if n.situacao}
    # of a note that could not be posted only the orphan is known: what its former generation had open stays
    _fechar(cursor, [par for par in atuais - desejadas.keys() if par[0] in lancadas or par[1] == Tipo.ORFA])
    copiar(
        cursor, TABELA, _COLUNAS,
        [(par[1], *nota[:9], agora, prazo, None) for par, (nota, prazo) in desejadas.items() if par not in atuais],
    )  # fmt: skip


def _fechar(cursor: CursorWrapper, pares: Sequence[tuple[int, str]]) -> None:
    if pares:
        cursor.execute(
            f"""DELETE FROM {TABELA} p USING unnest(%s::bigint[], %s::text[]) AS x(nota, tipo)
                WHERE p.nota_id = x.nota AND p.tipo = x.tipo""",
            [[nota for nota, _ in pares], [tipo for _, tipo in pares]],
        )
