"""A stand-in for a bank's Pix API on loopback: what `pix-bacen` says of charges, of what was received and of refunds.

`/pagar/` lists the open charges; each has a page with a button that pays, and then the webhook of its key is called.
"""

from __future__ import annotations

import html
import itertools
import re
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from erp.provedores.servidor_falso import Corpo, Saida, ServidorFalso, pagina_de_pagar

_TXID: Final = re.compile(r"[a-zA-Z0-9]{26,35}")
_VALOR: Final = re.compile(r"\d{1,10}\.\d{2}")
_SEGREDO: Final = "webhook-do-pix-falso"


class PixFalso(ServidorFalso):
    """`with PixFalso() as pix: pix.url, pix.cobs, pix.pix`. `por_pagina`: the most that a page of GET /pix gives."""

    caminho_token = "/oauth/token"

    def __init__(self, *, porta: int = 0, demora: float = 0.0, lento: float = 2.0, retaguarda: str = "") -> None:
        super().__init__(porta=porta, demora=demora, lento=lento)
        self.cobs: dict[str, Corpo] = {}
        self.pix: dict[str, Corpo] = {}
        self.webhooks: dict[str, str] = {"*": f"{retaguarda}/webhooks/pix/{_SEGREDO}"} if retaguarda else {}
        self.por_pagina = 1000
        self.devolucao_demora = False  # refunds stay EM_PROCESSAMENTO until `liquidar_devolucoes`
        self._numeros = itertools.count(int(datetime.now(UTC).timestamp()))

    def ajustes(self) -> Mapping[str, str]:
        return {
            "PIX_URL": self.url, "PIX_CLIENT_ID": "falso", "PIX_CLIENT_SECRET": "falso", "PIX_CHAVE": "falso@exemplo.com.br",
            "PIX_WEBHOOK_SEGREDO": _SEGREDO,
        }  # fmt: skip

    def pagar(self, txid: str, valor: str | None = None, *, horario: datetime | None = None) -> str:
        """Somebody pays a charge (or, with a `txid` that is none, our key); returns the endToEndId."""
        with self.trava:
            cob = self.cobs.get(txid)
            quando = horario or datetime.now(UTC)
            e2eid = f"E00000000{quando:%Y%m%d%H%M}{next(self._numeros):011d}"
            self.pix[e2eid] = {
                "endToEndId": e2eid, **({"txid": txid} if txid else {}), "valor": valor or cob["valor"]["original"],  # type: ignore[index]  # paid by value where there is no charge
                "horario": _rfc(quando), **({"chave": cob["chave"]} if cob else {}),
            }  # fmt: skip
            if cob is not None:
                cob["status"] = "CONCLUIDA"
        return e2eid

    def devolver(self, e2eid: str, valor: str, numero: str = "d1") -> Corpo:
        """As the bank's own site, or a dispute, does it."""
        agora = _rfc(datetime.now(UTC))
        status = "EM_PROCESSAMENTO" if self.devolucao_demora else "DEVOLVIDO"
        horario = {"solicitacao": agora} | ({} if self.devolucao_demora else {"liquidacao": agora})
        with self.trava:
            feitas = self.pix[e2eid].setdefault("devolucoes", [])
            for feita in feitas:
                if feita["id"] == numero:
                    return dict(feita)
            rtr = f"D00000000{datetime.now(UTC):%Y%m%d%H%M}{next(self._numeros):011d}"
            feitas.append({"id": numero, "rtrId": rtr, "valor": valor, "horario": horario, "status": status})
            return dict(feitas[-1])

    def liquidar_devolucoes(self) -> None:
        with self.trava:
            for d in (d for p in self.pix.values() for d in p.get("devolucoes", [])):
                d["status"], d["horario"]["liquidacao"] = "DEVOLVIDO", _rfc(datetime.now(UTC))

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        with self.trava:
            match metodo, partes:
                case "PUT", ["v2", "cob", txid]:
                    return self._criar(txid, corpo)
                case (("GET" | "PATCH"), ["v2", "cob", txid]) if txid not in self.cobs:
                    return _erro(404, "NaoEncontrado", "Cobrança não encontrada")
                case "GET", ["v2", "cob", txid]:
                    return 200, self._completa(txid)
                case "PATCH", ["v2", "cob", txid]:
                    return self._revisar(txid, corpo)
                case "GET", ["v2", "pix"]:
                    return self._listar(parametros)
                case _, ["v2", "pix", e2eid, *_] if e2eid not in self.pix:
                    return _erro(404, "NaoEncontrado", "Pix não encontrado")
                case "GET", ["v2", "pix", e2eid]:
                    return 200, self.pix[e2eid]
                case "PUT", ["v2", "pix", e2eid, "devolucao", numero]:
                    return self._devolver(e2eid, numero, corpo)
                case "PUT", ["v2", "webhook", chave]:
                    self.webhooks[chave] = str(corpo.get("webhookUrl"))
                    return 200, {}
        return _erro(404, "NaoEncontrado", "Rota inexistente")

    def pagina(self, metodo: str, partes: list[str]) -> Saida:
        txid = partes[-1]
        if txid not in self.cobs:
            abertas = [t for t, c in self.cobs.items() if c["status"] == "ATIVA"]
            linhas = "".join(
                f'<li><a href="/pagar/{t}">R$ {self.cobs[t]["valor"]["original"]}</a></li>' for t in abertas
            )
            return (
                200,
                f'<!doctype html><html lang="pt-BR"><h1>Pix a pagar</h1><ul>{linhas or "<li>nenhum</li>"}</ul></html>',
            )
        if metodo == "POST" and self.cobs[txid]["status"] == "ATIVA":
            self.avisar(self.pagar(txid))
        cob = self.cobs[txid]
        titulo, valor = (
            html.escape(str(cob.get("solicitacaoPagador") or "Pix")),
            cob["valor"]["original"].replace(".", ","),
        )
        return 200, pagina_de_pagar(titulo, valor, cob["status"] == "ATIVA", cob["status"])

    def avisar(self, *e2eids: str) -> None:
        """Call the webhook, as Efí does: `/pix` at the end of its address. In a thread: the payer does not wait."""
        urls = list(self.webhooks.values())
        avisos = [{k: v for k, v in self.pix[e].items() if k != "devolucoes"} for e in e2eids]
        for url in urls:
            threading.Thread(target=_mandar, args=(f"{url}/pix", {"pix": avisos}), daemon=True).start()

    def _criar(self, txid: str, corpo: Corpo) -> Saida:
        try:
            valor, chave = corpo["valor"]["original"], corpo["chave"]
            expiracao = corpo["calendario"].get("expiracao", 86400)
        except (KeyError, TypeError):
            return _erro(400, "CobOperacaoInvalida", "Faltam campos")
        if not _TXID.fullmatch(txid) or not _VALOR.fullmatch(str(valor)) or not isinstance(expiracao, int):
            return _erro(400, "CobOperacaoInvalida", "Campo inválido")
        if txid in self.cobs:
            return _erro(400, "CobOperacaoInvalida", "Este txid já existe")
        self.cobs[txid] = {
            "txid": txid, "calendario": {"criacao": _rfc(datetime.now(UTC)), "expiracao": expiracao}, "revisao": 0,
            "status": "ATIVA", "valor": {"original": valor}, "chave": chave,
            "location": f"127.0.0.1/qr/v2/{txid}",
            "pixCopiaECola": f"00020126330014br.gov.bcb.pix2511{txid}5204000053039865802BR6304ABCD",
            **{nome: corpo[nome] for nome in ("solicitacaoPagador", "infoAdicionais") if nome in corpo},
        }  # fmt: skip
        return 201, dict(self.cobs[txid])

    def _completa(self, txid: str) -> Corpo:
        recebidos = [p for p in self.pix.values() if p.get("txid") == txid]
        return self.cobs[txid] | ({"pix": recebidos} if recebidos else {})

    def _revisar(self, txid: str, corpo: Corpo) -> Saida:
        cob = self.cobs[txid]
        if cob["status"] != "ATIVA" or corpo.get("status") != "REMOVIDA_PELO_USUARIO_RECEBEDOR":
            return _erro(400, "CobOperacaoInvalida", "A cobrança não está ativa")
        cob["status"], cob["revisao"] = corpo["status"], cob["revisao"] + 1
        return 200, dict(cob)

    def _listar(self, parametros: Mapping[str, str]) -> Saida:
        try:
            inicio, fim = (datetime.fromisoformat(parametros[nome]) for nome in ("inicio", "fim"))
            pagina = int(parametros.get("paginacao.paginaAtual", "0"))
            por_pagina = min(int(parametros.get("paginacao.itensPorPagina", "100")), self.por_pagina)
        except (KeyError, ValueError):
            return _erro(400, "PixConsultaInvalida", "inicio e fim são datas")
        todos = [p for p in self.pix.values() if inicio <= datetime.fromisoformat(p["horario"]) <= fim]
        return 200, {
            "parametros": {
                "inicio": parametros["inicio"], "fim": parametros["fim"],
                "paginacao": {
                    "paginaAtual": pagina, "itensPorPagina": por_pagina,
                    "quantidadeDePaginas": max(-(-len(todos) // por_pagina), 1), "quantidadeTotalDeItens": len(todos),
                },
            },
            "pix": todos[pagina * por_pagina : (pagina + 1) * por_pagina],
        }  # fmt: skip

    def _devolver(self, e2eid: str, numero: str, corpo: Corpo) -> Saida:
        valor = str(corpo.get("valor"))
        feitas = self.pix[e2eid].get("devolucoes", [])
        if not _VALOR.fullmatch(valor):
            return _erro(400, "PixDevolucaoInvalida", "Valor inválido")
        resto = float(self.pix[e2eid]["valor"]) - sum(float(d["valor"]) for d in feitas if d["id"] != numero)
        if float(valor) > resto + 0.001:  # a stand-in: nobody's money
            return _erro(400, "PixDevolucaoInvalida", "O valor passa do que resta do Pix")
        return 201, self.devolver(e2eid, valor, numero)


def _rfc(quando: datetime) -> str:
    return quando.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _erro(status: int, tipo: str, detalhe: str) -> Saida:
    return status, {
        "type": f"https://pix.bcb.gov.br/api/v2/error/{tipo}", "title": tipo, "status": status, "detail": detalhe,
    }  # fmt: skip


def _mandar(url: str, corpo: dict[str, Any]) -> None:
    try:
        httpx.post(url, json=corpo, timeout=10)
    except httpx.HTTPError:
        return  # a webhook lost: the window finds it
