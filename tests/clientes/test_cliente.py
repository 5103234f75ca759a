from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from auditoria.models import Evento
from auditoria.pessoas.identidade import referencia
from clientes.erros import ConflitoDeIdentidade
from clientes.models import Cliente, TipoVarejo
from clientes.services import gravar_cliente, mudar_status
from erp.cadastros.documentos import limpar
from erp.cadastros.textos import normalizar
from tests.erp.elenco import CPF, empresa, filial, pessoa

pytestmark = pytest.mark.django_db
Novo = Callable[..., Cliente]
COLUNAS = """CODIGO_CLIENTE CLIENTE_VAREJO FILIAL PF_PJ ESTRANGEIRO RG_IE CPF_CGC ENDERECO TIPO_LOGRADOURO NUMERO
    COMPLEMENTO BAIRRO CIDADE UF CEP PAIS TELEFONE DDD CELULAR DDD_CELULAR EMAIL SEXO STATUS ANIVERSARIO OBS TIPO_VAREJO
    CADASTRAMENTO DATA_PARA_TRANSFERENCIA documento busca documento_valido""".split()


def plano(consulta: Any) -> str:
    return str(consulta.explain())


def test_a_tabela_tem_os_nomes_da_especificacao() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'CLIENTES_VAREJO'")
        assert {nome for (nome,) in cursor.fetchall()} == {*COLUNAS, "ANONIMIZADO_EM"}
        cursor.execute(
            """SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
               WHERE i.indrelid = '"CLIENTES_VAREJO"'::regclass AND i.indisprimary"""
        )
        assert cursor.fetchall() == [("CODIGO_CLIENTE",)]
    assert TipoVarejo._meta.db_table == "CLIENTE_VAR_TIPOS"
    assert TipoVarejo.objects.filter(pk="CLIENTE VAREJO").exists()


