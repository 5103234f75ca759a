"""What of the tills waits for one member of staff, for the morning's letter (`erp.contatos`)."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import User

from erp.acesso.escopo import filiais_de
from erp.contatos.registro import Tarefa
from pdv.processamento.formatos import numero, url_de
from pdv.replicacao.models import NotaFiscal, OperacaoPdv, SituacaoProcessamento

TETO = 1_000
_COM_ERRO = SituacaoProcessamento.COM_ERRO
_PARADAS = (
    (OperacaoPdv, "replicacao.view_operacaopdv", "operação do PDV está com erro", "operações do PDV estão com erro"),
    (NotaFiscal, "replicacao.view_notafiscal", "nota fiscal está com erro", "notas fiscais estão com erro"),
)


def operacoes_paradas(pessoa: User) -> Iterator[Tarefa]:
    """Operations and notes in error, of the filiais that this person sees: each counted by its partial index."""
    filiais = filiais_de(pessoa)
    for modelo, permissao, uma, varias in _PARADAS:
        if not pessoa.has_perm(permissao):
            continue
        linhas = modelo._default_manager.filter(situacao_replicacao=_COM_ERRO)
        if filiais is not None:
            linhas = linhas.filter(filial_id__in=filiais)
        quantas = linhas.order_by()[: TETO + 1].count()
        if quantas:
            quanto = f"mais de {numero(TETO)}" if quantas > TETO else numero(quantas)
            yield Tarefa(f"{quanto} {uma if quantas == 1 else varias}", url_de(modelo, situacao=_COM_ERRO.value))
