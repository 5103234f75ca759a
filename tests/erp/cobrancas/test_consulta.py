"""A batch of questions: what one answer has of wrong stops its own charge, and what others do meanwhile stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas import portas
from erp.cobrancas.leituras import Pago
from erp.cobrancas.maquina import Passo, consultar_depois
from erp.cobrancas.models import AlarmeCobranca, Cobranca
from erp.cobrancas.pix.leitura import PixLido
from erp.cobrancas.portas import Criada, Pedido, Remota
from erp.cobrancas.services import consulta
from erp.cobrancas.services.consulta import gravar, pegar, perguntar
from erp.cobrancas.services.criacao import cancelar
from erp.cobrancas.services.pix import guardar
from erp.cobrancas.services.registro import INTERVALO, registrar
from erp.provedores.erros import FalhaPassageira, ProvedorPausado
from tests.erp.cobrancas.elenco import aberto, cobranca, lido
from tests.erp.elenco import empresa, pessoa
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
Resposta = Remota | Exception


class Porta:
    """A provider that answers what it is told to, by the number of the charge."""

    nome, tipo, titulo = "efi", "link", "de mentira"
    simultaneas = 1

    def __init__(self, **respostas: Resposta) -> None:
        self.respostas: Mapping[str, Resposta] = respostas
        self.chamadas = 0
        self.canceladas: list[str] = []
        self.durante: Callable[[], object] = lambda: None

    def configurado(self) -> bool:
        return True

    def criar(self, pedido: Pedido) -> Criada:
        self.durante()
        return Criada("repetido", "", "new", {})

    def procurar(self, pedido: Pedido) -> Criada | None:
        return None

    def consultar(self, id_provedor: str) -> Remota:
        self.chamadas += 1
        self.durante()
        resposta = self.respostas.get(id_provedor, remota())
        if isinstance(resposta, Exception):
            raise resposta
        return resposta

    def cancelar(self, id_provedor: str, grupo: str = "", parcela: int = 0) -> None:
        self.canceladas.append(id_provedor)


def remota(passo: Passo = Passo.AGUARDANDO, *pagos: Pago, lida: str = "waiting", **bruto: str) -> Remota:
    return Remota(lida, passo, None, "", bruto, pagos=pagos)


def paga(valor: str = "100.00") -> Remota:
    return remota(Passo.PAGA, Pago("p1", D(valor), timezone.now() - timedelta(hours=1)), lida="paid")


@pytest.fixture(autouse=True)
def _empresa() -> Iterator[None]:
    empresa()
    yield
    verificar_tudo()


def pegas(porta: Porta) -> list[Cobranca]:
    return pegar(porta, ate=timezone.now())


@pytest.mark.parametrize(
    ("ruim", "dito"),
    [
        (remota(texto="a\0b"), "não se pôde gravar"),
        (paga("0.00"), "não se pôde gravar"),
        (OverflowError("date value out of range"), "não se pôde gravar (OverflowError)"),
        (KeyError("data"), "não se pôde gravar (KeyError)"),
    ],
    ids=["nul", "pix de zero", "ano 9999", "sem o campo"],
)
def test_resposta_que_nao_se_pode_gravar_para_so_a_sua_cobranca_e_alarma(ruim: Resposta, dito: str) -> None:
    cobranca(id_provedor="ruim")
    boa = cobranca(id_provedor="boa")
    porta = Porta(ruim=ruim, boa=paga())
    resumo = gravar(perguntar(porta, pegas(porta)))
    assert aberto(boa) == D(0)
    (falha,) = resumo.falhas
    parada = Cobranca.objects.get(id_provedor="ruim")
    assert dito in parada.erro and "já é de outra" not in parada.erro and falha.cobranca.pk == parada.pk
    assert dito in AlarmeCobranca.objects.get(cobranca=parada).texto
    assert parada.consultar_em is not None and parada.consultar_em > timezone.now()


def test_numero_que_ja_e_de_outra_diz_se_assim() -> None:
    cobranca(id_provedor="repetido", consultar_em=None)
    nova = cobranca(id_provedor="", situacao=Cobranca.Situacao.CRIADA)
    porta = Porta()
    gravar(perguntar(porta, pegas(porta)))
    nova.refresh_from_db()
    assert nova.erro == "o número que o provedor deu já é de outra"


@pytest.mark.parametrize(
    "resposta",
    [remota(lida="link"), FalhaPassageira("CONEXAO", "caiu"), ProvedorPausado("EM_PAUSA", "em pausa")],
    ids=["sem novidade", "falha", "pausa"],
)
def test_o_que_ficou_devido_durante_a_pergunta_continua_devido(resposta: Resposta) -> None:
    cobranca(id_provedor="c", lida="link")
    porta = Porta(c=resposta)
    chegou = timezone.now() - timedelta(seconds=1)  # a Pix came: its charge is due now
    porta.durante = lambda: Cobranca.objects.update(consultar_em=chegou)
    gravar(perguntar(porta, pegas(porta)))
    assert Cobranca.objects.get().consultar_em == chegou


def test_tentativa_que_outro_ja_zerou_nao_se_devolve_abaixo_de_zero() -> None:
    cobranca(id_provedor="c")
    porta = Porta(c=ProvedorPausado("EM_PAUSA", "em pausa"))
    porta.durante = lambda: Cobranca.objects.update(falhas=0)
    assert gravar(perguntar(porta, pegas(porta))).devolvidas == 1
    assert Cobranca.objects.get().falhas == 0


@pytest.mark.parametrize("situacao", [Passo.AGUARDANDO, Passo.CANCELADA])
def test_sem_novidade_se_volta_quando_a_maquina_diz(situacao: Passo) -> None:
    for dias in (1, 29, 31, 179, 181):
        c = cobranca()
        registrar(c.pk, [lido(situacao)])
        mudou = timezone.now() - timedelta(days=dias)
        Cobranca.objects.filter(pk=c.pk).update(lida="waiting", mudou_em=mudou, consultar_em=timezone.now())
    porta = Porta()
    gravar(perguntar(porta, pegas(porta)))
    for c in Cobranca.objects.all():
        assert c.consultada_em is not None
        assert c.consultar_em == consultar_depois(situacao, c.mudou_em, c.consultada_em, INTERVALO)


def test_varias_cobrancas_se_travam_por_numero_antes_de_se_escreverem() -> None:
    for numero in ("t1", "t2"):
        cobranca(provedor="pix", tipo="pix", id_provedor=numero)
    for n in range(2):
        cobranca(id_provedor=f"c{n}", lida="waiting")
    porta = Porta(c1=FalhaPassageira("CONEXAO", "caiu"))
    feitas = perguntar(porta, pegas(porta))
    pix = [PixLido(f"E{n:031d}", f"t{2 - n}", D(10), timezone.now(), ()) for n in range(2)]
    for escrever in (lambda: gravar(feitas), lambda: guardar(pix)):
        with CaptureQueriesContext(connection) as ditas:
            escrever()
        sqls = [dita["sql"] for dita in ditas]
        trava = next(n for n, sql in enumerate(sqls) if "FOR NO KEY UPDATE" in sql and "ORDER BY" in sql)
        escrita = next(n for n, sql in enumerate(sqls) if sql.replace('"', "").startswith("UPDATE cobrancas_cobranca"))
        assert trava < escrita


@pytest.mark.parametrize(("codigo", "chamadas"), [("CONEXAO", 10), ("RESPOSTA_ILEGIVEL", 12)])
def test_provedor_que_nao_responde_e_deixado_e_o_que_falta_nao_gasta_tentativa(codigo: str, chamadas: int) -> None:
    numeros = [cobranca().id_provedor for _ in range(12)]
    porta = Porta(**{numero: FalhaPassageira(codigo, "caiu") for numero in numeros})
    resumo = gravar(perguntar(porta, pegas(porta)))
    assert (porta.chamadas, len(resumo.falhas), resumo.devolvidas) == (chamadas, chamadas, 12 - chamadas)
    assert Cobranca.objects.filter(falhas=0, consultar_em__lte=timezone.now()).count() == 12 - chamadas


def test_nada_se_pergunta_com_a_reserva_por_acabar(monkeypatch: pytest.MonkeyPatch) -> None:
    cobranca()
    porta = Porta()
    nossas = pegas(porta)
    monkeypatch.setattr(consulta, "RESERVA", timedelta(0))
    assert (gravar(perguntar(porta, nossas)).devolvidas, porta.chamadas) == (1, 0)


def test_quem_desiste_nao_tira_a_cobranca_de_quem_a_esta_mandando() -> None:
    c = cobranca(id_provedor="", situacao=Cobranca.Situacao.CRIADA, erro="HTTP 500", falhas=1)
    porta, vistas = Porta(), []

    def desistir() -> None:
        with pytest.raises(ErroDefinitivo, match="a caminho do provedor"):
            cancelar(cobranca_id=c.pk, motivo="engano", usuario=pessoa("financeiro", 1))
        vistas.append(Cobranca.objects.values_list("consultar_em", "falhas").get())

    porta.durante = desistir
    nossas = pegas(porta)
    assert gravar(perguntar(porta, nossas)).enviadas == 1
    assert vistas == [(nossas[0].consultar_em, 2)]


def test_cancelada_aqui_enquanto_o_provedor_a_fazia_e_cancelada_la_e_alarma(monkeypatch: pytest.MonkeyPatch) -> None:
    c, porta = cobranca(id_provedor="", situacao=Cobranca.Situacao.CRIADA), Porta()
    monkeypatch.setitem(portas._portas, ("efi", "link"), porta)
    porta.durante = lambda: registrar(c.pk, [lido(Passo.CANCELADA)])
    gravar(perguntar(porta, pegas(porta)))
    c.refresh_from_db()
    assert (c.passo, c.id_provedor, porta.canceladas) == (Passo.CANCELADA, "repetido", ["repetido"])
    assert AlarmeCobranca.objects.filter(cobranca=c, texto__contains="depois de cancelada aqui").exists()
