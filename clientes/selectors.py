"""Who already is in the register, and under which filiais."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection
from psycopg2 import sql

from clientes.models import Cliente, RegistroRecebido
from erp.cadastros.models import Filial

# A loose index scan: one probe of the index for each distinct name, whatever the size of the table.
_DISTINTAS = """
    WITH RECURSIVE nomes AS (
        (SELECT {coluna} AS nome FROM {tabela} ORDER BY {coluna} LIMIT 1)
        UNION ALL
        SELECT (SELECT t.{coluna} FROM {tabela} t WHERE t.{coluna} > nomes.nome ORDER BY t.{coluna} LIMIT 1)
        FROM nomes WHERE nomes.nome IS NOT NULL
    )
    SELECT nome FROM nomes WHERE nome IS NOT NULL LIMIT {maximo}
"""
_FILIAIS = 500  # distinct names shown: nobody chooses among more, and who invents names is not to fill the page


class Dono(NamedTuple):
    """Who has a document."""

    codigo: str
    nome: str


def donos_de(documentos: Iterable[str]) -> dict[str, list[Dono]]:
    """Document (letters and digits only) -> the nationals that have it, newest first (§3.8)."""
    procurados = {documento for documento in documentos if documento}
    donos: dict[str, list[Dono]] = {}
    if procurados:
        achados = Cliente.objects.filter(documento__in=procurados, estrangeiro=0).order_by("-cadastramento")
        for documento, codigo, nome in achados.values_list("documento", "codigo_cliente", "cliente_varejo"):
            donos.setdefault(documento, []).append(Dono(codigo, nome))
    return donos


def outro_dono(documento: str, codigo: str) -> Dono | None:
    """Another national with this document, if any."""
    return next((dono for dono in donos_de([documento]).get(documento, []) if dono.codigo != codigo), None)


def filiais_em_uso(modelo: type[Cliente] | type[RegistroRecebido]) -> list[str]:
    """The filial names in a table, in order, `_FILIAIS` at most. The table has an index that begins with them."""
    coluna = str(modelo._meta.get_field("filial").column)
    consulta = sql.SQL(_DISTINTAS).format(
        coluna=sql.Identifier(coluna), tabela=sql.Identifier(modelo._meta.db_table), maximo=sql.Literal(_FILIAIS)
    )
    with connection.cursor() as cursor:
        cursor.execute(consulta)
        return [nome for (nome,) in cursor.fetchall()]


def filiais_fora_do_cadastro(modelo: type[Cliente] | type[RegistroRecebido]) -> list[str]:
    """Those of `filiais_em_uso` that FILIAIS lacks: the webservice takes a name as it was sent."""
    cadastradas = set(Filial.objects.values_list("nome", flat=True))
    return [nome for nome in filiais_em_uso(modelo) if nome not in cadastradas]
