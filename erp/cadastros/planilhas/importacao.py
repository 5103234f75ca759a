"""A spreadsheet into the database through django-import-export: conferred whole, then written whole or not at all.

The rows are plain values and the writing is set-based: 20,000 products take seconds, and the preview is the import
itself, rolled back.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from import_export.formats.base_formats import Format
from import_export.resources import Resource
from import_export.results import Error, Result, RowResult
from tablib import Dataset  # type: ignore[import-untyped]  # it has no types

from erp.cadastros.planilhas.leitura import PlanilhaInvalida, ler
from erp.cadastros.textos import normalizar

PREVIAS = 200
ERROS_MOSTRADOS = 500
Tipo = Literal["new", "update", "skip"]


class Coluna(NamedTuple):
    """`ler` turns a filled cell into a value; an empty cell is absent from the line's values."""

    nome: str
    ler: Callable[[str], Any]
    ajuda: str
    obrigatoria: bool = False
    apelidos: tuple[str, ...] = ()


class Linha(NamedTuple):
    """One line of the file; `numero` is the one that the person sees, `valores` what its filled cells say."""

    numero: int
    valores: Mapping[str, Any]


class Previa(NamedTuple):
    """What one line does, for the preview: a new row, a change, or nothing; one text per column of `titulos`."""

    numero: int
    tipo: Tipo
    celulas: Sequence[str]


class Contexto(NamedTuple):
    usuario: Any
    arquivo: str
    simulado: bool
    opcoes: Mapping[str, Any]


class Erros:
    """The problems of a file, line by line, in the order found."""

    def __init__(self) -> None:
        self.por_linha: dict[int, list[str]] = {}

    def anotar(self, linha: int, mensagem: str) -> None:
        self.por_linha.setdefault(linha, []).append(mensagem)

    def __bool__(self) -> bool:
        return bool(self.por_linha)


class FormatoPlanilha(Format):  # type: ignore[misc]  # import-export has no types
    """CSV or XLSX, told apart by content: nobody has to choose. The encoding is found out too."""

    def __init__(self, encoding: str | None = None) -> None:
        super().__init__()

    def get_title(self) -> str:
        return "CSV ou XLSX"

    def create_dataset(self, in_stream: bytes) -> Dataset:
        """Lines of text; the line's number goes in a column of its own, before the file's."""
        planilha = ler(in_stream)
        dataset = Dataset(headers=["#", *planilha.cabecalho])
        for linha in planilha.linhas:
            dataset.append([linha.numero, *linha.celulas])
        return dataset

    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def can_import(self) -> bool:
        return True


class ImportacaoDePlanilha(Resource):  # type: ignore[misc]  # import-export has no types
    """Base of the imports: subclasses name their columns and say how lines are checked and written."""

    colunas: ClassVar[tuple[Coluna, ...]]
    chave: ClassVar[tuple[str, ...]]  # the columns that may not repeat in one file
    titulos: ClassVar[tuple[str, ...]]  # of the preview
    explicacao: ClassVar[str] = "Célula em branco não muda o que já está gravado."
    nome_dos_novos: ClassVar[tuple[str, str]] = ("Novos", "novo")  # the count's, the line's
    mostra_iguais: ClassVar[bool] = False  # whether lines that change nothing are in the preview

    @abstractmethod
    def conferir(self, linhas: Sequence[Linha], erros: Erros, contexto: Contexto) -> list[Previa]:
        """Check the lines against the database, noting what is wrong, and say what each would do. Writes nothing."""

    @abstractmethod
    def gravar(self, contexto: Contexto) -> None:
        """Write what `conferir` prepared, in the transaction that is open."""

    def import_data_inner(
        self, dataset: Dataset, dry_run: bool, raise_errors: bool, using_transactions: bool, collect_failed_rows: bool,
        **kwargs: Any,
    ) -> Result:  # fmt: skip
        resultado = Result()
        resultado.diff_headers = list(self.titulos)
        resultado.total_rows = len(dataset)
        contexto = Contexto(kwargs.get("user"), kwargs.get("file_name") or "", dry_run, kwargs.get("opcoes") or {})
        erros = Erros()
        try:
            linhas = ler_linhas(dataset, self.colunas, self.chave, erros)
            previas = self.conferir(linhas, erros, contexto)
            if not erros:
                self.gravar(contexto)
        except PlanilhaInvalida as erro:
            resultado.append_base_error(Error(erro))
            return resultado
        _relatar(resultado, previas, erros, self.mostra_iguais)
        return resultado

    def get_db_connection_name(self) -> str:
        return DEFAULT_DB_ALIAS

    def get_use_transactions(self) -> bool:
        return True

    @classmethod
    def get_display_name(cls) -> str:
        return cls.__name__

    def get_user_visible_fields(self) -> list[Any]:
        return []


