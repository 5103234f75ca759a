"""The routine: what it writes, what it leaves alone, and what the history keeps."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clientes.models import Etiqueta, HistoricoEtiqueta, TipoEtiqueta
from erp.planos.models import Contratacao, Situacao
from erp.planos.tipagem.services import tipar as tipar_por_vez
from erp.rotinas.contexto import Contexto
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar
from tests.erp.elenco import empresa
from tests.erp.planos.tipagem.elenco import (
    CAMINHO,
    DOMINGO,
    cliente,
    contrato,
    encerradas,
    etiquetas,
    recebido,
    tipar,
)

pytestmark = pytest.mark.django_db
SEGUINTE = date(2026, 11, 29)


@pytest.fixture(autouse=True)
def _empresa(db: None) -> None:
    empresa()


def fisicas() -> list[tuple[object, ...]]:
    """Each row with where it lies and who wrote it: one written again is another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text, xmin::text, * FROM clientes_etiqueta ORDER BY id")
        linhas: list[tuple[object, ...]] = cursor.fetchall()
    return linhas


def povoar() -> None:
    for n in range(1, 8):
        cliente(str(n), aniversario=date(1970, 11, 24), celular="999999999" if n % 2 else "")
        recebido(str(n), date(2026, 1, n))
    contrato("1")
    contrato("2", Situacao.CANCELADO)


def test_rodar_de_novo_nao_muda_nem_reescreve_nada() -> None:
    povoar()
    primeira = tipar()
    assert primeira.contagens["varejo: dadas"] == 7 and primeira.contagens["felicitado: dadas"] == 4
    antes = fisicas()
    segunda = tipar()
    assert fisicas() == antes and not HistoricoEtiqueta.objects.exists()
    assert set(segunda.contagens) == {"clientes"}


def test_o_que_muda_fica_no_historico_e_o_resto_nao_se_reescreve() -> None:
    povoar()
    tipar()
    antes = {linha[2]: linha for linha in fisicas()}
    c = Contratacao.objects.get(titular_id="1")
    Contratacao.objects.filter(pk=c.pk).update(situacao=Situacao.CANCELADO, desde=date(2026, 11, 25))
    execucao = tipar(SEGUINTE)
    assert etiquetas("1") == {
        "Ex-cliente": (date(2026, 11, 25), f"Teve o contrato {c.numero}"),
        "Varejo": (date(2026, 1, 1), "Veio pelo webservice"),
    }
    assert encerradas("1") == [
        (
            "Titular", c.inicio, f"Titular do contrato {c.numero}", SEGUINTE,
            "Não é mais titular de contrato ativo ou suspenso",
        ),
        (
            "Felicitado", date(2026, 11, 17), "Aniversário em 24/11/2026", SEGUINTE,
            "O aniversário passou, ou não há mais como felicitar",
        ),
    ]  # fmt: skip
    assert execucao.contagens == {
        "clientes": 7, "titular: tiradas": 1, "ex-cliente: dadas": 1, "felicitado: tiradas": 4,
    }  # fmt: skip
    depois = {linha[2]: linha for linha in fisicas()}
    assert all(depois[chave] == antes[chave] for chave in set(antes) & set(depois))


def test_mudar_so_o_motivo_guarda_o_anterior() -> None:
    cliente("1")
    velho = contrato("1", inicio=date(2025, 1, 1))
    tipar()
    novo = contrato("1", inicio=date(2025, 6, 1))
    Contratacao.objects.filter(pk=velho.pk).update(situacao=Situacao.CANCELADO)
    execucao = tipar()
    assert execucao.contagens["titular: mudadas"] == 1
    assert etiquetas("1") == {"Titular": (date(2025, 6, 1), f"Titular do contrato {novo.numero}")}
    assert encerradas("1") == [
        (
            "Titular", date(2025, 1, 1), f"Titular do contrato {velho.numero}", DOMINGO,
            f"Agora: Titular do contrato {novo.numero}",
        )
    ]  # fmt: skip


def test_etiqueta_de_codigo_que_nao_existe_some_onde_quer_que_esteja() -> None:
    cliente("5")
    for codigo in ("1", "9"):
        Etiqueta.objects.create(codigo_cliente=codigo, tipo=TipoEtiqueta.VAREJO, desde=DOMINGO, motivo="x")
    tipar()
    assert not Etiqueta.objects.exists() and HistoricoEtiqueta.objects.count() == 2


