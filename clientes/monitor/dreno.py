"""The drain of notes: what changed in the register becomes messages of the Queue.

1. Claim notes, changes before what is only being sent again, oldest first.
2. Read their customers afterwards, as they are now: what a later note will tell is told at once, and never undone.
3. Leave out who is as the record's last message already says, unless the note insists.
4. Put one message per customer into `wosk_queue`, delete the notes, count them: all of it one transaction.

One Monitor at a time (`filas.drain`): two could read one customer at two moments and write in the other order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from clientes.monitor import CONTEXTO
from clientes.monitor.conteudo import conteudos
from filas.copia import lista
from filas.drain import ConflitoTransitorio, ErroDefinitivo, Resumo
from filas.fila.entrada import enfileirar

NOME: Final = "clientes.monitor"
PARTICAO: Final = 0
_UNICA: Final = "23505"  # unique_violation
_TEXTO_DA_MORTE = "derrubou o Monitor {} vezes seguidas; veja o registro (log) e mande tentar de novo"
Nota = tuple[int, str, datetime | None]  # id, codigo_cliente, since when it must be told even with nothing new


class DrenoClientes:
    """`por` is who started this run; its counts are in the row `varredura_id` of `clientes_varredura`."""

    nome = NOME

    def __init__(self, por: str) -> None:
        self.por = por
        self.varredura_id: int | None = None
        # Beyond what this run already took: where some old transaction keeps dead rows from being cleaned, starting
        # over at each batch would read all of them again.
        self._depois_de = {False: 0, True: 0}

    def particoes_pendentes(self, cursor: CursorWrapper) -> list[int]:
        return [PARTICAO] if self._ler(cursor, 1, livres=False) else []

    def proximas(self, cursor: CursorWrapper, particao: int, limite: int, *, livres: bool) -> list[int]:
        """Up to the first with deaths behind it; such a one comes alone."""
        linhas = self._ler(cursor, limite, livres=livres)
        if linhas and linhas[0][2]:
            linhas = linhas[:1]
        else:
            linhas = linhas[: next((n for n, linha in enumerate(linhas) if linha[2]), len(linhas))]
        if linhas:
            self._depois_de[linhas[-1][1]] = linhas[-1][0]
        return [id_ for id_, _, _ in linhas]

    def _ler(self, cursor: CursorWrapper, limite: int, *, livres: bool) -> list[tuple[int, bool, int]]:
        """(id, forcar, mortes) of what is due, changes first. When nothing is left, once more from the beginning."""
        for forcar in (False, True):
            if linhas := self._consultar(cursor, forcar, limite, livres):
                return linhas
        if not any(self._depois_de.values()):
            return []
        self._depois_de = {False: 0, True: 0}
        return self._ler(cursor, limite, livres=livres)

    def _consultar(self, cursor: CursorWrapper, forcar: bool, limite: int, livres: bool) -> list[tuple[int, bool, int]]:
        cursor.execute(
            f"""SELECT id, forcar, mortes FROM clientes_pendentes
                WHERE erro = '' AND forcar = %s AND id > %s AND proxima_tentativa_em <= now()
                ORDER BY forcar, id LIMIT %s {"FOR UPDATE SKIP LOCKED" if livres else ""}""",
            [forcar, self._depois_de[forcar], limite],
        )
        return list(cursor.fetchall())

    def aplicar(self, cursor: CursorWrapper, ids: Sequence[int]) -> Resumo:
        notas = _reivindicar(cursor, ids)
        if not notas:
            return Resumo()
        atuais = conteudos(cursor, list(dict.fromkeys(codigo for _, codigo, _ in notas)))
        forcados = {codigo: desde for _, codigo, desde in notas if desde is not None}
        iguais = _como_a_ultima(cursor, atuais, forcados)
        novos = {codigo: conteudo for codigo, conteudo in atuais.items() if codigo not in iguais}
        _enfileirar(novos)
        cursor.execute("DELETE FROM clientes_pendentes WHERE id = ANY(%s::bigint[])", [lista(n[0] for n in notas)])
        self._contar(
            cursor,
            notas=len(notas),
            mensagens=len(novos),
            iguais=len(iguais),
            sem_codigo=sum(not (c["IBGE"] and c["PAIS_BC"]) and c["ESTRANGEIRO"] != "1" for c in novos.values()),
        )
        return Resumo(efetuadas=len(notas))

    def recusar(self, cursor: CursorWrapper, linha: int, erro: ErroDefinitivo) -> None:
        """Put the note aside, where the Monitor's page shows it."""
        cursor.execute("UPDATE clientes_pendentes SET erro = %s WHERE id = %s", [erro.mensagem, linha])
        self._contar(cursor, com_erro=1)

    def adiar(self, cursor: CursorWrapper, linha: int, erro: Exception) -> None:
        """Twice as late each time, up to an hour."""
        cursor.execute(
            """UPDATE clientes_pendentes SET tentativas = tentativas + 1, proxima_tentativa_em = %s
                   + least(interval '5 seconds' * 2 ^ least(tentativas, 20), interval '1 hour') WHERE id = %s""",
            [timezone.now(), linha],
        )

    def contar_mortes(self, cursor: CursorWrapper, ids: Sequence[int], maximo: int) -> None:
        cursor.execute(
            """UPDATE clientes_pendentes SET mortes = mortes + 1, erro = CASE WHEN mortes + 1 >= %s THEN %s ELSE erro END
               WHERE id = ANY(%s::bigint[])""",
            [maximo, _TEXTO_DA_MORTE.format(maximo), lista(ids)],
        )

    def separar(self, cursor: CursorWrapper, ids: Sequence[int]) -> None:
        cursor.execute(
            "UPDATE clientes_pendentes SET mortes = greatest(mortes, 1) WHERE id = ANY(%s::bigint[])", [lista(ids)]
        )

    def _contar(self, cursor: CursorWrapper, **contagens: int) -> None:
        """Add to this run's row, in the transaction of what is counted; a first one that was undone is made again."""
        agora = timezone.now()
        somas = ", ".join(f"{nome} = {nome} + %s" for nome in contagens)
        cursor.execute(
            f"UPDATE clientes_varredura SET vista_em = %s, {somas} WHERE id = %s",
            [agora, *contagens.values(), self.varredura_id],
        )
        if cursor.rowcount:
            return
        todas = {"notas": 0, "mensagens": 0, "iguais": 0, "sem_codigo": 0, "com_erro": 0} | contagens
        cursor.execute(
            f"""INSERT INTO clientes_varredura (iniciada_em, vista_em, por, {", ".join(todas)})
                VALUES (%s, %s, %s, {", ".join(["%s"] * len(todas))}) RETURNING id""",
            [agora, agora, self.por, *todas.values()],
        )
        self.varredura_id = cursor.fetchone()[0]


