"""Pix against the stand-in, over HTTP: made by txid, paid, told by webhook, found by window, given back; and every way to fail.

Where the Central Bank's own document is at hand, all that we ask and all that the stand-in answers is held against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from typing import Any, cast

import pytest
from django.test import Client
from django.utils import timezone

from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import Cobranca, Devolucao, JanelaPix, Pagamento, PixRecebido
from erp.cobrancas.pix.falso import PixFalso
from erp.cobrancas.pix.porta import CobPix, listar_recebidos
from erp.cobrancas.rotinas import processar_pix
from erp.cobrancas.services import pix as servicos
from erp.cobrancas.services.consulta import gravar, pegar, perguntar
from erp.cobrancas.services.criacao import cancelar, criar_cobrancas, enviar
from erp.provedores.autorizacao import esquecer_tokens
from erp.provedores.models import EstadoProvedor, WebhookRecebido
from erp.provedores.services import processar_pendentes
from erp.rotinas.contexto import Contexto
from tests.erp.cobrancas.contrato_pix import Conferente
from tests.erp.cobrancas.elenco import aberto, creditos, entrou
from tests.erp.elenco import conta, empresa, hoje, pessoa, titulo
from tests.erp.jazigos.elenco import Execucao
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
SEGREDO = "segredo-do-webhook"


@pytest.fixture
def pix(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[PixFalso]:
    empresa()
    esquecer_tokens()
    with PixFalso(lento=1.5) as servidor, Conferente.de(servidor):
        for nome, valor in servidor.ajustes().items():
            setattr(settings, nome, valor)
        settings.PIX_WEBHOOK_SEGREDO, settings.PIX_TEMPO_LIMITE = SEGREDO, 5
        settings.PIX_SIMULTANEAS = 1  # in the test's own connection
        yield servidor
    esquecer_tokens()
    verificar_tudo()


def feita(valor: str = "100.00") -> Cobranca:
    cobrancas = criar_cobrancas(
        titulos_ids=[titulo(valor).pk], conta_id=conta().pk, vencimento=hoje() + timedelta(days=3), provedor="pix",
        tipo="pix", usuario=pessoa("financeiro", 1),
    )  # fmt: skip
    assert enviar(cobrancas) == 1
    return Cobranca.objects.latest("pk")


def rodar(*, vencer: bool = True) -> Execucao:
    if vencer:
        Cobranca.objects.filter(consultar_em__isnull=False).update(consultar_em=timezone.now() - timedelta(minutes=1))
    execucao = Execucao(hoje())
    processar_pix(cast(Contexto, execucao))
    return execucao


def avisar(corpo: Any) -> int:
    endereco = f"/webhooks/pix/{SEGREDO}/pix"
    return int(cast(Any, Client().post(endereco, corpo, content_type="application/json")).status_code)


def test_pix_feito_com_o_nosso_txid_e_pago_baixa_o_titulo_uma_vez(pix: PixFalso) -> None:
    c = feita()
    assert c.id_provedor == c.uuid.hex and c.copia_e_cola and c.passo == Passo.ENVIADA
    rodar()
    e2eid = pix.pagar(c.id_provedor)
    assert rodar().contagens["pagamentos lançados"] == 1
    rodar()
    c.refresh_from_db()
    assert (c.passo, aberto(c), entrou()) == (Passo.LIQUIDADA, D(0), D(100))
    assert Pagamento.objects.get().id_pagamento == e2eid
    assert PixRecebido.objects.get().cobranca_id == c.pk


def test_janela_acha_o_que_nao_estava_na_hora_de_perguntar(pix: PixFalso) -> None:
    c = feita()
    rodar()
    pix.pagar(c.id_provedor)
    Cobranca.objects.update(consultar_em=timezone.now() + timedelta(hours=5))
    assert rodar(vencer=False).contagens["pagamentos lançados"] == 1
    assert aberto(c) == D(0)


def test_janela_volta_um_pouco_e_o_que_ja_se_sabe_nao_se_faz_de_novo(pix: PixFalso) -> None:
    c = feita()
    rodar()
    atrasado = datetime.now(UTC) - timedelta(minutes=30)  # told by the bank half an hour late
    pix.pagar(c.id_provedor, horario=atrasado)
    assert servicos.ler_janelas().novos == 1
    assert servicos.ler_janelas().novos == 0
    marca = JanelaPix.objects.get()
    assert timezone.now() - marca.lida_ate < timedelta(minutes=1)


def test_janela_de_dias_le_tudo_pagina_por_pagina(pix: PixFalso) -> None:
    pix.por_pagina = 2
    dias = [datetime.now(UTC) - timedelta(days=d) for d in (0, 1, 3, 8, 15, 20)]
    for quando in dias:
        pix.pagar("", "5.00", horario=quando)
    JanelaPix.objects.create(provedor="pix", lida_ate=timezone.now() - timedelta(days=21))
    assert servicos.ler_janelas().novos == len(dias)
    assert PixRecebido.objects.count() == len(dias)


def test_janela_interrompida_no_meio_nao_anda_e_e_lida_de_novo(pix: PixFalso) -> None:
    pix.por_pagina = 1
    pix.pagar("", "5.00")
    pix.pagar("", "6.00")
    pix.roteiro.extend(["", "500"])
    assert "HTTP 500" in rodar().falhas[0][1]
    assert not JanelaPix.objects.exists()
    EstadoProvedor.objects.update(pausado_ate=None)
    assert rodar().falhas == []
    assert PixRecebido.objects.count() == 2


def test_pix_que_nao_e_de_cobranca_nossa_se_mostra_e_nao_entra_no_razao(pix: PixFalso) -> None:
    pix.pagar("txidDeOutroSistema0000000000001", "12.00")
    rodar()
    assert PixRecebido.objects.get().cobranca_id is None and entrou() == D(0)


def test_webhook_e_so_uma_dica_o_banco_e_quem_diz(pix: PixFalso) -> None:
    c = feita()
    e2eid = pix.pagar(c.id_provedor)
    corpo = {
        "pix": [{"endToEndId": e2eid, "txid": c.id_provedor, "valor": "999.99", "horario": "2026-01-01T00:00:00Z"}]
    }
    assert [avisar(corpo), avisar(corpo)] == [200, 200]
    assert processar_pendentes("pix").processados == 1
    assert WebhookRecebido.objects.get().resultado == "1 Pix: 1 pagamentos e 0 devoluções lançados"
    assert (aberto(c), entrou()) == (D(0), D(100))


@pytest.mark.parametrize(
    ("corpo", "situacao", "resultado"),
    [
        ({"evento": "teste_webhook"}, WebhookRecebido.Situacao.IGNORADO, "aviso de teste"),
        ({"pix": [{"endToEndId": "../../../authorize"}]}, WebhookRecebido.Situacao.IGNORADO, "aviso de teste"),
        ({"pix": [{"endToEndId": "E" + "0" * 31}]}, WebhookRecebido.Situacao.ERRO, "HTTP 404"),
    ],
)
def test_webhook_que_nao_diz_nada_nosso_nao_faz_nada(pix: PixFalso, corpo: Any, situacao: int, resultado: str) -> None:
    assert avisar(corpo) == 200
    processar_pendentes("pix")
    w = WebhookRecebido.objects.get()
    assert w.situacao == situacao and resultado in w.resultado and entrou() == D(0)


def test_pago_duas_vezes_o_segundo_pix_vira_credito(pix: PixFalso) -> None:
    c = feita()
    pix.pagar(c.id_provedor)
    rodar()
    pix.pagar(c.id_provedor)
    rodar()
    assert (aberto(c), entrou(), creditos()) == (D(0), D(200), [D(100)])


def test_devolucao_em_parte_e_depois_o_resto_reabrem_o_titulo(pix: PixFalso) -> None:
    c = feita()
    e2eid = pix.pagar(c.id_provedor)
    rodar()
    pix.devolver(e2eid, "40.00", "d1")
    rodar()
    c.refresh_from_db()
    assert (c.passo, aberto(c), entrou()) == (Passo.DEVOLVIDA_PARCIAL, D(40), D(60))
    pix.devolver(e2eid, "60.00", "d2")
    rodar()
    rodar()
    c.refresh_from_db()
    assert (c.passo, aberto(c), entrou(), Devolucao.objects.count()) == (Passo.DEVOLVIDA, D(100), D(0), 2)


def test_cancelar_cancela_la_e_paga_nao_se_cancela(pix: PixFalso) -> None:
    c = feita()
    ana = pessoa("financeiro", 1)
    assert cancelar(cobranca_id=c.pk, motivo="pediu outro", usuario=ana).passo == Passo.CANCELADA
    assert pix.cobs[c.id_provedor]["status"] == "REMOVIDA_PELO_USUARIO_RECEBEDOR"
    outra = feita()
    pix.pagar(outra.id_provedor)
    with pytest.raises(ErroDefinitivo, match="não cancelou"):
        cancelar(cobranca_id=outra.pk, motivo="tarde", usuario=ana)


def test_vencida_no_banco_expira_aqui(pix: PixFalso) -> None:
    c = feita()
    pix.cobs[c.id_provedor]["calendario"]["criacao"] = "2026-01-01T00:00:00Z"
    rodar()
    c.refresh_from_db()
    assert c.passo == Passo.EXPIRADA


def test_feito_cuja_resposta_se_perdeu_e_achado_pelo_txid(pix: PixFalso) -> None:
    cobrancas = criar_cobrancas(
        titulos_ids=[titulo().pk], conta_id=conta().pk, vencimento=hoje(), provedor="pix", tipo="pix",
        usuario=pessoa("financeiro", 1),
    )  # fmt: skip
    pix.depois.append("reset")
    assert enviar(cobrancas) == 0
    assert rodar().contagens["cobranças enviadas"] == 1
    assert len(pix.cobs) == 1


def test_morto_entre_a_chamada_e_o_commit_nada_se_perde(pix: PixFalso) -> None:
    c = feita()
    pix.pagar(c.id_provedor)
    perguntar(CobPix(), pegar(CobPix(), ate=timezone.now() + timedelta(days=1)))  # and nothing was written
    rodar()
    rodar()
    assert (aberto(c), entrou()) == (D(0), D(100))


@pytest.mark.parametrize("defeito", ["500", "429", "reset", "malformado", "404", "lento"])
def test_consulta_que_falha_nao_muda_nada_e_a_proxima_acerta(pix: PixFalso, settings: Any, defeito: str) -> None:
    c = feita()
    pix.pagar(c.id_provedor)
    settings.PIX_TEMPO_LIMITE = 1
    pix.roteiro.append(defeito)
    feitas = perguntar(CobPix(), pegar(CobPix(), ate=timezone.now() + timedelta(days=1)))
    assert len(gravar(feitas).falhas) == 1 and entrou() == D(0)
    EstadoProvedor.objects.update(pausado_ate=None)
    rodar()
    assert entrou() == D(100)


def test_401_renova_o_token_e_segue(pix: PixFalso) -> None:
    pix.roteiro.append("401")
    assert listar_recebidos(timezone.now() - timedelta(hours=1), timezone.now()).pix == []
    assert pix.chamadas["POST /oauth/token"] == 2


def test_situacao_desconhecida_e_pix_sem_numero_nao_mudam_nada(pix: PixFalso) -> None:
    c = feita()
    pix.cobs[c.id_provedor]["status"] = "TELETRANSPORTADA"
    with Conferente.calado():
        assert "situação desconhecida" in rodar().falhas[0][1]
    pix.cobs[c.id_provedor]["status"] = "ATIVA"


def test_avisos_fora_de_ordem_e_repetidos_dao_no_mesmo(pix: PixFalso) -> None:
    um, dois = feita("10.00"), feita("20.00")
    e1, e2 = pix.pagar(um.id_provedor), pix.pagar(dois.id_provedor)
    for corpo in (
        {"pix": [{"endToEndId": e2}, {"endToEndId": e1}]},
        {"pix": [{"endToEndId": e1}]},
        {"pix": [{"endToEndId": e2}]},
    ):
        avisar(corpo)
    processar_pendentes("pix")
    rodar()
    assert (aberto(um), aberto(dois), entrou(), creditos()) == (D(0), D(0), D(30), [])
