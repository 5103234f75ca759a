"""One day of one person: its sheet, its marks, what people said of it, and what may be said now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from erp.acesso import formularios
from erp.acesso.erros import ErroDefinitivo
from erp.colaboradores.apuracao.valores import Trecho
from erp.colaboradores.fusos import fuso_de
from erp.colaboradores.jornada import mostrar_horarios
from erp.colaboradores.models import Colaborador, FolhaDiaVersao, Marcacao, Tratamento
from erp.colaboradores.selectors.espelho import LinhaEspelho, espelho
from erp.colaboradores.services.tratamentos import PERMISSAO, Pedido, tratar

if TYPE_CHECKING:
    from erp.acesso.admin_base import AdminBase

    _Base = AdminBase
else:
    _Base = object

Tipo = Tratamento.Tipo
FORMULARIO = "colaboradores.tratar"
EXPLICACOES: Mapping[str, str] = {
    Tipo.INCLUSAO: "Faltou marcar e a pessoa estava lá. A marcação incluída aparece com um asterisco; as do relógio não mudam.",
    Tipo.DESCONSIDERACAO: "Marcou sem querer, ou duas vezes. A marcação continua registrada, mas não conta.",
    Tipo.ABONO: "A empresa perdoa a falta, toda ou uma parte.",
    Tipo.FALTA_JUSTIFICADA: "A lei ou um atestado justificam a falta: ela não é descontada.",
    Tipo.FALTA_CONFIRMADA: "A pessoa faltou e não justificou: a falta continua no total, e o dia deixa de esperar.",
    Tipo.CONFERENCIA: "Você olhou os alertas deste dia e está certo como está. Se chegar outra marcação, eles voltam.",
    Tipo.FERIAS: "Nenhuma hora é esperada nestes dias.",
    Tipo.AFASTAMENTO: "Licença, INSS, suspensão: nenhuma hora é esperada nestes dias.",
}


class FormularioTratamento(forms.Form):
    """What each kind asks beyond the reason; the others' fields are left out."""

    CAMPOS: Mapping[str, tuple[str, ...]] = {
        Tipo.INCLUSAO: ("hora", "no_dia_seguinte"),
        Tipo.DESCONSIDERACAO: ("marcacao",),
        Tipo.ABONO: ("minutos",),
        Tipo.FALTA_JUSTIFICADA: ("minutos",),
        Tipo.FERIAS: ("ate",),
        Tipo.AFASTAMENTO: ("ate",),
    }
    hora = forms.TimeField(
        label="Horário",
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time", "autofocus": True}),
        error_messages={"invalid": "Escreva o horário como 08:00.", "required": "Diga o horário."},
    )
    no_dia_seguinte = forms.BooleanField(label="Já era o dia seguinte (depois da meia-noite)", required=False)
    marcacao = forms.TypedChoiceField(
        label="Marcação", coerce=int, widget=UnfoldAdminSelectWidget, error_messages={"required": "Escolha a marcação."}
    )
    minutos = forms.CharField(
        label="Quanto", required=False, max_length=6, widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "tudo"}),
        help_text="Em horas e minutos, como 1:30. Em branco: tudo o que falta no dia.",
    )  # fmt: skip
    ate = forms.DateField(
        label="Último dia", widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={"required": "Diga o último dia.", "invalid": "Data inválida."},
    )  # fmt: skip
    motivo = forms.CharField(
        label="Motivo",
        min_length=5,
        max_length=500,
        help_text="Fica registrado para sempre, com o seu nome.",
        error_messages={"required": "Escreva o motivo.", "min_length": "Escreva o motivo com ao menos 5 letras."},
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "maxlength": 500}),
    )

    def __init__(self, dados: Any, *, tipo: str, linha: LinhaEspelho) -> None:
        super().__init__(dados, initial={"ate": f"{linha.dia:%Y-%m-%d}"})
        for nome in set(self.fields) - {"motivo", *self.CAMPOS.get(tipo, ())}:
            del self.fields[nome]
        if "marcacao" in self.fields:
            self.fields["marcacao"].choices = [  # type: ignore[attr-defined]  # a choice field, by the line above
                (m.marcacao, m.hora) for m in linha.marcas if m.marcacao is not None and not m.fora
            ]

    def clean_minutos(self) -> int | None:
        texto = self.cleaned_data["minutos"].strip()
        if not texto:
            return None
        horas, separador, minutos = texto.partition(":")
        if not separador or not (horas + minutos).isascii() or not (horas.isdigit() and minutos.isdigit()):
            raise forms.ValidationError("Escreva como 1:30, ou deixe em branco.")
        if int(minutos) > 59:
            raise forms.ValidationError("Os minutos vão até 59.")
        return int(horas) * 60 + int(minutos)


