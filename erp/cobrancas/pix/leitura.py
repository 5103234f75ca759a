"""What the Pix API answers, in our words: pure functions on parsed JSON. Money is text with two decimals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from zlib import crc32

from erp.cobrancas.leituras import Devolvido, Pago
from erp.cobrancas.maquina import Passo
from erp.cobrancas.portas import Criada, Remota
from erp.financeiro.rules import ZERO
from erp.provedores.erros import FalhaPassageira

PASSOS: Final = {
    "ATIVA": Passo.AGUARDANDO,
    "CONCLUIDA": Passo.PAGA,
    "REMOVIDA_PELO_USUARIO_RECEBEDOR": Passo.CANCELADA,
    "REMOVIDA_PELO_PSP": Passo.CANCELADA,
}
_CURTOS: Final = {"REMOVIDA_PELO_USUARIO_RECEBEDOR": "REMOVIDA", "REMOVIDA_PELO_PSP": "REM. PSP"}
_LIDA: Final = 40  # the column's
_VALOR: Final = re.compile(r"\d{1,10}\.\d{2}")
_E2EID: Final = re.compile(r"[a-zA-Z0-9]{32}")
_TXID: Final = re.compile(r"[a-zA-Z0-9]{1,35}")
# What is kept of a charge: nothing of who pays.
_GUARDADOS: Final = ("txid", "status", "revisao", "location", "chave")


class DevolucaoLida(NamedTuple):
    """A refund of a Pix: only `DEVOLVIDO` is money that left."""

    id: str
    valor: Decimal
    status: str
    em: datetime


class PixLido(NamedTuple):
    """Money that came by Pix, and what of it went back."""

    e2eid: str
    txid: str
    valor: Decimal
    horario: datetime
    devolucoes: tuple[DevolucaoLida, ...]

    @property
    def devolvido(self) -> Decimal:
        return sum((d.valor for d in self.devolucoes if d.status == "DEVOLVIDO"), ZERO)


class Pagina(NamedTuple):
    """One page of GET /pix."""

    pix: list[PixLido]
    paginas: int


def reais(texto: object) -> Decimal:
    """`"110.00"`."""
    if not isinstance(texto, str) or not _VALOR.fullmatch(texto):
        raise ilegivel("valor que não é dinheiro")
    return Decimal(texto)


def em_texto(valor: Decimal) -> str:
    """Money as the API takes it."""
    return f"{valor:.2f}"


def instante(texto: object) -> datetime:
    """RFC 3339, with its zone."""
    try:
        lido = datetime.fromisoformat(texto) if isinstance(texto, str) else None
        if lido is not None and lido.tzinfo is not None:
            return lido.astimezone(UTC)
    except (ValueError, OverflowError):  # of the year 9999, another zone's may be of no year
        pass
    raise ilegivel("data que não se entende")


def ler_pix(dados: Any) -> PixLido:
    """A `Pix`: of GET /pix/{e2eid}, of a page of them, of a charge."""
    if not isinstance(dados, dict):
        raise ilegivel("Pix que não é um objeto")
    e2eid, txid = dados.get("endToEndId"), dados.get("txid") or ""
    if not isinstance(e2eid, str) or not _E2EID.fullmatch(e2eid):
        raise ilegivel("Pix sem endToEndId")
    if not isinstance(txid, str) or (txid and not _TXID.fullmatch(txid)):
        raise ilegivel("Pix com txid que não é um")
    devolucoes = dados.get("devolucoes") or []
    if not isinstance(devolucoes, list):
        raise ilegivel("devoluções que não são uma lista")
    return PixLido(
        e2eid, txid, reais(dados.get("valor")), instante(dados.get("horario")), tuple(map(ler_devolucao, devolucoes))
    )


def ler_pagina(corpo: Any) -> Pagina:
    """The answer of GET /pix."""
    dados = corpo if isinstance(corpo, dict) else {}
    pix, parametros = dados.get("pix", []), dados.get("parametros")
    paginacao = parametros.get("paginacao") if isinstance(parametros, dict) else None
    paginas = paginacao.get("quantidadeDePaginas") if isinstance(paginacao, dict) else None
    if not isinstance(pix, list) or not isinstance(paginas, int):
        raise ilegivel("lista de Pix sem páginas")
    return Pagina([ler_pix(um) for um in pix], paginas)


def ler_criada(corpo: Any) -> Criada:
    """The answer of PUT or GET /cob/{txid}."""
    dados = _objeto(corpo)
    txid, copia = dados.get("txid"), dados.get("pixCopiaECola")
    if not isinstance(txid, str) or not _TXID.fullmatch(txid):
        raise ilegivel("cobrança sem txid")
    return Criada(txid, "", _status(dados), resumo(dados), copia if isinstance(copia, str) else "")


def ler_remota(corpo: Any, agora: datetime) -> Remota:
    """The answer of GET /cob/{txid}. `lida` tells how many Pix came and how much went back, so that any news is news."""
    dados = _objeto(corpo)
    status = _status(dados)
    recebidos = dados.get("pix") or []
    if not isinstance(recebidos, list):
        raise ilegivel("Pix que não são uma lista")
    pix = [ler_pix(um) for um in recebidos]
    passo, em = PASSOS[status], None
    if passo == Passo.PAGA and not pix:
        raise ilegivel("cobrança concluída sem o Pix que a pagou")
    if passo == Passo.AGUARDANDO and not pix and _venceu(dados, agora):
        passo, status = Passo.EXPIRADA, "ATIVA, vencida"
    devolvido, pago = sum((p.devolvido for p in pix), ZERO), sum((p.valor for p in pix), ZERO)
    if pix:
        passo, em = Passo.PAGA, max(p.horario for p in pix)
        status = _com_dinheiro(status, len(pix), pago, devolvido)
    if devolvido:
        passo = Passo.DEVOLVIDA if devolvido >= pago else Passo.DEVOLVIDA_PARCIAL
        em = max(d.em for p in pix for d in p.devolucoes if d.status == "DEVOLVIDO")
    return Remota(
        status, passo, em, "", resumo(dados),
        pagos=tuple(Pago(p.e2eid, p.valor, min(p.horario, agora)) for p in pix),
        devolvidos=tuple(
            Devolvido(f"{p.e2eid} {d.id}", p.e2eid, d.valor, min(d.em, agora))
            for p in pix for d in p.devolucoes if d.status == "DEVOLVIDO"
        ),
        volte_logo=any(d.status == "EM_PROCESSAMENTO" for p in pix for d in p.devolucoes),
    )  # fmt: skip


def _com_dinheiro(status: str, quantos: int, pago: Decimal, devolvido: Decimal) -> str:
    """All that can be news, in what the column holds: cut, the second refund would read like the first."""
    volta = f", dev {devolvido}" if devolvido else ""
    lida = f"{_CURTOS.get(status, status)}, {quantos} Pix {pago}{volta}"
    return lida if len(lida) <= _LIDA else f"{lida[: _LIDA - 9]} {crc32(lida.encode()):08x}"


def resumo(dados: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of it."""
    return {nome: dados[nome] for nome in _GUARDADOS if isinstance(dados.get(nome), int | str)}


