"""A divergence decided by a person: the new version taken, or the current one kept; once, with a reason."""

from __future__ import annotations

import uuid
from decimal import Decimal as D
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from auditoria.models import Evento
from erp.estoque.models import Saldo
from erp.financeiro.models import SaldoConta, Titulo
from erp.financeiro.services import baixar_titulo
from pdv.processamento.atos.divergencias import aceitar, como_se_aceita, manter
from pdv.processamento.atos.services import ignorar
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo, AtoPessoa, Geracao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import Divergencia, ItemOperacaoPdv, OperacaoPdv
from pdv.replicacao.services import receber_pacote
from pdv.tabelas import Especie
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import CREDITO, DINHEIRO, Elenco, Pago, estagiar_completa, montar_elenco
from tests.pdv.fabricas import INSTALACAO, em_json, nova_operacao, novo_finalizador, novo_item, novo_pacote
from tests.pdv.processamento.conftest import pessoa

pytestmark = pytest.mark.django_db(transaction=True)
MOTIVO = "A loja confirmou a correção"


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> User:
    return pessoa("ana", "gerente", filiais=(elenco.centro,))


def versao(quantidade: str = "1", *, produto: int = 101, finalizador: int = DINHEIRO, **campos: Any) -> dict[str, Any]:
    """Operation 7, a sale at 10.00 each."""
    item = novo_item(1, quantidade=quantidade, unitario="10.00", id_produto=produto)
    pago = novo_finalizador(1, item["valor_total_liquido"], finalizador)
    return nova_operacao(7, itens=[item], finalizadores=[pago], valor_troco="0.00", **campos)


def enviar(elenco: Elenco, operacao: dict[str, Any]) -> str:
    resposta = receber_pacote(corpo=em_json(novo_pacote(operacao)), ponto_venda=elenco.pdv)
    drenar_tudo()
    return resposta.operacoes[0].resultado


def divergir(elenco: Elenco, *versoes: dict[str, Any], primeira: dict[str, Any] | None = None) -> Divergencia:
    """Stage and post the first version, then send the others; returns the last divergence."""
    assert enviar(elenco, primeira or versao()) == "criada"
    for outra in versoes:
        assert enviar(elenco, outra) == "divergente"
    return Divergencia.objects.latest("pk")


def estoque(elenco: Elenco) -> D:
    return Saldo.objects.get(produto=elenco.cafe, filial=elenco.centro).quantidade


def caixa(elenco: Elenco) -> D:
    return SaldoConta.objects.get(conta=elenco.pdv.conta_caixa).valor


def test_aceitar_troca_a_versao_estorna_e_lanca_a_nova(elenco: Elenco, ana: User) -> None:
    divergencia = divergir(elenco, versao("3", observacao="eram três"))
    assert aceitar(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=ana)
    drenar_tudo()
    operacao = OperacaoPdv.objects.get()
    assert (operacao.situacao_replicacao, operacao.valor_total, operacao.observacao) == (9, D("30.00"), "eram três")
    assert [i.quantidade_primaria for i in ItemOperacaoPdv.objects.all()] == [D(3)]
    assert (estoque(elenco), caixa(elenco)) == (D(-3), D("30.00"))
    assert [(g.numero, g.estornada_por, g.motivo_estorno, g.valor_total) for g in Geracao.objects.order_by("numero")] == [
        (1, "ana", MOTIVO, D("10.00")), (2, "", "", D("30.00")),
    ]  # fmt: skip
    verificar_tudo()


def test_a_versao_anterior_fica_guardada_inteira_e_a_decisao_auditada(elenco: Elenco, ana: User) -> None:
    divergencia = divergir(elenco, versao("3"))
    aceitar(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=ana)
    divergencia.refresh_from_db()
    assert (divergencia.decisao, divergencia.decidida_por, divergencia.motivo) == ("aceita", "ana", MOTIVO)
    assert divergencia.decidida_em is not None
    assert divergencia.versao_anterior is not None
    assert divergencia.versao_anterior["operacao"]["valor_total"] == "10.00"
    assert divergencia.versao_anterior["itens"][0]["quantidade_primaria"] == "1.0000"
    assert AtoPessoa.objects.get().acao == "aceitar"
    assert Evento.objects.filter(acao="pdv.aceitar", objeto_id=str(divergencia.operacao_id)).exists()


def test_depois_de_aceita_a_mesma_versao_do_pdv_ja_existe(elenco: Elenco, ana: User) -> None:
    divergencia = divergir(elenco, versao("3"))
    aceitar(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=ana)
    assert enviar(elenco, versao("3")) == "existente"
    assert enviar(elenco, versao("1")) == "divergente", "a antiga agora é que é outra"
    assert Divergencia.objects.filter(decisao="").count() == 1


