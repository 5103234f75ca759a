"""What stands above the list and asks itself again: how many of each situação, the errors by cause, what stands still."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from filas.admin import formatos
from filas.causas import causa_de
from filas.contagens import TETO, Contagem, GrupoDeErro, erros_por_causa, por_situacao
from filas.estado import Retrato, parados, titulo_do_contexto
from filas.models import Mensagem

Situacao = Mensagem.Situacao
CAUSAS_NA_TELA = 20
TITULOS = {
    Situacao.ERRO: "Com erro",
    Situacao.PENDENTE: "Pendentes",
    Situacao.ENVIANDO: "Enviando",
    Situacao.SUCESSO: "Com sucesso",
    Situacao.CANCELADA: "Canceladas",
}


def contexto_do_topo(request: HttpRequest) -> dict[str, Any]:
    """`com_causas` comes in the address: a list of one cause needs no table of them above it."""
    contagens = por_situacao()
    filtrada = any(nome in request.GET for nome in ("situacao", "causa", "registro", "idade", "contexto", "p"))
    com_causas = request.GET.get("com_causas", "0" if filtrada else "1") == "1"
    grupos = erros_por_causa() if com_causas else []
    return {
        "endereco": f"{reverse('admin:filas_mensagem_agora')}?com_causas={int(com_causas)}",
        "quadros": [_quadro(s, contagens[s]) for s in TITULOS],
        "causas": [linha_da_causa(g) for g in grupos[:CAUSAS_NA_TELA]],
        "causas_a_mais": max(0, len(grupos) - CAUSAS_NA_TELA),
        "parados": [frase_do_parado(r) for r in parados()],
        "pode_reprocessar": request.user.has_perm("filas.reprocessar_mensagem"),
        "pode_cancelar": request.user.has_perm("filas.cancelar_mensagem"),
        "contextos_url": reverse("admin:filas_estadocontexto_changelist"),
    }


def _quadro(situacao: Situacao, contagem: Contagem) -> dict[str, str]:
    cor = {Situacao.ERRO: "danger", Situacao.SUCESSO: ""}.get(situacao, "")
    return {
        "titulo": TITULOS[situacao],
        "valor": em_numeros(contagem),
        "detalhe": "cerca de" if contagem.estimada else "",
        "url": lista(situacao=situacao.value),
        "cor": cor if contagem.n else "",
    }


def em_numeros(contagem: Contagem) -> str:
    """Exact up to the ceiling; above it, two digits and zeros: `9.900.000`."""
    if not contagem.estimada:
        return formatos.numero(contagem.n)
    return formatos.numero(round(contagem.n, 2 - len(str(contagem.n))))


def linha_da_causa(grupo: GrupoDeErro) -> dict[str, Any]:
    """A cause in words: what it is, how many, since when, the way out, and where the acts on exactly it begin."""
    causa = causa_de(grupo.causa)
    valor = f"{grupo.contexto}:{grupo.causa}"
    massa = reverse("admin:filas_mensagem_em_massa")
    quantas = f"mais de {formatos.numero(TETO)} mensagens" if grupo.ha_mais else formatos.quantas(grupo.n)
    return {
        "titulo": causa.titulo,
        "codigo": grupo.causa,
        "integracao": titulo_do_contexto(grupo.contexto),
        "quantas": quantas,
        "desde": formatos.curta(grupo.desde),
        "saida": causa.saida,
        "url": lista(causa=valor),
        "reprocessar": f"{massa}?{urlencode({'acao': 'reprocessar', 'causa': valor})}",
        "cancelar": f"{massa}?{urlencode({'acao': 'cancelar', 'causa': valor})}",
        "botao": "Reprocessar esta" if grupo.n == 1 else f"Reprocessar as {quantas.removesuffix(' mensagens')}",
    }


def lista(**filtros: Any) -> str:
    """The queue's list under these filters."""
    return f"{reverse('admin:filas_mensagem_changelist')}?{urlencode(filtros)}"


def frase_do_parado(r: Retrato) -> str:
    """Why a context sends nothing, in one sentence."""
    if r.contexto is None:
        return f"{r.titulo}: nenhum programa instalado conhece esta integração. Chame a TI."
    if not r.configurado:
        return f"{r.titulo}: {r.contexto.por_que_parado()}. As mensagens esperam, e nada se perde."
    if r.pausado_por_pessoa:
        quando = formatos.curta(r.estado.pausado_em)
        motivo = f" Motivo: {r.estado.motivo}" if r.estado.motivo else ""
        return f"{r.titulo}: em pausa por {r.estado.pausado_por} desde {quando}.{motivo}"
    falhas = formatos.quantas(r.estado.falhas_seguidas, "falha seguida", "falhas seguidas")
    ate = formatos.curta(r.estado.pausado_ate)
    return f"{r.titulo}: em pausa até {ate}, depois de {falhas} do outro lado. Volta a tentar sozinha."
