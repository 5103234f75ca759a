"""What processing and people left behind: generations, the log of attempts, acts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from erp.acesso.escopo import filiais_de
from erp.cadastros.admin.usuario import usuario_de
from pdv.processamento import formatos
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.ficha import geracao_na_tela, quitacoes
from pdv.processamento.admin.filtros import (
    AtalhoDePeriodo,
    EspecieFiltro,
    FilialFiltro,
    PeriodoFiltro,
    PontoVendaFiltro,
    ResultadoFiltro,
)
from pdv.processamento.admin.lista import ComPontoVenda, ListaRapida
from pdv.processamento.admin.pagina import ComPagina, Fato
from pdv.processamento.models import Alvo, AtoPessoa, Geracao, LogProcessamento
from pdv.processamento.selectors.busca import ids_de_geracoes
from pdv.processamento.selectors.ficha import baixas_de, geracoes_com_entradas, ponto_de_venda
from pdv.processamento.selectors.ligadas import autoras
from pdv.replicacao.models import NotaFiscal, OperacaoPdv
from pdv.tabelas import Especie

MODELO_DO_ALVO: dict[int, type[OperacaoPdv] | type[NotaFiscal]] = {Alvo.OPERACAO: OperacaoPdv, Alvo.NOTA: NotaFiscal}


def elo_do_alvo(linha: LogProcessamento | AtoPessoa) -> str:
    """A link to the staged row that an attempt or an act was about."""
    url = formatos.url_de(MODELO_DO_ALVO[linha.alvo], linha.alvo_id) if linha.alvo in MODELO_DO_ALVO else ""
    return formatos.elo(url, f"{linha.get_alvo_display()} recebida {linha.alvo_id}")


@admin.register(Geracao)
class GeracaoAdmin(ComPagina, ComPontoVenda):
    campo_tempo = "criada_em"
    list_display = ["numero_", "operacao_", "pdv", "especie", "valor_", "criada", "situacao_"]
    list_display_links = ["numero_"]
    list_filter = [EspecieFiltro, FilialFiltro, PontoVendaFiltro, AtalhoDePeriodo, ("criada_em", PeriodoFiltro)]
    search_help_text = "Número da operação"
    modelo_da_pagina = "admin/pdv/geracao.html"

    def buscar(self, termo: str) -> set[int] | None:
        return ids_de_geracoes(termo)

    @coluna("geração")
    def numero_(self, g: Geracao) -> str:
        return f"{g.numero}ª da operação {g.id_operacao}"

    @coluna("operação")
    def operacao_(self, g: Geracao) -> str:
        return formatos.elo(formatos.url_de(OperacaoPdv, q=g.id_operacao), str(g.id_operacao))

    @coluna("espécie")
    def especie(self, g: Geracao) -> str:
        return nome_da_especie(g.operacao)

    @coluna("total")
    def valor_(self, g: Geracao) -> str:
        return formatos.a_direita(formatos.reais(g.valor_total))

    @coluna("lançada em")
    def criada(self, g: Geracao) -> str:
        return formatos.data_hora(g.criada_em)

    @coluna("situação", cores={"Viva": "success", "Estornada": "default"})
    def situacao_(self, g: Geracao) -> str:
        return "Estornada" if g.estornada_em else "Viva"

    def contexto(self, request: HttpRequest, objeto: Geracao) -> dict[str, Any]:
        (com_entradas,) = geracoes_com_entradas(Geracao.objects.filter(pk=objeto.pk))
        baixas = baixas_de([t.pk for t in com_entradas.titulos])
        nomes = autoras([com_entradas], baixas, filiais_de(usuario_de(request)))
        return {
            "g": com_entradas,
            "x": geracao_na_tela(com_entradas, nomes),
            "titulo": f"Geração {objeto.numero} da operação {objeto.id_operacao}",
            "fatos": fatos(objeto),
            "quitacoes": quitacoes(baixas, nomes),
        }


def nome_da_especie(numero: int) -> str:
    return Especie(numero).label if numero in Especie.values else str(numero)


def fatos(g: Geracao) -> list[Fato]:
    pdv = ponto_de_venda(g.ponto_venda_id)
    operacao = OperacaoPdv.objects.filter(
        ponto_venda_id=g.ponto_venda_id, instalacao=g.instalacao, id_operacao=g.id_operacao
    ).first()
    return [
        ("Operação", str(operacao or g.id_operacao), formatos.url_de(operacao, operacao.pk) if operacao else ""),
        ("PDV", str(pdv or g.ponto_venda_id), formatos.url_de(pdv, pdv.pk) if pdv else ""),
        ("Espécie", nome_da_especie(g.operacao), ""),
        ("Total", formatos.reais(g.valor_total), ""),
        ("Lançada em", formatos.data_hora(g.criada_em), ""),
        ("Estornada em", formatos.data_hora(g.estornada_em), ""),
        ("Estornada por", g.estornada_por or formatos.VAZIO, ""),
        ("Motivo do estorno", g.motivo_estorno or formatos.VAZIO, ""),
    ]


@admin.register(LogProcessamento)
class LogAdmin(ListaRapida):
    campo_tempo = "em"
    list_display = ["quando", "alvo_", "tentativa", "resultado_", "codigo", "mensagem"]
    list_filter = [ResultadoFiltro, FilialFiltro, AtalhoDePeriodo, ("em", PeriodoFiltro)]

    @coluna("quando")
    def quando(self, x: LogProcessamento) -> str:
        return formatos.data_hora(x.em)

    @coluna("de quê")
    def alvo_(self, x: LogProcessamento) -> str:
        return elo_do_alvo(x)

    @coluna(
        "resultado",
        cores={
            "Efetuado": "success",
            "Erro": "danger",
            "Adiado": "warning",
            "Estornado": "info",
            "À espera": "warning",
        },
    )
    def resultado_(self, x: LogProcessamento) -> str:
        return x.get_resultado_display()


@admin.register(AtoPessoa)
class AtoAdmin(ListaRapida):
    campo_tempo = "em"
    list_display = ["quando", "usuario", "acao_", "alvo_", "motivo"]
    list_filter = [FilialFiltro, AtalhoDePeriodo, ("em", PeriodoFiltro)]

    @coluna("quando")
    def quando(self, x: AtoPessoa) -> str:
        return formatos.data_hora(x.em)

    @coluna("ação", cores={"Processar agora": "info", "Reprocessar": "warning", "Ignorar": "danger"})
    def acao_(self, x: AtoPessoa) -> str:
        return x.get_acao_display()

    @coluna("sobre")
    def alvo_(self, x: AtoPessoa) -> str:
        return elo_do_alvo(x)
