"""What Meta tells by its signed webhook: only forward, in any order, as often as it likes; and people who ask to leave."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from erp.contatos.models import Comunicado, ContatoWhatsapp, Descadastro, EnvioWhatsapp, ModeloMensagem
from erp.contatos.registro import registrar_entrega
from erp.contatos.services import acompanhar, encaminhar, repetir
from erp.contatos.valores import Entrega
from erp.contatos.whatsapp.canal import PORTA
from erp.contatos.whatsapp.falso import SEGREDO, WhatsappFalso, corpo_do_webhook
from erp.contatos.whatsapp.leitura import pede_para_sair
from erp.contatos.whatsapp.validacao import validar
from erp.provedores.models import ContagemProvedor, EstadoProvedor, WebhookRecebido
from erp.provedores.services import processar_pendentes
from tests.erp.contatos.whatsapp.conftest import Celular, contar, ja, mandar, por_na_fila, receber
from tests.erp.elenco import pessoa

pytestmark = pytest.mark.django_db
Situacao = Comunicado.Situacao
S = EnvioWhatsapp.Situacao


@pytest.fixture
def enviado(meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular) -> Comunicado:
    comunicado = por_na_fila(celular())
    mandar()
    return comunicado


@pytest.mark.parametrize("ordem", list(itertools.permutations(("sent", "delivered", "read"))), ids="-".join)
def test_em_qualquer_ordem_e_repetidas_terminam_em_lida_e_a_entrega_e_contada_uma_vez(
    meta: WhatsappFalso, enviado: Comunicado, ordem: tuple[str, ...]
) -> None:
    contadas: list[Entrega] = []
    registrar_entrega("f:", contadas.extend)
    agora = int(time.time())
    for n, situacao in enumerate((*ordem, *ordem)):
        contar(meta, situacao, em=agora + n)

    [envio] = EnvioWhatsapp.objects.all()
    assert (envio.situacao, envio.comunicado_id) == (S.LIDA, enviado.pk)
    assert None not in (envio.aceita_em, envio.enviada_em, envio.entregue_em, envio.lida_em)
    enviado.refresh_from_db()
    assert enviado.situacao == Situacao.ENTREGUE and len(contadas) == 1
    assert (contadas[0].canal, contadas[0].endereco) == ("whatsapp", "(31) *****-**21")


def test_falha_contada_depois_marca_o_numero_e_manda_por_email_uma_vez(
    meta: WhatsappFalso, enviado: Comunicado
) -> None:  # fmt: skip
    validar()
    contar(meta, "sent", "failed", "sent", erro=131026)
    contar(meta, "failed", erro=131026, em=int(time.time()) + 5)

    enviado.refresh_from_db()
    assert (enviado.situacao, enviado.motivo) == (Situacao.NAO_ENVIADO, "NUMERO_NAO_ENTREGA")
    assert EnvioWhatsapp.objects.get().situacao == S.FALHOU
    assert Comunicado.objects.filter(fato="f:1", canal="email").count() == 1
    assert ContatoWhatsapp.objects.get().situacao == 2


def test_entrega_contada_depois_da_falha_vale_pois_chegou(meta: WhatsappFalso, enviado: Comunicado) -> None:
    contar(meta, "failed", erro=131026)
    contar(meta, "delivered")
    enviado.refresh_from_db()
    assert enviado.situacao == Situacao.ENTREGUE and EnvioWhatsapp.objects.get().situacao == S.ENTREGUE


def test_entrega_contada_depois_tira_o_email_que_ainda_esperava(meta: WhatsappFalso, enviado: Comunicado) -> None:
    contar(meta, "failed", erro=131026)
    assert Comunicado.objects.get(canal="email").situacao == Situacao.PENDENTE
    contar(meta, "delivered")
    email = Comunicado.objects.get(canal="email")
    assert (email.situacao, email.motivo) == (Situacao.NAO_ENVIADO, "JA_CHEGOU")


def test_falha_passageira_contada_depois_vai_de_novo_sozinha(meta: WhatsappFalso, enviado: Comunicado) -> None:
    contar(meta, "failed", erro=131056)
    enviado.refresh_from_db()
    assert (enviado.situacao, enviado.motivo) == (Situacao.PENDENTE, "PAR_RAPIDO_DEMAIS")
    Comunicado.objects.update(nao_antes_de=enviado.criado_em)
    encaminhar(PORTA)
    ja(10)
    assert mandar().com_sucesso == 1
    contar(meta, "failed", erro=131056, qual=0, em=int(time.time()) + 9)  # of the first again: it says nothing new
    enviado.refresh_from_db()
    assert enviado.situacao == Situacao.ENVIADO
    contar(meta, "delivered")
    enviado.refresh_from_db()
    assert enviado.situacao == Situacao.ENTREGUE


def test_falha_repetida_nao_para_a_que_uma_pessoa_mandou_de_novo(meta: WhatsappFalso, enviado: Comunicado) -> None:
    contar(meta, "failed", erro=132012)
    repetir([enviado.pk], usuario=pessoa("gerente"), motivo="modelo corrigido")
    encaminhar(PORTA)
    contar(meta, "failed", erro=132012, em=int(time.time()) + 7)
    enviado.refresh_from_db()
    assert enviado.situacao == Situacao.NA_FILA


@pytest.mark.parametrize("do_email", [Situacao.PENDENTE, Situacao.ENTREGUE, Situacao.NAO_ENVIADO], ids=lambda s: s.name)
def test_tentar_de_novo_manda_um_fato_por_um_canal_so(
    meta: WhatsappFalso, enviado: Comunicado, do_email: Situacao
) -> None:  # fmt: skip
    contar(meta, "failed", erro=131047)
    Comunicado.objects.filter(canal="email").update(situacao=do_email)
    todos = list(Comunicado.objects.values_list("pk", flat=True))
    feitos = repetir(todos, usuario=pessoa("gerente"), motivo="corrigido")

    assert feitos == (do_email == Situacao.NAO_ENVIADO)
    enviado.refresh_from_db()
    assert enviado.situacao == Situacao.NAO_ENVIADO
    if feitos:  # the other way round: the e-mail waits, so WhatsApp does not go
        assert repetir([enviado.pk], usuario=pessoa("gerente"), motivo="de novo") == 0


@pytest.mark.parametrize("erro", [131042, 131048])
def test_falha_da_conta_contada_com_atraso_nao_para_de_novo_o_que_alguem_retomou(
    meta: WhatsappFalso, enviado: Comunicado, erro: int
) -> None:
    contar(meta, "failed", erro=erro, em=int(time.time()) - 4_000)
    assert not EstadoProvedor.objects.get(pk="whatsapp").em_pausa(timezone.now())


def test_falha_da_conta_contada_na_hora_para_tudo(meta: WhatsappFalso, enviado: Comunicado) -> None:
    contar(meta, "failed", erro=131042)
    assert EstadoProvedor.objects.get(pk="whatsapp").pausado_por == "retaguarda"


def test_pedido_de_sair_vale_ainda_que_o_resto_do_aviso_falhe(
    meta: WhatsappFalso, enviado: Comunicado, settings: Any
) -> None:
    settings.WHATSAPP_REVALIDAR_DIAS = None  # a defect, where deliveries are noted
    receber(corpo_do_webhook(
        statuses=[meta.status(meta.mensagens[0], "delivered")], messages=[meta.resposta("5531987654321", "SAIR")]
    ))  # fmt: skip
    processar_pendentes("whatsapp")
    assert Descadastro.objects.count() == 1 and WebhookRecebido.objects.get().situacao == 0


def test_mensagem_que_ninguem_conhece_e_guardada_e_ganha_dono_quando_a_resposta_e_lida(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    comunicado = por_na_fila(celular())
    estranha = {"wamid": "wamid.de-outro", "to": "5531900001111"}
    assert receber(corpo_do_webhook(statuses=[meta.status(estranha, "sent")])) == 200
    sem_token = {"wamid": "wamid.falso1", "to": "5531987654321"}
    assert receber(corpo_do_webhook(statuses=[meta.status(sem_token, "delivered")])) == 200
    processar_pendentes("whatsapp")
    assert EnvioWhatsapp.objects.filter(comunicado_id=None).count() == 2
    assert "1 mensagem desconhecida" in WebhookRecebido.objects.latest("id").resultado

    mandar()  # Meta answers with the name that it told of already

    comunicado.refresh_from_db()
    assert comunicado.situacao == Situacao.ENTREGUE
    assert EnvioWhatsapp.objects.get(comunicado_id=None).wamid == "wamid.de-outro"


def test_assinatura_errada_e_recusada_e_o_mesmo_corpo_e_uma_linha(meta: WhatsappFalso, enviado: Comunicado) -> None:
    corpo = corpo_do_webhook(statuses=[meta.status(meta.mensagens[0], "delivered", em=1_800_000_000)])
    assert receber(corpo, "sha256=" + "0" * 64) == receber(corpo, "") == 401
    assert not WebhookRecebido.objects.exists()
    assert sum(ContagemProvedor.objects.values_list("webhooks_recusados", flat=True)) == 2
    for _ in range(3):
        assert receber(corpo) == 200
    assert processar_pendentes("whatsapp").processados == 1
    assert WebhookRecebido.objects.get().repeticoes == 2


@pytest.mark.parametrize(
    ("corpo", "situacao"),
    [
        (b"{", 4), (b"[]", 4), (b'{"entry": 7}', 4),
        (corpo_do_webhook(statuses=[{"id": "x", "status": "sent", "timestamp": "ontem"}]), 2),
        (corpo_do_webhook(statuses=[{"id": "x", "status": "played", "timestamp": "1800000000"}]), 2),
        (corpo_do_webhook(statuses=[{"id": "x", "status": "sent", "timestamp": float("inf")}, {"status": []}]), 2),
        (corpo_do_webhook(statuses=[{"id": "x\0", "status": "sent", "timestamp": "1800000000"}, None, 3]), 2),
        (corpo_do_webhook(metadata={"phone_number_id": "outro"}, statuses=[{}]), 2),
        (corpo_do_webhook(messages=[{"from": "5531987654321", "text": {"body": "oi"}}, {"from": 5}, None]), 2),
    ],
)  # fmt: skip
def test_corpo_que_nao_se_entende_fica_a_vista_e_nao_derruba_nada(
    meta: WhatsappFalso, corpo: bytes, situacao: int
) -> None:
    assert receber(corpo) == 200
    processar_pendentes("whatsapp")
    assert WebhookRecebido.objects.get().situacao == situacao


def test_a_meta_prova_o_endereco_so_com_o_token_certo(meta: WhatsappFalso) -> None:
    def pedir(**campos: str) -> Any:
        base = {"hub.mode": "subscribe", "hub.verify_token": SEGREDO, "hub.challenge": "1158201444"}
        return Client().get(f"/webhooks/whatsapp/{SEGREDO}", {**base, **campos})

    assert (pedir().status_code, pedir().content) == (200, b"1158201444")
    for errado in ({"hub.verify_token": "x"}, {"hub.mode": "x"}, {"hub.challenge": "<b>"}):
        assert pedir(**errado).status_code == 404


@pytest.mark.parametrize(
    "texto", ["SAIR", " parar. ", "Não quero receber", "STOP", "*Sair*, 🙏", "Não quero mais receber."]
)
def test_quem_responde_sair_nao_recebe_mais_por_nenhum_numero(
    meta: WhatsappFalso, enviado: Comunicado, texto: str
) -> None:  # fmt: skip
    de = "553187654321"  # as Meta names old numbers: without the 9
    for _ in range(2):
        receber(corpo_do_webhook(messages=[meta.resposta(de, texto)]))
        processar_pendentes("whatsapp")

    [descadastro] = Descadastro.objects.all()
    assert (descadastro.canal, descadastro.codigo_cliente) == ("whatsapp", enviado.codigo_cliente)
    assert descadastro.origem == Descadastro.Origem.RESPOSTA and descadastro.mostra == "(31) *****-**21"
    assert "87654321" not in WebhookRecebido.objects.latest("id").resultado


def test_com_o_provedor_em_pausa_o_que_a_meta_conta_e_lido_e_quem_saiu_nao_recebe_na_retomada(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    em_duvida = por_na_fila(celular("911112222"), "f:1")
    meta.depois.append("500")
    mandar()
    por_na_fila(celular(), "f:2")
    EstadoProvedor.objects.update_or_create(pk="whatsapp", defaults={"pausado_por": "retaguarda"})
    receber(corpo_do_webhook(messages=[meta.resposta("5531987654321", "SAIR")]))
    contar(meta, "delivered")

    assert Descadastro.objects.count() == 1
    em_duvida.refresh_from_db()
    assert em_duvida.situacao == Situacao.ENTREGUE
    EstadoProvedor.objects.update(pausado_por="")
    ja(10_000)
    mandar()
    assert len(meta.mensagens) == 1


def test_quem_nunca_recebeu_tambem_pode_sair_e_frase_com_a_palavra_nao_e_pedido(meta: WhatsappFalso) -> None:
    receber(corpo_do_webhook(messages=[meta.resposta("5531911112222", "Sair")]))
    processar_pendentes("whatsapp")
    assert Descadastro.objects.get().codigo_cliente == ""
    assert not pede_para_sair("não vou sair hoje") and not pede_para_sair("")
    acompanhar()
