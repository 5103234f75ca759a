"""A4, one font with every letter of Portuguese, the company and the title on top, page numbers.

Nothing of the moment goes into the file (no clock, no random identifier): the same content is the same bytes.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import XPos, YPos

FONTE: Final = "DejaVu"
MARGEM: Final = 20.0
CINZA: Final = (96, 96, 96)
CLARO: Final = (236, 238, 241)
_FONTES: Final = Path(__file__).parent / "fontes"


class Papel(FPDF):
    """The caller adds the first page. `rodape` stands at the foot, to the left of the page number."""

    def __init__(self, titulo: str, empresa: str, quando: datetime, *, rodape: str = "") -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.titulo, self.empresa, self.rodape = titulo, empresa, rodape
        self.add_font(FONTE, "", _FONTES / "DejaVuSansCondensed.ttf")
        self.add_font(FONTE, "B", _FONTES / "DejaVuSansCondensed-Bold.ttf")
        self.set_margins(MARGEM, 16, MARGEM)
        self.set_auto_page_break(True, margin=20)
        self.set_title(limpo(titulo))
        self.set_author(limpo(empresa))
        self.set_lang("pt-BR")
        self.set_creation_date(quando)

    def header(self) -> None:
        self.set_font(FONTE, "B", 11)
        self.set_text_color(*CINZA)
        self.escrever(self.empresa, 6)
        self.set_text_color(0)
        if self.page == 1:
            self.set_font(FONTE, "B", 17)
            self.escrever(self.titulo, 10)
        self.set_draw_color(*CLARO)
        self.line(MARGEM, self.get_y() + 1, self.w - MARGEM, self.get_y() + 1)
        self.ln(5)

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font(FONTE, "", 8)
        self.set_text_color(*CINZA)
        meia = self.epw / 2
        self.cell(meia * 1.5, 5, limpo(self.rodape), new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.cell(meia * 0.5, 5, f"página {self.page} de {{nb}}", align="R")
        self.set_text_color(0)

    def secao(self, titulo: str) -> None:
        if self.will_page_break(18):
            self.add_page()
        self.set_font(FONTE, "B", 12)
        self.escrever(titulo, 7)
        self.ln(0.5)

    def escrever(self, texto: str, altura: float) -> None:
        """A text from here to the right margin, in as many lines as it takes, each so high."""
        self.multi_cell(0, altura, limpo(texto), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def limpo(texto: str) -> str:
    """Composed letters, no control characters, and a mark for what the font does not have."""
    return "".join(_letra(letra) for letra in unicodedata.normalize("NFC", texto))


def _letra(letra: str) -> str:
    if letra == "\n" or letra.isspace():
        return letra if letra == "\n" else " "
    if unicodedata.category(letra).startswith("C"):
        return ""
    codigo = ord(letra)
    conhecida = codigo < 0x250 or 0x1E00 <= codigo <= 0x1EFF or 0x2010 <= codigo <= 0x2027 or letra in "‰′″‹›€№™"
    return letra if conhecida else "\ufffd"
