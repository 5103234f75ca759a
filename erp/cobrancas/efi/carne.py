"""Carnês of Efí: all the parcels made in one call, each a charge of its own from then on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from erp.cobrancas.efi.leitura import dados_de, em_centavos, ilegivel, ler_remota, resumo
from erp.cobrancas.efi.links import NOME, Efi, cliente, metadados
from erp.cobrancas.portas import Criada, Pedido, Remota
from erp.provedores.cliente import trecho
from erp.provedores.erros import FalhaDefinitiva

_PROCURAR: Final = timedelta(days=60)


class CarneEfi:
    """The port of carnês: the parcel that heads a carnê makes it whole, and its sisters come along."""

    nome = NOME
    tipo = "carne"
    titulo = "Carnê (Efí)"

    @property
    def simultaneas(self) -> int:
        return int(settings.EFI_SIMULTANEAS)

    def configurado(self) -> bool:
        return Efi().configurado()

    def criar(self, pedido: Pedido) -> Criada:
        """POST /carnet. Every parcel is of the same value, one a month from the first."""
        carne = pedido.carne
        if carne is None:
            raise FalhaDefinitiva("PARCELA_SEM_CARNE", "esta parcela não encabeça nenhum carnê")
        valor, vencimento = carne.partes[0]
        corpo = {
            "items": [{"name": pedido.descricao[:255], "value": em_centavos(valor), "amount": 1}],
            "customer": _pagador(carne.nome, carne.documento, carne.telefone),
            "expire_at": vencimento.isoformat(), "repeats": len(carne.partes), "split_items": False,
            "metadata": metadados(pedido.referencia),
        }  # fmt: skip
        return ler_carne(cliente().json("POST", "/carnet", json=corpo))

    def procurar(self, pedido: Pedido) -> Criada | None:
        """GET /charges by our reference, and then the carnê that it names."""
        hoje = timezone.localdate()
        parametros = {
            "charge_type": "carnet", "custom_id": pedido.referencia, "begin_date": (hoje - _PROCURAR).isoformat(),
            "end_date": (hoje + timedelta(days=1)).isoformat(), "limit": 1,
        }  # fmt: skip
        corpo = cliente().json("GET", "/charges", parametros=parametros)
        achadas = corpo.get("data") if isinstance(corpo, dict) else None
        if not isinstance(achadas, list):
            raise ilegivel("lista de cobranças sem `data`")
        for achada in achadas:
            if isinstance(achada, dict) and achada.get("custom_id") == pedido.referencia and achada.get("carnet_id"):
                numero = trecho(achada["carnet_id"])
                return ler_carne(cliente().json("GET", f"/carnet/{numero}", rotulo="/carnet/:id"))
        return None

    def consultar(self, id_provedor: str) -> Remota:
        """GET /charge/:id."""
        corpo = cliente().json("GET", f"/charge/{trecho(id_provedor)}", rotulo="/charge/:id")
        return ler_remota(corpo, id_provedor, timezone.now())

    def cancelar(self, id_provedor: str, grupo: str = "", parcela: int = 0) -> None:
        """PUT /carnet/:id/parcel/:parcel/cancel."""
        caminho = f"/carnet/{trecho(grupo)}/parcel/{parcela}/cancel"
        cliente().chamar("PUT", caminho, rotulo="/carnet/:id/parcel/:parcel/cancel")


def ler_carne(corpo: Any) -> Criada:
    """The answer of POST /carnet or GET /carnet/:id: its first parcel, with the others as sisters."""
    dados = dados_de(corpo)
    numero, parcelas = dados.get("carnet_id"), dados.get("charges")
    if isinstance(numero, bool) or not isinstance(numero, int | str) or not isinstance(parcelas, list) or not parcelas:
        raise ilegivel("carnê sem número ou sem parcelas")
    lidas = sorted((_ler_parcela(um, str(numero)) for um in parcelas), key=lambda c: c.parcela)
    return lidas[0]._replace(irmas=tuple(lidas[1:]))


def _ler_parcela(dados: Any, carne: str) -> Criada:
    if not isinstance(dados, dict):
        raise ilegivel("parcela que não é um objeto")
    numero, ordem, status = dados.get("charge_id"), str(dados.get("parcel")), dados.get("status")
    if (
        isinstance(numero, bool)
        or not isinstance(numero, int | str)
        or not ordem.isdecimal()
        or not isinstance(status, str)
    ):
        raise ilegivel("parcela sem número, sem ordem ou sem situação")
    url, pix = dados.get("parcel_link") or dados.get("url") or "", dados.get("pix")
    copia = pix.get("qrcode") if isinstance(pix, dict) else ""
    return Criada(
        str(numero), url if str(url).startswith(("https://", "http://")) else "", status, resumo(dados),
        copia_e_cola=copia if isinstance(copia, str) else "", grupo=carne, parcela=int(ordem),
    )  # fmt: skip


def _pagador(nome: str, documento: str, telefone: str) -> Mapping[str, Any]:
    """A person by CPF, or a company by CNPJ."""
    if len(documento) == 14:
        return {"juridical_person": {"corporate_name": nome, "cnpj": documento}, "phone_number": telefone}
    return {"name": nome, "cpf": documento, "phone_number": telefone}
