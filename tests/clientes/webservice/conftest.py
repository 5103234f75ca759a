from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from auditoria.services import ATOR_SISTEMA
from clientes.models import TipoVarejo
from erp.acesso.services import criar_chave, esquecer_autenticacoes
from tests.erp.elenco import empresa

TOKEN = "1be199d8-98e8-4de7-a92c-e59c2f08edd6"
CAMINHO = f"/bibliotecas/{TOKEN}/wosk_loja_cliente"
# Of the specification, letter by letter, without its key.
EXEMPLO: dict[str, Any] = {
    "UF": "MG", "CEP": "06845330", "DDD": "21", "OBS": "", "OMS": "0", "PAIS": "BRASIL", "SEXO": "M",
    "EMAIL": "T.TESTE@GMAIL.COM", "PF_PJ": "1", "RG_IE": "94987713999", "BAIRRO": "PADRE EUSTÁQUIO",
    "CIDADE": "BELO HORIZONTE", "FILIAL": "ESTOQUE CENTRAL", "NUMERO": "370", "STATUS": "1", "CELULAR": "",
    "CPF_CGC": "99999999999", "eventId": "d061d60d-d2bc-4181-a224-881ebf4ded07", "ENDERECO": "CESÁRIO ALVIM",
    "TELEFONE": "999999999", "ANIVERSARIO": "1993-07-04 00:00:00", "COMPLEMENTO": "", "DDD_CELULAR": "",
    "ESTRANGEIRO": "0", "TIPO_VAREJO": "VENDEDOR (C)", "CLIENTE_VAREJO": "LOREM IPSUM",
    "CODIGO_CLIENTE": "94987713999", "TIPO_LOGRADOURO": "RUA",
}  # fmt: skip
MINIMO: dict[str, Any] = {
    "CLIENTE_VAREJO": "MARIA DA SILVA", "FILIAL": "LOJA 1", "PF_PJ": "1", "ESTRANGEIRO": "0", "CPF_CGC": "52998224725",
}  # fmt: skip
Enviar = Callable[..., Any]


@pytest.fixture
def chave(db: None) -> str:
    esquecer_autenticacoes()
    empresa()
    TipoVarejo.objects.get_or_create(pk="VENDEDOR (C)")
    return criar_chave(nome="Loja", escopos=["clientes"], ator=ATOR_SISTEMA)[1]


@pytest.fixture
def enviar(chave: str) -> Enviar:
    """Post the minimum with these fields over it (`...` takes a field away); the response, with its JSON in `.dados`."""

    def fazer(base: dict[str, Any] | None = None, /, **campos: Any) -> Any:
        corpo = {"key": chave, **(MINIMO if base is None else base), **campos}
        return postar({nome: valor for nome, valor in corpo.items() if valor is not ...})

    return fazer


def postar(corpo: Any, **opcoes: Any) -> Any:
    dados = corpo if isinstance(corpo, bytes) else json.dumps(corpo).encode()
    resposta: Any = Client().post(CAMINHO, dados, **{"content_type": "application/json", **opcoes})
    resposta.dados = resposta.json()
    return resposta
