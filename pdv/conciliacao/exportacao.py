"""The list as a CSV for Excel in Brazil. No cell of it is ever a formula (`auditoria.celulas.inofensivo`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.utils import timezone

from auditoria.celulas import inofensivo
from pdv.conciliacao.models import Achado
from pdv.conciliacao.textos import dias, frase
from pdv.conciliacao.tipos import SAIDAS, Tipo

LINHAS_MAXIMO: Final = 50_000
TITULOS: Final = (
    "Código", "O que não concorda", "Entre", "Detalhe", "Filial", "Desde", "Idade em dias", "Em jogo", "Esperado", "Encontrado",
    "Operação recebida", "Nota recebida", "Título", "Cobrança", "O que fazer", "Achado em", "Resolvido em",
    "Dispensado em", "Dispensado por", "Motivo",
)  # fmt: skip
_PEDACO: Final = 64 * 1024


def em_csv(achados: Iterable[Achado], agora: datetime) -> Iterator[bytes]:
    """The file in pieces: UTF-8 with BOM, `;`, decimal commas. `achados` come with their filial."""
    saida = io.StringIO()
    escritor = csv.writer(saida, delimiter=";", lineterminator="\r\n")
    yield "\ufeff".encode()
    escritor.writerow(TITULOS)
    for achado in achados:
        escritor.writerow([inofensivo(celula) for celula in _linha(achado, agora)])
        if saida.tell() > _PEDACO:
            yield saida.getvalue().encode()
            saida.seek(0)
            saida.truncate()
    yield saida.getvalue().encode()


def _linha(a: Achado, agora: datetime) -> tuple[str, ...]:
    texto = frase(a).replace("\u00a0", " ")
    return (
        a.tipo, a.get_tipo_display(), a.get_par_display(), texto, str(a.filial) if a.filial_id else "", _hora(a.desde),
        str(dias(a.desde, a.resolvido_em or agora)), _valor(a.valor), _valor(a.esperado), _valor(a.encontrado),
        *("" if n is None else str(n) for n in (a.operacao_id, a.nota_id, a.titulo_id, a.cobranca_id)),
        SAIDAS[Tipo(a.tipo)], _hora(a.visto_em), _hora(a.resolvido_em),
        *((_hora(a.dispensado_em), a.dispensado_por, a.motivo) if a.dispensado_em else ("", "", "")),
    )  # fmt: skip


def _valor(valor: Decimal | None) -> str:
    return "" if valor is None else f"{valor:.2f}".replace(".", ",")


def _hora(quando: datetime | None) -> str:
    return timezone.localtime(quando).strftime("%d/%m/%Y %H:%M") if quando else ""
