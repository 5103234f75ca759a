"""The stand-ins: all of them start, say their settings, and leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command

from erp.provedores import falsos, registro
from erp.provedores.servidor_falso import ServidorFalso


class Falso(ServidorFalso):
    def ajustes(self) -> dict[str, str]:
        return {"TESTE_URL": self.url}


@pytest.fixture
def so_este() -> Iterator[None]:
    antes = dict(falsos._falsos)
    falsos._falsos.clear()
    yield
    falsos._falsos.clear()
    falsos._falsos.update(antes)


def test_no_ar_diz_os_ajustes_e_depois_nao_ha_ninguem(so_este: None) -> None:
    falsos.registrar_falso("teste", 0, lambda porta, _: Falso(porta=porta))
    with falsos.no_ar("http://127.0.0.1:1") as ajustes:
        assert httpx.get(f"{ajustes['TESTE_URL']}/x").status_code == 401
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{ajustes['TESTE_URL']}/x")


def test_porta_ocupada_e_dita_e_os_outros_param(so_este: None) -> None:
    with Falso() as outro:
        ocupada = int(outro.url.rpartition(":")[2])
        falsos.registrar_falso("a", 0, lambda porta, _: Falso(porta=porta))
        falsos.registrar_falso("b", ocupada, lambda porta, _: Falso(porta=porta))
        with pytest.raises(CommandError, match=f"a porta {ocupada}, de b, já está em uso"):
            call_command("provedores_falsos")


def test_nome_desconhecido_e_recusado(so_este: None) -> None:
    falsos.registrar_falso("a", 0, lambda porta, _: Falso(porta=porta))
    with pytest.raises(CommandError, match="há: a"):
        call_command("provedores_falsos", so=["outro"])


def test_os_ajustes_de_cada_um_configuram_o_seu_provedor(settings: Any) -> None:
    escolhidos = [f._replace(porta=0) for f in falsos.falsos()]
    assert escolhidos
    with falsos.no_ar("http://127.0.0.1:1", escolhidos=escolhidos) as ajustes:
        for nome, valor in ajustes.items():
            assert hasattr(settings, nome), nome  # nobody would read it
            setattr(settings, nome, valor)
        for f in escolhidos:
            assert registro.obter(f.nome).faltam() == []
