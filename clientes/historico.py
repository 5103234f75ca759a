"""The history of one customer: what arrived for it, what the queue told of it, what people did, newest first.

Three reads, each served by an index and none longer than a page, and a look at what left PostgreSQL (a row for each
month that did); the next page begins where this one ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditoria.acoes import rotulo
from auditoria.models import Evento
from auditoria.trilha.passado import Passado, do_objeto
from clientes.models import Cliente, RegistroRecebido
from filas.models import Mensagem

CONTEXTO = "LojaCliente"
PAGINA = 50
_VALOR_MAXIMO = 80
_ROTULOS = {campo.attname: str(campo.verbose_name) for campo in Cliente._meta.concrete_fields}
_RECEBIDOS = {
    RegistroRecebido.Resultado.INSERIDO: ("Recebido do PDV: cadastrado", "success", "move_to_inbox"),
    RegistroRecebido.Resultado.ALTERADO: ("Recebido do PDV: atualizado", "info", "move_to_inbox"),
    RegistroRecebido.Resultado.RECUSADO: ("Recebido do PDV: recusado", "danger", "block"),
}
_MENSAGENS = {
    Mensagem.Situacao.PENDENTE: ("Aviso à plataforma: na fila", "warning", "schedule"),
    Mensagem.Situacao.ENVIANDO: ("Aviso à plataforma: enviando", "warning", "sync"),
    Mensagem.Situacao.SUCESSO: ("Aviso à plataforma: entregue", "success", "cloud_done"),
    Mensagem.Situacao.CANCELADA: ("Aviso à plataforma: cancelado ou substituído", "default", "cancel"),
    Mensagem.Situacao.ERRO: ("Aviso à plataforma: com erro", "danger", "cloud_off"),
}
_ACOES = {"clientes.cliente_criado": "Cadastro incluído", "clientes.cliente_alterado": "Cadastro alterado"}


@dataclass(frozen=True)
class Momento:
    """One line; `origem` is the row it tells of."""

    em: datetime
    titulo: str
    detalhe: str
    cor: str
    icone: str
    origem: RegistroRecebido | Mensagem | Evento


@dataclass(frozen=True)
class Historico:
    """`continua_antes` is where the next page begins; None when this is the last. `passado`: what the trail has besides."""

    momentos: list[Momento]
    continua_antes: datetime | None
    passado: Passado


def historico(codigo: str, *, antes: datetime | None = None, quantos: int = PAGINA) -> Historico:
    """What happened to a customer before a moment, or until now. Texts of audit events are masked, as they are kept."""
    recebidos = RegistroRecebido.objects.filter(codigo_cliente=codigo).defer("conteudo").order_by("-pk")
    mensagens = Mensagem.objects.filter(contexto=CONTEXTO, chave=codigo).defer("conteudo", "retorno", "curl")
    passado = do_objeto("clientes.cliente", codigo, limite=quantos + 1, antes=antes)
    if antes is not None:
        recebidos = recebidos.filter(recebido_em__lt=antes)
        mensagens = mensagens.filter(criada_em__lt=antes)
    momentos = sorted(
        [
            *map(_do_recebido, recebidos[: quantos + 1]),
            *map(_da_mensagem, mensagens.order_by("-pk")[: quantos + 1]),
            *map(_do_evento, passado.eventos),
        ],
        key=lambda momento: momento.em,
        reverse=True,
    )
    if len(momentos) <= quantos:
        return Historico(momentos, None, passado)
    limite = momentos[quantos - 1].em
    # Those of the last one's instant come too, or the next page would skip them.
    return Historico([m for m in momentos if m.em >= limite], limite, passado)


def ultima_mensagem(codigo: str) -> Mensagem | None:
    """What the other system was told last of a customer, whatever became of it."""
    mensagens = Mensagem.objects.filter(contexto=CONTEXTO, chave=codigo)
    return mensagens.defer("conteudo", "retorno", "curl").order_by("-pk").first()


def _do_recebido(r: RegistroRecebido) -> Momento:
    titulo, cor, icone = _RECEBIDOS[RegistroRecebido.Resultado(r.resultado)]
    detalhe = f"{r.filial}, ID {r.id_registro}"
    if r.resultado == RegistroRecebido.Resultado.RECUSADO and isinstance(r.resposta, Mapping):
        detalhe = f"{detalhe}\n{r.resposta.get('Mensagem Detalhada', '')}"
    return Momento(r.recebido_em, titulo, detalhe, cor, icone, r)


def _da_mensagem(m: Mensagem) -> Momento:
    titulo, cor, icone = _MENSAGENS[Mensagem.Situacao(m.situacao)]
    if m.situacao == Mensagem.Situacao.PENDENTE and m.tentativas:
        titulo = f"Aviso à plataforma: na fila, depois de {m.tentativas} tentativa{'s' if m.tentativas > 1 else ''}"
    return Momento(m.criada_em, titulo, m.mensagem, cor, icone, m)


def _do_evento(e: Evento) -> Momento:
    titulo = f"{_ACOES.get(e.acao) or rotulo(e.acao)} – {e.ator}"
    motivo = [f"Motivo: {e.motivo}"] if e.motivo else []
    return Momento(e.em, titulo, "\n".join([*motivo, *_mudancas(e)]), "primary", "person", e)


def _mudancas(e: Evento) -> Iterable[str]:
    """Field by field; of a new customer, only that it is new."""
    if not e.antes:
        return
    depois: dict[str, Any] = e.depois or {}
    for campo, era in e.antes.items():
        nome = _ROTULOS.get(campo, campo)
        yield f"{nome[:1].upper()}{nome[1:]}: {_curto(era)} → {_curto(depois.get(campo))}"


def _curto(valor: Any) -> str:
    texto = "vazio" if valor in (None, "") else str(valor)
    return texto if len(texto) <= _VALOR_MAXIMO else f"{texto[: _VALOR_MAXIMO - 1]}…"
