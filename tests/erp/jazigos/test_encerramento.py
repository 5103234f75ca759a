from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D

import pytest
import time_machine

from auditoria.models import Evento
from clientes.models import Cliente
from erp.acesso.erros import ErroDefinitivo
from erp.financeiro.baixas import PedidoBaixa
from erp.financeiro.models import Origem, Titulo
from erp.financeiro.selectors import abertos_de
from erp.financeiro.services import baixar_titulos
from erp.jazigos.models import Cobranca, Concessao, ContratoManutencao
from erp.jazigos.services import encerrar_contrato, transferir
from erp.jazigos.services.encerramento import Encerramento
from tests.erp.elenco import agora, conta, empresa, pessoa
from tests.erp.jazigos.elenco import cliente, contrato, gerar, indices, jazigo, titulos
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
MEIO_DE_MARCO = "2026-03-20T12:00:00-03:00"


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Iterator[None]:
    empresa()
    with time_machine.travel(MEIO_DE_MARCO):
        yield
        verificar_tudo()


def encerrar(c: ContratoManutencao, fim: date, motivo: str = "jazigo devolvido") -> Encerramento:
    return encerrar_contrato(contrato_id=c.pk, fim=fim, motivo=motivo, usuario=pessoa("gerente", 1))


def cobrado_ate_marco() -> ContratoManutencao:
    c = contrato(date(2026, 1, 1))
    gerar(date(2026, 3, 10))
    return c


def pagar(c: ContratoManutencao, sequencia: int, valor: str) -> None:
    titulo = Titulo.objects.get(origem=Origem.JAZIGO, origem_id=c.pk, sequencia=sequencia)
    baixar_titulos(
        pedidos=[PedidoBaixa(titulo.pk, D(valor), D(0), D(0), uuid.uuid4())], conta_id=conta().pk, ocorrido_em=agora(),
        motivo="pago", usuario=pessoa("financeiro", 1),
    )  # fmt: skip


def aberto(c: ContratoManutencao) -> D:
    """What the holder owes, less what is to be given back."""
    todos = {t.pk: t for t in Titulo.objects.filter(origem=Origem.JAZIGO, origem_id=c.pk)}
    return sum((v if todos[pk].sentido == "R" else -v for pk, v in abertos_de(list(todos)).items()), D(0))


def test_fim_por_vir_so_deixa_de_cobrar_dali_em_diante() -> None:
    c = cobrado_ate_marco()
    feito = encerrar(c, date(2026, 4, 15))
    assert (feito.abatido, feito.devolver) == (D(0), D(0))
    gerar(date(2026, 12, 31))
    assert titulos(c)[3:] == [(202604, "50.00")]


def test_fim_no_meio_do_que_ja_foi_cobrado_troca_o_titulo_em_aberto_pelo_proporcional() -> None:
    c = cobrado_ate_marco()
    feito = encerrar(c, date(2026, 3, 15))
    assert (feito.abatido, feito.devolver) == (D("51.61"), D(0))  # 100 - 100*15/31 (48.39)
    assert titulos(c)[3:] == [(-202604, "-100.00"), (1202603, "48.39")]
    assert aberto(c) == D("248.39")
    reposto = Titulo.objects.get(sequencia=1202603)
    assert (reposto.documento, reposto.vencimento) == (f"J{c.pk}-202603-1", date(2026, 3, 20))
    assert [(x.versao, x.dias, x.valor) for x in Cobranca.objects.filter(competencia=date(2026, 3, 1)).order_by("versao")] == [
        (0, 31, D("100.00")), (1, 15, D("48.39")),
    ]  # fmt: skip
    assert gerar(date(2027, 1, 1)).contagens == {}
    evento = Evento.objects.filter(acao="jazigos.contratomanutencao_alterado").latest("pk")
    assert evento.depois == {"fim": "2026-03-15"} and evento.motivo == "jazigo devolvido"


def test_fim_no_meio_do_que_ja_foi_pago_devolve_a_diferenca() -> None:
    c = cobrado_ate_marco()
    pagar(c, 202603, "100.00")
    feito = encerrar(c, date(2026, 3, 15))
    assert (feito.abatido, feito.devolver) == (D(0), D("51.61"))
    volta = Titulo.objects.get(sequencia=1202603)
    assert (volta.sentido, volta.valor, volta.codigo_cliente) == ("P", D("51.61"), c.titular_id)


def test_pago_em_parte_continua_devendo_o_resto_e_recebe_a_diferenca() -> None:
    c = cobrado_ate_marco()
    pagar(c, 202603, "60.00")
    encerrar(c, date(2026, 3, 15))
    # January and February are open; of March 48.39 are owed and 60.00 paid
    assert aberto(c) == D("200.00") + D("48.39") - D("60.00")


