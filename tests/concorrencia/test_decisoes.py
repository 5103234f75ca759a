"""Two people at once over the same operations: one act, one decision, one estorno; the rest is told what happened."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from pdv.processamento.atos.divergencias import aceitar, manter
from pdv.processamento.atos.replicar_de_novo import replicar_de_novo
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import AtoPessoa, Geracao, Reprocesso
from pdv.processamento.reprocesso import services as em_massa
from pdv.processamento.reprocesso.worker import trabalhar
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.armazem import travar_ponto_venda
from pdv.replicacao.models import Comando, Divergencia, OperacaoArquivada, OperacaoPdv
from pdv.replicacao.services import receber_pacote
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import DINHEIRO, Elenco, estagiar_venda, montar_elenco
from tests.pdv.fabricas import em_json, nova_operacao, novo_finalizador, novo_item, novo_pacote
from tests.pdv.processamento.conftest import pessoa

pytestmark = pytest.mark.django_db(transaction=True)
MOTIVO = "A loja confirmou a correção"


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def gente(elenco: Elenco) -> list[User]:
    return [pessoa(nome, "gerente", filiais=(elenco.centro, elenco.bairro)) for nome in ("ana", "bia")]


def juntos(*funcoes: Callable[[], Any]) -> list[Any]:
    """Run all at once, each on its own connection; what each returned, or the refusal that it met."""
    partida = threading.Barrier(len(funcoes))
    respostas: list[Any] = [None] * len(funcoes)

    def correr(n: int, funcao: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            partida.wait(30)
            respostas[n] = funcao()
        except BaseException as erro:
            respostas[n] = erro
        finally:
            connection.close()

    linhas = [threading.Thread(target=correr, args=par) for par in enumerate(funcoes)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join(60)
    outros = [r for r in respostas if isinstance(r, BaseException) and not isinstance(r, AcaoRecusada)]
    assert outros == []
    return respostas


def vender(elenco: Elenco, quantas: int) -> list[int]:
    feitas = [
        estagiar_venda((elenco.pdv, elenco.pdv3)[n % 2], [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)]).pk
        for n in range(quantas)
    ]
    drenar_tudo()
    return feitas


def versao(quantidade: str) -> bytes:
    item = novo_item(1, quantidade=quantidade, unitario="10.00", id_produto=101)
    pago = novo_finalizador(1, item["valor_total_liquido"], DINHEIRO)
    return em_json(novo_pacote(nova_operacao(7, itens=[item], finalizadores=[pago], valor_troco="0.00")))


def test_dois_pedem_de_novo_as_mesmas_operacoes_e_uma_vez_so_sao_estornadas(elenco: Elenco, gente: list[User]) -> None:
    ids = vender(elenco, 6)
    respostas = juntos(*(lambda u=u: replicar_de_novo(ids=ids, motivo=MOTIVO, usuario=u) for u in gente))
    assert sorted(map(str, respostas)) == ["6", f"não existem mais: {', '.join(map(str, ids))}"]
    assert OperacaoArquivada.objects.count() == Comando.objects.count() == 6
    assert Geracao.objects.filter(estornada_em=None).count() == 0
    verificar_tudo()


def test_pedir_de_novo_enquanto_o_dreno_lanca(elenco: Elenco, gente: list[User]) -> None:
    """The one waits for the other: what is asked again was not posted, or was posted and is reversed."""
    ids = [estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)]).pk for _ in range(30)]
    juntos(drenar_tudo, lambda: replicar_de_novo(ids=ids[:15], motivo=MOTIVO, usuario=gente[0]), drenar_tudo)
    drenar_tudo()
    assert OperacaoPdv.objects.count() == OperacaoPdv.objects.filter(situacao_replicacao=9).count() == 15
    assert Geracao.objects.filter(estornada_em=None).count() == 15
    verificar_tudo()


def test_pedir_de_novo_espera_o_pacote_que_traz_outra_versao(elenco: Elenco, gente: list[User]) -> None:
    """Else its divergence would be about a row that is gone, and wait for a decision for ever."""
    receber_pacote(corpo=versao("1"), ponto_venda=elenco.pdv)
    drenar_tudo()
    linha = OperacaoPdv.objects.get()
    pedir = threading.Thread(
        target=lambda: juntos(lambda: replicar_de_novo(ids=[linha.pk], motivo=MOTIVO, usuario=gente[0]))
    )
    with transaction.atomic(), connection.cursor() as cursor:
        travar_ponto_venda(cursor, elenco.pdv.pk)  # the package, between seeing the row and keeping what differs
        pedir.start()
        parado = (
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        while pedir.is_alive():
            cursor.execute(parado)
            if cursor.fetchone() == (True,):
                break
        Divergencia.objects.create(
            operacao_id=linha.pk, ponto_venda_id=linha.ponto_venda_id, filial_id=linha.filial_id, hash_conteudo=b"1",
            conteudo={}, diferencas=[],
        )  # fmt: skip
    pedir.join(60)
    assert not OperacaoPdv.objects.exists()
    assert not Divergencia.objects.filter(decisao=Divergencia.Decisao.PENDENTE).exists()


@pytest.mark.parametrize("rodada", range(3))
def test_um_aceita_e_o_outro_mantem_a_mesma_divergencia(elenco: Elenco, gente: list[User], rodada: int) -> None:
    for quantidade in ("1", "3"):
        receber_pacote(corpo=versao(quantidade), ponto_venda=elenco.pdv)
        drenar_tudo()
    pk = Divergencia.objects.get().pk
    respostas = juntos(
        lambda: aceitar(divergencia_id=pk, motivo=MOTIVO, usuario=gente[0]),
        lambda: manter(divergencia_id=pk, motivo=MOTIVO, usuario=gente[1]),
    )
    recusas = [r for r in respostas if isinstance(r, AcaoRecusada)]
    assert len(recusas) == 1 and "já decidida" in str(recusas[0])
    drenar_tudo()
    aceita = Divergencia.objects.get().decisao == "aceita"
    assert OperacaoPdv.objects.get().valor_total == (30 if aceita else 10)
    assert AtoPessoa.objects.count() == 1
    verificar_tudo()


def test_aceitar_enquanto_o_pdv_manda_de_novo(elenco: Elenco, gente: list[User]) -> None:
    for quantidade in ("1", "3"):
        receber_pacote(corpo=versao(quantidade), ponto_venda=elenco.pdv)
        drenar_tudo()
    pk = Divergencia.objects.get().pk
    respostas = juntos(
        lambda: aceitar(divergencia_id=pk, motivo=MOTIVO, usuario=gente[0]),
        lambda: receber_pacote(corpo=versao("3"), ponto_venda=elenco.pdv).operacoes[0].resultado,
        drenar_tudo,
    )
    assert respostas[0] is True and respostas[1] in ("existente", "divergente")
    drenar_tudo()
    assert Divergencia.objects.filter(decisao="aceita").count() == 1
    assert OperacaoPdv.objects.get().valor_total == 30
    assert receber_pacote(corpo=versao("3"), ponto_venda=elenco.pdv).operacoes[0].resultado == "existente"
    verificar_tudo()


def test_dois_reprocessos_e_tres_trabalhadores_ao_mesmo_tempo(elenco: Elenco, gente: list[User], settings: Any) -> None:
    settings.PDV_LOTE = 4
    ids = vender(elenco, 24)
    for usuario in gente:
        em_massa.pedir(linhas=OperacaoPdv.objects.all(), descricao="todas", motivo=MOTIVO, usuario=usuario)
    juntos(trabalhar, trabalhar, trabalhar, drenar_tudo)
    trabalhar()
    assert list(Reprocesso.objects.values_list("situacao", "feitas", "falhas")) == [(4, 24, 0)] * 2
    vivas = Geracao.objects.filter(estornada_em=None)
    assert vivas.count() == 24 and set(vivas.values_list("numero", flat=True)) <= {2, 3}
    assert AtoPessoa.objects.filter(alvo_id__in=ids).count() == 48
    verificar_tudo()


def test_cancelar_enquanto_se_trabalha_nao_deixa_nada_pela_metade(
    elenco: Elenco, gente: list[User], settings: Any
) -> None:
    settings.PDV_LOTE = 2
    vender(elenco, 24)
    reprocesso = em_massa.pedir(linhas=OperacaoPdv.objects.all(), descricao="todas", motivo=MOTIVO, usuario=gente[0])
    juntos(trabalhar, lambda: em_massa.cancelar(reprocesso=reprocesso, usuario=gente[1]), trabalhar)
    trabalhar()
    reprocesso.refresh_from_db()
    assert reprocesso.terminado_em is not None
    assert Geracao.objects.filter(estornada_em=None, numero=2).count() == reprocesso.feitas
    assert OperacaoPdv.objects.filter(situacao_replicacao=9).count() == 24
    verificar_tudo()
