"""WhatsApp: which customers can be reached, and what Meta told of each message."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from clientes.models import Cliente
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from erp.cadastros.documentos import limpar
from erp.contatos import services
from erp.contatos.admin import textos
from erp.contatos.models import ContatoWhatsapp, EnvioWhatsapp
from erp.contatos.whatsapp.provedor import PROVEDOR
from erp.contatos.whatsapp.respostas import pelo_codigo

C, E = ContatoWhatsapp.Situacao, EnvioWhatsapp.Situacao
CORES: Final = {
    C.DESCONHECIDO: "default", C.ENTREGA: "success", C.NAO_ENTREGA: "danger", C.INVALIDO: "danger", C.SEM_CELULAR: "warning",
}  # fmt: skip
CORES_DO_ENVIO: Final = {
    E.ACEITA: "default", E.ENVIADA: "info", E.ENTREGUE: "success", E.LIDA: "success", E.FALHOU: "danger",
}  # fmt: skip
EM_MASSA: Final = 2_000


class _PorSituacao(admin.SimpleListFilter):
    """Served by the index of situação of its table."""

    title = "situação"
    parameter_name = "situacao"
    opcoes: tuple[Any, ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(s.value), s.label) for s in self.opcoes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value() or ""
        return queryset.filter(situacao=int(valor)) if valor in {str(s.value) for s in self.opcoes} else queryset


class SituacaoDoContato(_PorSituacao):
    opcoes = (C.INVALIDO, C.NAO_ENTREGA, C.SEM_CELULAR, C.DESCONHECIDO, C.ENTREGA)


class SituacaoDoEnvio(_PorSituacao):
    opcoes = (E.FALHOU, E.ACEITA, E.ENVIADA, E.ENTREGUE, E.LIDA)


class Corrigidos(admin.SimpleListFilter):
    title = "nono dígito"
    parameter_name = "corrigido"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Ganhou o 9 aqui")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(corrigido=True) if self.value() == "1" else queryset


class Desconhecidas(admin.SimpleListFilter):
    title = "de quem"
    parameter_name = "de"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("ninguem", "Que ninguém aqui conhece")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(comunicado_id=None) if self.value() == "ninguem" else queryset


@admin.register(ContatoWhatsapp)
class ContatoWhatsappAdmin(SomenteLeitura, AdminBase):
    lista_vazia = "Os telefones do cadastro aparecem aqui quando a rotina os confere, de 9 em 9 minutos."
    list_display = ["cliente", "numero", "situacao_", "nono", "o_que"]
    list_display_links = None
    list_filter = [SituacaoDoContato, Corrigidos]
    list_before_template = "admin/contatos/numeros_topo.html"
    busca_reservada = True
    search_fields = ["pk"]  # shows the box; `get_search_results` does the looking
    search_help_text = "Código ou CPF/CNPJ do cliente, inteiro"
    ordering = ["codigo_cliente"]
    sortable_by = ()
    actions = ["repetir"]

    class Media:
        css = {"all": ["pdv/retaguarda.css", "contatos/contatos.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        nome = Cliente.objects.filter(pk=OuterRef("codigo_cliente")).values("cliente_varejo")
        linhas: QuerySet[Any] = super().get_queryset(request).annotate(nome=Subquery(nome))
        return linhas

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip()
        if not termo:
            return queryset, False
        codigos = Cliente.objects.filter(documento=limpar(termo) or "-").values_list("pk", flat=True)[:20]
        return queryset.filter(pk__in=[termo[:14], *codigos]), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing but the filters: by the digest, one letter at a time, anybody would come to the number."""
        return lookup in {"situacao", "corrigido"}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        usuario = usuario_de(request)
        extra = {
            "faltam": PROVEDOR.faltam(), "dias": settings.WHATSAPP_REVALIDAR_DIAS,
            "provedor": reverse("admin:provedores_estadoprovedor_changelist")
            if usuario.has_perm("provedores.view_estadoprovedor") else "",
        }  # fmt: skip
        return super().changelist_view(request, extra | (extra_context or {}))

    @acao_com_motivo(
        titulo="Tentar de novo",
        explicacao="A Meta disse que estes números não recebem. A próxima mensagem vai a eles mesmo assim; se não chegar, "
        "voltam a não entregar.",
        permissao="contatos.repetir_numero",
        botao="Tentar de novo",
        icone="replay",
    )
    def repetir(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        codigos = list(queryset.order_by("pk").values_list("pk", flat=True)[:EM_MASSA])
        feitos = services.repetir_numeros(codigos, usuario=usuario, motivo=motivo)
        return f"Voltam a ser tentados: {feitos}." if feitos else "Nenhum deles estava como «Não entrega»."

    @admin.display(description="cliente")
    def cliente(self, c: Any) -> str:
        url = reverse("admin:clientes_cliente_change", args=[c.pk])
        return format_html('<a class="rtg-elo" href="{}">{}</a>', url, c.nome or c.pk)

    @admin.display(description="número", empty_value="–")
    def numero(self, c: ContatoWhatsapp) -> str:
        return inteiro(c.mostra)

    @rotulo("situação", CORES)
    def situacao_(self, c: ContatoWhatsapp) -> tuple[int, str]:
        return c.situacao, c.get_situacao_display()

    @admin.display(description="nono dígito", empty_value="")
    def nono(self, c: ContatoWhatsapp) -> str:
        return "posto aqui" if c.corrigido else ""

    @admin.display(description="o que se sabe")
    def o_que(self, c: ContatoWhatsapp) -> str:
        match c.situacao:
            case C.ENTREGA:
                return f"Recebeu mensagem; sabe-se desde {textos.curta(c.desde)}"
            case C.NAO_ENTREGA:
                return f"A Meta disse que não recebe, {textos.curta(c.desde)}"
            case C.DESCONHECIDO:
                return "Nada foi a ele ainda, ou faz tempo"
        return c.problema


@admin.register(EnvioWhatsapp)
class EnvioWhatsappAdmin(SomenteLeitura, AdminBase):
    """The name of a message at Meta has the number inside, encoded: it is for who reads addresses."""

    lista_vazia = "O que for mandado por WhatsApp aparece aqui, com o que a Meta contar de cada mensagem."
    mostra_inteiro = VER_DOCUMENTOS
    list_display = ["quando", "situacao_", "para", "comunicado", "horas", "erro_"]
    list_display_links = ["quando"]
    list_filter = [SituacaoDoEnvio, Desconhecidas]
    ordering = ["-pk"]
    sortable_by = ()

    class Media:
        css = {"all": ["pdv/retaguarda.css", "contatos/contatos.css"]}

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing but the filters: the name at Meta has the number inside."""
        return lookup in {"situacao", "de"}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        base = [
            "situacao",
            "mostra",
            "comunicado",
            "aceita_em",
            "enviada_em",
            "entregue_em",
            "lida_em",
            "falhou_em",
            "erro_",
        ]
        return [*base, "wamid"] if textos.ve_enderecos(request) else base

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    @admin.display(description="quando")
    def quando(self, e: EnvioWhatsapp) -> str:
        return textos.curta(e.criado_em)

    @rotulo("situação", CORES_DO_ENVIO)
    def situacao_(self, e: EnvioWhatsapp) -> tuple[int, str]:
        return e.situacao, e.get_situacao_display()

    @admin.display(description="para", empty_value="–")
    def para(self, e: EnvioWhatsapp) -> str:
        return inteiro(e.mostra)

    @admin.display(description="comunicado")
    def comunicado(self, e: EnvioWhatsapp) -> str:
        if e.comunicado_id is None:
            return "ninguém aqui conhece"
        url = reverse("admin:contatos_comunicado_change", args=[e.comunicado_id])
        return format_html('<a class="rtg-elo" href="{}">{}</a>', url, f"nº {e.comunicado_id}")

    @admin.display(description="o que a Meta contou")
    def horas(self, e: EnvioWhatsapp) -> str:
        return momentos(e) or "nada ainda"

    @admin.display(description="erro", empty_value="")
    def erro_(self, e: EnvioWhatsapp) -> str:
        return "" if e.erro is None else pelo_codigo(e.erro).mensagem


def inteiro(mostra: str) -> str:
    """A number in one line, however narrow the column."""
    return format_html('<span class="whitespace-nowrap">{}</span>', mostra) if mostra else ""


def momentos(e: EnvioWhatsapp) -> str:
    """`22/11/2026: aceita 10:12:01, enviada 10:12:03, lida 23/11/2026 08:00:00`: what was told, in the order of life."""
    ditos: list[tuple[str, datetime]] = [
        (nome, timezone.localtime(em))
        for nome, em in (
            ("aceita", e.aceita_em), ("enviada", e.enviada_em), ("entregue", e.entregue_em), ("lida", e.lida_em),
            ("falhou", e.falhou_em),
        ) if em
    ]  # fmt: skip
    if not ditos:
        return ""
    dia = ditos[0][1].date()
    partes = [f"{nome} {em:%H:%M:%S}" if em.date() == dia else f"{nome} {em:%d/%m/%Y %H:%M:%S}" for nome, em in ditos]
    return f"{dia:%d/%m/%Y}: {', '.join(partes)}"


def contado_de(comunicado_id: int) -> list[EnvioWhatsapp]:
    """What became at Meta of one comunicado, newest first."""
    return list(EnvioWhatsapp.objects.filter(comunicado_id=comunicado_id).order_by("-pk")[:10])
