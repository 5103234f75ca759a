"""Comunicados: what was told to whom, what waits, and what did not go and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.db.models import BooleanField, OuterRef, Q, QuerySet, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from clientes.models import Cliente
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from erp.cadastros.documentos import limpar
from erp.contatos import services
from erp.contatos.admin import textos
from erp.contatos.admin.filtros import (
    SEM_NOTICIA,
    ModeloFiltro,
    MotivoFiltro,
    PeriodoFiltro,
    SituacaoFiltro,
    sem_noticia,
)
from erp.contatos.admin.whatsapp import contado_de, momentos
from erp.contatos.canais import canais
from erp.contatos.models import Canal, Comunicado
from erp.contatos.services.reserva import MOTIVOS as RESERVA
from filas.admin.topo import frase_do_parado
from filas.estado import parados
from filas.models import Mensagem

ACHADOS = 500
EM_MASSA = 2_000
CONTADOS = 999
Situacao = Comunicado.Situacao


@admin.register(Comunicado)
class ComunicadoAdmin(SomenteLeitura, AdminBase):
    """The words are read on the page only: a list of fifty must not carry fifty letters."""

    mostra_inteiro = VER_DOCUMENTOS
    list_display = ["quando", "situacao_", "quem", "modelo_", "por_que", "o_que_vem"]
    list_display_links = ["quando"]
    list_filter = [SituacaoFiltro, MotivoFiltro, ModeloFiltro, PeriodoFiltro]
    list_filter_sheet = True
    list_before_template = "admin/contatos/comunicados_topo.html"
    busca_reservada = True
    search_fields = ["pk"]  # shows the box; `get_search_results` does the looking
    search_help_text = "Código ou CPF/CNPJ do cliente, e-mail, ou o fato (titulo:123:vence:-3), inteiros"
    ordering = ["-pk"]
    sortable_by = ()
    actions = ["cancelar", "repetir"]
    actions_detail = ["cancelar", "repetir"]

    class Media:
        css = {"all": ["pdv/retaguarda.css", "contatos/contatos.css"]}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        esquecidos = len(sem_noticia(Comunicado.objects.order_by()).values_list("pk")[: CONTADOS + 1])
        extra = {
            "parado": parado(), "sem_noticia": f"?situacao={SEM_NOTICIA}",
            "quantos_sem_noticia": f"mais de {CONTADOS}" if esquecidos > CONTADOS else esquecidos,
        }  # fmt: skip
        return super().changelist_view(request, extra | (extra_context or {}))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas: QuerySet[Any] = super().get_queryset(request)
        inteiro = Value(textos.ve_enderecos(request), output_field=BooleanField())
        nome = Cliente.objects.filter(pk=OuterRef("codigo_cliente")).values("cliente_varejo")
        anotadas: QuerySet[Any] = linhas.defer("texto").annotate(inteiro=inteiro, nome=Subquery(nome))
        return anotadas

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip()
        return (queryset.filter(pk__in=achados(termo)) if termo else queryset), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing but the filters: `?endereco__startswith=a` would tell an address one letter at a time."""
        return lookup in {"situacao", "motivo", "modelo", "criado"}

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what this one allows."""
        comunicado = self.get_object(request, str(object_id))
        situacao = None if comunicado is None else comunicado.situacao
        cabem = {Situacao.PENDENTE: "cancelar", Situacao.NA_FILA: "cancelar", Situacao.NAO_ENVIADO: "repetir"}
        cabe = cabem.get(situacao) if situacao is not None else None
        return [acao for acao in super().get_actions_detail(request, object_id) if acao.method.__name__ == cabe]

    @acao_com_motivo(
        titulo="Cancelar o envio",
        explicacao="O que ainda não saiu não sai mais, e não volta sozinho. O que já está com o servidor de e-mail, ou com a "
        "Meta, não volta.",
        permissao="contatos.cancelar_comunicado",
        botao="Cancelar o envio",
        perigosa=True,
        icone="cancel_schedule_send",
    )
    def cancelar(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        feitos = services.cancelar(_ids(queryset), usuario=usuario, motivo=motivo)
        return f"{_quantos(feitos)} para cancelar." if feitos == 0 else f"Cancelados: {feitos}."

    @acao_com_motivo(
        titulo="Tentar de novo",
        explicacao="O que não foi enviado volta a esperar a vez e é julgado de novo: endereço, descadastro, silêncio, e se "
        "ainda é verdade. Corrija antes o que faltava.",
        permissao="contatos.repetir_comunicado",
        botao="Tentar de novo",
        icone="replay",
    )
    def repetir(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        feitos = services.repetir(_ids(queryset), usuario=usuario, motivo=motivo)
        return (
            "Nenhum deles estava parado, ou o mesmo aviso já foi pelo outro canal."
            if feitos == 0
            else f"Voltaram a esperar a vez: {feitos}."
        )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        comunicado = self.get_object(request, object_id) if object_id else None
        if comunicado is None or not self.has_view_permission(request, comunicado):
            return super().changeform_view(request, object_id, form_url, extra_context)  # refuses, its way
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "original": comunicado,
            "object_id": object_id,
            "title": textos.titulo_do_modelo(comunicado.modelo, comunicado.canal),
            "titulo": textos.titulo_do_modelo(comunicado.modelo, comunicado.canal),
            "lista": f"{self.admin_site.name}:contatos_comunicado_changelist",
            "acoes": [
                {
                    "titulo": acao.description,
                    "url": reverse(f"{self.admin_site.name}:{acao.action_name}", args=[object_id]),
                }
                for acao in self.get_actions_detail(request, object_id)
            ],
            "c": comunicado,
            "situacao": Situacao(comunicado.situacao).label,
            "cor": textos.CORES[Situacao(comunicado.situacao)],
            "frase": frase(comunicado),
            "fatos": self._fatos(request, comunicado),
        }
        return TemplateResponse(request, "admin/contatos/comunicado.html", contexto)

    def _fatos(self, request: HttpRequest, c: Any) -> list[tuple[str, str, str]]:
        return [
            ("Para", textos.endereco(c, inteiro=c.inteiro) or "–", ""),
            ("Cliente", *_cliente(request, c)),
            ("Fato", c.fato, ""),
            ("Canal", textos.nome_do_canal(c.canal), ""),
            ("Criado em", textos.completa(c.criado_em), ""),
            ("Não antes de", textos.completa(c.nao_antes_de), ""),
            ("Vale até", textos.completa(c.valido_ate) if c.valido_ate else "sem prazo", ""),
            ("Na fila desde", textos.completa(c.enfileirado_em), _na_fila(request, c)),
            ("Terminado em", textos.completa(c.terminado_em), ""),
            ("Message-ID" if c.canal == Canal.EMAIL else "Identificação", str(c.token), ""),
            *[("Na Meta", momentos(envio) or "aceita", "") for envio in contado_de(c.pk) if c.canal == Canal.WHATSAPP],
        ]

    # The columns

    @admin.display(description="criado")
    def quando(self, c: Comunicado) -> str:
        return textos.curta(c.criado_em)

    @rotulo("situação", textos.CORES)
    def situacao_(self, c: Comunicado) -> tuple[int, str]:
        return c.situacao, c.get_situacao_display()

    @admin.display(description="modelo")
    def modelo_(self, c: Comunicado) -> str:
        return textos.titulo_do_modelo(c.modelo, c.canal)

    @admin.display(description="para")
    def quem(self, c: Any) -> str:
        """The customer's name and the address, once there is one; of staff, the address."""
        linhas = [linha for linha in (c.nome, textos.endereco(c, inteiro=c.inteiro)) if linha]
        return format_html_join(mark_safe("<br>"), "{}", ((linha,) for linha in linhas or ["fora do cadastro"]))

    @admin.display(description="por que não foi", empty_value="")
    def por_que(self, c: Comunicado) -> str:
        return textos.motivo(c.motivo)

    @admin.display(description="o que vem")
    def o_que_vem(self, c: Comunicado) -> str:
        match c.situacao:
            case Situacao.PENDENTE:
                return f"Sai a partir de {textos.curta(c.nao_antes_de)}"
            case Situacao.NA_FILA:
                return "Está na fila de envio"
            case Situacao.ENTREGUE:
                return f"Entregue {textos.curta(c.terminado_em)}"
            case Situacao.ENVIADO:
                return f"A Meta aceitou {textos.curta(c.terminado_em)}; a entrega ela conta depois"
            case Situacao.FALHOU:
                return f"Espera você desde {textos.curta(c.terminado_em)}"
        return "Passou para o e-mail" if passou_ao_email(c) else f"Parado {textos.curta(c.terminado_em)}"


