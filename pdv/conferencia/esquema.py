"""The wire of `POST /api/pdv/v1/manifestos`, and what makes a manifest consistent with itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pdv.manifesto import quantos
from pdv.replicacao.esquema import Ate40, Grande, Inteiro, Momento

VERSAO: Final = 1
MANIFESTOS_MAXIMO: Final = 200
OPERACOES_MAXIMO: Final = 1_000_000  # of one day or turno
_TETO: Final = Decimal(10) ** 13

Soma = Decimal
Faixa = tuple[Grande, Grande]
Faixas = Annotated[list[Faixa], Meta(max_length=50_000)]
Hexa = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class PorEspecie(Struct, kw_only=True):
    operacao: Literal[0, 1, 2, 3, 4, 5, 6, 7, 9]
    quantidade: Inteiro
    valor: Soma
    canceladas: Inteiro = 0


class PorFinalizador(Struct, kw_only=True):
    id_finalizador: Inteiro
    valor: Soma
    troco: Soma


class Notas(Struct, kw_only=True, frozen=True):
    """The notes of these operations; `pendentes` have not been sent yet."""

    quantidade: Inteiro = 0
    valor_total: Soma = Decimal(0)
    pendentes: Inteiro = 0


class ManifestoPdv(Struct, kw_only=True):
    """One day (`id_turno` null) or one turno. `faixas` are the numbers of the operations that the till closed and has
    sent or will send; `pendentes`, those of them it has not sent yet; `ignoradas`, closed and never to be sent;
    `abertas`, not closed yet. A number in none of them is of no operation of this day or turno."""

    tipo: Literal["dia", "turno"]
    dia: date
    id_turno: Grande | None = None
    versao: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    gerado_em: Momento
    quantidade: Inteiro
    primeira: Grande | None = None
    ultima: Grande | None = None
    guid_primeira: UUID | None = None
    valor_total: Soma = Decimal(0)
    canceladas: Inteiro = 0
    valor_cancelado: Soma = Decimal(0)
    por_especie: Annotated[list[PorEspecie], Meta(max_length=20)] = []
    por_finalizador: Annotated[list[PorFinalizador], Meta(max_length=500)] = []
    notas: Notas = Notas()
    faixas: Faixas = []
    pendentes: Faixas = []
    ignoradas: Faixas = []
    valor_ignorado: Soma = Decimal(0)
    abertas: Faixas = []
    hash: Hexa


class Remessa(Struct, kw_only=True):
    """A whole request."""

    versao: int
    instalacao: UUID
    replicador: Ate40 = ""
    manifestos: Annotated[list[ManifestoPdv], Meta(max_length=MANIFESTOS_MAXIMO)]


class Resultado(StrEnum):
    CRIADO = "criado"
    ATUALIZADO = "atualizado"
    EXISTENTE = "existente"
    ANTIGO = "antigo"
    REJEITADO = "rejeitado"


class ResultadoManifesto(Struct, kw_only=True, omit_defaults=True):
    """`versao` is the one that stands here now."""

    tipo: str
    dia: date
    id_turno: int | None
    resultado: Literal["criado", "atualizado", "existente", "antigo", "rejeitado"]
    versao: int = 0
    mensagem: str = ""


class Resposta(Struct, kw_only=True):
    """One result for each manifest, in the order sent."""

    manifestos: list[ResultadoManifesto]


def problemas_de(m: ManifestoPdv) -> list[str]:
    """What in a manifest contradicts itself, in words; empty when it may be stored."""
    problemas = [*_das_faixas(m), *_do_dinheiro(m)]
    if (m.id_turno is None) != (m.tipo == "dia"):
        problemas.append("id_turno: esperado no manifesto de um turno, e só nele")
    if (declaradas := quantos(m.faixas)) != m.quantidade:
        problemas.append(f"quantidade: {m.quantidade}, mas as faixas têm {declaradas} números")
    if (somadas := sum(e.quantidade for e in m.por_especie)) != m.quantidade:
        problemas.append(f"por_especie: soma {somadas} operações, esperadas {m.quantidade}")
    extremos = (m.faixas[0][0], m.faixas[-1][1]) if m.faixas else (None, None)
    if (m.primeira, m.ultima) != extremos:
        problemas.append(f"primeira e ultima: {m.primeira} e {m.ultima}, nas faixas {extremos[0]} e {extremos[1]}")
    if (m.guid_primeira is None) != (not m.faixas):
        problemas.append("guid_primeira: esperado quando há operações, e só então")
    if m.canceladas > m.quantidade:
        problemas.append(f"canceladas: {m.canceladas} de {m.quantidade} operações")
    if m.quantidade > OPERACOES_MAXIMO:
        problemas.append(f"quantidade: {m.quantidade}, aceitas até {OPERACOES_MAXIMO}")
    return problemas


def _das_faixas(m: ManifestoPdv) -> Iterator[str]:
    for nome in ("faixas", "pendentes", "ignoradas", "abertas"):
        anterior = -1
        for de, ate in getattr(m, nome):
            if de <= anterior or ate < de:
                yield f"{nome}: esperadas em ordem e sem repetir números, recebida [{de}, {ate}] depois de {anterior}"
                break
            anterior = ate
        if quantos(getattr(m, nome)) > OPERACOES_MAXIMO:
            yield f"{nome}: mais de {OPERACOES_MAXIMO} números"


def _do_dinheiro(m: ManifestoPdv) -> Iterator[str]:
    somas: list[tuple[str, Any]] = [(n, getattr(m, n)) for n in ("valor_total", "valor_cancelado", "valor_ignorado")]
    somas += [("por_especie", e.valor) for e in m.por_especie]
    somas += [(f"por_finalizador.{n}", getattr(f, n)) for f in m.por_finalizador for n in ("valor", "troco")]
    somas.append(("notas.valor_total", m.notas.valor_total))
    for nome, valor in somas:
        if not valor.is_finite() or abs(valor) >= _TETO or valor != round(valor, 2):
            yield f"{nome}: esperado um valor com até duas casas, recebido {str(valor)[:30]}"
