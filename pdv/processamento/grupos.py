"""Which staff group sees and does what, of the PDV's pages."""

from erp.acesso.grupos import GRUPOS, conceder
from pdv.processamento.atos.bloqueios import PERMISSAO_PERIODO

_VER = (
    "replicacao.view_operacaopdv",
    "replicacao.view_notafiscal",
    "replicacao.view_turno",
    "replicacao.view_rejeicao",
    "replicacao.view_divergencia",
    "processamento.view_geracao",
    "processamento.view_reprocesso",
    "processamento.view_pendencianota",
    "replicacao.view_operacaoarquivada",
    "replicacao.view_comando",
)
_REGISTROS = ("processamento.view_logprocessamento", "processamento.view_atopessoa")
_OPERACOES = ("replicacao.processar_operacao", "replicacao.reprocessar_operacao", "replicacao.ignorar_operacao")
_DECISOES = (
    "processamento.reprocessar_em_massa",
    "replicacao.replicar_de_novo",
    "replicacao.decidir_divergencia",
)
_NOTAS = ("replicacao.processar_nota", "replicacao.reprocessar_nota", "replicacao.ignorar_nota")


def conceder_aos_grupos() -> None:
    """Everybody sees; the gerente acts and decides, the fiscal acts on notes; TI, gerente and auditor read the log."""
    for grupo in GRUPOS:
        conceder(grupo, *_VER)
    for grupo in ("gerente", "fiscal", "TI", "auditor"):
        conceder(grupo, *_REGISTROS)
    conceder("gerente", *_OPERACOES, *_NOTAS, *_DECISOES)
    conceder("fiscal", *_NOTAS)
    for grupo in ("fiscal", "financeiro"):  # who closes the periods
        conceder(grupo, PERMISSAO_PERIODO)
    conceder("TI", "replicacao.processar_operacao", "replicacao.processar_nota")
