"""What must always be true of the ledgers: one function per guarantee of the heads of their `models.py`.

Each raises AssertionError naming the rows at fault. A flow ends with `verificar_tudo()`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction

GARANTIAS: list[Callable[[], None]] = []
SO_ACRESCIMO = (
    "estoque_movimento",
    "estoque_documento",
    "financeiro_lancamento",
    "financeiro_titulo",
    "financeiro_baixa",
    "fiscal_documento",
    "fiscal_xml",
    "fiscal_aviso",
    "jazigos_cobranca",
    "jazigos_reajuste",
    "visitas_arquivo_rota",
    "visitas_mudanca",
    "log_processamento",
    "pdv_ato_pessoa",
    "pdv_operacao_arquivada",
    "auditoria_evento",
    "auditoria_selo",
    "auditoria_resumo",
)


def garantia(funcao: Callable[[], None]) -> Callable[[], None]:
    GARANTIAS.append(funcao)
    return funcao


def verificar_tudo() -> None:
    """Every guarantee, over all that is in the database."""
    for funcao in GARANTIAS:
        funcao()


def verificar_razao() -> None:
    """Those of the ledgers alone: for tests that post for a contract that exists nowhere else."""
    for funcao in GARANTIAS:
        if funcao.__module__ == __name__:
            funcao()


def consultar(sql: str, parametros: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parametros)
        return cursor.fetchall()


def nenhuma(sql: str, garantia: str) -> None:
    achadas = consultar(sql)
    assert not achadas, f"{garantia}: {achadas[:10]}"


# all ledgers


@garantia
def lancamento_nunca_muda_nem_some() -> None:
    """UPDATE and DELETE of a row and TRUNCATE of the table are refused by the database itself."""
    consultar("SET CONSTRAINTS ALL IMMEDIATE; SELECT 1")  # a test's transaction may hold checks until its end
    for tabela in SO_ACRESCIMO:
        linha = f'SELECT ctid FROM "{tabela}" LIMIT 1'
        coluna = consultar(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER' "
            "AND is_identity = 'NO' ORDER BY ordinal_position LIMIT 1",
            [tabela],
        )[0][0]
        if consultar(linha):
            recusado(f'UPDATE "{tabela}" SET "{coluna}" = "{coluna}" WHERE ctid IN ({linha})')
            recusado(f'DELETE FROM "{tabela}" WHERE ctid IN ({linha})')
        recusado(f'TRUNCATE "{tabela}" CASCADE')
    consultar("SET CONSTRAINTS ALL DEFERRED; SELECT 1")


def recusado(sql: str) -> None:
    """The statement raises what the append-only triggers raise, and nothing else."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '10s'")
                cursor.execute(sql)
            transaction.set_rollback(True)
    except IntegrityError as erro:
        assert "só aceita inclusão" in str(erro), f"{sql}: {erro}"
        return
    raise AssertionError(f"o banco aceitou: {sql}")


# estoque


@garantia
def saldo_e_a_soma_dos_movimentos() -> None:
    nenhuma(
        """SELECT filial_id, produto_id, s.quantidade, m.quantidade, s.valor, m.valor
           FROM (SELECT filial_id, produto_id, sum(quantidade) AS quantidade, sum(valor) AS valor
                 FROM estoque_movimento GROUP BY 1, 2) m
           FULL JOIN estoque_saldo s USING (filial_id, produto_id)
           WHERE coalesce(s.quantidade, 0) <> coalesce(m.quantidade, 0) OR coalesce(s.valor, 0) <> coalesce(m.valor, 0)""",
        "saldo de estoque diferente da soma dos movimentos",
    )


@garantia
def valor_do_movimento_e_quantidade_vezes_custo() -> None:
    nenhuma(
        """SELECT id, quantidade, custo, valor FROM estoque_movimento
           WHERE natureza <> 20 AND estorno_de IS NULL AND valor <> round(quantidade * custo, 6)""",
        "valor diferente de quantidade x custo",
    )


@garantia
def estoque_zerado_nao_tem_valor() -> None:
    nenhuma("SELECT * FROM estoque_saldo WHERE quantidade = 0 AND valor <> 0", "saldo zero com valor: falta o resíduo")


@garantia
def movimento_tem_no_maximo_um_inverso_e_exato() -> None:
    um_inverso(
        "estoque_movimento", "i.quantidade <> -o.quantidade OR i.valor <> -o.valor OR i.produto_id <> o.produto_id"
    )


