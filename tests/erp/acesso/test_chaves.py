import hashlib
import re
import threading
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from auditoria.models import Evento
from erp.acesso import escopos
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.models import ChaveApi
from erp.acesso.services import autenticacao as modulo
from erp.acesso.services import autenticar, criar_chave, esquecer_autenticacoes, revogar_chave
from tests.erp.acesso.conftest import ATOR


def test_a_chave_e_mostrada_uma_vez_e_guardada_so_como_hash(nova_chave):
    chave, texto = nova_chave
    assert re.fullmatch(r"rtg_[0-9a-f]{12}_[0-9a-f]{64}", texto)
    assert chave.hash == hashlib.sha256(texto.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM acesso_chaveapi c UNION ALL SELECT e::text FROM auditoria_evento e")
        guardado = "\n".join(linha for (linha,) in cursor.fetchall())
    segredo = texto.rpartition("_")[2]
    assert segredo not in guardado
    assert chave.prefixo in guardado


def test_criar_registra_quem_e_para_que(nova_chave):
    chave, _ = nova_chave
    evento = Evento.objects.get(acao="acesso.chave_criada")
    assert (evento.ator, evento.objeto, evento.objeto_id) == ("ana", "acesso.ChaveApi", str(chave.pk))
    assert evento.depois["escopos"] == ["pdv"] and evento.depois["ponto_venda_id"] == 31
    assert chave.criada_por == "usuario:ana"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("argumentos", "codigo"),
    [
        ({"nome": "  "}, "NOME_OBRIGATORIO"),
        ({"escopos": []}, "ESCOPO_DESCONHECIDO"),
        ({"escopos": ["pdv", "tudo"]}, "ESCOPO_DESCONHECIDO"),
        ({"ponto_venda_id": None}, "PONTO_VENDA_OBRIGATORIO"),
        ({"expira_em": timezone.now() - timedelta(seconds=1)}, "VALIDADE_PASSADA"),
    ],
)
def test_pedido_errado_nao_cria_chave(argumentos, codigo):
    certos = {"nome": "PDV 3", "escopos": ["pdv"], "ponto_venda_id": 31, "ator": ATOR}
    with pytest.raises(ErroDefinitivo) as erro:
        criar_chave(**certos | argumentos)
    assert erro.value.codigo == codigo
    assert not ChaveApi.objects.exists() and not Evento.objects.exists()


def test_a_chave_certa_abre(nova_chave):
    chave, texto = nova_chave
    aberta = autenticar(texto)
    assert aberta == chave and aberta.ponto_venda_id == 31


def test_o_que_nao_e_a_chave_nao_abre(nova_chave):
    chave, texto = nova_chave
    _, outro_texto = criar_chave(nome="PDV 4", escopos=["pdv"], ponto_venda_id=32, ator=ATOR)
    trocada = f"rtg_{chave.prefixo}_{outro_texto.rpartition('_')[2]}"
    erradas = [
        "", "rtg_", texto[:-1], texto + "0", texto.upper(), trocada, f"rtg_{'0' * 12}_{'0' * 64}", chave.hash,
        f"{texto}\n", f" {texto}", "rtg_" + "é" * 12 + "_" + "0" * 64, "\x00", texto.replace("rtg", "RTG"),
    ]  # fmt: skip
    assert [e for e in erradas if autenticar(e)] == []


@pytest.fixture
def escopo_uuid(monkeypatch):
    monkeypatch.setattr(escopos, "_escopos", escopos._escopos | {"loja": "De teste"})
    monkeypatch.setattr(escopos, "_com_chave_uuid", {"loja"})


@pytest.mark.django_db
def test_a_chave_de_um_escopo_uuid_e_um_uuid_aleatorio_de_36_caracteres(escopo_uuid):
    feitas = [criar_chave(nome="PDV", escopos=["loja", "rotinas"], ator=ATOR) for _ in range(3)]
    for chave, texto in feitas:
        assert len(texto) == 36 and str(uuid.UUID(texto)) == texto and uuid.UUID(texto).version == 4
        assert chave.prefixo == texto.replace("-", "")[:12]
        assert chave.hash == hashlib.sha256(texto.encode()).hexdigest()
        assert autenticar(texto) == chave
    assert len({texto for _, texto in feitas}) == 3


@pytest.mark.django_db
def test_so_o_uuid_inteiro_e_certo_abre(escopo_uuid):
    _, texto = criar_chave(nome="PDV", escopos=["loja"], ator=ATOR)
    trocada = texto[:-1] + ("0" if texto[-1] != "0" else "1")
    erradas = [
        trocada,
        texto.upper(),
        texto.replace("-", ""),
        f"{{{texto}}}",
        f"{texto}\n",
        texto[:14] + "1" + texto[15:],
    ]
    assert [e for e in erradas if e != texto and autenticar(e)] == []


