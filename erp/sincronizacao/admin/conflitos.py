"""Conflitos: what both sides changed, what could not be stored, and the two doors by which somebody decides."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import BooleanField, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from erp.sincronizacao import services
from erp.sincronizacao.admin import textos
from erp.sincronizacao.admin.filtros import EntidadeFiltro, SituacaoFiltro, TipoDeConflitoFiltro
from erp.sincronizacao.models import Conflito
from filas.admin import formatos
from filas.admin.colunas import coluna

Tipo, ABERTO = Conflito.Tipo, Conflito.Situacao.ABERTO
CORES = {
    "Mudado nos dois lados: valeu o do ERP": "default", "Mudado nos dois lados: alguém decide": "warning",
    "Depende do que ainda não está aqui": "info", "Não pôde ser gravado": "danger", "Apagado do outro lado": "warning",
}  # fmt: skip
FRASES = {
    Tipo.DECIDIR: "Os dois lados mudaram os campos marcados. Confirme com quem cadastrou qual é o certo, e decida. Enquanto "
    "isso fica o daqui.",
    Tipo.REFERENCIA: "Não foi gravado: depende do que ainda não está aqui. É tentado de novo a cada sincronização.",
    Tipo.RECUSADO: "Não foi aceito. Corrija o que o motivo diz; é tentado de novo a cada sincronização.",
    Tipo.APAGADO: "O registro deixou de existir no ERP e continua aqui. Acerte à mão o que for preciso, e dê por visto.",
    Tipo.VENCEU_ERP: "Os dois lados mudaram os campos marcados. Pela regra deste cadastro valeu o do ERP; o que havia aqui "
    "está guardado abaixo.",
}


@admin.register(Conflito)
class ConflitoAdmin(SomenteLeitura, AdminBase):
    lista_vazia = "Nada espera decisão: os dois lados não mudaram a mesma coisa."
    mostra_inteiro = VER_DOCUMENTOS
    list_display = ("quando", "cadastro", "codigo_", "tipo_", "campos_", "motivo_")
    list_filter = (SituacaoFiltro, EntidadeFiltro, TipoDeConflitoFiltro)
    ordering = ("-pk",)
    sortable_by = ()
    actions = ("vale_o_do_erp", "fica_o_daqui")
    actions_detail = ("vale_o_do_erp", "fica_o_daqui")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        inteiro = Value(textos.le_documentos(request), output_field=BooleanField())
        linhas: QuerySet[Any] = super().get_queryset(request)
        anotadas: QuerySet[Any] = linhas.select_related("resolvido_por").annotate(inteiro=inteiro)
        return anotadas

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing but the filters: `?aqui__cpf__startswith=1` would tell what is masked."""
        return lookup in {"situacao", "entidade", "tipo"}

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what this one allows."""
        conflito = self.get_object(request, str(object_id))
        cabem: set[str] = set()
        if conflito is not None and conflito.situacao == ABERTO:
            cabem = {"vale_o_do_erp", "fica_o_daqui"} if conflito.tipo == Tipo.DECIDIR else cabem
            cabem = {"fica_o_daqui"} if conflito.tipo == Tipo.APAGADO else cabem
        return [a for a in super().get_actions_detail(request, object_id) if a.method.__name__ in cabem]

    @acao_com_motivo(
        titulo="Vale o do ERP",
        explicacao="Os campos que os dois lados mudaram ficam como o ERP diz. O que havia aqui fica guardado no conflito.",
        permissao="sincronizacao.resolver_conflito",
        botao="Gravar o do ERP",
        icone="download",
    )
    def vale_o_do_erp(self, queryset: QuerySet[Conflito], motivo: str, usuario: User) -> str:
        return _resolver(queryset.filter(tipo=Tipo.DECIDIR), usuario, motivo, vale_o_de_la=True)

    @acao_com_motivo(
        titulo="Fica o daqui",
        explicacao="Nada muda aqui. O ERP continua com o dele, e o assunto só volta quando ele mudar de novo.",
        permissao="sincronizacao.resolver_conflito",
        botao="Ficar com o daqui",
        icone="done",
    )
    def fica_o_daqui(self, queryset: QuerySet[Conflito], motivo: str, usuario: User) -> str:
        return _resolver(queryset.filter(tipo__in=(Tipo.DECIDIR, Tipo.APAGADO)), usuario, motivo, vale_o_de_la=False)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        c = self.get_object(request, object_id) if object_id else None
        if c is None or not self.has_view_permission(request, c):
            return super().changeform_view(request, object_id, form_url, extra_context)  # refuses, its way
        titulo = f"{textos.ENTIDADE_DE.get(c.entidade, c.entidade)}: {textos.codigo(c)}"
        contexto = {
            **self.admin_site.each_context(request), "opts": self.opts, "media": self.media, "original": c,
            "title": titulo, "titulo": titulo, "lista": "admin:sincronizacao_conflito_changelist",
            "acoes": [
                {"titulo": a.description, "url": reverse(f"{self.admin_site.name}:{a.action_name}", args=[object_id])}
                for a in self.get_actions_detail(request, object_id)
            ],
            "selo": c.get_tipo_display(), "cor": CORES[c.get_tipo_display()],
            "frase": FRASES[Tipo(c.tipo)] if c.entidade != textos.VENDAS else
            "O ERP não aceitou esta linha de venda. É oferecida de novo a cada envio.",
            "mensagem": c.mensagem, "fatos": _fatos(c),
            **textos.lados(c),
        }  # fmt: skip
        return TemplateResponse(request, "admin/sincronizacao/lados.html", contexto)

    @coluna("desde")
    def quando(self, c: Conflito) -> str:
        return formatos.curta(c.criado_em)

    @coluna("cadastro")
    def cadastro(self, c: Conflito) -> str:
        return textos.ENTIDADE_DE.get(c.entidade, c.entidade)

    @coluna("código")
    def codigo_(self, c: Any) -> SafeString:
        return textos.inteiro(textos.codigo(c))

    @coluna("o que houve", cores=CORES)
    def tipo_(self, c: Conflito) -> str:
        return c.get_tipo_display()

    @coluna("campos", vazio="")
    def campos_(self, c: Conflito) -> SafeString:
        return textos.em_lista(c.entidade, c.campos)

    @coluna("motivo", vazio="")
    def motivo_(self, c: Conflito) -> str:
        return c.mensagem if c.situacao == ABERTO else c.resolucao


def _resolver(abertos: QuerySet[Conflito], usuario: User, motivo: str, *, vale_o_de_la: bool) -> str:
    ids = list(abertos.filter(situacao=ABERTO).order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        services.resolver(conflito_id=pk, vale_o_de_la=vale_o_de_la, usuario=usuario, motivo=motivo)
    if not ids:
        return "Nenhum deles esperava esta decisão."
    return f"{formatos.quantas(len(ids), 'conflito resolvido', 'conflitos resolvidos')}."


def _fatos(c: Conflito) -> list[tuple[str, str]]:
    fatos = [("Situação", c.get_situacao_display()), ("Desde", formatos.data_hora(c.criado_em))]
    if c.situacao != ABERTO:
        por = str(c.resolvido_por) if c.resolvido_por else "o sistema"
        fatos += [
            ("Resolvido", formatos.data_hora(c.resolvido_em)),
            ("Por", por),
            ("Como", c.resolucao or formatos.VAZIO),
        ]
    return fatos
