"""The bytes of an event: the same whatever wrote them down, and written out here once."""

from __future__ import annotations

import hashlib
import json
import struct
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditoria.contexto import Origem
from auditoria.numeros import numero_canonico, texto_canonico
from auditoria.selador import selar
from auditoria.serial import COLUNAS, ZERO, Linha, canonico
from auditoria.serial import selar as hash_do_selo
from auditoria.services import ATOR_SISTEMA, Ator, ConteudoInvalido, registrar

ID = UUID("01890000-0000-7000-8000-000000000001")
EXEMPLO = Linha(
    ID, datetime(2026, 11, 22, 18, 6, 26, 5, tzinfo=timezone(timedelta(hours=-3))), "usuario", "ana", "estoque.ajustado",
    "estoque.Saldo", "7", '{"b": 1.50, "a": "é\\n", "aa": [true, null]}', None, 'disse "não"', "10.0.0.7", "req-1",
)  # fmt: skip

# what PostgreSQL's text can hold: no null character, no half of a pair
textos = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
numeros = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
valores = st.recursive(
    st.none() | st.booleans() | numeros | textos,
    lambda filho: st.lists(filho, max_size=4) | st.dictionaries(textos, filho, max_size=4),
    max_leaves=12,
)
exato = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal).decode


def test_os_bytes_de_um_evento_sao_estes():
    esperado = (
        '{"acao":"estoque.ajustado","antes":{"a":"é\\n","aa":[true,null],"b":1.5},"ator":"ana","ator_tipo":"usuario",'
        '"depois":null,"em":"2026-11-22T21:06:26.000005Z","id":"01890000-0000-7000-8000-000000000001","ip":"10.0.0.7",'
        '"motivo":"disse \\"não\\"","objeto":"estoque.Saldo","objeto_id":"7","request_id":"req-1","v":1}'
    )
    assert canonico(EXEMPLO) == esperado.encode()
    assert list(json.loads(esperado)) == sorted(json.loads(esperado))


def test_o_hash_de_um_selo_e_este():
    quando = datetime(2026, 11, 22, 21, 6, 27, 1, tzinfo=UTC)
    posicao = struct.pack(">Qq", 9, 1_795_381_587_000_001)
    esperado = hashlib.sha256(b"retaguarda.auditoria.selo.v1\n" + ZERO + posicao + b"{}").digest()
    assert hash_do_selo(ZERO, 9, quando, b"{}") == esperado


@pytest.mark.parametrize("campo", [c for c in Linha._fields if c not in ("id", "em")])
def test_cada_campo_muda_os_bytes(campo: str) -> None:
    outro = '{"x": 1}' if campo in ("antes", "depois") else "10.0.0.8" if campo == "ip" else "outro"
    assert canonico(EXEMPLO._replace(**{campo: outro})) != canonico(EXEMPLO)


def test_o_instante_e_o_identificador_mudam_os_bytes() -> None:
    for outra in (EXEMPLO._replace(id=UUID(int=1)), EXEMPLO._replace(em=EXEMPLO.em + timedelta(microseconds=1))):
        assert canonico(outra) != canonico(EXEMPLO)


@given(st.dictionaries(textos, valores, max_size=4))
def test_o_caminho_lento_da_o_mesmo_que_o_rapido_e_os_numeros_valem_o_que_valem(dados: dict[str, Any]) -> None:
    texto = json.dumps(dados)
    lento = texto_canonico(texto)
    assert exato(lento) == exato(texto)
    assert canonico(EXEMPLO._replace(antes=texto)) == canonico(EXEMPLO._replace(antes=lento))
    assert texto_canonico(lento) == lento


@pytest.mark.parametrize(
    "iguais",
    [("1", "1.0", "1e0", "10E-1"), ("0", "-0", "-0.000", "0e9"), ("1500", "1.5e3"), ("0.0015", "15e-4", "0.00150")],
)
def test_o_mesmo_numero_tem_um_texto_so(iguais: tuple[str, ...]) -> None:
    assert {numero_canonico(n) for n in iguais} == {iguais[0]}


def test_o_que_so_sql_a_mao_escreve_tambem_se_sela() -> None:
    """Too deep, too long, or no address of one machine: nobody stops the sealer with one row."""
    for texto in ("[" * 5000 + "]" * 5000, "9" * 9000, "[1e-400]"):
        assert canonico(EXEMPLO._replace(depois=texto))
    assert b'"ip":"10.0.0.0/8"' in canonico(EXEMPLO._replace(ip="10.0.0.0/8"))


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(textos, valores, max_size=4))
def test_o_que_volta_do_postgresql_tem_os_mesmos_bytes(dados: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [json.dumps(dados)])
        [voltou] = cursor.fetchone()
    assert canonico(EXEMPLO._replace(antes=voltou)) == canonico(EXEMPLO._replace(antes=json.dumps(dados)))


@pytest.mark.django_db
def test_o_evento_lido_do_banco_tem_os_bytes_do_que_foi_registrado() -> None:
    depois = {"z": 1e16, "a": [1.10, -0.0, 10**30], "é": "ção \\u0000 \u2028 😀", "": {"b": None, "a": True}}
    pk = registrar(acao="a.b", ator=Ator("chave", "çé"), depois=depois, origem=Origem("::ffff:10.0.0.7", "r"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUNAS} FROM auditoria_evento e WHERE id = %s", [pk])
        lida = Linha(*cursor.fetchone())
    escrita = Linha(
        pk, lida.em, "chave", "çé", "a.b", "", "", None, json.dumps(depois), "", "::ffff:10.0.0.7", "r"
    )  # fmt: skip
    assert canonico(lida) == canonico(escrita)
    assert exato(canonico(lida).decode())["depois"] == exato(json.dumps(depois))
    assert selar() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "valor", [float("nan"), float("inf"), "a\0b", {"a\0": 1}, "\ud800", 10**5000], ids="nan inf nulo chave meio longo".split()
)  # fmt: skip
def test_o_que_nao_se_guarda_e_recusado_antes_do_banco(valor: Any) -> None:
    """The caller's transaction goes on: nothing reached the database."""
    with pytest.raises(ValueError):
        registrar(acao="a.b", ator=ATOR_SISTEMA, depois={"v": valor})
    registrar(acao="a.b", ator=ATOR_SISTEMA, depois={"v": "barra \\u0000 que é texto"})


@pytest.mark.django_db
def test_a_recusa_diz_o_que_recebeu() -> None:
    with pytest.raises(ConteudoInvalido, match="caractere nulo"):
        registrar(acao="a.b", ator=ATOR_SISTEMA, depois={"v": "\\\0"})
