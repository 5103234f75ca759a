"""Payment links against the stand-in of Efí, over HTTP: made, asked about, paid, and every way to fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal as D
from typing import Any, cast

import pytest
from django.utils import timezone

from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas.efi.links import LinksEfi
from erp.cobrancas.falso import EfiFalsa
from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import AlarmeCobranca, Cobranca
from erp.cobrancas.rotinas import processar
from erp.cobrancas.services.consulta import gravar, pegar, perguntar
from erp.cobrancas.services.criacao import cancelar, criar_cobrancas, enviar
from erp.provedores.autorizacao import esquecer_tokens
from erp.provedores.models import EstadoProvedor
from erp.rotinas.contexto import Contexto
from tests.concorrencia.test_drenos import juntos
from tests.erp.cobrancas.elenco import aberto, creditos, entrou
from tests.erp.elenco import conta, empresa, hoje, pessoa, titulo
from tests.erp.jazigos.elenco import Execucao
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def efi(settings: Any) -> Iterator[EfiFalsa]:
    empresa()
    esquecer_tokens()
    with EfiFalsa(lento=1.5) as servidor:
        settings.EFI_URL, settings.EFI_CLIENT_ID, settings.EFI_CLIENT_SECRET = servidor.url, "id", "segredo"
        settings.EFI_TEMPO_LIMITE, settings.EFI_SIMULTANEAS = 5, 4
        yield servidor
    esquecer_tokens()
    verificar_tudo()


def pedir(valor: str = "100.00", quantos: int = 1) -> list[Cobranca]:
    ids = [titulo(valor).pk for _ in range(quantos)]
    return criar_cobrancas(
        titulos_ids=ids, conta_id=conta().pk, vencimento=hoje() + timedelta(days=3), provedor="efi", tipo="link",
        usuario=pessoa("financeiro", 1),
    )  # fmt: skip


def feita(efi: EfiFalsa) -> Cobranca:
    (cobranca,) = pedir()
    assert enviar([cobranca]) == 1
    return Cobranca.objects.get()


def rodar() -> Execucao:
    Cobranca.objects.filter(consultar_em__isnull=False).update(consultar_em=timezone.now() - timedelta(minutes=1))
    execucao = Execucao(hoje())
    processar(LinksEfi(), cast(Contexto, execucao))
    return execucao


def test_link_feito_e_pago_baixa_o_titulo_uma_vez(efi: EfiFalsa) -> None:
    c = feita(efi)
    assert (c.passo, c.id_provedor, c.lida) == (Passo.ENVIADA, "1000", "link") and c.url.endswith("/pagar/1000")
    assert efi.cobrancas["1000"]["total"] == 10000 and efi.cobrancas["1000"]["custom_id"] == str(c.uuid)
    assert rodar().contagens["mudaram"] == 0
    efi.mudar("1000", "paid")
    assert rodar().contagens["pagamentos lançados"] == 1
    rodar()
    c.refresh_from_db()
    assert (c.passo, aberto(c), entrou(), creditos()) == (Passo.LIQUIDADA, D(0), D(100), [])


def test_pago_no_link_e_no_balcao_vira_credito(efi: EfiFalsa) -> None:
    c = feita(efi)
    efi.mudar("1000", "paid", payment={"paid_value": 10250, "paid_at": "2026-01-02 10:00:00"})
    rodar()
    assert (aberto(c), entrou(), creditos()) == (D(0), D("102.50"), [D("2.50")])


@pytest.mark.parametrize("defeito", ["500", "429", "reset", "malformado", "404"])
def test_consulta_que_falha_nao_muda_nada_e_a_proxima_acerta(efi: EfiFalsa, defeito: str) -> None:
    c = feita(efi)
    efi.mudar("1000", "paid")
    efi.roteiro.append(defeito)
    execucao = rodar()
    c.refresh_from_db()
    assert len(execucao.falhas) == 1 and c.passo == Passo.ENVIADA and c.erro and c.consultar_em is not None
    EstadoProvedor.objects.update(pausado_ate=None)
    rodar()
    c.refresh_from_db()
    assert (c.passo, c.erro, c.falhas, entrou()) == (Passo.LIQUIDADA, "", 0, D(100))


def test_401_renova_o_token_e_segue(efi: EfiFalsa) -> None:
    feita(efi)
    efi.roteiro.append("401")
    assert rodar().falhas == []
    assert efi.chamadas["POST /authorize"] == 2


def test_resposta_que_demora_demais_e_falha_passageira(efi: EfiFalsa, settings: Any) -> None:
    feita(efi)
    settings.EFI_TEMPO_LIMITE = 1
    efi.roteiro.append("lento")
    assert "não terminou de responder" in rodar().falhas[0][1]


def test_link_feito_cuja_resposta_se_perdeu_e_achado_e_nao_feito_de_novo(efi: EfiFalsa) -> None:
    (c,) = pedir()
    efi.depois.append("reset")
    assert enviar([c]) == 0
    assert rodar().contagens["cobranças enviadas"] == 1
    c.refresh_from_db()
    assert c.id_provedor == "1000" and len(efi.cobrancas) == 1


def test_morto_entre_a_chamada_e_o_commit_nao_faz_dois_links(efi: EfiFalsa) -> None:
    (c,) = pedir()
    perguntar(LinksEfi(), pegar(LinksEfi(), ate=timezone.now()))  # and nothing was written
    rodar()
    c.refresh_from_db()
    assert (c.id_provedor, c.passo, len(efi.cobrancas)) == ("1000", Passo.ENVIADA, 1)


def test_link_achado_ja_pago_e_lancado_na_consulta_seguinte(efi: EfiFalsa) -> None:
    (c,) = pedir()
    perguntar(LinksEfi(), pegar(LinksEfi(), ate=timezone.now()))  # and nothing was written
    efi.mudar("1000", "paid")
    rodar()
    c.refresh_from_db()
    assert (c.passo, c.falhas, c.erro, entrou()) == (Passo.ENVIADA, 0, "", D(0))
    rodar()
    c.refresh_from_db()
    assert (c.passo, c.lida, aberto(c), entrou()) == (Passo.LIQUIDADA, "paid", D(0), D(100))


def test_situacao_que_ninguem_documentou_nao_muda_nada(efi: EfiFalsa) -> None:
    c = feita(efi)
    efi.mudar("1000", "teletransportada")
    assert "situação desconhecida" in rodar().falhas[0][1]
    c.refresh_from_db()
    assert c.passo == Passo.ENVIADA


def test_dada_como_paga_a_mao_na_efi_nao_lanca_dinheiro_e_alarma(efi: EfiFalsa) -> None:
    c = feita(efi)
    efi.mudar("1000", "settled")
    rodar()
    assert (aberto(c), entrou()) == (D(100), D(0))
    assert "o dinheiro não veio por ela" in AlarmeCobranca.objects.get().texto


def test_cancelar_cancela_la_e_aqui_e_paga_nao_se_cancela(efi: EfiFalsa) -> None:
    c = feita(efi)
    ana = pessoa("financeiro", 1)
    assert cancelar(cobranca_id=c.pk, motivo="pediu outro", usuario=ana).passo == Passo.CANCELADA
    assert efi.cobrancas["1000"]["status"] == "canceled"
    with pytest.raises(ErroDefinitivo, match="não se cancela"):
        cancelar(cobranca_id=c.pk, motivo="de novo", usuario=ana)
    (outra,) = pedir()
    enviar([outra])
    efi.mudar("1001", "paid")
    with pytest.raises(ErroDefinitivo, match="não cancelou"):
        cancelar(cobranca_id=outra.pk, motivo="tarde", usuario=ana)
    rodar()
    assert aberto(outra) == D(0)


def test_o_mesmo_titulo_nao_ganha_dois_links(efi: EfiFalsa) -> None:
    c = feita(efi)
    assert c.titulo_id is not None
    with pytest.raises(ErroDefinitivo, match="já tem a cobrança"):
        criar_cobrancas(
            titulos_ids=[c.titulo_id],
            conta_id=conta().pk,
            vencimento=hoje(),
            provedor="efi",
            tipo="link",
            usuario=pessoa("financeiro"),
        )


def test_dois_processos_perguntam_e_lancam_uma_vez(efi: EfiFalsa) -> None:
    cobrancas = pedir(quantos=6)
    assert enviar(cobrancas) == 6
    for numero in efi.cobrancas:
        efi.mudar(numero, "paid")
    todas = list(Cobranca.objects.all())

    def lancar() -> None:
        gravar(perguntar(LinksEfi(), todas))

    juntos(lancar, lancar, lancar)
    assert (entrou(), creditos()) == (D(600), [])
