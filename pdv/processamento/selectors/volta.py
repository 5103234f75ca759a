"""The round trip of an operation asked again: archived, asked, delivered, here again, posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pdv.replicacao.models import Comando, OperacaoArquivada, OperacaoPdv, SituacaoProcessamento

Situacao = Comando.Situacao


@dataclass(frozen=True)
class Passo:
    """One step; `em` is None while it has not happened."""

    titulo: str
    em: datetime | None
    detalhe: str = ""
    cor: str = "success"
    icone: str = "check_circle"


@dataclass(frozen=True)
class Volta:
    passos: list[Passo]
    comandos: list[Comando]
    nova: OperacaoPdv | None


def voltou(arquivada: OperacaoArquivada) -> OperacaoPdv | None:
    """The row under which an archived operation is here again."""
    return OperacaoPdv.objects.filter(
        ponto_venda_id=arquivada.ponto_venda_id, instalacao=arquivada.instalacao, id_operacao=arquivada.id_operacao
    ).first()


def arquivada_do_comando(comando: Comando) -> OperacaoArquivada | None:
    """The archived operation that a command asks for: the newest of its number by then."""
    if comando.id_operacao is None:
        return None
    return (
        OperacaoArquivada.objects.filter(
            ponto_venda_id=comando.ponto_venda_id, instalacao=comando.instalacao, id_operacao=comando.id_operacao,
            arquivada_em__lte=comando.pedido_em,
        )
        .order_by("-pk")
        .first()
    )  # fmt: skip


def volta_de(arquivada: OperacaoArquivada) -> Volta:
    """What happened since the operation was taken out of staging. The last command is the one that counts."""
    comandos = list(
        Comando.objects.filter(
            ponto_venda_id=arquivada.ponto_venda_id, instalacao=arquivada.instalacao, id_operacao=arquivada.id_operacao
        ).order_by("-pk")[:20]
    )
    ultimo = comandos[0] if comandos else None
    nova = voltou(arquivada)
    return Volta(
        [
            Passo(
                "Estornada e arquivada", arquivada.arquivada_em, f"por {arquivada.arquivada_por}: {arquivada.motivo}"
            ),
            _entrega(ultimo),
            _confirmacao(ultimo),
            _chegada(nova),
            _lancamento(nova),
        ],
        comandos,
        nova,
    )


def _espera(titulo: str, detalhe: str = "") -> Passo:
    return Passo(titulo, None, detalhe, "default", "schedule")


def _entrega(comando: Comando | None) -> Passo:
    if comando is None or comando.entregue_em is None:
        return _espera("Entregue ao PDV", "O PDV pergunta sozinho quando está ligado e com internet.")
    return Passo("Entregue ao PDV", comando.entregue_em)


def _confirmacao(comando: Comando | None) -> Passo:
    if comando is None or comando.concluido_em is None:
        return _espera("Confirmada pelo PDV")
    if comando.situacao == Situacao.CUMPRIDO:
        return Passo("Confirmada pelo PDV", comando.concluido_em, comando.resposta)
    titulo = "O PDV não pôde cumprir" if comando.situacao == Situacao.RECUSADO else "Pedido cancelado"
    saida = "Peça de novo ao PDV, ou confira a operação na loja."
    return Passo(titulo, comando.concluido_em, f"{comando.resposta} {saida}".strip(), "danger", "block")


def _chegada(nova: OperacaoPdv | None) -> Passo:
    return _espera("Chegou de novo") if nova is None else Passo("Chegou de novo", nova.recebido_em)


def _lancamento(nova: OperacaoPdv | None) -> Passo:
    if nova is None or nova.situacao_replicacao == SituacaoProcessamento.PENDENTE:
        return _espera("Lançada")
    if nova.situacao_replicacao == SituacaoProcessamento.EFETUADO:
        return Passo("Lançada", nova.processado_em)
    if nova.situacao_replicacao == SituacaoProcessamento.COM_ERRO:
        return Passo("Com erro", nova.erro_em or nova.recebido_em, nova.erro_mensagem, "danger", "error")
    return Passo("Ignorada", nova.recebido_em, "", "warning", "block")
