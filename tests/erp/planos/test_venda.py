from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.models import PeriodoContabil
from erp.planos.models import Contratacao, Dependente, MudancaContratacao, Plano, Situacao
from erp.planos.services import registrar_obito, vender
from erp.planos.services.venda import Venda
from tests.erp.elenco import filial, hoje
from tests.erp.planos.elenco import ANA, CPFS, cliente, contrato, dependente, parcelas, plano

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("funeraria")]
DIA = date(2026, 1, 31)


def test_venda_faz_as_parcelas_do_horizonte_como_titulos() -> None:
    titular = cliente(cpf_cgc="529.982.247-25")
    feito = contrato(DIA, titular=titular)
    titulos = parcelas(feito)
    assert [t.vencimento for t in titulos[:3]] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    assert len(titulos) == 12
    assert {(t.valor, t.especie, t.codigo_cliente, t.cpf_cnpj, t.documento, t.parcelas) for t in titulos} == {
        (Decimal("50.00"), "mensalidade", titular.pk, CPFS[0], f"P{feito.numero}", 0)
    }
    assert [t.parcela for t in titulos] == list(range(1, 13))
    assert (feito.parcelas_emitidas, feito.proximo_vencimento) == (12, date(2027, 1, 31))


def test_venda_deixa_a_mudanca_e_a_auditoria() -> None:
    feito = contrato(DIA)
    mudanca = MudancaContratacao.objects.get(contratacao=feito)
    assert (mudanca.de, mudanca.para, mudanca.dia, mudanca.quem) == (None, Situacao.ATIVO, DIA, "usuario:ana")
    evento = Evento.objects.get(acao="planos.contrato_vendido", objeto_id=str(feito.pk))
    assert (evento.ator, evento.objeto) == ("ana", "planos.Contratacao")


def test_contrato_fica_com_os_parametros_da_venda() -> None:
    feito = contrato(DIA)
    Plano.objects.update(valor_mensal=Decimal("99.00"), dias_para_suspender=1)
    feito.refresh_from_db()
    assert (feito.valor_mensal, feito.dias_para_suspender) == (Decimal("50.00"), 60)
    assert feito.carencia_ate == DIA + timedelta(days=90)


def test_mesmo_formulario_duas_vezes_vende_uma() -> None:
    chave = uuid.uuid4()
    venda = Venda(plano().pk, cliente().pk, filial().pk, DIA, 10)
    primeira = vender(venda, ator=ANA, chave=chave, dia=DIA)
    assert vender(venda, ator=ANA, chave=chave, dia=DIA).pk == primeira.pk
    assert Contratacao.objects.count() == 1


def test_numeros_seguem_o_maior_mesmo_o_do_papel() -> None:
    antigo = contrato(DIA, numero=5000)
    assert (antigo.numero, contrato(DIA).numero) == (5000, 5001)


def test_venda_com_dependentes_da_carencia_a_cada_um() -> None:
    conhecido = cliente(cpf_cgc=CPFS[1])
    feito = contrato(DIA, dependentes=[dependente(cpf=CPFS[1]), dependente("Pedro", parentesco="filho")])
    joao, pedro = Dependente.objects.filter(contratacao=feito)
    assert (joao.cliente, pedro.cliente) == (conhecido, None)
    assert joao.carencia_ate == DIA + timedelta(days=90)


def test_venda_em_periodo_fechado_vai_para_o_primeiro_dia_aberto() -> None:
    PeriodoContabil.objects.create(inicio=date(2026, 1, 1), fim=date(2026, 1, 31), fechado=True)
    assert {t.data_contabil for t in parcelas(contrato(DIA))} == {date(2026, 2, 1)}


def test_tudo_o_que_esta_errado_e_dito_de_uma_vez() -> None:
    morto = cliente("Falecida", cpf_cgc=CPFS[0])
    registrar_obito(data=hoje(), certidao="123", ator=ANA, codigo_cliente=morto.pk)
    amanha = hoje() + timedelta(days=1)
    venda = Venda(
        plano(ativo=False).pk, morto.pk, 0, hoje() + timedelta(days=400), 32, valor_mensal=Decimal(0),
        dependentes=[dependente("", cpf="123"), dependente("Eu mesma", cpf=CPFS[0]), dependente(nascimento=amanha)],
    )  # fmt: skip
    with pytest.raises(ErroDefinitivo) as erro:
        vender(venda, ator=ANA)
    dito = str(erro.value)
    for problema in (
        "não está à venda", "óbito registrado", "a filial não existe", "dia do vencimento 32", "a mais de um ano",
        "maior que zero", "falta o nome", "CPF não confere", "é o próprio titular", "nascimento no futuro",
    ):  # fmt: skip
        assert problema in dito
    assert not Contratacao.objects.exists()


@pytest.mark.parametrize(
    ("primeiro", "dito"), [(date(2026, 1, 30), "é antes do início"), (date(2027, 2, 2), "mais de um ano depois")]
)
def test_primeiro_vencimento_de_outro_ano_e_recusado(primeiro: date, dito: str) -> None:
    """A wrong year would leave a contract that is never charged."""
    with pytest.raises(ErroDefinitivo, match=dito):
        contrato(DIA, primeiro_vencimento=primeiro)


def test_dependentes_alem_do_limite_sao_recusados() -> None:
    with pytest.raises(ErroDefinitivo, match="Dependentes: 2, o contrato aceita 1"):
        contrato(DIA, do_plano=plano("Casal", dependentes_maximo=1), dependentes=[dependente(), dependente("Outro")])


def test_inicio_adiante_comeca_a_carencia_no_inicio() -> None:
    inicio = timezone.localdate() + timedelta(days=30)
    feito = contrato(hoje(), inicio=inicio)
    assert feito.carencia_ate == inicio + timedelta(days=90)
    assert min(t.vencimento for t in parcelas(feito)) >= inicio