def test_fim_antes_de_competencias_inteiras_nao_deixa_nada_delas() -> None:
    c = cobrado_ate_marco()
    encerrar(c, date(2026, 1, 31))
    assert aberto(c) == D("100.00")
    assert Cobranca.objects.filter(versao=1, valor=0, dias=0).count() == 2


def test_encerrar_de_novo_mais_cedo_acerta_de_novo() -> None:
    c = cobrado_ate_marco()
    encerrar(c, date(2026, 3, 15))
    encerrar(c, date(2026, 3, 5))
    assert aberto(c) == D("200.00") + D("16.13")  # 100*5/31
    pagar(c, 2202603, "16.13")
    encerrar(c, date(2026, 3, 1))
    assert aberto(c) == D("200.00") - D("12.90")  # 100*1/31 = 3.23
    encerrar(c, date(2026, 2, 28))
    assert aberto(c) == D("200.00") - D("16.13")


@pytest.mark.parametrize("fim", [date(2025, 12, 31), date(2026, 6, 1)])
def test_fim_que_nao_cabe_e_recusado_sem_mudar_nada(fim: date) -> None:
    c = cobrado_ate_marco()
    encerrar(c, date(2026, 3, 15))
    antes = titulos(c)
    with pytest.raises(ErroDefinitivo) as recusa:
        encerrar(c, fim)
    assert recusa.value.codigo in ("FIM_ANTES_DO_INICIO", "FIM_JA_COBRADO")
    assert titulos(c) == antes


def test_fim_adiado_por_cima_do_que_se_desfez_e_recusado() -> None:
    """February and March were charged and undone: their keys are taken, so nobody would ever pay for them."""
    c = cobrado_ate_marco()
    encerrar(c, date(2026, 1, 31))
    with pytest.raises(ErroDefinitivo, match="já foi cobrado até o seu fim"):
        encerrar(c, date(2026, 12, 31))
    novo = contrato(date(2026, 2, 1), jazigo=c.jazigo, titular=c.titular)
    gerar(date(2026, 3, 10))
    assert titulos(novo) == [(202602, "100.00"), (202603, "100.00")]


def test_transferir_para_antes_de_um_reajuste_cobra_cada_dia_pelo_valor_dele() -> None:
    indices(date(2024, 1, 1), date(2026, 3, 1))
    lugar, maria = jazigo(), cliente("MARIA")
    concessao = Concessao.objects.create(jazigo=lugar, titular=cliente("JOAO"), inicio=date(2020, 1, 1), perpetua=True)
    contrato(date(2025, 1, 1), jazigo=lugar, titular=concessao.titular)
    gerar(date(2026, 3, 10))  # adjusted in January
    feita = transferir(
        concessao_id=concessao.pk, titular=maria, em=date(2025, 12, 16), termo="", motivo="herança",
        usuario=pessoa("gerente", 1),
    )  # fmt: skip
    assert feita.contrato is not None
    gerar(date(2026, 3, 20))
    # 100 - 100*15/31 (48.39) of December, as it was asked then; 1.01 ** 12 from January on
    assert titulos(feita.contrato) == [(202512, "51.61"), (202601, "112.68"), (202602, "112.68"), (202603, "112.68")]
    novo = ContratoManutencao.objects.get(pk=feita.contrato.pk)
    assert (novo.valor_desde, novo.proximo_reajuste) == (date(2026, 1, 1), date(2027, 1, 1))


def test_jazigo_que_muda_de_titular_divide_o_mes_ao_centavo() -> None:
    lugar, joao, maria = jazigo(), cliente("JOAO"), cliente("MARIA")
    concessao = Concessao.objects.create(jazigo=lugar, titular=joao, inicio=date(2020, 1, 1), perpetua=True)
    c = contrato(date(2026, 1, 1), jazigo=lugar, titular=joao, valor=D("33.33"), dia_vencimento=5)
    gerar(date(2026, 3, 10))
    feita = transferir(
        concessao_id=concessao.pk, titular=maria, em=date(2026, 3, 12), termo="T-9", motivo="herança",
        usuario=pessoa("gerente", 1),
    )  # fmt: skip
    assert feita.contrato is not None
    gerar(date(2026, 4, 5))
    concessao.refresh_from_db()
    assert (concessao.fim, concessao.perpetua) == (date(2026, 3, 11), False)
    assert (feita.concessao.titular_id, feita.concessao.inicio, feita.concessao.perpetua) == (
        maria.pk,
        date(2026, 3, 12),
        True,
    )
    de_marco = (
        Cobranca.objects.filter(competencia=date(2026, 3, 1)).order_by("contrato_id", "-versao").distinct("contrato_id")
    )
    assert sum(x.valor for x in de_marco) == D("33.33")
    assert [s for s, _ in titulos(feita.contrato)] == [202603, 202604]
    novo = ContratoManutencao.objects.get(pk=feita.contrato.pk)
    assert (novo.titular_id, novo.valor, novo.proximo_reajuste) == (maria.pk, D("33.33"), c.proximo_reajuste)


