"""A stand-in of Meta's Cloud API on loopback: it follows the documents, tells of each message by signed webhooks, and fails
when told to.

What becomes of a message is told by the last two digits of its number: 26 does not receive (131026), 49 is limited
(131049); anybody else gets it and reads it. `/pagar/` is the phone: a page with what arrived, where one reads and answers.
"""

from __future__ import annotations

import hmac
import html
import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import httpx

from erp.provedores.servidor_falso import Corpo, Saida, ServidorFalso

NUMERO_ID: Final = "100000000000001"
SEGREDO: Final = "webhook-do-whatsapp-falso"
ASSINA: Final = "segredo-do-app-falso"
TOKEN: Final = "token-do-whatsapp-falso"
_ERROS: Final = {"26": 131026, "49": 131049}


class WhatsappFalso(ServidorFalso):
    """`with WhatsappFalso() as meta: meta.mensagens`. `codigos` holds the errors of the next messages, first come first
    served; `sozinho`: the statuses are told by themselves, as each message comes.
    """

    prefixo = "/v23.0"

    def __init__(
        self, *, porta: int = 0, demora: float = 0.0, lento: float = 2.0, retaguarda: str = "", sozinho: bool = True
    ) -> None:
        super().__init__(porta=porta, demora=demora, lento=lento)
        self.retaguarda, self.sozinho = retaguarda, sozinho
        self.codigos: deque[int] = deque()
        self.mensagens: list[Corpo] = []
        self.chegadas: list[float] = []  # time.monotonic()
        self.recusa = False
        self._numeros = itertools.count(1)

    def ajustes(self) -> Mapping[str, str]:
        return {
            "WHATSAPP_URL": self.url, "WHATSAPP_TOKEN": TOKEN, "WHATSAPP_NUMERO_ID": NUMERO_ID,
            "WHATSAPP_APP_SEGREDO": ASSINA, "WHATSAPP_WEBHOOK_SEGREDO": SEGREDO,
        }  # fmt: skip

    def autorizado(self, cabecalho: str) -> bool:
        return not self.recusa and cabecalho == f"Bearer {TOKEN}"

    def esquecer_tokens(self) -> None:
        """Of the fault `401`: the token is refused until `recusa` is false again."""
        self.recusa = True

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        match metodo, partes:
            case "GET", [numero] if numero == NUMERO_ID:
                return 200, {"verified_name": "Funerária Falsa", "quality_rating": "GREEN", "id": numero}
            case "POST", [numero, "messages"] if numero == NUMERO_ID:
                return self._receber(corpo)
        return 400, _erro(100, "Unsupported request", error_subcode=33)

    def status(self, mensagem: Corpo, situacao: str, *, em: int | None = None, erro: int | None = None) -> Corpo:
        """One status as Meta tells it."""
        dito: Corpo = {
            "id": mensagem["wamid"], "status": situacao, "timestamp": str(em or int(time.time())),
            "recipient_id": mensagem["to"], "biz_opaque_callback_data": mensagem.get("biz_opaque_callback_data", ""),
        }  # fmt: skip
        return dito | ({"errors": [{"code": erro, "title": "Erro"}]} if erro else {})

    def resposta(self, de: str, texto: str) -> Corpo:
        """A message of a person, as Meta tells it."""
        return {"from": de, "id": f"wamid.resp{next(self._numeros)}", "type": "text", "text": {"body": texto}}

    def pagina(self, metodo: str, partes: list[str]) -> Saida:
        acao = partes[1:]
        if metodo == "POST" and len(acao) == 2 and acao[1].isdecimal() and int(acao[1]) < len(self.mensagens):
            mensagem = self.mensagens[int(acao[1])]
            if acao[0] == "ler":
                self.avisar(statuses=[self.status(mensagem, "read")])
            elif acao[0] == "sair":
                self.avisar(messages=[self.resposta(mensagem["to"], "SAIR")])
        return 200, _pagina(self.mensagens)

    def avisar(self, **valor: Any) -> None:
        """Call the webhook, signed, in a thread: who acted does not wait."""
        if self.retaguarda:
            threading.Thread(target=mandar, args=(self.retaguarda, corpo_do_webhook(**valor)), daemon=True).start()

    def _receber(self, corpo: Corpo) -> Saida:
        modelo = corpo.get("template")
        if corpo.get("messaging_product") != "whatsapp" or not isinstance(modelo, dict) or not corpo.get("to"):
            return 400, _erro(100, "Invalid parameter")
        with self.trava:
            codigo = self.codigos.popleft() if self.codigos else 0
            if codigo:
                status = {190: 401, 130429: 429, 131048: 400}.get(codigo, 400)
                return status, _erro(codigo, f"(#{codigo}) para {corpo['to']}")
            wamid = f"wamid.falso{next(self._numeros)}"
            mensagem = {**corpo, "wamid": wamid}
            self.mensagens.append(mensagem)
            self.chegadas.append(time.monotonic())
        if self.sozinho and self.retaguarda:
            threading.Thread(target=self._contar, args=(mensagem,), daemon=True).start()
        return 200, {
            "messaging_product": "whatsapp", "contacts": [{"input": corpo["to"], "wa_id": corpo["to"]}],
            "messages": [{"id": wamid, "message_status": "accepted"}],
        }  # fmt: skip

    def _contar(self, mensagem: Corpo) -> None:
        """What becomes of it, out of order as Meta may tell it."""
        if erro := _ERROS.get(str(mensagem["to"])[-2:]):
            mandar(self.retaguarda, corpo_do_webhook(statuses=[self.status(mensagem, "failed", erro=erro)]))
            return
        agora = int(time.time())
        for situacao, depois in (("delivered", 1), ("sent", 0), ("read", 2)):
            time.sleep(0.2)
            mandar(self.retaguarda, corpo_do_webhook(statuses=[self.status(mensagem, situacao, em=agora + depois)]))


