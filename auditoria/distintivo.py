"""The badge: in one colour and two sentences, whether the trail can be trusted now, and what to do when it cannot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import reverse
from django.utils import timezone

from auditoria.arquivo.estado import estado as do_arquivo
from auditoria.arquivo.servico import NAO_CONFERIDO
from auditoria.models import Verificacao
from auditoria.verificacao.services import RECENTE

VERDE, AMBAR, VERMELHO = "success", "warning", "danger"


class Distintivo(NamedTuple):
    """`fazer` is empty when there is nothing to do; `url` leads to the verification that is told of."""

    cor: str
    titulo: str
    texto: str
    fazer: str
    arquivo: str
    url: str = ""


class Verificador(NamedTuple):
    """How a verification is asked for: `permissao` (`app.codename`), and what does it and says so in a sentence."""

    permissao: str
    pedir: Callable[[Any], str]


_verificadores: list[Verificador] = []


def registrar_verificador(permissao: str, pedir: Callable[[Any], str]) -> None:
    """The layer that runs routines says here how one is asked for: this one knows none of it."""
    _verificadores[:] = [Verificador(permissao, pedir)]


def verificador_para(usuario: AbstractBaseUser | AnonymousUser) -> Verificador | None:
    """How this person asks for a verification; None for who may not."""
    return next((v for v in _verificadores if getattr(usuario, "has_perm", lambda _: False)(v.permissao)), None)


def distintivo() -> Distintivo:
    """Green only if the last whole verification found nothing wrong, in the archive too where there is one, and is younger
    than `RECENTE`, and none since found anything."""
    boa = Verificacao.objects.filter(completa=True, integra=True).first()
    ruim = Verificacao.objects.filter(integra=False, id__gt=boa.pk if boa else 0).first()
    arquivo = do_arquivo().texto
    if ruim is not None:
        return Distintivo(
            VERMELHO, "A trilha não confere", f"Na verificação de {_quando(ruim)}: {ruim.primeiro_problema}.",
            "Não apague nem conserte nada: guarde a página da verificação, o banco e os resumos, e chame a TI.",
            arquivo, _pagina(ruim),
        )  # fmt: skip
    ultima = Verificacao.objects.first()
    if ultima is not None and ultima.nao_lidos:
        return Distintivo(
            AMBAR, f"A verificação de {_quando(ultima)} ficou incompleta", ultima.arquivo,
            "Faça o arquivo (MongoDB) voltar a responder e aperte Verificar agora, ou peça à TI.", arquivo, _pagina(ultima),
        )  # fmt: skip
    if boa is None:
        return Distintivo(
            AMBAR, "A trilha ainda não foi verificada", _parcial(0),
            "A rotina verifica tudo uma vez por dia, de madrugada. Não precisa esperar: aperte Verificar agora, ou peça à TI.",
            arquivo,
        )  # fmt: skip
    if timezone.now() - boa.terminada_em > RECENTE:
        return Distintivo(
            AMBAR, f"A trilha não é verificada inteira desde {_quando(boa)}",
            f"Nesse dia tudo conferiu. {_parcial(boa.pk)}".strip(),
            "A rotina diária não rodou ou não terminou: veja em Rotinas por quê. Aperte Verificar agora, ou peça à TI.",
            arquivo, _pagina(boa),
        )  # fmt: skip
    if boa.arquivo.startswith(NAO_CONFERIDO):
        return Distintivo(
            AMBAR, "O PostgreSQL confere; o arquivo não foi lido", f"Na verificação de {_quando(boa)}: {boa.arquivo}",
            "Faça o arquivo (MongoDB) voltar a responder e aperte Verificar agora, ou peça à TI.", arquivo, _pagina(boa),
        )  # fmt: skip
    return Distintivo(
        VERDE, "Trilha íntegra",
        f"Verificada inteira em {_quando(boa)}, sem problema: {_numero(boa.eventos)} eventos, {_numero(boa.resumos)} resumos "
        "diários.",
        "", arquivo, _pagina(boa),
    )  # fmt: skip


def _parcial(depois_de: int) -> str:
    """What the last verification that was not of everything has to say."""
    ultima = Verificacao.objects.filter(completa=False, id__gt=depois_de).first()
    if ultima is None:
        return ""
    return f"A de {_quando(ultima)} foi só de uma parte. {ultima.arquivo}".strip()


def _quando(verificacao: Verificacao) -> str:
    return f"{timezone.localtime(verificacao.terminada_em):%d/%m/%Y %H:%M}"


def _pagina(verificacao: Verificacao) -> str:
    return reverse("admin:auditoria_verificacao_change", args=[verificacao.pk])


def _numero(n: int) -> str:
    return f"{n:,}".replace(",", ".")
