"""The till obeys: what the retaguarda asks for goes back to 1 and is sent, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from django.utils import timezone

from pdv.tabelas import Especie
from pdv.terminal.comandos import Comandos, replicar_de_novo
from pdv.terminal.envio import Cliente
from pdv.terminal.espera import Parada
from pdv.terminal.marcacao import renovar_instalacao
from pdv.terminal.models import Instalacao, NotaFiscal, OperacaoPdv
from pdv.terminal.registro import Registro, gravar
from pdv.terminal.replicador import Fim, Replicador
from tests.pdv.terminal.servidor import Retaguarda, Saida, em_json, erro

pytestmark = pytest.mark.django_db(databases=["terminal"])

QUANDO = datetime(2026, 11, 20, 15, tzinfo=UTC)


def vender(situacao: int = 9, *, notas: int = 1) -> OperacaoPdv:
    """A sale already replicated, with its notes."""
    operacao = OperacaoPdv(
        guid_operacao=uuid4(), id_ponto_venda=1, operacao=Especie.VENDA, data_hora_inicio=QUANDO,
        data_hora_termino=QUANDO, valor_total=Decimal("12.34"), situacao_replicacao=situacao,
    )  # fmt: skip
    gravar([Registro(operacao)])
    for numero in range(1, notas + 1):
        NotaFiscal.objects.create(
            chave=f"{operacao.pk:042d}{numero:02d}", numero=numero, serie=1, modelo="65", situacao="autorizada",
            data_emissao=QUANDO, xml="<NFe/>", id_operacao=operacao.pk, lojamix_sit_replicacao=situacao,
        )  # fmt: skip
    return operacao


def comando(id_operacao: Any, numero: int = 7, tipo: str = "replicar") -> dict[str, Any]:
    return {"id": numero, "tipo": tipo, "id_operacao": id_operacao}


@pytest.fixture
def retaguarda() -> Iterator[Retaguarda]:
    with Retaguarda() as servidor:
        yield servidor


@pytest.fixture
def cliente(retaguarda: Retaguarda) -> Iterator[Cliente]:
    cliente = Cliente(retaguarda.url, "rtg_teste_segredo")
    yield cliente
    cliente.fechar()


def replicar(cliente: Cliente, **opcoes: Any) -> Fim:
    return Replicador(cliente, Parada(), **opcoes).executar(tentativas=2).fim


def situacoes() -> tuple[list[int], list[int]]:
    operacoes = OperacaoPdv.objects.order_by("pk").values_list("situacao_replicacao", flat=True)
    return list(operacoes), list(NotaFiscal.objects.order_by("pk").values_list("lojamix_sit_replicacao", flat=True))


def test_comando_faz_a_operacao_e_as_notas_irem_de_novo_e_e_confirmado(
    retaguarda: Retaguarda, cliente: Cliente
) -> None:
    outra, pedida = vender(), vender(notas=2)
    retaguarda.comandos = [comando(pedida.pk)]
    assert replicar(cliente) is Fim.VAZIO
    (pacote,) = retaguarda.recebidos
    assert [o["id_operacao"] for o in pacote["operacoes"]] == [pedida.pk]
    assert [n["id_operacao"] for n in pacote["notas"]] == [pedida.pk, pedida.pk]
    instalacao = str(Instalacao.objects.get().instalacao)
    assert retaguarda.palavras == [(7, {"instalacao": instalacao, "cumprido": True, "mensagem": ""})]
    assert retaguarda.perguntas == [f"/api/pdv/v1/comandos?instalacao={instalacao}"]
    assert situacoes() == ([9, 9], [9, 9, 9]) and outra.pk not in retaguarda.numeros()


@pytest.mark.parametrize("situacao", [0, 1, 2, 9])
def test_o_que_foi_adiado_ou_ignorado_volta_devido_agora(situacao: int) -> None:
    operacao = vender(situacao)
    depois = timezone.now() + timedelta(hours=1)
    OperacaoPdv.objects.update(tentativas=4, proxima_tentativa_em=depois, mensagem="divergente")
    NotaFiscal.objects.update(tentativas=4, proxima_tentativa_em=depois, mensagem="recusada")
    assert replicar_de_novo(operacao.pk)
    esperado = {"tentativas": 5, "proxima_tentativa_em": None, "mensagem": ""}
    assert OperacaoPdv.objects.values(*esperado).get() == esperado
    assert NotaFiscal.objects.values(*esperado).get() == esperado
    assert situacoes() == ([1], [1])


def test_operacao_que_nao_existe_e_recusada_com_motivo_e_sem_tocar_em_nada(
    retaguarda: Retaguarda, cliente: Cliente
) -> None:
    vender()
    NotaFiscal.objects.update(id_operacao=999)
    retaguarda.comandos = [comando(999)]
    assert replicar(cliente) is Fim.VAZIO
    (numero, palavra) = retaguarda.palavras[0]
    assert (numero, palavra["cumprido"]) == (7, False)
    assert palavra["mensagem"] == "a operação 999 não existe neste PDV"
    assert situacoes() == ([9], [9]) and not retaguarda.recebidos


def test_comando_de_um_tipo_do_futuro_e_recusado(retaguarda: Retaguarda, cliente: Cliente) -> None:
    operacao = vender()
    retaguarda.comandos = [comando(operacao.pk, tipo="apagar"), comando(operacao.pk, 8)]
    replicar(cliente)
    (primeira, segunda) = retaguarda.palavras
    assert primeira[1]["cumprido"] is False and "apagar" in primeira[1]["mensagem"]
    assert (segunda[0], segunda[1]["cumprido"]) == (8, True)


def test_resposta_que_vinha_a_caminho_nao_marca_o_que_foi_pedido_de_novo(
    retaguarda: Retaguarda, cliente: Cliente
) -> None:
    """Another replicator sends the row; the retaguarda takes it, then out again, and asks for it; then the answer comes."""
    operacao = vender(1)

    class Demorado(Cliente):
        def enviar(self, corpo: bytes) -> Any:
            resposta = Cliente.enviar(self, corpo)
            if len(retaguarda.recebidos) == 1:
                retaguarda.guardadas.clear()
                retaguarda.comandos = [comando(operacao.pk)]
                assert Comandos(cliente).atender()
            return resposta

    demorado = Demorado(retaguarda.url, "rtg_teste_segredo")
    assert replicar(demorado) is Fim.VAZIO
    demorado.fechar()
    assert situacoes() == ([9], [9])
    assert retaguarda.numeros() == [operacao.pk] and len(retaguarda.numeros("notas")) == 1


# killed, cut, late


def test_morto_depois_de_voltar_a_operacao_e_antes_de_confirmar(retaguarda: Retaguarda, cliente: Cliente) -> None:
    operacao = vender()
    replicar_de_novo(operacao.pk)  # the process dies here; the command is still open when the next one starts
    retaguarda.comandos = [comando(operacao.pk)]
    assert replicar(cliente) is Fim.VAZIO
    assert retaguarda.numeros() == [operacao.pk]
    assert situacoes() == ([9], [9])


@pytest.mark.django_db(databases=["terminal"], transaction=True)
def test_morto_no_meio_de_voltar_nao_volta_pela_metade(cliente: Cliente, retaguarda: Retaguarda) -> None:
    operacao = vender()

    def cair(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and "GRS_NFE" in sql:
            raise OperationalError("disk I/O error")
        return execute(sql, params, many, context)

    retaguarda.comandos = [comando(operacao.pk)]
    with connections["terminal"].execute_wrapper(cair):
        assert not Comandos(cliente).atender()
    assert situacoes() == ([9], [9]) and not retaguarda.palavras
    assert Comandos(cliente).atender() and situacoes() == ([1], [1])


def test_confirmacao_perdida_e_dita_de_novo(retaguarda: Retaguarda, cliente: Cliente) -> None:
    primeira, segunda = vender(), vender()
    retaguarda.comandos = [comando(primeira.pk, 7), comando(segunda.pk, 8)]
    retaguarda.roteiro_comandos = lambda caminho: Saida(cortar="antes") if "comandos/" in caminho else None
    assert replicar(cliente) is Fim.VAZIO
    assert retaguarda.numeros() == [primeira.pk, segunda.pk] and not retaguarda.palavras
    retaguarda.roteiro_comandos = lambda caminho: None  # nothing arrived at this one: it asks again
    assert replicar(cliente) is Fim.VAZIO
    assert [(numero, palavra["cumprido"]) for numero, palavra in retaguarda.palavras] == [(7, True), (8, True)]


@pytest.mark.parametrize(
    "saida",
    [
        Saida(cortar="antes"),
        Saida(200, b"<html>Aceite os termos</html>"),
        Saida(404, b"nada aqui"),
        erro(401, "CHAVE_INVALIDA"),
        erro(503, "INDISPONIVEL", ("Retry-After", "0")),
        erro(429, "LIMITE_EXCEDIDO", ("Retry-After", "30")),
        em_json(200, {}),
        em_json(200, {"comandos": 5}),
        em_json(200, {"comandos": [1, None, {}, {"id": "7", "tipo": "replicar", "id_operacao": 1}]}),
        em_json(200, {"comandos": [comando(True), comando(None), comando(2**63), comando(1, -1), comando("1")]}),
    ],
    ids=["corta", "html", "404", "401", "503", "429", "vazio", "número", "tortos", "ids tortos"],
)
def test_pergunta_sem_boa_resposta_nao_atrapalha_a_replicacao(
    retaguarda: Retaguarda, cliente: Cliente, saida: Saida
) -> None:
    vender(1)
    retaguarda.roteiro_comandos = lambda caminho: saida
    assert replicar(cliente) is Fim.VAZIO
    assert situacoes() == ([9], [9])
    assert (len(retaguarda.perguntas), retaguarda.palavras) == (1, [])


def test_espera_pedida_pela_retaguarda_e_respeitada(retaguarda: Retaguarda, cliente: Cliente) -> None:
    retaguarda.roteiro_comandos = lambda caminho: erro(429, "LIMITE_EXCEDIDO", ("Retry-After", "3600"))
    comandos = Comandos(cliente, intervalo=0)
    for _ in range(3):
        assert not comandos.atender()
    assert len(retaguarda.perguntas) == 1


def test_pergunta_ja_no_inicio_e_depois_so_a_cada_intervalo(retaguarda: Retaguarda, cliente: Cliente) -> None:
    espacados, seguidos = Comandos(cliente), Comandos(cliente, intervalo=0)
    for _ in range(3):
        espacados.atender()
    assert len(retaguarda.perguntas) == 1
    for _ in range(3):
        seguidos.atender()
    assert len(retaguarda.perguntas) == 4


def test_com_a_retaguarda_fora_do_ar_nem_pergunta(retaguarda: Retaguarda, cliente: Cliente) -> None:
    vender(1)
    retaguarda.roteiro = lambda pacote: erro(401, "CHAVE_INVALIDA")
    assert replicar(cliente) is Fim.SEM_ACESSO
    assert not retaguarda.perguntas


def test_nova_instalacao_pergunta_por_ela(retaguarda: Retaguarda, cliente: Cliente) -> None:
    comandos = Comandos(cliente, intervalo=0)
    comandos.atender()
    nova, _ = renovar_instalacao()
    comandos.atender()
    assert retaguarda.perguntas[0] != retaguarda.perguntas[1]
    assert retaguarda.perguntas[1].endswith(str(nova.instalacao))


def test_o_comando_do_pdv_obedece_numa_execucao_so(retaguarda: Retaguarda, monkeypatch: pytest.MonkeyPatch) -> None:
    operacao = vender()
    retaguarda.comandos = [comando(operacao.pk)]
    monkeypatch.setenv("PDV_CHAVE", "rtg_teste_segredo")
    call_command("pdv_replicar", "--url", retaguarda.url, "--comandos", "30")
    assert retaguarda.numeros() == [operacao.pk] and len(retaguarda.palavras) == 1
    with pytest.raises(CommandError, match="--comandos"):
        call_command("pdv_replicar", "--url", retaguarda.url, "--comandos", "0")