def parado() -> str:
    """Why nothing of a channel goes out just now, if so."""
    contextos = {porta.contexto for porta in canais()}
    frases = [frase_do_parado(retrato) for retrato in parados() if retrato.nome in contextos]
    return " ".join(frases)


def frase(c: Comunicado) -> str:
    """Where it is and what comes next, in one sentence."""
    match c.situacao:
        case Situacao.PENDENTE:
            return f"Espera a hora: sai a partir de {textos.curta(c.nao_antes_de)}. {c.detalhe}"
        case Situacao.NA_FILA:
            return f"Está na fila de envio. {c.detalhe or na_fila(c)}"
        case Situacao.ENVIADO:
            return f"A Meta aceitou em {textos.completa(c.terminado_em)} e ainda não contou a entrega: não vale como prova."
        case Situacao.ENTREGUE if c.canal == Canal.WHATSAPP:
            return f"Chegou ao aparelho em {textos.completa(c.terminado_em)}, disse a Meta."
        case Situacao.ENTREGUE:
            return (
                f"O servidor de e-mail aceitou em {textos.completa(c.terminado_em)}. Não há como provar que foi lido."
            )
        case Situacao.FALHOU:
            return f"Falhou: {c.detalhe} Corrija e reprocesse a mensagem na fila."
    seguiu = " O mesmo aviso foi para o e-mail: não é preciso fazer nada." if passou_ao_email(c) else ""
    return f"Não foi por este canal: {c.detalhe}{seguiu}" if seguiu else f"Não foi enviado: {c.detalhe}"


