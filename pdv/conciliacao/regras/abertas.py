"""Kinds whose whole set is in a small partial index, or in a table of what is open: computed whole each time."""

from __future__ import annotations

from typing import Final

from erp.cobrancas.services.casamento_tef import REPETIDA
from pdv.conciliacao.regras.comum import Familia
from pdv.conciliacao.tipos import Tipo

_VAZIAS: Final = "NULL::bigint AS operacao_id, NULL::bigint AS nota_id"

PENDENCIAS: Final = Familia(
    "pendencias",
    (Tipo.NOTA_SEM_VENDA, Tipo.NOTA_CANCELADA, Tipo.VENDA_CANCELADA),
    """
SELECT CASE p.tipo WHEN 'orfa' THEN 'NOTA_SEM_VENDA' WHEN 'nota_cancelada' THEN 'NOTA_CANCELADA' ELSE 'VENDA_CANCELADA' END
           AS tipo,
       p.nota_id AS alvo, p.filial_id, p.desde, p.valor, NULL::numeric AS esperado, NULL::numeric AS encontrado,
       p.numero || '/' || p.serie AS detalhe, o.id AS operacao_id, p.nota_id, NULL::bigint AS titulo_id,
       NULL::bigint AS cobranca_id
FROM pdv_pendencia_nota p
LEFT JOIN hiperpdv_operacao_pdv o ON o.ponto_venda_id = p.ponto_venda_id AND o.instalacao = p.instalacao
    AND o.id_operacao = p.id_operacao
WHERE p.tipo IN ('orfa', 'nota_cancelada', 'venda_cancelada') AND p.prazo <= %(agora)s
""",
    por_alvo=False,
)
NAO_LANCADAS: Final = Familia(
    "nao_lancadas",
    (Tipo.VENDA_NAO_LANCADA,),
    """
SELECT 'VENDA_NAO_LANCADA' AS tipo, o.id AS alvo, o.filial_id, o.data_hora_inicio AS desde, o.valor_total AS valor,
       o.valor_total AS esperado, 0::numeric AS encontrado, left(o.erro_codigo, 200) AS detalhe, o.id AS operacao_id,
       NULL::bigint AS nota_id, NULL::bigint AS titulo_id, NULL::bigint AS cobranca_id
FROM hiperpdv_operacao_pdv o
WHERE o.operacao = 1 AND NOT o.cancelado
  AND ((o.situacao_replicacao = 2 AND o.recebido_em <= %(nota_ate)s)
       OR (o.situacao_replicacao = 1 AND o.recebido_em <= %(espera_ate)s))
  AND NOT EXISTS (SELECT 1 FROM pdv_geracao g WHERE g.ponto_venda_id = o.ponto_venda_id AND g.instalacao = o.instalacao
                  AND g.id_operacao = o.id_operacao AND g.estornada_em IS NULL)
""",
    por_alvo=False,
)
DESFEITOS: Final = Familia(
    "desfeitos",
    (Tipo.CARTAO_DESFEITO,),
    f"""
SELECT 'CARTAO_DESFEITO' AS tipo, e.titulo_id AS alvo, e.filial_id, e.ocorrido_em AS desde, e.valor, e.valor AS esperado,
       0::numeric AS encontrado, e.nsu AS detalhe, {_VAZIAS}, e.titulo_id, NULL::bigint AS cobranca_id
FROM cobrancas_tef e
WHERE e.problema <> '' AND e.estado IN (2, 3, 4) AND e.liquidado_em IS NULL
  AND NOT EXISTS (SELECT 1 FROM financeiro_titulo i WHERE i.estorno_de = e.titulo_id)
  AND coalesce((SELECT sum(valor) FROM financeiro_baixa WHERE titulo_id = e.titulo_id), 0) < e.valor
""",
    por_alvo=False,
)
LINHAS: Final = Familia(
    "linhas",
    (Tipo.LINHA_SEM_VENDA,),
    f"""
SELECT 'LINHA_SEM_VENDA' AS tipo, n.id AS alvo, k.filial_id, (n.pago_em::timestamp AT TIME ZONE %(fuso)s) AS desde,
       abs(n.valor) AS valor, NULL::numeric AS esperado, n.valor AS encontrado,
       left(coalesce(nullif(n.problema, ''), n.nsu), 200) AS detalhe, {_VAZIAS},
       NULL::bigint AS titulo_id, NULL::bigint AS cobranca_id
FROM cobrancas_tef_linha n
JOIN cobrancas_tef_arquivo a ON a.id = n.arquivo_id
JOIN cobrancas_tef_layout y ON y.id = a.layout_id
JOIN cadastros_conta k ON k.id = y.conta_id
WHERE n.situacao <> 1 AND a.em > %(agora)s - interval '180 days' AND (n.situacao <> 0 OR a.em <= %(linha_ate)s)
  AND n.pago_em <= (%(agora)s AT TIME ZONE %(fuso)s)::date
  AND n.problema NOT LIKE '{REPETIDA}:%%'
""",
    por_alvo=False,
)
