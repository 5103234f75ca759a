"""What the generator is given, and what a note must be to exist."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

from erp.fiscal.chave import chave_dv
from pdv.terminal.nfce.cidades import CAPITAIS

CENTAVO = Decimal("0.01")
ZERO = Decimal("0.00")
MAXIMO_DE_ITENS = 990
MAXIMO_DE_PAGAMENTOS = 100
SEM_PAGAMENTO = "90"
OUTROS = "99"
CARTOES = frozenset({"03", "04"})
CSTS = ("102", "103", "300", "400", "500", "00", "40", "41", "50", "60")

BRASILIA = timezone(timedelta(hours=-3))
_FUSOS_DO_BRASIL = tuple(timedelta(hours=-horas) for horas in (2, 3, 4, 5))

_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}").fullmatch
_NCM = re.compile(r"[0-9]{2}|[0-9]{8}").fullmatch
_CFOP = re.compile(r"[1-7][0-9]{3}").fullmatch
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}").fullmatch
_CPF = re.compile(r"[0-9]{11}").fullmatch
_IE = re.compile(r"[0-9]{2,14}|ISENTO").fullmatch
_DOIS = re.compile(r"[0-9]{2}").fullmatch
_CNF = re.compile(r"[0-9]{8}").fullmatch
_PROTOCOLO = re.compile(r"[0-9]{15}|[0-9]{17}").fullmatch


@dataclass(frozen=True, slots=True)
class ItemDaNota:
    """One item. `cst` is a CSOSN (102, 103, 300, 400, 500) or a CST (00, 40, 41, 50, 60); a note has only one sort.

    `desconto` and `acrescimo` are of the item, in money, the shares of what was given on the whole sale included.
    """

    codigo: str
    descricao: str
    quantidade: Decimal
    valor_unitario: Decimal
    gtin: str = ""
    ncm: str = "21069090"
    cfop: str = "5102"
    cst: str = "102"
    origem: str = "0"
    unidade: str = "UN"
    desconto: Decimal = ZERO
    acrescimo: Decimal = ZERO

    @property
    def bruto(self) -> Decimal:
        """vProd: quantity times unit value, the half cent up."""
        return (self.quantidade * self.valor_unitario).quantize(CENTAVO, ROUND_HALF_UP)

    @property
    def liquido(self) -> Decimal:
        """The item's share of vNF."""
        return self.bruto - self.desconto + self.acrescimo


@dataclass(frozen=True, slots=True)
class PagamentoDaNota:
    """One payment, troco included in `valor`. `descricao` is asked for by tPag 99; `tp_integra` 1 TEF, 2 POS."""

    tpag: str
    valor: Decimal
    tp_integra: str = ""
    bandeira: str = ""
    autorizacao: str = ""
    cnpj_credenciadora: str = ""
    descricao: str = ""
    a_prazo: bool = False


@dataclass(frozen=True, slots=True)
class NotaParaGerar:
    """A sale as its NFC-e needs it. `uf` is IBGE's code (`35`); `data_emissao` is aware.

    `tp_emis` 9 is contingency: it carries dhCont and `justificativa`. `protocolo` (15 or 17 digits) makes a `nfeProc`,
    authorised with cStat 100, or 150 after contingency; without one the result is a bare `NFe`.
    `cnf` (8 digits) is the key's random part; the tax authority refuses one equal to the number.
    """

    uf: str
    cnpj: str
    razao_social: str
    serie: int
    numero: int
    data_emissao: datetime
    itens: tuple[ItemDaNota, ...]
    pagamentos: tuple[PagamentoDaNota, ...]
    cnf: str
    troco: Decimal = ZERO
    tp_emis: str = "1"
    protocolo: str | None = None
    consumidor: str = ""
    inscricao_estadual: str = "111111111111"
    justificativa: str = "SEM COMUNICACAO COM A SEFAZ"
    ibscbs: bool = False

    @property
    def total(self) -> Decimal:
        """vNF."""
        return sum((item.liquido for item in self.itens), ZERO)


def chave_da_nota(nota: NotaParaGerar) -> str:
    """The 44 characters of the note's key. Raises ValueError when a part does not fit its place."""
    raiz = (
        f"{nota.uf}{momento_da_emissao(nota):%y%m}{nota.cnpj}65"
        f"{nota.serie:03d}{nota.numero:09d}{nota.tp_emis}{nota.cnf}"
    )
    return raiz + chave_dv(raiz)