@garantia
def movimento_tem_chave_unica() -> None:
    chave_unica("estoque_movimento")


# financeiro


@garantia
def saldo_da_conta_e_a_soma_dos_lancamentos() -> None:
    nenhuma(
        """SELECT conta_id, s.valor, l.valor
           FROM (SELECT conta_id, sum(valor) AS valor FROM financeiro_lancamento GROUP BY 1) l
           FULL JOIN financeiro_saldo_conta s USING (conta_id)
           WHERE coalesce(s.valor, 0) <> coalesce(l.valor, 0)""",
        "saldo de conta diferente da soma dos lançamentos",
    )


@garantia
def lancamento_e_titulo_tem_no_maximo_um_inverso_e_exato() -> None:
    um_inverso("financeiro_lancamento", "i.valor <> -o.valor OR i.conta_id <> o.conta_id")
    um_inverso("financeiro_titulo", "i.valor <> -o.valor OR i.sentido <> o.sentido OR i.vencimento <> o.vencimento")


@garantia
def lancamento_e_titulo_tem_chave_unica() -> None:
    chave_unica("financeiro_lancamento")
    chave_unica("financeiro_titulo")


@garantia
def baixa_de_operacao_tem_chave_unica() -> None:
    nenhuma(
        """SELECT origem, origem_id, sequencia, count(*) FROM financeiro_baixa WHERE origem_id IS NOT NULL
           GROUP BY 1, 2, 3 HAVING count(*) > 1""",
        "duas baixas com a mesma chave",
    )


@garantia
def baixa_tem_no_maximo_um_inverso_e_exato() -> None:
    nenhuma(
        """SELECT i.id, o.id FROM financeiro_baixa i JOIN financeiro_baixa o ON o.id = i.estorno_de_id
           WHERE (i.valor, i.juros, i.desconto) <> (-o.valor, -o.juros, -o.desconto) OR i.titulo_id <> o.titulo_id
              OR i.conta_id IS DISTINCT FROM o.conta_id OR o.estorno_de_id IS NOT NULL""",
        "baixa desfeita com outro valor, outro título ou outra conta",
    )


@garantia
def aberto_do_titulo_fica_entre_zero_e_o_valor() -> None:
    """Value, inverse and settlements, summed: never below zero, never above the value."""
    nenhuma(
        """SELECT t.id, t.valor, coalesce(i.valor, 0), b.baixado
           FROM financeiro_titulo t
           LEFT JOIN financeiro_titulo i ON i.estorno_de = t.id
           CROSS JOIN LATERAL (SELECT coalesce(sum(valor), 0) AS baixado FROM financeiro_baixa WHERE titulo_id = t.id) b
           WHERE t.estorno_de IS NULL AND t.valor + coalesce(i.valor, 0) - b.baixado NOT BETWEEN 0 AND t.valor""",
        "título baixado além do que tinha em aberto",
    )


@garantia
def inverso_de_titulo_nao_tem_baixa() -> None:
    nenhuma(
        """SELECT b.id, t.id FROM financeiro_baixa b JOIN financeiro_titulo t ON t.id = b.titulo_id
           WHERE t.estorno_de IS NOT NULL""",
        "baixa de um título que é estorno de outro",
    )


@garantia
def baixa_move_na_conta_o_valor_mais_juros_menos_desconto() -> None:
    nenhuma(
        """SELECT b.id, b.valor + b.juros - b.desconto AS esperado, l.valor
           FROM financeiro_baixa b JOIN financeiro_titulo t ON t.id = b.titulo_id
           LEFT JOIN financeiro_lancamento l ON l.origem = 2 AND l.origem_id = b.id AND l.conta_id = b.conta_id
           WHERE b.origem_id IS NULL
             AND coalesce(l.valor, 0) <> (b.valor + b.juros - b.desconto) * CASE t.sentido WHEN 'R' THEN 1 ELSE -1 END""",
        "baixa sem o lançamento correspondente",
    )


