from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, connection, transaction

from erp.cadastros.models import PeriodoContabil
from erp.financeiro.models import Origem, Titulo
from erp.jazigos.models import Cobranca, ContratoManutencao, Reajuste
from erp.jazigos.services import gravar_contrato, mudar_valor
from tests.erp.elenco import empresa, filial, pessoa
from tests.erp.jazigos.elenco import cliente, contrato, gerar, indices, titulos
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Iterator[None]:
    empresa()
    yield
    verificar_tudo()


def test_um_recebimento_por_contrato_e_competencia_quantas_vezes_rode() -> None:
    c = contrato(date(2026, 1, 1))
    primeira = gerar(date(2026, 1, 10))
    assert dict(primeira.contagens) == {"recebimentos gerados": 1} and primeira.valores["valor gerado"] == D(100)
    assert not gerar(date(2026, 1, 10)).contagens and not gerar(date(2026, 2, 9)).contagens
    gerar(date(2026, 2, 10))
    assert titulos(c) == [(202601, "100.00"), (202602, "100.00")]


def test_titulo_diz_quem_deve_o_que_e_quando() -> None:
    ana = cliente("ANA")
    ana.cpf_cgc = "529.982.247-25"
    ana.save()
    c = contrato(date(2026, 1, 15), titular=ana, dias_antecedencia=5)
    gerar(date(2026, 2, 5))
    titulo = Titulo.objects.get(origem=Origem.JAZIGO, sequencia=202601)
    assert (titulo.documento, titulo.codigo_cliente, titulo.cpf_cnpj) == (f"J{c.pk}-202601", ana.pk, "52998224725")
    assert (titulo.emissao, titulo.vencimento) == (date(2026, 2, 5), date(2026, 2, 10))
    assert (titulo.valor, titulo.especie, titulo.sentido) == (D("54.84"), "manutencao", "R")  # 100 - 100*14/31 (45.16)
    assert titulo.filial_id == filial().pk
    cobrada = Cobranca.objects.get(competencia=date(2026, 1, 1))
    assert (cobrada.dias, cobrada.dias_periodo, cobrada.valor, cobrada.sequencia) == (
        17,
        31,
        D("54.84"),
        titulo.sequencia,
    )


def test_dias_que_a_rotina_nao_rodou_sao_recuperados_e_nunca_vencem_antes_de_nascer() -> None:
    c = contrato(date(2026, 1, 1))
    gerar(date(2026, 4, 15))
    assert [s for s, _ in titulos(c)] == [202601, 202602, 202603, 202604]
    assert set(Titulo.objects.values_list("vencimento", flat=True)) == {date(2026, 4, 15)}


def test_contrato_que_termina_no_meio_paga_ate_o_dia_e_nao_gera_mais() -> None:
    c = contrato(date(2026, 1, 1), fim=date(2026, 2, 14))
    gerar(date(2026, 12, 31))
    assert titulos(c) == [(202601, "100.00"), (202602, "50.00")]
    assert ContratoManutencao.objects.get().gerar_em is None


def test_ano_bissexto_e_fim_de_mes() -> None:
    c = contrato(date(2024, 2, 29), dia_vencimento=31)
    gerar(date(2024, 2, 29))
    gerar(date(2024, 3, 31))
    gerar(date(2024, 4, 30))
    assert titulos(c) == [(202402, "3.45"), (202403, "100.00"), (202404, "100.00")]
    assert list(Titulo.objects.order_by("pk").values_list("vencimento", flat=True)) == [
        date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30),
    ]  # fmt: skip


def test_trimestral_e_anual_seguem_o_ano_civil() -> None:
    tri = contrato(date(2026, 2, 1), periodicidade=3, valor=D("300"))
    anual = contrato(date(2026, 7, 1), periodicidade=12, valor=D("1200"))
    gerar(date(2026, 12, 31))
    assert titulos(tri) == [(202602, "196.67"), (202604, "300.00"), (202607, "300.00"), (202610, "300.00")]  # 300*59/90
    assert titulos(anual) == [(202607, "604.93")]  # 1200 - 1200*181/365 (595.07)


