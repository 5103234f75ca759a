"""What the reader returns: plain values, always within the limits of the layouts.

Money has two decimals and fits 15 digits; a text is never longer than its field in the layout; a code
that does not fit its field is empty, with an `Aviso`. Nothing is ever NaN, infinite or negative as read; only
`Item.valor_liquido` may be below zero, where a note discounts more than it sells.
"""

from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

Tipo = Literal["nfe", "nfce", "cfe_sat", "cfe_cancelamento", "evento_cancelamento", "inutilizacao", "desconhecido"]
Situacao = Literal["autorizada", "cancelada", "denegada", "contingencia", "sem_protocolo", "inutilizada"]

CodigoDeAviso = Literal[
    "CHAVE_AUSENTE",
    "CHAVE_DIVERGE",
    "CHAVE_DO_PROTOCOLO_DIVERGE",
    "CHAVE_DV_INVALIDO",
    "CODIGO_INVALIDO",
    "CSTAT_NAO_PREVISTO",
    "DATA_AUSENTE",
    "DATA_INVALIDA",
    "DATA_SEM_FUSO",
    "EVENTO_DE_OUTRA_NOTA",
    "EVENTO_NAO_TRATADO",
    "ITENS_NAO_CONFEREM",
    "MEIO_DE_PAGAMENTO_DESCONHECIDO",
    "MODELO_DESCONHECIDO",
    "PAGAMENTO_NAO_CONFERE",
    "PROTOCOLO_INVALIDO",
    "TOTAL_AUSENTE",
    "TOTAL_NAO_CONFERE",
    "VALOR_ARREDONDADO",
    "VALOR_INVALIDO",
]

ZERO = Decimal("0.00")


class XmlIlegivel(ValueError):
    """O documento não pode ser lido como XML fiscal."""


class Aviso(NamedTuple):
    """A defect that did not stop the reading: a code and a text for people, in Portuguese, with expected and actual."""

    codigo: CodigoDeAviso
    mensagem: str


class Totais(NamedTuple):
    """The note's totals. `servicos` is ISSQN's part of vNF; `total` is vNF or vCFe, IBS and CBS outside it."""

    produtos: Decimal = ZERO
    servicos: Decimal = ZERO
    desconto: Decimal = ZERO
    frete: Decimal = ZERO
    seguro: Decimal = ZERO
    outras: Decimal = ZERO
    ipi: Decimal = ZERO
    icms_st: Decimal = ZERO
    fcp_st: Decimal = ZERO
    ii: Decimal = ZERO
    ipi_devolvido: Decimal = ZERO
    icms_desonerado: Decimal = ZERO
    total: Decimal = ZERO
    ibs: Decimal = ZERO
    cbs: Decimal = ZERO
    troco: Decimal = ZERO


class Item(NamedTuple):
    """One item. `cst` is CST or CSOSN, its origem apart; `st` is vICMSST + vFCPST; `gtin` is empty for SEM GTIN.

    `valor_liquido` is the item's share of the note's total; the items' shares add up to it in a note that is right.
    """

    numero: int
    codigo: str
    gtin: str
    descricao: str
    ncm: str
    cfop: str
    cst: str
    origem: str
    unidade: str
    quantidade: Decimal
    valor_unitario: Decimal
    valor_produto: Decimal
    desconto: Decimal
    frete: Decimal
    seguro: Decimal
    outras: Decimal
    ipi: Decimal
    st: Decimal
    icms_desonerado: Decimal
    ii: Decimal
    ibs: Decimal
    cbs: Decimal
    valor_liquido: Decimal


class Pagamento(NamedTuple):
    """One means of payment. `meio_original` is SAT's own cMP where `tpag` is its equivalent; else the same code.

    `credenciadora_sat` is SAT's three-digit cAdmC, which is not a CNPJ. `valor` is what was handed over, with troco.
    """

    tpag: str
    valor: Decimal
    meio_original: str
    bandeira: str
    autorizacao: str
    cnpj_credenciadora: str
    tp_integra: str
    descricao: str
    credenciadora_sat: str


class Estado(NamedTuple):
    """A state that a document proves, by its protocol or by an event (`evento` is tpEvento, empty for the note's own).

    `em` is when the tax authority registered it. `substituta` is the key of the note that took its place (110112).
    """

    situacao: Situacao
    cstat: str = ""
    protocolo: str = ""
    em: datetime | None = None
    justificativa: str = ""
    evento: str = ""
    substituta: str = ""


class DocumentoLido(NamedTuple):
    """A fiscal document as plain values.

    `chave`: 44 capitals and digits without prefix, empty when there is none. A cancellation event carries the key of
    the note it cancels in both `chave` and `chave_cancelada`; a CF-e cancellation has a key of its own.
    `serie` of a SAT document is the equipment's serial number. An inutilização goes from `numero` to `numero_final`.
    `protocolo` and `cstat` are those of the authorisation, or of the event. `ambiente` is 1 production, 2 homologação.
    `estados` are all that the document proves, its own first; `situacao` is the one that stands.
    """

    tipo: Tipo
    versao: str = ""
    chave: str = ""
    chave_dv_ok: bool = False
    chave_cancelada: str = ""
    numero: int = 0
    numero_final: int = 0
    serie: int = 0
    modelo: str = ""
    tp_emis: str = ""
    ambiente: str = ""
    cnpj_emitente: str = ""
    nome_emitente: str = ""
    uf: str = ""
    data_emissao: datetime | None = None
    documento_destinatario: str = ""
    protocolo: str = ""
    cstat: str = ""
    data_protocolo: datetime | None = None
    justificativa: str = ""
    situacao: Situacao = "sem_protocolo"
    totais: Totais = Totais()
    itens: tuple[Item, ...] = ()
    pagamentos: tuple[Pagamento, ...] = ()
    avisos: tuple[Aviso, ...] = ()
    estados: tuple[Estado, ...] = ()
