"""A charge against its title: paid and still open, given back and still settled, another value, another fee, no title.

`alvo` is the charge. What went back is subtracted from what was paid.
"""

from __future__ import annotations

from typing import Final

from pdv.conciliacao.regras.comum import Familia
from pdv.conciliacao.tipos import Tipo

_SQL: Final = """
WITH c AS MATERIALIZED (
    SELECT c.id, c.tipo, c.filial_id, c.titulo_id, c.valor, c.situacao, c.mudou_em,
           p.pago, p.taxa, p.devolvido, p.devolucoes, p.credito, p.baixado, p.quantos, t.aberto
    FROM cobrancas_cobranca c
    CROSS JOIN LATERAL (
        SELECT count(*) AS quantos, coalesce(sum(p.valor), 0) AS pago, coalesce(sum(p.taxa), 0) AS taxa,
               coalesce(sum(d.valor), 0) AS devolvido, coalesce(sum(d.n), 0) AS devolucoes,
               coalesce(sum(b.valor), 0) AS baixado, coalesce(sum(v.aberto), 0) AS credito
        FROM cobrancas_pagamento p
        CROSS JOIN LATERAL (SELECT sum(valor) AS valor, count(*) AS n FROM cobrancas_devolucao WHERE pagamento_id = p.id) d
        CROSS JOIN LATERAL (SELECT sum(valor) AS valor FROM financeiro_baixa
                            WHERE origem = 5 AND origem_id = p.id AND titulo_id = c.titulo_id) b
        LEFT JOIN LATERAL (
            SELECT u.valor - coalesce((SELECT sum(valor) FROM financeiro_baixa WHERE titulo_id = u.id), 0) AS aberto
            FROM financeiro_titulo u WHERE u.origem = 5 AND u.origem_id = p.id AND u.sequencia = 0 AND u.sentido = 'P'
        ) v ON true
        WHERE p.cobranca_id = c.id
    ) p
    LEFT JOIN LATERAL (
        SELECT u.valor + coalesce((SELECT valor FROM financeiro_titulo e WHERE e.estorno_de = u.id), 0)
               - coalesce((SELECT sum(valor) FROM financeiro_baixa WHERE titulo_id = u.id), 0) AS aberto
        FROM financeiro_titulo u WHERE u.id = c.titulo_id
    ) t ON true
    WHERE c.id = ANY(%(ids)s) AND c.situacao >= 5
), combinada AS (
    SELECT c.id, round(coalesce(sum(f.valor), 0) * u.valor / nullif(todos.valor, 0), 2) AS taxa
    FROM c JOIN financeiro_titulo u ON u.id = c.titulo_id
    CROSS JOIN LATERAL (SELECT sum(valor) AS valor FROM financeiro_titulo r WHERE r.origem = u.origem
        AND r.origem_id = u.origem_id AND r.sentido = 'R' AND r.documento = u.documento AND r.estorno_de IS NULL) todos
    LEFT JOIN financeiro_titulo f ON f.origem = u.origem AND f.origem_id = u.origem_id AND f.sentido = 'P'
        AND f.especie = u.especie AND f.documento = u.documento AND f.nsu = u.nsu AND f.estorno_de IS NULL
    WHERE c.tipo = 'tef' AND c.quantos > 0 AND c.devolvido < c.pago
    GROUP BY c.id, u.valor, todos.valor
)
SELECT 'COBRANCA_PAGA_ABERTA' AS tipo, id AS alvo, filial_id, mudou_em AS desde,
       CASE WHEN quantos = 0 THEN valor ELSE aberto END AS valor, valor AS esperado, pago - devolvido AS encontrado,
       CASE WHEN quantos = 0 THEN 'sem_pagamento' ELSE '' END AS detalhe, NULL::bigint AS operacao_id, NULL::bigint AS nota_id,
       titulo_id, id AS cobranca_id
FROM c WHERE situacao IN (5, 6) AND (quantos = 0 OR (aberto > 0 AND pago - devolvido >= valor))
UNION ALL
SELECT 'BAIXA_DEVOLVIDA', id, filial_id, mudou_em, baixado, 0, baixado,
       CASE situacao WHEN 7 THEN 'contestada' WHEN 8 THEN 'em_parte' ELSE 'devolvida' END, NULL, NULL, titulo_id, id
FROM c WHERE baixado > 0 AND (situacao IN (7, 9) OR (situacao = 8 AND devolucoes = 0))
UNION ALL
SELECT 'LIQUIDACAO_DIFERE', id, filial_id, mudou_em, abs(valor - pago), valor, pago, '', NULL, NULL, titulo_id, id
FROM c WHERE situacao IN (5, 6) AND quantos > 0 AND pago <> valor AND (pago < valor OR tipo = 'tef')
UNION ALL
SELECT 'TAXA_DIFERE', c.id, c.filial_id, c.mudou_em, abs(c.taxa - coalesce(k.taxa, 0)), coalesce(k.taxa, 0), c.taxa, '',
       NULL, NULL, c.titulo_id, c.id
FROM c JOIN combinada k USING (id) WHERE abs(c.taxa - coalesce(k.taxa, 0)) > 0.02
UNION ALL
SELECT 'CREDITO_ABERTO', id, filial_id, mudou_em, credito, NULL, credito, '', NULL, NULL, titulo_id, id
FROM c WHERE credito > 0
"""
COBRANCAS: Final = Familia(
    "cobrancas",
    (
        Tipo.COBRANCA_PAGA_ABERTA, Tipo.BAIXA_DEVOLVIDA, Tipo.LIQUIDACAO_DIFERE, Tipo.TAXA_DIFERE, Tipo.CREDITO_ABERTO,
    ),
    _SQL,
)  # fmt: skip
