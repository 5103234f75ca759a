from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from auditoria.services import Ator
from erp.acesso.services import aprovar
from erp.contatos.models import Comunicado
from erp.contatos.valores import Entrega
from erp.planos.models import AvisoContratacao, Contratacao, MudancaContratacao, Situacao
from erp.planos.rotinas import CANCELAMENTO
from erp.planos.services import combinar, suspender
from erp.planos.services.provas import ouvir
from erp.rotinas.models import Execucao, ItemExecucao, LinhaExecucao
from erp.rotinas.services import executar, executar_pendentes
from tests.erp.elenco import pessoa
from tests.erp.planos.elenco import ANA, D, ao_meio_dia, avisar, contrato, debito_de, pagar, parcelas, plano

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("funeraria")]
VENDA = date(2025, 1, 10)
DOZE_MESES = date(2026, 1, 10)
ALEM = date(2026, 1, 11)


def rodar(dia: date, **campos: Any) -> Execucao:
    return executar(CANCELAMENTO, iniciada_por=Ator("sistema", "teste"), referencia=dia, **campos)


def situacao(de: Contratacao) -> int:
    return Contratacao.objects.get(pk=de.pk).situacao


def sem_aviso(**campos: Any) -> Contratacao:
    return contrato(VENDA, do_plano=plano("Sem aviso", avisos_exigidos=0, **campos))


def entregar(de: Contratacao, dia: date) -> None:
    """What contatos tells when the last notice asked was taken by the mail server."""
    pedido = Comunicado.objects.filter(fato__startswith=f"contratacao:{de.pk}:cancelamento:").latest("id")
    ouvir([Entrega(pedido.fato, "email", ao_meio_dia(dia), pedido.pk, uuid.uuid4(), de.titular_id, "m***@x", "250 ok")])


def test_cancela_com_mais_de_doze_meses_e_estorna_o_que_viria() -> None:
    feito = sem_aviso()
    pagar(feito, 11)  # one paid ahead, another debt left behind
    rodar(DOZE_MESES)
    assert situacao(feito) == Situacao.ATIVO
    pagar(feito, 0)
    rodar(ALEM)
    assert situacao(feito) == Situacao.ATIVO  # the oldest open one is now of February
    execucao = rodar(date(2026, 2, 11))
    assert situacao(feito) == Situacao.CANCELADO
    assert execucao.contagens == {"contratos examinados": 1, "a cancelar": 1, "cancelados": 1}
    assert execucao.valores == {"vencido": "500.00"}  # ten instalments: none was still to fall due
    mudanca = MudancaContratacao.objects.get(contratacao=feito, para=Situacao.CANCELADO)
    assert (mudanca.execucao, mudanca.vencido, mudanca.cancelado) == (execucao.pk, D("500.00"), 0)


def test_o_vencido_continua_devido_e_o_que_viria_nao() -> None:
    feito = sem_aviso(meses_para_cancelar=1)
    suspender(contratacao_id=feito.pk, motivo="atraso", ator=ANA, dia=date(2025, 2, 10))
    execucao = rodar(date(2025, 2, 11))
    assert execucao.valores == {"vencido": "100.00", "a estornar": "500.00", "estornado": "500.00"}
    assert debito_de(feito, date(2030, 1, 1)).vencido == D("100.00")  # type: ignore[union-attr]  # it owes
    assert len(parcelas(feito)) == 12


@pytest.mark.parametrize(
    ("venda", "meses", "ainda_nao", "cancelado"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28), date(2025, 3, 1)),  # a leap day and twelve months is 28/02
        (date(2023, 2, 28), 12, date(2024, 2, 28), date(2024, 2, 29)),
        (date(2025, 8, 31), 6, date(2026, 2, 28), date(2026, 3, 1)),  # six months of the 31st end in February
        (date(2025, 1, 31), 1, date(2025, 2, 28), date(2025, 3, 1)),
    ],
)
def test_meses_sao_os_do_calendario(venda: date, meses: int, ainda_nao: date, cancelado: date) -> None:
    feito = contrato(venda, do_plano=plano("Meses", avisos_exigidos=0, meses_para_cancelar=meses))
    for dia, esperada in ((ainda_nao, Situacao.ATIVO), (cancelado, Situacao.CANCELADO)):
        with time_machine.travel(f"{dia}T21:10:00-03:00", tick=False):
            executar(CANCELAMENTO, iniciada_por="sistema:agenda")  # the day is that of the clock
        assert situacao(feito) == esperada


def test_sem_aviso_provado_nao_cancela_pede_o_aviso_e_diz_que_falta() -> None:
    feito = contrato(VENDA)
    execucao = rodar(ALEM)
    assert (situacao(feito), execucao.contagens["falta aviso"], execucao.contagens["avisos pedidos"]) == (1, 1, 1)
    pedido = Comunicado.objects.get(fato__startswith=f"contratacao:{feito.pk}:")
    assert (pedido.modelo, pedido.dados["aviso"], pedido.dados["parcelas"]) == ("plano_aviso_cancelamento", "1", "12")
    assert "falta aviso 1 de 2" in LinhaExecucao.objects.get(execucao=execucao).texto
    rodar(ALEM + timedelta(days=1))  # asked again, it is told once
    assert Comunicado.objects.count() == 1


