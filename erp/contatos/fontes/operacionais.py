"""The reminders that staff write for a group: told to each active member, on their days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from erp.contatos.models import Lembrete
from erp.contatos.recorrencia import Repete, ultima
from erp.contatos.registro import Fonte, Modelo
from erp.contatos.valores import Aviso

NOME: Final = "lembrete"


def ler(dia: date) -> Iterator[Aviso]:
    """The last time of each that is on, if it is today or was missed by a few days (`CONTATOS_ATRASO_MAXIMO`).

    Never a time before somebody wrote the reminder down.
    """
    desde = dia - timedelta(days=settings.CONTATOS_ATRASO_MAXIMO)
    devidos = [
        (lembrete, vez)
        for lembrete in Lembrete.objects.filter(ativo=True, data__lte=dia).order_by("pk")
        if (vez := ultima(lembrete.data, Repete(lembrete.repete), lembrete.ate, dia))
        and vez >= desde
        and vez >= timezone.localdate(lembrete.criado_em)
    ]
    membros = _membros({lembrete.grupo_id for lembrete, _ in devidos})
    for lembrete, vez in devidos:
        for pessoa in membros.get(lembrete.grupo_id, ()):
            yield Aviso(
                fato=f"{NOME}:{lembrete.pk}:{vez:%Y-%m-%d}:{pessoa.pk}",
                modelo=MODELO.codigo,
                endereco=pessoa.email,
                dados={
                    "nome": pessoa.get_full_name() or pessoa.get_username(),
                    "titulo": lembrete.titulo,
                    "texto": lembrete.texto,
                    "data": f"{vez:%d/%m/%Y}",
                },
            )


def _membros(grupos: set[int]) -> Mapping[int, list[User]]:
    """The active members with an e-mail, by group. One statement."""
    pertencem = User.groups.through.objects.filter(
        group_id__in=grupos, user__is_active=True, user__is_staff=True
    ).exclude(user__email="")
    membros: dict[int, list[User]] = {}
    for linha in pertencem.select_related("user").order_by("user_id"):
        membros.setdefault(linha.group_id, []).append(linha.user)
    return membros


def continuam(fatos: Sequence[str]) -> set[str]:
    """Those whose reminder is still on."""
    por_lembrete: dict[int, list[str]] = {}
    for fato in fatos:
        por_lembrete.setdefault(int(fato.split(":")[1]), []).append(fato)
    ligados = Lembrete.objects.filter(pk__in=por_lembrete, ativo=True).values_list("pk", flat=True)
    return {fato for pk in ligados for fato in por_lembrete[pk]}


MODELO: Final = Modelo(
    codigo="lembrete",
    titulo="Lembrete operacional, para a equipe",
    descricao="O que alguém da equipe escreveu em Lembretes, a cada pessoa do grupo, no dia marcado.",
    campos={"titulo": "o título do lembrete", "texto": "o que foi escrito", "data": "o dia do lembrete"},
    exemplo={
        "nome": "Ana Souza", "titulo": "Conferir os extintores", "data": "22/11/2026",
        "texto": "Ver a validade dos extintores das duas lojas e anotar na planilha.",
    },
    assunto="Lembrete: {{titulo}}",
    corpo="Olá, {{primeiro_nome}}.\n\n{{texto}}\n\nLembrete de {{data}}.",
    so_email=True,
)  # fmt: skip

FONTE: Final = Fonte(NOME, "Lembretes operacionais", ler, continuam)
