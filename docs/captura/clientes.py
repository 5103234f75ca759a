"""Customers as the shops send them: posts to the WebService, some of them refused."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings

from auditoria.services import ATOR_SISTEMA
from clientes.models import RegistroRecebido
from erp.acesso.services.chaves import criar_chave

PEDIDOS: tuple[dict[str, Any], ...] = (  # invented
    {"CLIENTE_VAREJO": "ANA BEATRIZ DE SOUZA", "CPF_CGC": "529.982.247-25", "BAIRRO": "PADRE EUSTÁQUIO"},
    {"CLIENTE_VAREJO": "PAULO HENRIQUE ALVES", "CPF_CGC": "39053344705", "CIDADE": "BELO HORISONTE"},
    {"CLIENTE_VAREJO": "", "CPF_CGC": "16899535009", "UF": "Minas Gerais", "ANIVERSARIO": "04/07/1993"},
    {"CLIENTE_VAREJO": "JOHN SMITH", "CPF_CGC": "", "RG_IE": "AB-123456", "UF": "EX", "PAIS": "ESTADOS UNIDOS"},
    {"CLIENTE_VAREJO": "ANA BEATRIZ DE SOUZA", "CPF_CGC": "52998224725", "CELULAR": "988776655"},
)
_COMUNS = {
    "FILIAL": "ESTOQUE CENTRAL", "PF_PJ": "1", "ESTRANGEIRO": "0", "CIDADE": "BELO HORIZONTE", "UF": "MG", "PAIS": "BRASIL",
    "DDD_CELULAR": "31", "TIPO_LOGRADOURO": "RUA", "ENDERECO": "CESÁRIO ALVIM", "NUMERO": "370", "CEP": "30720000",
}  # fmt: skip


def receber(url: str) -> dict[str, Any]:
    """Post them all; returns the ids that the pictures show."""
    chave = criar_chave(nome="Loja virtual", escopos=["clientes"], ator=ATOR_SISTEMA)[1]
    for n, pedido in enumerate(PEDIDOS, 1):
        corpo = _COMUNS | {"key": chave, "eventId": f"6f1c2d9e-0b7a-4c55-9d1e-4a5b6c7d8e{n:02d}"} | pedido
        endereco = f"{url}/bibliotecas/{settings.CLIENTES_TOKEN_BIBLIOTECA}/wosk_loja_cliente"
        envio = urllib.request.Request(endereco, json.dumps(corpo).encode(), {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(envio, timeout=30).close()
        except urllib.error.HTTPError as recusa:
            recusa.close()  # one of them is refused on purpose
    recebidos = RegistroRecebido.objects.order_by("pk")
    return {
        "recebido": recebidos.filter(resultado=RegistroRecebido.Resultado.INSERIDO).values_list("pk", flat=True)[0],
        "recusado": recebidos.filter(resultado=RegistroRecebido.Resultado.RECUSADO).values_list("pk", flat=True)[0],
        "cliente": "52998224725",
    }
