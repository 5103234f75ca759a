"""From the operations' list to a mass reprocess: everything that the filter shows, with a summary and a reason first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from auditoria.rules import mascarar_texto
from erp.acesso import formularios
from erp.acesso.acoes import FormularioDeMotivo
from erp.acesso.erros import ErroDefinitivo
from pdv.processamento.admin.acoes import efeito_de_reprocessar
from pdv.processamento.admin.previa import previa_de_muitas
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.formatos import SITUACOES, data_hora, numero, quantos, reais
from pdv.processamento.models import Reprocesso, ReprocessoItem
from pdv.processamento.reprocesso import services
from pdv.processamento.reprocesso.selectors import MAXIMO, Escolha, contar_escolha, operacoes_do_reprocesso
from pdv.replicacao.models import SituacaoProcessamento

if TYPE_CHECKING:
    from pdv.processamento.admin.lista import ListaRapida

    _Base = ListaRapida
else:
    _Base = object

FORMULARIO = "processamento.reprocessar_em_massa"
NOME_DA_URL = "replicacao_operacaopdv_reprocessar_todas"


class ReprocessoFiltro(admin.SimpleListFilter):
    """The operations of one mass reprocess, or those of it that ended some way: reached by links of its page only.

    `12`, `12-3` (those that failed), `12-3-TITULO_BAIXADO`.
    """

    title = "reprocesso em massa"
    parameter_name = "reprocesso"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        escolha = _ler_escolha(request.GET.get(self.parameter_name, ""))
        if escolha is None:
            return []
        id_, situacao, codigo = escolha
        texto = f"nº {id_}"
        if situacao is not None:
            texto += f", {ReprocessoItem.Situacao(situacao).label.lower()}"
        return [(request.GET[self.parameter_name], texto + (f" ({codigo})" if codigo else ""))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        escolha = _ler_escolha(self.value() or "")
        return queryset if escolha is None else queryset.filter(pk__in=operacoes_do_reprocesso(*escolha))


def _ler_escolha(texto: str) -> tuple[int, int | None, str | None] | None:
    achado = re.fullmatch(r"([0-9]{1,18})(?:-([0-3])(?:-(.{0,200}))?)?", texto)
    if achado is None:
        return None
    id_, situacao, codigo = achado.groups()
    return int(id_), None if situacao is None else int(situacao), codigo


class ReprocessarTodas(_Base):
    """Mixin of the operations' list: its button, and the page that asks why."""

    list_before_template = "admin/pdv/_reprocessar_todas.html"

    class Media:
        css = {"all": ["pdv/retaguarda.css", "pdv/decisoes.css"]}

    def get_urls(self) -> list[URLPattern]:
        endereco = path("reprocessar-todas/", self.admin_site.admin_view(self.reprocessar_todas), name=NOME_DA_URL)
        return [endereco, *super().get_urls()]

    def reprocessar_todas(self, request: HttpRequest) -> HttpResponse:
        """GET: what would be done. POST: ask for it, once."""
        usuario = request.user
        if not isinstance(usuario, User) or not usuario.has_perm(services.PERMISSAO):
            raise PermissionDenied
        if not self.has_view_permission(request):
            raise PermissionDenied
        request.campo_tempo = self.campo_tempo  # type: ignore[attr-defined]  # read by the filter of period
        try:
            lista = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(_endereco_da_lista())
        if request.method == "POST" and not request.POST.get("recalcular"):
            return self._pedir(request, usuario, lista)
        return self._pagina_do_pedido(request, usuario, lista, FormularioDeMotivo(initial=request.POST.dict()))

    def _pedir(self, request: HttpRequest, usuario: User, lista: ChangeList) -> HttpResponse:
        formulario = FormularioDeMotivo(request.POST)
        if not formulario.is_valid():
            return self._pagina_do_pedido(request, usuario, lista, formulario)
        try:
            with transaction.atomic():
                token, dados = formularios.ler(request.POST.get("token", ""), usuario, FORMULARIO)
                formularios.usar(token, usuario, FORMULARIO)
                reprocesso = services.pedir(
                    linhas=lista.get_queryset(request).filter(pk__lte=dados["ate"]),
                    descricao=em_palavras(lista, request),
                    motivo=formulario.cleaned_data["motivo"],
                    usuario=usuario,
                    maximo=dados["total"],
                )
        except formularios.FormularioRepetido as erro:
            messages.warning(request, str(erro))
            return HttpResponseRedirect(reverse("admin:processamento_reprocesso_changelist"))
        except (AcaoRecusada, ErroDefinitivo) as erro:
            return self._pagina_do_pedido(request, usuario, lista, formulario, f"Nada foi feito: {erro}")
        messages.success(request, _o_que_vem(reprocesso))
        return HttpResponseRedirect(reverse("admin:processamento_reprocesso_change", args=[reprocesso.pk]))

    def _pagina_do_pedido(
        self, request: HttpRequest, usuario: User, lista: ChangeList, formulario: FormularioDeMotivo, erro: str = ""
    ) -> HttpResponse:
        linhas = lista.get_queryset(request)
        escolha = contar_escolha(linhas)
        contexto = {
            **self.admin_site.each_context(request),
            "title": "Reprocessar todas as que o filtro mostra",
            "opts": self.opts,
            "media": self.media,
            "formulario": formulario,
            "erro": erro,
            "token": formularios.emitir(usuario, FORMULARIO, {"ate": escolha.ate, "total": escolha.total}),
            "filtro": em_palavras(lista, request),
            "desde": data_hora(ate) if (ate := getattr(request, "janela_ate", None)) else "",
            "voltar": f"{_endereco_da_lista()}?{request.GET.urlencode()}",
            "p": None if escolha.demais else previa_de_muitas(_ids(linhas), usuario),
            **resumo(escolha),
        }
        resposta = TemplateResponse(request, "admin/pdv/reprocessar_todas.html", contexto)
        resposta.status_code = 409 if erro else 200
        return resposta


