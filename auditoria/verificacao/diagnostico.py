"""Why a seal does not match its event. A hash only says that something is not the same; the seals around say what."""

from __future__ import annotations

import json
from typing import Final

from auditoria import serial
from auditoria.verificacao.elos import Elo, vizinhos
from auditoria.verificacao.fontes import buscar
from auditoria.verificacao.problemas import Problema, no_selo

DISTANCIA: Final = 2_000  # how far an event that changed places is looked for


def diagnosticar(elo: Elo, anterior: bytes) -> Problema:
    """What happened at a seal whose hash is not that of its event after `anterior`."""
    perto = vizinhos(elo.sequencia, DISTANCIA)
    seguinte = next((v for v in perto if v.sequencia > elo.sequencia), None)
    for outro in perto:
        if outro.evento != elo.evento and _da(elo.hash, anterior, elo.sequencia, elo, outro):
            return no_selo(
                "ordem_trocada", elo.sequencia, elo.evento,
                f"a ordem foi trocada: este selo é do evento {outro.evento}, que está hoje na sequência {outro.sequencia}",
            )  # fmt: skip
    if seguinte is None:
        return _alterado(elo, anterior)
    if _da(seguinte.hash, anterior, elo.sequencia, seguinte, seguinte):
        return no_selo(
            "evento_inserido", elo.sequencia, elo.evento,
            "foi inserido na cadeia depois de selada: sem ele, o selo seguinte confere",
        )  # fmt: skip
    if _da(seguinte.hash, elo.hash, seguinte.sequencia, seguinte, seguinte):
        return _alterado(elo, anterior)
    if _da(seguinte.hash, elo.hash, seguinte.sequencia + 1, seguinte, seguinte):
        return no_selo(
            "selo_removido", elo.sequencia, elo.evento,
            "um selo foi retirado antes deste, e os seguintes foram renumerados",
        )  # fmt: skip
    return no_selo(
        "selo_alterado",
        elo.sequencia,
        elo.evento,
        f"o selo foi alterado: {_hashes(elo, anterior)}, e o seguinte não parte dele",
    )


def _alterado(elo: Elo, anterior: bytes) -> Problema:
    original = buscar([elo.evento]).get(elo.evento)
    if original is not None and serial.selar(anterior, elo.sequencia, elo.selado_em, original) == elo.hash:
        porque = f"o evento foi alterado; difere da cópia do arquivo em: {_campos(elo.conteudo, original)}"
    else:
        porque = f"o evento, ou o instante do selo, foi alterado: {_hashes(elo, anterior)}"
    return no_selo("evento_alterado", elo.sequencia, elo.evento, porque)


def _da(hash_: bytes, anterior: bytes, sequencia: int, quando: Elo, de: Elo) -> bool:
    """Whether the event of `de`, sealed at that place and at the instant of `quando`, gives that hash."""
    return de.conteudo is not None and serial.selar(anterior, sequencia, quando.selado_em, de.conteudo) == hash_


def _hashes(elo: Elo, anterior: bytes) -> str:
    hoje = serial.selar(anterior, elo.sequencia, elo.selado_em, elo.conteudo or b"")
    return f"o selo diz {elo.hash.hex()[:16]}…, e o conteúdo de hoje dá {hoje.hex()[:16]}…"


def _campos(hoje: bytes | None, original: bytes) -> str:
    try:
        um, outro = json.loads(hoje or b"{}"), json.loads(original)
    except (ValueError, RecursionError):  # a number of thousands of digits, a nesting that no screen writes
        return "um valor que não se deixa ler"
    return ", ".join(sorted(campo for campo in {*um, *outro} if um.get(campo) != outro.get(campo)))
