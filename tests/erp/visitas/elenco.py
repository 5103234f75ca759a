"""Employees and visits in Belo Horizonte."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from erp.colaboradores.models import Colaborador
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar
from erp.visitas.models import Visita
from erp.visitas.services import gravar_visita
from tests.erp.elenco import filial, pessoa

CAMINHO = "SolicitacaoRotaColaborador/solicitar"
_numeros = iter(range(1, 1_000_000))


def colaborador(
    nome: str = "Rita Rodrigues", *, base: tuple[str, str] | None = ("-19.912998", "-43.940933"), **campos: Any
) -> Colaborador:
    numero = next(_numeros)
    fixos: dict[str, Any] = {
        "matricula": f"M{numero}", "nome": nome, "cpf": f"{numero:011d}", "filial": filial(), "municipio": "3106200",
        "cargo": "Agente", "admissao": date(2020, 1, 1), "endereco": "Rua da Base, 1",
    }  # fmt: skip
    if base:
        fixos |= {"latitude": Decimal(base[0]), "longitude": Decimal(base[1])}
    return Colaborador.objects.create(**(fixos | campos))


def visita(quem: Colaborador | None = None, *, onde: tuple[str, str] | None = None, **campos: Any) -> Visita:
    fixos: dict[str, Any] = {
        "filial": filial(), "solicitante": "Maria", "motivo": "vistoria", "endereco": "Rua A, 1", "colaborador": quem,
        "dia": timezone.localdate() if quem else None,
    }  # fmt: skip
    if onde:
        fixos |= {"latitude": Decimal(onde[0]), "longitude": Decimal(onde[1])}
    return gravar_visita(Visita(**(fixos | campos)), usuario=pessoa("operador", 1))


def rodar(*, simulacao: bool = False) -> Execucao:
    """Today's routes, by the platform itself."""
    return executar(CAMINHO, iniciada_por="teste", simulacao=simulacao)
