"""A document out of the states that reach us, in whatever order they come. Pure.

What is known only grows: states are a set, the highest stands (`xml.situacao.ORDEM`), and the content is that of the
note's own XML in its highest state. So the same states make the same document in every order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from erp.fiscal.xml import DocumentoLido, Estado
from erp.fiscal.xml.situacao import ORDEM, mais_alta

CONTAM = frozenset({"autorizada", "contingencia", "sem_protocolo"})  # the others are void: they count zero
COM_CONTEUDO = frozenset({"nfe", "nfce", "cfe_sat"})
ZERO = Decimal("0.00")
_AUTORIZAM = ("autorizada", "denegada")  # whose protocol is the document's own
_json = msgspec.json.Encoder()


class Retrato(NamedTuple):
    """A document as it is known: amounts are those of the note, void or not; `conteudo` is JSON text."""

    situacao: str
    protocolo: str
    serie: int
    cnpj_emitente: str
    documento_destinatario: str
    emissao: datetime
    valor: Decimal
    ibs: Decimal
    cbs: Decimal
    conteudo: str
    itens: Sequence[Decimal]  # what each item adds to the total
    completo: bool  # whether the note's own XML ever came

    @property
    def conta(self) -> bool:
        return self.situacao in CONTAM


class Chegada(NamedTuple):
    """What came once: the document read, all the states that it tells, and the till's word where the XML is silent."""

    lido: DocumentoLido
    estados: Sequence[Estado]
    serie: int
    emissao: datetime
    valor: Decimal

    @property
    def situacao(self) -> str:
        return mais_alta(e.situacao for e in self.estados)


def retratar(chegada: Chegada, anterior: Retrato | None) -> Retrato:
    """The document after `chegada`, on top of what was known."""
    novo = _sozinho(chegada)
    if anterior is None:
        return novo
    antes, depois = msgspec.json.decode(anterior.conteudo), msgspec.json.decode(novo.conteudo)
    base, outro = (novo, anterior) if _prevalece(novo, depois, anterior, antes) else (anterior, novo)
    conteudo: dict[str, Any] = depois if base is novo else antes
    estados = _unir(antes.get("estados") or [_estado_de(anterior)], depois["estados"])
    conteudo["estados"] = estados
    return base._replace(
        situacao=mais_alta(e["situacao"] for e in estados),
        protocolo=protocolo_de(estados) or anterior.protocolo or novo.protocolo,
        cnpj_emitente=base.cnpj_emitente or outro.cnpj_emitente,
        documento_destinatario=base.documento_destinatario or outro.documento_destinatario,
        emissao=base.emissao if base.completo else min(anterior.emissao, novo.emissao),
        valor=base.valor if base.completo else max(anterior.valor, novo.valor),
        conteudo=_json.encode(conteudo).decode(),
    )


def retrato_guardado(
    situacao: str, protocolo: str, serie: int, cnpj: str, destinatario: str, emissao: datetime, valor: Decimal,
    conteudo: str,
) -> Retrato:  # fmt: skip
    """A document out of the ledger."""
    dados = msgspec.json.decode(conteudo)
    totais, itens = dados.get("totais") or {}, dados.get("itens") or []
    return Retrato(
        situacao, protocolo, serie, cnpj, destinatario, emissao, valor, Decimal(totais.get("ibs", ZERO)),
        Decimal(totais.get("cbs", ZERO)), conteudo, [Decimal(i.get("valor_liquido", ZERO)) for i in itens],
        dados.get("tipo") in COM_CONTEUDO,
    )  # fmt: skip


def conteudo_de(lido: DocumentoLido, estados: Sequence[Estado]) -> str:
    """Totals, items, payments and states as JSON, amounts as text; what is empty or zero is left out."""
    return _json.encode(
        {
            "tipo": lido.tipo,
            "versao": lido.versao,
            "propria": _propria_de(lido, estados),
            "totais": _preenchidos(lido.totais),
            "itens": [_preenchidos(i) | {"valor_liquido": i.valor_liquido} for i in lido.itens],
            "pagamentos": [_preenchidos(p) for p in lido.pagamentos],
            "estados": [_preenchidos(e) for e in estados],
        }
    ).decode()


def contradizem(estados: Iterable[str]) -> bool:
    """States that the tax authority never gives to the same note: a denied or unused number was never authorised."""
    conhecidos = set(estados)
    if "inutilizada" in conhecidos and conhecidos & {"autorizada", "cancelada", "denegada"}:
        return True
    return "denegada" in conhecidos and bool(conhecidos & {"autorizada", "cancelada"})


def estados_do_conteudo(conteudo: Mapping[str, Any] | str) -> list[dict[str, Any]]:
    """The states of a stored document, lowest first, as they were read."""
    dados = msgspec.json.decode(conteudo) if isinstance(conteudo, str) else conteudo
    return list(dados.get("estados") or [])


def protocolo_de(estados: Iterable[Mapping[str, Any]]) -> str:
    """The authorisation's (or denial's) where it is known; else that of whatever state has one; of several, the last."""
    com_protocolo = [e for e in estados if e.get("protocolo")]
    proprios = [e for e in com_protocolo if e["situacao"] in _AUTORIZAM]
    ultimo = max(proprios or com_protocolo, key=lambda e: (e.get("em", ""), e["protocolo"]), default=None)
    return str(ultimo["protocolo"]) if ultimo else ""


def _sozinho(chegada: Chegada) -> Retrato:
    lido, estados = chegada.lido, chegada.estados
    completo = lido.tipo in COM_CONTEUDO
    totais = lido.totais
    return Retrato(
        mais_alta(e.situacao for e in estados),
        next((e.protocolo for e in estados if e.protocolo), ""),
        lido.serie or chegada.serie,
        lido.cnpj_emitente,
        lido.documento_destinatario,
        (lido.data_emissao if completo else None) or chegada.emissao,
        totais.total if completo else (totais.total or chegada.valor),
        totais.ibs,
        totais.cbs,
        conteudo_de(lido, estados),
        [i.valor_liquido for i in lido.itens],
        completo,
    )


def _propria_de(lido: DocumentoLido, estados: Sequence[Estado]) -> str:
    """The state of the XML that the content was read from: of a note, its own and not that of an event beside it."""
    if lido.tipo in COM_CONTEUDO and lido.estados:
        return lido.estados[0].situacao
    return mais_alta(e.situacao for e in estados)


def _prevalece(novo: Retrato, depois: Mapping[str, Any], anterior: Retrato, antes: Mapping[str, Any]) -> bool:
    """Whose content stays: a note's own before an event's, then that of the higher state, then the newer."""
    return (novo.completo, *_altura(depois)) >= (anterior.completo, *_altura(antes))


def _altura(conteudo: Mapping[str, Any]) -> tuple[int, str]:
    propria = conteudo.get("propria")
    return -1 if propria is None else ORDEM[propria], str(conteudo.get("tipo"))


def _preenchidos(valores: Any) -> dict[str, object]:
    return {nome: valor for nome, valor in zip(valores._fields, valores, strict=True) if valor}


def _estado_de(retrato: Retrato) -> dict[str, Any]:
    """Of a document posted before states were kept."""
    return {"situacao": retrato.situacao} | ({"protocolo": retrato.protocolo} if retrato.protocolo else {})


def _unir(antes: Sequence[dict[str, Any]], depois: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Both, each once, lowest first; then by their text, so that the order of arrival leaves no trace."""
    todos = {_json.encode(dict(sorted(e.items()))): e for e in (*antes, *depois)}
    return [e for _, e in sorted(todos.items(), key=lambda par: (ORDEM[par[1]["situacao"]], par[0]))]
