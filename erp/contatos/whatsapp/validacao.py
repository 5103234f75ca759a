"""The numbers of the register, read and normalised: which can be WhatsApp at all, and what is known of each.

No number can be checked beforehand: the Cloud API has no such call. So this says whether it has the form of a mobile,
mends the ninth digit, and shows what deliveries taught; a number that did not deliver is tried again after
`WHATSAPP_REVALIDAR_DIAS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from erp.contatos.models import ContatoWhatsapp
from erp.contatos.whatsapp import numeros
from erp.contatos.whatsapp.marcas import SQL_SITUACAO, nao_entrega_desde

POR_VEZ: Final = 5_000
Situacao = ContatoWhatsapp.Situacao
Cerca = Callable[[], None]

_DIGITADO: Final = """md5(concat_ws('|', c."DDD_CELULAR", c."CELULAR", c."DDD", c."TELEFONE"))"""
_TEM: Final = """c."STATUS" = 1 AND (c."CELULAR" <> '' OR c."TELEFONE" <> '')"""


def validar(confirmar: Cerca = lambda: None) -> dict[str, int]:
    """Read what changed in the register, by whatever hand. `confirmar` is the routine's fence, before each commit.

    One pass over the register by its key, in steps; only what is different is read, and written.
    """
    feito = {"lidos": 0, "corrigidos": 0, "errados": 0}
    ultimo = ""
    while lote := _mudados(ultimo):
        ultimo = str(lote[-1][0])
        linhas = [_linha(*linha) for linha in lote]
        with transaction.atomic():
            _gravar(linhas)
            confirmar()
        feito["lidos"] += len(linhas)
        feito["corrigidos"] += sum(linha["corrigido"] for linha in linhas)
        feito["errados"] += sum(linha["situacao"] == Situacao.INVALIDO for linha in linhas)
        if len(lote) < POR_VEZ:
            break
    with transaction.atomic():
        feito["mudaram de situação"] = _acertar()
        feito["saíram do cadastro"] = _esquecer()
        confirmar()
    return feito


def _mudados(depois_de: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c."CODIGO_CLIENTE", {_DIGITADO}, c."DDD_CELULAR", c."CELULAR", c."DDD", c."TELEFONE"
                FROM "CLIENTES_VAREJO" c
                LEFT JOIN contatos_whatsapp_contato w ON w.codigo_cliente = c."CODIGO_CLIENTE"
                WHERE c."CODIGO_CLIENTE" > %s AND {_TEM} AND w.digitado IS DISTINCT FROM {_DIGITADO}
                ORDER BY c."CODIGO_CLIENTE" LIMIT %s""",
            [depois_de, POR_VEZ],
        )
        return list(cursor.fetchall())


def _linha(codigo: str, digitado: str, ddd_celular: str, celular: str, ddd: str, telefone: str) -> dict[str, Any]:
    lido = numeros.do_cadastro(ddd_celular, celular, ddd, telefone)
    situacao = Situacao.DESCONHECIDO
    if lido.problema:
        situacao = Situacao.SEM_CELULAR if lido.problema == numeros.FIXO and not celular.strip() else Situacao.INVALIDO
    return {
        "codigo_cliente": codigo,
        "digitado": digitado,
        "resumo": numeros.resumo(lido.digitos) if lido.digitos else "",
        "mostra": numeros.mascarar(lido.digitos),
        "corrigido": lido.corrigido,
        "problema": lido.problema,
        "situacao": situacao.value,
    }


def _gravar(linhas: Sequence[dict[str, Any]]) -> None:
    agora = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO contatos_whatsapp_contato AS c
                    (codigo_cliente, digitado, resumo, mostra, corrigido, problema, situacao, desde)
                SELECT r.codigo_cliente, r.digitado, r.resumo, r.mostra, r.corrigido, r.problema,
                       CASE WHEN r.situacao <> 0 OR n.resumo IS NULL THEN r.situacao ELSE {SQL_SITUACAO} END, %(agora)s
                FROM json_to_recordset(%(linhas)s) AS r(
                    codigo_cliente text, digitado text, resumo text, mostra text, corrigido boolean, problema text,
                    situacao smallint)
                LEFT JOIN contatos_whatsapp_numero n ON n.resumo = r.resumo
                ORDER BY r.codigo_cliente
                ON CONFLICT (codigo_cliente) DO UPDATE SET
                    digitado = EXCLUDED.digitado, resumo = EXCLUDED.resumo, mostra = EXCLUDED.mostra,
                    corrigido = EXCLUDED.corrigido, problema = EXCLUDED.problema, situacao = EXCLUDED.situacao,
                    desde = CASE WHEN (c.situacao, c.resumo) = (EXCLUDED.situacao, EXCLUDED.resumo)
                                 THEN c.desde ELSE EXCLUDED.desde END""",
            {
                "agora": agora, "nao_entrega_desde": nao_entrega_desde(agora),
                "linhas": msgspec.json.encode(list(linhas)).decode(),
            },
        )  # fmt: skip


def _acertar() -> int:
    """Who does not say what is known of the number now: refusals that are old, and what was learned meanwhile."""
    agora = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH novos AS (
                    SELECT c.codigo_cliente, {SQL_SITUACAO} AS situacao FROM contatos_whatsapp_contato c
                    JOIN contatos_whatsapp_numero n ON n.resumo = c.resumo
                    WHERE c.situacao IN (0, 1, 2) AND c.situacao <> {SQL_SITUACAO}
                    ORDER BY c.codigo_cliente FOR UPDATE OF c)
                UPDATE contatos_whatsapp_contato c SET situacao = novos.situacao, desde = %(agora)s
                FROM novos WHERE novos.codigo_cliente = c.codigo_cliente""",
            {"agora": agora, "nao_entrega_desde": nao_entrega_desde(agora)},
        )
        return int(cursor.rowcount)


def _esquecer() -> int:
    """Who left the register, or has no phone there any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""DELETE FROM contatos_whatsapp_contato w WHERE NOT EXISTS (
                    SELECT 1 FROM "CLIENTES_VAREJO" c WHERE c."CODIGO_CLIENTE" = w.codigo_cliente AND {_TEM})"""
        )
        return int(cursor.rowcount)