def test_avisos_entregues_um_a_um_ate_cancelar() -> None:
    feito = contrato(VENDA)
    rodar(ALEM)
    entregar(feito, ALEM)
    rodar(ALEM + timedelta(days=14))
    assert Comunicado.objects.count() == 1  # fifteen days between notices
    rodar(ALEM + timedelta(days=15))
    assert Comunicado.objects.count() == 2
    entregar(feito, ALEM + timedelta(days=15))
    rodar(ALEM + timedelta(days=29))
    assert situacao(feito) == Situacao.ATIVO  # and fifteen to answer the last
    rodar(ALEM + timedelta(days=30))
    assert situacao(feito) == Situacao.CANCELADO
    provas = AvisoContratacao.objects.filter(contratacao=feito)
    assert provas.count() == 2 and all(p.referencia.startswith("mensagem ") for p in provas)
    motivo = MudancaContratacao.objects.get(para=Situacao.CANCELADO).motivo
    assert motivo.endswith("2 avisos provados")


def test_entrega_contada_duas_vezes_e_uma_prova() -> None:
    feito = contrato(VENDA)
    rodar(ALEM)
    entregar(feito, ALEM)
    entregar(feito, ALEM)
    ouvir([Entrega("contratacao:999999:cancelamento:1:x:1", "email", ao_meio_dia(ALEM), 1, uuid.uuid4(), "", "", "")])
    ouvir([Entrega("outra:coisa", "email", ao_meio_dia(ALEM), 1, uuid.uuid4(), "", "", "")])
    assert AvisoContratacao.objects.count() == 1


def test_carta_vale_como_aviso() -> None:
    feito = contrato(VENDA)
    avisar(feito, date(2025, 12, 1), date(2025, 12, 20))
    assert rodar(ALEM).contagens["cancelados"] == 1


def test_acordo_segura_o_cancelamento() -> None:
    feito = sem_aviso()
    combinar(contratacao_id=feito.pk, acordo_ate=ALEM, motivo="combinado", ator=ANA, dia=DOZE_MESES)
    rodar(ALEM)
    assert situacao(feito) == Situacao.ATIVO
    rodar(ALEM + timedelta(days=1))
    assert situacao(feito) == Situacao.CANCELADO


def test_rodar_de_novo_nao_cancela_nem_estorna_de_novo() -> None:
    feito = sem_aviso(meses_para_cancelar=1)
    rodar(date(2025, 2, 11))
    assert rodar(date(2025, 2, 11)).situacao == Execucao.Situacao.PULADA
    assert rodar(date(2025, 2, 12)).contagens == {}
    assert MudancaContratacao.objects.filter(contratacao=feito, para=Situacao.CANCELADO).count() == 1


def test_simular_lista_quem_e_o_dinheiro_e_nao_muda_nada() -> None:
    feito, sem_prova = sem_aviso(meses_para_cancelar=1), contrato(VENDA, do_plano=plano("Um", meses_para_cancelar=1))
    execucao = rodar(date(2025, 2, 11), simulacao=True)
    assert execucao.valores == {"vencido": "100.00", "a estornar": "500.00"}
    itens = {i.objeto_id: (i.descricao, i.valor) for i in ItemExecucao.objects.filter(execucao=execucao)}
    assert itens[str(feito.pk)] == (f"cancelar contrato {feito.numero}: 2 parcelas desde 10/01/2025", D("100.00"))
    assert "falta aviso 1 de 2" in itens[str(sem_prova.pk)][0] and itens[str(sem_prova.pk)][1] is None
    assert {situacao(feito), situacao(sem_prova)} == {Situacao.ATIVO}
    assert not Comunicado.objects.exists()


def test_acima_do_limite_nem_avisa_nem_cancela_sem_a_segunda_pessoa(settings: Any) -> None:
    settings.ROTINA_APROVACAO_ACIMA = 1
    pronto, a_avisar = sem_aviso(), contrato(VENDA)
    execucao = rodar(ALEM)
    assert execucao.situacao == Execucao.Situacao.AGUARDA_APROVACAO
    assert execucao.aprovacao is not None
    assert "Cancelar 1 contratos, R$ 600,00 vencidos" in execucao.aprovacao.descricao
    assert situacao(pronto) == Situacao.ATIVO and not Comunicado.objects.exists()
    aprovar(aprovacao=execucao.aprovacao, por=pessoa("gerente"), motivo="conferi a lista")
    executar_pendentes()
    assert (situacao(pronto), situacao(a_avisar), Comunicado.objects.count()) == (Situacao.CANCELADO, Situacao.ATIVO, 1)


def test_aviso_ja_pedido_e_sem_entrega_nao_pede_aprovacao_toda_noite(settings: Any) -> None:
    """Who has no e-mail stays without the notice for months: that is nothing to be done, however many they are."""
    for _ in range(2):
        contrato(VENDA)
    rodar(ALEM)
    settings.ROTINA_APROVACAO_ACIMA = 1
    execucao = rodar(ALEM + timedelta(days=1))
    assert (execucao.situacao, execucao.contagens) == (
        Execucao.Situacao.SUCESSO, {"contratos examinados": 2, "falta aviso": 2},
    )  # fmt: skip
    assert all("já pedido" in linha.texto for linha in LinhaExecucao.objects.filter(execucao=execucao))
