"""All the events of many things, and of many identifiers, from both stores: gathered in a table of this transaction.

Memory holds a few hundred at a time, whatever there is: what PostgreSQL has is only named in the table, what only the
archive has is copied into it, once, and what both have is one row. A part that could not be read is told in words, with
the period that it is of; it is never left out in silence.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from auditoria import serial
from auditoria.arquivo import ArquivoForaDoAr, servico
from auditoria.arquivo.estado import estado
from auditoria.serial import Linha
from auditoria.trilha import banco
from auditoria.trilha.filtro import Visto
from auditoria.trilha.nomes import grafias
from auditoria.trilha.saidos import saidos_ate

NOMES_POR_VEZ: Final = 2_000  # of things, in one question
LINHAS_POR_VEZ: Final = 200
_DA_COISA: Final = """INSERT INTO {tabela} (id, em) SELECT e.id, e.em FROM auditoria_evento e
    WHERE e.objeto_id = ANY(%s) AND e.objeto = ANY(%s) ON CONFLICT DO NOTHING"""
_DE_IDS: Final = """INSERT INTO {tabela} (id, em) SELECT e.id, e.em FROM auditoria_evento e
    WHERE e.id = ANY(%s) ON CONFLICT DO NOTHING"""
_FALTAM: Final = "SELECT i FROM unnest(%s::uuid[]) i WHERE NOT EXISTS (SELECT FROM {tabela} t WHERE t.id = i)"
_COPIAR: Final = """INSERT INTO {tabela} (id, em, copia)
    SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[]) ON CONFLICT DO NOTHING"""
_PAGINA: Final = f"""SELECT r.copia, {serial.COLUNAS} FROM (
        SELECT * FROM {{tabela}} {{onde}} ORDER BY em DESC, id DESC LIMIT %s
    ) r LEFT JOIN auditoria_evento e ON e.id = r.id AND r.copia IS NULL ORDER BY r.em DESC, r.id DESC"""

_T = TypeVar("_T")
# A kind of thing, by its model's label, and the names of those that are meant.
Coisa = tuple[str, Iterable[str]]


class Reuniao:
    """What was gathered. `falta` says what could not be, of which period and since when; empty when all was."""

    def __init__(self, tabela: str) -> None:
        self._tabela = tabela
        self.falta = ""

    def contar(self) -> int:
        """How many events there are, in both stores."""
        return int(self._executar("SELECT count(*) FROM {tabela}", [])[0][0])

    def percorrer(self, maximo: int | None = None) -> Iterator[Visto]:
        """The events, newest first, up to so many."""
        onde, de, faltam = "", list[Any](), maximo
        while faltam is None or faltam > 0:
            quantas = LINHAS_POR_VEZ if faltam is None else min(LINHAS_POR_VEZ, faltam)
            lidas = [_visto(linha) for linha in self._executar(_PAGINA, [*de, quantas], onde=onde)]
            yield from lidas
            if len(lidas) < quantas:
                return
            onde, de = "WHERE (em, id) < (%s, %s)", list(lidas[-1].ponto)
            faltam = None if faltam is None else faltam - len(lidas)

    def _executar(self, sql: str, valores: list[Any], onde: str = "") -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql.format(tabela=self._tabela, onde=onde), valores)
            return list(cursor.fetchall()) if cursor.description else []


class _DoArquivo:
    """The archive, asked until it fails once; `ate` is the newest instant of what may be only there, None for nothing."""

    def __init__(self, ate: datetime | None) -> None:
        self.ate, self.erro, self.lidos, self.estranhos = ate, "", 0, 0

    @property
    def cala(self) -> bool:
        return self.ate is None or bool(self.erro)

    def da_coisa(self, objetos: Sequence[str], ids: Sequence[str]) -> Iterator[list[Visto]]:
        if self.ate is not None and not self.erro:
            yield from self._ler(servico.das_coisas(objetos, ids, self.ate))

    def de_ids(self, ids: Sequence[UUID]) -> Iterator[list[Visto]]:
        if not self.cala and ids:
            yield from self._ler(servico.de_ids(ids))

    def _ler(self, achados: Iterator[tuple[list[Visto], int]]) -> Iterator[list[Visto]]:
        try:
            for vistos, estranhos in achados:
                self.lidos, self.estranhos = self.lidos + len(vistos), self.estranhos + estranhos
                yield vistos
        except (ArquivoForaDoAr, servico.SemArquivo) as erro:
            self.erro = str(erro).rstrip(".")


def segurar() -> None:
    """Let no partition leave PostgreSQL until this transaction ends: the first thing of one that reads a single moment.

    A snapshot sees no row of a table dropped after it, nor the row that tells of it.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE auditoria_evento IN ACCESS SHARE MODE")


