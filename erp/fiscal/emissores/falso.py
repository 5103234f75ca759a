"""Stand-ins for Focus NFe and PlugNotas on loopback: they follow the documents, and fail when told to.

`/pagar/<chave>` is a page where a person plays the tax authority with one note: authorise, reject, cancel. Each tells
the retaguarda by webhook.
"""

from __future__ import annotations

import base64
import html
import threading
from collections.abc import Mapping
from typing import Any, Final

import httpx

from erp.fiscal.chave import chave_bem_formada
from erp.fiscal.emissores.portas import tipo_da_chave
from erp.provedores.servidor_falso import Corpo, Saida, ServidorFalso

_TOKEN: Final = "falso"
_DANFE: Final = b"%PDF-1.4 falso"
_PROTOCOLO: Final = "135260000009999"
_ATOS: Final = {"autorizar": "autorizada", "rejeitar": "rejeitada", "cancelar": "cancelada"}


class EmissorFalso(ServidorFalso):
    """What both have in common: notes by reference, files by path, one token, one webhook address.

    A note is `{"tipo", "ref", "chave", "situacao"}` in our words; subclasses tell it in theirs.
    """

    aviso = ""  # the address of the webhook, below the retaguarda's own

    def __init__(self, *, porta: int = 0, demora: float = 0.0, lento: float = 2.0, retaguarda: str = "") -> None:
        super().__init__(porta=porta, demora=demora, lento=lento)
        self.retaguarda = retaguarda
        self.notas: dict[tuple[str, str], Corpo] = {}
        self.arquivos: dict[str, bytes] = {}
        self.recusa = False

    def por(
        self, ref: str, situacao: str, chave: str = "", *, tipo: str = "nfce", xml: str = "", xml_evento: str = "",
        danfe: bytes = b"", **mais: Any,
    ) -> None:  # fmt: skip
        """A note as it is now, whatever it was; its files replace those before it."""
        with self.trava:
            self.notas[tipo, ref] = {"tipo": tipo, "ref": ref, "chave": chave, "situacao": situacao, **mais}
            for nome, valor in (("xml", xml.encode()), ("xml_evento", xml_evento.encode()), ("danfe", danfe)):
                self.arquivos.pop(f"{tipo}/{ref}/{nome}", None)
                if valor:
                    self.arquivos[f"{tipo}/{ref}/{nome}"] = valor

    def contada(self, nota: Corpo) -> Corpo:
        """The note in this emitter's words."""
        raise NotImplementedError

    def avisar(self, tipo: str, ref: str) -> None:
        """Call the webhook, in a thread: who acted does not wait."""
        if self.retaguarda:
            corpo = self.contada(self.notas[tipo, ref])
            threading.Thread(
                target=_mandar, args=(f"{self.retaguarda}/webhooks/{self.aviso}/{tipo}", corpo), daemon=True
            ).start()

    def esquecer_tokens(self) -> None:
        """Of the fault `401`: the token is refused until `recusa` is false again."""
        self.recusa = True

    def pagina(self, metodo: str, partes: list[str]) -> Saida:
        chave, ato = partes[1] if len(partes) > 1 else "", partes[2] if len(partes) > 2 else ""
        if not chave_bem_formada(chave):
            return 200, _pagina("<p>Abra <b>/pagar/a-chave-da-nota</b>, com a chave de uma nota da retaguarda.</p>")
        tipo = tipo_da_chave(chave) or "nfce"
        if metodo == "POST" and ato in _ATOS:
            evento = _evento(chave) if ato == "cancelar" else ""
            self.por(
                chave, _ATOS[ato], chave, tipo=tipo, xml_evento=evento, danfe=_DANFE if ato == "autorizar" else b""
            )
            self.avisar(tipo, chave)
        nota = self.notas.get((tipo, chave))
        botoes = "".join(
            f'<form method="post" action="/pagar/{chave}/{a}"><button>{a.capitalize()}</button></form>' for a in _ATOS
        )
        situacao = html.escape(nota["situacao"] if nota else "nunca vista")
        return 200, _pagina(f"<p>{chave}</p><p>Situação: <b>{situacao}</b></p>{botoes}")


