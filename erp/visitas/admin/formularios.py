"""What people type about a visit: who goes, where on the map."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from erp.acesso.acoes import FormularioDeMotivo
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.formularios import FormularioModelo
from erp.colaboradores.models import Colaborador
from erp.visitas.services import conferir_dia, endereco_de

_POSICAO = re.compile(r"(?:geo:)?\s*(-?\d{1,3}(?:[.,]\d{1,15})?)\s*[;,\s]\s*(-?\d{1,3}(?:[.,]\d{1,15})?)", re.ASCII)


class CampoDia(forms.DateField):
    """A day by the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget()
        widget.input_type = "date"
        super().__init__(widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m-%d}" if isinstance(value, date) else value


class CampoHora(forms.TimeField):
    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget()
        widget.input_type = "time"
        super().__init__(widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if hasattr(value, "strftime") else value


class CampoColaborador(forms.CharField):
    """An employee by matrícula, or by words of the name that only one has."""

    def __init__(self, **kwargs: Any) -> None:
        ajuda = "Matrícula, ou palavras do nome que só uma pessoa tenha."
        super().__init__(**{"help_text": ajuda, "widget": UnfoldAdminTextInputWidget(), **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return value.matricula if isinstance(value, Colaborador) else value

    def clean(self, value: Any) -> Any:
        texto = super().clean(value).strip()
        if not texto:
            return None
        exato = Colaborador.objects.filter(matricula=texto).first()
        achados = [exato] if exato else list(Colaborador.objects.buscar(texto).em(timezone.localdate())[:4])
        if len(achados) == 1:
            return achados[0]
        if not achados:
            raise forms.ValidationError(f"Não há colaborador «{texto}».")
        raise forms.ValidationError(f"Há mais de um: {', '.join(map(str, achados[:3]))}. Escreva a matrícula.")


class CampoPosicao(forms.CharField):
    """Latitude and longitude as a map copies them: `-19.912998, -43.940933`, in degrees; kept with six decimals."""

    def __init__(self, **kwargs: Any) -> None:
        ajuda = (
            "Latitude e longitude, como o mapa copia: -19.912998, -43.940933. Em branco, a visita fica no fim da rota."
        )
        super().__init__(
            **{
                "label": "Posição",
                "required": False,
                "help_text": ajuda,
                "widget": UnfoldAdminTextInputWidget(),
                **kwargs,
            }
        )

    def clean(self, value: Any) -> tuple[Decimal, Decimal] | None:
        texto = super().clean(value).strip()
        if not texto:
            return None
        achado = _POSICAO.fullmatch(texto)
        if achado is None:
            raise forms.ValidationError("Não é uma posição; escreva como -19.912998, -43.940933.")
        latitude, longitude = (round(Decimal(parte.replace(",", ".")), 6) for parte in achado.groups())
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise forms.ValidationError("A latitude vai de -90 a 90, e a longitude, de -180 a 180.")
        return latitude, longitude


class FormularioVisita(FormularioModelo):
    colaborador = CampoColaborador(label="Quem vai", required=False)
    posicao = CampoPosicao()
    hora = CampoHora(label="Hora combinada", required=False, help_text="Vai escrita na rota; não muda a ordem.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.latitude is not None and "posicao" in self.fields:
            self.fields["posicao"].initial = f"{self.instance.latitude:f}, {self.instance.longitude:f}"
        for nome in {"solicitante", "endereco"} & set(self.fields):
            self.fields[nome].required = False

    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or {}
        cliente = dados.get("cliente")
        for campo in ("solicitante", "endereco"):
            if not cliente and campo in self.fields and not dados.get(campo):
                self.add_error(campo, "Escreva, ou escolha o cliente.")
        if cliente and not dados.get("endereco") and not endereco_de(cliente):
            self.add_error("endereco", "O cadastro deste cliente não tem endereço: escreva-o aqui.")
        self._conferir_quem_vai(dados)
        if "posicao" in dados:
            self.instance.latitude, self.instance.longitude = dados["posicao"] or (None, None)
        return dados

    def _conferir_quem_vai(self, dados: dict[str, Any]) -> None:
        if "dia" not in dados or "colaborador" not in dados:
            return
        if bool(dados["dia"]) != bool(dados["colaborador"]):
            self.add_error("dia", "Diga quem vai e em que dia, ou deixe os dois em branco.")
        elif dados["dia"]:
            try:
                conferir_dia(dados["colaborador"], dados["dia"])
            except ErroDefinitivo as erro:
                self.add_error("dia", str(erro))


class FormularioMarcar(FormularioDeMotivo):
    colaborador = CampoColaborador()
    dia = CampoDia()
    hora = CampoHora(required=False)
