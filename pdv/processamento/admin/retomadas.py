"""Problemas: what fails, grouped by reason; the mend's place, the click that retries the group, and how far that is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from erp.acesso import formularios
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.escopo import filiais_de
from erp.cadastros.admin.usuario import usuario_de
from pdv.processamento import formatos
from pdv.processamento.admin.problemas import DESCONHECIDO, onde_se_conserta, titulos
from pdv.processamento.atos.retomada import LINHAS_MAXIMO, Andamento, andamento, impedidas, retomar
from pdv.processamento.erros import CODIGOS, AcaoRecusada
from pdv.processamento.espera import em_palavras as em_palavras_a_espera
from pdv.processamento.models import Alvo, Retomada
from pdv.processamento.selectors.problemas import (
    Grupo,
    GrupoEmEspera,
    grupos_de_erro,
    grupos_em_espera,
    ids_do_grupo,
)
from pdv.replicacao.models import NotaFiscal, OperacaoPdv

ACAO = "processamento.retomar"
GRUPOS_NA_TELA = 100
ULTIMAS = 5
MODELOS: dict[Alvo, type[OperacaoPdv] | type[NotaFiscal]] = {Alvo.OPERACAO: OperacaoPdv, Alvo.NOTA: NotaFiscal}
NOMES = {Alvo.OPERACAO: ("operação", "operações"), Alvo.NOTA: ("nota", "notas")}
VER = {Alvo.OPERACAO: "replicacao.view_operacaopdv", Alvo.NOTA: "replicacao.view_notafiscal"}
PROCESSAR = {Alvo.OPERACAO: "replicacao.processar_operacao", Alvo.NOTA: "replicacao.processar_nota"}


@admin.register(Retomada)
class ProblemasAdmin(SomenteLeitura, AdminBase):
    """The list is the page of the groups; the page of a row is how far a retry of one group is."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return any(usuario_de(request).has_perm(permissao) for permissao in VER.values())

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[Any]:
        vista = self.admin_site.admin_view(self.retomar_view)
        return [path("retomar/", vista, name="processamento_retomada_retomar"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        usuario = usuario_de(request)
        filiais = filiais_de(usuario)
        agora = timezone.now()
        grupos, a_mais = [], 0
        for alvo in MODELOS:
            if usuario.has_perm(VER[alvo]):
                achados, quantos = grupos_de_erro(alvo, filiais, limite=GRUPOS_NA_TELA)
                grupos += [self._grupo(request, g, agora) for g in achados]
                a_mais += quantos - len(achados)
        esperas, esperas_a_mais = [], 0
        if usuario.has_perm(VER[Alvo.OPERACAO]):
            em_espera, quantos = grupos_em_espera(filiais, limite=GRUPOS_NA_TELA)
            esperas = [_espera(e) for e in em_espera]
            esperas_a_mais = quantos - len(esperas)
        contexto = {
            **self.admin_site.each_context(request),
            "title": "Problemas",
            "opts": self.opts,
            "grupos": sorted(grupos, key=lambda g: -g["linhas"]),
            "grupos_a_mais": a_mais,
            "esperas": esperas,
            "esperas_a_mais": esperas_a_mais,
            "ultimas": [_ultima(r) for r in _minhas(usuario.get_username())],
            "endereco": reverse("admin:processamento_retomada_retomar"),
            "sem_filial": filiais is not None and not filiais,
        }
        return TemplateResponse(request, "admin/pdv/problemas.html", contexto)

    def _grupo(self, request: HttpRequest, grupo: Grupo, agora: datetime) -> dict[str, Any]:
        usuario = usuario_de(request)
        dados = {"alvo": grupo.alvo.value, "digital": grupo.digital, "ate": agora.isoformat()}
        pode = usuario.has_perm(PROCESSAR[grupo.alvo])
        nomes = NOMES[grupo.alvo]
        return em_palavras(grupo) | {
            "linhas": grupo.linhas,
            "token": formularios.emitir(usuario, ACAO, dados) if pode else "",
            "botao": f"Reprocessar {'esta' if grupo.linhas == 1 else 'estas'} "
            f"{formatos.quantos(min(grupo.linhas, LINHAS_MAXIMO), *nomes)}",
        }

    def retomar_view(self, request: HttpRequest) -> HttpResponse:
        """POST only. A form acts once: the second click is led to where the first one went."""
        volta = HttpResponseRedirect(reverse("admin:processamento_retomada_changelist"))
        usuario = usuario_de(request)
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return volta
        try:
            token, dados = formularios.ler(request.POST.get("token", ""), usuario, ACAO)
            alvo = Alvo(dados["alvo"])
            if not usuario.has_perm(PROCESSAR[alvo]):
                raise PermissionDenied
            with transaction.atomic():
                formularios.usar(token, usuario, ACAO)
                feita = retomar(
                    alvo=alvo,
                    digital=dados["digital"],
                    filiais=filiais_de(usuario),
                    ate=datetime.fromisoformat(dados["ate"]),
                    usuario=usuario,
                )
        except formularios.FormularioRepetido:
            ultima = next(_minhas(usuario.get_username()), None)
            return HttpResponseRedirect(_endereco(ultima.pk)) if ultima else volta
        except (ErroDefinitivo, AcaoRecusada) as erro:
            messages.warning(request, f"{str(erro)[:1].upper()}{str(erro)[1:]}.".replace("..", "."))
            return volta
        if ficam := _impedidas(feita, datetime.fromisoformat(dados["ate"]), usuario):
            sujeito, verbo = formatos.quantos(ficam, *NOMES[alvo]), "ficou" if ficam == 1 else "ficaram"
            messages.warning(
                request,
                f"{sujeito} de período fechado {verbo} de fora: você não tem a permissão de reprocessar período fechado.",
            )
        return HttpResponseRedirect(_endereco(feita.pk))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """How far a retry is; the page asks again by itself while something is pending."""
        retomada = _achar(object_id or "")
        usuario = usuario_de(request)
        if retomada is None or not usuario.has_perm(VER[Alvo(retomada.alvo)]):
            raise Http404("Esta retomada não existe.")
        onde = andamento(retomada, filiais_de(usuario))
        if onde is None:
            raise Http404("Esta retomada não existe.")
        alvo = Alvo(retomada.alvo)
        contexto = {
            **self.admin_site.each_context(request),
            "title": titulos(retomada.digital),
            "titulo": titulos(retomada.digital),
            "opts": self.opts,
            "lista": "admin:processamento_retomada_changelist",
            "r": retomada,
            "a": onde,
            "partes": partes(onde),
            "total": formatos.quantos(onde.total, *NOMES[alvo]),
            "frase": frase(onde, alvo),
            "erros": [(titulos(c) or "Erro", n, url_do_grupo(alvo, c.split(",")[0])) for c, n in onde.erros[:20]],
            "intervalo": 2 if onde.total <= 2_000 else 5,
        }
        return TemplateResponse(request, "admin/pdv/retomada.html", contexto)


def em_palavras(grupo: Grupo) -> dict[str, Any]:
    """What a group says on a page: the error, how many, how much, since when, the way out and where it is mended."""
    codigo, _, assunto = grupo.digital.partition(":")
    texto = CODIGOS.get(codigo, DESCONHECIDO)
    conserto, conserto_texto = onde_se_conserta(codigo, assunto)
    return {
        "titulo": f"{texto.titulo}: {assunto}" if assunto else texto.titulo,
        "codigo": grupo.digital,
        "quantas": formatos.quantos(grupo.linhas, *NOMES[grupo.alvo]),
        "valor": formatos.reais(grupo.valor),
        "desde": desde(grupo.desde),
        "saida": texto.saida,
        "lista": url_do_grupo(grupo.alvo, grupo.digital),
        "conserto": conserto,
        "conserto_texto": conserto_texto if conserto else "",
    }


def url_do_grupo(alvo: Alvo, digital: str) -> str:
    """The list of a group's rows; of all rows in error where the code is none of ours."""
    conhecido = digital.partition(":")[0] in CODIGOS
    return formatos.url_de(MODELOS[alvo], **({"erro": digital} if conhecido else {"situacao": 2}))


def desde(quando: datetime | None) -> str:
    """`hoje, 10:12`, or the day and the hour."""
    if quando is None:
        return ""
    local = timezone.localtime(quando)
    return f"hoje, {local:%H:%M}" if local.date() == timezone.localdate() else f"{local:%d/%m/%Y %H:%M}"


def partes(a: Andamento) -> list[dict[str, Any]]:
    """The bar, part by part, none of them invisible."""
    contagens = [
        ("Feitas", a.feitas, "success"),
        ("Na fila", a.pendentes, "info"),
        ("À espera de outra", a.em_espera, "warning"),
        ("De novo com erro", a.com_erro, "danger"),
        ("Fora da fila", a.fora, ""),
    ]
    return [
        {"nome": nome, "quantas": formatos.numero(n), "n": n, "cor": cor, "largura": f"{100 * n / a.total:.2f}"}
        for nome, n, cor in contagens
    ]


def frase(a: Andamento, alvo: Alvo) -> str:
    """How it stands, in one sentence."""
    um, varios = NOMES[alvo]
    if a.feitas == a.total:
        quais = f"A {um} foi lançada" if a.total == 1 else f"As {formatos.quantos(a.total, um, varios)} foram lançadas"
        return f"Tudo certo. {quais}: {formatos.reais(a.valor_feito)}."
    if a.pendentes:
        return f"Processando: {formatos.numero(a.feitas)} de {formatos.quantos(a.total, um, varios)}."
    if a.com_erro:
        return (
            f"{formatos.numero(a.feitas)} de {formatos.quantos(a.total, um, varios)}; "
            f"{formatos.numero(a.com_erro)} de novo com erro: veja abaixo o que ainda falta."
        )
    if a.em_espera:
        return (
            f"{formatos.numero(a.feitas)} de {formatos.quantos(a.total, um, varios)}; o resto espera "
            "por uma operação que ainda não chegou e segue sozinho."
        )
    return f"{formatos.numero(a.feitas)} de {formatos.quantos(a.total, um, varios)}; o resto foi tirado da fila."


def _espera(e: GrupoEmEspera) -> dict[str, Any]:
    return {
        "mensagem": em_palavras_a_espera(e.aguarda),
        "quantas": formatos.quantos(e.linhas, *NOMES[Alvo.OPERACAO]),
        "valor": formatos.reais(e.valor),
        "desde": desde(e.desde),
        "lista": formatos.url_de(OperacaoPdv, aguarda=e.aguarda),
    }


def _minhas(usuario: str) -> Any:
    return Retomada.objects.defer("ids").filter(pedida_por=usuario).order_by("-pk")[:ULTIMAS].iterator()


def _ultima(r: Retomada) -> dict[str, Any]:
    return {
        "titulo": titulos(r.digital) or "Erro",
        "quantas": formatos.quantos(r.linhas, *NOMES[Alvo(r.alvo)]),
        "em": formatos.data_hora(r.pedida_em),
        "url": _endereco(r.pk),
    }


def _endereco(pk: int) -> str:
    return reverse("admin:processamento_retomada_change", args=[pk])


def _impedidas(retomada: Retomada, ate: datetime, usuario: User) -> int:
    """How many of the group stayed behind, on a day that is closed to this person."""
    alvo = Alvo(retomada.alvo)
    ids = ids_do_grupo(alvo, retomada.digital, filiais_de(usuario), ate=ate, limite=LINHAS_MAXIMO)
    return len(impedidas(alvo, ids, usuario))


def _achar(pk: str) -> Retomada | None:
    return Retomada.objects.defer("ids").filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
