"""The webhook of PlugSign, which nobody signs: it wakes a question, and says nothing by itself."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

import pytest
from django.test import Client
from django.utils import timezone

from erp.assinaturas.falso import PlugSignFalsa
from erp.assinaturas.maquina import Passo
from erp.assinaturas.models import Assinatura
from erp.assinaturas.rotinas import processar_assinaturas
from erp.provedores.models import EstadoProvedor, WebhookRecebido
from erp.provedores.services import processar_pendentes
from erp.rotinas.contexto import Contexto
from tests.erp.assinaturas.elenco import enviada
from tests.erp.elenco import hoje
from tests.erp.jazigos.elenco import Execucao

pytestmark = pytest.mark.django_db
ENDERECO = "/webhooks/plugsign/segredo-do-teste"
Situacao = WebhookRecebido.Situacao


def avisar(chave: object, status: str = "Signed", tipo: str = "REQUESTS_UPDATED", **mais: Any) -> WebhookRecebido:
    corpo = {"document_key": chave, "signing_key": "sk", "status": status, "webhook_type": tipo, **mais}
    resposta = Client().post(ENDERECO, json.dumps(corpo), content_type="application/json")
    assert resposta.status_code == 200
    processar_pendentes("plugsign")
    return WebhookRecebido.objects.latest("pk")


def test_aviso_acorda_a_consulta_que_guarda_o_assinado(plug: PlugSignFalsa) -> None:
    a = enviada()
    plug.mudar(a.id_provedor, "Signed")
    webhook = avisar(a.id_provedor)
    assert (webhook.situacao, "assinada" in webhook.resultado) == (Situacao.PROCESSADO, True)
    a.refresh_from_db()
    assert a.passo == Passo.ASSINADA and a.sha256_assinado


def test_aviso_mentiroso_nao_assina_nada(plug: PlugSignFalsa) -> None:
    a = enviada()
    webhook = avisar(a.id_provedor, "Signed")  # anybody with the address may say so
    a.refresh_from_db()
    assert a.passo == Passo.ENVIADA and "como já estava" in webhook.resultado


def test_repetido_e_fora_de_ordem_nao_mudam_o_que_se_sabe(plug: PlugSignFalsa) -> None:
    a = enviada()
    plug.mudar(a.id_provedor, "Signed")
    avisar(a.id_provedor)
    for status, tipo in (
        ("Signed", "REQUESTS_UPDATED"),
        ("Open", "REQUESTS_EMAIL_OPENED"),
        ("Pending", "REQUESTS_UPDATED"),
    ):
        avisar(a.id_provedor, status, tipo)
    a.refresh_from_db()
    assert (a.passo, a.contradicao) == (Passo.ASSINADA, "")
    assert a.eventos.filter(situacao=Passo.ASSINADA.value).count() == 1 and a.arquivos.count() == 2


@pytest.mark.parametrize("chave", ["doc-de-outro-sistema", "", None, 12, "x" * 200, "a\0b"])
def test_aviso_que_nao_e_nosso_e_ignorado_com_o_motivo(plug: PlugSignFalsa, chave: object) -> None:
    webhook = avisar(chave)
    assert webhook.situacao == Situacao.IGNORADO and "documento" in webhook.resultado.replace(
        "document_key", "documento"
    )


def test_aviso_com_o_provedor_fora_do_ar_espera_e_com_ele_em_pausa_tambem(plug: PlugSignFalsa) -> None:
    a = enviada()
    plug.roteiro.append("500")
    webhook = avisar(a.id_provedor)
    assert webhook.situacao == Situacao.RECEBIDO and webhook.tentativas == 1
    plug.roteiro.append("429")
    avisar(a.id_provedor, "Open")
    assert EstadoProvedor.objects.get(nome="plugsign").pausado_ate is not None
    assert Assinatura.objects.get().passo == Passo.ENVIADA


def test_corpo_que_nao_e_json_e_segredo_errado(plug: PlugSignFalsa) -> None:
    assert Client().post(ENDERECO, b"nada", content_type="text/plain").status_code == 200
    processar_pendentes("plugsign")
    assert WebhookRecebido.objects.get().situacao == Situacao.IGNORADO
    assert Client().post("/webhooks/plugsign/errado", b"{}", content_type="application/json").status_code == 404


def test_a_rotina_trabalha_os_avisos_que_esperam_e_o_que_mais_estiver_na_hora(plug: PlugSignFalsa) -> None:
    avisada, calada = enviada(), enviada()
    for a in (avisada, calada):
        plug.mudar(a.id_provedor, "Signed")
    corpo = json.dumps({"document_key": avisada.id_provedor, "status": "Signed"})
    Client().post(ENDERECO, corpo, content_type="application/json")
    Assinatura.objects.update(consultar_em=timezone.now() - timedelta(minutes=1))
    execucao = Execucao(hoje())
    processar_assinaturas(cast(Contexto, execucao))
    assert (execucao.contagens["avisos processados"], execucao.contagens["arquivos assinados guardados"]) == (1, 1)
    assert [a.passo for a in Assinatura.objects.all()] == [Passo.ASSINADA, Passo.ASSINADA]
