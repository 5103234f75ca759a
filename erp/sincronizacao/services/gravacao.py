"""Writing what was decided: together, and divided when the database refuses, until the culprit is alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

import msgspec
from django.db import DataError, IntegrityError, connection, transaction

from erp.sincronizacao.entidades.base import Entidade, Registros

_BASES: Final = """
INSERT INTO sincronizacao_registro (entidade, chave, transacao, ordem, passada, dados)
SELECT %s, b.chave, b.transacao, b.ordem, %s, b.dados
FROM jsonb_to_recordset(%s::jsonb) AS b(chave text, transacao bigint, ordem bigint, dados jsonb) ORDER BY b.chave
ON CONFLICT (entidade, chave) DO UPDATE SET transacao = excluded.transacao, ordem = excluded.ordem,
    passada = excluded.passada, dados = excluded.dados
"""
_NOMES: Final = {
    "FILIAIS_FILIAL_": "outra filial daqui tem este nome",
    "colaborador_um_por_cpf": "outro colaborador ativo daqui tem este CPF",
}


def gravar(entidade: Entidade, registros: Registros, novos: Collection[str]) -> dict[str, str]:
    """Write all that can be; returns, by key, why the others could not."""
    if not registros:
        return {}
    try:
        with transaction.atomic():
            entidade.gravar(registros, set(novos) & set(registros))
        return {}
    except (IntegrityError, DataError) as erro:
        if len(registros) == 1:
            return dict.fromkeys(registros, motivo(erro))
    chaves = sorted(registros)
    meio = len(chaves) // 2
    partes = ({c: registros[c] for c in chaves[:meio]}, {c: registros[c] for c in chaves[meio:]})
    return {chave: texto for parte in partes for chave, texto in gravar(entidade, parte, novos).items()}


class Base(msgspec.Struct, gc=False):
    """The last word of a record, as it will be met by the next one; `dados` None: it is gone."""

    chave: str
    transacao: int
    ordem: int
    dados: dict[str, Any] | None


def guardar_bases(entidade: str, passada: int, bases: Iterable[Base]) -> None:
    """One statement of plain values: half of a page's work is this."""
    with connection.cursor() as cursor:
        cursor.execute(_BASES, [entidade, passada, msgspec.json.encode(list(bases)).decode()])


def motivo(erro: Exception) -> str:
    """What the database refused, without the values: they may be a CPF."""
    diagnostico: Any = getattr(erro.__cause__, "diag", None)
    restricao = str(getattr(diagnostico, "constraint_name", None) or "")
    for inicio, texto in _NOMES.items():
        if restricao.startswith(inicio):
            return f"Não pôde ser gravado: {texto}."
    return f"O banco recusou: {restricao or type(erro).__name__}."
