"""Triggers that count what is changed in a sensitive table, by whatever hand: none of it goes without an event.

The statement writes down what it changed (`auditoria_mudanca`); at COMMIT a deferred trigger of that table looks whether this
transaction recorded an event about it, and if none was, records one itself. Nobody waits for anybody: the rows are the
transaction's own, and gone when it ends.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import pgtrigger
from django.db.models import Model

from auditoria.acoes import DECLARADA, SEM_AUTOR
from auditoria.gatilhos import transicao

CHAVES: Final = 20  # of the rows changed, how many are named

_LINHAS: Final = {
    "INSERT": "SELECT n.{chave} AS chave FROM novas n",
    "DELETE": "SELECT v.{chave} AS chave FROM velhas v",
    "UPDATE": """SELECT coalesce(n.{chave}, v.{chave}) AS chave
                 FROM novas n FULL JOIN velhas v ON n.{pk} = v.{pk} WHERE {mudou}""",
}
_ANOTAR: Final = """
    INSERT INTO auditoria_mudanca (tabela, operacao, linhas, chaves, objetos, declarado)
    WITH mudadas AS ({linhas})
    SELECT TG_TABLE_NAME, TG_OP, count(*),
           (SELECT coalesce(string_agg(chave::text, ' '), '') FROM (SELECT chave FROM mudadas LIMIT {chaves}) x),
           '{{{objetos}}}', coalesce(current_setting('auditoria.declarado', true), '')
    FROM mudadas HAVING count(*) > 0;
    RETURN NULL;
"""
# How many there were is not known by then.
_ANOTAR_TRUNCATE: Final = """
    INSERT INTO auditoria_mudanca (tabela, operacao, linhas, chaves, objetos, declarado)
    VALUES (TG_TABLE_NAME, TG_OP, -1, '', '{{{objetos}}}', coalesce(current_setting('auditoria.declarado', true), ''));
    RETURN NULL;
"""


class _Vigia(pgtrigger.Trigger):
    """`ligacao` names a relation of many to many, whose table Django makes by itself: that one is watched."""

    level = pgtrigger.Statement
    when = pgtrigger.After

    def __init__(
        self, operacao: pgtrigger.Operation, objetos: Sequence[str], ignorar: Collection[str], ligacao: str, chave: str
    ) -> None:
        verbo = str(operacao)
        tabelas = {"INSERT": {"new": "novas"}, "DELETE": {"old": "velhas"}, "UPDATE": {"new": "novas", "old": "velhas"}}
        self._objetos, self._ignorar, self._ligacao, self._chave = objetos, ignorar, ligacao, chave
        super().__init__(
            name="_".join(filter(None, ("vigia", ligacao, verbo.lower()))),
            operation=operacao,
            referencing=transicao(**tabelas[verbo]) if verbo in tabelas else None,
        )

    def compile(self, model: Any) -> Any:
        return super().compile(getattr(_modelo(model), self._ligacao).through if self._ligacao else model)

    def get_func(self, model: Any) -> str:
        objetos = ",".join(self._objetos or (_modelo(model)._meta.label_lower,))
        if str(self.operation) == "TRUNCATE":
            return _ANOTAR_TRUNCATE.format(objetos=objetos)
        colunas = {campo.attname: f'"{campo.column}"' for campo in model._meta.concrete_fields}
        vistas = [coluna for nome, coluna in colunas.items() if nome not in self._ignorar]
        if desconhecidas := set(self._ignorar) - set(colunas):
            raise ValueError(f"{model._meta.label} não tem {', '.join(sorted(desconhecidas))}")
        linhas = _LINHAS[str(self.operation)].format(
            pk=colunas[model._meta.pk.attname],
            chave=colunas[self._chave or model._meta.pk.attname],
            mudou="({}) IS DISTINCT FROM ({})".format(*(", ".join(f"{a}.{c}" for c in vistas) for a in "nv")),
        )
        return _ANOTAR.format(linhas=linhas, chaves=CHAVES, objetos=objetos)


def vigiar(
    *objetos: str, ignorar: Collection[str] = (), inclusoes: bool = True, ligacao: str = "", chave: str = ""
) -> list[pgtrigger.Trigger]:
    """The triggers of a sensitive table, for `Meta.triggers`: whatever changes it records an event about `objetos`.

    `objetos` are labels in lower case (`auth.user`), by default the model's own. `ignorar` names the columns by which a
    row may change and no event tell (when somebody was last seen). Without `inclusoes` new rows are free. `ligacao` is a
    relation of many to many of the model: its table, and not the model's. `chave` is the column that says which of the
    first of `objetos` a row is of, by default its key.
    """
    operacoes = [pgtrigger.Insert, pgtrigger.Update, pgtrigger.Delete, pgtrigger.Truncate]
    return [_Vigia(operacao, objetos, ignorar, ligacao, chave) for operacao in operacoes[0 if inclusoes else 1 :]]


def _modelo(modelo: type[Model]) -> type[Model]:
    """Of a proxy, which only carries the triggers, the model that people know."""
    return modelo._meta.concrete_model or modelo


_DIZER: Final = """
    PERFORM set_config(
        'auditoria.objetos', coalesce(nullif(current_setting('auditoria.objetos', true), ''), ',') || novos.objetos || ',', true
    ) FROM (SELECT string_agg(DISTINCT lower(objeto), ',') AS objetos FROM ditos) novos
    WHERE position(',' || novos.objetos || ',' IN coalesce(current_setting('auditoria.objetos', true), '')) = 0;
    RETURN NULL;
