"""The rows of a preview: what they are before, and what became of them in the transaction that will be rolled back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from erp.fiscal import lancamentos as fiscal
from pdv.processamento.models import Alvo
from pdv.processamento.previa.escritas import NOSSA, Escrita, Marcos
from pdv.processamento.previa.lados import lado_a_lado
from pdv.processamento.previa.valores import Desfecho, LinhaPrevista, Tipo
from pdv.processamento.staging.fila import TABELAS
from pdv.replicacao.models import SituacaoProcessamento as Situacao
from pdv.tabelas import Especie

Chave = tuple[Any, ...]


class Escolhida(NamedTuple):
    """A staged row; `chave` is its natural key, the same in every generation."""

    id: int
    chave: Chave
    titulo: str


class Viva(NamedTuple):
    """What stands of a row: a generation, or a fiscal document."""

    id: int
    numero: int


class Estado(NamedTuple):
    situacao: int
    codigo: str
    mensagem: str
    aguarda: str


def escolhidas(cursor: CursorWrapper, alvo: Alvo, ids: list[int]) -> list[Escolhida]:
    if alvo == Alvo.NOTA:
        cursor.execute(
            "SELECT id, chave, numero, serie FROM hiperpdv_nota_fiscal WHERE id = ANY(%s) ORDER BY id", [ids]
        )
        return [Escolhida(i, (chave, n), f"Nota {n}/{serie}") for i, chave, n, serie in cursor.fetchall()]
    cursor.execute(
        """SELECT id, ponto_venda_id, instalacao, id_operacao, operacao, id_ponto_venda FROM hiperpdv_operacao_pdv
           WHERE id = ANY(%s) ORDER BY id""",
        [ids],
    )
    return [
        Escolhida(i, (pv, instalacao, op), f"{nome_da_especie(especie)} {op} · PDV {pdv}")
        for i, pv, instalacao, op, especie, pdv in cursor.fetchall()
    ]


def nome_da_especie(especie: int) -> str:
    return str(Especie(especie).label) if especie in Especie.values else f"Operação de espécie {especie}"


def vivas(cursor: CursorWrapper, alvo: Alvo, linhas: Sequence[Escolhida]) -> dict[Chave, Viva]:
    chaves = [linha.chave for linha in linhas]
    if alvo == Alvo.NOTA:
        documentos = fiscal.geracoes_de(cursor, chaves)
        return {chave: Viva(vivo, ultima) for chave, (ultima, vivo) in documentos.items() if vivo is not None}
    cursor.execute(
        """SELECT g.ponto_venda_id, g.instalacao, g.id_operacao, g.id, g.numero
           FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
           JOIN pdv_geracao g ON g.ponto_venda_id = x.pv AND g.instalacao = x.inst AND g.id_operacao = x.op
           WHERE g.estornada_em IS NULL""",
        _colunas(chaves),
    )
    return {(pv, inst, op): Viva(id_, numero) for pv, inst, op, id_, numero in cursor.fetchall()}


def estados(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int]) -> dict[int, Estado]:
    """What the drain marked on each row."""
    cursor.execute(
        f"""SELECT id, situacao_replicacao, erro_codigo, erro_mensagem, aguarda FROM {TABELAS[alvo]}
            WHERE id = ANY(%s)""",
        [list(ids)],
    )
    return {id_: Estado._make(estado) for id_, *estado in cursor.fetchall()}


def desfecho(estado: Estado) -> Desfecho:
    if estado.situacao == Situacao.EFETUADO:
        return Desfecho.LANCADA
    if estado.situacao == Situacao.COM_ERRO:
        return Desfecho.ERRO
    return Desfecho.ESPERA if estado.aguarda else Desfecho.ADIADA


def soltaveis(cursor: CursorWrapper, alvo: Alvo, linhas: Sequence[Escolhida]) -> list[int]:
    """Staged rows not pending that what stands of `linhas` cancels: reversing the cancelamento posts them anew."""
    if alvo == Alvo.NOTA:
        return []
    cursor.execute(
        """SELECT o.id FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
           JOIN pdv_geracao g ON g.ponto_venda_id = x.pv AND g.instalacao = x.inst AND g.id_operacao = x.op
               AND g.estornada_em IS NULL AND g.operacao = %s
           JOIN hiperpdv_operacao_pdv o ON o.ponto_venda_id = x.pv AND o.instalacao = x.inst
               AND o.id_operacao = g.id_operacao_origem AND o.situacao_replicacao IN (2, 9)""",
        [*_colunas([linha.chave for linha in linhas]), Especie.CANCELAMENTO.value],
    )
    return [linha[0] for linha in cursor.fetchall()]


def _colunas(chaves: Sequence[Chave]) -> list[list[Any]]:
    return [[c[0] for c in chaves], [str(c[1]) for c in chaves], [c[2] for c in chaves]]


class GeracaoTocada(NamedTuple):
    chave: Chave
    numero: int
    nova: bool
    titulo: str


def geracoes_tocadas(cursor: CursorWrapper, escritas: Sequence[Escrita], antes: Marcos) -> dict[int, GeracaoTocada]:
    """The generations that this transaction made, and those that its entries belong to."""
    cursor.execute(
        f"""SELECT x.id, x.ponto_venda_id, x.instalacao, x.id_operacao, x.numero, x.id > %s, x.operacao
            FROM pdv_geracao x WHERE x.id = ANY(%s) OR (x.id > %s AND {NOSSA})""",
        [antes["pdv_geracao"], [e.origem for e in escritas if isinstance(e.origem, int)], antes["pdv_geracao"]],
    )
    return {
        id_: GeracaoTocada((pv, inst, op), numero, nova, f"{nome_da_especie(especie)} {op}")
        for id_, pv, inst, op, numero, nova, especie in cursor.fetchall()
    }


def previstas(
    linhas: Sequence[Escolhida], antes: dict[Chave, Viva], marcadas: dict[int, Estado], escritas: Sequence[Escrita],
    tocadas: dict[int, GeracaoTocada],
) -> tuple[list[LinhaPrevista], list[LinhaPrevista]]:  # fmt: skip
    """The chosen rows, and what else changes because of them."""
    por_chave: dict[Chave, list[Escrita]] = {}
    numeros: dict[Chave, int] = {}  # of the new generation
    for escrita in escritas:
        chave = tocadas[escrita.origem].chave if isinstance(escrita.origem, int) else escrita.origem
        por_chave.setdefault(chave, []).append(escrita)
        if escrita.entrada.tipo == Tipo.FISCAL and not escrita.desfaz:
            viva = antes.get(chave)
            numeros[chave] = 1 + (viva.numero if viva else 0)
    titulos: dict[Chave, str] = {}
    for geracao in tocadas.values():
        titulos[geracao.chave] = geracao.titulo
        if geracao.nova:
            numeros[geracao.chave] = max(geracao.numero, numeros.get(geracao.chave, 0))
    suas = [_prevista(x, antes.get(x.chave), marcadas[x.id], por_chave.pop(x.chave, []), numeros) for x in linhas]
    outras = [
        LinhaPrevista(
            None, titulos.get(chave, ""), Desfecho.LANCADA, geracao_depois=numeros.get(chave), pares=_pares(delas)
        )
        for chave, delas in por_chave.items()
    ]
    return suas, outras


def _prevista(
    linha: Escolhida, viva: Viva | None, estado: Estado, suas: list[Escrita], numeros: dict[Chave, int]
) -> LinhaPrevista:
    fim = desfecho(estado)
    errada = fim != Desfecho.LANCADA
    depois = numeros.get(linha.chave, viva.numero if viva else None)  # a cancelamento may stand as it is
    return LinhaPrevista(
        id=linha.id,
        titulo=linha.titulo,
        desfecho=fim,
        codigo=estado.codigo if fim == Desfecho.ERRO else "",
        mensagem=estado.mensagem if errada else "",
        geracao_antes=viva.numero if viva else None,
        geracao_depois=None if errada else depois,
        pares=_pares(suas),
        viva_id=viva.id if viva else None,
    )


def _pares(suas: Sequence[Escrita]) -> list[Any]:
    return lado_a_lado([e.entrada for e in suas if e.desfaz], [e.entrada for e in suas if not e.desfaz])