@garantia
def pagamento_de_cobranca_esta_inteiro_nos_livros() -> None:
    """What came in is in the account, less the fee and what went back; what stays settled is a baixa; the rest is a credit."""
    nenhuma(
        """SELECT p.id, p.valor, p.abatido, p.credito, d.* FROM cobrancas_pagamento p
           JOIN cobrancas_cobranca c ON c.id = p.cobranca_id
           CROSS JOIN LATERAL (SELECT coalesce(sum(valor), 0) AS devolvido, coalesce(sum(do_titulo), 0) AS reaberto,
                                      coalesce(sum(do_credito), 0) AS do_credito, coalesce(sum(a_receber), 0) AS a_receber,
                                      coalesce(sum(taxa), 0) AS taxa
                               FROM cobrancas_devolucao WHERE pagamento_id = p.id) d
           CROSS JOIN LATERAL (SELECT coalesce(sum(b.valor) FILTER (WHERE t.sentido = 'R'), 0) AS do_titulo,
                                      coalesce(sum(b.valor) FILTER (WHERE t.sentido = 'P' AND t.origem = 5), 0) AS do_vale
                               FROM financeiro_baixa b JOIN financeiro_titulo t ON t.id = b.titulo_id
                               WHERE b.origem = 5 AND b.origem_id = p.id) b
           CROSS JOIN LATERAL (SELECT coalesce(sum(valor) FILTER (WHERE sentido = 'P'), 0) AS vale,
                                      coalesce(sum(valor) FILTER (WHERE sentido = 'R'), 0) AS devido
                               FROM financeiro_titulo WHERE origem = 5 AND origem_id = p.id) t
           WHERE p.valor - p.taxa + d.taxa - d.devolvido <> (SELECT coalesce(sum(valor), 0) FROM financeiro_lancamento
                                                    WHERE origem = 5 AND origem_id = p.id)
              OR p.abatido - d.reaberto <> b.do_titulo OR d.do_credito <> b.do_vale
              OR p.credito <> t.vale OR d.a_receber <> t.devido""",
        "pagamento de cobrança que não está inteiro nos livros",
    )


@garantia
def pagamentos_menos_troco_sao_o_total_da_operacao() -> None:
    """Of each generation as posted, the money of its payments, in cash, in titles and in vales, is its total, to the cent.

    A devolução gives it, a falta takes it or gives it (sobra). One that was cancelled holds nothing at all.
    """
    nenhuma(
        """SELECT g.id, g.operacao, g.valor_total, l.valor, t.valor, b.valor FROM pdv_geracao g
           CROSS JOIN LATERAL (SELECT coalesce(sum(valor), 0) AS valor FROM financeiro_lancamento
                               WHERE origem = 1 AND origem_id = g.id AND sequencia >= 0) l
           CROSS JOIN LATERAL (SELECT coalesce(sum(valor) FILTER (WHERE sentido = 'R'), 0)
                                    - coalesce(sum(valor) FILTER (WHERE sentido = 'P' AND especie = 'vale'
                                                                   AND adquirente_id IS NULL), 0) AS valor
                               FROM financeiro_titulo WHERE origem = 1 AND origem_id = g.id AND sequencia >= 0) t
           CROSS JOIN LATERAL (SELECT coalesce(sum(b.valor), 0) AS valor FROM financeiro_baixa b
                               JOIN financeiro_titulo v ON v.id = b.titulo_id AND v.sentido = 'P'
                               WHERE b.origem = 1 AND b.origem_id = g.id AND b.sequencia >= 0) b
           WHERE g.operacao IN (1, 4, 5, 7) AND l.valor + t.valor + b.valor IS DISTINCT FROM CASE
                WHEN g.cancelada THEN 0 WHEN g.operacao = 5 THEN -g.valor_total
                WHEN g.operacao = 4 THEN sign(l.valor) * g.valor_total ELSE g.valor_total END""",
        "pagamentos menos troco diferentes do total",
    )


@garantia
def recebimento_abate_o_que_o_cliente_pagou() -> None:
    nenhuma(
        """SELECT g.id, g.valor_total, b.valor FROM pdv_geracao g
           CROSS JOIN LATERAL (SELECT coalesce(sum(valor + juros - desconto), 0) AS valor FROM financeiro_baixa
                               WHERE origem = 1 AND origem_id = g.id AND sequencia >= 0) b
           WHERE g.operacao = 7 AND NOT g.cancelada AND b.valor <> g.valor_total""",
        "recebimento com baixas de outro valor",
    )


@garantia
def geracao_estornada_tem_o_inverso_de_tudo() -> None:
    """What was reversed left nothing behind, in stock, cash, titles and settlements; what was not has no inverse."""
    for tabela, estorno in (
        ("estoque_movimento", "estorno_de"),
        ("financeiro_lancamento", "estorno_de"),
        ("financeiro_titulo", "estorno_de"),
        ("financeiro_baixa", "estorno_de_id"),
    ):
        nenhuma(
            f"""SELECT m.origem_id, m.id, e.id FROM {tabela} m JOIN pdv_geracao g ON g.id = m.origem_id
                LEFT JOIN {tabela} e ON e.{estorno} = m.id
                WHERE m.origem = 1 AND m.sequencia >= 0 AND ({_sem_residuo(tabela)})
                  AND (g.estornada_em IS NOT NULL) <> (e.id IS NOT NULL)""",
            f"geração estornada que deixou resto em {tabela}, ou viva com inverso",
        )


