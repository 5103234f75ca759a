"""Bodies of the webservice for tests, and the register as it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from clientes.models import Cliente, RegistroRecebido
from clientes.webservice.leitura import ler
from clientes.webservice.pedido import Pedido, Resultado
from clientes.webservice.registro import registrar

AGORA = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
CPFS = ("52998224725", "11144477735", "39053344705")
FILIAIS = {1: "LOJA CENTRO"}


def corpo(**campos: Any) -> dict[str, Any]:
    """What a till sends of one customer; `...` takes a field away."""
    todos = {
        "FILIAL": "ESTOQUE CENTRAL", "CLIENTE_VAREJO": "MARIA DA SILVA", "PF_PJ": "1", "ESTRANGEIRO": "0",
        "CPF_CGC": CPFS[0], "UF": "MG", "CIDADE": "BELO HORIZONTE", "OBS": "",
    } | campos  # fmt: skip
    return {nome: valor for nome, valor in todos.items() if valor is not ...}


def pedido(**campos: Any) -> Pedido:
    lido = ler(corpo(**campos), filiais=FILIAIS, estrito=False)
    assert isinstance(lido, Pedido), lido
    return lido


def enviar(*pedidos: Pedido, agora: datetime = AGORA, homologacao: bool = False) -> list[Resultado]:
    return registrar(pedidos, agora=agora, homologacao=homologacao, prefixo_chave="abcdef012345")


def regras(resultado: Resultado) -> list[str]:
    """The rules that a refusal names; none of an accepted one."""
    return [erro["regra"] for erro in resultado.acrescimo.get("erros", [])]


def fotografia() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """All that the webservice writes, but the ids that PostgreSQL counts on."""
    recebidos: list[Any] = list(RegistroRecebido.objects.order_by("id").values())
    for recebido in recebidos:
        del recebido["id"]
        recebido["hash_conteudo"] = bytes(recebido["hash_conteudo"])
    return list(Cliente.objects.order_by("pk").values()), recebidos
