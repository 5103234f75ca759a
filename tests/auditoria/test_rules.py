import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditoria.rules import (
    mascarar,
    mascarar_campo,
    mascarar_documento,
    mascarar_email,
    mascarar_por_partes,
    mascarar_telefone,
    mascarar_texto,
)

CHAVE = f"rtg_0123456789ab_{'f' * 64}"


@pytest.mark.parametrize(
    ("documento", "mascarado"),
    [
        ("529.982.247-25", "***.982.247-**"),
        ("52998224725", "***.982.247-**"),
        ("1234567890", "***.345.678-**"),  # a CPF that lost its leading zero: 012.345.678-90
        ("11.222.333/0001-81", "**.222.333/****-**"),
        ("11222333000181", "**.222.333/****-**"),
        ("12.ABC.345/01DE-35", "**.ABC.345/****-**"),
        ("12abc34501de35", "**.ABC.345/****-**"),
        ("AB123456", "***"),  # a foreigner's
        ("123", "***"),
        ("não tem", "***"),
    ],
)
def test_documento(documento, mascarado):
    assert mascarar_documento(documento) == mascarado


@pytest.mark.parametrize(
    ("telefone", "mascarado"),
    [
        ("(21) 98765-4321", "(21) *****-**21"),
        ("21987654321", "(21) *****-**21"),
        ("+55 21 98765-4321", "(21) *****-**21"),
        ("5521987654321", "(21) *****-**21"),
        ("021 98765-4321", "(21) *****-**21"),
        ("+55 (021) 98765-4321", "(21) *****-**21"),
        ("2133334444", "(21) ****-**44"),
        ("190", "***"),
    ],
)
def test_telefone(telefone, mascarado):
    assert mascarar_telefone(telefone) == mascarado


@pytest.mark.parametrize(
    ("email", "mascarado"),
    [("maria.silva@exemplo.com.br", "m***@exemplo.com.br"), ("a@b.co", "a***@b.co"), ("sem arroba", "***")],
)
def test_email(email, mascarado):
    assert mascarar_email(email) == mascarado


