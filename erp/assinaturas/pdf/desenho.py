"""The drawing of a contract, with a line for each who signs.

Nothing of the moment goes into the file (no clock, no random identifier): the same content is the same bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Final

from fpdf.enums import TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace

from erp.assinaturas.pdf.conteudo import Campos, Clausulas, Conteudo, Tabela
from erp.pdf.papel import CINZA, CLARO, FONTE, MARGEM, Papel, limpo

_LINHA: Final = 5.2


def renderizar(conteudo: Conteudo) -> bytes:
    """The PDF. The same bytes for the same content and the same version of the library that draws."""
    folha = _Folha(conteudo)
    folha.add_page()
    for bloco in conteudo.blocos:
        match bloco:
            case Campos():
                folha.campos(bloco)
            case Tabela():
                folha.tabela(bloco)
            case Clausulas():
                folha.clausulas(bloco)
    folha.assinaturas()
    return bytes(folha.output())


class _Folha(Papel):
    def __init__(self, conteudo: Conteudo) -> None:
        meio_dia = datetime.combine(conteudo.dia, time(12), tzinfo=UTC)
        versao = f"{conteudo.titulo}, versão {conteudo.versao()[:12]}"
        super().__init__(conteudo.titulo, conteudo.empresa, meio_dia, rodape=versao)
        self.conteudo = conteudo

    def campos(self, bloco: Campos) -> None:
        self.secao(bloco.titulo)
        for nome, valor in bloco.linhas:
            self.set_font(FONTE, "", 10)
            self.set_text_color(*CINZA)
            self.multi_cell(45, _LINHA, limpo(nome), align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
            self.set_text_color(0)
            self.escrever(valor or "–", _LINHA)
        self.ln(3)

    def tabela(self, bloco: Tabela) -> None:
        self.secao(bloco.titulo)
        self.set_font(FONTE, "", 9)
        if not bloco.linhas:
            self.escrever(bloco.vazia, _LINHA)
            self.ln(3)
            return
        with self.table(
            col_widths=bloco.larguras, line_height=_LINHA, text_align="LEFT", borders_layout="HORIZONTAL_LINES",
            headings_style=FontFace(emphasis="B", fill_color=CLARO), cell_fill_mode=TableCellFillMode.NONE, padding=1,
        ) as tabela:  # fmt: skip
            for linha in (bloco.colunas, *bloco.linhas):
                fila = tabela.row()
                for valor in linha:
                    fila.cell(limpo(valor))
        self.ln(4)

    def clausulas(self, bloco: Clausulas) -> None:
        self.secao(bloco.titulo)
        self.set_font(FONTE, "", 10)
        for numero, texto in enumerate(bloco.textos, 1):
            self.escrever(f"{numero}. {texto}", _LINHA)
            self.ln(1.2)
        self.ln(2)

    def assinaturas(self) -> None:
        """All the lines on one page: a name without its line would be signed nowhere."""
        alto = 22.0 * len(self.conteudo.assinam)
        if self.will_page_break(alto):
            self.add_page()
        for quem in self.conteudo.assinam:
            self.ln(14)
            self.set_draw_color(0)
            self.line(MARGEM, self.get_y(), MARGEM + 90, self.get_y())
            self.ln(1)
            self.set_font(FONTE, "", 10)
            self.escrever(quem, _LINHA)
