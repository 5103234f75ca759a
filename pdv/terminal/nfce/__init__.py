"""NFC-e documents for the simulator: valid in the XSD of layout 4.00, and of no fiscal value.

`gerar_nfce` is a pure function from plain values to text. The key is right and its totals add up; the signature, the
certificate and the digest are deterministic noise in the shape that the XSD asks for, made from the key: nobody signed.
"""

from pdv.terminal.nfce.documento import NotaGerada, gerar_nfce
from pdv.terminal.nfce.evento import Cancelamento, cancelar_nfce
from pdv.terminal.nfce.nota import ItemDaNota, NotaParaGerar, PagamentoDaNota, chave_da_nota, problemas_da_nota
from pdv.terminal.nfce.transmissao import Transmissao, assinada, autorizar_nfce

__all__ = [
    "Cancelamento",
    "ItemDaNota",
    "NotaGerada",
    "NotaParaGerar",
    "PagamentoDaNota",
    "Transmissao",
    "assinada",
    "autorizar_nfce",
    "cancelar_nfce",
    "chave_da_nota",
    "gerar_nfce",
    "problemas_da_nota",
]
