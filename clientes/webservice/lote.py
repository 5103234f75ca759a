"""Up to 500 customers in one call: each is read, decided and answered as if it had been posted alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from django.conf import settings

from clientes.webservice.campos import CHAVE
from clientes.webservice.codigos import Regra
from clientes.webservice.corpo import JSON, ler_corpo
from clientes.webservice.leitura import ler, numero_da_filial_em
from clientes.webservice.pedido import Pedido, Recusa, Resultado, recusar
from clientes.webservice.recebidos import guardar_recusados
from clientes.webservice.registro import registrar
from clientes.webservice.servico import nomes_das_filiais
from erp.acesso.models import ChaveApi

CLIENTES: Final = "clientes"
MAXIMO: Final = 500
# The items stay as bytes until the key is known to be good; then what is wrong in one of them is wrong in no other.
_partes: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_lista: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_texto: Final = msgspec.json.Decoder(str).decode
_POSICAO: Final = re.compile(r"\(byte ([0-9]+)\)")


class Lote:
    """A body that was opened: its key, and its customers, still to be read."""

    def __init__(self, corpo: bytes) -> None:
        """Raises Recusa: CORPO_ILEGIVEL or REPETIDO."""
        try:
            self._campos = _partes(corpo)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as erro:
            onde = _POSICAO.search(str(erro))
            mensagem = "esperado um objeto JSON em UTF-8 com `key` e `clientes`"
            lugar = f"; não se lê a partir do byte {onde[1]}" if onde else ""
            raise Recusa(Regra.CORPO_ILEGIVEL, f"{mensagem}{lugar}.") from None
        # the decoder keeps the last of two equal fields in silence
        if corpo.count(b'"') != sum(2 + bytes(valor).count(b'"') for valor in self._campos.values()):
            raise Recusa(Regra.REPETIDO, "o lote tem um campo que veio duas vezes, ou com aspas no nome.")

    def chave(self) -> Mapping[str, Any]:
        """What the body says of its key, for whoever judges it."""
        try:
            return {CHAVE: _texto(self._campos[CHAVE])}
        except (KeyError, msgspec.MsgspecError, UnicodeError):
            return {}

    def clientes(self) -> list[bytes]:
        """Each customer as it came. Raises Recusa: OBRIGATORIO, TIPO or CORPO_GRANDE."""
        bruto = self._campos.get(CLIENTES)
        if bruto is None:
            raise Recusa(Regra.OBRIGATORIO, "campo obrigatório, e não veio.", CLIENTES)
        try:
            itens = _lista(bruto)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise Recusa(Regra.TIPO, "esperada uma lista de clientes.", CLIENTES) from None
        if not itens:
            raise Recusa(Regra.OBRIGATORIO, "a lista veio vazia.", CLIENTES)
        if len(itens) > MAXIMO:
            raise Recusa(Regra.CORPO_GRANDE, f"esperados até {MAXIMO} clientes, recebidos {len(itens)}.", CLIENTES)
        return [bytes(item) for item in itens]


def receber_lote(brutos: Sequence[bytes], chave: ChaveApi) -> list[dict[str, Any]]:
    """What the answer says of each customer: the `status` and the `resposta` of its own post, without a key.

    Raises OperationalError when the database is away: whatever was not written may be sent again.
    """
    corpos = [_abrir(bruto) for bruto in brutos]
    legiveis = [corpo for corpo in corpos if not isinstance(corpo, Recusa)]
    numeros = {numero for corpo in legiveis if (numero := numero_da_filial_em(corpo)) is not None}
    filiais = nomes_das_filiais(numeros) if numeros else {}
    resultados = _julgar(corpos, filiais, chave)
    return [_responder(corpo, resultado) for corpo, resultado in zip(corpos, resultados, strict=True)]


def _abrir(bruto: bytes) -> dict[str, Any] | Recusa:
    """The fields of one customer. A `key` of its own is nobody's business: the lote's is the one that counts."""
    try:
        if len(bruto) > settings.CLIENTES_CORPO_MAXIMO:
            limite = settings.CLIENTES_CORPO_MAXIMO
            raise Recusa(Regra.CORPO_GRANDE, f"O cliente tem {len(bruto)} bytes, e o limite é {limite}.")
        corpo = ler_corpo(bruto, JSON)
    except Recusa as recusa:
        return recusa
    corpo.pop(CHAVE, None)
    return corpo


def _julgar(corpos: Sequence[dict[str, Any] | Recusa], filiais: Mapping[int, str], chave: ChaveApi) -> list[Resultado]:
    lidos = [
        corpo if isinstance(corpo, Recusa) else ler(corpo, filiais=filiais, estrito=settings.CLIENTES_DOCUMENTO_ESTRITO)
        for corpo in corpos
    ]
    pedidos = [lido for lido in lidos if isinstance(lido, Pedido)]
    gravados = iter(registrar(pedidos, homologacao=chave.homologacao, prefixo_chave=chave.prefixo))
    resultados: list[Resultado] = []
    recusados: list[tuple[Mapping[str, Any], Resultado]] = []
    for corpo, lido in zip(corpos, lidos, strict=True):
        if isinstance(lido, Pedido):
            resultados.append(next(gravados))
            continue
        resultados.append(recusar([lido.problema] if isinstance(lido, Recusa) else lido))
        recusados.append(({} if isinstance(corpo, Recusa) else corpo, resultados[-1]))
    if recusados and not chave.homologacao:
        guardar_recusados(recusados, filiais=filiais, prefixo_chave=chave.prefixo)
    return resultados


def _responder(corpo: Mapping[str, Any] | Recusa, resultado: Resultado) -> dict[str, Any]:
    if resultado.aceito and not isinstance(corpo, Recusa):
        return {"status": resultado.status, "resposta": {**corpo, **resultado.acrescimo}}
    return {"status": resultado.status, "resposta": resultado.acrescimo}
