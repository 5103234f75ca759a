"""A stand-in for Efí's API of charges on loopback: it follows the documents, and fails when told to.

The page of each charge (`/pagar/<number>`) has a button that pays, so that a newcomer can play the customer. What happens
to a charge made with a `notification_url` goes into the history of its token, and that address is told, as Efí does.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import httpx
from django.utils import timezone

from erp.cobrancas.rules import meses_depois
from erp.provedores.servidor_falso import Corpo, Saida, ServidorFalso, pagina_de_pagar

_MOMENTO: Final = "2026-01-01 10:00:00"
_ABERTAS: Final = ("new", "waiting", "link", "unpaid", "expired")


class EfiFalsa(ServidorFalso):
    """`with EfiFalsa() as efi: efi.url, efi.cobrancas`. `primeira`: the number of its first charge."""

    prefixo = "/v1"

    def __init__(self, *, porta: int = 0, demora: float = 0.0, lento: float = 2.0, primeira: int = 1000) -> None:
        super().__init__(porta=porta, demora=demora, lento=lento)
        self.cobrancas: dict[str, Corpo] = {}
        self.carnes: dict[str, Corpo] = {}
        self.historias: dict[str, list[Corpo]] = {}  # by token
        self.mudo = False  # the address is not told
        self._numeros = itertools.count(primeira)

    def ajustes(self) -> Mapping[str, str]:
        return {
            "EFI_URL": self.url, "EFI_CLIENT_ID": "falso", "EFI_CLIENT_SECRET": "falso",
            "EFI_WEBHOOK_SEGREDO": "webhook-da-efi-falsa",
        }  # fmt: skip

    def mudar(self, numero: str, status: str, **mais: Any) -> None:
        """What somebody does at Efí: pays, disputes, cancels."""
        with self.trava:
            dados = self.cobrancas[numero]
            antes = dados["status"]
            dados.update({"status": status, **mais})
            token = self._contar(dados, antes)
        if token and not self.mudo:
            threading.Thread(target=_avisar, args=(dados["notification_url"], token), daemon=True).start()

    def _contar(self, dados: Corpo, antes: str | None) -> str:
        """One more step of the history of its token (that of the carnê, of a parcel); the token, or nothing."""
        token = f"token-{dados.get('carnet_id') or dados['charge_id']}"
        if not dados.get("notification_url"):
            return ""
        historia = self.historias.setdefault(token, [])
        historia.append({
            "id": len(historia) + 1, "type": "carnet_charge" if dados.get("carnet_id") else "charge",
            "custom_id": dados["custom_id"], "status": {"current": dados["status"], "previous": antes},
            "identifiers": {"charge_id": dados["charge_id"], **({"carnet_id": c} if (c := dados.get("carnet_id")) else {})},
            "created_at": _agora(), **({"value": dados["total"]} if dados["status"] == "paid" else {}),
        })  # fmt: skip
        return token

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        match metodo, partes:
            case "POST", ["charge", "one-step", "link"]:
                return self._criar_link(corpo)
            case "GET", ["charges"]:
                return self._listar(parametros)
            case "GET", ["charge", numero]:
                return self._detalhar(numero)
            case "PUT", ["charge", numero, "cancel"]:
                return self._cancelar(numero)
            case "POST", ["carnet"]:
                return self._criar_carne(corpo)
            case "GET", ["carnet", numero] if numero in self.carnes:
                return 200, {"code": 200, "data": self._carne(numero)}
            case "PUT", ["carnet", numero, "parcel", parcela, "cancel"] if numero in self.carnes:
                return self._cancelar(self.carnes[numero]["charges"][int(parcela) - 1])
            case "GET", ["notification", token] if token in self.historias:
                return 200, {"code": 200, "data": list(self.historias[token])}
        return 404, {"error": "not_found", "error_description": "Rota inexistente"}

    def pagina(self, metodo: str, partes: list[str]) -> Saida:
        numero = partes[-1]
        if numero not in self.cobrancas:
            return super().pagina(metodo, partes)
        if metodo == "POST" and self.cobrancas[numero]["status"] in _ABERTAS:
            self.mudar(numero, "paid")
        dados = self.cobrancas[numero]
        valor = f"{dados['total'] // 100},{dados['total'] % 100:02d}"
        return 200, pagina_de_pagar(f"Cobrança {numero}", valor, dados["status"] in _ABERTAS, str(dados["status"]))

    def _criar_link(self, corpo: Corpo) -> Saida:
        try:
            total = sum(item["value"] * item["amount"] for item in corpo["items"])
            forma, expira = corpo["settings"]["payment_method"], str(corpo["settings"]["expire_at"])
        except (KeyError, TypeError):
            total, forma, expira = 0, "", ""
        if not isinstance(total, int) or total < 1 or forma not in ("all", "banking_billet", "credit_card"):
            return 400, {"error": "validation_error", "error_description": {"message": "Campo inválido"}}
        with self.trava:
            numero = next(self._numeros)
            self.cobrancas[str(numero)] = dados = {
                "charge_id": numero, "status": "link", "total": total, "created_at": _MOMENTO, "expire_at": expira,
                "custom_id": (corpo.get("metadata") or {}).get("custom_id"), "payment_method": forma,
                "payment_url": f"{self.endereco}/pagar/{numero}",
                "notification_url": (corpo.get("metadata") or {}).get("notification_url"),
            }  # fmt: skip
            return 200, {"code": 200, "data": dict(dados)}

    def _criar_carne(self, corpo: Corpo) -> Saida:
        try:
            total = sum(item["value"] * item["amount"] for item in corpo["items"])
            primeiro, parcelas = date.fromisoformat(corpo["expire_at"]), int(corpo["repeats"])
            quem = corpo["customer"]
            telefone = quem["phone_number"]
            assert quem.get("cpf") or quem["juridical_person"]["cnpj"]
        except (AssertionError, KeyError, TypeError, ValueError):
            total, parcelas, telefone = 0, 0, ""
        if total < 1 or not 1 <= parcelas <= 24 or len(telefone) not in (10, 11):
            return 400, {"error": "validation_error", "error_description": {"message": "Campo inválido"}}
        with self.trava:
            carne, meta = next(self._numeros), corpo.get("metadata") or {}
            numeros = [str(next(self._numeros)) for _ in range(parcelas)]
            self.carnes[str(carne)] = {"carnet_id": carne, "charges": numeros}
            for n, numero in enumerate(numeros):
                self.cobrancas[numero] = {
                    "charge_id": int(numero), "status": "waiting", "total": total, "created_at": _MOMENTO,
                    "expire_at": meses_depois(primeiro, n).isoformat(), "custom_id": meta.get("custom_id"),
                    "payment_method": "banking_billet", "payment_url": f"{self.endereco}/pagar/{numero}",
                    "carnet_id": carne, "parcel": n + 1, "notification_url": meta.get("notification_url"),
                }  # fmt: skip
            return 200, {"code": 200, "data": self._carne(str(carne))}

    def _carne(self, numero: str) -> Corpo:
        carne = self.carnes[numero]
        parcelas = [
            {"charge_id": c["charge_id"], "parcel": str(c["parcel"]), "status": c["status"], "value": c["total"],
             "expire_at": c["expire_at"], "url": c["payment_url"], "parcel_link": c["payment_url"],
             "pix": {"qrcode": f"00020101{c['charge_id']}"}}
            for c in (self.cobrancas[n] for n in carne["charges"])
        ]  # fmt: skip
        return {"carnet_id": carne["carnet_id"], "status": "active", "charges": parcelas}

    def _detalhar(self, numero: str) -> Saida:
        with self.trava:
            dados = self.cobrancas.get(numero)
            if dados is None:
                return 404, {"error": "not_found", "error_description": "Cobrança não encontrada"}
            return 200, {"code": 200, "data": dict(dados)}

    def _listar(self, parametros: Mapping[str, str]) -> Saida:
        """By `custom_id`."""
        if not {"charge_type", "begin_date", "end_date"} <= set(parametros):
            return 400, {"error": "validation_error", "error_description": "Faltam datas ou tipo"}
        dita = parametros.get("custom_id", "")
        with self.trava:
            achadas = [
                {"id": c["charge_id"], "status": c["status"], "total": c["total"], "custom_id": c["custom_id"],
                 "link": {"payment_url": c["payment_url"]}, "carnet_id": c.get("carnet_id")}
                for c in self.cobrancas.values() if dita and c["custom_id"] == dita
            ]  # fmt: skip
        return 200, {"code": 200, "data": achadas}

    def _cancelar(self, numero: str) -> Saida:
        with self.trava:
            dados = self.cobrancas.get(numero)
            if dados is None or dados["status"] not in _ABERTAS:
                return 400, {"error": "invalid_status", "error_description": "Situação não permite"}
            dados["status"] = "canceled"
        return 200, {"code": 200}


def _agora() -> str:
    """By Brasília's clock, in whole seconds as Efí tells it; never before what has just happened here."""
    return f"{timezone.localtime() + timedelta(seconds=1):%Y-%m-%d %H:%M:%S}"


def _avisar(url: str, token: str) -> None:
    try:
        httpx.post(url, data={"notification": token}, timeout=10)
    except httpx.HTTPError:
        return  # told again at the next step; and the routine asks
