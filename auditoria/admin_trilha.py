"""The pages of the trail: the list of both stores, the page of one event, the file of what the filters show."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from auditoria.acoes import SEM_AUTOR, rotulo
from auditoria.arquivo import ArquivoForaDoAr, configurado
from auditoria.distintivo import verificador_para
from auditoria.janela import AdminSemContagem, SomenteLeitura
from auditoria.models import Arquivo, AtorTipo, Evento
from auditoria.quadro import quadro
from auditoria.selectors import acoes_conhecidas
from auditoria.services import ator_usuario
from auditoria.trilha import banco, diferenca, nomes
from auditoria.trilha import pagina as da_trilha
from auditoria.trilha.copia import FORMATOS, exportar
from auditoria.trilha.filtro import Filtro, Trecho, Visto
from auditoria.trilha.nomes import modelo_de
from auditoria.trilha.pagina import Pagina
from auditoria.trilha.pedido import Pedido, ler_pedido
from auditoria.trilha.prova import Prova, provar
from auditoria.trilha.velado import velar

POR_PAGINA: Final = 50
EXPORTAR: Final = "auditoria.exportar_trilha"
LISTA: Final = "admin:auditoria_evento_changelist"
CURTO: Final = 120
SELOS: Final = {
    Prova.CONFERE: ("success", "Selado"), Prova.ESPERA: ("", "Espera o selo"), Prova.NAO_CONFERE: ("danger", "Não confere"),
}  # fmt: skip


@admin.register(Evento)
class EventoAdmin(SomenteLeitura, AdminSemContagem):
    """A window. Nothing of it comes from Django's list: the events of the archive are no rows of the table."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self._permitir(request)
        if request.method == "POST":  # what was typed may be a document, which no address may hold
            return HttpResponseRedirect(f"{reverse(LISTA)}?{ler_pedido(request.POST.dict(), POR_PAGINA).endereco}")
        pedido = ler_pedido(request.GET.dict(), POR_PAGINA)
        for erro in pedido.erros:
            messages.error(request, erro)
        try:
            lida = da_trilha.ler(pedido.filtro, pedido.trecho)
        except banco.ProcuraDemorada as erro:
            messages.error(request, str(erro))
            lida = Pagina([], False, False)
        if pedido.trecho.para_cima and not lida.ha_mais_novos and len(lida.vistos) < POR_PAGINA:
            return HttpResponseRedirect(f"{request.path}?{pedido.endereco}")  # the first page, whole
        usuario = _usuario(request)
        da_pessoa = {"estado": quadro(usuario, na_trilha=True), "pode_exportar": usuario.has_perm(EXPORTAR)}
        contexto = da_pessoa | _lista(pedido, lida)
        return self._pagina(request, "auditoria/trilha.html", "Eventos de auditoria", **contexto)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._permitir(request)
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        visto, falta = da_trilha.um(id_) if (id_ := _uuid(object_id)) else (None, "")
        if visto is None:
            porque = f" Não está no PostgreSQL, e o arquivo não respondeu: {falta}." if falta and configurado() else ""
            messages.warning(request, f"Este evento não existe.{porque}")
            return HttpResponseRedirect(reverse(LISTA))
        return self._pagina(request, "auditoria/evento.html", rotulo(visto.linha.acao), **_ficha(request, visto))

    def get_urls(self) -> list[URLPattern]:
        visao = self.admin_site.admin_view
        return [
            path("verificar/", visao(self.verificar), name="auditoria_evento_verificar"),
            path("exportar/", visao(self.exportar), name="auditoria_evento_exportar"),
            *super().get_urls(),
        ]

    def exportar(self, request: HttpRequest) -> HttpResponseBase:
        """What the filters show, as a file, from both stores."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._permitir(request)
        usuario, formato = _usuario(request), request.POST.get("formato", "")
        if not usuario.has_perm(EXPORTAR) or formato not in FORMATOS:
            raise PermissionDenied
        pedido = ler_pedido(request.POST.dict(), POR_PAGINA)
        if pedido.erros:
            return self._sem_arquivo(request, pedido, " ".join(pedido.erros))
        dito = {nome: valor for nome, valor in pedido.campos.items() if valor}
        try:
            pedacos = exportar(pedido.filtro, formato, ator=ator_usuario(usuario), dito=dito)
        except (ArquivoForaDoAr, banco.ProcuraDemorada) as erro:
            return self._sem_arquivo(request, pedido, str(erro))
        resposta = StreamingHttpResponse(pedacos, content_type=FORMATOS[formato].tipo)
        resposta["Content-Disposition"] = f'attachment; filename="auditoria-{timezone.localdate():%Y-%m-%d}.{formato}"'
        return resposta

    def _sem_arquivo(self, request: HttpRequest, pedido: Pedido, porque: str) -> HttpResponse:
        messages.error(request, f"Nada foi exportado. {porque}")
        return HttpResponseRedirect(f"{reverse(LISTA)}?{pedido.endereco}")

    def verificar(self, request: HttpRequest) -> HttpResponse:
        """Ask for a verification of everything as soon as a worker is free; clicked twice, one waits."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._permitir(request)
        if (verificador := verificador_para(_usuario(request))) is None:
            raise PermissionDenied
        messages.info(request, verificador.pedir(_usuario(request)))
        return HttpResponseRedirect(reverse(LISTA))

    def _permitir(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _pagina(self, request: HttpRequest, modelo: str, titulo: str, **contexto: Any) -> HttpResponse:
        comum = {**self.admin_site.each_context(request), "title": titulo, "opts": self.opts, "lista": reverse(LISTA)}
        return TemplateResponse(request, modelo, comum | contexto)


def _lista(pedido: Pedido, lida: Pagina) -> dict[str, Any]:
    provas, inicio = provar(lida.vistos), banco.inicio()
    vistos = lida.vistos
    return {
        "linhas": [_linha(v, provas[v.linha.id]) for v in vistos],
        "campos": pedido.campos,
        "filtrada": bool(pedido.endereco),
        "acoes": nomes.acoes_para_escolher(acoes_conhecidas(), pedido.campos["acao"]),
        "tipos": _tipos(pedido.campos["objeto"]),
        "tipo": nomes.nome_do_tipo(pedido.campos["objeto"]),
        "aviso": lida.aviso,
        "sem_autor": _sem_autor(pedido),
        "em_grupo": f"?{urlencode({'objeto': velar(objeto)})}"
        if (objeto := pedido.campos["objeto"]) and pedido.filtro.objeto_ids
        else "",
        "estranhos": lida.estranhos,
        "mais_novos": _endereco(pedido, depois_de=str(vistos[0].ponto)) if vistos and lida.ha_mais_novos else "",
        "mais_antigos": _endereco(pedido, antes_de=str(vistos[-1].ponto)) if vistos and lida.ha_mais_antigos else "",
        "primeira": f"?{pedido.endereco}" if lida.ha_mais_novos else "",
        "desde": timezone.localtime(inicio) if inicio else None,
    }


def _sem_autor(pedido: Pedido) -> str:
    """The address of the changes of that kind of thing that nobody told of, and that name no one row, if there are any."""
    objeto = pedido.campos["objeto"]
    if not (objeto and pedido.filtro.objeto_ids and modelo_de(objeto)):
        return ""
    so_delas = Filtro(acao=SEM_AUTOR, objetos=pedido.filtro.objetos)
    try:
        ha = any(not v.linha.objeto_id for parte in so_delas.partes() for v in banco.procurar(parte, Trecho()))
    except banco.ProcuraDemorada:  # the page itself is what was asked for
        ha = False
    return f"?{urlencode({'acao': SEM_AUTOR, 'objeto': velar(objeto)})}" if ha else ""


def _linha(visto: Visto, prova: Prova) -> dict[str, Any]:
    e = visto.linha
    cor, selo = SELOS[prova]
    return {
        "url": reverse("admin:auditoria_evento_change", args=[e.id]),
        "quando": timezone.localtime(e.em),
        "quem": e.ator,
        "tipo_de_quem": "" if e.ator_tipo in (AtorTipo.USUARIO, e.ator) else _tipo_de_ator(e.ator_tipo),
        "quem_url": f"?{urlencode({'quem': velar(e.ator)})}",
        "acao": rotulo(e.acao),
        "sem_autor": e.acao == SEM_AUTOR,
        "objeto": nomes.nome_do_tipo(e.objeto),
        "objeto_id": e.objeto_id,
        "objeto_url": f"?{_do_objeto(e.objeto, e.objeto_id)}" if e.objeto else "",
        "motivo": e.motivo if len(e.motivo) <= CURTO else f"{e.motivo[: CURTO - 3]}...",
        "mudou": diferenca.nomes_dos_mudados(e.objeto, e.antes, e.depois),
        "cor": cor,
        "selo": "" if prova is Prova.CONFERE else selo,
        "do_arquivo": visto.do_arquivo,
    }


def _ficha(request: HttpRequest, visto: Visto) -> dict[str, Any]:
    e = visto.linha
    prova = provar([visto])[e.id]
    linhas = diferenca.mudancas(e.objeto, e.antes, e.depois)
    return {
        "e": e,
        "visto": visto,
        "cor": SELOS[prova][0],
        "selo": SELOS[prova][1],
        "nao_confere": prova is Prova.NAO_CONFERE,
        "quando": timezone.localtime(e.em),
        "selado_em": timezone.localtime(visto.selado_em) if visto.selado_em else None,
        "arquivado": _arquivado(visto),
        "quem_tipo": _tipo_de_ator(e.ator_tipo),
        "quem_url": f"{reverse(LISTA)}?{urlencode({'quem': velar(e.ator)})}",
        "tipo": nomes.nome_do_tipo(e.objeto),
        "objeto_url": nomes.pagina_do_objeto(e.objeto, e.objeto_id, request),
        "quem_mexeu": f"{reverse(LISTA)}?{_do_objeto(e.objeto, e.objeto_id)}",
        "selo_url": reverse("admin:auditoria_selo_change", args=[visto.sequencia])
        if visto.sequencia and _usuario(request).has_perm("auditoria.view_selo")
        else "",
        "mudadas": [m for m in linhas if m.mudou],
        "iguais": [m for m in linhas if not m.mudou],
        "so_depois": e.antes is None,
        "so_antes": e.depois is None,
    }


def _do_objeto(objeto: str, objeto_id: str) -> str:
    return urlencode({"objeto": velar(objeto.lower()), "id_objeto": velar(objeto_id)})


def _arquivado(visto: Visto) -> str:
    if visto.do_arquivo:
        return "sim, e já saiu do PostgreSQL"
    if not configurado():
        return "não há arquivo configurado"
    ate = Arquivo.objects.filter(pk=1).values_list("ate", flat=True).first() or 0
    return "sim" if visto.sequencia is not None and visto.sequencia <= ate else "ainda não"


def _tipos(escolhido: str) -> list[tuple[str, list[nomes.Tipo]]]:
    """The kinds to choose from; the one chosen too, when it has no page."""
    grupos = nomes.tipos()
    if escolhido and not any(t.valor == escolhido.lower() for _, itens in grupos for t in itens):
        grupos = [("", [nomes.Tipo(escolhido, nomes.nome_do_tipo(escolhido))]), *grupos]
    return grupos


def _endereco(pedido: Pedido, **ponto: str) -> str:
    return "?" + "&".join(p for p in (pedido.endereco, urlencode(ponto)) if p)


def _tipo_de_ator(tipo: str) -> str:
    return str(AtorTipo(tipo).label) if tipo in AtorTipo.values else tipo


def _usuario(request: HttpRequest) -> User | AnonymousUser:
    assert isinstance(request.user, User | AnonymousUser)
    return request.user


def _uuid(texto: str) -> UUID | None:
    try:
        return UUID(texto)
    except ValueError:
        return None