def passou_ao_email(c: Comunicado) -> bool:
    """Its channel was chosen here and did not get there: e-mail took its place."""
    return c.preferido and c.canal != Canal.EMAIL and c.motivo in RESERVA


def na_fila(c: Comunicado) -> str:
    """What the queue says of its message: why it waits, whether it is in doubt."""
    contextos = [porta.contexto for porta in canais() if porta.codigo == c.canal]
    mensagens = Mensagem.objects.filter(contexto__in=contextos, chave=str(c.pk), situacao=Mensagem.Situacao.PENDENTE)
    mensagem = mensagens.exclude(causa="").order_by("-pk").first()
    if mensagem is None:
        return ""
    return f"{mensagem.mensagem} Próxima tentativa: {textos.curta(mensagem.proxima_tentativa_em)}."


def achados(termo: str) -> set[int]:
    """The newest of a fact, a customer or an address. One small query each, so that each uses its index."""
    linhas = Comunicado.objects.order_by("-pk").values_list("pk", flat=True)
    condicoes = [Q(fato=termo[:120])]
    if termo and len(termo) <= 14:
        condicoes.append(Q(codigo_cliente=termo))
    limpo = limpar(termo)
    if limpo:
        codigos = Cliente.objects.filter(documento=limpo).values_list("pk", flat=True)[:20]
        condicoes.append(Q(codigo_cliente__in=[*codigos, limpo]) & ~Q(codigo_cliente=""))
    for porta in canais():
        if endereco := porta.normalizar(termo):
            condicoes.append(Q(endereco=endereco))
    return {pk for condicao in condicoes for pk in linhas.filter(condicao)[:ACHADOS]}


def _ids(queryset: QuerySet[Any]) -> list[int]:
    return list(queryset.order_by("pk").values_list("pk", flat=True)[:EM_MASSA])


def _quantos(feitos: int) -> str:
    return "Nada havia" if feitos == 0 else str(feitos)


def _cliente(request: HttpRequest, c: Any) -> tuple[str, str]:
    """The customer's name and page, for who may open it."""
    if not c.codigo_cliente:
        return "–", ""
    pode = c.inteiro and usuario_de(request).has_perm("clientes.view_cliente") and c.nome is not None
    return c.nome or "fora do cadastro", (
        reverse("admin:clientes_cliente_change", args=[quote(c.codigo_cliente)]) if pode else ""
    )


def _na_fila(request: HttpRequest, c: Comunicado) -> str:
    """The page of its message in the queue, with every attempt."""
    if c.enfileirado_em is None or not usuario_de(request).has_perm("filas.view_mensagem"):
        return ""
    contextos = [porta.contexto for porta in canais() if porta.codigo == c.canal]
    pk = (
        Mensagem.objects.filter(contexto__in=contextos, chave=str(c.pk))
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    return reverse("admin:filas_mensagem_change", args=[pk]) if pk else ""