@garantia
def geracao_cancelada_nao_tem_lancamentos() -> None:
    for tabela in ("estoque_movimento", "financeiro_lancamento", "financeiro_titulo", "financeiro_baixa"):
        nenhuma(
            f"""SELECT g.id, m.id FROM pdv_geracao g JOIN {tabela} m ON m.origem = 1 AND m.origem_id = g.id
                WHERE g.cancelada""",
            f"geração cancelada com lançamentos em {tabela}",
        )


@garantia
def nao_se_devolve_mais_do_que_se_vendeu() -> None:
    """Of every sale whose row is in staging: what left it, to be replicated again, cannot be asked."""
    nenhuma(
        """WITH d AS (
               SELECT g.ponto_venda_id, g.instalacao, g.id_operacao_origem, i.id_produto, sum(i.quantidade_primaria) AS q
               FROM pdv_geracao g
               JOIN hiperpdv_operacao_pdv o USING (ponto_venda_id, instalacao, id_operacao)
               JOIN hiperpdv_item_operacao_pdv i ON i.operacao_id = o.id AND NOT i.cancelado
               WHERE g.operacao = 5 AND g.estornada_em IS NULL AND NOT g.cancelada AND g.id_operacao_origem IS NOT NULL
               GROUP BY 1, 2, 3, 4)
           SELECT d.*, v.q FROM d
           JOIN hiperpdv_operacao_pdv o
             ON (o.ponto_venda_id, o.instalacao, o.id_operacao) = (d.ponto_venda_id, d.instalacao, d.id_operacao_origem)
           CROSS JOIN LATERAL (
               SELECT coalesce(sum(i.quantidade_primaria), 0) AS q FROM hiperpdv_item_operacao_pdv i
               WHERE i.operacao_id = o.id AND NOT i.cancelado AND i.id_produto = d.id_produto) v
           WHERE d.q > v.q""",
        "devolvido mais do que vendido",
    )


# jazigos


@garantia
def cobranca_de_jazigo_e_o_que_os_titulos_dizem() -> None:
    """Of each contract and competência: what is owed by its last version is receivables less what is given back."""
    nenhuma(
        """WITH devido AS (SELECT DISTINCT ON (contrato_id, competencia) contrato_id, competencia, valor FROM jazigos_cobranca
               ORDER BY contrato_id, competencia, versao DESC),
           titulos AS (SELECT origem_id AS contrato_id, to_date(right(abs(CASE WHEN sequencia < 0 THEN -1 - sequencia
                   ELSE sequencia END)::text, 6), 'YYYYMM') AS competencia,
               sum(CASE sentido WHEN 'R' THEN valor ELSE -valor END) AS valor
               FROM financeiro_titulo WHERE origem = 4 GROUP BY 1, 2)
           SELECT contrato_id, competencia, d.valor, t.valor FROM devido d FULL JOIN titulos t USING (contrato_id, competencia)
           WHERE coalesce(d.valor, -1) <> coalesce(t.valor, 0)""",
        "cobrança de jazigo diferente dos títulos dela",
    )


@garantia
def nenhum_dia_de_jazigo_e_cobrado_duas_vezes() -> None:
    """Not by one contract, nor by two of the same jazigo."""
    nenhuma(
        """WITH viva AS (SELECT DISTINCT ON (contrato_id, competencia) * FROM jazigos_cobranca
               ORDER BY contrato_id, competencia, versao DESC)
           SELECT a.id, b.id FROM viva a JOIN jazigos_contrato ca ON ca.id = a.contrato_id
           JOIN jazigos_contrato cb ON cb.jazigo_id = ca.jazigo_id JOIN viva b ON b.contrato_id = cb.id AND b.id > a.id
           WHERE a.inicio <= a.fim AND b.inicio <= b.fim AND a.inicio <= b.fim AND b.inicio <= a.fim""",
        "dia de jazigo cobrado duas vezes",
    )


