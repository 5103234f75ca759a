"""What the stock ledger knows of the registers."""

from erp.cadastros.models import Filial, Produto
from erp.cadastros.usos import registrar_uso
from erp.estoque.models import DocumentoEstoque, Saldo


def registrar_usos() -> None:
    # whatever has an entry has a balance, and balances are few
    registrar_uso(Produto, "movimentos de estoque", lambda produto: Saldo.objects.filter(produto=produto).exists())
    registrar_uso(Filial, "movimentos de estoque", lambda filial: Saldo.objects.filter(filial=filial).exists())
    registrar_uso(Filial, "entradas de estoque", lambda filial: DocumentoEstoque.objects.filter(filial=filial).exists())
