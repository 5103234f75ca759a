"""What an emitter must do: the routine, the webhooks and the admin know this, and no emitter by name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from erp.fiscal.models import EventoNota
from erp.provedores.erros import FalhaPassageira
from erp.provedores.webhooks import Ignorado

Situacao = EventoNota.Situacao
TIPOS: Final = {"nfce": "65", "nfe": "55"}  # how emitters call the models of notes that we keep
NAO_GUARDADOS: Final = frozenset({"nfse", "nfsen", "cte", "mdfe", "nfcom"})
DE_OUTRO_TIPO: Final = "o aviso é de um documento que a retaguarda não guarda (só NF-e e NFC-e)"
_POR_MODELO: Final = {modelo: tipo for tipo, modelo in TIPOS.items()}
REF_MAXIMA: Final = 100
PISTAS_MAXIMO: Final = 200


class Pista(NamedTuple):
    """What a webhook names, to be asked about. `tipo` is empty when it does not say."""

    tipo: str
    ref: str


class NotaRemota(NamedTuple):
    """A note as its emitter says it is now. The last three are where its files are, empty when there is none."""

    tipo: str
    ref: str
    status: str  # in the emitter's words
    situacao: str  # EventoNota.Situacao
    chave: str
    cstat: str
    mensagem: str
    protocolo: str
    bruto: Mapping[str, Any]
    xml: str = ""
    xml_evento: str = ""
    danfe: str = ""


class Emissor(Protocol):
    """Calls raise `FalhaPassageira` or `FalhaDefinitiva` of `erp.provedores.erros`."""

    nome: str  # of the provider
    titulo: str  # for people

    def configurado(self) -> bool: ...

    def pistas(self, corpo: bytes, caminho: str) -> list[Pista]:
        """The notes that a webhook names; `caminho` is the end of its address. Raises `Ignorado`."""

    def consultar(self, tipo: str, ref: str) -> NotaRemota:
        """The note now. `FalhaDefinitiva` with the status 404 when the emitter does not know it."""

    def baixar(self, onde: str) -> bytes:
        """A file, by where a `NotaRemota` says that it is."""


_emissores: dict[str, Emissor] = {}


def registrar_emissor(emissor: Emissor) -> None:
    """Make it known; the same name again replaces the first."""
    _emissores[emissor.nome] = emissor


def obter_emissor(nome: str) -> Emissor | None:
    """None: rows outlive the code that they speak of."""
    return _emissores.get(nome)


def nomes() -> list[str]:
    """Of all that are known."""
    return sorted(_emissores)


def configurados() -> list[Emissor]:
    """Those with all their settings, by name."""
    return [e for _, e in sorted(_emissores.items()) if e.configurado()]


def objetos(corpo: bytes) -> list[dict[str, Any]]:
    """The JSON objects of a webhook's body: one, or a list of them. Raises `Ignorado` when there is none."""
    try:
        lido = json.loads(corpo)
    except (ValueError, RecursionError):
        raise Ignorado("o corpo não é JSON") from None
    achados = [um for um in (lido if isinstance(lido, list) else [lido]) if isinstance(um, dict)]
    if not achados:
        raise Ignorado("o corpo não fala de nota nenhuma")
    return achados[:PISTAS_MAXIMO]


def juntar(pistas: Iterable[Pista | None], motivo: str) -> list[Pista]:
    """Each once, in order; `Ignorado(motivo)` when none is left."""
    achadas = list(dict.fromkeys(p for p in pistas if p is not None))
    if not achadas:
        raise Ignorado(motivo)
    return achadas


def ref_de(valor: object) -> str:
    """A reference as we keep it; empty when it is none."""
    texto = str(valor).strip() if isinstance(valor, str | int) and not isinstance(valor, bool) else ""
    return texto if texto.isprintable() and len(texto) <= REF_MAXIMA else ""


def mesma_nota(dita: object, ref: str) -> None:
    """An answer that names its note names the one that was asked about. Raises `FalhaPassageira`."""
    if dita is not None and ref_de(dita) != ref:
        raise ilegivel("a resposta fala de outra nota")


def tipo_da_chave(chave: str) -> str:
    """By the model inside the key; empty when it is of none that we keep."""
    return _POR_MODELO.get(chave[20:22], "")


def texto(valor: object, maximo: int) -> str:
    """A field of an answer as plain text, cut."""
    if valor is None or isinstance(valor, bool | dict | list):
        return ""
    return str(valor).replace("\0", "").strip()[:maximo]


def codigo(valor: object, tamanhos: Iterable[int]) -> str:
    """Digits of one of these lengths; empty otherwise."""
    limpo = texto(valor, 60)
    return limpo if limpo.isascii() and limpo.isdigit() and len(limpo) in tamanhos else ""


def ilegivel(falta: str) -> FalhaPassageira:
    return FalhaPassageira("RESPOSTA_ILEGIVEL", f"o emissor respondeu de um jeito que não se entende: {falta}")
