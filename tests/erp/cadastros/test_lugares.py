"""From what people write to the official code, and to the likeliest places when there is none."""

from __future__ import annotations

import pytest

from erp.cadastros.lugares import (
    achar_municipio,
    achar_pais,
    juntar,
    municipios_de_nome,
    sugerir_municipios,
    sugerir_paises,
)
from erp.cadastros.referencia import municipios, paises


def test_as_tabelas_estao_inteiras() -> None:
    assert (len(municipios()), len(paises())) == (5571, 249)
    assert municipios()["5101837"].nome == "Boa Esperança do Norte"
    assert paises()["1058"].nome == "BRASIL"


def test_todo_municipio_e_todo_pais_se_acham_pelo_proprio_nome() -> None:
    assert [m for m in municipios().values() if achar_municipio(m.nome, m.uf) != m] == []
    assert [p for p in paises().values() if achar_pais(p.nome) != p] == []


def test_nenhum_par_de_municipios_de_uma_uf_vira_um_so() -> None:
    assert len({(m.uf, juntar(m.nome)) for m in municipios().values()}) == 5571


@pytest.mark.parametrize("codigo", ["2802601", "3105509"])
def test_as_duas_grafias_conhecidas_acham_o_mesmo(codigo: str) -> None:
    grafias = {
        "2802601": ("Gracho Cardoso", "GRACCHO CARDOSO", "SE"),
        "3105509": ("Barão de Monte Alto", "BARAO DO MONTE ALTO", "MG"),
    }
    *nomes, uf = grafias[codigo]
    achados = [achar_municipio(nome, uf) for nome in nomes]
    assert [a.codigo_ibge for a in achados if a] == [codigo, codigo]


def test_o_nome_repetido_so_se_acha_com_a_uf() -> None:
    assert len(municipios_de_nome("BOM JESUS")) == 5
    assert achar_municipio("BOM JESUS", "") is None
    achado = achar_municipio(" bom  jesus ", " rs ")
    assert achado is not None and achado.codigo_ibge == "4302303"


@pytest.mark.parametrize(
    ("nome", "codigo"),
    [
        ("BRASIL", "1058"), ("Brazil", "1058"), ("1058", "1058"), ("01058", "1058"), ("EUA", "2496"),
        ("E.U.A.", "2496"), ("ESTADOS UNIDOS", "2496"), ("ESTADOS UNIDOS DA AMÉRICA", "2496"), ("USA", "2496"),
        ("INGLATERRA", "6289"), ("REINO UNIDO", "6289"), ("ALBANIA, REPUBLICA DA", "0175"), ("Albânia", "0175"),
        ("REPÚBLICA DA ALBÂNIA", "0175"), ("Holanda", "5738"), ("RÚSSIA", "6769"), ("CORÉIA DO SUL", "1902"),
        ("CONGO", "1775"), ("REPUBLICA DEMOCRATICA DO CONGO", "8885"), ("132", "0132"), ("CHINA", "1600"),
        ("COREIA", None), ("VIRGENS", None), ("", None), ("  ", None), ("9999", None), ("LOREM", None), ("日本", None),
    ],
)  # fmt: skip
def test_pais_pelo_nome_pelo_apelido_ou_pelo_codigo(nome: str, codigo: str | None) -> None:
    achado = achar_pais(nome)
    assert (achado.codigo_bacen if achado else None) == codigo


@pytest.mark.parametrize(
    ("texto", "uf", "nome"),
    [
        ("BELORIZONTE", "MG", "Belo Horizonte"), ("B. HORIZONTE", "MG", "Belo Horizonte"), ("S PAULO", "SP", "São Paulo"),
        ("PARATI", "RJ", "Paraty"), ("SAO PAULO", "MG", "São Paulo"), ("RIO DE JANEIRO", "", "Rio de Janeiro"),
        ("3106200", "SP", "Belo Horizonte"), ("PORTO ALEGR", "RS", "Porto Alegre"),
    ],
)  # fmt: skip
def test_sugere_o_mais_parecido_primeiro_da_mesma_uf_quando_ha(texto: str, uf: str, nome: str) -> None:
    assert sugerir_municipios(texto, uf)[0].nome == nome


def test_sugestoes_sao_poucas_sem_repetir_e_nenhuma_para_o_que_nao_e_nome() -> None:
    achados = sugerir_municipios("BARAO MONTE ALTO", "MG", 5)
    assert len(achados) <= 5
    assert len({m.codigo_ibge for m in achados}) == len(achados)
    assert sugerir_municipios("---", "MG") == sugerir_municipios("", "MG") == sugerir_paises("") == []
    assert sugerir_municipios("ZZZZZZZZ", "MG") == []


def test_sugere_paises() -> None:
    assert sugerir_paises("ESTADO UNIDO")[0].codigo_bacen == "2496"
    assert sugerir_paises("EUA") == [paises()["2496"]]
    assert {p.codigo_bacen for p in sugerir_paises("COREIA")} >= {"1872", "1902"}
