"""A context of the tests, staff of each group, and messages of each situação."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from filas.causas import Causa, Conserto, registrar_causas
from filas.erros import ErroDefinitivo
from filas.fila import contextos
from filas.fila.contextos import Contexto
from filas.fila.valores import Requisicao
from filas.models import Mensagem, Tentativa

CPF = "52998224725"
CONTEXTO = "Vizinhos"
Situacao = Mensagem.Situacao


class Vizinhos(Contexto):
    """Tells the neighbours of people; a person without a street is refused until somebody mends the register."""

    nome = CONTEXTO
    titulo = "Vizinhos"
    campos_abertos = frozenset({"NOME", "RUA", "rua"})
    registros: dict[str, dict[str, Any]]

    def __init__(self) -> None:
        self.registros = {}
        self.pronto = True

    def configurado(self) -> bool:
        return self.pronto

    def montar(self, conteudo: dict[str, Any]) -> Requisicao:
        if not conteudo.get("RUA"):
            raise ErroDefinitivo("SEM_RUA", "Falta a rua.")
        return Requisicao("POST", "http://127.0.0.1:1/", json={"documento": conteudo["CPF"], "rua": conteudo["RUA"]})

    def conteudo_atual(self, chaves: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {chave: self.registros[chave] for chave in chaves if chave in self.registros}

    def nome_do_registro(self, conteudo: dict[str, Any]) -> str:
        return str(conteudo.get("NOME", ""))


@pytest.fixture
def vizinhos(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vizinhos]:
    monkeypatch.setattr(contextos, "_contextos", {})
    contexto = Vizinhos()
    contextos.registrar(contexto)
    registrar_causas(
        {"SEM_RUA": Causa("Sem a rua", "Informe a rua e reprocesse.", lambda m: Conserto("/rua/", "Informar a rua"))}
    )
    yield contexto


def conteudo(chave: str = CPF, **campos: Any) -> dict[str, Any]:
    return {"CPF": chave, "NOME": "MARIA DA SILVA", "RUA": "", "EMAIL": "maria@exemplo.com.br"} | campos


def mensagem(situacao: int = Situacao.ERRO, chave: str = CPF, causa: str = "SEM_RUA", **campos: Any) -> Mensagem:
    """A message as the engine would leave it."""
    agora = timezone.now()
    de_cada = {
        Situacao.PENDENTE: {},
        Situacao.ENVIANDO: {"reserva": uuid.uuid4(), "reservada_ate": agora + timedelta(minutes=1)},
        Situacao.ERRO: {"causa": causa, "mensagem": "Falta a rua.", "erro_em": agora, "terminada_em": agora},
    }.get(Situacao(situacao), {"terminada_em": agora})
    dados = {"contexto": CONTEXTO, "chave": chave, "conteudo": conteudo(chave), "situacao": situacao} | de_cada | campos
    return Mensagem.objects.create(**dados)


def tentativa(m: Mensagem, numero: int = 1, **campos: Any) -> Tentativa:
    return Tentativa.objects.create(
        **{
            "mensagem_id": m.pk, "numero": numero, "resultado": Tentativa.Resultado.ERRO, "iniciada_em": timezone.now(),
            "segundos": "0.123", "status_http": 422, "causa": "HTTP_422", "mensagem": "recusou",
            "conteudo": m.conteudo, "payload": {"documento": CPF, "rua": "A"}, "retorno": '{"erro": "rua inválida"}',
            "curl": f"curl -X POST http://127.0.0.1:1/ -d '{CPF}'",
        }
        | campos
    )  # fmt: skip


def pessoa(nome: str, *grupos: str) -> User:
    usuario, _ = User.objects.get_or_create(username=nome, defaults={"is_staff": True})
    if grupos:
        usuario.groups.set(Group.objects.filter(name__in=grupos))
    return usuario


def entrar(*grupos: str, nome: str = "ana") -> Client:
    cliente = Client()
    cliente.force_login(pessoa(nome, *grupos), backend="django.contrib.auth.backends.ModelBackend")
    return cliente


@pytest.fixture
def ana() -> Client:
    """A manager: sees documents, reprocesses, cancels."""
    return entrar("gerente")
