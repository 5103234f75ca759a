"""Operações: the list where a clerk hunts, and the page where an operation tells its whole story."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from erp.acesso.escopo import filiais_de
from erp.acesso.services import registrar_leitura
from erp.cadastros.admin.usuario import usuario_de
from erp.fiscal.arquivos import PERMISSAO_XML
from pdv.processamento import formatos
from pdv.processamento.admin.acoes import acoes_de, cabe
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.em_massa import ReprocessarTodas, ReprocessoFiltro
from pdv.processamento.admin.ficha import pagina_da_operacao
from pdv.processamento.admin.filtros import (
    AtalhoDePeriodo,
    ErroFiltro,
    EspecieFiltro,
    EsperaFiltro,
    FilialFiltro,
    PeriodoFiltro,
    PontoVendaFiltro,
    SituacaoFiltro,
)
from pdv.processamento.admin.lista import ComPontoVenda
from pdv.processamento.admin.pagina import ComPagina
from pdv.processamento.admin.problemas import problemas_de, titulos
from pdv.processamento.admin.procura import ComProcura
from pdv.processamento.admin.replicar import ReplicarDeNovo
from pdv.processamento.espera import em_palavras
from pdv.processamento.models import Alvo
from pdv.processamento.selectors.busca import ids_de_operacoes
from pdv.processamento.selectors.ficha import ficha_da_operacao
from pdv.replicacao.models import OperacaoPdv, SituacaoProcessamento

VER_DOCUMENTO = "cadastros.ver_documentos"
CORES = {formatos.SITUACOES[s]: cor for s, cor in formatos.CORES.items()}


@admin.register(OperacaoPdv)
class OperacaoAdmin(ReplicarDeNovo, ReprocessarTodas, ComProcura, ComPagina, ComPontoVenda):
    processar, reprocessar, ignorar = acoes_de(Alvo.OPERACAO, "operacao")
    list_display = ["numero", "pdv", "operacao", "quando", "total_", "situacao_", "erro"]
    list_filter = [
        SituacaoFiltro,
        ErroFiltro,
        EsperaFiltro,
        EspecieFiltro,
        FilialFiltro,
        PontoVendaFiltro,
        AtalhoDePeriodo,
        ("recebido_em", PeriodoFiltro),
        ReprocessoFiltro,
    ]
    list_display_links = ["numero"]
    actions = ["processar", "reprocessar", "ignorar", "replicar_de_novo"]
    actions_detail = ["processar", "reprocessar", "ignorar", "replicar_de_novo"]
    filtros_livres = frozenset({"aguarda", "reprocesso"})
    search_help_text = "Número da operação, chave da nota, NSU, Pix, título ou CPF"
    modelo_da_pagina = "admin/pdv/operacao.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("hash_conteudo")

    def buscar(self, termo: str) -> set[int] | None:
        return ids_de_operacoes(termo)

    @coluna("nº")
    def numero(self, o: OperacaoPdv) -> str:
        return str(o.id_operacao)

    @coluna("quando")
    def quando(self, o: OperacaoPdv) -> str:
        return formatos.data_hora(o.data_hora_inicio)

    @coluna("total")
    def total_(self, o: OperacaoPdv) -> str:
        return formatos.a_direita(formatos.reais(o.valor_total))

    @coluna("situação", cores=CORES)
    def situacao_(self, o: OperacaoPdv) -> str:
        return formatos.SITUACOES[SituacaoProcessamento(o.situacao_replicacao)]

    @coluna("erro", vazio="")
    def erro(self, o: OperacaoPdv) -> str:
        if o.aguarda and o.situacao_replicacao == SituacaoProcessamento.PENDENTE:
            return f"À espera de: {em_palavras(o.aguarda)}"
        return titulos(o.erro_codigo) if o.situacao_replicacao == SituacaoProcessamento.COM_ERRO else ""

    def cabe(self, acao: str, objeto: OperacaoPdv) -> bool:
        return acao == "replicar_de_novo" or cabe(acao, objeto.situacao_replicacao)

    def contexto(self, request: HttpRequest, objeto: OperacaoPdv) -> dict[str, Any]:
        usuario = usuario_de(request)
        ficha = ficha_da_operacao(objeto, filiais_de(usuario))
        com_erro = objeto.situacao_replicacao == SituacaoProcessamento.COM_ERRO
        if (inteiro := usuario.has_perm(VER_DOCUMENTO)) and formatos.tem_cpf(
            objeto.cpf_cnpj_consumidor, objeto.codigo_cliente
        ):
            registrar_leitura(objeto, por=usuario)
        return {
            "titulo": f"{objeto.get_operacao_display()} {objeto.id_operacao}",
            "problemas": problemas_de(objeto.erro_codigo, objeto.erro_mensagem) if com_erro else [],
            "espera": espera(objeto),
            "pode_xml": usuario.has_perm(PERMISSAO_XML),
            **pagina_da_operacao(objeto, ficha, documento_inteiro=inteiro),
        }


def espera(linha: Any) -> str:
    """Why a pending row that was tried is still pending, and until when."""
    if linha.situacao_replicacao != SituacaoProcessamento.PENDENTE or not linha.tentativas:
        return ""
    proxima = f"Próxima tentativa: {formatos.data_hora(linha.proxima_tentativa_em)}."
    if linha.aguarda:
        desde = f" desde {formatos.data_hora(linha.aguarda_desde)}" if linha.aguarda_desde else ""
        return f"À espera de: {em_palavras(linha.aguarda)}{desde}. Segue sozinha quando chegar. {proxima}"
    return f"Aguardando: {linha.erro_mensagem or 'adiada'}. {proxima}"
