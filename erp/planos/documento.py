"""The contract on paper, as plain values: who, what, how much, under which conditions. Pure.

Nothing of the moment is in it (state, debts, phones): the same contract says the same until it is changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from erp.assinaturas.pdf.conteudo import Campos, Clausulas, Conteudo, Tabela


class Parte(NamedTuple):
    """The titular, as a contract names them: everything already written as people read it."""

    nome: str
    documento: str
    rg: str
    nascimento: date | None
    endereco: str


class Coberto(NamedTuple):
    """A dependant who is in the contract now."""

    nome: str
    parentesco: str
    nascimento: date
    cpf: str
    carencia_ate: date


class Condicoes(NamedTuple):
    """The contract's own parameters."""

    valor_mensal: Decimal
    dia_vencimento: int
    inicio: date
    carencia_ate: date
    carencia_dias: int
    carencia_reativacao_dias: int
    dias_para_suspender: int
    meses_para_cancelar: int
    avisos_exigidos: int
    dias_entre_avisos: int
    dependentes_maximo: int


def conteudo_do_contrato(
    *, empresa: str, loja: str, numero: int, plano: str, cobre: str, titular: Parte, cobertos: Iterable[Coberto],
    condicoes: Condicoes,
) -> Conteudo:  # fmt: skip
    """The whole contract. `loja` is the filial with its CNPJ; `cobre` is what the plan says that it covers."""
    c = condicoes
    blocos: list[Campos | Tabela | Clausulas] = [
        Campos("As partes", (("Contratada", empresa), ("Loja", loja), *_do_titular(titular))),
        Campos(
            "O plano",
            (
                ("Plano", plano), ("Mensalidade", _reais(c.valor_mensal)), ("Vencimento", f"todo dia {c.dia_vencimento}"),
                ("Início", _dia(c.inicio)), ("Carência do titular", f"até {_dia(c.carencia_ate)}"),
                *([("O que cobre", cobre)] if cobre.strip() else []),
            ),
        ),
        Tabela(
            "Dependentes", ("Nome", "Parentesco", "Nascimento", "CPF", "Carência até"),
            tuple(
                (d.nome, d.parentesco, _dia(d.nascimento), d.cpf or "–", _dia(d.carencia_ate)) for d in cobertos
            ),
            (34, 20, 15, 19, 15), "Só o titular: nenhum dependente.",
        ),
        Clausulas("Condições", _condicoes(c)),
    ]  # fmt: skip
    return Conteudo(empresa, f"Contrato de plano nº {numero}", c.inicio, tuple(blocos), (titular.nome,))


def _do_titular(titular: Parte) -> tuple[tuple[str, str], ...]:
    nascimento = _dia(titular.nascimento) if titular.nascimento else ""
    campos = [
        ("Titular", titular.nome), ("CPF ou CNPJ", titular.documento), ("RG ou inscrição", titular.rg),
        ("Nascimento", nascimento), ("Endereço", titular.endereco),
    ]  # fmt: skip
    return tuple((nome, valor) for nome, valor in campos if valor)


def _condicoes(c: Condicoes) -> tuple[str, ...]:
    avisos = (
        "1 aviso entregue e provado" if c.avisos_exigidos == 1 else f"{c.avisos_exigidos} avisos entregues e provados"
    )
    return (
        f"A mensalidade de {_reais(c.valor_mensal)} vence todo dia {c.dia_vencimento}; num mês mais curto, no último dia dele.",
        f"O plano pode ser usado depois da carência de {_dias(c.carencia_dias)}, contada do início do contrato ou da entrada "
        "do dependente.",
        f"Com mais de {_dias(c.dias_para_suspender)} de atraso o plano é suspenso: deixa de cobrir o titular e os dependentes, e "
        "o que já venceu continua devido.",
        "O plano suspenso volta com o vencido pago, ou combinado até uma data, e com nova carência de "
        f"{_dias(c.carencia_reativacao_dias)}.",
        f"Com mais de {_meses(c.meses_para_cancelar)} de atraso, e depois de {avisos}, com {_dias(c.dias_entre_avisos)} entre "
        "um e outro e depois do último, o contrato pode ser cancelado.",
        "O titular pode cancelar a qualquer tempo: o que já venceu continua devido, o que ainda não venceu deixa de ser cobrado.",
        f"O contrato aceita até {c.dependentes_maximo} dependentes. Quem entra depois cumpre a sua própria carência.",
    )


def _dia(dia: date) -> str:
    return f"{dia:%d/%m/%Y}"


def _dias(n: int) -> str:
    return "1 dia" if n == 1 else f"{n} dias"


def _meses(n: int) -> str:
    return "1 mês" if n == 1 else f"{n} meses"


def _reais(valor: Decimal) -> str:
    inteiro, _, centavos = f"{valor:.2f}".partition(".")
    return f"R$ {int(inteiro):,}".replace(",", ".") + f",{centavos}"
