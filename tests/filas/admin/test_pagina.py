"""A message's page: what it says, what it hides, and that nothing from outside becomes HTML."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from filas.models import Mensagem, Tentativa
from tests.erp.acesso.elenco import leituras
from tests.filas.admin.conftest import CPF, Vizinhos, conteudo, entrar, mensagem, tentativa

pytestmark = pytest.mark.django_db
Situacao = Mensagem.Situacao
MALVADO = "<script>alert(1)</script>"


def pagina(cliente: Client, m: Mensagem) -> str:
    resposta = cliente.get(reverse("admin:filas_mensagem_change", args=[m.pk]))
    assert resposta.status_code == 200
    return resposta.content.decode()


@pytest.mark.usefixtures("vizinhos")
def test_diz_o_que_e_o_que_houve_e_a_saida(ana: Client) -> None:
    texto = pagina(ana, mensagem())
    assert f"Conta ao outro sistema como ficou o registro MARIA DA SILVA ({CPF})" in texto
    assert "Sem a rua" in texto and "Informe a rua e reprocesse." in texto
    assert 'href="/rua/"' in texto and "Informar a rua" in texto
    assert [(quem, objeto) for quem, objeto, _ in leituras()] == [("ana", "filas.Mensagem")]


def test_ensaia_o_que_iria_agora(ana: Client, vizinhos: Vizinhos) -> None:
    m = mensagem()
    assert "Ainda não iria, pelo mesmo motivo: o cadastro não mudou." in pagina(ana, m)
    assert "Ainda não iria: Sem a rua." in pagina(ana, mensagem(causa="HTTP_422", chave="OUTRO"))
    vizinhos.registros[CPF] = conteudo(RUA="DAS FLORES")
    texto = pagina(ana, m)
    assert "Nada falta no cadastro: pode ir." in texto and "DAS FLORES" in texto and "antes: vazio" in texto


@pytest.mark.usefixtures("vizinhos")
def test_cada_tentativa_com_o_que_mudou_da_anterior(ana: Client) -> None:
    m = mensagem(Situacao.SUCESSO)
    tentativa(m, 1)
    tentativa(m, 2, payload={"documento": CPF, "rua": "B"}, resultado=Tentativa.Resultado.SUCESSO, status_http=200)
    texto = pagina(ana, m)
    assert "1 mudança<" in texto and "antes: A" in texto
    assert texto.index("Tentativa 2") < texto.index("Tentativa 1")
    assert "rua inválida" in texto and "Copiar o curl" in texto and f"-d &#x27;{CPF}&#x27;" in texto


@pytest.mark.usefixtures("vizinhos")
def test_quem_nao_ve_documentos_nao_le_nada_pessoal() -> None:
    m = mensagem(conteudo=conteudo(RUA="DAS FLORES", TELEFONE="33334444", OBS="liga para a Ana"))
    tentativa(
        m, 1, conteudo=m.conteudo, payload={"contatos": [{"tipo": "TELEFONE", "valor": "33334444"}], "documento": CPF}
    )
    tentativa(m, 2, conteudo=m.conteudo, payload={"contatos": [{"tipo": "TELEFONE", "valor": "99998888"}], "documento": CPF},
              retorno=f"CPF {CPF} inválido")  # fmt: skip
    texto = pagina(entrar("operador", nome="bia"), m)
    assert CPF not in texto and "***.982.247-**" in texto
    for segredo in ("33334444", "99998888", "liga para a Ana", "maria@exemplo", "curl -X"):
        assert segredo not in texto
    assert "DAS FLORES" in texto and "TELEFONE" in texto  # what its context says that anybody may read
    assert "1 mudança<" in texto  # told, without its value
    assert "só quem pode ver documentos" in texto and leituras() == []


@pytest.mark.usefixtures("vizinhos")
def test_o_que_vem_de_fora_nao_vira_html(ana: Client) -> None:
    m = mensagem(
        chave=MALVADO, mensagem=MALVADO, causa=MALVADO[:60], conteudo=conteudo(NOME=MALVADO, **{MALVADO: MALVADO})
    )
    tentativa(m, mensagem=MALVADO, retorno=MALVADO, curl=MALVADO, payload={MALVADO: [MALVADO]})
    assert MALVADO not in pagina(ana, m)
    assert MALVADO not in ana.get("/admin/filas/mensagem/").content.decode()
    assert MALVADO not in ana.get("/admin/filas/mensagem/", {"causa": f"Vizinhos:{MALVADO}"}).content.decode()


@pytest.mark.usefixtures("vizinhos")
def test_mensagem_de_contexto_que_ninguem_conhece_abre(ana: Client) -> None:
    assert "Sumido" in pagina(ana, mensagem(contexto="Sumido"))


@pytest.mark.usefixtures("vizinhos")
@pytest.mark.parametrize("pk", ["999999", "abc", "9" * 30])
def test_a_que_nao_existe_volta_a_lista(ana: Client, pk: str) -> None:
    resposta = ana.get(f"/admin/filas/mensagem/{pk}/change/", follow=True)
    assert "não existe" in resposta.content.decode()
