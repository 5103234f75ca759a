"""Sections 3, 4 and 5 of the WebService, row by row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clientes.webservice import rules
from clientes.webservice.pedido import Alterar, Gravado, Inserir, Pedido, Problema

AGORA = datetime(2026, 2, 3, 14, 41, 39, 987654, tzinfo=UTC)
ANTES = datetime(2025, 9, 25, 18, 58, 7, tzinfo=UTC)
FUSO = ZoneInfo("America/Sao_Paulo")
CPF = "52998224725"
PREFIXO = "Cadastrado Pelo PDV ILLIMITAR. "


def gravado(codigo: str = "C1", documento: str = CPF, *, estrangeiro: bool = False, obs: str = PREFIXO) -> Gravado:
    return Gravado(codigo, documento, documento, estrangeiro, ANTES, obs)


def pedido(**campos: Any) -> Pedido:
    base: dict[str, Any] = {
        "conteudo": {}, "conteudo_json": "{}", "hash_conteudo": b"", "evento": "", "codigo_cliente": "C1", "documento": CPF,
        "estrangeiro": False, "filial": "LOJA 1", "tipo_varejo": "", "obs": None, "valores": {"estrangeiro": 0},
    }  # fmt: skip
    return Pedido(**(base | campos))


def test_3_1_as_duas_datas_sao_agora_e_o_cadastramento_de_quem_ja_existe_fica() -> None:
    assert rules.datas_automaticas(AGORA, None) == {"cadastramento": AGORA, "data_para_transferencia": AGORA}
    assert rules.datas_automaticas(AGORA, gravado()) == {"cadastramento": ANTES, "data_para_transferencia": AGORA}


@pytest.mark.parametrize(
    ("informado", "gravado_como"),
    [
        ("VENDEDOR (C)", "VENDEDOR (C)"),
        ("vendedor (c)", "VENDEDOR (C)"),
        ("FUNCIONARIO", "FUNCIONÁRIO"),
        ("CLIENTE VAREJO", "CLIENTE VAREJO"),
        ("VENDEDOR", "CLIENTE VAREJO"),
        ("", "CLIENTE VAREJO"),
        ("X" * 500, "CLIENTE VAREJO"),
    ],
)
def test_3_2_tipo_que_nao_existe_e_cliente_varejo(informado: str, gravado_como: str) -> None:
    tipos = {rules.chave_do_tipo(tipo): tipo for tipo in ("VENDEDOR (C)", "FUNCIONÁRIO", "CLIENTE VAREJO")}
    assert rules.ajustar_tipo_varejo(informado, tipos) == gravado_como


@pytest.mark.parametrize(
    ("informado", "uf", "estrangeiro"),
    [
        (0, "MG", False),
        (1, "MG", True),
        (None, "", False),
        (0, "EX", True),
        (1, "EX", True),
        (0, "ex", True),
        (0, "", False),
    ],
)
def test_3_3_vazio_e_nacional_e_uf_ex_e_estrangeiro(informado: int | None, uf: str, estrangeiro: bool) -> None:
    assert rules.definir_estrangeiro(informado, uf) is estrangeiro


@pytest.mark.parametrize(
    ("valores", "depois"), [({"sexo": ""}, {}), ({"sexo": "F"}, {"sexo": "F"}), ({}, {}), ({"uf": ""}, {"uf": ""})]
)
def test_3_4_so_o_sexo_vazio_sai_do_pedido(valores: dict[str, Any], depois: dict[str, Any]) -> None:
    rules.remover_sexo_vazio(valores)
    assert valores == depois


@pytest.mark.parametrize(
    ("cep", "depois"),
    [
        ("06845330", "06845330"), ("06845-330", "06845-330"), ("0", None), ("00000000", None), ("00000-000", None),
        ("", None), ("0.0", None), ("1", "1"), ("01000-000", "01000-000"), ("SW1A 1AA", "SW1A 1AA"), ("ABC", "ABC"),
    ],
)  # fmt: skip
def test_3_5_cep_de_valor_zero_e_nulo(cep: str, depois: str | None) -> None:
    assert rules.normalizar_cep(cep) == depois


@pytest.mark.parametrize(
    ("informado", "cpf_cgc", "rg_ie", "estrangeiro", "codigo"),
    [
        ("  94987713999 ", CPF, "MG-1", False, "94987713999"),  # 1) informed, trimmed
        ("C-1/a", CPF, "MG-1", True, "C-1/a"),  # as sent
        ("", "529.982.247-25", "MG-1", False, CPF),  # 2) the document: letters and digits only
        ("   ", "12.abc.345/01de-35", "", False, "12ABC34501DE35"),
        ("", CPF, "p-99.8", True, "P998"),  # 3) a foreigner's RG_IE
        ("", CPF, "", True, CPF),
        ("", "", "MG-1", False, ""),  # a national's RG_IE is no code
        ("", "", "", True, ""),
        ("", "---", "", False, ""),
        ("", "000.000.000-00", "", False, ""),  # nobody's
        ("0", "", "", False, "0"),  # informed
    ],
)
def test_3_6_codigo_informado_ou_rg_do_estrangeiro_ou_documento(
    informado: str, cpf_cgc: str, rg_ie: str, estrangeiro: bool, codigo: str
) -> None:
    definido = rules.definir_codigo(informado=informado, cpf_cgc=cpf_cgc, rg_ie=rg_ie, estrangeiro=estrangeiro)
    assert definido == codigo


@pytest.mark.parametrize(
    ("codigo", "regra"),
    [
        ("C1", None),
        ("1" * 14, None),
        ("É" * 14, None),
        ("", "OBRIGATORIO"),
        ("1" * 15, "TAMANHO"),
        ("a\tb", "CARACTERE"),
    ],
)
def test_3_7_o_codigo_existe_e_tem_ate_14_caracteres(codigo: str, regra: str | None) -> None:
    problema = rules.validar_codigo(codigo)
    assert (problema and (problema.campo, problema.regra)) == (("CODIGO_CLIENTE", regra) if regra else None)


@pytest.mark.parametrize(
    ("cpf_cgc", "documento"),
    [
        ("529.982.247-25", CPF),
        ("12.abc.345/01de-35", "12ABC34501DE35"),
        ("", ""),
        (" - ", ""),
        ("0", ""),
        ("000.000.000-00", ""),
    ],
)
def test_3_8_so_letras_e_digitos_se_comparam(cpf_cgc: str, documento: str) -> None:
    assert rules.documento_de_busca(cpf_cgc) == documento


@pytest.mark.parametrize(
    ("veio", "fica"),
    [
        (CPF, CPF), ("529.982.247-25", "529.982.247-25"), ("99999999999", "99999999999"), ("", ""), ("---", "---"),
        ("191", "00000000191"),
        ("123", "123"), ("11222333000181", "11222333000181"), ("1222333000181", "1222333000181"),
        ("11122233355", "11122233355"), ("1" * 19, "1" * 19),
    ],
)  # fmt: skip
def test_so_o_documento_curto_que_confere_ganha_zeros(veio: str, fica: str) -> None:
    assert rules.completar_documento(veio) == fica


NACIONAL, ESTRANGEIRO = gravado(), gravado(estrangeiro=True)
SEM_DOCUMENTO = gravado(documento="")


@pytest.mark.parametrize(
    ("campos", "por_documento", "por_codigo", "decisao"),
    [
        # a national with CPF_CGC is who has it, whatever the code says
        ({}, None, None, Inserir()),
        ({}, NACIONAL, NACIONAL, Alterar(NACIONAL)),
        ({"codigo_cliente": "C2"}, NACIONAL, None, Alterar(NACIONAL)),
        ({"codigo_cliente": "C2"}, NACIONAL, gravado("C2", "11144477735"), Alterar(NACIONAL)),
        ({}, ESTRANGEIRO, ESTRANGEIRO, Alterar(ESTRANGEIRO)),  # came to live here
        # not found: the code must be nobody's
        ({}, None, gravado(documento="11144477735"), "CONFLITO_DE_IDENTIDADE"),
        ({}, None, SEM_DOCUMENTO, "CONFLITO_DE_IDENTIDADE"),
        ({}, None, gravado(documento="", estrangeiro=True), "CONFLITO_DE_IDENTIDADE"),
        # a national without CPF_CGC is who has the code
        ({"documento": ""}, None, None, Inserir()),
        ({"documento": ""}, None, NACIONAL, Alterar(NACIONAL)),
        ({"documento": ""}, None, SEM_DOCUMENTO, Alterar(SEM_DOCUMENTO)),
        # a foreigner is who has the code, and never a national
        ({"estrangeiro": True}, None, None, Inserir()),
        ({"estrangeiro": True}, NACIONAL, None, Inserir()),
        ({"estrangeiro": True}, None, ESTRANGEIRO, Alterar(ESTRANGEIRO)),
        ({"estrangeiro": True}, ESTRANGEIRO, gravado("C1", ""), "CONFLITO_DE_IDENTIDADE"),
        ({"estrangeiro": True, "documento": ""}, None, NACIONAL, "CONFLITO_DE_IDENTIDADE"),
    ],
)
def test_3_9_quem_e_o_cliente(
    campos: dict[str, Any], por_documento: Gravado | None, por_codigo: Gravado | None, decisao: Any
) -> None:
    decidido = rules.decidir(pedido(**campos), por_documento, por_codigo)
    if isinstance(decidido, Problema):
        assert (decidido.campo, decidido.regra) == ("CODIGO_CLIENTE", decisao)
    else:
        assert (type(decidido), decidido) == (type(decisao), decisao)


@pytest.mark.parametrize(
    ("filial", "nome"),
    [
        ("1", "LOJA 1"),
        ("001", "LOJA 1"),
        ("LOJA 9", "LOJA 9"),
        ("1A", "1A"),
        ("-1", "-1"),
        ("²", "²"),
        ("9", None),
        ("0", None),
    ],
)
def test_3_10_filial_que_e_numero_vira_o_nome_e_texto_fica_como_veio(filial: str, nome: str | None) -> None:
    convertida = rules.converter_filial(filial, {1: "LOJA 1"})
    if nome is None:
        assert isinstance(convertida, Problema) and convertida.regra == "FILIAL_DESCONHECIDA"
    else:
        assert convertida == nome


@pytest.mark.parametrize(("obs", "inteira"), [("VIP", f"{PREFIXO}VIP"), ("", PREFIXO), (None, PREFIXO)])
def test_3_11_no_insert_a_obs_comeca_por_quem_cadastrou(obs: str | None, inteira: str) -> None:
    assert rules.completar_obs(obs) == inteira


@pytest.mark.parametrize(
    ("obs", "gravada", "depois"),
    [
        ("VIP", f"{PREFIXO}velha", f"{PREFIXO}VIP"), ("", f"{PREFIXO}velha", PREFIXO), ("VIP", "velha", "VIP"),
        ("", "velha", ""), (f"{PREFIXO}VIP", f"{PREFIXO}velha", f"{PREFIXO}VIP"),
    ],
)  # fmt: skip
def test_4_o_update_guarda_o_prefixo_da_obs(obs: str, gravada: str, depois: str) -> None:
    assert rules.alterar_obs(obs, gravada) == depois


def test_4_o_insert_escreve_o_que_veio_e_deixa_o_resto_para_o_padrao() -> None:
    valores = {"estrangeiro": 0, "cliente_varejo": "ANA", "cpf_cgc": CPF}
    assert rules.valores_de_insercao(pedido(obs="VIP", valores=valores, tipo_varejo="X"), {}, AGORA) == {
        **valores, "codigo_cliente": "C1", "filial": "LOJA 1", "tipo_varejo_id": "CLIENTE VAREJO",
        "obs": f"{PREFIXO}VIP", "cadastramento": AGORA, "data_para_transferencia": AGORA, "documento_valido": True,
    }  # fmt: skip


def test_4_o_update_nunca_toca_codigo_cadastramento_filial_nem_tipo() -> None:
    valores = {"estrangeiro": 0, "uf": "", "cpf_cgc": "99999999999"}
    novo = pedido(codigo_cliente="C9", filial="OUTRA", tipo_varejo="VENDEDOR", valores=valores)
    assert rules.valores_de_alteracao(novo, gravado(), AGORA) == {
        **valores, "data_para_transferencia": AGORA, "documento_valido": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("valores", "estrangeiro", "atual", "confere"),
    [
        ({"cpf_cgc": CPF}, False, None, True),
        ({"cpf_cgc": "99999999999"}, False, None, False),
        ({"cpf_cgc": ""}, False, gravado(), None),  # cleared
        ({}, False, gravado(), True),  # kept
        ({}, False, gravado(documento="99999999999"), False),
        ({}, True, gravado(documento="99999999999"), None),  # a foreigner has no obligation of a Brazilian document
        ({}, False, None, None),
    ],
)
def test_o_documento_que_nao_confere_fica_marcado(
    valores: dict[str, Any], estrangeiro: bool, atual: Gravado | None, confere: bool | None
) -> None:
    assert rules.documento_confere(valores, atual, estrangeiro=estrangeiro) is confere


@pytest.mark.parametrize(
    ("momento", "cadastramento", "transferencia"),
    [
        (AGORA, "2026-02-03 11:41:39.987", "2026-02-03 11:41:39"),  # UTC-3, cut, not rounded
        (ANTES, "2025-09-25 15:58:07.000", "2025-09-25 15:58:07"),
        (AGORA.replace(microsecond=999), "2026-02-03 11:41:39.000", "2026-02-03 11:41:39"),
        (datetime(2026, 1, 1, 2, 59, 59, tzinfo=UTC), "2025-12-31 23:59:59.000", "2025-12-31 23:59:59"),
    ],
)
def test_5_as_datas_se_escrevem_como_no_exemplo(momento: datetime, cadastramento: str, transferencia: str) -> None:
    assert rules.escrever_cadastramento(momento, FUSO) == cadastramento
    assert rules.escrever_transferencia(momento, FUSO) == transferencia
