"""Manifests: what the till says it has done, to the number and the cent, and how it gets to the retaguarda."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import msgspec
import pytest
import time_machine
from django.core.management import call_command
from django.db import connections

from pdv.conferencia.esquema import Remessa as RemessaDaRede
from pdv.conferencia.esquema import problemas_de
from pdv.tabelas import Especie
from pdv.terminal import espera
from pdv.terminal.envio import Cliente
from pdv.terminal.espera import Parada
from pdv.terminal.manifestos import concluir, montar, tocados, tocar, tocar_recentes
from pdv.terminal.models import Instalacao, Manifesto, NotaFiscal, OperacaoPdv, Turno
from pdv.terminal.pacote import Tipo
from pdv.terminal.remessa import POR_REMESSA, Remessas
from pdv.terminal.replicador import Replicador
from tests.pdv.terminal.servidor import Retaguarda, Saida, em_json, erro
from tests.pdv.terminal.test_replicador import CHAVE, MEIO_DIA, nova_operacao, vender

pytestmark = pytest.mark.django_db(databases=["terminal"])


@pytest.fixture
def retaguarda() -> Iterator[Retaguarda]:
    with Retaguarda() as servidor:
        yield servidor


@pytest.fixture(autouse=True)
def no_dia() -> Iterator[None]:
    """Sales are of a fixed day, and a till looks again at the last days only: the clock stands on it."""
    with time_machine.travel(MEIO_DIA + timedelta(hours=1)):
        yield


@pytest.fixture(autouse=True)
def sem_demora(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espera, "BASE", 0.01)
    monkeypatch.setattr(espera, "MAXIMA", 0.05)


def manifesto_do_dia(dia: str = "2026-11-20") -> dict[str, Any]:
    linha, _ = Manifesto.objects.get_or_create(tipo="dia", referencia=dia)
    conteudo = montar(linha, MEIO_DIA)
    assert conteudo is not None
    return conteudo


def remeter(servidor: Retaguarda, *, continuo: bool = False, remessas: Remessas | None = None) -> Remessas:
    cliente = Cliente(servidor.url, CHAVE)
    try:
        remessas = remessas or Remessas(cliente, Parada(), continuo=continuo)
        remessas.cliente = cliente
        remessas.enviar()
        return remessas
    finally:
        cliente.fechar()


def test_manifesto_conta_soma_e_nomeia() -> None:
    uma, cancelada, ignorada, _ = vender(4)
    aberta = nova_operacao(data_hora_termino=None)
    aberta.save(using="terminal")
    OperacaoPdv.objects.filter(pk=cancelada.pk).update(cancelado=True, situacao_replicacao=9)
    OperacaoPdv.objects.filter(pk=ignorada.pk).update(situacao_replicacao=2)
    m, n = manifesto_do_dia(), uma.pk
    assert (m["quantidade"], m["primeira"], m["ultima"]) == (3, n, n + 3)
    assert (m["valor_total"], m["canceladas"], m["valor_cancelado"]) == (D("24.68"), 1, D("12.34"))  # 2 x 12,34
    assert m["faixas"] == [(n, n + 1), (n + 3, n + 3)]
    assert (m["pendentes"], m["ignoradas"], m["abertas"]) == (
        [(n, n), (n + 3, n + 3)],
        [(n + 2, n + 2)],
        [(n + 4, n + 4)],
    )
    assert m["por_especie"] == [{"operacao": Especie.VENDA, "quantidade": 3, "valor": D("24.68"), "canceladas": 1}]
    assert m["por_finalizador"] == [{"id_finalizador": 17, "valor": D("24.68"), "troco": D(0)}]
    assert m["notas"] == {"quantidade": 4, "valor_total": D("49.36"), "pendentes": 4}


def test_dinheiro_soma_sem_perder_centavo() -> None:
    """Ten dimes as floats are not one real."""
    vender(10, valor_total=D("0.10"))
    assert str(manifesto_do_dia()["valor_total"]) == "1.00"


def test_dia_e_o_da_loja(retaguarda: Retaguarda) -> None:
    vender(1, data_hora_inicio=datetime(2026, 11, 21, 2, 59, tzinfo=UTC))  # 23:59 of the 20th in São Paulo
    vender(1, data_hora_inicio=datetime(2026, 11, 21, 3, 0, tzinfo=UTC))
    assert [manifesto_do_dia(d)["quantidade"] for d in ("2026-11-20", "2026-11-21")] == [1, 1]


def test_manifesto_passa_no_que_a_retaguarda_confere(retaguarda: Retaguarda) -> None:
    vender(3)
    remeter(retaguarda)
    remessa = msgspec.json.decode(json.dumps(retaguarda.remessas[0]), type=RemessaDaRede)
    assert [problemas_de(m) for m in remessa.manifestos] == [[]] * len(remessa.manifestos)


def test_so_vai_o_que_mudou_desde_o_ultimo_confirmado(retaguarda: Retaguarda) -> None:
    vender(2)
    remeter(retaguarda)
    remeter(retaguarda)
    assert len(retaguarda.remessas) == 1
    vender(1)
    remeter(retaguarda)
    dia = retaguarda.manifestos["dia", "2026-11-20"]
    assert (len(retaguarda.remessas), dia["versao"], dia["quantidade"]) == (2, 2, 3)


def test_manifesto_vai_depois_das_operacoes_e_ja_sem_pendentes(retaguarda: Retaguarda) -> None:
    Turno.objects.create(
        id_turno=1, id_ponto_venda=1, sequencial=1, data_hora_inicio=MEIO_DIA, data_hora_termino=MEIO_DIA
    )
    vender(3)
    cliente = Cliente(retaguarda.url, CHAVE)
    replicador = Replicador(cliente, Parada())
    replicador.ao_esvaziar = Remessas(cliente, Parada()).enviar
    replicador.executar()
    cliente.fechar()
    assert len(retaguarda.numeros()) == 3
    dia, turno = retaguarda.manifestos["dia", "2026-11-20"], retaguarda.manifestos["turno", "1"]
    assert (dia["quantidade"], dia["pendentes"], turno["quantidade"]) == (3, [], 3)


def test_operacao_recusada_continua_no_manifesto_como_a_enviar(retaguarda: Retaguarda) -> None:
    [operacao] = vender(1)
    retaguarda.roteiro = lambda pacote: em_json(
        200,
        {
            "operacoes": [
                {"id_operacao": o["id_operacao"], "resultado": "rejeitada", "codigo": "X", "mensagem": "não"}
                for o in pacote["operacoes"]
            ],
            "notas": [{"chave": n["chave"], "numero": n["numero"], "resultado": "criada"} for n in pacote["notas"]],
        },
    )
    cliente = Cliente(retaguarda.url, CHAVE)
    Replicador(cliente, Parada(), ao_esvaziar=Remessas(cliente, Parada()).enviar).executar()
    cliente.fechar()
    assert retaguarda.manifestos["dia", "2026-11-20"]["pendentes"] == [[operacao.pk, operacao.pk]]


@pytest.mark.parametrize(
    "problema",
    [Saida(cortar="antes"), erro(503, "INDISPONIVEL"), em_json(200, {}), em_json(200, {"manifestos": "?"})],
    ids=["corte", "503", "sem_resposta", "ilegivel"],
)
def test_rede_ruim_nao_perde_o_manifesto_nem_o_replicador(retaguarda: Retaguarda, problema: Saida) -> None:
    vender(1)
    retaguarda.roteiro_manifestos = lambda remessa: problema
    remeter(retaguarda)
    assert retaguarda.manifestos == {}
    assert len(retaguarda.remessas) == 3
    retaguarda.roteiro_manifestos = lambda remessa: None
    remeter(retaguarda)
    assert retaguarda.manifestos["dia", "2026-11-20"]["versao"] == 1  # the content is the same: so is the version


def test_resposta_perdida_repete_a_mesma_versao(retaguarda: Retaguarda) -> None:
    vender(1)
    respostas = iter([Saida(cortar="meio"), None])

    def guardar_e_cortar(remessa: dict[str, Any]) -> Saida | None:
        return next(respostas, None)

    retaguarda.roteiro_manifestos = guardar_e_cortar
    remeter(retaguarda)
    versoes = [m["versao"] for r in retaguarda.remessas for m in r["manifestos"] if m["tipo"] == "dia"]
    assert versoes == [1, 1]


def test_retaguarda_que_nao_conhece_manifestos_nao_atrasa_o_replicador(retaguarda: Retaguarda) -> None:
    vender(1)
    retaguarda.roteiro_manifestos = lambda remessa: erro(404, "NAO_ENCONTRADO")
    remessas = remeter(retaguarda)
    remeter(retaguarda, remessas=remessas)
    assert len(retaguarda.remessas) == 1


def test_pdv_que_voltou_de_uma_copia_continua_a_contagem_da_retaguarda(retaguarda: Retaguarda) -> None:
    vender(2)
    retaguarda.manifestos["dia", "2026-11-20"] = {"versao": 41}
    remeter(retaguarda)
    dia = retaguarda.manifestos["dia", "2026-11-20"]
    assert (dia["versao"], dia["quantidade"]) == (42, 2)


def test_manifesto_recusado_sozinho_nao_segura_os_outros(retaguarda: Retaguarda) -> None:
    for n in range(4):
        vender(1, data_hora_inicio=MEIO_DIA - timedelta(days=n), id_turno=None)
    retaguarda.roteiro_manifestos = lambda r: (
        erro(400, "PACOTE_INVALIDO") if any(m["dia"] == "2026-11-18" for m in r["manifestos"]) else None
    )
    for _ in range(3):
        remeter(retaguarda)
    assert sorted(dia for _, dia in retaguarda.manifestos) == ["2026-11-17", "2026-11-19", "2026-11-20"]
    recusado = Manifesto.objects.get(referencia="2026-11-18")
    assert "PACOTE_INVALIDO" in recusado.mensagem


def test_toque_durante_o_envio_nao_se_perde() -> None:
    [operacao] = vender(1)
    tocar_recentes(MEIO_DIA)
    lidas = tocados(10)
    tocar(Tipo.OPERACAO, [operacao.pk])  # while they were on their way
    for linha in lidas:
        concluir(linha, confirmada=1)
    assert [m.referencia for m in lidas] == ["2026-11-20"]
    assert "2026-11-20" in {m.referencia for m in tocados(10)}


def test_historia_antiga_vai_aos_poucos_e_a_mais_nova_primeiro(retaguarda: Retaguarda) -> None:
    for n in range(POR_REMESSA + 5):
        vender(1, data_hora_inicio=MEIO_DIA - timedelta(days=n), id_turno=None)
    remeter(retaguarda)
    assert [len(r["manifestos"]) for r in retaguarda.remessas] == [POR_REMESSA, 5]
    assert retaguarda.remessas[0]["manifestos"][0]["dia"] == "2026-11-20"
    assert len(retaguarda.manifestos) == POR_REMESSA + 5


def test_comando_manda_os_manifestos_com_a_instalacao(retaguarda: Retaguarda, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDV_CHAVE", CHAVE)
    vender(2)
    call_command("pdv_replicar", "--url", retaguarda.url)
    assert retaguarda.remessas[0]["instalacao"] == str(Instalacao.objects.get().instalacao)
    assert retaguarda.manifestos["dia", "2026-11-20"]["quantidade"] == 2


def test_so_le_o_indice_do_dia() -> None:
    vender(1)
    with connections["terminal"].cursor() as cursor:
        cursor.execute(
            "EXPLAIN QUERY PLAN SELECT 1 FROM operacao_pdv WHERE data_hora_inicio >= '2026-11-20' "
            "AND data_hora_inicio < '2026-11-21'"
        )
        assert "operacao_pdv_inicio" in str(cursor.fetchall())


def test_nota_que_muda_toca_o_dia_da_operacao_dela() -> None:
    [operacao] = vender(1)
    nota = NotaFiscal.objects.get(id_operacao=operacao.pk)
    tocar(Tipo.NOTA, [nota.pk])
    assert {m.referencia for m in tocados(10)} == {"2026-11-20", "1"}
