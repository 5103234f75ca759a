"""A template of the tests, customers with and without an address, and a mail server."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clientes.models import Cliente
from erp.contatos import registro
from erp.contatos.canais import canal
from erp.contatos.models import Comunicado, ModeloMensagem
from erp.contatos.registro import Modelo, registrar_modelo
from erp.contatos.services import avisar, encaminhar
from erp.contatos.valores import Aviso
from filas.fila.contextos import obter_contexto
from filas.fila.motor import Enviadas, enviar
from tests.erp.elenco import empresa
from tests.filas.fila.correio import Correio, correio_no_ar

MODELO = "teste"
_numeros = itertools.count(1)
NovoCliente = Callable[..., Cliente]


@pytest.fixture(autouse=True)
def _registros(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers goes away with it."""
    for nome in ("_modelos", "_fontes", "_tarefas", "_ouvintes"):
        monkeypatch.setattr(registro, nome, dict(getattr(registro, nome)))


@pytest.fixture(autouse=True)
def _empresa(settings: Any) -> None:
    settings.CONTATOS_EMPRESA = "Funerária Exemplo"


@pytest.fixture
def modelo(db: None) -> ModeloMensagem:
    registrar_modelo(
        Modelo(
            MODELO,
            "Teste",
            "Só dos testes.",
            {"coisa": "uma coisa"},
            {"coisa": "o exemplo"},
            "Sobre {{coisa}}",
            "{{coisa}}",
        )
    )
    return ModeloMensagem.objects.create(codigo=MODELO, assunto="Sobre {{coisa}}", corpo="Olá, {{nome}}: {{coisa}}.")


@pytest.fixture
def novo_cliente(db: None) -> NovoCliente:
    empresa()

    def fazer(**campos: Any) -> Cliente:
        base: dict[str, Any] = {
            "codigo_cliente": f"{next(_numeros):014d}", "cliente_varejo": "MARIA DA SILVA", "filial": "MATRIZ",
            "email": "maria@exemplo.com.br",
        }  # fmt: skip
        return Cliente.objects.create(**(base | campos))

    return fazer


@pytest.fixture
def correio(settings: Any) -> Iterator[Correio]:
    with correio_no_ar(settings) as no_ar:
        settings.CONTATOS_EMAIL_LIGADO = True
        settings.CONTATOS_REMETENTE = "Funerária Exemplo <avisos@exemplo.com.br>"
        settings.EMAIL_TIMEOUT = 10
        settings.CONTATOS_EMAILS_POR_SEGUNDO = 1000
        yield no_ar


def aviso(fato: str = "coisa:1", **campos: Any) -> Aviso:
    base: dict[str, Any] = {"fato": fato, "modelo": MODELO, "dados": {"coisa": "um café"}}
    if "codigo_cliente" not in campos:
        base["endereco"] = "ana@exemplo.com.br"
    return Aviso(**(base | campos))


def por_na_fila(*avisos: Aviso, fonte: str = "") -> list[Comunicado]:
    """Hand over, and send to the queue what is due."""
    avisar(avisos, fonte=fonte)
    encaminhar(canal("email"))
    return list(Comunicado.objects.filter(fato__in=[a.fato for a in avisos]).order_by("pk"))


def mandar() -> Enviadas:
    """What a worker of the queue does with the e-mails."""
    return enviar([obter_contexto("Email")])
