"""What this very transaction wrote to the ledgers, entry by entry, read before it is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from erp.cadastros.models import EspecieFinalizador
from erp.estoque.models import Natureza
from erp.financeiro.models import Lancamento, Sentido
from erp.fiscal.models import DocumentoFiscal
from pdv.processamento import formatos
from pdv.processamento.efeitos.datas import dia_local
from pdv.processamento.previa.valores import Entrada, Tipo

PDV = 1  # `origem` of the three ledgers: the generation is `origem_id`
TABELAS = ("estoque_movimento", "financeiro_lancamento", "financeiro_titulo", "financeiro_baixa", "fiscal_documento")
# A row that we see and whose writer is still in progress is our own, savepoints included.
NOSSA = """pg_xact_status((((pg_current_xact_id()::text::bigint >> 32) << 32) + x.xmin::text::bigint)::text::xid8)
           = 'in progress'"""
ESTOQUE, FISCAL = "Estoque (ao custo)", "Documentos fiscais"
A_RECEBER, A_PAGAR = "Títulos a receber", "Títulos a pagar"
TITULOS = {Sentido.RECEBER.value: A_RECEBER, Sentido.PAGAR.value: A_PAGAR}
BAIXADOS = {Sentido.RECEBER.value: "Baixas de títulos a receber", Sentido.PAGAR.value: "Baixas de títulos a pagar"}

Marcos = dict[str, int]


class Escrita(NamedTuple):
    """An entry written; `origem` is its generation, or a note's (chave, numero). `desfaz`: it undoes what stood before."""

    origem: Any
    desfaz: bool
    entrada: Entrada


def marcos(cursor: CursorWrapper) -> Marcos:
    """The last id of each ledger, before anything is written."""
    achados = {}
    for tabela in (*TABELAS, "pdv_geracao"):
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {tabela}")
        achados[tabela] = cursor.fetchone()[0]
    return achados


def ler(cursor: CursorWrapper, antes: Marcos) -> list[Escrita]:
    """Every entry that this transaction wrote since `antes`, in the order of writing."""
    return [
        *_movimentos(cursor, antes),
        *_lancamentos(cursor, antes),
        *_titulos(cursor, antes),
        *_baixas(cursor, antes),
        *_documentos(cursor, antes),
    ]


def _nossas(
    cursor: CursorWrapper, tabela: str, antes: Marcos, campos: str, juncao: str = "", estorno: str = "estorno_de"
) -> list[tuple[Any, ...]]:
    """(undoes what stood before, *campos) of our rows."""
    cursor.execute(
        f"""SELECT coalesce(x.{estorno} <= %s, false), {campos} FROM {tabela} x {juncao}
            WHERE x.id > %s AND {NOSSA} ORDER BY x.id""",
        [antes[tabela], antes[tabela]],
    )
    linhas: list[tuple[Any, ...]] = cursor.fetchall()
    return linhas


def _sinal(desfaz: bool, valor: Decimal) -> Decimal:
    """An inverse shows what it takes away: the entry as it stood."""
    return -valor if desfaz else valor


def _movimentos(cursor: CursorWrapper, antes: Marcos) -> Iterator[Escrita]:
    campos = """x.origem_id, x.natureza, x.quantidade, x.custo, x.valor, x.ocorrido_em, x.data_contabil, p.codigo,
                p.descricao"""
    juncao = "JOIN cadastros_produto p ON p.id = x.produto_id"
    for desfaz, origem, natureza, quantidade, custo, valor, quando, dia, codigo, descricao in _nossas(
        cursor, "estoque_movimento", antes, campos, juncao
    ):
        entrada = Entrada(
            Tipo.ESTOQUE, (codigo, natureza), (codigo, natureza), f"{codigo} – {descricao}", str(Natureza(natureza).label),
            _sinal(desfaz, quantidade), custo, _sinal(desfaz, valor), ESTOQUE, dia_local(quando), dia,
        )  # fmt: skip
        yield Escrita(origem, desfaz, entrada)


