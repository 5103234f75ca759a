"""The difference of two operations, and one of them by name."""

from __future__ import annotations

from typing import Any

from pdv.replicacao.diferencas import como_dicionario, diferencas
from pdv.replicacao.rules import conteudo_operacao, hash_operacao
from tests.pdv.fabricas import nova_operacao, novo_finalizador, novo_item, novo_recebimento
from tests.pdv.replicacao.test_rules import OUTROS, convertida


def _diferencas(antes: dict[str, Any], depois: dict[str, Any]) -> list[dict[str, Any]]:
    return diferencas(conteudo_operacao(convertida(antes)), conteudo_operacao(convertida(depois)))


def test_diferencas_campo_a_campo() -> None:
    antes = nova_operacao(itens=[novo_item(1), novo_item(2)], finalizadores=[novo_finalizador(1)], valor_total="20.00")
    depois = nova_operacao(
        itens=[novo_item(2, valor_desconto="1.50"), novo_item(3)],
        finalizadores=[novo_finalizador(1, parcela=3)],
        valor_total="21.00",
        observacao="outra",
    )
    campos = {d["campo"]: (d["retaguarda"], d["terminal"]) for d in _diferencas(antes, depois)}
    assert campos["valor_total"] == ("20.00", "21.00")
    assert campos["observacao"] == ("", "outra")
    assert campos["itens[2].valor_desconto"] == ("0.00", "1.50")
    assert campos["finalizadores[1].parcela"] == (1, 3)
    assert campos["itens[1]"][0]["id_produto"] == 101 and campos["itens[1]"][1] is None
    assert campos["itens[3]"][0] is None and campos["itens[3]"][1]["id_produto"] == 103
    assert len(campos) == 6


def test_diferencas_nos_recebimentos() -> None:
    antes = nova_operacao(recebimentos=[novo_recebimento(1, valor="10"), novo_recebimento(2)])
    depois = nova_operacao(recebimentos=[novo_recebimento(1, valor="10", juros="0.5"), novo_recebimento(3, "1-2-3")])
    campos = {d["campo"]: (d["retaguarda"], d["terminal"]) for d in _diferencas(antes, depois)}
    assert campos.pop("recebimentos[1].juros") == ("0.00", "0.50")
    assert campos.pop("recebimentos[2]") == (novo_recebimento(2), None)
    assert campos.pop("recebimentos[3]") == (None, novo_recebimento(3, "1-2-3"))
    assert not campos


def test_conteudo_volta_inteiro_como_dicionario() -> None:
    """What is kept of a divergence can be read as if it had just arrived."""
    operacao = nova_operacao(recebimentos=[novo_recebimento(1, valor="10.00", juros="0.50", desconto="0.25")])
    conteudo = conteudo_operacao(convertida(operacao))
    dicionario = como_dicionario(conteudo)
    assert set(dicionario) == set(operacao) - {"cancelado"}
    assert dicionario["recebimentos"] == operacao["recebimentos"]
    assert conteudo_operacao(convertida(dicionario)) == conteudo


def test_igual_nao_tem_diferencas() -> None:
    assert _diferencas(nova_operacao(valor_total="1.0"), nova_operacao(valor_total="1.00")) == []


def test_ha_diferenca_se_e_so_se_o_hash_muda() -> None:
    base = conteudo_operacao(convertida(nova_operacao()))
    for campo, valor in OUTROS.items():
        outro = conteudo_operacao(convertida(nova_operacao() | {campo: valor}))
        assert [d["campo"] for d in diferencas(base, outro)] == [campo]
        assert hash_operacao(base) != hash_operacao(outro)
