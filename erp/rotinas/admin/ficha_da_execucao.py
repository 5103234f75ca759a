"""The page of one execution, in words: outcome, counts, money, log lines, what it touches, who started it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from erp.acesso.models import Aprovacao
from erp.rotinas.admin.fichas import em_curso, quem
from erp.rotinas.admin.textos import (
    CORES,
    contado,
    duracao,
    ha,
    marcado,
    momento,
    numero,
    reais,
    referencia,
    titulo_da,
)
from erp.rotinas.models import Execucao, ItemExecucao, LinhaExecucao, RotinaAgendada
from erp.rotinas.retratos import ABERTAS, MAL, tempo_de

ITENS_POR_PAGINA = 100
LINHAS_POR_PAGINA = 200
Situacao = Execucao.Situacao


def ficha(e: Execucao, agora: datetime, request: HttpRequest) -> dict[str, Any]:
    """All that the template shows."""
    rotina = RotinaAgendada.objects.filter(caminho=e.rotina).first()
    viva = e.situacao in ABERTAS
    return {
        "e": e,
        "titulo_da_rotina": rotina.titulo if rotina else titulo_da(e.rotina),
        "rotina_url": reverse("admin:rotinas_rotinaagendada_change", args=[rotina.pk]) if rotina else "",
        "selo": e.get_situacao_display(),
        "cor": CORES[Situacao(e.situacao)],
        "frase": frase(e),
        "viva": viva,
        "andando": em_curso(e, agora)["frase"] if viva else "",
        "fatos": _fatos(e, agora),
        "contagens": [(contado(nome), numero(n)) for nome, n in sorted(e.contagens.items())],
        "valores": [(contado(nome), reais(Decimal(v))) for nome, v in sorted(e.valores.items())],
        "erro": _erro(e),
        "aprovacao": _aprovacao(e, request),
        **_itens(e, request),
        **_linhas(e, request),
    }


def frase(e: Execucao) -> str:
    """What the outcome means for whoever reads it."""
    if e.simulacao and e.situacao in (Situacao.SUCESSO, Situacao.SUCESSO_COM_FALHAS):
        return "Simulação: nada foi gravado. É isto que a rotina faria."
    if e.situacao == Situacao.PERDIDA and e.aprovacao_id is not None:
        return "Nada foi feito: a aprovação que esperava venceu sem ninguém decidir."
    frases = {
        Situacao.PENDENTE: "Pedida; roda assim que um trabalhador estiver livre.",
        Situacao.EXECUTANDO: "Rodando agora.",
        Situacao.SUCESSO: "Terminou bem.",
        Situacao.SUCESSO_COM_FALHAS: "Terminou; o que falhou está abaixo, e o resto foi feito.",
        Situacao.PULADA: "Não rodou: não era preciso, ou outra estava em curso.",
        Situacao.ERRO: "Parou por um erro. O que já tinha gravado ficou; a próxima continua de onde esta parou.",
        Situacao.INTERROMPIDA: "O processo que a executava morreu. A próxima continua de onde esta parou.",
        Situacao.AGUARDA_APROVACAO: "Nada foi feito ainda: espera a aprovação de uma segunda pessoa.",
        Situacao.PERDIDA: "Não rodou na hora marcada, e pela regra da rotina não é recuperada.",
    }
    return frases[Situacao(e.situacao)]


def _fatos(e: Execucao, agora: datetime) -> list[tuple[str, str]]:
    fatos = [
        ("Iniciada por", quem(e.iniciada_por)),
        ("Agendada para", marcado(e.agendada_para, agora) if e.agendada_para else "fora da agenda"),
        ("Início", momento(e.iniciada_em)),
        ("Término", momento(e.terminada_em)),
        ("Duração", duracao(tempo_de(e, agora if e.situacao in ABERTAS else None))),
    ]
    if e.referencia:
        fatos.insert(1, ("Referência", referencia(e.rotina, e.referencia)))
    if e.tentativa > 1:
        fatos.append(("Tentativa", str(e.tentativa)))
    if e.situacao == Situacao.EXECUTANDO and e.heartbeat:
        fatos.append(("Último sinal de vida", ha(e.heartbeat, agora)))
    return fatos


def _erro(e: Execucao) -> dict[str, str] | None:
    """A failure with its last line first and the rest to open; of the other outcomes, just what was said."""
    texto = e.erro.strip()
    if not texto or e.situacao == Situacao.AGUARDA_APROVACAO:  # then it says what is asked, and the request says it too
        return None
    resto, _, ultima = texto.rpartition("\n")
    return {"resumo": ultima, "inteiro": texto if resto else "", "grave": "sim" if e.situacao in MAL else ""}


def _aprovacao(e: Execucao, request: HttpRequest) -> dict[str, Any] | None:
    aprovacao = e.aprovacao
    if aprovacao is None:
        return None
    pendente = aprovacao.situacao == Aprovacao.Situacao.PENDENTE
    pode_ver = request.user.has_perm("acesso.view_aprovacao")
    return {
        "texto": aprovacao.descricao,
        "situacao": aprovacao.get_situacao_display(),
        "cor": "warning" if pendente else "info",
        "pendente": pendente,
        "ate": momento(aprovacao.expira_em),
        "decidida": f"{aprovacao.decidida_por}: {aprovacao.motivo_decisao}" if aprovacao.decidida_por else "",
        "url": reverse("admin:acesso_aprovacao_change", args=[aprovacao.pk]) if pode_ver else "",
    }


def _itens(e: Execucao, request: HttpRequest) -> dict[str, Any]:
    """A page of what it touches, failures first. One more row is asked for, to know whether there is a next page."""
    pagina = _pagina(request, "itens")
    inicio = (pagina - 1) * ITENS_POR_PAGINA
    itens = list(
        ItemExecucao.objects.filter(execucao_id=e.pk).order_by("-falha", "id")[inicio : inicio + ITENS_POR_PAGINA + 1]
    )
    return {
        "itens": [
            {
                "url": _endereco(request, i),
                "o_que": f"{_nome(i.objeto)} {i.objeto_id}",
                "descricao": i.descricao,
                "valor": "" if i.valor is None else reais(i.valor),
                "falha": i.falha,
            }
            for i in itens[:ITENS_POR_PAGINA]
        ],
        "itens_titulo": "O que falhou" if all(i.falha for i in itens) else "Quem seria atingido",
        "itens_com_valor": any(i.valor is not None for i in itens),
        "itens_anterior": pagina - 1,
        "itens_seguinte": pagina + 1 if len(itens) > ITENS_POR_PAGINA else 0,
        "itens_faixa": f"{numero(inicio + 1)} a {numero(inicio + min(len(itens), ITENS_POR_PAGINA))}",
    }


def _linhas(e: Execucao, request: HttpRequest) -> dict[str, Any]:
    pagina = _pagina(request, "linhas")
    inicio = (pagina - 1) * LINHAS_POR_PAGINA
    linhas = list(
        LinhaExecucao.objects.filter(execucao_id=e.pk).order_by("id")[inicio : inicio + LINHAS_POR_PAGINA + 1]
    )
    return {
        "linhas": [(timezone.localtime(li.em).strftime("%H:%M:%S"), li.texto) for li in linhas[:LINHAS_POR_PAGINA]],
        "linhas_anterior": pagina - 1,
        "linhas_seguinte": pagina + 1 if len(linhas) > LINHAS_POR_PAGINA else 0,
    }


def _pagina(request: HttpRequest, nome: str) -> int:
    texto = request.GET.get(nome, "")
    return min(max(int(texto), 1), 1000) if texto.isascii() and texto.isdigit() and len(texto) < 6 else 1


def _endereco(request: HttpRequest, item: ItemExecucao) -> str:
    """The page of what is touched, when there is one and this person may open it."""
    modelo = _modelo(item.objeto)
    pagina = admin.site._registry.get(modelo) if modelo else None
    if modelo is None or pagina is None or not pagina.has_view_permission(request):
        return ""
    return reverse(f"admin:{modelo._meta.app_label}_{modelo._meta.model_name}_change", args=[item.objeto_id])


def _nome(objeto: str) -> str:
    modelo = _modelo(objeto)
    return str(modelo._meta.verbose_name).capitalize() if modelo else objeto.rpartition(".")[2].capitalize()


@cache
def _modelo(objeto: str) -> type[Model] | None:
    """`planos.Contratacao` as a model; None for what is none."""
    try:
        return apps.get_model(objeto)
    except (LookupError, ValueError):
        return None
