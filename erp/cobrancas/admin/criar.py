"""The page that makes charges of titles: by whom, into which account, until when; each title with how much, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from erp.acesso import escopo, formularios
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.models import Conta
from erp.cobrancas.models import Cobranca
from erp.cobrancas.portas import PortaDeCobrancas, configuradas
from erp.cobrancas.services.carne import criar_carne
from erp.cobrancas.services.criacao import criar_cobrancas, enviar, propor
from erp.financeiro.admin.formularios import contas_de
from erp.financeiro.models import Titulo
from erp.financeiro.rules import ZERO

PERMISSAO: Final = "cobrancas.cobrar_titulo"
TITULOS_POR_VEZ: Final = 100
ACAO: Final = "cobrancas.criar"
# What may be charged depends on it: the page is asked for again.
_MOSTRAR_POR: Final = (
    "location.search = 'ids=' + this.form.dataset.todos + '&por_onde=' + encodeURIComponent(this.value)"
)
_ORDEM: Final = (Cobranca.Tipo.LINK, Cobranca.Tipo.PIX, Cobranca.Tipo.CARNE)


class FormularioDeCobranca(forms.Form):
    por_onde = forms.ChoiceField(label="Por onde", widget=UnfoldAdminSelectWidget)
    conta = forms.ModelChoiceField(
        Conta.objects.none(), label="Conta", widget=UnfoldAdminSelectWidget, empty_label="Escolha a conta",
        help_text="Onde o dinheiro entra quando for pago.",
    )  # fmt: skip
    vencimento = forms.DateField(
        label="Vale até", input_formats=["%Y-%m-%d", "%d/%m/%Y"], widget=UnfoldAdminTextInputWidget(),
        help_text="Depois deste dia não se paga mais por ela. Num carnê, vale o vencimento de cada título.",
    )  # fmt: skip

    def __init__(self, *args: Any, contas: QuerySet[Conta], por_onde: str, **kwargs: Any) -> None:
        em_uma_semana = timezone.localdate() + timedelta(days=7)
        kwargs["initial"] = {"por_onde": por_onde, "vencimento": f"{em_uma_semana:%Y-%m-%d}"}
        super().__init__(*args, **kwargs)
        self.fields["vencimento"].widget.input_type = "date"
        portas, conta = self.fields["por_onde"], self.fields["conta"]
        assert isinstance(portas, forms.ChoiceField) and isinstance(conta, forms.ModelChoiceField)
        portas.choices = [(f"{p.nome}/{p.tipo}", p.titulo) for p in _portas()]
        portas.widget.attrs["onchange"] = _MOSTRAR_POR
        conta.queryset = contas

    def clean_vencimento(self) -> Any:
        dia = self.cleaned_data["vencimento"]
        if dia < timezone.localdate():
            raise forms.ValidationError("Este dia já passou.")
        if dia > timezone.localdate() + timedelta(days=366):
            raise forms.ValidationError("É daqui a mais de um ano.")
        return dia


def _portas() -> list[PortaDeCobrancas]:
    """Those that can be used, what is charged most often first."""
    return sorted(configuradas(), key=lambda p: _ORDEM.index(p.tipo) if p.tipo in _ORDEM else len(_ORDEM))


def _por_onde(pedida: str, titulos: Sequence[Titulo]) -> str:
    """What stands chosen: what was asked for, else the first by which any of these may be charged, else the first."""
    nomes = {f"{p.nome}/{p.tipo}": p.tipo for p in _portas()}
    if pedida in nomes:
        return pedida
    servem = (nome for nome, tipo in nomes.items() if any(not p.impedimento for p in propor(titulos, tipo)))
    return next(servem, next(iter(nomes), ""))


def pagina_de_cobrar(modeladmin: Any, request: HttpRequest) -> HttpResponse:
    """GET shows; POST makes, all or none, once for each page shown, and sends the first of them while one waits."""
    usuario = usuario_de(request)
    if not usuario.has_perm(PERMISSAO) or not usuario.has_perm("financeiro.view_titulo"):
        raise PermissionDenied
    titulos = _titulos(request, usuario)
    dados = request.POST if request.method == "POST" else None
    por_onde = _por_onde(request.GET.get("por_onde", ""), titulos)
    form = FormularioDeCobranca(dados, contas=contas_de(usuario), por_onde=por_onde)
    erro = ""
    if dados is not None and form.is_valid():
        try:
            return _criadas(request, _criar(dados.get("token", ""), form, usuario))
        except ErroDefinitivo as recusa:
            erro = str(recusa)
    propostas = propor(titulos, (form["por_onde"].value() or "").partition("/")[2])
    cobraveis = [p for p in propostas if not p.impedimento]
    ids = [titulo.pk for titulo in titulos] if dados is not None else [p.titulo.pk for p in cobraveis]
    contexto = {
        **modeladmin.admin_site.each_context(request), "opts": modeladmin.opts, "media": modeladmin.media,
        "title": "Cobrar título" if len(titulos) == 1 else "Cobrar títulos", "form": form, "propostas": propostas,
        "cobraveis": len(cobraveis), "total": sum((p.valor for p in cobraveis), ZERO), "erro": erro,
        "ids": ",".join(map(str, ids)), "todos": ",".join(str(t.pk) for t in titulos), "sem_provedor": not configuradas(),
        "token": formularios.emitir(usuario, ACAO, ids), "voltar": reverse("admin:financeiro_titulo_changelist"),
    }  # fmt: skip
    return TemplateResponse(request, "cobrancas/criar.html", contexto, status=409 if erro else 200)


def _titulos(request: HttpRequest, usuario: User) -> Sequence[Titulo]:
    """The titles named in the address that this person sees."""
    texto = request.POST.get("ids") or request.GET.get("ids", "")
    ids = [int(parte) for parte in texto.split(",") if parte.isdecimal() and len(parte) < 19][:TITULOS_POR_VEZ]
    visiveis = escopo.restringir(Titulo.objects.filter(pk__in=ids), usuario, "filial_id")
    return list(visiveis.order_by("vencimento", "pk"))


@transaction.atomic
def _criar(token: str, form: FormularioDeCobranca, usuario: User) -> list[Cobranca]:
    identificador, ids = formularios.ler(token, usuario, ACAO)
    formularios.usar(identificador, usuario, ACAO)
    vistos = escopo.restringir(Titulo.objects.filter(pk__in=ids), usuario, "filial_id").values_list("pk", flat=True)
    if not ids or set(vistos) != set(ids):
        raise ErroDefinitivo("TITULO_NAO_SE_VE", "Não há o que cobrar entre estes títulos.", "Volte e escolha de novo.")
    provedor, _, tipo = form.cleaned_data["por_onde"].partition("/")
    if tipo == Cobranca.Tipo.CARNE:  # each parcel is open until its own title's day
        return criar_carne(titulos_ids=ids, conta_id=form.cleaned_data["conta"].pk, provedor=provedor, usuario=usuario)
    return criar_cobrancas(
        titulos_ids=ids, conta_id=form.cleaned_data["conta"].pk, vencimento=form.cleaned_data["vencimento"],
        provedor=provedor, tipo=tipo, usuario=usuario,
    )  # fmt: skip


def _criadas(request: HttpRequest, cobrancas: list[Cobranca]) -> HttpResponse:
    feitas = enviar(cobrancas)
    quantas = "Cobrança feita" if len(cobrancas) == 1 else f"{len(cobrancas)} cobranças feitas"
    if feitas == len(cobrancas):
        messages.success(request, f"{quantas}. Já se pode pagar.")
    else:
        messages.warning(request, f"{quantas}; {len(cobrancas) - feitas} ainda a caminho do provedor: a rotina manda.")
    if len(cobrancas) == 1:
        return HttpResponseRedirect(reverse("admin:cobrancas_cobranca_change", args=[cobrancas[0].pk]))
    return HttpResponseRedirect(reverse("admin:cobrancas_cobranca_changelist"))
