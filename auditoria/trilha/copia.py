"""What the filters of the trail show as a file: CSV for Excel in Brazil, or one JSON object a line.

Taking it is told twice: before the first byte leaves (who, what, in which form), so that nothing is taken in silence, and
at the end (how many). An archive that stops answering in the middle breaks the download: half is never taken for the whole.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from auditoria import serial
from auditoria.acoes import rotulo
from auditoria.celulas import inofensivo
from auditoria.contexto import Origem, origem_atual
from auditoria.models import AtorTipo
from auditoria.sensivel import sensivel
from auditoria.services import Ator, registrar
from auditoria.trilha.diferenca import mudancas
from auditoria.trilha.filtro import Filtro, Visto
from auditoria.trilha.nomes import nome_do_tipo
from auditoria.trilha.pagina import percorrer

MAXIMO: Final = 100_000
AVISO: Final = (
    "Só os 100.000 eventos mais novos estão aqui, e há mais com estes filtros. Restrinja o período e exporte de novo."
)
TITULOS: Final = (
    "Quando", "Quem", "Tipo de quem", "O que fez", "Em quê", "Qual", "O que mudou", "Motivo", "Endereço IP", "Requisição",
    "Identificador do evento", "Selo", "Selado em", "Hash do selo", "Só no arquivo", "Código da ação", "Código do objeto",
)  # fmt: skip
_POR_VEZ: Final = 200


class Formato(NamedTuple):
    """How a file is written: its type, what comes first, some events, and one sentence at the end."""

    tipo: str
    comeco: bytes
    eventos: Callable[[list[Visto]], bytes]
    frase: Callable[[str], bytes]


@sensivel("auditoria.trilha_exportada")
def exportar(filtro: Filtro, formato: str, *, ator: Ator, dito: Mapping[str, str]) -> Iterator[bytes]:
    """The file in pieces, up to `MAXIMO` events, newest first. `dito` are the filters in words, for the trail.

    Raises, before anything is recorded or sent, `ArquivoForaDoAr` and `ProcuraDemorada`.
    """
    vistos = percorrer(filtro, MAXIMO + 1)
    primeiro = next(vistos, None)
    with transaction.atomic():
        comeco = registrar(
            acao="auditoria.trilha_exportada", ator=ator, objeto="auditoria.Evento",
            depois={"formato": formato, "filtros": dict(dito), "maximo": MAXIMO},
        )  # fmt: skip
    todos = vistos if primeiro is None else chain([primeiro], vistos)
    return _Envio(FORMATOS[formato], ator, comeco, origem_atual()).pedacos(todos)


class _Envio:
    """One file on its way. However it ends, how many left is told."""

    def __init__(self, formato: Formato, ator: Ator, comeco: UUID, origem: Origem) -> None:
        self.formato, self.ator, self.comeco, self.origem = formato, ator, comeco, origem
        self.quantos = 0

    def pedacos(self, vistos: Iterable[Visto]) -> Iterator[bytes]:
        inteira = False
        try:
            yield self.formato.comeco
            yield from self._eventos(iter(vistos))
            inteira = True
        finally:
            self._contar_o_fim(inteira)

    @sensivel("auditoria.exportacao_terminada")
    def _contar_o_fim(self, inteira: bool) -> None:
        with transaction.atomic():
            registrar(
                acao="auditoria.exportacao_terminada", ator=self.ator, objeto="auditoria.Evento",
                objeto_id=str(self.comeco), depois={"quantos": self.quantos, "inteira": inteira}, origem=self.origem,
            )  # fmt: skip

    def _eventos(self, vistos: Iterator[Visto]) -> Iterator[bytes]:
        juntos: list[Visto] = []
        for visto in vistos:
            if self.quantos + len(juntos) == MAXIMO:
                yield self._escrever(juntos) + self.formato.frase(AVISO)
                return
            juntos.append(visto)
            if len(juntos) == _POR_VEZ:
                yield self._escrever(juntos)
                juntos = []
        yield self._escrever(juntos)

    def _escrever(self, vistos: list[Visto]) -> bytes:
        self.quantos += len(vistos)
        return self.formato.eventos(vistos)


def _csv(linhas: Iterable[Iterable[str]]) -> bytes:
    saida = io.StringIO()
    csv.writer(saida, delimiter=";", lineterminator="\r\n").writerows([map(inofensivo, linha) for linha in linhas])
    return saida.getvalue().encode()


def _linha(visto: Visto) -> tuple[str, ...]:
    e = visto.linha
    tipo = str(AtorTipo(e.ator_tipo).label) if e.ator_tipo in AtorTipo.values else e.ator_tipo
    mudou = "\n".join(
        f"{m.campo}: {f'{m.antes} → ' if m.tem_antes else ''}{m.depois}" for m in mudancas(e.objeto, e.antes, e.depois)
    )
    return (
        _hora(e.em), e.ator, tipo, rotulo(e.acao), nome_do_tipo(e.objeto), e.objeto_id, mudou, e.motivo, e.ip or "",
        e.request_id, str(e.id), str(visto.sequencia or ""), _hora(visto.selado_em), visto.selo.hex(),
        "sim" if visto.do_arquivo else "", e.acao, e.objeto,
    )  # fmt: skip


def _hora(quando: Any) -> str:
    return timezone.localtime(quando).strftime("%d/%m/%Y %H:%M:%S.%f") if quando else ""


def _json(visto: Visto) -> bytes:
    """The event goes by its canonical bytes: they, and the seal before, give the seal."""
    selado_em = serial.instante(visto.selado_em) if visto.selado_em else None
    do_selo = {"sequencia": visto.sequencia, "selado_em": selado_em, "hash": visto.selo.hex() or None}
    return b'%b,"evento":%b}\n' % (json.dumps(do_selo)[:-1].encode(), serial.canonico(visto.linha))


FORMATOS: Final = {
    "csv": Formato(
        "text/csv; charset=utf-8", "\ufeff".encode() + _csv([TITULOS]),
        lambda vistos: _csv(map(_linha, vistos)), lambda frase: _csv([[frase]]),
    ),
    "jsonl": Formato(
        "application/x-ndjson; charset=utf-8", b"", lambda vistos: b"".join(map(_json, vistos)),
        lambda frase: json.dumps({"aviso": frase}, ensure_ascii=False).encode() + b"\n",
    ),
}  # fmt: skip
