"""What blocks a reprocess is refused by the service itself, named with its way out, before anything changes."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal as D

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection

from auditoria.models import Evento
from erp.cadastros.models import Filial, PeriodoContabil
from erp.cadastros.pendencias import pendencias_entre
from erp.estoque.models import Saldo
from erp.financeiro.models import Lancamento, Titulo
from erp.financeiro.services import baixar_titulo
from pdv.processamento.atos.bloqueios import dias_fechados
from pdv.processamento.atos.services import processar_agora, reprocessar
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo, AtoPessoa, Geracao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import ItemOperacaoPdv, NotaFiscal, OperacaoPdv
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import AGORA, CREDIARIO, DINHEIRO, Elenco, estagiar_nota, estagiar_venda, montar_elenco
from tests.pdv.processamento.previa.test_prever import com_nota

pytestmark = pytest.mark.django_db(transaction=True)
MARCO = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


def vender(elenco: Elenco, finalizador: int = DINHEIRO, cliente: str = "") -> OperacaoPdv:
    return estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(finalizador, "10.00", "0", 1)], cliente=cliente)


def refazer(elenco: Elenco, *operacoes: OperacaoPdv, usuario: User | None = None, pular: bool = False) -> int:
    return reprocessar(
        alvo=Alvo.OPERACAO, ids=[o.pk for o in operacoes], motivo="conferência", usuario=usuario or elenco.ana,
        pular_bloqueadas=pular,
    )  # fmt: skip


def com_baixa(elenco: Elenco) -> tuple[OperacaoPdv, Titulo]:
    venda = vender(elenco, CREDIARIO, "C1")
    drenar_tudo()
    titulo = Titulo.objects.get(especie="crediario")
    baixar_titulo(
        titulo_id=titulo.pk, valor=titulo.valor, conta_id=elenco.banco.pk, ocorrido_em=AGORA, motivo="recebido",
        usuario=elenco.ana, chave=uuid.uuid4(),
    )  # fmt: skip
    return venda, titulo


def com_permissao(usuario: User) -> User:
    usuario.user_permissions.add(Permission.objects.get(codename="lancar_periodo_fechado"))
    return User.objects.get(pk=usuario.pk)


def intactas(*operacoes: OperacaoPdv) -> bool:
    linhas = OperacaoPdv.objects.filter(pk__in=[o.pk for o in operacoes])
    return set(linhas.values_list("situacao_replicacao", flat=True)) == {9} and not AtoPessoa.objects.exists()


def test_titulo_baixado_impede_e_diz_qual_e_por_quem(elenco: Elenco) -> None:
    venda, titulo = com_baixa(elenco)
    with pytest.raises(
        AcaoRecusada, match=f"o título {titulo.documento}, parcela 1, foi baixado em 10/03/2026 por ana"
    ):
        refazer(elenco, venda)
    assert intactas(venda)


def test_as_que_podem_vao_e_a_bloqueada_fica_como_estava(elenco: Elenco) -> None:
    presa, _ = com_baixa(elenco)
    livre = vender(elenco)
    drenar_tudo()
    with pytest.raises(AcaoRecusada, match="1 não pode"):
        refazer(elenco, presa, livre)
    assert intactas(presa, livre)
    assert refazer(elenco, presa, livre, pular=True) == 1
    drenar_tudo()
    assert [a.alvo_id for a in AtoPessoa.objects.all()] == [livre.pk]
    vivas = Geracao.objects.filter(estornada_em=None).order_by("id_operacao")
    assert [(g.id_operacao, g.numero) for g in vivas] == [(presa.id_operacao, 1), (livre.id_operacao, 2)]
    evento = Evento.objects.get(acao="pdv.reprocessar")
    assert (evento.objeto_id, evento.antes) == (str(livre.pk), {"situacao_replicacao": 9})
    verificar_tudo()


def test_so_bloqueadas_e_recusa_mesmo_deixando_pular(elenco: Elenco) -> None:
    presa, _ = com_baixa(elenco)
    with pytest.raises(AcaoRecusada, match="foi baixado"):
        refazer(elenco, presa, pular=True)
    assert intactas(presa)


def test_estoque_que_ficaria_negativo_e_achado_antes_com_o_produto_e_quanto(elenco: Elenco) -> None:
    venda = vender(elenco)
    drenar_tudo()
    ItemOperacaoPdv.objects.filter(operacao_id=venda.pk).update(id_produto=102)
    Filial.objects.filter(pk=elenco.centro.pk).update(permite_estoque_negativo=False)
    with pytest.raises(AcaoRecusada, match=r"não permite estoque negativo.*102 \(ficaria em -1\)"):
        refazer(elenco, venda)
    assert intactas(venda)
    assert not Saldo.objects.filter(produto=elenco.arroz).exists()


def test_periodo_fechado_pede_permissao_e_com_ela_cai_no_dia_aberto(elenco: Elenco) -> None:
    venda = vender(elenco)
    drenar_tudo()
    PeriodoContabil.objects.create(inicio=MARCO[0], fim=MARCO[1])
    with pytest.raises(AcaoRecusada, match="10/03/2026 está num período fechado e o estorno cairia em 01/04/2026"):
        refazer(elenco, venda)
    assert intactas(venda)
    assert refazer(elenco, venda, usuario=com_permissao(elenco.ana)) == 1
    drenar_tudo()
    dias = Lancamento.objects.order_by("id").values_list("data_contabil", "valor")
    assert list(dias) == [
        (date(2026, 3, 10), D(10)), (date(2026, 4, 1), D(-10)), (date(2026, 4, 1), D(10)),
    ]  # fmt: skip
    verificar_tudo()


def test_o_que_foi_lancado_num_dia_que_fechou_depois_tambem_conta(elenco: Elenco) -> None:
    """Of March, posted in April because March was closed; then April closed, and March was opened again."""
    marco = PeriodoContabil.objects.create(inicio=MARCO[0], fim=MARCO[1])
    venda = vender(elenco)
    drenar_tudo()
    PeriodoContabil.objects.filter(pk=marco.pk).update(fechado=False)
    PeriodoContabil.objects.create(inicio=date(2026, 4, 1), fim=date(2026, 4, 30))
    with connection.cursor() as cursor:
        achados = dias_fechados(cursor, Alvo.OPERACAO, [venda.pk])
    assert achados == {venda.pk: (date(2026, 4, 1), date(2026, 5, 1))}


def test_nunca_lancada_de_dia_fechado_nao_pede_permissao(elenco: Elenco) -> None:
    """A late till changes no closed month: its sale falls on the open day by itself."""
    PeriodoContabil.objects.create(inicio=MARCO[0], fim=MARCO[1])
    venda = vender(elenco)
    OperacaoPdv.objects.filter(pk=venda.pk).update(situacao_replicacao=2)
    assert processar_agora(alvo=Alvo.OPERACAO, ids=[venda.pk], motivo="conferência", usuario=elenco.ana) == 1


def test_com_erro_e_lancamentos_de_pe_processar_agora_pede_a_permissao(elenco: Elenco) -> None:
    venda = vender(elenco)
    drenar_tudo()
    OperacaoPdv.objects.filter(pk=venda.pk).update(situacao_replicacao=2)
    PeriodoContabil.objects.create(inicio=MARCO[0], fim=MARCO[1])
    with pytest.raises(AcaoRecusada, match="período fechado"):
        processar_agora(alvo=Alvo.OPERACAO, ids=[venda.pk], motivo="conferência", usuario=elenco.ana)


def test_nota_de_periodo_fechado_pede_a_mesma_permissao(elenco: Elenco) -> None:
    nota = com_nota(vender(elenco))
    drenar_tudo()
    PeriodoContabil.objects.create(inicio=date(2026, 7, 1), fim=date(2026, 7, 31))
    with pytest.raises(AcaoRecusada, match="01/07/2026 está num período fechado"):
        reprocessar(alvo=Alvo.NOTA, ids=[nota.pk], motivo="conferência", usuario=elenco.ana)
    com = com_permissao(elenco.ana)
    assert reprocessar(alvo=Alvo.NOTA, ids=[nota.pk], motivo="conferência", usuario=com) == 1


def test_saldo_preso_por_outro_pede_para_tentar_de_novo(elenco: Elenco) -> None:
    venda = vender(elenco)
    drenar_tudo()
    outra = connection.copy()
    outra.set_autocommit(False)
    try:
        with outra.cursor() as cursor:
            cursor.execute("SELECT 1 FROM estoque_saldo FOR UPDATE")
        with pytest.raises(AcaoRecusada, match="tente de novo em instantes"):
            refazer(elenco, venda)
    finally:
        outra.rollback()
        outra.close()
    assert intactas(venda)
    assert refazer(elenco, venda) == 1


def test_quem_fecha_o_mes_sabe_o_que_o_pdv_ainda_nao_lancou(elenco: Elenco) -> None:
    pendente, errada, feita = (vender(elenco) for _ in range(3))
    de_abril = estagiar_venda(
        elenco.pdv, [(101, "1", "99.00")], [(DINHEIRO, "99.00", "0", 1)], ocorrida_em=AGORA.replace(month=4)
    )
    OperacaoPdv.objects.filter(pk=errada.pk).update(situacao_replicacao=2)
    OperacaoPdv.objects.filter(pk=feita.pk).update(situacao_replicacao=9)
    nota = estagiar_nota(pendente, "<x/>", "3" * 44, 1)
    NotaFiscal.objects.filter(pk=nota.pk).update(situacao_replicacao=2)
    assert de_abril.situacao_replicacao == 1
    ditas = [(p.descricao, p.quantas, p.valor) for p in pendencias_entre(*MARCO)]
    assert ditas == [
        ("operações pendentes", 1, D(10)), ("operações com erro", 1, D(10)), ("notas fiscais com erro", 1, D(10)),
    ]  # fmt: skip
    assert pendencias_entre(date(2026, 5, 1), date(2026, 5, 31)) == []
