from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from auditoria.models import Evento
from erp.cadastros.models import Conta, PeriodoContabil
from erp.financeiro.baixas import PedidoBaixa
from erp.financeiro.erros import BaixaRecusada
from erp.financeiro.models import Baixa, Lancamento, SaldoConta, Titulo
from erp.financeiro.selectors import SituacaoTitulo, abertos_de, com_aberto, extrato, na_situacao
from erp.financeiro.services import baixar_titulo, baixar_titulos, desfazer_baixa, desfazer_baixas
from tests.erp.elenco import agora, conta, empresa, estornar_titulo, hoje, pessoa, titulo
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Any:
    empresa()
    yield
    verificar_tudo()


def baixar(alvo: Titulo, valor: str, juros: str = "0", desconto: str = "0", **campos: Any) -> Baixa:
    return baixar_titulo(
        **{
            "titulo_id": alvo.pk, "valor": D(valor), "juros": D(juros), "desconto": D(desconto), "conta_id": conta().pk,
            "ocorrido_em": agora(), "motivo": "pago no balcão", "usuario": pessoa("financeiro"), "chave": uuid.uuid4(),
        }
        | campos
    )  # fmt: skip


def desfazer(baixa: Baixa, chave: uuid.UUID | None = None) -> Baixa:
    return desfazer_baixa(
        baixa_id=baixa.pk, motivo="lançada errada", usuario=pessoa("financeiro"), chave=chave or uuid.uuid4()
    )


def saldo(codigo: str = "COFRE-1") -> Decimal:
    return SaldoConta.objects.get(conta__codigo=codigo).valor


def situacao(alvo: Titulo) -> tuple[str, Decimal]:
    achado = com_aberto(Titulo.objects.filter(pk=alvo.pk)).get()
    return achado.situacao, achado.aberto


@pytest.mark.parametrize(
    ("sentido", "valor", "juros", "desconto", "dinheiro", "depois"),
    [
        ("R", "100", "0", "0", "100", (SituacaoTitulo.BAIXADO, D(0))),
        ("R", "40", "0", "0", "40", (SituacaoTitulo.PARCIAL, D(60))),
        ("R", "100", "2.50", "0", "102.50", (SituacaoTitulo.BAIXADO, D(0))),
        ("R", "100", "0", "10", "90", (SituacaoTitulo.BAIXADO, D(0))),
        ("R", "100", "1", "3.01", "97.99", (SituacaoTitulo.BAIXADO, D(0))),
        ("P", "100", "0", "0", "-100", (SituacaoTitulo.BAIXADO, D(0))),
        ("P", "50", "5", "0", "-55", (SituacaoTitulo.PARCIAL, D(50))),
    ],
)
def test_baixa_abate_o_titulo_e_move_valor_mais_juros_menos_desconto(
    sentido: str, valor: str, juros: str, desconto: str, dinheiro: str, depois: tuple[str, Decimal]
) -> None:
    alvo = titulo("100", sentido)
    baixa = baixar(alvo, valor, juros, desconto)
    assert Lancamento.objects.get(origem=2, origem_id=baixa.pk).valor == saldo() == D(dinheiro)
    assert situacao(alvo) == depois


def test_titulo_perdoado_por_inteiro_nao_move_dinheiro() -> None:
    alvo = titulo("100")
    baixar(alvo, "100", desconto="100")
    assert not Lancamento.objects.exists()
    assert situacao(alvo) == (SituacaoTitulo.BAIXADO, D(0))


@pytest.mark.parametrize(
    ("campos", "mensagem"),
    [
        ({"valor": D("100.01")}, "valor 100,01, em aberto 100,00: passa 0,01"),
        ({"valor": D(0)}, "o valor é zero"),
        ({"valor": D(-1)}, "valor -1,00: não pode ser negativo"),
        ({"juros": D("-0.01")}, "juros -0,01: não pode ser negativo"),
        ({"desconto": D("10.001")}, "desconto 10,00: não é um valor em reais e centavos"),
        ({"valor": D("NaN")}, "valor NaN: não é um valor em reais e centavos"),
        ({"desconto": D("100.01")}, "o desconto 100,01 passa do valor com juros"),
        ({"ocorrido_em": timezone.now() + timedelta(days=1)}, "a data é no futuro"),
        ({"ocorrido_em": timezone.now() - timedelta(days=30)}, "a data é anterior à emissão do título"),
        ({"motivo": "  "}, "diga o motivo"),
        ({"conta_id": 10**9}, "a conta não existe ou está inativa"),
        ({"titulo_id": 10**9}, "o título 1000000000 não existe"),
    ],
)
def test_baixa_impossivel_e_recusada_e_diz_por_que(campos: dict[str, Any], mensagem: str) -> None:
    alvo = titulo("100")
    with pytest.raises(BaixaRecusada) as erro:
        baixar(alvo, **({"valor": "100"} | campos))
    assert mensagem in str(erro.value)
    assert not Baixa.objects.exists()
    assert not Lancamento.objects.exists()


