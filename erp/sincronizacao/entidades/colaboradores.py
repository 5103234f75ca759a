"""Employees: the contract is the ERP's; where a day's route begins is the Backoffice's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Annotated, Any

from django.db import connection
from msgspec import Meta

from erp.cadastros.models import Filial
from erp.colaboradores.models import Colaborador
from erp.colaboradores.services.cadastro import desde_quando
from erp.colaboradores.services.toques import tocar_folhas
from erp.sincronizacao.entidades.base import Dados, EntidadeDeTabela, Registros

_P = r"^[^\x00]*\Z"


class DadosColaborador(Dados):
    nome: Annotated[str, Meta(min_length=1, max_length=80, pattern=_P)]
    cpf: Annotated[str, Meta(pattern=r"^[0-9]{11}\Z")]
    pis: Annotated[str, Meta(max_length=11, pattern=_P)]
    filial: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    municipio: Annotated[str, Meta(max_length=7, pattern=_P)]
    cargo: Annotated[str, Meta(max_length=60, pattern=_P)]
    admissao: date
    desligamento: date | None
    controla_ponto: bool


class Colaboradores(EntidadeDeTabela):
    nome = "colaboradores"
    titulo = "Colaboradores"
    dados = DadosColaborador
    modelo = Colaborador
    tabelas = (Colaborador,)
    chave = "matricula"

    def caminho(self, campo: str) -> str:
        return "filial__codigo" if campo == "filial" else campo

    def faltas(self, registros: Registros) -> dict[str, str]:
        aqui = set(_filiais(registros))
        return {
            chave: f"a filial {d.filial}"
            for chave, d in registros.items()
            if isinstance(d, DadosColaborador) and d.filial not in aqui
        }

    def valores(self, registros: Registros) -> dict[str, dict[str, Any]]:
        ids = _filiais(registros)
        valores = super().valores(registros)
        for linha in valores.values():
            linha["filial_id"] = ids[linha.pop("filial")]
        return valores

    def gravar(self, registros: Registros, novos: Collection[str]) -> None:
        """Sheets from the first day that a change of contract reaches are computed again."""
        antes = {p.matricula: p for p in Colaborador.objects.filter(matricula__in=set(registros) - set(novos))}
        super().gravar(registros, novos)
        depois = Colaborador.objects.filter(matricula__in=antes).order_by("pk")
        with connection.cursor() as cursor:
            for pessoa in depois:
                if desde := desde_quando(antes[pessoa.matricula], pessoa):
                    tocar_folhas(cursor, [pessoa.pk], desde)


def _filiais(registros: Registros) -> dict[int, int]:
    codigos = {d.filial for d in registros.values() if isinstance(d, DadosColaborador)}
    return dict(Filial.objects.filter(codigo__in=codigos).values_list("codigo", "pk"))


COLABORADORES = Colaboradores()