def ler_linhas(dataset: Dataset, colunas: Sequence[Coluna], chave: Sequence[str], erros: Erros) -> list[Linha]:
    """The lines whose every cell could be read; what is wrong with the others goes to `erros`.

    Raises PlanilhaInvalida naming unknown, missing and repeated columns.
    """
    casadas = casar_colunas(dataset.headers[1:], colunas)
    obrigatorias = [coluna.nome for coluna in colunas if coluna.obrigatoria]
    vistas: dict[tuple[Any, ...], int] = {}
    linhas = []
    for numero, *celulas in dataset:
        valores: dict[str, Any] = {}
        ruins = set()
        for coluna, celula in zip(casadas, celulas, strict=True):
            if celula == "":
                continue
            try:
                valores[coluna.nome] = coluna.ler(celula)
            except ValueError as erro:
                ruins.add(coluna.nome)
                erros.anotar(numero, f"{coluna.nome}: {erro}.")
        for nome in obrigatorias:
            if nome not in valores and nome not in ruins:
                erros.anotar(numero, f"{nome}: está em branco.")
        if numero in erros.por_linha:
            continue
        identidade = tuple(valores.get(nome) for nome in chave)
        if chave and (primeira := vistas.setdefault(identidade, numero)) != numero:
            erros.anotar(numero, f"{' + '.join(chave)}: repete a linha {primeira}.")
            continue
        linhas.append(Linha(numero, valores))
    return linhas


def casar_colunas(cabecalho: Sequence[str], colunas: Sequence[Coluna]) -> list[Coluna]:
    """The column that each title of the file means, whatever its case, accents and spaces."""
    conhecidas = {_titulo(nome): coluna for coluna in colunas for nome in (coluna.nome, *coluna.apelidos)}
    estranhas = [titulo or "(sem título)" for titulo in cabecalho if _titulo(titulo) not in conhecidas]
    casadas = [conhecidas[_titulo(titulo)] for titulo in cabecalho if _titulo(titulo) in conhecidas]
    nomes = [coluna.nome for coluna in casadas]
    problemas = []
    if estranhas:
        problemas.append(f"Colunas que não conheço: {', '.join(estranhas)}.")
    if faltam := [c.nome for c in colunas if c.obrigatoria and c.nome not in nomes]:
        problemas.append(f"Faltam as colunas: {', '.join(faltam)}.")
    if repetidas := sorted({nome for nome in nomes if nomes.count(nome) > 1}):
        problemas.append(f"Colunas repetidas: {', '.join(repetidas)}.")
    if problemas:
        aceitas = ", ".join(coluna.nome for coluna in colunas)
        raise PlanilhaInvalida(f"{' '.join(problemas)} A primeira linha pode ter: {aceitas}.")
    return casadas


def _titulo(texto: str) -> str:
    return normalizar(texto.replace("_", " ")).replace(".", "")


def _relatar(resultado: Result, previas: Sequence[Previa], erros: Erros, mostra_iguais: bool) -> None:
    for numero, mensagens in sorted(erros.por_linha.items())[:ERROS_MOSTRADOS]:
        resultado.append_invalid_row(numero, {}, ValidationError(mensagens))
    resultado.cortado = len(previas) > PREVIAS
    resultado.totals[RowResult.IMPORT_TYPE_INVALID] = len(erros.por_linha)
    for previa in previas:
        resultado.totals[previa.tipo] += 1
    mostradas = [p for p in previas if mostra_iguais or p.tipo != "skip"] or previas
    for previa in mostradas[:PREVIAS]:
        linha = RowResult()
        linha.import_type = previa.tipo
        linha.number = previa.numero
        linha.diff = list(previa.celulas)
        resultado.append_row_result(linha)
