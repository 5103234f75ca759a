"""What a row of the wire becomes in staging: canonical values and their hash. Pure.

A row is either *ready* (`OperacaoPronta`, `NotaPronta`, `TurnoPronto`: its columns in order, quantised, moments in
UTC) or suspicious (`Suspeita`): the checks here only say yes or maybe, at the cost of a few microseconds a row.
`explicacao` then looks again field by field and says what is wrong, if anything is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from hashlib import sha256
from operator import itemgetter
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from pdv.replicacao.colunas import Linha
from pdv.replicacao.esquema import Finalizador, Item, Nota, Operacao, Recebimento, Turno

VERSAO_HASH: Final = 2  # 1 knew no recebimentos
VERSAO_HASH_NOTA: Final = 1


class Limites(NamedTuple):
    """What this request may say: its till, how much a row may hold, which moments are credible."""

    id_ponto_venda: int
    desde: datetime
    ate: datetime
    itens: int = 990
    finalizadores: int = 100
    linhas: int = 1000
    recebimentos: int = 500

    def de(self, filhos: str) -> int:
        """How many rows one of the lists of an operation may have."""
        return {"itens": self.itens, "finalizadores": self.finalizadores, "recebimentos": self.recebimentos}[filhos]


class Suspeita(Exception):
    """Something in the row may be wrong: look at it field by field."""


class ConteudoOperacao(NamedTuple):
    """An operation's business columns: its own, its items', its payments' and those of the titles it received.

    Children by their number. The lists stand in the order and under the names of `FILHOS`.
    """

    linha: Linha
    itens: list[Linha]
    finalizadores: list[Linha]
    recebimentos: list[Linha]


class OperacaoPronta(NamedTuple):
    id_operacao: int
    guid: UUID
    cancelado: bool
    conteudo: ConteudoOperacao
    hash: bytes


class NotaPronta(NamedTuple):
    chave: str
    numero: int
    linha: Linha
    hash: bytes


class TurnoPronto(NamedTuple):
    id_turno: int
    linha: Linha


# Fifteen digits is what every decimal column holds; a value that has more, or more decimals, is not rounded but raised.
_quantizar = Context(prec=15, traps=[Inexact, InvalidOperation, Overflow]).quantize
_2, _4, _6, _ZERO = Decimal("0.01"), Decimal("0.0001"), Decimal("0.000001"), Decimal(0)
_codificar = msgspec.json.Encoder().encode
_NUMERO_DO_FILHO = itemgetter(0)


def quantizar(valor: Decimal, casas: Decimal) -> Decimal:
    """`valor` with the decimals of its column, never rounded, never a negative zero.

    Raises Inexact (more decimals than the column has) or InvalidOperation (more digits, infinite, signalling NaN).
    """
    return _quantizar(valor, casas) + _ZERO


def _item(i: Item) -> Linha:
    q = _quantizar
    return (
        i.item, i.id_produto, i.codigo_barras, i.descricao, i.unidade,
        q(i.quantidade_primaria, _4) + _ZERO, q(i.valor_unitario_liquido, _6) + _ZERO,
        q(i.valor_desconto, _2) + _ZERO, q(i.valor_acrescimo, _2) + _ZERO, q(i.valor_total_liquido, _2) + _ZERO,
        i.cfop, i.ncm, i.id_usuario_vendedor, i.cancelado,
    )  # fmt: skip


def _finalizador(f: Finalizador) -> Linha:
    return (
        f.item, f.id_finalizador, _quantizar(f.valor, _2) + _ZERO, _quantizar(f.valor_troco, _2) + _ZERO, f.parcela,
        f.nsu, f.autorizacao, f.bandeira, f.cnpj_credenciadora, f.txid, f.end_to_end_id,
    )  # fmt: skip


def _recebimento(r: Recebimento) -> Linha:
    q = _quantizar
    return (
        r.item, r.numero_documento, r.parcela,
        q(r.valor, _2) + _ZERO, q(r.juros, _2) + _ZERO, q(r.desconto, _2) + _ZERO,
    )  # fmt: skip


def _linha_operacao(o: Operacao) -> Linha:
    q = _quantizar
    return (
        o.id_operacao, o.guid_operacao, o.id_ponto_venda, o.id_turno, o.id_usuario, o.operacao,
        o.data_hora_inicio.astimezone(UTC), o.data_hora_termino.astimezone(UTC) if o.data_hora_termino else None,
        o.cpf_cnpj_consumidor, o.codigo_cliente,
        q(o.valor_produtos, _2) + _ZERO, q(o.valor_desconto, _2) + _ZERO, q(o.valor_acrescimo, _2) + _ZERO,
        q(o.valor_total, _2) + _ZERO, q(o.valor_troco, _2) + _ZERO, o.id_operacao_origem, o.observacao,
    )  # fmt: skip


def _canonico(conteudo: ConteudoOperacao) -> bytes:
    """The hashed form, version 2: a JSON list of the columns in order, children by their number."""
    return _codificar(conteudo)


def _resumo(canonico: bytes, versao: int = VERSAO_HASH) -> bytes:
    return bytes((versao,)) + sha256(canonico).digest()


def hash_operacao(conteudo: ConteudoOperacao) -> bytes:
    """33 bytes: the version of the canonical form, then its SHA-256. Takes no account of `cancelado`."""
    return _resumo(_canonico(conteudo))


def conteudo_operacao(o: Operacao) -> ConteudoOperacao:
    """The canonical columns of an operation. Raises ArithmeticError where a number does not fit its column."""
    return ConteudoOperacao(
        _linha_operacao(o),
        sorted(map(_item, o.itens), key=_NUMERO_DO_FILHO),
        sorted(map(_finalizador, o.finalizadores), key=_NUMERO_DO_FILHO),
        sorted(map(_recebimento, o.recebimentos), key=_NUMERO_DO_FILHO),
    )


def _parece_errado(canonico: bytes) -> bool:
    """A negative number, a NaN or a NUL, or a text that looks like one: three searches instead of forty comparisons."""
    return b'"-' in canonico or b'"NaN' in canonico or b"\\u0000" in canonico


def preparar_operacao(o: Operacao, limites: Limites) -> OperacaoPronta:
    """The row for staging. Raises Suspeita when anything may be wrong with it."""
    itens, finalizadores, recebimentos, termino = o.itens, o.finalizadores, o.recebimentos, o.data_hora_termino
    if (
        termino is None
        or o.id_ponto_venda != limites.id_ponto_venda
        or not limites.desde <= o.data_hora_inicio <= limites.ate
        or not limites.desde <= termino <= limites.ate
        or len(itens) > limites.itens
        or len(finalizadores) > limites.finalizadores
        or len({i.item for i in itens}) < len(itens)
        or len({f.item for f in finalizadores}) < len(finalizadores)
        or (recebimentos and _suspeitos(recebimentos, limites))
    ):
        raise Suspeita
    try:
        conteudo = conteudo_operacao(o)
    except ArithmeticError:
        raise Suspeita from None
    canonico = _canonico(conteudo)
    if _parece_errado(canonico):
        raise Suspeita
    return OperacaoPronta(o.id_operacao, o.guid_operacao, o.cancelado, conteudo, _resumo(canonico))


def _suspeitos(recebimentos: list[Recebimento], limites: Limites) -> bool:
    return len(recebimentos) > limites.recebimentos or len({r.item for r in recebimentos}) < len(recebimentos)


def montar_operacao(o: Operacao) -> OperacaoPronta:
    """The row of an operation that `explicacao` found nothing wrong with."""
    conteudo = conteudo_operacao(o)
    return OperacaoPronta(o.id_operacao, o.guid_operacao, o.cancelado, conteudo, hash_operacao(conteudo))


def _linha_nota(n: Nota) -> Linha:
    return (
        n.chave, n.numero, n.serie, n.modelo, n.situacao, n.protocolo, n.data_emissao.astimezone(UTC),
        _quantizar(n.valor_total, _2) + _ZERO, n.id_operacao,
    )  # fmt: skip


def _nota_pronta(n: Nota, linha: Linha, canonico: bytes) -> NotaPronta:
    # The XML beside the columns instead of inside: as JSON it would be escaped character by character.
    resumo = _resumo(canonico + b"\n" + n.xml.encode(), VERSAO_HASH_NOTA)
    return NotaPronta(n.chave, n.numero, (*linha, n.xml), resumo)


def preparar_nota(n: Nota, limites: Limites) -> NotaPronta:
    """The row for staging, its hash over every column and the XML. Raises Suspeita as `preparar_operacao` does."""
    if not limites.desde <= n.data_emissao <= limites.ate or "\0" in n.xml:
        raise Suspeita
    try:
        linha = _linha_nota(n)
    except ArithmeticError:
        raise Suspeita from None
    canonico = _codificar(linha)
    if _parece_errado(canonico):
        raise Suspeita
    return _nota_pronta(n, linha, canonico)


def montar_nota(n: Nota) -> NotaPronta:
    """The row of a note that `explicacao` found nothing wrong with."""
    linha = _linha_nota(n)
    return _nota_pronta(n, linha, _codificar(linha))


def preparar_turno(t: Turno, limites: Limites) -> TurnoPronto:
    """The row for staging. Raises Suspeita as `preparar_operacao` does."""
    termino = t.data_hora_termino
    if (
        t.id_ponto_venda != limites.id_ponto_venda
        or not limites.desde <= t.data_hora_inicio <= limites.ate
        or not (termino is None or limites.desde <= termino <= limites.ate)
        or len(t.contado) > limites.finalizadores
    ):
        raise Suspeita
    try:
        turno = montar_turno(t)
    except ArithmeticError:
        raise Suspeita from None
    if _parece_errado(_codificar(turno.linha)):
        raise Suspeita
    return turno


def montar_turno(t: Turno) -> TurnoPronto:
    """The row of a turno that `explicacao` found nothing wrong with."""
    contado = {chave: str(quantizar(valor, _2)) for chave, valor in sorted(t.contado.items())}
    linha = (
        t.id_turno, t.id_ponto_venda, t.sequencial, t.fechado, t.id_usuario, t.data_hora_inicio.astimezone(UTC),
        t.data_hora_termino.astimezone(UTC) if t.data_hora_termino else None, contado,
    )  # fmt: skip
    return TurnoPronto(t.id_turno, linha)
