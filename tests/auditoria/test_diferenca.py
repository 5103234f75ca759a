"""An event field by field: what changed, as it was recorded, and nothing else first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditoria.trilha.diferenca import mudancas, nomes_dos_mudados


def linhas(antes: Any, depois: Any, objeto: str = "x.Coisa") -> list[tuple[str, str, str]]:
    de, para = (None if lado is None else json.dumps(lado) for lado in (antes, depois))
    return [(m.campo, m.antes, m.depois) for m in mudancas(objeto, de, para) if m.mudou]


@pytest.mark.parametrize(
    ("antes", "depois", "esperadas"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("B", "2", "3")]),
        (None, {"valor_total": "10.00"}, [("Valor total", "", "10.00")]),
        ({"a": True}, {"a": None}, [("A", "sim", "(nada)")]),
        ({"a": ""}, {}, [("A", "", "")]),  # an empty text was there, and now nothing is
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("A › c", "2", "3")]),
        ({"a": [1, "x"]}, {"a": []}, [("A", "1\nx", "(nenhum)")]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, [("A", '[\n  {\n    "b": 1\n  }\n]', '[\n  {\n    "b": 2\n  }\n]')]),
        ({"a": 1}, {"a": 1, "_cifra": "segredo"}, []),
        (None, None, []),
        (None, {"cpf": "***.982.247-**"}, [("CPF", "", "***.982.247-**")]),
    ],
)
def test_so_o_que_mudou_por_extenso(antes: Any, depois: Any, esperadas: list[tuple[str, str, str]]) -> None:
    assert linhas(antes, depois) == esperadas


def test_um_numero_fica_como_foi_gravado() -> None:
    [linha] = mudancas("x.Coisa", None, '{"valor": 1.10, "n": 123456789012345678901}')[:1]
    assert linha.depois == "1.10"
    assert mudancas("x.Coisa", None, '{"n": 123456789012345678901}')[0].depois == "123456789012345678901"


def test_os_campos_tem_o_nome_que_o_formulario_lhes_da() -> None:
    assert linhas({"is_staff": False}, {"is_staff": True}, "auth.user")[0][0] not in ("is_staff", "Is staff")


def test_a_linha_da_lista_diz_os_primeiros_e_quantos_mais() -> None:
    depois = json.dumps({f"campo_{n}": n for n in range(6)} | {"z": {"a": 1, "b": 2}})
    assert nomes_dos_mudados("x.Y", None, depois) == "Campo 0, Campo 1, Campo 2, Campo 3 e mais 3"


@pytest.mark.parametrize("texto", ["{", "[" * 100_000, '"só um texto"', "7"])
def test_o_que_nao_e_objeto_tambem_se_mostra(texto: str) -> None:
    assert mudancas("x.Y", None, texto)[0].campo == "Conteúdo"
