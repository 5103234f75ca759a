"""Operações: the list where a clerk hunts, and the page where an operation tells its whole story."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from erp.cadastros.models import Produto
from pdv.processamento import formatos
from pdv.processamento.admin.acoes import acoes_de, cabe
from pdv.processamento.admin.colunas import coluna
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
from pdv.processamento.admin.pagina import ComPagina, Fato
from pdv.processamento.admin.problemas import problemas_de, titulos
from pdv.processamento.admin.procura import ComProcura
from pdv.processamento.models import Alvo
from pdv.processamento.selectors.busca import ids_de_operacoes
from pdv.processamento.selectors.ficha import Ficha, ficha_da_operacao, linha_do_tempo
from pdv.replicacao.models import OperacaoPdv, SituacaoProcessamento, Turno

VER_DOCUMENTO = "cadastros.ver_documentos"
CORES = {formatos.SITUACOES[s]: cor for s, cor in formatos.CORES.items()}
ZERO = Decimal(0)


@admin.register(OperacaoPdv)
class OperacaoAdmin(ComProcura, ComPagina, ComPontoVenda):
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
    ]
    list_display_links = ["numero"]
    actions = ["processar", "reprocessar", "ignorar"]
    actions_detail = ["processar", "reprocessar", "ignorar"]
    filtros_livres = frozenset({"aguarda"})
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
        return titulos(o.erro_codigo) if o.situacao_replicacao == SituacaoProcessamento.COM_ERRO else ""

    def cabe(self, acao: str, objeto: OperacaoPdv) -> bool:
        return cabe(acao, objeto.situacao_replicacao)

    def contexto(self, request: HttpRequest, objeto: OperacaoPdv) -> dict[str, Any]:
        ficha = ficha_da_operacao(objeto)
        com_erro = objeto.situacao_replicacao == SituacaoProcessamento.COM_ERRO
        return {
            "o": objeto,
            "f": ficha,
            "titulo": f"{objeto.get_operacao_display()} {objeto.id_operacao}",
            "fatos": fatos(objeto, ficha, documento_inteiro=request.user.has_perm(VER_DOCUMENTO)),
            "problemas": problemas_de(objeto.erro_codigo, objeto.erro_mensagem) if com_erro else [],
            "espera": espera(objeto),
            "itens": _itens(ficha),
            "pagamentos": _pagamentos(ficha),
            "soma_itens": sum((i.valor_total_liquido for i in ficha.itens if not i.cancelado), ZERO),
            "soma_pagamentos": sum((p.valor - p.valor_troco for p in ficha.pagamentos), ZERO),
            "baixados": {pk for pk, baixas in ficha.baixas.items() if sum((b.valor for b in baixas), ZERO)},
            "tempo": linha_do_tempo(
                objeto.data_hora_inicio, objeto.recebido_em, ficha.log, ficha.atos, ficha.divergencias
            ),
        }


def espera(linha: Any) -> str:
    """Why a pending row that was tried is still pending, and until when."""
    if linha.situacao_replicacao != SituacaoProcessamento.PENDENTE or not linha.tentativas:
        return ""
    motivo = linha.erro_mensagem or "adiada"
    return f"Aguardando: {motivo}. Próxima tentativa: {formatos.data_hora(linha.proxima_tentativa_em)}."


def fatos(o: OperacaoPdv, ficha: Ficha, *, documento_inteiro: bool) -> list[Fato]:
    turno = (
        Turno.objects.filter(ponto_venda_id=o.ponto_venda_id, instalacao=o.instalacao, id_turno=o.id_turno).first()
        if o.id_turno is not None
        else None
    )
    pdv, filial = ficha.ponto_venda, ficha.filial
    return [
        ("PDV", str(pdv or o.id_ponto_venda), formatos.url_de(pdv, pdv.pk) if pdv else ""),
        ("Filial", str(filial or o.filial_id), formatos.url_de(filial, filial.pk) if filial else ""),
        ("Turno", str(o.id_turno or formatos.VAZIO), formatos.url_de(turno, turno.pk) if turno else ""),
        ("Início", formatos.data_hora(o.data_hora_inicio), ""),
        ("Término", formatos.data_hora(o.data_hora_termino), ""),
        ("Produtos", formatos.reais(o.valor_produtos), ""),
        ("Desconto", formatos.reais(o.valor_desconto), ""),
        ("Acréscimo", formatos.reais(o.valor_acrescimo), ""),
        ("Total", formatos.reais(o.valor_total), ""),
        ("Troco", formatos.reais(o.valor_troco), ""),
        ("Consumidor", formatos.documento(o.cpf_cnpj_consumidor, inteiro=documento_inteiro), ""),
        ("Cliente", _cliente(o, documento_inteiro), ""),
        ("Recebida em", formatos.data_hora(o.recebido_em), ""),
        ("Processada em", formatos.data_hora(o.processado_em), ""),
        ("Tentativas", formatos.numero(o.tentativas), ""),
        ("Identificação no PDV", str(o.guid_operacao), ""),
    ]


def _cliente(o: OperacaoPdv, inteiro: bool) -> str:
    """The customer's code is often the CPF itself."""
    return formatos.documento(o.codigo_cliente, inteiro=inteiro) if o.codigo_cliente else formatos.VAZIO


def _itens(ficha: Ficha) -> list[dict[str, Any]]:
    return [
        {
            "linha": i,
            "cadastrado": i.id_produto in ficha.produtos,
            "url": formatos.url_de(Produto, ficha.produtos[i.id_produto]) if i.id_produto in ficha.produtos else "",
        }
        for i in ficha.itens
    ]


def _pagamentos(ficha: Ficha) -> list[dict[str, Any]]:
    linhas = []
    for p in ficha.pagamentos:
        finalizador = ficha.finalizadores.get(p.id_finalizador)
        linhas.append(
            {
                "linha": p,
                "cadastrado": finalizador is not None,
                "nome": str(finalizador or p.id_finalizador),
                "url": formatos.url_de(finalizador, finalizador.pk) if finalizador else "",
            }
        )
    return linhas
