"""Triggers that make a table append-only in the database itself, for whoever writes to it."""

import pgtrigger

_RECUSA = """
    RAISE EXCEPTION 'A tabela % só aceita inclusão: % recusado.', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation',
          HINT = 'Um registro feito não muda nem some. Para corrigir, inclua um registro novo que o estorne.';
"""


def somente_acrescimo(prefixo: str, *, apagar: bool = False) -> list[pgtrigger.Trigger]:
    """The triggers of an append-only table, for `Meta.triggers`.

    UPDATE and DELETE are refused row by row, TRUNCATE by statement (`pgtrigger.Protect` does not cover it). The
    refusal reaches Django as `IntegrityError` (SQLSTATE 23001), in Portuguese and naming the table.
    `prefixo` names the triggers; at most 35 characters. `apagar`: DELETE has a rule of its own.
    """
    recusas = [
        _recusar(f"{prefixo}_sem_update", pgtrigger.Update, pgtrigger.Row),
        _recusar(f"{prefixo}_sem_delete", pgtrigger.Delete, pgtrigger.Row),
        _recusar(f"{prefixo}_sem_truncate", pgtrigger.Truncate, pgtrigger.Statement),
    ]
    return [recusas[0], recusas[2]] if apagar else recusas


def _recusar(nome: str, operacao: pgtrigger.Operation, nivel: pgtrigger.Level) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(name=nome, operation=operacao, level=nivel, when=pgtrigger.Before, func=_RECUSA)
