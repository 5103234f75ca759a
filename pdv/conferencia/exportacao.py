"""The board as a spreadsheet: CSV for Excel in Brazil (UTF-8 with BOM, `;`) and XLSX. No cell of it is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils import timezone
from openpyxl import Workbook  # type: ignore[import-untyped]  # it has no types
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]  # it has no types

from auditoria.celulas import inofensivo
from pdv.conferencia.models import DiaConferido
from pdv.conferencia.textos import em_frase, faixas_em_palavras

LINHAS_MAXIMO: Final = 50_000
TITULOS: Final = (
    "Dia", "PDV", "Nome do PDV", "Situação", "Operações no PDV", "Valor no PDV", "Recebidas", "Valor recebido",
    "Lançadas", "Valor lançado", "Notas esperadas", "Valor das notas esperadas", "Notas", "Valor das notas", "Faltam",
    "Números que faltam", "Não lançado", "Não lançado desde", "Por quê", "Aceita por", "Motivo de aceitar",
    "Calculado em",
)  # fmt: skip
Celula = str | int | Decimal | date | datetime | None


def linhas(dias: Iterable[DiaConferido]) -> Iterator[tuple[Celula, ...]]:
    """One row of plain values for each day, in the order of `TITULOS`; `dias` come with their ponto_venda."""
    for d in dias:
        yield (
            d.dia, d.ponto_venda.codigo, d.ponto_venda.nome, d.get_situacao_display(), d.pdv_quantidade, d.pdv_valor,
            d.recebido_quantidade, d.recebido_valor, d.lancado_quantidade, d.lancado_valor, d.esperado_quantidade,
            d.esperado_valor, d.fiscal_quantidade, d.fiscal_valor, d.faltando_quantidade, faixas_em_palavras(d.faltando),
            d.nao_lancado_valor, _local(d.nao_lancado_desde), em_frase(d.motivos, tem_manifesto=d.tem_manifesto),
            d.aceita_por, d.aceita_motivo, _local(d.calculado_em),
        )  # fmt: skip


def em_csv(dias: Iterable[DiaConferido]) -> Iterator[bytes]:
    """The file in pieces, so that fifty thousand rows are never in memory at once."""
    saida = io.StringIO()
    escritor = csv.writer(saida, delimiter=";", lineterminator="\r\n")
    yield "\ufeff".encode()
    escritor.writerow(TITULOS)
    for linha in linhas(dias):
        escritor.writerow([_em_texto(celula) for celula in linha])
        if saida.tell() > 64 * 1024:
            yield saida.getvalue().encode()
            saida.seek(0)
            saida.truncate()
    yield saida.getvalue().encode()


def em_xlsx(dias: Iterable[DiaConferido]) -> bytes:
    pasta = Workbook(write_only=True)
    folha = pasta.create_sheet("Conferência")
    folha.freeze_panes = "A2"
    folha.append(list(TITULOS))
    for linha in linhas(dias):
        folha.append([_celula(folha, valor) for valor in linha])
    saida = io.BytesIO()
    pasta.save(saida)
    return saida.getvalue()


def _celula(folha: object, valor: Celula) -> object:
    if not isinstance(valor, str):
        return valor
    celula = WriteOnlyCell(folha, inofensivo(valor))
    celula.data_type = "s"
    return celula


def _em_texto(valor: Celula) -> str:
    match valor:
        case None:
            return ""
        case str():
            return inofensivo(valor)
        case Decimal():
            return f"{valor:.2f}".replace(".", ",")
        case datetime():
            return valor.strftime("%d/%m/%Y %H:%M")
        case date():
            return valor.strftime("%d/%m/%Y")
    return str(valor)


def _local(quando: datetime | None) -> datetime | None:
    """The shop's time, naive: a spreadsheet knows no zones."""
    return timezone.localtime(quando).replace(tzinfo=None, microsecond=0) if quando else None
