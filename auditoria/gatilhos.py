"""The triggers by which no event escapes the sealer, whoever writes it.

Statement triggers with transition tables: one INSERT per statement, however many events it writes, and no further
round trip. No lock is taken that another writer could want.
"""

from __future__ import annotations

import pgtrigger

_SEM_SELO = """
    IF EXISTS (
        SELECT 1 FROM saidos WHERE NOT EXISTS (SELECT 1 FROM auditoria_selo s WHERE s.evento = saidos.evento)
    ) THEN
        RAISE EXCEPTION 'Um evento só sai de auditoria_a_selar com o seu selo: DELETE recusado.'
        USING ERRCODE = 'restrict_violation', HINT = 'Rode manage.py auditoria_selar.';
    END IF;
    RETURN NULL;
"""


def transicao(**tabelas: str) -> pgtrigger.Referencing:
    """The transition tables of a statement trigger, by the names that its function uses."""
    return pgtrigger.Referencing(**tabelas)  # type: ignore[no-untyped-call]  # the library leaves this one untyped


def por_na_fila_do_selo() -> pgtrigger.Trigger:
    """Of the events: each one inserted waits to be sealed, in the same transaction."""
    return pgtrigger.Trigger(
        name="evento_a_selar",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=transicao(new="novos"),
        func="INSERT INTO auditoria_a_selar (evento) SELECT id FROM novos; RETURN NULL;",
    )


def so_sai_selado() -> pgtrigger.Trigger:
    """Of what waits: nothing leaves without its seal."""
    return pgtrigger.Trigger(
        name="a_selar_so_selado",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Delete,
        referencing=transicao(old="saidos"),
        func=_SEM_SELO,
    )
