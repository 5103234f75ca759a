"""Requests to sign: the list, and the page of one with its files and all that was said of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from auditoria.atores import nome_do_ator
from auditoria.sensivel import sensivel
from auditoria.trilha.passado import PERMISSAO_TRILHA
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from erp.assinaturas.admin.arquivos import PERMISSAO_LER, anotar_leitura, resposta_pdf
from erp.assinaturas.admin.filtros import AtencaoFilter
from erp.assinaturas.especies import procurar_especie
from erp.assinaturas.models import ArquivoAssinatura, Assinatura
from erp.assinaturas.selectors import ficha
from erp.assinaturas.services import andamento
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.filtros import FilialFilter
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.provedores.registro import procurar

PERMISSAO = "assinaturas.pedir_assinatura"
S = Assinatura.Situacao
CORES = {
    S.PREPARADA: "info", S.ERRO: "danger", S.ENVIADA: "info", S.ABERTA: "warning", S.CANCELADA: "info", S.RECUSADA: "danger",
    S.ASSINADA: "success",
}  # fmt: skip


@admin.register(Assinatura)
class AssinaturaAdmin(SomenteLeitura, AdminBase):
    """Newest first. Served by the primary key, `assinatura_situacao`, `_filial`, `_numero` and `_atencao`."""

    lista_vazia = "Um pedido se faz na página do contrato: Planos e jazigos, Contratações, «Mandar para assinar»."
    campo_filial = "filial_id"
    list_display = ["numero_", "pedida", "titulo_", "quem_assina_", "situacao_", "assinada", "atencao"]
    list_display_links = ["numero_"]
    list_filter = [("situacao", ChoicesDropdownFilter), AtencaoFilter, FilialFilter]
    search_fields = ["id"]
    search_help_text = "Número da assinatura, número do contrato (com o P) ou a chave no provedor"
    ordering = ["-pk"]
    sortable_by = ()
    pedida = coluna_instante("criada_em", "pedida em")
    assinada = coluna_instante("assinada_em", "assinada em")
    actions_detail = ["consultar", "cancelar"]
    fieldsets = [
        (None, {"fields": ["situacao_por_extenso", "documento_", "quem", "pedida_por", "onde"]}),
        ("Arquivos", {"fields": ["arquivos_"]}),
        ("O que houve", {"fields": ["historia"]}),
        ("No provedor", {"fields": ["provedor_", "id_provedor", "lida", "consultada", "proxima", "erro", "filial", "uuid"]}),
    ]  # fmt: skip
    readonly_fields = [
        "situacao_por_extenso", "documento_", "quem", "pedida_por", "onde", "arquivos_", "historia", "provedor_",
        "consultada", "proxima", "uuid",
    ]  # fmt: skip
    consultada = coluna_instante("consultada_em", "consultada em")
    proxima = coluna_instante("consultar_em", "próxima consulta")

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def get_urls(self) -> list[Any]:
        def baixar(request: HttpRequest, object_id: str, tipo: str) -> HttpResponse:
            return self.baixar(request, object_id, tipo)

        return [
            path(
                "<path:object_id>/<str:tipo>.pdf", self.admin_site.admin_view(baixar),
                name="assinaturas_assinatura_baixar",
            ),
            *super().get_urls(),
        ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        le = Value(usuario_de(request).has_perm(PERMISSAO_LER), output_field=BooleanField())
        ve_trilha = Value(usuario_de(request).has_perm(PERMISSAO_TRILHA), output_field=BooleanField())
        linhas: QuerySet[Any] = super().get_queryset(request).annotate(le=le, ve_trilha=ve_trilha)
        return linhas

    @sensivel("assinaturas.arquivo_baixado")
    def baixar(self, request: HttpRequest, object_id: str, tipo: str) -> HttpResponse:
        """One of its two files. What came signed was written by others: it is saved, never opened by us. Audited."""
        usuario = usuario_de(request)
        if not usuario.has_perm(PERMISSAO_LER) or not self.has_view_permission(request):
            raise PermissionDenied
        assinatura: Any = self.get_object(request, object_id)
        arquivo = ArquivoAssinatura.objects.filter(assinatura=assinatura, tipo=tipo).first() if assinatura else None
        if arquivo is None:
            raise Http404("Este arquivo não existe.")
        anotar_leitura(usuario, "assinaturas.arquivo_baixado", "assinaturas.assinatura", assinatura.pk, arquivo.sha256)
        nome = f"{assinatura.numero}-{arquivo.tipo}"
        return resposta_pdf(arquivo.bytes, nome, de_fora=arquivo.tipo == ArquivoAssinatura.Tipo.ASSINADO)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip()
        if not termo:
            return queryset, False
        achadas = Q(numero=termo.upper()) | Q(id_provedor=termo, provedor="plugsign")
        if termo.isascii() and termo.isdecimal() and len(termo) < 19:
            achadas |= Q(pk=int(termo)) | Q(numero=f"P{termo}")
        return queryset.filter(achadas), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what may be done to it as it is."""
        assinatura = self.get_object(request, str(object_id))
        if assinatura is None:
            return []
        podem = {"consultar"} if assinatura.id_provedor else set()
        if assinatura.em_curso:
            podem |= {"cancelar"}
        return [a for a in super().get_actions_detail(request, object_id) if a.method.__name__ in podem]

    @admin.display(description="assinatura")
    def numero_(self, assinatura: Assinatura) -> str:
        return f"nº {assinatura.pk}"

    @admin.display(description="documento")
    def titulo_(self, assinatura: Assinatura) -> SafeString:
        return format_html('<span class="whitespace-nowrap">{}</span>', assinatura.titulo)

    @admin.display(description="quem assina")
    def quem_assina_(self, assinatura: Assinatura) -> str:
        return assinatura.quem_assina

    @admin.display(description="quem assina")
    def quem(self, assinatura: Assinatura) -> str:
        return ", ".join(f"{quem['nome']} ({quem['email']})" for quem in assinatura.signatarios)

    @rotulo("situação", CORES)
    def situacao_(self, assinatura: Assinatura) -> tuple[int, str]:
        return assinatura.situacao, str(assinatura.get_situacao_display())

    @admin.display(description="situação")
    def situacao_por_extenso(self, assinatura: Assinatura) -> str:
        return f"{assinatura.get_situacao_display()} (desde {timezone.localtime(assinatura.mudou_em):%d/%m/%Y %H:%M})"

    @rotulo("atenção", {"contradicao": "danger", "erro": "warning"})
    def atencao(self, assinatura: Assinatura) -> Any:
        if assinatura.contradicao:
            return "contradicao", "não bate"
        return ("erro", "sem resposta") if assinatura.erro else None

    @admin.display(description="documento")
    def documento_(self, assinatura: Assinatura) -> SafeString | str:
        especie = procurar_especie(assinatura.especie)
        if especie is None:
            return assinatura.titulo
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>',
            especie.endereco(assinatura.objeto_id),
            assinatura.titulo,
        )

    @admin.display(description="pedida por")
    def pedida_por(self, assinatura: Assinatura) -> str:
        quando = timezone.localtime(assinatura.criada_em)
        return f"{nome_do_ator(assinatura.criada_por)}, em {quando:%d/%m/%Y %H:%M}"

    @admin.display(description="onde se assina")
    def onde(self, assinatura: Assinatura) -> SafeString | str:
        if not assinatura.em_curso:
            return f"Está {assinatura.por_extenso}: não se assina mais por aqui."
        if not assinatura.id_provedor:
            return "Ainda a caminho do provedor: a rotina manda sozinha."
        if not assinatura.url:
            return "Quem assina recebeu o endereço por e-mail."
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>',
            assinatura.url,
        )

    @admin.display(description="provedor")
    def provedor_(self, assinatura: Assinatura) -> str:
        provedor = procurar(assinatura.provedor)
        return provedor.titulo if provedor else assinatura.provedor

    @admin.display(description="")
    def arquivos_(self, assinatura: Any) -> SafeString:
        contexto = {"ficha": ficha(assinatura), "pode": assinatura.le}
        return mark_safe(render_to_string("assinaturas/arquivos.html", contexto))

    @admin.display(description="")
    def historia(self, assinatura: Any) -> SafeString:
        contexto = {"ficha": ficha(assinatura), "ve_trilha": assinatura.ve_trilha}
        return mark_safe(render_to_string("assinaturas/historia.html", contexto))

    @acao_com_motivo(
        titulo="Perguntar agora",
        explicacao="O provedor é perguntado já, sem esperar a rotina. Se estiver assinado, o arquivo é buscado e guardado.",
        permissao=PERMISSAO, botao="Perguntar", icone="refresh", atomica=False,
    )  # fmt: skip
    def consultar(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        antes = queryset.get()
        depois = andamento.consultar(antes.pk)
        if depois.erro:
            raise ErroDefinitivo(
                "SEM_RESPOSTA", f"O provedor não disse tudo: {depois.erro}.", "A rotina pergunta de novo."
            )
        mudou = depois.passo != antes.passo or depois.sha256_assinado != antes.sha256_assinado
        return f"Há novidade: está {depois.por_extenso}." if mudou else "O provedor não diz nada de novo."

    @acao_com_motivo(
        titulo="Cancelar o pedido",
        explicacao="O documento é tirado do provedor e ninguém mais o assina. Antes se pergunta a ele: se já assinaram, vale a "
        "assinatura, e nada é cancelado.",
        permissao=PERMISSAO, botao="Cancelar o pedido", perigosa=True, icone="block", atomica=False,
    )  # fmt: skip
    def cancelar(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        andamento.cancelar(assinatura_id=queryset.get().pk, motivo=motivo, usuario=usuario)
        return "Pedido cancelado. Pode-se mandar de novo."
