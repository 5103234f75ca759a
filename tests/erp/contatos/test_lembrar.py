"""What is to be told on a day: what staff wrote, what waits for them; read twice, late, and with a source that fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.utils import timezone

from erp.acesso.services import solicitar
from erp.contatos.fontes import operacionais, pendencias
from erp.contatos.models import Comunicado, Lembrete, ModeloMensagem
from erp.contatos.registro import Fonte, registrar_fonte
from erp.contatos.services import enviar, lembrar
from erp.contatos.valores import Aviso
from filas.models import Mensagem
from tests.erp.contatos.conftest import aviso
from tests.erp.elenco import pessoa

pytestmark = pytest.mark.django_db
SEGUNDA = date(2026, 11, 23)


class Registro:
    """What the platform's `Contexto` keeps."""

    def __init__(self) -> None:
        self.contagens: Counter[str] = Counter()
        self.falhas: list[tuple[str, str, str]] = []
        self.confirmadas = 0

    def contar(self, nome: str, quantos: int = 1) -> None:
        self.contagens[nome] += quantos

    def falhar(self, objeto: str, objeto_id: str, mensagem: str) -> None:
        self.falhas.append((objeto, objeto_id, mensagem))

    def confirmar(self) -> None:
        self.confirmadas += 1


@pytest.fixture(autouse=True)
def _na_segunda() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 23, 12, 0, tzinfo=UTC), tick=False):
        yield


def _alguem(nome: str, *grupos: str, **campos: Any) -> User:
    usuario = User.objects.create(
        username=nome, **({"is_staff": True, "email": f"{nome}@exemplo.com.br", "first_name": nome.title()} | campos)
    )
    usuario.groups.set(Group.objects.filter(name__in=grupos))
    return usuario


def _lembrete(autor: User, **campos: Any) -> Lembrete:
    base = {
        "titulo": "Conferir os extintores", "texto": "Nas duas lojas.", "data": SEGUNDA, "repete": "nunca",
        "grupo": Group.objects.get(name="operador"), "criado_por": autor,
    }  # fmt: skip
    lembrete = Lembrete.objects.create(**(base | campos))
    Lembrete.objects.filter(pk=lembrete.pk).update(criado_em=timezone.now() - timedelta(days=60))
    return lembrete


def _fatos() -> list[str]:
    return list(Comunicado.objects.order_by("pk").values_list("fato", flat=True))


def test_o_lembrete_vai_a_cada_pessoa_ativa_do_grupo_uma_vez() -> None:
    bia, caio = _alguem("bia", "operador"), _alguem("caio", "operador")
    _alguem("saiu", "operador", is_active=False)
    _alguem("sememail", "operador", email="")
    _alguem("outra", "gerente")
    lembrete = _lembrete(bia)

    for _ in range(2):
        lembrar(SEGUNDA, Registro())

    assert _fatos() == [f"lembrete:{lembrete.pk}:2026-11-23:{p.pk}" for p in (bia, caio)]
    enviar()
    textos = [m.conteudo["texto"] for m in Mensagem.objects.order_by("id")]
    assert textos[0] == "Olá, Bia.\n\nNas duas lojas.\n\nLembrete de 23/11/2026."


@pytest.mark.parametrize(
    ("campos", "dias"),
    [
        ({"data": date(2026, 11, 20)}, ["2026-11-20"]),  # three days late is still told
        ({"data": date(2026, 11, 19)}, []),  # four is stale
        ({"data": date(2026, 11, 24)}, []),
        ({"data": date(2026, 11, 2), "repete": "semanal"}, ["2026-11-23"]),
        ({"data": date(2026, 10, 31), "repete": "mensal"}, []),
        ({"data": date(2026, 10, 21), "repete": "mensal"}, ["2026-11-21"]),
        ({"data": date(2026, 11, 1), "repete": "diaria", "ate": date(2026, 11, 22)}, ["2026-11-22"]),
        ({"ativo": False}, []),
    ],
)
def test_o_dia_de_um_lembrete_e_o_dele_e_o_que_se_perdeu_e_dito_ate_tres_dias_depois(
    campos: dict[str, Any], dias: list[str]
) -> None:
    _lembrete(_alguem("bia", "operador"), **campos)
    lembrar(SEGUNDA, Registro())
    assert [fato.split(":")[2] for fato in _fatos()] == dias


