"""The form of one customer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from clientes import rules
from clientes.erros import ConflitoDeIdentidade
from clientes.models import Cliente
from clientes.services import conferir_identidade
from erp.cadastros.admin.formularios import FormularioModelo
from erp.cadastros.models import Filial

_SEXOS = [("", "Não informado"), ("F", "Feminino"), ("M", "Masculino")]


class FormularioCliente(FormularioModelo):
    filial = forms.ChoiceField(label="Filial", widget=UnfoldAdminSelectWidget())
    sexo = forms.ChoiceField(label="Sexo", required=False, widget=UnfoldAdminSelectWidget())
    versao = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._novo = self.instance._state.adding
        filiais = [(filial.nome, str(filial)) for filial in Filial.objects.filter(ativa=True)]
        self._opcoes("filial", [("", "---------"), *filiais])
        self._opcoes("sexo", _SEXOS)
        if "versao" in self.fields and not self._novo:
            self.initial["versao"] = self._versao_gravada()
        if "codigo_cliente" in self.fields:
            self.fields["codigo_cliente"].required = False
            self.fields["codigo_cliente"].help_text = "Em branco: o CPF/CNPJ; em estrangeiro, o RG. Depois não muda."

    def _opcoes(self, nome: str, opcoes: list[tuple[str, str]]) -> None:
        """What the integration wrote stays choosable, though no list of ours has it."""
        if nome in self.fields:
            atual = getattr(self.instance, nome)
            estranha = [] if atual in dict(opcoes) else [(atual, atual)]
            self.fields[nome].choices = [*opcoes, *estranha]  # type: ignore[attr-defined]  # a ChoiceField

    def _versao_gravada(self) -> str:
        return str(self.instance.data_para_transferencia.isoformat())

    def clean(self) -> dict[str, Any]:
        """Only what the person changed is judged: an old phone of three digits does not stop a new e-mail."""
        dados: dict[str, Any] = super().clean() or {}
        if not self._novo and dados.get("versao") != self._versao_gravada():
            # The WebService writes the same rows all day: what it brought meanwhile is not undone by an old page.
            self.add_error(None, "O cadastro mudou enquanto você o editava. Abra a página de novo e refaça a mudança.")
        mudados = {nome: dados[nome] for nome in self.changed_data if dados.get(nome) is not None}
        dados |= rules.normalizar(mudados)
        dados["estrangeiro"] = rules.definir_estrangeiro(dados.get("estrangeiro"), dados.get("uf", ""))
        dos_mudados = {nome: dados[nome] for nome in mudados} | {"estrangeiro": dados["estrangeiro"]}
        for nome, mensagem in rules.problemas(dos_mudados, timezone.localdate()).items():
            self.add_error(nome, mensagem)
        if self._novo:
            self._definir_codigo(dados)
        return dados

    def _definir_codigo(self, dados: dict[str, Any]) -> None:
        dados["codigo_cliente"] = rules.definir_codigo(
            informado=dados.get("codigo_cliente", ""),
            cpf_cgc=dados.get("cpf_cgc", ""),
            rg_ie=dados.get("rg_ie", ""),
            estrangeiro=bool(dados["estrangeiro"]),
        )
        if "codigo_cliente" not in self.errors and (problema := rules.problema_do_codigo(dados["codigo_cliente"])):
            self.add_error("codigo_cliente", problema)

    def _post_clean(self) -> None:
        """Under the locks, in the transaction of the request: what is accepted here is not refused at the writing."""
        super()._post_clean()  # type: ignore[misc]  # django-stubs leaves it out
        if self.errors:
            return
        assert isinstance(self.instance, Cliente)
        try:
            conferir_identidade(self.instance, novo=self._novo)
        except ConflitoDeIdentidade as erro:
            self.add_error(erro.campo if erro.campo in self.fields else None, str(erro))
