"""The other windows: notes, turnos, what did not get in, divergências, generations, log, acts."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pdv.processamento.admin.rejeicoes import legivel
from pdv.processamento.models import Alvo, AtoPessoa, Geracao, LogProcessamento
from pdv.replicacao.models import Divergencia, Rejeicao, Turno
from pdv.tabelas import Especie
from tests.erp.acesso.elenco import leituras
from tests.pdv.elenco import INSTALACAO, Elenco, estagiar, estagiar_nota, montar_elenco
from tests.pdv.fabricas import nova_chave
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sem_manifesto")]
REPLICACAO, PROCESSAMENTO = "/admin/replicacao", "/admin/processamento"


def uma_de_cada(pdv: Any, numero: int) -> dict[str, Any]:
    """One row of each window in the till's filial."""
    agora = timezone.now()
    operacao = estagiar(pdv, Especie.VENDA, D("10.00"), id_operacao=numero)
    dele = {"ponto_venda_id": pdv.pk, "filial_id": pdv.filial_id}
    alvo = {"alvo": Alvo.OPERACAO, "alvo_id": operacao.pk, "filial_id": pdv.filial_id, "em": agora}
    diferenca = {"campo": "valor_total", "retaguarda": "10.00", "terminal": "9.99"}
    return {
        f"{REPLICACAO}/notafiscal/": estagiar_nota(operacao, "<nota/>", nova_chave(numero), numero),
        f"{REPLICACAO}/turno/": Turno.objects.create(
            **dele, instalacao=INSTALACAO, id_turno=numero, id_ponto_venda=pdv.codigo, sequencial=1,
            data_hora_inicio=agora,
        ),
        f"{REPLICACAO}/rejeicao/": Rejeicao.objects.create(
            **dele, tipo="operacao", identificador=str(numero), codigo="CAMPO_INVALIDO", mensagem="não é número",
            conteudo=b'{"nome": "<b>Jo\\u00e3o</b>"}',
        ),
        f"{REPLICACAO}/divergencia/": Divergencia.objects.create(
            **dele, operacao_id=operacao.pk, hash_conteudo=b"\1" * 33, conteudo={"valor_total": "9.99"},
            diferencas=[diferenca],
        ),
        f"{PROCESSAMENTO}/geracao/": Geracao.objects.create(
            **dele, instalacao=INSTALACAO, id_operacao=numero, numero=1, operacao=1, valor_total=D("10.00"),
            criada_em=agora,
        ),
        f"{PROCESSAMENTO}/logprocessamento/": LogProcessamento.objects.create(
            **alvo, tentativa=1, resultado=LogProcessamento.Resultado.ERRO, codigo="X", mensagem="y"
        ),
        f"{PROCESSAMENTO}/atopessoa/": AtoPessoa.objects.create(
            **alvo, acao=AtoPessoa.Acao.IGNORAR, motivo="venda de teste", usuario="ana"
        ),
    }  # fmt: skip


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


def test_cada_janela_mostra_so_as_filiais_de_quem_olha_e_nao_conta_linhas(elenco: Elenco) -> None:
    minhas, alheias = uma_de_cada(elenco.pdv, 1), uma_de_cada(elenco.pdv3, 2)
    bia = entrar(pessoa("bia", "auditor", "gerente", filiais=(elenco.centro,)))
    auditor_ve_tudo = entrar(pessoa("ana", "auditor"))
    gerente = entrar(pessoa("caio", "gerente", filiais=(elenco.centro,)))
    assert bia
    for endereco, minha in minhas.items():
        with CaptureQueriesContext(connection) as consultas:
            listadas = gerente.get(endereco).context["cl"].result_list
        assert [x.pk for x in listadas] == [minha.pk], endereco
        assert len(consultas) <= 16, endereco
        assert all("COUNT(" not in q["sql"].upper() for q in consultas.captured_queries), endereco
        assert {x.pk for x in auditor_ve_tudo.get(endereco).context["cl"].result_list} == {
            minha.pk,
            alheias[endereco].pk,
        }, endereco


@pytest.mark.parametrize("janela", ["notafiscal", "turno", "rejeicao", "divergencia"])
def test_pagina_de_outra_filial_nao_existe(elenco: Elenco, janela: str) -> None:
    endereco = f"{REPLICACAO}/{janela}/"
    minha, alheia = uma_de_cada(elenco.pdv, 1)[endereco], uma_de_cada(elenco.pdv3, 2)[endereco]
    cliente = entrar(pessoa("bia", "operador", filiais=(elenco.centro,)))
    assert cliente.get(f"{endereco}{minha.pk}/change/").status_code == 200
    assert cliente.get(f"{endereco}{alheia.pk}/change/").status_code == 302


