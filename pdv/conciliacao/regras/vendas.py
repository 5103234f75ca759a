"""A sale that stands, against its notes, its entries and titles, and the Pix that the bank tells of.

`alvo` is the received operation: it stays the same when the sale is reprocessed.
"""

from __future__ import annotations

from typing import Final

from pdv.conciliacao.regras.comum import Familia
from pdv.conciliacao.tipos import Tipo

_SQL: Final = """
WITH venda AS MATERIALIZED (
    SELECT o.id, o.filial_id, o.ponto_venda_id, o.instalacao, o.id_operacao, g.valor_total, o.data_hora_inicio AS desde,
           g.id AS geracao, g.criada_em, coalesce(p.emite_nota, true) AS emite
    FROM hiperpdv_operacao_pdv o
    JOIN pdv_geracao g ON g.ponto_venda_id = o.ponto_venda_id AND g.instalacao = o.instalacao
        AND g.id_operacao = o.id_operacao AND g.estornada_em IS NULL AND NOT g.cancelada
    LEFT JOIN cadastros_pontovenda p ON p.id = o.ponto_venda_id
    WHERE o.id = ANY(%(ids)s) AND o.operacao = 1
), nota AS (
    SELECT v.id, max(n.id) AS nota_id,
           count(*) FILTER (WHERE d.situacao IN ('autorizada', 'contingencia')) AS valem,
           coalesce(sum(d.valor_total) FILTER (WHERE d.situacao IN ('autorizada', 'contingencia')), 0) AS soma,
           count(*) FILTER (WHERE d.situacao IN ('cancelada', 'denegada', 'inutilizada')) AS nulas,
           max(CASE WHEN d.situacao = 'sem_protocolo' THEN 'sem_protocolo' WHEN n.situacao_replicacao = 2 THEN 'com_erro'
               WHEN n.situacao_replicacao = 1 THEN 'na_fila' WHEN n.situacao_replicacao = 0 THEN 'ignorada' END) AS presa
    FROM venda v
    JOIN hiperpdv_nota_fiscal n ON n.ponto_venda_id = v.ponto_venda_id AND n.id_operacao = v.id_operacao
        AND n.instalacao = v.instalacao
    LEFT JOIN LATERAL (
        SELECT f.situacao, f.valor_total FROM fiscal_documento f
        WHERE f.chave = n.chave AND f.numero = n.numero AND f.estorno_de IS NULL
          AND NOT EXISTS (SELECT 1 FROM fiscal_documento e WHERE e.estorno_de = f.id)
        ORDER BY f.geracao DESC LIMIT 1
    ) d ON true
    GROUP BY v.id
), dinheiro AS (
    SELECT v.id, l.valor + t.valor + b.valor AS soma, t.a_prazo, f.a_prazo AS pago_a_prazo, l.pix_falta, l.pix_banco, l.pix
    FROM venda v
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(l.valor), 0) AS valor, coalesce(sum(l.valor) FILTER (WHERE x.lido AND p.id IS NULL), 0) AS pix_falta,
               coalesce(sum(p.valor), 0) AS pix_banco, coalesce(sum(l.valor) FILTER (WHERE p.id IS NOT NULL), 0) AS pix
        FROM financeiro_lancamento l
        CROSS JOIN LATERAL (SELECT l.natureza = 1 AND l.conta_id = ANY(%(contas_pix)s) AND l.documento LIKE 'E%%'
            AND length(l.documento) = 32 AND l.ocorrido_em BETWEEN
            %(pix_lido_de)s::timestamptz AND %(pix_lido_ate)s::timestamptz AS lido) x
        LEFT JOIN cobrancas_pix p ON x.lido AND p.e2eid = l.documento
        WHERE l.origem = 1 AND l.origem_id = v.geracao AND l.sequencia >= 0
    ) l
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(valor) FILTER (WHERE sentido = 'R'), 0) - coalesce(sum(valor) FILTER
                   (WHERE sentido = 'P' AND especie = 'vale' AND adquirente_id IS NULL), 0) AS valor,
               coalesce(sum(valor) FILTER (WHERE sentido = 'R' AND especie <> 'vale'), 0) AS a_prazo
        FROM financeiro_titulo WHERE origem = 1 AND origem_id = v.geracao AND sequencia >= 0
    ) t
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(b.valor), 0) AS valor FROM financeiro_baixa b
        JOIN financeiro_titulo u ON u.id = b.titulo_id AND u.sentido = 'P'
        WHERE b.origem = 1 AND b.origem_id = v.geracao AND b.sequencia >= 0
    ) b
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(f.valor), 0) AS a_prazo FROM hiperpdv_finalizador_operacao_pdv f
        JOIN cadastros_finalizador c ON c.codigo = f.id_finalizador
        WHERE f.operacao_id = v.id AND c.especie IN ('cartao', 'crediario', 'cheque', 'outros')
    ) f
)
SELECT 'VENDA_SEM_NOTA' AS tipo, v.id AS alvo, v.filial_id, v.desde, v.valor_total AS valor, v.valor_total AS esperado,
       0::numeric AS encontrado, coalesce(n.presa, '') AS detalhe, v.id AS operacao_id, n.nota_id, NULL::bigint AS titulo_id,
       NULL::bigint AS cobranca_id
FROM venda v LEFT JOIN nota n USING (id)
WHERE v.emite AND coalesce(n.valem, 0) = 0 AND coalesce(n.nulas, 0) = 0 AND v.criada_em <= %(nota_ate)s AND v.valor_total > 0
UNION ALL
SELECT CASE WHEN n.valem = 1 THEN 'NOTA_DIFERE' ELSE 'NOTA_REPETIDA' END, v.id, v.filial_id, v.desde,
       abs(n.soma - v.valor_total), v.valor_total, n.soma, CASE WHEN n.valem > 1 THEN n.valem::text ELSE '' END,
       v.id, n.nota_id, NULL, NULL
FROM venda v JOIN nota n USING (id) WHERE n.valem > 1 OR (n.valem = 1 AND n.soma <> v.valor_total)
UNION ALL
SELECT CASE WHEN m.soma = 0 OR (m.a_prazo = 0 AND m.pago_a_prazo > 0) THEN 'RECEBIVEL_FALTA' ELSE 'RECEBIVEL_DIFERE' END,
       v.id, v.filial_id, v.desde,
       CASE WHEN m.soma <> v.valor_total THEN abs(v.valor_total - m.soma) ELSE abs(m.pago_a_prazo - m.a_prazo) END,
       CASE WHEN m.soma <> v.valor_total THEN v.valor_total ELSE m.pago_a_prazo END,
       CASE WHEN m.soma <> v.valor_total THEN m.soma ELSE m.a_prazo END,
       CASE WHEN m.soma <> v.valor_total THEN '' ELSE 'a_prazo' END, v.id, NULL, NULL, NULL
FROM venda v JOIN dinheiro m USING (id) WHERE m.soma <> v.valor_total OR m.a_prazo <> m.pago_a_prazo
UNION ALL
SELECT 'PIX_NAO_CONSTA', v.id, v.filial_id, v.desde, m.pix_falta, m.pix_falta, 0, '', v.id, NULL, NULL, NULL
FROM venda v JOIN dinheiro m USING (id) WHERE m.pix_falta > 0
UNION ALL
SELECT 'PIX_DIFERE', v.id, v.filial_id, v.desde, abs(m.pix - m.pix_banco), m.pix, m.pix_banco, '', v.id, NULL, NULL, NULL
FROM venda v JOIN dinheiro m USING (id) WHERE m.pix <> m.pix_banco
"""
VENDAS: Final = Familia(
    "vendas",
    (
        Tipo.VENDA_SEM_NOTA, Tipo.NOTA_DIFERE, Tipo.NOTA_REPETIDA, Tipo.RECEBIVEL_FALTA, Tipo.RECEBIVEL_DIFERE,
        Tipo.PIX_NAO_CONSTA, Tipo.PIX_DIFERE,
    ),
    _SQL,
)  # fmt: skip
