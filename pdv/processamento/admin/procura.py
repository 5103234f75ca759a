"""The search box of every page: what was typed leads to the one operation that it names, or to the list of those found.

It is sent by POST, for it may hold a CPF, which must not stay in addresses, logs or the browser's history. The page of
the results has an address of its own that tells nothing: the ids found wait for it in the person's session.
"""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from auditoria.rules import mascarar_documento, mascarar_texto
from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso.admin_base import AdminBase
from erp.acesso.escopo import restringir
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from erp.cadastros.models import PontoVenda
from pdv.processamento import formatos
from pdv.processamento.selectors.busca import Achados, documento_em, procurar
from pdv.replicacao.models import NotaFiscal, OperacaoArquivada, OperacaoPdv, SituacaoProcessamento
from pdv.tabelas import Especie

MAIOR_TERMO = 200
MOSTRADOS = 200
LEMBRADAS = 5
NA_SESSAO = "procuras"


class Resultado(NamedTuple):
    """What of the findings this person may see; `titulo` never holds a whole CPF."""

    titulo: str
    operacoes: list[int]
    notas: list[int]
    arquivadas: list[int]

    @property
    def unico(self) -> str:
        """The address of the only thing found, if it is one and has a page."""
        if len(self.operacoes) + len(self.notas) + len(self.arquivadas) != 1:
            return ""
        if self.operacoes:
            return formatos.url_de(OperacaoPdv, self.operacoes[0])
        if self.notas:
            return formatos.url_de(NotaFiscal, self.notas[0])
        return formatos.url_de(OperacaoArquivada, self.arquivadas[0])


class ComProcura(AdminBase):
    """Gives the admin of operations the two pages of the search."""

    def get_urls(self) -> list[Any]:
        procurar_ = self.admin_site.admin_view(self.procurar)
        resultado = self.admin_site.admin_view(self.resultado)
        return [
            path("procurar/", procurar_, name="replicacao_operacaopdv_procurar"),
            path("procurar/<str:chave>/", resultado, name="replicacao_operacaopdv_resultado"),
            *super().get_urls(),
        ]

    @sensivel("pdv.procurar_por_documento")
    @method_decorator(sensitive_post_parameters("q"))
    def procurar(self, request: HttpRequest) -> HttpResponse:
        """POST: look, and lead to what was found. Any other method shows the empty box."""
        _permitir(request)
        termo = request.POST.get("q", "").replace("\x00", "").strip()[:MAIOR_TERMO] if request.method == "POST" else ""
        if not termo:
            return self._pagina_da_procura(request, None)
        achado = _procurar(request, termo)
        if achado.unico:
            return HttpResponseRedirect(achado.unico)
        chave = uuid.uuid4().hex
        anteriores = list(request.session.get(NA_SESSAO, {}).items())[-(LEMBRADAS - 1) :]
        request.session[NA_SESSAO] = {**dict(anteriores), chave: list(achado)}
        return HttpResponseRedirect(reverse("admin:replicacao_operacaopdv_resultado", args=[chave]))

    def resultado(self, request: HttpRequest, chave: str) -> HttpResponse:
        """What an earlier search of this session found, as it is now."""
        _permitir(request)
        guardado = request.session.get(NA_SESSAO, {}).get(chave)
        return self._pagina_da_procura(request, Resultado(*guardado) if guardado else None)

    def _pagina_da_procura(self, request: HttpRequest, achado: Resultado | None) -> HttpResponse:
        contexto = {
            **self.admin_site.each_context(request),
            "title": "Procurar",
            "opts": self.opts,
            "resultado": achado,
            "linhas": _linhas(request, achado) if achado else [],
            "cheio": achado is not None and len(achado.operacoes) >= MOSTRADOS,
            "por_documento": usuario_de(request).has_perm(VER_DOCUMENTOS),
        }
        return TemplateResponse(request, "admin/pdv/procura.html", contexto)


def _permitir(request: HttpRequest) -> None:
    if not usuario_de(request).has_perm("replicacao.view_operacaopdv"):
        raise PermissionDenied


def _procurar(request: HttpRequest, termo: str) -> Resultado:
    usuario = usuario_de(request)
    com_documento = usuario.has_perm(VER_DOCUMENTOS)
    achados = procurar(termo, com_documento=com_documento)
    if not usuario.has_perm("replicacao.view_notafiscal"):
        achados.notas = set()
    resultado = _visiveis(request, achados, _mostravel(termo))
    if com_documento and (documento := documento_em(termo)):
        with transaction.atomic():
            registrar(
                acao="pdv.procurar_por_documento",
                ator=ator_usuario(usuario),
                objeto="replicacao.operacaopdv",
                depois={"documento": mascarar_documento(documento), "achadas": len(resultado.operacoes)},
            )
    return resultado