def test_reajuste_vira_linha_e_o_valor_muda_na_competencia() -> None:
    c = contrato(date(2025, 1, 1))
    indices(date(2024, 12, 1), date(2025, 12, 1))
    gerar(date(2025, 12, 31))
    feita = gerar(date(2026, 1, 10))
    assert feita.contagens["contratos reajustados"] == 1 and feita.valores["aumento por reajuste"] == D("12.68")
    c.refresh_from_db()
    assert (c.valor, c.proximo_reajuste) == (D("112.68"), date(2027, 1, 1))
    assert titulos(c)[-1] == (202601, "112.68")
    r = Reajuste.objects.get()
    assert (r.valor_anterior, r.valor_novo, r.indice, r.mes_final) == (
        D("100.00"),
        D("112.68"),
        "INPC",
        date(2025, 11, 1),
    )
    assert r.por == "rotina:ManutencaoJazigo/GerarRecebimentoManutencaoJazigoRotina"


def test_sem_indice_o_contrato_falha_com_o_motivo_e_os_outros_seguem() -> None:
    parado, outro = contrato(date(2025, 1, 1), cobrar_desde=date(2026, 1, 1)), contrato(date(2026, 1, 1))
    ContratoManutencao.objects.filter(pk=parado.pk).update(proximo_reajuste=date(2026, 1, 1))
    feita = gerar(date(2026, 1, 10))
    (falha,) = feita.falhas
    assert falha[0] == str(parado.pk) and "falta o INPC de 12/2024" in falha[1]
    assert titulos(parado) == [] and titulos(outro) == [(202601, "100.00")]
    parado.refresh_from_db()
    assert parado.pendencia.startswith("falta o INPC") and parado.pendente_desde == date(2026, 1, 10)
    gerar(date(2026, 1, 11))
    assert ContratoManutencao.objects.get(pk=parado.pk).pendente_desde == date(2026, 1, 10)
    indices(date(2024, 12, 1), date(2025, 11, 1))
    assert not gerar(date(2026, 1, 12)).falhas
    curado = ContratoManutencao.objects.get(pk=parado.pk)
    assert curado.pendencia == "" and curado.pendente_desde is None
    assert titulos(parado) == [(202601, "112.68")]
    assert Titulo.objects.get(origem_id=parado.pk).vencimento == date(2026, 1, 12)  # late by our fault: due when made


def test_simular_nao_muda_nada_e_diz_tudo() -> None:
    c = contrato(date(2025, 12, 1))
    retrato = ContratoManutencao.objects.values().get()
    simulada = gerar(date(2026, 1, 10), simulacao=True)
    assert simulada.contagens["recebimentos gerados"] == 2 and simulada.valores["valor gerado"] == D(200)
    assert [(item[0], item[2]) for item in simulada.itens] == [(str(c.pk), D("100.00"))] * 2
    assert ContratoManutencao.objects.values().get() == retrato
    assert not Titulo.objects.exists() and not Cobranca.objects.exists()


def test_cobranca_ja_feita_nao_se_repete_nem_que_mexam_no_contrato_por_sql() -> None:
    c = contrato(date(2026, 1, 1))
    gerar(date(2026, 2, 10))
    ContratoManutencao.objects.update(cobrado_ate=date(2025, 12, 31), gerar_em=date(2026, 1, 10))
    feita = gerar(date(2026, 3, 10))
    assert feita.contagens == {"já cobradas": 2, "recebimentos gerados": 1}
    assert titulos(c) == [(202601, "100.00"), (202602, "100.00"), (202603, "100.00")]
    with pytest.raises(IntegrityError), transaction.atomic():
        Cobranca.objects.create(**{**Cobranca.objects.values().first(), "id": None})  # type: ignore[dict-item]  # a row


