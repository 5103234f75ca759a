"""The routines over HTTP: the paths of the specification, what they answer, and to whom."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from erp.rotinas import registro
from erp.rotinas.agenda import diaria
from erp.rotinas.api import vistas
from erp.rotinas.especificacao import METODOS
from erp.rotinas.models import Execucao
from erp.rotinas.registro import DO_DIA
from erp.rotinas.services import executar_pendentes

Situacao = Execucao.Situacao
CAMINHO = "Cliente/TiparClientes"
URL = f"/api/{CAMINHO}"


@pytest.fixture
def chave(criar_chave):
    return criar_chave(escopos=["rotinas"])


@pytest.fixture
def chamar(client, chave):
    def chamar(url, metodo="GET", texto=None):
        return client.generic(metodo, url, HTTP_AUTHORIZATION=f"Api-Key {texto or chave}")

    return chamar


@pytest.fixture
def tipar(declarar):
    """A body of the test under a path of the specification, whoever's it is."""

    def tipar(funcao, **opcoes):
        registro._rotinas.pop(CAMINHO.lower(), None)
        return declarar(funcao, CAMINHO, diaria("04:00"), **opcoes)

    return tipar


@pytest.fixture
def trabalhador():
    """Somebody who runs what is asked for, on a connection of its own."""
    fim = threading.Event()

    def trabalhar():
        try:
            while not fim.wait(0.05):
                executar_pendentes()
        finally:
            connection.close()

    thread = threading.Thread(target=trabalhar)
    thread.start()
    yield
    fim.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_chamada_roda_a_rotina_e_responde_como_terminou(chamar, tipar, trabalhador):
    tipar(lambda contexto: contexto.contar("clientes", 3))
    resposta = chamar(URL)
    assert resposta.status_code == 200, resposta.content
    corpo = resposta.json()
    assert (corpo["situacao"], corpo["contagens"], corpo["rotina"]) == ("sucesso", {"clientes": 3}, CAMINHO)
    assert resposta["Cache-Control"] == "no-store"
    assert Execucao.objects.get().iniciada_por.startswith("chave:")


@pytest.mark.django_db(transaction=True)
def test_o_que_falha_e_dito_sem_o_rastro(chamar, tipar, trabalhador):
    def falhar():
        raise ValueError("cliente 529.982.247-25 sem tipo")

    tipar(falhar)
    corpo = chamar(URL).json()
    assert corpo["situacao"] == "erro" and corpo["mensagem"] == "ValueError: cliente ***.982.247-** sem tipo"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "url", ["/api/cliente/tiparclientes", "/API/CLIENTE/TIPARCLIENTES", "/api/Cliente/TiparClientes/"]
)
def test_o_caminho_vale_em_qualquer_caixa(chamar, tipar, trabalhador, url):
    tipar(lambda: None)
    assert chamar(url).json()["situacao"] == "sucesso"


@pytest.mark.django_db
def test_sem_quem_rode_responde_202_e_onde_acompanhar(chamar, tipar, monkeypatch):
    monkeypatch.setattr(vistas, "ESPERA", 0.1)
    tipar(lambda contexto: contexto.registrar("li 3 de 529.982.247-25"))
    resposta = chamar(URL)
    execucao = Execucao.objects.get()
    assert resposta.status_code == 202 and resposta["Location"] == f"/api/rotinas/execucoes/{execucao.pk}"
    assert chamar(resposta["Location"]).json()["situacao"] == "pendente"
    executar_pendentes()
    corpo = chamar(resposta["Location"]).json()
    assert corpo["situacao"] == "sucesso"
    assert [linha["texto"] for linha in corpo["linhas"]] == ["li 3 de ***.982.247-**"]


@pytest.mark.django_db
def test_em_curso_e_409_com_o_endereco_dela(chamar, tipar):
    tipar(lambda: None)
    agora = timezone.now()
    outra = Execucao.objects.create(rotina=CAMINHO, iniciada_por="x", iniciada_em=agora, heartbeat=agora)
    resposta = chamar(URL)
    assert resposta.status_code == 409
    assert resposta.json()["codigo"] == "ROTINA_EM_CURSO"
    assert resposta["Location"] == resposta.json()["contexto"]["execucao"] == f"/api/rotinas/execucoes/{outra.pk}"
    assert Execucao.objects.count() == 1


@pytest.mark.django_db
def test_pedida_e_ainda_nao_tomada_e_409(chamar, tipar, monkeypatch):
    monkeypatch.setattr(vistas, "ESPERA", 0.0)
    tipar(lambda: None)
    assert chamar(URL).status_code == 202
    segunda = chamar(URL)
    assert (segunda.status_code, segunda.json()["codigo"]) == (409, "ROTINA_JA_PEDIDA")
    assert segunda["Location"] == f"/api/rotinas/execucoes/{Execucao.objects.get().pk}"


@pytest.mark.django_db(transaction=True)
def test_simular_nao_grava_e_diz_que_simulou(chamar, tipar, trabalhador):
    def fazer(contexto):
        Execucao.objects.create(rotina="Teste/Efeito", situacao=Situacao.PENDENTE, iniciada_por="x")
        contexto.item("cliente", "1", "Fulano")

    tipar(fazer, simulavel=True)
    corpo = chamar(f"{URL}?simular=1").json()
    assert (corpo["situacao"], corpo["simulacao"]) == ("sucesso", True)
    assert not Execucao.objects.filter(rotina="Teste/Efeito").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("consulta", "codigo"),
    [
        ("simular=talvez", "PARAMETRO_INVALIDO"),
        ("simular=1", "ROTINA_NAO_SIMULAVEL"),
        ("referencia=ontem", "PARAMETRO_INVALIDO"),
        ("referencia=2024-02-29", "ROTINA_SEM_REFERENCIA"),
    ],
)
def test_o_que_nao_se_pode_pedir_e_400(chamar, tipar, consulta, codigo):
    tipar(lambda: None)
    resposta = chamar(f"{URL}?{consulta}")
    assert (resposta.status_code, resposta.json()["codigo"]) == (400, codigo)
    assert not Execucao.objects.exists()


