"""The cast: two filiais, three tills, and the people of each group. Dates and money that tests share."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from erp.acesso.models import EscopoFilial
from erp.cadastros.exemplo import carregar_exemplo, carregar_produtos
from erp.cadastros.models import Conta, Filial
from erp.financeiro.lancamentos import emitir, inverter_titulos
from erp.financeiro.models import Origem, Titulo
from erp.financeiro.rules import TituloNovo

PESSOAS = {
    "gerente": "ana", "operador": "bia", "financeiro": "caio", "fiscal": "davi", "TI": "eva", "auditor": "fabio",
}  # fmt: skip
CPF = "52998224725"


def empresa() -> None:
    """Filiais 1 and 2, tills 1 to 3, accounts, finalizadores, and products 1 to 5."""
    carregar_exemplo(filiais=2, pontos_venda=3)
    carregar_produtos(
        [(n, f"78910001001{n:02d}", f"Café torrado nº {n}", "09012100", "UN", Decimal(n)) for n in range(1, 6)]
    )


def pessoa(grupo: str, *filiais: int) -> User:
    """Someone of a group who sees the filiais with these codes."""
    usuario, _ = User.objects.get_or_create(username=PESSOAS[grupo], defaults={"is_staff": True})
    usuario.groups.add(Group.objects.get(name=grupo))
    for filial in Filial.objects.filter(codigo__in=filiais):
        EscopoFilial.objects.get_or_create(usuario=usuario, filial_id=filial.pk)
    return User.objects.get(pk=usuario.pk)  # without the permissions cached


def navegador(grupo: str, *filiais: int) -> Client:
    """A browser where that person is already in."""
    cliente = Client()
    cliente.force_login(pessoa(grupo, *filiais), backend="django.contrib.auth.backends.ModelBackend")
    return cliente


def superusuario() -> Client:
    cliente = Client()
    usuario = User.objects.create_superuser("zeus", password=None)
    cliente.force_login(usuario, backend="django.contrib.auth.backends.ModelBackend")
    return cliente


def filial(codigo: int = 1) -> Filial:
    return Filial.objects.get(codigo=codigo)


def conta(codigo: str = "COFRE-1") -> Conta:
    return Conta.objects.get(codigo=codigo)


def agora() -> datetime:
    return timezone.now() - timedelta(minutes=5)


def hoje() -> date:
    return timezone.localdate()


_origens = iter(range(1_000_000, 2_000_000))


def titulo(valor: str = "100.00", sentido: str = "R", **campos: Any) -> Titulo:
    """A title of filial 1, due in 30 days, as a till's sale would have made it."""
    origem_id = next(_origens)
    base: dict[str, Any] = {
        "filial_id": filial().pk, "sentido": sentido, "especie": "crediario", "finalizador": 5, "adquirente_id": None,
        "codigo_cliente": CPF, "cpf_cnpj": CPF, "documento": f"1-{origem_id}-1", "nsu": "", "autorizacao": "",
        "parcela": 1, "parcelas": 1, "valor": Decimal(valor), "emissao": hoje() - timedelta(days=2),
        "vencimento": hoje() + timedelta(days=28), "ocorrido_em": agora() - timedelta(days=2), "data_contabil": hoje(),
        "origem": Origem.PDV.value, "origem_id": origem_id, "sequencia": 1, "estorno_de": None,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        emitir(cursor, [TituloNovo(**(base | campos))], agora=timezone.now())
    return Titulo.objects.get(origem_id=base["origem_id"] if "origem_id" not in campos else campos["origem_id"])


def estornar_titulo(original: Titulo) -> None:
    """What the drain does to a title when its operation is reversed."""
    with transaction.atomic(), connection.cursor() as cursor:
        inversos = inverter_titulos(cursor, origem=original.origem, ids=[original.origem_id], contabil=lambda dia: dia)
        emitir(cursor, inversos, agora=timezone.now())


def chave() -> uuid.UUID:
    return uuid.uuid4()


def decimais(*valores: str) -> Sequence[Decimal]:
    return [Decimal(valor) for valor in valores]
