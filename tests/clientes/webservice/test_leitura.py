"""What may come in a body, field by field (spec/004, "2. DADOS PARA O ENDPOINT")."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clientes.models import Cliente
from clientes.webservice.campos import CAMPOS, Campo, Tipo
from clientes.webservice.corpo import FORMULARIO, JSON, ler_corpo
from clientes.webservice.leitura import ler, numero_da_filial_em
from clientes.webservice.pedido import Pedido, Recusa
from tests.clientes.webservice.conftest import EXEMPLO, MINIMO

TEXTOS = [campo for campo in CAMPOS if campo.tipo is Tipo.TEXTO]
INTEIROS = [campo for campo in CAMPOS if campo.tipo is Tipo.INTEIRO]
OBRIGATORIOS = [campo.nome for campo in CAMPOS if campo.obrigatorio]
# The table of the specification, copied by hand.
TABELA = """CLIENTE_VAREJO STRING 40 sim, FILIAL STRING 25 sim, PF_PJ INT 1 sim, ESTRANGEIRO INT 1 sim,
ENDERECO STRING 90 não, UF STRING 2 não, RG_IE STRING 19 não, CPF_CGC STRING 19 não, CIDADE STRING 35 não,
COMPLEMENTO STRING 20 não, CEP STRING 9 não, TELEFONE STRING 10 não, ANIVERSARIO DATETIME DATETIME não, DDD STRING 4 não,
SEXO STRING 1 não, OBS STRING 200 não, EMAIL STRING 100 não, BAIRRO STRING 35 não, STATUS INT 1 não, PAIS STRING 40 não,
TIPO_LOGRADOURO STRING 10 não, NUMERO STRING 10 não, DDD_CELULAR STRING 4 não, CELULAR STRING 10 não"""


def lido(**campos: Any) -> Pedido | dict[str, str]:
    """The request, or field -> rule of its problems."""
    corpo = {nome: valor for nome, valor in {**MINIMO, **campos}.items() if valor is not ...}
    pedido = ler(corpo, filiais={1: "LOJA 1"}, estrito=False)
    return pedido if isinstance(pedido, Pedido) else {problema.campo: problema.regra.value for problema in pedido}


def valores(**campos: Any) -> Mapping[str, Any]:
    pedido = lido(**campos)
    assert isinstance(pedido, Pedido), pedido
    return {"filial": pedido.filial, "obs": pedido.obs, **pedido.valores}


def test_a_tabela_e_a_da_especificacao() -> None:
    nossa = [
        f"{c.nome} {c.tipo} {c.tamanho or 'DATETIME'} {'sim' if c.obrigatorio else 'não'}" for c in CAMPOS
    ]  # fmt: skip
    assert nossa == [linha.strip() for linha in TABELA.replace("\n", " ").split(",")]


def test_cada_campo_tem_uma_coluna_em_que_cabe() -> None:
    for campo in CAMPOS:
        coluna = Cliente._meta.get_field(campo.coluna)
        assert campo.tipo is not Tipo.TEXTO or (coluna.max_length or 0) >= (campo.tamanho or 0), campo


@pytest.mark.parametrize("campo", TEXTOS, ids=lambda c: c.nome)
def test_o_texto_cabe_inteiro_e_um_caractere_a_mais_nao(campo: Campo) -> None:
    assert campo.tamanho is not None
    valor = "É" * campo.tamanho if campo.nome != "CPF_CGC" else "1" * campo.tamanho
    outros = {"CODIGO_CLIENTE": "C1"}
    assert valores(**outros, **{campo.nome: valor})[campo.coluna] == valor
    assert valores(**outros, **{campo.nome: f"  {valor}\n"})[campo.coluna] == valor
    assert lido(**outros, **{campo.nome: valor + "1"}) == {campo.nome: "TAMANHO"}


@pytest.mark.parametrize(("nome", "valor"), [("UF", "ßß"), ("SEXO", "ß")])
def test_a_letra_que_cresce_em_maiuscula_e_medida_crescida(nome: str, valor: str) -> None:
    assert lido(CODIGO_CLIENTE="C1", **{nome: valor}) == {nome: "TAMANHO"}


@pytest.mark.parametrize("campo", TEXTOS, ids=lambda c: c.nome)
@pytest.mark.parametrize("valor", [True, [], {}, ["x"], {"a": 1}], ids=repr)
def test_texto_nao_e_lista_nem_objeto_nem_logico(campo: Campo, valor: Any) -> None:
    assert lido(CODIGO_CLIENTE="C1", **{campo.nome: valor}) == {campo.nome: "TIPO"}


@pytest.mark.parametrize(
    "campo", [c for c in TEXTOS if c.nome not in ("SEXO", "CEP", *OBRIGATORIOS)], ids=lambda c: c.nome
)
@pytest.mark.parametrize("vazio", ["", "   ", None], ids=repr)
def test_vazio_limpa_e_ausente_nao_aparece(campo: Campo, vazio: Any) -> None:
    assert valores(CODIGO_CLIENTE="C1", **{campo.nome: vazio})[campo.coluna] == ""
    assert valores(CODIGO_CLIENTE="C1", **{campo.nome: ...}).get(campo.coluna) is None


def test_vazio_de_cep_aniversario_status_e_sexo() -> None:
    lidos = valores(CEP="", ANIVERSARIO=" ", STATUS=None, SEXO="")
    assert (lidos["cep"], lidos["aniversario"], lidos["status"]) == (None, None, 0)
    assert "sexo" not in lidos
    assert not {"cep", "aniversario", "status", "sexo"} & valores().keys()


@pytest.mark.parametrize("nome", OBRIGATORIOS)
def test_obrigatorio_ausente_ou_vazio_e_erro_menos_estrangeiro_vazio(nome: str) -> None:
    assert lido(**{nome: ...}) == {nome: "OBRIGATORIO"}
    for vazio in ("", "  ", None):
        if nome == "ESTRANGEIRO":
            assert valores(ESTRANGEIRO=vazio)["estrangeiro"] == 0
        else:
            assert lido(**{nome: vazio}) == {nome: "OBRIGATORIO"}


@pytest.mark.parametrize("campo", INTEIROS, ids=lambda c: c.nome)
@pytest.mark.parametrize(
    ("valor", "esperado"),
    [
        ("0", 0), ("1", 1), (0, 0), (1, 1), (" 1 ", 1), (Decimal("1.0"), 1), ("x", "TIPO"), ("1.0", "TIPO"), (-1, "TIPO"),
        (Decimal("1.5"), "TIPO"), ("²", "TIPO"), ("١", "TIPO"), (True, "TIPO"), ([1], "TIPO"), ("01", "TAMANHO"),
        (12, "TAMANHO"), (10**40, "VALOR"), (Decimal("1E+400"), "VALOR"),
    ],
    ids=repr,
)  # fmt: skip
def test_inteiro_e_um_digito_em_texto_ou_numero(campo: Campo, valor: Any, esperado: int | str) -> None:
    if isinstance(esperado, str):
        assert lido(**{campo.nome: valor}) == {campo.nome: esperado}
    else:
        assert valores(CODIGO_CLIENTE="C1", **{campo.nome: valor})[campo.coluna] == esperado


def test_pessoa_e_estrangeiro_tem_dois_valores_e_status_qualquer_digito() -> None:
    assert lido(PF_PJ="2", ESTRANGEIRO=3) == {"PF_PJ": "VALOR", "ESTRANGEIRO": "VALOR"}
    assert valores(STATUS="2")["status"] == 2


@pytest.mark.parametrize(
    "texto",
    [
        "1993-07-04", "1993-07-04 00:00:00", "1993-07-04 00:00:00.000", "1993-07-04 23:59:59.999", "1993-07-04T00:00:00",
        "1993-07-04T00:00:00Z", "1993-07-04T23:30:00-03:00", "1993-07-04T00:00:00.123456+14:00", "19930704", "1993-W26-7",
        "19930704T101500", " 1993-07-04 ", "1993-07-04 10:15",
    ],
)  # fmt: skip
def test_datas_aceitas_ficam_no_dia_em_que_foram_escritas(texto: str) -> None:
    assert valores(ANIVERSARIO=texto)["aniversario"] == date(1993, 7, 4)


@pytest.mark.parametrize(
    "texto",
    [
        "04/07/1993", "1993-7-4", "1993-13-01", "1993-02-29", "0000-00-00 00:00:00", "1993-07", "ontem", "1993-07-04x00:00:00",
        "1993-07-04 25:00:00", "1993-07-04T", "741744000", "١٩٩٣-٠٧-٠٤", 741744000, "1993-07-04 00:00:00 BRT",
    ],
    ids=repr,
)  # fmt: skip
def test_outras_datas_sao_erro(texto: Any) -> None:
    assert lido(ANIVERSARIO=texto) == {"ANIVERSARIO": "DATA"}


@pytest.mark.parametrize(
    ("veio", "gravado", "documento"),
    [
        (CPF := "52998224725", CPF, CPF),
        ("529.982.247-25", "529.982.247-25", CPF),
        (52998224725, CPF, CPF),
        (Decimal("52998224725.0"), CPF, CPF),
        (191, "00000000191", "00000000191"),
        ("191", "00000000191", "00000000191"),
        (11222333000181, "11222333000181", "11222333000181"),
        (191000000000, "00191000000000", "00191000000000"),
        ("12.abc.345/01de-35", "12.abc.345/01de-35", "12ABC34501DE35"),
        ("", "", ""),
        ("000.000.000-00", "000.000.000-00", ""),
        (0, "00000000000", ""),
    ],
)
def test_documento_em_texto_ou_numero(veio: Any, gravado: str, documento: str) -> None:
    pedido = lido(CPF_CGC=veio, CODIGO_CLIENTE="C1")
    assert isinstance(pedido, Pedido)
    assert (pedido.valores["cpf_cgc"], pedido.documento) == (gravado, documento)


def test_numeros_viram_o_texto_que_uma_pessoa_escreveria() -> None:
    lidos = valores(NUMERO=370, DDD=Decimal("21.0"), OBS=Decimal("1.50"), TELEFONE=999999999, FILIAL=1)
    assert (lidos["numero"], lidos["ddd"], lidos["obs"], lidos["telefone"], lidos["filial"]) == (
        "370", "21", "1.50", "999999999", "LOJA 1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("codigo", "cpf_cgc", "definido"),
    [
        (191, 191, "00000000191"),
        ("191", 191, "191"),
        (191, "000.000.001-91", "00000000191"),
        (191, CPF, "191"),
        (7, "", "7"),
    ],
)
def test_o_codigo_que_veio_como_numero_e_o_documento_sem_zeros_e_o_documento(
    codigo: Any, cpf_cgc: Any, definido: str
) -> None:
    pedido = lido(CODIGO_CLIENTE=codigo, CPF_CGC=cpf_cgc)
    assert isinstance(pedido, Pedido) and pedido.codigo_cliente == definido


def test_uf_e_sexo_ficam_em_maiusculas_e_o_resto_como_veio() -> None:
    lidos = valores(UF="mg", SEXO="f", CIDADE="Belo Horizonte")
    assert (lidos["uf"], lidos["sexo"], lidos["cidade"]) == ("MG", "F", "Belo Horizonte")


def test_uf_ex_faz_o_estrangeiro_e_o_codigo_vem_do_rg() -> None:
    pedido = lido(UF="EX", RG_IE="P-998", CPF_CGC="", ESTRANGEIRO="0")
    assert isinstance(pedido, Pedido)
    assert (pedido.estrangeiro, pedido.valores["estrangeiro"], pedido.codigo_cliente) == (True, 1, "P998")


@pytest.mark.parametrize(
    ("campos", "problemas"),
    [
        ({"CPF_CGC": ...}, {"CODIGO_CLIENTE": "OBRIGATORIO"}),
        ({"CPF_CGC": "", "RG_IE": "MG1"}, {"CODIGO_CLIENTE": "OBRIGATORIO"}),
        ({"CODIGO_CLIENTE": "1" * 15}, {"CODIGO_CLIENTE": "TAMANHO"}),
        ({"CPF_CGC": "1" * 15}, {"CODIGO_CLIENTE": "TAMANHO"}),
        ({"UF": "EX", "RG_IE": "1" * 15}, {"CODIGO_CLIENTE": "TAMANHO"}),
        ({"CODIGO_CLIENTE": {}}, {"CODIGO_CLIENTE": "TIPO"}),
        ({"eventId": "e" * 65}, {"eventId": "TAMANHO"}),
        ({"FILIAL": "99"}, {"FILIAL": "FILIAL_DESCONHECIDA"}),
        (
            {"CLIENTE_VAREJO": "", "FILIAL": "99", "UF": "MGX", "STATUS": "x", "CPF_CGC": "", "ANIVERSARIO": "x"},
            {"CLIENTE_VAREJO": "OBRIGATORIO", "FILIAL": "FILIAL_DESCONHECIDA", "UF": "TAMANHO", "STATUS": "TIPO",
             "CODIGO_CLIENTE": "OBRIGATORIO", "ANIVERSARIO": "DATA"},
        ),
    ],
)  # fmt: skip
def test_todos_os_problemas_de_uma_vez(campos: dict[str, Any], problemas: dict[str, str]) -> None:
    assert lido(**campos) == problemas


@pytest.mark.parametrize(
    ("cpf_cgc", "estrangeiro", "passa"),
    [("99999999999", "0", False), ("123", "0", False), (CPF, "0", True), ("", "0", True), ("99999999999", "1", True)],
)
def test_documento_estrito(cpf_cgc: str, estrangeiro: str, passa: bool) -> None:
    corpo = {**MINIMO, "CODIGO_CLIENTE": "C1", "CPF_CGC": cpf_cgc, "ESTRANGEIRO": estrangeiro}
    assert isinstance(ler(corpo, filiais={}, estrito=False), Pedido)
    lido = ler(corpo, filiais={}, estrito=True)
    assert isinstance(lido, Pedido) if passa else [(p.campo, p.regra) for p in lido] == [("CPF_CGC", "DOCUMENTO")]


def test_o_conteudo_e_o_hash_nao_tem_a_chave_nem_dependem_da_ordem() -> None:
    pedidos = [
        ler(corpo, filiais={}, estrito=False)
        for corpo in (
            EXEMPLO, {"key": "x", **EXEMPLO}, dict(reversed(EXEMPLO.items())), {**EXEMPLO, "OMS": "1"}, {**EXEMPLO, "Y": ""},
        )
    ]  # fmt: skip
    hashes = [p.hash_conteudo for p in pedidos if isinstance(p, Pedido)]
    assert hashes[0] == hashes[1] == hashes[2] and len({*hashes}) == 3 and len(hashes[0]) == 32
    assert isinstance(pedidos[1], Pedido) and pedidos[1].conteudo == EXEMPLO


@pytest.mark.parametrize("evento", [7, "7", " 7 ", Decimal("7")])
def test_o_event_id_e_texto_ou_numero(evento: Any) -> None:
    pedido = lido(eventId=evento)
    assert isinstance(pedido, Pedido) and pedido.evento == "7"


def test_o_numero_da_filial_se_sabe_antes_de_ler_o_resto() -> None:
    casos: list[tuple[Any, int | None]] = [
        ("1", 1), (" 01 ", 1), (1, 1), (Decimal("1.0"), 1), ("LOJA", None), ("", None), (True, None), (None, None), ({}, None),
        (Decimal("1E+999999"), None), ("9" * 4000, int("9" * 25)),
    ]  # fmt: skip
    assert [numero_da_filial_em({"FILIAL": veio}) for veio, _ in casos] == [numero for _, numero in casos]
    assert numero_da_filial_em({}) is None


def test_formulario_e_json_dizem_o_mesmo() -> None:
    assert ler_corpo(b"A=%C3%89+b&B=&C=1", FORMULARIO) == ler_corpo('{"A": "É b", "B": "", "C": "1"}'.encode(), JSON)


@pytest.mark.parametrize("corpo", [b'{"a": 1, "a": 1}', b'{"a": "\\"", "a": "x"}', b'{"a": {"b": 1, "b": 2}}'])
def test_campo_repetido_e_erro(corpo: bytes) -> None:
    with pytest.raises(Recusa) as recusa:
        ler_corpo(corpo, JSON)
    assert recusa.value.problema.regra == "REPETIDO"


def test_aspas_escapadas_nao_parecem_repeticao() -> None:
    assert ler_corpo(b'{"a": "\\u0022", "b": "\\""}', JSON) == {"a": '"', "b": '"'}
