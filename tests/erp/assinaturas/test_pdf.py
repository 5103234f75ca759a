"""The contract on paper: the words are there with their accents, and the same contract is the same file."""

from __future__ import annotations

import re
import zlib
from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from erp.assinaturas.leituras import problema_do_arquivo
from erp.assinaturas.pdf.conteudo import Campos, Clausulas, Conteudo, Tabela
from erp.assinaturas.pdf.desenho import renderizar
from erp.planos.models import Plano
from erp.planos.rules import DependenteNovo
from erp.planos.selectors.assinatura import conteudo_de, endereco_de
from erp.planos.services import incluir_dependente
from tests.erp.assinaturas.elenco import vendido
from tests.erp.elenco import empresa
from tests.erp.planos.elenco import ANA

ACENTOS = "ação, pé-de-moleque, Conceição, avó, ÀÉÎÕÜÇ, nº 1º 2ª – “R$ 1,00” €"


def conteudo(texto: str = ACENTOS, linhas: int = 1) -> Conteudo:
    return Conteudo(
        "Funerária Paz & Amor", "Contrato nº 1", date(2026, 1, 10),
        (
            Campos("As partes", (("Titular", texto),)),
            Tabela("Dependentes", ("Nome", "CPF"), tuple((f"João {n}", "–") for n in range(linhas)), (60, 40), "nenhum"),
            Clausulas("Condições", (texto,) * 3),
        ),
        ("Maria da Conceição",),
    )  # fmt: skip


def letras(pdf: bytes) -> set[str]:
    """The characters that the fonts of the file say that they draw (their ToUnicode maps)."""
    achadas = set()
    for fluxo in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            texto = zlib.decompress(fluxo)
        except zlib.error:
            texto = fluxo
        for _, codigo in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]{4})>\n", texto) if b"beginbfchar" in texto else []:
            achadas.add(chr(int(codigo, 16)))
    return achadas


def test_todos_os_acentos_do_portugues_saem_no_pdf() -> None:
    pdf = renderizar(conteudo())
    assert pdf.startswith(b"%PDF-") and not problema_do_arquivo(pdf, "outro")
    assert set(ACENTOS) - letras(pdf) - {" "} == set()


def test_letra_de_fora_e_caractere_de_controle_nao_derrubam_o_desenho() -> None:
    assert renderizar(conteudo("漢字 \x00\x07 😀 \u202e fim\nlinha"))


def test_o_mesmo_conteudo_e_o_mesmo_arquivo_e_outra_palavra_e_outra_versao() -> None:
    um, outro = conteudo(), conteudo(ACENTOS + ".")
    assert renderizar(um) == renderizar(conteudo()) and um.versao() == conteudo().versao()
    assert um.versao() != outro.versao() and renderizar(um) != renderizar(outro)


def test_o_desenho_nao_diz_nos_registros_as_letras_do_contrato(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        renderizar(conteudo())
    assert caplog.records == []


def test_contrato_comprido_vira_paginas_com_a_linha_de_assinatura() -> None:
    pdf = renderizar(conteudo(linhas=90))
    assert pdf.count(b"/Type /Page\n") >= 3


@pytest.mark.parametrize(
    ("arquivo", "problema"),
    [
        (b"<html>erro</html>", "não é um PDF"),
        (b"", "não é um PDF"),
        (b"%PDF-1.4 pela metade", "cortado"),
        (b"%PDF-1.4\n%%EOF", "o mesmo arquivo"),
        (b"%PDF-1.4 assinado\n%%EOF\n", ""),
    ],
)
def test_o_arquivo_assinado_e_julgado_antes_de_guardado(arquivo: bytes, problema: str) -> None:
    achado = problema_do_arquivo(arquivo, sha256(b"%PDF-1.4\n%%EOF").hexdigest())
    assert problema in achado and bool(problema) == bool(achado)


@pytest.mark.django_db
def test_o_contrato_diz_quem_quanto_e_quando_e_muda_de_versao_com_o_que_muda(settings: Any) -> None:
    empresa()
    settings.CONTATOS_EMPRESA = "Funerária Paz"
    contrato = vendido()
    antes = conteudo_de(contrato)
    dito = str(antes)
    for trecho in (
        "Funerária Paz",
        "Maria da Conceição Gonçalves",
        "529.982.247-25",
        "R$ 50,00",
        "todo dia 10",
        "90 dias",
    ):
        assert trecho in dito
    assert conteudo_de(contrato) == antes
    incluir_dependente(
        contratacao_id=contrato.pk, novo=DependenteNovo("José Gonçalves", date(1980, 5, 17), "conjuge"), motivo="casou",
        ator=ANA,
    )  # fmt: skip
    depois = conteudo_de(contrato)
    assert "José Gonçalves" in str(depois) and depois.versao() != antes.versao()
    Plano.objects.update(descricao="Traslado até 200 km")
    contrato.plano.refresh_from_db()
    assert conteudo_de(contrato).versao() != depois.versao()


@pytest.mark.django_db
def test_endereco_numa_linha_e_vazio_quando_nao_ha() -> None:
    empresa()
    titular = vendido().titular
    assert endereco_de(titular) == ""
    titular.tipo_logradouro, titular.endereco, titular.numero = "Rua", "das Flores", "10"
    titular.cidade, titular.uf, titular.cep = "Campinas", "SP", "13000-000"
    assert endereco_de(titular) == "Rua das Flores, 10, Campinas/SP, CEP 13000-000"
