"""Two people, two connections, real locks: on one title, on one form, on one stock document."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from erp.cadastros.models import PeriodoContabil, Produto
from erp.cadastros.selectors import data_contabil_aberta
from erp.cadastros.services import gravar_com_auditoria
from erp.estoque.documento import LinhaDocumento
from erp.estoque.models import DocumentoEstoque, Movimento, Natureza, Saldo
from erp.estoque.services import registrar_documento
from erp.financeiro.erros import BaixaRecusada
from erp.financeiro.models import Baixa, Lancamento, SaldoConta, Titulo
from erp.financeiro.selectors import abertos_de
from erp.financeiro.services import baixar_titulo, desfazer_baixa
from tests.erp.elenco import agora, conta, empresa, filial, hoje, titulo
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


@pytest.fixture(autouse=True)
def caio(transactional_db: None) -> Iterator[User]:
    empresa()
    yield User.objects.create_user("caio")
    verificar_tudo()


def ao_mesmo_tempo(*atos: Callable[[], Any]) -> list[Any]:
    """Each act in a thread and connection of its own, let go together; its result, or what it raised."""
    largada = threading.Barrier(len(atos))
    resultados: list[Any] = [None] * len(atos)

    def correr(posicao: int, ato: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            largada.wait(10)
            resultados[posicao] = ato()
        except Exception as erro:
            resultados[posicao] = erro
        finally:
            connection.close()

    fios = [threading.Thread(target=correr, args=par) for par in enumerate(atos)]
    for fio in fios:
        fio.start()
    for fio in fios:
        fio.join(60)
    return resultados


def baixa(
    alvo: Titulo, usuario: User, valor: str, chave: uuid.UUID | None = None, em: str = "COFRE-1"
) -> Callable[[], Any]:
    conta_id, quando = conta(em).pk, agora()
    return lambda: baixar_titulo(
        titulo_id=alvo.pk, valor=D(valor), conta_id=conta_id, ocorrido_em=quando, motivo="balcão", usuario=usuario,
        chave=chave or uuid.uuid4(),
    )  # fmt: skip


@pytest.mark.parametrize("outra_conta", ["COFRE-1", "BANCO-1"])
def test_dois_baixam_o_mesmo_titulo_e_um_so_consegue(caio: User, outra_conta: str) -> None:
    alvo = titulo("100")
    feitas = ao_mesmo_tempo(baixa(alvo, caio, "100"), baixa(alvo, caio, "100", em=outra_conta))
    assert sorted(type(feita) for feita in feitas if not isinstance(feita, Baixa)) == [BaixaRecusada]
    assert abertos_de([alvo.pk]) == {alvo.pk: D(0)}
    assert Lancamento.objects.count() == 1


def test_oito_baixas_parciais_nunca_passam_do_aberto(caio: User) -> None:
    alvo = titulo("100")
    feitas = ao_mesmo_tempo(*(baixa(alvo, caio, "30") for _ in range(8)))
    assert sum(isinstance(feita, Baixa) for feita in feitas) == 3
    assert abertos_de([alvo.pk]) == {alvo.pk: D(10)}


def test_clique_duplo_baixa_uma_vez_e_os_dois_recebem_a_mesma_baixa(caio: User) -> None:
    alvo, chave = titulo("100"), uuid.uuid4()
    uma, outra = ao_mesmo_tempo(baixa(alvo, caio, "60", chave), baixa(alvo, caio, "60", chave))
    assert uma.pk == outra.pk
    assert abertos_de([alvo.pk]) == {alvo.pk: D(40)}


def test_dois_desfazem_a_mesma_baixa_e_um_so_consegue(caio: User) -> None:
    feita = baixa(titulo("100"), caio, "100")()

    def desfazer() -> Any:
        return desfazer_baixa(baixa_id=feita.pk, motivo="engano", usuario=caio, chave=uuid.uuid4())

    desfeitas = ao_mesmo_tempo(desfazer, desfazer)
    assert sorted(type(x).__name__ for x in desfeitas) == ["Baixa", "BaixaRecusada"]
    assert SaldoConta.objects.get(conta=conta()).valor == D(0)


def test_baixar_e_desfazer_em_ordem_oposta_nao_trava(caio: User) -> None:
    um, outro = titulo("50"), titulo("70")
    feitas = [baixa(um, caio, "50")(), baixa(outro, caio, "70", em="BANCO-1")()]

    def desfazer(qual: Baixa) -> Callable[[], Any]:
        return lambda: desfazer_baixa(baixa_id=qual.pk, motivo="engano", usuario=caio, chave=uuid.uuid4())

    atos = [desfazer(feitas[0]), desfazer(feitas[1]), baixa(um, caio, "50", em="BANCO-1"), baixa(outro, caio, "70")]
    assert all(isinstance(x, Baixa | BaixaRecusada) for x in ao_mesmo_tempo(*atos))


def entrada(
    usuario: User, codigos: list[int], chave: uuid.UUID | None = None, natureza: int = Natureza.ENTRADA
) -> Callable[[], Any]:
    ids = dict(Produto.objects.values_list("codigo", "pk"))
    loja, quando = filial(), agora()
    return lambda: registrar_documento(
        natureza=natureza, filial=loja, linhas=[LinhaDocumento(ids[c], D(10), D(2)) for c in codigos], motivo="compra",
        ocorrido_em=quando, usuario=usuario, chave=chave or uuid.uuid4(),
    )  # fmt: skip


def test_clique_duplo_no_documento_de_estoque_lanca_uma_vez(caio: User) -> None:
    chave = uuid.uuid4()
    uma, outra = ao_mesmo_tempo(entrada(caio, [1, 2], chave), entrada(caio, [1, 2], chave))
    assert uma.pk == outra.pk
    assert (DocumentoEstoque.objects.count(), Movimento.objects.count()) == (1, 2)


def test_documentos_com_os_produtos_em_ordem_oposta_nao_travam(caio: User) -> None:
    atos = [entrada(caio, ordem) for ordem in ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1]) * 4]
    assert all(isinstance(x, DocumentoEstoque) for x in ao_mesmo_tempo(*atos))
    assert set(Saldo.objects.values_list("quantidade", flat=True)) == {D(80)}


def test_dois_saldos_iniciais_ao_mesmo_tempo_e_um_so_vale(caio: User) -> None:
    ato = [entrada(caio, [1], natureza=Natureza.SALDO_INICIAL) for _ in range(2)]
    feitos = ao_mesmo_tempo(*ato)
    assert sorted(type(x).__name__ for x in feitos) == ["DocumentoEstoque", "DocumentoRecusado"]
    assert Saldo.objects.get().quantidade == D(10)


def test_fechar_um_periodo_espera_o_lancamento_em_curso(caio: User) -> None:
    """No entry slips into a period while it is being closed."""
    lancando, pode_terminar, fechado = threading.Event(), threading.Event(), threading.Event()
    hoje_ = hoje()

    def lancar() -> Any:
        with transaction.atomic():
            dia = data_contabil_aberta(hoje_)
            lancando.set()
            assert pode_terminar.wait(10)
            assert not fechado.is_set()
            return dia

    def fechar() -> None:
        assert lancando.wait(10)
        gravar_com_auditoria(PeriodoContabil(inicio=hoje_, fim=hoje_), usuario=caio)
        fechado.set()

    def soltar() -> None:
        assert lancando.wait(10)
        assert not fechado.wait(0.5)
        pode_terminar.set()

    dia, fechou, _ = ao_mesmo_tempo(lancar, fechar, soltar)
    assert (dia, fechou) == (hoje_, None)
    assert fechado.is_set()
    assert data_contabil_aberta(hoje_) > hoje_
