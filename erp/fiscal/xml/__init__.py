"""The tolerant reader of fiscal documents: NF-e and NFC-e 3.10 and 4.00, CF-e SAT, cancellations, inutilização.

It turns XML into plain values. What it cannot make sense of becomes an `Aviso`; only what cannot be read at all
raises `XmlIlegivel`, and nothing else is ever raised, whatever the bytes. It knows nothing of Django and of our tables.
"""

from erp.fiscal.xml.documento import Aviso, DocumentoLido, Estado, Item, Pagamento, Totais, XmlIlegivel
from erp.fiscal.xml.leitura import TAMANHO_MAXIMO, ler_documento

__all__ = [
    "TAMANHO_MAXIMO",
    "Aviso",
    "DocumentoLido",
    "Estado",
    "Item",
    "Pagamento",
    "Totais",
    "XmlIlegivel",
    "ler_documento",
]
