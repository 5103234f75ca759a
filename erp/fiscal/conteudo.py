"""The stored content of a document, as tables that a person reads."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from erp.cadastros.formatos import texto_numero
from erp.cadastros.referencia import bandeiras, meios_pagamento
from erp.fiscal.models import DocumentoFiscal

_TOTAIS = {
    "produtos": "Produtos", "servicos": "Serviços", "desconto": "Desconto", "frete": "Frete", "seguro": "Seguro",
    "outras": "Outras despesas", "ipi": "IPI", "icms_st": "ICMS ST", "fcp_st": "FCP ST", "ii": "Imposto de importação",
    "ipi_devolvido": "IPI devolvido", "icms_desonerado": "ICMS desonerado", "total": "Total", "ibs": "IBS", "cbs": "CBS",
    "troco": "Troco",
}  # fmt: skip


_EVENTOS = {
    "110111": "evento de cancelamento", "110112": "evento de cancelamento por substituição", "CFeCanc": "CF-e de cancelamento",
    "PDV": "só pela palavra do PDV", "EMISSOR": "só pela palavra do emissor",
}  # fmt: skip
_SITUACOES: dict[str, str] = {s.value: str(s.label) for s in DocumentoFiscal.Situacao}


class LinhaItem(NamedTuple):
    numero: str
    codigo: str
    descricao: str
    ncm: str
    cfop: str
    cst: str
    quantidade: str
    unitario: str
    desconto: str
    total: str


class LinhaPagamento(NamedTuple):
    meio: str
    detalhe: str
    valor: str


class LinhaEstado(NamedTuple):
    """A state that a note went through, as the tax authority registered it."""

    situacao: str
    titulo: str
    em: datetime | None
    protocolo: str
    justificativa: str
    detalhe: str


class Conteudo(NamedTuple):
    totais: list[tuple[str, str]]
    itens: list[LinhaItem]
    pagamentos: list[LinhaPagamento]


def ler_conteudo(conteudo: Mapping[str, Any]) -> Conteudo:
    """Whatever is there: what is missing or strange shows as it is, never as an error."""
    totais = conteudo.get("totais") or {}
    return Conteudo(
        [(rotulo, _numero(totais[nome], 2, 2)) for nome, rotulo in _TOTAIS.items() if nome in totais],
        [_item(item) for item in conteudo.get("itens") or []],
        [_pagamento(pagamento) for pagamento in conteudo.get("pagamentos") or []],
    )


def ler_estados(conteudo: Mapping[str, Any]) -> list[LinhaEstado]:
    """The states known of a document, in the order of their moments where all have one, else as they stand."""
    linhas = [_estado(estado) for estado in conteudo.get("estados") or []]
    momentos = [linha.em for linha in linhas if linha.em is not None]
    return sorted(linhas, key=lambda linha: linha.em or min(momentos)) if len(momentos) == len(linhas) else linhas


def _estado(estado: Mapping[str, Any]) -> LinhaEstado:
    def texto(nome: str) -> str:
        return str(estado.get(nome) or "")

    situacao, evento = texto("situacao"), texto("evento")
    detalhes = [
        _EVENTOS.get(evento, f"evento {evento}" if evento else ""),
        f"cStat {texto('cstat')}" if texto("cstat") else "",
        f"substituída pela nota {texto('substituta')}" if texto("substituta") else "",
    ]
    titulo = _SITUACOES.get(situacao, situacao or "–")
    detalhe = ", ".join(filter(None, detalhes))
    return LinhaEstado(situacao, titulo, _instante(texto("em")), texto("protocolo"), texto("justificativa"), detalhe)


def _instante(texto: str) -> datetime | None:
    try:
        momento = datetime.fromisoformat(texto)
    except ValueError:
        return None
    return momento if momento.tzinfo is not None else None


def _item(item: Mapping[str, Any]) -> LinhaItem:
    def texto(nome: str) -> str:
        return str(item.get(nome) or "")

    return LinhaItem(
        texto("numero"),
        texto("codigo"),
        texto("descricao"),
        texto("ncm"),
        texto("cfop"),
        texto("cst"),
        f"{_numero(item.get('quantidade'), 4)} {texto('unidade')}".strip(),
        _numero(item.get("valor_unitario"), 10, 2),
        _numero(item.get("desconto"), 2, 2),
        _numero(item.get("valor_liquido"), 2, 2),
    )


def _pagamento(pagamento: Mapping[str, Any]) -> LinhaPagamento:
    tpag = str(pagamento.get("tpag") or "")
    meio = meios_pagamento().get(tpag)
    bandeira = str(pagamento.get("bandeira") or "")
    detalhes = [
        str(pagamento.get("descricao") or ""),
        bandeiras().get(bandeira, bandeira),
        f"autorização {pagamento['autorizacao']}" if pagamento.get("autorizacao") else "",
    ]
    rotulo = f"{tpag} – {meio.descricao}" if meio else tpag or "não informado"
    return LinhaPagamento(rotulo, ", ".join(filter(None, detalhes)), _numero(pagamento.get("valor"), 2, 2))


def _numero(valor: Any, casas: int, minimo: int = 0) -> str:
    if valor is None:
        return "–"
    try:
        return texto_numero(Decimal(str(valor)), casas, minimo)
    except (InvalidOperation, ValueError):
        return str(valor)
