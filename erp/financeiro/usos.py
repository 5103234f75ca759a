"""What the money ledgers know of the registers.

Finalizador, adquirente and filial have no index here (the hot path pays for each one): the question is asked only
when somebody wants to delete one, and stops at the first row.
"""

from erp.cadastros.models import Adquirente, Conta, Filial, Finalizador
from erp.cadastros.usos import registrar_uso
from erp.financeiro.models import Lancamento, SaldoConta, Titulo


def registrar_usos() -> None:
    registrar_uso(Conta, "lançamentos de dinheiro", lambda conta: SaldoConta.objects.filter(conta=conta).exists())
    registrar_uso(Filial, "títulos", lambda filial: Titulo.objects.filter(filial=filial).exists())
    registrar_uso(Filial, "lançamentos de dinheiro", lambda filial: Lancamento.objects.filter(filial=filial).exists())
    registrar_uso(Finalizador, "títulos", lambda f: Titulo.objects.filter(finalizador=f.codigo).exists())
    registrar_uso(
        Finalizador, "lançamentos de dinheiro", lambda f: Lancamento.objects.filter(finalizador=f.codigo).exists()
    )
    registrar_uso(Adquirente, "títulos", lambda a: Titulo.objects.filter(adquirente_id=a.pk).exists())