@pytest.mark.django_db
def test_referencia_futura_e_400(chamar, tipar):
    tipar(lambda: None, referencia=DO_DIA)
    resposta = chamar(f"{URL}?referencia=2999-01-01")
    assert (resposta.status_code, resposta.json()["codigo"]) == (400, "REFERENCIA_FUTURA")


@pytest.mark.django_db
def test_a_referencia_pedida_e_a_que_a_rotina_recebe(chamar, tipar, monkeypatch):
    monkeypatch.setattr(vistas, "ESPERA", 0.0)
    vistas_ = []
    tipar(lambda contexto: vistas_.append(contexto.referencia), referencia=DO_DIA)
    chamar(f"{URL}?referencia=2024-02-29")
    executar_pendentes()
    assert vistas_ == [date(2024, 2, 29)]
    chamar(f"{URL}?referencia=2024-02-29")
    executar_pendentes()
    assert len(vistas_) == 1, "uma vez por referência"
    assert Execucao.objects.latest("pk").situacao == Situacao.PULADA


@pytest.mark.django_db
@pytest.mark.parametrize("metodo", ["POST", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_so_o_metodo_da_especificacao_roda(chamar, tipar, metodo):
    tipar(lambda: None)
    resposta = chamar(URL, metodo)
    assert resposta.status_code == 405 and resposta["Allow"] == "GET"
    assert not Execucao.objects.exists()


@pytest.mark.django_db
def test_a_de_post_so_atende_post(chamar):
    assert chamar("/api/Sincronizacao/SincronizarVendas").status_code == 405
    assert chamar("/api/sincronizacao/sincronizarvendas", "POST").status_code == 501


@pytest.mark.django_db
def test_sem_chave_401_sem_escopo_403_desconhecida_404(client, chamar, criar_chave):
    assert client.get(URL).status_code == 401
    assert client.get("/api/nao/ha").status_code == 401, "sem chave nem se diz o que existe"
    assert chamar(URL, texto=criar_chave(escopos=["metricas"])).status_code == 403
    assert chamar("/api/nao/ha").status_code == 404
    assert chamar("/api/filas/enviar").status_code == 404, "as do sistema não são de ninguém"
    assert not Execucao.objects.exists()


@pytest.mark.django_db
def test_chave_de_homologacao_so_simula(chamar, criar_chave, tipar, monkeypatch):
    monkeypatch.setattr(vistas, "ESPERA", 0.0)
    tipar(lambda: None, simulavel=True)
    chave = criar_chave(escopos=["rotinas"], homologacao=True)
    assert chamar(URL, texto=chave).json()["codigo"] == "CHAVE_DE_HOMOLOGACAO"
    assert chamar(f"{URL}?simular=1", texto=chave).status_code == 202


@pytest.mark.django_db
def test_as_sem_corpo_dizem_que_nao_estao_configuradas(chamar):
    sem_corpo = [r for r in registro.todas() if r.metodo and not r.configurada]
    assert len(sem_corpo) == 11
    for rotina in sem_corpo:
        resposta = chamar(f"/api/{rotina.caminho}", METODOS[rotina.caminho])
        assert (resposta.status_code, resposta.json()["codigo"]) == (501, "ROTINA_NAO_CONFIGURADA")
    assert not Execucao.objects.exists()


@pytest.mark.django_db
def test_execucao_de_fora_da_especificacao_nao_se_mostra(chamar):
    interna = Execucao.objects.create(
        rotina="filas/enviar", situacao=Situacao.ERRO, terminada_em=timezone.now(), iniciada_por="x", erro="segredo"
    )
    assert chamar(f"/api/rotinas/execucoes/{interna.pk}").status_code == 404
    assert chamar("/api/rotinas/execucoes/99999999999999999999").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_dois_pedidos_ao_mesmo_tempo_fazem_um_so(client, chave, tipar, monkeypatch):
    monkeypatch.setattr(vistas, "ESPERA", 0.0)
    tipar(lambda: None)
    largada, respostas = threading.Barrier(4), []

    def pedir():
        try:
            largada.wait()
            respostas.append(type(client)().get(URL, HTTP_AUTHORIZATION=f"Api-Key {chave}").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=pedir) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(respostas) == [202, 409, 409, 409] and Execucao.objects.count() == 1


def test_o_documento_tem_as_dezoito_letra_por_letra():
    inteiro = SchemaGenerator().get_schema(public=True)
    caminhos = {c: v for c, v in inteiro["paths"].items() if c.removeprefix("/api/") in METODOS}
    assert {c.removeprefix("/api/"): next(iter(v)).upper() for c, v in caminhos.items()} == METODOS
    assert set(caminhos[URL]["get"]["responses"]) == {"200", "202", "400", "401", "403", "405", "409", "501"}
    assert "/api/{assunto}/{acao}" not in inteiro["paths"]
    validate_schema(inteiro | {"paths": caminhos})


def test_o_tempo_de_espera_e_o_da_promessa():
    assert timedelta(seconds=vistas.ESPERA) == timedelta(seconds=2)
