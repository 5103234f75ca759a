"""Customers sent again: those asked for, once, in batches, behind the tills, and with a trace."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from auditoria.models import Evento
from clientes.models import Pendente, Reenvio
from clientes.monitor import reenvio
from clientes.monitor.reenvio import ReenvioRecusado, andar, cancelar, contar_desde, reenviar_desde
from filas.models import Mensagem
from tests.clientes.monitor.elenco import escrever, mensagens, monitorar, mudar, notas
from tests.erp.elenco import pessoa

pytestmark = pytest.mark.django_db(transaction=True)

AGORA = timezone.now()
ONTEM = AGORA - timedelta(days=1)


def cadastro(quantos: int = 3) -> None:
    """Customers told already; the even ones changed a week ago."""
    for n in range(quantos):
        escrever(str(n), data_para_transferencia=AGORA - timedelta(hours=1 if n % 2 else 24 * 7))
    monitorar()
    Mensagem.objects.update(situacao=2)


def pedir() -> Reenvio:
    return reenviar_desde(momento=ONTEM, usuario=pessoa("gerente"), motivo="plataforma restaurada")


def test_reenvia_quem_mudou_desde_o_momento_mesmo_sem_novidade() -> None:
    cadastro(4)
    pedido = pedir()
    assert andar() == 2
    monitorar()
    assert [len(mensagens(c)) for c in "0123"] == [1, 2, 1, 2]
    pedido.refresh_from_db()
    assert (pedido.notados, pedido.terminado_em is not None) == (2, True)
    assert andar() == 0


def test_anda_aos_lotes_pela_ordem_do_codigo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reenvio, "LOTE", 2)
    cadastro(11)
    pedir()
    assert andar() == 5
    assert notas() == ["1", "3", "5", "7", "9"]
    assert set(Pendente.objects.values_list("forcar", flat=True)) == {True}


def test_espera_enquanto_a_fila_nao_tem_lugar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reenvio, "LOTE", 2)
    monkeypatch.setattr(reenvio, "NA_FILA_NO_MAXIMO", 4)
    cadastro(12)
    pedir()
    assert andar() == 4
    monitorar()
    assert andar() == 0, "quatro mensagens esperam na fila"
    assert reenvio.fila_cheia()
    Mensagem.objects.update(situacao=2)
    assert andar() == 2


def test_conta_antes_e_nunca_mais_do_que_o_limite(monkeypatch: pytest.MonkeyPatch) -> None:
    cadastro(5)
    assert contar_desde(ONTEM) == 2
    monkeypatch.setattr(reenvio, "CONTADOS_NO_MAXIMO", 3)
    assert contar_desde(AGORA - timedelta(days=30)) == 4


@pytest.mark.parametrize(
    ("momento", "motivo", "diz"),
    [(AGORA + timedelta(days=1), "porque sim", "ainda não chegou"), (ONTEM, "  x ", "motivo")],
)
def test_recusa_momento_futuro_e_falta_de_motivo(momento: object, motivo: str, diz: str) -> None:
    with pytest.raises(ReenvioRecusado, match=diz):
        reenviar_desde(momento=momento, usuario=pessoa("gerente"), motivo=motivo)  # type: ignore[arg-type]  # parametrized
    assert not Reenvio.objects.exists()


def test_um_de_cada_vez_e_auditado() -> None:
    pedir()
    with pytest.raises(ReenvioRecusado, match="em andamento"):
        pedir()
    (evento,) = Evento.objects.filter(acao="clientes.reenvio_pedido")
    assert (evento.ator, evento.motivo) == ("ana", "plataforma restaurada")


def test_cancelado_para_de_notar_e_nao_se_cancela_duas_vezes() -> None:
    cadastro()
    pedido = pedir()
    cancelar(reenvio=pedido, usuario=pessoa("gerente"))
    assert (andar(), notas()) == (0, [])
    with pytest.raises(ReenvioRecusado, match="já terminou"):
        cancelar(reenvio=pedido, usuario=pessoa("gerente"))
    pedir()
    assert andar() == 1


def test_quem_muda_durante_o_reenvio_sai_como_esta() -> None:
    cadastro(2)
    pedir()
    andar()
    mudar("1", cliente_varejo="NOVO")
    monitorar()
    assert [m.conteudo["CLIENTE_VAREJO"] for m in mensagens("1")] == ["MARIA", "NOVO"]
