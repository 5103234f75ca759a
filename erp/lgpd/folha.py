"""PDFs of this app: the copy that a person gets, and the receipt of an anonymisation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import IO, Any, Final

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from fpdf.enums import XPos, YPos

from erp.pdf.papel import CINZA, CLARO, FONTE, MARGEM, Papel, limpo

VERMELHO: Final = (185, 28, 28)
VALOR_MAXIMO: Final = 600  # letters of one field: an XML or a file in base64 is for the JSON
_LINHA: Final = 4.6


class Folha(Papel):
    """Sections, and rows as names and values."""

    def __init__(self, titulo: str, quando: datetime) -> None:
        super().__init__(titulo, settings.CONTATOS_EMPRESA, quando)
        self.add_page()

    def paragrafo(self, texto: str) -> None:
        self.set_font(FONTE, "", 10)
        self.escrever(texto, 5.2)
        self.ln(1)

    def fraco(self, texto: str) -> None:
        self.set_font(FONTE, "", 8.5)
        self.set_text_color(*CINZA)
        self.escrever(texto, 4.4)
        self.set_text_color(0)
        self.ln(1)

    def aviso(self, titulo: str, textos: Iterable[str]) -> None:
        """What nobody may miss, beside a bar."""
        topo, pagina = self.get_y(), self.page
        self.set_left_margin(MARGEM + 4)
        self.set_x(MARGEM + 4)
        self.set_font(FONTE, "B", 10)
        self.escrever(titulo, 5.2)
        self.set_font(FONTE, "", 10)
        for texto in textos:
            self.escrever(texto, 5.2)
        self.set_left_margin(MARGEM)
        self.set_x(MARGEM)
        if self.page == pagina:
            self.set_fill_color(*VERMELHO)
            self.rect(MARGEM, topo, 1.2, self.get_y() - topo, style="F")
        self.ln(2)

    def campo(self, nome: str, valor: str) -> None:
        """A name, and its value beside it."""
        self.set_font(FONTE, "", 9)
        self.set_text_color(*CINZA)
        self.multi_cell(48, _LINHA, limpo(nome), align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.set_text_color(0)
        self.escrever(valor or "–", _LINHA)

    def linha(self, linha: dict[str, Any]) -> None:
        """One row: the fields that say something."""
        for nome, valor in linha.items():
            if valor not in (None, "", [], {}):
                self.campo(nome, em_texto(valor))
        self.set_draw_color(*CLARO)
        self.line(MARGEM, self.get_y() + 0.8, self.w - MARGEM, self.get_y() + 0.8)
        self.ln(2)

    def gravar(self, arquivo: IO[bytes]) -> None:
        arquivo.write(bytes(self.output()))


def em_texto(valor: Any) -> str:
    """A value as a person reads it; what is longer than a page can show is said to be in the JSON."""
    if isinstance(valor, bool):
        return "sim" if valor else "não"
    if isinstance(valor, datetime):
        return f"{timezone.localtime(valor) if timezone.is_aware(valor) else valor:%d/%m/%Y %H:%M:%S}"
    if isinstance(valor, date):
        return f"{valor:%d/%m/%Y}"
    estruturado = isinstance(valor, dict | list | tuple)
    texto = json.dumps(valor, ensure_ascii=False, cls=DjangoJSONEncoder) if estruturado else str(valor)
    return texto if len(texto) <= VALOR_MAXIMO else f"{texto[:VALOR_MAXIMO]}… (inteiro no arquivo JSON)"
