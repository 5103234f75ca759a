"""Divergências: the same operation sent again with other content, field by field."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pdv.processamento import formatos
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.filtros import AtalhoDePeriodo, FilialFiltro, PeriodoFiltro, PontoVendaFiltro
from pdv.processamento.admin.lista import ComPontoVenda
from pdv.processamento.admin.pagina import ComPagina
from pdv.processamento.selectors.ficha import ponto_de_venda
from pdv.replicacao.models import Divergencia, OperacaoPdv


@admin.register(Divergencia)
class DivergenciaAdmin(ComPagina, ComPontoVenda):
    campo_tempo = "recebida_em"
    list_display = ["operacao", "pdv", "quando", "campos", "vezes_"]
    list_display_links = ["operacao"]
    list_filter = [FilialFiltro, PontoVendaFiltro, AtalhoDePeriodo, ("recebida_em", PeriodoFiltro)]
    modelo_da_pagina = "admin/pdv/divergencia.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("conteudo", "hash_conteudo")

    @coluna("linha recebida")
    def operacao(self, d: Divergencia) -> str:
        return f"Divergência {d.pk}"

    @coluna("recebida em")
    def quando(self, d: Divergencia) -> str:
        return formatos.data_hora(d.recebida_em)

    @coluna("campos diferentes")
    def campos(self, d: Divergencia) -> str:
        nomes = [nome for nome, _, _ in diferencas(d)]
        return ", ".join(nomes[:4]) + (f" e mais {len(nomes) - 4}" if len(nomes) > 4 else "")

    @coluna("vezes")
    def vezes_(self, d: Divergencia) -> str:
        return formatos.numero(d.vezes)

    def contexto(self, request: HttpRequest, objeto: Divergencia) -> dict[str, Any]:
        operacao = OperacaoPdv.objects.filter(pk=objeto.operacao_id).first()
        pdv = ponto_de_venda(objeto.ponto_venda_id)
        return {
            "d": objeto,
            "titulo": f"Divergência na {operacao or f'operação recebida {objeto.operacao_id}'}",
            "diferencas": diferencas(objeto),
            "fatos": [
                (
                    "Operação",
                    str(operacao or objeto.operacao_id),
                    formatos.url_de(operacao, operacao.pk) if operacao else "",
                ),
                ("PDV", str(pdv or objeto.ponto_venda_id), formatos.url_de(pdv, pdv.pk) if pdv else ""),
                ("Recebida em", formatos.data_hora(objeto.recebida_em), ""),
                ("Vezes", formatos.numero(objeto.vezes), ""),
            ],
            "conteudo": json.dumps(objeto.conteudo, indent=2, ensure_ascii=False),
        }


def diferencas(d: Divergencia) -> list[tuple[str, str, str]]:
    """(field, what the retaguarda has, what the till sent), of the shape that replication stores."""
    linhas = d.diferencas if isinstance(d.diferencas, list) else []
    return [
        (str(x.get("campo", "")), _texto(x.get("retaguarda")), _texto(x.get("terminal")))
        for x in linhas
        if isinstance(x, dict)
    ]


def _texto(valor: object) -> str:
    if valor is None or valor == "":
        return formatos.VAZIO
    return valor if isinstance(valor, str) else json.dumps(valor, ensure_ascii=False)