@pytest.mark.parametrize("ja_cobrado", [True, False])
def test_periodo_cobrado_inteiro_e_pago_por_quem_o_comecou_e_uma_vez_so(ja_cobrado: bool) -> None:
    lugar, joao, maria, rosa = jazigo(), cliente("JOAO"), cliente("MARIA"), cliente("ROSA")
    concessao = Concessao.objects.create(jazigo=lugar, titular=joao, inicio=date(2020, 1, 1), perpetua=True)
    do_joao = contrato(date(2026, 1, 1), jazigo=lugar, titular=joao, regra_rateio="integral")
    if ja_cobrado:
        gerar(date(2026, 3, 10))
    da_maria = passar(concessao, maria, date(2026, 3, 12))
    da_rosa = passar(Concessao.objects.get(titular=maria), rosa, date(2026, 3, 18))  # in the same month
    gerar(date(2026, 5, 10))
    assert titulos(do_joao) == [(202601, "100.00"), (202602, "100.00"), (202603, "100.00")]
    assert titulos(da_maria) == []
    assert titulos(da_rosa) == [(202604, "100.00"), (202605, "100.00")]


def test_periodo_inteiro_que_comeca_com_o_novo_titular_e_dele() -> None:
    concessao = Concessao.objects.create(
        jazigo=jazigo(), titular=cliente("JOAO"), inicio=date(2020, 1, 1), perpetua=True
    )
    do_joao = contrato(date(2026, 1, 1), jazigo=concessao.jazigo, titular=concessao.titular, regra_rateio="integral")
    da_maria = passar(concessao, cliente("MARIA"), date(2026, 3, 1))
    gerar(date(2026, 3, 10))
    assert titulos(do_joao) == [(202601, "100.00"), (202602, "100.00")]
    assert titulos(da_maria) == [(202603, "100.00")]


def test_ano_cobrado_inteiro_e_do_titular_de_janeiro_e_contrato_feito_a_mao_tambem_espera() -> None:
    """Ended and made again by hand, without the transfer: the jazigo's year was paid all the same."""
    indices(date(2023, 1, 1), date(2026, 12, 1), "0")
    do_joao = contrato(date(2025, 1, 1), regra_rateio="integral", periodicidade=12)
    gerar(date(2026, 1, 31))
    encerrar(do_joao, date(2026, 3, 10))
    da_maria = contrato(date(2026, 3, 11), jazigo=do_joao.jazigo, regra_rateio="integral", periodicidade=12)
    gerar(date(2026, 12, 31))
    assert titulos(da_maria) == []
    assert titulos(do_joao) == [(202501, "100.00"), (202601, "100.00")]
    assert ContratoManutencao.objects.get(pk=da_maria.pk).gerar_em == date(2027, 1, 10)


def passar(concessao: Concessao, para: Cliente, em: date) -> ContratoManutencao:
    feita = transferir(
        concessao_id=concessao.pk, titular=para, em=em, termo="", motivo="herança", usuario=pessoa("gerente", 1)
    )
    assert feita.contrato is not None
    return feita.contrato


def test_transferir_sem_contrato_muda_so_a_concessao() -> None:
    concessao = Concessao.objects.create(jazigo=jazigo(), titular=cliente(), inicio=date(2020, 1, 1))
    feita = transferir(
        concessao_id=concessao.pk, titular=cliente(), em=date(2026, 3, 12), termo="", motivo="venda", usuario=pessoa("gerente", 1)
    )  # fmt: skip
    assert feita.contrato is None and feita.encerramento is None


@pytest.mark.parametrize("em", [date(2020, 1, 1), date(2025, 2, 1)])
def test_transferir_fora_dos_dias_da_concessao_e_recusado(em: date) -> None:
    concessao = Concessao.objects.create(
        jazigo=jazigo(), titular=cliente(), inicio=date(2020, 1, 1), fim=date(2025, 1, 1)
    )
    with pytest.raises(ErroDefinitivo, match="concessão"):
        transferir(
            concessao_id=concessao.pk, titular=cliente(), em=em, termo="", motivo="venda", usuario=pessoa("gerente", 1)
        )
    assert Concessao.objects.count() == 1
