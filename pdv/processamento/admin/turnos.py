"""Turnos: what the operations say there should be, against what was counted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from pdv.processamento import formatos
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.filtros import AtalhoDePeriodo, FilialFiltro, PeriodoFiltro, PontoVendaFiltro
from pdv.processamento.admin.lista import ComPontoVenda
from pdv.processamento.admin.pagina import ComPagina, Fato
from pdv.processamento.selectors.ficha import ponto_de_venda
from pdv.processamento.selectors.turno import Conferencia, conferir_turno
from pdv.replicacao.models import Turno


@admin.register(Turno)
class TurnoAdmin(ComPagina, ComPontoVenda):
    list_display = ["numero", "pdv", "inicio", "termino", "fechado_"]
    list_display_links = ["numero"]
    list_filter = [FilialFiltro, PontoVendaFiltro, AtalhoDePeriodo, ("recebido_em", PeriodoFiltro)]
    modelo_da_pagina = "admin/pdv/turno.html"

    @coluna("turno")
    def numero(self, t: Turno) -> str:
        return str(t.id_turno)

    @coluna("início")
    def inicio(self, t: Turno) -> str:
        return formatos.data_hora(t.data_hora_inicio)

    @coluna("término")
    def termino(self, t: Turno) -> str:
        return formatos.data_hora(t.data_hora_termino)

    @coluna("situação", cores={"Aberto": "warning", "Fechado": "success"})
    def fechado_(self, t: Turno) -> str:
        return "Fechado" if t.fechado else "Aberto"

    def contexto(self, request: HttpRequest, objeto: Turno) -> dict[str, Any]:
        conferencia = conferir_turno(objeto)
        return {
            "t": objeto,
            "titulo": f"Turno {objeto.id_turno}",
            "c": conferencia,
            "fatos": fatos(objeto, conferencia),
        }


def fatos(t: Turno, c: Conferencia) -> list[Fato]:
    pdv = ponto_de_venda(t.ponto_venda_id)
    return [
        ("PDV", str(pdv or t.id_ponto_venda), formatos.url_de(pdv, pdv.pk) if pdv else ""),
        ("Sequencial", str(t.sequencial), ""),
        ("Início", formatos.data_hora(t.data_hora_inicio), ""),
        ("Término", formatos.data_hora(t.data_hora_termino), ""),
        ("Operações recebidas", formatos.numero(c.operacoes), ""),
        ("Canceladas no PDV", formatos.numero(c.canceladas), ""),
        ("Vendas", formatos.reais(c.vendas), ""),
    ]
