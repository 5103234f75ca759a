"""What one odd event has in it is read, or shown as it is: it never hides the others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from auditoria.acoes import SEM_AUTOR
from auditoria.lados import CONTEUDO, FUNDO, campos, ler
from auditoria.sem_autor import em_palavras
from auditoria.services import ATOR_SISTEMA, registrar
from auditoria.trilha.passado import do_objeto
from auditoria.uuid7 import uuid7

ENORME = "9" * 5_000
FUNDO_DEMAIS = '{"a":' * 1_500 + "1" + "}" * 1_500
ESTRANHOS = {
    "número enorme": f'{{"n": {ENORME}}}', "fração enorme": '{"n": 1e400}', "fundo": FUNDO_DEMAIS,
    "listas": "[" * 3_000 + "]" * 3_000, "escalar": "5", "lista": '[1, {"a": 2}]', "nulo": "null",
}  # fmt: skip


def por(lado: str | None, objeto: str = "auth.user", objeto_id: str = "1", acao: str = "nao.existe") -> str:
    """An event as who has the database's password may write it."""
    id_ = str(uuid7())
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO auditoria_evento
               (id, em, ator_tipo, ator, acao, objeto, objeto_id, ip, antes, depois, motivo, request_id)
               VALUES (%s, %s, 'estranho', 'x', %s, %s, %s, '10.0.0.0/8', %s, %s, '', '')""",
            [id_, timezone.now(), acao, objeto, objeto_id, lado, lado],
        )
    return id_


@pytest.mark.parametrize(
    ("texto", "lido"),
    [
        (None, None),
        ("null", None),
        ('{"a": 1.50, "b": [true, "x"]}', {"a": 1.5, "b": [True, "x"]}),
        ('{"a": 0.12345678901234567890}', {"a": "0.12345678901234567890"}),  # no float says the same
        ('{"a": 1e400}', {"a": "1e400"}),
        (f'{{"a": {ENORME}}}', {"a": ENORME}),
        (f'{{"a": -{"9" * 900}}}', {"a": -int("9" * 900)}),
        ("NaN", "NaN"),
        ("não é JSON", "não é JSON"),
        (FUNDO_DEMAIS, FUNDO_DEMAIS),
        ("[" * (FUNDO + 1) + "]" * (FUNDO + 1), "[" * (FUNDO + 1) + "]" * (FUNDO + 1)),
        ("[[]]", [[]]),
    ],
)
def test_o_que_nao_se_le_vem_como_esta_escrito(texto: str | None, lido: Any) -> None:
    assert ler(texto) == lido
    json.dumps(ler(texto), allow_nan=False)


@pytest.mark.parametrize(
    ("texto", "lidos"),
    [(None, None), ("null", None), ('{"a": 1}', {"a": 1}), ("5", {CONTEUDO: 5}), ("x", {CONTEUDO: "x"})],
)
def test_um_lado_e_sempre_de_campos(texto: str | None, lidos: Any) -> None:
    assert campos(texto) == lidos


@pytest.mark.django_db
@pytest.mark.parametrize("qual", ESTRANHOS)
def test_um_evento_estranho_nao_esconde_os_outros_da_historia_de_uma_coisa(qual: str, admin_client: Any) -> None:
    pessoa = User.objects.get(username="admin")
    certo = registrar(
        acao="teste.feito", ator=ATOR_SISTEMA, objeto="auth.user", objeto_id=str(pessoa.pk), depois={"n": 7}
    )
    estranho = por(ESTRANHOS[qual], objeto_id=str(pessoa.pk))
    lidos = {str(e.pk): e.depois for e in do_objeto("auth.user", pessoa.pk, limite=5).eventos}
    assert lidos[str(certo)] == {"n": 7} and (lidos[estranho] is None or isinstance(lidos[estranho], dict))
    assert admin_client.get(f"/admin/auditoria/evento/{estranho}/change/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("lado", [None, "[1]", '{"tabela": ' + ENORME + "}", '{"tabela": {"a": 1}}'])
def test_o_aviso_do_que_se_fez_sem_autor_le_o_que_houver(lado: str | None) -> None:
    antes = timezone.now()
    por('{"tabela": "auth_user"}', acao=SEM_AUTOR)
    por(lado, acao=SEM_AUTOR)
    dito = em_palavras(antes, timezone.now())
    assert dito.startswith("2 de") and "auth_user" in dito
