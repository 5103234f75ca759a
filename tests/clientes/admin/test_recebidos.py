from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clientes.admin.recebidos import achados
from clientes.models import Cliente, RegistroRecebido
from clientes.selectors import filiais_em_uso
from tests.busca import procurar
from tests.clientes.admin.conftest import PEDIDO, Recebido
from tests.erp.acesso.elenco import leituras
from tests.erp.elenco import CPF, navegador

pytestmark = pytest.mark.django_db
LISTA = "/admin/clientes/registrorecebido/"
RECUSADO = RegistroRecebido.Resultado.RECUSADO
SEGREDOS = (CPF, "529.982.247-25", "MG12345678", "987654321", "maria@exemplo", "CESÁRIO", "1993", "&lt;b&gt;oi")


@pytest.fixture(autouse=True)
def _loja(loja: None) -> None:
    """Two filiais, and the people."""


def pagina(registro: RegistroRecebido) -> str:
    return f"{LISTA}{registro.pk}/change/"


def vistos(quem: Client, **parametros: str) -> set[str]:
    return {r.id_registro for r in quem.get(LISTA, parametros).context["cl"].result_list}


@pytest.mark.parametrize(
    ("grupo", "status"),
    [("operador", 200), ("gerente", 200), ("TI", 200), ("auditor", 200), ("fiscal", 403), ("financeiro", 403)],
)  # fmt: skip
def test_quem_ve(novo_recebido: Recebido, grupo: str, status: int) -> None:
    registro = novo_recebido()
    assert navegador(grupo).get(LISTA).status_code == navegador(grupo).get(pagina(registro)).status_code == status


def test_a_lista_nao_conta_nem_carrega_os_corpos(novo_recebido: Recebido) -> None:
    quem = navegador("gerente")
    novo_recebido()
    with CaptureQueriesContext(connection) as poucas:
        quem.get(LISTA)
    for _ in range(10):
        novo_recebido()
    with CaptureQueriesContext(connection) as muitas:
        quem.get(LISTA)
    sql = [c["sql"] for c in muitas]
    assert not [s for s in sql if "COUNT(" in s.upper() or '"registro_recebido"."conteudo",' in s]
    assert len(muitas) <= len(poucas)


def test_ninguem_muda_nada(novo_recebido: Recebido, admin_client: Client) -> None:
    registro = novo_recebido()
    for caminho in (f"{LISTA}add/", f"{LISTA}{registro.pk}/delete/"):
        assert admin_client.post(caminho, {"post": "yes"}).status_code == 403
    admin_client.post(pagina(registro), {"codigo_cliente": "9"})
    assert RegistroRecebido.objects.get().codigo_cliente == CPF


def test_filtros(novo_recebido: Recebido) -> None:
    novo_recebido(id_registro="a")
    novo_recebido(id_registro="b", resultado=RegistroRecebido.Resultado.ALTERADO, filial="Matriz")
    novo_recebido(id_registro="c", resultado=RECUSADO)
    quem = navegador("gerente")
    assert vistos(quem, resultado="aceitos") == {"a", "b"}
    assert vistos(quem, resultado="recusados") == {"c"}
    assert vistos(quem, filial="Matriz") == {"b"}
    assert vistos(quem, filial="ESTOQUE CENTRAL", resultado="recusados") == {"c"}


def test_o_periodo_pega_os_dias_inteiros(novo_recebido: Recebido) -> None:
    hoje = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for nome, quando in {
        "anteontem": hoje - timedelta(days=1, seconds=1),
        "ontem": hoje - timedelta(days=1),
        "ontem tarde": hoje - timedelta(seconds=1),
        "hoje": hoje,
    }.items():
        novo_recebido(id_registro=nome, recebido_em=quando)
    ontem = f"{hoje - timedelta(days=1):%d/%m/%Y}"
    quem = navegador("gerente")
    assert vistos(quem, recebido_em_from=ontem, recebido_em_to=ontem) == {"ontem", "ontem tarde"}
    assert vistos(quem, recebido_em_from=ontem) == {"ontem", "ontem tarde", "hoje"}
    assert vistos(quem, recebido_em_to="31/12/9999") == {"anteontem", "ontem", "ontem tarde", "hoje"}