def test_o_mesmo_conteudo_que_diverge_de_novo_espera_outra_decisao(elenco: Elenco, ana: User) -> None:
    """A, B accepted, A accepted, B again: the first decision was about something else, and stays as it was."""
    primeira = divergir(elenco, versao("3"))
    aceitar(divergencia_id=primeira.pk, motivo=MOTIVO, usuario=ana)
    enviar(elenco, versao("1"))
    aceitar(divergencia_id=Divergencia.objects.latest("pk").pk, motivo=MOTIVO, usuario=ana)
    drenar_tudo()
    assert enviar(elenco, versao("3")) == "divergente"
    de_novo = Divergencia.objects.latest("pk")
    assert de_novo.decisao == "" and de_novo.pk != primeira.pk
    primeira.refresh_from_db()
    assert primeira.decisao == "aceita" and primeira.versao_anterior is not None


def test_manter_nao_toca_em_nada_e_nao_se_pergunta_de_novo(elenco: Elenco, ana: User) -> None:
    divergencia = divergir(elenco, versao("3"))
    antes = OperacaoPdv.objects.values().get()
    manter(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=ana)
    assert OperacaoPdv.objects.values().get() == antes
    assert AtoPessoa.objects.get().acao == "manter"
    assert enviar(elenco, versao("3")) == "divergente"
    divergencia.refresh_from_db()
    assert (divergencia.decisao, divergencia.vezes) == ("recusada", 2)
    assert Divergencia.objects.count() == 1


def test_mantida_e_depois_cancelada_no_pdv_pergunta_de_novo(elenco: Elenco, ana: User) -> None:
    manter(divergencia_id=divergir(elenco, versao("3")).pk, motivo=MOTIVO, usuario=ana)
    enviar(elenco, versao("3", cancelado=True))
    aberta = Divergencia.objects.get(decisao="")
    aceitar(divergencia_id=aberta.pk, motivo=MOTIVO, usuario=ana)
    drenar_tudo()
    assert OperacaoPdv.objects.get().cancelado
    assert (estoque(elenco), caixa(elenco)) == (D(0), D(0))
    verificar_tudo()


def test_cancelamento_que_chega_com_a_mesma_versao_nao_se_perde(elenco: Elenco, ana: User) -> None:
    divergencia = divergir(elenco, versao("3"), versao("3", cancelado=True))
    assert (Divergencia.objects.count(), divergencia.vezes) == (1, 2)
    assert divergencia.conteudo["cancelado"] is True


@pytest.mark.parametrize("segunda", [aceitar, manter])
def test_so_se_decide_uma_vez(elenco: Elenco, ana: User, segunda: Any) -> None:
    divergencia = divergir(elenco, versao("3"))
    manter(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=ana)
    with pytest.raises(AcaoRecusada, match=r"já decidida por ana em .*: mantida a atual"):
        segunda(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=ana)
    assert AtoPessoa.objects.count() == 1


def test_a_mais_nova_supera_as_antigas(elenco: Elenco, ana: User) -> None:
    nova = divergir(elenco, versao("3"), versao("4"))
    antiga = Divergencia.objects.earliest("pk")
    with pytest.raises(AcaoRecusada, match="decida primeiro a mais nova"):
        aceitar(divergencia_id=antiga.pk, motivo=MOTIVO, usuario=ana)
    aceitar(divergencia_id=nova.pk, motivo=MOTIVO, usuario=ana)
    antiga.refresh_from_db()
    assert (antiga.decisao, antiga.motivo) == ("recusada", f"superada pela divergência {nova.pk}, que foi aceita")
    drenar_tudo()
    assert estoque(elenco) == D(-4)


def test_mantida_a_mais_nova_a_antiga_ainda_pode_ser_aceita(elenco: Elenco, ana: User) -> None:
    nova = divergir(elenco, versao("3"), versao("4"))
    manter(divergencia_id=nova.pk, motivo=MOTIVO, usuario=ana)
    aceitar(divergencia_id=Divergencia.objects.earliest("pk").pk, motivo=MOTIVO, usuario=ana)
    drenar_tudo()
    assert estoque(elenco) == D(-3)


def test_titulo_baixado_impede_e_nada_muda(elenco: Elenco, ana: User) -> None:
    divergencia = divergir(elenco, versao("3", finalizador=CREDITO), primeira=versao(finalizador=CREDITO))
    titulo = Titulo.objects.get(sentido="R")
    baixar_titulo(
        titulo_id=titulo.pk, valor=titulo.valor, conta_id=elenco.banco.pk, ocorrido_em=timezone.now(), motivo="Recebido",
        usuario=ana, chave=uuid.uuid4(),
    )  # fmt: skip
    nada_muda(divergencia, ana, "desfaça antes de estornar")


