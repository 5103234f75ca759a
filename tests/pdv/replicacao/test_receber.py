"""Storing a package: what becomes of each row, and what staging holds afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import structlog
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from erp.cadastros.models import PontoVenda
from filas import registrar_despertador
from filas.wake import _despertadores
from pdv.replicacao import rules
from pdv.replicacao.codigos import PacoteRecusado
from pdv.replicacao.esquema import Resposta
from pdv.replicacao.models import (
    Divergencia,
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
    Rejeicao,
    Turno,
)
from pdv.replicacao.services import DESPERTADOR, receber_pacote
from tests.pdv.fabricas import (
    INSTALACAO,
    criar_ponto_venda,
    em_json,
    nova_nota,
    nova_operacao,
    novo_item,
    novo_pacote,
    novo_recebimento,
    novo_recebimento_de_titulos,
    novo_turno,
)

AGORA = datetime(2026, 7, 1, 14, tzinfo=UTC)
OUTRA_INSTALACAO = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def despertares() -> Iterator[list[str]]:
    """Every wake-up of the processing that was sent."""
    antes = _despertadores.get(DESPERTADOR)
    enviados: list[str] = []
    registrar_despertador(DESPERTADOR, lambda: enviados.append(DESPERTADOR))
    yield enviados
    if antes:
        registrar_despertador(DESPERTADOR, antes)


def receber(ponto_venda: PontoVenda, *operacoes: Any, agora: datetime = AGORA, **campos: Any) -> Resposta:
    return receber_pacote(corpo=em_json(novo_pacote(*operacoes, **campos)), ponto_venda=ponto_venda, agora=agora)


def resultados(resposta: Resposta) -> list[str]:
    secoes: list[Any] = [resposta.turnos, resposta.operacoes, resposta.notas]
    return [linha.resultado for secao in secoes for linha in secao]


def test_operacao_nova_e_gravada_com_seus_dependentes(ponto_venda: PontoVenda) -> None:
    enviada = nova_operacao(7, observacao='tab\t, barra \\, quebra\n, aspas " e ç', valor_desconto=0)
    assert resultados(receber(ponto_venda, enviada)) == ["criada"]
    gravada = OperacaoPdv.objects.get()
    assert (gravada.ponto_venda_id, gravada.filial_id) == (ponto_venda.pk, ponto_venda.filial_id)
    assert (gravada.id_operacao, gravada.instalacao) == (7, INSTALACAO)
    assert gravada.guid_operacao == UUID(enviada["guid_operacao"])
    assert gravada.data_hora_termino == datetime(2026, 7, 1, 13, 1, 30, 250000, tzinfo=UTC)
    assert (gravada.valor_total, gravada.valor_desconto) == (Decimal("22.00"), Decimal("0.00"))
    assert gravada.observacao == enviada["observacao"]
    assert (gravada.situacao_replicacao, gravada.tentativas, gravada.mortes) == (1, 0, 0)
    assert gravada.recebido_em == gravada.proxima_tentativa_em == AGORA
    itens = list(ItemOperacaoPdv.objects.filter(operacao_id=gravada.pk).order_by("item"))
    assert [(i.item, i.id_produto, i.quantidade_primaria) for i in itens] == [
        (n, 100 + n, Decimal("2.0000")) for n in range(1, 5)
    ]
    pagos = FinalizadorOperacaoPdv.objects.filter(operacao_id=gravada.pk).order_by("item")
    assert [(f.valor, f.valor_troco, f.parcela) for f in pagos] == [
        (Decimal("12.33"), Decimal("5.00"), 1),
        (Decimal("14.67"), Decimal("0.00"), 2),
    ]
    assert sum(f.valor - f.valor_troco for f in pagos) == gravada.valor_total


def test_recebimento_e_gravado_com_os_titulos_pagos(ponto_venda: PontoVenda) -> None:
    titulos = [
        novo_recebimento(2, "1-40-1", "30.00", parcela=3, desconto="1.50"),
        novo_recebimento(1, "1-39-2", "50.00", juros="2"),
    ]
    assert (
        resultados(receber(ponto_venda, nova_operacao(1), novo_recebimento_de_titulos(2, *titulos))) == ["criada"] * 2
    )
    operacao = OperacaoPdv.objects.get(operacao=7)
    assert (operacao.id_operacao, operacao.valor_total) == (2, Decimal("80.50"))
    linhas = RecebimentoOperacaoPdv.objects.order_by("item").values_list(
        "operacao_id", "item", "numero_documento", "parcela", "valor", "juros", "desconto"
    )
    assert list(linhas) == [
        (operacao.pk, 1, "1-39-2", 1, Decimal("50.00"), Decimal("2.00"), Decimal("0.00")),
        (operacao.pk, 2, "1-40-1", 3, Decimal("30.00"), Decimal("0.00"), Decimal("1.50")),
    ]


def test_nota_e_turno_novos_sao_gravados(ponto_venda: PontoVenda) -> None:
    xml = "<a>ção\n\t\\N \\. &amp;</a>"
    turno = novo_turno(3, contado={"17": "5", "1": 10.5})
    resposta = receber(ponto_venda, notas=[nova_nota(1, xml=xml)], turnos=[turno])
    assert resultados(resposta) == ["criada", "criada"]
    nota, gravado = NotaFiscal.objects.get(), Turno.objects.get()
    assert (nota.xml, nota.id_operacao, nota.situacao_replicacao) == (xml, 1, 1)
    assert (gravado.id_turno, gravado.contado, gravado.filial_id) == (3, {"1": "10.50", "17": "5.00"}, nota.filial_id)


def test_resposta_vem_na_ordem_enviada(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(5))
    resposta = receber(ponto_venda, nova_operacao(9), nova_operacao(2, valor_total="-1"), nova_operacao(5), 3)
    assert [(o.id_operacao, o.resultado) for o in resposta.operacoes] == [
        (9, "criada"),
        (2, "rejeitada"),
        (5, "existente"),
        (None, "rejeitada"),
    ]


def test_pacote_repetido_nao_muda_nada(ponto_venda: PontoVenda) -> None:
    pacote: dict[str, Any] = {"notas": [nova_nota(1)], "turnos": [novo_turno(1)]}
    receber(ponto_venda, nova_operacao(1), **pacote)
    antes = [list(modelo.objects.values()) for modelo in (OperacaoPdv, ItemOperacaoPdv, NotaFiscal, Turno)]
    resposta = receber(ponto_venda, nova_operacao(1), agora=AGORA + timedelta(hours=1), **pacote)
    assert resultados(resposta) == ["existente", "existente", "existente"]
    assert [list(modelo.objects.values()) for modelo in (OperacaoPdv, ItemOperacaoPdv, NotaFiscal, Turno)] == antes


def test_operacao_existente_e_registrada_no_log(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    with structlog.testing.capture_logs() as linhas:
        receber(ponto_venda, nova_operacao(1), nova_operacao(2))
    (linha,) = [linha for linha in linhas if "já existem" in linha["event"]]
    assert (linha["ponto_venda"], linha["operacoes"]) == (1, [1])


@pytest.mark.django_db(transaction=True)
def test_processamento_e_acordado_uma_vez_e_so_quando_ha_o_que_fazer(
    ponto_venda: PontoVenda, despertares: list[str]
) -> None:
    def enviados(*operacoes: Any, **campos: Any) -> int:
        despertares.clear()
        receber(ponto_venda, *operacoes, **campos)
        return len(despertares)

    assert enviados(nova_operacao(1), nova_operacao(2), notas=[nova_nota(1)]) == 1
    assert enviados(nova_operacao(1), notas=[nova_nota(1)]) == 0
    assert enviados(notas=[nova_nota(1, situacao="cancelada")]) == 1
    assert enviados(nova_operacao(3, valor_total="-1")) == 0
    assert enviados(nova_operacao(1, cancelado=True)) == 1
    assert enviados(nova_operacao(1, cancelado=True)) == 0
    OperacaoPdv.objects.filter(id_operacao=2).update(situacao_replicacao=0)
    assert enviados(nova_operacao(2, cancelado=True)) == 0
    assert enviados() == 0


# Same key, other content


def test_outro_conteudo_e_divergente_e_nada_e_sobrescrito(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    antes = [list(modelo.objects.values()) for modelo in (OperacaoPdv, ItemOperacaoPdv, FinalizadorOperacaoPdv)]
    outra = nova_operacao(1, observacao="outra", itens=[novo_item(1), *nova_operacao()["itens"][1:]], valor_total="25")
    assert resultados(receber(ponto_venda, outra)) == ["divergente"]
    assert [list(m.objects.values()) for m in (OperacaoPdv, ItemOperacaoPdv, FinalizadorOperacaoPdv)] == antes
    guardada = Divergencia.objects.get()
    assert guardada.operacao_id == OperacaoPdv.objects.get().pk
    assert {"campo": "observacao", "retaguarda": "", "terminal": "outra"} in guardada.diferencas
    unitario = {"campo": "itens[1].valor_unitario_liquido", "retaguarda": "1.250000", "terminal": "5.000000"}
    assert unitario in guardada.diferencas
    assert guardada.conteudo["observacao"] == "outra"
    assert guardada.conteudo["itens"][0]["valor_unitario_liquido"] == "5.000000"


def test_mesma_divergencia_e_contada_e_outra_e_guardada_a_parte(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    for observacao in ("a", "a", "b", "a"):
        receber(ponto_venda, nova_operacao(1, observacao=observacao))
    assert sorted(Divergencia.objects.values_list("conteudo__observacao", "vezes")) == [("a", 3), ("b", 1)]


def test_duas_divergencias_iguais_no_mesmo_pacote_sao_uma_so(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    outra = nova_operacao(1, observacao="a")
    assert resultados(receber(ponto_venda, outra, outra)) == ["divergente", "divergente"]
    assert Divergencia.objects.get().vezes == 2


def test_hash_de_versao_antiga_nao_vira_divergencia(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    OperacaoPdv.objects.update(hash_conteudo=bytes([rules.VERSAO_HASH + 1]) + bytes(32))
    assert resultados(receber(ponto_venda, nova_operacao(1))) == ["existente"]
    assert not Divergencia.objects.exists()


def test_hash_da_versao_1_e_comparado_pelas_colunas(ponto_venda: PontoVenda) -> None:
    """What was received before recebimentos were known: the same content is the same, another is another."""
    pago = novo_recebimento_de_titulos(1, novo_recebimento(1, valor="10.00"))
    receber(ponto_venda, pago, nova_operacao(2))
    da_versao_1 = bytes([1]) + bytes(32)
    OperacaoPdv.objects.update(hash_conteudo=da_versao_1)
    assert resultados(receber(ponto_venda, pago, nova_operacao(2))) == ["existente", "existente"]
    # a version 1 till had sent no recebimentos: those that come now are a difference
    RecebimentoOperacaoPdv.objects.all().delete()
    assert resultados(receber(ponto_venda, pago, nova_operacao(2, observacao="x"))) == ["divergente", "divergente"]
    (falta, outra) = Divergencia.objects.order_by("operacao_id").values_list("diferencas", flat=True)
    assert falta == [{"campo": "recebimentos[1]", "retaguarda": None, "terminal": pago["recebimentos"][0]}]
    assert [d["campo"] for d in outra] == ["observacao"]


@pytest.mark.parametrize(
    "mudanca",
    [
        {"recebimentos": [novo_recebimento(1, valor="10.00", juros="1.00")]},
        {"recebimentos": []},
        {"recebimentos": [novo_recebimento(1, valor="10.00"), novo_recebimento(2, "1-1-2", "5.00")]},
    ],
    ids=["juros", "nenhum", "um a mais"],
)
def test_recebimentos_que_mudaram_sao_divergencia_e_nada_e_sobrescrito(
    ponto_venda: PontoVenda, mudanca: dict[str, Any]
) -> None:
    pago = novo_recebimento_de_titulos(1, novo_recebimento(1, valor="10.00"))
    receber(ponto_venda, pago)
    antes = list(RecebimentoOperacaoPdv.objects.values())
    assert resultados(receber(ponto_venda, pago | mudanca)) == ["divergente"]
    assert list(RecebimentoOperacaoPdv.objects.values()) == antes
    guardada = Divergencia.objects.get()
    assert guardada.conteudo["recebimentos"] == mudanca["recebimentos"]
    assert all(d["campo"].startswith("recebimentos[") for d in guardada.diferencas)


def test_divergencia_recusada_que_chega_de_novo_e_contada_sem_perguntar(ponto_venda: PontoVenda) -> None:
    pago = novo_recebimento_de_titulos(1, novo_recebimento(1, valor="10.00"))
    corrigido = pago | {"recebimentos": [novo_recebimento(1, valor="9.00", juros="1.00")]}
    receber(ponto_venda, pago)
    receber(ponto_venda, corrigido)
    Divergencia.objects.update(decisao="recusada", decidida_por="ana", decidida_em=AGORA, motivo="erro de digitação")
    assert resultados(receber(ponto_venda, corrigido)) == ["divergente"]
    decidida = Divergencia.objects.get()
    assert (decidida.vezes, decidida.decisao, decidida.decidida_por) == (2, "recusada", "ana")
    outra = pago | {"recebimentos": [novo_recebimento(1, valor="8.00", juros="2.00")]}
    receber(ponto_venda, outra)
    assert sorted(Divergencia.objects.values_list("decisao", "vezes")) == [("", 1), ("recusada", 2)]


@pytest.mark.parametrize(("antes", "depois", "mortes"), [(9, 1, 0), (2, 1, 0), (1, 1, 2), (0, 0, 2)])
def test_operacao_cancelada_depois_volta_a_pendente_se_ja_tinha_sido_vista(
    ponto_venda: PontoVenda, antes: int, depois: int, mortes: int
) -> None:
    receber(ponto_venda, nova_operacao(1))
    amanha, agora = timezone.now() + timedelta(days=1), timezone.now()
    OperacaoPdv.objects.update(situacao_replicacao=antes, tentativas=3, mortes=2, erro_codigo="X", processado_em=AGORA)
    OperacaoPdv.objects.update(proxima_tentativa_em=agora if antes == 9 else amanha)
    gravada: Any = OperacaoPdv.objects.values().get()
    assert resultados(receber(ponto_venda, nova_operacao(1, cancelado=True), agora=agora)) == ["existente"]
    mudou: Any = OperacaoPdv.objects.values().get()
    assert mudou.pop("proxima_tentativa_em") <= (amanha if mortes else timezone.now())
    del gravada["proxima_tentativa_em"]
    assert mudou == gravada | {"cancelado": True, "situacao_replicacao": depois, "mortes": mortes}


def test_operacao_cancelada_uma_vez_nao_e_descancelada_nem_volta_outra_vez(ponto_venda: PontoVenda) -> None:
    """A sale that the till brought back to life is for a person to decide: it may be an old package come late."""
    receber(ponto_venda, nova_operacao(1))
    receber(ponto_venda, nova_operacao(1, cancelado=True))
    OperacaoPdv.objects.update(situacao_replicacao=9)
    for cancelado, resultado in ((True, "existente"), (False, "divergente"), (False, "divergente")):
        assert resultados(receber(ponto_venda, nova_operacao(1, cancelado=cancelado))) == [resultado]
        gravada = OperacaoPdv.objects.get()
        assert (gravada.cancelado, gravada.situacao_replicacao) == (True, 9)
    guardada = Divergencia.objects.get()
    assert guardada.diferencas == [{"campo": "cancelado", "retaguarda": True, "terminal": False}]
    assert (guardada.conteudo["cancelado"], guardada.vezes) == (False, 2)


def test_divergente_e_cancelada_nao_marca_o_que_foi_recebido(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    assert resultados(receber(ponto_venda, nova_operacao(1, cancelado=True, observacao="x"))) == ["divergente"]
    assert not OperacaoPdv.objects.get().cancelado
    assert Divergencia.objects.get().conteudo["cancelado"] is True


def test_mesmo_id_com_outro_guid_e_terminal_reinstalado(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    (resultado,) = receber(ponto_venda, nova_operacao(1, guid_operacao=OUTRA_INSTALACAO)).operacoes
    assert (resultado.resultado, resultado.codigo) == ("rejeitada", "TERMINAL_REINSTALADO")
    assert OUTRA_INSTALACAO in resultado.mensagem
    assert OperacaoPdv.objects.count() == 1
    assert Rejeicao.objects.get().codigo == "TERMINAL_REINSTALADO"


def test_terminal_reinstalado_com_nova_instalacao_conta_de_novo(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, nova_operacao(1))
    reinstalada = nova_operacao(1, guid_operacao=OUTRA_INSTALACAO)
    assert resultados(receber(ponto_venda, reinstalada, instalacao=OUTRA_INSTALACAO)) == ["criada"]
    assert OperacaoPdv.objects.count() == 2


def test_dois_pdvs_usam_os_mesmos_numeros_sem_se_misturar(ponto_venda: PontoVenda) -> None:
    outro = criar_ponto_venda(2)
    receber(ponto_venda, nova_operacao(1))
    assert resultados(receber(outro, nova_operacao(1, id_ponto_venda=2))) == ["criada"]
    assert OperacaoPdv.objects.count() == 2


# The same key twice in one package


def test_a_mesma_operacao_duas_vezes_no_pacote_faz_uma_linha(ponto_venda: PontoVenda) -> None:
    iguais = [nova_operacao(1), nova_operacao(1, cancelado=True)]
    assert resultados(receber(ponto_venda, *iguais)) == ["criada", "existente"]
    assert OperacaoPdv.objects.get().cancelado
    assert ItemOperacaoPdv.objects.count() == 4


def test_o_mesmo_id_com_dois_conteudos_no_pacote_vale_o_primeiro(ponto_venda: PontoVenda) -> None:
    resposta = receber(ponto_venda, nova_operacao(1), nova_operacao(1, observacao="x"), nova_operacao(2))
    assert resultados(resposta) == ["criada", "rejeitada", "criada"]
    assert resposta.operacoes[1].codigo == "REPETIDA_NO_PACOTE"
    assert OperacaoPdv.objects.get(id_operacao=1).observacao == ""


@pytest.mark.parametrize("ja_gravada", [False, True])
def test_a_mesma_nota_duas_vezes_no_pacote(ponto_venda: PontoVenda, ja_gravada: bool) -> None:
    if ja_gravada:
        receber(ponto_venda, notas=[nova_nota(1, situacao="antiga")])
    notas = [nova_nota(1), nova_nota(1), nova_nota(1, situacao="cancelada")]
    resposta = receber(ponto_venda, notas=notas)
    assert resultados(resposta) == ["atualizada" if ja_gravada else "criada", "existente", "rejeitada"]
    assert resposta.notas[2].codigo == "REPETIDA_NO_PACOTE"
    assert NotaFiscal.objects.get().situacao == "autorizada"


def test_o_mesmo_turno_duas_vezes_no_pacote(ponto_venda: PontoVenda) -> None:
    turnos = [novo_turno(1), novo_turno(1), novo_turno(1, fechado=True)]
    resposta = receber(ponto_venda, turnos=turnos)
    assert resultados(resposta) == ["criada", "existente", "rejeitada"]
    assert not Turno.objects.get().fechado


# Notes and turnos change


@pytest.mark.parametrize(("antes", "depois"), [(9, 1), (2, 1), (1, 1), (0, 0)])
def test_nota_que_mudou_volta_a_pendente_se_ja_tinha_sido_vista(
    ponto_venda: PontoVenda, antes: int, depois: int
) -> None:
    receber(ponto_venda, notas=[nova_nota(1)])
    NotaFiscal.objects.update(
        situacao_replicacao=antes,
        tentativas=3,
        mortes=1,
        erro_codigo="X",
        erro_mensagem="x",
        proxima_tentativa_em=timezone.now() + timedelta(days=1),
        processado_em=AGORA,
    )
    mudada = nova_nota(1, situacao="cancelada", xml="<outro/>", protocolo="9", valor_total="30", id_operacao=8)
    depois_de = timezone.now()
    assert resultados(receber(ponto_venda, notas=[mudada], agora=depois_de)) == ["atualizada"]
    nota = NotaFiscal.objects.get()
    assert (nota.situacao, nota.xml, nota.protocolo) == ("cancelada", "<outro/>", "9")
    assert (nota.valor_total, nota.id_operacao) == (Decimal("30.00"), 8)
    assert (nota.situacao_replicacao, nota.tentativas, nota.mortes) == (depois, 0, 0)
    assert (nota.erro_codigo, nota.erro_mensagem, nota.processado_em) == ("", "", None)
    assert nota.proxima_tentativa_em == depois_de
    assert nota.recebido_em == AGORA
    assert resultados(receber(ponto_venda, notas=[mudada])) == ["existente"]


def test_nota_igual_nao_e_reprocessada(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, notas=[nova_nota(1)])
    NotaFiscal.objects.update(situacao_replicacao=9)
    assert resultados(receber(ponto_venda, notas=[nova_nota(1)])) == ["existente"]
    assert NotaFiscal.objects.get().situacao_replicacao == 9


def test_nota_e_de_quem_a_enviou_primeiro(ponto_venda: PontoVenda) -> None:
    outro = criar_ponto_venda(2)
    receber(ponto_venda, notas=[nova_nota(1)])
    for nota in (nova_nota(1), nova_nota(1, situacao="cancelada")):
        (resultado,) = receber(outro, notas=[nota]).notas
        assert (resultado.resultado, resultado.codigo) == ("rejeitada", "NOTA_DE_OUTRO_PONTO_VENDA")
    gravada = NotaFiscal.objects.get()
    assert (gravada.ponto_venda_id, gravada.situacao) == (ponto_venda.pk, "autorizada")
    rejeicao = Rejeicao.objects.get()
    assert (rejeicao.ponto_venda_id, rejeicao.vezes) == (outro.pk, 2)
    assert rejeicao.identificador == f"{nova_nota(1)['chave']}/1"


def test_mesma_chave_com_outro_numero_e_outra_nota(ponto_venda: PontoVenda) -> None:
    nota = nova_nota(1)
    assert resultados(receber(ponto_venda, notas=[nota, nota | {"numero": 2}])) == ["criada", "criada"]


def test_turno_e_atualizado_quando_fecha(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, turnos=[novo_turno(1), novo_turno(2)])
    fechado = novo_turno(1, fechado=True, data_hora_termino="2026-07-01T10:00:00-03:00", contado={"1": "100.00"})
    resposta = receber(ponto_venda, turnos=[fechado, novo_turno(2)])
    assert resultados(resposta) == ["atualizada", "existente"]
    turno = Turno.objects.get(id_turno=1)
    assert (turno.fechado, turno.contado) == (True, {"1": "100.00"})
    assert turno.data_hora_termino == datetime(2026, 7, 1, 13, tzinfo=UTC)


# What did not get in


def test_linha_ruim_nao_segura_as_boas_e_fica_guardada(ponto_venda: PontoVenda) -> None:
    ruim = nova_operacao(2, valor_total="-1.00")
    assert resultados(receber(ponto_venda, nova_operacao(1), ruim, nova_operacao(3))) == [
        "criada",
        "rejeitada",
        "criada",
    ]
    assert set(OperacaoPdv.objects.values_list("id_operacao", flat=True)) == {1, 3}
    rejeicao = Rejeicao.objects.get()
    assert (rejeicao.tipo, rejeicao.identificador, rejeicao.codigo) == ("operacao", "2", "VALOR_NEGATIVO")
    assert (rejeicao.ponto_venda_id, rejeicao.filial_id) == (ponto_venda.pk, ponto_venda.filial_id)
    assert rejeicao.mensagem == 'valor_total: não pode ser negativo, recebido "-1.00"'
    assert bytes(rejeicao.conteudo or b"") == em_json(ruim)
    assert (rejeicao.vezes, rejeicao.resolvida_em) == (1, None)


def test_rejeicao_e_contada_resolvida_e_reaberta(ponto_venda: PontoVenda) -> None:
    def situacao() -> tuple[int, datetime | None]:
        linha = Rejeicao.objects.get()
        return linha.vezes, linha.resolvida_em

    receber(ponto_venda, nova_operacao(1, valor_total="-1"))
    receber(ponto_venda, nova_operacao(1, valor_total="-2"), agora=AGORA + timedelta(minutes=1))
    assert situacao() == (2, None)
    assert Rejeicao.objects.get().ultima_em == AGORA + timedelta(minutes=1)
    depois = AGORA + timedelta(minutes=2)
    receber(ponto_venda, nova_operacao(1), agora=depois)
    assert situacao() == (2, depois)
    receber(ponto_venda, nova_operacao(1), agora=depois + timedelta(minutes=1))
    assert situacao() == (2, depois)
    receber(ponto_venda, nova_operacao(1, valor_total="-1"))
    assert situacao() == (3, None)


def test_resolver_uma_rejeicao_nao_toca_as_dos_outros(ponto_venda: PontoVenda) -> None:
    outro = criar_ponto_venda(2)
    receber(ponto_venda, nova_operacao(1, valor_total="-1"), turnos=[novo_turno(1, sequencial=-1)])
    receber(outro, nova_operacao(1, id_ponto_venda=2, valor_total="-1"))
    receber(ponto_venda, nova_operacao(1))
    abertas = Rejeicao.objects.filter(resolvida_em=None).values_list("ponto_venda_id", "tipo")
    assert set(abertas) == {(ponto_venda.pk, "turno"), (outro.pk, "operacao")}


def test_pacote_ilegivel_fica_guardado_e_e_resolvido_pelo_seguinte(ponto_venda: PontoVenda) -> None:
    corpo = b"{" + b"x" * 100_000
    with pytest.raises(PacoteRecusado, match="JSON_INVALIDO"):
        receber_pacote(corpo=corpo, ponto_venda=ponto_venda, agora=AGORA)
    rejeicao = Rejeicao.objects.get()
    assert (rejeicao.tipo, rejeicao.identificador, rejeicao.codigo) == ("pacote", "", "JSON_INVALIDO")
    assert bytes(rejeicao.conteudo or b"") == corpo[: 64 * 1024]
    receber(ponto_venda)
    assert Rejeicao.objects.get().resolvida_em == AGORA


def test_so_rejeitadas_tambem_ficam_guardadas(ponto_venda: PontoVenda) -> None:
    receber(ponto_venda, "x", nova_operacao(2, valor_total="-1"), notas=[{"chave": "1"}], turnos=[{"id_turno": 9}])
    assert sorted(Rejeicao.objects.values_list("tipo", "codigo")) == [
        ("nota", "VALOR_INVALIDO"),
        ("operacao", "LINHA_ILEGIVEL"),
        ("operacao", "VALOR_NEGATIVO"),
        ("turno", "CAMPO_OBRIGATORIO"),
    ]
    assert not OperacaoPdv.objects.exists()


def test_chave_de_homologacao_responde_igual_e_nao_grava(ponto_venda: PontoVenda) -> None:
    corpo = em_json(novo_pacote(nova_operacao(1), nova_operacao(2, valor_total="-1"), notas=[nova_nota(1)]))
    resposta = receber_pacote(corpo=corpo, ponto_venda=ponto_venda, agora=AGORA, gravar=False)
    assert resultados(resposta) == ["criada", "rejeitada", "criada"]
    with pytest.raises(PacoteRecusado):
        receber_pacote(corpo=b"x", ponto_venda=ponto_venda, agora=AGORA, gravar=False)
    for modelo in (OperacaoPdv, ItemOperacaoPdv, NotaFiscal, Rejeicao):
        assert not modelo.objects.exists()


# The till's last contact


def test_contato_e_anotado_no_maximo_a_cada_30_segundos(ponto_venda: PontoVenda) -> None:
    def contato(depois: timedelta, versao: str) -> tuple[datetime | None, str]:
        ponto_venda.refresh_from_db()
        receber(ponto_venda, agora=AGORA + depois, replicador=versao)
        ponto_venda.refresh_from_db()
        return ponto_venda.ultimo_contato_em, ponto_venda.versao_replicador

    assert contato(timedelta(0), "1.0") == (AGORA, "1.0")
    assert contato(timedelta(seconds=29), "1.0") == (AGORA, "1.0")
    assert contato(timedelta(seconds=30), "1.0") == (AGORA + timedelta(seconds=30), "1.0")
    assert contato(timedelta(seconds=31), "1.1") == (AGORA + timedelta(seconds=31), "1.1")


# Cost


def test_numero_de_consultas_nao_depende_do_tamanho_do_pacote(ponto_venda: PontoVenda) -> None:
    def consultas(primeira: int, quantas: int) -> int:
        numeros = range(primeira, primeira + quantas)
        with CaptureQueriesContext(
            connection,
        ) as capturadas:
            receber(ponto_venda, *map(nova_operacao, numeros), notas=[nova_nota(n) for n in numeros])
        return len(capturadas)

    assert consultas(1, 2) == consultas(100, 300) < 15
    assert consultas(100, 300) < 15
