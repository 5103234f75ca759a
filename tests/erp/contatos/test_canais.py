"""A second channel is one port and one context: nothing else of this app knows which channel it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.utils import timezone

from clientes.models import Cliente
from erp.contatos import canais
from erp.contatos.canais import CanalDesconhecido, Externo, Porta, canal, registrar_canal
from erp.contatos.fila import conferir, conteudos_atuais
from erp.contatos.models import Comunicado, ModeloMensagem
from erp.contatos.registro import Modelo, registrar_modelo
from erp.contatos.selectors import entregas
from erp.contatos.services import acompanhar, avisar, descadastrar_cliente, enviar
from erp.contatos.textos import Carta
from filas.fila.contextos import Contexto, Requisicao, Resposta, Resultado
from filas.fila.motor import enviar as enviar_a_fila
from tests.erp.contatos.conftest import MODELO, NovoCliente, aviso, por_na_fila
from tests.erp.elenco import pessoa

pytestmark = pytest.mark.django_db(transaction=True)


class Pombo(Porta):
    """A port of the tests: the address is the customer's mobile."""

    codigo = "pombo"
    contexto = "Pombo"

    def normalizar(self, texto: str) -> str:
        return "".join(letra for letra in texto if letra.isdigit())

    def mascarar(self, endereco: str) -> str:
        return f"***{endereco[-4:]}"

    def enderecos(self, codigos: Sequence[str]) -> Mapping[str, str]:
        linhas = Cliente.objects.filter(pk__in=list(codigos)).exclude(celular="")
        return dict(linhas.values_list("pk", "celular"))

    def conteudo(
        self, comunicado: Comunicado, endereco: str, carta: Carta, externo: Externo | None = None
    ) -> dict[str, Any]:
        return {"para": endereco, "assunto": "", "texto": carta.texto}


class ContextoPombo(Contexto):
    nome = "Pombo"
    titulo = "Pombos"
    voos: list[tuple[str, str]]

    def conferir(self, chaves: Sequence[str]) -> Mapping[str, Resultado]:
        return conferir(canal("pombo"), chaves, timezone.now())

    def montar(self, conteudo: dict[str, Any]) -> Requisicao:
        return Requisicao("POST", "http://pombo.exemplo/", json=conteudo)

    def chamar(self, requisicao: Requisicao) -> Resposta:
        self.voos.append((requisicao.json["para"], requisicao.json["texto"]))
        return Resposta(200, {}, "{}", 0.0)

    def conteudo_atual(self, chaves: Sequence[str]) -> dict[str, dict[str, Any]]:
        return conteudos_atuais(canal("pombo"), chaves, timezone.now())


@pytest.fixture
def pombos(monkeypatch: pytest.MonkeyPatch, modelo: ModeloMensagem) -> ContextoPombo:
    monkeypatch.setattr(canais, "_portas", dict(canais._portas))
    registrar_canal(Pombo())
    registrar_modelo(Modelo(MODELO, "Teste", "", {"coisa": "x"}, {"coisa": "x"}, "a", "b", canal="pombo"))
    ModeloMensagem.objects.create(codigo=MODELO, canal="pombo", assunto="-", corpo="Cu-cu: {{coisa}}")
    contexto = ContextoPombo()
    contexto.voos = []
    return contexto


def test_o_mesmo_fato_vai_uma_vez_por_canal_cada_um_com_o_seu_endereco_e_o_seu_texto(
    pombos: ContextoPombo, novo_cliente: NovoCliente
) -> None:
    cliente = novo_cliente(celular="987654321")
    for _ in range(2):
        avisar([aviso("f:1", codigo_cliente=cliente.pk, canal=c) for c in ("email", "pombo")])
    enviar()
    enviar_a_fila([pombos])
    acompanhar()

    assert pombos.voos == [("987654321", "Cu-cu: um café")]
    assert dict(Comunicado.objects.values_list("canal", "situacao")) == {"email": 1, "pombo": 2}
    prova = entregas(["f:1"])["f:1"]
    assert (prova.canal, prova.endereco) == ("pombo", "***4321")


def test_quem_recusa_um_canal_ainda_recebe_pelo_outro(pombos: ContextoPombo, novo_cliente: NovoCliente) -> None:
    cliente = novo_cliente(celular="987654321")
    descadastrar_cliente(codigo_cliente=cliente.pk, canal_="email", motivo="só pombo", usuario=pessoa("operador"))
    avisar([aviso("f:1", codigo_cliente=cliente.pk, canal=c) for c in ("email", "pombo")])
    enviar()
    enviar_a_fila([pombos])
    acompanhar()

    assert dict(Comunicado.objects.values_list("canal", "motivo")) == {"email": "DESCADASTRADO", "pombo": ""}


def test_canal_que_ninguem_registrou_e_dito(modelo: ModeloMensagem) -> None:
    with pytest.raises(CanalDesconhecido, match="'telex'"):
        canal("telex")
    assert por_na_fila(aviso())[0].canal == "email"
