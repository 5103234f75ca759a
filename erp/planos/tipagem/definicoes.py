"""What each tag means, as one query each: (codigo_cliente, desde, motivo) of whoever has it.

Each reads only what lies between two codes, by an index that begins with the code; `§(column)` stands for "this column
lies between them". `gente` is the register between them and `mortos` who died of it, each read once. A reason names
nothing that time alone changes: what has not changed must read the same next week, or every row would be written again.

`varejo` looks where there is an index: what the webservice accepted and, of the till, titles (crediário, vales). A sale
paid on the spot names its customer in a table of ten million rows without one, and leaves nothing owed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings

from clientes.models import RegistroRecebido, TipoEtiqueta
from erp.financeiro.models import Origem
from erp.planos.models import Contratacao
from erp.planos.tipagem.rules import ANTECEDENCIA, aniversarios

OBITO = "Óbito registrado"  # why FALECIDO
GENTE = """
    SELECT "CODIGO_CLIENTE" AS codigo_cliente, "STATUS" = 1 AND "PF_PJ" = 1 AS em_uso, "EMAIL" AS email,
        "CELULAR" AS celular, 100 * extract(month FROM "ANIVERSARIO") + extract(day FROM "ANIVERSARIO") AS mes_dia
    FROM "CLIENTES_VAREJO" WHERE §("CODIGO_CLIENTE")
"""
MORTOS = """
    SELECT codigo_cliente, min(data) AS em FROM (
        SELECT o.codigo_cliente, o.data FROM planos_obito o WHERE §(o.codigo_cliente)
        UNION ALL
        SELECT d.codigo_cliente, o.data FROM planos_dependente d JOIN planos_obito o ON o.dependente_id = d.id
        WHERE §(d.codigo_cliente)) x
    GROUP BY 1
