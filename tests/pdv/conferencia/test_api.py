"""`POST /api/pdv/v1/manifestos`: who may, what is refused and how, and that sending again changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.cadastros.models import PontoVenda
from pdv.conferencia.api.documentacao import EXEMPLO
from pdv.conferencia.models import Manifesto, Toque
from tests.pdv.conferencia.fabricas import Linha, nova_remessa, novo_manifesto
from tests.pdv.fabricas import criar_ponto_venda, em_gzip, em_json

pytestmark = pytest.mark.django_db
CAMINHO = "/api/pdv/v1/manifestos"


@pytest.fixture
def ponto_venda() -> PontoVenda:
    return criar_ponto_venda(1)


@pytest.fixture
def postar(client: Client, ponto_venda: PontoVenda) -> Callable[..., Any]:
    chave = criar_chave(nome="PDV 1", escopos=["pdv"], ponto_venda_id=ponto_venda.pk, ator=ATOR_SISTEMA)[1]

    def _postar(corpo: bytes, codificacao: str = "identity", chave: str = chave) -> Any:
        return client.post(
            CAMINHO, corpo, content_type="application/json",
            headers={"Authorization": f"Api-Key {chave}", "Content-Encoding": codificacao},
        )  # fmt: skip

    return _postar


def venda(numero: int = 1, **campos: Any) -> Linha:
    return {
        "id_operacao": numero, "guid_operacao": str(uuid.UUID(int=numero)), "operacao": 1, "valor_total": "10.00",
        "cancelado": False, "data_hora_inicio": "2026-07-01T10:00:00-03:00",
    } | campos  # fmt: skip


def test_manifesto_entra_e_de_novo_nao_muda_nada(postar: Callable[..., Any], ponto_venda: PontoVenda) -> None:
    corpo = em_gzip(nova_remessa(novo_manifesto([venda(1), venda(2)])))
    resultados = [postar(corpo, "gzip").json()["manifestos"][0]["resultado"] for _ in range(3)]
    assert resultados == ["criado", "existente", "existente"]
    manifesto = Manifesto.objects.get()
    assert (manifesto.ponto_venda_id, manifesto.filial_id, manifesto.quantidade) == (
        ponto_venda.pk, ponto_venda.filial_id, 2,
    )  # fmt: skip
    assert Toque.objects.count() == 1
    ponto_venda.refresh_from_db()
    assert ponto_venda.ultimo_contato_em is not None


def test_exemplo_da_documentacao_e_aceito(postar: Callable[..., Any]) -> None:
    assert postar(em_json(EXEMPLO)).json()["manifestos"][0]["resultado"] == "criado"


def test_documentacao_tem_o_caminho(client: Client) -> None:
    assert b"/api/pdv/v1/manifestos" in client.get("/api/schema/").content


@pytest.mark.parametrize(
    ("mudanca", "frase"),
    [
        ({"quantidade": 3}, "as faixas têm 2 números"),
        ({"primeira": 2}, "primeira e ultima"),
        ({"guid_primeira": None}, "guid_primeira"),
        ({"faixas": [[2, 2], [1, 1]]}, "em ordem"),
        ({"pendentes": [[5, 1]]}, "pendentes"),
        ({"canceladas": 9}, "canceladas: 9 de 2"),
        ({"tipo": "turno"}, "id_turno"),
        ({"dia": "1999-12-31"}, "relógio"),
        ({"dia": "2999-12-31"}, "relógio"),
        ({"valor_total": "1.001"}, "valor_total"),
        ({"valor_total": "1e999999"}, "valor_total"),
        ({"por_especie": []}, "por_especie"),
    ],
)
def test_manifesto_que_se_contradiz_e_rejeitado_sozinho(
    postar: Callable[..., Any], mudanca: Linha, frase: str
) -> None:  # fmt: skip
    bom = novo_manifesto([venda(7, data_hora_inicio="2026-07-02T10:00:00-03:00")])
    ruim = novo_manifesto([venda(1), venda(2)]) | mudanca
    resposta = postar(em_json(nova_remessa(ruim, bom)))
    rejeitado, aceito = resposta.json()["manifestos"]
    assert (rejeitado["resultado"], aceito["resultado"]) == ("rejeitado", "criado")
    assert frase in rejeitado["mensagem"]


@pytest.mark.parametrize(
    ("corpo", "status", "codigo"),
    [
        (b"{", 400, "JSON_INVALIDO"),
        (b"[]", 400, "PACOTE_INVALIDO"),
        (em_json(nova_remessa(versao=2)), 422, "VERSAO_NAO_SUPORTADA"),
        (em_json(nova_remessa(*[{}] * 3)), 400, "PACOTE_INVALIDO"),
        (em_json(nova_remessa(novo_manifesto([venda()], hash="x"))), 400, "PACOTE_INVALIDO"),
    ],
)
def test_remessa_ilegivel_e_recusada_em_portugues(
    postar: Callable[..., Any], corpo: bytes, status: int, codigo: str
) -> None:  # fmt: skip
    resposta = postar(corpo)
    assert (resposta.status_code, resposta.json()["codigo"]) == (status, codigo)
    assert not Manifesto.objects.exists()


def test_so_a_chave_de_um_pdv_entra_e_so_escreve_o_seu(postar: Callable[..., Any], client: Client) -> None:
    corpo = em_json(nova_remessa(novo_manifesto([venda()])))
    outro = criar_ponto_venda(2)
    sem_escopo = criar_chave(nome="x", escopos=["rotinas"], ator=ATOR_SISTEMA)[1]
    inativa = criar_chave(nome="y", escopos=["pdv"], ponto_venda_id=outro.pk, ator=ATOR_SISTEMA)[1]
    PontoVenda.objects.filter(pk=outro.pk).update(ativo=False)
    assert client.post(CAMINHO, corpo, content_type="application/json").status_code == 401
    assert postar(corpo, chave=sem_escopo).status_code == 403
    assert postar(corpo, chave=inativa).json()["codigo"] == "PONTO_VENDA_INATIVO"
    assert not Manifesto.objects.exists()


def test_chave_de_homologacao_confere_tudo_e_nao_grava(postar: Callable[..., Any], ponto_venda: PontoVenda) -> None:
    _, chave = criar_chave(
        nome="h", escopos=["pdv"], ponto_venda_id=ponto_venda.pk, ator=ATOR_SISTEMA, homologacao=True
    )
    resposta = postar(em_json(nova_remessa(novo_manifesto([venda()]))), chave=chave)
    assert resposta.json()["manifestos"][0]["resultado"] == "criado"
    assert not Manifesto.objects.exists() and not Toque.objects.exists()


def test_turno_que_muda_de_dia_deixa_um_so_manifesto(postar: Callable[..., Any]) -> None:
    turno = novo_manifesto([venda(1)], tipo="turno", id_turno=5)
    postar(em_json(nova_remessa(turno)))
    postar(em_json(nova_remessa(turno | {"versao": 2, "dia": "2026-07-02"})))
    assert [str(m.dia) for m in Manifesto.objects.all()] == ["2026-07-02"]
    assert sorted(str(t.dia) for t in Toque.objects.all()) == ["2026-07-01", "2026-07-01", "2026-07-02"]


def test_recebido_em_e_da_retaguarda_e_nao_do_relogio_do_pdv(postar: Callable[..., Any]) -> None:
    antes = timezone.now()
    postar(em_json(nova_remessa(novo_manifesto([venda()], gerado_em="2020-01-01T00:00:00-03:00"))))
    assert Manifesto.objects.get().recebido_em >= antes
