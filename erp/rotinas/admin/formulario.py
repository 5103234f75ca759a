"""The schedule as a choice: minutes, hours, a time every day, days of the week, or a crontab line."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from erp.rotinas.agenda import Cada
from erp.rotinas.calendario import proximas
from erp.rotinas.crontab import FUSO, Cron, ler_linha
from erp.rotinas.palavras import DIAS_DA_SEMANA

MINUTOS: Final = "minutos"
HORAS: Final = "horas"
DIARIA: Final = "diaria"
SEMANAL: Final = "semanal"
CRONTAB: Final = "crontab"
SEGUNDOS: Final = "segundos"  # offered only where it is so already: no routine of the company runs by the second
TIPOS = (
    (MINUTOS, "A cada tantos minutos"),
    (HORAS, "A cada tantas horas"),
    (DIARIA, "Todo dia, numa hora certa"),
    (SEMANAL, "Em certos dias da semana"),
    (CRONTAB, "Outra agenda (crontab)"),
)
PROPRIOS = {
    MINUTOS: ("minutos",),
    HORAS: ("horas",),
    DIARIA: ("horario",),
    SEMANAL: ("dias", "horario_semanal"),
    CRONTAB: ("linha",),
    SEGUNDOS: ("segundos",),
}
_OBRIGATORIOS = {
    "minutos": "Diga de quantos em quantos minutos.",
    "horas": "Diga de quantas em quantas horas.",
    "horario": "Diga a hora, por exemplo 21:00.",
    "dias": "Marque ao menos um dia.",
    "horario_semanal": "Diga a hora, por exemplo 21:00.",
    "linha": "Escreva os cinco campos, por exemplo 0 21 * * 1-5.",
    "segundos": "Diga de quantos em quantos segundos.",
}
_SEMANA = [(str(dia), DIAS_DA_SEMANA[dia].capitalize()) for dia in (1, 2, 3, 4, 5, 6, 0)]
_HORA: dict[str, Any] = {
    "required": False,
    "input_formats": ["%H:%M", "%H:%M:%S", "%Hh%M", "%Hh", "%H"],
    "error_messages": {"invalid": "Escreva a hora como 21:00."},
}


def _numero(rotulo: str, maximo: int) -> forms.IntegerField:
    erro = f"Escreva um número inteiro de 1 a {maximo}."
    return forms.IntegerField(
        label=rotulo,
        required=False,
        min_value=1,
        max_value=maximo,
        error_messages={"invalid": erro, "min_value": erro, "max_value": erro},
        widget=UnfoldAdminTextInputWidget(
            attrs={"type": "number", "inputmode": "numeric", "min": 1, "max": maximo, "class": "rot-curto"}
        ),
    )


def _hora() -> forms.TimeField:
    # Not type=time: a browser in English would show 09:10 PM.
    entrada = UnfoldAdminTextInputWidget(attrs={"placeholder": "21:00", "maxlength": 8, "class": "rot-curto"})
    return forms.TimeField(label="Hora", widget=entrada, **_HORA)


class FormularioDeAgenda(forms.Form):
    """`agenda` is what was chosen, once valid. Only the fields of the chosen kind are looked at."""

    tipo = forms.ChoiceField(label="Quando roda", choices=TIPOS, widget=forms.RadioSelect)
    minutos = _numero("A cada quantos minutos", 1440)
    horas = _numero("A cada quantas horas", 168)
    horario = _hora()
    dias = forms.MultipleChoiceField(
        label="Dias da semana", required=False, choices=_SEMANA, widget=forms.CheckboxSelectMultiple
    )
    horario_semanal = _hora()
    linha = forms.CharField(
        label="Linha do crontab",
        required=False,
        max_length=200,
        help_text="Cinco campos: minuto, hora, dia do mês, mês e dia da semana (0 ou dom é domingo). "
        "Exemplos: 0 21 * * 1-5, de segunda a sexta às 21:00; 0 9 1,15 * *, nos dias 1º e 15 às 09:00.",
        widget=UnfoldAdminTextInputWidget(attrs={"spellcheck": "false", "autocomplete": "off", "class": "rtg-mono"}),
    )
    segundos = _numero("A cada quantos segundos", 3600)
    motivo = forms.CharField(
        label="Motivo da mudança",
        required=False,
        max_length=500,
        help_text="Fica registrado na auditoria, com o seu nome.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "maxlength": 500}),
    )

    def __init__(self, *args: Any, por_segundo: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agenda: Cada | Cron | None = None
        if por_segundo:
            tipo = self.fields["tipo"]
            assert isinstance(tipo, forms.ChoiceField)
            tipo.choices = [(SEGUNDOS, "A cada tantos segundos"), *TIPOS]

    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or self.cleaned_data
        tipo = dados.get("tipo", "")
        for nome in [nome for outro, nomes in PROPRIOS.items() if outro != tipo for nome in nomes]:
            self.errors.pop(nome, None)  # of a kind that was not chosen: nobody sees it
        for nome in PROPRIOS.get(tipo, ()):
            if nome not in self.errors and dados.get(nome) in (None, "", []):
                self.add_error(nome, _OBRIGATORIOS[nome])
        if not {"tipo", *PROPRIOS.get(tipo, ())} & set(self.errors) and tipo:
            self._ler(tipo, dados)
        return dados

    def _ler(self, tipo: str, dados: dict[str, Any]) -> None:
        try:
            agenda = _agenda(tipo, dados)
        except ValueError as erro:
            self.add_error("linha", f"{str(erro)[:1].upper()}{str(erro)[1:]}.")
            return
        if not proximas(agenda, timezone.now(), 1):
            self.add_error("linha", "Nunca rodaria: nenhum dia dos próximos nove anos combina com esta agenda.")
            return
        self.agenda = agenda


def _agenda(tipo: str, dados: dict[str, Any]) -> Cada | Cron:
    if tipo in (MINUTOS, HORAS, SEGUNDOS):
        return Cada(dados[tipo] * {MINUTOS: 60, HORAS: 3600, SEGUNDOS: 1}[tipo])
    if tipo == CRONTAB:
        return ler_linha(dados["linha"])
    hora = dados["horario" if tipo == DIARIA else "horario_semanal"]
    dias = "*" if tipo == DIARIA or len(dados["dias"]) == len(_SEMANA) else ",".join(sorted(dados["dias"]))
    return Cron(minuto=str(hora.minute), hora=str(hora.hour), dia_da_semana=dias)


def inicial(agenda: Cada | Cron | None) -> dict[str, Any]:
    """What the form shows of a schedule: the simplest kind that says all of it."""
    if agenda is None:
        return {"tipo": DIARIA}
    if isinstance(agenda, Cada):
        for tipo, tamanho, maximo in ((HORAS, 3600, 168), (MINUTOS, 60, 1440)):
            if agenda.segundos % tamanho == 0 and agenda.segundos // tamanho <= maximo:
                return {"tipo": tipo, tipo: agenda.segundos // tamanho}
        return {"tipo": SEGUNDOS, SEGUNDOS: agenda.segundos}
    linha = str(agenda)
    horas, minutos = agenda.valores["hora"], agenda.valores["minuto"]
    uma_hora = len(horas) == len(minutos) == 1 and agenda.livre("dia_do_mes") and agenda.livre("mes")
    if not uma_hora or agenda.fuso != FUSO:
        return {"tipo": CRONTAB, "linha": linha}
    hora = f"{next(iter(horas)):02}:{next(iter(minutos)):02}"
    if agenda.livre("dia_da_semana"):
        return {"tipo": DIARIA, "horario": hora, "linha": linha}
    dias = [str(dia) for dia in sorted(agenda.valores["dia_da_semana"])]
    return {"tipo": SEMANAL, "dias": dias, "horario_semanal": hora, "linha": linha}
