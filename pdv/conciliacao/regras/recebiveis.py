"""Receivables of cards that nobody paid (`alvo` is the title), and Pix that nobody knows (`alvo` is the Pix)."""

from __future__ import annotations

from typing import Final

from pdv.conciliacao.regras.comum import Familia
from pdv.conciliacao.tipos import Tipo

CARTOES: Final = Familia(
    "cartoes",
    (Tipo.CARTAO_VENCIDO,),
    """
SELECT 'CARTAO_VENCIDO' AS tipo, t.id AS alvo, t.filial_id, (t.vencimento::timestamp AT TIME ZONE %(fuso)s) AS desde,
       t.valor - b.baixado AS valor, t.valor AS esperado, b.baixado AS encontrado, t.nsu AS detalhe,
       NULL::bigint AS operacao_id, NULL::bigint AS nota_id,
       t.id AS titulo_id, NULL::bigint AS cobranca_id
FROM financeiro_titulo t
CROSS JOIN LATERAL (SELECT coalesce(sum(valor), 0) AS baixado FROM financeiro_baixa WHERE titulo_id = t.id) b
WHERE t.id = ANY(%(ids)s) AND t.especie = 'cartao' AND t.sentido = 'R' AND t.estorno_de IS NULL
  AND t.vencimento <= %(cartao_ate)s AND b.baixado < t.valor
  AND NOT EXISTS (SELECT 1 FROM financeiro_titulo e WHERE e.estorno_de = t.id)
""",
)
PIXES: Final = Familia(
    "pixes",
    (Tipo.PIX_SEM_VENDA, Tipo.PIX_NAO_LANCADO),
    """
SELECT CASE WHEN p.cobranca_id IS NULL THEN 'PIX_SEM_VENDA' ELSE 'PIX_NAO_LANCADO' END AS tipo, p.id AS alvo, c.filial_id,
       p.horario AS desde, p.valor - p.devolvido AS valor, NULL::numeric AS esperado, p.valor AS encontrado,
       p.e2eid AS detalhe, NULL::bigint AS operacao_id, NULL::bigint AS nota_id, c.titulo_id, p.cobranca_id
FROM cobrancas_pix p LEFT JOIN cobrancas_cobranca c ON c.id = p.cobranca_id
WHERE p.id = ANY(%(ids)s) AND p.devolvido < p.valor
  AND CASE WHEN p.cobranca_id IS NULL
      THEN p.recebido_em <= %(espera_ate)s
           AND NOT EXISTS (SELECT 1 FROM hiperpdv_finalizador_operacao_pdv f
                           WHERE f.end_to_end_id = p.e2eid AND f.end_to_end_id <> '')
      ELSE p.recebido_em <= %(pix_ate)s AND NOT EXISTS (SELECT 1 FROM cobrancas_pagamento g
                                                     WHERE g.provedor = c.provedor AND g.id_pagamento = p.e2eid) END
""",
)
