"""Bodies of every shape: never a 500, only what is documented, and no customer lost, half written or written in secret."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clientes.models import Cliente, RegistroRecebido
from clientes.webservice.campos import CAMPOS, Tipo
from clientes.webservice.codigos import EXPLICACAO, Regra
from tests.clientes.webservice.conftest import CAMINHO, EXEMPLO, MINIMO

pytestmark = pytest.mark.django_db(transaction=True)  # each post commits: its advisory locks must end with it
JSON, FORMULARIO = "application/json", "application/x-www-form-urlencoded"
REGRAS = {regra.value for regra in Regra}
STATUS = {200} | {status for status, _ in EXPLICACAO.values()}
# Few identities, so that bodies meet each other: updates, conflicts and repetitions happen all the time.
DOCUMENTOS = [
    "52998224725",
    "529.982.247-25",
    "11222333000181",
    "12ABC34501DE35",
    "99999999999",
    "00000000000",
    "",
    52998224725,
]
CODIGOS = ["1", "52998224725", "11222333000181", " 2 ", "", "P-77", "x" * 15]
EVENTOS = [f"evento-{n}" for n in range(20)]
FILIAIS = ["1", "LOJA 1", "Matriz", 1, "999999", "ESTOQUE CENTRAL", "1" * 25]
BASES = [
    EXEMPLO,
    MINIMO,
    MINIMO | {"UF": "EX", "RG_IE": "AB-123", "CPF_CGC": ""},
    MINIMO | {"OBS": "VIP", "CEP": "00000-000", "SEXO": "", "STATUS": "0"},
]
TRECHOS = [
    b"", b"\0", b"\\u0000", b"\\ud800", b"\xff", b"\xed\xa0\x80", b"NaN", b"-", b"1e400", b"null", b"[]", b"{}", b'"', b"\\",
    b"9" * 50, b"[" * 2000, b'"x":1,', b"2026-13-45", b"\xef\xbb\xbf", b"%00", b"%ff", b"&&", b"=", b"\n", b'"UF":"SP",',
]  # fmt: skip
VALORES: st.SearchStrategy[Any] = st.one_of(
    st.text(max_size=45),
    st.sampled_from(
        ["", " ", "\0", "\ud800", "EX", "ex", "0", "1", "2", "é" * 41, "1993-07-04", "31/12/1999", "0000-00-00"]
    ),
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda filhos: st.lists(filhos, max_size=3) | st.dictionaries(st.text(max_size=5), filhos, max_size=3),
        max_leaves=6,
    ),
)
NOMES = st.sampled_from([*(campo.nome for campo in CAMPOS), "CODIGO_CLIENTE", "TIPO_VAREJO", "eventId", "key"])
MUDANCAS = st.dictionaries(NOMES | st.text(max_size=12), VALORES, max_size=4)


@st.composite
def corpos(sortear: st.DrawFn) -> tuple[dict[str, Any], str, int]:
    """Fields of a customer, some of them odd or gone; how they are written; and a seed of wounds, 0 for none."""
    campos = sortear(st.sampled_from(BASES)) | {
        "CPF_CGC": sortear(st.sampled_from(DOCUMENTOS)),
        "CODIGO_CLIENTE": sortear(st.sampled_from(CODIGOS)),
        "FILIAL": sortear(st.sampled_from(FILIAIS)),
        "eventId": sortear(st.sampled_from(EVENTOS)),
    }
    for nome in sortear(st.lists(st.sampled_from(sorted(campos)), max_size=2)):
        campos.pop(nome, None)
    campos |= sortear(MUDANCAS)
    ferida = sortear(st.just(0) | st.integers(1, 2**32))
    return campos, sortear(st.sampled_from([JSON, JSON, FORMULARIO])), ferida


def escrever(campos: dict[str, Any], tipo: str) -> bytes:
    if tipo == JSON:
        return json.dumps(campos).encode()  # halves of surrogate pairs and all
    return urlencode({nome: str(valor) for nome, valor in campos.items()}, errors="replace").encode()


def ferir(corpo: bytes, sorte: random.Random) -> bytes:
    """One to three wounds: a stretch replaced, doubled, reversed, or a bit turned."""
    for _ in range(sorte.randint(1, 3)):
        inicio = sorte.randrange(len(corpo) + 1)
        fim = min(len(corpo), inicio + sorte.choice([0, 1, 1, 2, 5, 30, 400]))
        trecho = corpo[inicio:fim]
        virado = bytes(b ^ (1 << sorte.randrange(8)) for b in trecho)
        corpo = corpo[:inicio] + sorte.choice([sorte.choice(TRECHOS), trecho * 2, trecho[::-1], virado]) + corpo[fim:]
    return corpo


class Ataque:
    """Posts bodies, and after each looks at the register, at what was kept of the request, and at the answer."""

    def __init__(self, chave: str) -> None:
        self.chave, self.navegador = chave, Client(raise_request_exception=True)
        self.aceitos = 0

    def postar(self, campos: dict[str, Any], tipo: str, ferida: int) -> int:
        corpo = escrever({"key": self.chave, **campos}, tipo)
        if ferida:
            corpo = ferir(corpo, random.Random(ferida))
        antes, recebidos = retrato(), RegistroRecebido.objects.count()
        # with an empty body the test client would send neither
        cabecalhos: Any = {"CONTENT_TYPE": tipo, "CONTENT_LENGTH": str(len(corpo))}
        resposta = self.navegador.post(CAMINHO, corpo, content_type=tipo, **cabecalhos)
        dados = conferir_forma(resposta)
        assert self.chave not in json.dumps(dados) or resposta.status_code == 200
        chegaram = RegistroRecebido.objects.count() - recebidos
        if resposta.status_code == 200:
            self.aceitos += 1
            conferir_gravado(dados, repetido=chegaram == 0)
            assert chegaram in (0, 1)
        else:
            assert retrato() == antes, "uma recusa mudou o cadastro"
            # the key was read and is right: the refusal is kept too
            assert chegaram == (resposta.status_code in (400, 409, 422) and _chegou_a_ser_lido(dados))
        return int(resposta.status_code)


def retrato() -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT count(*), md5(string_agg(c::text, \'\' ORDER BY "CODIGO_CLIENTE")) FROM "CLIENTES_VAREJO" c'
        )
        return cursor.fetchone()


def conferir_forma(resposta: Any) -> dict[str, Any]:
    """A documented status, in JSON, of the documented shape."""
    assert resposta.status_code in STATUS, resposta.content
    assert resposta["Content-Type"] == JSON
    dados: dict[str, Any] = json.loads(resposta.content)
    if resposta.status_code == 200:
        assert (dados["Mensagem"], dados["Mensagem Detalhada"]) == ("OK", "Registrado com sucesso.")
        return dados
    assert set(dados) == {"Mensagem", "Mensagem Detalhada", "erros"} and dados["Mensagem"] == "ERRO"
    assert dados["Mensagem Detalhada"].startswith("CLIENTES_VAREJO: ") and dados["erros"]
    for erro in dados["erros"]:
        assert set(erro) == {"campo", "regra", "mensagem"} and erro["regra"] in REGRAS
    return dados


def conferir_gravado(dados: dict[str, Any], *, repetido: bool) -> None:
    """The customer of an accepted body is in the register, with every text field that came as it came."""
    cliente = Cliente.objects.get(pk=dados["CODIGO_CLIENTE"])
    aceitos = RegistroRecebido.objects.exclude(resultado=RegistroRecebido.Resultado.RECUSADO)
    assert aceitos.filter(codigo_cliente=cliente.pk).exists()
    if repetido:
        return  # the stored answer: later bodies may have changed the customer
    for campo in CAMPOS:
        enviado = dados.get(campo.nome)
        if (
            campo.tipo is not Tipo.TEXTO
            or not isinstance(enviado, str)
            or campo.nome in ("FILIAL", "CEP", "OBS", "CPF_CGC")
        ):
            continue
        esperado = enviado.strip()
        if campo.nome in ("UF", "SEXO"):
            esperado = esperado.upper()
        if not (campo.nome == "SEXO" and not esperado):
            assert getattr(cliente, campo.coluna) == esperado, campo.nome
    if isinstance(dados.get("OBS"), str):
        assert cliente.obs.endswith(dados["OBS"].strip())


def _chegou_a_ser_lido(dados: dict[str, Any]) -> bool:
    """Not refused by its form alone: such a body has no fields to keep."""
    return not {erro["regra"] for erro in dados["erros"]} & {"CORPO_ILEGIVEL", "REPETIDO"}


@pytest.fixture
def ataque(chave: str, settings: Any) -> Ataque:
    settings.CLIENTES_PEDIDOS_POR_MINUTO = 10**7
    return Ataque(chave)


def atacar(ataque: Ataque, quantos: int) -> None:
    vistos: dict[int, int] = {}

    @settings(
        max_examples=quantos,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        database=None,
    )
    @given(corpo=corpos())
    def correr(corpo: tuple[dict[str, Any], str, int]) -> None:
        status = ataque.postar(*corpo)
        vistos[status] = vistos.get(status, 0) + 1

    correr()
    assert {200, 400} <= set(vistos), vistos  # else nothing was tried
    assert ataque.aceitos > quantos // 50, vistos
    conferir_tudo()


def conferir_tudo() -> None:
    """At the end: the accepted are in the register and nobody else is; none of their IDs was accepted twice."""
    aceitos = RegistroRecebido.objects.exclude(resultado=RegistroRecebido.Resultado.RECUSADO)
    assert set(aceitos.values_list("codigo_cliente", flat=True)) == set(Cliente.objects.values_list("pk", flat=True))
    ids = list(aceitos.values_list("filial", "id_registro"))
    assert len(ids) == len(set(ids))
    assert not RegistroRecebido.objects.filter(conteudo__has_key="key").exists()


def test_trezentos_corpos_nunca_sao_500(ataque: Ataque) -> None:
    atacar(ataque, 300)


@pytest.mark.prova
@pytest.mark.timeout(3600)
def test_dez_mil_corpos_nunca_sao_500(ataque: Ataque) -> None:
    atacar(ataque, 10_000)


def test_corpo_que_e_json_mas_nao_e_objeto(chave: str) -> None:
    for corpo in (b"", b"[]", b"null", b"1", b'"x"', b"[" * 100_000):
        resposta = Client().post(CAMINHO, corpo, content_type=JSON, CONTENT_LENGTH=str(len(corpo)), CONTENT_TYPE=JSON)
        conferir_forma(resposta)
        assert resposta.status_code in (400, 413)
