"""Focus NFe (API v2): notes by `ref`, files by a path of the same host."""

from __future__ import annotations

import re
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
from erp.provedores.autorizacao import basica
from erp.provedores.cliente import Cliente, trecho
from erp.provedores.registro import Provedor
from erp.provedores.webhooks import Ignorado

NOME: Final = "focusnfe"
_SITUACOES: Final = {
    "processando_autorizacao": Situacao.PROCESSANDO, "autorizado": Situacao.AUTORIZADA, "cancelado": Situacao.CANCELADA,
    "denegado": Situacao.DENEGADA, "erro_autorizacao": Situacao.REJEITADA,
}  # fmt: skip
_CAMINHO: Final = re.compile(r"/[\w.%+=-]+(/[\w.%+=-]+)*")  # nothing that could lead to another host


class ProvedorFocus(Provedor):
    """The token is that of the company, of production or of homologação, as the address is."""

    nome = NOME
    titulo = "Focus NFe (notas fiscais)"
    exige = ("FOCUS_URL", "FOCUS_TOKEN")

    def testar(self) -> str:
        gatilhos = cliente().json("GET", "/v2/hooks")
        quantos = len(gatilhos) if isinstance(gatilhos, list) else 0
        return f"A Focus NFe aceitou o token. Gatilhos (webhooks) cadastrados lá: {quantos}."


class Focus:
    """The port."""

    nome = NOME
    titulo = "Focus NFe"

    def configurado(self) -> bool:
        return ProvedorFocus().configurado()

    def pistas(self, corpo: bytes, caminho: str) -> list[Pista]:
        """The body is the note as the query gives it; its kind is the end of the address, or in the key."""
        fim = caminho.strip("/").lower().partition("_")[0]
        if fim in NAO_GUARDADOS:
            raise Ignorado(DE_OUTRO_TIPO)
        return juntar((_pista(um, fim) for um in objetos(corpo)), "o aviso não traz a `ref` de uma NF-e ou NFC-e")

    def consultar(self, tipo: str, ref: str) -> NotaRemota:
        """GET /v2/{nfe|nfce}/REF."""
        corpo = cliente().json("GET", f"/v2/{tipo}/{trecho(ref)}", rotulo=f"/v2/{tipo}/:ref")
        return ler_nota(corpo, tipo, ref)

    def baixar(self, onde: str) -> bytes:
        """GET of a path told by the query."""
        return cliente().chamar("GET", onde, rotulo="/arquivos").corpo


def _pista(corpo: Mapping[str, Any], fim: str) -> Pista | None:
    if "cnpj_prestador" in corpo or "numero_rps" in corpo:
        raise Ignorado(DE_OUTRO_TIPO)
    ref = ref_de(corpo.get("ref"))
    return Pista(fim if fim in TIPOS else tipo_da_chave(_chave(corpo)), ref) if ref else None


def ler_nota(corpo: Any, tipo: str, ref: str) -> NotaRemota:
    """An answer to the query. Raises `FalhaPassageira` when it is none; an unknown status is told as such."""
    if not isinstance(corpo, dict) or not texto(corpo.get("status"), 60):
        raise ilegivel("consulta sem `status`")
    mesma_nota(corpo.get("ref"), ref)
    status = texto(corpo["status"], 60)
    situacao = _SITUACOES.get(status, Situacao.DESCONHECIDA)
    if situacao == Situacao.AUTORIZADA and corpo.get("contingencia_offline") is True:
        if corpo.get("contingencia_offline_efetivada") is not True:
            situacao, status = Situacao.CONTINGENCIA, f"{status} (contingência)"
    erros = corpo.get("erros")
    dito = erros[0].get("mensagem") if isinstance(erros, list) and erros and isinstance(erros[0], dict) else None
    return NotaRemota(
        tipo, ref, status, situacao.value, _chave(corpo), codigo(corpo.get("status_sefaz"), (3,)),
        texto(corpo.get("mensagem_sefaz") or dito or corpo.get("mensagem"), 500), _protocolo(corpo, situacao), corpo,
        _caminho(corpo.get("caminho_xml_nota_fiscal")), _caminho(corpo.get("caminho_xml_cancelamento")),
        _caminho(corpo.get("caminho_danfe")),
    )  # fmt: skip


def _chave(corpo: Mapping[str, Any]) -> str:
    chave = texto(corpo.get("chave_nfe"), 60).removeprefix("NFe")
    return chave if chave_bem_formada(chave) else ""


def _protocolo(corpo: Mapping[str, Any], situacao: Situacao) -> str:
    """Of the state that is told: the complete query has both under names of their own."""
    grupo = corpo.get("protocolo_cancelamento" if situacao == Situacao.CANCELADA else "protocolo_nota_fiscal")
    numero = grupo.get("numero_protocolo") if isinstance(grupo, dict) else corpo.get("protocolo")
    return codigo(numero, (15, 17))


def _caminho(valor: object) -> str:
    caminho = texto(valor, 500)
    return caminho if _CAMINHO.fullmatch(caminho) and ".." not in caminho else ""


def cliente() -> Cliente:
    return Cliente(
        NOME, settings.FOCUS_URL, autorizacao=basica(settings.FOCUS_TOKEN), tempo_limite=settings.FOCUS_TEMPO_LIMITE
    )
