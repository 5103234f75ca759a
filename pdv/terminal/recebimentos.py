"""One simulated recebimento: a customer pays instalments of crediário."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from pdv.tabelas import Especie
from pdv.terminal.meios import ZERO, Meio
from pdv.terminal.memoria import Memoria, Titulo
from pdv.terminal.models import OperacaoPdv, RecebimentoOperacaoPdv
from pdv.terminal.pagamentos import pagar
from pdv.terminal.rateio import CENTAVO
from pdv.terminal.registro import Registro
from pdv.terminal.vendas import novo_guid

ENTRE_PARCELAS = timedelta(days=30)
EM_PARTE = 0.2
COM_JUROS = 0.12  # a simulation of a few days has nobody overdue: some pay a charge all the same
COM_DESCONTO = 0.15
_MULTA, _JUROS_AO_DIA = Decimal("0.02"), Decimal("0.00033")
_MEIOS = (Meio.DINHEIRO, Meio.DINHEIRO, Meio.PIX, Meio.PIX, Meio.DEBITO, Meio.CREDITO)


def sortear_recebimento(sorteio: Random, memoria: Memoria, inicio: datetime, termino: datetime) -> Registro | None:
    """A recebimento of one to three instalments of one customer, noted in the memory; None when nobody owes."""
    if not memoria.titulos:
        return None
    escolhido = memoria.titulos[int(len(memoria.titulos) * sorteio.random() ** 2)]  # the oldest debts first
    cliente = escolhido.venda.operacao.codigo_cliente
    do_cliente = [t for t in memoria.titulos if t.venda.operacao.codigo_cliente == cliente]
    titulos = do_cliente[: sorteio.choice((1, 1, 1, 2, 3))]
    pagos = [(t, sortear_pagamento(sorteio, numero, t, inicio)) for numero, t in enumerate(titulos, 1)]
    for titulo, pago in pagos:
        memoria.recebeu(titulo, pago.valor)
    return _montar(sorteio, pagos, sorteio.choice(_MEIOS), inicio, termino)


def sortear_recebimento_de_novo(
    sorteio: Random, memoria: Memoria, inicio: datetime, termino: datetime
) -> Registro | None:
    """A title that was paid already is paid again, by Pix; None when none was."""
    if not memoria.quitados:
        return None
    titulo = memoria.quitados.popleft()
    pago = RecebimentoOperacaoPdv(item=1, parcela=titulo.parcela, valor=titulo.valor)
    return _montar(sorteio, [(titulo, pago)], Meio.PIX, inicio, termino)


def sortear_pagamento(sorteio: Random, numero: int, titulo: Titulo, quando: datetime) -> RecebimentoOperacaoPdv:
    """The title's whole, or a part of it; with juros when it is late, and sometimes with a discount when it is not."""
    valor = titulo.aberto
    if valor > 2 and sorteio.random() < EM_PARTE:
        valor = (valor * sorteio.randint(20, 80) / 100).quantize(CENTAVO)
    sorte, atraso = sorteio.random(), _dias_de_atraso(titulo, quando)
    juros = desconto = ZERO
    if atraso > 0 or sorte < COM_JUROS:
        juros = (valor * (_MULTA + _JUROS_AO_DIA * max(atraso, 0))).quantize(CENTAVO, ROUND_HALF_UP)
    elif sorte < COM_JUROS + COM_DESCONTO:
        desconto = (valor * sorteio.randint(1, 5) / 100).quantize(CENTAVO)
    return RecebimentoOperacaoPdv(item=numero, parcela=titulo.parcela, valor=valor, juros=juros, desconto=desconto)


def _dias_de_atraso(titulo: Titulo, quando: datetime) -> int:
    return (quando - titulo.venda.operacao.data_hora_inicio - ENTRE_PARCELAS * titulo.parcela).days


def _montar(
    sorteio: Random, pagos: list[tuple[Titulo, RecebimentoOperacaoPdv]], meio: Meio, inicio: datetime, termino: datetime
) -> Registro:
    recebimentos = [pago for _, pago in pagos]
    total = sum((r.valor + r.juros - r.desconto for r in recebimentos), ZERO)
    pagamento = pagar(sorteio, 1, meio, total, termino)
    de = pagos[0][0].venda.operacao
    operacao = OperacaoPdv(
        guid_operacao=novo_guid(sorteio),
        operacao=Especie.RECEBIMENTO,
        data_hora_inicio=inicio,
        data_hora_termino=termino,
        cpf_cnpj_consumidor=de.cpf_cnpj_consumidor,
        codigo_cliente=de.codigo_cliente,
        valor_total=total,
        valor_troco=pagamento.valor_troco,
    )
    documentos = [titulo.ligar(pago) for titulo, pago in pagos]
    return Registro(operacao, (), [pagamento], recebimentos=recebimentos, ligacoes=documentos)
