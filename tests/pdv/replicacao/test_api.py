"""`POST /api/pdv/v1/replicacao` over Django's test client: who may, what body, which status."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import msgspec
import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.cadastros.models import PontoVenda
from pdv.replicacao.api.documentacao import EXEMPLO_PACOTE, EXEMPLO_RECEBIMENTO
from pdv.replicacao.codigos import EXPLICACAO_DA_LINHA, EXPLICACAO_DO_PACOTE, CodigoLinha, CodigoPacote
from pdv.replicacao.models import ItemOperacaoPdv, NotaFiscal, OperacaoPdv, Rejeicao, Turno
from tests.pdv.fabricas import criar_ponto_venda, em_gzip, em_json, nova_nota, nova_operacao, novo_pacote, novo_turno
from tests.pdv.replicacao.conftest import CAMINHO

Postar = Callable[..., Any]


def test_pacote_inteiro_e_respondido_linha_a_linha(postar: Postar) -> None:
    resposta = postar(
        novo_pacote(nova_operacao(1), nova_operacao(2, valor_total="-1"), notas=[nova_nota(1)], turnos=[novo_turno(1)])
    )
    assert resposta.status_code == 200
    assert resposta["Content-Type"] == "application/json"
    assert resposta.json() == {
        "turnos": [{"id_turno": 1, "resultado": "criada"}],
        "operacoes": [
            {"id_operacao": 1, "resultado": "criada"},
            {
                "id_operacao": 2,
                "resultado": "rejeitada",
                "codigo": "VALOR_NEGATIVO",
                "mensagem": 'valor_total: não pode ser negativo, recebido "-1"',
            },
        ],
        "notas": [{"chave": nova_nota(1)["chave"], "numero": 1, "resultado": "criada"}],
    }


@pytest.mark.parametrize("codificacao", ["identity", ""])
def test_corpo_sem_compactar_tambem_entra(postar: Postar, codificacao: str) -> None:
    resposta = postar(
        corpo=em_json(novo_pacote(nova_operacao(1))),
        HTTP_CONTENT_ENCODING=codificacao,
        content_type="application/json; charset=utf-8",
    )
    assert resposta.json()["operacoes"] == [{"id_operacao": 1, "resultado": "criada"}]


def test_pacote_vazio_e_so_um_contato(postar: Postar, ponto_venda: PontoVenda) -> None:
    assert postar(novo_pacote(replicador="9.9")).json() == {"turnos": [], "operacoes": [], "notas": []}
    ponto_venda.refresh_from_db()
    assert ponto_venda.versao_replicador == "9.9"
    assert ponto_venda.ultimo_contato_em is not None


def _erro(resposta: Any, status: int, codigo: str) -> dict[str, Any]:
    assert resposta.status_code == status, resposta.content
    corpo: dict[str, Any] = resposta.json()
    assert set(corpo) == {"codigo", "mensagem", "contexto"}
    assert corpo["codigo"] == codigo
    assert corpo["mensagem"]
    return corpo


# Who


@pytest.mark.parametrize(
    ("cabecalho", "codigo"),
    [
        ("", "NAO_AUTENTICADO"),
        ("Bearer abc", "NAO_AUTENTICADO"),
        ("Api-Key", "CHAVE_INVALIDA"),
        ("Api-Key rtg_aaaaaaaa_bbbbbbbbbbbb", "CHAVE_INVALIDA"),
        ("Api-Key \xff\xfe", "CHAVE_INVALIDA"),
    ],
)
def test_sem_chave_boa_ninguem_entra(postar: Postar, cabecalho: str, codigo: str) -> None:
    resposta = postar(novo_pacote(nova_operacao(1)), HTTP_AUTHORIZATION=cabecalho)
    _erro(resposta, 401, codigo)
    assert resposta["WWW-Authenticate"] == "Api-Key"
    assert not OperacaoPdv.objects.exists()


def test_chave_de_outro_escopo_nao_entra(postar: Postar) -> None:
    chave = criar_chave(nome="rotinas", escopos=["rotinas"], ator=ATOR_SISTEMA)[1]
    _erro(postar(novo_pacote(), HTTP_AUTHORIZATION=f"Api-Key {chave}"), 403, "ESCOPO_INSUFICIENTE")


def test_chave_de_ponto_de_venda_que_nao_existe(postar: Postar) -> None:
    chave = criar_chave(nome="órfã", escopos=["pdv"], ponto_venda_id=999_999, ator=ATOR_SISTEMA)[1]
    _erro(postar(novo_pacote(), HTTP_AUTHORIZATION=f"Api-Key {chave}"), 403, "CHAVE_SEM_PONTO_VENDA")


def test_ponto_de_venda_inativo_nao_grava_e_fica_anotado(postar: Postar, ponto_venda: PontoVenda) -> None:
    PontoVenda.objects.update(ativo=False)
    _erro(postar(novo_pacote(nova_operacao(1))), 403, "PONTO_VENDA_INATIVO")
    assert not OperacaoPdv.objects.exists()
    assert Rejeicao.objects.get().codigo == "PONTO_VENDA_INATIVO"


def test_chave_de_um_pdv_nao_grava_pelo_outro(postar: Postar) -> None:
    criar_ponto_venda(2)
    (resultado,) = postar(novo_pacote(nova_operacao(1, id_ponto_venda=2))).json()["operacoes"]
    assert resultado["codigo"] == "PONTO_VENDA_DIFERENTE"
    assert not OperacaoPdv.objects.exists()


def test_chave_de_homologacao_nao_grava(postar: Postar, ponto_venda: PontoVenda) -> None:
    chave = criar_chave(
        nome="teste", escopos=["pdv"], ponto_venda_id=ponto_venda.pk, ator=ATOR_SISTEMA, homologacao=True
    )[1]
    resposta = postar(novo_pacote(nova_operacao(1)), HTTP_AUTHORIZATION=f"Api-Key {chave}")
    assert resposta.json()["operacoes"] == [{"id_operacao": 1, "resultado": "criada"}]
    _erro(postar(corpo=b"x", HTTP_AUTHORIZATION=f"Api-Key {chave}"), 400, "GZIP_INVALIDO")
    assert not OperacaoPdv.objects.exists()
    assert not Rejeicao.objects.exists()


def test_get_nao_e_permitido(client: Client, chave: str) -> None:
    _erro(client.get(CAMINHO, HTTP_AUTHORIZATION=f"Api-Key {chave}"), 405, "METODO_NAO_PERMITIDO")


# Which body


CORPOS = [
    ("vazio", {"corpo": b""}, 400, "GZIP_INVALIDO"),
    ("truncado", {"corpo": em_gzip(novo_pacote(nova_operacao()))[:-9]}, 400, "GZIP_INVALIDO"),
    ("sem gzip", {"corpo": em_json(novo_pacote())}, 400, "GZIP_INVALIDO"),
    ("gzip sem dizer", {"corpo": em_gzip(novo_pacote()), "HTTP_CONTENT_ENCODING": "identity"}, 400, "JSON_INVALIDO"),
    ("vazio, sem gzip", {"corpo": b"", "HTTP_CONTENT_ENCODING": "identity"}, 400, "JSON_INVALIDO"),
    ("não é JSON", {"corpo": gzip.compress(b"{")}, 400, "JSON_INVALIDO"),
    ("lista", {"corpo": gzip.compress(b"[]")}, 400, "PACOTE_INVALIDO"),
    ("deflate", {"corpo": b"x", "HTTP_CONTENT_ENCODING": "deflate"}, 415, "CODIFICACAO_NAO_SUPORTADA"),
    ("gzip duas vezes", {"corpo": b"x", "HTTP_CONTENT_ENCODING": "gzip, gzip"}, 415, "CODIFICACAO_NAO_SUPORTADA"),
    ("formulário", {"corpo": b"x", "content_type": "multipart/form-data"}, 415, "TIPO_NAO_SUPORTADO"),
    ("sem tipo", {"corpo": b"x", "content_type": ""}, 415, "TIPO_NAO_SUPORTADO"),
    ("outra versão", {"corpo": em_gzip(novo_pacote(versao=7))}, 422, "VERSAO_NAO_SUPORTADA"),
    ("1001 operações", {"corpo": em_gzip(novo_pacote(*[nova_operacao()] * 1001))}, 422, "OPERACOES_DEMAIS"),
]


@pytest.mark.parametrize(("pedido", "status", "codigo"), [c[1:] for c in CORPOS], ids=[c[0] for c in CORPOS])
def test_corpo_que_nao_serve_e_recusado_guardado_e_nada_entra(
    postar: Postar, pedido: dict[str, Any], status: int, codigo: str
) -> None:
    _erro(postar(**pedido), status, codigo)
    rejeicao = Rejeicao.objects.get()
    assert (rejeicao.tipo, rejeicao.identificador, rejeicao.codigo) == ("pacote", "", codigo)
    assert not OperacaoPdv.objects.exists()


def test_corpo_grande_demais_e_recusado_sem_ser_lido_inteiro(postar: Postar, settings: Any) -> None:
    settings.PDV_CORPO_MAXIMO = 2000
    contexto = _erro(postar(corpo=b"x" * 2001, HTTP_CONTENT_ENCODING="identity"), 413, "CORPO_MUITO_GRANDE")["contexto"]
    assert contexto == {"limite": 2000}


def test_bomba_e_recusada(postar: Postar, settings: Any) -> None:
    settings.PDV_CORPO_MAXIMO = 100_000
    corpo = gzip.compress(b" " * 50_000_000)
    assert len(corpo) < 100_000
    _erro(postar(corpo=corpo), 413, "CORPO_MUITO_GRANDE")


def test_corpo_exatamente_no_limite_entra(postar: Postar, settings: Any) -> None:
    corpo = em_json(novo_pacote(nova_operacao(1)))
    settings.PDV_CORPO_MAXIMO = len(corpo)
    assert postar(corpo=gzip.compress(corpo)).status_code == 200
    assert postar(corpo=corpo, HTTP_CONTENT_ENCODING="identity").status_code == 200


@pytest.mark.parametrize("tamanho", ["", "-1"])
def test_sem_content_length_o_corpo_e_incompleto(chave: str, tamanho: str, postar: Postar) -> None:
    _erro(postar(novo_pacote(), CONTENT_LENGTH=tamanho), 400, "CORPO_INCOMPLETO")


def test_conexao_que_cai_no_meio_do_corpo(postar: Postar) -> None:
    class Caida(BytesIO):
        def read(self, *args: Any) -> bytes:
            raise OSError("connection reset")

    corpo = em_gzip(novo_pacote(nova_operacao(1)))
    curto = {"wsgi.input": BytesIO(corpo[:50]), "CONTENT_LENGTH": str(len(corpo))}
    _erro(postar(corpo=corpo, **curto), 400, "CORPO_INCOMPLETO")
    _erro(postar(corpo=corpo, **{"wsgi.input": Caida()}), 400, "CORPO_INCOMPLETO")
    assert not OperacaoPdv.objects.exists()


# How much, and how it looks when the database is away


def test_chave_que_pede_demais_espera(postar: Postar, settings: Any) -> None:
    cache.clear()
    settings.PDV_PEDIDOS_POR_MINUTO = 2
    with time_machine.travel(datetime(2026, 7, 1, 12, 0, 20, tzinfo=UTC), tick=False):
        assert [postar(novo_pacote()).status_code for _ in range(2)] == [200, 200]
        recusada = postar(novo_pacote(nova_operacao(1)))
    _erro(recusada, 429, "LIMITE_EXCEDIDO")
    assert recusada["Retry-After"] == "40"
    assert not OperacaoPdv.objects.exists()
    with time_machine.travel(datetime(2026, 7, 1, 12, 1, 0, tzinfo=UTC), tick=False):
        assert postar(novo_pacote()).status_code == 200


@pytest.mark.parametrize("tabela", ["hiperpdv_turno", "hiperpdv_operacao_pdv", "hiperpdv_nota_fiscal", "pdv_rejeicao"])
def test_banco_que_cai_no_meio_e_503_e_nada_fica_pela_metade(postar: Postar, tabela: str) -> None:
    def cair(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if tabela in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    pacote = novo_pacote(nova_operacao(1), notas=[nova_nota(1)], turnos=[novo_turno(1)])
    with connection.execute_wrapper(cair):
        resposta = postar(pacote)
    _erro(resposta, 503, "INDISPONIVEL")
    assert int(resposta["Retry-After"]) > 0
    assert not any(modelo.objects.exists() for modelo in (Turno, OperacaoPdv, ItemOperacaoPdv, NotaFiscal))
    assert [linha["resultado"] for secao in postar(pacote).json().values() for linha in secao] == ["criada"] * 3


# The documentation


def test_exemplo_da_documentacao_entra_como_esta(postar: Postar, ponto_venda: PontoVenda) -> None:
    PontoVenda.objects.update(codigo=EXEMPLO_PACOTE["operacoes"][0]["id_ponto_venda"])
    resposta = postar(EXEMPLO_PACOTE).json()
    linhas = [linha for secao in resposta.values() for linha in secao]
    assert [linha["resultado"] for linha in linhas] == ["criada"] * 3


def test_exemplo_de_recebimento_entra_como_esta_e_fecha(postar: Postar, ponto_venda: PontoVenda) -> None:
    (operacao,) = EXEMPLO_RECEBIMENTO["operacoes"]
    PontoVenda.objects.update(codigo=operacao["id_ponto_venda"])
    assert [linha["resultado"] for linha in postar(EXEMPLO_RECEBIMENTO).json()["operacoes"]] == ["criada"]
    pago = sum(Decimal(r["valor"]) + Decimal(r["juros"]) - Decimal(r["desconto"]) for r in operacao["recebimentos"])
    assert pago == Decimal(operacao["valor_total"]) == sum(Decimal(f["valor"]) for f in operacao["finalizadores"])


def test_todo_codigo_esta_explicado() -> None:
    assert set(EXPLICACAO_DA_LINHA) == set(CodigoLinha)
    assert set(EXPLICACAO_DO_PACOTE) == set(CodigoPacote)


def test_openapi_descreve_o_pacote_os_codigos_e_os_exemplos(client: Client) -> None:
    documento = client.get("/api/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json").json()
    operacao = documento["paths"][CAMINHO]["post"]
    pacote = operacao["requestBody"]["content"]["application/json"]
    operacoes = pacote["schema"]["properties"]["operacoes"]["items"]["properties"]
    assert operacoes["itens"]["items"]["properties"]["descricao"]["maxLength"] == 120
    assert operacoes["recebimentos"]["items"]["properties"]["numero_documento"]["maxLength"] == 40
    assert next(iter(pacote["examples"].values()))["value"] == EXEMPLO_PACOTE
    assert set(operacao["responses"]) >= {"200", "400", "401", "403", "413", "415", "422", "429", "503"}
    assert "VALOR_NEGATIVO" in operacao["description"]
    assert operacao["security"] == [{"ChaveApi": []}]
    assert "$defs" not in msgspec.json.encode(operacao).decode()