def test_sem_clientes_nao_ha_o_que_fazer() -> None:
    assert tipar().contagens == {}


@pytest.mark.parametrize("por_vez", [1, 2, 3, 6, 7, 8])
def test_o_tamanho_do_pedaco_nao_muda_o_resultado(por_vez: int) -> None:
    povoar()
    tipar()
    inteiro = sorted(Etiqueta.objects.values_list("codigo_cliente", "tipo", "desde", "motivo"))
    Etiqueta.objects.all().delete()
    contexto = em_execucao()
    tipar_por_vez(contexto, por_vez=por_vez)
    assert sorted(Etiqueta.objects.values_list("codigo_cliente", "tipo", "desde", "motivo")) == inteiro
    assert contexto.contagens["clientes"] == 7


def test_as_perguntas_sao_por_pedaco_e_nao_por_cliente() -> None:
    povoar()
    contexto = em_execucao()
    with CaptureQueriesContext(connection) as poucas:
        tipar_por_vez(contexto, por_vez=100)
    for n in range(100, 160):
        cliente(str(n))
    with CaptureQueriesContext(connection) as muitas:
        tipar_por_vez(contexto, por_vez=100)
    assert len(muitas) == len(poucas)


def test_simular_conta_o_que_mudaria_e_nao_muda_nada() -> None:
    povoar()
    tipar()
    Contratacao.objects.filter(titular_id="1").update(situacao=Situacao.CANCELADO)
    antes = fisicas()
    simulada = tipar(SEGUINTE, simulacao=True)
    assert simulada.contagens["titular: tiradas"] == 1 and simulada.contagens["ex-cliente: dadas"] == 1
    assert fisicas() == antes and not HistoricoEtiqueta.objects.exists()
    verdadeira = tipar(SEGUINTE)
    assert verdadeira.contagens == simulada.contagens


def test_a_simulacao_nao_escreve_nem_antes_de_ser_desfeita() -> None:
    povoar()
    contexto = em_execucao(simulacao=True)
    tipar_por_vez(contexto)
    assert contexto.contagens["varejo: dadas"] == 7 and not Etiqueta.objects.exists()


def test_quem_foi_dado_por_morto_nao_grava_mais_nada() -> None:
    povoar()
    contexto = em_execucao()
    Execucao.objects.update(situacao=Execucao.Situacao.PENDENTE, heartbeat=None, iniciada_em=None)
    with pytest.raises(RuntimeError), transaction.atomic():
        tipar_por_vez(contexto)
    assert not Etiqueta.objects.exists()


def test_interrompida_no_meio_a_proxima_termina_o_que_faltava() -> None:
    povoar()
    contexto = em_execucao()
    restam = [3]  # stretches that are confirmed

    class Queda(Contexto):
        def confirmar(self) -> None:
            if not restam[0]:
                raise ConnectionError("a energia caiu")
            restam[0] -= 1
            super().confirmar()

    queda = Queda(contexto.execucao_id, referencia=DOMINGO)
    with pytest.raises(ConnectionError):
        tipar_por_vez(queda, por_vez=2)
    feitos = fisicas()
    assert {linha[3] for linha in feitos} == set("123456")
    Execucao.objects.all().delete()
    execucao = tipar()
    assert execucao.contagens["varejo: dadas"] == 1
    assert fisicas()[: len(feitos)] == feitos and len(etiquetas("7")) == 2


def test_a_rotina_e_a_da_especificacao() -> None:
    execucao = executar("cliente/tiparclientes", iniciada_por="teste")
    assert execucao.rotina == CAMINHO


def em_execucao(*, simulacao: bool = False) -> Contexto:
    Execucao.objects.all().delete()
    agora = timezone.now()
    execucao = Execucao.objects.create(
        rotina=CAMINHO, situacao=Execucao.Situacao.EXECUTANDO, iniciada_por="teste", iniciada_em=agora, heartbeat=agora,
        criada_em=agora,
    )  # fmt: skip
    return Contexto(execucao.pk, referencia=DOMINGO, simulacao=simulacao)
