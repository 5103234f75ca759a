"""The statements of the webservice, one for any number of rows: their values go as one JSON document.

A row is a dict by field name (`attname`). One parameter costs a fraction of what thirty arrays cost to build, quote and
parse, and what is wrong in a value is told by PostgreSQL as in any INSERT.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec
from django.db import models
from django.db.backends.utils import CursorWrapper

from clientes.models import Cliente, RegistroRecebido
from clientes.travas import Comando
from clientes.webservice.pedido import Gravado
from filas.copia import copiar

Linha = dict[str, Any]

# What PostgreSQL reads each kind of field as; all else is text.
_TIPOS: Final[dict[type[models.Field[Any, Any]], str]] = {
    models.SmallIntegerField: "smallint",
    models.DateField: "date",
    models.DateTimeField: "timestamptz",
    models.BooleanField: "boolean",
}
_codificar: Final = msgspec.json.Encoder(decimal_format="number").encode
_objeto: Final = msgspec.json.Decoder(dict[str, Any]).decode


def _colunas(modelo: type[models.Model], *menos: str) -> dict[str, models.Field[Any, Any]]:
    return {c.attname: c for c in modelo._meta.concrete_fields if not c.generated and c.attname not in menos}


def _registros(colunas: Mapping[str, models.Field[Any, Any]]) -> str:
    """The rows of a JSON document as a table `x` with these fields."""
    tipos = ", ".join(f"{nome} {_TIPOS.get(type(campo), 'text')}" for nome, campo in colunas.items())
    return f"json_to_recordset(%s::json) AS x({tipos})"


def _inserir(modelo: type[models.Model], colunas: Mapping[str, models.Field[Any, Any]]) -> str:
    nomes = ", ".join(f'"{campo.column}"' for campo in colunas.values())
    valores = ", ".join(f"x.{nome}" for nome in colunas)
    return f'INSERT INTO "{modelo._meta.db_table}" ({nomes}) SELECT {valores} FROM {_registros(colunas)}'


_CLIENTE: Final = _colunas(Cliente)
_CODIGO: Final = {"codigo_cliente": _CLIENTE["codigo_cliente"]}
RECEBIDO: Final = tuple(_colunas(RegistroRecebido, "id"))

_LER_ACEITOS: Final = """SELECT r.filial, r.id_registro, r.hash_conteudo, r.resultado, r.codigo_cliente, r.resposta
FROM json_to_recordset(%s::json) AS x(filial text, id_registro text)
JOIN registro_recebido r ON r.id_registro = x.id_registro AND r.filial = x.filial AND r.resultado IN (1, 2)"""
_LER_CLIENTES: Final = """SELECT "CODIGO_CLIENTE", "CPF_CGC", documento, "ESTRANGEIRO" = 1, "CADASTRAMENTO", "OBS"
FROM "CLIENTES_VAREJO" WHERE "CODIGO_CLIENTE" = ANY(ARRAY(SELECT json_array_elements_text(%s::json)))
OR documento = ANY(ARRAY(SELECT json_array_elements_text(%s::json)))
ORDER BY "CODIGO_CLIENTE" FOR UPDATE"""
_NUMERAR: Final = """INSERT INTO registro_recebido_numero AS n (filial, ultimo)
SELECT filial, quantos FROM json_to_recordset(%s::json) AS x(filial text, quantos bigint) ORDER BY filial
ON CONFLICT (filial) DO UPDATE SET ultimo = n.ultimo + excluded.ultimo RETURNING filial, ultimo"""
_INSERIR: Final = _inserir(Cliente, _CLIENTE)
_INSERIR_RECEBIDO: Final = "INSERT INTO registro_recebido ({}) VALUES ({})".format(
    ", ".join(RECEBIDO), ", ".join(["%s"] * len(RECEBIDO))
)


class Aceito(NamedTuple):
    """What was answered to the request of a (FILIAL, ID) that was accepted."""

    hash_conteudo: bytes
    resultado: int
    codigo_cliente: str
    resposta: dict[str, Any]


def travar_e_ler_aceitos(
    cursor: CursorWrapper, trava: Comando, registros: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Aceito]:
    """Take the locks and then read, in one round trip, the accepted requests of these (FILIAL, ID).

    Each statement of a message has a snapshot of its own: what is read is what stands once the locks are held.
    """
    pedidos = [{"filial": filial, "id_registro": evento} for filial, evento in registros]
    sql, valores = trava
    if not pedidos:
        cursor.execute(sql, valores)
        return {}
    cursor.execute(f"{sql};{_LER_ACEITOS}", [*valores, em_json(pedidos)])
    return {
        (filial, evento): Aceito(bytes(resumo), resultado, codigo, _objeto(resposta))
        for filial, evento, resumo, resultado, codigo, resposta in cursor.fetchall()
    }


def ler_tipos(cursor: CursorWrapper) -> list[str]:
    """The kinds of customer. Plain SQL: the ORM took a sixth of a single post."""
    cursor.execute('SELECT "TIPO_VAREJO" FROM "CLIENTE_VAR_TIPOS"')
    return [tipo for (tipo,) in cursor.fetchall()]


def ler_clientes(cursor: CursorWrapper, codigos: Iterable[str], documentos: Iterable[str]) -> list[Gravado]:
    """The customers with one of these codes or documents, their rows locked in order of code."""
    cursor.execute(_LER_CLIENTES, [em_json(list(codigos)), em_json(list(documentos))])
    return [Gravado._make(linha) for linha in cursor.fetchall()]


def numerar(cursor: CursorWrapper, quantos: Mapping[str, int]) -> dict[str, int]:
    """Take as many numbers of each filial; returns the last one of each."""
    cursor.execute(_NUMERAR, [em_json([{"filial": f, "quantos": n} for f, n in quantos.items()])])
    return dict(cursor.fetchall())


def gravar(
    cursor: CursorWrapper, novos: Sequence[Linha], mudancas: Mapping[str, Linha], recebidos: Sequence[Sequence[Any]]
) -> None:
    """Write customers and what was received, in one round trip when it is one request. Raises IntegrityError.

    `novos`: each with `codigo_cliente`; what is absent has the default of the model. `mudancas`: code -> what changes.
    `recebidos`: rows of RECEBIDO, in their order. Many of these go by COPY: JSON within JSON would be parsed twice.
    """
    comandos = [*_insercao(novos), *_alteracoes(mudancas)]
    if len(recebidos) == 1:
        comandos.append((_INSERIR_RECEBIDO, recebidos[0]))
    if comandos:
        cursor.execute(";".join(sql for sql, _ in comandos), [valor for _, valores in comandos for valor in valores])
    if len(recebidos) > 1:
        copiar(cursor, RegistroRecebido._meta.db_table, RECEBIDO, recebidos)


def _insercao(novos: Sequence[Linha]) -> list[Comando]:
    return [(_INSERIR, [em_json([_PADROES | cliente for cliente in novos])])] if novos else []


def _alteracoes(mudancas: Mapping[str, Linha]) -> list[Comando]:
    """One statement for all customers in which the same fields change."""
    grupos: dict[tuple[str, ...], list[Linha]] = {}
    for codigo, valores in mudancas.items():
        grupos.setdefault(tuple(sorted(valores)), []).append({"codigo_cliente": codigo, **valores})
    return [(_alterar(nomes), [em_json(linhas)]) for nomes, linhas in grupos.items()]


@lru_cache(maxsize=512)
def _alterar(nomes: tuple[str, ...]) -> str:
    """One of few texts: the fields come from a fixed list, and integrators send the same ones every time."""
    valores = ", ".join(f'"{_CLIENTE[nome].column}" = x.{nome}' for nome in nomes)
    campos = _CODIGO | {nome: _CLIENTE[nome] for nome in nomes}
    return f"""UPDATE "CLIENTES_VAREJO" AS c SET {valores} FROM {_registros(campos)}
WHERE c."CODIGO_CLIENTE" = x.codigo_cliente"""


_NOVO: Final = Cliente()
_PADROES: Final[Linha] = {nome: getattr(_NOVO, nome) for nome in _CLIENTE}


def em_json(valor: object) -> str:
    return _codificar(valor).decode()
