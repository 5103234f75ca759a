"""The Pix API: the provider, its charges (`/cob`), what was received (`/pix`), and refunds."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from erp.cobrancas.pix.leitura import (
    DevolucaoLida,
    Pagina,
    PixLido,
    em_texto,
    ler_criada,
    ler_devolucao,
    ler_pagina,
    ler_pix,
    ler_remota,
)
from erp.cobrancas.portas import Criada, Pedido, Remota
from erp.provedores.autorizacao import TokenOAuth
from erp.provedores.cliente import Cliente, trecho
from erp.provedores.erros import FalhaDefinitiva
from erp.provedores.rede import Certificado
from erp.provedores.registro import Provedor

NOME: Final = "pix"
POR_PAGINA: Final = 1000
_UM_MINUTO: Final = 60


class Pix(Provedor):
    """The account's own bank. A real one asks for the certificate (mTLS); the stand-in on loopback does not."""

    nome = NOME
    titulo = "Pix (API do Banco Central)"
    exige = ("PIX_URL", "PIX_CLIENT_ID", "PIX_CLIENT_SECRET", "PIX_CHAVE")

    def faltam(self) -> list[str]:
        sem_certificado = str(settings.PIX_URL).startswith("https://") and not settings.PIX_CERTIFICADO
        return [*super().faltam(), *(["PIX_CERTIFICADO"] if sem_certificado else [])]

    def testar(self) -> str:
        agora = timezone.now()
        listar_recebidos(agora - timedelta(minutes=5), agora)
        return "A API Pix aceitou a credencial e respondeu."


class CobPix:
    """The port of immediate Pix charges: our reference is the txid, so that one made twice is one."""

    nome = NOME
    tipo = "pix"
    titulo = "Pix"

    @property
    def simultaneas(self) -> int:
        return int(settings.PIX_SIMULTANEAS)

    def configurado(self) -> bool:
        return Pix().configurado()

    def criar(self, pedido: Pedido) -> Criada:
        """PUT /cob/{txid}, open until the end of its last day."""
        fim = timezone.make_aware(datetime.combine(pedido.vencimento, time.max))
        corpo = {
            "calendario": {"expiracao": max(int((fim - timezone.now()).total_seconds()), _UM_MINUTO)},
            "valor": {"original": em_texto(pedido.valor)},
            "chave": settings.PIX_CHAVE,
            "solicitacaoPagador": pedido.descricao[:140],
        }
        return ler_criada(_json("PUT", f"/cob/{txid_de(pedido.referencia)}", "/cob/:txid", json=corpo))

    def procurar(self, pedido: Pedido) -> Criada | None:
        """GET /cob/{txid}."""
        try:
            return ler_criada(_json("GET", f"/cob/{txid_de(pedido.referencia)}", "/cob/:txid"))
        except FalhaDefinitiva as erro:
            if erro.status == 404:
                return None
            raise

    def consultar(self, id_provedor: str) -> Remota:
        """GET /cob/{txid}."""
        return ler_remota(_json("GET", f"/cob/{trecho(id_provedor)}", "/cob/:txid"), timezone.now())

    def cancelar(self, id_provedor: str, grupo: str = "", parcela: int = 0) -> None:
        """PATCH /cob/{txid}."""
        corpo = {"status": "REMOVIDA_PELO_USUARIO_RECEBEDOR"}
        _json("PATCH", f"/cob/{trecho(id_provedor)}", "/cob/:txid", json=corpo)


def txid_de(referencia: str) -> str:
    """Our UUID as a txid: 32 letters and digits."""
    return referencia.replace("-", "")


def listar_recebidos(inicio: datetime, fim: datetime, pagina: int = 0) -> Pagina:
    """GET /pix?inicio&fim: one page, numbered from zero. Whole seconds, and none of the last one is left out."""
    parametros = {
        "inicio": _rfc(inicio), "fim": _rfc(fim + timedelta(seconds=1)),
        "paginacao.paginaAtual": pagina, "paginacao.itensPorPagina": POR_PAGINA,
    }  # fmt: skip
    return ler_pagina(_json("GET", "/pix", "/pix", parametros=parametros))


def ver_recebido(e2eid: str) -> PixLido:
    """GET /pix/{e2eid}."""
    return ler_pix(_json("GET", f"/pix/{trecho(e2eid)}", "/pix/:e2eid"))


def pedir_devolucao(e2eid: str, id_devolucao: str, valor: Decimal) -> DevolucaoLida:
    """PUT /pix/{e2eid}/devolucao/{id}: the same id again is the same refund."""
    caminho = f"/pix/{trecho(e2eid)}/devolucao/{trecho(id_devolucao)}"
    return ler_devolucao(_json("PUT", caminho, "/pix/:e2eid/devolucao/:id", json={"valor": em_texto(valor)}))


def _rfc(quando: datetime) -> str:
    return f"{quando.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _json(metodo: str, caminho: str, rotulo: str, **pedido: Any) -> Any:
    return cliente().json(metodo, f"{settings.PIX_VERSAO}{caminho}", rotulo=rotulo, **pedido)


def cliente() -> Cliente:
    """The API with its token and certificate."""
    certificado = Certificado(settings.PIX_CERTIFICADO) if settings.PIX_CERTIFICADO else None
    return Cliente(
        NOME, settings.PIX_URL,
        autorizacao=TokenOAuth(settings.PIX_TOKEN, settings.PIX_CLIENT_ID, settings.PIX_CLIENT_SECRET),
        certificado=certificado, tempo_limite=settings.PIX_TEMPO_LIMITE,
    )  # fmt: skip
