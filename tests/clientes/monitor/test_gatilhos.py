"""A change of the register is noted by the database itself, whoever makes it; a change of nothing is not."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from clientes.gatilhos import COLUNAS_QUE_CONTAM
from clientes.models import Cliente, Pendente, TipoVarejo
from clientes.monitor.conteudo import CAMPOS_DO_CONTEUDO
from clientes.services import gravar_cliente, mudar_status
from tests.clientes.monitor.elenco import escrever, mudar, notas
from tests.erp.elenco import CPF, filial, navegador, pessoa

pytestmark = pytest.mark.django_db

# A value other than the one a customer of the cast has.
OUTROS = {
    "CLIENTE_VAREJO": "JOSE", "CPF_CGC": "1", "RG_IE": "2", "ENDERECO": "RUA", "TIPO_LOGRADOURO": "AV", "NUMERO": "9",
    "COMPLEMENTO": "C", "BAIRRO": "B", "CIDADE": "BETIM", "UF": "SP", "CEP": "30110001", "PAIS": "PERU",
    "TELEFONE": "33334444", "DDD": "31", "CELULAR": "987654321", "DDD_CELULAR": "31", "EMAIL": "a@b.c", "SEXO": "F",
    "STATUS": 0, "ANIVERSARIO": date(1990, 1, 1), "CADASTRAMENTO": "2020-01-01 00:00:00+00", "FILIAL": "OUTRA",
    "TIPO_VAREJO": "VIP", "ESTRANGEIRO": 1, "PF_PJ": 0,
}  # fmt: skip


def sql(texto: str, *valores: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(texto, valores)


def apagar_notas() -> None:
    Pendente.objects.all().delete()


def test_as_colunas_que_contam_sao_as_da_mensagem_menos_a_data_de_transferencia() -> None:
    resolvidas = {"IBGE", "PAIS_BC", "CODIGO_CLIENTE", "DATA_PARA_TRANSFERENCIA"}
    assert set(COLUNAS_QUE_CONTAM) == CAMPOS_DO_CONTEUDO - resolvidas


def test_o_servico_nota_ao_incluir_ao_mudar_e_ao_inativar(novo_cliente: Callable[..., Cliente]) -> None:
    cliente = novo_cliente()
    assert notas() == [CPF]
    cliente.bairro = "CENTRO"
    gravar_cliente(cliente, novo=False, usuario=pessoa("gerente"))
    mudar_status(Cliente.objects.all(), status=0, usuario=pessoa("gerente"), motivo="mudou-se")
    assert notas() == [CPF] * 3


def test_o_admin_nota(loja: None) -> None:
    dados = {
        "cliente_varejo": "ANA", "cpf_cgc": CPF, "filial": filial().nome, "pf_pj": "1", "estrangeiro": "0",
        "status": "1", "tipo_varejo": "CLIENTE VAREJO",
    }  # fmt: skip
    resposta = navegador("operador").post("/admin/clientes/cliente/add/", dados)
    assert resposta.status_code == 302, resposta.content.decode()[:2000]
    assert notas() == [CPF]


def test_sql_na_mao_nota_cada_linha_que_muda_e_so_ela() -> None:
    for n in "123":
        escrever(n)
    apagar_notas()
    sql("""UPDATE "CLIENTES_VAREJO" SET "BAIRRO" = 'CENTRO' WHERE "CODIGO_CLIENTE" IN ('1', '3')""")
    assert notas() == ["1", "3"]


def test_copy_nota_cada_linha() -> None:
    linhas = "".join(f"{n}\tCLIENTE {n}\tLOJA\n" for n in range(500))
    with connection.cursor() as cursor:
        cursor.copy_expert(
            """COPY "CLIENTES_VAREJO" ("CODIGO_CLIENTE", "CLIENTE_VAREJO", "FILIAL") FROM STDIN""", io.StringIO(linhas)
        )
    assert sorted(notas()) == sorted(map(str, range(500)))


def test_insercao_em_massa_e_atualizacao_em_massa_notam() -> None:
    Cliente.objects.bulk_create(Cliente(codigo_cliente=str(n), cliente_varejo="X", filial="LOJA") for n in range(10))
    assert len(notas()) == 10
    apagar_notas()
    assert Cliente.objects.update(bairro="CENTRO") == 10
    assert sorted(notas()) == sorted(map(str, range(10)))


def test_inserir_ou_atualizar_nota_o_novo_e_o_que_mudou_e_nao_o_igual() -> None:
    escrever("1")
    escrever("2")
    apagar_notas()
    sql(
        """INSERT INTO "CLIENTES_VAREJO" ("CODIGO_CLIENTE", "CLIENTE_VAREJO", "FILIAL")
           VALUES ('1', 'MARIA', 'LOJA'), ('2', 'OUTRO NOME', 'LOJA'), ('3', 'NOVO', 'LOJA')
           ON CONFLICT ("CODIGO_CLIENTE") DO UPDATE SET "CLIENTE_VAREJO" = excluded."CLIENTE_VAREJO" """
    )
    assert sorted(notas()) == ["2", "3"]


@pytest.mark.parametrize("coluna", sorted(OUTROS))
def test_mudar_um_campo_da_mensagem_nota(coluna: str) -> None:
    TipoVarejo.objects.get_or_create(pk="VIP")
    escrever()
    apagar_notas()
    sql(f'UPDATE "CLIENTES_VAREJO" SET "{coluna}" = %s', OUTROS[coluna])
    assert notas() == ["1"]


def test_os_campos_experimentados_sao_todos() -> None:
    assert set(OUTROS) == set(COLUNAS_QUE_CONTAM)


def test_de_nulo_a_vazio_e_mudanca_e_o_contrario_tambem() -> None:
    escrever(cep=None)
    apagar_notas()
    mudar(cep="")
    mudar(cep=None)
    assert notas() == ["1", "1"]


def test_mudar_nada_nao_nota() -> None:
    escrever()
    apagar_notas()
    mudar(cliente_varejo="MARIA", cidade=F("cidade"))
    mudar(data_para_transferencia=timezone.now())
    mudar(obs="só para nós", documento_valido=False)
    sql('UPDATE "CLIENTES_VAREJO" SET "CIDADE" = \'BETIM\' WHERE false')
    assert notas() == []


def test_mudanca_desfeita_nao_deixa_nota() -> None:
    escrever()
    apagar_notas()
    with pytest.raises(RuntimeError), transaction.atomic():
        mudar(bairro="CENTRO")
        assert notas() == ["1"]
        raise RuntimeError
    assert notas() == []


def test_quem_troca_a_chave_em_sql_nota_a_nova() -> None:
    escrever()
    apagar_notas()
    sql("""UPDATE "CLIENTES_VAREJO" SET "CODIGO_CLIENTE" = '9'""")
    assert notas() == ["9"]