def test_devolucao_maior_que_a_nova_quantidade_impede(elenco: Elenco, ana: User) -> None:
    enviar(elenco, versao("3"))
    estagiar_completa(
        elenco.pdv, Especie.DEVOLUCAO, itens=[(101, "2", "20.00")], pagos=[Pago(DINHEIRO, "20.00")], origem=7,
        instalacao=INSTALACAO,
    )  # fmt: skip
    drenar_tudo()
    assert OperacaoPdv.objects.filter(situacao_replicacao=9).count() == 2
    enviar(elenco, versao("1"))
    nada_muda(Divergencia.objects.get(), ana, "já devolvido 2")


def test_versao_que_nao_pode_ser_lancada_no_lugar_da_que_esta_impede(elenco: Elenco, ana: User) -> None:
    nada_muda(divergir(elenco, versao("3", produto=777)), ana, "produto 777")


def nada_muda(divergencia: Divergencia, usuario: User, porque: str) -> None:
    antes = list(OperacaoPdv.objects.order_by("pk").values()), list(ItemOperacaoPdv.objects.values())
    with pytest.raises(AcaoRecusada, match=porque):
        aceitar(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=usuario)
    assert (list(OperacaoPdv.objects.order_by("pk").values()), list(ItemOperacaoPdv.objects.values())) == antes
    divergencia.refresh_from_db()
    assert divergencia.decisao == "" and divergencia.versao_anterior is None
    assert not AtoPessoa.objects.exists()


def test_a_que_estava_com_erro_e_corrigida_pela_nova_versao(elenco: Elenco, ana: User) -> None:
    divergencia = divergir(elenco, versao("3"), primeira=versao(produto=777))
    assert OperacaoPdv.objects.get().situacao_replicacao == 2
    aceitar(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=ana)
    drenar_tudo()
    assert OperacaoPdv.objects.get().situacao_replicacao == 9
    assert estoque(elenco) == D(-3)


def test_a_ignorada_fica_ignorada_com_a_nova_versao(elenco: Elenco, ana: User) -> None:
    divergencia = divergir(elenco, versao("3"), primeira=versao(produto=777))
    operacao = OperacaoPdv.objects.get()
    ignorar(alvo=Alvo.OPERACAO, ids=[operacao.pk], motivo="Venda de teste", usuario=ana)
    assert not aceitar(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=ana)
    operacao.refresh_from_db()
    assert (operacao.situacao_replicacao, operacao.valor_total) == (0, D("30.00"))


def test_a_que_saiu_da_retaguarda_nao_tem_o_que_trocar(elenco: Elenco, ana: User) -> None:
    divergencia = divergir(elenco, versao("3"))
    OperacaoPdv.objects.all().delete()
    with pytest.raises(AcaoRecusada, match="saiu da retaguarda"):
        aceitar(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=ana)


def test_a_previa_ve_a_nova_versao_e_nada_dela_fica(elenco: Elenco, ana: User) -> None:
    divergencia = divergir(elenco, versao("3"))
    with como_se_aceita(divergencia):
        assert OperacaoPdv.objects.get().valor_total == D("30.00")
    assert OperacaoPdv.objects.get().valor_total == D("10.00")
    assert ItemOperacaoPdv.objects.get().quantidade_primaria == D(1)


@pytest.mark.parametrize("decidir", [aceitar, manter])
def test_sem_motivo_ou_sem_divergencia_nada_acontece(elenco: Elenco, ana: User, decidir: Any) -> None:
    divergencia = divergir(elenco, versao("3"))
    with pytest.raises(AcaoRecusada, match="ao menos 5"):
        decidir(divergencia_id=divergencia.pk, motivo="  ok ", usuario=ana)
    with pytest.raises(AcaoRecusada, match="não existe"):
        decidir(divergencia_id=divergencia.pk + 1, motivo=MOTIVO, usuario=ana)


def test_conteudo_ilegivel_so_pode_ser_mantido(elenco: Elenco, ana: User) -> None:
    divergencia = divergir(elenco, versao("3"))
    Divergencia.objects.update(conteudo={"id_operacao": 7})
    nada_muda(divergencia, ana, "mantenha a atual")
    manter(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=ana)


def test_aceitar_a_que_ja_nao_esta_cancelada_a_lanca_de_novo(elenco: Elenco, ana: User) -> None:
    """The till cancelled it, and then says that it did not: nothing is decided by itself, and a person's word is done."""
    divergencia = divergir(elenco, versao("3"), primeira=versao("3", cancelado=True))
    assert OperacaoPdv.objects.get().cancelado and not SaldoConta.objects.exists()
    assert aceitar(divergencia_id=divergencia.pk, motivo=MOTIVO, usuario=ana)
    drenar_tudo()
    operacao = OperacaoPdv.objects.get()
    assert (operacao.cancelado, operacao.situacao_replicacao) == (False, 9)
    assert caixa(elenco) == D("30.00")
    verificar_tudo()
