"""The timeline of an operation or a note: what happened to it, from the till to the ledgers, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from erp.financeiro.models import Baixa
from pdv.processamento.formatos import quantos, reais
from pdv.processamento.models import AtoPessoa, Geracao, LogProcessamento
from pdv.replicacao.models import Comando, Divergencia, OperacaoArquivada, Rejeicao


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
    LogProcessamento.Resultado.ESPERA: ("warning", "hourglass_top"),
}
_DECISOES = {
    Divergencia.Decisao.ACEITA: "A nova versão foi aceita",
    Divergencia.Decisao.RECUSADA: "Foi mantida a versão atual",
}


def linha_do_tempo(
    inicio: datetime, recebido_em: datetime, log: list[LogProcessamento], atos: list[AtoPessoa],
    divergencias: list[Divergencia] | None = None, outros: Iterable[Momento] = (),
) -> list[Momento]:  # fmt: skip
    """What happened, newest first: at the till, on arrival, each attempt, each act of a person, and `outros`."""
    momentos = [
        Momento(inicio, "Registrada no PDV", "", "default", "point_of_sale"),
        Momento(recebido_em, "Recebida na retaguarda", "", "default", "download"),
        *outros,
    ]
    for linha in log:
        cor, icone = _CORES_DO_LOG.get(LogProcessamento.Resultado(linha.resultado), ("default", "circle"))
        efetuado = linha.resultado == LogProcessamento.Resultado.EFETUADO
        detalhe = linha.mensagem[:1].upper() + linha.mensagem[1:] if efetuado else linha.mensagem
        titulo = f"{linha.get_resultado_display()} – tentativa {linha.tentativa}"
        momentos.append(Momento(linha.em, titulo, detalhe, cor, icone))
    for ato in atos:
        titulo = f"{ato.get_acao_display()} – {ato.usuario}"
        momentos.append(Momento(ato.em, titulo, f"Motivo: {ato.motivo}", "primary", "person"))
    for divergencia in divergencias or []:
        momentos += _da_divergencia(divergencia)
    return sorted(momentos, key=lambda m: m.em, reverse=True)


def _da_divergencia(d: Divergencia) -> Iterable[Momento]:
    detalhe = "O PDV mandou outro conteúdo com o mesmo número; nada foi trocado."
    yield Momento(d.recebida_em, "Divergência", detalhe, "warning", "difference")
    if d.decidida_em is not None:
        titulo = _DECISOES.get(Divergencia.Decisao(d.decisao), "Divergência decidida")
        yield Momento(d.decidida_em, f"{titulo} – {d.decidida_por}", f"Motivo: {d.motivo}", "primary", "person")


def da_replicacao(
    rejeicoes: Iterable[Rejeicao], arquivadas: Iterable[OperacaoArquivada], comandos: Iterable[Comando]
) -> Iterable[Momento]:
    """What went on between the till and staging."""
    for r in rejeicoes:
        vezes = f" ({quantos(r.vezes, 'vez', 'vezes')})" if r.vezes > 1 else ""
        yield Momento(r.primeira_em, f"Não entrou{vezes}", r.mensagem, "danger", "block")
        if r.vezes > 1 and r.ultima_em > r.primeira_em:
            yield Momento(r.ultima_em, "Não entrou de novo", r.mensagem, "danger", "block")
    for a in arquivadas:
        titulo = f"Arquivada para ser replicada de novo – {a.arquivada_por}"
        yield Momento(a.arquivada_em, titulo, f"Motivo: {a.motivo}", "primary", "inventory_2")
    for c in comandos:
        nome = c.get_tipo_display()
        yield Momento(
            c.pedido_em, f"{nome}: pedido ao PDV – {c.pedido_por}", f"Motivo: {c.motivo}", "primary", "outbox"
        )
        if c.entregue_em is not None:
            yield Momento(c.entregue_em, f"{nome}: entregue ao PDV", "", "info", "mark_email_read")
        if c.concluido_em is not None:
            cor = "success" if c.situacao == Comando.Situacao.CUMPRIDO else "danger"
            yield Momento(c.concluido_em, f"{nome}: {c.get_situacao_display().lower()}", c.resposta, cor, "task_alt")


def das_geracoes(geracoes: Iterable[Geracao], log: Iterable[LogProcessamento]) -> Iterable[Momento]:
    """When each generation was reversed, unless the log tells that too; when it was made, the log says."""
    contados = {linha.em for linha in log if linha.resultado == LogProcessamento.Resultado.ESTORNADO}
    for g in geracoes:
        if g.estornada_em is not None and g.estornada_em not in contados:
            por = f" – {g.estornada_por}" if g.estornada_por else ""
            yield Momento(g.estornada_em, f"Geração {g.numero} estornada{por}", g.motivo_estorno, "info", "undo")


def das_baixas(
    baixas: Iterable[Baixa], quem: Callable[[Baixa], str], nome: Callable[[Baixa], str]
) -> Iterable[Momento]:
    """Settlements of its titles, and their undoing."""
    for b in baixas:
        feito = "Baixa desfeita" if b.estorno_de_id else "Baixa"
        dinheiro = reais(abs(b.valor + b.juros - b.desconto))
        detalhe = f"{dinheiro}, por {quem(b)}" + (f". Motivo: {b.motivo}" if b.motivo and b.origem_id is None else "")
        icone = "undo" if b.estorno_de_id else "paid"
        yield Momento(b.lancado_em, f"{feito} do {nome(b)}", detalhe, "info" if b.estorno_de_id else "success", icone)
