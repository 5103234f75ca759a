"""The page of one routine, in words: what it is, when it runs, how its last executions went, who edited its schedule."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Right
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from auditoria.models import Evento
from auditoria.trilha.passado import PERMISSAO_TRILHA, do_objeto
from erp.rotinas.admin.fichas import linha, quem, resultado
from erp.rotinas.admin.pagina_agenda import quando_roda
from erp.rotinas.admin.textos import duracao, ha, marcado, momento, referencia
from erp.rotinas.models import Execucao
from erp.rotinas.registro import DA_COMPETENCIA, DO_DIA, Recuperacao, Referencia, Rotina
from erp.rotinas.retratos import ABERTAS, FIM_DO_ERRO, Retrato, tempo_de

MOSTRADAS = 25
EDICOES = 10
_RECUPERACAO = {
    Recuperacao.PULAR: "não roda depois: fica registrada como perdida",
    Recuperacao.UMA_VEZ: "roda uma vez só, a mais nova; as outras ficam como perdidas",
    Recuperacao.TODAS: "rodam todas, da mais antiga à mais nova",
}
_REFERENCIA: dict[Referencia | None, str] = {
    DO_DIA: "um dia: termina bem uma vez só para cada",
    DA_COMPETENCIA: "um mês: termina bem uma vez só para cada",
}
_ATOS = {
    "rotinas.agenda_mudada": "mudou a agenda",
    "rotinas.pausada": "pôs em pausa",
    "rotinas.retomada": "retomou",
}


def ficha(r: Retrato, agora: datetime, request: HttpRequest) -> dict[str, Any]:
    """All that the template shows."""
    ve_execucoes = request.user.has_perm("rotinas.view_execucao")
    # the last changes of its schedule
    passado = do_objeto("rotinas.rotinaagendada", r.rotina.pk, limite=EDICOES, acoes=_ATOS)
    execucoes = _execucoes(r.rotina.caminho) if ve_execucoes else []
    return {
        "r": linha(r, agora, request.user),
        "descricao": r.rotina.descricao,
        "fatos": _fatos(r),
        "proximas": quando_roda(r.agenda, agora) if r.configurada and not r.em_pausa else [],
        "alarmes": [
            {"texto": a.texto, "desde": momento(a.desde), "ha": ha(a.desde, agora), "vezes": a.vezes} for a in r.alarmes
        ],
        "ve_execucoes": ve_execucoes,
        "execucoes": _linhas(execucoes, agora),
        "todas_url": f"{reverse('admin:rotinas_execucao_changelist')}?{urlencode({'rotina': r.rotina.caminho})}",
        "edicoes": [_edicao(e) for e in passado.eventos],
        "passado": passado,
        "ve_trilha": request.user.has_perm(PERMISSAO_TRILHA),
        "aposentada": not r.rotina.declarada,
        "viva": any(e.situacao in ABERTAS for e in execucoes),
    }


def _edicao(e: Evento) -> dict[str, str]:
    return {
        "quando": momento(e.em),
        "quem": e.ator,
        "ato": _ATOS[e.acao],
        "antes": (e.antes or {}).get("agenda", ""),
        "depois": (e.depois or {}).get("agenda", ""),
        "motivo": e.motivo,
    }


def _execucoes(caminho: str) -> list[Execucao]:
    linhas = Execucao.objects.filter(rotina=caminho).defer("erro").annotate(fim_do_erro=Right("erro", FIM_DO_ERRO))
    return list(linhas.order_by("-id")[:MOSTRADAS])


def _linhas(execucoes: list[Execucao], agora: datetime) -> list[dict[str, Any]]:
    maior = max((t for e in execucoes if (t := tempo_de(e))), default=timedelta(0))
    return [
        resultado(e, agora)
        | {
            "quando": marcado(e.iniciada_em or e.agendada_para or e.criada_em, agora),
            "referencia": referencia(e.rotina, e.referencia) if e.referencia else "",
            "simulacao": e.simulacao,
            "quem": quem(e.iniciada_por),
            "barra": _largura(tempo_de(e), maior),
            "duracao": duracao(tempo_de(e, agora if e.situacao in ABERTAS else None)),
        }
        for e in execucoes
    ]


def _largura(tempo: timedelta | None, maior: timedelta) -> int:
    """Per cent of the longest shown, for the bar beside the duration."""
    return max(2, round(tempo / maior * 100)) if tempo and maior else 0


def _fatos(r: Retrato) -> list[tuple[str, str]]:
    d: Rotina | None = r.declarada
    if d is None:
        return [("Caminho", r.rotina.caminho)]
    http = f"{d.metodo} /api/{d.caminho}" if d.metodo else "não tem: é do próprio sistema"
    return [
        ("Endereço para outros sistemas", http),
        ("Se passar da hora e ninguém rodar", _RECUPERACAO[d.recuperacao]),
        ("Cada execução cuida de", _REFERENCIA.get(d.referencia, "o que houver")),
        ("Tempo limite", duracao(d.limite)),
        ("Costuma levar", duracao(r.mediana) if r.mediana else "ainda não se sabe"),
    ]
