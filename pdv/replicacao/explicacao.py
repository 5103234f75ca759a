"""Why a row did not get in: every problem of it at once, by field. Pure, and slow on purpose: only for suspicious rows.

The row is read again from its bytes by a reader that accepts what JSON does not (NaN, halves of surrogate pairs,
bytes that are no UTF-8), so that each of these is a problem of one field and not of the whole package.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, Inexact, InvalidOperation
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct, inspect

from pdv.replicacao.codigos import CodigoLinha as C
from pdv.replicacao.colunas import FILHOS
from pdv.replicacao.esquema import Momento
from pdv.replicacao.rules import Limites, quantizar

MOSTRADOS: Final = 20  # problems listed in a message; the rest is counted
_DIGITOS_DE_UM_INTEIRO: Final = 30


class Problema(NamedTuple):
    codigo: C
    campo: str
    detalhe: str

    def __str__(self) -> str:
        return f"{self.campo}: {self.detalhe}" if self.campo else self.detalhe


def ler_tolerante(bruto: bytes) -> Any:
    """The JSON value of `bruto`; numbers with a point as Decimal, NaN and Infinity too. Raises ValueError.

    An integer beyond any column is cut to 30 digits: it stays beyond any column, and costs nothing to read.
    """
    try:
        return json.loads(
            bruto.decode("utf-8", "surrogateescape"),
            parse_float=_decimal,
            parse_int=lambda texto: int(texto[:_DIGITOS_DE_UM_INTEIRO]),
            parse_constant=_decimal,
        )
    except RecursionError:
        raise ValueError("objetos aninhados demais") from None


def _decimal(texto: str) -> Decimal:
    try:
        return Decimal(texto)
    except InvalidOperation:  # an exponent beyond any number
        return Decimal("Infinity")


def explicar(bruto: bytes, forma: type[Struct], limites: Limites) -> list[Problema]:
    """The problems of one row of the wire, in the order of its fields; none when there is nothing wrong with it."""
    try:
        valor = ler_tolerante(bruto)
    except ValueError as erro:
        return [Problema(C.LINHA_ILEGIVEL, "", f"a linha não é JSON que se possa ler ({erro})")]
    if not isinstance(valor, dict):
        return [Problema(C.LINHA_ILEGIVEL, "", f"esperado um objeto, recebido {mostrar(valor)}")]
    return [*_do_objeto(valor, forma, "", limites), *_do_conjunto(valor, forma, limites)]


def resumir(problemas: list[Problema]) -> tuple[C, str]:
    """The code of the first problem, and a sentence with all of them."""
    partes = [str(problema) for problema in problemas[:MOSTRADOS]]
    if len(problemas) > MOSTRADOS:
        partes.append(f"e mais {len(problemas) - MOSTRADOS}")
    return problemas[0].codigo, "; ".join(partes)


def mostrar(valor: object) -> str:
    """A received value, short and printable: without NUL, control characters or halves of surrogate pairs."""
    if valor is None:
        return "null"
    if isinstance(valor, dict | list):
        return f"{'um objeto' if isinstance(valor, dict) else 'uma lista'} de {len(valor)}"
    texto = str(valor).lower() if isinstance(valor, bool) else str(valor)
    limpo = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in texto[:40])
    limpo += "…" if len(texto) > len(limpo) else ""
    return f'"{limpo}"' if isinstance(valor, str) else limpo


@cache
def _campos(forma: type[Struct]) -> tuple[inspect.Field, ...]:
    informacao = inspect.type_info(forma)
    assert isinstance(informacao, inspect.StructType)
    return informacao.fields


def _do_objeto(valor: dict[str, Any], forma: type[Struct], prefixo: str, limites: Limites) -> Iterator[Problema]:
    for campo in _campos(forma):
        nome = prefixo + campo.name
        if campo.name in valor:
            yield from _do_valor(valor[campo.name], campo.type, nome, limites)
        elif campo.required:
            yield Problema(C.CAMPO_OBRIGATORIO, nome, "campo obrigatório ausente")


def _do_conjunto(valor: dict[str, Any], forma: type[Struct], limites: Limites) -> Iterator[Problema]:
    """What only several fields together, or the request, can tell."""
    nomes = {campo.name for campo in _campos(forma)}
    if "id_ponto_venda" in nomes and type(valor.get("id_ponto_venda")) is int:
        if valor["id_ponto_venda"] != limites.id_ponto_venda:
            detalhe = f"a chave é do ponto de venda {limites.id_ponto_venda}, recebido {valor['id_ponto_venda']}"
            yield Problema(C.PONTO_VENDA_DIFERENTE, "id_ponto_venda", detalhe)
    if "itens" in nomes:
        if valor.get("data_hora_termino") is None:
            yield Problema(C.OPERACAO_ABERTA, "data_hora_termino", "a operação ainda está aberta")
        for nome in FILHOS:
            yield from _sequencia(valor.get(nome), nome, limites.de(nome))


def _sequencia(filhos: object, nome: str, limite: int) -> Iterator[Problema]:
    if not isinstance(filhos, list) or len(filhos) > limite:
        return
    vistos: set[int] = set()
    for filho in filhos:
        numero = filho.get("item") if isinstance(filho, dict) else None
        if type(numero) is int and numero in vistos:
            yield Problema(C.SEQUENCIA_REPETIDA, nome, f"a sequência {mostrar(numero)} aparece mais de uma vez")
        if type(numero) is int:
            vistos.add(numero)


def _do_valor(valor: object, tipo: inspect.Type, nome: str, limites: Limites) -> Iterator[Problema]:
    if isinstance(tipo, inspect.UnionType):  # X | None
        if valor is None:
            return
        tipo = next(t for t in tipo.types if not isinstance(t, inspect.NoneType))
    if isinstance(tipo, inspect.ListType):
        yield from _da_lista(valor, tipo, nome, limites)
    elif isinstance(tipo, inspect.DictType):
        yield from _do_mapa(valor, tipo, nome, limites)
    elif problema := _do_simples(valor, tipo, limites):
        yield Problema(problema[0], nome, problema[1])


def _da_lista(valor: object, tipo: inspect.ListType, nome: str, limites: Limites) -> Iterator[Problema]:
    limite = limites.de(nome)
    if not isinstance(valor, list):
        yield Problema(C.TIPO_INVALIDO, nome, f"esperada uma lista, recebido {mostrar(valor)}")
    elif len(valor) > limite:
        yield Problema(C.LINHAS_DEMAIS, nome, f"no máximo {limite}, recebidos {len(valor)}")
    else:
        assert isinstance(tipo.item_type, inspect.StructType)
        for posicao, filho in enumerate(valor, 1):
            if isinstance(filho, dict):
                yield from _do_objeto(filho, tipo.item_type.cls, f"{nome}[{posicao}].", limites)
            else:
                detalhe = f"esperado um objeto, recebido {mostrar(filho)}"
                yield Problema(C.TIPO_INVALIDO, f"{nome}[{posicao}]", detalhe)


def _do_mapa(valor: object, tipo: inspect.DictType, nome: str, limites: Limites) -> Iterator[Problema]:
    if not isinstance(valor, dict):
        yield Problema(C.TIPO_INVALIDO, nome, f"esperado um objeto, recebido {mostrar(valor)}")
    elif len(valor) > limites.finalizadores:
        yield Problema(C.LINHAS_DEMAIS, nome, f"no máximo {limites.finalizadores}, recebidos {len(valor)}")
    else:
        for chave, conteudo in valor.items():
            yield from _do_valor(chave, tipo.key_type, f"{nome}.{mostrar(chave)}", limites)
            yield from _do_valor(conteudo, tipo.value_type, f"{nome}.{mostrar(chave)}", limites)


_Achado = tuple[C, str] | None


def _do_simples(valor: object, tipo: inspect.Type, limites: Limites) -> _Achado:
    if isinstance(tipo, inspect.Metadata):  # a decimal, with the decimals of its column
        return _do_decimal(valor, (tipo.extra or {})["casas"])
    if isinstance(tipo, inspect.StrType):
        return _do_texto(valor, tipo)
    if isinstance(tipo, inspect.IntType):
        return _do_inteiro(valor, tipo)
    if isinstance(tipo, inspect.DateTimeType):
        return _do_momento(valor, limites)
    if isinstance(tipo, inspect.LiteralType):
        aceitos = ", ".join(str(aceito) for aceito in tipo.values)
        aceito = any(type(valor) is type(v) and valor == v for v in tipo.values)
        return None if aceito else (C.VALOR_INVALIDO, f"esperado um de {aceitos}, recebido {mostrar(valor)}")
    if isinstance(tipo, inspect.UUIDType):
        return None if _converte(valor, UUID) else (C.TIPO_INVALIDO, f"esperado um UUID, recebido {mostrar(valor)}")
    if isinstance(tipo, inspect.BoolType):
        certo = isinstance(valor, bool)
        return None if certo else (C.TIPO_INVALIDO, f"esperado true ou false, recebido {mostrar(valor)}")
    raise TypeError(f"{tipo} não tem explicação")  # a type new to the schema; the tests go through all of them


def _converte(valor: object, tipo: Any) -> bool:
    if not isinstance(valor, str):
        return False
    try:
        msgspec.convert(valor, tipo)
    except (msgspec.ValidationError, UnicodeError):
        return False
    return True


def _do_texto(valor: object, tipo: inspect.StrType) -> _Achado:
    if not isinstance(valor, str):
        return C.TIPO_INVALIDO, f"esperado um texto, recebido {mostrar(valor)}"
    if not _e_utf8(valor):
        return C.TEXTO_INVALIDO, f"texto que não é UTF-8 válido: {mostrar(valor)}"
    if "\0" in valor:
        return C.CARACTERE_NULO, f"texto com o caractere nulo: {mostrar(valor)}"
    if tipo.max_length is not None and len(valor) > tipo.max_length:
        return C.TEXTO_LONGO, f"no máximo {tipo.max_length} caracteres, recebidos {len(valor)}"
    if tipo.pattern is not None and not re.search(tipo.pattern, valor):
        return C.VALOR_INVALIDO, f"esperados 44 dígitos ou letras maiúsculas, recebido {mostrar(valor)}"
    return None


def _e_utf8(texto: str) -> bool:
    try:
        texto.encode()
    except UnicodeEncodeError:
        return False
    return True


def _do_inteiro(valor: object, tipo: inspect.IntType) -> _Achado:
    if not isinstance(valor, int) or isinstance(valor, bool):
        return C.TIPO_INVALIDO, f"esperado um número inteiro, recebido {mostrar(valor)}"
    if valor < 0:
        return C.VALOR_NEGATIVO, f"esperado um número de 0 em diante, recebido {mostrar(valor)}"
    if tipo.le is not None and valor > tipo.le:
        return C.FORA_DA_FAIXA, f"no máximo {tipo.le}, recebido {mostrar(valor)}"
    return None


def _do_decimal(valor: object, casas: int) -> _Achado:
    if isinstance(valor, bool) or not isinstance(valor, int | str | Decimal):
        return C.TIPO_INVALIDO, f"esperado um número, recebido {mostrar(valor)}"
    try:
        numero = Decimal(valor)
    except InvalidOperation:
        return C.TIPO_INVALIDO, f"esperado um número, recebido {mostrar(valor)}"
    if not numero.is_finite():
        return C.VALOR_INVALIDO, f"esperado um número finito, recebido {mostrar(valor)}"
    if numero < 0:
        return C.VALOR_NEGATIVO, f"não pode ser negativo, recebido {mostrar(valor)}"
    try:
        quantizar(numero, Decimal(1).scaleb(-casas))
    except Inexact:
        return C.CASAS_DECIMAIS, f"no máximo {casas} casas decimais, recebido {mostrar(valor)}"
    except InvalidOperation:
        return C.FORA_DA_FAIXA, f"no máximo {15 - casas} dígitos antes da vírgula, recebido {mostrar(valor)}"
    return None


def _do_momento(valor: object, limites: Limites) -> _Achado:
    if not isinstance(valor, str):
        return C.TIPO_INVALIDO, f"esperada uma data em texto RFC 3339, recebido {mostrar(valor)}"
    if not _converte(valor, datetime):
        return C.DATA_INVALIDA, f"esperada uma data RFC 3339 como 2026-01-31T12:00:00-03:00, recebido {mostrar(valor)}"
    if not _converte(valor, Momento):
        return C.DATA_SEM_FUSO, f"esperada uma data com fuso, como -03:00, recebido {mostrar(valor)}"
    momento = msgspec.convert(valor, datetime)
    if not limites.desde <= momento <= limites.ate:
        faixa = f"{limites.desde:%d/%m/%Y} a {limites.ate:%d/%m/%Y}"
        return C.DATA_ABSURDA, f"esperada uma data de {faixa}, recebido {mostrar(valor)}"
    return None