@pytest.mark.parametrize(
    ("nome", "valor", "esperado"),
    [
        ("cpf", "52998224725", "***.982.247-**"),
        ("cpf_cnpj_consumidor", 52998224725, "***.982.247-**"),
        ("CGC_CPF", "11222333000181", "**.222.333/****-**"),
        ("cnpj_credenciadora", "12ABC34501DE35", "**.ABC.345/****-**"),
        ("documento", "52998224725", "***.982.247-**"),
        ("telefone_celular", "21987654321", "(21) *****-**21"),
        ("whatsapp", "21987654321", "(21) *****-**21"),
        ("email", "maria@exemplo.com", "m***@exemplo.com"),
        ("e_mail", "maria@exemplo.com", "m***@exemplo.com"),
        ("senha", "segredo", "***"),
        ("password", "pbkdf2_sha256$x", "***"),
        ("api_key", "abc", "***"),
        ("x-api-key", "abc", "***"),
        ("chave_api", "abc", "***"),
        ("hash", "00ff", "***"),
        ("token", "abc", "***"),
        ("csc", "abc", "***"),
        ("senha", "", ""),
        ("cpf", "", ""),
        ("cpf", None, None),
        ("senha", None, None),
        ("token", {"a": 1}, "***"),  # a secret is hidden whole, whatever its type
        ("hash_conteudo", 10, "***"),
        # What is not personal stays.
        ("chave", "35260611222333000181650010000000011000000017", "35260611222333000181650010000000011000000017"),
        ("total", 10, 10),
        ("id_operacao", 52998224725, 52998224725),
        ("ativa", True, True),
        ("codigo_barras", "7891234567895", "7891234567895"),
        ("escopos", ["pdv"], ["pdv"]),
        ("conteudo", b"\x00\x01", "***"),
    ],
)
def test_campo_pelo_nome(nome, valor, esperado):
    assert mascarar_campo(nome, valor) == esperado


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        ("cliente 529.982.247-25 ligou", "cliente ***.982.247-** ligou"),
        ("cliente 52998224725 ligou", "cliente ***.982.247-** ligou"),
        ("operação 52998224724", "operação 52998224724"),  # the check digit does not hold, nor is it a phone
        ("fornecedor 11.222.333/0001-81.", "fornecedor **.222.333/****-**."),
        ("fornecedor 12ABC34501DE35", "fornecedor **.ABC.345/****-**"),
        ("pedido 12ABC34501DE36", "pedido 12ABC34501DE36"),
        ("fale com maria@exemplo.com, por favor", "fale com m***@exemplo.com, por favor"),
        ("ligue (21) 98765-4321 ou 2133334444", "ligue (21) *****-**21 ou 2133334444"),
        ("ligue 21 98765-4321", "ligue (21) *****-**21"),
        ("ligue +5521987654321", "ligue (21) *****-**21"),
        ("ligue 21987654321", "ligue (21) *****-**21"),
        (f"usei {CHAVE} no PDV 3", "usei rtg_0123456789ab_*** no PDV 3"),
        (f"Authorization: Api-Key {CHAVE}", "Authorization: Api-Key ***"),
        ("Bearer eyJhbGciOi.eyJzdWIi.abc-123", "Bearer ***"),
        ("jwt eyJhbGciOi.eyJzdWIi.abc-123 fim", "jwt *** fim"),
        ("nota 35260611222333000181650010000000011000000017", "nota 35260611222333000181650010000000011000000017"),
        ("valor 1.234,56 em 22/11/2026 10:30", "valor 1.234,56 em 22/11/2026 10:30"),
        ("produto 7891234567895", "produto 7891234567895"),
        ("GET /x?telefone=%2B5521987654321&a=1", "GET /x?telefone=***&a=1"),
        ("GET /x?quem=%2852998224725%29", "GET /x?quem=(***.982.247-**)"),
        ("GET /x?token=abc&pagina=2#fim", "GET /x?token=***&pagina=2#fim"),
        ("GET /x?pagina=2&q=cafe%20torrado", "GET /x?pagina=2&q=cafe%20torrado"),
        ("POST /webhooks//efi//segredo", "POST /webhooks//efi//***"),
        ("DETAIL:  Key (provedor, token)=(efi, abc) already exists.", "DETAIL:  Key (provedor, token)=***"),
        ("DETAIL:  Failing row contains (1, Maria).\nCONTEXT: x", "DETAIL:  ***\nCONTEXT: x"),
        ("DETAIL:  Process 1 waits for ShareLock.", "DETAIL:  Process 1 waits for ShareLock."),
        ("", ""),
    ],
)
def test_texto_pela_forma(texto, esperado):
    assert mascarar_texto(texto) == esperado


@pytest.mark.parametrize(
    "cpf",
    [
        "529982247-25", "529 982 247 25", "529.982.247/25", "529982247/25", "529.982.247 - 25", "529.982.247.25",
        "529-982-247-25", "529.982.247 25",
    ],
)  # fmt: skip
@pytest.mark.parametrize("em_volta", ["{}", "CPF{}", "boleto_{}.pdf", "o {}, dela", "1ª via {}x"])
def test_um_cpf_como_quer_que_se_escreva(cpf, em_volta):
    assert mascarar_texto(em_volta.format(cpf)) == em_volta.format("***.982.247-**")


@pytest.mark.parametrize(
    "cnpj", ["11222333000181", "11222333/0001-81", "11222333/000181", "11 222 333 0001 81", "11.222.333/0001-81"]
)
@pytest.mark.parametrize("em_volta", ["{}", "CNPJ{}", "nota_{}.xml"])
def test_um_cnpj_como_quer_que_se_escreva(cnpj, em_volta):
    assert mascarar_texto(em_volta.format(cnpj)) == em_volta.format("**.222.333/****-**")


@pytest.mark.parametrize(
    "telefone",
    [
        "(21) 999998888", "(21)999998888", "21 999998888", "+55 21 999998888", "21 9 9999-8888", "(21) 9 9999-8888",
        "021 99999-8888", "(021) 99999-8888", "55 21 99999-8888", "+5521999998888", "21-99999-8888", "21 9.9999.8888",
    ],
)  # fmt: skip
@pytest.mark.parametrize("em_volta", ["{}", "o {}, dela", "fone:{}.", "audio_{}_1.ogg"])
def test_um_telefone_como_quer_que_se_escreva(telefone, em_volta):
    mascarado = mascarar_texto(em_volta.format(telefone))
    assert mascarado.replace("+", "") == em_volta.format("(21) *****-**88")


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        ("(21)33334444", "(21) ****-**44"),
        ("(21) 3333 4444", "(21) ****-**44"),
        ("+55 21 33334444", "(21) ****-**44"),
        ("+552133334444", "(21) ****-**44"),
        ("Tel.21987654321", "Tel.(21) *****-**21"),
        ("whatsapp21987654321", "whatsapp(21) *****-**21"),
    ],
)
def test_telefone_fixo_ou_colado_ao_seu_nome(texto, esperado):
    assert mascarar_texto(texto) == esperado


