"""Everything about one operation, for its page: a fixed number of queries, each by an index."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from erp.cadastros.models import Filial, Finalizador, PontoVenda, Produto
from erp.estoque.models import Movimento
from erp.estoque.models import Origem as OrigemEstoque
from erp.financeiro.models import Baixa, Lancamento, Titulo
from erp.financeiro.models import Origem as OrigemFinanceiro
from erp.fiscal.models import AvisoFiscal, DocumentoFiscal
from pdv.processamento.models import Alvo, AtoPessoa, Geracao, LogProcessamento
from pdv.replicacao.models import (
    Divergencia,
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
)

LIMITE_DO_LOG = 200


@dataclass
class GeracaoComEntradas:
    """A generation and what it posted, inverses included: each list is in the order of posting."""

    geracao: Geracao
    movimentos: list[Movimento] = field(default_factory=list)
    lancamentos: list[Lancamento] = field(default_factory=list)
    titulos: list[Titulo] = field(default_factory=list)


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
    produtos: dict[int, int]  # codigo -> id of the registered ones
    finalizadores: dict[int, Finalizador]
    notas: list[NotaDaOperacao]
    geracoes: list[GeracaoComEntradas]
    baixas: dict[int, list[Baixa]]  # title -> its settlements
    log: list[LogProcessamento]
    atos: list[AtoPessoa]
    divergencias: list[Divergencia]


def ponto_de_venda(pk: int | None) -> PontoVenda | None:
    return None if pk is None else PontoVenda.objects.select_related("filial").filter(pk=pk).first()


def ficha_da_operacao(operacao: OperacaoPdv) -> Ficha:
    itens = list(ItemOperacaoPdv.objects.filter(operacao_id=operacao.id).order_by("item"))
    pagamentos = list(FinalizadorOperacaoPdv.objects.filter(operacao_id=operacao.id).order_by("item"))
    codigos = {i.id_produto for i in itens}
    geracoes = geracoes_com_entradas(
        Geracao.objects.filter(
            ponto_venda_id=operacao.ponto_venda_id,
            instalacao=operacao.instalacao,
            id_operacao=operacao.id_operacao,
        )
    )
    notas = NotaFiscal.objects.defer("xml").filter(
        ponto_venda_id=operacao.ponto_venda_id, id_operacao=operacao.id_operacao, instalacao=operacao.instalacao
    )
    pdv = ponto_de_venda(operacao.ponto_venda_id)
    return Ficha(
        operacao=operacao,
        ponto_venda=pdv,
        filial=pdv.filial if pdv else None,
        itens=itens,
        pagamentos=pagamentos,
        produtos=dict(Produto.objects.filter(codigo__in=codigos).values_list("codigo", "id")),
        finalizadores=Finalizador.objects.in_bulk([p.id_finalizador for p in pagamentos], field_name="codigo"),
        notas=notas_com_documentos(list(notas.order_by("id"))),
        geracoes=geracoes,
        baixas=baixas_de([t.pk for g in geracoes for t in g.titulos]),
        log=log_de(Alvo.OPERACAO, operacao.id),
        atos=atos_de(Alvo.OPERACAO, operacao.id),
        divergencias=list(Divergencia.objects.filter(operacao_id=operacao.id).order_by("id")),
    )


def geracoes_com_entradas(geracoes: QuerySet[Geracao]) -> list[GeracaoComEntradas]:
    """Generations, oldest first, with their entries of the three ledgers."""
    achadas = {g.pk: GeracaoComEntradas(g) for g in geracoes.order_by("numero")}
    if not achadas:
        return []
    estoque = Q(origem=OrigemEstoque.PDV, origem_id__in=achadas)
    dinheiro = Q(origem=OrigemFinanceiro.PDV, origem_id__in=achadas)
    for movimento in Movimento.objects.filter(estoque).select_related("produto").order_by("id"):
        achadas[movimento.origem_id].movimentos.append(movimento)
    for lancamento in Lancamento.objects.filter(dinheiro).select_related("conta").order_by("id"):
        achadas[lancamento.origem_id].lancamentos.append(lancamento)
    for titulo in Titulo.objects.filter(dinheiro).order_by("id"):
        achadas[titulo.origem_id].titulos.append(titulo)
    return list(achadas.values())


def baixas_de(titulos: list[int]) -> dict[int, list[Baixa]]:
    achadas: dict[int, list[Baixa]] = {}
    if titulos:
        for baixa in Baixa.objects.filter(titulo_id__in=titulos).order_by("id"):
            achadas.setdefault(baixa.titulo_id, []).append(baixa)
    return achadas


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


def log_de(alvo: Alvo, pk: int) -> list[LogProcessamento]:
    """The newest attempts, newest first."""
    return list(LogProcessamento.objects.filter(alvo=alvo, alvo_id=pk).order_by("-id")[:LIMITE_DO_LOG])


def atos_de(alvo: Alvo, pk: int) -> list[AtoPessoa]:
    return list(AtoPessoa.objects.filter(alvo=alvo, alvo_id=pk).order_by("-id")[:LIMITE_DO_LOG])


def operacao_da_nota(nota: NotaFiscal) -> OperacaoPdv | None:
    """The operation that a note says it is of, in the same till and installation."""
    if nota.id_operacao is None:
        return None
    return OperacaoPdv.objects.filter(
        ponto_venda_id=nota.ponto_venda_id, instalacao=nota.instalacao, id_operacao=nota.id_operacao
    ).first()


@dataclass(frozen=True)
class Momento:
    """One line of the timeline."""

    em: datetime
    titulo: str
    detalhe: str
    cor: str
    icone: str


_CORES_DO_LOG = {
    LogProcessamento.Resultado.EFETUADO: ("success", "check_circle"),
    LogProcessamento.Resultado.ERRO: ("danger", "error"),
    LogProcessamento.Resultado.ADIADO: ("warning", "schedule"),
    LogProcessamento.Resultado.ESTORNADO: ("info", "undo"),
}


def linha_do_tempo(
    inicio: datetime, recebido_em: datetime, log: list[LogProcessamento], atos: list[AtoPessoa],
    divergencias: list[Divergencia] | None = None,
) -> list[Momento]:  # fmt: skip
    """What happened, newest first: at the till, on arrival, each attempt, each act of a person."""
    momentos = [
        Momento(inicio, "Registrada no PDV", "", "default", "point_of_sale"),
        Momento(recebido_em, "Recebida na retaguarda", "", "default", "download"),
    ]
    for linha in log:
        cor, icone = _CORES_DO_LOG.get(LogProcessamento.Resultado(linha.resultado), ("default", "circle"))
        detalhe = linha.mensagem if linha.resultado != LogProcessamento.Resultado.EFETUADO else ""
        titulo = f"{linha.get_resultado_display()} – tentativa {linha.tentativa}"
        momentos.append(Momento(linha.em, titulo, detalhe, cor, icone))
    for ato in atos:
        titulo = f"{ato.get_acao_display()} – {ato.usuario}"
        momentos.append(Momento(ato.em, titulo, f"Motivo: {ato.motivo}", "primary", "person"))
    for divergencia in divergencias or []:
        detalhe = "O PDV mandou outro conteúdo com o mesmo número; nada foi trocado."
        momentos.append(Momento(divergencia.recebida_em, "Divergência", detalhe, "warning", "difference"))
    return sorted(momentos, key=lambda m: m.em, reverse=True)
