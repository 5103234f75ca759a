"""Nothing that is secret is ever written: a whole run, its web and its worker in processes of their own, looked through.

Every provider that is registered is configured with credentials that are like nothing else, and its stand-in says back
what it should not, in every way that an answer may be wrong. A provider registered tomorrow is in this test already.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from django.apps import apps
from django.conf import settings as ajustes_de_teste
from django.db import DataError, connection, transaction
from django.utils import timezone

from clientes.models import Cliente
from erp.cobrancas.models import Cobranca
from erp.cobrancas.rules import meses_depois
from erp.cobrancas.services.carne import criar_carne
from erp.cobrancas.services.criacao import criar_cobrancas
from erp.config.embutido import servidor_padrao
from erp.contatos.whatsapp.falso import corpo_do_webhook
from erp.provedores.models import EstadoProvedor, WebhookRecebido
from erp.provedores.registro import todos
from erp.rotinas.models import Execucao
from tests.erp.elenco import conta, empresa, hoje, pessoa, titulo
from tests.erp.provedores import tagarelas
from tests.erp.provedores.sigilos import CPF, PESSOAIS, credencial, vazados
from tests.erp.provedores.tagarelas import MODOS, Tagarela
from tests.falhas.vivos import RAIZ, porta_livre, url_do_banco

NOTIFICACAO = credencial("notificação")
# What a person reads of providers and of routines. (Charges, notes and customers hold what is theirs, under permissions.)
A_VISTA: Final = {
    "provedores.EstadoProvedor": ("ultimo_erro", "motivo_da_pausa"),
    "provedores.WebhookRecebido": ("resultado", "cabecalhos", "caminho"),
    "rotinas.Execucao": ("erro", "contagens"),
    "rotinas.LinhaExecucao": ("texto",),
    "rotinas.ItemExecucao": ("descricao",),
    "rotinas.AlarmeRotina": ("texto",),
    "cobrancas.Cobranca": ("erro", "contradicao"),
    "cobrancas.Notificacao": ("erro",),
    "cobrancas.AlarmeCobranca": ("texto",),
    "cobrancas.PedidoDevolucao": ("resposta",),
    "consultas.ConsultaCpf": ("erro", "detalhe"),
    "assinaturas.Assinatura": ("erro",),
    "fiscal.EventoNota": ("explicacao",),
    "sincronizacao.CursorEntidade": ("ultimo_erro",),
    "contatos.Comunicado": ("motivo", "detalhe"),
    "auditoria.Evento": ("antes", "depois", "motivo"),
}  # fmt: skip


class Empresa:
    """Its two processes, and what they wrote."""

    def __init__(self, pasta: Path, ambiente: dict[str, str]) -> None:
        self.porta, self.pasta = porta_livre(), pasta
        ambiente = os.environ | ambiente | {
            "DATABASE_URL": url_do_banco(), "LOG_NIVEL": "DEBUG", "PORTA": str(self.porta), "PROCESSOS_WEB": "1",
            "ESPERA_AO_PARAR": "1", "SIGILOS": json.dumps(PESSOAIS | {"notificacao": NOTIFICACAO}),
        }  # fmt: skip
        comando = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "erp/config/gunicorn.py",
            "erp.config.wsgi:application",
        ]
        with (pasta / "web.log").open("ab") as saida, (pasta / "rodador.log").open("ab") as erros:
            self.web = subprocess.Popen(comando, cwd=RAIZ, env=ambiente, stdout=saida, stderr=saida)
            self.rodador = subprocess.Popen(
                [sys.executable, "-m", "tests.erp.provedores.rodador"],
                cwd=RAIZ, env=ambiente, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=erros, text=True,
            )  # fmt: skip
        self.dito = ""

    def esperar(self) -> None:
        self.ouvir("pronto")
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{self.url}/webhooks/x/y", trust_env=False)
                return
            time.sleep(0.1)
        raise AssertionError(self.escrito()[-3000:])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.porta}"

    def ouvir(self, palavra: str) -> None:
        assert self.rodador.stdout is not None
        while (linha := self.rodador.stdout.readline()).strip() != palavra:
            assert linha, self.escrito()[-3000:]
            self.dito += linha

    def mandar(self, ordem: str) -> None:
        assert self.rodador.stdin is not None
        self.rodador.stdin.write(f"{ordem}\n")
        self.rodador.stdin.flush()
        self.ouvir("feito")

    def escrito(self) -> str:
        return self.dito + "".join((self.pasta / nome).read_text() for nome in ("web.log", "rodador.log"))

    def parar(self) -> None:
        self.web.terminate()
        assert self.rodador.stdin is not None and self.rodador.stdout is not None
        self.rodador.stdin.close()
        for processo in (self.web, self.rodador):
            try:
                processo.wait(10)
            except subprocess.TimeoutExpired:
                processo.kill()
                processo.wait()
        self.rodador.stdout.close()


def pedir_cobrancas() -> None:
    """One of each kind, to be made by the routines, and a card sale to be asked about."""
    ana = pessoa("financeiro", 1)
    de_quem = {"codigo_cliente": CPF, "cpf_cnpj": CPF}
    for provedor, tipo in (("efi", "link"), ("pix", "pix")):
        criar_cobrancas(
            titulos_ids=[titulo(**de_quem).pk], conta_id=conta().pk, vencimento=hoje(), provedor=provedor, tipo=tipo,
            usuario=ana,
        )  # fmt: skip
    do_carne = [titulo("50.00", vencimento=meses_depois(hoje(), n), **de_quem).pk for n in range(2)]
    criar_carne(titulos_ids=do_carne, conta_id=conta().pk, provedor="efi", usuario=ana)
    titulo("30.00", especie="cartao", adquirente_id=None, nsu="123", autorizacao="A1", **de_quem)


def vencer_tudo() -> None:
    """Nothing waits its turn, and no provider is paused."""
    agora = timezone.now() - timedelta(minutes=1)
    EstadoProvedor.objects.update(pausado_ate=None)
    WebhookRecebido.objects.filter(situacao=0).update(proxima_em=agora)
    Cobranca.objects.filter(consultar_em__isnull=False).update(consultar_em=agora)
    for nome in ("cobrancas.Notificacao", "fiscal.EventoNota"):
        apps.get_model(nome)._default_manager.filter(consultar_em__isnull=False).update(consultar_em=agora)


def pagar_tudo(feitos: dict[str, Tagarela]) -> None:
    efi, pix = feitos["efi"].falso, feitos["pix"].falso
    assert efi.cobrancas and pix.cobs  # type: ignore[attr-defined]  # each stand-in has its own
    efi.mudo = True  # type: ignore[attr-defined]  # idem
    for numero in efi.cobrancas:  # type: ignore[attr-defined]  # idem
        efi.mudar(numero, "paid")  # type: ignore[attr-defined]  # idem
    for txid in list(pix.cobs):  # type: ignore[attr-defined]  # idem
        recebido = pix.pix[pix.pagar(txid)]  # type: ignore[attr-defined]  # idem
        recebido |= {"pagador": {"cpf": CPF, "nome": "Maria"}, "infoPagador": " ".join(PESSOAIS.values())}


def avisar(casa: Empresa, modo: str) -> None:
    """A webhook of every provider, with what is secret in each place where it may be."""
    pessoal = {
        "ref": f"venda-{modo}",
        "id": f"nota-{modo}",
        "cliente": dict(PESSOAIS),
        "modo": modo,
        "senha": NOTIFICACAO,
    }
    perguntas = {"cpf": PESSOAIS["cpf com pontos"], "telefone": PESSOAIS["telefone com país"], "token": NOTIFICACAO}
    cabecalhos = {
        "Authorization": f"Bearer {NOTIFICACAO}",
        "X-Api-Key": NOTIFICACAO,
        "X-Telefone": PESSOAIS["telefone"],
    }
    with httpx.Client(base_url=casa.url, headers=cabecalhos, trust_env=False) as http:
        for onde in enderecos():
            assert http.post(f"{onde}/nfce", json=pessoal, params=perguntas).status_code in (200, 401)
            http.post(onde, data={"notification": f"{NOTIFICACAO}{modo}"})
            http.post(onde, json={"pix": [{"endToEndId": f"{len(modo):032d}"} | PESSOAIS]})
            corpo = corpo_do_webhook(messages=[{
                "from": f"55{PESSOAIS['telefone']}", "id": f"wamid.{modo}", "type": "text",
                "text": {"body": f"SAIR {CPF}"},
            }])  # fmt: skip
            assinado = hmac.new(credencial("WHATSAPP_APP_SEGREDO").encode(), corpo, "sha256").hexdigest()
            http.post(onde, content=corpo, headers={"X-Hub-Signature-256": f"sha256={assinado}"})


def bater_na_porta(casa: Empresa) -> None:
    """All that is no webhook, at addresses that hold a secret."""
    perguntas = {"cpf": PESSOAIS["cpf com pontos"], "telefone": PESSOAIS["telefone com país"], "token": NOTIFICACAO}
    with httpx.Client(base_url=casa.url, trust_env=False) as http:
        for onde in enderecos():
            http.get(onde, params={"hub.mode": "subscribe", "hub.verify_token": NOTIFICACAO})
            for metodo in ("PUT", "HEAD", "DELETE"):
                http.request(metodo, onde)
            http.post(onde, content=iter([b"pedacos"]))
            _, _, provedor, segredo = onde.split("/")
            for torto in (f"{onde}/", f"/webhooks//{provedor}//{segredo}", onde.upper(), onde.replace("/", "%2F")):
                http.post(torto, json=PESSOAIS, params=perguntas)
            http.post(f"/webhooks/{provedor}/{NOTIFICACAO}errado", json=PESSOAIS)
            http.post(onde, json=PESSOAIS, headers={"Host": "mau_host!"})
            for linha in (
                f"POST {onde} {CPF}",
                f"PO ST {onde} HTTP/9.9",
                f"POST {onde} HTTP/1.1\r\nContent-Length: {CPF}x",
            ):
                with socket.create_connection(("127.0.0.1", casa.porta), 5) as cru:
                    cru.sendall(f"{linha}\r\n\r\n".encode())
                    cru.recv(1000)


def enderecos() -> list[str]:
    """Of every provider that has webhooks."""
    return [
        f"/webhooks/{p.nome}/{credencial(p.webhook.ajuste_segredo)}" for p in todos() if p.webhook is not None
    ]  # fmt: skip


def a_vista() -> Iterator[str]:
    for nome, campos in A_VISTA.items():
        for linha in apps.get_model(nome)._default_manager.values_list(*campos):
            for campo, valor in zip(campos, linha, strict=True):
                yield f"{nome}.{campo}: {json.dumps(valor, ensure_ascii=False, default=str)}".replace("\n", " ")


def preparar() -> None:
    empresa()
    pessoa("gerente", 1)
    Cliente.objects.create(
        codigo_cliente=CPF, cliente_varejo="Maria das Dores", filial="Matriz", cpf_cgc=CPF, ddd_celular="31",
        celular=PESSOAIS["telefone"][2:], email=PESSOAIS["e-mail"],
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_nada_secreto_nem_pessoal_se_escreve_numa_rodada_inteira(tmp_path: Path, settings: Any) -> None:
    do_banco = servidor_padrao(ajustes_de_teste.RETAGUARDA_DADOS).registro
    antes = do_banco.stat().st_size if do_banco.exists() else 0
    with tagarelas.no_ar() as (feitos, ajustes, segredos):
        for nome, valor in ajustes.items():
            setattr(settings, nome, valor)
        casa = Empresa(tmp_path, ajustes)
        try:
            preparar()
            casa.esperar()
            for modo in MODOS:
                pedir_cobrancas()
                vencer_tudo()
                for tagarela in feitos.values():
                    tagarela.modo = modo
                avisar(casa, modo)
                casa.mandar("rotinas")
                casa.mandar("pessoas")
                if modo == "certo":
                    pagar_tudo(feitos)
                    vencer_tudo()
                    casa.mandar("rotinas")
            avisar(casa, "defeito")
            bater_na_porta(casa)
            vencer_tudo()
            casa.mandar("defeitos")
        finally:
            casa.parar()
    escrito = casa.escrito()
    if do_banco.exists():
        with do_banco.open() as arquivo:
            arquivo.seek(antes)
            escrito += arquivo.read()
    dados = {f"token {nome}": um.token for nome, um in feitos.items() if um.token}
    valores = PESSOAIS | segredos | dados | {"token da notificação": NOTIFICACAO}
    achados = [*vazados(escrito, valores), *vazados("\n".join(a_vista()), valores)]
    assert not achados, "\n".join(achados)
    houve_de_tudo(escrito, feitos)


def houve_de_tudo(escrito: str, feitos: dict[str, Tagarela]) -> None:
    """Or nothing was proved: every provider was called in every way, and what could have leaked was written about."""
    assert {nome for nome, um in feitos.items() if not um.vistos.issuperset(MODOS)} == set()
    for parte in ("provedor_chamado", "request_finished", "webhook_com_defeito", "Traceback", "/webhooks/efi/***"):
        assert parte in escrito, parte
    assert EstadoProvedor.objects.exclude(ultimo_erro="").count() == len(feitos)
    assert Execucao.objects.filter(erro__contains="RuntimeError").exists()
    assert WebhookRecebido.objects.filter(situacao=WebhookRecebido.Situacao.ERRO).exists()


@pytest.mark.django_db
def test_o_registro_do_banco_nao_guarda_o_comando_que_falhou() -> None:
    do_banco = servidor_padrao(ajustes_de_teste.RETAGUARDA_DADOS).registro
    if not do_banco.exists():
        pytest.skip("o servidor de testes é de outro, e o registro dele também")
    with pytest.raises(DataError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::int, %s", ["so-no-erro-do-banco", NOTIFICACAO])
    escrito = do_banco.read_text()
    assert "database system is ready" in escrito
    assert "so-no-erro-do-banco" not in escrito and NOTIFICACAO not in escrito


@pytest.mark.parametrize("valor", [*PESSOAIS.values(), credencial("x")])
def test_quem_procura_acha_em_todas_as_formas(valor: str) -> None:
    for escrito in (
        valor, quote(valor, safe=""), base64.b64encode(f"u:{valor}".encode()).decode(),
        base64.b64encode(f"usr:{valor}:x".encode()).decode(),
    ):  # fmt: skip
        assert vazados(f'{{"event": "a{escrito}b"}}\n', {"v": valor})
