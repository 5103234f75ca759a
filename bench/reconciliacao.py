"""Does the retaguarda say what the tills say? Computed twice, by ways that share nothing.

`esperado` adds up the tills' own databases in plain Decimal, by the registers' terms, without `efeitos`; `lancado` adds
up the ledgers in SQL. `diferencas` names every cent and unit that is not the same on both sides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.db import connection

from bench.invariantes import violadas
from bench.terminal import (
    CANCELAMENTO,
    CENTAVO,
    DEVOLUCAO,
    FALTA,
    RECEBIMENTO,
    SANGRIA,
    SUPRIMENTO,
    VENDA,
    Operacao,
    Pagamento,
    Terminal,
)

ZERO = Decimal(0)
ChaveOperacao = tuple[int, int]  # code of the till, number of the operation


class Forma(NamedTuple):
    """A finalizador's terms, as the register has them."""

    especie: str
    conta: str | None
    taxa: Decimal
    credito_da_loja: bool


class Loja(NamedTuple):
    """Where a till's money and goods are."""

    filial: int
    caixa: str
    cofre: str


class Cadastro(NamedTuple):
    lojas: dict[int, Loja]
    formas: dict[int, Forma]
    com_estoque: frozenset[int]
    estoque_inicial: dict[tuple[int, int], Decimal]


