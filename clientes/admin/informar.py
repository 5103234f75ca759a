"""The mend of a place that no table knows: choose it once, and every customer who writes it so is told again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from clientes.admin.textos import endereco, quantos
from clientes.monitor import CONTEXTO, informar
from clientes.monitor.informar import Lugar
from erp.acesso import formularios
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.documentos import PERMISSAO as PERMISSAO_DE_DOCUMENTOS
from erp.cadastros.lugares import sugerir_municipios, sugerir_paises
from erp.cadastros.referencia import municipios, paises, ufs
from filas.models import Mensagem

if TYPE_CHECKING:
    from erp.acesso.admin_base import AdminBase

    _Base = AdminBase
else:
    _Base = object

FORMULARIO = "clientes.informar_lugar"
SUGESTOES = 10


class PaginaDeInformar(_Base):
    """Mixin of the Monitor's page."""

    def get_urls(self) -> list[URLPattern]:
        visao = self.admin_site.admin_view(self.informar)
        return [path("informar/<int:mensagem_id>/", visao, name="clientes_informar_municipio"), *super().get_urls()]

    def informar(self, request: HttpRequest, mensagem_id: int) -> HttpResponse:
        """GET: what is missing, how much waits for it, and the likeliest places. POST: this one it is."""
        usuario = request.user
        if not isinstance(usuario, User) or not usuario.has_perm(informar.PERMISSAO):
            raise PermissionDenied
        mensagem = get_object_or_404(Mensagem, pk=mensagem_id, contexto=CONTEXTO)
        lugar = informar.lugar_da_mensagem(mensagem)
        if request.method == "POST" and lugar is not None:
            return self._gravar_lugar(request, usuario, mensagem, lugar)
        return self._pagina_do_lugar(request, usuario, mensagem, lugar)

    def _gravar_lugar(self, request: HttpRequest, usuario: User, mensagem: Mensagem, lugar: Lugar) -> HttpResponse:
        try:
            with transaction.atomic():
                token, visto = formularios.ler(request.POST.get("token", ""), usuario, FORMULARIO)
                if visto != list(lugar.chave):
                    return self._pagina_do_lugar(
                        request, usuario, mensagem, lugar, "O cadastro mudou enquanto você escolhia: confira o lugar."
                    )
                formularios.usar(token, usuario, FORMULARIO)
                reenviadas = _informar(lugar, request.POST.get("codigo", ""), usuario)
        except formularios.FormularioRepetido as erro:
            messages.warning(request, str(erro))
        except ErroDefinitivo as erro:
            return self._pagina_do_lugar(request, usuario, mensagem, lugar, f"Nada foi feito: {erro}")
        else:
            voltaram = quantos(reenviadas, "mensagem voltou", "mensagens voltaram")
            messages.success(
                request, f"{lugar} informado: {voltaram} à fila. Se houver mais, elas voltam sozinhas em seguida."
            )
        return HttpResponseRedirect(_pagina_da_mensagem(mensagem))

    def _pagina_do_lugar(
        self, request: HttpRequest, usuario: User, mensagem: Mensagem, lugar: Lugar | None, erro: str = ""
    ) -> HttpResponse:
        ve_cliente = usuario.has_perm(PERMISSAO_DE_DOCUMENTOS) and usuario.has_perm("clientes.view_cliente")
        contexto: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Informar o país" if lugar and lugar.e_pais else "Informar o município",
            "opts": self.opts,
            "media": self.media,
            "erro": erro,
            "lugar": lugar,
            "mensagem": mensagem,
            "voltar": _pagina_da_mensagem(mensagem),
            "cliente": endereco("clientes_cliente_change", quote(mensagem.chave)) if ve_cliente else "",
        }
        if lugar is not None:
            busca = request.GET.get("q", "").strip()[:60]
            contexto |= {
                "busca": busca,
                "sugestoes": _sugestoes(lugar, busca),
                "token": formularios.emitir(usuario, FORMULARIO, list(lugar.chave)),
                **_alcance_em_palavras(informar.alcance(lugar)),
            }
        else:
            contexto["sem_nome"] = informar.falta_o_nome(mensagem)
        resposta = TemplateResponse(request, "admin/clientes/informar.html", contexto)
        resposta.status_code = 409 if erro else 200
        return resposta


def _informar(lugar: Lugar, codigo: str, usuario: User) -> int:
    if lugar.e_pais:
        return informar.informar_pais(pais=lugar.pais, bacen=codigo, usuario=usuario)
    return informar.informar_municipio(cidade=lugar.cidade, uf=lugar.uf, ibge=codigo, usuario=usuario)


def _sugestoes(lugar: Lugar, busca: str) -> list[dict[str, Any]]:
    """`(nome, detalhe, codigo, outra)`; `outra` where the UF is not the customer's own."""
    if lugar.e_pais:
        achados = sugerir_paises(busca or lugar.pais, SUGESTOES)
        return [
            {"nome": p.nome, "detalhe": "", "codigo": p.codigo_bacen, "outra": False}
            for p in achados
            if p.codigo_bacen in paises()
        ]
    uf = lugar.uf.strip().upper()
    return [
        {"nome": f"{m.nome} / {m.uf}", "detalhe": ufs()[m.uf].nome, "codigo": m.codigo_ibge,
         "outra": uf in ufs() and m.uf != uf}
        for m in sugerir_municipios(busca or lugar.cidade, uf, SUGESTOES)
        if m.codigo_ibge in municipios()
    ]  # fmt: skip


def _alcance_em_palavras(alcance: informar.Alcance) -> dict[str, str]:
    mais = "mais de " if alcance.mais else ""
    return {
        "mensagens": mais + quantos(alcance.mensagens, "mensagem", "mensagens"),
        "clientes": mais + quantos(alcance.clientes, "cliente", "clientes"),
    }


def _pagina_da_mensagem(mensagem: Mensagem) -> str:
    return endereco("filas_mensagem_change", mensagem.pk) or reverse("admin:clientes_varredura_changelist")
