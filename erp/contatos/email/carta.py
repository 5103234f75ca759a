"""A comunicado as a letter: its headers, its text, the same as HTML. Pure but for the settings."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.html import format_html

from erp.contatos.elo import elo_de_descadastro
from erp.contatos.textos import em_html, limpar

ESTILO = "font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;color:#1f2937;max-width:36rem"
MIUDO = "font-size:13px;color:#6b7280;border-top:1px solid #e5e7eb;padding-top:12px;margin-top:24px"


def montar_carta(conteudo: Mapping[str, Any], cabecalhos: Mapping[str, str]) -> EmailMultiAlternatives:
    """The letter, ready to go. Nothing that came from a register can end a header: line breaks are taken out of each."""
    elo = elo_de_descadastro(int(conteudo["comunicado"]))
    texto = str(conteudo["texto"])
    carta = EmailMultiAlternatives(
        subject=_uma_linha(conteudo["assunto"]),
        body=f"{texto}\n\n--\n{settings.CONTATOS_EMPRESA}\nPara não receber mais estas mensagens: {elo}\n",
        from_email=settings.CONTATOS_REMETENTE,
        to=[_uma_linha(conteudo["para"])],
        reply_to=list(settings.CONTATOS_RESPONDER_PARA),
        headers={nome: _uma_linha(valor) for nome, valor in cabecalhos.items()},
    )
    carta.attach_alternative(_html(texto, elo), "text/html")
    return carta


def cabecalhos_de(conteudo: Mapping[str, Any]) -> dict[str, str]:
    """The same in every attempt: the Message-ID is the comunicado's own, so that a letter that goes again is known."""
    elo = elo_de_descadastro(int(conteudo["comunicado"]))
    cabecalhos = {
        "Message-ID": f"<{conteudo['token']}@{_dominio()}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Unsubscribe": f"<{elo}>",
    }
    if elo.startswith("https://"):  # RFC 8058 asks for it
        cabecalhos["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return cabecalhos


def _html(texto: str, elo: str) -> str:
    return format_html(
        '<!doctype html><html lang="pt-BR"><head><meta charset="utf-8"></head><body><div style="{}">{}'
        '<p style="{}">{}<br><a href="{}">Não quero mais receber estas mensagens</a></p></div></body></html>',
        ESTILO, em_html(texto), MIUDO, settings.CONTATOS_EMPRESA, elo,
    )  # fmt: skip


def _uma_linha(valor: object) -> str:
    return " ".join(limpar(str(valor)).split())


def _dominio() -> str:
    return parseaddr(settings.CONTATOS_REMETENTE)[1].rpartition("@")[2] or "retaguarda.local"
