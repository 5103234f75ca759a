"""Refusals: who asked not to be written to, and taking it back. A customer who tells the staff is included here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from clientes.models import Cliente
from erp.acesso.admin_base import AdminBase, acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.formularios import FormularioModelo
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import limpar
from erp.contatos import services
from erp.contatos.admin.filtros import EmVigorFiltro
from erp.contatos.admin.textos import curta, nome_do_canal
from erp.contatos.canais import canais
from erp.contatos.enderecos import resumo
from erp.contatos.models import Canal, Descadastro


class FormularioDeDescadastro(FormularioModelo):
    cliente = forms.CharField(
        label="Cliente",
        max_length=20,
        widget=UnfoldAdminTextInputWidget(),
        help_text="O código, o CPF ou o CNPJ, inteiro.",
    )
    motivo = forms.CharField(
        label="Como pediu", min_length=5, max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Ao telefone, no balcão… Fica registrado, com o seu nome.",
        error_messages={"min_length": "Escreva com ao menos 5 letras."},
    )  # fmt: skip

    class Meta:
        model = Descadastro
        fields = ("canal",)
        widgets = {"canal": forms.RadioSelect(choices=Canal.choices)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["canal"].initial = Canal.EMAIL.value

    def clean_cliente(self) -> str:
        digitado = str(self.cleaned_data["cliente"]).strip()
        achado = (
            Cliente.objects.filter(pk=digitado).first()
            or Cliente.objects.filter(documento=limpar(digitado) or "-").first()
        )
        if achado is None:
            raise ValidationError("Nenhum cliente tem este código, CPF ou CNPJ.")
        return achado.pk

    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or {}
        de_pe = Descadastro.objects.filter(
            codigo_cliente=dados.get("cliente", "-"), canal=dados.get("canal", ""), desfeito_em=None
        )
        if de_pe.exists():
            raise ValidationError("Este cliente já pediu para não receber por este canal.")
        return dados


@admin.register(Descadastro)
class DescadastroAdmin(AdminBase):
    form = FormularioDeDescadastro
    list_display = ["quando", "de_quem", "canal_", "situacao", "como", "desfeito"]
    list_display_links = ["quando"]
    list_filter = [EmVigorFiltro]
    busca_reservada = True
    search_fields = ["pk"]  # shows the box; `get_search_results` does the looking
    search_help_text = "E-mail, código ou CPF/CNPJ do cliente, inteiros"
    ordering = ["-pk"]
    sortable_by = ()
    actions = ["desfazer"]
    actions_detail = ["desfazer"]

    class Media:
        css = {"all": ["pdv/retaguarda.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the customer's name, one look-up in the same statement."""
        nome = Cliente.objects.filter(pk=OuterRef("codigo_cliente")).values("cliente_varejo")
        linhas: QuerySet[Any] = super().get_queryset(request).annotate(nome=Subquery(nome))
        return linhas

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [
                (None, {"fields": ["cliente", "canal", "motivo"], "description": "Quem pediu à equipe para não receber. "
                        "Vale já, também para o que está na fila, e para qualquer endereço do cliente."})
            ]  # fmt: skip
        campos = ["de_quem", "canal_", "quando", "como", "motivo", "por", "desfeito", "desfeito_por", "desfeito_motivo"]
        return [(None, {"fields": campos})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return []
        return ["de_quem", "canal_", "quando", "como", "motivo", "por", "desfeito", "desfeito_por", "desfeito_motivo"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs |= {"form": forms.ModelForm, "fields": []}  # a page to read
        return super().get_form(request, obj, change, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        dados = form.cleaned_data
        try:
            feito = services.descadastrar_cliente(
                codigo_cliente=dados["cliente"],
                canal_=dados["canal"],
                motivo=dados["motivo"],
                usuario=usuario_de(request),
            )
        except ErroDefinitivo as erro:  # somebody else did it since the form was checked
            raise ValidationError(str(erro)) from erro
        obj.pk = feito.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The service has recorded it."""
        return None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip()
        if not termo:
            return queryset, False
        codigos = [
            termo[:14],
            *Cliente.objects.filter(documento=limpar(termo) or "-").values_list("pk", flat=True)[:20],
        ]
        hashes = [resumo(endereco) for porta in canais() if (endereco := porta.normalizar(termo))]
        ids = {
            *Descadastro.objects.filter(codigo_cliente__in=codigos).values_list("pk", flat=True)[:500],
            *Descadastro.objects.filter(endereco_hash__in=hashes).values_list("pk", flat=True)[:500],
        }
        return queryset.filter(pk__in=ids), False

    @acao_com_motivo(
        titulo="Voltar a escrever",
        explicacao="Só com o pedido da própria pessoa: ela volta a receber as mensagens deste canal. O que ficou para trás "
        "não é enviado.",
        permissao="contatos.desfazer_descadastro",
        botao="Voltar a escrever",
        perigosa=True,
        icone="undo",
    )
    def desfazer(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        feitos = services.desfazer(list(queryset.values_list("pk", flat=True)[:1000]), usuario=usuario, motivo=motivo)
        return f"Desfeitos: {feitos}." if feitos else "Já estavam desfeitos."

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        descadastro = self.get_object(request, str(object_id))
        vale = descadastro is not None and descadastro.desfeito_em is None
        return super().get_actions_detail(request, object_id) if vale else []

    @admin.display(description="pedido em")
    def quando(self, d: Descadastro) -> str:
        return curta(d.em)

    @admin.display(description="de quem")
    def de_quem(self, d: Any) -> str:
        return " – ".join(filter(None, [d.nome, d.mostra])) or "–"

    @admin.display(description="canal")
    def canal_(self, d: Descadastro) -> str:
        return nome_do_canal(d.canal)

    @rotulo("situação", {"vale": "danger", "desfeito": "default"})
    def situacao(self, d: Descadastro) -> tuple[str, str]:
        return ("desfeito", "Desfeito") if d.desfeito_em else ("vale", "Não escrever")

    @admin.display(description="como pediu")
    def como(self, d: Descadastro) -> str:
        return d.get_origem_display() + (f", por {d.por}" if d.por else "")

    @admin.display(description="desfeito")
    def desfeito(self, d: Descadastro) -> str:
        return curta(d.desfeito_em) if d.desfeito_em else "–"