def _ids(linhas: QuerySet[Any]) -> list[int]:
    return list(linhas.order_by("pk").values_list("pk", flat=True))


def resumo(escolha: Escolha) -> dict[str, Any]:
    """The summary that the page shows before anybody confirms."""
    linhas = [
        (SITUACOES[SituacaoProcessamento(s)], numero(n), reais(valor)) for s, (n, valor) in escolha.por_situacao.items()
    ]
    return {
        "vazia": not escolha.total,
        "demais": escolha.demais,
        "maximo": numero(MAXIMO),
        "linhas": linhas,
        "total": quantos(escolha.total, "operação", "operações"),
        "valor": reais(escolha.valor),
        "efeitos": efeito_de_reprocessar(escolha.quantas),
        "limite": numero(services.limite_sem_aprovacao()),
        "aprovacao": escolha.total > services.limite_sem_aprovacao(),
    }


def em_palavras(lista: ChangeList, request: HttpRequest) -> str:
    """`situação: Com erro; PDV: 3 – Caixa 3`; `todas` where nothing is filtered."""
    partes = [f"busca: {mascarar_texto(lista.query[:60])}"] if lista.query else []
    for filtro in lista.filter_specs:
        if isinstance(filtro, admin.SimpleListFilter):
            nomes = {str(valor): str(nome) for valor, nome in filtro.lookup_choices}
            if (valor := filtro.value()) is not None and str(valor) in nomes:
                partes.append(f"{filtro.title}: {nomes[str(valor)]}")
    for parametro, de_ou_ate in (("recebido_em_from", "recebidas desde"), ("recebido_em_to", "recebidas até")):
        if dia := request.GET.get(parametro):
            partes.append(f"{de_ou_ate} {dia[:20]}")
    return "; ".join(partes) or "todas"


def _o_que_vem(reprocesso: Reprocesso) -> str:
    n = quantos(reprocesso.total, "operação", "operações")
    if reprocesso.situacao == Reprocesso.Situacao.AGUARDA_APROVACAO:
        return f"{n}: outra pessoa precisa aprovar em Acesso, Aprovações. Começa sozinho depois disso."
    return f"{n} a reprocessar. Pode sair desta página: o trabalho continua."


def _endereco_da_lista() -> str:
    return reverse("admin:replicacao_operacaopdv_changelist")