@pytest.mark.parametrize(
    ("busca", "esperados"),
    [
        (CPF, {"a", "recusado"}),
        ("529.982.247-25", {"a", "recusado"}),
        ("outro", {"outro"}),
        ("recusado", {"recusado"}),
        ("recus", set()),
        ("52998", set()),
        ("%", set()),
    ],
)
def test_busca_por_codigo_e_por_id_inteiros(novo_recebido: Recebido, busca: str, esperados: set[str]) -> None:
    novo_recebido(id_registro="a")
    novo_recebido(id_registro="outro", codigo_cliente="9")
    novo_recebido(id_registro="recusado", resultado=RECUSADO)
    novo_recebido(id_registro="sem código", codigo_cliente="", resultado=RECUSADO)
    achados_na_lista = procurar(navegador("operador"), LISTA, busca).context["cl"].result_list
    assert {r.id_registro for r in achados_na_lista} == esperados


def test_o_endereco_nao_adivinha_documentos(novo_recebido: Recebido) -> None:
    novo_recebido()
    resposta = navegador("operador").get(LISTA, {"conteudo__CPF_CGC__startswith": "5"})
    assert resposta.status_code in (302, 400)


def test_cada_consulta_da_lista_tem_indice(novo_recebido: Recebido, sem_varredura: None) -> None:
    modelo = novo_recebido()
    RegistroRecebido.objects.bulk_create(  # an empty table tells the planner nothing of the ids
        RegistroRecebido(**(model_to_dict(modelo, exclude=["id"]) | {"resultado": n % 3 + 1, "id_registro": f"r{n}"}))
        for n in range(300)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registro_recebido")
    linhas = RegistroRecebido.objects.order_by("-pk")
    consultas: dict[str, Any] = {
        "recebido_recusado": linhas.filter(resultado=RECUSADO),
        "recebido_filial": linhas.filter(filial="Matriz"),
        "recebido_cliente": linhas.filter(codigo_cliente="1"),
        "recebido_aceito_uma_vez": linhas.filter(id_registro="1", resultado__in=[1, 2]),
        "recebido_recusado_id": linhas.filter(id_registro="1", resultado=RECUSADO),
    }
    for indice, consulta in consultas.items():
        assert indice in consulta[:51].explain(), indice


def test_as_buscas_sao_por_indice(novo_recebido: Recebido, sem_varredura: None) -> None:
    with CaptureQueriesContext(connection) as feitas:
        achados("529.982.247-25")
    with connection.cursor() as cursor:
        for consulta in feitas:
            cursor.execute(f"EXPLAIN {consulta['sql']}")  # our own SQL, run again
            assert "Seq Scan" not in str(cursor.fetchall())


def test_o_gerente_le_o_que_veio_e_o_que_foi_respondido(novo_recebido: Recebido, novo_cliente: Any) -> None:
    cliente = novo_cliente()
    corpo = navegador("gerente").get(pagina(novo_recebido())).content.decode()
    assert [objeto for _, objeto, _ in leituras()] == ["clientes.RegistroRecebido"]
    assert "529.982.247-25" in corpo and "CESÁRIO ALVIM" in corpo and "Registrado com sucesso." in corpo
    assert "&lt;b&gt;oi&lt;/b&gt;" in corpo and "<b>oi</b>" not in corpo
    assert f"/admin/clientes/cliente/{cliente.pk}/change/" in corpo
    assert corpo.count("CESÁRIO ALVIM") == 2  # as it came, and echoed


@pytest.mark.parametrize("grupo", ["operador", "TI"])
def test_quem_nao_ve_documentos_le_mascarado(novo_recebido: Recebido, novo_cliente: Any, grupo: str) -> None:
    novo_cliente()
    quem, registro = navegador(grupo), novo_recebido()
    for corpo in (quem.get(LISTA).content.decode(), quem.get(pagina(registro)).content.decode()):
        assert [s for s in SEGREDOS if s in corpo] == []
        assert "MARIA DA SILVA" in corpo and "***.982.247-**" in corpo
    assert leituras() == []


def test_campo_que_a_especificacao_nao_conhece_tambem_e_oculto(novo_recebido: Recebido) -> None:
    registro = novo_recebido(
        conteudo=PEDIDO | {"MAE": "JOANA", "FILHOS": [{"CPF": CPF}], "CLIENTE_VAREJO": f"ANA {CPF}"}
    )
    corpo = navegador("operador").get(pagina(registro)).content.decode()
    assert "JOANA" not in corpo and CPF not in corpo and "***.982.247-**" in corpo
    assert "JOANA" in navegador("gerente").get(pagina(registro)).content.decode()


def test_a_recusa_diz_cada_erro_e_o_que_fazer(novo_recebido: Recebido) -> None:
    registro = novo_recebido(resultado=RECUSADO)
    corpo = navegador("operador").get(pagina(registro)).content.decode()
    assert "CLIENTE_VAREJO: falta o nome" in corpo and "O que fazer" in corpo
    assert '<td class="quebra rtg-forte">falta o nome</td>' in corpo  # also beside what came in that field
    assert "falta o nome" in navegador("operador").get(LISTA).content.decode()


@pytest.mark.parametrize(
    "conteudo", [None, [], "texto", 7, {}, {"CLIENTE_VAREJO": {"a": ["b"]}}, {"CPF_CGC": 52998224725}]
)
def test_corpo_estranho_nao_quebra_nenhuma_pagina(novo_recebido: Recebido, conteudo: Any) -> None:
    estranho: Any = conteudo if conteudo is not None else {}
    registro = novo_recebido(resultado=RECUSADO, conteudo=estranho, resposta=estranho, codigo_cliente="")
    for grupo in ("operador", "gerente"):
        quem = navegador(grupo)
        assert quem.get(LISTA).status_code == quem.get(pagina(registro)).status_code == 200
        assert CPF not in navegador("operador").get(pagina(registro)).content.decode()


def test_o_elo_leva_ao_proprio_cliente_seja_qual_for_o_codigo(
    novo_recebido: Recebido, novo_cliente: Callable[..., Cliente]
) -> None:
    novo_cliente(codigo_cliente="X_41", cpf_cgc="")
    endereco = "/admin/clientes/cliente/X_5F41/change/"
    assert endereco in navegador("gerente").get(pagina(novo_recebido(codigo_cliente="X_41"))).content.decode()
    assert navegador("gerente").get(endereco).status_code == 200


def test_caractere_nulo_em_um_filtro_nao_quebra_a_lista() -> None:
    assert navegador("gerente").get("/admin/clientes/cliente/?filial=%00").headers["Location"].endswith("/cliente/")


def test_registro_que_nao_existe(novo_recebido: Recebido) -> None:
    assert navegador("gerente").get(f"{LISTA}999999/change/").status_code == 302
    assert navegador("gerente").get(f"{LISTA}x/change/").status_code == 302


def test_as_filiais_do_filtro_saem_do_indice(novo_recebido: Recebido, novo_cliente: Callable[..., Cliente]) -> None:
    for filial in ("B", "A", "B", "C"):
        novo_recebido(filial=filial)
    assert filiais_em_uso(RegistroRecebido) == ["A", "B", "C"]
    assert filiais_em_uso(Cliente) == []


def test_clientes_de_filial_fora_do_cadastro_se_filtram(novo_cliente: Callable[..., Cliente]) -> None:
    novo_cliente()
    novo_cliente(codigo_cliente="2", cpf_cgc="", filial="Loja Fechada")
    achados = navegador("gerente").get("/admin/clientes/cliente/", {"filial": "*fora"}).context["cl"].result_list
    assert [c.pk for c in achados] == ["2"]
