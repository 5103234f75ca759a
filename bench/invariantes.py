"""The ledgers' own guarantees, each as a query for the rows that break it."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

MOSTRADAS = 3


class Invariante(NamedTuple):
    frase: str
    consulta: str  # whatever it returns is a violation


_RAZOES = ("estoque_movimento", "financeiro_lancamento", "financeiro_titulo")


def _geracao_estornada_inteira(tabela: str) -> Invariante:
    estorno = "estorno_de_id" if tabela == "financeiro_baixa" else "estorno_de"
    sem_residuo = "AND x.natureza <> 20" if tabela == "estoque_movimento" else ""
    return Invariante(
        f"uma geração estornada tem o inverso de tudo em {tabela}, e uma viva não tem nenhum",
        f"""SELECT g.id, x.id FROM pdv_geracao g JOIN {tabela} x ON x.origem = 1 AND x.origem_id = g.id AND x.sequencia >= 0
            LEFT JOIN {tabela} e ON e.{estorno} = x.id
            WHERE (g.estornada_em IS NOT NULL) <> (e.id IS NOT NULL) {sem_residuo}""",
    )


def _inverso_exato(tabela: str) -> Invariante:
    return Invariante(
        f"cada estorno de {tabela} é o inverso exato do seu original",
        f"""SELECT e.id FROM {tabela} e LEFT JOIN {tabela} o ON o.id = e.estorno_de
            WHERE e.estorno_de IS NOT NULL AND (o.id IS NULL OR e.valor <> -o.valor OR (e.origem_id <> o.origem_id
                AND NOT EXISTS (SELECT 1 FROM pdv_geracao c WHERE c.id = e.origem_id AND c.operacao = 6)))""",
    )


def _chave_unica(tabela: str) -> Invariante:
    return Invariante(
        f"em {tabela} há um só lançamento por origem e sequência",
        f"SELECT origem_id, sequencia FROM {tabela} GROUP BY origem, origem_id, sequencia HAVING count(*) > 1",
    )


INVARIANTES: tuple[Invariante, ...] = (
    Invariante(
        "o saldo de estoque é a soma dos movimentos, em quantidade e em valor",
        """SELECT filial_id, produto_id, s.quantidade, m.q, s.valor, m.v FROM estoque_saldo s FULL JOIN (
               SELECT filial_id, produto_id, sum(quantidade) AS q, sum(valor) AS v FROM estoque_movimento GROUP BY 1, 2) m
           USING (filial_id, produto_id)
           WHERE coalesce(s.quantidade, 0) <> coalesce(m.q, 0) OR coalesce(s.valor, 0) <> coalesce(m.v, 0)""",
    ),
    Invariante("saldo de quantidade zero vale zero", "SELECT * FROM estoque_saldo WHERE quantidade = 0 AND valor <> 0"),
    Invariante(
        "o saldo de uma conta é a soma dos seus lançamentos",
        """SELECT conta_id, s.valor, l.v FROM financeiro_saldo_conta s FULL JOIN (
               SELECT conta_id, sum(valor) AS v FROM financeiro_lancamento GROUP BY 1) l USING (conta_id)
           WHERE coalesce(s.valor, 0) <> coalesce(l.v, 0)""",
    ),
    *map(_chave_unica, _RAZOES),
    *map(_inverso_exato, _RAZOES),
    *map(_geracao_estornada_inteira, (*_RAZOES, "financeiro_baixa")),
    Invariante(
        "uma operação tem no máximo uma geração viva",
        """SELECT ponto_venda_id, instalacao, id_operacao FROM pdv_geracao WHERE estornada_em IS NULL
           GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    ),
    Invariante(
        "toda operação efetuada tem geração viva, e só ela",
        """SELECT o.id, g.id FROM hiperpdv_operacao_pdv o FULL JOIN (SELECT * FROM pdv_geracao WHERE estornada_em IS NULL) g
           ON g.ponto_venda_id = o.ponto_venda_id AND g.instalacao = o.instalacao AND g.id_operacao = o.id_operacao
           WHERE (o.situacao_replicacao = 9) IS DISTINCT FROM (g.id IS NOT NULL)""",
    ),
    Invariante(
        "os pagamentos de uma operação, menos o troco, somam o seu total",
        """SELECT g.id, g.valor_total FROM pdv_geracao g
           WHERE g.operacao IN (1, 7) AND g.estornada_em IS NULL AND NOT g.cancelada AND g.valor_total <>
           coalesce((SELECT sum(valor) FROM financeiro_lancamento WHERE origem = 1 AND origem_id = g.id AND sequencia >= 0), 0)
         + coalesce((SELECT sum(valor) FROM financeiro_titulo WHERE origem = 1 AND origem_id = g.id AND sequencia >= 0
                     AND sentido = 'R'), 0)
         + coalesce((SELECT sum(b.valor) FROM financeiro_baixa b JOIN financeiro_titulo t ON t.id = b.titulo_id
                     WHERE b.origem = 1 AND b.origem_id = g.id AND b.sequencia >= 0 AND t.sentido = 'P'), 0)""",
    ),
    Invariante(
        "uma operação cancelada não deixa lançamentos",
        """SELECT g.id FROM pdv_geracao g JOIN financeiro_lancamento l ON l.origem = 1 AND l.origem_id = g.id
           WHERE g.cancelada UNION ALL SELECT g.id FROM pdv_geracao g
           JOIN estoque_movimento m ON m.origem = 1 AND m.origem_id = g.id WHERE g.cancelada""",
    ),
    Invariante(
        "nenhum título ou vale é baixado além do seu valor",
        """SELECT t.id FROM financeiro_titulo t LEFT JOIN financeiro_titulo e ON e.estorno_de = t.id
           CROSS JOIN LATERAL (SELECT coalesce(sum(valor), 0) AS soma FROM financeiro_baixa WHERE titulo_id = t.id) b
           WHERE t.estorno_de IS NULL AND b.soma NOT BETWEEN 0 AND t.valor + coalesce(e.valor, 0)""",
    ),
    Invariante(
        "suprimento e sangria só mudam o dinheiro de lugar",
        """SELECT g.id FROM pdv_geracao g JOIN financeiro_lancamento l ON l.origem = 1 AND l.origem_id = g.id
           WHERE g.operacao IN (2, 3) GROUP BY g.id HAVING sum(l.valor) <> 0""",
    ),
    Invariante(
        "toda nota efetuada tem um só documento fiscal vivo",
        """SELECT n.id FROM hiperpdv_nota_fiscal n LEFT JOIN fiscal_documento d ON d.chave = n.chave AND d.numero = n.numero
           AND d.estorno_de IS NULL AND NOT EXISTS (SELECT 1 FROM fiscal_documento e WHERE e.estorno_de = d.id)
           WHERE n.situacao_replicacao = 9 GROUP BY n.id HAVING count(d.id) <> 1""",
    ),
    Invariante(
        "o XML guardado com o documento é o que chegou",
        """SELECT d.id FROM fiscal_documento d JOIN hiperpdv_nota_fiscal n ON n.id = d.nota_id
           LEFT JOIN fiscal_xml x ON x.documento_id = d.id WHERE d.estorno_de IS NULL AND x.xml IS DISTINCT FROM n.xml
           AND d.geracao = (SELECT max(geracao) FROM fiscal_documento WHERE chave = d.chave AND numero = d.numero)""",
    ),
    Invariante(
        "nada ficou pendente nem com erro",
        """SELECT id, erro_codigo FROM hiperpdv_operacao_pdv WHERE situacao_replicacao IN (1, 2)
           UNION ALL SELECT id, erro_codigo FROM hiperpdv_nota_fiscal WHERE situacao_replicacao IN (1, 2)""",
    ),
    Invariante(
        "só se ignora por ato de uma pessoa",
        """SELECT o.id FROM hiperpdv_operacao_pdv o WHERE o.situacao_replicacao = 0 AND NOT EXISTS (
               SELECT 1 FROM pdv_ato_pessoa a WHERE a.alvo = 1 AND a.alvo_id = o.id AND a.acao = 'ignorar')""",
    ),
)  # fmt: skip


def violadas() -> list[str]:
    """Each broken guarantee with the first rows that break it."""
    achadas = []
    for invariante in INVARIANTES:
        with connection.cursor() as cursor:
            cursor.execute(invariante.consulta)
            linhas = cursor.fetchall()
        if linhas:
            exemplos = "; ".join(", ".join(map(str, linha)) for linha in linhas[:MOSTRADAS])
            achadas.append(f"não vale que {invariante.frase}: {len(linhas)} linha(s), como {exemplos}")
    return achadas
