"""Databases with many contracts: one made by the services themselves, multiplied by INSERT..SELECT with all its rows.

`multiplicar` copies a table's rows under other keys, whatever columns it has.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.services import ATOR_SISTEMA
from bench.clientes import semear as semear_clientes
from clientes.models import Cliente
from erp.cadastros.models import Filial
from erp.jazigos.models import Cemiterio, Jazigo
from erp.jazigos.services import ContratoNovo, criar_contrato
from erp.planos.models import AvisoContratacao, Contratacao, Plano, Situacao
from erp.planos.services.avisos import registrar_aviso
from erp.planos.services.mudancas import Mudanca, mudar
from erp.planos.services.parcelas import emitir_parcelas
from erp.planos.services.venda import Venda, vender

REFERENCIA = date(2026, 10, 10)  # the day that the routines are for
VENDA_EM_ATRASO = date(2026, 6, 25)  # first instalment on 10/07: more than sixty days
VENDA_A_CANCELAR = date(2025, 7, 25)  # first instalment on 10/08/2025: more than twelve months
AVISOS = (date(2026, 9, 1), date(2026, 9, 20))
_CODIGO = "lpad(n::text, 11, '0')"


def semear(o_que: str, clientes: int, contratos: int) -> None:
    """`o_que`: tipar, suspensao, cancelamento or jazigos. In the database of this process, which has a company."""
    semear_clientes("default", clientes)
    if o_que == "tipar":
        _para_tipar(clientes, contratos)
    else:
        {"suspensao": _em_atraso, "cancelamento": _a_cancelar, "jazigos": _jazigos}[o_que](contratos)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _para_tipar(clientes: int, contratos: int) -> None:
    """The first customers have contracts of one state or another, with a dependant each; some have died.

    Of all of them, half came by the webservice, and the others owe something to a till.
    """
    modelo = _vender(VENDA_EM_ATRASO)
    with _adormecido() as cursor:
        _multiplicar_contratos(cursor, modelo, contratos)
        cursor.execute(
            """UPDATE "CLIENTES_VAREJO" SET "ANIVERSARIO" = date '1950-01-01' + ("CODIGO_CLIENTE"::bigint % 20000)::int"""
        )
        cursor.execute(
            "UPDATE planos_contratacao SET situacao = 1 + numero %% 3, desde = inicio WHERE id > %s", [modelo.pk]
        )
        cursor.execute(
            """INSERT INTO planos_dependente
                   (contratacao_id, nome, nascimento, parentesco, codigo_cliente, carencia_ate, incluido_em, cpf, motivo_exclusao)
               SELECT id, 'DEPENDENTE', '2000-01-01', 'filho', lpad((numero * 2)::text, 11, '0'), inicio, inicio, '', ''
               FROM planos_contratacao"""
        )
        cursor.execute("DELETE FROM registro_recebido WHERE right(codigo_cliente, 1) IN ('1', '3', '5', '7', '9')")
        no_pdv = {
            "origem": "1",
            "origem_id": "n",
            "codigo_cliente": "lpad((2 * n - 1)::text, 11, '0')",
            "documento": "'1-' || n",
        }
        multiplicar(
            cursor, "financeiro_titulo", no_pdv, clientes // 2 + 1, onde=f"origem_id = {modelo.pk} AND sequencia = 0"
        )
        cursor.execute(
            """INSERT INTO planos_obito (codigo_cliente, data, certidao, registrado_por, registrado_em)
               SELECT lpad((n * 30)::text, 11, '0'), '2026-02-03', 'C', 'bench', now() FROM generate_series(1, %s) n""",
            [contratos // 10],
        )


def _em_atraso(contratos: int) -> None:
    modelo = _vender(VENDA_EM_ATRASO)
    with _adormecido() as cursor:
        _multiplicar_contratos(cursor, modelo, contratos)


def _a_cancelar(contratos: int) -> None:
    """Suspended, with two notices proven, and instalments that are still to fall due."""
    modelo = _vender(VENDA_A_CANCELAR)
    with transaction.atomic(), connection.cursor() as cursor:
        emitir_parcelas(cursor, [modelo.pk], dia=REFERENCIA, agora=timezone.now())
        suspensao = Mudanca(modelo.pk, Situacao.ATIVO.value, Situacao.SUSPENSO.value, "atraso")
        mudar(cursor, [suspensao], dia=date(2025, 11, 1), ator=ATOR_SISTEMA, agora=timezone.now())
    for n, dia in enumerate(AVISOS):
        registrar_aviso(
            contratacao_id=modelo.pk, finalidade=AvisoContratacao.Finalidade.CANCELAMENTO,
            entregue_em=timezone.make_aware(datetime.combine(dia, datetime.min.time())), canal="carta",
            referencia=f"AR{n}", ator=ATOR_SISTEMA, chave=uuid.uuid4(),
        )  # fmt: skip
    with _adormecido() as cursor:
        _multiplicar_contratos(cursor, modelo, contratos)


def _jazigos(contratos: int) -> None:
    """Monthly contracts with one competência to charge."""
    cemiterio = Cemiterio.objects.create(
        nome="Cemitério da medida", filial=Filial.objects.order_by("codigo")[0], codigo_municipio="3106200",
        valor_manutencao=Decimal("35.90"),
    )  # fmt: skip
    jazigo = Jazigo.objects.create(cemiterio=cemiterio, quadra="A", lote="0")
    usuario = User.objects.create(username="bench")
    contrato = criar_contrato(
        ContratoNovo(jazigo, Cliente.objects.order_by("pk")[0], inicio=date(2026, 10, 1)), usuario=usuario
    )
    with _adormecido() as cursor:
        novo = f"{jazigo.pk} + n - 1"
        multiplicar(cursor, "jazigos_jazigo", {"id": novo, "lote": "n::text"}, contratos)
        mudancas = {"id": f"{contrato.pk} + n - 1", "jazigo_id": novo, "titular_id": _CODIGO}
        multiplicar(cursor, "jazigos_contrato", mudancas, contratos)


@contextmanager
def _adormecido() -> Iterator[CursorWrapper]:
    """One transaction without triggers nor foreign keys: copies of what was right are right."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


