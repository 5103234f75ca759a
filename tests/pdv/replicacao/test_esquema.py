"""The Structs of the wire against the columns they end in: what decodes must fit."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from django.db import models
from msgspec import inspect

from pdv import tabelas
from pdv.replicacao import colunas, esquema

PARES = [
    (esquema.Operacao, tabelas.OperacaoPdv, colunas.COLUNAS_OPERACAO),
    (esquema.Item, tabelas.ItemOperacaoPdv, colunas.COLUNAS_ITEM),
    (esquema.Finalizador, tabelas.FinalizadorOperacaoPdv, colunas.COLUNAS_FINALIZADOR),
    (esquema.Recebimento, tabelas.RecebimentoOperacaoPdv, colunas.COLUNAS_RECEBIMENTO),
    (esquema.Turno, tabelas.Turno, colunas.COLUNAS_TURNO),
    (esquema.Nota, tabelas.NotaFiscalPdv, colunas.COLUNAS_NOTA),
]
INTEIROS: dict[type, int] = {
    models.SmallIntegerField: 2**15 - 1,
    models.IntegerField: 2**31 - 1,
    models.BigIntegerField: 2**63 - 1,
}
FILHOS = {"itens", "finalizadores", "recebimentos"}


def _campos(struct: Any) -> dict[str, inspect.Field]:
    tipo = inspect.type_info(struct)
    assert isinstance(tipo, inspect.StructType)
    return {campo.name: campo for campo in tipo.fields if campo.name not in FILHOS}


def _sem_nulo(tipo: inspect.Type) -> inspect.Type:
    if isinstance(tipo, inspect.UnionType):
        return next(t for t in tipo.types if not isinstance(t, inspect.NoneType))
    return tipo


@pytest.mark.parametrize(("struct", "tabela", "colunas"), PARES)
def test_o_que_chega_tem_os_campos_da_tabela_e_na_ordem_gravada(
    struct: type[msgspec.Struct], tabela: type[models.Model], colunas: tuple[str, ...]
) -> None:
    da_tabela = {coluna.name for coluna in tabela._meta.fields}
    assert set(_campos(struct)) == da_tabela
    assert set(colunas) | ({"cancelado"} & da_tabela) == da_tabela


@pytest.mark.parametrize(
    ("campo", "coluna"),
    [
        pytest.param(_campos(struct)[coluna.name], coluna, id=f"{struct.__name__}.{coluna.name}")
        for struct, tabela, _ in PARES
        for coluna in tabela._meta.fields
    ],
)
def test_o_que_cabe_no_esquema_cabe_na_coluna(campo: inspect.Field, coluna: models.Field[Any, Any]) -> None:
    tipo = _sem_nulo(campo.type)
    if isinstance(coluna, models.CharField) and isinstance(tipo, inspect.StrType):
        assert tipo.max_length == coluna.max_length
    elif isinstance(coluna, models.DecimalField):
        assert isinstance(tipo, inspect.Metadata) and tipo.extra is not None
        assert (tipo.extra["casas"], coluna.max_digits) == (coluna.decimal_places, 15)
    elif type(coluna) in INTEIROS and isinstance(tipo, inspect.IntType):
        assert (tipo.ge, tipo.le) == (0, INTEIROS[type(coluna)])
    elif isinstance(coluna, models.DateTimeField):
        assert isinstance(tipo, inspect.DateTimeType) and tipo.tz is True
    assert isinstance(campo.type, inspect.UnionType) == coluna.null


@pytest.mark.parametrize(
    ("campo", "coluna"),
    [
        pytest.param(_campos(struct)[coluna.name], coluna, id=f"{struct.__name__}.{coluna.name}")
        for struct, tabela, _ in PARES
        for coluna in tabela._meta.fields
        if coluna.has_default()
    ],
)
def test_o_que_o_pdv_cala_toma_o_padrao_da_coluna(campo: inspect.Field, coluna: models.Field[Any, Any]) -> None:
    assert not campo.required
    padrao = campo.default_factory() if campo.default is msgspec.NODEFAULT else campo.default
    assert padrao == coluna.get_default()


def test_as_especies_aceitas_sao_as_da_tabela() -> None:
    tipo = _campos(esquema.Operacao)["operacao"].type
    assert isinstance(tipo, inspect.LiteralType)
    assert set(tipo.values) == set(tabelas.Especie.values)
