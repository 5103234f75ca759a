"""Admin actions that ask for a reason first.

The page says what will happen and to how many rows; sending it calls a service with the rows, the reason and the
user, in one transaction with the one-time token that makes a double click harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, NamedTuple, Protocol

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import quote, unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from auditoria.contexto import contando
from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso import formularios
from erp.acesso.erros import ErroDefinitivo

CONTAGEM_MAXIMA = 10_000
AMOSTRA = 10
Corpo = Callable[..., str | None]


@dataclass(frozen=True)
class Painel:
    """What the page of an action shows above the reason, worked out for these very rows.

    `modelo` is rendered with `contexto`. `botao` says what the button will do; without `pode` there is no button.
    `rotulos` keeps, of the fields beyond the reason, those that apply, by what they are called here. `visto` (JSON)
    comes back with what is sent.
    """

    modelo: str
    contexto: Mapping[str, Any]
    botao: str = ""
    pode: bool = True
    rotulos: Mapping[str, str] = field(default_factory=dict)
    visto: Any = None


class Envio(NamedTuple):
    """What came back of a page with a panel: the fields beyond the reason, and what was seen."""

    campos: Mapping[str, Any]
    visto: Any


Paineleiro = Callable[[User, QuerySet[Any]], Painel | None]


class Acao(Protocol):
    """An action of a list (`actions`) and, by the same name, of one object's page (`actions_detail`)."""

    permissao: str
    short_description: str

    def __call__(self, modeladmin: Any, request: HttpRequest, alvo: Any) -> HttpResponse | None: ...


class FormularioDeMotivo(forms.Form):
    motivo = forms.CharField(
        label="Motivo",
        min_length=5,
        max_length=500,
        help_text="Fica registrado na auditoria, com o seu nome.",
        error_messages={
            "required": "Escreva o motivo.",
            "min_length": "Escreva o motivo com ao menos 5 letras.",
            "max_length": "Escreva o motivo em até 500 letras.",
        },
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autofocus": True, "maxlength": 500}),
    )


