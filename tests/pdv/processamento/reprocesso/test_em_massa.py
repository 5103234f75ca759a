"""Many operations reprocessed in the background: chosen by a filter, approved, sent, counted; paused and cancelled."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.models import Aprovacao
from erp.acesso.services import aprovar, recusar
from erp.cadastros.models import PeriodoContabil
from erp.financeiro.models import Titulo
from erp.financeiro.services import baixar_titulo, desfazer_baixa
from pdv.processamento.atos.services import ignorar
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo, AtoPessoa, Geracao, Reprocesso, ReprocessoItem
from pdv.processamento.reprocesso import selectors, services, worker
from pdv.processamento.reprocesso.worker import dar_passo, trabalhar
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import AGORA, CREDITO, DINHEIRO, Elenco, estagiar_venda, montar_elenco
from tests.pdv.processamento.conftest import pessoa

pytestmark = pytest.mark.django_db(transaction=True)
ANDANDO, PAUSADO, CANCELADO, CONCLUIDO = list(Reprocesso.Situacao)[1:]
MOTIVO = "Condição do cartão corrigida"


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> User:
    return pessoa("ana", "gerente", filiais=(elenco.centro, elenco.bairro))


def vender(elenco: Elenco, quantas: int, *, finalizador: int = DINHEIRO, produto: int = 101) -> list[OperacaoPdv]:
    feitas = [
        estagiar_venda(elenco.pdv, [(produto, "1", "10.00")], [(finalizador, "10.00", "0", 1)]) for _ in range(quantas)
    ]
    drenar_tudo()
    return feitas


def pedir(usuario: User, **opcoes: Any) -> Reprocesso:
    campos = {"linhas": OperacaoPdv.objects.all(), "descricao": "todas", "motivo": MOTIVO, "usuario": usuario}
    return services.pedir(**campos | opcoes)  # type: ignore[arg-type]  # the fields above


def numeros(reprocesso: Reprocesso) -> tuple[int, int, int]:
    reprocesso.refresh_from_db()
    return reprocesso.situacao, reprocesso.feitas, reprocesso.falhas


def geracoes(operacao: OperacaoPdv) -> list[tuple[int, bool]]:
    vivas = Geracao.objects.filter(id_operacao=operacao.id_operacao).order_by("numero")
    return [(g.numero, g.estornada_em is None) for g in vivas]


def aprovacao_de(reprocesso: Reprocesso) -> Aprovacao:
    assert reprocesso.aprovacao_id is not None
    return Aprovacao.objects.get(pk=reprocesso.aprovacao_id)


def test_cada_operacao_e_estornada_e_lancada_de_novo_uma_vez(elenco: Elenco, ana: User) -> None:
    vendas = vender(elenco, 5)
    reprocesso = pedir(ana)
    assert (reprocesso.total, reprocesso.filiais) == (5, [elenco.centro.pk])
    trabalhar()
    assert numeros(reprocesso) == (CONCLUIDO, 5, 0)
    assert all(geracoes(o) == [(1, False), (2, True)] for o in vendas)
    assert reprocesso.terminado_em is not None
    assert set(ReprocessoItem.objects.values_list("situacao", flat=True)) == {ReprocessoItem.Situacao.FEITA}
    trabalhar()
    assert Geracao.objects.count() == 10, "nada acontece duas vezes"
    verificar_tudo()


def test_o_ato_diz_quem_pediu_porque_e_em_qual_reprocesso(elenco: Elenco, ana: User) -> None:
    vender(elenco, 2)
    reprocesso = pedir(ana)
    trabalhar()
    esperado = f"{MOTIVO} (reprocesso em massa {reprocesso.pk})"
    assert set(AtoPessoa.objects.values_list("acao", "usuario", "motivo")) == {("reprocessar", "ana", esperado)}
    estornada = Geracao.objects.exclude(estornada_em=None).first()
    assert estornada is not None and (estornada.estornada_por, estornada.motivo_estorno) == ("ana", esperado)
    acoes = list(Evento.objects.filter(acao__startswith="pdv.reproc").order_by("em").values_list("acao", "ator"))
    assert acoes == [
        ("pdv.reprocessar_em_massa_pedido", "ana"),
        *[("pdv.reprocessar", "ana")] * 2,
        ("pdv.reprocessar_em_massa_concluido", "sistema"),
    ]
    assert set(Evento.objects.filter(acao="pdv.reprocessar").values_list("objeto_id", flat=True)) == {
        str(pk) for pk in OperacaoPdv.objects.values_list("pk", flat=True)
    }


def test_a_que_nao_pode_ser_estornada_falha_e_nao_e_tocada(elenco: Elenco, ana: User) -> None:
    livre, presa = vender(elenco, 2, finalizador=CREDITO)
    titulo = Titulo.objects.filter(origem_id=Geracao.objects.get(id_operacao=presa.id_operacao).pk, sentido="R").get()
    baixa = baixar_titulo(
        titulo_id=titulo.pk, valor=titulo.valor, conta_id=elenco.banco.pk, ocorrido_em=AGORA, motivo="Recebido",
        usuario=ana, chave=uuid.uuid4(),
    )  # fmt: skip
    antes = OperacaoPdv.objects.values().get(pk=presa.pk)
    reprocesso = pedir(ana)
    trabalhar()
    assert numeros(reprocesso) == (CONCLUIDO, 1, 1)
    assert OperacaoPdv.objects.values().get(pk=presa.pk) == antes
    assert geracoes(livre) == [(1, False), (2, True)] and geracoes(presa) == [(1, True)]
    item = ReprocessoItem.objects.get(operacao_id=presa.pk)
    assert item.codigo == "TITULO_BAIXADO" and titulo.documento in item.mensagem
    assert not AtoPessoa.objects.filter(alvo_id=presa.pk).exists()
    desfazer_baixa(baixa_id=baixa.pk, motivo="Baixa errada", usuario=ana, chave=uuid.uuid4())
    de_novo = pedir(ana, linhas=OperacaoPdv.objects.filter(pk=presa.pk))
    trabalhar()
    assert numeros(de_novo) == (CONCLUIDO, 1, 0)


def test_periodo_fechado_falha_para_quem_pediu_sem_a_permissao(elenco: Elenco, ana: User) -> None:
    [venda] = vender(elenco, 1)
    PeriodoContabil.objects.create(inicio=AGORA.date().replace(day=1), fim=AGORA.date().replace(day=28), fechado=True)
    reprocesso = pedir(pessoa("caio", "operador", filiais=(elenco.centro,)))
    trabalhar()
    assert numeros(reprocesso) == (CONCLUIDO, 0, 1)
    assert ReprocessoItem.objects.get().codigo == "PERIODO_FECHADO"
    assert geracoes(venda) == [(1, True)]


def test_a_que_da_erro_ao_ser_lancada_falha_com_o_motivo_e_a_geracao_antiga_fica(elenco: Elenco, ana: User) -> None:
    [venda] = vender(elenco, 1, produto=102)
    elenco.arroz.codigo = 999
    elenco.arroz.save()
    reprocesso = pedir(ana)
    trabalhar()
    assert numeros(reprocesso) == (CONCLUIDO, 0, 1)
    [grupo] = selectors.grupos_de_falhas(reprocesso)
    assert (grupo.codigo, grupo.quantas) == ("PRODUTO_NAO_CADASTRADO:102", 1)
    assert "102" in grupo.exemplo
    assert geracoes(venda) == [(1, True)]


def test_acima_do_limite_espera_outra_pessoa_e_comeca_sozinho(elenco: Elenco, ana: User, settings: Any) -> None:
    settings.REPROCESSO_APROVACAO_ACIMA = 2
    vender(elenco, 3)
    reprocesso = pedir(ana)
    trabalhar()
    assert numeros(reprocesso)[0] == Reprocesso.Situacao.AGUARDA_APROVACAO
    aprovacao = aprovacao_de(reprocesso)
    assert (aprovacao.permissao, aprovacao.dados["operacoes"]) == ("processamento.reprocessar_em_massa", 3)
    assert "3 operações (R$\u00a030,00): todas" in aprovacao.descricao
    aprovar(aprovacao=aprovacao, por=User.objects.create_superuser("bea"), motivo="Conferi a taxa")
    trabalhar()
    assert numeros(reprocesso) == (CONCLUIDO, 3, 0)
    aprovacao.refresh_from_db()
    assert aprovacao.situacao == Aprovacao.Situacao.CONSUMIDA


def test_so_aprova_quem_ve_as_filiais_e_o_que_ainda_espera(elenco: Elenco, ana: User, settings: Any) -> None:
    settings.REPROCESSO_APROVACAO_ACIMA = 0
    vender(elenco, 1)
    reprocesso = pedir(ana)
    aprovacao = aprovacao_de(reprocesso)
    do_bairro, das_duas = (
        pessoa("caio", "gerente", filiais=(elenco.bairro,)),
        pessoa("dora", "gerente", filiais=(elenco.centro, elenco.bairro)),
    )
    for decidir in (aprovar, recusar):
        with pytest.raises(ErroDefinitivo, match="filiais que você não vê"):
            decidir(aprovacao=aprovacao, por=do_bairro, motivo="Conferi a taxa")
    services.cancelar(reprocesso=reprocesso, usuario=ana)
    with pytest.raises(ErroDefinitivo, match="já está cancelado: não há o que aprovar"):
        aprovar(aprovacao=aprovacao, por=das_duas, motivo="Conferi a taxa")
    aprovacao.refresh_from_db()
    assert aprovacao.situacao == Aprovacao.Situacao.PENDENTE
    recusar(aprovacao=aprovacao, por=das_duas, motivo="Foi cancelado")


def test_no_limite_ninguem_precisa_aprovar(elenco: Elenco, ana: User, settings: Any) -> None:
    settings.REPROCESSO_APROVACAO_ACIMA = 2
    vender(elenco, 2)
    assert numeros(pedir(ana))[0] == ANDANDO


def test_recusado_ou_vencido_nao_toca_em_nada(elenco: Elenco, ana: User, settings: Any) -> None:
    settings.REPROCESSO_APROVACAO_ACIMA = 0
    vender(elenco, 1)
    bea = User.objects.create_superuser("bea")
    recusado, esquecido, tardio = pedir(ana), pedir(ana), pedir(ana)
    recusar(aprovacao=aprovacao_de(recusado), por=bea, motivo="Não precisa")
    aprovar(aprovacao=aprovacao_de(tardio), por=bea, motivo="Conferi a taxa")
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        trabalhar()
    assert {numeros(r)[0] for r in (recusado, esquecido, tardio)} == {CANCELADO}
    assert Geracao.objects.count() == 1


def test_mais_de_cem_mil_e_recusado_e_nada_fica(elenco: Elenco, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    vender(elenco, 4)
    monkeypatch.setattr(selectors, "MAXIMO", 3)
    monkeypatch.setattr(services, "MAXIMO", 3)
    with pytest.raises(AcaoRecusada, match="mais de 3 operações"):
        pedir(ana)
    assert selectors.contar_escolha(OperacaoPdv.objects.all()).demais
    assert not Reprocesso.objects.exists() and not ReprocessoItem.objects.exists()


@pytest.mark.parametrize(
    ("opcoes", "porque"),
    [
        ({"linhas": OperacaoPdv.objects.none()}, "nenhuma operação"),
        ({"motivo": " abc "}, "ao menos 5"),
        ({"maximo": 1}, "mostrava 1 operações e agora mostra 2"),
    ],
)
def test_pedido_que_nao_serve_e_recusado(elenco: Elenco, ana: User, opcoes: dict[str, Any], porque: str) -> None:
    vender(elenco, 2)
    with pytest.raises(AcaoRecusada, match=porque):
        pedir(ana, **opcoes)
    assert not Reprocesso.objects.exists()


def test_a_escolha_conta_por_situacao_com_o_dinheiro(elenco: Elenco, ana: User) -> None:
    vender(elenco, 2)
    vender(elenco, 3, produto=777)
    escolha = selectors.contar_escolha(OperacaoPdv.objects.all())
    assert escolha.por_situacao == {2: (3, D("30.00")), 9: (2, D("20.00"))}
    assert (escolha.total, escolha.valor, set(escolha.filiais)) == (5, D("50.00"), {elenco.centro.pk})
    assert selectors.contar_escolha(OperacaoPdv.objects.none()).total == 0


def test_so_um_tanto_fica_na_fila_de_cada_vez(elenco: Elenco, ana: User, settings: Any) -> None:
    vender(elenco, 12)
    settings.PDV_LOTE = 2
    reprocesso = pedir(ana)
    assert dar_passo(reprocesso.pk).enviadas == worker.LOTES_EM_VOO * 2
    assert dar_passo(reprocesso.pk) == worker.Passo(em_voo=8), "a fila está cheia"
    drenar_tudo()
    assert dar_passo(reprocesso.pk) == worker.Passo(enviadas=4, feitas=8, em_voo=4)


def test_a_venda_de_hoje_passa_na_frente(elenco: Elenco, ana: User, settings: Any) -> None:
    """What is sent back to the queue goes behind what was there already."""
    [antiga] = vender(elenco, 1)
    nova = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    dar_passo(pedir(ana, linhas=OperacaoPdv.objects.filter(pk=antiga.pk)).pk)
    settings.PDV_LOTE = 1
    drenar_tudo()
    ordem = Geracao.objects.order_by("id").values_list("id_operacao", flat=True)
    assert list(ordem) == [antiga.id_operacao, nova.id_operacao, antiga.id_operacao]


def test_pausar_para_de_enviar_e_continuar_vai_ate_o_fim(elenco: Elenco, ana: User, settings: Any) -> None:
    vender(elenco, 12)
    settings.PDV_LOTE = 2
    reprocesso = pedir(ana)
    dar_passo(reprocesso.pk)
    services.pausar(reprocesso=reprocesso, usuario=ana)
    trabalhar()
    assert numeros(reprocesso) == (PAUSADO, 8, 0), "o que foi enviado termina"
    services.continuar(reprocesso=reprocesso, usuario=ana)
    assert (reprocesso.marco_prontas, reprocesso.situacao) == (8, ANDANDO)
    trabalhar()
    assert numeros(reprocesso) == (CONCLUIDO, 12, 0)


def test_cancelar_deixa_como_estava_o_que_nao_foi_enviado(elenco: Elenco, ana: User, settings: Any) -> None:
    vender(elenco, 12)
    settings.PDV_LOTE = 2
    reprocesso = pedir(ana)
    dar_passo(reprocesso.pk)
    services.cancelar(reprocesso=reprocesso, usuario=ana)
    assert Reprocesso.objects.filter(terminado_em=None).exists(), "ainda há na fila"
    trabalhar()
    assert numeros(reprocesso) == (CANCELADO, 8, 0)
    assert not Reprocesso.objects.filter(terminado_em=None).exists()
    assert Counter(g.numero for g in Geracao.objects.filter(estornada_em=None)) == {1: 4, 2: 8}
    verificar_tudo()


@pytest.mark.parametrize(
    ("feito", "pedido"),
    [
        ((), services.continuar),
        ((services.pausar,), services.pausar),
        ((services.cancelar,), services.cancelar),
        ((services.cancelar,), services.continuar),
    ],
)
def test_transicao_que_nao_cabe_e_recusada(elenco: Elenco, ana: User, feito: Any, pedido: Any) -> None:
    vender(elenco, 1)
    reprocesso = pedir(ana)
    for passo in feito:
        passo(reprocesso=reprocesso, usuario=ana)
    with pytest.raises(AcaoRecusada, match="já está"):
        pedido(reprocesso=reprocesso, usuario=ana)


def test_a_que_alguem_ignorou_antes_de_ser_enviada_continua_ignorada(elenco: Elenco, ana: User) -> None:
    antiga, nova = vender(elenco, 2, produto=777)
    ignorar(alvo=Alvo.OPERACAO, ids=[antiga.pk], motivo="Venda de teste", usuario=ana)
    reprocesso = pedir(ana)  # the filter showed it, ignored as it was
    ignorar(alvo=Alvo.OPERACAO, ids=[nova.pk], motivo="Venda de teste", usuario=ana)
    trabalhar()
    assert numeros(reprocesso) == (CONCLUIDO, 0, 2)
    assert dict(OperacaoPdv.objects.values_list("pk", "situacao_replicacao")) == {antiga.pk: 2, nova.pk: 0}
    codigos = dict(ReprocessoItem.objects.values_list("operacao_id", "codigo"))
    assert codigos == {antiga.pk: "PRODUTO_NAO_CADASTRADO:777", nova.pk: "IGNORADA"}


def test_a_que_alguem_ignorou_ou_tirou_no_meio_e_falha(elenco: Elenco, ana: User) -> None:
    ignorada, some, fica = vender(elenco, 3, produto=777)
    reprocesso = pedir(ana)
    dar_passo(reprocesso.pk)
    ignorar(alvo=Alvo.OPERACAO, ids=[ignorada.pk], motivo="Venda de teste", usuario=ana)
    numero = some.pk
    some.delete()
    trabalhar()
    assert numeros(reprocesso) == (CONCLUIDO, 0, 3)
    codigos = dict(ReprocessoItem.objects.values_list("operacao_id", "codigo"))
    assert codigos == {ignorada.pk: "IGNORADA", numero: "SAIU_DAS_TABELAS", fica.pk: "PRODUTO_NAO_CADASTRADO:777"}


def test_a_que_foi_adiada_nao_ocupa_o_lugar_das_outras(elenco: Elenco, ana: User, settings: Any) -> None:
    vendas = vender(elenco, 10)
    settings.PDV_LOTE = 1
    reprocesso = pedir(ana)
    dar_passo(reprocesso.pk)
    adiadas = [o.pk for o in vendas[: worker.LOTES_EM_VOO]]
    OperacaoPdv.objects.filter(pk__in=adiadas).update(proxima_tentativa_em=timezone.now() + timedelta(hours=1))
    trabalhar()
    assert numeros(reprocesso) == (ANDANDO, 6, 0)
    OperacaoPdv.objects.filter(pk__in=adiadas).update(proxima_tentativa_em=timezone.now())
    trabalhar()
    assert numeros(reprocesso) == (CONCLUIDO, 10, 0)


def test_dois_reprocessos_sobre_as_mesmas_linhas_terminam_os_dois(elenco: Elenco, ana: User) -> None:
    vendas = vender(elenco, 4)
    um, outro = pedir(ana), pedir(ana)
    dar_passo(um.pk)
    dar_passo(outro.pk)
    trabalhar()
    assert numeros(um) == numeros(outro) == (CONCLUIDO, 4, 0)
    assert all(geracoes(o) == [(1, False), (2, True)] for o in vendas), "uma geração serve aos dois"
    verificar_tudo()


def test_ritmo_e_estimativa_contam_desde_que_comecou(elenco: Elenco, ana: User) -> None:
    vender(elenco, 1)
    reprocesso = pedir(ana)
    assert reprocesso.marco_em is not None
    reprocesso.total, reprocesso.feitas, reprocesso.falhas, reprocesso.marco_prontas = 1000, 250, 50, 100
    quadro = selectors.andamento(reprocesso, reprocesso.marco_em + timedelta(seconds=20))
    assert (quadro.ritmo, quadro.falta) == (10.0, timedelta(seconds=70))  # 200 in 20 s; 700 left
    assert (quadro.prontas, quadro.restantes, quadro.por_cento) == (300, 700, 30)
    assert selectors.andamento(reprocesso, reprocesso.marco_em + timedelta(seconds=1)).ritmo is None