def test_conta_inativa_nao_recebe_baixa() -> None:
    Conta.objects.filter(codigo="COFRE-1").update(ativa=False)
    with pytest.raises(BaixaRecusada, match="inativa"):
        baixar(titulo(), "100")


def test_titulo_baixado_por_inteiro_nao_se_baixa_de_novo() -> None:
    alvo = titulo("100")
    baixar(alvo, "60")
    baixar(alvo, "40")
    with pytest.raises(BaixaRecusada, match="não tem nada em aberto"):
        baixar(alvo, "0.01")


def test_titulo_estornado_nao_se_baixa() -> None:
    alvo = titulo("100")
    estornar_titulo(alvo)
    assert situacao(alvo) == (SituacaoTitulo.ESTORNADO, D(0))
    with pytest.raises(BaixaRecusada, match="não tem nada em aberto"):
        baixar(alvo, "100")
    inverso = Titulo.objects.get(estorno_de=alvo.pk)
    with pytest.raises(BaixaRecusada, match="é o estorno de outro"):
        baixar(inverso, "100")


def test_desfazer_reabre_o_titulo_e_devolve_o_dinheiro() -> None:
    alvo = titulo("100")
    baixa = baixar(alvo, "100", "5", "1")
    inversa = desfazer(baixa)
    assert (inversa.valor, inversa.juros, inversa.desconto) == (D(-100), D(-5), D(-1))
    assert situacao(alvo) == (SituacaoTitulo.ABERTO, D(100))
    assert saldo() == D(0)
    original, inverso = Lancamento.objects.order_by("pk")
    assert inverso.estorno_de == original.pk
    baixar(alvo, "100")
    assert situacao(alvo) == (SituacaoTitulo.BAIXADO, D(0))


def test_desfazer_duas_vezes_ou_desfazer_o_desfeito_e_recusado() -> None:
    baixa = baixar(titulo("100"), "100")
    inversa = desfazer(baixa)
    with pytest.raises(BaixaRecusada, match=f"a baixa {baixa.pk} já foi desfeita por caio em"):
        desfazer(baixa)
    with pytest.raises(BaixaRecusada, match="é o desfazer da baixa"):
        desfazer(inversa)
    with pytest.raises(BaixaRecusada, match="não existe a baixa 1000000000"):
        desfazer_baixa(baixa_id=10**9, motivo="engano", usuario=pessoa("financeiro"), chave=uuid.uuid4())
    assert saldo() == D(0)


def test_mesma_chave_baixa_e_desfaz_uma_vez_so() -> None:
    alvo, chave = titulo("100"), uuid.uuid4()
    primeira, segunda = baixar(alvo, "40", chave=chave), baixar(alvo, "40", chave=chave)
    assert (primeira.pk, situacao(alvo)[1]) == (segunda.pk, D(60))
    chave = uuid.uuid4()
    assert desfazer(primeira, chave).pk == desfazer(primeira, chave).pk
    assert situacao(alvo)[1] == D(100)


def test_mesma_chave_com_outros_valores_e_recusada() -> None:
    alvo, chave = titulo("100"), uuid.uuid4()
    baixar(alvo, "40", chave=chave)
    with pytest.raises(BaixaRecusada, match="já foi usado, com outros valores"):
        baixar(alvo, "41", chave=chave)
    outra = baixar(titulo("10"), "10")
    with pytest.raises(BaixaRecusada, match="já foi usado; abra outro"):
        desfazer(outra, chave)
    assert situacao(alvo)[1] == D(60)


def pedido(alvo: Titulo, valor: str) -> PedidoBaixa:
    return PedidoBaixa(alvo.pk, D(valor), D(0), D(0), uuid.uuid4())


def test_muitos_titulos_sao_baixados_todos_ou_nenhum() -> None:
    a_receber, a_pagar, pequeno = titulo("100"), titulo("3", "P"), titulo("1")
    ato = {
        "conta_id": conta().pk, "ocorrido_em": agora(), "motivo": "depósito", "usuario": pessoa("financeiro"),
    }  # fmt: skip
    with pytest.raises(BaixaRecusada) as erro:
        baixar_titulos(pedidos=[pedido(a_receber, "101"), pedido(a_pagar, "3"), pedido(pequeno, "2")], **ato)
    assert "passa 1,00" in str(erro.value) and str(pequeno) in str(erro.value)
    assert not Baixa.objects.exists()
    baixar_titulos(pedidos=[pedido(a_receber, "100"), pedido(a_pagar, "3")], **ato)
    assert saldo() == D(97)
    with pytest.raises(BaixaRecusada, match="duas vezes"):
        baixar_titulos(pedidos=[pedido(pequeno, "1"), pedido(pequeno, "1")], **ato)


