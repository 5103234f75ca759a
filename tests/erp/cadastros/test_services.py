from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from auditoria.models import Evento
from erp.cadastros.models import Adquirente, CondicaoFinalizador, Conta, Filial, Finalizador, PeriodoContabil, Produto
from erp.cadastros.selectors import calendario, data_contabil_aberta
from erp.cadastros.services import EmUso, excluir_com_auditoria, gravar_com_auditoria, mudar_atividade
from erp.estoque.models import Saldo
from erp.financeiro.models import SaldoConta
from tests.erp.elenco import conta, empresa, filial, pessoa, titulo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empresa(db: None) -> None:
    empresa()


def test_so_o_que_mudou_vai_para_a_auditoria() -> None:
    condicao = CondicaoFinalizador.objects.get(finalizador__codigo=3)
    condicao.taxa_percentual = Decimal("3.5")
    assert gravar_com_auditoria(condicao, usuario=pessoa("financeiro"), motivo="contrato novo")
    evento = Evento.objects.get()
    assert (evento.acao, evento.ator, evento.motivo) == (
        "cadastros.condicaofinalizador_alterada",
        "caio",
        "contrato novo",
    )
    assert (evento.antes, evento.depois) == ({"taxa_percentual": "2.9900"}, {"taxa_percentual": "3.5"})


def test_gravar_sem_mudar_nao_gera_evento() -> None:
    assert not gravar_com_auditoria(filial(), usuario=pessoa("TI"))
    assert not Evento.objects.exists()


def test_incluir_registra_tudo() -> None:
    nova = Filial(codigo=9, nome="Nova", uf="SP")
    assert gravar_com_auditoria(nova, usuario=pessoa("TI"))
    evento = Evento.objects.get()
    assert (evento.acao, evento.objeto_id, evento.antes, evento.depois["nome"]) == (
        "cadastros.filial_criada", str(nova.pk), None, "Nova",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tabela", "filtro", "uso"),
    [
        (Produto, {"codigo": 1}, "movimentos de estoque"),
        (Conta, {"codigo": "COFRE-1"}, "lançamentos de dinheiro"),
        (Finalizador, {"codigo": 5}, "títulos"),
        (Filial, {"codigo": 1}, "títulos"),
        (Adquirente, {"nome": "Adquirente exemplo"}, "condições do finalizador"),
    ],
)
def test_o_que_um_razao_conhece_nao_se_exclui(tabela: Any, filtro: dict[str, object], uso: str) -> None:
    _usar_tudo()
    objeto = tabela.objects.get(**filtro)
    with pytest.raises(EmUso, match=f"não pode ser excluído: já tem .*{uso}"):
        excluir_com_auditoria(objeto, usuario=pessoa("TI"))
    assert tabela.objects.filter(**filtro).exists()


def test_o_que_ninguem_usou_se_exclui_e_fica_na_auditoria() -> None:
    produto = Produto.objects.get(codigo=5)
    chave = produto.pk
    excluir_com_auditoria(produto, usuario=pessoa("gerente"))
    assert not Produto.objects.filter(codigo=5).exists()
    evento = Evento.objects.get()
    assert (evento.acao, evento.objeto_id, evento.antes["descricao"]) == (
        "cadastros.produto_excluido", str(chave), "Café torrado nº 5",
    )  # fmt: skip


def test_inativar_muda_so_os_ativos() -> None:
    Produto.objects.filter(codigo=2).update(ativo=False)
    mudados = mudar_atividade(
        Produto.objects.filter(codigo__lte=3), campo="ativo", valor=False, usuario=pessoa("gerente")
    )
    assert (mudados, Produto.objects.filter(ativo=True).count(), Evento.objects.count()) == (2, 2, 2)


def test_data_contabil_pula_o_periodo_fechado_e_nao_o_reaberto() -> None:
    PeriodoContabil.objects.create(inicio=date(2026, 1, 1), fim=date(2026, 1, 31))
    PeriodoContabil.objects.create(inicio=date(2026, 2, 1), fim=date(2026, 2, 28), fechado=False)
    assert data_contabil_aberta(date(2026, 1, 10)) == calendario()(date(2026, 1, 10)) == date(2026, 2, 1)
    assert data_contabil_aberta(date(2026, 2, 10)) == date(2026, 2, 10)


def _usar_tudo() -> None:
    Saldo.objects.create(filial=filial(), produto=Produto.objects.get(codigo=1))
    SaldoConta.objects.create(conta=conta())
    titulo("10")
