"""Everything about one person, as JSON (all of it) or as PDF (to be read: the newest rows of each place).

Written to a file as it is read, in one snapshot of the database: a person with a hundred thousand rows is in memory a few
hundred at a time, what is handed over is of one moment, and a failure is known before the first byte goes out. What could
not be read (the archive of the trail may be silent) is said at the head of the file, and in its name.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import IO, Final, Literal, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ator
from auditoria.trilha.reuniao import segurar
from erp.lgpd.folha import Folha
from erp.lgpd.fontes import Fonte, Leitura, fontes
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.services.registro import registrar_pedido

LINHAS_NO_PDF: Final = 200
_NA_MEMORIA: Final = 4 * 1024 * 1024  # bytes of the file before it goes to the disk
_codificar = DjangoJSONEncoder(ensure_ascii=False).encode
Formato = Literal["json", "pdf"]


class Exportado(NamedTuple):
    """The file, at its beginning, and what it is called: by the moment and never by the person. `faltas`: what is not in it."""

    arquivo: IO[bytes]
    nome: str
    linhas: int
    sha256: str
    faltas: tuple[str, ...]


class _Aberta(NamedTuple):
    """A source, being read."""

    fonte: Fonte
    leitura: Leitura


@sensivel("lgpd.pessoa_exportada")
def exportar(pessoa: Pessoa, formato: Formato, *, ator: Ator, motivo: str) -> Exportado:
    """Everything that the sources have of a person. An event in the same transaction, with how much and its hash."""
    agora = timezone.localtime()
    arquivo: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_NA_MEMORIA)  # closed by who sends it
    with _fechado_se_falhar(arquivo), transaction.atomic():
        _um_so_momento()
        with ExitStack() as abertas:
            lidas = [_Aberta(fonte, abertas.enter_context(fonte.ler(pessoa))) for fonte in fontes()]
            faltas = tuple(lida.leitura.falta for lida in lidas if lida.leitura.falta)
            escrever = _em_json if formato == "json" else _em_pdf
            linhas = escrever(arquivo, pessoa, agora, lidas, faltas)
        digital = _sha256(arquivo)
        registrar_pedido(
            "lgpd.pessoa_exportada", pessoa, ator=ator, motivo=motivo,
            depois={"formato": formato, "linhas": linhas, "sha256": digital} | ({"faltas": faltas} if faltas else {}),
        )  # fmt: skip
    arquivo.seek(0)
    inteiro = "-incompleto" if faltas else ""
    nome = f"dados-pessoais-{agora:%Y%m%d-%H%M%S}{inteiro}.{formato}"
    return Exportado(arquivo, nome, linhas, digital, faltas)


@contextmanager
def _fechado_se_falhar(arquivo: IO[bytes]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        arquivo.close()
        raise


def _um_so_momento() -> None:
    """REPEATABLE READ, where this is the transaction's first statement; inside another it is that one's moment."""
    if len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    segurar()


def _em_json(
    arquivo: IO[bytes], pessoa: Pessoa, agora: datetime, lidas: Sequence[_Aberta], faltas: Sequence[str]
) -> int:
    cabeca = {
        "gerado_em": agora, "pessoa": {"documento": pessoa.documento, "codigos": pessoa.codigos},
        "completo": not faltas, "faltas": faltas,
    }  # fmt: skip
    arquivo.write(f'{_codificar(cabeca)[:-1]}, "fontes": ['.encode())
    total = 0
    for ordem, lida in enumerate(lidas):
        arquivo.write(b"\n" if ordem == 0 else b",\n")
        total += _fonte_em_json(arquivo, lida)
    arquivo.write(f'\n], "linhas": {total}}}\n'.encode())
    return total


def _fonte_em_json(arquivo: IO[bytes], lida: _Aberta) -> int:
    fonte, leitura = lida
    ditos = {"fonte": fonte.nome, "titulo": fonte.titulo, "guarda": fonte.base, "falta": leitura.falta}
    cabeca = {nome: dito for nome, dito in ditos.items() if dito}
    arquivo.write(f'{_codificar(cabeca)[:-1]}, "linhas": ['.encode())
    quantas = 0
    for quantas, linha in enumerate(leitura.linhas(None), 1):
        arquivo.write(f"{',' if quantas > 1 else ''}\n {_codificar(linha)}".encode())
    arquivo.write(b"]}")
    return quantas


def _em_pdf(
    arquivo: IO[bytes], pessoa: Pessoa, agora: datetime, lidas: Sequence[_Aberta], faltas: Sequence[str]
) -> int:
    folha = Folha("Dados pessoais guardados", agora)
    folha.paragrafo(
        f"Pessoa: {pessoa.documento or 'cliente ' + ', '.join(pessoa.codigos)}. Gerado em {agora:%d/%m/%Y %H:%M}."
    )
    if faltas:
        folha.set_subject("Incompleto. " + " ".join(faltas))
        folha.aviso("Este documento não está completo", faltas)
    total = sum(_fonte_em_pdf(folha, lida) for lida in lidas)
    if not total and not faltas:
        folha.paragrafo("Nada se guarda desta pessoa.")
    folha.gravar(arquivo)
    return total


def _fonte_em_pdf(folha: Folha, lida: _Aberta) -> int:
    fonte, leitura = lida
    quantas = leitura.contar()
    if not quantas and not leitura.falta:
        return 0
    folha.secao(f"{fonte.titulo} ({quantas})")
    if leitura.falta:
        folha.aviso("Esta parte não está completa", [leitura.falta])
    if fonte.base:
        folha.fraco(f"Guarda: {fonte.base}")
    for linha in leitura.linhas(LINHAS_NO_PDF):
        folha.linha(linha)
    if quantas > LINHAS_NO_PDF:
        folha.fraco(f"As {LINHAS_NO_PDF} mais novas de {quantas}. Todas estão no arquivo JSON.")
    return min(quantas, LINHAS_NO_PDF)


def _sha256(arquivo: IO[bytes]) -> str:
    arquivo.seek(0)
    resumo = hashlib.sha256()
    while pedaco := arquivo.read(1 << 20):
        resumo.update(pedaco)
    return resumo.hexdigest()
