"""From bytes to rows: what is refused, with which code, and what gets in beside it. No database."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdv.replicacao.codigos import CodigoLinha, PacoteRecusado
from pdv.replicacao.leitura import Lido, Recusada, ler_pacote
from pdv.replicacao.rules import Limites, NotaPronta, OperacaoPronta, TurnoPronto
from tests.pdv.fabricas import (
    INSTALACAO,
    em_json,
    nova_nota,
    nova_operacao,
    novo_finalizador,
    novo_item,
    novo_pacote,
    novo_recebimento,
    novo_turno,
)

LIMITES = Limites(
    id_ponto_venda=1,
    desde=datetime(2000, 1, 1, tzinfo=UTC),
    ate=datetime(2026, 7, 10, tzinfo=UTC),
    itens=990,
    finalizadores=100,
    linhas=1000,
    recebimentos=50,
)


def ler(*operacoes: Any, **campos: Any) -> Lido:
    return ler_pacote(em_json(novo_pacote(*operacoes, **campos)), LIMITES)


def recusa_de(operacao: Any) -> Recusada:
    """The refusal of a row alone, checked to be the same beside good and unreadable ones."""
    (sozinha,) = ler(operacao).operacoes
    boa, entre, _ = ler(nova_operacao(90), operacao, "ilegível").operacoes
    assert isinstance(boa, OperacaoPronta)
    assert isinstance(sozinha, Recusada) and isinstance(entre, Recusada)
    assert (sozinha.codigo, sozinha.mensagem, sozinha.eco) == (entre.codigo, entre.mensagem, entre.eco)
    return sozinha


def test_pacote_sem_defeito_e_lido_por_inteiro() -> None:
    lido = ler(nova_operacao(1), nova_operacao(2), notas=[nova_nota(1)], turnos=[novo_turno(1)], replicador="2.3")
    assert (lido.instalacao, lido.replicador) == (INSTALACAO, "2.3")
    assert [type(linha) for linha in (*lido.operacoes, *lido.notas, *lido.turnos)] == [
        OperacaoPronta,
        OperacaoPronta,
        NotaPronta,
        TurnoPronto,
    ]


def _com_item(**campos: Any) -> Any:
    return nova_operacao(itens=[novo_item(1), novo_item(2) | campos])


def _com_finalizador(**campos: Any) -> Any:
    return nova_operacao(finalizadores=[novo_finalizador(1), novo_finalizador(2) | campos])


def _com_recebimento(**campos: Any) -> Any:
    return nova_operacao(operacao=7, recebimentos=[novo_recebimento(1), novo_recebimento(2) | campos])


def _sem(campo: str) -> Any:
    return {nome: valor for nome, valor in nova_operacao().items() if nome != campo}


DEFEITOS = [
    ("um texto no lugar da operação", "texto", "LINHA_ILEGIVEL", ""),
    ("uma lista no lugar da operação", [1], "LINHA_ILEGIVEL", ""),
    ("nulo no lugar da operação", None, "LINHA_ILEGIVEL", ""),
    ("sem guid", _sem("guid_operacao"), "CAMPO_OBRIGATORIO", "guid_operacao"),
    ("sem id", _sem("id_operacao"), "CAMPO_OBRIGATORIO", "id_operacao"),
    ("id em texto", nova_operacao(id_operacao="1"), "TIPO_INVALIDO", "id_operacao"),
    ("id lógico", nova_operacao(id_operacao=True), "TIPO_INVALIDO", "id_operacao"),
    ("id quebrado", nova_operacao(id_operacao=1.5), "TIPO_INVALIDO", "id_operacao"),
    ("id negativo", nova_operacao(id_operacao=-1), "VALOR_NEGATIVO", "id_operacao"),
    ("id de 64 bits e mais um", nova_operacao(id_operacao=2**63), "FORA_DA_FAIXA", "id_operacao"),
    ("id de cinco mil dígitos", nova_operacao(id_usuario=10**4000), "FORA_DA_FAIXA", "id_usuario"),
    ("guid torto", nova_operacao(guid_operacao="123"), "TIPO_INVALIDO", "guid_operacao"),
    ("espécie desconhecida", nova_operacao(operacao=8), "VALOR_INVALIDO", "operacao"),
    ("espécie em texto", nova_operacao(operacao="1"), "VALOR_INVALIDO", "operacao"),
    ("outro ponto de venda", nova_operacao(id_ponto_venda=2), "PONTO_VENDA_DIFERENTE", "id_ponto_venda"),
    ("aberta", nova_operacao(data_hora_termino=None), "OPERACAO_ABERTA", "data_hora_termino"),
    ("aberta por omissão", _sem("data_hora_termino"), "OPERACAO_ABERTA", "data_hora_termino"),
    ("data sem fuso", nova_operacao(data_hora_inicio="2026-07-01T10:00:00"), "DATA_SEM_FUSO", "data_hora_inicio"),
    (
        "data que não existe",
        nova_operacao(data_hora_inicio="2026-02-30T10:00:00Z"),
        "DATA_INVALIDA",
        "data_hora_inicio",
    ),
    ("data em número", nova_operacao(data_hora_inicio=1782900000), "TIPO_INVALIDO", "data_hora_inicio"),
    ("antes de 2000", nova_operacao(data_hora_termino="1899-12-30T00:00:00Z"), "DATA_ABSURDA", "data_hora_termino"),
    ("ano 1", nova_operacao(data_hora_inicio="0001-01-01T00:00:00+14:00"), "DATA_ABSURDA", "data_hora_inicio"),
    ("ano 9999", nova_operacao(data_hora_termino="9999-12-31T23:59:59-14:00"), "DATA_ABSURDA", "data_hora_termino"),
    ("total negativo", nova_operacao(valor_total="-0.01"), "VALOR_NEGATIVO", "valor_total"),
    ("total negativo em número", nova_operacao(valor_total=-1), "VALOR_NEGATIVO", "valor_total"),
    ("total que não é número", nova_operacao(valor_total="NaN"), "VALOR_INVALIDO", "valor_total"),
    ("total sNaN", nova_operacao(valor_total="sNaN"), "VALOR_INVALIDO", "valor_total"),
    ("total infinito", nova_operacao(valor_total="Infinity"), "VALOR_INVALIDO", "valor_total"),
    ("total menos infinito", nova_operacao(valor_total="-Infinity"), "VALOR_INVALIDO", "valor_total"),
    ("total em palavras", nova_operacao(valor_total="dez"), "TIPO_INVALIDO", "valor_total"),
    ("total com vírgula", nova_operacao(valor_total="1,00"), "TIPO_INVALIDO", "valor_total"),
    ("total lógico", nova_operacao(valor_total=True), "TIPO_INVALIDO", "valor_total"),
    ("total nulo", nova_operacao(valor_total=None), "TIPO_INVALIDO", "valor_total"),
    ("total de três casas", nova_operacao(valor_total="1.001"), "CASAS_DECIMAIS", "valor_total"),
    ("total de 14 dígitos", nova_operacao(valor_total="10000000000000.00"), "FORA_DA_FAIXA", "valor_total"),
    ("total 1e400", nova_operacao(valor_total="1e400"), "FORA_DA_FAIXA", "valor_total"),
    ("total 1e-400", nova_operacao(valor_total="1e-400"), "CASAS_DECIMAIS", "valor_total"),
    ("expoente impossível", nova_operacao(valor_total="1e" + "9" * 30), "TIPO_INVALIDO", "valor_total"),
    ("texto longo", nova_operacao(observacao="á" * 501), "TEXTO_LONGO", "observacao"),
    ("caractere nulo", nova_operacao(observacao="a\0b"), "CARACTERE_NULO", "observacao"),
    ("texto em número", nova_operacao(observacao=1), "TIPO_INVALIDO", "observacao"),
    ("cancelado em número", nova_operacao(cancelado=1), "TIPO_INVALIDO", "cancelado"),
    ("itens em objeto", nova_operacao() | {"itens": {}}, "TIPO_INVALIDO", "itens"),
    ("item em texto", nova_operacao(itens=[novo_item(), "x"]), "TIPO_INVALIDO", "itens[2]"),
    ("itens demais", nova_operacao(itens=[novo_item(n) for n in range(1, 992)]), "LINHAS_DEMAIS", "itens"),
    ("dez mil itens", nova_operacao(itens=[novo_item(n) for n in range(1, 10_001)]), "LINHAS_DEMAIS", "itens"),
    (
        "finalizadores demais",
        nova_operacao(finalizadores=[novo_finalizador(n) for n in range(1, 102)]),
        "LINHAS_DEMAIS",
        "finalizadores",
    ),
    ("item repetido", nova_operacao(itens=[novo_item(1), novo_item(1)]), "SEQUENCIA_REPETIDA", "itens"),
    (
        "finalizador repetido",
        nova_operacao(finalizadores=[novo_finalizador(1), novo_finalizador(1)]),
        "SEQUENCIA_REPETIDA",
        "finalizadores",
    ),
    ("quantidade negativa", _com_item(quantidade_primaria="-1"), "VALOR_NEGATIVO", "itens[2].quantidade_primaria"),
    ("quantidade 5 casas", _com_item(quantidade_primaria="1.00001"), "CASAS_DECIMAIS", "itens[2].quantidade_primaria"),
    (
        "quantidade de 12 dígitos",
        _com_item(quantidade_primaria="100000000000"),
        "FORA_DA_FAIXA",
        "itens[2].quantidade_primaria",
    ),
    (
        "unitário 7 casas",
        _com_item(valor_unitario_liquido="0.0000001"),
        "CASAS_DECIMAIS",
        "itens[2].valor_unitario_liquido",
    ),
    ("sequência 32768", _com_item(item=32768), "FORA_DA_FAIXA", "itens[2].item"),
    ("descrição longa", _com_item(descricao="x" * 121), "TEXTO_LONGO", "itens[2].descricao"),
    ("descrição com nulo", _com_item(descricao="\0"), "CARACTERE_NULO", "itens[2].descricao"),
    ("parcela negativa", _com_finalizador(parcela=-1), "VALOR_NEGATIVO", "finalizadores[2].parcela"),
    ("recebimentos em objeto", nova_operacao() | {"recebimentos": {}}, "TIPO_INVALIDO", "recebimentos"),
    ("recebimentos nulos", nova_operacao() | {"recebimentos": None}, "TIPO_INVALIDO", "recebimentos"),
    ("recebimento em texto", nova_operacao(recebimentos=[novo_recebimento(), "x"]), "TIPO_INVALIDO", "recebimentos[2]"),
    (
        "recebimentos demais",
        nova_operacao(recebimentos=[novo_recebimento(n) for n in range(1, 52)]),
        "LINHAS_DEMAIS",
        "recebimentos",
    ),
    (
        "recebimento repetido",
        nova_operacao(recebimentos=[novo_recebimento(1), novo_recebimento(1)]),
        "SEQUENCIA_REPETIDA",
        "recebimentos",
    ),
    ("documento longo", _com_recebimento(numero_documento="1" * 41), "TEXTO_LONGO", "recebimentos[2].numero_documento"),
    ("documento em número", _com_recebimento(numero_documento=1), "TIPO_INVALIDO", "recebimentos[2].numero_documento"),
    (
        "documento com nulo",
        _com_recebimento(numero_documento="\0"),
        "CARACTERE_NULO",
        "recebimentos[2].numero_documento",
    ),
    (
        "recebimento sem documento",
        nova_operacao(recebimentos=[{"item": 1, "valor": "1.00"}]),
        "CAMPO_OBRIGATORIO",
        "recebimentos[1].numero_documento",
    ),
    ("parcela de recebimento 32768", _com_recebimento(parcela=32768), "FORA_DA_FAIXA", "recebimentos[2].parcela"),
    ("recebido negativo", _com_recebimento(valor="-0.01"), "VALOR_NEGATIVO", "recebimentos[2].valor"),
    ("juros negativos", _com_recebimento(juros=-1), "VALOR_NEGATIVO", "recebimentos[2].juros"),
    ("juros de três casas", _com_recebimento(juros="0.001"), "CASAS_DECIMAIS", "recebimentos[2].juros"),
    ("desconto infinito", _com_recebimento(desconto="Infinity"), "VALOR_INVALIDO", "recebimentos[2].desconto"),
    ("recebido demais", _com_recebimento(valor="1e14"), "FORA_DA_FAIXA", "recebimentos[2].valor"),
    ("valor sem número", _com_finalizador(valor=""), "TIPO_INVALIDO", "finalizadores[2].valor"),
]


@pytest.mark.parametrize(("operacao", "codigo", "campo"), [d[1:] for d in DEFEITOS], ids=[d[0] for d in DEFEITOS])
def test_linha_com_defeito_e_rejeitada_com_codigo_e_campo(operacao: Any, codigo: str, campo: str) -> None:
    recusa = recusa_de(operacao)
    assert recusa.codigo == codigo
    assert recusa.mensagem.startswith(f"{campo}: " if campo else "")
    assert recusa.mensagem.isprintable()


def test_todos_os_problemas_da_linha_vem_de_uma_vez() -> None:
    operacao = nova_operacao(
        valor_total="-1.00",
        guid_operacao="x",
        data_hora_inicio="2026-07-01T10:00:00",
        itens=[novo_item(1, quantidade_primaria="NaN", descricao="x" * 200)],
    )
    recusa = recusa_de(operacao)
    for campo in ("guid_operacao", "data_hora_inicio", "valor_total", "itens[1].quantidade_primaria", "descricao"):
        assert campo in recusa.mensagem
    assert recusa.codigo == CodigoLinha.TIPO_INVALIDO  # the first of them, in the order of the fields
    assert "no máximo 120 caracteres, recebidos 200" in recusa.mensagem


def test_mensagem_de_mil_problemas_continua_curta() -> None:
    recusa = recusa_de(nova_operacao(itens=[novo_item(n, valor_desconto="-1") for n in range(1, 991)]))
    assert "e mais 970" in recusa.mensagem
    assert len(recusa.mensagem) < 4000


ACEITAS: list[tuple[str, Any]] = [
    ("número em vez de texto", nova_operacao(valor_desconto=0, valor_acrescimo=0.5)),
    ("zeros a mais", nova_operacao(valor_total="25.000000")),
    ("expoente", nova_operacao(valor_troco="5E+0")),
    ("zero negativo", nova_operacao(valor_desconto="-0.00")),
    ("texto que parece negativo", nova_operacao(observacao="-5 de desconto")),
    ("texto que parece NaN", nova_operacao(observacao="NaN")),
    ("texto que parece um nulo escapado", nova_operacao(observacao="\\u0000")),
    ("emoji conta um caractere", nova_operacao(observacao="😀" * 500)),
    ("sem itens", nova_operacao(itens=[], finalizadores=[])),
    ("campo que não conhecemos", nova_operacao(campo_do_futuro={"a": 1})),
    ("990 itens", nova_operacao(itens=[novo_item(n) for n in range(1, 991)])),
    ("50 recebimentos", nova_operacao(recebimentos=[novo_recebimento(n) for n in range(1, 51)])),
    ("documento que parece negativo", _com_recebimento(numero_documento="-1")),
    ("sem a lista de recebimentos, como os replicadores antigos", _sem("recebimentos")),
    ("maior id", nova_operacao(id_operacao=2**63 - 1)),
    ("maior valor", nova_operacao(valor_total="9999999999999.99")),
]


@pytest.mark.parametrize("operacao", [a[1] for a in ACEITAS], ids=[a[0] for a in ACEITAS])
def test_linha_incomum_mas_certa_entra(operacao: Any) -> None:
    (sozinha,) = ler(operacao).operacoes
    ao_lado, _ = ler(operacao, "ilegível").operacoes
    assert isinstance(sozinha, OperacaoPronta)
    assert sozinha == ao_lado


def test_zero_negativo_e_gravado_como_zero() -> None:
    (negativo,) = ler(nova_operacao(valor_desconto="-0.00")).operacoes
    (zero,) = ler(nova_operacao(valor_desconto="0")).operacoes
    assert isinstance(negativo, OperacaoPronta) and isinstance(zero, OperacaoPronta)
    assert negativo.hash == zero.hash
    assert "-0" not in str(negativo.conteudo)


DEFEITOS_DE_NOTA = [
    ("chave curta", {"chave": "123"}, "VALOR_INVALIDO", "chave"),
    ("chave minúscula", {"chave": "a" * 44}, "VALOR_INVALIDO", "chave"),
    ("chave longa", {"chave": "1" * 45}, "TEXTO_LONGO", "chave"),
    ("chave com quebra", {"chave": "1" * 43 + "\n"}, "VALOR_INVALIDO", "chave"),
    ("modelo 55", {"modelo": "55"}, "VALOR_INVALIDO", "modelo"),
    ("número negativo", {"numero": -1}, "VALOR_NEGATIVO", "numero"),
    ("xml nulo", {"xml": None}, "TIPO_INVALIDO", "xml"),
    ("xml com nulo", {"xml": "<a>\0</a>"}, "CARACTERE_NULO", "xml"),
    ("protocolo longo", {"protocolo": "1" * 18}, "TEXTO_LONGO", "protocolo"),
    ("emissão sem fuso", {"data_emissao": "2026-07-01T10:00:00"}, "DATA_SEM_FUSO", "data_emissao"),
    ("emissão futura", {"data_emissao": "2030-07-01T10:00:00Z"}, "DATA_ABSURDA", "data_emissao"),
    ("total negativo", {"valor_total": "-1"}, "VALOR_NEGATIVO", "valor_total"),
]


@pytest.mark.parametrize(
    ("campos", "codigo", "campo"), [d[1:] for d in DEFEITOS_DE_NOTA], ids=[d[0] for d in DEFEITOS_DE_NOTA]
)
def test_nota_com_defeito_e_rejeitada(campos: dict[str, Any], codigo: str, campo: str) -> None:
    boa, recusa = ler(notas=[nova_nota(1), nova_nota(2) | campos]).notas
    assert isinstance(boa, NotaPronta)
    assert isinstance(recusa, Recusada)
    assert (recusa.codigo, recusa.mensagem.partition(": ")[0]) == (codigo, campo)


DEFEITOS_DE_TURNO = [
    ("outro ponto de venda", {"id_ponto_venda": 2}, "PONTO_VENDA_DIFERENTE", "id_ponto_venda"),
    ("contado negativo", {"contado": {"1": "-1.00"}}, "VALOR_NEGATIVO", 'contado."1"'),
    ("contado em lista", {"contado": []}, "TIPO_INVALIDO", "contado"),
    ("contado demais", {"contado": {str(n): "1.00" for n in range(101)}}, "LINHAS_DEMAIS", "contado"),
    ("contado de nome nulo", {"contado": {"\0": "1.00"}}, "CARACTERE_NULO", "contado."),
    ("início sem fuso", {"data_hora_inicio": "2026-07-01T10:00:00"}, "DATA_SEM_FUSO", "data_hora_inicio"),
    ("fim no futuro", {"data_hora_termino": "2036-07-01T10:00:00Z"}, "DATA_ABSURDA", "data_hora_termino"),
]


@pytest.mark.parametrize(
    ("campos", "codigo", "campo"), [d[1:] for d in DEFEITOS_DE_TURNO], ids=[d[0] for d in DEFEITOS_DE_TURNO]
)
def test_turno_com_defeito_e_rejeitado(campos: dict[str, Any], codigo: str, campo: str) -> None:
    bom, recusa = ler(turnos=[novo_turno(1, contado={"1": 10}), novo_turno(2, **campos)]).turnos
    assert isinstance(bom, TurnoPronto) and bom.linha[-1] == {"1": "10.00"}
    assert isinstance(recusa, Recusada)
    assert recusa.codigo == codigo
    assert recusa.mensagem.startswith(campo)


QUASE_JSON = [
    ("NaN", b'"-5.77"', b"NaN", "VALOR_INVALIDO"),
    ("Infinity", b'"-5.77"', b"-Infinity", "VALOR_INVALIDO"),
    ("meio par substituto", b'"-5.77"', b'"\\ud800"', "TIPO_INVALIDO"),
    ("meio par substituto num texto", b'"marca"', b'"x\\udfffx"', "TEXTO_INVALIDO"),
    ("bytes que nao sao UTF-8", b'"marca"', b'"\xff\xfe"', "TEXTO_INVALIDO"),
    ("meio par em UTF-8", b'"marca"', b'"\xed\xa0\x80"', "TEXTO_INVALIDO"),
]


@pytest.mark.parametrize(("de", "para", "codigo"), [q[1:] for q in QUASE_JSON], ids=[q[0] for q in QUASE_JSON])
def test_o_que_nem_e_json_estraga_so_a_sua_linha(de: bytes, para: bytes, codigo: str) -> None:
    corpo = em_json(novo_pacote(nova_operacao(1), nova_operacao(2, valor_total="-5.77", observacao="marca")))
    if de != b'"-5.77"':
        corpo = corpo.replace(b'"-5.77"', b'"5.77"')
    primeira, segunda = ler_pacote(corpo.replace(de, para), LIMITES).operacoes
    assert isinstance(primeira, OperacaoPronta)
    assert isinstance(segunda, Recusada)
    assert segunda.codigo == codigo
    assert segunda.eco == {"id_operacao": 2}


PACOTES_RUINS = [
    ("vazio", b"", 400, "JSON_INVALIDO"),
    ("espaços", b"   ", 400, "JSON_INVALIDO"),
    ("texto solto", b"ola", 400, "JSON_INVALIDO"),
    ("truncado", em_json(novo_pacote(nova_operacao()))[:-20], 400, "JSON_INVALIDO"),
    ("sobra", em_json(novo_pacote()) + b"x", 400, "JSON_INVALIDO"),
    ("nulo cru num texto", b'{"versao": 1, "replicador": "\0"}', 400, "JSON_INVALIDO"),
    ("aninhado demais", b'{"versao":' + b"[" * 100_000, 400, "JSON_INVALIDO"),
    ("aninhado numa linha", b'{"versao":1,"operacoes":[' + b"[" * 50_000 + b"]" * 50_000 + b"]}", 400, "JSON_INVALIDO"),
    ("uma lista", b"[]", 400, "PACOTE_INVALIDO"),
    ("uma lista com NaN", b"[NaN]", 400, "PACOTE_INVALIDO"),
    ("um número", b"1", 400, "PACOTE_INVALIDO"),
    ("vazio de campos", b"{}", 400, "PACOTE_INVALIDO"),
    ("sem versão", em_json(novo_pacote(versao=None)), 400, "PACOTE_INVALIDO"),
    ("versão em texto", em_json(novo_pacote(versao="1")), 400, "PACOTE_INVALIDO"),
    ("versão lógica", em_json(novo_pacote(versao=True)), 400, "PACOTE_INVALIDO"),
    ("outra versão", em_json(novo_pacote(versao=2)), 422, "VERSAO_NAO_SUPORTADA"),
    ("outra versão, outra forma", em_json({"versao": 2, "operacoes": [{"nova": 1}]}), 422, "VERSAO_NAO_SUPORTADA"),
    ("instalação torta", em_json(novo_pacote(instalacao="1")), 400, "PACOTE_INVALIDO"),
    ("sem instalação", em_json(novo_pacote(instalacao=None)), 400, "PACOTE_INVALIDO"),
    ("replicador longo", em_json(novo_pacote(replicador="x" * 41)), 400, "PACOTE_INVALIDO"),
    ("replicador com nulo", em_json(novo_pacote(replicador="\0")), 400, "PACOTE_INVALIDO"),
    ("replicador em número", em_json(novo_pacote(replicador=1)), 400, "PACOTE_INVALIDO"),
    ("operações em objeto", em_json(novo_pacote() | {"operacoes": {}}), 400, "PACOTE_INVALIDO"),
    ("operações nulas", em_json(novo_pacote() | {"operacoes": None}), 400, "PACOTE_INVALIDO"),
    ("operações e NaN", b'{"versao": 1, "operacoes": NaN}', 400, "PACOTE_INVALIDO"),
    ("1001 operações", em_json(novo_pacote(*[nova_operacao()] * 1001)), 422, "OPERACOES_DEMAIS"),
    ("1001 ilegíveis", em_json(novo_pacote(*[1] * 1001)), 422, "OPERACOES_DEMAIS"),
    ("1001 notas", em_json(novo_pacote(notas=[nova_nota()] * 1001)), 422, "NOTAS_DEMAIS"),
    ("1001 turnos", em_json(novo_pacote(turnos=[novo_turno()] * 1001)), 422, "TURNOS_DEMAIS"),
]


@pytest.mark.parametrize(
    ("corpo", "status", "codigo"), [p[1:] for p in PACOTES_RUINS], ids=[p[0] for p in PACOTES_RUINS]
)
def test_pacote_que_nao_se_le_e_recusado_inteiro(corpo: bytes, status: int, codigo: str) -> None:
    with pytest.raises(PacoteRecusado) as recusa:
        ler_pacote(corpo, LIMITES)
    assert (recusa.value.status, recusa.value.codigo) == (status, codigo)
    assert recusa.value.mensagem.isprintable()


@pytest.mark.parametrize(
    "corpo",
    [
        pytest.param(b'{"versao":1,"operacoes":[' + b"1," * 4_000_000 + b"1]}", id="milhões de números"),
        pytest.param(b'{"versao":1,"operacoes":[NaN,' + b"[]," * 3_000_000 + b"1]}", id="milhões de listas"),
    ],
)
def test_milhoes_de_linhas_minusculas_sao_recusadas_sem_tomar_a_memoria(corpo: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(PacoteRecusado, match="PACOTE_INVALIDO"):
            ler_pacote(corpo, LIMITES)
        _, pico = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert pico < len(corpo)


def test_linha_ilegivel_tem_nome_estavel_de_uma_tentativa_a_outra() -> None:
    primeira, outra = (ler({"id_operacao": "x", "a": 1}, {"id_operacao": "y"}).operacoes for _ in range(2))
    nomes = [linha.identificador for linha in primeira if isinstance(linha, Recusada)]
    assert nomes == [linha.identificador for linha in outra if isinstance(linha, Recusada)]
    assert len(set(nomes)) == 2


def test_recusada_guarda_os_bytes_como_chegaram() -> None:
    linha = b'{"id_operacao":   5, "valor_total" : "-1"}'
    corpo = em_json(novo_pacote(nova_operacao(1))).replace(b'"operacoes":[', b'"operacoes":[' + linha + b",")
    recusa = ler_pacote(corpo, LIMITES).operacoes[0]
    assert isinstance(recusa, Recusada)
    assert recusa.conteudo == linha
    assert recusa.identificador == "5"


CAMPOS = sorted(set(nova_operacao()) - {"itens", "finalizadores", "recebimentos"})
VALORES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.sampled_from(["NaN", "-0", "1E+3", "-1", " 1 ", "1_0", "", "\0", "2026-07-01", "2026-07-01T00:00:00Z"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.datetimes().map(lambda d: d.isoformat()),
    st.datetimes(timezones=st.just(UTC)).map(lambda d: d.isoformat()),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text("ab", max_size=1), st.integers(), max_size=2),
)


@settings(max_examples=400, deadline=None)
@given(campo=st.sampled_from(CAMPOS), valor=VALORES)
def test_linha_tem_o_mesmo_destino_sozinha_ou_ao_lado_de_uma_ilegivel(campo: str, valor: Any) -> None:
    """The quick reading and the careful one agree, and a refusal always says why."""
    operacao = nova_operacao() | {campo: valor}
    (sozinha,) = ler(operacao).operacoes
    ao_lado, _ = ler(operacao, "ilegível").operacoes
    assert sozinha == ao_lado
    if isinstance(sozinha, Recusada):
        assert sozinha.codigo != CodigoLinha.LINHA_ILEGIVEL
        assert campo in sozinha.mensagem
    else:
        assert msgspec.json.encode(sozinha.conteudo)
