"""The register of customers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, OuterRef, QuerySet, Value
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from auditoria.rules import mascarar_documento, mascarar_telefone
from clientes.admin.filtros import DocumentoFilter, EtiquetaFilter, FilialDoClienteFilter, StatusFilter
from clientes.admin.formulario import FormularioCliente
from clientes.admin.linha_do_tempo import contexto_do_historico
from clientes.etiquetas import etiquetas_de
from clientes.historico import ultima_mensagem
from clientes.importacao import ImportacaoDeClientes
from clientes.models import Cliente, ClienteQuerySet, Etiqueta, TipoEtiqueta
from clientes.services import gravar_cliente, mudar_status
from erp.acesso.admin_base import acao_com_motivo
from erp.acesso.services import registrar_leitura
from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO, formatar, mostrar
from erp.cadastros.models import Filial
from erp.cadastros.planilhas.admin import ImportaPlanilha

_PERMISSAO_DE_MUDAR = "clientes.change_cliente"
_IDENTIFICACAO = (
    "codigo_cliente", "cliente_varejo", "pf_pj", "cpf_cgc", "rg_ie", "estrangeiro", "sexo", "aniversario",
)  # fmt: skip
_ENDERECO = ("tipo_logradouro", "endereco", "numero", "complemento", "bairro", "cidade", "uf", "cep", "pais")
_CONTATO = ("ddd", "telefone", "ddd_celular", "celular", "email")
_REGISTRO = ("confere", "integracao", "cadastramento", "data_para_transferencia")
_LOJA = ("filial", "tipo_varejo", "status", "obs")


def _ve_documentos(request: HttpRequest) -> bool:
    return usuario_de(request).has_perm(PERMISSAO)


@admin.register(Cliente)
class ClienteAdmin(ImportaPlanilha, CadastroAdmin):
    """Who may not read documents sees the list, masked, and adds; the code is in the address of a customer's page,
    and is a CPF most of the time, so that page is for who may.
    """

    class Media:
        css: ClassVar = {"all": ["cadastros/telas.css"]}

    importacao = ImportacaoDeClientes
    form = FormularioCliente
    mostra_inteiro = PERMISSAO
    list_display = [
        "codigo", "nome", "documento_", "cidade_uf", "telefones", "filial_", "etiquetas", "status_", "mudanca",
    ]  # fmt: skip
    list_filter = [EtiquetaFilter, DocumentoFilter, StatusFilter, FilialDoClienteFilter]
    busca_reservada = True
    search_fields = ["busca"]
    search_help_text = "Palavras do nome, código, CPF/CNPJ, RG ou telefone"
    sortable_by = ()
    readonly_fields = ["o_que_e", *_REGISTRO]
    actions = ["inativar", "ativar"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        oculto = ["versao"] if obj and self.has_change_permission(request, obj) else []
        registro = [("Registro", {"fields": _REGISTRO})] if obj else []
        return [
            (None, {"fields": [*_IDENTIFICACAO, *oculto]}),
            *([("Etiquetas", {"fields": ["o_que_e"]})] if obj else []),
            ("Contato", {"fields": _CONTATO}),
            ("Endereço", {"fields": _ENDERECO}),
            ("Loja", {"fields": _LOJA}),
            *registro,
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The code is what titles and the external platform know the customer by: it never changes."""
        return ["codigo_cliente", *self.readonly_fields] if obj else self.readonly_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas: QuerySet[Any] = super().get_queryset(request)
        anotadas: QuerySet[Any] = linhas.annotate(
            inteiro=Value(_ve_documentos(request), output_field=BooleanField()),
            filial_conhecida=Exists(Filial.objects.filter(nome=OuterRef("filial"))),
            tipos_de_etiqueta=ArraySubquery(
                Etiqueta.objects.filter(codigo_cliente=OuterRef("pk")).order_by("tipo").values("tipo")
            ),
        )
        return anotadas

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the indexes, never by `icontains`."""
        if not search_term.strip():
            return queryset, False
        assert isinstance(queryset, ClienteQuerySet)
        return queryset.buscar(search_term, finais=_ve_documentos(request)), False

    # Who may do what

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and (obj is None or _ve_documentos(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or _ve_documentos(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: titles and the external platform know the customer. STATUS takes it out of use."""
        return False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return super().has_import_permission(request) and _ve_documentos(request)

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return ["codigo", "nome"] if _ve_documentos(request) else None

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without actions there are no boxes to tick, whose values are codes."""
        return super().get_actions(request) if _ve_documentos(request) else {}

    # One customer's history

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What arrived, what the queue told, what people did: in the place of the admin's own log, which is part of it."""
        cliente = self.get_object(request, object_id)
        if cliente is None or not self.has_view_permission(request, cliente):
            return super().history_view(request, object_id, extra_context)  # refuses, its way
        registrar_leitura(cliente, por=usuario_de(request))
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": cliente,
            "title": f"Histórico de {cliente}",
            "titulo": cliente.cliente_varejo,
            "cliente": cliente,
            "lista": f"{self.admin_site.name}:clientes_cliente_changelist",
            "ficha": reverse(f"{self.admin_site.name}:clientes_cliente_change", args=[cliente.pk]),
            **contexto_do_historico(request, cliente.pk),
        }
        return TemplateResponse(request, "clientes/historico.html", contexto)

    # What is done

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        gravar_cliente(obj, novo=not change, usuario=usuario_de(request))
        if obj.documento_valido is False:
            messages.warning(request, "O CPF/CNPJ não confere. O cadastro foi gravado e ficou marcado na lista.")

    @acao_com_motivo(
        titulo="Tornar inativos",
        explicacao="O cadastro continua inteiro, com STATUS inativo, e dá para voltar atrás.",
        permissao=_PERMISSAO_DE_MUDAR,
        botao="Tornar inativos",
    )
    def inativar(self, queryset: Any, motivo: str, usuario: User) -> str:
        return f"Tornados inativos: {mudar_status(queryset, status=0, usuario=usuario, motivo=motivo)}."

    @acao_com_motivo(
        titulo="Tornar ativos",
        explicacao="O STATUS volta a ser ativo.",
        permissao=_PERMISSAO_DE_MUDAR,
        botao="Tornar ativos",
    )
    def ativar(self, queryset: Any, motivo: str, usuario: User) -> str:
        return f"Tornados ativos: {mudar_status(queryset, status=1, usuario=usuario, motivo=motivo)}."

    # What is shown

    @admin.display(description="código")
    def codigo(self, cliente: Any) -> str:
        return cliente.codigo_cliente if cliente.inteiro else mostrar(cliente.codigo_cliente, inteiro=False)

    @admin.display(description="nome")
    def nome(self, cliente: Cliente) -> str:
        return cliente.cliente_varejo

    @rotulo("CPF/CNPJ", {"errado": "danger"})
    def documento_(self, cliente: Any) -> Any:
        if not cliente.documento:
            return "–"
        texto = formatar(cliente.documento) if cliente.inteiro else mascarar_documento(cliente.documento)
        return ("errado", f"{texto} não confere") if cliente.documento_valido is False else texto

    @admin.display(description="cidade")
    def cidade_uf(self, cliente: Cliente) -> str:
        return " / ".join(filter(None, (cliente.cidade, cliente.uf))) or "–"

    @admin.display(description="telefones")
    def telefones(self, cliente: Any) -> str:
        pares = ((cliente.ddd_celular, cliente.celular), (cliente.ddd, cliente.telefone))
        return " · ".join(_telefone(ddd, numero, cliente.inteiro) for ddd, numero in pares if numero) or "–"

    @rotulo("filial", {"fora": "warning"})
    def filial_(self, cliente: Any) -> Any:
        return cliente.filial if cliente.filial_conhecida else ("fora", f"{cliente.filial} fora do cadastro")

    @rotulo("status", {1: "success", 0: "danger"})
    def status_(self, cliente: Cliente) -> tuple[int, str]:
        return (1, "Ativo") if cliente.status == 1 else (0, "Inativo")

    @admin.display(description="etiquetas")
    def etiquetas(self, cliente: Any) -> str:
        return " · ".join(str(TipoEtiqueta(tipo).label) for tipo in cliente.tipos_de_etiqueta) or "–"

    @admin.display(description="o que é, desde quando e por quê")
    def o_que_e(self, cliente: Cliente) -> SafeString:
        # autoescaped by the template
        return mark_safe(render_to_string("clientes/etiquetas.html", vars(etiquetas_de(cliente.pk))))

    @admin.display(description="última mudança")
    def mudanca(self, cliente: Cliente) -> Any:
        return cliente.data_para_transferencia

    @admin.display(description="aviso à plataforma")
    def integracao(self, cliente: Cliente) -> str:
        ultimo = ultima_mensagem(cliente.pk)
        if ultimo is None:
            return "Nenhum ainda"
        quando = timezone.localtime(ultimo.terminada_em or ultimo.criada_em)
        return f"{ultimo.get_situacao_display()}, em {quando:%d/%m/%Y %H:%M:%S}"

    @admin.display(description="CPF/CNPJ confere", boolean=True)
    def confere(self, cliente: Cliente) -> bool | None:
        return cliente.documento_valido


def _telefone(ddd: str, numero: str, inteiro: bool) -> str:
    if not inteiro:
        return mascarar_telefone(ddd.lstrip("0") + numero)
    return f"({ddd}) {numero}" if ddd else numero
