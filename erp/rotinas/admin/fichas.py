"""A routine and an execution as the templates read them: words, colours and links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils import timezone

from erp.rotinas.admin.textos import CORES, contado, duracao, ha, momento, nome_do_dia, numero
from erp.rotinas.calendario import Quando, proximas
from erp.rotinas.models import Execucao
from erp.rotinas.retratos import ABERTAS, Retrato, tempo_de
from erp.rotinas.services.edicao import PERMISSAO_AGENDA

EXECUTAR = "rotinas.executar_rotina"
PONTOS = 12
Usuario = User | AnonymousUser | Any


def linha(r: Retrato, agora: datetime, usuario: Usuario) -> dict[str, Any]:
    """A routine in the list."""
    ativa = r.configurada and not r.em_pausa
    ultima = r.ultima
    return {
        "titulo": r.rotina.titulo,
        "caminho": r.rotina.caminho,
        "url": reverse("admin:rotinas_rotinaagendada_change", args=[r.rotina.pk]),
        "configurada": r.configurada,
        "em_pausa": r.em_pausa,
        "quando": r.quando.removesuffix(" (em pausa)"),
        "proximas": resumo_das_proximas(r.agenda, agora) if ativa else "",
        "ultima": resultado(ultima, agora) if ultima else None,
        "em_curso": em_curso(r.em_curso, agora) if r.em_curso else None,
        "mediana": duracao(r.mediana) if r.mediana else "",
        "pontos": [ponto(e) for e in reversed(r.execucoes[:PONTOS])],
        "alarmes": [str(a.texto) for a in r.alarmes],
        "problema": resultado(ultima, agora)["problema"] if ultima and not r.alarmes else "",
        "atos": atos(r, usuario),
    }


def resumo_das_proximas(agenda: Quando | None, agora: datetime) -> str:
    """`hoje às 14:08, 14:16 e 14:24`; of a schedule with one time only the days: `hoje, amanhã, ter 24/11`."""
    vezes = [timezone.localtime(vez) for vez in (proximas(agenda, agora) if agenda else ())]
    dias = list(dict.fromkeys(vez.date() for vez in vezes))
    if len(dias) == len(vezes) and len({vez.time() for vez in vezes}) == 1:
        return ", ".join(nome_do_dia(vez, agora) for vez in vezes)
    segundos = any(vez.second for vez in vezes)
    return "; ".join(_no_dia([vez for vez in vezes if vez.date() == dia], agora, segundos) for dia in dias)


def _no_dia(vezes: list[datetime], agora: datetime, segundos: bool) -> str:
    horas = ", ".join(f"{vez:%H:%M:%S}" if segundos else f"{vez:%H:%M}" for vez in vezes)
    return f"{nome_do_dia(vezes[0], agora)} {'à' if vezes[0].hour == 1 else 'às'} {horas}"


def resultado(e: Execucao, agora: datetime) -> dict[str, str]:
    """How an execution ended."""
    fim = e.terminada_em or e.criada_em
    ultima_linha = getattr(e, "fim_do_erro", "").strip().rpartition("\n")[2]
    return {
        "selo": e.get_situacao_display(),
        "cor": CORES[Execucao.Situacao(e.situacao)],
        "url": endereco(e),
        "quando": momento(fim),
        "ha": ha(fim, agora),
        "duracao": duracao(tempo_de(e)),
        "contagens": em_texto(e.contagens),
        "problema": ultima_linha if len(ultima_linha) <= 160 else f"{ultima_linha[:157]}…",
    }


def em_curso(e: Execucao, agora: datetime) -> dict[str, str]:
    pendente = e.situacao == Execucao.Situacao.PENDENTE
    tempo = tempo_de(e, agora)
    frase = "esperando um trabalhador" if pendente else f"rodando {'' if tempo is None else 'há ' + duracao(tempo)}"
    return {"frase": frase.strip(), "url": endereco(e)}


def ponto(e: Execucao) -> dict[str, str]:
    """One of the small marks that show the latest outcomes, oldest first."""
    texto = f"{e.get_situacao_display()}, {momento(e.terminada_em or e.iniciada_em or e.criada_em)}"
    if e.situacao not in ABERTAS and (tempo := tempo_de(e)):
        texto += f", {duracao(tempo)}"
    return {"cor": CORES[Execucao.Situacao(e.situacao)], "texto": texto, "url": endereco(e)}


def atos(r: Retrato, usuario: Usuario) -> list[dict[str, str]]:
    """What this person may do of this routine now; nothing of one that has no body."""
    if not r.configurada or r.declarada is None:
        return []
    pk = r.rotina.pk
    feitos = []
    if usuario.has_perm(EXECUTAR):
        feitos.append(_ato("Executar agora", "executar_agora", pk, "play_arrow"))
    if r.declarada.simulavel and usuario.has_perm(EXECUTAR):
        feitos.append({"titulo": "Simular", "url": reverse("admin:rotinas_simular", args=[pk]), "icone": "science"})
    if usuario.has_perm(PERMISSAO_AGENDA):
        feitos.append(
            {"titulo": "Mudar agenda", "url": reverse("admin:rotinas_agenda", args=[pk]), "icone": "schedule"}
        )
        if r.em_pausa:
            feitos.append(_ato("Retomar", "retomar", pk, "play_circle"))
        elif r.rotina.agenda is not None:
            feitos.append(_ato("Pausar", "pausar", pk, "pause"))
    return feitos


def endereco(e: Execucao) -> str:
    return reverse("admin:rotinas_execucao_change", args=[e.pk])


def em_texto(contagens: dict[str, Any]) -> str:
    """`contratos: 1.234, falhas: 2`."""
    partes: Sequence[str] = [f"{contado(nome)}: {numero(n)}" for nome, n in sorted(contagens.items())]
    return ", ".join(partes)


def quem(iniciada_por: str) -> str:
    """`agenda`, `ana`, `chave de API loja`: who or what started it."""
    tipo, _, nome = iniciada_por.partition(":")
    rotulos = {
        "sistema": "",
        "usuario": "",
        "chave": "chave de API ",
        "aprovacao": "aprovação nº ",
        "rotina": "rotina ",
    }
    return f"{rotulos.get(tipo, tipo + ' ')}{nome}" if nome else iniciada_por


def _ato(titulo: str, nome: str, pk: int, icone: str) -> dict[str, str]:
    return {"titulo": titulo, "url": reverse(f"admin:rotinas_rotinaagendada_{nome}", args=[pk]), "icone": icone}
