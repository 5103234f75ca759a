"""Charges: the list, and the page of one with all that was said of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from auditoria.trilha.passado import PERMISSAO_TRILHA
from clientes.models import Cliente
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.colunas import coluna_dia, coluna_instante
from erp.cadastros.admin.filtros import FilialFilter
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO as PERMISSAO_DOCUMENTO
from erp.cadastros.documentos import mostrar
from erp.cadastros.formatos import reais
from erp.cobrancas.admin.criar import PERMISSAO, pagina_de_cobrar
from erp.cobrancas.admin.filtros import ContradicaoFilter, CriacaoFilter, ProvedorFilter
from erp.cobrancas.models import Cobranca
from erp.cobrancas.portas import porta
from erp.cobrancas.selectors import ficha
from erp.cobrancas.services.consulta import gravar, pegar, perguntar
from erp.cobrancas.services.criacao import cancelar
from erp.cobrancas.services.envio import mandar
from erp.financeiro.admin.origem import elo
from erp.provedores.registro import procurar, todos

S = Cobranca.Situacao
CORES = {
    S.CRIADA: "info", S.ENVIADA: "info", S.AGUARDANDO: "warning", S.EXPIRADA: "info", S.CANCELADA: "info",
    S.PAGA: "success", S.LIQUIDADA: "success", S.CONTESTADA: "danger", S.DEVOLVIDA_PARCIAL: "danger",
    S.DEVOLVIDA: "danger",
}  # fmt: skip


@admin.register(Cobranca)
class CobrancaAdmin(SomenteLeitura, AdminBase):
    """Newest first. Served by the primary key, `cobranca_situacao`, `_provedor`, `_tipo`, `_filial`, `_criada`, `_cliente`."""

    lista_vazia = (
        "Uma cobrança se faz a partir do que se cobra: em Financeiro, Títulos, marque os títulos e escolha "
        "«Cobrar por link ou Pix»."
    )
    campo_filial = "filial_id"
    mostra_inteiro = PERMISSAO_DOCUMENTO
    list_display = ["numero", "criada", "cliente", "titulo_", "tipo", "valor_", "vale", "situacao_", "atencao"]
    list_display_links = ["numero"]
    list_select_related = ["titulo", "filial"]
    list_filter = [
        ("situacao", ChoicesDropdownFilter), ("tipo", ChoicesDropdownFilter), ProvedorFilter, ContradicaoFilter, FilialFilter,
        ("criada_em", CriacaoFilter),
    ]  # fmt: skip
    list_before_template = "cadastros/periodo_da_lista.html"
    busca_reservada = True
    search_fields = ["id"]
    search_help_text = "Número da cobrança, número dela no provedor ou código do cliente"
    ordering = ["-pk"]
    sortable_by = ()
    criada = coluna_instante("criada_em", "criada em")
    vale = coluna_dia("vencimento", "vale até")
    actions_detail = ["mandar", "consultar", "cancelar"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "situacao_por_extenso", "valor_", "quem_paga", "titulo_", "tipo", "provedor_", "vencimento", "descricao",
                ]
            },
        ),
        ("Para pagar", {"fields": ["para_pagar"]}),
        ("O que houve", {"fields": ["historia"]}),
        ("No provedor", {"fields": ["id_provedor", "uuid", "grupo_", "lida", "consultada_em", "consultar_em", "erro", "conta",
                                    "filial", "criada_por", "criada_em"]}),
    ]  # fmt: skip
    readonly_fields = [
        "situacao_por_extenso", "valor_", "quem_paga", "titulo_", "provedor_", "para_pagar", "historia", "uuid", "grupo_",
    ]  # fmt: skip

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def get_urls(self) -> list[Any]:
        def criar(request: HttpRequest) -> Any:
            return pagina_de_cobrar(self, request)

        return [path("criar/", self.admin_site.admin_view(criar), name="cobrancas_cobranca_criar"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        inteiro = Value(usuario_de(request).has_perm(PERMISSAO_DOCUMENTO))
        nome = Cliente.objects.filter(pk=OuterRef("codigo_cliente")).values("cliente_varejo")
        linhas: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                documento_inteiro=inteiro,
                nome=Subquery(nome),
                ve_trilha=Value(usuario_de(request).has_perm(PERMISSAO_TRILHA)),
            )
        )
        return linhas

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip()
        if not termo:
            return queryset, False
        provedores = [p.nome for p in todos()]
        achadas = Q(codigo_cliente=termo) | Q(provedor__in=provedores, tipo__in=Cobranca.Tipo.values, id_provedor=termo)
        if termo.isascii() and termo.isdecimal() and len(termo) < 19:
            achadas |= Q(pk=int(termo))
        return queryset.filter(achadas), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what may be done to it as it is."""
        cobranca = self.get_object(request, str(object_id))
        if cobranca is None:
            return []
        podem = {"consultar"} if cobranca.id_provedor and cobranca.tipo != Cobranca.Tipo.TEF else set()
        if cobranca.esta_aberta:
            podem |= {"cancelar", "mandar"} if cobranca.id_provedor else {"cancelar"}
        return [a for a in super().get_actions_detail(request, object_id) if a.method.__name__ in podem]

    @admin.display(description="cobrança")
    def numero(self, cobranca: Cobranca) -> str:
        return f"nº {cobranca.pk}"

    @admin.display(description="cliente")
    def cliente(self, cobranca: Any) -> str:
        """By name, as people know who pays; the code for who left the register."""
        return cobranca.nome or mostrar(cobranca.codigo_cliente, inteiro=cobranca.documento_inteiro) or "–"

    @admin.display(description="cliente")
    def quem_paga(self, cobranca: Any) -> str:
        documento = mostrar(cobranca.codigo_cliente, inteiro=cobranca.documento_inteiro)
        return " · ".join(filter(None, (cobranca.nome, documento))) or "–"

    @admin.display(description="título")
    def titulo_(self, cobranca: Cobranca) -> str:
        if cobranca.titulo is None:
            return "sem título"
        return elo("financeiro_titulo_change", cobranca.titulo.pk, str(cobranca.titulo))

    @admin.display(description="valor")
    def valor_(self, cobranca: Cobranca) -> SafeString:
        return reais(cobranca.valor)

    @rotulo("situação", CORES)
    def situacao_(self, cobranca: Cobranca) -> tuple[int, str]:
        return cobranca.situacao, str(cobranca.get_situacao_display())

    @admin.display(description="situação")
    def situacao_por_extenso(self, cobranca: Cobranca) -> str:
        return f"{cobranca.get_situacao_display()} (desde {timezone.localtime(cobranca.mudou_em):%d/%m/%Y %H:%M})"

    @rotulo("atenção", {"contradicao": "danger", "erro": "warning", "": "info"})
    def atencao(self, cobranca: Cobranca) -> Any:
        if cobranca.contradicao:
            return "contradicao", "não bate"
        return ("erro", "sem resposta") if cobranca.erro else None

    @admin.display(description="por")
    def provedor_(self, cobranca: Cobranca) -> str:
        provedor = procurar(cobranca.provedor)
        return provedor.titulo if provedor else cobranca.provedor

    @admin.display(description="carnê")
    def grupo_(self, cobranca: Cobranca) -> str:
        return f"{cobranca.id_grupo or 'a caminho'}, parcela {cobranca.parcela}" if cobranca.grupo else "–"

    @admin.display(description="")
    def para_pagar(self, cobranca: Cobranca) -> SafeString:
        return mark_safe(render_to_string("cobrancas/para_pagar.html", {"cobranca": cobranca}))

    @admin.display(description="")
    def historia(self, cobranca: Any) -> SafeString:
        contexto = {"ficha": ficha(cobranca), "ve_trilha": cobranca.ve_trilha}
        return mark_safe(render_to_string("cobrancas/historia.html", contexto))

    @acao_com_motivo(
        titulo="Mandar ao cliente",
        explicacao="O cliente recebe o endereço (ou o Pix) para pagar, por WhatsApp se der, senão por e-mail, fora das "
        "horas de silêncio. Pode-se mandar de novo.",
        permissao=PERMISSAO,
        botao="Mandar",
        icone="send",
    )
    def mandar(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        mandar(cobranca_id=queryset.get().pk, motivo=motivo, usuario=usuario)
        return "Vai ao cliente. O andamento fica em Avisos e mensagens."

    @acao_com_motivo(
        titulo="Perguntar agora",
        explicacao="O provedor é perguntado já, sem esperar a rotina, e o que ele disser é lançado como sempre.",
        permissao=PERMISSAO,
        botao="Perguntar",
        icone="refresh",
        atomica=False,
    )
    def consultar(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        cobranca = queryset.get()
        if cobranca.tipo == Cobranca.Tipo.TEF:
            raise ErroDefinitivo(
                "NAO_SE_PERGUNTA", f"A {cobranca} é de uma venda em cartão: quem diz o que houve é o arquivo da adquirente.",
                "Veja em Arquivos de cartões.",
            )  # fmt: skip
        por_onde = porta(cobranca.provedor, cobranca.tipo)
        Cobranca.objects.filter(pk=cobranca.pk).update(consultar_em=timezone.now())
        pegas = pegar(por_onde, ate=timezone.now(), ids=[cobranca.pk])
        resumo = gravar(perguntar(por_onde, pegas))
        if not pegas or resumo.devolvidas:
            raise ErroDefinitivo(
                "NAO_PERGUNTADO", "Nada foi perguntado agora: o provedor está em pausa, ou outra consulta está em curso.",
                "Tente de novo daqui a pouco.",
            )  # fmt: skip
        if resumo.falhas:
            return f"O provedor não respondeu: {resumo.falhas[0].resposta}. A rotina pergunta de novo."
        return "Há novidade: veja o que houve." if resumo.mudaram else "O provedor não diz nada de novo."

    @acao_com_motivo(
        titulo="Cancelar",
        explicacao="O provedor é avisado e ninguém mais paga por ela. O título continua em aberto e pode ser cobrado de novo. "
        "Se já foi paga, o provedor recusa, e o pagamento entra na próxima consulta.",
        permissao=PERMISSAO,
        botao="Cancelar a cobrança",
        perigosa=True,
        icone="block",
        atomica=False,
    )
    def cancelar(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        cancelar(cobranca_id=queryset.get().pk, motivo=motivo, usuario=usuario)
        return "Cobrança cancelada."