def _lancamentos(cursor: CursorWrapper, antes: Marcos) -> Iterator[Escrita]:
    campos = """x.origem_id, x.conta_id, x.natureza, x.finalizador, x.valor, x.documento, x.ocorrido_em, x.data_contabil,
                c.codigo, c.nome"""
    juncao = "JOIN cadastros_conta c ON c.id = x.conta_id"
    for desfaz, origem, conta, natureza, finalizador, valor, documento, quando, dia, codigo, nome in _nossas(
        cursor, "financeiro_lancamento", antes, campos, juncao
    ):
        nome = f"{codigo} – {nome}"
        entrada = Entrada(
            Tipo.DINHEIRO, (conta, natureza, finalizador), (conta, natureza, finalizador, documento), nome,
            str(Lancamento.Natureza(natureza).label), None, None, _sinal(desfaz, valor), nome, dia_local(quando), dia,
        )  # fmt: skip
        yield Escrita(origem, desfaz, entrada)


def _titulos(cursor: CursorWrapper, antes: Marcos) -> Iterator[Escrita]:
    campos = """x.origem_id, x.valor, x.ocorrido_em, x.data_contabil, x.sentido, x.especie, x.finalizador, x.adquirente_id,
                x.codigo_cliente, x.cpf_cnpj, x.documento, x.nsu, x.parcela, x.parcelas, x.vencimento, a.nome"""
    juncao = "LEFT JOIN cadastros_adquirente a ON a.id = x.adquirente_id"
    for desfaz, origem, valor, quando, dia, *titulo, adquirente in _nossas(
        cursor, "financeiro_titulo", antes, campos, juncao
    ):
        sentido, especie, finalizador, _, cliente, _, documento, nsu, parcela, parcelas, vencimento = titulo
        quem = adquirente or (formatos.documento(cliente, inteiro=False) if cliente else "")
        rotulos = [f"vence {formatos.data(vencimento)}", quem, documento or (f"NSU {nsu}" if nsu else "")]
        entrada = Entrada(
            Tipo.TITULO, (sentido, especie, finalizador, parcela), tuple(titulo),
            f"{Sentido(sentido).label}: {EspecieFinalizador(especie).label} {parcela}/{parcelas}",
            " · ".join(filter(None, rotulos)), None, None, _sinal(desfaz, valor), TITULOS[sentido], dia_local(quando), dia,
        )  # fmt: skip
        yield Escrita(origem, desfaz, entrada)


def _baixas(cursor: CursorWrapper, antes: Marcos) -> Iterator[Escrita]:
    campos = """x.origem_id, x.titulo_id, x.valor, x.juros, x.desconto, x.ocorrido_em, x.data_contabil, t.sentido,
                t.documento, t.parcela, t.parcelas"""
    juncao = "JOIN financeiro_titulo t ON t.id = x.titulo_id"
    for desfaz, origem, titulo, valor, juros, desconto, quando, dia, sentido, documento, parcela, parcelas in _nossas(
        cursor, "financeiro_baixa", antes, campos, juncao, "estorno_de_id"
    ):
        extras = [("juros", juros), ("desconto", desconto)]
        entrada = Entrada(
            Tipo.BAIXA, (documento, parcela), (documento, parcela, abs(juros), abs(desconto)),
            f"Baixa do título {documento or titulo} {parcela}/{parcelas}",
            " · ".join(f"{nome} {formatos.reais(abs(x))}" for nome, x in extras if x),
            None, None, _sinal(desfaz, valor), BAIXADOS[sentido], dia_local(quando), dia,
        )  # fmt: skip
        yield Escrita(origem, desfaz, entrada)


def _documentos(cursor: CursorWrapper, antes: Marcos) -> Iterator[Escrita]:
    campos = """x.chave, x.numero, x.serie, x.situacao, x.protocolo, x.valor_total, x.valor_ibs, x.valor_cbs, x.emissao,
                x.data_contabil, md5(x.conteudo::text)"""
    for desfaz, chave, numero, serie, situacao, protocolo, valor, ibs, cbs, emissao, dia, resumo in _nossas(
        cursor, "fiscal_documento", antes, campos
    ):
        rotulos = [str(DocumentoFiscal.Situacao(situacao).label), f"protocolo {protocolo}" if protocolo else ""]
        entrada = Entrada(
            Tipo.FISCAL, (chave, numero), (situacao, protocolo, abs(ibs), abs(cbs), resumo), f"Nota {numero}/{serie}",
            " · ".join(filter(None, rotulos)), None, None, _sinal(desfaz, valor), FISCAL, dia_local(emissao), dia,
        )  # fmt: skip
        yield Escrita((chave, numero), desfaz, entrada)
