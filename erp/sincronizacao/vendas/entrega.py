"""Handing packages over: one that is refused as a whole is halved, until the row that it was refused for is alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

from erp.provedores.erros import FalhaDefinitiva
from erp.sincronizacao.cliente import entregar, ilegivel
from erp.sincronizacao.models import VendaAEnviar
from erp.sincronizacao.vendas.pacotes import Linhas, montar

Tipo = VendaAEnviar.Tipo
SECOES: Final = ((Tipo.TURNO, "turnos"), (Tipo.OPERACAO, "operacoes"), (Tipo.NOTA, "notas"))
NUMEROS: Final = {"turnos": "id_turno", "operacoes": "id_operacao", "notas": "numero"}
DO_CONTEUDO: Final = (400, 413, 422)  # what one row may bring upon its whole package
Pacote = tuple[Linhas, Linhas, Linhas]
VAZIO: Final[Pacote] = ({}, {}, {})


class Resposta(NamedTuple):
    """What became of one row."""

    tipo: int
    secao: str
    pk: int
    resultado: dict[str, Any]


def entregar_linhas(ponto_venda: int, instalacao: UUID, pacote: Pacote) -> list[Resposta]:
    """What the other side answered of each row. Raises FalhaDoProvedor.

    A row that is refused even alone is `rejeitada`, so that it stops no other. When an empty package is refused too,
    no row is to blame (a version that it does not know, a proxy in the way), and that refusal is raised.
    """
    try:
        return _entregar(ponto_venda, instalacao, pacote)
    except FalhaDefinitiva as falha:
        if falha.status not in DO_CONTEUDO:
            raise
        _entregar(ponto_venda, instalacao, VAZIO)
        return list(_partir(ponto_venda, instalacao, pacote, falha))


def _partir(ponto_venda: int, instalacao: UUID, pacote: Pacote, falha: FalhaDefinitiva) -> Iterator[Resposta]:
    """The answers of a package that was refused like that."""
    quantas = sum(map(len, pacote))
    if quantas == 1:
        yield _recusada(pacote, falha)
        return
    for metade in _metades(pacote, quantas // 2):
        try:
            respostas = _entregar(ponto_venda, instalacao, metade)
        except FalhaDefinitiva as outra:
            if outra.status not in DO_CONTEUDO:
                raise
            yield from _partir(ponto_venda, instalacao, metade, outra)
        else:
            yield from respostas


def _metades(pacote: Pacote, meio: int) -> Iterator[Pacote]:
    """Its first rows, and the others."""
    for inicio, fim in ((0, meio), (meio, None)):
        partes, passadas = [], 0
        for linhas in pacote:
            de, ate = max(inicio - passadas, 0), None if fim is None else max(fim - passadas, 0)
            partes.append(dict(islice(linhas.items(), de, ate)))
            passadas += len(linhas)
        yield partes[0], partes[1], partes[2]


def _recusada(pacote: Pacote, falha: FalhaDefinitiva) -> Resposta:
    for (tipo, secao), linhas in zip(SECOES, pacote, strict=True):
        for pk, linha in linhas.items():
            numero = {NUMEROS[secao]: linha[NUMEROS[secao]]}
            motivo = {"resultado": "rejeitada", "codigo": "PACOTE_RECUSADO", "mensagem": falha.mensagem}
            return Resposta(tipo, secao, pk, motivo | numero)
    raise AssertionError("um pacote sem linhas não tem de quem falar")


def _entregar(ponto_venda: int, instalacao: UUID, pacote: Pacote) -> list[Resposta]:
    resposta = entregar(ponto_venda, montar(instalacao, *pacote))
    return [
        Resposta(tipo, secao, pk, resultado)
        for (tipo, secao), enviadas in zip(SECOES, pacote, strict=True)
        for pk, resultado in _resultados(resposta, secao, enviadas)
    ]


def _resultados(resposta: Mapping[str, Any], secao: str, enviadas: Linhas) -> Iterator[tuple[int, dict[str, Any]]]:
    """One result for each row sent, in their order. Raises FalhaPassageira when the answer does not have them."""
    resultados = resposta.get(secao) or []
    if not isinstance(resultados, list) or len(resultados) != len(enviadas):
        raise ilegivel(f"não tem um resultado por linha de {secao}")
    for pk, resultado in zip(enviadas, resultados, strict=True):
        if not isinstance(resultado, dict) or not isinstance(resultado.get("resultado"), str):
            raise ilegivel(f"tem um resultado que não se entende em {secao}")
        yield pk, resultado
