"""Plans with real connections: two runs at once, a sale twice, a payment and a cancellation at the same instant."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from auditoria.services import Ator
from erp.acesso.erros import ErroDefinitivo
from erp.contatos.models import Comunicado
from erp.financeiro.erros import BaixaRecusada
from erp.financeiro.models import Baixa, Titulo
from erp.planos.models import Contratacao, MudancaContratacao, Situacao
from erp.planos.selectors.debitos import a_suspender
from erp.planos.services import cancelar, lotes, reativar, suspender, vender
from erp.planos.services.cancelamento import cancelar_em_atraso
from erp.planos.services.suspensao import suspender_em_atraso
from erp.planos.services.venda import Venda
from erp.rotinas.contexto import Contexto
from erp.rotinas.models import Execucao
from tests.concorrencia.test_drenos import juntos
from tests.erp.elenco import empresa, filial
from tests.erp.planos.elenco import ANA, cliente, contrato, pagar, parcelas, plano
from tests.erp.planos.invariantes import verificar

pytestmark = pytest.mark.django_db(transaction=True)
VENDA = date(2025, 1, 10)
DIA = date(2025, 6, 1)
ROTINA = Ator("rotina", "teste")


@pytest.fixture(autouse=True)
def _empresa() -> Iterator[None]:
    empresa()
    yield
    verificar()


def em_execucao(n: int, dia: date = DIA) -> Contexto:
    agora = timezone.now()
    linha = Execucao.objects.create(
        rotina=f"Teste/R{n}", situacao=Execucao.Situacao.EXECUTANDO, iniciada_por="teste", iniciada_em=agora,
        heartbeat=agora,
    )  # fmt: skip
    return Contexto(linha.pk, referencia=dia)


def test_duas_rotinas_ao_mesmo_tempo_suspendem_cada_contrato_uma_vez(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lotes, "POR_LOTE", 3)
    for _ in range(20):
        contrato(VENDA)
    contextos = [em_execucao(n) for n in range(2)]
    juntos(*(partial(suspender_em_atraso, contexto, ROTINA) for contexto in contextos))
    assert Contratacao.objects.filter(situacao=Situacao.SUSPENSO).count() == 20
    assert sum(contexto.contagens["suspensos"] for contexto in contextos) == 20
    assert not any(contexto.falhas for contexto in contextos)


def test_duas_rotinas_ao_mesmo_tempo_cancelam_cada_contrato_uma_vez_e_pedem_cada_aviso_uma_vez(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lotes, "POR_LOTE", 3)
    for _ in range(12):
        contrato(VENDA, do_plano=plano("Sem aviso", avisos_exigidos=0, meses_para_cancelar=1))
    for _ in range(5):
        contrato(VENDA, do_plano=plano("Com aviso", avisos_exigidos=1, meses_para_cancelar=1))
    contextos = [em_execucao(n, date(2025, 2, 11)) for n in range(2)]
    juntos(*(partial(cancelar_em_atraso, contexto, ROTINA) for contexto in contextos))
    assert not any(contexto.falhas for contexto in contextos)
    assert Contratacao.objects.filter(situacao=Situacao.CANCELADO).count() == 12
    assert sum(contexto.contagens["cancelados"] for contexto in contextos) == 12
    assert Titulo.objects.exclude(estorno_de=None).count() == 12 * 10  # the ten of each that were to fall due
    assert sum(contexto.contagens["avisos pedidos"] for contexto in contextos) == 5 == Comunicado.objects.count()


def test_mesma_venda_enviada_duas_vezes_ao_mesmo_tempo_vende_uma() -> None:
    chave = uuid.uuid4()
    venda = Venda(plano().pk, cliente().pk, filial().pk, VENDA, 10)

    def enviar() -> None:
        vender(venda, ator=ANA, chave=chave, dia=VENDA)

    juntos(enviar, enviar)
    assert Contratacao.objects.count() == 1


def test_vendas_ao_mesmo_tempo_tem_numeros_diferentes() -> None:
    do_plano = plano()
    titulares = [cliente() for _ in range(4)]
    juntos(*(partial(contrato, VENDA, do_plano=do_plano, titular=titular) for titular in titulares))
    assert sorted(Contratacao.objects.values_list("numero", flat=True)) == [1, 2, 3, 4]


def test_pagar_e_cancelar_ao_mesmo_tempo_deixam_a_parcela_paga_ou_estornada() -> None:
    for _ in range(5):
        feito = contrato(VENDA)

        def pagar_adiantado(de: Contratacao = feito) -> None:
            with suppress(BaixaRecusada):
                pagar(de, 11)

        juntos(
            pagar_adiantado,
            partial(cancelar, contratacao_id=feito.pk, motivo="a pedido", ator=ANA, a_pedido=True, dia=DIA),
        )
        ultima = parcelas(feito)[-1]
        paga = Baixa.objects.filter(titulo=ultima).exists()
        assert paga != Titulo.objects.filter(estorno_de=ultima.pk).exists()


def test_rotina_e_pessoa_no_mesmo_contrato_fazem_um_caminho_so() -> None:
    feito = contrato(VENDA)
    suspender(contratacao_id=feito.pk, motivo="atraso", ator=ANA, dia=date(2025, 4, 1))

    def voltar() -> None:
        reativar(contratacao_id=feito.pk, motivo="acordo", ator=ANA, acordo_ate=date(2025, 9, 1), dia=DIA)

    def encerrar() -> None:
        with suppress(ErroDefinitivo):
            cancelar(contratacao_id=feito.pk, motivo="a pedido", ator=ANA, a_pedido=True, dia=DIA)

    def tentar_voltar() -> None:
        with suppress(ErroDefinitivo):
            voltar()

    juntos(tentar_voltar, encerrar, partial(suspender_em_atraso, em_execucao(1), ROTINA))
    assert MudancaContratacao.objects.filter(contratacao=feito).count() >= 3


def test_contrato_preso_por_outro_fica_para_a_proxima_e_os_demais_seguem() -> None:
    contratos = [contrato(VENDA) for _ in range(4)]
    contexto, solta = em_execucao(1), threading.Event()
    presa = threading.Event()

    def prender() -> None:
        with transaction.atomic():
            list(Contratacao.objects.select_for_update().filter(pk=contratos[1].pk))
            presa.set()
            solta.wait(60)

    def rodar() -> None:
        presa.wait(60)
        try:
            suspender_em_atraso(contexto, ROTINA)
        finally:
            solta.set()

    juntos(prender, rodar)
    assert [f.objeto_id for f in contexto.falhas] == [str(contratos[1].pk)]
    assert "estava em uso" in contexto.falhas[0].descricao
    assert Contratacao.objects.filter(situacao=Situacao.SUSPENSO).count() == 3
    with connection.cursor() as cursor:
        assert [d.contratacao_id for d in a_suspender(cursor, [c.pk for c in contratos], DIA)] == [contratos[1].pk]