def test_chave_revogada_nao_abre_nem_na_mesma_hora(nova_chave, django_capture_on_commit_callbacks):
    chave, texto = nova_chave
    assert autenticar(texto)
    with django_capture_on_commit_callbacks(execute=True):
        revogar_chave(chave=chave, motivo="PDV roubado", ator=ATOR)
    assert autenticar(texto) is None
    assert chave.ativa is False and chave.revogada_em is not None
    evento = Evento.objects.get(acao="acesso.chave_revogada")
    assert (evento.motivo, evento.objeto_id) == ("PDV roubado", str(chave.pk))


def test_outro_processo_nota_a_revogacao_quando_o_cache_vence(nova_chave, monkeypatch):
    chave, texto = nova_chave
    agora = [1000.0]
    monkeypatch.setattr(f"{modulo.__name__}.time.monotonic", lambda: agora[0])
    assert autenticar(texto)
    ChaveApi.objects.filter(pk=chave.pk).update(ativa=False, revogada_em=timezone.now())  # as another process would
    agora[0] += modulo.SEGUNDOS_DE_CACHE - 0.1
    assert autenticar(texto)
    agora[0] += 0.2
    assert autenticar(texto) is None


def test_revogar_duas_vezes_e_erro_e_um_evento_so(nova_chave):
    chave, _ = nova_chave
    revogar_chave(chave=chave, motivo="perdida", ator=ATOR)
    with pytest.raises(ErroDefinitivo, match="já estava revogada"):
        revogar_chave(chave=chave, motivo="perdida", ator=ATOR)
    assert Evento.objects.filter(acao="acesso.chave_revogada").count() == 1


@pytest.mark.django_db
def test_chave_vencida_nao_abre_nem_do_cache():
    vence = timezone.now() + timedelta(hours=1)
    _, texto = criar_chave(nome="PDV", escopos=["pdv"], ponto_venda_id=31, expira_em=vence, ator=ATOR)
    assert autenticar(texto)
    with time_machine.travel(vence, tick=False):
        assert autenticar(texto) is None
    with time_machine.travel(vence - timedelta(seconds=1), tick=False):
        assert autenticar(texto)


def test_ultimo_uso_se_escreve_no_maximo_uma_vez_por_minuto(nova_chave, django_assert_num_queries):
    chave, texto = nova_chave
    inicio = timezone.now()
    with time_machine.travel(inicio, tick=False):
        autenticar(texto)
    chave.refresh_from_db()
    assert chave.ultimo_uso_em == inicio
    with time_machine.travel(inicio + timedelta(seconds=59), tick=False), django_assert_num_queries(0):
        autenticar(texto)
    with time_machine.travel(inicio + timedelta(seconds=60), tick=False):
        autenticar(texto)
    chave.refresh_from_db()
    assert chave.ultimo_uso_em == inicio + timedelta(seconds=60)


def test_uma_recusa_nao_fica_no_cache(nova_chave):
    _, texto = nova_chave
    assert autenticar(texto[:-1] + ("0" if texto[-1] != "0" else "1")) is None
    assert autenticar(texto)


@pytest.mark.django_db
def test_o_banco_recusa_chave_ativa_e_revogada_ou_sem_escopo(nova_chave):
    chave, _ = nova_chave
    for campos in ({"revogada_em": timezone.now()}, {"ativa": False}, {"escopos": []}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ChaveApi.objects.filter(pk=chave.pk).update(**campos)


@pytest.mark.django_db(transaction=True)
def test_autenticar_nao_espera_por_quem_segura_a_linha(nova_chave):
    """A long request of the same key holds its row: the others still get in at once."""
    chave, texto = nova_chave
    aberta = []

    def outro():
        esquecer_autenticacoes()
        try:
            aberta.append(autenticar(texto))
        finally:
            connection.close()

    with transaction.atomic():
        ChaveApi.objects.select_for_update().get(pk=chave.pk)
        thread = threading.Thread(target=outro)
        thread.start()
        thread.join(5)
        assert aberta == [chave], "esperou a trava"


@pytest.mark.django_db(transaction=True)
def test_dez_usos_ao_mesmo_tempo_abrem_todos(nova_chave):
    chave, texto = nova_chave
    largada = threading.Barrier(10)
    abertas = []

    def usar():
        largada.wait()
        try:
            abertas.append(autenticar(texto))
        finally:
            connection.close()

    threads = [threading.Thread(target=usar) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert abertas == [chave] * 10


@pytest.mark.django_db(transaction=True)
def test_duas_revogacoes_ao_mesmo_tempo_fazem_um_evento(nova_chave):
    chave, _ = nova_chave
    largada = threading.Barrier(2)
    resultados = []

    def revogar():
        largada.wait()
        try:
            revogar_chave(chave=ChaveApi.objects.get(pk=chave.pk), motivo="perdida", ator=ATOR)
            resultados.append("feita")
        except ErroDefinitivo as erro:
            resultados.append(erro.codigo)
        connection.close()

    threads = [threading.Thread(target=revogar) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(resultados) == ["CHAVE_JA_REVOGADA", "feita"]
    assert Evento.objects.filter(acao="acesso.chave_revogada").count() == 1
