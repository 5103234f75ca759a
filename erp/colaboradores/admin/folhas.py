"""The sheets, day by day: what waits for a person first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.colunas import coluna_dia
from erp.cadastros.admin.filtros import FilialFilter, PeriodoFilter
from erp.cadastros.admin.rotulos import rotulo
from erp.colaboradores.admin.busca import BuscaPorColaborador
from erp.colaboradores.admin.tratar import endereco_do_dia
from erp.colaboradores.apuracao.valores import Alerta, TipoDia
from erp.colaboradores.jornada import mostrar_hora, mostrar_minutos
from erp.colaboradores.models import FolhaDia, Tratamento
from erp.colaboradores.models.folha import ALERTAS
from erp.colaboradores.services.tratamentos import PERMISSAO, Pedido, tratar

POR_VEZ = 200


def _coluna(campo: str, descricao: str) -> Callable[[Any, FolhaDia], str]:
    @admin.display(description=descricao)
    def coluna(self: Any, folha: FolhaDia) -> str:
        minutos = getattr(folha, campo)
        return mostrar_minutos(minutos) if minutos else "–"

    return coluna


def _acao(tipo: str, titulo: str, explicacao: str) -> Any:
    @acao_com_motivo(titulo=titulo, explicacao=explicacao, permissao=PERMISSAO, botao=titulo)
    def acao(self: Any, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        folhas = list(queryset.select_related("colaborador").order_by("colaborador_id", "dia")[: POR_VEZ + 1])
        if len(folhas) > POR_VEZ:
            raise ErroDefinitivo("MUITAS", f"São mais de {POR_VEZ} dias.", "Escolha menos de cada vez.")
        for folha in folhas:
            try:
                tratar(Pedido(folha.colaborador, folha.dia, tipo, motivo), autor=usuario)
            except ErroDefinitivo as erro:
                quem = f"{folha.colaborador.nome}, {folha.dia:%d/%m/%Y}"
                raise ErroDefinitivo(erro.codigo, f"Nada foi feito. {quem}: {erro.mensagem}", erro.saida) from erro
        return f"{titulo}: {len(folhas)} {'dia' if len(folhas) == 1 else 'dias'}. As folhas já foram refeitas."

    return acao


class FilialDaFolhaFilter(FilialFilter):
    caminho = "colaborador__filial_id"


@admin.register(FolhaDia)
class FolhaDiaAdmin(BuscaPorColaborador, SomenteLeitura, AdminBase):
    """Served by `folha_dia`, and `folha_pendente` when only what waits is asked for."""

    campo_filial = "colaborador__filial_id"
    list_display = [
        "dia_", "colaborador", "situacao_", "marcas", "previsto_", "trabalhado_", "extra_", "falta_", "noturno_", "o_que_ha",
    ]  # fmt: skip
    list_display_links = ["dia_", "colaborador"]
    list_select_related = ["colaborador"]
    list_filter = [
        ("dia", PeriodoFilter),
        ("situacao", ChoicesDropdownFilter),
        ("tipo", ChoicesDropdownFilter),
        FilialDaFolhaFilter,
    ]
    list_before_template = "cadastros/periodo_da_lista.html"
    ordering = ["-dia", "colaborador_id"]
    sortable_by = ()
    dia_ = coluna_dia("dia", "dia")
    previsto_ = _coluna("previsto", "previsto")
    trabalhado_ = _coluna("trabalhado", "trabalhado")
    extra_ = _coluna("extra", "extra")
    falta_ = _coluna("falta", "falta")
    noturno_ = _coluna("noturno", "noturno")
    justificar = _acao(
        Tratamento.Tipo.FALTA_JUSTIFICADA, "Justificar a falta",
        "O que falta nestes dias é justificado (atestado, lei) e não é descontado.",
    )  # fmt: skip
    abonar = _acao(Tratamento.Tipo.ABONO, "Abonar a falta", "A empresa perdoa tudo o que falta nestes dias.")
    confirmar_falta = _acao(
        Tratamento.Tipo.FALTA_CONFIRMADA, "Confirmar a falta",
        "A pessoa faltou e não justificou: a falta continua no total e os dias deixam de esperar.",
    )  # fmt: skip
    conferir = _acao(
        Tratamento.Tipo.CONFERENCIA, "Conferir como está",
        "Você olhou os alertas destes dias e eles estão certos como estão. Se chegar outra marcação, os alertas voltam.",
    )  # fmt: skip
    actions = ["justificar", "abonar", "confirmar_falta", "conferir"]

    @rotulo("situação", {"pendente": "danger", "aberta": "info", "fechada": "success"})
    def situacao_(self, folha: FolhaDia) -> tuple[str, str]:
        return folha.situacao, folha.get_situacao_display()

    @admin.display(description="marcações")
    def marcas(self, folha: FolhaDia) -> str:
        horas = [f"{mostrar_hora(m)}{'*' if t else ''}" for m, _, t in folha.detalhe.get("marcas", [])]
        return "  ".join(horas) or "nenhuma"

    @admin.display(description="o que há")
    def o_que_ha(self, folha: FolhaDia) -> str:
        tipo = "" if folha.tipo == TipoDia.TRABALHO else folha.feriado or folha.get_tipo_display()
        ausencia = "Ausência" if folha.detalhe.get("ausencia") else ""
        alertas = [ALERTAS[Alerta(alerta)] for alerta in folha.detalhe.get("alertas", [])]
        return "; ".join(filter(None, [tipo, ausencia, *alertas])) or "–"

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page of a sheet is that of its day."""
        folha = self.get_object(request, object_id)
        if folha is None or not self.has_view_permission(request, folha):
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(endereco_do_dia(folha.colaborador_id, folha.dia))
