"""What an event changed, field by field, as a person reads it. Pure, but for the names of fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from auditoria.lados import Numero, ler
from auditoria.pessoas.cifra import CAMPO as CIFRA
from auditoria.trilha.nomes import nome_do_campo

AUSENTE: Final = object()
CIFRADO: Final = "_cifra"  # `auditoria.pessoas.cifra`
FUNDO: Final = 4  # levels that are opened; what is deeper is shown as JSON


class Mudanca(NamedTuple):
    """One field. A side that was not recorded is empty, and `tem_*` says so: an empty text is something else."""

    campo: str
    antes: str
    depois: str
    tem_antes: bool
    tem_depois: bool

    @property
    def mudou(self) -> bool:
        return (self.tem_antes, self.antes) != (self.tem_depois, self.depois)


def mudancas(objeto: str, antes: str | None, depois: str | None) -> list[Mudanca]:
    """Each field of either side, those that are different first; sides as JSON texts, None when not recorded.

    Not the full values, under their person's key: what is shown of them is their mask.
    """
    de, para = ({campo: v for campo, v in _campos(lado).items() if campo[:1] != (CIFRA,)} for lado in (antes, depois))
    linhas = [_mudanca(objeto, campo, de.get(campo, AUSENTE), para.get(campo, AUSENTE)) for campo in {**de, **para}]
    return sorted(linhas, key=lambda m: not m.mudou)


def nomes_dos_mudados(objeto: str, antes: str | None, depois: str | None, maximo: int = 4) -> str:
    """`Situação, Valor e mais 3`: for a line of a list."""
    nomes = list(dict.fromkeys(m.campo.partition(" › ")[0] for m in mudancas(objeto, antes, depois) if m.mudou))
    a_mais = len(nomes) - maximo
    return ", ".join(nomes[:maximo]) + (f" e mais {a_mais}" if a_mais > 0 else "")


def _campos(texto: str | None) -> dict[tuple[str, ...], Any]:
    if texto is None:
        return {}
    lido = ler(texto, fracao=Numero)  # as it was recorded: no float rounds it
    if isinstance(lido, dict):
        lido.pop(CIFRADO, None)  # read on a page of its own, by who may
    return dict(_abrir((), lido))


def _abrir(caminho: tuple[str, ...], valor: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(valor, dict) and valor and len(caminho) < FUNDO:
        for nome, dentro in valor.items():
            yield from _abrir((*caminho, nome), dentro)
    elif caminho or valor != {}:
        yield caminho, valor


def _mudanca(objeto: str, caminho: tuple[str, ...], antes: Any, depois: Any) -> Mudanca:
    primeiro, resto = (caminho[0], caminho[1:]) if caminho else ("", ())
    nome = (
        " › ".join([nome_do_campo(objeto, primeiro), *(p.replace("_", " ") for p in resto)]) if caminho else "Conteúdo"
    )
    return Mudanca(nome, _texto(antes), _texto(depois), antes is not AUSENTE, depois is not AUSENTE)


def _texto(valor: Any) -> str:
    if valor is AUSENTE:
        return ""
    if valor is None:
        return "(nada)"
    if isinstance(valor, bool):
        return "sim" if valor else "não"
    if isinstance(valor, str | int):
        return str(valor)
    if isinstance(valor, list) and all(isinstance(item, str | int | None) for item in valor):
        return "\n".join(_texto(item) for item in valor) or "(nenhum)"
    return json.dumps(valor, ensure_ascii=False, indent=2)
