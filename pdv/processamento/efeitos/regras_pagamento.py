"""What must be true of the payments of an operation, whatever it is paid for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from erp.cadastros.models import EspecieFinalizador
from pdv.processamento.efeitos.datas import dia_local
from pdv.processamento.efeitos.valores import Cadastro, Operacao
from pdv.processamento.erros import Problema

ZERO = Decimal(0)
PARCELAS_MAXIMO = 99
_PIX, _CREDIARIO = EspecieFinalizador.PIX.value, EspecieFinalizador.CREDIARIO.value
Regra = Callable[[Operacao, Cadastro], Iterator[Problema]]


def formatar(valor: Decimal) -> str:
    """1234.5 -> '1.234,50'."""
    return f"{valor:,.2f}".translate(str.maketrans(",.", ".,"))


def diferenca(nome: str, achado: Decimal, esperado_nome: str, esperado: Decimal) -> str:
    falta = esperado - achado
    sobra = f"faltam {formatar(falta)}" if falta > 0 else f"sobram {formatar(-falta)}"
    return f"{nome} {formatar(achado)}, {esperado_nome} {formatar(esperado)}: {sobra}"


def pagamentos_fecham(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    pago = sum((p.valor for p in operacao.pagamentos), ZERO) - operacao.troco
    if pago != operacao.total:
        yield Problema("PAGAMENTO_NAO_FECHA", diferenca("soma dos pagamentos", pago, "total", operacao.total))


def troco_fecha(operacao: Operacao, cadastro: Cadastro) -> Iterator[Problema]:
    soma = sum((p.troco for p in operacao.pagamentos), ZERO)
    if soma != operacao.troco:
        yield Problema("TROCO_NAO_FECHA", diferenca("troco dos pagamentos", soma, "troco da operação", operacao.troco))


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


DE_PAGAMENTO: tuple[Regra, ...] = (pagamentos_fecham, troco_fecha, pagamentos_conhecidos, parcelas_validas)
