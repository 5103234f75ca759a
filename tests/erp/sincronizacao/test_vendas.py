"""Sales, from this side's staging to the other's, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from erp.rotinas.contexto import Contexto
from erp.rotinas.models import Execucao
from erp.sincronizacao.models import Conflito, VendaAEnviar
from erp.sincronizacao.rotinas import sincronizar_vendas
from pdv.replicacao.models import OperacaoPdv
from pdv.replicacao.services import receber_pacote
from tests.erp.sincronizacao.lado import Elo, OutraRetaguarda
from tests.pdv.fabricas import criar_ponto_venda, em_json, nova_nota, nova_operacao, novo_pacote, novo_turno

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("outra_retaguarda")]
TABELAS = ("hiperpdv_turno", "hiperpdv_operacao_pdv", "hiperpdv_nota_fiscal")


def chegar(*ids: int, ponto_venda: Any, notas: bool = True, **campos: Any) -> None:
    """What a till sends to this side."""
    pacote = novo_pacote(
        *(nova_operacao(n, **campos) for n in ids),
        notas=[nova_nota(n) for n in ids] if notas else [],
        turnos=[novo_turno(1)],
    )
    receber_pacote(corpo=em_json(pacote), ponto_venda=ponto_venda)


def enviar() -> Contexto:
    """One run of the routine, as the platform makes it."""
    agora = timezone.now()
    execucao = Execucao.objects.create(
        rotina="Sincronizacao/SincronizarVendas", situacao=Execucao.Situacao.EXECUTANDO, iniciada_em=agora,
        heartbeat=agora, iniciada_por="teste",
    )  # fmt: skip
    contexto = Contexto(execucao.pk)
    sincronizar_vendas(contexto)
    execucao.delete()
    return contexto


def la(outra: OutraRetaguarda) -> list[int]:
    """How many turnos, operations and notes the other side's staging has."""
    return [outra.sql(f"SELECT count(*) FROM {tabela}")[0][0] for tabela in TABELAS]


def test_vendas_de_antes_e_de_depois_chegam_uma_vez_pelo_mesmo_caminho_de_um_pdv(outra: OutraRetaguarda) -> None:
    pdv = criar_ponto_venda(1)
    outra.com_ponto_venda(1)
    chegar(1, 2, ponto_venda=pdv)
    assert not VendaAEnviar.objects.exists()  # nothing is noted while nobody asked for it

    assert enviar().contagens["operacoes: criada"] == 2
    assert la(outra) == [1, 2, 2]
    chegar(3, ponto_venda=pdv)
    enviar()
    assert la(outra) == [1, 3, 3]
    assert not VendaAEnviar.objects.exists()
    aqui = OperacaoPdv.objects.order_by("id_operacao").values_list("id_operacao", "hash_conteudo")
    copia = outra.sql("SELECT id_operacao, hash_conteudo FROM hiperpdv_operacao_pdv ORDER BY 1")
    assert [(n, bytes(h)) for n, h in copia] == [(n, bytes(h)) for n, h in aqui]


def test_marcar_como_processada_nao_manda_de_novo(outra: OutraRetaguarda) -> None:
    pdv = criar_ponto_venda(1)
    outra.com_ponto_venda(1)
    chegar(1, ponto_venda=pdv)
    enviar()
    OperacaoPdv.objects.update(situacao_replicacao=9)
    assert not VendaAEnviar.objects.exists()


def test_elo_que_perde_a_resposta_nao_dobra_a_venda(outra: OutraRetaguarda, settings: Any) -> None:
    pdv = criar_ponto_venda(1)
    outra.com_ponto_venda(1)
    chegar(1, ponto_venda=pdv)
    with Elo(outra.url, roteiro=lambda caminho, corpo: (corpo, 3)) as elo:
        settings.SINCRONIZACAO_URL = elo.url
        assert enviar().contagens["falhas"] == 1
        assert la(outra) == [1, 1, 1]  # it got there; only the answer was lost
        assert VendaAEnviar.objects.exists()
        elo.roteiro = lambda caminho, corpo: None
        assert enviar().contagens["operacoes: existente"] == 1
    assert la(outra) == [1, 1, 1]
    assert not VendaAEnviar.objects.exists()


def test_pdv_que_o_erp_nao_conhece_espera_sem_prender_os_outros(outra: OutraRetaguarda) -> None:
    um, dois = criar_ponto_venda(1), criar_ponto_venda(2)
    outra.com_ponto_venda(2)
    chegar(1, ponto_venda=um)
    chegar(1, ponto_venda=dois, id_ponto_venda=2, notas=False)
    contexto = enviar()
    assert [falha.objeto_id for falha in contexto.falhas] == ["1"]
    assert la(outra)[1] == 1
    outra.com_ponto_venda(1)
    enviar()
    assert la(outra)[1] == 2


def test_o_que_o_erp_tem_diferente_fica_a_vista_e_e_oferecido_de_novo(outra: OutraRetaguarda) -> None:
    pdv = criar_ponto_venda(1)
    outra.com_ponto_venda(1)
    chegar(1, ponto_venda=pdv)
    enviar()
    certo = bytes(OperacaoPdv.objects.get().hash_conteudo)
    OperacaoPdv.objects.update(
        observacao="corrigida", hash_conteudo=bytes(32)
    )  # a person accepted a till's new version
    assert enviar().contagens["operacoes: divergente"] == 1
    conflito = Conflito.objects.get()
    assert (conflito.entidade, conflito.situacao, conflito.aqui["ponto_venda"]) == ("vendas", 0, "1")
    OperacaoPdv.objects.update(observacao="", hash_conteudo=certo)
    enviar()
    conflito.refresh_from_db()
    assert (conflito.situacao, conflito.resolucao) == (1, "o ERP aceitou")


def test_quem_morre_antes_do_commit_manda_de_novo_e_o_outro_lado_ja_tem(outra: OutraRetaguarda) -> None:
    pdv = criar_ponto_venda(1)
    outra.com_ponto_venda(1)
    chegar(1, ponto_venda=pdv)

    class Morre(Contexto):
        def confirmar(self) -> None:
            if la(outra)[1]:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sincronizar_vendas(Morre(1))
    assert VendaAEnviar.objects.exists()
    assert enviar().contagens["operacoes: existente"] == 1
    assert la(outra) == [1, 1, 1]
