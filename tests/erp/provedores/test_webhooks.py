"""The inbox: what is kept, what is answered, and what is worked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from auditoria.rules import mascarar_texto
from erp.provedores import services
from erp.provedores.erros import FalhaDefinitiva, FalhaPassageira, ProvedorPausado
from erp.provedores.models import ContagemProvedor, EstadoProvedor, WebhookRecebido
from erp.provedores.services import anotacoes
from erp.provedores.services.processamento import TENTATIVAS_MAXIMO
from erp.provedores.webhooks import Ignorado
from tests.erp.provedores.conftest import SEGREDO, ProvedorDeTeste, assinar

pytestmark = pytest.mark.django_db
Situacao = WebhookRecebido.Situacao
ENDERECO = f"/webhooks/teste/{SEGREDO}"


def mandar(corpo: bytes = b'{"a": 1}', endereco: str = ENDERECO, **cabecalhos: str) -> int:
    resposta: Any = Client().post(endereco, corpo, content_type="application/json", headers=cabecalhos)
    return int(resposta.status_code)


def unico() -> WebhookRecebido:
    return WebhookRecebido.objects.get()


def vencer() -> None:
    WebhookRecebido.objects.filter(situacao=Situacao.RECEBIDO).update(proxima_em=Now() - timedelta(seconds=1))


def test_webhook_e_guardado_como_veio_com_os_cabecalhos_mascarados(provedor: ProvedorDeTeste) -> None:
    assert mandar(b"\x00\xffbruto", Authorization="Bearer segredo-do-provedor", **{"X-Evento": "pago"}) == 200
    w = unico()
    assert (w.provedor, w.bruto, w.situacao, w.repeticoes) == ("teste", b"\x00\xffbruto", Situacao.RECEBIDO, 0)
    assert w.cabecalhos["x-evento"] == "pago"
    assert "segredo-do-provedor" not in json.dumps(w.cabecalhos)
    assert w.origem == "127.0.0.1"
    assert not provedor.caixa.vistos  # only kept: nothing is done while the provider waits


@pytest.mark.parametrize("endereco", ["/webhooks/teste/errado", f"/webhooks/outro/{SEGREDO}", "/webhooks/teste/"])
def test_segredo_ou_provedor_desconhecido_e_404_e_nada_se_guarda(provedor: ProvedorDeTeste, endereco: str) -> None:
    assert mandar(endereco=endereco) == 404
    assert not WebhookRecebido.objects.exists()


def test_sem_segredo_configurado_o_endereco_nao_existe(provedor: ProvedorDeTeste, settings: Any) -> None:
    settings.TESTE_WEBHOOK_SEGREDO = ""
    assert mandar() == 404
    assert mandar(endereco="/webhooks/teste/None") == 404


def test_fim_do_endereco_que_o_provedor_acrescenta_e_aceito(provedor: ProvedorDeTeste) -> None:
    assert mandar(endereco=f"{ENDERECO}/pix") == 200
    assert unico().caminho == "pix"


def test_corpo_grande_demais_e_413_e_sem_tamanho_e_411(provedor: ProvedorDeTeste, settings: Any) -> None:
    settings.PROVEDORES_WEBHOOK_MAXIMO = 10
    assert mandar(b"x" * 11) == 413
    assert mandar(b"x" * 10) == 200
    resposta: Any = Client().generic("POST", ENDERECO, b"", headers={"Transfer-Encoding": "chunked"}, CONTENT_LENGTH="")
    assert resposta.status_code == 411
    assert WebhookRecebido.objects.count() == 1


def test_get_so_responde_ao_desafio_e_outros_metodos_sao_recusados(provedor: ProvedorDeTeste) -> None:
    assert Client().get(ENDERECO, {"hub.challenge": "123"}).content == b"123"
    assert Client().get(ENDERECO).status_code == 404
    assert Client().put(ENDERECO, b"{}").status_code == 405


def test_assinatura_errada_e_recusada_nao_e_guardada_e_e_contada(provedor: ProvedorDeTeste) -> None:
    provedor.caixa.assina = True
    assert mandar(b"{}", **{"X-Hub-Signature-256": assinar(b"{}", "outra")}) == 401
    assert mandar(b"{}") == 401
    assert not WebhookRecebido.objects.exists()
    assert ContagemProvedor.objects.get().webhooks_recusados == 2
    assert mandar(b"{}", **{"X-Hub-Signature-256": assinar(b"{}")}) == 200


def test_mesmo_corpo_e_a_mesma_linha_contada(provedor: ProvedorDeTeste) -> None:
    for _ in range(3):
        assert mandar() == 200
    assert unico().repeticoes == 2
    assert services.processar_pendentes("teste").processados == 1
    assert len(provedor.caixa.vistos) == 1


def test_repeticao_depois_de_processado_volta_a_valer_quando_e_so_um_aviso(provedor: ProvedorDeTeste) -> None:
    mandar(b"notification=abc")
    services.processar_pendentes()
    mandar(b"notification=abc")
    assert services.processar_pendentes().processados == 1
    assert len(provedor.caixa.vistos) == 2


def test_repeticao_que_nao_vale_e_so_contada(provedor: ProvedorDeTeste) -> None:
    provedor.caixa.repeticao_vale = False
    mandar()
    services.processar_pendentes()
    mandar()
    assert (unico().situacao, unico().repeticoes) == (Situacao.PROCESSADO, 1)
    assert services.processar_pendentes().processados == 0


def test_repeticao_que_chega_durante_o_processamento_e_processada_depois(provedor: ProvedorDeTeste) -> None:
    def chega_outra(w: WebhookRecebido) -> str:
        if len(provedor.caixa.vistos) == 1:
            mandar()
        return "feito"

    provedor.caixa.fazer = chega_outra
    mandar()
    services.processar_pendentes()
    assert unico().situacao == Situacao.RECEBIDO
    services.processar_pendentes()
    assert (unico().situacao, len(provedor.caixa.vistos)) == (Situacao.PROCESSADO, 2)


def test_resultado_fica_na_linha_sem_dado_pessoal(provedor: ProvedorDeTeste) -> None:
    provedor.caixa.fazer = lambda w: "pago por 529.982.247-25"
    mandar()
    services.processar_pendentes()
    assert (unico().situacao, unico().resultado) == (Situacao.PROCESSADO, "pago por ***.982.247-**")
    assert unico().processado_em is not None


def levantar(erro: BaseException) -> Any:
    def fazer(_: WebhookRecebido) -> str:
        raise erro

    return fazer


def test_ignorado_e_definitivo_terminam_com_o_motivo(provedor: ProvedorDeTeste) -> None:
    provedor.caixa.fazer = levantar(Ignorado("cobrança de outro sistema"))
    mandar(b"1")
    services.processar_pendentes()
    assert (unico().situacao, unico().resultado) == (Situacao.IGNORADO, "cobrança de outro sistema")
    provedor.caixa.fazer = levantar(FalhaDefinitiva("HTTP_404", "HTTP 404: não há"))
    mandar(b"2")
    assert services.processar_pendentes().com_erro == 1
    assert WebhookRecebido.objects.latest("pk").resultado == "HTTP 404: não há"


def test_falha_passageira_espera_cada_vez_mais_e_no_fim_vira_erro(provedor: ProvedorDeTeste) -> None:
    provedor.caixa.fazer = levantar(FalhaPassageira("HTTP_500", "HTTP 500"))
    mandar()
    esperas = []
    for _ in range(TENTATIVAS_MAXIMO):
        assert unico().situacao == Situacao.RECEBIDO
        antes = timezone.now()
        services.processar_pendentes()
        esperas.append(unico().proxima_em - antes)
        assert services.processar_pendentes().processados == 0  # not yet
        vencer()
    assert esperas[0] < esperas[3] < esperas[6]
    assert (unico().situacao, len(provedor.caixa.vistos)) == (Situacao.ERRO, TENTATIVAS_MAXIMO)
    assert unico().resultado == f"HTTP 500 (depois de {TENTATIVAS_MAXIMO} tentativas)"


def test_defeito_nosso_nao_para_os_outros_nem_conta_o_que_havia_nele(provedor: ProvedorDeTeste) -> None:
    def com_defeito(w: WebhookRecebido) -> str:
        if w.bruto == b"1":
            raise KeyError("529.982.247-25")
        return "feito"

    provedor.caixa.fazer = com_defeito
    mandar(b"1")
    mandar(b"2")
    feito = services.processar_pendentes()
    assert (feito.adiados, feito.processados) == (1, 1)
    assert WebhookRecebido.objects.earliest("pk").resultado == "Defeito ao processar (KeyError). Chame a TI."


@pytest.mark.parametrize(
    "erro", [ProvedorPausado("EM_PAUSA", "em pausa"), FalhaPassageira("HTTP_429", "HTTP 429", status=429)], ids=type
)
def test_pedido_de_calma_devolve_todos_sem_gastar_tentativa(provedor: ProvedorDeTeste, erro: Exception) -> None:
    provedor.caixa.fazer = levantar(erro)
    mandar(b"1")
    mandar(b"2")
    assert services.processar_pendentes().contagens() == {
        "processados": 0, "ignorados": 0, "com erro": 0, "adiados": 0,
    }  # fmt: skip
    assert len(provedor.caixa.vistos) == 1
    assert set(WebhookRecebido.objects.values_list("situacao", "tentativas")) == {(Situacao.RECEBIDO, 0)}


def test_provedor_em_pausa_ou_sem_ajuste_nao_e_processado_mas_recebe(provedor: ProvedorDeTeste, settings: Any) -> None:
    anotacoes.conter("teste", timedelta(minutes=5))
    assert mandar() == 200
    assert services.provedores_com_trabalho() == []
    services.processar_pendentes()
    EstadoProvedor.objects.update(pausado_ate=None)
    assert services.provedores_com_trabalho() == ["teste"]
    settings.TESTE_URL = ""
    services.processar_pendentes()
    assert not provedor.caixa.vistos
    settings.TESTE_URL = "http://127.0.0.1:1"
    assert services.processar_pendentes().processados == 1


def test_quem_perdeu_a_posse_nao_termina_nada(provedor: ProvedorDeTeste) -> None:
    def outro_toma(w: WebhookRecebido) -> str:
        WebhookRecebido.objects.update(vez=w.vez + 1)  # the lease ended, another took it
        return "atrasado"

    provedor.caixa.fazer = outro_toma
    mandar()
    services.processar_pendentes()
    assert (unico().situacao, unico().resultado) == (Situacao.RECEBIDO, "")


def test_o_que_um_processo_morto_tinha_na_mao_volta_sozinho(provedor: ProvedorDeTeste) -> None:
    mandar()
    provedor.caixa.fazer = levantar(KeyboardInterrupt())  # what no handler of ours catches: the process dies here
    with pytest.raises(KeyboardInterrupt):
        services.processar_pendentes()
    provedor.caixa.fazer = lambda w: "feito"
    assert services.processar_pendentes().processados == 0  # its lease still holds
    vencer()
    assert services.processar_pendentes().processados == 1


@pytest.mark.django_db(transaction=True)
def test_em_varias_linhas_cada_um_e_processado_uma_vez(provedor: ProvedorDeTeste) -> None:
    corpos = [str(n).encode() for n in range(70)]
    for corpo in corpos:
        mandar(corpo)
    assert services.processar_pendentes(linhas=3).processados == 70
    assert sorted(provedor.caixa.vistos) == sorted(corpos)


def test_retencao_apaga_o_que_terminou_e_guarda_o_que_espera(provedor: ProvedorDeTeste, settings: Any) -> None:
    settings.PROVEDORES_GUARDAR_WEBHOOKS_DIAS = 30
    mandar(b"velho")
    services.processar_pendentes()
    mandar(b"espera")
    WebhookRecebido.objects.update(ultimo_em=Now() - timedelta(days=31))
    mandar(b"novo")
    services.processar_pendentes(limite_segundos=0)
    assert services.esquecer()["webhooks"] == 1
    assert {w.bruto for w in WebhookRecebido.objects.all()} == {b"espera", b"novo"}


def test_segredo_do_endereco_nao_vai_para_o_log() -> None:
    assert mascarar_texto(f"POST {ENDERECO}/pix?x=1") == "POST /webhooks/teste/***/pix?x=1"
