"""The pages: who sees what, what each button does, and what is masked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from auditoria.models import Evento
from erp.provedores import services
from erp.provedores.corpos import mascarado
from erp.provedores.erros import FalhaPassageira
from erp.provedores.models import EstadoProvedor, WebhookRecebido
from erp.provedores.registro import registrar
from erp.provedores.services import anotacoes
from tests.erp.provedores.conftest import ProvedorDeTeste

pytestmark = pytest.mark.django_db
PROVEDORES = "/admin/provedores/estadoprovedor/"
WEBHOOKS = "/admin/provedores/webhookrecebido/"
VER = ("view_estadoprovedor", "view_webhookrecebido")


def entrar(*permissoes: str) -> Client:
    usuario = User.objects.create_user("ana", is_staff=True)
    usuario.user_permissions.set(
        Permission.objects.filter(content_type__app_label="provedores", codename__in=permissoes)
    )
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


def texto(resposta: Any) -> str:
    assert resposta.status_code == 200
    return str(resposta.content.decode())


def token_de(pagina: str, acao: str) -> str:
    achado = re.search(rf'action="{PROVEDORES}{acao}/".*?name="token" value="([^"]+)"', pagina, re.DOTALL)
    assert achado is not None
    return achado[1]


def receber(corpo: bytes = b'{"cpf": "52998224725", "valor": 10}') -> WebhookRecebido:
    services.guardar_webhook(provedor="teste", corpo=corpo, cabecalhos={"x-evento": "<b>pago</b>"})
    return WebhookRecebido.objects.latest("pk")


def test_sem_permissao_ninguem_ve(provedor: ProvedorDeTeste) -> None:
    cliente = entrar()
    w = receber()
    for endereco in (PROVEDORES, WEBHOOKS, f"{WEBHOOKS}{w.pk}/change/"):
        assert cliente.get(endereco).status_code == 403


def test_pagina_diz_qual_ajuste_falta_e_nao_oferece_o_teste(provedor: ProvedorDeTeste, settings: Any) -> None:
    settings.TESTE_URL = ""
    pagina = texto(entrar(*VER, "pausar_provedor").get(PROVEDORES))
    assert "Não configurado" in pagina
    assert "<code>TESTE_URL</code>" in pagina
    assert "Testar conexão" not in pagina


def test_sem_a_permissao_de_pausar_nao_ha_botoes_e_o_pedido_e_recusado(provedor: ProvedorDeTeste) -> None:
    cliente = entrar(*VER)
    pagina = texto(cliente.get(PROVEDORES))
    assert "Testar conexão" not in pagina
    assert "Pausar" not in pagina
    for acao in ("retomar", "testar"):
        assert cliente.post(f"{PROVEDORES}{acao}/", {"token": "x"}).status_code == 403


def test_testar_conexao_diz_o_que_achou_ou_por_que_falhou(provedor: ProvedorDeTeste) -> None:
    cliente = entrar(*VER, "pausar_provedor")

    def testar() -> str:
        token = token_de(texto(cliente.get(PROVEDORES)), "testar")
        return texto(cliente.post(f"{PROVEDORES}testar/", {"token": token}, follow=True))

    assert "conexão em ordem. conta 123 em ordem" in testar()

    def falhar() -> str:
        raise FalhaPassageira("HTTP_500", "HTTP 500: fora do ar")

    provedor.resultado = falhar
    assert "a conexão falhou. HTTP 500: fora do ar" in testar()


def test_pausar_com_motivo_e_retomar_uma_vez_ficam_na_auditoria(provedor: ProvedorDeTeste) -> None:
    cliente = entrar(*VER, "pausar_provedor")
    acao = f"{PROVEDORES}teste/pausar"
    resposta: Any = cliente.get(f"{acao}/") if cliente.get(acao).status_code == 301 else cliente.get(acao)
    token = re.search(r'name="token" value="([^"]+)"', texto(resposta))
    assert token is not None
    cliente.post(resposta.request["PATH_INFO"], {"token": token[1], "motivo": "manutenção deles"})
    estado = EstadoProvedor.objects.get()
    assert (estado.pausado_por, estado.motivo_da_pausa) == ("ana", "manutenção deles")
    assert anotacoes.em_pausa("teste")
    pagina = texto(cliente.get(PROVEDORES))
    assert "Em pausa por ana" in pagina
    token_retomar = token_de(pagina, "retomar")
    assert "Retomado." in texto(cliente.post(f"{PROVEDORES}retomar/", {"token": token_retomar}, follow=True))
    assert not anotacoes.em_pausa("teste")
    assert "já tinha sido enviada" in texto(
        cliente.post(f"{PROVEDORES}retomar/", {"token": token_retomar}, follow=True)
    )
    acoes = list(Evento.objects.filter(acao__startswith="provedores.").values_list("acao", flat=True))
    assert sorted(acoes) == ["provedores.provedor_pausado", "provedores.provedor_retomado"]


def test_pagina_diz_a_taxa_de_erro_e_ate_quando_e_a_pausa(provedor: ProvedorDeTeste) -> None:
    for _ in range(3):
        anotacoes.anotar_acerto("teste", 0.1)
    anotacoes.anotar_erro("teste", 0.1, "HTTP 500", respondeu=True)
    anotacoes.conter("teste", timedelta(minutes=10))
    pagina = texto(entrar(*VER).get(PROVEDORES))
    assert "25,0%" in pagina
    assert "Retoma sozinho" in pagina
    assert "Último erro: HTTP 500" in pagina


def test_quem_falha_vem_antes_de_quem_vai_bem(provedor: ProvedorDeTeste) -> None:
    antes_no_alfabeto = ProvedorDeTeste()
    antes_no_alfabeto.nome, antes_no_alfabeto.titulo = "agil", "Ágil"
    registrar(antes_no_alfabeto)
    anotacoes.anotar_acerto("agil", 0.1)
    cliente = entrar(*VER)
    assert re.findall(r'id="provedor-(\w+)"', texto(cliente.get(PROVEDORES))) == ["agil", "teste"]
    anotacoes.anotar_erro("teste", 0.1, "HTTP 500", respondeu=True)
    assert re.findall(r'id="provedor-(\w+)"', texto(cliente.get(PROVEDORES))) == ["teste", "agil"]


def test_corpo_e_mascarado_ate_para_quem_pode_ler_e_a_leitura_fica_na_auditoria(provedor: ProvedorDeTeste) -> None:
    w = receber()
    cliente = entrar(*VER, "ler_corpo")
    pagina = texto(cliente.get(f"{WEBHOOKS}{w.pk}/change/"))
    assert "52998224725" not in pagina
    assert "***.982.247-**" in pagina
    assert "&lt;b&gt;pago&lt;/b&gt;" in pagina
    assert "52998224725" in texto(cliente.post(f"{WEBHOOKS}{w.pk}/change/"))
    assert Evento.objects.get(acao="provedores.corpo_lido").objeto_id == str(w.pk)


def test_sem_permissao_de_ler_o_corpo_o_pedido_e_recusado(provedor: ProvedorDeTeste) -> None:
    w = receber()
    cliente = entrar(*VER)
    assert "Mostrar sem máscara" not in texto(cliente.get(f"{WEBHOOKS}{w.pk}/change/"))
    assert cliente.post(f"{WEBHOOKS}{w.pk}/change/").status_code == 403


def test_lista_filtra_por_provedor_e_situacao_e_nao_procura_no_corpo(provedor: ProvedorDeTeste) -> None:
    receber()
    services.processar_pendentes()
    cliente = entrar(*VER)
    assert "lido 35 bytes" in texto(cliente.get(WEBHOOKS, {"provedor": "teste", "situacao": "1"}))
    assert "lido 35 bytes" not in texto(cliente.get(WEBHOOKS, {"situacao": "4"}))
    assert cliente.get(WEBHOOKS, {"resultado__contains": "x"}).status_code != 200


def test_reprocessar_pelo_servico_devolve_so_o_que_terminou(provedor: ProvedorDeTeste) -> None:
    receber(b"1")
    services.processar_pendentes()
    receber(b"2")
    ana = User.objects.create_user("bia")
    assert services.reprocessar_webhooks(WebhookRecebido.objects.all(), usuario=ana, motivo="conferir de novo") == 1
    assert services.processar_pendentes().processados == 2
    assert sorted(provedor.caixa.vistos) == [b"1", b"1", b"2"]


def test_pagina_de_webhook_que_nao_existe_volta_para_a_lista(provedor: ProvedorDeTeste) -> None:
    cliente = entrar(*VER)
    for numero in ("999999", "x", "9" * 30):
        assert cliente.get(f"{WEBHOOKS}{numero}/change/").status_code == 302


@pytest.mark.parametrize(
    ("corpo", "esperado"),
    [
        (b'[{"telefone": "21999998888"}]', '[\n  {\n    "telefone": "(21) *****-**88"\n  }\n]'),
        (b"notification=abc&x=1", '{\n  "notification": "***",\n  "x": "1"\n}'),
        (b"<xml>529.982.247-25</xml>", "<xml>***.982.247-**</xml>"),
        (b"\xff", "\\xff"),
        (b"", ""),
    ],
)
def test_corpo_mascarado_por_tipo(corpo: bytes, esperado: str) -> None:
    assert mascarado(corpo) == esperado
