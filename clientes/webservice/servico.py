"""What a post does, once its body is read: the door that the API calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from clientes.webservice.leitura import ler, numero_da_filial_em
from clientes.webservice.pedido import Pedido, Resultado, recusar
from clientes.webservice.recebidos import guardar_recusados
from clientes.webservice.registro import registrar
from erp.acesso.models import ChaveApi
from erp.cadastros.models import Filial


def receber(corpo: Mapping[str, Any], chave: ChaveApi) -> Resultado:
    """`run()` of the specification: validate, then `setClientesVarejo()` in one transaction (`registrar`).

    A key of homologação validates and answers alike, and nothing of it stays.
    """
    numero = numero_da_filial_em(corpo)
    filiais = {} if numero is None else nomes_das_filiais({numero})
    pedido = ler(corpo, filiais=filiais, estrito=settings.CLIENTES_DOCUMENTO_ESTRITO)
    if isinstance(pedido, Pedido):
        return registrar([pedido], homologacao=chave.homologacao, prefixo_chave=chave.prefixo)[0]
    resultado = recusar(pedido)
    if not chave.homologacao:
        guardar_recusados([(corpo, resultado)], filiais=filiais, prefixo_chave=chave.prefixo)
    return resultado


def nomes_das_filiais(numeros: set[int]) -> dict[int, str]:
    """The names of FILIAIS by their codes, of those asked for."""
    possiveis = [numero for numero in numeros if numero < 2**31]  # the column's; a larger one is nobody's
    return dict(Filial.objects.filter(codigo__in=possiveis).order_by().values_list("codigo", "nome"))
