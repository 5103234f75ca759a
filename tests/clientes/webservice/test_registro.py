"""Many requests at once: each as if posted after the one before it, and none held back by another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from clientes.models import Cliente, NumeroDeRegistro, RegistroRecebido
from clientes.rules import PREFIXO_OBS, TIPO_PADRAO
from tests.clientes.webservice.corpos import AGORA, CPFS, corpo, enviar, fotografia, pedido, regras

pytestmark = pytest.mark.django_db
INSERIDO, ALTERADO, RECUSADO = RegistroRecebido.Resultado


def situacoes() -> list[int]:
    return list(RegistroRecebido.objects.order_by("id").values_list("resultado", flat=True))


def test_quinhentos_novos_entram_com_as_suas_respostas_na_ordem() -> None:
    pedidos = [pedido(CPF_CGC="", CODIGO_CLIENTE=f"C{n}", eventId=f"e{n}") for n in range(500)]
    resultados = enviar(*pedidos)
    assert [r.acrescimo["CODIGO_CLIENTE"] for r in resultados] == [f"C{n}" for n in range(500)]
    assert all(r.inserido for r in resultados)
    assert Cliente.objects.count() == RegistroRecebido.objects.count() == 500


def test_quinhentos_custam_tantos_comandos_quanto_um(django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # pytest-django's, untyped
        enviar(*(pedido(CPF_CGC="", CODIGO_CLIENTE=f"C{n}") for n in range(500)))
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # as above
        enviar(*(pedido(CPF_CGC="", CODIGO_CLIENTE=f"C{n}", CIDADE="BETIM") for n in range(500)))
    assert Cliente.objects.filter(cidade="BETIM").count() == 500


def test_o_segundo_do_mesmo_documento_altera_o_que_o_primeiro_cadastrou() -> None:
    primeiro, segundo = enviar(
        pedido(CLIENTE_VAREJO="MARIA", EMAIL="a@b.c", OBS="um"),
        pedido(CPF_CGC="529.982.247-25", CODIGO_CLIENTE="X9", CLIENTE_VAREJO="MARIA SOUZA", OBS="dois", FILIAL="OUTRA"),
    )
    cliente = Cliente.objects.get()
    assert (cliente.codigo_cliente, cliente.cliente_varejo, cliente.email) == (CPFS[0], "MARIA SOUZA", "a@b.c")
    assert (cliente.obs, cliente.filial) == (PREFIXO_OBS + "dois", "ESTOQUE CENTRAL")
    assert cliente.cadastramento == AGORA
    assert cliente.data_para_transferencia == AGORA + timedelta(microseconds=1)
    assert (primeiro.inserido, segundo.inserido) == (True, False)
    assert segundo.acrescimo["CODIGO_CLIENTE"] == CPFS[0]
    assert situacoes() == [INSERIDO, ALTERADO]


def test_tres_mudancas_de_um_cliente_ja_gravado_deixam_a_ultima_de_cada_campo() -> None:
    enviar(pedido(EMAIL="velho@b.c", BAIRRO="CENTRO"))
    enviar(pedido(EMAIL="um@b.c"), pedido(EMAIL="dois@b.c", SEXO="F"), pedido(SEXO="", CIDADE="BETIM"))
    cliente = Cliente.objects.get()
    assert (cliente.email, cliente.sexo, cliente.cidade, cliente.bairro) == ("dois@b.c", "F", "BETIM", "CENTRO")


def test_quem_toma_o_codigo_de_outro_e_recusado_e_os_demais_entram() -> None:
    resultados = enviar(
        pedido(CODIGO_CLIENTE="X1", CPF_CGC=CPFS[0]),
        pedido(CODIGO_CLIENTE="X1", CPF_CGC=CPFS[1]),
        pedido(CODIGO_CLIENTE="X3", CPF_CGC=CPFS[2]),
    )
    assert [r.status for r in resultados] == [200, 409, 200]
    assert regras(resultados[1]) == ["CONFLITO_DE_IDENTIDADE"]
    assert sorted(Cliente.objects.values_list("pk", flat=True)) == ["X1", "X3"]
    assert situacoes() == [INSERIDO, RECUSADO, INSERIDO]


def test_documento_que_muda_no_meio_do_lote_e_achado_pelo_novo_e_nao_pelo_velho() -> None:
    enviar(pedido(ESTRANGEIRO="1", CODIGO_CLIENTE="P1", CPF_CGC=CPFS[0]))
    resultados = enviar(
        pedido(ESTRANGEIRO="1", CODIGO_CLIENTE="P1", CPF_CGC=CPFS[1]),  # a foreigner, found by code
        pedido(CPF_CGC=CPFS[1], CIDADE="BETIM"),  # finds P1
        pedido(CPF_CGC=CPFS[0]),  # finds nobody any more
    )
    assert [r.acrescimo["CODIGO_CLIENTE"] for r in resultados] == ["P1", "P1", CPFS[0]]
    assert [r.inserido for r in resultados] == [False, False, True]


def test_do_mesmo_documento_vale_o_cadastrado_por_ultimo() -> None:
    enviar(pedido(ESTRANGEIRO="1", CODIGO_CLIENTE="P9"))
    enviar(pedido(ESTRANGEIRO="1", CODIGO_CLIENTE="P1"), agora=AGORA + timedelta(hours=1))
    (resultado,) = enviar(pedido(CIDADE="BETIM"))
    assert resultado.acrescimo["CODIGO_CLIENTE"] == "P1"
    no_lote = enviar(pedido(ESTRANGEIRO="1", CODIGO_CLIENTE="P0"), pedido(), agora=AGORA + timedelta(hours=2))
    assert no_lote[1].acrescimo["CODIGO_CLIENTE"] == "P0"


def test_evento_repetido_recebe_a_resposta_guardada_e_nada_e_gravado() -> None:
    (primeira,) = enviar(pedido(eventId="e1"))
    antes = fotografia()
    (segunda,) = enviar(pedido(eventId="e1"), agora=AGORA + timedelta(days=1))
    assert (segunda.status, segunda.acrescimo, segunda.repetido) == (200, primeira.acrescimo, True)
    assert fotografia() == antes


def test_evento_repetido_no_mesmo_lote_recebe_a_mesma_resposta() -> None:
    primeira, segunda = enviar(pedido(eventId="e1"), pedido(eventId="e1"))
    assert segunda.acrescimo == primeira.acrescimo
    assert segunda.repetido
    assert situacoes() == [INSERIDO]


@pytest.mark.parametrize("no_mesmo_lote", [True, False])
def test_evento_repetido_com_outro_conteudo_e_recusado_e_nao_muda_o_cliente(no_mesmo_lote: bool) -> None:
    pedidos = pedido(eventId="e1"), pedido(eventId="e1", CIDADE="BETIM")
    segundo = enviar(*pedidos)[1] if no_mesmo_lote else [enviar(p) for p in pedidos][1][0]
    assert (segundo.status, regras(segundo)) == (409, ["ID_REPETIDO"])
    assert Cliente.objects.get().cidade == "BELO HORIZONTE"
    assert situacoes() == [INSERIDO, RECUSADO]


def test_evento_recusado_e_julgado_de_novo() -> None:
    enviar(pedido(CODIGO_CLIENTE="X1", CPF_CGC=CPFS[0]))
    outro = pedido(CODIGO_CLIENTE="X1", CPF_CGC=CPFS[1], eventId="e2")
    assert enviar(outro)[0].status == 409
    Cliente.objects.all().delete()
    assert enviar(outro)[0].inserido


def test_o_mesmo_evento_em_duas_filiais_sao_dois_registros() -> None:
    resultados = enviar(pedido(eventId="e1"), pedido(eventId="e1", FILIAL="OUTRA"))
    assert [r.repetido for r in resultados] == [False, False]
    assert RegistroRecebido.objects.filter(id_registro="e1").count() == 2


def test_sem_evento_cada_filial_conta_os_seus() -> None:
    enviar(pedido(), pedido(FILIAL="OUTRA"), pedido(), pedido(eventId="e1"))
    enviar(pedido())
    ids = RegistroRecebido.objects.order_by("id").values_list("filial", "id_registro")
    assert list(ids) == [
        ("ESTOQUE CENTRAL", "nº 1"), ("OUTRA", "nº 1"), ("ESTOQUE CENTRAL", "nº 2"), ("ESTOQUE CENTRAL", "e1"),
        ("ESTOQUE CENTRAL", "nº 3"),
    ]  # fmt: skip


def test_evento_que_e_um_numero_nao_encontra_os_nossos() -> None:
    resultados = enviar(pedido(), pedido(eventId="1", CIDADE="BETIM"), pedido())
    assert [r.aceito for r in resultados] == [True] * 3


def test_numero_que_alguem_ja_usou_como_evento_e_pulado() -> None:
    enviar(*(pedido(eventId=f"nº {n}") for n in (1, 2, 3)))
    assert enviar(pedido(CIDADE="BETIM"))[0].aceito
    assert Cliente.objects.get().cidade == "BETIM"
    assert RegistroRecebido.objects.count() == 4


def test_homologacao_responde_igual_e_nada_fica() -> None:
    enviar(pedido(CODIGO_CLIENTE="X1", CPF_CGC=CPFS[1], eventId="e0"))
    antes, numeros = fotografia(), list(NumeroDeRegistro.objects.values())
    pedidos = [
        pedido(eventId="e1"), pedido(), pedido(CODIGO_CLIENTE="X1", CPF_CGC=CPFS[2]), pedido(eventId="e1"),
        pedido(CODIGO_CLIENTE="X1", CPF_CGC=CPFS[1], eventId="e0"),
    ]  # fmt: skip
    ensaio = enviar(*pedidos, homologacao=True)
    assert (fotografia(), list(NumeroDeRegistro.objects.values())) == (antes, numeros)
    assert [(r.status, r.acrescimo) for r in enviar(*pedidos)] == [(r.status, r.acrescimo) for r in ensaio]


def test_o_que_o_banco_recusa_nao_leva_os_outros_junto() -> None:
    bons = [pedido(CPF_CGC="", CODIGO_CLIENTE=f"C{n}", eventId=f"e{n}") for n in range(7)]
    ruim = replace(bons[0], codigo_cliente="RUIM", evento="ruim", valores=bons[0].valores | {"cidade": "X" * 99})
    resultados = enviar(*bons[:4], ruim, *bons[4:])
    assert [r.status for r in resultados] == [200] * 4 + [400] + [200] * 3
    assert sorted(Cliente.objects.values_list("pk", flat=True)) == [f"C{n}" for n in range(7)]
    assert sorted(situacoes()) == [INSERIDO] * 7 + [RECUSADO]


def test_tipo_que_nao_existe_vira_o_padrao_e_o_que_existe_fica() -> None:
    with connection.cursor() as cursor:
        cursor.execute("""INSERT INTO "CLIENTE_VAR_TIPOS" VALUES ('VENDEDOR (C)')""")
    enviar(
        pedido(CPF_CGC=CPFS[0], TIPO_VAREJO="VENDEDOR (C)"), pedido(CPF_CGC=CPFS[1], TIPO_VAREJO="NENHUM"),
        pedido(CPF_CGC=CPFS[2]),
    )  # fmt: skip
    tipos = dict(Cliente.objects.values_list("pk", "tipo_varejo_id"))
    assert tipos == {CPFS[0]: "VENDEDOR (C)", CPFS[1]: TIPO_PADRAO, CPFS[2]: TIPO_PADRAO}


@pytest.mark.parametrize(
    "texto", ['aspas " e \\ barra', "{chaves},[vírgula]", "acento é ção", "%s %% x.y", "'; --", "\t", "🜁"]
)
def test_qualquer_texto_chega_como_veio(texto: str) -> None:
    assert enviar(pedido(CIDADE=texto, eventId=texto, LIVRE={"a": [texto]}))[0].aceito
    assert Cliente.objects.get().cidade == texto.strip()
    recebido = RegistroRecebido.objects.get()
    assert recebido.conteudo["LIVRE"] == {"a": [texto]}
    assert bytes(recebido.hash_conteudo) == pedido(CIDADE=texto, eventId=texto, LIVRE={"a": [texto]}).hash_conteudo


def test_a_chave_nunca_e_guardada() -> None:
    enviar(pedido(key="609d9139-3439-45ae-ad00-a3e5a9f835f1"))
    recebido = RegistroRecebido.objects.get()
    assert "609d9139" not in str(recebido.conteudo) + str(recebido.resposta)
    assert recebido.conteudo == corpo()


def test_lista_vazia_nao_faz_nada() -> None:
    assert enviar() == []
