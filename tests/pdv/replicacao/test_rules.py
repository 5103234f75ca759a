"""The canonical hash."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdv.replicacao.colunas import FILHOS
from pdv.replicacao.esquema import Nota, Operacao
from pdv.replicacao.rules import (
    VERSAO_HASH,
    VERSAO_HASH_NOTA,
    Limites,
    OperacaoPronta,
    preparar_nota,
    preparar_operacao,
)
from tests.pdv.fabricas import nova_nota, nova_operacao, novo_finalizador, novo_item, novo_recebimento

LIMITES = Limites(1, datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


def convertida(linha: dict[str, Any]) -> Operacao:
    return msgspec.convert(linha, Operacao)


def pronta(**campos: Any) -> OperacaoPronta:
    return preparar_operacao(msgspec.convert(nova_operacao(**campos), Operacao), LIMITES)


def test_hash_comeca_pela_versao_e_tem_33_bytes() -> None:
    resumo = pronta().hash
    assert len(resumo) == 33
    assert resumo[0] == VERSAO_HASH


def test_forma_canonica_da_versao_2_nao_muda() -> None:
    """Another canonical form would make every operation already received divergent: raise VERSAO_HASH instead."""
    canonica = (
        b'[[1,"6f9a1a0e-9e0b-4c0e-8f39-0f4f3c1d2b10",1,1,7,1,"2026-07-01T13:00:00Z","2026-07-01T13:01:30.250000Z",'
        b'"52998224725","","10.00","0.00","0.00","10.00","5.00",null,""],'
        b'[[1,101,"7890000000001","P\xc3\x83O DE A\xc3\x87\xc3\x9aCAR N\xc2\xba 1","UN","2.0000","5.000000","0.00","0.00",'
        b'"10.00","5102","19059090",null,false]],'
        b'[[1,1,"15.00","5.00",1,"","","","","",""]],'
        b'[[1,"1-9-1",2,"7.00","0.50","0.25"]]]'
    )
    operacao = pronta(
        guid_operacao="6f9a1a0e-9e0b-4c0e-8f39-0f4f3c1d2b10",
        itens=[novo_item(1)],
        finalizadores=[novo_finalizador(1, "15.00", valor_troco="5.00")],
        recebimentos=[novo_recebimento(1, "1-9-1", "7", parcela=2, juros="0.5", desconto="0.250")],
    )
    assert operacao.hash == b"\x02" + sha256(canonica).digest()


def test_forma_canonica_da_nota_continua_na_versao_1() -> None:
    """A note that is sent again unchanged must not look like another one, or it would be posted again."""
    nota = nova_nota(7, xml="<a/>")
    canonica = (
        f'["{nota["chave"]}",7,1,"65","autorizada","135260000000007","2026-07-01T13:01:30Z","22.00",7]\n<a/>'.encode()
    )
    assert preparar_nota(msgspec.convert(nota, Nota), LIMITES).hash == b"\x01" + sha256(canonica).digest()
    assert VERSAO_HASH_NOTA == 1


@given(semente=st.integers())
def test_hash_nao_depende_da_ordem_dos_campos_nem_dos_filhos(semente: int) -> None:
    sorte = random.Random(semente)

    def embaralhada(valor: Any) -> Any:
        if isinstance(valor, dict):
            pares = [(nome, embaralhada(filho)) for nome, filho in valor.items()]
            sorte.shuffle(pares)
            return dict(pares)
        if isinstance(valor, list):
            return sorte.sample([embaralhada(filho) for filho in valor], len(valor))
        return valor

    recebimentos = [novo_recebimento(n, f"1-{n}-1") for n in range(1, 4)]
    enviada = nova_operacao(recebimentos=recebimentos)
    outra = msgspec.json.decode(msgspec.json.encode(embaralhada(enviada)), type=Operacao)
    assert preparar_operacao(outra, LIMITES).hash == pronta(recebimentos=recebimentos).hash


@given(centavos=st.integers(0, 10**15 - 1), zeros=st.integers(0, 3))
def test_hash_nao_depende_de_como_o_numero_foi_escrito(centavos: int, zeros: int) -> None:
    valor = Decimal(centavos).scaleb(-2)
    escritas = [f"{valor:.2f}", f"{valor:.2f}" + "0" * zeros, f"{valor:E}", valor]
    assert len({pronta(valor_total=escrita).hash for escrita in escritas}) == 1


def test_hash_nao_depende_do_fuso_em_que_a_hora_foi_escrita() -> None:
    horas = ["2026-07-01T10:00:00-03:00", "2026-07-01T13:00:00Z", "2026-07-01T09:00:00.000-04:00"]
    assert len({pronta(data_hora_inicio=hora).hash for hora in horas}) == 1


def test_hash_nao_depende_de_cancelado_nem_de_situacao() -> None:
    assert pronta(cancelado=True).hash == pronta(situacao_replicacao=9).hash == pronta().hash


OUTROS = {
    "id_operacao": 2, "guid_operacao": "00000000-0000-4000-8000-000000000000", "id_turno": None, "id_usuario": 8,
    "operacao": 2, "data_hora_inicio": "2026-07-01T10:00:00.000001-03:00",
    "data_hora_termino": "2026-07-01T10:01:31-03:00", "cpf_cnpj_consumidor": "1", "codigo_cliente": "1",
    "valor_produtos": "25.01", "valor_desconto": "0.01", "valor_acrescimo": "0.01", "valor_total": "25.01",
    "valor_troco": "5.01", "id_operacao_origem": 1, "observacao": "x",
}  # fmt: skip
OUTROS_ITEM = {
    "item": 3, "id_produto": 1, "codigo_barras": "1", "descricao": "x", "unidade": "KG",
    "quantidade_primaria": "2.0001", "valor_unitario_liquido": "5.000001", "valor_desconto": "0.01",
    "valor_acrescimo": "0.01", "valor_total_liquido": "10.01", "cfop": "5405", "ncm": "1", "id_usuario_vendedor": 1,
    "cancelado": True,
}  # fmt: skip
OUTROS_FINALIZADOR = {
    "item": 3, "id_finalizador": 2, "valor": "0.01", "valor_troco": "0.01", "parcela": 2, "nsu": "1",
    "autorizacao": "1", "bandeira": "1", "cnpj_credenciadora": "1", "txid": "1", "end_to_end_id": "1",
}  # fmt: skip
OUTROS_RECEBIMENTO = {
    "item": 3, "numero_documento": "9-9-9", "parcela": 2, "valor": "0.01", "juros": "0.01", "desconto": "0.01",
}  # fmt: skip


def test_as_tabelas_de_outros_valores_cobrem_todas_as_colunas_de_negocio() -> None:
    assert set(OUTROS) == set(nova_operacao()) - {"id_ponto_venda", "cancelado", *FILHOS}
    assert set(OUTROS_ITEM) == set(novo_item())
    assert set(OUTROS_FINALIZADOR) == set(novo_finalizador())
    assert set(OUTROS_RECEBIMENTO) == set(novo_recebimento())


@pytest.mark.parametrize("campo", OUTROS)
def test_hash_muda_com_cada_coluna_da_operacao(campo: str) -> None:
    assert preparar_operacao(convertida(nova_operacao() | {campo: OUTROS[campo]}), LIMITES).hash != pronta().hash


@pytest.mark.parametrize("campo", OUTROS_ITEM)
def test_hash_muda_com_cada_coluna_do_item(campo: str) -> None:
    itens = [novo_item(1), novo_item(2)]
    outros = [novo_item(1), novo_item(2) | {campo: OUTROS_ITEM[campo]}]
    assert pronta(itens=outros, valor_total="1").hash != pronta(itens=itens, valor_total="1").hash


@pytest.mark.parametrize("campo", OUTROS_FINALIZADOR)
def test_hash_muda_com_cada_coluna_do_finalizador(campo: str) -> None:
    pagos = [novo_finalizador(1), novo_finalizador(2)]
    outros = [novo_finalizador(1), novo_finalizador(2) | {campo: OUTROS_FINALIZADOR[campo]}]
    assert pronta(finalizadores=outros).hash != pronta(finalizadores=pagos).hash


@pytest.mark.parametrize("campo", OUTROS_RECEBIMENTO)
def test_hash_muda_com_cada_coluna_do_recebimento(campo: str) -> None:
    recebidos = [novo_recebimento(1), novo_recebimento(2)]
    outros = [novo_recebimento(1), novo_recebimento(2) | {campo: OUTROS_RECEBIMENTO[campo]}]
    assert pronta(recebimentos=outros).hash != pronta(recebimentos=recebidos).hash


def test_hash_muda_quando_um_texto_passa_de_um_campo_ao_vizinho() -> None:
    assert (
        pronta(cpf_cnpj_consumidor="12", codigo_cliente="3").hash
        != pronta(cpf_cnpj_consumidor="1", codigo_cliente="23").hash
    )


@pytest.mark.parametrize(
    ("campo", "valor"),
    {
        "chave": "1" * 44, "numero": 2, "serie": 2, "modelo": "59", "situacao": "cancelada", "protocolo": "1",
        "data_emissao": "2026-07-02T10:00:00Z", "valor_total": "1.00", "xml": "<a/>", "id_operacao": None,
    }.items(),
)  # fmt: skip
def test_hash_da_nota_muda_com_cada_coluna(campo: str, valor: Any) -> None:
    uma, outra = (
        preparar_nota(msgspec.convert(nova_nota() | campos, Nota), LIMITES).hash for campos in ({}, {campo: valor})
    )
    assert uma != outra
