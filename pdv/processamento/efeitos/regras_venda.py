"""What must be true of a venda: a flat list of rules, run in order, every problem collected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from erp.cadastros.models import EspecieFinalizador
from pdv.processamento.efeitos.datas import dia_local
from pdv.processamento.erros import Problema
from pdv.processamento.valores import Cadastro, Operacao

ZERO = Decimal(0)
PARCELAS_MAXIMO = 99
_PIX, _CREDIARIO = EspecieFinalizador.PIX.value, EspecieFinalizador.CREDIARIO.value
Regra = Callable[[Operacao, Cadastro], Iterator[Problema]]


def formatar(valor: Decimal) -> str:
    """1234.5 -> '1.234,50'."""
    return f"{valor:,.2f}".translate(str.maketrans(",.", ".,"))


def _diferenca(nome: str, achado: Decimal, esperado_nome: str, esperado: Decimal) -> str:
    falta = esperado - achado
    sobra = f"faltam {formatar(falta)}" if falta > 0 else f"sobram {formatar(-falta)}"
    return f"{nome} {formatar(achado)}, {esperado_nome} {formatar(esperado)}: {sobra}"


def itens_existem(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    if all(i.cancelado for i in operacao.itens):
        yield Problema("VENDA_SEM_ITENS", "a venda não tem itens válidos: esperado ao menos 1")


def quantidades_positivas(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    for i in operacao.itens:
        if i.quantidade <= 0 and not i.cancelado:
            yield Problema("QUANTIDADE_INVALIDA", f"item {i.item}: quantidade {i.quantidade}, esperado maior que zero")


def produtos_cadastrados(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    conhecidos = cadastro.produtos
    vendidos = (i.id_produto for i in operacao.itens if not i.cancelado)
    for codigo in dict.fromkeys(codigo for codigo in vendidos if codigo not in conhecidos):
        yield Problema("PRODUTO_NAO_CADASTRADO", f"produto {codigo} não está cadastrado", str(codigo))


def itens_fecham(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    soma = sum((i.total for i in operacao.itens if not i.cancelado), ZERO)
    if soma != operacao.total:
        yield Problema("ITENS_NAO_FECHAM", _diferenca("soma dos itens", soma, "total", operacao.total))


def total_fecha(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    liquido = operacao.produtos - operacao.desconto + operacao.acrescimo
    if liquido != operacao.total:
        nome = "produtos menos desconto mais acréscimo"
        yield Problema("TOTAL_NAO_FECHA", _diferenca(nome, liquido, "total", operacao.total))


def pagamentos_fecham(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    pago = sum((p.valor for p in operacao.pagamentos), ZERO) - operacao.troco
    if pago != operacao.total:
        yield Problema("PAGAMENTO_NAO_FECHA", _diferenca("soma dos pagamentos", pago, "total", operacao.total))


def troco_fecha(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    soma = sum((p.troco for p in operacao.pagamentos), ZERO)
    if soma != operacao.troco:
        yield Problema("TROCO_NAO_FECHA", _diferenca("troco dos pagamentos", soma, "troco da venda", operacao.troco))


def pagamentos_conhecidos(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    dia = dia_local(operacao.ocorrida_em)
    for codigo in dict.fromkeys(p.id_finalizador for p in operacao.pagamentos):
        finalizador = cadastro.finalizadores.get(codigo)
        if finalizador is None:
            yield Problema("FINALIZADOR_NAO_CADASTRADO", f"finalizador {codigo} não está cadastrado", str(codigo))
            continue
        condicao = finalizador.condicao_em(dia)
        if condicao is None:
            mensagem = f"finalizador {codigo} ({finalizador.nome}) não tem condição vigente em {dia:%d/%m/%Y}"
            yield Problema("FINALIZADOR_SEM_CONDICAO", mensagem, str(codigo))
        elif finalizador.especie == _PIX and condicao.conta_id is None:
            mensagem = f"finalizador {codigo} ({finalizador.nome}) não diz em que conta o Pix cai"
            yield Problema("FINALIZADOR_SEM_CONTA", mensagem, str(codigo))
        if finalizador.especie == _CREDIARIO and not (operacao.codigo_cliente or operacao.cpf_cnpj):
            mensagem = f"pagamento em {finalizador.nome} sem código nem CPF/CNPJ do cliente"
            yield Problema("CLIENTE_NAO_INFORMADO", mensagem)


def parcelas_validas(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    for p in operacao.pagamentos:
        if not 1 <= p.parcelas <= PARCELAS_MAXIMO:
            mensagem = f"pagamento {p.item}: {p.parcelas} parcelas, esperado de 1 a {PARCELAS_MAXIMO}"
            yield Problema("PARCELAS_INVALIDAS", mensagem)


REGRAS: tuple[Regra, ...] = (
    itens_existem,
    quantidades_positivas,
    produtos_cadastrados,
    itens_fecham,
    total_fecha,
    pagamentos_fecham,
    troco_fecha,
    pagamentos_conhecidos,
    parcelas_validas,
)


def problemas_de(operacao: Operacao, cadastro: Cadastro) -> list[Problema]:
    return [problema for regra in REGRAS for problema in regra(operacao, cadastro)]
