"""Files of NFC-e and CF-e SAT into operations of the till, once each."""

import csv
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from django.db import IntegrityError, transaction

from erp.fiscal.xml import TAMANHO_MAXIMO, XmlIlegivel, ler_documento
from pdv.terminal.catalogo import Produto
from pdv.terminal.models import NotaFiscal, SituacaoReplicacao
from pdv.terminal.registro import ALIAS, Registro, gravar
from pdv.terminal.traducao import NaoImportavel, traduzir

_CODIFICACAO = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
COLUNAS = ("codigo", "codigo_barras", "descricao", "unidade", "ncm", "preco")


class Desfecho(StrEnum):
    IMPORTADA = "importada"
    ATUALIZADA = "nota atualizada"
    REPETIDA = "já estava"
    PULADA = "pulada"


class Arquivo(NamedTuple):
    """What became of a file. `motivo` says why it was skipped; the products are those of a sale, also a repeated one."""

    caminho: Path
    desfecho: Desfecho
    motivo: str = ""
    avisos: tuple[str, ...] = ()
    produtos: tuple[Produto, ...] = ()


def arquivos_xml(pasta: Path) -> list[Path]:
    """Every XML file below `pasta`, in the order of the names; `pasta` may be a file itself."""
    if pasta.is_file():
        return [pasta]
    return sorted(caminho for caminho in pasta.rglob("*") if caminho.suffix.lower() == ".xml" and caminho.is_file())


def importar(caminhos: Iterable[Path], *, ponto_venda: int) -> Iterator[Arquivo]:
    """Import file by file, each in a transaction of its own; never raises for what is in a file."""
    for caminho in caminhos:
        yield _importar_um(caminho, ponto_venda)


def _importar_um(caminho: Path, ponto_venda: int) -> Arquivo:
    try:
        dados = _ler(caminho)
        documento = ler_documento(dados)
        traducao = traduzir(
            documento, texto_do_xml(dados), ponto_venda=ponto_venda, observacao=f"Importada de {caminho.name}"
        )
    except OSError as erro:
        return Arquivo(caminho, Desfecho.PULADA, f"não pôde ser lido: {erro.strerror or erro}")
    except (XmlIlegivel, NaoImportavel) as erro:
        return Arquivo(caminho, Desfecho.PULADA, str(erro))
    desfecho = _guardar(traducao.registro)
    return Arquivo(caminho, desfecho, "", tuple(traducao.avisos), tuple(traducao.produtos))


def _ler(caminho: Path) -> bytes:
    """At most one byte more than the reader takes, which then says so."""
    with caminho.open("rb") as arquivo:
        return arquivo.read(TAMANHO_MAXIMO + 1)


def texto_do_xml(dados: bytes) -> str:
    """The document as text, decoded as it declares. Bytes that do not fit the declaration are replaced."""
    if dados.startswith((b"\xff\xfe", b"\xfe\xff")):
        return dados.decode("utf-16", errors="replace")
    declarada = _CODIFICACAO.search(dados[:200])
    codificacao = declarada[1].decode() if declarada else "utf-8"
    try:
        return dados.decode("utf-8-sig" if codificacao.lower() in ("utf-8", "utf8") else codificacao)
    except (LookupError, UnicodeDecodeError):
        return dados.decode("latin-1")


def _guardar(registro: Registro) -> Desfecho:
    nota = registro.nota
    assert nota is not None  # traduzir gives every imported sale its note
    try:
        with transaction.atomic(using=ALIAS):
            guardada = NotaFiscal.objects.using(ALIAS).filter(chave=nota.chave).first()
            if guardada is not None:
                return _atualizar(guardada, nota)
            gravar([registro])
            return Desfecho.IMPORTADA
    except IntegrityError:  # another process imported it between the question and the write
        return Desfecho.REPETIDA


def _atualizar(guardada: NotaFiscal, nota: NotaFiscal) -> Desfecho:
    """A note that came without protocol and now has one is sent again; the sale is the same."""
    if guardada.protocolo or not nota.protocolo:
        return Desfecho.REPETIDA
    guardada.xml, guardada.protocolo, guardada.situacao = nota.xml, nota.protocolo, nota.situacao
    guardada.lojamix_sit_replicacao = SituacaoReplicacao.PENDENTE
    guardada.tentativas, guardada.proxima_tentativa_em, guardada.mensagem = 0, None, ""
    guardada.save(using=ALIAS)
    return Desfecho.ATUALIZADA


def escrever_catalogo(destino: Path, produtos: Iterable[Produto]) -> int:
    """The products to register at the retaguarda, one line each, by code; returns how many."""
    por_codigo = {produto.codigo: produto for produto in produtos}
    with destino.open("w", newline="", encoding="utf-8") as arquivo:
        escritor = csv.writer(arquivo)
        escritor.writerow(COLUNAS)
        for _, p in sorted(por_codigo.items()):
            escritor.writerow((p.codigo, p.gtin, p.descricao, p.unidade, p.ncm, p.preco))
    return len(por_codigo)
