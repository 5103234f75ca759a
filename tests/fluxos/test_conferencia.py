"""From the till's day to the board and back: what was lost on the way is named, replicated again, and the day is green."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from pdv.conferencia.models import DiaConferido
from pdv.conferencia.services import recalcular_tocados
from pdv.processamento.services import drenar_tudo
from pdv.tabelas import Especie
from pdv.terminal.envio import Cliente
from pdv.terminal.espera import Parada
from pdv.terminal.models import FinalizadorOperacaoPdv, ItemOperacaoPdv, NotaFiscal, OperacaoPdv, Turno
from pdv.terminal.nfce import ItemDaNota, NotaParaGerar, PagamentoDaNota, gerar_nfce
from pdv.terminal.registro import Registro, gravar
from pdv.terminal.remessa import Remessas
from pdv.terminal.replicador import Fim, Replicador
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import DINHEIRO, Elenco, montar_elenco

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "terminal"])
INICIO = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
Situacao = DiaConferido.Situacao


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def replicar(elenco: Elenco, live_server: Any) -> Iterator[Any]:
    """Replicate everything due and then the manifests, over real HTTP."""
    chave = criar_chave(nome="PDV 1", escopos=["pdv"], ponto_venda_id=elenco.pdv.pk, ator=ATOR_SISTEMA)[1]
    cliente = Cliente(live_server.url, chave)

    def _replicar() -> DiaConferido:
        replicador = Replicador(cliente, Parada(), ao_esvaziar=Remessas(cliente, Parada()).enviar)
        assert replicador.executar().fim is Fim.VAZIO
        drenar_tudo()
        recalcular_tocados()
        return DiaConferido.objects.get()

    yield _replicar
    cliente.fechar()


def vender(quantas: int) -> list[int]:
    turno, _ = Turno.objects.get_or_create(
        id_turno=1, defaults={"id_ponto_venda": 1, "sequencial": 1, "data_hora_inicio": INICIO}
    )
    registros = [_venda(turno.pk, OperacaoPdv.objects.count() + n) for n in range(1, quantas + 1)]
    gravar(registros)
    return [r.operacao.pk for r in registros]


def _venda(turno: int, numero: int) -> Registro:
    gerada = gerar_nfce(
        NotaParaGerar(
            "35", "11222333000181", "LOJA", 1, numero, INICIO, (ItemDaNota("101", "CAFE", D(1), D("10.00")),),
            (PagamentoDaNota("01", D("10.00")),), cnf="87654321", protocolo="135260000000001",
        )
    )  # fmt: skip
    operacao = OperacaoPdv(
        guid_operacao=f"00000000-0000-4000-8000-{numero:012d}", id_ponto_venda=1, id_turno=turno, operacao=Especie.VENDA,
        data_hora_inicio=INICIO, data_hora_termino=INICIO, valor_produtos=D("10.00"), valor_total=D("10.00"),
    )  # fmt: skip
    item = ItemOperacaoPdv(
        item=1, id_produto=101, descricao="CAFE", unidade="UN", quantidade_primaria=D(1),
        valor_unitario_liquido=D("10"), valor_total_liquido=D("10.00"),
    )  # fmt: skip
    nota = NotaFiscal(
        chave=gerada.chave, numero=numero, serie=1, modelo="65", situacao="autorizada", protocolo="135260000000001",
        data_emissao=INICIO, valor_total=gerada.total, xml=gerada.xml,
    )  # fmt: skip
    return Registro(
        operacao, [item], [FinalizadorOperacaoPdv(item=1, id_finalizador=DINHEIRO, valor=D("10.00"))], nota=nota
    )


def test_operacoes_perdidas_no_meio_ganham_nome_e_o_dia_fica_verde_quando_chegam(elenco: Elenco, replicar: Any) -> None:
    numeros = vender(6)
    linha = replicar()
    assert (linha.situacao, linha.pdv_quantidade, linha.fiscal_quantidade) == (Situacao.CONFERE, 6, 6), linha.motivos
    perdidas = [numeros[1], numeros[2], numeros[4]]
    with connection.cursor() as cursor:  # what the specification tells staff to do, and what a bad copy does
        cursor.execute("DELETE FROM hiperpdv_operacao_pdv WHERE id_operacao = ANY(%s)", [perdidas])
    recalcular_tocados()
    linha.refresh_from_db()
    assert linha.situacao == Situacao.DIFERENCA
    assert linha.faltando == [[numeros[1], numeros[2]], [numeros[4], numeros[4]]]
    assert {m["codigo"] for m in linha.motivos} >= {"FALTANDO", "NOTA_ORFA"}
    OperacaoPdv.objects.filter(pk__in=perdidas).update(situacao_replicacao=1)  # "basta fazer um update"
    linha = replicar()
    assert (linha.situacao, linha.faltando, linha.lancado_valor) == (Situacao.CONFERE, [], D("60.00")), linha.motivos
    verificar_tudo()


def test_venda_cancelada_no_pdv_deixa_de_pedir_nota_e_a_nota_viva_aparece(elenco: Elenco, replicar: Any) -> None:
    [primeira, _] = vender(2)
    assert replicar().situacao == Situacao.CONFERE
    OperacaoPdv.objects.filter(pk=primeira).update(cancelado=True, situacao_replicacao=1)
    linha = replicar()
    assert {m["codigo"]: m["quantidade"] for m in linha.motivos} == {"NOTA_DE_CANCELADA": 1}
    assert (linha.esperado_quantidade, linha.pdv_valor, linha.lancado_valor) == (1, D("10.00"), D("10.00"))
    verificar_tudo()


def test_venda_sem_nota_e_nota_que_ainda_nao_foi_enviada_sao_coisas_diferentes(elenco: Elenco, replicar: Any) -> None:
    [venda, _] = vender(2)
    NotaFiscal.objects.filter(id_operacao=venda).delete()
    linha = replicar()
    assert (linha.situacao, [m["codigo"] for m in linha.motivos]) == (Situacao.DIFERENCA, ["SEM_NOTA"])
    assert (linha.fiscal_quantidade, linha.esperado_quantidade) == (1, 2)
    elenco.pdv.emite_nota = False
    elenco.pdv.save()
    vender(1)
    assert replicar().esperado_quantidade == 0
