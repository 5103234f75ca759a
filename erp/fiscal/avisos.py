"""What staff should know of a document, as it is written: kept beside the document, once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from erp.fiscal.estados import Retrato, contradizem, estados_do_conteudo
from erp.fiscal.xml.situacao import ORDEM
from filas.copia import copiar

COLUNAS_AVISO = ("documento_id", "codigo", "mensagem", "grave", "criado_em")


class AvisoNovo(NamedTuple):
    codigo: str
    mensagem: str
    grave: bool


def avisos_do_estado(
    situacao: str, estados: Collection[object], anterior: Retrato | None, retrato: Retrato
) -> list[AvisoNovo]:
    """Of an arrival with these `estados`: one that came after a higher one, and states that cannot both be true."""
    avisos = []
    if anterior is not None and ORDEM[situacao] < ORDEM[anterior.situacao]:
        texto = f"chegou {situacao} depois de {anterior.situacao}: a situação não volta, o que veio fica na história"
        avisos.append(AvisoNovo("ESTADO_ANTERIOR", texto, False))
    if anterior is not None or len(estados) > 1:
        conhecidos = {e["situacao"] for e in estados_do_conteudo(retrato.conteudo)}
        if contradizem(conhecidos):
            lista = ", ".join(sorted(conhecidos, key=ORDEM.__getitem__))
            texto = f"a nota já esteve {lista}, o que a SEFAZ não permite: vale {retrato.situacao}; consulte a chave"
            avisos.append(AvisoNovo("ESTADO_CONTRADITORIO", texto, True))
    return avisos


def sem_repetidos(cursor: CursorWrapper, avisos: Mapping[int, Sequence[AvisoNovo]]) -> dict[int, list[AvisoNovo]]:
    """Without those that their documents already have, word for word."""
    if not avisos:
        return {}
    cursor.execute(
        "SELECT documento_id, codigo, mensagem FROM fiscal_aviso WHERE documento_id = ANY(%s)", [list(avisos)]
    )
    tem: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for documento, codigo, mensagem in cursor.fetchall():
        tem[documento].add((codigo, mensagem))
    return {d: [a for a in novos if (a.codigo, a.mensagem) not in tem[d]] for d, novos in avisos.items()}


def gravar_avisos(cursor: CursorWrapper, avisos: Mapping[int, Sequence[AvisoNovo]], *, agora: datetime) -> None:
    """Keep the flags beside their documents."""
    copiar(
        cursor, "fiscal_aviso", COLUNAS_AVISO, [(d, *aviso, agora) for d, novos in avisos.items() for aviso in novos]
    )
