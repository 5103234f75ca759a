"""Requests that were refused by their form, kept so that staff see who sends what wrong (spec/004, Registro Recebido).

Those that reach the register are kept by `registro`, in the transaction that writes the customer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from clientes.models import RegistroRecebido
from clientes.webservice.campos import CAMPOS_MAXIMO, CHAVE, EVENTO, EVENTO_TAMANHO, PROFUNDIDADE_MAXIMA
from clientes.webservice.corpo import codificar_em_ordem
from clientes.webservice.pedido import Resultado
from clientes.webservice.rules import numero_da_filial

_TEXTO_MAXIMO: Final = 1000
_FILIAL_MAXIMA: Final = 60


def guardar_recusados(
    recusados: Sequence[tuple[Mapping[str, Any], Resultado]], *, filiais: Mapping[int, str], prefixo_chave: str
) -> None:
    """Keep bodies that were refused before any decision, each with its answer, in a transaction of its own."""
    with transaction.atomic():
        RegistroRecebido.objects.bulk_create(
            [_recebido(corpo, resultado, filiais, prefixo_chave) for corpo, resultado in recusados]
        )


def guardavel(valor: Any, profundidade: int = 0) -> Any:
    """What the database keeps of anything that JSON may say: no null character, no endless text, depth or number."""
    if isinstance(valor, str):
        return valor[:_TEXTO_MAXIMO].replace("\0", "�")
    if isinstance(valor, bool | None):
        return valor
    if isinstance(valor, int | Decimal):
        texto = str(valor)
        return int(valor) if isinstance(valor, int) and len(texto) < 19 else texto[:_TEXTO_MAXIMO]
    if profundidade >= PROFUNDIDADE_MAXIMA:
        return "…"
    if isinstance(valor, Mapping):
        pares = list(valor.items())[:CAMPOS_MAXIMO]
        return {guardavel(nome)[:_FILIAL_MAXIMA]: guardavel(filho, profundidade + 1) for nome, filho in pares}
    return [guardavel(filho, profundidade + 1) for filho in valor[:CAMPOS_MAXIMO]]


def _recebido(
    corpo: Mapping[str, Any], resultado: Resultado, filiais: Mapping[int, str], prefixo_chave: str
) -> RegistroRecebido:
    conteudo = guardavel({nome: valor for nome, valor in corpo.items() if nome != CHAVE})
    filial = _texto(conteudo.get("FILIAL"))
    numero = numero_da_filial(filial)
    return RegistroRecebido(
        filial=(filiais.get(numero, filial) if numero is not None else filial)[:_FILIAL_MAXIMA],
        id_registro=_texto(conteudo.get(EVENTO))[:EVENTO_TAMANHO],
        resultado=RegistroRecebido.Resultado.RECUSADO,
        hash_conteudo=hashlib.sha256(codificar_em_ordem(conteudo)).digest(),
        conteudo=conteudo,
        resposta=resultado.acrescimo,
        status_http=resultado.status,
        prefixo_chave=prefixo_chave,
    )


def _texto(valor: Any) -> str:
    return str(valor).strip() if isinstance(valor, str | int) and not isinstance(valor, bool) else ""