def acao_com_motivo(
    *,
    titulo: str,
    explicacao: str | Callable[[QuerySet[Any]], str],
    permissao: str,
    botao: str = "Confirmar",
    perigosa: bool = False,
    atomica: bool = True,
    icone: str = "",
    formulario: type[FormularioDeMotivo] = FormularioDeMotivo,
    painel: Paineleiro | None = None,
) -> Callable[[Corpo], Any]:
    """Make a method `(self, queryset, motivo, usuario) -> str | None` of an `AdminBase` into an action with a reason.

    The method calls one service and returns the sentence that tells what was done. `explicacao` says, before, what
    will happen; a function of the rows says it with their numbers. `permissao` (`app.codename`) is asked of
    whoever sees the action and again of whoever sends it.
    An audit event is left by every one: the service's own, or one that says that there was nothing to do.
    `ErroDefinitivo` and `ValidationError` undo everything and come back to the page with the reason still typed.
    `atomica=False` is for a service that opens its own transactions: the token is then spent before it starts.
    `formulario` may ask for more than the reason, and `painel` shows what will happen before anybody confirms; the
    method then takes an `Envio` as its last argument.
    Works in `actions` and, when named there too, in `actions_detail`.
    """

    def decorar(corpo: Corpo) -> Any:
        @wraps(corpo)
        def agir(modeladmin: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
            alvo = args[0] if args else kwargs["object_id"]
            return _Pedido(modeladmin, request, alvo, agir, corpo).atender()

        agir.__dict__.update(
            do_not_call_in_templates=True,  # the page reads its attributes
            short_description=titulo,
            permissao=permissao,
            explicacao=explicacao,
            botao=botao,
            perigosa=perigosa,
            atomica=atomica,
            formulario=formulario,
            painel=painel,
            # What unfold reads of a button of an object's page.
            attrs={},
            icon=icone or None,
            variant=ActionVariant.DANGER if perigosa else ActionVariant.DEFAULT,
        )
        return agir

    return decorar


class _Pedido:
    """One request to one action: the page, or the act."""

    def __init__(self, modeladmin: Any, request: HttpRequest, alvo: Any, acao: Any, corpo: Corpo) -> None:
        self.modeladmin = modeladmin
        self.request = request
        self.acao = acao
        self.corpo = corpo
        if not isinstance(request.user, User) or not request.user.has_perm(acao.permissao):
            raise PermissionDenied
        if not modeladmin.has_view_permission(request):
            raise PermissionDenied
        self.da_lista = isinstance(alvo, QuerySet)
        self.queryset: QuerySet[Any] = alvo if self.da_lista else self._um_so(alvo)
        self.usuario: User = request.user
        self.nome = f"{modeladmin.opts.label}.{acao.__name__}"

    def atender(self) -> HttpResponse | None:
        if self.request.method != "POST" or "token" not in self.request.POST:
            return self._pagina(self.acao.formulario())
        if self.request.POST.get("recalcular"):
            return self._pagina(self.acao.formulario(initial=self.request.POST.dict()))
        formulario = self.acao.formulario(self.request.POST)
        if not formulario.is_valid():
            return self._pagina(formulario)
        try:
            mensagem = self._agir(formulario.cleaned_data)
        except formularios.FormularioRepetido as erro:
            messages.warning(self.request, str(erro))
            return self._voltar()
        except (ErroDefinitivo, ValidationError) as erro:
            return self._pagina(formulario, erro=_texto(erro))
        if mensagem:
            messages.success(self.request, mensagem)
        return self._voltar()

    def _agir(self, dados: dict[str, Any]) -> str | None:
        token, visto = formularios.ler(self.request.POST["token"], self.usuario, self.nome)
        if visto["linhas"] != (agora := self._contar()):
            antes = _quantas(visto["linhas"])
            raise ErroDefinitivo(
                "SELECAO_MUDOU", f"A seleção mudou de {antes} para {_quantas(agora)}.", "Confira de novo."
            )
        argumentos: list[Any] = [self.modeladmin, self.queryset, dados["motivo"], self.usuario]
        if self.acao.painel:
            argumentos.append(
                Envio({nome: valor for nome, valor in dados.items() if nome != "motivo"}, visto["painel"])
            )
        if not self.acao.atomica:
            formularios.usar(token, self.usuario, self.nome)
            return self._fazer(argumentos, agora)
        with transaction.atomic():
            formularios.usar(token, self.usuario, self.nome)
            return self._fazer(argumentos, agora)

    @sensivel("acesso.acao_feita")
    def _fazer(self, argumentos: list[Any], linhas: int) -> str | None:
        """The act. One that found nothing to do was asked for all the same, by somebody and for a reason: it is an event."""
        with contando() as contagem:
            dito = self.corpo(*argumentos)
        if not contagem.eventos:
            with transaction.atomic():
                registrar(
                    acao="acesso.acao_feita",
                    ator=ator_usuario(self.usuario),
                    objeto=self.modeladmin.opts.label,
                    objeto_id="" if self.da_lista else str(self.objeto.pk),
                    depois={"acao": str(self.acao.short_description), "linhas": linhas},
                    motivo=argumentos[2],
                )
        return dito

    def _pagina(self, formulario: FormularioDeMotivo, erro: str = "") -> TemplateResponse:
        quantas = self._contar()
        explicacao = self.acao.explicacao
        painel = self.acao.painel(self.usuario, self.queryset) if self.acao.painel and quantas else None
        _deixar_campos(formulario, painel.rotulos if painel else {})
        contexto = {
            **self.modeladmin.admin_site.each_context(self.request),
            "title": self.acao.short_description,
            "opts": self.modeladmin.opts,
            "media": self.modeladmin.media,
            "acao": self.acao,
            "explicacao": explicacao(self.queryset) if callable(explicacao) else explicacao,
            "nome_da_acao": self.acao.__name__,
            "da_lista": self.da_lista,
            "quantidade": _quantas(quantas),
            "amostra": list(self.queryset[:AMOSTRA]),
            "restantes": quantas > AMOSTRA,
            "selecionadas": self.request.POST.getlist(helpers.ACTION_CHECKBOX_NAME) if self.da_lista else [],
            "campo_selecao": helpers.ACTION_CHECKBOX_NAME,
            "select_across": self.request.POST.get("select_across", "0"),
            "formulario": formulario,
            "erro": erro,
            "painel": painel,
            "botao": (painel and painel.botao) or self.acao.botao,
            "pode": quantas > 0 and (painel is None or painel.pode),
            "token": formularios.emitir(
                self.usuario, self.nome, {"linhas": quantas, "painel": painel.visto if painel else None}
            ),
            "voltar": self.request.get_full_path() if self.da_lista else self._endereco_do_objeto(),
        }
        resposta = TemplateResponse(self.request, "admin/acao_com_motivo.html", contexto)
        resposta.status_code = 409 if erro else 200
        return resposta

    def _contar(self) -> int:
        """Never more than `CONTAGEM_MAXIMA` + 1: past that, the exact number would cost more than it tells."""
        return self.queryset.order_by()[: CONTAGEM_MAXIMA + 1].count()

    def _um_so(self, object_id: Any) -> QuerySet[Any]:
        """The object by its id in the address, if this person sees it."""
        objeto = self.modeladmin.get_object(self.request, unquote(str(object_id)))
        if objeto is None:
            raise Http404
        self.objeto = objeto
        visiveis: QuerySet[Any] = self.modeladmin.get_queryset(self.request)
        return visiveis.filter(pk=objeto.pk)

    def _endereco_do_objeto(self) -> str:
        opts = self.modeladmin.opts
        nome = f"{self.modeladmin.admin_site.name}:{opts.app_label}_{opts.model_name}_change"
        return reverse(nome, args=[quote(self.objeto.pk)])

    def _voltar(self) -> HttpResponse | None:
        """None sends Django back to the list with its filters."""
        return None if self.da_lista else HttpResponseRedirect(self._endereco_do_objeto())


def _deixar_campos(formulario: FormularioDeMotivo, rotulos: Mapping[str, str]) -> None:
    """Beyond the reason, only what applies to these rows is asked, under its own words; the reason comes last."""
    for nome in [nome for nome in formulario.fields if nome != "motivo"]:
        if nome in rotulos:
            formulario.fields[nome].label = formulario[nome].label = rotulos[nome]  # also what a refusal has bound
        else:
            del formulario.fields[nome]
    motivo = formulario.fields["motivo"] = formulario.fields.pop("motivo")
    primeiro = next(campo for campo in formulario.fields.values() if not isinstance(campo, forms.BooleanField))
    if primeiro is not motivo:
        motivo.widget.attrs.pop("autofocus", None)
        primeiro.widget.attrs["autofocus"] = True


def _quantas(numero: int) -> str:
    if numero > CONTAGEM_MAXIMA:
        return f"mais de {CONTAGEM_MAXIMA:,} linhas".replace(",", ".")
    return "1 linha" if numero == 1 else f"{numero:,} linhas".replace(",", ".")


def _texto(erro: ErroDefinitivo | ValidationError) -> str:
    return " ".join(erro.messages) if isinstance(erro, ValidationError) else str(erro)
