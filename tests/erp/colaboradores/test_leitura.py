"""Files of clocks, read without a database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp.colaboradores.leitura.afd import crc16, e_afd, ler_afd
from erp.colaboradores.leitura.planilha import ler_planilha
from erp.colaboradores.leitura.valores import ArquivoIlegivel, decodificar
from tests.erp.colaboradores import afd
from tests.erp.colaboradores.elenco import SEGUNDA, as_

CPF = "52998224725"
OITO = as_(SEGUNDA, "08:00")


def test_crc_e_o_do_exemplo_da_portaria() -> None:
    assert crc16(b"123456789") == "2189"


def test_afd_da_portaria_671_do_rep_c_e_do_rep_p() -> None:
    linhas = [afd.marca(2, OITO, CPF), afd.marca_rep_p(3, as_(SEGUNDA, "12:00"), CPF)]
    leitura = ler_afd(decodificar(afd.arquivo(*linhas, fim=afd.trailer(1, 1))))
    assert (leitura.relogio, leitura.recusas, leitura.avisos) == (afd.RELOGIO, [], [])
    assert [(m.linha, m.nsr, m.especie, m.pessoa) for m in leitura.marcas] == [(2, 2, "cpf", CPF), (3, 3, "cpf", CPF)]
    assert leitura.marcas[0].momento == OITO


def test_afd_da_portaria_1510_tem_pis_e_nao_tem_fuso() -> None:
    leitura = ler_afd(decodificar(afd.antigo([(1, OITO, "12056412548")])))
    assert (leitura.formato, leitura.relogio, leitura.avisos) == ("AFD 1510", afd.RELOGIO, [])
    (marca,) = leitura.marcas
    assert (marca.especie, marca.pessoa, marca.momento) == ("pis", "12056412548", OITO.replace(tzinfo=None))


def test_outros_registros_do_relogio_nao_sao_marcas() -> None:
    ajuste = "0000000024" + "2026-11-09T08:00:00-0300" * 2 + "0" * 15
    leitura = ler_afd(decodificar(afd.arquivo(ajuste, afd.marca(3, OITO, CPF), fim=afd.trailer(1))))
    assert len(leitura.marcas) == 1
    assert leitura.avisos == ["A última linha diz que há 0 registros do tipo 4, e há 1."]


def test_linha_adulterada_nao_passa_pelo_crc() -> None:
    boa = afd.marca(2, OITO, CPF)
    leitura = ler_afd(decodificar(afd.arquivo(boa.replace("T08:00", "T07:00"), afd.marca(3, OITO, CPF))))
    assert [r.linha for r in leitura.recusas] == [2]
    assert "CRC" in leitura.recusas[0].motivo
    assert len(leitura.marcas) == 1


def test_relogio_com_outro_crc_e_lido_com_aviso() -> None:
    texto = decodificar(afd.arquivo(afd.marca(2, OITO, CPF)[:-4] + "0000"))
    primeira, _, resto = texto.partition("\r\n")
    leitura = ler_afd(primeira[:-4] + "0000\r\n" + resto)
    assert len(leitura.marcas) == 1
    assert "não foi conferido" in leitura.avisos[0]


@pytest.mark.parametrize(
    ("linha", "motivo"),
    [
        ("0000000023" + "2026-13-09T08:00:00-0300" + "052998224725" + "0000", "a data ou a hora não existe"),
        ("0000000023" + "2026-11-09T08:00:00-0300" + "05299822472X" + "0000", "o CPF não tem 11 dígitos"),
        ("0000000023" + "lixo", "a marcação não tem o leiaute"),
        ("isto não é um registro", "a linha não começa por um NSR"),
    ],
)
def test_linha_ruim_e_recusada_com_o_motivo_e_as_outras_entram(linha: str, motivo: str) -> None:
    texto = decodificar(afd.arquivo(linha, afd.marca(3, OITO, CPF)))
    primeira, _, resto = texto.partition("\r\n")
    leitura = ler_afd(primeira[:-4] + "XXXX\r\n" + resto)  # no CRC to judge
    assert [(r.linha, r.motivo[: len(motivo)]) for r in leitura.recusas] == [(2, motivo)]
    assert len(leitura.marcas) == 1


def test_arquivo_cortado_e_nsr_que_faltam_sao_avisados() -> None:
    leitura = ler_afd(decodificar(afd.arquivo(afd.marca(2, OITO, CPF), afd.marca(6, OITO, CPF), fim="")))
    assert leitura.avisos == [
        "O arquivo não tem a última linha (trailer): pode ter sido cortado.",
        "Faltam os NSR de 3 a 5.",
    ]


def test_csv_com_data_e_hora_e_com_momento() -> None:
    um = ler_planilha("NSR;CPF;Data;Hora\n1;529.982.247-25;09/11/2026;08:00\n")
    outro = ler_planilha("\ufeffnsr,matrícula,momento\n1,M7,2026-11-09 08:00\n")
    assert um.marcas[0][1:] == (1, datetime(2026, 11, 9, 8, tzinfo=UTC).replace(tzinfo=None), "cpf", CPF)
    assert outro.marcas[0][3:] == ("matricula", "M7")


def test_csv_sem_as_colunas_diz_quais_faltam() -> None:
    with pytest.raises(ArquivoIlegivel, match="falta a coluna nsr, data e hora"):
        ler_planilha("cpf;dia\n1;2\n")


@pytest.mark.parametrize(
    ("linha", "motivo"),
    [
        ("x;52998224725;09/11/2026;08:00", "o NSR"),
        ("1;;09/11/2026;08:00", "falta o campo cpf"),
        ("1;52998224725;31/02/2026;08:00", "não entendi a data"),
        ("1", "falta o campo cpf"),
    ],
)
def test_csv_recusa_a_linha_e_diz_por_que(linha: str, motivo: str) -> None:
    leitura = ler_planilha(f"nsr;cpf;data;hora\n{linha}\n2;52998224725;09/11/2026;08:00\n")
    assert [(r.linha, r.motivo[: len(motivo)]) for r in leitura.recusas] == [(2, motivo)]
    assert len(leitura.marcas) == 1


@given(st.binary(max_size=400))
def test_qualquer_arquivo_e_lido_ou_recusado_e_nunca_quebra(conteudo: bytes) -> None:
    texto = decodificar(conteudo)
    try:
        leitura = ler_afd(texto.lstrip()) if e_afd(texto) else ler_planilha(texto)
    except ArquivoIlegivel:
        return
    assert all(marca.nsr > 0 for marca in leitura.marcas)


@given(st.text(alphabet="0123456789T:-+ 37\r\n", max_size=400))
def test_qualquer_afd_e_lido_e_nunca_quebra(corpo: str) -> None:
    leitura = ler_afd(afd.cabecalho() + "\r\n" + corpo)
    assert leitura.formato == "AFD 671"
