from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clientes.historico import historico
from clientes.models import Cliente, RegistroRecebido
from clientes.services import gravar_cliente
from filas.models import Mensagem
from tests.clientes.admin.conftest import Recebido
from tests.erp.acesso.elenco import leituras
from tests.erp.elenco import CPF, navegador, pessoa

pytestmark = pytest.mark.django_db
Novo = Callable[..., Cliente]
PAGINA = f"/admin/clientes/cliente/{CPF}/history/"


def test_tudo_numa_linha_do_tempo_do_mais_novo_ao_mais_velho(
    novo_cliente: Novo, novo_recebido: Recebido, nova_mensagem: Callable[..., Mensagem]
) -> None:
    cliente = novo_cliente()
    cliente.bairro = "CENTRO"
    gravar_cliente(cliente, novo=False, usuario=pessoa("gerente"), motivo="pediu pelo telefone")
    novo_recebido()
    novo_recebido(resultado=RegistroRecebido.Resultado.RECUSADO)
    nova_mensagem(situacao=4, mensagem="falta o código IBGE")
    corpo = navegador("gerente").get(PAGINA).content.decode()
    esperados = [
        "Aviso à plataforma: com erro", "falta o código IBGE", "Recebido do PDV: recusado", "falta o nome",
        "Recebido do PDV: cadastrado", "Cadastro alterado – ana", "pediu pelo telefone", "Bairro: vazio → CENTRO",
        "Cadastro incluído – ana",
    ]  # fmt: skip
    onde = [corpo.index(texto) for texto in esperados]
    assert onde == sorted(onde)


def test_so_o_deste_cliente(
    novo_cliente: Novo, novo_recebido: Recebido, nova_mensagem: Callable[..., Mensagem]
) -> None:
    novo_cliente()
    novo_recebido(codigo_cliente="9", filial="OUTRA LOJA")
    nova_mensagem(chave="9")
    nova_mensagem(contexto="Outro")
    assert [m.titulo for m in historico(CPF).momentos] == ["Cadastro incluído – ana"]


def test_os_elos_sao_de_quem_pode_seguir(novo_cliente: Novo, novo_recebido: Recebido) -> None:
    novo_cliente()
    elo = f"/admin/clientes/registrorecebido/{novo_recebido().pk}/change/"
    assert elo in navegador("gerente").get(PAGINA).content.decode()
    assert elo not in navegador("financeiro").get(PAGINA).content.decode()


def test_pagina_por_pagina_sem_pular_nem_repetir(novo_cliente: Novo, novo_recebido: Recebido) -> None:
    novo_cliente()
    base = timezone.now() - timedelta(days=1)
    for n in range(130):
        novo_recebido(id_registro=str(n), recebido_em=base + timedelta(seconds=n))
    vistos: list[str] = []
    endereco, paginas = PAGINA, 0
    while endereco:
        contexto = navegador("gerente").get(endereco).context
        vistos += [m["detalhe"] for m in contexto["momentos"]]
        endereco = f"{PAGINA}?{contexto['mais_antigos']}" if contexto["mais_antigos"] else ""
        paginas += 1
    ids = [linha.rpartition(" ")[2] for linha in vistos if "ID" in linha]
    assert ids == [str(n) for n in reversed(range(130))] and paginas == 3


def test_o_mesmo_instante_nao_se_parte_entre_duas_paginas(novo_recebido: Recebido) -> None:
    base = timezone.now() - timedelta(seconds=10)
    for n in range(5):
        novo_recebido(id_registro=str(n), recebido_em=base + timedelta(seconds=n // 2))
    primeira = historico(CPF, quantos=2)
    assert [m.detalhe[-1] for m in primeira.momentos] == ["4", "3", "2"]
    assert [m.detalhe[-1] for m in historico(CPF, quantos=2, antes=primeira.continua_antes).momentos] == ["1", "0"]


def test_tres_leituras_por_indice_seja_qual_for_o_tamanho(
    novo_cliente: Novo, novo_recebido: Recebido, sem_varredura: None
) -> None:
    with CaptureQueriesContext(connection) as feitas:
        historico(CPF, antes=timezone.now())
    consultas = feitas.captured_queries
    assert len(consultas) == 4 and "auditoria_retirada" in consultas.pop(1)["sql"]  # a row for each month
    with connection.cursor() as cursor:
        for consulta, indice in zip(consultas, ("evento_", "recebido_cliente", "fila_registro"), strict=True):
            cursor.execute(f"EXPLAIN {consulta['sql']}")  # our own SQL, run again
            plano = str(cursor.fetchall())
            assert indice in plano and "Seq Scan" not in plano


@pytest.mark.parametrize(
    "antes", ["x", "2026-99-99", "0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00"]
)
def test_endereco_mexido_nao_quebra(novo_cliente: Novo, antes: str) -> None:
    novo_cliente()
    assert navegador("gerente").get(PAGINA, {"antes": antes}).status_code == 200


def test_vazio_diz_que_nada_aconteceu(loja: None) -> None:
    agora = timezone.now()
    Cliente.objects.bulk_create(
        [Cliente(pk=CPF, cadastramento=agora, data_para_transferencia=agora, filial="Matriz")]
    )  # as another system would write it, without an event
    assert "Nada aconteceu ainda" in navegador("gerente").get(PAGINA).content.decode()


@pytest.mark.parametrize(("grupo", "status"), [("gerente", 200), ("auditor", 200), ("operador", 403), ("TI", 403)])
def test_so_para_quem_ve_documentos(novo_cliente: Novo, grupo: str, status: int) -> None:
    novo_cliente()
    assert navegador(grupo).get(PAGINA).status_code == status
    assert len(leituras()) == (status == 200)
    assert "Dado pessoal visto" not in navegador("gerente").get(PAGINA).content.decode()  # what was done to it, only


def test_a_pagina_do_cliente_diz_o_que_foi_contado_por_ultimo(
    novo_cliente: Novo, nova_mensagem: Callable[..., Mensagem]
) -> None:
    novo_cliente()
    pagina = f"/admin/clientes/cliente/{CPF}/change/"
    assert "Nenhum ainda" in navegador("gerente").get(pagina).content.decode()
    nova_mensagem(situacao=2)
    nova_mensagem(situacao=4)
    corpo: Any = navegador("gerente").get(pagina).content.decode()
    assert "Erro, em " in corpo and "Sucesso, em " not in corpo
