"""The page of one message: what it is, how it stands, what went wrong and the way out, each attempt, and its record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from filas.admin import formatos, mascara
from filas.admin.em_massa import conserto_de
from filas.admin.ficha import Campo, Ordem, atos_da, estado, lado, na_tela, resposta, tentativas_da, vizinhas
from filas.admin.topo import frase_do_parado, lista
from filas.causas import causa_de
from filas.estado import do_contexto, titulo_do_contexto
from filas.fila.contextos import Contexto
from filas.fila.ensaio import ensaiar
from filas.models import Mensagem

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    _Base = ModelAdmin[Any]
else:
    _Base = object

Situacao = Mensagem.Situacao
CABE = {"reprocessar": {Situacao.ERRO}, "cancelar": {Situacao.ERRO, Situacao.PENDENTE}}


class ComPagina(_Base):
    """Mixin of the queue's list."""

    def _exigir(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self._exigir(request)
        mensagem = None
        if object_id and object_id.isdecimal() and len(object_id) < 19:
            mensagem = Mensagem.objects.filter(pk=int(object_id)).first()
        if mensagem is None:
            messages.warning(request, "Esta mensagem da fila não existe.")
            return HttpResponseRedirect(reverse("admin:filas_mensagem_changelist"))
        contexto = {
            **self.admin_site.each_context(request),
            "subtitle": None,
            "opts": self.opts,
            "original": mensagem,
            "object_id": object_id,
            "lista": "admin:filas_mensagem_changelist",
            "acoes": self._botoes(request, mensagem),
            **contexto_da_pagina(request, mensagem),
        }
        return TemplateResponse(request, "admin/filas/mensagem.html", contexto)

    def _botoes(self, request: HttpRequest, mensagem: Mensagem) -> list[dict[str, str]]:
        acoes = self.get_actions_detail(request, mensagem.pk)  # type: ignore[attr-defined]  # unfold's own
        return [
            {
                "titulo": str(acao.description),
                "url": reverse(f"{self.admin_site.name}:{acao.action_name}", args=[mensagem.pk]),
            }
            for acao in acoes
            if mensagem.situacao in CABE[acao.method.__name__]
        ]


def contexto_da_pagina(request: HttpRequest, m: Mensagem) -> dict[str, Any]:
    """Everything that the template shows, as this person may read it."""
    inteiro = mascara.ve_documentos(request)
    agora = timezone.now()
    retrato = do_contexto(m.contexto)
    integracao = retrato.contexto
    abertos = integracao.campos_abertos if integracao else frozenset()
    ordem = integracao.ordem if integracao else ()
    tentativas = tentativas_da(m)
    chave = mascara.chave(m.chave, inteiro=inteiro)
    com_erro = m.situacao == Situacao.ERRO
    espera = m.situacao in (Situacao.PENDENTE, Situacao.ERRO)
    return {
        "title": f"{titulo_do_contexto(m.contexto)}: {chave}",
        "titulo": f"{titulo_do_contexto(m.contexto)}: {chave}",
        "m": m,
        "selo": formatos.NOMES[Situacao(m.situacao)],
        "cor": formatos.CORES[Situacao(m.situacao)],
        "o_que_e": o_que_e(m, integracao, chave),
        "estado": estado(m, agora, integracao.tentativas if integracao else None),
        "parado": frase_do_parado(retrato) if retrato.parado and m.situacao == Situacao.PENDENTE else "",
        "motivo": mascara.texto(m.mensagem, inteiro=inteiro) if m.situacao == Situacao.CANCELADA else "",
        "problema": _problema(m, inteiro, request.user) if com_erro else None,
        "registro_url": integracao.endereco(m.chave, request) if integracao and inteiro else "",
        "tentativas": na_tela(tentativas, inteiro=inteiro, abertos=abertos, ordem=ordem),
        "maximo": integracao.tentativas if integracao else "",
        "se_fosse_agora": _se_fosse_agora(m, inteiro, abertos, ordem) if espera else None,
        "conteudo": lado(mascara.conteudo(m.conteudo, inteiro=inteiro, abertos=abertos), ordem=ordem),
        "retorno": "" if tentativas else resposta(m.retorno, inteiro=inteiro, abertos=abertos),
        "curl": m.curl if inteiro and not tentativas else "",
        "inteiro": inteiro,
        "atos": atos_da(m),
        "vizinhas": [_vizinha(v, m) for v in vizinhas(m)],
        "do_registro": lista(registro=m.pk),
        "fatos": _fatos(m),
    }


def o_que_e(m: Mensagem, integracao: Contexto | None, chave: str) -> str:
    """What the message tells whom, in words."""
    nome = integracao.nome_do_registro(m.conteudo) if integracao else ""
    quem = f"{nome} ({chave})" if nome else chave
    return f"Conta ao outro sistema como ficou o registro {quem} em {formatos.data_hora(m.criada_em)}."


def _problema(m: Mensagem, inteiro: bool, usuario: Any) -> dict[str, Any]:
    causa = causa_de(m.causa)
    return {
        "titulo": causa.titulo,
        "mensagem": mascara.texto(m.mensagem, inteiro=inteiro),
        "saida": causa.saida,
        "codigo": m.causa,
        "conserto": conserto_de(m.causa, m, usuario),
        "de_outro": causa.conserto is not None and conserto_de(m.causa, m, usuario) is None,
        "iguais": lista(causa=f"{m.contexto}:{m.causa}"),
    }


def _se_fosse_agora(m: Mensagem, inteiro: bool, abertos: frozenset[str], ordem: Ordem) -> dict[str, Any] | None:
    """The record read now, what would be sent of it, and what keeps it from going."""
    ensaio = ensaiar([m]).get(m.pk)
    if ensaio is None:
        return None

    def ler(valor: Any) -> Any:
        return mascara.conteudo(valor, inteiro=inteiro, abertos=abertos)

    mudaram = {c.nome for c in lado(ensaio.conteudo, m.conteudo) if c.mudou}
    visiveis = lado(ler(ensaio.conteudo), ler(m.conteudo), ordem=ordem)
    return {
        "conteudo": [Campo(c.nome, c.valor, c.antes, c.nome in mudaram) for c in visiveis],
        "payload": lado(ler(ensaio.payload), ordem=ordem),
        "igual": ensaio.codigo == m.causa and not mudaram,
        "falta": mascara.texto(ensaio.mensagem, inteiro=inteiro),
        "titulo": causa_de(ensaio.codigo).titulo if ensaio.codigo else "",
        "mudancas": len(mudaram),
    }


def _vizinha(v: Mensagem, esta: Mensagem) -> dict[str, Any]:
    return {
        "url": "" if v.pk == esta.pk else reverse("admin:filas_mensagem_change", args=[v.pk]),
        "quando": formatos.data_hora(v.criada_em),
        "selo": formatos.NOMES[Situacao(v.situacao)],
        "cor": formatos.CORES[Situacao(v.situacao)],
        "causa": causa_de(v.causa).titulo if v.situacao == Situacao.ERRO else "",
    }


def _fatos(m: Mensagem) -> list[tuple[str, str]]:
    return [
        ("Criada em", formatos.data_hora(m.criada_em)),
        ("Tentativas", formatos.numero(m.tentativas)),
        ("Tempo da última", formatos.segundos(m.tempo)),
        ("Terminada em", formatos.data_hora(m.terminada_em)),
        ("Avisado por e-mail o erro de", formatos.data_hora(m.notificada_em)),
    ]