def _vender(dia: date) -> Contratacao:
    plano = Plano.objects.create(nome="Plano da medida", valor_mensal=Decimal("49.90"))
    venda = Venda(
        plano_id=plano.pk, codigo_cliente="1".zfill(11), filial_id=Filial.objects.order_by("codigo")[0].pk, inicio=dia,
        dia_vencimento=10,
    )  # fmt: skip
    return vender(venda, ator=ATOR_SISTEMA, dia=dia)


def _multiplicar_contratos(cursor: CursorWrapper, modelo: Contratacao, quantos: int) -> None:
    """The contract, its changes, notices and titles; the nth is of the nth customer."""
    contrato = f"{modelo.pk} + n - 1"
    multiplicar(
        cursor, "planos_contratacao",
        {"id": contrato, "numero": f"{modelo.numero} + n - 1", "titular_id": _CODIGO, "chave": "NULL::uuid"}, quantos,
    )  # fmt: skip
    multiplicar(cursor, "planos_mudancacontratacao", {"contratacao_id": contrato}, quantos)
    multiplicar(cursor, "planos_avisocontratacao", {"contratacao_id": contrato, "fato": "t.fato || ':' || n"}, quantos)
    multiplicar(
        cursor, "financeiro_titulo",
        {"origem_id": contrato, "codigo_cliente": _CODIGO, "cpf_cnpj": _CODIGO, "documento": f"'P' || {modelo.numero} + n - 1"},
        quantos,
    )  # fmt: skip


def multiplicar(
    cursor: CursorWrapper, tabela: str, mudancas: Mapping[str, str], quantos: int, onde: str = "true"
) -> None:
    """Copies 2 to `quantos` of every row. `mudancas`: what a copy has instead, with `n` its number and `t` the row."""
    cursor.execute(
        """SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
           AND attgenerated = '' ORDER BY attnum""",
        [tabela],
    )
    nomes = [nome for (nome,) in cursor.fetchall() if nome != "id" or "id" in mudancas]
    valores = ", ".join(mudancas.get(nome, f't."{nome}"') for nome in nomes)
    colunas = ", ".join(f'"{nome}"' for nome in nomes)
    cursor.execute(
        f"""INSERT INTO {tabela} ({colunas}) SELECT {valores}
            FROM generate_series(2, %s) AS n CROSS JOIN (SELECT * FROM {tabela} WHERE {onde}) t ORDER BY n""",
        [quantos],
    )
    if "id" in mudancas:
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{tabela}', 'id'), (SELECT max(id) FROM {tabela}))")