def test_um_contrato_que_o_banco_recusa_nao_segura_o_lote() -> None:
    """A trigger stands for any refusal that nobody foresaw."""
    bom, ruim, outro = (contrato(date(2026, 1, 1)) for _ in range(3))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""CREATE FUNCTION recusar() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.origem_id = {ruim.pk} THEN RAISE numeric_value_out_of_range; END IF; RETURN NEW; END $$;
                CREATE TRIGGER recusar BEFORE INSERT ON financeiro_titulo FOR EACH ROW EXECUTE FUNCTION recusar()"""
        )
    feita = gerar(date(2026, 1, 10))
    assert [numero for numero, _ in feita.falhas] == [str(ruim.pk)]
    assert feita.contagens["recebimentos gerados"] == 2 and titulos(bom) and titulos(outro) and not titulos(ruim)


def test_lotes_pequenos_cobram_todos() -> None:
    contratos = [contrato(date(2026, 1, 1), dia_vencimento=1 + n % 3) for n in range(7)]
    assert gerar(date(2026, 1, 31), lote=2).contagens["recebimentos gerados"] == 7
    assert all(titulos(c) == [(202601, "100.00")] for c in contratos)


def test_contrato_de_antes_do_sistema_cobra_so_do_dia_combinado_em_diante() -> None:
    c = contrato(date(2015, 3, 10), cobrar_desde=date(2026, 1, 1), mes_reajuste=3)
    assert (c.valor_desde, c.proximo_reajuste) == (date(2025, 3, 10), date(2026, 3, 10))
    gerar(date(2026, 2, 28))
    assert titulos(c) == [(202601, "100.00"), (202602, "100.00")]


def test_dia_contabil_fechado_vai_para_o_primeiro_aberto() -> None:
    PeriodoContabil.objects.create(inicio=date(2026, 1, 1), fim=date(2026, 1, 31), fechado=True)
    contrato(date(2026, 1, 1))
    gerar(date(2026, 1, 10))
    assert Titulo.objects.get().data_contabil == date(2026, 2, 1)


def test_valor_mudado_por_pessoa_vira_linha_e_recomeca_o_ano() -> None:
    c = contrato(date(2026, 1, 1))
    gerar(date(2026, 1, 10))
    mudar_valor(contrato_id=c.pk, valor=D("80.00"), motivo="acordo com a família", usuario=pessoa("gerente", 1))
    gerar(date(2026, 2, 10))
    c.refresh_from_db()
    assert titulos(c) == [(202601, "100.00"), (202602, "80.00")]
    assert c.proximo_reajuste == date(2028, 1, 1)  # January 2027 is less than a year after 1 February 2026
    r = Reajuste.objects.get()
    assert (r.motivo, r.por, r.vale_desde, r.indice) == ("acordo com a família", "usuario:ana", date(2026, 2, 1), "")


def test_valor_zero_nao_gera_titulo_mas_fica_registrado() -> None:
    c = contrato(date(2026, 1, 1), valor=D(0))
    assert gerar(date(2026, 1, 10)).contagens == {"sem valor a cobrar": 1}
    assert titulos(c) == [] and Cobranca.objects.get().valor == 0


def test_formulario_aberto_antes_da_rotina_nao_desfaz_a_cobranca() -> None:
    c = contrato(date(2026, 1, 1))
    velho = ContratoManutencao.objects.get(pk=c.pk)
    gerar(date(2026, 1, 10))
    velho.dia_vencimento = 20
    gravar_contrato(velho, usuario=pessoa("gerente", 1))
    c.refresh_from_db()
    assert (c.cobrado_ate, c.gerar_em) == (date(2026, 1, 31), date(2026, 2, 20))


def test_mes_de_reajuste_mudado_conta_do_ultimo_valor() -> None:
    c = contrato(date(2026, 1, 1))
    c.mes_reajuste = 6
    gravar_contrato(c, usuario=pessoa("gerente", 1))
    c.refresh_from_db()
    assert c.proximo_reajuste == date(2027, 6, 1)