class FocusFalsa(EmissorFalso):
    """`with FocusFalsa() as focus: focus.por("venda-1", "autorizada", chave, xml=...)`."""

    aviso = "focusnfe/webhook-da-focus-falsa"
    _STATUS: Final = {
        "processando": "processando_autorizacao", "autorizada": "autorizado", "contingencia": "autorizado",
        "cancelada": "cancelado", "denegada": "denegado", "rejeitada": "erro_autorizacao",
    }  # fmt: skip
    _SEFAZ: Final = {
        "autorizada": ("100", "Autorizado o uso da NF-e"), "cancelada": ("135", "Evento registrado e vinculado a NF-e"),
        "denegada": ("302", "Uso denegado: irregularidade fiscal do destinatário"),
        "rejeitada": ("539", "Rejeição: duplicidade de NF-e, com diferença na chave de acesso"),
    }  # fmt: skip

    def ajustes(self) -> Mapping[str, str]:
        return {"FOCUS_URL": self.url, "FOCUS_TOKEN": _TOKEN, "FOCUS_WEBHOOK_SEGREDO": "webhook-da-focus-falsa"}

    def autorizado(self, cabecalho: str) -> bool:
        esperado = "Basic " + base64.b64encode(f"{_TOKEN}:".encode()).decode()
        return not self.recusa and cabecalho == esperado

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        with self.trava:
            match metodo, partes:
                case "GET", ["v2", "hooks"]:
                    return 200, [{"id": "Vj5r", "event": "nfe"}]
                case "GET", ["v2", ("nfe" | "nfce") as tipo, ref] if (tipo, ref) in self.notas:
                    return 200, self.contada(self.notas[tipo, ref])
                case "GET", ["arquivos", tipo, ref, nome] if f"{tipo}/{ref}/{nome}" in self.arquivos:
                    return 200, self.arquivos[f"{tipo}/{ref}/{nome}"]
        return 404, {"codigo": "nao_encontrado", "mensagem": "Nota fiscal não encontrada"}

    def contada(self, nota: Corpo) -> Corpo:
        tipo, ref, situacao = nota["tipo"], nota["ref"], nota["situacao"]
        cstat, dito = self._SEFAZ.get(situacao, ("", ""))
        caminho = f"/arquivos/{tipo}/{ref}"
        contada: Corpo = {
            "cnpj_emitente": "11222333000181", "ref": ref, "status": self._STATUS.get(situacao, situacao),
            "status_sefaz": cstat, "mensagem_sefaz": dito,
        }  # fmt: skip
        if nota["chave"]:
            contada |= {"chave_nfe": f"NFe{nota['chave']}", "numero": str(int(nota["chave"][25:34])), "serie": "1"}
        if situacao == "contingencia":
            contada |= {"contingencia_offline": True, "contingencia_offline_efetivada": False}
        if f"{tipo}/{ref}/xml" in self.arquivos or nota.get("xml_atrasado"):
            contada["caminho_xml_nota_fiscal"] = f"{caminho}/xml"
        if f"{tipo}/{ref}/danfe" in self.arquivos:
            contada["caminho_danfe"] = f"{caminho}/danfe"
        if f"{tipo}/{ref}/xml_evento" in self.arquivos:
            contada["caminho_xml_cancelamento"] = f"{caminho}/xml_evento"
        return contada


class PlugNotasFalso(EmissorFalso):
    """`with PlugNotasFalso() as plug: plug.por("5f3c", "autorizada", chave, xml=...)`."""

    aviso = "plugnotas/webhook-do-plugnotas-falso"
    cabecalho = "x-api-key"
    _SITUACAO: Final = {
        "processando": "PROCESSANDO", "autorizada": "CONCLUIDO", "cancelada": "CANCELADO", "rejeitada": "REJEITADO",
        "denegada": "DENEGADO",
    }  # fmt: skip
    _ARQUIVOS: Final = {("xml",): "xml", ("pdf",): "danfe", ("cancelamento", "xml"): "xml_evento"}

    def ajustes(self) -> Mapping[str, str]:
        return {
            "PLUGNOTAS_URL": self.url, "PLUGNOTAS_CHAVE": _TOKEN,
            "PLUGNOTAS_WEBHOOK_SEGREDO": "webhook-do-plugnotas-falso",
        }  # fmt: skip

    def autorizado(self, cabecalho: str) -> bool:
        return not self.recusa and cabecalho == _TOKEN

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        with self.trava:
            match metodo, partes:
                case "GET", ["empresa"]:
                    return 200, []
                case "GET", [("nfe" | "nfce") as tipo, ref, "resumo"] if (tipo, ref) in self.notas:
                    return 200, [self.contada(self.notas[tipo, ref])]
                case "GET", [tipo, ref, *fim] if nome := self._ARQUIVOS.get(tuple(fim)):
                    if f"{tipo}/{ref}/{nome}" in self.arquivos:
                        return 200, self.arquivos[f"{tipo}/{ref}/{nome}"]
        return 404, {"error": {"message": "Não foi possível encontrar a nota"}}

    def contada(self, nota: Corpo) -> Corpo:
        situacao = nota["situacao"]
        rejeitada = situacao == "rejeitada"
        return {
            "id": nota["ref"], "idIntegracao": f"i-{nota['ref']}", "documento": nota["tipo"],
            "situacao": self._SITUACAO.get(situacao, situacao), "emitente": "11222333000181", "chave": nota["chave"] or None,
            "protocolo": _PROTOCOLO if situacao in ("autorizada", "cancelada") else None, "valor": 71.5,
            "cStat": 539 if rejeitada else 100 if situacao == "autorizada" else None,
            "mensagem": "Rejeição: duplicidade de NF-e" if rejeitada else None,
        }  # fmt: skip


def _evento(chave: str) -> str:
    """The cancellation's event, registered."""
    quando = "2026-01-01T12:00:00-03:00"
    return (
        '<procEventoNFe xmlns="http://www.portalfiscal.inf.br/nfe" versao="1.00"><evento versao="1.00"><infEvento>'
        f"<CNPJ>{chave[6:20]}</CNPJ><chNFe>{chave}</chNFe><dhEvento>{quando}</dhEvento><tpEvento>110111</tpEvento>"
        "<detEvento><xJust>CANCELADA NO EMISSOR FALSO</xJust></detEvento></infEvento></evento><retEvento><infEvento>"
        f"<cStat>135</cStat><chNFe>{chave}</chNFe><dhRegEvento>{quando}</dhRegEvento><nProt>{_PROTOCOLO}</nProt>"
        "</infEvento></retEvento></procEventoNFe>"
    )


def _pagina(corpo: str) -> str:
    return (
        '<!doctype html><html lang="pt-BR"><meta name="viewport" content="width=device-width"><title>SEFAZ falsa</title>'
        '<body style="font-family:sans-serif;max-width:40em;margin:3em auto;overflow-wrap:anywhere">'
        f"<p>Emissor falso: nada sai desta máquina.</p>{corpo}</body></html>"
    )


def _mandar(url: str, corpo: dict[str, Any]) -> None:
    try:
        httpx.post(url, json=corpo, timeout=10)
    except httpx.HTTPError:
        return  # a webhook lost
