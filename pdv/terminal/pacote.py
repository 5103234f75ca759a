"""What goes to the retaguarda in one request: rows of the till with all their children, as JSON."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from django.db.models import Model, Q, QuerySet

from pdv import tabelas
from pdv.terminal.models import (
    FinalizadorOperacaoPdv,
    Instalacao,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
    SituacaoReplicacao,
    Turno,
)
from pdv.terminal.registro import ALIAS

VERSAO = 1
REPLICADOR = "1.0"
POR_LEITURA = 50  # rows read at once: what is read beyond the limit of bytes is thrown away
ADIAMENTO_IMPOSSIVEL = timedelta(hours=2)
_ENVELOPE = 300

codificar = msgspec.json.Encoder().encode


class Tipo(StrEnum):
    """The three lists of a package, in the order in which they are filled."""

    TURNO = "turnos"
    OPERACAO = "operacoes"
    NOTA = "notas"


class Linha(NamedTuple):
    """A row to send. `identidade` is how the answer names it; `corpo` is its JSON, exactly as sent."""

    tipo: Tipo
    pk: int
    identidade: tuple[Any, ...]
    corpo: bytes
    tentativas: int


def colunas(tabela: type[Model]) -> tuple[str, ...]:
    """The columns that go over the wire: those of `pdv.tabelas`, in its order."""
    return tuple(campo.attname for campo in tabela._meta.fields)


TURNO = colunas(tabelas.Turno)
OPERACAO = colunas(tabelas.OperacaoPdv)
ITEM = colunas(tabelas.ItemOperacaoPdv)
FINALIZADOR = colunas(tabelas.FinalizadorOperacaoPdv)
RECEBIMENTO = colunas(tabelas.RecebimentoOperacaoPdv)
NOTA = colunas(tabelas.NotaFiscalPdv)


def _turnos(linhas: QuerySet[Turno]) -> Iterator[Linha]:
    for valores in linhas.values_list(*TURNO, "tentativas"):
        turno = dict(zip(TURNO, valores, strict=False))
        yield Linha(Tipo.TURNO, turno["id_turno"], (turno["id_turno"],), codificar(turno), valores[-1])


def _operacoes(linhas: QuerySet[OperacaoPdv]) -> Iterator[Linha]:
    lidas = list(linhas.values_list("pk", *OPERACAO, "tentativas"))
    numeros = [valores[0] for valores in lidas]
    itens = _filhos(ItemOperacaoPdv, ITEM, numeros)
    finalizadores = _filhos(FinalizadorOperacaoPdv, FINALIZADOR, numeros)
    recebimentos = _filhos(RecebimentoOperacaoPdv, RECEBIMENTO, numeros)
    for valores in lidas:
        numero = valores[0]
        operacao = dict(zip(OPERACAO, valores[1:], strict=False))
        operacao["itens"] = itens.get(numero, [])
        operacao["finalizadores"] = finalizadores.get(numero, [])
        operacao["recebimentos"] = recebimentos.get(numero, [])
        yield Linha(Tipo.OPERACAO, numero, (numero,), codificar(operacao), valores[-1])


def _filhos(modelo: type[Model], nomes: Sequence[str], pais: list[int]) -> dict[int, list[dict[str, Any]]]:
    linhas = modelo._default_manager.using(ALIAS).filter(operacao_id__in=pais).order_by("operacao_id", "item")
    lidas = linhas.values_list("operacao_id", *nomes)
    return {
        pai: [dict(zip(nomes, valores[1:], strict=True)) for valores in grupo]
        for pai, grupo in groupby(lidas, key=lambda valores: valores[0])
    }


def _notas(linhas: QuerySet[NotaFiscal]) -> Iterator[Linha]:
    for valores in linhas.values_list(*NOTA, "pk", "tentativas"):
        nota = dict(zip(NOTA, valores, strict=False))
        yield Linha(Tipo.NOTA, valores[-2], (nota["chave"], nota["numero"]), codificar(nota), valores[-1])


class Fonte(NamedTuple):
    """Where rows of a type come from, what their state is called, and how they are read."""

    modelo: type[Turno] | type[OperacaoPdv] | type[NotaFiscal]
    situacao: str
    ler: Callable[[Any], Iterator[Linha]]
    fechada: Q = Q()


FONTES = {
    Tipo.TURNO: Fonte(Turno, "situacao_replicacao", _turnos, Q(data_hora_termino__isnull=False)),
    Tipo.OPERACAO: Fonte(OperacaoPdv, "situacao_replicacao", _operacoes, Q(data_hora_termino__isnull=False)),
    Tipo.NOTA: Fonte(NotaFiscal, "lojamix_sit_replicacao", _notas),
}


def pendentes(tipo: Tipo) -> QuerySet[Any]:
    """Rows at 1 that are closed, due or not."""
    fonte = FONTES[tipo]
    condicao = Q(**{fonte.situacao: SituacaoReplicacao.PENDENTE}) & fonte.fechada
    return fonte.modelo._default_manager.using(ALIAS).filter(condicao)


def devidas(tipo: Tipo, agora: datetime) -> QuerySet[Any]:
    """Those whose time has come; one put off further than ever done was put off by a clock that was wrong."""
    chegou = Q(proxima_tentativa_em__isnull=True) | Q(proxima_tentativa_em__lte=agora)
    return pendentes(tipo).filter(chegou | Q(proxima_tentativa_em__gt=agora + ADIAMENTO_IMPOSSIVEL))


def montar(agora: datetime, *, lote: int, bytes_maximo: int) -> list[Linha]:
    """The oldest rows that are due: up to `lote` of each type and about `bytes_maximo` in all, but at least one."""
    pacote: list[Linha] = []
    livres = bytes_maximo - _ENVELOPE
    for tipo in Tipo:
        # notes are the heavy part, and operations must not leave them waiting for ever
        limite = livres if tipo is Tipo.NOTA else livres // 2
        for linha in _em_ordem(tipo, agora, lote):
            limite -= len(linha.corpo) + 1
            if limite < 0 and pacote:
                break
            livres -= len(linha.corpo) + 1
            pacote.append(linha)
    return pacote


def _em_ordem(tipo: Tipo, agora: datetime, lote: int) -> Iterator[Linha]:
    fonte, ultima = FONTES[tipo], 0
    while lote > 0:
        linhas = list(fonte.ler(devidas(tipo, agora).filter(pk__gt=ultima).order_by("pk")[: min(lote, POR_LEITURA)]))
        yield from linhas
        if len(linhas) < POR_LEITURA:
            return
        lote -= len(linhas)
        ultima = linhas[-1].pk


def reler(tipo: Tipo, chaves: Iterable[int]) -> dict[int, Linha]:
    """The rows as they are now, those that are no longer at 1 left out. Locks them where the database can."""
    linhas = pendentes(tipo).filter(pk__in=list(chaves)).order_by("pk").select_for_update()
    return {linha.pk: linha for linha in FONTES[tipo].ler(linhas)}


def identidade_da_instalacao() -> uuid.UUID:
    """Who this till is; made at the first question and kept."""
    return Instalacao.objects.using(ALIAS).get_or_create(id=1)[0].instalacao


def corpo_do_pacote(instalacao: uuid.UUID, linhas: Sequence[Linha]) -> bytes:
    """The request's body, of rows already in JSON."""
    listas = ",".join(f'"{tipo}":[%s]' for tipo in Tipo)
    cabeca = f'{{"versao":{VERSAO},"instalacao":"{instalacao}","replicador":"{REPLICADOR}",{listas}}}'
    partes = tuple(b",".join(linha.corpo for linha in linhas if linha.tipo is tipo) for tipo in Tipo)
    return cabeca.encode() % partes
