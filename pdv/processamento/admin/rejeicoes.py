"""O que não entrou: what the tills sent and could not be stored, with what arrived and why."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from auditoria.rules import mascarar_texto
from erp.acesso.services import registrar_leitura
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from pdv.processamento import formatos
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.filtros import FilialFiltro, PontoVendaFiltro
from pdv.processamento.admin.lista import ComPontoVenda
from pdv.processamento.admin.pagina import ComPagina, Fato
from pdv.processamento.selectors.ficha import ponto_de_venda
from pdv.replicacao.models import Rejeicao

TIPOS = {"pacote": "Pacote", "operacao": "Operação", "nota": "Nota", "turno": "Turno"}
SITUACOES = {"Em aberto": "danger", "Resolvida": "success"}


class ResolvidaFiltro(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "resolvida"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("nao", "Em aberto"), ("sim", "Resolvida")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("sim", "nao"):
            return queryset.filter(resolvida_em__isnull=self.value() == "nao")
        return queryset


class TipoFiltro(admin.SimpleListFilter):
    title = "tipo"
    parameter_name = "tipo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(TIPOS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(tipo=self.value()) if self.value() in TIPOS else queryset


@admin.register(Rejeicao)
class RejeicaoAdmin(ComPagina, ComPontoVenda):
    """One row per till, subject and reason, however often it comes: the table stays small, and needs no window."""

    list_display = ["assunto", "pdv", "codigo", "motivo", "ultima", "vezes_", "situacao_"]
    list_display_links = ["assunto"]
    list_filter = [ResolvidaFiltro, TipoFiltro, FilialFiltro, PontoVendaFiltro]
    ordering = ["-ultima_em", "-pk"]
    search_help_text = "Número da operação ou chave da nota"
    modelo_da_pagina = "admin/pdv/rejeicao.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("conteudo")

    def _precisa_de_janela(self, request: HttpRequest) -> bool:
        return False

    def buscar(self, termo: str) -> set[int] | None:
        return set(Rejeicao.objects.filter(identificador=termo[:80]).values_list("id", flat=True)[:500])

    @coluna("o quê")
    def assunto(self, r: Rejeicao) -> str:
        return f"{TIPOS.get(r.tipo, r.tipo)} {r.identificador}".strip()

    @coluna("PDV")
    def pdv(self, linha: Any) -> str:
        return formatos.VAZIO if linha.ponto_venda_id is None else super().pdv(linha)

    @coluna("motivo")
    def motivo(self, r: Rejeicao) -> str:
        dita = mascarar_texto(r.mensagem)  # it may quote what came
        return dita if len(dita) <= 140 else f"{dita[:139]}…"

    @coluna("última vez")
    def ultima(self, r: Rejeicao) -> str:
        return formatos.data_hora(r.ultima_em)

    @coluna("vezes")
    def vezes_(self, r: Rejeicao) -> str:
        return formatos.numero(r.vezes)

    @coluna("situação", cores=SITUACOES)
    def situacao_(self, r: Rejeicao) -> str:
        return "Resolvida" if r.resolvida_em else "Em aberto"

    def contexto(self, request: HttpRequest, objeto: Rejeicao) -> dict[str, Any]:
        bruto = bytes(objeto.conteudo) if objeto.conteudo is not None else b""
        inteiro = usuario_de(request).has_perm(VER_DOCUMENTOS)
        conteudo = legivel(bruto)
        if inteiro and mascarar_texto(objeto.mensagem + conteudo) != objeto.mensagem + conteudo:
            registrar_leitura(objeto, por=usuario_de(request))
        return {
            "r": objeto,
            "mensagem": objeto.mensagem if inteiro else mascarar_texto(objeto.mensagem),
            "titulo": f"Não entrou: {self.assunto(objeto)}",
            "fatos": fatos(objeto),
            "conteudo": conteudo if inteiro else mascarar_texto(conteudo),
            "bytes": formatos.numero(len(bruto)),
        }


def fatos(r: Rejeicao) -> list[Fato]:
    pdv = ponto_de_venda(r.ponto_venda_id)
    return [
        ("PDV", str(pdv or r.ponto_venda_id or formatos.VAZIO), formatos.url_de(pdv, pdv.pk) if pdv else ""),
        ("Código", r.codigo, ""),
        ("Primeira vez", formatos.data_hora(r.primeira_em), ""),
        ("Última vez", formatos.data_hora(r.ultima_em), ""),
        ("Vezes", formatos.numero(r.vezes), ""),
        ("Resolvida em", formatos.data_hora(r.resolvida_em), ""),
    ]


def legivel(bruto: bytes) -> str:
    """What arrived, for a person: JSON indented, other text as it is, what is no text with its odd bytes marked."""
    texto = bruto.decode("utf-8", "backslashreplace")
    try:
        return json.dumps(json.loads(texto), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in texto)
