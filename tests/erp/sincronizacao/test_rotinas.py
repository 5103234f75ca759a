"""The routines: off without an address, and what they say when the other side is not there."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from erp.provedores import services as provedores
from erp.provedores.erros import FalhaDoProvedor
from erp.provedores.models import EstadoProvedor
from erp.provedores.registro import obter
from erp.rotinas import registro
from erp.rotinas.contexto import Contexto
from erp.sincronizacao import cliente, rotinas
from erp.sincronizacao.models import CursorEntidade
from erp.sincronizacao.services import comparar

pytestmark = pytest.mark.django_db
CAMINHOS = (
    "sincronizacao/SincronizarColaboradores", "sincronizacao/sincronizar", "Sincronizacao/SincronizarVendas",
    "Sincronizacao/Comparar",
)  # fmt: skip


@pytest.fixture
def ninguem(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address where nobody answers."""
    settings.SINCRONIZACAO_URL, settings.SINCRONIZACAO_CHAVE = "http://127.0.0.1:1", "rtg_teste"
    monkeypatch.setattr(cliente, "PAUSA", 0.0)


@pytest.mark.parametrize("caminho", CAMINHOS)
def test_sem_endereco_nem_chave_a_rotina_existe_e_diz_que_nao_esta_configurada(caminho: str) -> None:
    rotina = registro.obter(caminho)
    assert rotina.funcao.__module__ == "erp.sincronizacao.rotinas"
    assert not rotina.configurada


def test_o_provedor_diz_o_que_falta_configurar(settings: Any) -> None:
    vizinha = obter("vizinha")
    assert vizinha.faltam() == ["SINCRONIZACAO_URL", "SINCRONIZACAO_CHAVE"]
    settings.SINCRONIZACAO_URL = "http://127.0.0.1:1"
    assert vizinha.faltam() == ["SINCRONIZACAO_CHAVE"]


def test_sem_ninguem_la_so_o_primeiro_cadastro_espera_e_o_erro_fica_a_vista(ninguem: None) -> None:
    contexto = Contexto(1)
    rotinas.sincronizar_gerais(contexto)
    assert [falha.objeto_id for falha in contexto.falhas] == ["filiais"]
    cursor = CursorEntidade.objects.get()
    assert cursor.entidade == "filiais" and "falhou" in cursor.ultimo_erro and cursor.ultimo_erro_em
    estado = EstadoProvedor.objects.get(pk="vizinha")
    assert estado.falhas_seguidas == cliente.TENTATIVAS
    with pytest.raises(FalhaDoProvedor):
        comparar(["produtos"])


def test_em_pausa_nada_e_pedido(ninguem: None) -> None:
    provedores.pausar("vizinha", usuario=User.objects.create_user("ana"), motivo="troca de servidor")
    contexto = Contexto(1)
    rotinas.sincronizar_colaboradores(contexto)
    [falha] = contexto.falhas
    assert "em pausa" in falha.descricao
    assert not EstadoProvedor.objects.get(pk="vizinha").ultimo_erro
