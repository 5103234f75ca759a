"""Every link that the admin shows to a member of a group can be followed by that person."""

from __future__ import annotations

import re
import uuid
from collections import Counter, deque
from datetime import timedelta
from decimal import Decimal as D
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from clientes.models import Cliente
from erp.acesso.grupos import GRUPOS
from erp.acesso.services.aprovacoes import solicitar
from erp.estoque.documento import LinhaDocumento
from erp.estoque.models import Natureza
from erp.estoque.services import registrar_documento
from filas.models import AcaoEmMassa, Mensagem, Tentativa
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import Divergencia, OperacaoPdv, Rejeicao
from tests.pdv.elenco import CREDITO, DINHEIRO, Elenco, estagiar_venda, montar_elenco
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = pytest.mark.django_db(transaction=True)  # the drain commits
# Pages of the same kind, apart from the number in the address: the first two of who sees most, one of the others.
POR_FORMA, PARA_QUEM_VE_MAIS = 1, 2
PAGINAS = 250


@pytest.fixture
def elenco() -> Elenco:
    """A day with something of each kind: posted, in error, refused, diverging, waiting for a second person."""
    elenco = montar_elenco()
    agora = timezone.now() - timedelta(minutes=5)  # lists begin with the last days
    pagos = [(DINHEIRO, "10.00", "0", 1), (CREDITO, "20.00", "0", 2)]
    estagiar_venda(elenco.pdv, [(999, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)], ocorrida_em=agora)
    estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(77, "10.00", "0", 1)], ocorrida_em=agora)
    feita = estagiar_venda(elenco.pdv, [(101, "2", "30.00")], pagos, ocorrida_em=agora)
    drenar_tudo()
    Rejeicao.objects.create(
        ponto_venda_id=elenco.pdv.pk, filial_id=elenco.centro.pk, tipo="operacao", identificador="9",
        codigo="CAMPO_INVALIDO", mensagem="ilegível", conteudo=b"{}", ultima_em=agora,
    )  # fmt: skip
    Divergencia.objects.create(
        operacao_id=feita.pk, ponto_venda_id=elenco.pdv.pk, filial_id=elenco.centro.pk, hash_conteudo=b"\2" * 33,
        conteudo={"valor_total": "1.00"}, diferencas=[{"campo": "valor_total", "retaguarda": "30.00", "terminal": "1.00"}],
    )  # fmt: skip
    registrar_documento(
        natureza=Natureza.ENTRADA, filial=elenco.centro, linhas=[LinhaDocumento(elenco.cafe.pk, D(5), D(2))],
        motivo="compra", ocorrido_em=agora, usuario=elenco.ana, chave=uuid.uuid4(),
    )  # fmt: skip
    solicitar(acao="x.y", descricao="reabrir o mês", objeto="x", objeto_id="1", motivo="nota atrasada", por=elenco.ana)
    _fila(elenco)
    return elenco


def _fila(elenco: Elenco) -> None:
    """A message of each situação, with its attempt, of a customer whose place nobody knows; and many at once."""
    codigo = "52998224725"
    Cliente.objects.create(
        codigo_cliente=codigo, cliente_varejo="ANA", cpf_cgc=codigo, cidade="NENHURES", uf="MG", filial="X"
    )
    conteudo = {"CODIGO_CLIENTE": codigo, "CLIENTE_VAREJO": "ANA", "CIDADE": "NENHURES", "UF": "MG", "PAIS_BC": "1058"}
    for situacao, causa in ((2, ""), (0, ""), (4, "SEM_IBGE"), (4, "DOCUMENTO_LONGO")):
        m = Mensagem.objects.create(
            contexto="LojaCliente", chave=codigo, conteudo=conteudo, situacao=situacao, causa=causa, mensagem=causa
        )
        Tentativa.objects.create(
            mensagem_id=m.pk, numero=1, resultado=2, iniciada_em=timezone.now(), segundos=1, conteudo=conteudo
        )
    AcaoEmMassa.objects.create(acao=1, criterio={}, descricao="x", motivo="conserto", pedida_por=elenco.ana, total=1)


@pytest.mark.parametrize("grupo", GRUPOS)
def test_nenhum_elo_leva_a_uma_porta_fechada(elenco: Elenco, grupo: str) -> None:
    cliente = entrar(pessoa("visitante", grupo, filiais=(elenco.centro,)))
    fechadas, abertas = percorrer(cliente, PARA_QUEM_VE_MAIS if grupo == "gerente" else POR_FORMA)
    assert fechadas == []
    assert f"/admin/replicacao/operacaopdv/{OperacaoPdv.objects.get(situacao_replicacao=9).pk}/change/" in abertas
    ve_a_fila = grupo not in ("fiscal", "financeiro")
    assert any(elo.startswith("/admin/filas/mensagem/") and elo.endswith("/change/") for elo in abertas) is ve_a_fila


def test_quem_nao_tem_grupo_le_a_quem_pedir() -> None:
    corpo = entrar(User.objects.create_user("novata", is_staff=True)).get("/admin/").content.decode()
    assert "ainda não está em nenhum grupo" in corpo


def percorrer(cliente: Client, por_forma: int) -> tuple[list[tuple[str, str, int]], set[str]]:
    """From the first page on: (address, where its link was, what it answered) of the refused, and all that was seen."""
    fila = deque([("/admin/", "")])
    vistas, formas = {"/admin/"}, Counter[str]()
    fechadas = []
    while fila and len(vistas) < PAGINAS:
        endereco, onde = fila.popleft()
        resposta = cliente.get(endereco, follow=True)
        if resposta.status_code != 200:
            fechadas.append((endereco, onde, resposta.status_code))
        if resposta.streaming or "text/html" not in resposta.headers["Content-Type"]:
            continue
        for elo in re.findall(r'href="(/admin/[^"#]*)"', resposta.content.decode()):
            elo = unescape(elo)
            forma = re.sub(r"\d+", "N", elo.partition("?")[0])
            if elo in vistas or "logout" in elo or formas[forma] >= por_forma:
                continue
            formas[forma] += 1
            vistas.add(elo)
            fila.append((elo, endereco))
    return fechadas, vistas
