"""From notes to messages: one per change, none for nothing, and what a batch refuses is put aside."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from clientes.models import Pendente, Varredura
from clientes.monitor import services
from clientes.monitor.limpeza import esquecer_varreduras
from clientes.monitor.services import varrer, varrer_agora
from erp.rotinas import services as rotinas
from filas.drain import chave_da_trava
from filas.models import Mensagem
from tests.clientes.monitor.elenco import escrever, mensagens, monitorar, mudar, nomes, notas
from tests.erp.elenco import pessoa

pytestmark = pytest.mark.django_db(transaction=True)


def test_cliente_novo_vira_uma_mensagem_pendente_com_os_codigos() -> None:
    escrever()
    monitorar()
    (mensagem,) = mensagens()
    assert (mensagem.situacao, mensagem.conteudo["IBGE"], mensagem.conteudo["PAIS_BC"]) == (0, "3106200", "1058")
    assert notas() == []


def test_ida_e_volta_sao_tres_mensagens() -> None:
    escrever(cliente_varejo="A")
    for nome in "BA":
        monitorar()
        mudar(cliente_varejo=nome)
    monitorar()
    assert nomes() == ["A", "B", "A"]


def test_mudar_nada_nao_faz_mensagem() -> None:
    escrever()
    monitorar()
    mudar(cliente_varejo="MARIA")
    mudar(data_para_transferencia=timezone.now() + timedelta(hours=1))
    monitorar()
    assert len(mensagens()) == 1


@pytest.mark.parametrize("situacao", [2, 3, 4])
def test_a_nota_de_quem_esta_como_na_ultima_mensagem_nao_faz_outra(situacao: int) -> None:
    escrever()
    monitorar()
    Mensagem.objects.update(situacao=situacao)
    mudar(cliente_varejo="B")
    mudar(cliente_varejo="MARIA")
    assert len(notas()) == 2
    monitorar()
    assert (len(mensagens()), notas()) == (1, [])


def test_so_a_ultima_mensagem_conta_e_nao_uma_mais_velha() -> None:
    escrever(cliente_varejo="A")
    monitorar()
    mudar(cliente_varejo="B")
    monitorar()
    Mensagem.objects.update(situacao=2)
    mudar(cliente_varejo="A")
    monitorar()
    assert nomes() == ["A", "B", "A"]


def test_muitas_mudancas_de_um_cliente_fazem_uma_mensagem_com_o_que_ele_e() -> None:
    escrever(cliente_varejo="A")
    for n in range(20):
        mudar(cliente_varejo=f"NOME {n}")
    monitorar()
    assert nomes() == ["NOME 19"]


def test_o_que_nao_se_resolve_vai_a_fila_assim_mesmo() -> None:
    escrever(cidade="LUGAR NENHUM", pais="TERRA DO NUNCA")
    monitorar()
    (mensagem,) = mensagens()
    assert (mensagem.conteudo["IBGE"], mensagem.conteudo["PAIS_BC"]) == ("", "")
    assert Varredura.objects.get().sem_codigo == 1


def test_a_nota_de_quem_saiu_do_cadastro_se_vai() -> None:
    escrever()
    with connection.cursor() as cursor:
        cursor.execute('DELETE FROM "CLIENTES_VAREJO"')
    monitorar()
    assert (mensagens(), notas()) == ([], [])


def test_a_varredura_conta_o_que_fez_e_a_vazia_nao_deixa_linha() -> None:
    for n in "12":
        escrever(n)
    escrever("3", cidade="LUGAR NENHUM")
    monitorar()
    mudar("1", cliente_varejo="B")
    mudar("1", cliente_varejo="MARIA")
    mudar("2", cliente_varejo="B")
    monitorar()
    assert varrer(por="teste") is None
    contagens = Varredura.objects.order_by("pk").values_list("notas", "mensagens", "iguais", "sem_codigo", "com_erro")
    assert list(contagens) == [(3, 3, 0, 1, 0), (3, 1, 1, 0, 0)]
    assert all(v.terminada_em for v in Varredura.objects.all())


def test_reenvio_espera_atras_das_mudancas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "LOTE", 2)
    for n in range(6):
        escrever(str(n))
    Pendente.objects.filter(codigo_cliente__in="0123").update(forcar=True)
    monitorar()
    ordem = list(Mensagem.objects.order_by("pk").values_list("chave", flat=True))
    assert ordem == ["4", "5", "0", "1", "2", "3"]


def test_conteudo_que_o_banco_recusa_e_posto_de_lado_e_os_outros_passam() -> None:
    for n in range(7):
        escrever(str(n))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE wosk_queue ADD CONSTRAINT teste CHECK (chave <> '3') NOT VALID")
    try:
        monitorar()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE wosk_queue DROP CONSTRAINT teste")
    assert sorted(Mensagem.objects.values_list("chave", flat=True)) == list("012456")
    assert Pendente.objects.get().erro.startswith("o banco de dados recusou")
    assert Varredura.objects.get().com_erro == 1
    monitorar()
    assert notas() == ["3"], "quem foi posto de lado espera uma pessoa"
    assert varrer_agora(usuario=pessoa("gerente")) is not None
    assert (len(mensagens("3")), notas()) == (1, [])


def test_enquanto_outro_monitor_segura_a_trava_nada_se_faz() -> None:
    escrever()
    outra = connection.copy()
    try:
        with outra.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", chave_da_trava("clientes.monitor", 0))
            assert varrer(por="teste") is None
            assert notas() == ["1"]
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        outra.close()
    monitorar()
    assert len(mensagens()) == 1


def test_a_rotina_varre_e_o_servico_acorda() -> None:
    escrever()
    assert rotinas.executar("Clientes/Varrer", iniciada_por="teste").contagens == {"mudancas": 1, "mensagens": 1}
    assert len(mensagens()) == 1


@pytest.mark.parametrize("notas", [10_000, pytest.param(100_000, marks=[pytest.mark.prova, pytest.mark.timeout(3600)])])
def test_muitas_notas_escoam_aos_lotes_sem_encher_a_memoria(notas: int) -> None:
    escrever("0")
    monitorar()  # what a process loads once, some 20 MiB of modules, is not of the notes
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO "CLIENTES_VAREJO" ("CODIGO_CLIENTE", "CLIENTE_VAREJO", "FILIAL", "CIDADE", "UF")
               SELECT n::text, 'CLIENTE ' || n, 'LOJA', 'BETIM', 'MG' FROM generate_series(1, %s) n""",
            [notas],
        )
    tracemalloc.start()
    monitorar()
    _, pico = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert Mensagem.objects.count() == notas + 1
    assert not Pendente.objects.exists()
    assert pico < 16 * 2**20, f"{pico / 2**20:.0f} MiB para lotes de {services.LOTE}"


def test_varreduras_velhas_se_apagam() -> None:
    agora = timezone.now()
    for dias in (1, 31, 40):
        quando = agora - timedelta(days=dias)
        Varredura.objects.create(iniciada_em=quando, vista_em=quando, por="teste")
    assert esquecer_varreduras() == 2
    assert Varredura.objects.count() == 1