def _reivindicar(cursor: CursorWrapper, ids: Sequence[int]) -> list[Nota]:
    cursor.execute(
        """SELECT id, codigo_cliente, CASE WHEN forcar THEN notado_em END FROM clientes_pendentes
           WHERE id = ANY(%s::bigint[]) AND erro = '' ORDER BY id FOR UPDATE SKIP LOCKED""",
        [lista(ids)],
    )
    return list(cursor.fetchall())


def _como_a_ultima(cursor: CursorWrapper, atuais: dict[str, dict[str, str]], forcados: dict[str, datetime]) -> set[str]:
    """Those whose last message, whatever became of it, says the same; when the row was written does not count.

    Of those in `forcados`, only a message newer than that moment: asked to be told again, they have been.
    """
    cursor.execute(
        """SELECT n.chave FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS n(chave, conteudo, desde)
           CROSS JOIN LATERAL (SELECT m.conteudo, m.criada_em FROM wosk_queue m WHERE m.contexto = %s AND m.chave = n.chave
                               ORDER BY m.id DESC LIMIT 1) AS ultima
           WHERE ultima.conteudo - 'DATA_PARA_TRANSFERENCIA' = n.conteudo::jsonb - 'DATA_PARA_TRANSFERENCIA'
             AND (n.desde IS NULL OR ultima.criada_em >= n.desde)""",
        [
            list(atuais),
            [json.dumps(conteudo) for conteudo in atuais.values()],
            [forcados.get(codigo) for codigo in atuais],
            CONTEXTO,
        ],
    )
    return {linha[0] for linha in cursor.fetchall()}


def _enfileirar(novos: dict[str, dict[str, str]]) -> None:
    """A person who reprocesses one of these records at this very moment is waited for, not blamed on the note."""
    if not novos:
        return
    try:
        enfileirar(CONTEXTO, novos.items())
    except IntegrityError as erro:
        if getattr(erro.__cause__, "pgcode", None) == _UNICA:
            raise ConflitoTransitorio from erro
        raise
