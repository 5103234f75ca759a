"""PlugNotas: notes by the id that it gave them, files by addresses made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from erp.fiscal.chave import chave_bem_formada
from erp.fiscal.emissores.portas import (
    DE_OUTRO_TIPO,
    NAO_GUARDADOS,
    TIPOS,
    NotaRemota,
    Pista,
    Situacao,
    codigo,
    ilegivel,
    juntar,
    mesma_nota,
    objetos,
    ref_de,
    texto,
    tipo_da_chave,
)
from erp.provedores.autorizacao import Fixa
from erp.provedores.cliente import Cliente, trecho
from erp.provedores.registro import Provedor
from erp.provedores.webhooks import Ignorado

NOME: Final = "plugnotas"
_SITUACOES: Final = {
    "PROCESSANDO": Situacao.PROCESSANDO, "CONCLUIDO": Situacao.AUTORIZADA, "CANCELADO": Situacao.CANCELADA,
    "REJEITADO": Situacao.REJEITADA, "DENEGADO": Situacao.DENEGADA,
}  # fmt: skip


class ProvedorPlugNotas(Provedor):
    """The key is that of the software house's account."""

    nome = NOME
    titulo = "PlugNotas (notas fiscais)"
    exige = ("PLUGNOTAS_URL", "PLUGNOTAS_CHAVE")

    def testar(self) -> str:
        cliente().json("GET", "/empresa")
        return "O PlugNotas aceitou a chave e respondeu."


class PlugNotas:
    """The port."""

    nome = NOME
    titulo = "PlugNotas"

    def configurado(self) -> bool:
        return ProvedorPlugNotas().configurado()

    def pistas(self, corpo: bytes, caminho: str) -> list[Pista]:
        """One note or a list; each has its `id`, and its kind in `documento`, at the end of the address or in the key."""
        fim = caminho.strip("/").lower()
        return juntar((_pista(um, fim) for um in objetos(corpo)), "o aviso não traz o `id` de uma NF-e ou NFC-e")

    def consultar(self, tipo: str, ref: str) -> NotaRemota:
        """GET /{nfe|nfce}/ID/resumo: a list of one."""
        corpo = cliente().json("GET", f"/{tipo}/{trecho(ref)}/resumo", rotulo=f"/{tipo}/:id/resumo")
        return ler_nota(corpo, tipo, ref)

    def baixar(self, onde: str) -> bytes:
        """GET of one of the addresses of `ler_nota`."""
        return cliente().chamar("GET", onde, rotulo=f"/:tipo/:id/{onde.rpartition('/')[2]}").corpo


def _pista(corpo: Mapping[str, Any], fim: str) -> Pista | None:
    tipo = texto(corpo.get("documento"), 10).lower() or fim
    if tipo in NAO_GUARDADOS:
        raise Ignorado(DE_OUTRO_TIPO)
    ref = ref_de(corpo.get("id"))
    return Pista(tipo if tipo in TIPOS else tipo_da_chave(_chave(corpo)), ref) if ref else None


def ler_nota(corpo: Any, tipo: str, ref: str) -> NotaRemota:
    """An answer to the query. Raises `FalhaPassageira` when it is none; an unknown situacao is told as such."""
    nota = corpo[0] if isinstance(corpo, list) and corpo else corpo
    status = texto(nota.get("situacao") or nota.get("status"), 60) if isinstance(nota, dict) else ""
    if not status:
        raise ilegivel("resumo sem `situacao`")
    mesma_nota(nota.get("id"), ref)
    situacao = _SITUACOES.get(status.upper(), Situacao.DESCONHECIDA)
    base = f"/{tipo}/{trecho(ref)}"
    feita = situacao in (Situacao.AUTORIZADA, Situacao.CANCELADA, Situacao.DENEGADA)
    return NotaRemota(
        tipo, ref, status, situacao.value, _chave(nota), codigo(nota.get("cStat"), (3,)),
        texto(nota.get("mensagem"), 500), codigo(nota.get("protocolo"), (15, 17)), nota,
        f"{base}/xml" if feita else "", f"{base}/cancelamento/xml" if situacao == Situacao.CANCELADA else "",
        f"{base}/pdf" if situacao == Situacao.AUTORIZADA else "",
    )  # fmt: skip


def _chave(corpo: Mapping[str, Any]) -> str:
    chave = texto(corpo.get("chave"), 60).removeprefix("NFe")
    return chave if chave_bem_formada(chave) else ""


def cliente() -> Cliente:
    return Cliente(
        NOME, settings.PLUGNOTAS_URL, autorizacao=Fixa("x-api-key", settings.PLUGNOTAS_CHAVE),
        tempo_limite=settings.PLUGNOTAS_TEMPO_LIMITE,
    )  # fmt: skip
