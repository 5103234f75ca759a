from __future__ import annotations

import pytest
from django.test import Client

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave, revogar_chave

pytestmark = pytest.mark.django_db

FORA = {"REMOTE_ADDR": "10.0.0.9"}


def test_da_propria_maquina_as_metricas_sao_lidas(client: Client) -> None:
    for endereco in ("127.0.0.1", "::1"):
        resposta = client.get("/metrics", REMOTE_ADDR=endereco)
        assert resposta.status_code == 200
        assert b"django_http_requests_before_middlewares_total" in resposta.content


@pytest.mark.parametrize("cabecalho", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Proto"])
def test_quem_vem_por_um_proxy_da_maquina_nao_e_da_maquina(client: Client, cabecalho: str) -> None:
    assert client.get("/metrics", headers={cabecalho: "127.0.0.1"}).status_code == 403


@pytest.mark.django_db(transaction=True)  # a revocation takes effect at commit
def test_de_fora_so_com_uma_chave_de_escopo_metricas(client: Client) -> None:
    com, texto = criar_chave(nome="Prometheus", escopos=["metricas"], ator=ATOR_SISTEMA)
    _, sem_escopo = criar_chave(nome="Outra", escopos=["rotinas"], ator=ATOR_SISTEMA)

    def pedir(autorizacao: str) -> int:
        return client.get("/metrics", headers={"Authorization": autorizacao}, **FORA).status_code

    assert client.get("/metrics", **FORA).status_code == 403
    assert pedir(f"Api-Key {texto}") == 200
    assert pedir(f"Bearer {texto}") == 200  # what Prometheus knows how to send
    assert pedir(f"Basic {texto}") == 403
    assert pedir(f"Api-Key {sem_escopo}") == 403
    assert pedir("Api-Key rtg_inventada_0000000000000000") == 403
    assert pedir("Api-Key ") == 403
    revogar_chave(chave=com, ator=ATOR_SISTEMA, motivo="teste")
    assert pedir(f"Api-Key {texto}") == 403