def test_lembrete_escrito_hoje_nao_conta_as_vezes_de_antes() -> None:
    lembrete = _lembrete(_alguem("bia", "operador"), data=date(2026, 11, 20))
    Lembrete.objects.filter(pk=lembrete.pk).update(criado_em=timezone.now())
    lembrar(SEGUNDA, Registro())
    assert _fatos() == []


def test_lembrete_desligado_depois_de_lido_nao_vai() -> None:
    _lembrete(_alguem("bia", "operador"))
    lembrar(SEGUNDA, Registro())
    Lembrete.objects.update(ativo=False)
    enviar()
    assert Comunicado.objects.get().motivo == "DEIXOU_DE_VALER"


def test_a_carta_da_manha_diz_a_cada_um_o_que_espera_por_ele() -> None:
    gerente = _alguem("ana", "gerente")
    _alguem("fabio", "auditor")  # decides nothing
    quem_pediu = _alguem("eva", "gerente")
    solicitar(acao="x", descricao="Cancelar contratos", objeto="o", objeto_id="1", motivo="muitos", por=quem_pediu)
    Mensagem.objects.create(contexto="Outro", chave="1", conteudo={}, situacao=4)

    for _ in range(2):
        lembrar(SEGUNDA, Registro())

    da_ana = Comunicado.objects.get(fato=f"pendencias:2026-11-23:{gerente.pk}")
    assert da_ana.dados["quantas"] == "2 pendências"
    assert "1 aprovação espera a sua decisão" in da_ana.dados["lista"]
    assert "1 mensagem parou na fila de integrações" in da_ana.dados["lista"]
    da_eva = Comunicado.objects.get(fato=f"pendencias:2026-11-23:{quem_pediu.pk}")
    assert "aprova" not in da_eva.dados["lista"]  # nobody decides what they asked for
    assert Comunicado.objects.count() == 2


def test_sem_nada_a_espera_ninguem_recebe_carta() -> None:
    _alguem("ana", "gerente")
    lembrar(SEGUNDA, Registro())
    assert _fatos() == []


def test_a_carta_de_ontem_nao_se_manda_hoje() -> None:
    Mensagem.objects.create(contexto="Outro", chave="1", conteudo={}, situacao=4)
    _alguem("ana", "gerente")
    assert list(pendencias.ler(SEGUNDA - timedelta(days=1))) == []
    lembrar(SEGUNDA, Registro())
    with time_machine.travel(datetime(2026, 11, 24, 12, 0, tzinfo=UTC), tick=False):
        enviar()
    assert Comunicado.objects.get().motivo in {"VENCEU", "DEIXOU_DE_VALER"}


def test_fonte_que_falha_diz_e_as_outras_seguem(modelo: ModeloMensagem) -> None:
    def ler(dia: date) -> Iterator[Aviso]:
        yield aviso("meio:1")
        raise ValueError("o cliente 52998224725 está torto")

    registrar_fonte(Fonte("a_primeira", "A primeira", ler))
    bia = _alguem("bia", "operador")
    lembrete = _lembrete(bia)
    registro = Registro()

    lembrar(SEGUNDA, registro)

    assert registro.falhas == [("contatos.fonte", "a_primeira", "A primeira: ValueError")]
    assert _fatos() == [f"lembrete:{lembrete.pk}:2026-11-23:{bia.pk}"]
    assert registro.contagens["lembrete"] == 1


def test_cada_lote_confirma_a_cerca_da_execucao(modelo: ModeloMensagem) -> None:
    registrar_fonte(Fonte("muitos", "Muitos", lambda dia: (aviso(f"f:{n}") for n in range(4500))))
    registro = Registro()
    assert lembrar(SEGUNDA, registro).novos == 4500
    assert registro.confirmadas == 3


def test_a_equipe_nao_conta_quem_so_e_cliente() -> None:
    _alguem("portal", is_staff=False)
    assert list(pendencias.equipe_com_email()) == []
    assert operacionais.FONTE.continuam is not None
    assert pessoa("gerente").is_staff
