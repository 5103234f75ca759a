"""A Pix given back: asked of the bank once, whoever asks, however often, and whatever becomes of the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal as D
from functools import partial
from typing import Any, cast

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas.models import AlarmeCobranca, Cobranca, Devolucao, Pagamento, PedidoDevolucao
from erp.cobrancas.pix.falso import PixFalso
from erp.cobrancas.rotinas import processar_pix
from erp.cobrancas.services.criacao import criar_cobrancas, enviar
from erp.cobrancas.services.devolucao_pix import devolver, resta_devolver
from erp.provedores.autorizacao import esquecer_tokens
from erp.provedores.models import EstadoProvedor
from erp.provedores.services import processar_pendentes
from erp.rotinas.contexto import Contexto
from tests.concorrencia.test_baixas import ao_mesmo_tempo
from tests.erp.cobrancas.contrato_pix import Conferente
from tests.erp.cobrancas.elenco import aberto, entrou
from tests.erp.elenco import conta, empresa, hoje, pessoa, titulo
from tests.erp.jazigos.elenco import Execucao
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
Situacao = PedidoDevolucao.Situacao


@pytest.fixture
def pix(settings: Any) -> Iterator[PixFalso]:
    empresa()
    esquecer_tokens()
    with PixFalso(lento=1.5) as servidor, Conferente.de(servidor):
        for nome, valor in servidor.ajustes().items():
            setattr(settings, nome, valor)
        settings.PIX_TEMPO_LIMITE, settings.PIX_SIMULTANEAS = 5, 1
        yield servidor
    esquecer_tokens()
    verificar_tudo()


def pago(pix: PixFalso) -> Pagamento:
    enviar(
        criar_cobrancas(
            titulos_ids=[titulo("100.00").pk], conta_id=conta().pk, vencimento=hoje() + timedelta(days=3), provedor="pix",
            tipo="pix", usuario=pessoa("financeiro", 1),
        )
    )  # fmt: skip
    pix.pagar(Cobranca.objects.get().id_provedor)
    rodar()
    return Pagamento.objects.get()


def rodar() -> Execucao:
    EstadoProvedor.objects.update(pausado_ate=None)
    Cobranca.objects.filter(consultar_em__isnull=False).update(consultar_em=timezone.now() - timedelta(minutes=1))
    execucao = Execucao(hoje())
    processar_pix(cast(Contexto, execucao))
    return execucao


def pedir(valor: str | None = "30", numero: str = "d1") -> str:
    EstadoProvedor.objects.update(pausado_ate=None)
    return devolver(
        pagamento_id=Pagamento.objects.get().pk, valor=D(valor) if valor else None, id_devolucao=numero,
        motivo="desistiu", usuario=pessoa("gerente", 1),
    )  # fmt: skip


def no_banco(pix: PixFalso, pagamento: Pagamento) -> list[str]:
    return [d["valor"] for d in pix.pix[pagamento.id_pagamento].get("devolucoes", [])]


def envelhecer() -> None:
    PedidoDevolucao.objects.update(pedido_em=timezone.now() - timedelta(hours=1))


def test_pede_ao_banco_uma_vez_e_lanca_quando_ele_diz(pix: PixFalso) -> None:
    pagamento = pago(pix)
    pix.devolucao_demora = True
    assert [pedir("100"), pedir("100")] == ["EM_PROCESSAMENTO", "EM_PROCESSAMENTO"]
    assert (no_banco(pix, pagamento), entrou(), resta_devolver(pagamento)) == (["100.00"], D(100), D(0))
    pix.liquidar_devolucoes()
    rodar()
    assert (aberto(pagamento.cobranca), entrou(), PedidoDevolucao.objects.get().situacao) == (
        D(100),
        D(0),
        Situacao.FEITA,
    )
    assert pedir("100") == "DEVOLVIDO"
    with pytest.raises(ErroDefinitivo, match="resta devolver 0,00"):
        pedir("100", "d2")


@pytest.mark.parametrize("defeito", ["reset", "500", "malformado"])
def test_sem_resposta_so_o_mesmo_pedido_sai_de_novo(pix: PixFalso, defeito: str) -> None:
    pagamento = pago(pix)
    pix.depois.append(defeito)  # made, and we are not told
    with pytest.raises(ErroDefinitivo, match="Não se sabe se o banco devolveu 30,00"):
        pedir()
    assert resta_devolver(pagamento) == D(70)
    with pytest.raises(ErroDefinitivo, match="Não se sabe se o banco já devolveu 30,00"):
        pedir("30", "d2")
    with pytest.raises(ErroDefinitivo, match=r"Este pedido é de 30,00"):
        pedir("20")
    assert pedir(None) == "DEVOLVIDO"
    assert (no_banco(pix, pagamento), entrou(), resta_devolver(pagamento)) == (["30.00"], D(70), D(70))
    ditos = [e.depois for e in Evento.objects.filter(acao="cobrancas.devolucao_pedida").order_by("pk")]
    assert [(d["id_devolucao"], d["tentativa"]) for d in ditos if d] == [("d1", 1), ("d1", 2)]


def test_o_que_nao_chegou_ao_banco_e_pedido_de_novo_pelo_mesmo_numero(pix: PixFalso) -> None:
    pagamento = pago(pix)
    pix.roteiro.append("reset")
    with pytest.raises(ErroDefinitivo, match="Não se sabe"):
        pedir()
    assert no_banco(pix, pagamento) == []
    assert (pedir(None), no_banco(pix, pagamento), entrou()) == ("DEVOLVIDO", ["30.00"], D(70))


def avisado(pagamento: Pagamento) -> None:
    EstadoProvedor.objects.update(pausado_ate=None)
    corpo = {"pix": [{"endToEndId": pagamento.id_pagamento}]}
    Client().post(f"/webhooks/pix/{settings.PIX_WEBHOOK_SEGREDO}/pix", corpo, content_type="application/json")
    assert processar_pendentes("pix").processados == 1


@pytest.mark.parametrize("por", [avisado, lambda _: rodar()], ids=["webhook", "consulta"])
def test_o_banco_diz_depois_que_foi_feita(pix: PixFalso, por: Callable[[Pagamento], object]) -> None:
    pagamento = pago(pix)
    pix.depois.append("reset")
    with pytest.raises(ErroDefinitivo, match="Não se sabe"):
        pedir()
    por(pagamento)
    assert (entrou(), PedidoDevolucao.objects.get().situacao, resta_devolver(pagamento)) == (
        D(70),
        Situacao.FEITA,
        D(70),
    )
    assert (pedir(None), pedir("70", "d2")) == ("DEVOLVIDO", "DEVOLVIDO")
    assert (no_banco(pix, pagamento), entrou()) == (["30.00", "70.00"], D(0))


@pytest.mark.parametrize("defeito", ["404", "422"])
def test_recusa_do_banco_deixa_o_valor_livre(pix: PixFalso, defeito: str) -> None:
    pagamento = pago(pix)
    pix.roteiro.append(defeito)
    with pytest.raises(ErroDefinitivo, match="O banco não devolveu"):
        pedir()
    assert (PedidoDevolucao.objects.get().situacao, resta_devolver(pagamento)) == (Situacao.RECUSADA, D(100))
    with pytest.raises(ErroDefinitivo, match="O banco não devolveu"):
        pedir()
    assert (pedir("40", "d2"), no_banco(pix, pagamento)) == ("DEVOLVIDO", ["40.00"])


def test_em_pausa_nada_saiu_daqui_e_o_valor_fica_livre(pix: PixFalso) -> None:
    pagamento = pago(pix)
    EstadoProvedor.objects.update_or_create(nome="pix", defaults={"pausado_ate": timezone.now() + timedelta(hours=1)})
    with pytest.raises(ErroDefinitivo, match="pausa"):
        devolver(
            pagamento_id=pagamento.pk, valor=D(30), id_devolucao="d1", motivo="desistiu", usuario=pessoa("gerente", 1)
        )
    assert resta_devolver(pagamento) == D(100)


def test_recusa_depois_de_uma_sem_resposta_so_solta_quando_o_banco_teve_tempo_de_listar(pix: PixFalso) -> None:
    pagamento = pago(pix)
    pix.roteiro.append("reset")
    with pytest.raises(ErroDefinitivo, match="Não se sabe"):
        pedir()
    pix.roteiro.extend(["", "422"])  # the list does not have it, and the same number is refused
    with pytest.raises(ErroDefinitivo, match="Não se sabe"):
        pedir(None)
    assert resta_devolver(pagamento) == D(70)
    envelhecer()
    pix.roteiro.extend(["", "422"])
    with pytest.raises(ErroDefinitivo, match="O banco não devolveu"):
        pedir(None)
    assert (resta_devolver(pagamento), no_banco(pix, pagamento)) == (D(100), [])


def test_aceita_que_o_banco_depois_nao_realiza_volta_a_ficar_livre_com_alarme(pix: PixFalso) -> None:
    pagamento = pago(pix)
    pix.devolucao_demora = True
    assert pedir() == "EM_PROCESSAMENTO"
    pix.pix[pagamento.id_pagamento]["devolucoes"][0]["status"] = "NAO_REALIZADO"
    rodar()
    assert (resta_devolver(pagamento), entrou(), Devolucao.objects.count()) == (D(100), D(100), 0)
    assert "não foi realizada" in AlarmeCobranca.objects.get().texto


def test_a_que_o_banco_nao_conhece_alarma_e_continua_presa(pix: PixFalso) -> None:
    pagamento = pago(pix)
    pix.roteiro.append("reset")
    with pytest.raises(ErroDefinitivo, match="Não se sabe"):
        pedir()
    rodar()
    assert not AlarmeCobranca.objects.exists()
    envelhecer()
    rodar()
    rodar()
    assert "não chegou ao banco" in AlarmeCobranca.objects.get().texto
    assert resta_devolver(pagamento) == D(70)


@pytest.mark.django_db(transaction=True)
def test_dois_ao_mesmo_tempo_nao_devolvem_mais_do_que_foi_pago(pix: PixFalso) -> None:
    pagamento = pago(pix)
    quem = pessoa("gerente", 1)
    atos = [
        partial(devolver, pagamento_id=pagamento.pk, valor=D(60), id_devolucao=n, motivo="desistiu", usuario=quem)
        for n in ("d1", "d2")
    ]
    feitos = ao_mesmo_tempo(*atos)
    assert [f for f in feitos if isinstance(f, str)] == ["DEVOLVIDO"]
    rodar()  # the loser may have held the charge at the instant of the winner's reading
    assert (no_banco(pix, pagamento), PedidoDevolucao.objects.count(), entrou()) == (["60.00"], 1, D(40))


@pytest.mark.django_db(transaction=True)
def test_o_mesmo_pedido_duas_vezes_ao_mesmo_tempo_e_uma_devolucao(pix: PixFalso) -> None:
    pagamento = pago(pix)
    quem = pessoa("gerente", 1)
    ato = partial(devolver, pagamento_id=pagamento.pk, valor=D(30), id_devolucao="d1", motivo="desistiu", usuario=quem)
    assert ao_mesmo_tempo(ato, ato) == ["DEVOLVIDO", "DEVOLVIDO"]
    rodar()
    assert (no_banco(pix, pagamento), entrou(), Devolucao.objects.count()) == (["30.00"], D(70), 1)