@dataclass
class Somas:
    """What both sides are brought down to; every key is something that a person can look up."""

    estoque: defaultdict[tuple[int, int], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    contas: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    a_receber: defaultdict[tuple[int, str], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    parcelas: Counter[tuple[int, str]] = field(default_factory=Counter)
    abatido: defaultdict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    vales: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    taxas: defaultdict[tuple[int, int], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    fiscal: defaultdict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    tributos: defaultdict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    documentos: Counter[int] = field(default_factory=Counter)
    finalizadores: defaultdict[tuple[int, int], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    operacoes: Counter[int] = field(default_factory=Counter)


TITULOS = {
    "estoque": "estoque da filial {0}, produto {1}", "contas": "saldo da conta {0}",
    "a_receber": "a receber da filial {0}, {1}", "parcelas": "parcelas a receber da filial {0}, {1}",
    "abatido": "títulos recebidos no PDV {0}", "vales": "saldo do vale {0}",
    "taxas": "taxas da filial {0}, finalizador {1}", "fiscal": "documentos fiscais do PDV {0}, valor",
    "tributos": "documentos fiscais do PDV {0}, IBS e CBS",
    "documentos": "documentos fiscais do PDV {0}, quantos",
    "finalizadores": "vendas e recebimentos do PDV {0}, finalizador {1}",
    "operacoes": "operações lançadas do PDV {0}",
}  # fmt: skip


def reconciliar(terminais: Iterable[Terminal], ignoradas: frozenset[ChaveOperacao]) -> list[str]:
    """Every difference and every broken guarantee, in Portuguese; empty when all of it is right."""
    achadas = diferencas(esperado(terminais, ignoradas, ler_cadastro()), lancado())
    return achadas + violadas()


def codigo_de_saida(diferencas_achadas: list[str]) -> int:
    """0 only when every cent and unit reconciles."""
    return 1 if diferencas_achadas else 0


def esperado(terminais: Iterable[Terminal], ignoradas: frozenset[ChaveOperacao], cadastro: Cadastro) -> Somas:
    """What the ledgers must hold, by what the tills say. A note is posted whatever becomes of its sale."""
    somas = Somas()
    somas.estoque.update(cadastro.estoque_inicial)
    for terminal in terminais:
        loja = cadastro.lojas[terminal.pdv]
        for nota in terminal.notas:
            somas.documentos[terminal.pdv] += 1
            if nota.vale:
                somas.fiscal[terminal.pdv] += nota.total
                somas.tributos[terminal.pdv] += nota.tributos
        lancadas = [o for o in terminal.operacoes if o.chave not in ignoradas]
        canceladas = {o.origem for o in lancadas if o.especie == CANCELAMENTO and not o.cancelada}
        for operacao in lancadas:
            somas.operacoes[terminal.pdv] += 1
            if not operacao.cancelada and operacao.numero not in canceladas:
                _somar(somas, operacao, loja, cadastro)
    return somas


def _somar(somas: Somas, operacao: Operacao, loja: Loja, cadastro: Cadastro) -> None:
    if operacao.especie in (SUPRIMENTO, SANGRIA):
        para_o_caixa = operacao.total if operacao.especie == SUPRIMENTO else -operacao.total
        somas.contas[loja.caixa] += para_o_caixa
        somas.contas[loja.cofre] -= para_o_caixa
    elif operacao.especie == FALTA:
        sobra = operacao.acrescimo == operacao.total
        somas.contas[loja.caixa] += operacao.total if sobra else -operacao.total
    elif operacao.especie in (VENDA, DEVOLUCAO, RECEBIMENTO):
        _somar_mercadoria(somas, operacao, loja, cadastro)
        for recebimento in operacao.recebimentos:
            somas.abatido[operacao.pdv] += recebimento.valor
        for pagamento in operacao.pagamentos:
            forma = cadastro.formas[pagamento.finalizador]
            if operacao.especie == DEVOLUCAO:
                _somar_reembolso(somas, operacao, pagamento, loja, forma)
            else:
                _somar_pagamento(somas, operacao.pdv, pagamento, loja, forma)


def _somar_mercadoria(somas: Somas, operacao: Operacao, loja: Loja, cadastro: Cadastro) -> None:
    sinal = 1 if operacao.especie == DEVOLUCAO else -1
    for item in operacao.itens:
        if not item.cancelado and item.produto in cadastro.com_estoque:
            somas.estoque[loja.filial, item.produto] += sinal * item.quantidade


def _somar_reembolso(somas: Somas, operacao: Operacao, pagamento: Pagamento, loja: Loja, forma: Forma) -> None:
    if forma.credito_da_loja:
        somas.vales[f"V{operacao.pdv}-{operacao.numero}"] += pagamento.valor - pagamento.troco
    else:
        somas.contas[forma.conta or loja.caixa] -= pagamento.valor - pagamento.troco


def _somar_pagamento(somas: Somas, pdv: int, pagamento: Pagamento, loja: Loja, forma: Forma) -> None:
    if forma.credito_da_loja:
        somas.vales[pagamento.nsu] -= pagamento.valor
        somas.contas[loja.caixa] -= pagamento.troco
        return
    somas.finalizadores[pdv, pagamento.finalizador] += pagamento.valor - pagamento.troco
    if forma.especie == "dinheiro":
        somas.contas[forma.conta or loja.caixa] += pagamento.valor - pagamento.troco
        return
    somas.contas[loja.caixa] -= pagamento.troco
    taxa = (pagamento.valor * forma.taxa / 100).quantize(CENTAVO, ROUND_HALF_UP)
    somas.taxas[loja.filial, pagamento.finalizador] += taxa
    if forma.especie == "pix":
        somas.contas[forma.conta or ""] += pagamento.valor
        return
    somas.a_receber[loja.filial, forma.especie] += pagamento.valor
    # a cent that does not divide goes to the first instalment; those of zero are no instalments
    somas.parcelas[loja.filial, forma.especie] += min(pagamento.parcelas, int(pagamento.valor / CENTAVO))


def lancado() -> Somas:
    """What the ledgers hold: entries and their inverses, summed in the database."""
    somas = Somas()
    for campo, consulta in _CONSULTAS.items():
        with connection.cursor() as cursor:
            cursor.execute(consulta)
            for *chave, valor in cursor.fetchall():
                getattr(somas, campo)[tuple(chave) if len(chave) > 1 else chave[0]] = valor
    return somas


def diferencas(certo: Somas, achado: Somas) -> list[str]:
    """Every key that is not the same on both sides; one that is missing counts as zero."""
    nomeadas = []
    for campo, titulo in TITULOS.items():
        esperados: Mapping[object, Decimal | int] = getattr(certo, campo)
        achados: Mapping[object, Decimal | int] = getattr(achado, campo)
        for chave in sorted(set(esperados) | set(achados), key=str):
            quanto, tem = esperados.get(chave, 0), achados.get(chave, 0)
            if quanto != tem:
                partes = chave if isinstance(chave, tuple) else (chave,)
                nomeadas.append(
                    f"{titulo.format(*partes)}: pelos PDVs {quanto}, nos razões {tem}: diferença {tem - quanto}"
                )
    return nomeadas


def ler_cadastro() -> Cadastro:
    """The registers' terms. The one vigência of each finalizador is taken: the demonstration has no other."""
    return Cadastro(
        lojas={pdv: Loja(*resto) for pdv, *resto in _linhas(_LOJAS)},
        formas={codigo: Forma(*resto) for codigo, *resto in _linhas(_FORMAS)},
        com_estoque=frozenset(codigo for (codigo,) in _linhas("SELECT codigo FROM cadastros_produto WHERE controla_estoque")),
        estoque_inicial={(filial, produto): quantidade for filial, produto, quantidade in _linhas(_ESTOQUE_INICIAL)},
    )  # fmt: skip


def _linhas(consulta: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(consulta)
        linhas: list[tuple[Any, ...]] = cursor.fetchall()
    return linhas


_LOJAS = """
SELECT p.codigo, f."COD_FILIAL", c.codigo, k.codigo FROM cadastros_pontovenda p JOIN "FILIAIS" f ON f.id = p.filial_id
JOIN cadastros_conta c ON c.id = p.conta_caixa_id JOIN cadastros_conta k ON k.id = f.conta_cofre_id
"""
_FORMAS = """
SELECT DISTINCT ON (f.codigo) f.codigo, f.especie, c.codigo, x.taxa_percentual,
    f.especie = 'vale' AND x.adquirente_id IS NULL FROM cadastros_finalizador f
JOIN cadastros_condicaofinalizador x ON x.finalizador_id = f.id LEFT JOIN cadastros_conta c ON c.id = x.conta_id
ORDER BY f.codigo, x.vigente_desde DESC
"""
_ESTOQUE_INICIAL = """
SELECT d.filial, p.codigo, sum(d.quantidade) FROM (
    SELECT f."COD_FILIAL" AS filial, (l ->> 'produto_id')::bigint AS produto_id, (l ->> 'quantidade')::numeric AS quantidade
    FROM estoque_documento e JOIN "FILIAIS" f ON f.id = e.filial_id, jsonb_array_elements(e.linhas) l) d
JOIN cadastros_produto p ON p.id = d.produto_id GROUP BY 1, 2
"""
_DA_OPERACAO = (
    "JOIN pdv_geracao g ON g.id = x.origem_id AND x.origem = 1 JOIN cadastros_pontovenda p ON p.id = g.ponto_venda_id"
)
_CONSULTAS = {
    "estoque": """SELECT f."COD_FILIAL", p.codigo, sum(m.quantidade) FROM estoque_movimento m
        JOIN "FILIAIS" f ON f.id = m.filial_id JOIN cadastros_produto p ON p.id = m.produto_id GROUP BY 1, 2""",
    "contas": """SELECT c.codigo, sum(l.valor) FROM financeiro_lancamento l JOIN cadastros_conta c ON c.id = l.conta_id
        GROUP BY 1""",
    "a_receber": """SELECT f."COD_FILIAL", t.especie, sum(t.valor) FROM financeiro_titulo t
        JOIN "FILIAIS" f ON f.id = t.filial_id WHERE t.sentido = 'R' GROUP BY 1, 2""",
    "parcelas": """SELECT f."COD_FILIAL", t.especie, sum(sign(t.valor))::int FROM financeiro_titulo t
        JOIN "FILIAIS" f ON f.id = t.filial_id WHERE t.sentido = 'R' GROUP BY 1, 2""",
    "abatido": f"""SELECT p.codigo, sum(x.valor) FROM financeiro_baixa x {_DA_OPERACAO}
        JOIN financeiro_titulo t ON t.id = x.titulo_id WHERE t.sentido = 'R' GROUP BY 1""",
    "vales": """SELECT t.documento, sum(t.valor - coalesce(b.valor, 0)) FROM financeiro_titulo t
        LEFT JOIN (SELECT titulo_id, sum(valor) AS valor FROM financeiro_baixa GROUP BY 1) b ON b.titulo_id = t.id
        WHERE t.sentido = 'P' AND t.especie = 'vale' AND t.adquirente_id IS NULL GROUP BY 1""",
    "taxas": """SELECT f."COD_FILIAL", t.finalizador, sum(t.valor) FROM financeiro_titulo t
        JOIN "FILIAIS" f ON f.id = t.filial_id
        WHERE t.sentido = 'P' AND NOT (t.especie = 'vale' AND t.adquirente_id IS NULL) GROUP BY 1, 2""",
    "fiscal": """SELECT p.codigo, sum(d.valor_total) FROM fiscal_documento d JOIN hiperpdv_nota_fiscal n ON n.id = d.nota_id
        JOIN cadastros_pontovenda p ON p.id = n.ponto_venda_id GROUP BY 1""",
    "tributos": """SELECT p.codigo, sum(d.valor_ibs + d.valor_cbs) FROM fiscal_documento d
        JOIN hiperpdv_nota_fiscal n ON n.id = d.nota_id JOIN cadastros_pontovenda p ON p.id = n.ponto_venda_id GROUP BY 1""",
    "documentos": """SELECT p.codigo, (count(*) FILTER (WHERE d.estorno_de IS NULL) - count(d.estorno_de))::int
        FROM fiscal_documento d JOIN hiperpdv_nota_fiscal n ON n.id = d.nota_id
        JOIN cadastros_pontovenda p ON p.id = n.ponto_venda_id GROUP BY 1""",
    "finalizadores": f"""SELECT codigo, finalizador, sum(valor) FROM (
        SELECT p.codigo, x.finalizador, x.valor FROM financeiro_lancamento x {_DA_OPERACAO} WHERE x.natureza IN (1, 2, 8)
        UNION ALL
        SELECT p.codigo, x.finalizador, x.valor FROM financeiro_titulo x {_DA_OPERACAO} WHERE x.sentido = 'R') v
        GROUP BY 1, 2""",
    "operacoes": """SELECT p.codigo, count(*)::int FROM pdv_geracao g JOIN cadastros_pontovenda p ON p.id = g.ponto_venda_id
        WHERE g.estornada_em IS NULL GROUP BY 1""",
}