def test_desfazer_varias_e_tudo_ou_nada() -> None:
    uma, outra = baixar(titulo("10"), "10"), baixar(titulo("20"), "20", conta_id=conta("BANCO-1").pk)
    desfazer(uma)
    with pytest.raises(BaixaRecusada, match="já foi desfeita"):
        desfazer_baixas(
            chaves={uma.pk: uuid.uuid4(), outra.pk: uuid.uuid4()}, motivo="lote errado", usuario=pessoa("financeiro")
        )
    assert saldo("BANCO-1") == D(20)


def test_dia_fechado_vai_para_o_primeiro_dia_aberto() -> None:
    PeriodoContabil.objects.create(inicio=hoje() - timedelta(days=10), fim=hoje() - timedelta(days=1))
    baixa = baixar(titulo("10"), "10", ocorrido_em=agora() - timedelta(days=1))
    assert baixa.data_contabil == hoje()
    assert Lancamento.objects.get().data_contabil == hoje()


def test_baixa_e_desfazer_ficam_na_auditoria_com_o_motivo() -> None:
    alvo = titulo("1000")
    baixa = baixar(alvo, "1000")
    desfazer(baixa)
    feita, desfeita = Evento.objects.filter(objeto="financeiro.titulo").order_by("em")
    assert (feita.acao, feita.ator, feita.motivo, feita.objeto_id) == (
        "financeiro.titulo_baixado", "caio", "pago no balcão", str(alvo.pk),
    )  # fmt: skip
    assert (feita.depois["valor"], feita.depois["conta"]) == ("1.000,00", "COFRE-1")
    assert (desfeita.acao, desfeita.motivo) == ("financeiro.baixa_desfeita", "lançada errada")


def test_aberto_de_cada_titulo_em_uma_consulta(django_assert_num_queries: Any) -> None:
    cheio, meio, estornado = titulo("10"), titulo("10"), titulo("10")
    baixar(meio, "4")
    estornar_titulo(estornado)
    with django_assert_num_queries(1):
        assert abertos_de([cheio.pk, meio.pk, estornado.pk]) == {cheio.pk: D(10), meio.pk: D(6), estornado.pk: D(0)}


def test_extrato_comeca_e_termina_no_saldo_certo() -> None:
    PeriodoContabil.objects.create(inicio=hoje() - timedelta(days=90), fim=hoje() - timedelta(days=3))
    baixar(titulo("100"), "100", ocorrido_em=agora() - timedelta(days=2))
    baixar(titulo("30", "P"), "30", ocorrido_em=agora() - timedelta(days=1))
    baixar(titulo("7"), "7")
    dias = [hoje() - timedelta(days=n) for n in (2, 1, 0)]
    meio = extrato(conta().pk, dias[1], dias[1])
    assert (meio.anterior, meio.entradas, meio.saidas, meio.final) == (D(100), D(0), D(-30), D(70))
    assert [(lancamento.valor, corrente) for lancamento, corrente in meio.linhas] == [(D(-30), D(70))]
    tudo = extrato(conta().pk, dias[0], dias[2])
    assert (tudo.anterior, tudo.final, len(tudo.linhas)) == (D(0), D(77), 3)


def test_filtro_por_situacao_diz_o_mesmo_que_a_coluna() -> None:
    aberto, reaberto, parcial, baixado, estornado = (titulo("10") for _ in range(5))
    desfazer(baixar(reaberto, "10"))
    baixar(parcial, "4")
    baixar(baixado, "3"), desfazer(baixar(baixado, "7")), baixar(baixado, "7")
    estornar_titulo(estornado)
    esperado = {
        SituacaoTitulo.ABERTO: {aberto.pk, reaberto.pk},
        SituacaoTitulo.PARCIAL: {parcial.pk},
        SituacaoTitulo.BAIXADO: {baixado.pk},
        SituacaoTitulo.ESTORNADO: {estornado.pk},
        SituacaoTitulo.ESTORNO: {Titulo.objects.get(estorno_de=estornado.pk).pk},
    }
    for qual in SituacaoTitulo:
        pela_coluna = com_aberto(Titulo.objects.all()).filter(situacao=qual)
        pelo_filtro = na_situacao(com_aberto(Titulo.objects.all()), qual)
        assert set(pelo_filtro) == set(pela_coluna)
        assert {t.pk for t in pelo_filtro} == esperado[qual]