def problemas_da_nota(nota: NotaParaGerar) -> list[str]:
    """Why the note could not exist, in Portuguese: every reason, or an empty list."""
    problemas: list[str] = []
    if nota.uf not in CAPITAIS:
        problemas.append(f"UF esperada pelo código do IBGE, veio {nota.uf!r}")
    if nota.data_emissao.tzinfo is None:
        problemas.append("a data de emissão não diz o fuso")
    if nota.tp_emis not in ("1", "9"):
        problemas.append(f"tpEmis esperado 1 ou 9, veio {nota.tp_emis!r}")
    if not _CNPJ(nota.cnpj):
        problemas.append(f"CNPJ esperado com 14 posições, letras maiúsculas, veio {nota.cnpj!r}")
    if not _CNF(nota.cnf):
        problemas.append(f"cNF esperado com 8 algarismos, veio {nota.cnf!r}")
    if not (0 <= nota.serie <= 969 and 1 <= nota.numero <= 999_999_999):
        problemas.append(f"série esperada de 0 a 969 e número de 1 a 999999999, vieram {nota.serie} e {nota.numero}")
    if nota.consumidor and not (_CPF(nota.consumidor) or _CNPJ(nota.consumidor)):
        problemas.append(f"consumidor esperado com CPF ou CNPJ, sem pontuação, veio {nota.consumidor!r}")
    if not _IE(nota.inscricao_estadual):
        problemas.append(f"inscrição estadual esperada só com algarismos, veio {nota.inscricao_estadual!r}")
    if nota.protocolo is not None and not _PROTOCOLO(nota.protocolo):
        problemas.append(f"protocolo esperado com 15 ou 17 algarismos, veio {nota.protocolo!r}")
    return problemas + _problemas_dos_itens(nota) + _problemas_dos_pagamentos(nota)


def _problemas_dos_itens(nota: NotaParaGerar) -> list[str]:
    if not 1 <= len(nota.itens) <= MAXIMO_DE_ITENS:
        return [f"esperados de 1 a {MAXIMO_DE_ITENS} itens, vieram {len(nota.itens)}"]
    problemas = []
    for ordem, item in enumerate(nota.itens, 1):
        if item.quantidade <= 0 or min(item.valor_unitario, item.desconto, item.acrescimo, item.liquido) < 0:
            problemas.append(f"item {ordem}: quantidade deve ser positiva, valores e total não podem ser negativos")
        if not (_tem_casas(item.quantidade, 4) and _tem_casas(item.desconto, 2) and _tem_casas(item.acrescimo, 2)):
            problemas.append(f"item {ordem}: quantidade vai até 4 casas, desconto e acréscimo até 2")
        if item.cst not in CSTS:
            problemas.append(f"item {ordem}: CST ou CSOSN esperado entre {', '.join(CSTS)}, veio {item.cst!r}")
        if item.gtin and not _GTIN(item.gtin):
            problemas.append(f"item {ordem}: GTIN esperado com 8 ou de 12 a 14 algarismos, veio {item.gtin!r}")
        if not (_NCM(item.ncm) and _CFOP(item.cfop)):
            problemas.append(f"item {ordem}: NCM de 8 e CFOP de 4 algarismos, vieram {item.ncm!r} e {item.cfop!r}")
    if len({len(item.cst) for item in nota.itens}) > 1:
        problemas.append("a nota mistura CST e CSOSN")
    return problemas


def _problemas_dos_pagamentos(nota: NotaParaGerar) -> list[str]:
    if not 1 <= len(nota.pagamentos) <= MAXIMO_DE_PAGAMENTOS:
        return [f"esperados de 1 a {MAXIMO_DE_PAGAMENTOS} pagamentos, vieram {len(nota.pagamentos)}"]
    problemas = []
    for ordem, pagamento in enumerate(nota.pagamentos, 1):
        if pagamento.valor < 0 or not _tem_casas(pagamento.valor, 2):
            problemas.append(f"pagamento {ordem}: valor positivo com até 2 casas, veio {pagamento.valor}")
        if not _DOIS(pagamento.tpag) or (pagamento.bandeira and not _DOIS(pagamento.bandeira)):
            problemas.append(
                f"pagamento {ordem}: tPag e bandeira têm 2 algarismos: {pagamento.tpag!r}, {pagamento.bandeira!r}"
            )
        if pagamento.tpag == OUTROS and len(pagamento.descricao.strip()) < 2:
            problemas.append(f"pagamento {ordem}: tPag 99 pede a descrição")
        if pagamento.cnpj_credenciadora and not _CNPJ(pagamento.cnpj_credenciadora):
            problemas.append(f"pagamento {ordem}: CNPJ da credenciadora inválido: {pagamento.cnpj_credenciadora!r}")
        if pagamento.tpag in CARTOES and pagamento.tp_integra not in ("1", "2"):
            problemas.append(f"pagamento {ordem}: cartão pede tpIntegra 1 ou 2, veio {pagamento.tp_integra!r}")
    if any(p.tpag == SEM_PAGAMENTO for p in nota.pagamentos):
        if len(nota.pagamentos) > 1 or nota.pagamentos[0].valor != 0:
            problemas.append("tPag 90 vem só e com valor zero")
        return problemas
    pago = sum((p.valor for p in nota.pagamentos), ZERO) - nota.troco
    if pago != nota.total:
        problemas.append(f"pagamentos menos o troco {pago}, total {nota.total}: diferença {nota.total - pago}")
    return problemas


def _tem_casas(valor: Decimal, casas: int) -> bool:
    return valor == round(valor, casas)


def momento_da_emissao(nota: NotaParaGerar) -> datetime:
    return momento_no_brasil(nota.data_emissao)


def momento_no_brasil(momento: datetime) -> datetime:
    """In the offset it came with, when it is one of Brazil's; else in Brasília's."""
    return momento if momento.utcoffset() in _FUSOS_DO_BRASIL else momento.astimezone(BRASILIA)
