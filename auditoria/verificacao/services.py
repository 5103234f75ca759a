"""Verifying the trail, and remembering how it was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import connection
from django.utils import timezone

from auditoria import guardados, serial
from auditoria.arquivo import servico as arquivo
from auditoria.models import Verificacao
from auditoria.resumo import inicio_do_dia
from auditoria.selador import selar
from auditoria.verificacao.cadeia import Cadeia
from auditoria.verificacao.elos import SELADO_EM, Elo, hash_de
from auditoria.verificacao.instantes import ate_agora
from auditoria.verificacao.partes import Partes
from auditoria.verificacao.problemas import Problema, no_selo
from auditoria.verificacao.resumos import Resumos
from auditoria.verificacao.retiradas import Retiradas
from auditoria.verificacao.soltos import soltos

ESPERA: Final = 10.0  # seconds for another sealer's batch to end
RECENTE: Final = timedelta(hours=26)  # once a day; two hours are for a long run, or a late one
_PONTAS = f"""SELECT (SELECT max(sequencia) FROM auditoria_selo),
    (SELECT {SELADO_EM} FROM auditoria_selo s ORDER BY sequencia LIMIT 1), clock_timestamp()"""


class TrilhaNaoConfere(RuntimeError):
    """A trilha de auditoria não confere."""

    def __init__(self, verificacao: Verificacao) -> None:
        super().__init__(
            f"{self.__doc__} {len(verificacao.problemas)} problemas; o primeiro: {verificacao.primeiro_problema}"
        )


class ForaDaTrilha(LookupError):
    """O que se pediu para conferir começa depois do fim da trilha."""

    def __init__(self, desde: int, ultimo: int) -> None:
        super().__init__(
            f"{self.__doc__} Pedido: desde o selo {desde}. O último selo: {ultimo}. Nada foi conferido. Se a trilha já passou "
            "dali, faltam selos: rode sem --desde."
        )


class VerificacaoIncompleta(RuntimeError):
    """A verificação da trilha de auditoria ficou incompleta."""

    def __init__(self, verificacao: Verificacao) -> None:
        super().__init__(f"{self.__doc__} {verificacao.arquivo}")


def verificar(
    *,
    desde: int | None = None,
    ate: int | None = None,
    pastas: Iterable[Path] = (),
    ao_avancar: Callable[[int, int], None] = lambda feitos, total: None,
) -> Verificacao:
    """Recompute the chain from one sequence to another (all of it by default) and keep what was found.

    1. Seal what waits, so that only what cannot be sealed is left.
    2. Read the digests of the database, and those held outside: in `AUDITORIA_RESUMOS` and in `pastas`.
    3. Walk the seals with their events, in pages; hold each against the seal before, against the digests, and against its
       document in the archive, where there is one: what has left PostgreSQL is read from there. If that cannot be, the
       verification is not complete, and says what was not read.
    4. Seal again what was committed meanwhile, and look for events that the chain does not have.
    A part that cannot go on is a problem too (`Partes`): the others are done, and the verification is not complete.
    Raises `ForaDaTrilha`, and keeps nothing, when it would begin after the seal that would come next.
    """
    iniciada_em = timezone.now()
    partes, resumos = Partes(), Resumos()
    with partes.parte("a selagem do que espera"):
        selar(esperar=ESPERA)
    with partes.parte("a leitura dos resumos"):
        resumos.ler([p for p in (guardados.pasta(), *pastas) if p.is_dir()])
    ultimo, primeiro_selo, agora = _pontas()  # after them: a digest made meanwhile names no seal that we do not reach
    depois_de, fim = max((desde or 1) - 1, 0), min(ate if ate is not None else ultimo, ultimo)
    if depois_de > ultimo:
        raise ForaDaTrilha(depois_de + 1, ultimo)
    with partes.parte("a conferência do último resumo"):
        resumos.conferir_fim(primeiro_selo, agora)
    anterior, problemas = _antes_de(depois_de)
    retiradas, do_arquivo = Retiradas(), arquivo.Testemunha(depois_de, fim, partes)
    cadeia = Cadeia(depois_de, anterior, ao_passar=_passagem(resumos, retiradas, agora), retirado=retiradas.contem)
    ao_fim = False
    with partes.parte("a leitura da cadeia", lambda: cadeia.proxima):
        ao_fim = cadeia.percorrer(fim, lambda feitos: ao_avancar(feitos, fim - depois_de), ao_ler=do_arquivo.ouvir)
    do_arquivo.concluir(ao_fim=ao_fim)
    problemas += cadeia.problemas
    with partes.parte("a conferência das retiradas"):
        problemas += retiradas.conferir(depois_de, fim if ao_fim else cadeia.proxima - 1)
    problemas += [*resumos.sobras(ultimo), *resumos.problemas]
    with partes.parte("a procura de eventos fora da cadeia"):
        if not partes.interrompidas:  # what a long transaction wrote and committed during the walk is not late
            selar(esperar=ESPERA)
        problemas += soltos(agora)
    problemas += do_arquivo.problemas
    nao_lidos = 0 if do_arquivo.lido else cadeia.so_no_arquivo
    return Verificacao.objects.create(
        iniciada_em=iniciada_em, terminada_em=timezone.now(), desde=depois_de + 1, ate=fim, nao_lidos=nao_lidos,
        completa=depois_de == 0 and ate is None and not nao_lidos and not partes.interrompidas,
        integra=not problemas and not partes.interrompidas,
        eventos=cadeia.conferidos - nao_lidos, resumos=resumos.do_banco, de_fora=resumos.de_fora,
        arquivo=_do_arquivo(do_arquivo.texto, nao_lidos), problemas=[p.em_json() for p in partes.ao_fim_de(problemas)],
    )  # fmt: skip


def _passagem(resumos: Resumos, retiradas: Retiradas, agora: datetime) -> Callable[[Elo], Iterable[Problema]]:
    no_tempo = ate_agora(agora)
    if not retiradas:
        return lambda elo: (*no_tempo(elo), *resumos.ao_passar(elo))
    return lambda elo: (*no_tempo(elo), *resumos.ao_passar(elo), *retiradas.ao_passar(elo))


def _do_arquivo(texto: str, nao_lidos: int) -> str:
    if not nao_lidos:
        return texto
    quantos = "1 evento está" if nao_lidos == 1 else f"{nao_lidos} eventos estão"
    return f"{texto} {quantos} só no arquivo e NÃO foram verificados."


def primeira_do_dia(dia: date) -> int:
    """The first sequence sealed in that day or after."""
    return (
        _um("SELECT min(sequencia) FROM auditoria_selo WHERE selado_em >= %s", inicio_do_dia(dia)) or _pontas()[0] + 1
    )


def ultima_do_dia(dia: date) -> int:
    """The last sequence sealed in that day or before."""
    fim = inicio_do_dia(dia + timedelta(days=1))
    return _um("SELECT max(sequencia) FROM auditoria_selo WHERE selado_em < %s", fim) or 0


def _pontas() -> tuple[int, datetime | None, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(_PONTAS)
        ultimo, primeiro_selo, agora = cursor.fetchone()
    return ultimo or 0, primeiro_selo, agora


def _antes_de(depois_de: int) -> tuple[bytes | None, list[Problema]]:
    """The hash that the walk begins with; None when that seal is not there."""
    if depois_de == 0:
        return serial.ZERO, []
    if (achado := hash_de(depois_de)) is not None:
        return achado, []
    return None, [no_selo("selo_ausente", depois_de, None, f"falta o selo {depois_de}")]


def _um(sql: str, instante: datetime) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [instante])
        achado: int | None = cursor.fetchone()[0]
    return achado