@garantia
def periodo_inteiro_de_jazigo_e_pago_uma_vez() -> None:
    """Where a period is charged whole, by one holder, whoever has the jazigo during it."""
    nenhuma(
        """WITH viva AS (SELECT DISTINCT ON (contrato_id, competencia) * FROM jazigos_cobranca
               ORDER BY contrato_id, competencia, versao DESC)
           SELECT c.jazigo_id, c.periodicidade, array_agg(v.id) FROM viva v JOIN jazigos_contrato c ON c.id = v.contrato_id
           WHERE c.regra_rateio = 'integral' AND v.valor > 0
           GROUP BY 1, 2, (extract(year FROM v.inicio)::int * 12 + extract(month FROM v.inicio)::int - 1) / c.periodicidade
           HAVING count(*) > 1""",
        "período inteiro de jazigo cobrado duas vezes",
    )


# fiscal


@garantia
def documento_fiscal_e_unico_por_chave_numero_e_geracao() -> None:
    nenhuma(
        """SELECT chave, numero, geracao, count(*) FROM fiscal_documento WHERE estorno_de IS NULL
           GROUP BY 1, 2, 3 HAVING count(*) > 1""",
        "documento fiscal repetido",
    )


@garantia
def documento_fiscal_tem_no_maximo_um_inverso_e_exato() -> None:
    um_inverso("fiscal_documento", "i.valor_total <> -o.valor_total OR i.chave <> o.chave")


@garantia
def nota_tem_no_maximo_um_documento_vivo() -> None:
    nenhuma(
        """SELECT d.chave, d.numero, count(*) FROM fiscal_documento d WHERE d.estorno_de IS NULL
           AND NOT EXISTS (SELECT 1 FROM fiscal_documento e WHERE e.estorno_de = d.id)
           GROUP BY 1, 2 HAVING count(*) > 1""",
        "nota com dois documentos vivos",
    )


@garantia
def documento_sem_efeito_conta_zero() -> None:
    """So that a sum of documents needs no condition; what the note says stays beside it."""
    nenhuma(
        """SELECT id, situacao, valor_total, valor_nota FROM fiscal_documento
           WHERE situacao IN ('cancelada', 'denegada', 'inutilizada')
             AND (valor_total <> 0 OR valor_ibs <> 0 OR valor_cbs <> 0 OR valor_nota IS NULL)""",
        "documento sem efeito que conta",
    )


@garantia
def situacao_da_nota_nunca_volta() -> None:
    nenhuma(
        """WITH altura AS (SELECT chave, numero, geracao, array_position(ARRAY['sem_protocolo', 'contingencia', 'autorizada',
               'inutilizada', 'denegada', 'cancelada'], situacao::text) AS n FROM fiscal_documento WHERE estorno_de IS NULL)
           SELECT a.chave, a.geracao FROM altura a JOIN altura b USING (chave, numero)
           WHERE b.geracao = a.geracao + 1 AND b.n < a.n""",
        "nota que voltou a um estado anterior",
    )


def um_inverso(tabela: str, diferente: str) -> None:
    nenhuma(
        f"SELECT estorno_de, count(*) FROM {tabela} WHERE estorno_de IS NOT NULL GROUP BY 1 HAVING count(*) > 1",
        f"mais de um inverso em {tabela}",
    )
    nenhuma(
        f"SELECT i.id, i.estorno_de FROM {tabela} i LEFT JOIN {tabela} o ON o.id = i.estorno_de "
        f"WHERE i.estorno_de IS NOT NULL AND (o.id IS NULL OR o.estorno_de IS NOT NULL OR {diferente})",
        f"inverso que não é o inverso de nada em {tabela}",
    )


def chave_unica(tabela: str) -> None:
    nenhuma(
        f"SELECT origem, origem_id, sequencia, count(*) FROM {tabela} GROUP BY 1, 2, 3 HAVING count(*) > 1",
        f"dois lançamentos com a mesma chave em {tabela}",
    )


def _sem_residuo(tabela: str) -> str:
    return "m.natureza <> 20" if tabela == "estoque_movimento" else "true"


from tests.erp.planos import invariantes as _de_planos  # noqa: E402, F401  # those of plans, which need the names above


@garantia
def evento_de_auditoria_espera_o_selo_ou_tem_um() -> None:
    nenhuma(
        """SELECT e.id, e.acao FROM auditoria_evento e
           WHERE (SELECT count(*) FROM auditoria_a_selar a WHERE a.evento = e.id)
               + (SELECT count(*) FROM auditoria_selo s WHERE s.evento = e.id) <> 1""",
        "evento sem selo e fora da espera, ou nos dois",
    )
