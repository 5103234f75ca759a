"""Who wins, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from erp.sincronizacao.entidades.base import Regra
from erp.sincronizacao.regras import decidir

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("base", "aqui", "la", "gravar", "campos"),
    [
        (None, None, {"a": 1}, {"a": 1}, ()),  # new here
        ({"a": 1}, {"a": 1}, {"a": 1}, None, ()),  # nothing new
        ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}, ()),  # only the ERP changed it
        ({"a": 1}, {"a": 3}, {"a": 2}, {"a": 2}, ("a",)),  # both did
        ({"a": 1, "b": 1}, {"a": 3, "b": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 2}, ("a",)),  # an edit is undone, and told
        (None, {"a": 3}, {"a": 2}, {"a": 2}, ()),  # a first meeting has no edits
    ],
)
def test_onde_o_erp_vence_o_que_mudou_aqui_fica_dito(
    base: Json | None, aqui: Json | None, la: Json, gravar: Json | None, campos: tuple[str, ...]
) -> None:
    feito = decidir(Regra.VENCE_ERP, base=base, aqui=aqui, la=la)
    assert (feito.gravar, feito.campos, feito.base) == (gravar, campos, la)


@pytest.mark.parametrize(
    ("base", "aqui", "la", "gravar", "campos", "nova"),
    [
        (None, None, {"a": 1}, {"a": 1}, (), {"a": 1}),
        ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}, (), {"a": 2}),  # only there
        ({"a": 1}, {"a": 3}, {"a": 1}, None, (), {"a": 1}),  # only here
        ({"a": 1}, {"a": 2}, {"a": 2}, None, (), {"a": 2}),  # both, and they agree
        ({"a": 1}, {"a": 3}, {"a": 2}, None, ("a",), {"a": 1}),  # both: the base stays, so that it is met again
        ({"a": 1, "b": 1}, {"a": 3, "b": 1}, {"a": 2, "b": 2}, {"a": 3, "b": 2}, ("a",), {"a": 1, "b": 2}),
        (None, {"a": ""}, {"a": 2}, {"a": 2}, (), {"a": 2}),  # a first meeting fills what is empty
        (None, {"a": 3}, {"a": 2}, None, ("a",), {}),
    ],
)
def test_onde_os_dois_cadastram_so_o_que_os_dois_mudaram_espera_alguem(
    base: Json | None, aqui: Json | None, la: Json, gravar: Json | None, campos: tuple[str, ...], nova: Json
) -> None:
    feito = decidir(Regra.POR_CAMPO, base=base, aqui=aqui, la=la)
    assert (feito.gravar, feito.campos, feito.base) == (gravar, campos, nova)
