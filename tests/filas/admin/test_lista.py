"""The list of the queue: what it shows, to whom, and what it never asks of the database."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from filas.models import EstadoContexto, Mensagem
from tests.filas.admin.conftest import CONTEXTO, CPF, Vizinhos, entrar, mensagem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vizinhos")]
LISTA = "/admin/filas/mensagem/"
Situacao = Mensagem.Situacao


def corpo(cliente: Client, endereco: str = LISTA, **dados: Any) -> str:
    resposta = cliente.get(endereco, dados)
    assert resposta.status_code == 200
    return resposta.content.decode()


def linhas(cliente: Client, **filtros: Any) -> set[int]:
    """The ids that the list shows under these filters."""
    tabela = corpo(cliente, **filtros).partition('id="result_list"')[2]
    return {int(pk) for pk in re.findall(r"/admin/filas/mensagem/(\d+)/change/", tabela)}


def test_cada_filtro_mostra_so_o_seu(ana: Client) -> None:
    feitas = {s: mensagem(s, chave=f"C{s}").pk for s in Situacao}
    outra = mensagem(chave="C9", causa="HTTP_422").pk
    assert linhas(ana) == {*feitas.values(), outra}
    assert linhas(ana, situacao=0) == {feitas[Situacao.PENDENTE]}
    assert linhas(ana, situacao=4) == {feitas[Situacao.ERRO], outra}
    assert linhas(ana, causa=f"{CONTEXTO}:SEM_RUA") == {feitas[Situacao.ERRO]}
    assert linhas(ana, causa="Outro:SEM_RUA") == set()
    assert linhas(ana, idade="mais-1h") == set()
    assert linhas(ana, idade="ate-1h") == {*feitas.values(), outra}
    assert linhas(ana, situacao="abc", idade="xyz", registro="nada") == set()


@pytest.mark.parametrize(
    "endereco",
    ["?causa=a:%00", "em-massa/?acao=reprocessar&causa=a:%00", "em-massa/?acao=cancelar&situacao=4&contexto=%00"],
)
def test_caractere_nulo_no_endereco_nao_quebra(ana: Client, endereco: str) -> None:
    assert ana.get(f"{LISTA}{endereco}").headers["Location"] == LISTA


def test_a_lista_nao_conta_a_tabela_nem_pergunta_por_linha(ana: Client) -> None:
    for n in range(60):
        mensagem(chave=f"C{n:03}")
    corpo(ana)  # content types and the like are cached by now
    with CaptureQueriesContext(
        connection,
    ) as consultas:
        corpo(ana)
    da_fila = [c["sql"] for c in consultas if '"wosk_queue"' in c["sql"] or "wosk_queue " in c["sql"]]
    assert len(da_fila) < 25
    assert not [sql for sql in da_fila if re.search(r"COUNT\(", sql, re.IGNORECASE) and "LIMIT" not in sql]


def test_o_topo_diz_quantas_de_cada_e_por_causa(ana: Client) -> None:
    for n in range(3):
        mensagem(chave=f"C{n}")
    mensagem(Situacao.PENDENTE, chave="P")
    texto = corpo(ana, reverse("admin:filas_mensagem_agora"), com_causas=1)
    assert "Sem a rua" in texto and "3 mensagens" in texto and "Reprocessar as 3" in texto
    assert "Informe a rua e reprocesse." in texto
    assert "Sem a rua" not in corpo(ana, reverse("admin:filas_mensagem_agora"), com_causas=0)


def test_procurar_por_registro_e_token_sem_o_cpf_no_endereco(ana: Client) -> None:
    uma, duas = mensagem(Situacao.SUCESSO), mensagem()
    mensagem(chave="OUTRO")
    resposta = ana.post(reverse("admin:filas_mensagem_procurar"), {"q": "529.982.247-25"}, follow=True)
    endereco, _ = resposta.redirect_chain[-1]
    assert endereco == f"{LISTA}?registro={duas.pk}"
    assert linhas(ana, registro=duas.pk) == {uma.pk, duas.pk}
    resposta = ana.post(reverse("admin:filas_mensagem_procurar"), {"q": str(uma.token)})
    assert resposta.headers["Location"] == f"{LISTA}{uma.pk}/change/"
    assert (
        "Nenhuma mensagem do registro"
        in ana.post(reverse("admin:filas_mensagem_procurar"), {"q": "nao-ha"}, follow=True).content.decode()
    )


def test_quem_nao_ve_documentos_le_a_chave_mascarada_e_nao_procura_por_ela() -> None:
    mensagem()
    bia = entrar("operador", nome="bia")
    assert CPF not in (texto := corpo(bia)) and "***.982.247-**" in texto
    texto = bia.post(reverse("admin:filas_mensagem_procurar"), {"q": CPF}, follow=True).content.decode()
    assert "pede a permissão de ver documentos" in texto


def test_parado_e_nao_configurado_se_leem_acima_da_lista(ana: Client, vizinhos: Vizinhos) -> None:
    mensagem(Situacao.PENDENTE)
    EstadoContexto.objects.create(contexto=CONTEXTO)
    vizinhos.pronto = False
    assert "falta configurar" in corpo(ana)
    vizinhos.pronto = True
    EstadoContexto.objects.update(pausado_por="ana", motivo="<b>manutenção</b>")
    assert "em pausa por ana" in (texto := corpo(ana)) and "<b>manutenção" not in texto


def test_um_parametro_qualquer_nao_vira_busca_na_tabela(ana: Client) -> None:
    mensagem()
    assert ana.get(LISTA, {"retorno__contains": "x"}).status_code == 400
