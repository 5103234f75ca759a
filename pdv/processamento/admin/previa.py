"""The preview above the reason: what would be undone and made, and what blocks it, as the confirmation page shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet

from erp.acesso.acoes import Painel
from filas.drain import ErroDefinitivo
from pdv.processamento.admin.bloqueios import Presa, presas_na_tela
from pdv.processamento.atos import services
from pdv.processamento.atos.bloqueios import Visto, bloqueios_de, periodos_que_impedem, visto_agora
from pdv.processamento.atos.linhas import com_lancamentos
from pdv.processamento.formatos import quantos, url_de
from pdv.processamento.models import Alvo
from pdv.processamento.previa import LinhaPrevista, Par, Previa, PreviaOcupada, Tipo, prever
from pdv.processamento.previa.previsao import EXATAS
from pdv.replicacao.models import NotaFiscal, OperacaoPdv, SituacaoProcessamento

MODELO = "admin/pdv/previa.html"
SEGUNDOS = 4  # the page opens: what is not computed by then is summed
MOSTRADAS = 30
EXATAS_DE_MUITAS = 500  # one batch of a mass reprocess
MODELOS = {Alvo.OPERACAO: OperacaoPdv, Alvo.NOTA: NotaFiscal}
NOMES = {Alvo.OPERACAO: ("operação", "operações"), Alvo.NOTA: ("nota", "notas")}
GRUPOS = {
    Tipo.ESTOQUE: "Estoque", Tipo.DINHEIRO: "Dinheiro", Tipo.TITULO: "Títulos", Tipo.BAIXA: "Baixas",
    Tipo.FISCAL: "Documento fiscal",
}  # fmt: skip


class Grupo(NamedTuple):
    nome: str
    pares: list[Par]


class LinhaNaTela(NamedTuple):
    linha: LinhaPrevista
    url: str
    grupos: list[Grupo]


@dataclass(frozen=True)
class Tela:
    """What the template reads."""

    previa: Previa | None  # None: busy, or nothing is left to compute
    ocupada: bool
    linhas: list[LinhaNaTela]
    presas: list[Presa]
    presas_total: int
    continuam: list[Presa]
    uma_so: bool
    mudam: int

    @property
    def presas_ocultas(self) -> int:
        return self.presas_total - len(self.presas)


def painel_de(alvo: Alvo, acao: str) -> Callable[[User, QuerySet[Any]], Painel | None]:
    """The panel of `processar` or `reprocessar`."""

    def painel(usuario: User, queryset: QuerySet[Any]) -> Painel | None:
        linhas = list(queryset.order_by("pk").values_list("pk", "situacao_replicacao")[: services.LINHAS_MAXIMO + 1])
        if len(linhas) > services.LINHAS_MAXIMO:
            return None  # the page says that this is too many for one act
        with connection.cursor() as cursor:
            visto = visto_agora(cursor, alvo)
            simples = _sem_tentar(cursor, alvo, acao, linhas, usuario)
        livres = [pk for pk, _ in linhas if pk not in simples]
        previa, ocupada = _prever(alvo, livres)
        return _montar(alvo, acao, previa, ocupada, simples, visto, len(linhas))

    return painel


def previa_de_muitas(ids: Sequence[int], usuario: User) -> Mapping[str, Any]:
    """What the template shows of a mass reprocess: the first rows computed, what would be undone summed over all.

    What the worker will refuse without trying is looked for in all of them, and left out of the sums.
    """
    with connection.cursor() as cursor:
        visto = visto_agora(cursor, Alvo.OPERACAO)
        vivas = com_lancamentos(cursor, Alvo.OPERACAO, ids)
        simples = bloqueios_de(cursor, Alvo.OPERACAO, (), vivas, usuario)
    livres = [pk for pk in ids if pk not in simples]
    previa, ocupada = _prever(Alvo.OPERACAO, livres, exatas=EXATAS_DE_MUITAS)
    return _montar(Alvo.OPERACAO, "reprocessar", previa, ocupada, simples, visto, len(ids)).contexto


def _sem_tentar(
    cursor: Any, alvo: Alvo, acao: str, linhas: Sequence[tuple[int, int]], usuario: User
) -> Mapping[int, ErroDefinitivo]:
    vivas = com_lancamentos(cursor, alvo, [pk for pk, _ in linhas])
    if acao == "processar":
        efetuadas = {pk for pk, situacao in linhas if situacao == SituacaoProcessamento.EFETUADO}
        recusa = ErroDefinitivo("JA_EFETUADA", "já está efetuada")
        return periodos_que_impedem(cursor, alvo, list(vivas), usuario) | dict.fromkeys(efetuadas, recusa)
    pendentes = [pk for pk, situacao in linhas if situacao == SituacaoProcessamento.PENDENTE]
    return bloqueios_de(cursor, alvo, pendentes, vivas, usuario)


def _prever(alvo: Alvo, ids: Sequence[int], exatas: int = EXATAS) -> tuple[Previa | None, bool]:
    if not ids:
        return None, False
    try:
        return prever(alvo=alvo, ids=ids, exatas=exatas, mostradas=MOSTRADAS, segundos=SEGUNDOS), False
    except PreviaOcupada:
        return None, True


def _montar(
    alvo: Alvo, acao: str, previa: Previa | None, ocupada: bool, simples: Mapping[int, ErroDefinitivo], visto: Visto,
    quantas: int,
) -> Painel:  # fmt: skip
    recusadas = previa.bloqueadas if previa else []
    presas = presas_na_tela(alvo, simples, [x for x in recusadas if x.bloqueada], MOSTRADAS)
    total = len(simples) + (previa.resumo.bloqueadas if previa else 0)
    tela = Tela(
        previa=previa,
        ocupada=ocupada,
        linhas=[_na_tela(alvo, x) for x in _que_interessam(previa, quantas)],
        presas=presas,
        presas_total=total,
        continuam=presas_na_tela(alvo, {}, [x for x in recusadas if not x.bloqueada], MOSTRADAS),
        uma_so=quantas == 1,
        mudam=_mudam(previa),
    )
    podem = quantas - total
    return Painel(
        modelo=MODELO,
        contexto={"t": tela, "nomes": NOMES[alvo]},
        botao=_botao(alvo, acao, podem, previa.resumo.estornos if previa else 0),
        pode=podem > 0 and not ocupada and (acao == "reprocessar" or not total),
        rotulos=_escolha(alvo, acao, total, podem),
        visto=list(visto),
    )


def _que_interessam(previa: Previa | None, quantas: int) -> list[LinhaPrevista]:
    """One alone is shown whatever becomes of it; of many, those that change."""
    if previa is None:
        return []
    return [x for x in previa.linhas if quantas == 1 or x.muda] + previa.outras


def _mudam(previa: Previa | None) -> int:
    return 0 if previa is None else previa.resumo.lancadas - previa.resumo.iguais


def _botao(alvo: Alvo, acao: str, podem: int, estornos: int) -> str:
    """What the button will do: `Estornar e reprocessar 12 operações`."""
    quais = quantos(podem, *NOMES[alvo])
    if acao == "processar":
        return f"Processar agora {quais}"
    if not estornos:
        return f"Reprocessar {quais}"
    return f"Estornar e reprocessar {quais}" if estornos >= podem else f"Estornar {estornos} e reprocessar {quais}"


def _escolha(alvo: Alvo, acao: str, presas: int, podem: int) -> dict[str, str]:
    if acao != "reprocessar" or not presas or not podem:
        return {}
    fora = "a bloqueada" if presas == 1 else f"as {presas} bloqueadas"
    quais = f"só a {NOMES[alvo][0]} que pode" if podem == 1 else f"só as {podem} {NOMES[alvo][1]} que podem"
    return {"pular_bloqueadas": f"Deixar de fora {fora} e reprocessar {quais}"}


def _na_tela(alvo: Alvo, linha: LinhaPrevista) -> LinhaNaTela:
    url = url_de(MODELOS[alvo], linha.id) if linha.id else ""
    return LinhaNaTela(linha, url, list(_agrupar(linha.pares)))


def _agrupar(pares: Iterable[Par]) -> Iterable[Grupo]:
    por_tipo: dict[Tipo, list[Par]] = {}
    for par in pares:
        por_tipo.setdefault(par.tipo, []).append(par)
    return (Grupo(GRUPOS[tipo], seus) for tipo, seus in por_tipo.items())
