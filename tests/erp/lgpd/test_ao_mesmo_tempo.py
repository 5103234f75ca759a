"""Two at once, and killed in the middle: one receipt, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections, transaction

from auditoria.models import Evento
from clientes.models import Cliente
from clientes.travas import travar_identidades
from erp.acesso.erros import ErroDefinitivo
from erp.lgpd import fontes as registro
from erp.lgpd.fontes import Fonte, Troca
from erp.lgpd.models import Anonimizacao
from erp.lgpd.services import anonimizacao
from filas.models import Mensagem
from tests.erp.elenco import CPF, empresa
from tests.erp.lgpd.elenco import NOME, com_tudo, esquecer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _loja(monkeypatch: pytest.MonkeyPatch) -> None:
    empresa()
    com_tudo()
    monkeypatch.setattr(anonimizacao, "ESPERA", "500ms")


@pytest.fixture
def que_morre() -> Iterator[None]:
    """A source that, the last of all, loses its connection as a killed process does."""

    def morrer(_: Troca) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return 1

    nenhum = Cliente.objects.none
    registro._fontes["zz.morre"] = Fonte(
        "zz.morre", "Morre", lambda _: nenhum(), anonimizar=morrer, o_que="x", ordem=99
    )
    yield
    del registro._fontes["zz.morre"]


def noutra_conexao(feito: str = CPF) -> int:
    try:
        return esquecer(feito).pk
    finally:
        connections.close_all()


def test_dois_ao_mesmo_tempo_fazem_um_recibo_e_recebem_o_mesmo(monkeypatch):
    monkeypatch.setattr(anonimizacao, "ESPERA", "30s")
    with ThreadPoolExecutor(4) as muitos:
        recibos = set(muitos.map(noutra_conexao, [CPF] * 4))
    assert len(recibos) == 1 == Anonimizacao.objects.count()
    assert Evento.objects.filter(acao="lgpd.pessoa_anonimizada").count() == 1


@pytest.mark.usefixtures("que_morre")
def test_morto_no_fim_nada_mudou_e_a_vez_seguinte_faz_tudo():
    with ThreadPoolExecutor(1) as outro, pytest.raises(OperationalError):
        outro.submit(noutra_conexao).result()
    assert Cliente.objects.get().cliente_varejo == NOME and not Anonimizacao.objects.exists()
    assert Mensagem.objects.filter(situacao=Mensagem.Situacao.PENDENTE).exists()
    del registro._fontes["zz.morre"]
    assert esquecer().mudou
    registro._fontes["zz.morre"] = Fonte("zz.morre", "Morre", lambda _: Cliente.objects.none(), base="Lei")


def test_quem_escreve_o_cliente_agora_faz_esperar_e_depois_se_diz_que_esta_em_uso():
    with transaction.atomic():
        travar_identidades([CPF])
        with ThreadPoolExecutor(1) as outro, pytest.raises(ErroDefinitivo, match="Nada mudou"):
            outro.submit(noutra_conexao).result()
    assert esquecer().mudou
