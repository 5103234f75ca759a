from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from clientes.models import RegistroRecebido
from filas.models import Mensagem
from tests.erp.elenco import CPF

PEDIDO = {
    "CLIENTE_VAREJO": "MARIA DA SILVA", "FILIAL": "ESTOQUE CENTRAL", "PF_PJ": "1", "ESTRANGEIRO": "0",
    "CPF_CGC": "529.982.247-25", "RG_IE": "MG12345678", "CIDADE": "BELO HORIZONTE", "UF": "MG", "NUMERO": "370",
    "ENDERECO": "CESÁRIO ALVIM", "TELEFONE": "987654321", "DDD": "31", "EMAIL": "maria@exemplo.com.br",
    "ANIVERSARIO": "1993-07-04 00:00:00", "OBS": "<b>oi</b>", "eventId": "d061d60d-d2bc-4181-a224-881ebf4ded07",
}  # fmt: skip
ACEITO = {
    "Mensagem": "OK", "Mensagem Detalhada": "Registrado com sucesso.", "CODIGO_CLIENTE": CPF,
    "CADASTRAMENTO": "2026-09-25 15:58:07.000", "DATA_PARA_TRANSFERENCIA": "2026-09-25 15:58:07",
}  # fmt: skip
RECUSA = {
    "Mensagem": "ERRO",
    "Mensagem Detalhada": "CLIENTES_VAREJO: CLIENTE_VAREJO: falta o nome",
    "erros": [{"campo": "CLIENTE_VAREJO", "regra": "obrigatorio", "mensagem": "falta o nome"}],
}
Recebido = Callable[..., RegistroRecebido]
_numeros = itertools.count(1)


@pytest.fixture
def novo_recebido(db: None) -> Recebido:
    """A request as the webservice keeps it: accepted, unless told otherwise."""

    def fazer(**campos: Any) -> RegistroRecebido:
        recusado = campos.get("resultado") == RegistroRecebido.Resultado.RECUSADO
        base: dict[str, Any] = {
            "filial": "ESTOQUE CENTRAL", "id_registro": f"evento-{next(_numeros)}", "resultado": 1, "codigo_cliente": CPF,
            "hash_conteudo": b"\0" * 32, "conteudo": PEDIDO, "resposta": RECUSA if recusado else ACEITO,
            "status_http": 400 if recusado else 200, "prefixo_chave": "609d91393439",
        }  # fmt: skip
        return RegistroRecebido.objects.create(**(base | campos))

    return fazer


@pytest.fixture
def nova_mensagem(db: None) -> Callable[..., Mensagem]:
    def fazer(**campos: Any) -> Mensagem:
        return Mensagem.objects.create(**({"contexto": "LojaCliente", "chave": CPF, "conteudo": {}} | campos))

    return fazer