def ilegivel(motivo: str) -> FalhaPassageira:
    return FalhaPassageira("RESPOSTA_ILEGIVEL", f"a API Pix respondeu o que não se entende: {motivo}")


def ler_devolucao(dados: Any) -> DevolucaoLida:
    if not isinstance(dados, dict) or not isinstance(dados.get("id"), str):
        raise ilegivel("devolução sem id")
    horario = dados.get("horario")
    horario = horario if isinstance(horario, dict) else {}
    status = dados.get("status")
    if status not in ("EM_PROCESSAMENTO", "DEVOLVIDO", "NAO_REALIZADO"):
        raise ilegivel(f"devolução com situação desconhecida: {str(status)[:30]!r}")
    em = instante(horario.get("liquidacao") or horario.get("solicitacao"))
    return DevolucaoLida(dados["id"][:35], reais(dados.get("valor")), status, em)


def _venceu(dados: Mapping[str, Any], agora: datetime) -> bool:
    calendario = dados.get("calendario")
    if not isinstance(calendario, dict):
        return False
    expiracao = calendario.get("expiracao")
    if isinstance(expiracao, bool) or not isinstance(expiracao, int):
        return False
    return instante(calendario.get("criacao")).timestamp() + expiracao < agora.timestamp()


def _status(dados: Mapping[str, Any]) -> str:
    status = dados.get("status")
    if status not in PASSOS:
        raise ilegivel(f"situação desconhecida: {str(status)[:30]!r}")
    return str(status)


def _objeto(corpo: Any) -> Mapping[str, Any]:
    if not isinstance(corpo, dict):
        raise ilegivel("cobrança que não é um objeto")
    return corpo
