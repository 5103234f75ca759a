import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from auditoria.models import Evento
from erp.acesso.models import ChaveApi
from erp.acesso.services import autenticar
from erp.cadastros.models import Conta, Filial, PontoVenda

pytestmark = pytest.mark.django_db


@pytest.fixture
def ponto():
    filial = Filial.objects.create(codigo=1, nome="CENTRO")
    caixa = Conta.objects.create(codigo="CX3", nome="Caixa 3", tipo=Conta.Tipo.CAIXA, filial=filial)
    return PontoVenda.objects.create(codigo=3, nome="PDV 3", filial=filial, conta_caixa=caixa)


def criar(*argumentos):
    saida, erros = StringIO(), StringIO()
    call_command("criar_chave", *argumentos, stdout=saida, stderr=erros)
    return saida.getvalue(), erros.getvalue()


def test_so_a_chave_sai_na_saida_padrao_e_ela_abre_o_ponto_de_venda(ponto):
    saida, erros = criar("--nome", "PDV 3", "--escopo", "pdv", "--ponto-venda", "3")
    assert re.fullmatch(r"rtg_[0-9a-f]{12}_[0-9a-f]{64}\n", saida)
    assert autenticar(saida.strip()).ponto_venda_id == ponto.pk
    assert "não será mostrada de novo" in erros and saida.strip() not in erros
    assert Evento.objects.get(acao="acesso.chave_criada").ator.startswith("terminal de ")


def test_homologacao_validade_e_varios_escopos(ponto):
    criar(
        "--nome", "Integrador", "--escopo", "pdv", "--escopo", "rotinas", "--ponto-venda", "3", "--homologacao",
        "--dias", "30",
    )  # fmt: skip
    chave = ChaveApi.objects.get()
    assert (chave.escopos, chave.homologacao) == (["pdv", "rotinas"], True)
    assert (chave.expira_em - chave.criada_em).days in (29, 30)


@pytest.mark.parametrize(
    ("argumentos", "problema"),
    [
        (["--nome", "X", "--escopo", "pdv", "--ponto-venda", "9"], "código 9. Existem: 3"),
        (["--nome", "X", "--escopo", "pdv"], "pertence a um ponto de venda"),
        (["--nome", " ", "--escopo", "rotinas"], "precisa de um nome"),
        (["--nome", "X", "--escopo", "tudo"], "tudo"),
        (["--nome", "X", "--escopo", "rotinas", "--dias", "0"], "recebido: 0"),
        (["--escopo", "rotinas"], "--nome"),
    ],
)
def test_pedido_errado_diz_o_que_falta_e_nao_cria(ponto, argumentos, problema):
    with pytest.raises(CommandError, match=re.escape(problema)):
        criar(*argumentos)
    assert not ChaveApi.objects.exists()


def test_a_chave_do_webservice_de_clientes_tem_36_caracteres(db):
    saida, _ = criar("--nome", "Loja virtual", "--escopo", "clientes", "--homologacao")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n", saida)
    chave = autenticar(saida.strip())
    assert chave.escopos == ["clientes"] and chave.homologacao
