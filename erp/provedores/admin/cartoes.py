"""What the card of a provider says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from auditoria.rules import mascarar_texto
from erp.provedores.models import ContagemProvedor, EstadoProvedor, WebhookRecebido
from erp.provedores.registro import Provedor
from filas.admin import formatos

HORAS: Final = 24
TETO: Final = 1_000
Situacao = WebhookRecebido.Situacao


def cartao(p: Provedor, e: EstadoProvedor, contagens: Sequence[ContagemProvedor], agora: datetime) -> dict[str, Any]:
    """A provider in words and numbers."""
    faltam, pausado = p.faltam(), e.em_pausa(agora)
    situacao, cor = _selo(faltam, pausado, e)
    return {
        "nome": p.nome, "titulo": p.titulo, "situacao": situacao, "cor": cor, "faltam": faltam, "pausado": pausado,
        "pausa": _pausa(e) if pausado else "",
        "fatos": [*_fatos(e, contagens, agora), *_fatos_dos_webhooks(p, contagens)],
        "ultimo_erro": mascarar_texto(e.ultimo_erro) if e.falhas_seguidas else "",
    }  # fmt: skip


def _selo(faltam: list[str], pausado: bool, e: EstadoProvedor) -> tuple[str, str]:
    if faltam:
        return "Não configurado", "default"
    if pausado:
        return "Em pausa", "warning"
    if e.falhas_seguidas:
        return "Com falhas", "danger"
    return ("Funcionando", "success") if e.ultimo_sucesso else ("Configurado, sem uso", "info")


def _pausa(e: EstadoProvedor) -> str:
    if e.pausado_por:
        return f"Em pausa por {e.pausado_por}, até alguém retomar. Motivo: {mascarar_texto(e.motivo_da_pausa)}"
    return f"Em pausa até {formatos.data_hora(e.pausado_ate)}: {e.motivo_da_pausa}. Retoma sozinho."


def _fatos(e: EstadoProvedor, contagens: Sequence[ContagemProvedor], agora: datetime) -> list[tuple[str, str, str]]:
    chamadas, erros = sum(c.chamadas for c in contagens), sum(c.erros for c in contagens)
    taxa = f"{100 * erros / chamadas:.1f}%".replace(".", ",") if chamadas else "sem chamadas"
    media = f"{sum(c.milissegundos for c in contagens) // chamadas} ms" if chamadas else formatos.VAZIO
    return [
        ("Último contato", formatos.ha(e.ultimo_contato, agora), ""),
        (f"Erros em {HORAS} h", taxa, ""),
        (f"Chamadas em {HORAS} h", formatos.numero(chamadas), ""),
        ("Tempo médio", media, ""),
        ("Pedidos de calma (429)", formatos.numero(sum(c.contidas for c in contagens)), ""),
        ("Falhas seguidas", formatos.numero(e.falhas_seguidas), ""),
    ]


def _fatos_dos_webhooks(p: Provedor, contagens: Sequence[ContagemProvedor]) -> list[tuple[str, str, str]]:
    if p.webhook is None:
        return []
    ligado = "recebendo" if p.webhook.segredo() else f"desligados: falta {p.webhook.ajuste_segredo}"
    lista = reverse("admin:provedores_webhookrecebido_changelist")
    recusados = sum(c.webhooks_recusados for c in contagens)
    return [
        ("Webhooks", ligado, f"{lista}?provedor={p.nome}"),
        ("Webhooks esperando", _quantos(p.nome, Situacao.RECEBIDO), f"{lista}?provedor={p.nome}&situacao=0"),
        ("Webhooks com erro", _quantos(p.nome, Situacao.ERRO), f"{lista}?provedor={p.nome}&situacao=4"),
        *([("Assinatura recusada", formatos.numero(recusados), "")] if recusados else []),
    ]


def _quantos(provedor: str, situacao: Situacao) -> str:
    """Never a count without an end."""
    linhas = WebhookRecebido.objects.filter(provedor=provedor, situacao=situacao)
    n = len(linhas.order_by("-pk").values_list("pk", flat=True)[: TETO + 1])
    return f"{formatos.numero(TETO)}+" if n > TETO else formatos.numero(n)
