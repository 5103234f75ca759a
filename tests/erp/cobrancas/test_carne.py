"""Carnês against the stand-in of Efí: made whole, told by tokens whose history is applied in order, and every way to fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any, cast

import pytest
from django.test import Client
from django.utils import timezone

from clientes.models import Cliente
from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas.falso import EfiFalsa
from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import AlarmeCobranca, Cobranca, EventoCobranca, Notificacao
from erp.cobrancas.rotinas import processar_carnes
from erp.cobrancas.rules import defeitos_do_carne, meses_depois
from erp.cobrancas.services.carne import criar_carne
from erp.cobrancas.services.criacao import cancelar, enviar
from erp.provedores.autorizacao import esquecer_tokens
from erp.provedores.models import EstadoProvedor, WebhookRecebido
from erp.provedores.services import processar_pendentes
from erp.rotinas.contexto import Contexto
from tests.erp.cobrancas.elenco import aberto, creditos, entrou
from tests.erp.elenco import CPF, conta, empresa, hoje, pessoa, titulo
from tests.erp.jazigos.elenco import Execucao
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
SEGREDO = "segredo-da-efi"


@pytest.fixture
def efi(settings: Any) -> Iterator[EfiFalsa]:
    empresa()
    Cliente.objects.create(
        codigo_cliente=CPF, cliente_varejo="Maria das Dores", filial="Matriz", cpf_cgc=CPF, ddd_celular="31",
        celular="999998888",
    )  # fmt: skip
    esquecer_tokens()
    with EfiFalsa() as servidor:
        settings.EFI_URL, settings.EFI_CLIENT_ID, settings.EFI_CLIENT_SECRET = servidor.url, "id", "segredo"
        settings.EFI_WEBHOOK_SEGREDO, settings.EFI_SIMULTANEAS, settings.EFI_TEMPO_LIMITE = SEGREDO, 1, 5
        servidor.mudo = True  # told by the tests themselves
        yield servidor
    esquecer_tokens()
    verificar_tudo()


def pedir(quantas: int = 3, valor: str = "50.00") -> list[Cobranca]:
    ids = [titulo(valor, vencimento=meses_depois(hoje(), n)).pk for n in range(quantas)]
    return criar_carne(titulos_ids=ids, conta_id=conta().pk, provedor="efi", usuario=pessoa("financeiro", 1))


def feito(quantas: int = 3) -> list[Cobranca]:
    assert enviar(pedir(quantas)) == quantas
    return list(Cobranca.objects.order_by("parcela"))


def avisar(token: str) -> None:
    endereco = f"/webhooks/efi/{SEGREDO}"
    resposta: Any = Client().post(endereco, f"notification={token}", content_type="application/x-www-form-urlencoded")
    assert resposta.status_code == 200
    processar_pendentes("efi")


def rodar() -> Execucao:
    agora = timezone.now() - timedelta(minutes=1)
    Cobranca.objects.filter(consultar_em__isnull=False).update(consultar_em=agora)
    Notificacao.objects.filter(consultar_em__isnull=False).update(consultar_em=agora)
    execucao = Execucao(hoje())
    processar_carnes(cast(Contexto, execucao))
    return execucao


def token(efi: EfiFalsa) -> str:
    (unico,) = efi.historias
    return unico


def test_carne_e_feito_inteiro_numa_chamada(efi: EfiFalsa) -> None:
    parcelas = feito()
    assert efi.chamadas["POST /carnet"] == 1 and len(efi.carnes) == 1
    assert [p.parcela for p in parcelas] == [1, 2, 3] and len({p.id_provedor for p in parcelas}) == 3
    assert {p.id_grupo for p in parcelas} == set(efi.carnes) and all(p.url and p.copia_e_cola for p in parcelas)
    assert [efi.cobrancas[p.id_provedor]["expire_at"] for p in parcelas] == [p.vencimento.isoformat() for p in parcelas]


def test_notificacao_de_paga_baixa_a_parcela_uma_vez(efi: EfiFalsa) -> None:
    um, dois, _ = feito()
    efi.mudar(um.id_provedor, "paid")
    avisar(token(efi))
    assert WebhookRecebido.objects.get().resultado == "1 eventos novos; 1 pagamentos lançados"
    efi.mudar(dois.id_provedor, "paid")
    avisar(token(efi))
    avisar(token(efi))
    rodar()
    assert (aberto(um), aberto(dois), entrou(), creditos()) == (D(0), D(0), D(100), [])
    assert Notificacao.objects.get().ultimo_evento == 2


def test_historia_aplica_se_em_ordem_do_ultimo_evento_em_diante(efi: EfiFalsa) -> None:
    um, *_ = feito()
    for status in ("identified", "paid", "refunded"):
        efi.mudar(um.id_provedor, status)
    efi.historias[token(efi)].reverse()  # Efí orders by id; we do not count on it
    avisar(token(efi))
    um.refresh_from_db()
    assert (um.passo, aberto(um), entrou()) == (Passo.DEVOLVIDA, D(50), D(0))
    eventos = EventoCobranca.objects.filter(cobranca=um, fonte="notificacao").order_by("pk")
    assert [e.lida for e in eventos] == ["identified", "paid", "refunded"]


def test_paga_sem_dizer_quanto_pergunta_se_e_lanca(efi: EfiFalsa) -> None:
    um, *_ = feito()
    efi.mudar(um.id_provedor, "paid")
    efi.historias[token(efi)][0].pop("value")
    avisar(token(efi))
    um.refresh_from_db()
    assert (um.passo, entrou()) == (Passo.PAGA, D(0))
    rodar()
    assert (aberto(um), entrou()) == (D(0), D(50))


def test_dada_como_paga_a_mao_e_contada_por_aviso_tambem_alarma(efi: EfiFalsa) -> None:
    um, *_ = feito()
    efi.mudar(um.id_provedor, "settled")
    avisar(token(efi))
    rodar()
    rodar()
    um.refresh_from_db()
    assert (um.passo, um.lida, entrou()) == (Passo.CANCELADA, "settled", D(0))
    assert AlarmeCobranca.objects.filter(cobranca=um, texto__contains="o dinheiro não veio por ela").count() == 1


def test_sem_aviso_nenhum_a_rotina_pergunta_pelas_parcelas(efi: EfiFalsa) -> None:
    um, *_ = feito()
    efi.mudar(um.id_provedor, "paid")
    assert rodar().contagens["pagamentos lançados"] == 1
    assert aberto(um) == D(0)


@pytest.mark.parametrize("defeito", ["500", "429", "reset", "malformado"])
def test_aviso_que_nao_se_pode_aplicar_fica_para_a_rotina(efi: EfiFalsa, defeito: str) -> None:
    um, *_ = feito()
    efi.mudar(um.id_provedor, "paid")
    efi.roteiro.append(defeito)
    avisar(token(efi))
    assert entrou() == D(0) and Notificacao.objects.get().consultar_em is not None
    EstadoProvedor.objects.update(pausado_ate=None)
    rodar()
    assert (entrou(), Notificacao.objects.get().erro) == (D(50), "")


def test_situacao_que_ninguem_documentou_para_ali_e_nao_salta(efi: EfiFalsa) -> None:
    um, dois, _ = feito()
    efi.mudar(um.id_provedor, "paid")
    efi.mudar(dois.id_provedor, "teletransportada")
    avisar(token(efi))
    assert Notificacao.objects.get().ultimo_evento == 1 and entrou() == D(50)
    assert "situação desconhecida" in Notificacao.objects.get().erro


@pytest.mark.parametrize(
    ("campo", "valor", "dito"),
    [("id", 2**70, "não se pôde gravar"), ("created_at", "9999-12-31 23:59:59", "data que não se entende")],
)
def test_evento_que_nao_se_pode_gravar_fica_para_mais_tarde_e_nao_para_os_outros(
    efi: EfiFalsa, campo: str, valor: Any, dito: str
) -> None:
    um, *_ = feito()
    efi.mudar(um.id_provedor, "paid")
    efi.historias[token(efi)][0][campo] = valor
    avisar(token(efi))
    execucao = rodar()
    assert dito in execucao.falhas[0][1] and execucao.contagens["pagamentos lançados"] == 1
    notificacao = Notificacao.objects.get()
    assert notificacao.consultar_em is not None and notificacao.consultar_em > timezone.now()
    assert (notificacao.falhas, notificacao.ultimo_evento) == (2, 0)


def test_token_de_cobranca_de_outro_sistema_nao_faz_nada(efi: EfiFalsa) -> None:
    feito()
    efi.cobrancas["77"] = {
        "charge_id": 77, "status": "waiting", "total": 1, "custom_id": None, "notification_url": "http://127.0.0.1:1",
    }  # fmt: skip
    efi.mudar("77", "paid")
    avisar("token-77")
    assert "1 de nenhuma cobrança nossa" in WebhookRecebido.objects.get().resultado and entrou() == D(0)


@pytest.mark.parametrize("corpo", [b"{}", b"notification=a%00b", b"notification=" + b"a" * 81])
def test_corpo_que_nao_e_notificacao_e_ignorado(efi: EfiFalsa, corpo: bytes) -> None:
    resposta: Any = Client().post(f"/webhooks/efi/{SEGREDO}", corpo, content_type="application/json")
    assert resposta.status_code == 200
    processar_pendentes("efi")
    assert WebhookRecebido.objects.get().situacao == WebhookRecebido.Situacao.IGNORADO


def test_carne_cuja_resposta_se_perdeu_e_achado_e_nao_feito_de_novo(efi: EfiFalsa) -> None:
    parcelas = pedir()
    efi.depois.append("reset")
    assert enviar(parcelas) == 0
    assert rodar().contagens["cobranças enviadas"] == 3
    assert len(efi.carnes) == 1 and not Cobranca.objects.filter(id_provedor="").exists()


def test_cancelar_uma_parcela_cancela_so_ela(efi: EfiFalsa) -> None:
    um, dois, _ = feito()
    cancelar(cobranca_id=dois.pk, motivo="engano", usuario=pessoa("financeiro", 1))
    assert (efi.cobrancas[um.id_provedor]["status"], efi.cobrancas[dois.id_provedor]["status"]) == (
        "waiting",
        "canceled",
    )


def test_recusado_para_sempre_pode_ser_cancelado_e_cobrado_de_novo(efi: EfiFalsa) -> None:
    parcelas = pedir()
    efi.roteiro.append("422")
    assert enviar(parcelas) == 0
    assert "não responde por ela" in AlarmeCobranca.objects.get().texto
    cancelar(cobranca_id=parcelas[1].pk, motivo="dados errados", usuario=pessoa("financeiro", 1))
    assert set(Cobranca.objects.values_list("situacao", "consultar_em")) == {(Passo.CANCELADA.value, None)}
    ids = [p.titulo_id for p in parcelas if p.titulo_id is not None]
    assert criar_carne(titulos_ids=ids, conta_id=conta().pk, provedor="efi", usuario=pessoa("financeiro", 1))


def test_sem_telefone_no_cadastro_nada_se_faz(efi: EfiFalsa) -> None:
    Cliente.objects.update(celular="")
    with pytest.raises(ErroDefinitivo, match="um telefone com DDD"):
        pedir()
    assert not Cobranca.objects.exists()


HOJE = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("partes", "clientes", "defeito"),
    [
        ([("10", HOJE), ("10", date(2026, 2, 28)), ("10", date(2026, 3, 31))], {"1"}, ""),
        ([("10", HOJE)], {"1"}, "de 2 a 24"),
        ([("10", HOJE), ("10", date(2026, 2, 28))], {"1", "2"}, "mais de um cliente"),
        ([("10", HOJE), ("11", date(2026, 2, 28))], {"1"}, "mesmo valor"),
        ([("10", HOJE), ("10", date(2026, 3, 31))], {"1"}, "meses seguidos"),
        ([("10", date(2025, 12, 31)), ("10", HOJE)], {"1"}, "venceu em 31/12/2025"),
    ],
)
def test_o_que_faz_um_carne(partes: list[tuple[str, date]], clientes: set[str], defeito: str) -> None:
    ditos = "; ".join(defeitos_do_carne([(D(v), dia) for v, dia in partes], clientes, HOJE))
    assert defeito in ditos if defeito else ditos == ""


def test_provedor_em_pausa_nao_gasta_tentativa_nem_enche_a_execucao_de_falhas(efi: EfiFalsa) -> None:
    feito()
    efi.roteiro.append("429")
    execucao = rodar()
    assert len(execucao.falhas) == 1  # the one that was told; the others were not asked about
    assert sorted(Cobranca.objects.values_list("falhas", flat=True)) == [0, 0, 1]
    antes = efi.chamadas.total()
    assert rodar().falhas == [] and efi.chamadas.total() == antes