def test_operador_nao_le_o_log_nem_os_atos(elenco: Elenco) -> None:
    cliente = entrar(pessoa("bia", "operador", filiais=(elenco.centro,)))
    assert cliente.get(f"{PROCESSAMENTO}/logprocessamento/").status_code == 403
    assert cliente.get(f"{PROCESSAMENTO}/atopessoa/").status_code == 403


def test_o_que_nao_entrou_mostra_o_conteudo_sem_executar_nada(elenco: Elenco) -> None:
    endereco = f"{REPLICACAO}/rejeicao/"
    rejeicao = uma_de_cada(elenco.pdv, 1)[endereco]
    cliente = entrar(pessoa("ana", "gerente", filiais=(elenco.centro,)))
    html = cliente.get(f"{endereco}{rejeicao.pk}/change/").content.decode()
    assert "&lt;b&gt;João&lt;/b&gt;" in html
    assert "não é número" in html
    assert [x.pk for x in cliente.get(endereco, {"q": "1"}).context["cl"].result_list] == [rejeicao.pk]
    assert list(cliente.get(endereco, {"resolvida": "sim"}).context["cl"].result_list) == []
    Rejeicao.objects.update(resolvida_em=timezone.now())
    assert list(cliente.get(endereco, {"resolvida": "nao"}).context["cl"].result_list) == []


@pytest.mark.parametrize("conteudo", ['{"cpf_cnpj_consumidor": "%s"}', '{"xml": "<CPF>%s</CPF>"}', '{"cortado": "%s'])
def test_cpf_do_que_nao_entrou_e_de_quem_ve_documentos(elenco: Elenco, conteudo: str) -> None:
    cpf = "52998224725"
    rejeicao = uma_de_cada(elenco.pdv, 1)[f"{REPLICACAO}/rejeicao/"]
    Rejeicao.objects.update(conteudo=(conteudo % cpf).encode(), mensagem=f'codigo_cliente: recebido "{cpf}"')
    for grupo, ve in (("gerente", True), ("operador", False)):
        cliente = entrar(pessoa(grupo, grupo, filiais=(elenco.centro,)))
        pagina = cliente.get(f"{REPLICACAO}/rejeicao/{rejeicao.pk}/change/").content.decode()
        assert (cpf in pagina) is ve and (ve or "***.982.247-**" in pagina)
        assert cpf not in cliente.get(f"{REPLICACAO}/rejeicao/").content.decode()


@pytest.mark.parametrize(
    ("bruto", "mostrado"),
    [
        (b'{"a":1}', '{\n  "a": 1\n}'),
        ("não é json".encode(), "não é json"),
        (b"\xff\x00\x1b[31m", "\\xff\\x00\\x1b[31m"),
        (b'{"a": "cortado', '{"a": "cortado'),
        (b"[" * 100_000, "[" * 100_000),
        (b"", ""),
    ],
)
def test_conteudo_que_chegou_e_sempre_legivel(bruto: bytes, mostrado: str) -> None:
    assert legivel(bruto) == mostrado


def test_o_que_nao_entrou_mostra_documentos_so_a_quem_pode_e_isso_fica_na_trilha(elenco: Elenco) -> None:
    endereco = f"{REPLICACAO}/rejeicao/"
    rejeicao = uma_de_cada(elenco.pdv, 1)[endereco]
    corpo = b'{"cpf_cnpj_consumidor": "52998224725", "telefone": "(21) 99999-8888", "id": 7}'
    Rejeicao.objects.filter(pk=rejeicao.pk).update(conteudo=corpo)
    bia, ana = (entrar(pessoa(*quem, filiais=(elenco.centro,))) for quem in (("bia", "operador"), ("ana", "gerente")))
    lido = bia.get(f"{endereco}{rejeicao.pk}/change/").content.decode()
    assert "52998224725" not in lido and "99999-8888" not in lido and "***.982.247-**" in lido and leituras() == []
    assert "52998224725" in ana.get(f"{endereco}{rejeicao.pk}/change/").content.decode()
    assert leituras() == [("ana", "replicacao.Rejeicao", str(rejeicao.pk))]


def test_divergencia_poe_os_dois_valores_lado_a_lado(elenco: Elenco) -> None:
    endereco = f"{REPLICACAO}/divergencia/"
    divergencia = uma_de_cada(elenco.pdv, 1)[endereco]
    cliente = entrar(pessoa("ana", "gerente", filiais=(elenco.centro,)))
    html = cliente.get(f"{endereco}{divergencia.pk}/change/").content.decode()
    assert html.index(">Total<") < html.index("R$\u00a010,00") < html.index("R$\u00a09,99")
