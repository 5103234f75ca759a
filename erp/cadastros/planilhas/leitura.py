"""Bytes of a CSV or XLSX file -> lines of text. Nothing here knows what the columns mean."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

BYTES_MAXIMO = 15 * 1024 * 1024
BYTES_ABERTO_MAXIMO = 300 * 1024 * 1024  # an XLSX is a ZIP: a small file may open into a huge one
LINHAS_MAXIMO = 50_000
COLUNAS_MAXIMO = 60
_SEPARADORES = ";,\t|"


class PlanilhaInvalida(ValueError):
    """A planilha não pode ser lida."""


class LinhaLida(NamedTuple):
    """One line with something in it; `numero` is the one that Excel shows, 1 being the header."""

    numero: int
    celulas: list[str]


class Planilha(NamedTuple):
    cabecalho: list[str]
    linhas: list[LinhaLida]


def ler(conteudo: bytes) -> Planilha:
    """Read a CSV (UTF-8 or Windows-1252; `;`, `,`, tab or `|`) or the first sheet of an XLSX.

    Raises PlanilhaInvalida with a message for the person who sent it.
    """
    if len(conteudo) > BYTES_MAXIMO:
        raise PlanilhaInvalida(f"O arquivo passa de {BYTES_MAXIMO // 1024**2} MB. Divida-o em partes.")
    linhas = _ler_xlsx(conteudo) if conteudo.startswith(b"PK") else _ler_csv(conteudo)
    return _montar(linhas)


def _montar(linhas: Iterable[LinhaLida]) -> Planilha:
    cheias: list[LinhaLida] = []
    for linha in linhas:
        if any(linha.celulas):
            cheias.append(linha)
        if len(cheias) > LINHAS_MAXIMO + 1:
            raise PlanilhaInvalida(f"A planilha passa de {LINHAS_MAXIMO} linhas. Divida-a em partes.")
    if len(cheias) < 2:
        raise PlanilhaInvalida("A planilha está vazia: a primeira linha são os títulos e as outras, os dados.")
    cabecalho = _sem_vazias_no_fim(cheias[0].celulas)
    if len(cabecalho) > COLUNAS_MAXIMO:
        raise PlanilhaInvalida(f"A planilha tem {len(cabecalho)} colunas; o limite é {COLUNAS_MAXIMO}.")
    for linha in cheias[1:]:
        sobra = _sem_vazias_no_fim(linha.celulas)[len(cabecalho) :]
        if sobra:
            raise PlanilhaInvalida(
                f"A linha {linha.numero} tem mais colunas que a linha de títulos: sobra «{sobra[0][:40]}». "
                "Num CSV, um texto que contém o separador vai entre aspas."
            )
    largura = len(cabecalho)
    return Planilha(cabecalho, [LinhaLida(n, (c + [""] * (largura - len(c)))[:largura]) for n, c in cheias[1:]])


def _sem_vazias_no_fim(celulas: list[str]) -> list[str]:
    fim = len(celulas)
    while fim and not celulas[fim - 1]:
        fim -= 1
    return celulas[:fim]


def _ler_csv(conteudo: bytes) -> Iterator[LinhaLida]:
    texto = _decodificar(conteudo)
    primeira = texto.lstrip().partition("\n")[0]
    separador = max(_SEPARADORES, key=primeira.count)
    leitor = csv.reader(io.StringIO(texto, newline=""), delimiter=separador, strict=True)
    anterior = 0
    try:
        for celulas in leitor:
            yield LinhaLida(anterior + 1, [celula.strip() for celula in celulas])
            anterior = leitor.line_num
    except csv.Error as erro:
        raise PlanilhaInvalida(f"Aspas sem par ou texto grande demais perto da linha {anterior + 1}.") from erro


def _decodificar(conteudo: bytes) -> str:
    if b"\x00" in conteudo:
        raise PlanilhaInvalida("O arquivo não é CSV nem XLSX. No Excel, use «Salvar como» e escolha um dos dois.")
    try:
        return conteudo.decode("utf-8-sig")
    except UnicodeDecodeError:
        return conteudo.decode("cp1252", errors="replace")  # what Excel writes in Brazil


def _ler_xlsx(conteudo: bytes) -> Iterator[LinhaLida]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # no types; slow to load: paid by who reads one

    try:
        with zipfile.ZipFile(io.BytesIO(conteudo)) as arquivo:
            aberto = sum(parte.file_size for parte in arquivo.infolist())
        if aberto > BYTES_ABERTO_MAXIMO:
            raise PlanilhaInvalida("A planilha é grande demais quando aberta. Divida-a em partes.")
        pasta = load_workbook(io.BytesIO(conteudo), read_only=True, data_only=True)
        try:
            for numero, celulas in enumerate(pasta.worksheets[0].iter_rows(values_only=True), 1):
                yield LinhaLida(numero, [_texto(celula) for celula in celulas])
        finally:
            pasta.close()
    except PlanilhaInvalida:
        raise
    except Exception as erro:  # of the ZIP, of either XML parser, of what the library expects inside
        raise PlanilhaInvalida(
            "O arquivo XLSX está danificado ou não é uma planilha. Abra-o e salve de novo."
        ) from erro


def _texto(valor: object) -> str:
    if valor is None:
        return ""
    if isinstance(valor, bool):
        return "sim" if valor else "não"
    if isinstance(valor, float):
        return str(int(valor)) if valor.is_integer() else repr(valor)
    if isinstance(valor, datetime) and not (valor.hour or valor.minute or valor.second):
        valor = valor.date()
    if isinstance(valor, date):
        return valor.isoformat()
    return str(valor).strip()
