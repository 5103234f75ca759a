"""Payment links of Efí, by its API of charges."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from erp.cobrancas.efi.leitura import em_centavos, ilegivel, ler_criada, ler_remota
from erp.cobrancas.portas import Criada, Pedido, Remota
from erp.provedores.autorizacao import TokenOAuth
from erp.provedores.cliente import Cliente, trecho
from erp.provedores.registro import Provedor

NOME: Final = "efi"
_TIPOS: Final = ("billet", "card")  # how GET /charges names what a link became; it asks for one


class Efi(Provedor):
    """Links and carnê: client id and secret of the application, made in Efí's own site."""

    nome = NOME
    titulo = "Efí (links de pagamento e carnês)"
    exige = ("EFI_URL", "EFI_CLIENT_ID", "EFI_CLIENT_SECRET")

    def testar(self) -> str:
        hoje = timezone.localdate()
        cliente().json(
            "GET", "/charges",
            parametros={"charge_type": "billet", "begin_date": hoje.isoformat(), "end_date": hoje.isoformat(), "limit": 1},
        )  # fmt: skip
        return "A Efí aceitou a credencial e respondeu."


class LinksEfi:
    """The port of payment links."""

    nome = NOME
    tipo = "link"
    titulo = "Link de pagamento (Efí)"

    @property
    def simultaneas(self) -> int:
        return int(settings.EFI_SIMULTANEAS)

    def configurado(self) -> bool:
        return Efi().configurado()

    def criar(self, pedido: Pedido) -> Criada:
        """POST /charge/one-step/link."""
        corpo = {
            "items": [{"name": pedido.descricao[:255], "value": em_centavos(pedido.valor), "amount": 1}],
            "metadata": metadados(pedido.referencia),
            "settings": {
                "payment_method": "all", "expire_at": pedido.vencimento.isoformat(), "request_delivery_address": False,
            },
        }  # fmt: skip
        return ler_criada(cliente().json("POST", "/charge/one-step/link", json=corpo))

    def procurar(self, pedido: Pedido) -> Criada | None:
        """GET /charges by our reference: what we made and did not live to write down."""
        hoje = timezone.localdate()
        for tipo in _TIPOS:
            parametros = {
                "charge_type": tipo, "custom_id": pedido.referencia, "begin_date": (hoje - timedelta(days=60)).isoformat(),
                "end_date": (hoje + timedelta(days=1)).isoformat(), "limit": 1,
            }  # fmt: skip
            corpo = cliente().json("GET", "/charges", parametros=parametros)
            achadas = corpo.get("data") if isinstance(corpo, dict) else None
            if not isinstance(achadas, list):
                raise ilegivel("lista de cobranças sem `data`")
            for achada in achadas:
                if isinstance(achada, dict) and achada.get("custom_id") == pedido.referencia:
                    return ler_criada({"data": achada})
        return None

    def consultar(self, id_provedor: str) -> Remota:
        """GET /charge/:id."""
        corpo = cliente().json("GET", f"/charge/{trecho(id_provedor)}", rotulo="/charge/:id")
        return ler_remota(corpo, id_provedor, timezone.now())

    def cancelar(self, id_provedor: str, grupo: str = "", parcela: int = 0) -> None:
        """PUT /charge/:id/cancel."""
        cliente().chamar("PUT", f"/charge/{trecho(id_provedor)}/cancel", rotulo="/charge/:id/cancel")


def metadados(referencia: str) -> dict[str, str]:
    """Our reference, and where Efí tells what happens, once somebody gave that address a secret."""
    if not settings.EFI_WEBHOOK_SEGREDO:
        return {"custom_id": referencia}
    onde = f"{settings.RETAGUARDA_URL.rstrip('/')}/webhooks/{NOME}/{settings.EFI_WEBHOOK_SEGREDO}"
    return {"custom_id": referencia, "notification_url": onde}


def cliente() -> Cliente:
    """Efí's API of charges; the carnê uses it too."""
    return Cliente(
        NOME, settings.EFI_URL, autorizacao=TokenOAuth("/authorize", settings.EFI_CLIENT_ID, settings.EFI_CLIENT_SECRET),
        tempo_limite=settings.EFI_TEMPO_LIMITE,
    )  # fmt: skip
