"""Another version of an operation in the place of the one that staging holds, because a person accepted it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db.backends.utils import CursorWrapper

from filas.copia import copiar
from pdv.replicacao.armazem import FINALIZADOR, ITEM, OPERACAO, RECEBIMENTO
from pdv.replicacao.colunas import COLUNAS_FINALIZADOR, COLUNAS_ITEM, COLUNAS_OPERACAO, COLUNAS_RECEBIMENTO
from pdv.replicacao.esquema import Operacao
from pdv.replicacao.rules import OperacaoPronta, montar_operacao

CHAVE = frozenset({"id_operacao", "guid_operacao", "id_ponto_venda"})  # what the operation is, whatever its content


class VersaoIlegivel(Exception):
    """O conteúdo guardado não tem a forma de uma operação."""


def ler_versao(conteudo: Mapping[str, Any]) -> OperacaoPronta:
    """The content that a divergence keeps, as a row for staging, hashed as it would be on arrival now.

    Raises VersaoIlegivel for what no till could have sent.
    """
    try:
        return montar_operacao(msgspec.convert(conteudo, Operacao))
    except (msgspec.ValidationError, ArithmeticError) as erro:
        raise VersaoIlegivel(str(erro)) from erro


def descancela(diferencas: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a version came after the cancellation and says that there is none: its own differences tell."""
    return any(x.get("campo") == "cancelado" and x.get("retaguarda") and not x.get("terminal") for x in diferencas)


def trocar_versao(
    cursor: CursorWrapper, operacao_id: int, versao: OperacaoPronta, *, descancelar: bool = False
) -> None:
    """Write `versao` over a row that the caller has locked, dependants and hash too; its situação is left alone.

    What the till cancelled stays cancelled, unless the version came later and says otherwise (`descancelar`). Who keeps
    the former content is the caller.
    """
    valores = {c: v for c, v in zip(COLUNAS_OPERACAO, versao.conteudo.linha, strict=True) if c not in CHAVE}
    cursor.execute(
        f"""UPDATE {OPERACAO} SET {", ".join(f"{coluna} = %s" for coluna in valores)}, cancelado = (cancelado AND NOT %s) OR %s,
            hash_conteudo = %s WHERE id = %s""",
        [*valores.values(), descancelar, versao.cancelado, versao.hash, operacao_id],
    )
    for tabela, colunas, linhas in (
        (ITEM, COLUNAS_ITEM, versao.conteudo.itens),
        (FINALIZADOR, COLUNAS_FINALIZADOR, versao.conteudo.finalizadores),
        (RECEBIMENTO, COLUNAS_RECEBIMENTO, versao.conteudo.recebimentos),
    ):
        cursor.execute(f"DELETE FROM {tabela} WHERE operacao_id = %s", [operacao_id])
        copiar(cursor, tabela, ("operacao_id", *colunas), [(operacao_id, *linha) for linha in linhas])