@contextmanager
def reunir(coisas: Iterable[Coisa], eventos: Iterable[UUID], *, com_arquivo: bool = True) -> Iterator[Reuniao]:
    """Gather what was done to these things, and these events. Without `com_arquivo`, of PostgreSQL alone."""
    tabela = f"pg_temp.trilha_reunida_{secrets.token_hex(4)}"
    with transaction.atomic():
        reuniao = Reuniao(tabela)
        reuniao._executar(
            "CREATE TEMP TABLE {tabela} (id uuid PRIMARY KEY, em timestamptz NOT NULL, copia text) ON COMMIT DROP", []
        )
        arquivo = _DoArquivo(saidos_ate() if com_arquivo else None)
        for objeto, nomes in coisas:
            _juntar_coisas(reuniao, arquivo, objeto, nomes)
        perdidos = sum(_juntar_ids(reuniao, arquivo, parte) for parte in _em_partes(eventos))
        reuniao._executar("CREATE INDEX ON {tabela} (em, id)", [])
        reuniao._executar("ANALYZE {tabela}", [])
        reuniao.falta = _falta(arquivo, perdidos) if com_arquivo else ""
        yield reuniao
        reuniao._executar("DROP TABLE {tabela}", [])


def _juntar_coisas(reuniao: Reuniao, arquivo: _DoArquivo, objeto: str, nomes: Iterable[str]) -> None:
    escritos = list(grafias(objeto))
    for parte in _em_partes(nomes):
        reuniao._executar(_DA_COISA, [parte, escritos])
        for vistos in arquivo.da_coisa(escritos, parte):
            _copiar(reuniao, vistos)


def _juntar_ids(reuniao: Reuniao, arquivo: _DoArquivo, ids: list[UUID]) -> int:
    """How many of them neither store has."""
    reuniao._executar(_DE_IDS, [ids])
    faltam = [id_ for (id_,) in reuniao._executar(_FALTAM, [ids])]
    for vistos in arquivo.de_ids(faltam):
        _copiar(reuniao, vistos)
    return 0 if arquivo.cala and arquivo.ate else len(reuniao._executar(_FALTAM, [faltam]))


def _copiar(reuniao: Reuniao, vistos: list[Visto]) -> None:
    linhas = [v.linha for v in vistos]
    copias = [json.dumps([str(linha.id), serial.instante(linha.em), *linha[2:]]) for linha in linhas]
    reuniao._executar(_COPIAR, [[linha.id for linha in linhas], [linha.em for linha in linhas], copias])


def _em_partes(todos: Iterable[_T]) -> Iterator[list[_T]]:
    adiante = iter(todos)
    while parte := list(islice(adiante, NOMES_POR_VEZ)):
        yield parte


def _visto(lida: tuple[Any, ...]) -> Visto:
    copia, *campos = lida
    if copia is None:
        return Visto(Linha(*campos))
    id_, em, *resto = json.loads(copia)
    return Visto(Linha(UUID(id_), datetime.fromisoformat(em), *resto), do_arquivo=True)


def _falta(arquivo: _DoArquivo, perdidos: int) -> str:
    faltas = []
    if arquivo.erro and arquivo.ate is not None:
        faltas.append(_periodo(arquivo, arquivo.ate))
    if arquivo.estranhos:
        faltas.append(
            f"Faltam {arquivo.estranhos} atos cujo documento no arquivo não está como foi gravado: a verificação da auditoria "
            "diz quais."
        )
    if perdidos:
        faltas.append(f"Faltam {perdidos} atos que não estão no PostgreSQL nem no arquivo da auditoria.")
    return " ".join(faltas)


def _periodo(arquivo: _DoArquivo, ate: datetime) -> str:
    inicio, desde = banco.inicio(), estado().falhando_desde
    texto = (
        f"Faltam atos {f'de {_hora(inicio)} ' if inicio else ''}até {_hora(ate)}: já saíram do PostgreSQL, estão só no arquivo "
        f"da auditoria, e ele não respondeu agora, {_hora(timezone.now())} ({arquivo.erro})."
    )
    if desde is not None:
        texto += f" Ele está falhando desde {_hora(desde)}."
    if arquivo.lidos:
        texto += f" Antes de se calar ele deu {arquivo.lidos}, que estão aqui."
    return f"{texto} O que é mais novo está completo. Peça de novo quando o arquivo responder."


def _hora(quando: datetime) -> str:
    return f"{timezone.localtime(quando):%d/%m/%Y %H:%M}"
