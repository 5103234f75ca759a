"""A stand-in for PlugSign on loopback: it follows the documents, and fails when told to.

`/pagar/<key>` is the page of one document, where a newcomer plays who signs: open, sign, decline. Each tells the
retaguarda by webhook, unsigned as PlugSign's is.
"""

from __future__ import annotations

import html
import itertools
import threading
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final

import httpx
from django.utils import timezone

from erp.provedores.servidor_falso import Corpo, Saida, ServidorFalso

_TOKEN: Final = "falso"
_SEGREDO: Final = "webhook-da-plugsign-falsa"
_ATOS: Final = {"abrir": "Open", "assinar": "Signed", "recusar": "Declined"}
_POR_PAGINA: Final = 15


class PlugSignFalsa(ServidorFalso):
    """`with PlugSignFalsa() as plug: plug.url, plug.documentos`. `retaguarda` is told of what happens."""

    prefixo = "/api"

    def __init__(
        self, *, porta: int = 0, demora: float = 0.0, lento: float = 2.0, retaguarda: str = "", primeiro: int = 3000
    ) -> None:
        super().__init__(porta=porta, demora=demora, lento=lento)
        self.retaguarda = retaguarda
        self.documentos: dict[str, Corpo] = {}  # by document_key
        self.arquivos: dict[str, bytes] = {}
        self.pedidos: list[tuple[str, list[str]]] = []  # the e-mails that went out: which document, to whom
        self.estragado: bytes | None = None  # what is downloaded in place of the signed file
        self.recusa = False
        self._numeros = itertools.count(primeiro)

    def ajustes(self) -> Mapping[str, str]:
        return {"PLUGSIGN_URL": self.url, "PLUGSIGN_TOKEN": _TOKEN, "PLUGSIGN_WEBHOOK_SEGREDO": _SEGREDO}

    def autorizado(self, cabecalho: str) -> bool:
        return not self.recusa and cabecalho == f"Bearer {_TOKEN}"

    def esquecer_tokens(self) -> None:
        """Of the fault `401`: the token is withdrawn, until `recusa` is false again."""
        self.recusa = True

    def mudar(self, chave: str, status: str) -> None:
        """What somebody does at PlugSign: opens, signs, declines."""
        with self.trava:
            self.documentos[chave] |= {"status": status, "updated_on": timezone.now().isoformat()}
        self.avisar(chave, "REQUESTS_EMAIL_OPENED" if status == "Open" else "REQUESTS_UPDATED")

    def avisar(self, chave: str, tipo: str) -> None:
        """Call the webhook, in a thread: who acted does not wait."""
        documento = self.documentos[chave]
        corpo = {
            "document_key": chave, "signing_key": f"sk-{chave}", "status": documento["status"], "webhook_type": tipo,
            "data": {
                "file_name": documento["name"], "reciever": "cliente@exemplo.com.br", "user": "cliente@exemplo.com.br",
                "date": timezone.now().isoformat(),
            },
        }  # fmt: skip
        if self.retaguarda:
            url = f"{self.retaguarda}/webhooks/plugsign/{_SEGREDO}"
            threading.Thread(target=_mandar, args=(url, corpo), daemon=True).start()

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        with self.trava:
            match metodo, partes:
                case "POST", ["files", "upload"]:
                    return self._receber(corpo)
                case "POST", ["requests", "documents"]:
                    return self._pedir(corpo)
                case "GET", ["docs"]:
                    return self._listar(parametros)
                case "DELETE", ["docs"]:
                    return self._apagar(corpo)
                case "GET", ["files", "download", chave] if chave in self.documentos:
                    return 200, self._arquivo(chave)
        return 404, {"message": "Registro não encontrado"}

    def pagina(self, metodo: str, partes: list[str]) -> Saida:
        chave, ato = partes[1] if len(partes) > 1 else "", partes[2] if len(partes) > 2 else ""
        if chave not in self.documentos:
            lista = "".join(
                f'<li><a href="/pagar/{html.escape(c)}">{html.escape(d["name"])}</a> ({html.escape(d["status"])})</li>'
                for c, d in self.documentos.items()
            )
            return 200, _pagina(f"<h1>Documentos</h1><ul>{lista or '<li>nenhum</li>'}</ul>")
        if metodo == "POST" and ato in _ATOS and self.documentos[chave]["status"] in ("Pending", "Open"):
            self.mudar(chave, _ATOS[ato])
        documento = self.documentos[chave]
        aberto = documento["status"] in ("Pending", "Open")
        botoes = "".join(
            f'<form method="post" action="/pagar/{html.escape(chave)}/{a}" style="display:inline">'
            f'<button style="font-size:1.2em;padding:.5em 1.5em;margin:.25em">{a.capitalize()}</button></form>'
            for a in _ATOS
        )
        nome, status = html.escape(documento["name"]), html.escape(documento["status"])
        return 200, _pagina(f"<h1>{nome}</h1><p>Situação: <b>{status}</b></p>{botoes if aberto else ''}")

    def _receber(self, corpo: Corpo) -> Saida:
        arquivo = str(corpo.get("file") or "")
        conteudo = b64decode(arquivo.rpartition(",")[2]) if arquivo.startswith("data:application/pdf;base64,") else b""
        if not conteudo.startswith(b"%PDF-") or not corpo.get("name"):
            return 422, {"message": "The given data was invalid.", "errors": {"file": ["O arquivo deve ser um PDF."]}}
        numero = next(self._numeros)
        chave = f"doc{numero}"
        self.documentos[chave] = {
            "id": numero, "name": corpo["name"], "file_name": f"{numero}.pdf", "extension": "pdf", "size": len(conteudo),
            "status": "Unsigned", "document_key": chave, "uploaded_on": timezone.now().isoformat(),
            "updated_on": timezone.now().isoformat(), "download": f"{self.url}/files/download/{chave}",
        }  # fmt: skip
        self.arquivos[chave] = conteudo
        return 200, {"data": dict(self.documentos[chave]), "message": "Upload efetuado com sucesso!"}

    def _pedir(self, corpo: Corpo) -> Saida:
        chave, emails = corpo.get("document_key"), corpo.get("email")
        if chave not in self.documentos:
            return 404, {"message": "Documento não encontrado"}
        if not isinstance(emails, list) or not emails or not all("@" in str(email) for email in emails):
            return 422, {"message": "O campo email deve ser um endereço de e-mail válido."}
        self.pedidos.append((chave, emails))
        self.documentos[chave] |= {"status": "Pending", "updated_on": timezone.now().isoformat()}
        link = f"{self.endereco}/pagar/{chave}"
        return 200, {
            "data": [{"email": email, "signing_key": f"sk-{chave}", "status": "Pending", "link": link} for email in emails],
            "message": "Solicitação enviada com sucesso!",
        }  # fmt: skip

    def _listar(self, parametros: Mapping[str, str]) -> Saida:
        """By key, or page by page, newest first."""
        if "document_key" in parametros:
            achado = self.documentos.get(parametros["document_key"])
            return 200, {"data": [dict(achado)] if achado else []}
        todos = sorted(self.documentos.values(), key=lambda d: -d["id"])
        pagina = int(parametros.get("page") or 1)
        return 200, {
            "data": [dict(d) for d in todos[(pagina - 1) * _POR_PAGINA : pagina * _POR_PAGINA]],
            "meta": {"current_page": pagina, "last_page": max(1, -(-len(todos) // _POR_PAGINA))},
        }

    def _apagar(self, corpo: Corpo) -> Saida:
        for chave, documento in list(self.documentos.items()):
            if documento["id"] == corpo.get("id"):
                del self.documentos[chave]
                return 200, {"message": "Documento excluído com sucesso!"}
        return 404, {"message": "Documento não encontrado"}

    def _arquivo(self, chave: str) -> bytes:
        """Signed, it is another file: a PDF with one comment more, which readers pass over."""
        if self.documentos[chave]["status"] != "Signed":
            return self.arquivos[chave]
        if self.estragado is not None:
            return self.estragado
        return self.arquivos[chave] + b"\n% assinado na PlugSign falsa\n%%EOF\n"


def _pagina(corpo: str) -> str:
    return (
        '<!doctype html><html lang="pt-BR"><meta name="viewport" content="width=device-width"><title>Assinar</title>'
        '<body style="font-family:sans-serif;max-width:40em;margin:3em auto;padding:0 1em;overflow-wrap:anywhere">'
        f"<p>PlugSign falsa: nada sai desta máquina.</p>{corpo}</body></html>"
    )


def _mandar(url: str, corpo: dict[str, Any]) -> None:
    try:
        httpx.post(url, json=corpo, timeout=10)
    except httpx.HTTPError:
        return  # a webhook lost: the routine asks
