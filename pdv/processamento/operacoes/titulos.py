"""Read the titles and vales that operations refer to, and what is open of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from pdv.processamento.efeitos.valores import Operacao, TituloRef
from pdv.processamento.operacoes.estorno import PDV

ChaveTitulo = tuple[str, int]  # documento, parcela
Reabertos = Callable[[TituloRef], TituloRef]

_ABERTO = "t.valor - coalesce((SELECT sum(b.valor) FROM financeiro_baixa b WHERE b.titulo_id = t.id), 0)"
_ESTORNADO = "EXISTS (SELECT 1 FROM financeiro_titulo e WHERE e.estorno_de = t.id)"
_GERACAO = "CASE t.origem WHEN 1 THEN t.origem_id ELSE 0 END"
_TITULO = f"t.id, {_GERACAO}, t.documento, t.parcela, t.codigo_cliente, {_ABERTO}, {_ESTORNADO}, t.sentido"
# One whose operation has no generation alive was reversed to be made again (replicated again): it is on its way, and
# who refers to it waits. One of a contract never comes again: who pays it is told that it was cancelled.
_ESTA_AQUI = f"""t.estorno_de IS NULL AND (NOT {_ESTORNADO} OR t.origem <> 1 OR EXISTS (
    SELECT 1 FROM pdv_geracao g JOIN pdv_geracao v ON v.ponto_venda_id = g.ponto_venda_id AND v.instalacao = g.instalacao
        AND v.id_operacao = g.id_operacao AND v.estornada_em IS NULL
    WHERE t.origem = 1 AND g.id = t.origem_id))"""


class Baixado(NamedTuple):
    """A title that a generation settled, and by how much."""

    titulo: TituloRef
    valor: Decimal


def baixados_por(cursor: CursorWrapper, geracoes: Iterable[int]) -> defaultdict[int, list[Baixado]]:
    """What live generations settled, by generation."""
    achados: defaultdict[int, list[Baixado]] = defaultdict(list)
    ordenadas = sorted(geracoes)
    if ordenadas:
        cursor.execute(
            f"""SELECT x.origem_id, x.valor, {_TITULO} FROM financeiro_baixa x JOIN financeiro_titulo t ON t.id = x.titulo_id
                WHERE x.origem = %s AND x.origem_id = ANY(%s) AND x.sequencia >= 0 ORDER BY x.origem_id, x.sequencia""",
            [PDV, ordenadas],
        )
        for geracao, valor, *titulo in cursor.fetchall():
            achados[geracao].append(Baixado(TituloRef._make(titulo), valor))
    return achados


def reabertos(baixados: Sequence[Baixado]) -> Reabertos:
    """A title as it is once these settlements are undone."""
    soltos: defaultdict[int, Decimal] = defaultdict(Decimal)
    for baixado in baixados:
        soltos[baixado.titulo.id] += baixado.valor
    return lambda titulo: titulo._replace(aberto=titulo.aberto + soltos[titulo.id])


def de_clientes(cursor: CursorWrapper, chaves: set[ChaveTitulo]) -> dict[ChaveTitulo, list[TituloRef]]:
    """Receivables of customers, newest first: a till reinstalled uses a number again."""
    achados: defaultdict[ChaveTitulo, list[TituloRef]] = defaultdict(list)
    if chaves:
        ordenadas = sorted(chaves)
        cursor.execute(
            f"""SELECT {_TITULO} FROM unnest(%s::text[], %s::int[]) AS x(documento, parcela)
                JOIN financeiro_titulo t ON t.documento = x.documento AND t.parcela = x.parcela
                WHERE t.sentido = 'R' AND {_ESTA_AQUI}
                    AND t.especie IN ('crediario', 'vale', 'cheque', 'outros', 'mensalidade', 'manutencao')
                ORDER BY t.id DESC""",
            [[d for d, _ in ordenadas], [p for _, p in ordenadas]],
        )
        for titulo in map(TituloRef._make, cursor.fetchall()):
            achados[titulo.documento, titulo.parcela].append(titulo)
    return achados


def melhores(
    titulos: dict[ChaveTitulo, list[TituloRef]], o: Operacao, reabertos: Reabertos
) -> dict[ChaveTitulo, TituloRef]:
    """Of titles with one number: the customer's own before another's, whose debt it would lower; then what is open."""

    def ordem(t: TituloRef) -> tuple[bool, bool, bool]:
        return bool(o.codigo_cliente) and t.codigo_cliente != o.codigo_cliente, t.estornado, t.aberto <= 0

    chaves = {(r.documento, r.parcela) for r in o.recebimentos}
    return {chave: min(map(reabertos, titulos[chave]), key=ordem) for chave in chaves if titulos.get(chave)}


def vales(cursor: CursorWrapper, codigos: set[str]) -> defaultdict[str, list[TituloRef]]:
    """Store credits by their codes, oldest first: a till reinstalled uses a number again."""
    achados: defaultdict[str, list[TituloRef]] = defaultdict(list)
    if codigos:
        cursor.execute(
            f"""SELECT {_TITULO} FROM financeiro_titulo t WHERE t.documento = ANY(%s) AND t.sentido = 'P'
                AND t.especie = 'vale' AND {_ESTA_AQUI} ORDER BY t.id""",
            [sorted(codigos)],
        )
        for vale in map(TituloRef._make, cursor.fetchall()):
            achados[vale.documento].append(vale)
    return achados


def melhor_vale(vales: Sequence[TituloRef], reabertos: Reabertos) -> TituloRef:
    """Of those with one code, the oldest that has something left."""
    return min(map(reabertos, vales), key=lambda t: (t.estornado, t.aberto <= 0))


def vales_de(cursor: CursorWrapper, clientes: set[str], tambem: Iterable[int]) -> defaultdict[str, list[TituloRef]]:
    """The open store credits of customers, oldest first; `tambem`, ids of others that may be open again."""
    achados: defaultdict[str, list[TituloRef]] = defaultdict(list)
    if clientes:
        cursor.execute(
            f"""SELECT * FROM (SELECT {_TITULO} FROM financeiro_titulo t WHERE t.codigo_cliente = ANY(%s)
                AND t.codigo_cliente <> '' AND t.sentido = 'P' AND t.especie = 'vale' AND t.estorno_de IS NULL
                ORDER BY t.vencimento, t.id) t (id, geracao, documento, parcela, codigo_cliente, aberto, estornado, sentido)
                WHERE NOT estornado AND (aberto > 0 OR id = ANY(%s))""",
            [sorted(clientes), sorted(tambem)],
        )
        for titulo in map(TituloRef._make, cursor.fetchall()):
            achados[titulo.codigo_cliente].append(titulo)
    return achados


def abertos(vales: Sequence[TituloRef], reabertos: Reabertos) -> tuple[TituloRef, ...]:
    """Those with something left."""
    return tuple(vale for vale in map(reabertos, vales) if vale.aberto > 0)
