"""What blocks a row, on the page: what happened, and the link to where it is undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from erp.financeiro.models import Baixa, Titulo
from erp.financeiro.models import Origem as OrigemFinanceiro
from erp.financeiro.quitacao import BaixaDePe
from filas.drain import ErroDefinitivo
from pdv.processamento.admin.problemas import ProblemaNaTela, problemas_de
from pdv.processamento.formatos import url_de
from pdv.processamento.models import Alvo, Geracao
from pdv.processamento.operacoes import estorno
from pdv.processamento.previa import Desfecho, LinhaPrevista
from pdv.processamento.previa.linhas import Escolhida, escolhidas, nome_da_especie, vivas
from pdv.replicacao.models import NotaFiscal, OperacaoPdv

SEM_CODIGO = {
    Desfecho.ESPERA: ("Ficaria à espera", "Espere chegar o que falta, ou replique-o de novo no PDV."),
    Desfecho.OCUPADA: ("Em uso agora", "Tente de novo em instantes."),
    Desfecho.ADIADA: ("Erro interno", "Chame a TI com o número desta linha."),
}


class Elo(NamedTuple):
    texto: str
    url: str


class Presa(NamedTuple):
    """A row that cannot be done, each problem with its way out, and what to undo first."""

    titulo: str
    url: str
    problemas: list[ProblemaNaTela]
    antes: list[Elo]


def presas_na_tela(
    alvo: Alvo, simples: Mapping[int, ErroDefinitivo], recusadas: Sequence[LinhaPrevista], maximo: int
) -> list[Presa]:
    """The first `maximo` of those blocked without trying and of those that the rehearsal refused."""
    with connection.cursor() as cursor:
        linhas = escolhidas(cursor, alvo, sorted(simples)[:maximo])
        antes = _o_que_desfazer(linhas) if alvo == Alvo.OPERACAO else {}
    modelo = NotaFiscal if alvo == Alvo.NOTA else OperacaoPdv
    presas = [
        Presa(
            x.titulo,
            url_de(modelo, x.id),
            problemas_de(simples[x.id].codigo, simples[x.id].mensagem),
            antes.get(x.id, []),
        )
        for x in linhas
    ]
    presas += [Presa(x.titulo, url_de(modelo, x.id), _problemas(x), []) for x in recusadas]
    return presas[:maximo]


def _problemas(linha: LinhaPrevista) -> list[ProblemaNaTela]:
    if linha.codigo:
        return problemas_de(linha.codigo, linha.mensagem)
    titulo, saida = SEM_CODIGO.get(linha.desfecho, ("Não seria lançada", "Confira a mensagem."))
    return [ProblemaNaTela("", "", titulo, saida, linha.mensagem)]


def _o_que_desfazer(linhas: Sequence[Escolhida]) -> dict[int, list[Elo]]:
    """The settlements that stand on the titles of each row, and the page where each is undone."""
    with connection.cursor() as cursor:
        de_pe = vivas(cursor, Alvo.OPERACAO, linhas)
        baixas = estorno.baixas_que_impedem(cursor, [v.id for v in de_pe.values()])
    operacoes = _operacoes_de(b for suas in baixas.values() for b in suas)
    return {
        x.id: [elo for baixa in baixas[de_pe[x.chave].id] for elo in _elos(baixa, operacoes)]
        for x in linhas
        if x.chave in de_pe and de_pe[x.chave].id in baixas
    }


def _elos(baixa: BaixaDePe, operacoes: Mapping[int, Elo]) -> list[Elo]:
    titulo = Elo(
        f"título {baixa.documento or baixa.titulo_id}, parcela {baixa.parcela}", url_de(Titulo, baixa.titulo_id)
    )
    operacao = operacoes.get(baixa.origem_id or 0) if baixa.origem == OrigemFinanceiro.PDV else None
    if operacao:
        return [titulo, operacao]
    return [titulo, Elo(f"desfazer a baixa {baixa.baixa_id}", url_de(Baixa, baixa.baixa_id))]


def _operacoes_de(baixas: Iterable[BaixaDePe]) -> dict[int, Elo]:
    """By generation, the operation of the till that settled: it is cancelled or reprocessed first."""
    geracoes = Geracao.objects.in_bulk(
        {b.origem_id for b in baixas if b.origem == OrigemFinanceiro.PDV and b.origem_id}
    )
    elos = {}
    for geracao in geracoes.values():
        linha = OperacaoPdv.objects.filter(
            ponto_venda_id=geracao.ponto_venda_id, instalacao=geracao.instalacao, id_operacao=geracao.id_operacao
        ).first()
        texto = f"cancele antes {nome_da_especie(geracao.operacao)} {geracao.id_operacao}"
        elos[geracao.pk] = Elo(texto, url_de(OperacaoPdv, linha.pk) if linha else url_de(Geracao, geracao.pk))
    return elos
