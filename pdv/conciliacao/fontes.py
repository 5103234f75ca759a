"""Where news comes from: tables that only grow, read by their id from a mark on, each row naming a subject to look at.

A row is read only some time after it was written, and only when no transaction that was writing by then still runs: until
then a smaller number may still be uncommitted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import Model

from erp.cobrancas.models import EventoCobranca, PixRecebido
from erp.financeiro.models import Baixa, Titulo
from erp.fiscal.models import DocumentoFiscal
from pdv.conciliacao.regras.cobrancas import COBRANCAS
from pdv.conciliacao.regras.comum import Familia
from pdv.conciliacao.regras.recebiveis import CARTOES, PIXES
from pdv.conciliacao.regras.vendas import VENDAS
from pdv.processamento.models import Geracao

LOTE: Final = 5_000
CONFIRMADO: Final = timedelta(minutes=5)


class Fonte(NamedTuple):
    """`sql` gives (id, when, subject or null) of the next `LOTE` rows, in order of id. `desde_a_janela`: at first its
    last `JANELA` is read; otherwise only what comes from then on, for another source names the same subjects."""

    nome: str
    familia: Familia
    modelo: type[Model]
    campo: str
    sql: str
    espera: str = "confirmado"  # of `Parametros`: what is newer is left for the next time
    desde_a_janela: bool = False


def _linhas(tabela: str, colunas: str) -> str:
    return f"(SELECT {colunas} FROM {tabela} WHERE id > %(desde)s ORDER BY id LIMIT {LOTE}) x"


FONTES: Final = (
    Fonte(
        "vendas", VENDAS, Geracao, "criada_em",
        f"""SELECT x.id, x.criada_em, o.id FROM {_linhas("pdv_geracao", "*")}
            LEFT JOIN hiperpdv_operacao_pdv o ON x.operacao = 1 AND x.estornada_em IS NULL AND NOT x.cancelada
                AND o.ponto_venda_id = x.ponto_venda_id AND o.instalacao = x.instalacao AND o.id_operacao = x.id_operacao
            ORDER BY x.id""",
        espera="nota_ate", desde_a_janela=True,
    ),
    Fonte(
        "documentos", VENDAS, DocumentoFiscal, "lancado_em",
        f"""SELECT x.id, x.lancado_em, o.id FROM {_linhas("fiscal_documento", "id, lancado_em, nota_id")}
            LEFT JOIN hiperpdv_nota_fiscal n ON n.id = x.nota_id
            LEFT JOIN hiperpdv_operacao_pdv o ON o.ponto_venda_id = n.ponto_venda_id AND o.instalacao = n.instalacao
                AND o.id_operacao = n.id_operacao AND o.operacao = 1
            ORDER BY x.id""",
    ),
    Fonte(
        "eventos", COBRANCAS, EventoCobranca, "recebido_em",
        f"SELECT id, recebido_em, cobranca_id FROM {_linhas('cobrancas_evento', 'id, recebido_em, cobranca_id')} ORDER BY id",
        desde_a_janela=True,
    ),
    Fonte(
        "baixas", COBRANCAS, Baixa, "lancado_em",
        f"""SELECT x.id, x.lancado_em, c.id FROM {_linhas("financeiro_baixa", "id, lancado_em, titulo_id")}
            LEFT JOIN financeiro_titulo t ON t.id = x.titulo_id
            LEFT JOIN cobrancas_pagamento p ON t.origem = 5 AND p.id = t.origem_id
            LEFT JOIN cobrancas_cobranca c ON c.titulo_id = x.titulo_id OR c.id = p.cobranca_id
            ORDER BY x.id""",
    ),
    Fonte(
        "baixas_cartao", CARTOES, Baixa, "lancado_em",
        f"""SELECT id, lancado_em, titulo_id FROM {_linhas("financeiro_baixa", "id, lancado_em, titulo_id")} ORDER BY id""",
    ),
    Fonte(
        "titulos", CARTOES, Titulo, "lancado_em",
        f"""SELECT id, lancado_em, coalesce(estorno_de, CASE WHEN vencimento <= %(cartao_ate)s THEN id END)
            FROM {_linhas("financeiro_titulo", "id, lancado_em, estorno_de, vencimento")} ORDER BY id""",
    ),
    Fonte(
        "pixes", PIXES, PixRecebido, "recebido_em",
        f"SELECT id, recebido_em, id FROM {_linhas('cobrancas_pix', 'id, recebido_em')} ORDER BY id",
        espera="espera_ate", desde_a_janela=True,
    ),
)  # fmt: skip
VENCIDOS: Final = "SELECT id FROM financeiro_titulo WHERE vencimento = %(dia)s AND especie = 'cartao' AND sentido = 'R'"
ESCREVENDO: Final = """SELECT min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
      AND backend_type <> 'autovacuum worker'"""  # its ANALYZE has a number too, and brings no row
REVER: Final = """SELECT id, alvo FROM conciliacao_achado
    WHERE id > %(desde)s AND resolvido_em IS NULL AND tipo = ANY(%(tipos)s) ORDER BY id LIMIT %(limite)s"""


def cortar(linhas: list[tuple[int, datetime, int | None]], ate: datetime) -> tuple[int | None, list[int]]:
    """Of rows in order of id: the last one before the first that is too new, and the subjects up to it."""
    ultimo, alvos = None, set()
    for id_, em, alvo in linhas:
        if em > ate:
            break
        ultimo = id_
        if alvo is not None:
            alvos.add(alvo)
    return ultimo, sorted(alvos)
