"""Who wins, as a pure function of three words: the last one received, the one here, the one that came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from erp.sincronizacao.entidades.base import Regra

Valores = Mapping[str, Any]
_NUNCA_DITO: Final = object()


class Decisao(NamedTuple):
    """What to write (None: nothing), which fields both changed, and the base of the next comparison."""

    gravar: dict[str, Any] | None
    campos: tuple[str, ...]
    base: dict[str, Any]


def decidir(regra: Regra, *, base: Valores | None, aqui: Valores | None, la: Valores) -> Decisao:
    """`base` is None when nothing was received yet, `aqui` when the record is not here.

    A field in conflict that waits for a person keeps its former base: until it is decided, every new word meets it again.
    """
    if aqui is None or aqui == la:
        return Decisao(dict(la) if aqui is None else None, (), dict(la))
    if regra is Regra.VENCE_ERP:
        return Decisao(dict(la), _sobrescritos(base, aqui, la), dict(la))
    return _fundir(base or {}, aqui, la)


def _sobrescritos(base: Valores | None, aqui: Valores, la: Valores) -> tuple[str, ...]:
    """The fields that were edited here since the last word; a first meeting has no edits, only differences."""
    if base is None:
        return ()
    return tuple(c for c in la if aqui[c] != la[c] and aqui[c] != base.get(c, _NUNCA_DITO))


def _fundir(base: Valores, aqui: Valores, la: Valores) -> Decisao:
    fundido, campos, nova_base = dict(aqui), [], dict(la)
    for campo, valor in la.items():
        antes = base.get(campo, _NUNCA_DITO)
        if aqui[campo] in (valor, antes) or (antes is _NUNCA_DITO and aqui[campo] in ("", None)):
            fundido[campo] = valor
        elif valor != antes:
            campos.append(campo)
            nova_base.pop(campo)
            if antes is not _NUNCA_DITO:
                nova_base[campo] = antes
    return Decisao(fundido if fundido != aqui else None, tuple(campos), nova_base)
