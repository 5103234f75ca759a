"""What tills said of a person: sales with a CPF, and the notes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from erp.lgpd.fontes import Bloqueio, Fonte, Linha, dispensar, registrar
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.proprias import registrar_objetos_de
from pdv.replicacao.models import (
    Divergencia,
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
)
from pdv.replicacao.models.recebido import SituacaoProcessamento

VENDAS: Final = (
    "Origem dos lançamentos e do documento fiscal: guarda pelo prazo da lei tributária (Lei 13.709/2018, art. 16, I; CTN, arts. "
    "173 e 195, parágrafo único). O que o PDV disse não se reescreve."
)
_A_PROCESSAR: Final = (SituacaoProcessamento.PENDENTE, SituacaoProcessamento.COM_ERRO)


def operacoes(pessoa: Pessoa) -> QuerySet[OperacaoPdv]:
    return OperacaoPdv.objects.filter(pessoa.onde(documento="cpf_cnpj_consumidor", codigo="codigo_cliente"))


def notas(pessoa: Pessoa) -> QuerySet[NotaFiscal]:
    delas = operacoes(pessoa).order_by().filter(
        ponto_venda_id=OuterRef("ponto_venda_id"), id_operacao=OuterRef("id_operacao")
    )  # fmt: skip
    pdvs = operacoes(pessoa).order_by()
    numeros = pdvs.values("id_operacao")
    return NotaFiscal.objects.filter(
        Exists(delas), ponto_venda_id__in=pdvs.values("ponto_venda_id"), id_operacao__in=numeros
    )


def divergencias(pessoa: Pessoa) -> QuerySet[Divergencia]:
    return Divergencia.objects.filter(operacao_id__in=operacoes(pessoa).order_by().values("pk"))


def por_processar(pessoa: Pessoa) -> Iterator[Bloqueio]:
    esperam = operacoes(pessoa).filter(situacao_replicacao__in=_A_PROCESSAR).order_by("pk")
    for operacao in esperam[:5]:
        yield Bloqueio(
            f"A {operacao} ainda não foi processada.", "Resolva ou ignore a operação: ela ainda vira lançamento."
        )


def _dependentes(das: list[OperacaoPdv]) -> dict[int, Linha]:
    tabelas: dict[str, Any] = {
        "itens": ItemOperacaoPdv, "pagamentos": FinalizadorOperacaoPdv, "títulos recebidos": RecebimentoOperacaoPdv,
    }  # fmt: skip
    juntos: dict[int, Linha] = {operacao.pk: {nome: [] for nome in tabelas} for operacao in das}
    for nome, modelo in tabelas.items():
        for linha in modelo.objects.filter(operacao_id__in=juntos).order_by("pk").values():
            juntos[linha["operacao_id"]][nome].append(linha)
    return juntos


registrar_objetos_de("replicacao.operacaopdv", operacoes)
registrar(
    Fonte(
        "pdv.operacoes", "Vendas e operações dos PDVs", operacoes, juntar=_dependentes, base=VENDAS, bloqueios=por_processar,
        omitir=("hash_conteudo",),
        cobre=(
            "replicacao.ItemOperacaoPdv", "replicacao.FinalizadorOperacaoPdv", "replicacao.RecebimentoOperacaoPdv",
        ),
    ),
    Fonte("pdv.notas", "Notas das vendas dos PDVs", notas, base=VENDAS, omitir=("hash_conteudo",)),
    Fonte("pdv.divergencias", "Versões divergentes de operações", divergencias, base=VENDAS, omitir=("hash_conteudo",)),
)  # fmt: skip
dispensar(
    {
        "replicacao.NotaVersao": "Versões anteriores de notas que já estão na exportação; guardadas com elas.",
        "replicacao.OperacaoArquivada": "Cópia de uma operação que o PDV mandou de novo, e que está na exportação.",
        "replicacao.Rejeicao": "O que não entrou: bytes que não se leem como operação, cortados; ninguém se procura neles.",
        "replicacao.Comando": "Pedidos ao PDV por número de operação.",
        "replicacao.Turno": "Turnos de caixa, por número de usuário do PDV.",
    }
)