@pytest.mark.parametrize(
    "texto",
    [
        "R$ 529.982.247,25", "529982247.25", "22/11/2026 10:30:15", "2026-11-23 04:15:00",
        "20261123-041500", "21-9-2026 1030", "21 9 2026 1030", "192.168.100.25", "100.100.100.94",
        "NSU 000052998224725", "NSU 123456789", "nosso número 52998224724", "OP21912345678", "0.21987654321",
        "21.999998888", "lote 12 33334444", "00190.50095 40144.816069 06809.350314 3 37370000000100",
        "3526 0611 2223 3300 0181 6500 1000 0000 0110 0000 0017", "NFe35260611222333000181650010000000011000000017",
        "E12345678202611230415abcdefghijk", "4ded2ec8-5514-4245-8980-1602d60b6446", "ee9f1e15-f1d9-5543-7770-9413a37d47d6",
        f"v1.{'ab' * 16}.{'c' * 30}52998224725{'d' * 31}", f"{'a1' * 14}f52998224725d", "21987654321abcdef0123456789",
    ],
)  # fmt: skip
def test_o_que_nao_e_de_ninguem_fica(texto):
    assert mascarar_texto(texto) == texto


def test_a_chave_de_um_campo_que_e_dado_pessoal_tambem_se_mascara_e_nenhuma_toma_o_lugar_de_outra():
    assert mascarar({"52998224725": 1, "***.982.247-**": 2, "obs": {"a@b.co": 3, "(21) 98765-4321": 4}}) == {
        "***.982.247-**": 1, "***.982.247-** (2)": 2, "obs": {"a***@b.co": 3, "(21) *****-**21": 4},
    }  # fmt: skip
    iguais = {"campo_1": 1, "x-api-key": "***", "Qualquer texto, 10%": 2, "2026-11-23": 3, "": 4}
    assert mascarar(iguais) == iguais


def test_mascara_em_qualquer_profundidade_sem_tocar_o_original():
    original = {"cliente": {"cpf": "52998224725", "contatos": [{"email": "a@b.co"}, "21987654321"]}, 1: (2, 3)}
    assert mascarar(original) == {
        "cliente": {"cpf": "***.982.247-**", "contatos": [{"email": "a***@b.co"}, "(21) *****-**21"]},
        "1": [2, 3],
    }
    assert original["cliente"]["cpf"] == "52998224725"


def test_mascarar_de_novo_nao_muda_nada():
    uma = mascarar({"obs": f"{CHAVE} 529.982.247-25 (21) 98765-4321 a@b.co 11.222.333/0001-81", "senha": "x"})
    assert mascarar(uma) == uma


PEDACOS = (
    "52998224725", "529.982.247-25", "12ABC34501DE35", "12.abc.345/01DE-35", "a@b.c", "rtg_a_b", "eyJa.b.", "/webhooks/a/",
    "basic ", "(21) 9", "+55", "21 ", "9", "9999-9999", "9999.9999", "987654321", " ", "x", "-", ".",
    "529 982 247 25", "529982247", "/25", "-25", "(021)", "021 ", "(21)", "33334444", "11222333", "/0001", "81", "_", "+",
)  # fmt: skip


@given(st.one_of(st.text(max_size=12), st.lists(st.sampled_from(PEDACOS), max_size=7).map("".join)))
@example("a@b.c")
@example("rtg_a_b")
@example("eyJa.b.")
@example("698,60")
@example("55 (21) 9\u0669999-9999")
@settings(max_examples=1000)
def test_o_atalho_dos_textos_sem_suspeita_nao_deixa_nada_passar(texto: str) -> None:
    assert mascarar_texto(texto) == mascarar_por_partes(texto)
