"""What must always be true of plans: one function per guarantee of the head of `erp/planos/models`."""

from __future__ import annotations

from tests.invariantes import consultar, garantia, nenhuma, recusado, verificar_tudo

SO_ACRESCIMO = ("planos_mudancacontratacao", "planos_avisocontratacao")


def verificar() -> None:
    """Every guarantee of plans, and every one of the ledgers."""
    verificar_tudo()


@garantia
def estado_e_o_da_ultima_mudanca() -> None:
    nenhuma(
        """SELECT c.id, c.situacao, m.para, c.desde, m.dia FROM planos_contratacao c LEFT JOIN LATERAL (
               SELECT para, dia FROM planos_mudancacontratacao WHERE contratacao_id = c.id ORDER BY id DESC LIMIT 1) m ON true
           WHERE c.situacao IS DISTINCT FROM m.para OR c.desde IS DISTINCT FROM m.dia""",
        "estado de contrato diferente do da última mudança",
    )


@garantia
def mudancas_formam_um_caminho() -> None:
    nenhuma(
        """SELECT * FROM (SELECT id, de, lag(para) OVER (PARTITION BY contratacao_id ORDER BY id) AS antes
               FROM planos_mudancacontratacao) m WHERE de IS DISTINCT FROM antes""",
        "mudança que não parte do estado em que a anterior deixou",
    )


@garantia
def titulos_sao_as_parcelas() -> None:
    """Numbered from 0 without a gap, as many as the contract says, each on its day, after the one before."""
    nenhuma(
        """SELECT c.id, c.parcelas_emitidas, t.quantos, t.ultima, t.vence, c.proximo_vencimento FROM planos_contratacao c
           LEFT JOIN (SELECT origem_id, count(*) AS quantos, max(sequencia) AS ultima, max(vencimento) AS vence
                      FROM financeiro_titulo WHERE origem = 3 AND sequencia >= 0 GROUP BY 1) t ON t.origem_id = c.id
           WHERE c.parcelas_emitidas <> coalesce(t.quantos, 0) OR coalesce(t.ultima + 1, 0) <> c.parcelas_emitidas
              OR t.vence >= c.proximo_vencimento""",
        "parcelas emitidas diferentes dos títulos",
    )
    nenhuma(
        """SELECT t.id, t.vencimento, c.dia_vencimento FROM financeiro_titulo t JOIN planos_contratacao c ON c.id = t.origem_id
           WHERE t.origem = 3 AND t.sequencia > 0 AND extract(day FROM t.vencimento) <> least(c.dia_vencimento,
               extract(day FROM date_trunc('month', t.vencimento) + interval '1 month - 1 day'))""",
        "parcela fora do dia do contrato",
    )
    nenhuma(
        """SELECT id FROM (SELECT id, vencimento, lag(vencimento) OVER (PARTITION BY origem_id ORDER BY sequencia) AS antes
           FROM financeiro_titulo WHERE origem = 3 AND sequencia >= 0) t WHERE vencimento <= antes""",
        "parcela que não vence depois da anterior",
    )
    nenhuma(
        """SELECT t.id FROM financeiro_titulo t JOIN planos_contratacao c ON c.id = t.origem_id
           JOIN financeiro_titulo e ON e.estorno_de = t.id WHERE t.origem = 3 AND c.situacao <> 3""",
        "parcela estornada de contrato que não foi cancelado",
    )


@garantia
def titulo_de_contrato_tem_contrato() -> None:
    nenhuma(
        """SELECT t.id FROM financeiro_titulo t LEFT JOIN planos_contratacao c ON c.id = t.origem_id
           WHERE t.origem = 3 AND (c.id IS NULL OR t.documento <> 'P' || c.numero OR t.codigo_cliente <> c.titular_id
               OR t.especie <> 'mensalidade' OR t.sentido <> 'R')""",
        "título de contrato sem o contrato dele",
    )


@garantia
def cancelado_nao_deve_o_que_viria() -> None:
    nenhuma(
        """SELECT t.id FROM financeiro_titulo t JOIN planos_contratacao c ON c.id = t.origem_id AND c.situacao = 3
           WHERE t.origem = 3 AND t.sequencia >= 0 AND t.vencimento >= c.desde
             AND NOT EXISTS (SELECT 1 FROM financeiro_titulo e WHERE e.estorno_de = t.id)
             AND NOT EXISTS (SELECT 1 FROM financeiro_baixa b WHERE b.titulo_id = t.id)""",
        "contrato cancelado com parcela a vencer em aberto",
    )


@garantia
def mudanca_e_aviso_nunca_mudam() -> None:
    consultar("SET CONSTRAINTS ALL IMMEDIATE; SELECT 1")  # a test's transaction may hold checks until its end
    for tabela in SO_ACRESCIMO:
        um = f"SELECT id FROM {tabela} LIMIT 1"
        if consultar(um):
            recusado(f"UPDATE {tabela} SET contratacao_id = contratacao_id WHERE id IN ({um})")
            recusado(f"DELETE FROM {tabela} WHERE id IN ({um})")
        recusado(f"TRUNCATE {tabela}")
    consultar("SET CONSTRAINTS ALL DEFERRED; SELECT 1")