def test_quem_escreve_por_sql_so_o_essencial_tem_o_resto_certo() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO "CLIENTES_VAREJO" ("CODIGO_CLIENTE", "CLIENTE_VAREJO", "FILIAL", "CPF_CGC")
               VALUES ('52998224725', 'José D''Ávila', 'Matriz', '529.982.247-25')"""
        )
    cliente = Cliente.objects.get()
    assert (cliente.documento, cliente.busca) == (CPF, "JOSE D AVILA")
    assert (cliente.status, cliente.estrangeiro, cliente.pf_pj, cliente.obs) == (1, 0, 1, "")
    assert cliente.tipo_varejo_id == "CLIENTE VAREJO" and cliente.cep is None
    assert cliente.cadastramento and cliente.data_para_transferencia


@pytest.mark.parametrize("codigo", ["", " 1", "1 ", " "])
def test_o_banco_recusa_codigo_que_nao_esta_aparado(loja: None, codigo: str) -> None:
    with pytest.raises(IntegrityError, match="cliente_codigo_aparado"), transaction.atomic():
        Cliente.objects.create(codigo_cliente=codigo, cliente_varejo="X", filial="Matriz")


@pytest.mark.parametrize("texto", ["529.982.247-25", "12.abc.345/01de-35", "", "  ", "ÁÉ-1", "ab/12_3"])
def test_documento_no_banco_e_o_mesmo_da_funcao(novo_cliente: Novo, texto: str) -> None:
    cliente = novo_cliente(codigo_cliente="1", cpf_cgc=texto, estrangeiro=1)
    assert cliente.documento == limpar(texto)
    assert cliente.busca == normalizar(cliente.cliente_varejo)


def test_inserir_poe_as_duas_datas_e_mudar_so_uma(novo_cliente: Novo) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        cliente = novo_cliente()
    assert cliente.cadastramento == cliente.data_para_transferencia == datetime(2026, 3, 1, 12, tzinfo=UTC)
    cliente.bairro = "CENTRO"
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        assert gravar_cliente(cliente, novo=False, usuario=pessoa("gerente"))
    cliente = Cliente.objects.get()
    assert (cliente.cadastramento.day, cliente.data_para_transferencia.day) == (1, 2)


def test_gravar_sem_mudar_nada_nao_escreve_nem_registra(novo_cliente: Novo) -> None:
    cliente = novo_cliente()
    antes, eventos = cliente.data_para_transferencia, Evento.objects.count()
    assert not gravar_cliente(Cliente.objects.get(), novo=False, usuario=pessoa("gerente"))
    assert (Cliente.objects.get().data_para_transferencia, Evento.objects.count()) == (antes, eventos)


def test_a_auditoria_diz_o_que_mudou_sem_mostrar_documento_nem_telefone(novo_cliente: Novo) -> None:
    cliente = novo_cliente()
    criado = Evento.objects.get(acao="clientes.cliente_criado")
    assert criado.objeto_id == referencia(cliente.pk) and criado.ator == "ana"
    assert CPF not in str(criado.depois) and "987654321" not in str(criado.depois)
    cliente.bairro = "CENTRO"
    gravar_cliente(cliente, novo=False, usuario=pessoa("gerente"), motivo="mudou-se")
    alterado = Evento.objects.get(acao="clientes.cliente_alterado")
    assert (alterado.antes, alterado.depois, alterado.motivo) == ({"bairro": ""}, {"bairro": "CENTRO"}, "mudou-se")


def test_documento_errado_entra_marcado_e_certo_desmarca(novo_cliente: Novo) -> None:
    cliente = novo_cliente(cpf_cgc="99999999999")
    assert cliente.documento_valido is False
    cliente.cpf_cgc = CPF
    gravar_cliente(cliente, novo=False, usuario=pessoa("gerente"))
    assert Cliente.objects.get().documento_valido is True


@pytest.mark.parametrize(
    ("campos", "campo"),
    [
        ({"cpf_cgc": "11222333000181", "codigo_cliente": CPF}, "codigo_cliente"),  # the code is Maria's
        ({"cpf_cgc": "529.982.247-25", "codigo_cliente": "77"}, "cpf_cgc"),  # the document is, however written
        ({"cpf_cgc": "", "codigo_cliente": CPF, "estrangeiro": 1}, "codigo_cliente"),
    ],
)
def test_conflito_de_identidade(novo_cliente: Novo, campos: dict[str, Any], campo: str) -> None:
    novo_cliente()
    with pytest.raises(ConflitoDeIdentidade) as erro:
        novo_cliente(**campos)
    assert erro.value.campo == campo and "MARIA DA SILVA" in str(erro.value)
    assert Cliente.objects.count() == 1


def test_sem_documento_nao_ha_conflito_e_estrangeiro_nao_disputa_documento(novo_cliente: Novo) -> None:
    novo_cliente()
    for codigo, campos in {"1": {"cpf_cgc": ""}, "2": {"cpf_cgc": ""}, "3": {"cpf_cgc": CPF, "estrangeiro": 1}}.items():
        novo_cliente(codigo_cliente=codigo, **campos)
    assert Cliente.objects.count() == 4


def test_quem_ja_divide_um_documento_ainda_pode_ser_alterado(novo_cliente: Novo) -> None:
    """The integration may have left two rows with one CPF: each can still get a new address."""
    primeiro = novo_cliente()
    agora = primeiro.cadastramento
    gemeo = Cliente(pk="2", cadastramento=agora, data_para_transferencia=agora, cpf_cgc=CPF, filial="Matriz")
    Cliente.objects.bulk_create([gemeo])
    primeiro.bairro = "CENTRO"
    assert gravar_cliente(primeiro, novo=False, usuario=pessoa("gerente"))


def test_mudar_status_registra_um_evento_por_cliente_e_nao_repete(novo_cliente: Novo) -> None:
    novo_cliente()
    novo_cliente(codigo_cliente="2", cpf_cgc="")
    ana = pessoa("gerente")
    assert mudar_status(Cliente.objects.all(), status=0, usuario=ana, motivo="não compram mais") == 2
    assert mudar_status(Cliente.objects.all(), status=0, usuario=ana, motivo="não compram mais") == 0
    assert Evento.objects.filter(acao="clientes.cliente_alterado", motivo="não compram mais").count() == 2


@pytest.mark.parametrize(
    ("texto", "achados"),
    [
        ("maria", {"1", "3"}),
        ("silva mar", {"1"}),  # words in any order, begun
        ("JOSÉ", {"2"}),
        ("jose d'avila", {"2"}),
        ("529.982.247-25", {"1"}),
        ("52998224725", {"1"}),
        ("5299822472", set()),  # never by a part of the document
        ("12.abc.345/01de-35", {"3"}),
        ("2", {"2"}),
        (" 2 ", {"2"}),
        ("%", set()),
        ("***", set()),
    ],
)
def test_busca(novo_cliente: Novo, texto: str, achados: set[str]) -> None:
    novo_cliente(codigo_cliente="1")
    novo_cliente(codigo_cliente="2", cliente_varejo="José D'Ávila", cpf_cgc="")
    novo_cliente(codigo_cliente="3", cliente_varejo="ANA MARIA", cpf_cgc="12ABC34501DE35")
    assert {cliente.pk for cliente in Cliente.objects.buscar(texto)} == achados


def test_a_busca_usa_os_indices(loja: None, sem_varredura: None) -> None:
    feito = plano(Cliente.objects.buscar("12.abc.345/01de-35").order_by())
    for indice in ("cliente_documento", "cliente_busca", "CLIENTES_VAREJO_pkey"):
        assert indice in feito
    assert "Seq Scan" not in feito


@pytest.mark.parametrize(
    ("consulta", "indice"),
    [
        (lambda: Cliente.objects.filter(documento_valido=False), "cliente_doc_errado"),
        (lambda: Cliente.objects.exclude(status=1), "cliente_inativo"),
        (lambda: Cliente.objects.filter(filial="Matriz"), "cliente_filial"),
        (lambda: Cliente.objects.filter(documento="", estrangeiro=0).order_by("-cadastramento"), "cliente_documento"),
    ],
)
def test_os_filtros_tem_indice_na_ordem_da_lista(
    loja: None, sem_varredura: None, consulta: Callable[[], Any], indice: str
) -> None:
    with connection.cursor() as cursor:  # what a large table would cost more: the order must come from the index
        cursor.execute("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    feito = plano(consulta()[:51])
    assert indice in feito and "Sort" not in feito


@pytest.mark.django_db(transaction=True)
def test_dois_cadastros_do_mesmo_cpf_ao_mesmo_tempo_fazem_um_so() -> None:
    empresa()
    ana, nome = pessoa("gerente"), filial().nome
    largada, resultados = threading.Barrier(8), []

    def cadastrar(codigo: str) -> None:
        try:
            largada.wait(30)
            cliente = Cliente(codigo_cliente=codigo, cliente_varejo=f"MARIA {codigo}", filial=nome, cpf_cgc=CPF)
            resultados.append(gravar_cliente(cliente, novo=True, usuario=ana))
        except ConflitoDeIdentidade as erro:
            resultados.append(erro.codigo)
        finally:
            connection.close()

    linhas = [threading.Thread(target=cadastrar, args=[str(n)]) for n in range(8)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join(60)
    assert sorted(map(str, resultados)) == ["CLIENTE_CONFLITO_DE_IDENTIDADE"] * 7 + ["True"]
    assert Cliente.objects.count() == 1