"""

# The first to run works for all the rows of its transaction: nobody else's are ever there to be seen.
_CONFERIR: Final = f"""
    IF NOT EXISTS (SELECT 1 FROM auditoria_mudanca WHERE id = NEW.id) THEN RETURN NULL; END IF;
    WITH anotadas AS (
        DELETE FROM auditoria_mudanca WHERE id >= NEW.id RETURNING *
    ), caladas AS (
        SELECT tabela, operacao, declarado, objetos[1] AS objeto, sum(linhas) AS linhas,
               left(string_agg(chaves, ' ' ORDER BY id), 200) AS chaves
        FROM anotadas a
        WHERE NOT EXISTS (
            SELECT 1 FROM unnest(a.objetos) o
            WHERE position(',' || o || ',' IN coalesce(current_setting('auditoria.objetos', true), '')) > 0
        ) GROUP BY tabela, operacao, declarado, objetos[1]
    )
    INSERT INTO auditoria_evento
        (id, em, ator_tipo, ator, acao, objeto, objeto_id, antes, depois, motivo, ip, request_id)
    SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
               substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
               52, 1), 53, 1), 'hex')::uuid,
           clock_timestamp(), 'sistema', left(coalesce(nullif(declarado, ''), session_user), 150),
           CASE declarado WHEN '' THEN '{SEM_AUTOR}' ELSE '{DECLARADA}' END, objeto,
           CASE linhas WHEN 1 THEN left(chaves, 100) ELSE '' END, NULL,
           jsonb_build_object(
               'tabela', tabela, 'operacao', operacao, 'linhas', nullif(linhas, -1), 'chaves', chaves,
               'usuario_do_banco', session_user, 'aplicacao', current_setting('application_name')
           ), '', inet_client_addr(), ''
    FROM caladas ORDER BY tabela, operacao;
    RETURN NULL;
"""


def dizer_de_que_falou() -> pgtrigger.Trigger:
    """Of the events: what each is about is known until the end of its transaction, and forgotten with a savepoint."""
    return pgtrigger.Trigger(
        name="evento_dito",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=transicao(new="ditos"),
        func=_DIZER,
    )


def conferir_no_fim() -> pgtrigger.Trigger:
    """Of what was written down: at COMMIT, an event for each kind of change that no event of the transaction told."""
    return pgtrigger.Trigger(
        name="mudanca_conferir",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        func=_CONFERIR,
    )
