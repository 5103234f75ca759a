"""Reading a partition back from the archive, every event of it, before PostgreSQL lets it go."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from django.db import connection

from auditoria import serial
from auditoria.arquivo import colecao
from auditoria.arquivo.documento import Documento, DocumentoEstranho, como_selado, documento, ler
from auditoria.models import Arquivo, Resumo
from auditoria.particoes import Particao
from auditoria.verificacao.elos import Elo, hash_de, paginas
from auditoria.verificacao.retiradas import Retiradas

_CONTAS: Final = """SELECT count(*), count(s.sequencia), min(s.sequencia), max(s.sequencia)
    FROM {particao} e LEFT JOIN auditoria_selo s ON s.evento = e.id"""


class Relida(NamedTuple):
    """What a partition holds, all of it in the archive: first and last seal, how many, SHA-256 of their hashes in order."""

    primeira: int | None
    ultima: int | None
    quantidade: int
    soma: str


class AindaNao(Exception):
    """Esta partição ainda não pode sair: falta um passo, que virá."""


class NaoConfere(Exception):
    """Esta partição não pode sair: o que ela tem, os selos e o arquivo não dizem o mesmo."""


def reler(particao: Particao) -> Relida:
    """Hold every event of the partition against its seal, and its document, as it is in the archive, against both.

    Raises `AindaNao` when something of it is not sealed, not archived or in no digest yet; `NaoConfere`, naming the first
    event, when an event is missing or otherwise here or there; `ArquivoForaDoAr`.
    """
    quantidade, selados, primeira, ultima = _contar(particao)
    if not quantidade:
        return Relida(None, None, 0, hashlib.sha256().hexdigest())
    _esperar_a_vez(quantidade - selados, ultima or 0)
    assert primeira is not None and ultima is not None  # of sealed events there are a first and a last
    soma, vistos, anterior = hashlib.sha256(), 0, hash_de(primeira - 1) or serial.ZERO
    retiradas, documentos = Retiradas(), colecao.PorLugar(primeira - 1, ultima)
    for pagina in paginas(primeira - 1, ultima, tabela=particao.nome):
        nossos = {
            elo.sequencia
            for elo in pagina
            if elo.linha is not None
            or (particao.de <= elo.evento < particao.ate and not retiradas.contem(elo.sequencia, elo.evento))
        }
        la = {str(d["_id"]): d for d in documentos.ate(pagina[-1].sequencia, 2 * len(pagina))}
        for elo in pagina:
            if elo.sequencia in nossos:
                _conferir(elo, la.get(str(elo.evento)), anterior)
                soma.update(elo.hash)
                vistos += 1
            anterior = elo.hash
    if vistos != quantidade:
        raise AindaNao(f"tinha {quantidade} eventos, e foram lidos {vistos}: alguém incluiu ou apagou neste momento")
    return Relida(primeira, ultima, quantidade, soma.hexdigest())


def _contar(particao: Particao) -> tuple[int, int, int | None, int | None]:
    with connection.cursor() as cursor:
        cursor.execute(_CONTAS.format(particao=particao.nome))
        contas: tuple[int, int, int | None, int | None] = cursor.fetchone()
    return contas


def _esperar_a_vez(sem_selo: int, ultima: int) -> None:
    if sem_selo:
        raise AindaNao(f"{sem_selo} eventos dela ainda não foram selados")
    arquivado = Arquivo.objects.filter(pk=1).first() or Arquivo()
    if arquivado.ate < ultima:
        raise AindaNao(f"o arquivo está na sequência {arquivado.ate}, e ela vai até a {ultima}")
    if not Resumo.objects.filter(ultima__gte=ultima).exists():
        raise AindaNao("o dia em que o último evento dela foi selado ainda não tem resumo assinado")


def _conferir(elo: Elo, la: Documento | None, anterior: bytes) -> None:
    porque = _diferenca(elo, la, anterior)
    if porque:
        raise NaoConfere(f"sequência {elo.sequencia}, evento {elo.evento}: {porque}")


def _diferenca(elo: Elo, la: Documento | None, anterior: bytes) -> str:
    selado = como_selado(elo)
    if selado is None:
        return "foi removido do PostgreSQL"
    if serial.selar(anterior, elo.sequencia, elo.selado_em, selado.forma.conteudo) != elo.hash:
        return "no PostgreSQL não confere com o seu selo"
    if la is None:
        return "não está no arquivo, ou não está no seu lugar"
    try:
        lido = ler(la)
    except DocumentoEstranho:
        lido = None
    if lido is None or la != documento(selado):
        return "no arquivo está diferente"
    if serial.selar(anterior, lido.sequencia, lido.selado_em, lido.forma.conteudo) != elo.hash:
        return "no arquivo não confere com o seu selo"
    return ""
