"""The difference of two versions of an operation, field by field; and one of them by name. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pdv.replicacao.colunas import COLUNAS_OPERACAO, FILHOS, Linha
from pdv.replicacao.rules import ConteudoOperacao


def como_dicionario(conteudo: ConteudoOperacao) -> dict[str, Any]:
    """An operation's columns by name, as JSON holds them (numbers of the decimal columns as text)."""
    return {
        **_nomeada(COLUNAS_OPERACAO, conteudo.linha),
        **{
            nome: [_nomeada(colunas, linha) for linha in linhas]
            for (nome, colunas), linhas in zip(FILHOS.items(), conteudo[1:], strict=True)
        },
    }


def _nomeada(colunas: Sequence[str], linha: Linha) -> dict[str, Any]:
    return dict(zip(colunas, msgspec.to_builtins(linha), strict=True))


def diferencas(gravada: ConteudoOperacao, chegou: ConteudoOperacao) -> list[dict[str, Any]]:
    """Field by field: `[{"campo": "itens[2].valor_desconto", "retaguarda": "1.00", "terminal": "2.00"}]`.

    Children are paired by their number; one that only one side has is shown whole against null.
    """
    return [
        *_campos_diferentes("", COLUNAS_OPERACAO, gravada.linha, chegou.linha),
        *(
            diferenca
            for (nome, colunas), *linhas in zip(FILHOS.items(), gravada[1:], chegou[1:], strict=True)
            for diferenca in _filhos_diferentes(nome, colunas, *linhas)
        ),
    ]


def _campos_diferentes(prefixo: str, colunas: Sequence[str], antes: Linha, depois: Linha) -> Iterable[dict[str, Any]]:
    textos = zip(colunas, msgspec.to_builtins(antes), msgspec.to_builtins(depois), strict=True)
    return [
        {"campo": prefixo + coluna, "retaguarda": velho, "terminal": novo}
        for coluna, velho, novo in textos
        if velho != novo
    ]


def _filhos_diferentes(
    nome: str, colunas: Sequence[str], antes: list[Linha], depois: list[Linha]
) -> Iterable[dict[str, Any]]:
    velhos, novos = ({linha[0]: linha for linha in linhas} for linhas in (antes, depois))
    for numero in sorted(velhos.keys() | novos.keys()):
        campo, velho, novo = f"{nome}[{numero}]", velhos.get(numero), novos.get(numero)
        if velho is not None and novo is not None:
            yield from _campos_diferentes(f"{campo}.", colunas, velho, novo)
        else:
            yield {
                "campo": campo,
                "retaguarda": _nomeada(colunas, velho) if velho else None,
                "terminal": _nomeada(colunas, novo) if novo else None,
            }
