"""The balance: a series that never changes, an alarm told once, and the chart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from erp.consultas.falsos import InfosimplesFalsa, SerproFalso
from erp.consultas.grafico import desenhar
from erp.consultas.infosimples import Infosimples
from erp.consultas.models import ConsultaCpf, SaldoConsulta
from erp.consultas.portas import Lida, PortaDeConsultas, SituacaoCadastral, registrar_porta
from erp.consultas.portas import _portas as portas_registradas
from erp.consultas.rotinas import atualizar_creditos
from erp.consultas.selectors import PERIODOS, serie
from erp.consultas.services import CAMINHO, anotar_saldo
from erp.consultas.services.consulta import abrir
from erp.rotinas.contexto import Contexto, ExecucaoPerdida
from erp.rotinas.models import AlarmeRotina
from erp.rotinas.registro import obter
from erp.rotinas.services import avisar
from erp.rotinas.services.alarmes import encerrar_com_sucesso
from tests.erp.consultas.elenco import pergunta
from tests.erp.elenco import hoje, pessoa
from tests.erp.jazigos.elenco import Execucao


def rodar() -> Execucao:
    execucao = Execucao(hoje())
    atualizar_creditos(cast(Contexto, execucao))
    return execucao


def abertos() -> list[AlarmeRotina]:
    return list(AlarmeRotina.objects.filter(rotina=CAMINHO, encerrado_em=None))


def test_cada_execucao_guarda_um_saldo_e_o_pos_pago_nao_tem(infosimples: InfosimplesFalsa, serpro: SerproFalso) -> None:
    execucao = rodar()
    assert (execucao.contagens["saldos lidos"], execucao.contagens["provedores pós-pagos"]) == (1, 1)
    infosimples.creditos = 450
    rodar()
    assert list(SaldoConsulta.objects.order_by("pk").values_list("provedor", "saldo", "minimo")) == [
        ("infosimples", 500, 100), ("infosimples", 450, 100),
    ]  # fmt: skip


def test_saldo_guardado_nao_muda_nem_some(infosimples: InfosimplesFalsa) -> None:
    rodar()
    with pytest.raises(IntegrityError), transaction.atomic():
        SaldoConsulta.objects.update(saldo=9999)
    with pytest.raises(IntegrityError), transaction.atomic():
        SaldoConsulta.objects.all().delete()


def test_alarme_abre_uma_vez_e_dito_uma_vez_e_fecha_quando_o_saldo_volta(
    infosimples: InfosimplesFalsa, settings: Any
) -> None:
    settings.ROTINA_EMAILS = ["ti@exemplo.com.br"]
    infosimples.creditos = 99
    for _ in range(3):
        rodar()
        avisar()
        encerrar_com_sucesso(obter(CAMINHO), timezone.now() + timedelta(days=2))  # as the platform does after each
    (alarme,) = abertos()
    assert "restam 99 (mínimo 100)" in alarme.texto and (alarme.vezes, len(mail.outbox)) == (1, 1)
    infosimples.creditos = 100
    rodar()
    assert abertos() == []
    infosimples.creditos = 50
    rodar()
    assert [a.pk > alarme.pk for a in abertos()] == [True]


def test_visto_por_alguem_nao_volta_enquanto_o_saldo_nao_subir(infosimples: InfosimplesFalsa) -> None:
    infosimples.creditos = 10
    rodar()
    AlarmeRotina.objects.update(encerrado_em=timezone.now())
    rodar()
    assert abertos() == []


@pytest.mark.parametrize("defeito", ["500", "reset", "malformado", "429"])
def test_provedor_com_defeito_e_falha_dita_e_o_saldo_de_antes_fica(infosimples: InfosimplesFalsa, defeito: str) -> None:
    rodar()
    infosimples.roteiro.append(defeito)
    execucao = rodar()
    assert [nome for nome, _ in execucao.falhas] == ["infosimples"]
    assert SaldoConsulta.objects.count() == 1


def test_execucao_dada_por_perdida_entre_a_chamada_e_o_commit_nao_grava(infosimples: InfosimplesFalsa) -> None:
    class Perdida(Execucao):
        def confirmar(self) -> None:
            raise ExecucaoPerdida

    with pytest.raises(ExecucaoPerdida):
        atualizar_creditos(cast(Contexto, Perdida(hoje())))
    assert not SaldoConsulta.objects.exists()
    rodar()
    assert SaldoConsulta.objects.count() == 1


def test_outro_provedor_entra_sem_mexer_na_rotina(infosimples: InfosimplesFalsa) -> None:
    class Terceiro:
        nome, titulo = "terceiro", "Terceiro"

        def configurado(self) -> bool:
            return True

        def saldo(self) -> int | None:
            return 7

        def consultar(self, cpf: str, nascimento: date) -> Lida:
            return Lida(SituacaoCadastral.REGULAR, "ok")

    terceiro: PortaDeConsultas = Terceiro()
    registrar_porta(terceiro)
    try:
        rodar()
    finally:
        portas_registradas.pop("terceiro")
    assert SaldoConsulta.objects.get(provedor="terceiro").saldo == 7
    assert "Terceiro: restam 7" in abertos()[0].texto


def test_rotina_da_por_interrompida_a_consulta_que_ninguem_terminou(infosimples: InfosimplesFalsa) -> None:
    abrir(pergunta(), usuario=pessoa("gerente", 1))
    assert rodar().contagens["consultas interrompidas"] == 0
    ConsultaCpf.objects.update(pedida_em=timezone.now() - timedelta(hours=1))
    assert rodar().contagens["consultas interrompidas"] == 1


@pytest.mark.django_db
def test_sem_configuracao_a_rotina_esta_desligada_e_sem_provedor_nao_faz_nada() -> None:
    rotina = obter(CAMINHO)
    assert (rotina.configurada, rotina.metodo, rotina.funcao) == (False, "GET", atualizar_creditos)
    assert rodar().contagens["saldos lidos"] == 0


def test_serie_tem_a_ultima_leitura_de_cada_passo(infosimples: InfosimplesFalsa) -> None:
    agora = timezone.now().replace(minute=59, second=0, microsecond=0)
    for minutos, saldo in ((0, 100), (15, 110), (75, 120), (60 * 24 * 8, 999)):
        anotar_saldo(Infosimples(), saldo, agora=agora - timedelta(minutes=minutos))
    semana = next(p for p in PERIODOS if p.dias == 7)
    assert [saldo for _, saldo in serie("infosimples", semana, agora)] == [120, 100]


def test_grafico_vai_do_zero_ao_maior_e_mostra_o_minimo() -> None:
    inicio = datetime(2026, 1, 1, tzinfo=UTC)
    pontos = [(inicio, 100), (inicio + timedelta(hours=1), 50), (inicio + timedelta(hours=2), 0)]
    feito = desenhar(pontos, 200)
    assert feito is not None
    # 200 is the top (y 8) and zero the floor (y 192): 100 in the middle, 50 at three quarters
    assert feito.linha == "0.0,100.0 500.0,146.0 1000.0,192.0"
    assert (feito.minimo_y, feito.topo, feito.maior, feito.menor) == ("8.0", 200, 100, 0)
    assert desenhar(pontos[:1], 200) is None and desenhar([pontos[0]] * 2, 200) is None