def corpo_do_webhook(**valor: Any) -> bytes:
    """`statuses=[...]`, `messages=[...]`."""
    dito = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMERO_ID}, **valor}
    entrada = {"id": "1", "changes": [{"field": "messages", "value": dito}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entrada]}).encode()


def assinatura(corpo: bytes) -> str:
    return "sha256=" + hmac.new(ASSINA.encode(), corpo, sha256).hexdigest()


def mandar(retaguarda: str, corpo: bytes) -> None:
    try:
        httpx.post(
            f"{retaguarda}/webhooks/whatsapp/{SEGREDO}", content=corpo, timeout=10,
            headers={"Content-Type": "application/json", "X-Hub-Signature-256": assinatura(corpo)},
        )  # fmt: skip
    except httpx.HTTPError:
        return  # a webhook lost


def _erro(codigo: int, mensagem: str, **mais: Any) -> Corpo:
    return {"error": {"message": mensagem, "type": "OAuthException", "code": codigo, "fbtrace_id": "A1", **mais}}


def _pagina(mensagens: list[Corpo]) -> str:
    linhas = "".join(
        f"<li><b>…{html.escape(str(m['to'])[-4:])}</b>: {html.escape(_texto(m))} "
        f'<form method="post" action="/pagar/ler/{n}" style="display:inline"><button>Ler</button></form> '
        f'<form method="post" action="/pagar/sair/{n}" style="display:inline"><button>Responder SAIR</button></form></li>'
        for n, m in list(enumerate(mensagens))[-50:][::-1]
    )
    return (
        '<!doctype html><html lang="pt-BR"><meta name="viewport" content="width=device-width"><title>WhatsApp falso</title>'
        '<body style="font-family:sans-serif;max-width:45em;margin:3em auto;overflow-wrap:anywhere">'
        f"<p>WhatsApp falso: nada sai desta máquina.</p><ul>{linhas or '<li>Nada chegou ainda.</li>'}</ul></body></html>"
    )


def _texto(mensagem: Corpo) -> str:
    modelo = mensagem["template"]
    partes = [p.get("text", "") for c in modelo.get("components", []) for p in c.get("parameters", [])]
    return f"{modelo.get('name')} ({', '.join(map(str, partes))})"