class PaginaDoDia(_Base):
    """Mixin of the page of employees."""

    def dia(self, request: HttpRequest, pk: int, ano: int, mes: int, dia: int) -> HttpResponse:
        """GET: the day; with `?tipo=`, what that treatment asks. POST: note it."""
        pessoa: Colaborador = self._pessoa(request, pk)  # type: ignore[attr-defined]  # of the class that takes this mixin
        try:
            data = date(ano, mes, dia)
        except ValueError:
            raise Http404("Este dia não existe.") from None
        if not 1990 < ano < 2200:
            raise Http404("Este dia não existe.")
        (linha,) = espelho(pessoa, data, data).linhas
        usuario = request.user
        assert isinstance(usuario, User)
        pode = usuario.has_perm(PERMISSAO)
        opcoes = possiveis(linha) if pode else []
        tipo = request.POST.get("tipo") or request.GET.get("tipo", "")
        if request.method == "POST" and not pode:
            raise PermissionDenied
        if tipo not in opcoes:
            if tipo:
                messages.warning(request, "Este tratamento já não cabe neste dia. Confira a folha.")
            return self._pagina_do_dia(request, pessoa, linha, opcoes)
        formulario = FormularioTratamento(request.POST if request.method == "POST" else None, tipo=tipo, linha=linha)
        if request.method == "POST" and formulario.is_valid():
            try:
                self._tratar(request, usuario, pessoa, linha, tipo, formulario.cleaned_data)
            except formularios.FormularioRepetido as erro:
                messages.warning(request, str(erro))
            except ErroDefinitivo as erro:
                return self._pagina_do_dia(request, pessoa, linha, opcoes, tipo, formulario, str(erro))
            else:
                messages.success(
                    request, f"Feito: {Tipo(tipo).label.lower()} em {data:%d/%m/%Y}. A folha já foi refeita."
                )
            return HttpResponseRedirect(request.path)
        return self._pagina_do_dia(request, pessoa, linha, opcoes, tipo, formulario)

    def _tratar(
        self,
        request: HttpRequest,
        usuario: User,
        pessoa: Colaborador,
        linha: LinhaEspelho,
        tipo: str,
        dados: dict[str, Any],
    ) -> None:
        with transaction.atomic():
            token, visto = formularios.ler(request.POST.get("token", ""), usuario, FORMULARIO)
            if visto != [pessoa.pk, linha.dia.isoformat()]:
                raise formularios.FormularioInvalido
            formularios.usar(token, usuario, FORMULARIO)
            tratar(_pedido(pessoa, linha.dia, tipo, dados), autor=usuario)

    def _pagina_do_dia(
        self,
        request: HttpRequest,
        pessoa: Colaborador,
        linha: LinhaEspelho,
        opcoes: list[str],
        tipo: str = "",
        formulario: FormularioTratamento | None = None,
        erro: str = "",
    ) -> HttpResponse:
        assert isinstance(request.user, User)
        dia, um_dia = linha.dia, timedelta(days=1)
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": f"{pessoa.nome}, {linha.semana}, {dia:%d/%m/%Y}",
            "pessoa": pessoa,
            "linha": linha,
            "folha": linha.folha,
            "horarios_reais": _trechos(linha),
            "opcoes": [(opcao, Tipo(opcao).label) for opcao in opcoes],
            "tipo": tipo,
            "nome_do_tipo": Tipo(tipo).label if tipo else "",
            "explicacao": EXPLICACOES.get(tipo, ""),
            "formulario": formulario,
            "erro": erro,
            "historia": _historia(pessoa, dia),
            "versoes": FolhaDiaVersao.objects.filter(folha_id=linha.folha.pk)[:20] if linha.folha else [],
            "token": formularios.emitir(request.user, FORMULARIO, [pessoa.pk, dia.isoformat()]),
            "anterior": endereco_do_dia(pessoa.pk, dia - um_dia),
            "seguinte": endereco_do_dia(pessoa.pk, dia + um_dia),
            "futuro": dia > timezone.localdate(),
        }
        resposta = TemplateResponse(request, "colaboradores/dia.html", contexto)
        resposta.status_code = 409 if erro else 200
        return resposta


def endereco_do_dia(pessoa: int, dia: date) -> str:
    return reverse("admin:colaboradores_colaborador_dia", args=[pessoa, dia.year, dia.month, dia.day])


def possiveis(linha: LinhaEspelho) -> list[str]:
    """The treatments that fit this day, in the order that people use them."""
    folha, futuro = linha.folha, linha.dia > timezone.localdate()
    cabem = {
        Tipo.FALTA_JUSTIFICADA: bool(folha and folha.falta),
        Tipo.ABONO: bool(folha and folha.falta),
        Tipo.FALTA_CONFIRMADA: bool(folha and linha.ausencia),
        Tipo.INCLUSAO: not futuro,
        Tipo.DESCONSIDERACAO: bool(folha) and any(m.marcacao and not m.fora for m in linha.marcas),
        Tipo.CONFERENCIA: bool(folha and folha.situacao == "pendente" and linha.alertas),
        Tipo.FERIAS: True,
        Tipo.AFASTAMENTO: True,
    }
    return [tipo.value for tipo, cabe in cabem.items() if cabe]


def _pedido(pessoa: Colaborador, dia: date, tipo: str, dados: dict[str, Any]) -> Pedido:
    momento = None
    if "hora" in dados:
        dia_da_hora = dia + timedelta(days=1) if dados["no_dia_seguinte"] else dia
        momento = datetime.combine(dia_da_hora, dados["hora"], fuso_de(pessoa.municipio))
    return Pedido(
        colaborador=pessoa,
        dia=dia,
        tipo=tipo,
        motivo=dados["motivo"],
        momento=momento,
        marcacao=Marcacao.objects.filter(pk=dados["marcacao"]).first() if "marcacao" in dados else None,
        minutos=dados.get("minutos"),
        dia_fim=dados.get("ate"),
    )


def _trechos(linha: LinhaEspelho) -> str:
    """What was worked, as the sheet paired it."""
    if linha.folha is None or not linha.folha.detalhe.get("trechos"):
        return ""
    return mostrar_horarios(tuple(Trecho(inicio, fim) for inicio, fim in linha.folha.detalhe["trechos"]))


def _historia(pessoa: Colaborador, dia: date) -> list[Tratamento]:
    """All that was said of the day, newest first, with what took whose place."""
    todos = Tratamento.objects.filter(colaborador=pessoa, dia__lte=dia, dia_fim__gte=dia)
    return list(todos.select_related("autor", "marcacao", "sucessor").order_by("-id")[:50])
