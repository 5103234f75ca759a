"""The signed digests against the chain and against each other; and those held outside against the database."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from auditoria import chaves
from auditoria.models import Resumo
from auditoria.resumo import ZERO, em_bytes, escrever, hash_de, inicio_do_dia
from auditoria.serial import instante
from auditoria.verificacao.elos import Elo
from auditoria.verificacao.problemas import MAXIMO, Problema, no_selo

TOLERANCIA: Final = timedelta(hours=6)  # after the end of a day, for its digest to be made


class _Assinado(NamedTuple):
    """A digest that one of our keys signed, and where it was found."""

    origem: str
    dados: dict[str, Any]


class Resumos:
    """What the digests say, once they are read (`ler`); `ao_passar` holds each seal of the walk against it."""

    def __init__(self) -> None:
        self.problemas: list[Problema] = []
        self.do_banco = self.de_fora = 0
        self._chaves: dict[str, Ed25519PublicKey] = {}
        self._selos: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        self._dias: dict[str, tuple[int, int, str, str, str]] = {}
        self._seguinte: int | None = 1  # where the next digest that has seals must begin; None: nobody knows
        self._resumida, self._fim = 0, ""  # the last sequence of the digests, and where the last of them ends
        self._fila: list[tuple[int, int, str, str, str]] = []

    def ler(self, pastas: Iterable[Path] = ()) -> None:
        """Those of the database, each against the one before, and those of these folders against them."""
        self._chaves = chaves.confiaveis()
        contidos = self._conferir_banco()
        for pasta in pastas:
            self._conferir_pasta(pasta, contidos)
        self._conferir_chaves()
        self._fila = sorted(self._dias.values())

    def ao_passar(self, elo: Elo) -> Iterable[Problema]:
        """The seal is the one that was signed, and it was sealed in the day that says so."""
        for origem, esperado in self._selos.pop(elo.sequencia, ()):
            if esperado != elo.hash.hex():
                yield no_selo(
                    "cadeia_refeita", elo.sequencia, elo.evento,
                    f"não é o selo que {origem} assinou: a cadeia foi refeita, até aqui ou em parte",
                )  # fmt: skip
        while self._fila and self._fila[0][1] < elo.sequencia:
            self._fila.pop(0)
        if self._fila and self._fila[0][0] <= elo.sequencia:
            _, _, inicio, fim, origem = self._fila[0]
            if not inicio <= instante(elo.selado_em) < fim:
                yield no_selo("dia_trocado", elo.sequencia, elo.evento, f"não foi selado no dia que {origem} diz")
        elif elo.sequencia > self._resumida and instante(elo.selado_em) < self._fim:
            yield no_selo(
                "dia_trocado", elo.sequencia, elo.evento,
                f"não está em resumo nenhum, e diz que foi selado antes de {self._fim}, onde acaba o último",
            )  # fmt: skip

    def sobras(self, ultimo: int) -> list[Problema]:
        """The first seal that was signed and is past the last one there is, whatever part of the chain was walked."""
        faltam = sorted(n for n in self._selos if n > ultimo)
        return [
            no_selo("selo_ausente", n, None, f"{self._selos[n][0][0]} o assinou, e a trilha acaba no selo {ultimo}")
            for n in faltam[:1]
        ]

    def conferir_fim(self, primeiro_selo: datetime | None, agora: datetime) -> None:
        """No day that is over waits for its digest for long."""
        ultimo = _legiveis().order_by("dia").last()
        if ultimo is None and primeiro_selo is None:
            return
        dia = ultimo.dia + timedelta(days=1) if ultimo else timezone.localdate(primeiro_selo)
        if agora > inicio_do_dia(dia + timedelta(days=1)) + TOLERANCIA:
            self._falta(dia, "não foi feito, ou foi retirado do banco. Rode manage.py auditoria_resumo")

    def _conferir_banco(self) -> dict[str, str]:
        contidos: dict[str, str] = {}
        anterior: Resumo | None = None
        for dia in _ilegiveis():
            self._problema(
                "resumo_alterado", f"o resumo de {dia} tem datas que não existem: a linha do banco foi alterada"
            )
        for resumo in _legiveis().order_by("dia").iterator():
            self.do_banco += 1
            contidos[resumo.dia.isoformat()] = resumo.conteudo
            origem = f"o resumo de {resumo.dia:%d/%m/%Y}"
            dados = self._assinado(origem, resumo.conteudo, resumo.assinatura, "resumo_sem_assinatura")
            if dados is not None:
                if not _colunas_conferem(resumo, dados):
                    self._problema("resumo_alterado", f"{origem} não diz o que assinou: a linha do banco foi alterada")
                self._conferir_sequencia(origem, dados, anterior)
                self._esperar(_Assinado(origem, dados))
            self._continuar(origem, dados)
            anterior = resumo
        return contidos

    def _conferir_sequencia(self, origem: str, dados: dict[str, Any], anterior: Resumo | None) -> None:
        if anterior is None:
            if dados["resumo_anterior"] != ZERO:
                self._problema("resumo_ausente", f"{origem} vem depois de outro, que foi retirado do banco")
            return
        seguinte = anterior.dia + timedelta(days=1)
        if dados["dia"] != seguinte.isoformat():
            self._falta(seguinte, "foi retirado do banco")
        elif dados["resumo_anterior"] != anterior.hash or dados["inicio"] != instante(anterior.fim):
            self._problema("resumo_alterado", f"{origem} não continua o do dia anterior")

    def _continuar(self, origem: str, dados: dict[str, Any] | None) -> None:
        """Between the last seal of a digest and the first of the next there is none: each seal is of some digest."""
        if dados is None:
            self._seguinte = None
        elif dados["primeira"] is not None:
            if self._seguinte not in (None, dados["primeira"]):
                self._problema(
                    "selo_sem_resumo",
                    f"{origem} começa no selo {dados['primeira']}, e não no {self._seguinte}, onde os anteriores acabaram",
                )
            self._seguinte = dados["ultima"] + 1

    def _conferir_pasta(self, pasta: Path, contidos: dict[str, str]) -> None:
        for arquivo in sorted(pasta.glob("*.json")):
            self.de_fora += 1
            origem = f"o resumo guardado fora em {arquivo.name}"
            try:
                lido = json.loads(arquivo.read_text(encoding="utf-8"))
                conteudo, assinatura = escrever(lido["resumo"]), str(lido["assinatura"])
            except (OSError, *_ESTRAGADO):
                self._problema("resumo_de_fora_ilegivel", f"{origem} não pôde ser lido")
                continue
            dados = self._assinado(origem, conteudo, assinatura, "resumo_de_fora_invalido")
            if dados is None:
                continue
            do_banco = contidos.get(dados["dia"])
            if not dados["parcial"] and do_banco is None:
                self._falta(date.fromisoformat(dados["dia"]), f"foi retirado do banco: {origem} existe")
            elif not dados["parcial"] and do_banco != conteudo:
                self._problema("resumo_refeito", f"{origem} não é o que está no banco: um dos dois foi refeito")
            self._esperar(_Assinado(origem, dados))

    def _assinado(self, origem: str, conteudo: str, assinatura: str, codigo: str) -> dict[str, Any] | None:
        """What it says, when one of our keys signed it; else a problem."""
        try:
            dados: dict[str, Any] = json.loads(conteudo)
            chave = self._chaves.get(dados["chave"])
            desconhecida = chave is None
            assinado = chave is not None and _CAMPOS <= dados.keys() and _confere(chave, assinatura, conteudo)
        except _ESTRAGADO:
            desconhecida = assinado = False
        if not assinado:
            porque = "não foi assinado assim por uma chave desta retaguarda"
            if desconhecida:
                porque += (
                    ". Se a chave foi trocada, a impressão da anterior, como foi anotada, tem de estar em "
                    "AUDITORIA_CHAVES_ANTERIORES"
                )
            self._problema(codigo, f"{origem} {porque}")
            return None
        return dados

    def _esperar(self, assinado: _Assinado) -> None:
        origem, dados = assinado
        if not dados["parcial"]:
            self._resumida, self._fim = max(self._resumida, dados["ultima"] or 0), max(self._fim, dados["fim"])
        if dados["ultima"] is None:
            return
        self._selos[dados["ultima"]].append((origem, dados["ultimo_selo"]))
        if dados["primeira"] > 1:
            self._selos[dados["primeira"] - 1].append(
                (f"{origem} (o anterior ao primeiro dele)", dados["selo_anterior"])
            )
        if dados["quantidade"] != dados["ultima"] - dados["primeira"] + 1:
            self._problema("selo_ausente", f"{origem} já dizia que faltavam selos naquele dia")
        if not dados["parcial"]:
            self._dias.setdefault(
                dados["dia"], (dados["primeira"], dados["ultima"], dados["inicio"], dados["fim"], origem)
            )

    def _conferir_chaves(self) -> None:
        for digital in chaves.trocadas():
            self._problema(
                "chave_alterada",
                f"a chave pública {digital}, que as configurações dizem ser nossa, não está no banco, ou é outra a que está",
            )

    def _falta(self, dia: date, porque: str) -> None:
        self._problema("resumo_ausente", f"o resumo de {dia:%d/%m/%Y} {porque}")

    def _problema(self, codigo: str, texto: str) -> None:
        self.problemas.append(Problema(codigo, texto))


# what a text that is no digest does to who reads it
_ESTRAGADO: Final = (ValueError, KeyError, TypeError, RecursionError)
_ERA: Final = (date(2000, 1, 1), date(2999, 12, 31))
_NA_ERA: Final = "dia BETWEEN %s AND %s AND fim BETWEEN %s AND %s"
_CAMPOS: Final = frozenset(
    "dia parcial inicio fim primeira ultima quantidade selo_anterior ultimo_selo resumo_anterior chave".split()
)


def _colunas_conferem(resumo: Resumo, dados: dict[str, Any]) -> bool:
    colunas: Sequence[object] = (
        resumo.dia.isoformat(), resumo.primeira, resumo.ultima, resumo.quantidade, resumo.chave, instante(resumo.fim),
        resumo.hash, resumo.integro,
    )  # fmt: skip
    return colunas == (
        dados["dia"], dados["primeira"], dados["ultima"], dados["quantidade"], dados["chave"], dados["fim"],
        hash_de(resumo.conteudo), dados.get("problema") is None,
    )  # fmt: skip


def _confere(chave: Ed25519PublicKey, assinatura: str, conteudo: str) -> bool:
    return chaves.confere(chave, assinatura, em_bytes(conteudo))


def _legiveis() -> QuerySet[Resumo]:
    """The rows whose dates Python can hold, with a day after."""
    return Resumo.objects.filter(dia__range=_ERA, fim__range=_instantes()).defer("feito_em")


def _ilegiveis() -> list[str]:
    """The days of the other ones, as PostgreSQL writes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT dia::text FROM auditoria_resumo WHERE NOT ({_NA_ERA}) ORDER BY dia LIMIT {MAXIMO}",
            [*_ERA, *_instantes()],
        )
        return [dia for (dia,) in cursor.fetchall()]


def _instantes() -> tuple[datetime, datetime]:
    return inicio_do_dia(_ERA[0]), inicio_do_dia(_ERA[1])