"""


# Whoever left a channel has left it at every address, and an address that was left is nobody's. It is read as
# `erp.contatos.enderecos.normalizar` reads it: the first word with an @, in lower case.
_NAO_SAIU = """NOT EXISTS (SELECT 1 FROM contatos_descadastro r WHERE r.codigo_cliente = g.codigo_cliente
    AND r.codigo_cliente <> '' AND r.canal = '{canal}' AND r.desfeito_em IS NULL)"""
_ENDERECO = r"""btrim(substring(lower(g.email) FROM '(?:mailto:)?([^\s;,/|<>()"]+@[^\s;,/|<>()"]+)'), '.')"""
_POR_EMAIL = f"""(g.email LIKE '%%@%%' AND {_NAO_SAIU.format(canal="email")} AND NOT EXISTS (
    SELECT 1 FROM contatos_descadastro r WHERE r.canal = 'email' AND r.desfeito_em IS NULL AND r.endereco_hash <> ''
        AND r.endereco_hash = encode(sha256(convert_to({_ENDERECO}, 'UTF8')), 'hex')))"""
_POR_CELULAR = f"""(g.celular <> '' AND {_NAO_SAIU.format(canal="whatsapp")})"""


class Definicao(NamedTuple):
    """`fim`: why a tag of the type ends, as its history says it."""

    consulta: str
    fim: str


def _contratos(prefixo: str) -> str:
    """ "Titular do contrato 12", and how many more; the first by number."""
    return f"'{prefixo} ' || min(c.numero) || CASE WHEN count(*) > 1 THEN ' e de mais ' || count(*) - 1 ELSE '' END"


DEFINICOES: Mapping[TipoEtiqueta, Definicao] = {
    TipoEtiqueta.TITULAR: Definicao(
        f"""SELECT c.titular_id AS codigo_cliente, min(c.inicio) AS desde, {_contratos("Titular do contrato")} AS motivo
            FROM planos_contratacao c WHERE §(c.titular_id) AND c.situacao = ANY(%(vivos)s) GROUP BY 1""",
        "Não é mais titular de contrato ativo ou suspenso",
    ),
    TipoEtiqueta.DEPENDENTE: Definicao(
        f"""SELECT d.codigo_cliente, min(d.incluido_em) AS desde, {_contratos("Dependente no contrato")} AS motivo
            FROM planos_dependente d JOIN planos_contratacao c ON c.id = d.contratacao_id
            WHERE §(d.codigo_cliente) AND d.excluido_em IS NULL AND c.situacao = ANY(%(vivos)s)
                AND NOT EXISTS (SELECT 1 FROM mortos m WHERE m.codigo_cliente = d.codigo_cliente)
            GROUP BY 1""",
        "Não é mais dependente vivo em contrato ativo ou suspenso",
    ),
    TipoEtiqueta.FALECIDO: Definicao(
        f"SELECT m.codigo_cliente, m.em AS desde, '{OBITO}' AS motivo FROM mortos m",
        "O óbito deixou de estar registrado",
    ),
    TipoEtiqueta.FELICITADO: Definicao(
        f"""SELECT g.codigo_cliente, g.dia - %(antecedencia)s AS desde,
                'Aniversário em ' || to_char(g.dia, 'DD/MM/YYYY') AS motivo
            FROM (SELECT g.*, a.dia FROM gente g JOIN unnest(%(aniversarios)s::int[], %(dias)s::date[]) AS a(mes_dia, dia)
                    USING (mes_dia) OFFSET 0) g -- those of these days first: the rest is asked of one in forty-five
            WHERE g.em_uso AND NOT EXISTS (SELECT 1 FROM mortos m WHERE m.codigo_cliente = g.codigo_cliente)
                AND ({_POR_EMAIL} OR {_POR_CELULAR})""",
        "O aniversário passou, ou não há mais como felicitar",
    ),
    TipoEtiqueta.EX_CLIENTE: Definicao(
        f"""SELECT c.titular_id AS codigo_cliente, max(c.desde) AS desde, {_contratos("Teve o contrato")} AS motivo
            FROM planos_contratacao c WHERE §(c.titular_id) GROUP BY 1 HAVING bool_and(c.situacao = %(cancelado)s)""",
        "Voltou a ter contrato",
    ),
    TipoEtiqueta.VAREJO: Definicao(
        """SELECT g.codigo_cliente, coalesce(w.em, p.em) AS desde,
                CASE WHEN w.em IS NULL THEN 'Tem título do PDV' ELSE 'Veio pelo webservice' END AS motivo
            FROM gente g
            LEFT JOIN LATERAL (
                SELECT (r.recebido_em AT TIME ZONE %(fuso)s)::date AS em FROM registro_recebido r
                WHERE r.codigo_cliente = g.codigo_cliente AND r.resultado = ANY(%(aceitos)s) ORDER BY r.id LIMIT 1) w ON true
            LEFT JOIN LATERAL (
                SELECT t.emissao AS em FROM financeiro_titulo t
                WHERE w.em IS NULL AND t.codigo_cliente = g.codigo_cliente AND t.codigo_cliente <> '' AND t.origem = %(pdv)s
                ORDER BY t.vencimento LIMIT 1) p ON true
            WHERE w.em IS NOT NULL OR p.em IS NOT NULL""",
        "Não há mais registro do webservice nem título do PDV",
    ),
}


def parametros(referencia: date) -> dict[str, Any]:
    """The values that the definitions name."""
    dias = aniversarios(referencia)
    return {
        "vivos": [Contratacao.Situacao.ATIVO.value, Contratacao.Situacao.SUSPENSO.value],
        "cancelado": Contratacao.Situacao.CANCELADO.value,
        "aceitos": [RegistroRecebido.Resultado.INSERIDO.value, RegistroRecebido.Resultado.ALTERADO.value],
        "pdv": Origem.PDV.value,
        "fuso": settings.TIME_ZONE,
        "antecedencia": ANTECEDENCIA.days,
        "aniversarios": list(dias),
        "dias": list(dias.values()),
    }
