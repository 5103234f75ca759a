"""Everything about one operation, for its page: a fixed number of queries, each by an index."""

from __future__ import annotations

from dataclasses import dataclass

from erp.cadastros.models import Filial, Finalizador, PontoVenda, Produto
from erp.financeiro.models import Baixa
from erp.fiscal.models import AvisoFiscal, DocumentoFiscal
from pdv.processamento.models import Alvo, AtoPessoa, Geracao, LogProcessamento
from pdv.processamento.selectors.entradas import GeracaoComEntradas, baixas_de, geracoes_com_entradas
from pdv.processamento.selectors.ligadas import Filiais, Ligadas, ligadas
from pdv.processamento.selectors.tempo import Momento, linha_do_tempo
from pdv.replicacao.leitura import identificador
from pdv.replicacao.models import (
    Comando,
    Divergencia,
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoArquivada,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
    Rejeicao,
)

__all__ = [
    "Ficha", "GeracaoComEntradas", "Momento", "NotaDaOperacao", "atos_de", "baixas_de", "ficha_da_operacao",
    "geracoes_com_entradas", "linha_do_tempo", "log_de", "notas_com_documentos", "operacao_da_nota", "ponto_de_venda",
]  # fmt: skip
LIMITE_DO_LOG = 200


@dataclass
class NotaDaOperacao:
    nota: NotaFiscal
    documentos: list[DocumentoFiscal]
    avisos: list[AvisoFiscal]


@dataclass
class Ficha:
    operacao: OperacaoPdv
    ponto_venda: PontoVenda | None
    filial: Filial | None
    itens: list[ItemOperacaoPdv]
    pagamentos: list[FinalizadorOperacaoPdv]
    recebimentos: list[RecebimentoOperacaoPdv]
    produtos: dict[int, int]  # codigo -> id of the registered ones
    finalizadores: dict[int, Finalizador]
    notas: list[NotaDaOperacao]
    geracoes: list[GeracaoComEntradas]
    baixas: dict[int, list[Baixa]]  # title -> its settlements
    log: list[LogProcessamento]
    atos: list[AtoPessoa]
    divergencias: list[Divergencia]
    rejeicoes: list[Rejeicao]
    comandos: list[Comando]
    arquivadas: list[OperacaoArquivada]
    ligadas: Ligadas


def ponto_de_venda(pk: int | None) -> PontoVenda | None:
    return None if pk is None else PontoVenda.objects.select_related("filial").filter(pk=pk).first()


def ficha_da_operacao(operacao: OperacaoPdv, filiais: Filiais) -> Ficha:
    """`filiais` are those of who looks: of operations of others the page tells only that they exist."""
    natural = {"ponto_venda_id": operacao.ponto_venda_id, "instalacao": operacao.instalacao}
    por_numero = natural | {"id_operacao": operacao.id_operacao}
    itens = list(ItemOperacaoPdv.objects.filter(operacao_id=operacao.id).order_by("item"))
    pagamentos = list(FinalizadorOperacaoPdv.objects.filter(operacao_id=operacao.id).order_by("item"))
    recebimentos = list(RecebimentoOperacaoPdv.objects.filter(operacao_id=operacao.id).order_by("item"))
    codigos = {i.id_produto for i in itens}
    geracoes = geracoes_com_entradas(Geracao.objects.filter(**por_numero))
    notas = NotaFiscal.objects.defer("xml").filter(**por_numero)
    baixas = baixas_de([t.pk for g in geracoes for t in g.titulos])
    arquivadas = list(OperacaoArquivada.objects.filter(**por_numero).defer("conteudo").order_by("id"))
    linhas = [operacao.id, *(a.operacao_id for a in arquivadas)]  # the row that it was before it came again
    pdv = ponto_de_venda(operacao.ponto_venda_id)
    rejeicoes = Rejeicao.objects.filter(
        ponto_venda_id=operacao.ponto_venda_id, tipo="operacao", identificador=identificador(operacao.id_operacao)
    )
    return Ficha(
        operacao=operacao,
        ponto_venda=pdv,
        filial=pdv.filial if pdv else None,
        itens=itens,
        pagamentos=pagamentos,
        recebimentos=recebimentos,
        produtos=dict(Produto.objects.filter(codigo__in=codigos).values_list("codigo", "id")),
        finalizadores=Finalizador.objects.in_bulk([p.id_finalizador for p in pagamentos], field_name="codigo"),
        notas=notas_com_documentos(list(notas.order_by("id"))),
        geracoes=geracoes,
        baixas=baixas,
        log=log_de(Alvo.OPERACAO, *linhas),
        atos=atos_de(Alvo.OPERACAO, *linhas),
        divergencias=list(Divergencia.objects.filter(operacao_id__in=linhas).order_by("id")),
        rejeicoes=list(rejeicoes.defer("conteudo").order_by("id")),
        comandos=list(Comando.objects.filter(**por_numero).order_by("id")),
        arquivadas=arquivadas,
        ligadas=ligadas(operacao, geracoes, baixas, pagamentos, recebimentos, filiais),
    )


def notas_com_documentos(notas: list[NotaFiscal]) -> list[NotaDaOperacao]:
    """Each note with its fiscal documents (by chave: `documento_chave`) and their warnings."""
    if not notas:
        return []
    documentos = DocumentoFiscal.objects.filter(chave__in=[n.chave for n in notas], estorno_de__isnull=True).defer(
        "conteudo"
    )
    vivos = list(documentos.order_by("geracao"))
    avisos = list(AvisoFiscal.objects.filter(documento_id__in=[d.pk for d in vivos]).order_by("id")) if vivos else []
    resultado = []
    for nota in notas:
        seus = [d for d in vivos if (d.chave, d.numero) == (nota.chave, nota.numero)]
        ids = {d.pk for d in seus}
        resultado.append(NotaDaOperacao(nota, seus, [a for a in avisos if a.documento_id in ids]))
    return resultado


def log_de(alvo: Alvo, *linhas: int) -> list[LogProcessamento]:
    """The newest attempts, newest first."""
    return list(LogProcessamento.objects.filter(alvo=alvo, alvo_id__in=linhas).order_by("-id")[:LIMITE_DO_LOG])


def atos_de(alvo: Alvo, *linhas: int) -> list[AtoPessoa]:
    return list(AtoPessoa.objects.filter(alvo=alvo, alvo_id__in=linhas).order_by("-id")[:LIMITE_DO_LOG])


def operacao_da_nota(nota: NotaFiscal) -> OperacaoPdv | None:
    """The operation that a note says it is of, in the same till and installation."""
    if nota.id_operacao is None:
        return None
    return OperacaoPdv.objects.filter(
        ponto_venda_id=nota.ponto_venda_id, instalacao=nota.instalacao, id_operacao=nota.id_operacao
    ).first()
