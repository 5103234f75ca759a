"""Finalizadores with their terms: the account where the money lands is the Backoffice's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from erp.cadastros.models import Adquirente, CondicaoFinalizador, Finalizador
from erp.sincronizacao.entidades.base import Dados, EntidadeDeTabela, Registros

Nome = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]*\Z")]
Dias = Annotated[int, Meta(ge=0, le=2**15 - 1)]


class Condicao(Struct, kw_only=True, gc=False):
    vigente_desde: date
    adquirente: Nome | None
    dias_primeira: Dias
    dias_intervalo: Dias
    taxa_percentual: Decimal

    def __post_init__(self) -> None:
        taxa = self.taxa_percentual
        if not taxa.is_finite() or not 0 <= taxa <= 100 or taxa != round(taxa, 4):
            raise ValueError(f"taxa: esperado de 0 a 100 com quatro casas, recebido {taxa}")


class DadosFinalizador(Dados):
    nome: Nome
    especie: Literal["dinheiro", "pix", "cartao", "crediario", "vale", "cheque", "outros"]
    ativo: bool
    condicoes: Annotated[list[Condicao], Meta(max_length=500)]

    def __post_init__(self) -> None:
        if len({c.vigente_desde for c in self.condicoes}) < len(self.condicoes):
            raise ValueError("condicoes: duas com a mesma vigência")


class Finalizadores(EntidadeDeTabela):
    nome = "finalizadores"
    titulo = "Finalizadores"
    dados = DadosFinalizador
    modelo = Finalizador
    numerica = 2**31 - 1
    tabelas = (Finalizador, CondicaoFinalizador)
    inativo = {"ativo": False}
    lote = 200  # each with up to 500 terms

    def ler(self, chaves: Collection[str], *, travar: bool = False) -> Registros:
        linhas = Finalizador.objects.filter(codigo__in=self._procurar(chaves)).order_by("codigo")
        if travar:
            linhas = linhas.select_for_update(no_key=True)
        achados = {
            f.pk: (str(f.codigo), DadosFinalizador(nome=f.nome, especie=f.especie, ativo=f.ativo, condicoes=[]))  # type: ignore[arg-type]  # a closed list
            for f in linhas
        }
        condicoes = CondicaoFinalizador.objects.filter(finalizador__in=achados).order_by("finalizador", "vigente_desde")
        for c in condicoes.select_related("adquirente"):
            achados[c.finalizador_id][1].condicoes.append(
                Condicao(
                    vigente_desde=c.vigente_desde,
                    adquirente=c.adquirente.nome if c.adquirente else None,
                    dias_primeira=c.dias_primeira,
                    dias_intervalo=c.dias_intervalo,
                    taxa_percentual=c.taxa_percentual,
                )
            )
        return dict(achados.values())

    def gravar(self, registros: Registros, novos: Collection[str]) -> None:
        finalizadores = [
            Finalizador(codigo=int(chave), nome=d.nome, especie=d.especie, ativo=d.ativo)
            for chave, d in sorted(registros.items())
            if isinstance(d, DadosFinalizador)
        ]
        Finalizador.objects.bulk_create(
            finalizadores, update_conflicts=True, unique_fields=["codigo"], update_fields=["nome", "especie", "ativo"]
        )
        ids = dict(Finalizador.objects.filter(codigo__in=self._procurar(registros)).values_list("codigo", "pk"))
        for chave, dados in sorted(registros.items()):
            if isinstance(dados, DadosFinalizador):
                _gravar_condicoes(ids[int(chave)], dados.condicoes)


def _gravar_condicoes(finalizador: int, condicoes: list[Condicao]) -> None:
    """Those that are not told any more go; of the others the account stays."""
    CondicaoFinalizador.objects.filter(finalizador_id=finalizador).exclude(
        vigente_desde__in=[c.vigente_desde for c in condicoes]
    ).delete()
    CondicaoFinalizador.objects.bulk_create(
        [
            CondicaoFinalizador(
                finalizador_id=finalizador,
                vigente_desde=c.vigente_desde,
                adquirente_id=_adquirente(c.adquirente),
                dias_primeira=c.dias_primeira,
                dias_intervalo=c.dias_intervalo,
                taxa_percentual=c.taxa_percentual,
            )
            for c in condicoes
        ],
        update_conflicts=True,
        unique_fields=["finalizador", "vigente_desde"],
        update_fields=["adquirente", "dias_primeira", "dias_intervalo", "taxa_percentual"],
    )


def _adquirente(nome: str | None) -> int | None:
    return None if nome is None else Adquirente.objects.get_or_create(nome=nome)[0].pk


FINALIZADORES = Finalizadores()
