"""SIGKILL of who asks providers of charges, with the answer in hand and nothing written: nothing is lost, nothing done twice.

The stand-in, once it has answered in its own books, takes the row that the answer is to be written in: whoever asked
waits for it, and is killed there.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal as D
from typing import Any, cast

import psutil
import psycopg2
import pytest
import pytest_django
from django.db import connection
from django.utils import timezone

from clientes.models import Cliente
from erp.cobrancas.falso import EfiFalsa
from erp.cobrancas.models import Cobranca, Devolucao, JanelaPix, Notificacao, Pagamento, PedidoDevolucao, PixRecebido
from erp.cobrancas.pix.falso import PixFalso
from erp.cobrancas.rotinas import CAMINHO, CAMINHO_CARNE, CAMINHO_PIX, processar_carnes, processar_links, processar_pix
from erp.cobrancas.rules import meses_depois
from erp.cobrancas.services.carne import criar_carne
from erp.cobrancas.services.criacao import criar_cobrancas
from erp.cobrancas.services.devolucao_pix import devolver
from erp.cobrancas.services.notificacoes import anotar
from erp.provedores.autorizacao import esquecer_tokens
from erp.provedores.servidor_falso import Corpo, Saida, ServidorFalso
from erp.rotinas.contexto import Contexto
from erp.rotinas.models import Execucao
from tests.erp.cobrancas.elenco import aberto, creditos, entrou
from tests.erp.elenco import CPF, conta, empresa, hoje, pessoa, titulo
from tests.erp.jazigos.elenco import Execucao as Rodada
from tests.falhas.test_tipar_morto import espera_pela_linha, outros_conectados
from tests.falhas.vivos import RAIZ, esperar, url_do_banco
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db(transaction=True)
AJUSTES = {
    "EFI_SIMULTANEAS": "1", "PIX_SIMULTANEAS": "1", "EFI_TEMPO_LIMITE": "30", "EFI_WEBHOOK_SEGREDO": "segredo-da-efi-aqui",
}  # fmt: skip


class Pagadora:
    """The process and the two stand-ins that it talks to."""

    def __init__(self, efi: EfiFalsa, pix: PixFalso) -> None:
        self.efi, self.pix = efi, pix
        self.ajustes = AJUSTES | dict(efi.ajustes()) | dict(pix.ajustes())
        ambiente = os.environ | self.ajustes | {"DATABASE_URL": url_do_banco(), "LOG_NIVEL": "ERROR"}
        self.mae = subprocess.Popen(
            [sys.executable, "-m", "tests.falhas.pagadora"],
            cwd=RAIZ, env=ambiente, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def pedir(self, **ordem: object) -> int:
        """The number of the child that works it."""
        assert self.mae.stdin is not None and self.mae.stdout is not None
        Execucao.objects.update(
            heartbeat=timezone.now() - timedelta(hours=1)
        )  # those killed before are known to be dead
        self.mae.stdin.write(f"{json.dumps(ordem)}\n")
        self.mae.stdin.flush()
        while (linha := self.mae.stdout.readline().strip()) == "pronta":
            continue
        return int(linha)

    def matar(self, filho: int) -> None:
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            os.kill(filho, signal.SIGKILL)
        esperar(lambda: not psutil.pid_exists(filho) and outros_conectados() == 0, 30, "o banco não deu por falta dele")

    def matar_com_a_resposta(self, falso: ServidorFalso, quando: tuple[str, str], linha: str, **ordem: object) -> None:
        """Kill it once the stand-in was asked `quando` (method, beginning of the path) and it waits for the row."""
        with na_espera(falso, quando, linha):
            filho = self.pedir(**ordem)
            esperar(espera_pela_linha, 60, f"ninguém esperou por {linha}: {falso.chamadas}")
            os.kill(filho, signal.SIGKILL)
            desistir_dos_que_esperam()  # or the server, seconds from now, does alone what it was told before
        self.matar(filho)

    def parar(self) -> None:
        assert self.mae.stdin is not None and self.mae.stdout is not None
        self.mae.stdin.close()
        self.mae.wait(30)
        self.mae.stdout.close()


def desistir_dos_que_esperam() -> None:
    """As the server does once it sees that nobody listens."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()
                 AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"""
        )


@contextlib.contextmanager
def na_espera(falso: ServidorFalso, quando: tuple[str, str], linha: str) -> Iterator[None]:
    """`linha` is of whom the answer is written in: a query that the stand-in asks FOR UPDATE, before it answers."""
    certo, conexao = falso.rotear, psycopg2.connect(url_do_banco())

    def rotear(metodo: str, partes: list[str], corpo: Corpo, parametros: Any) -> Saida:
        resposta = certo(metodo, partes, corpo, parametros)
        if metodo == quando[0] and "/".join(partes).startswith(quando[1]):
            with conexao.cursor() as cursor:
                cursor.execute(f"{linha} FOR UPDATE")
                assert cursor.fetchall(), linha
        return resposta

    falso.rotear = rotear  # type: ignore[method-assign]  # for as long as the row is kept
    try:
        yield
    finally:
        falso.rotear = certo  # type: ignore[method-assign]  # idem
        conexao.close()


@pytest.fixture(scope="module")
def _pagadora(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[Pagadora]:
    with EfiFalsa() as efi, PixFalso() as pix:
        with django_db_blocker.unblock():
            pagadora = Pagadora(efi, pix)
        yield pagadora
        pagadora.parar()


@pytest.fixture
def pagadora(_pagadora: Pagadora, settings: Any) -> Iterator[Pagadora]:
    empresa()
    pessoa("gerente", 1)
    Cliente.objects.create(
        codigo_cliente=CPF, cliente_varejo="Maria das Dores", filial="Matriz", cpf_cgc=CPF, ddd_celular="31",
        celular="999998888",
    )  # fmt: skip
    for nome, valor in _pagadora.ajustes.items():
        setattr(settings, nome, int(valor) if valor.isdecimal() else valor)
    for livro in (_pagadora.efi.cobrancas, _pagadora.efi.carnes, _pagadora.efi.historias, _pagadora.pix.cobs):
        livro.clear()
    _pagadora.pix.pix.clear()
    _pagadora.efi.chamadas.clear()
    _pagadora.pix.chamadas.clear()
    _pagadora.efi.mudo = True
    esquecer_tokens()
    yield _pagadora
    esquecer_tokens()
    verificar_tudo()


def vencer() -> None:
    """As if the leases of the dead were over."""
    agora = timezone.now() - timedelta(minutes=1)
    Cobranca.objects.filter(consultar_em__isnull=False).update(consultar_em=agora)
    Notificacao.objects.filter(consultar_em__isnull=False).update(consultar_em=agora)


def rodar(rotina: Callable[[Contexto], object]) -> Rodada:
    vencer()
    rodada = Rodada(hoje())
    rotina(cast(Contexto, rodada))
    return rodada


def pedir_link() -> Cobranca:
    return _pedir("efi", "link")


def pedir_pix() -> Cobranca:
    return _pedir("pix", "pix")


def _pedir(provedor: str, tipo: str) -> Cobranca:
    (feita,) = criar_cobrancas(
        titulos_ids=[titulo().pk], conta_id=conta().pk, vencimento=hoje() + timedelta(days=3), provedor=provedor,
        tipo=tipo, usuario=pessoa("financeiro", 1),
    )  # fmt: skip
    return feita


def pedir_carne(quantas: int = 3) -> list[Cobranca]:
    ids = [titulo("50.00", vencimento=meses_depois(hoje(), n)).pk for n in range(quantas)]
    return criar_carne(titulos_ids=ids, conta_id=conta().pk, provedor="efi", usuario=pessoa("financeiro", 1))


def da(cobranca: Cobranca) -> str:
    return f"SELECT 1 FROM cobrancas_cobranca WHERE id = {cobranca.pk}"


def test_link_feito_e_depois_pago_com_a_morte_antes_de_se_escrever(pagadora: Pagadora) -> None:
    link, efi = pedir_link(), pagadora.efi
    pagadora.matar_com_a_resposta(efi, ("POST", "charge/one-step/link"), da(link), rotina=CAMINHO)
    link.refresh_from_db()
    assert (link.id_provedor, len(efi.cobrancas)) == ("", 1)  # made there, unknown here
    assert rodar(processar_links).contagens["cobranças enviadas"] == 1
    link.refresh_from_db()
    assert list(efi.cobrancas) == [link.id_provedor]
    efi.mudar(link.id_provedor, "paid")
    vencer()
    pagadora.matar_com_a_resposta(efi, ("GET", f"charge/{link.id_provedor}"), da(link), rotina=CAMINHO)
    assert (entrou(), Pagamento.objects.count()) == (D(0), 0)
    rodar(processar_links)
    rodar(processar_links)
    assert (aberto(link), entrou(), creditos()) == (D(0), D(100), [])


@pytest.mark.parametrize("preso", [0, 1], ids=["nada escrito", "só as irmãs"])
def test_carne_feito_e_a_morte_no_meio_de_se_escrever(pagadora: Pagadora, preso: int) -> None:
    um, dois, _ = parcelas = pedir_carne()
    pagadora.matar_com_a_resposta(pagadora.efi, ("POST", "carnet"), da((dois, um)[preso]), rotina=CAMINHO_CARNE)
    assert Cobranca.objects.exclude(id_provedor="").count() == (0, 2)[preso]
    rodar(processar_carnes)
    numeros = Cobranca.objects.order_by("parcela").values_list("id_provedor", flat=True)
    assert len(pagadora.efi.carnes) == 1 and list(numeros) == list(pagadora.efi.cobrancas)
    assert len(parcelas) == len(set(numeros))


def test_notificacao_de_carne_com_a_morte_entre_a_historia_e_o_primeiro_evento(pagadora: Pagadora) -> None:
    pedir_carne()
    rodar(processar_carnes)
    um, dois, _ = Cobranca.objects.order_by("parcela")
    pagadora.efi.mudar(um.id_provedor, "paid")
    pagadora.efi.mudar(dois.id_provedor, "paid")
    (token,) = pagadora.efi.historias
    linha = f"SELECT 1 FROM cobrancas_notificacao WHERE id = {anotar(token).pk}"
    vencer()
    Cobranca.objects.update(consultar_em=None)  # nobody else finds out
    pagadora.matar_com_a_resposta(pagadora.efi, ("GET", "notification"), linha, rotina=CAMINHO_CARNE)
    assert (entrou(), Notificacao.objects.get().ultimo_evento) == (D(0), 0)
    rodar(processar_carnes)
    rodar(processar_carnes)
    assert (aberto(um), aberto(dois), entrou(), Notificacao.objects.get().ultimo_evento) == (D(0), D(0), D(100), 2)


def test_janela_de_pix_com_a_morte_antes_de_guardar_e_antes_de_andar(pagadora: Pagadora) -> None:
    cobranca, pix = pedir_pix(), pagadora.pix
    rodar(processar_pix)
    lida_ate = JanelaPix.objects.get().lida_ate
    pix.pagar(cobranca.uuid.hex)
    longe = timezone.now() + timedelta(hours=5)  # only the window finds it
    for linha, guardados in ((da(cobranca), 0), ("SELECT 1 FROM cobrancas_janela_pix", 1)):
        Cobranca.objects.update(consultar_em=longe)
        pagadora.matar_com_a_resposta(pix, ("GET", "v2/pix"), linha, rotina=CAMINHO_PIX)
        assert (PixRecebido.objects.count(), JanelaPix.objects.get().lida_ate, entrou()) == (guardados, lida_ate, D(0))
    rodar(processar_pix)
    rodar(processar_pix)
    assert (aberto(cobranca), entrou(), PixRecebido.objects.count()) == (D(0), D(100), 1)
    assert JanelaPix.objects.get().lida_ate > lida_ate


def test_devolucao_de_pix_com_a_morte_antes_de_anotar_e_antes_de_lancar(pagadora: Pagadora) -> None:
    cobranca, pix = pedir_pix(), pagadora.pix
    rodar(processar_pix)
    e2eid = pix.pagar(cobranca.uuid.hex)
    rodar(processar_pix)
    pagamento, ordem = Pagamento.objects.get(), {"valor": "40.00", "id": "d1"}
    pedidos = "SELECT 1 FROM cobrancas_pedido_devolucao"
    pagadora.matar_com_a_resposta(pix, ("PUT", "v2/pix"), pedidos, pagamento=pagamento.pk, **ordem)
    assert PedidoDevolucao.objects.get().situacao == PedidoDevolucao.Situacao.INCERTA
    assert (len(pix.pix[e2eid]["devolucoes"]), Devolucao.objects.count()) == (1, 0)
    pagadora.matar_com_a_resposta(pix, ("GET", "v2/cob"), da(cobranca), pagamento=pagamento.pk, **ordem)
    assert Devolucao.objects.count() == 0 and entrou() == D(100)
    rodar(processar_pix)
    rodar(processar_pix)
    assert devolver(pagamento_id=pagamento.pk, valor=None, id_devolucao="d1", motivo="x", usuario=pessoa("gerente", 1))
    assert (len(pix.pix[e2eid]["devolucoes"]), Devolucao.objects.count()) == (1, 1)
    assert (aberto(cobranca), entrou()) == (D(40), D(60))
    assert PedidoDevolucao.objects.get().situacao == PedidoDevolucao.Situacao.FEITA


@pytest.mark.prova
@pytest.mark.timeout(1800)
def test_vinte_mortes_a_esmo_e_cada_cobranca_se_faz_e_se_paga_uma_vez(pagadora: Pagadora) -> None:
    """Killed at any instant of any of the three routines, with new charges, payments and refunds all the while."""
    efi, pix, sorteio = pagadora.efi, pagadora.pix, random.Random(6)
    for vez in range(20):
        for _ in range(3):
            pedir_link()
            pedir_pix()
        pedir_carne(2)
        _pagar_algumas(efi, pix, sorteio)
        for token in list(efi.historias):
            anotar(token)
        vencer()
        rotina = (CAMINHO, CAMINHO_CARNE, CAMINHO_PIX)[vez % 3]
        antes = efi.chamadas.total() + pix.chamadas.total()
        filho = pagadora.pedir(rotina=rotina)
        esperar(
            lambda antes=antes, filho=filho: efi.chamadas.total() + pix.chamadas.total() > antes  # type: ignore[misc]  # bound now
            or not psutil.pid_exists(filho), 60, "ninguém perguntou nada",
        )  # fmt: skip
        time.sleep(sorteio.uniform(0, 0.4))
        pagadora.matar(filho)
    for _ in range(2):
        for rotina_ in (processar_links, processar_carnes, processar_pix):
            assert rodar(rotina_).falhas == []
    assert Cobranca.objects.filter(id_provedor="").count() == 0
    feitas = set(Cobranca.objects.filter(provedor="efi").values_list("id_provedor", flat=True))
    assert feitas == set(efi.cobrancas) and len(pix.cobs) == Cobranca.objects.filter(provedor="pix").count()
    pagas = [D(c["total"]) / 100 for c in efi.cobrancas.values() if c["status"] == "paid"]
    pagas += [D(p["valor"]) for p in pix.pix.values()]
    devolvido = sum((D(d["valor"]) for p in pix.pix.values() for d in p.get("devolucoes", [])), D(0))
    assert (entrou(), Pagamento.objects.count(), creditos()) == (sum(pagas, D(0)) - devolvido, len(pagas), [])


def _pagar_algumas(efi: EfiFalsa, pix: PixFalso, sorteio: random.Random) -> None:
    for numero, dados in list(efi.cobrancas.items()):
        if dados["status"] in ("link", "waiting") and sorteio.random() < 0.4:
            efi.mudar(numero, "paid")
    for txid, cob in list(pix.cobs.items()):
        if cob["status"] == "ATIVA" and sorteio.random() < 0.4:
            e2eid = pix.pagar(txid)
            if sorteio.random() < 0.3:
                pix.devolver(e2eid, "40.00")
