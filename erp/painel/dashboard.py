"""The first page of the admin (unfold's DASHBOARD_CALLBACK)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.utils import timezone

from erp.acesso.escopo import filiais_de
from erp.painel import selectors
from erp.painel.rules import GrupoDeErro, agrupar_erros, calados, ha_quanto
from erp.painel.selectors import Filiais, Soma
from pdv.processamento.admin.problemas import DESCONHECIDO, onde_se_conserta
from pdv.processamento.erros import CODIGOS
from pdv.processamento.formatos import data_hora, numero, quantos, reais, url_de
from pdv.replicacao.models import NotaFiscal, OperacaoPdv, Rejeicao, SituacaoProcessamento

GRUPOS_MOSTRADOS = 20
CALADOS_MOSTRADOS = 10


def painel(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the index page what this person may see of the PDV's state; nothing for who sees no operation."""
    usuario = request.user
    if not isinstance(usuario, User | AnonymousUser) or not usuario.has_perm("replicacao.view_operacaopdv"):
        return context
    agora = timezone.now()
    filiais = filiais_de(usuario)
    context["painel"] = montar(filiais, agora, com_cadastro=usuario.has_perm("cadastros.view_pontovenda"))
    return context


def montar(filiais: Filiais, agora: datetime, *, com_cadastro: bool) -> dict[str, Any]:
    hoje = timezone.make_aware(datetime.combine(timezone.localdate(agora), time.min))
    pendentes = selectors.na_situacao(OperacaoPdv, SituacaoProcessamento.PENDENTE, filiais)
    com_erro = selectors.na_situacao(OperacaoPdv, SituacaoProcessamento.COM_ERRO, filiais)
    notas_com_erro = selectors.na_situacao(NotaFiscal, SituacaoProcessamento.COM_ERRO, filiais)
    rejeitadas, ultima_rejeicao = selectors.rejeicoes_em_aberto(filiais, hoje)
    silencio = calados(selectors.pdvs(filiais), agora) if com_cadastro else []
    ultimo = selectors.ultimo_lancamento(filiais)
    grupos = [_grupo(g, OperacaoPdv) for g in _agrupar(OperacaoPdv, filiais, com_erro)]
    grupos += [_grupo(g, NotaFiscal) for g in _agrupar(NotaFiscal, filiais, notas_com_erro)]
    return {
        "quadros": [
            _quadro("Com erro", com_erro, url_de(OperacaoPdv, situacao=2), "danger"),
            _quadro("Pendentes", pendentes, url_de(OperacaoPdv, situacao=1), ""),
            _quadro("Notas com erro", notas_com_erro, url_de(NotaFiscal, situacao=2), "danger"),
            {
                "titulo": "Não entrou hoje",
                "valor": _teto(rejeitadas, rejeitadas > selectors.TETO),
                "detalhe": f"última {_desde(ultima_rejeicao)}" if ultima_rejeicao else "nenhuma",
                "url": url_de(Rejeicao, resolvida="nao"),
                "cor": "danger" if rejeitadas else "",
            },
            _quadro("Recebidas hoje", selectors.recebidas_desde(hoje, filiais), url_de(OperacaoPdv, quando="hoje"), ""),
            _quadro("Lançadas hoje", selectors.lancadas_desde(hoje, filiais), "", ""),
        ],
        "grupos": grupos[:GRUPOS_MOSTRADOS],
        "grupos_a_mais": max(0, len(grupos) - GRUPOS_MOSTRADOS),
        "ultimo": f"{data_hora(ultimo)} ({ha_quanto(ultimo, agora)})" if ultimo else "",
        "calados": [
            {
                "nome": p.nome,
                "ha": ha_quanto(p.ultimo_contato_em, agora),
                "url": url_de(OperacaoPdv, ponto_venda_id=p.id),
            }
            for p in silencio[:CALADOS_MOSTRADOS]
        ],
        "calados_a_mais": max(0, len(silencio) - CALADOS_MOSTRADOS),
        "em_dia": not (com_erro.linhas or notas_com_erro.linhas or rejeitadas or silencio),
        "pendentes": pendentes.linhas,
        "sem_filial": filiais is not None and not filiais,
    }


def _agrupar(modelo: type[OperacaoPdv] | type[NotaFiscal], filiais: Filiais, soma: Soma) -> list[GrupoDeErro]:
    return agrupar_erros(selectors.linhas_com_erro(modelo, filiais)) if soma.linhas else []


def _teto(linhas: int, ha_mais: bool) -> str:
    return f"{numero(selectors.TETO)}+" if ha_mais else numero(linhas)


def _quadro(titulo: str, soma: Soma, url: str, cor: str) -> dict[str, str]:
    linhas = f"{numero(soma.linhas)}+" if soma.ha_mais else numero(soma.linhas)
    valor = f"mais de {reais(soma.valor)}" if soma.ha_mais else reais(soma.valor)
    return {"titulo": titulo, "valor": linhas, "detalhe": valor, "url": url, "cor": cor if soma.linhas else ""}


def _desde(quando: datetime | None) -> str:
    """`hoje, 10:12`, or the day and the hour."""
    if quando is None:
        return ""
    local = timezone.localtime(quando)
    return f"hoje, {local:%H:%M}" if local.date() == timezone.localdate() else f"{local:%d/%m/%Y %H:%M}"


def _grupo(grupo: GrupoDeErro, modelo: type[OperacaoPdv] | type[NotaFiscal]) -> dict[str, str]:
    codigo, _, assunto = grupo.digital.partition(":")
    texto = CODIGOS.get(codigo, DESCONHECIDO)
    conserto, conserto_texto = onde_se_conserta(codigo, assunto)
    nomes = ("operação", "operações") if modelo is OperacaoPdv else ("nota", "notas")
    return {
        "titulo": f"{texto.titulo}: {assunto}" if assunto else texto.titulo,
        "codigo": grupo.digital,
        "quantas": quantos(grupo.linhas, *nomes),
        "valor": reais(grupo.valor),
        "desde": _desde(grupo.desde),
        "saida": texto.saida,
        "lista": url_de(modelo, erro=grupo.digital) if codigo in CODIGOS else url_de(modelo, situacao=2),
        "conserto": conserto,
        "conserto_texto": conserto_texto if conserto else "",
    }
