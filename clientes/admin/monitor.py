"""The Monitor's page: what waits and since when, the last runs, the two buttons, and the places that nobody knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from clientes.admin.informar import PaginaDeInformar
from clientes.admin.reenvio import PaginaDeReenvio
from clientes.admin.textos import contagem, endereco, idade, momento, numero, quantos
from clientes.models import Varredura
from clientes.monitor import CONTEXTO, informar, reenvio, selectors
from clientes.monitor.services import varrer_agora
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.rotulos import rotulo

TOPO = "admin/clientes/monitor_topo.html"
LISTA = "admin:clientes_varredura_changelist"


@admin.register(Varredura)
class VarreduraAdmin(PaginaDeInformar, PaginaDeReenvio, SomenteLeitura, AdminBase):
    list_display = ["inicio", "situacao", "achou", "duracao", "por_"]
    list_display_links = None
    list_before_template = TOPO
    ordering = ["-pk"]
    sortable_by = ()

    class Media:
        css = {"all": ["pdv/retaguarda.css", "clientes/monitor.css"]}
        js = ["clientes/monitor.js"]

    def get_urls(self) -> list[URLPattern]:
        visao = self.admin_site.admin_view
        return [
            path("varrer/", visao(self.varrer), name="clientes_varrer_agora"),
            path("quadro/", visao(self.quadro), name="clientes_monitor_quadro"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().changelist_view(
            request, {**(extra_context or {}), **topo(request), "title": "Monitor de clientes"}
        )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A run has no page of its own: its row says it all."""
        if not self.has_view_permission(request) or object_id is None:
            raise PermissionDenied
        return HttpResponseRedirect(reverse(LISTA))

    def quadro(self, request: HttpRequest) -> HttpResponse:
        """The top of the page, fresh: the page asks for it every few seconds."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponse(render_to_string(TOPO, topo(request), request))

    def varrer(self, request: HttpRequest) -> HttpResponse:
        """Run the Monitor now, for a few seconds. Clicked twice, it looks twice and tells nothing twice."""
        usuario = request.user
        if not isinstance(usuario, User) or not usuario.has_perm(reenvio.PERMISSAO):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        feita = varrer_agora(usuario=usuario)
        if feita is None:
            messages.info(request, "Nenhuma mudança à espera, ou outra varredura já está cuidando delas.")
        else:
            messages.success(
                request,
                f"{quantos(feita.notas, 'mudança varrida', 'mudanças varridas')}: "
                f"{quantos(feita.mensagens, 'mensagem', 'mensagens')} na fila, {numero(feita.iguais)} sem novidade.",
            )
        return HttpResponseRedirect(reverse(LISTA))

    @admin.display(description="início")
    def inicio(self, v: Varredura) -> str:
        return momento(v.iniciada_em)

    @rotulo("situação", {"feita": "success", "andando": "info", "morta": "warning"})
    def situacao(self, v: Varredura) -> tuple[str, str]:
        if v.terminada_em is not None:
            return ("feita", "Terminada")
        viva = timezone.now() - v.vista_em < selectors.SINAL_DE_VIDA
        return ("andando", "Em andamento") if viva else ("morta", "Interrompida")

    @admin.display(description="o que achou")
    def achou(self, v: Varredura) -> str:
        partes = [
            f"{quantos(v.notas, 'mudança', 'mudanças')}: {quantos(v.mensagens, 'mensagem', 'mensagens')} na fila",
            f"{numero(v.iguais)} sem novidade" if v.iguais else "",
            f"{numero(v.sem_codigo)} sem município ou país" if v.sem_codigo else "",
            f"{numero(v.com_erro)} postas de lado" if v.com_erro else "",
        ]
        return ", ".join(filter(None, partes))

    @admin.display(description="duração")
    def duracao(self, v: Varredura) -> str:
        segundos = ((v.terminada_em or v.vista_em) - v.iniciada_em).total_seconds()
        return f"{segundos:.1f} s".replace(".", ",") if segundos < 60 else idade(timedelta(seconds=segundos))

    @admin.display(description="por")
    def por_(self, v: Varredura) -> str:
        return {"rotina": "rotina", "aviso": "aviso de mudança"}.get(v.por, v.por.removeprefix("usuario:"))


def topo(request: HttpRequest) -> dict[str, Any]:
    """What is above the list of runs."""
    q = selectors.quadro()
    fila = endereco("filas_mensagem_changelist")
    return {
        "quadros": _quadros(q, fila),
        "parado": idade(q.atraso) if q.parado and q.atraso else "",
        "de_lado": contagem(q.postas_de_lado) if q.postas_de_lado.quantos else "",
        "lugares": [
            {
                "nome": lugar.nome,
                "tipo": "País" if lugar.e_pais else "Município",
                "mensagens": quantos(lugar.mensagens, "mensagem", "mensagens"),
                "url": reverse("admin:clientes_informar_municipio", args=[lugar.mensagem_id]),
                "verbo": "Informar" if lugar.tem_nome else "Corrigir o cadastro",
            }
            for lugar in (selectors.lugares_sem_codigo() if q.sem_municipio.quantos or q.sem_pais.quantos else ())
        ],
        "reenvios": [_reenvio(a) for a in selectors.reenvios()],
        "pode_reenviar": request.user.has_perm(reenvio.PERMISSAO),
        "pode_informar": request.user.has_perm(informar.PERMISSAO),
    }


def _quadros(q: selectors.Quadro, fila: str) -> list[dict[str, str]]:
    return [
        {"titulo": "À espera", "valor": contagem(q.mudancas), "cor": "", "url": "", "detalhe": "mudanças a pôr na fila"},
        {"titulo": "Atraso", "valor": idade(q.atraso) if q.atraso is not None else "em dia", "url": "",
         "detalhe": "da mudança mais velha", "cor": "danger" if q.parado else "" if q.atraso else "success"},
        {"titulo": "Reenvio", "valor": contagem(q.reenvios_na_espera), "cor": "", "url": "",
         "detalhe": "clientes, atrás das mudanças"},
        {"titulo": "Sem município", "valor": contagem(q.sem_municipio), "detalhe": "mensagens com erro",
         "cor": "danger" if q.sem_municipio.quantos else "",
         "url": _da_causa(fila, informar.SEM_IBGE)},
        {"titulo": "Sem país", "valor": contagem(q.sem_pais), "detalhe": "mensagens com erro",
         "cor": "danger" if q.sem_pais.quantos else "",
         "url": _da_causa(fila, informar.SEM_BACEN)},
        {"titulo": "Última varredura", "valor": idade(timezone.now() - q.ultima.vista_em) if q.ultima else "nenhuma",
         "detalhe": "trabalhando agora" if q.trabalhando else "atrás" if q.ultima else "ainda não houve mudança",
         "cor": "", "url": ""},
    ]  # fmt: skip


def _da_causa(fila: str, causa: str) -> str:
    """The queue's list of this error, as its filter reads it; nothing for who may not open it."""
    return f"{fila}?{urlencode({'causa': f'{CONTEXTO}:{causa}'})}" if fila else ""


def _reenvio(a: selectors.Andamento) -> dict[str, Any]:
    r = a.reenvio
    if r.terminado_em is None:
        selo = ("warning", "À espera da fila") if a.espera_a_fila else ("info", "Em andamento")
    else:
        selo = ("", f"Cancelado por {r.cancelado_por}") if r.cancelado_por else ("success", "Terminado")
    return {
        "o_que": f"Desde {momento(r.desde)[:16]}" if r.desde else f"Lugar {r.pais or f'{r.cidade}/{r.uf}'}",
        "quando": momento(r.pedido_em)[:16],
        "quem": r.pedido_por.get_username(),
        "motivo": r.motivo,
        "clientes": quantos(r.notados, "cliente", "clientes"),
        "cor": selo[0],
        "situacao": selo[1],
        "cancelar": "" if r.terminado_em else reverse("admin:clientes_reenvio_cancelar", args=[r.pk]),
    }
