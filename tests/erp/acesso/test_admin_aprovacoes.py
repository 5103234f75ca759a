import re

import pytest

from erp.acesso.models import Aprovacao
from erp.acesso.services import solicitar

pytestmark = pytest.mark.django_db
LISTA = "/admin/acesso/aprovacao/"
PODERES = ("acesso.view_aprovacao", "acesso.decidir_aprovacao")


@pytest.fixture
def pedido(pessoa):
    return solicitar(
        acao="x.fazer", descricao="Reabrir outubro", objeto="x.Y", objeto_id="1", motivo="nota atrasada",
        por=pessoa("ana", *PODERES),
    )  # fmt: skip


def decidir(client, pedido, acao):
    endereco = f"{LISTA}{pedido.pk}/{acao}/"
    pagina = client.get(endereco)
    token = re.search(r'name="token" value="([^"]+)"', pagina.content.decode())[1]
    return client.post(endereco, {"token": token, "motivo": "conferi tudo"})


@pytest.mark.parametrize(
    ("acao", "situacao"), [("aprovar", Aprovacao.Situacao.APROVADA), ("recusar", Aprovacao.Situacao.RECUSADA)]
)
def test_outra_pessoa_decide(client, pessoa, pedido, acao, situacao):
    client.force_login(pessoa("bia", *PODERES))
    assert "Reabrir outubro" in client.get(LISTA).content.decode()
    assert decidir(client, pedido, acao).status_code == 302
    pedido.refresh_from_db()
    assert (pedido.situacao, pedido.motivo_decisao) == (situacao, "conferi tudo")


def test_quem_pediu_ve_por_que_nao_pode(client, pedido):
    client.force_login(pedido.solicitada_por)
    resposta = decidir(client, pedido, "aprovar")
    assert resposta.status_code == 409 and "Foi você quem pediu" in resposta.content.decode()
    pedido.refresh_from_db()
    assert pedido.situacao == Aprovacao.Situacao.PENDENTE


def test_quem_so_ve_nao_decide(client, pessoa, pedido):
    client.force_login(pessoa("caio", "acesso.view_aprovacao"))
    assert client.get(f"{LISTA}{pedido.pk}/change/").status_code == 200
    assert client.get(f"{LISTA}{pedido.pk}/aprovar/").status_code == 403
