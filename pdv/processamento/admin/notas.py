"""Notas fiscais recebidas."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from erp.cadastros.admin.usuario import usuario_de
from erp.fiscal.arquivos import PERMISSAO_XML
from pdv.processamento import formatos
from pdv.processamento.admin.acoes import acoes_de, cabe
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.filtros import (
    AtalhoDePeriodo,
    ErroFiltro,
    FilialFiltro,
    PeriodoFiltro,
    PontoVendaFiltro,
    SituacaoFiltro,
)
from pdv.processamento.admin.lista import ComPontoVenda
from pdv.processamento.admin.operacoes import CORES, espera
from pdv.processamento.admin.pagina import ComPagina, Fato
from pdv.processamento.admin.pendencias import SAIDAS, quanto_falta
from pdv.processamento.admin.problemas import problemas_de, titulos
from pdv.processamento.models import Alvo, PendenciaNota
from pdv.processamento.selectors.busca import ids_de_notas
from pdv.processamento.selectors.ficha import (
    atos_de,
    linha_do_tempo,
    log_de,
    operacao_da_nota,
    ponto_de_venda,
)
from pdv.processamento.selectors.notas import historia_da_nota
from pdv.replicacao.models import NotaFiscal, OperacaoPdv, SituacaoProcessamento

MODELOS = {"65": "65 – NFC-e", "59": "59 – CF-e SAT", "55": "55 – NF-e"}


@admin.register(NotaFiscal)
class NotaFiscalAdmin(ComPagina, ComPontoVenda):
    processar, reprocessar, ignorar = acoes_de(Alvo.NOTA, "nota")
    list_display = ["numero_", "pdv", "emissao", "operacao_", "total_", "na_origem", "situacao_", "erro"]
    list_filter = [
        SituacaoFiltro,
        ErroFiltro,
        FilialFiltro,
        PontoVendaFiltro,
        AtalhoDePeriodo,
        ("recebido_em", PeriodoFiltro),
    ]
    list_display_links = ["numero_"]
    actions = ["processar", "reprocessar", "ignorar"]
    actions_detail = ["processar", "reprocessar", "ignorar"]
    search_help_text = "Chave da nota (44 caracteres) ou número da operação"
    modelo_da_pagina = "admin/pdv/nota.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("hash_conteudo", "xml")

    def buscar(self, termo: str) -> set[int] | None:
        return ids_de_notas(termo)

    @coluna("nota")
    def numero_(self, n: NotaFiscal) -> str:
        return f"{n.numero}/{n.serie}"

    @coluna("emissão")
    def emissao(self, n: NotaFiscal) -> str:
        return formatos.data_hora(n.data_emissao)

    @coluna("operação")
    def operacao_(self, n: NotaFiscal) -> str:
        if n.id_operacao is None:
            return formatos.VAZIO
        return formatos.elo(formatos.url_de(OperacaoPdv, q=n.id_operacao), str(n.id_operacao))

    @coluna("total")
    def total_(self, n: NotaFiscal) -> str:
        return formatos.a_direita(formatos.reais(n.valor_total))

    @coluna("na origem")
    def na_origem(self, n: NotaFiscal) -> str:
        return n.situacao or formatos.VAZIO

    @coluna("situação", cores=CORES)
    def situacao_(self, n: NotaFiscal) -> str:
        return formatos.SITUACOES[SituacaoProcessamento(n.situacao_replicacao)]

    @coluna("erro", vazio="")
    def erro(self, n: NotaFiscal) -> str:
        return titulos(n.erro_codigo) if n.situacao_replicacao == SituacaoProcessamento.COM_ERRO else ""

    def cabe(self, acao: str, objeto: NotaFiscal) -> bool:
        return cabe(acao, objeto.situacao_replicacao)

    def contexto(self, request: HttpRequest, objeto: NotaFiscal) -> dict[str, Any]:
        com_erro = objeto.situacao_replicacao == SituacaoProcessamento.COM_ERRO
        log, atos = log_de(Alvo.NOTA, objeto.pk), atos_de(Alvo.NOTA, objeto.pk)
        historia = historia_da_nota(objeto)
        tempo = linha_do_tempo(objeto.data_emissao, objeto.recebido_em, log, atos, outros=historia.momentos)
        return {
            "n": objeto,
            "titulo": f"Nota {objeto.numero}, série {objeto.serie}",
            "fatos": fatos(objeto),
            "problemas": problemas_de(objeto.erro_codigo, objeto.erro_mensagem) if com_erro else [],
            "espera": espera(objeto),
            "documentos": historia.documentos,
            "estados": historia.estados,
            "pendencias": [
                (p.get_tipo_display(), quanto_falta(p.prazo - timezone.now()), SAIDAS[PendenciaNota.Tipo(p.tipo)])
                for p in historia.pendencias
            ],
            "baixa_xml": usuario_de(request).has_perm(PERMISSAO_XML),
            "tempo": tempo,
        }


def fatos(n: NotaFiscal) -> list[Fato]:
    pdv = ponto_de_venda(n.ponto_venda_id)
    filial = pdv.filial if pdv else None
    operacao = operacao_da_nota(n)
    return [
        ("PDV", str(pdv or n.ponto_venda_id), formatos.url_de(pdv, pdv.pk) if pdv else ""),
        ("Filial", str(filial or n.filial_id), formatos.url_de(filial, filial.pk) if filial else ""),
        (
            "Operação",
            str(operacao or n.id_operacao or formatos.VAZIO),
            formatos.url_de(operacao, operacao.pk) if operacao else "",
        ),
        ("Modelo", MODELOS.get(n.modelo, n.modelo), ""),
        ("Emissão", formatos.data_hora(n.data_emissao), ""),
        ("Total", formatos.reais(n.valor_total), ""),
        ("Situação na origem", n.situacao or formatos.VAZIO, ""),
        ("Protocolo", n.protocolo or formatos.VAZIO, ""),
        ("Recebida em", formatos.data_hora(n.recebido_em), ""),
        ("Processada em", formatos.data_hora(n.processado_em), ""),
        ("Tentativas", formatos.numero(n.tentativas), ""),
        ("Chave de acesso", formatos.chave_acesso(n.chave), ""),
    ]