def _mostravel(termo: str) -> str:
    documento = documento_em(termo)
    return mascarar_documento(documento) if documento else mascarar_texto(termo)


def _visiveis(request: HttpRequest, achados: Achados, titulo: str) -> Resultado:
    """Only what is of this person's filiais. What came back after being archived is shown once, as it is now."""
    usuario = usuario_de(request)

    def do_escopo(modelo: Any, ids: set[int]) -> list[int]:
        if not ids:
            return []
        linhas = restringir(modelo.objects.filter(pk__in=ids), usuario, "filial_id")
        return list(linhas.order_by("-pk").values_list("pk", flat=True)[:MOSTRADOS])

    operacoes = do_escopo(OperacaoPdv, achados.operacoes)
    arquivadas = do_escopo(OperacaoArquivada, achados.arquivadas)
    if arquivadas and operacoes:
        chave = ("ponto_venda_id", "instalacao", "id_operacao")
        aqui = set(OperacaoPdv.objects.filter(pk__in=operacoes).values_list(*chave))
        linhas = OperacaoArquivada.objects.filter(pk__in=arquivadas).values_list("pk", *chave)
        voltaram = {pk for pk, *natural in linhas if tuple(natural) in aqui}
        arquivadas = [pk for pk in arquivadas if pk not in voltaram]
    return Resultado(titulo, operacoes, do_escopo(NotaFiscal, achados.notas), arquivadas)


def _linhas(request: HttpRequest, resultado: Resultado) -> list[dict[str, Any]]:
    """One line for each thing found, read again within the scope: it may have changed since."""
    usuario = usuario_de(request)
    tills = {p.pk: str(p) for p in PontoVenda.objects.all()}
    linhas: list[dict[str, Any]] = []
    operacoes = OperacaoPdv.objects.filter(pk__in=resultado.operacoes).order_by("-data_hora_inicio", "-pk")
    for o in restringir(operacoes, usuario, "filial_id").defer("hash_conteudo"):
        linhas.append(
            {
                "url": formatos.url_de(o, o.pk),
                "nome": f"{o.get_operacao_display()} {o.id_operacao}",
                "pdv": tills.get(o.ponto_venda_id, str(o.id_ponto_venda)),
                "quando": formatos.data_hora(o.data_hora_inicio),
                "valor": formatos.reais(o.valor_total),
                "situacao": formatos.SITUACOES[SituacaoProcessamento(o.situacao_replicacao)],
                "cor": formatos.CORES[SituacaoProcessamento(o.situacao_replicacao)],
            }
        )
    notas = NotaFiscal.objects.filter(pk__in=resultado.notas).defer("xml", "hash_conteudo").order_by("-pk")
    for n in restringir(notas, usuario, "filial_id"):
        linhas.append(
            {
                "url": formatos.url_de(n, n.pk),
                "nome": f"Nota {n.numero}/{n.serie}, sem a operação {n.id_operacao or ''}".strip(),
                "pdv": tills.get(n.ponto_venda_id, ""),
                "quando": formatos.data_hora(n.data_emissao),
                "valor": formatos.reais(n.valor_total),
                "situacao": formatos.SITUACOES[SituacaoProcessamento(n.situacao_replicacao)],
                "cor": formatos.CORES[SituacaoProcessamento(n.situacao_replicacao)],
            }
        )
    arquivadas = OperacaoArquivada.objects.filter(pk__in=resultado.arquivadas).order_by("-pk")
    for a in restringir(arquivadas, usuario, "filial_id"):
        linhas.append(
            {
                "url": formatos.url_de(a, a.pk),
                "nome": f"{_especie(a)} {a.id_operacao}",
                "pdv": tills.get(a.ponto_venda_id, ""),
                "quando": formatos.data_hora(a.arquivada_em),
                "valor": "",
                "situacao": "Arquivada",
                "cor": "",
            }
        )
    return linhas


def _especie(a: OperacaoArquivada) -> str:
    numero = (a.conteudo.get("operacao") or {}).get("operacao")
    return Especie(numero).label if numero in Especie.values else "Operação"
