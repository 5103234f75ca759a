"""Rows of charging, written many at once: what the routine and the end of a contract share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.financeiro.models import EspecieTitulo, Origem, Sentido
from erp.financeiro.rules import TituloNovo
from erp.jazigos import rules
from erp.jazigos.rules import Situacao, Trecho

COLUNAS_COBRANCA = {
    "contrato_id": "bigint", "competencia": "date", "versao": "smallint", "inicio": "date", "fim": "date",
    "dias": "smallint", "dias_periodo": "smallint", "valor_periodo": "numeric", "valor": "numeric", "vencimento": "date",
    "sequencia": "int", "execucao_id": "bigint", "feita_em": "timestamptz",
}  # fmt: skip
COLUNAS_REAJUSTE = {
    "contrato_id": "bigint", "devido_em": "date", "vale_desde": "date", "indice": "text", "mes_inicial": "date",
    "mes_final": "date", "percentual": "numeric", "valor_anterior": "numeric", "valor_novo": "numeric", "motivo": "text",
    "por": "text", "execucao_id": "bigint", "feito_em": "timestamptz",
}  # fmt: skip
COLUNAS_CONTRATO = {
    "id": "bigint", "cobrado_ate": "date", "gerar_em": "date", "valor": "numeric", "valor_desde": "date",
    "proximo_reajuste": "date", "pendencia": "text", "pendente_desde": "date",
}  # fmt: skip


class Devedor(NamedTuple):
    """What a title says of who owes it."""

    filial_id: int
    codigo_cliente: str
    cpf_cnpj: str


class Momento(NamedTuple):
    """When a charge is made: the day it is of, the open accounting day, the instant, and the execution that makes it."""

    dia: date
    contabil: date
    agora: datetime
    execucao_id: int | None

    @property
    def ocorrido_em(self) -> datetime:
        """Now; of a run made late, the last instant of its day."""
        fim = timezone.make_aware(datetime.combine(self.dia + timedelta(days=1), time.min)) - timedelta(seconds=1)
        return min(self.agora, fim)


def titulo(
    contrato_id: int,
    devedor: Devedor,
    trecho: Trecho,
    momento: Momento,
    *,
    versao: int = 0,
    a_pagar: Decimal | None = None,
) -> TituloNovo:
    """The receivable of a stretch, never due before it is made; or, of `a_pagar`, what is given back to who paid."""
    return TituloNovo(
        filial_id=devedor.filial_id, sentido=(Sentido.RECEBER if a_pagar is None else Sentido.PAGAR).value,
        especie=EspecieTitulo.MANUTENCAO.value, finalizador=None, adquirente_id=None,
        codigo_cliente=devedor.codigo_cliente, cpf_cnpj=devedor.cpf_cnpj,
        documento=rules.documento(contrato_id, trecho.competencia, versao), nsu="", autorizacao="", parcela=1, parcelas=1,
        valor=trecho.valor if a_pagar is None else a_pagar, emissao=momento.dia,
        vencimento=max(trecho.vencimento, momento.dia), ocorrido_em=momento.ocorrido_em, data_contabil=momento.contabil,
        origem=Origem.JAZIGO.value, origem_id=contrato_id, sequencia=rules.sequencia(trecho.competencia, versao),
    )  # fmt: skip


def cobranca(contrato_id: int, trecho: Trecho, momento: Momento, versao: int = 0) -> tuple[Any, ...]:
    """A row of `COLUNAS_COBRANCA`."""
    return (
        contrato_id, trecho.competencia, versao, trecho.inicio, trecho.fim, trecho.dias, trecho.base, trecho.valor_periodo,
        trecho.valor, max(trecho.vencimento, momento.dia), rules.sequencia(trecho.competencia, versao), momento.execucao_id,
        momento.agora,
    )  # fmt: skip


def estado(depois: Situacao, falta: str, pendente_desde: date | None) -> tuple[Any, ...]:
    """A row of `COLUNAS_CONTRATO`."""
    return (
        depois.id, depois.cobrado_ate, rules.gerar_em(depois), depois.valor, depois.valor_desde, depois.proximo_reajuste,
        falta[:200], pendente_desde if falta else None,
    )  # fmt: skip


def inserir_novas(
    cursor: CursorWrapper, tabela: str, colunas: Mapping[str, str], linhas: Sequence[Sequence[Any]]
) -> None:
    """Insert the rows that no unique key refuses."""
    if linhas:
        cursor.execute(
            f"INSERT INTO {tabela} ({', '.join(colunas)}) SELECT * FROM {_matriz(colunas)} ON CONFLICT DO NOTHING",
            _por_coluna(linhas),
        )


def mover_contratos(cursor: CursorWrapper, linhas: Sequence[Sequence[Any]]) -> None:
    """Write where charging stands, on contracts that the caller has locked."""
    if linhas:
        campos = ", ".join(f"{coluna} = x.{coluna}" for coluna in COLUNAS_CONTRATO if coluna != "id")
        cursor.execute(
            f"""UPDATE jazigos_contrato c SET {campos}
                FROM {_matriz(COLUNAS_CONTRATO)} AS x({", ".join(COLUNAS_CONTRATO)}) WHERE c.id = x.id""",
            _por_coluna(linhas),
        )


def _matriz(colunas: Mapping[str, str]) -> str:
    return f"unnest({', '.join(f'%s::{tipo}[]' for tipo in colunas.values())})"


def _por_coluna(linhas: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(valores) for valores in zip(*linhas, strict=True)]
