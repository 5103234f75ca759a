"""The first page of the admin (unfold's DASHBOARD_CALLBACK)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.utils import timezone

from auditoria.quadro import quadro as quadro_da_auditoria
from erp.acesso.escopo import filiais_de
from erp.painel import selectors
from erp.painel.alarmes import quadro_das_rotinas
from erp.painel.fila import quadro_da_fila
from erp.painel.rules import calados, ha_quanto
from erp.painel.selectors import Filiais, Soma
from pdv.conciliacao import selectors as conciliacao
from pdv.conciliacao.models import Achado
from pdv.conferencia.alarmes import dos_dias
from pdv.conferencia.models import DiaConferido
from pdv.processamento.admin.retomadas import desde, em_palavras
from pdv.processamento.formatos import data_hora, numero, reais, url_de
from pdv.processamento.models import Alvo, Retomada
from pdv.processamento.selectors.problemas import grupos_de_erro
from pdv.replicacao.models import Divergencia, NotaFiscal, OperacaoPdv, Rejeicao, SituacaoProcessamento

GRUPOS_MOSTRADOS = 20
CALADOS_MOSTRADOS = 10
ALARMES_MOSTRADOS = 5


def painel(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the index page what this person may see of the PDV, of the queue, of the routines and of the trail."""
    usuario = request.user
    assert isinstance(usuario, User | AnonymousUser)
    agora = timezone.now()
    context["fila"] = quadro_da_fila(usuario, agora)
    context["rotinas"] = quadro_das_rotinas(usuario, agora)
    context["auditoria"] = quadro_da_auditoria(usuario)
    if not usuario.has_perm("replicacao.view_operacaopdv"):
        return context
    filiais = filiais_de(usuario)
    context["painel"] = montar(
        filiais, agora,
        com_cadastro=usuario.has_perm("cadastros.view_pontovenda"),
        com_conferencia=usuario.has_perm("conferencia.ver_conferencia"),
        com_conciliacao=usuario.has_perm("conciliacao.ver_conciliacao"),
    )  # fmt: skip
    return context


def montar(
    filiais: Filiais,
    agora: datetime,
    *,
    com_cadastro: bool,
    com_conferencia: bool = False,
    com_conciliacao: bool = False,
) -> dict[str, Any]:
    hoje = timezone.make_aware(datetime.combine(timezone.localdate(agora), time.min))
    pendentes = selectors.na_situacao(OperacaoPdv, SituacaoProcessamento.PENDENTE, filiais)
    com_erro = selectors.na_situacao(OperacaoPdv, SituacaoProcessamento.COM_ERRO, filiais)
    notas_com_erro = selectors.na_situacao(NotaFiscal, SituacaoProcessamento.COM_ERRO, filiais)
    rejeitadas, ultima_rejeicao = selectors.rejeicoes_em_aberto(filiais, hoje)
    silencio = calados(selectors.pdvs(filiais), agora) if com_cadastro else []
    ultimo = selectors.ultimo_lancamento(filiais)
    grupos, grupos_a_mais = _grupos(filiais)
    conferencia = dos_dias(filiais, agora, ALARMES_MOSTRADOS + 1) if com_conferencia else []
    discordam = _conciliacao(filiais) if com_conciliacao else []
    return {
        "quadros": [
            _quadro("Com erro", com_erro, url_de(OperacaoPdv, situacao=2), "danger"),
            _quadro("Pendentes", pendentes, url_de(OperacaoPdv, situacao=1), ""),
            _quadro("Notas com erro", notas_com_erro, url_de(NotaFiscal, situacao=2), "danger"),
            {
                "titulo": "Não entrou hoje",
                "valor": _teto(rejeitadas, rejeitadas > selectors.TETO),
                "detalhe": f"última {desde(ultima_rejeicao)}" if ultima_rejeicao else "nenhuma",
                "url": url_de(Rejeicao, resolvida="nao"),
                "cor": "danger" if rejeitadas else "",
            },
            *_divergencias(filiais),
            *discordam,
            _quadro("Recebidas hoje", selectors.recebidas_desde(hoje, filiais), url_de(OperacaoPdv, quando="hoje"), ""),
            _quadro("Lançadas hoje", selectors.lancadas_desde(hoje, filiais), "", ""),
        ],
        "grupos": grupos,
        "grupos_a_mais": grupos_a_mais,
        "problemas": url_de(Retomada),
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
        "conferencia": [
            {"texto": a.texto, "url": url_de(DiaConferido, a.dia_id)} for a in conferencia[:ALARMES_MOSTRADOS]
        ],
        "conferencia_a_mais": len(conferencia) > ALARMES_MOSTRADOS,
        "conferencia_url": url_de(DiaConferido, situacao="atrasados"),
        "em_dia": not (com_erro.linhas or notas_com_erro.linhas or rejeitadas or silencio or conferencia or discordam),
        "pendentes": pendentes.linhas,
        "sem_filial": filiais is not None and not filiais,
    }


def _grupos(filiais: Filiais) -> tuple[list[dict[str, Any]], int]:
    """The groups of errors with the most rows, operations' and notes' together, and how many more there are."""
    achados, quantos = [], 0
    for alvo in (Alvo.OPERACAO, Alvo.NOTA):
        do_alvo, total = grupos_de_erro(alvo, filiais, limite=GRUPOS_MOSTRADOS)
        achados += do_alvo
        quantos += total
    maiores = sorted(achados, key=lambda g: -g.linhas)[:GRUPOS_MOSTRADOS]
    return [em_palavras(g) for g in maiores], quantos - len(maiores)


def _divergencias(filiais: Filiais) -> list[dict[str, str]]:
    """Nothing where nobody has anything to decide."""
    n = selectors.divergencias_a_decidir(filiais)
    if not n:
        return []
    url = url_de(Divergencia)
    texto = _teto(n, n > selectors.TETO)
    return [{"titulo": "Divergências", "valor": texto, "detalhe": "a decidir", "url": url, "cor": "danger"}]


def _conciliacao(filiais: Filiais) -> list[dict[str, str]]:
    """Nothing while sale, note, receivable and settlement agree."""
    quantos, valor = conciliacao.resumo(filiais)
    if not quantos:
        return []
    ha_mais = quantos > conciliacao.TETO
    soma = Soma(min(quantos, conciliacao.TETO), valor, ha_mais)
    return [_quadro("Não concorda", soma, url_de(Achado), "danger")]


def _teto(linhas: int, ha_mais: bool) -> str:
    return f"{numero(selectors.TETO)}+" if ha_mais else numero(linhas)


def _quadro(titulo: str, soma: Soma, url: str, cor: str) -> dict[str, str]:
    linhas = f"{numero(soma.linhas)}+" if soma.ha_mais else numero(soma.linhas)
    valor = f"mais de {reais(soma.valor)}" if soma.ha_mais else reais(soma.valor)
    return {"titulo": titulo, "valor": linhas, "detalhe": valor, "url": url, "cor": cor if soma.linhas else ""}
