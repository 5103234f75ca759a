"""The two ports against their stand-ins, over HTTP: what they answer, and every way to fail."""

from __future__ import annotations

from typing import Any

import pytest

from erp.consultas.falsos import InfosimplesFalsa, SerproFalso
from erp.consultas.infosimples import Infosimples
from erp.consultas.portas import SituacaoCadastral, configuradas
from erp.consultas.serpro import Serpro
from erp.provedores.erros import FalhaDefinitiva, FalhaPassageira, ProvedorPausado
from erp.provedores.models import EstadoProvedor
from tests.erp.consultas.elenco import DESCONHECIDO, FALECIDO, NASCIMENTO, SUSPENSO
from tests.erp.elenco import CPF

S = SituacaoCadastral


@pytest.mark.parametrize(
    ("cpf", "situacao"),
    [(CPF, S.REGULAR), (SUSPENSO, S.SUSPENSA), (FALECIDO, S.FALECIDO), (DESCONHECIDO, S.NAO_ENCONTRADO)],
)
def test_os_dois_provedores_dizem_o_mesmo_de_um_cpf(
    infosimples: InfosimplesFalsa, serpro: SerproFalso, cpf: str, situacao: S
) -> None:
    lidas = [porta.consultar(cpf, NASCIMENTO) for porta in (Infosimples(), Serpro())]
    assert [lida.situacao for lida in lidas] == [situacao, situacao]
    assert {lida.ano_obito for lida in lidas} == ({2019} if situacao == S.FALECIDO else {None})


def test_nascimento_de_outra_pessoa_nao_traz_o_nome(infosimples: InfosimplesFalsa, serpro: SerproFalso) -> None:
    lidas = [Infosimples().consultar(CPF, NASCIMENTO.replace(year=1900, month=1, day=1))]
    serpro.nascimento = "01011980"
    lidas.append(Serpro().consultar(CPF, NASCIMENTO))
    assert [(lida.situacao, lida.nome) for lida in lidas] == [(S.NASCIMENTO_DIVERGE, "")] * 2


def test_saldo_e_o_dinheiro_em_consultas_e_pos_pago_nao_tem(
    infosimples: InfosimplesFalsa, serpro: SerproFalso, settings: Any
) -> None:
    infosimples.creditos = 41
    assert Infosimples().saldo() == 41  # R$ 8,20 a R$ 0,20
    settings.INFOSIMPLES_CENTAVOS_POR_CONSULTA = 24
    assert Infosimples().saldo() == 34  # 8,20 / 0,24 = 34,17
    infosimples.prepaga = False
    assert (Infosimples().saldo(), Serpro().saldo()) == (None, None)
    assert "pós-paga" in Infosimples().testar() and "aceitou" in Serpro().testar()


def test_o_preferido_vem_primeiro_e_quem_nao_tem_credencial_nao_vem(
    infosimples: InfosimplesFalsa, serpro: SerproFalso, settings: Any
) -> None:
    assert [p.nome for p in configuradas()] == ["infosimples", "serpro"]
    settings.CONSULTAS_PROVEDOR = "serpro"
    assert [p.nome for p in configuradas()] == ["serpro", "infosimples"]
    settings.SERPRO_SEGREDO = ""
    assert [p.nome for p in configuradas()] == ["infosimples"]


def test_token_vencido_e_renovado_uma_vez(serpro: SerproFalso) -> None:
    Serpro().consultar(CPF, NASCIMENTO)
    serpro.roteiro.append("401")
    assert Serpro().consultar(CPF, NASCIMENTO).situacao == S.REGULAR
    assert serpro.chamadas["POST /token"] == 2


def test_calma_pedida_pausa_o_provedor(serpro: SerproFalso) -> None:
    serpro.roteiro.append("429")
    with pytest.raises(FalhaPassageira) as erro:
        Serpro().consultar(CPF, NASCIMENTO)
    assert erro.value.espere is not None
    assert EstadoProvedor.objects.get(pk="serpro").pausado_ate is not None
    with pytest.raises(ProvedorPausado):
        Serpro().consultar(CPF, NASCIMENTO)


@pytest.mark.parametrize(
    ("defeito", "codigo"), [("500", "HTTP_500"), ("reset", "CONEXAO"), ("malformado", "RESPOSTA_ILEGIVEL")]
)
def test_defeito_que_passa(infosimples: InfosimplesFalsa, defeito: str, codigo: str) -> None:
    infosimples.roteiro.append(defeito)
    with pytest.raises(FalhaPassageira) as erro:
        Infosimples().consultar(CPF, NASCIMENTO)
    assert erro.value.codigo == codigo and CPF not in str(erro.value)


def test_devagar_ainda_responde_e_tempo_esgotado_nao(infosimples: InfosimplesFalsa, settings: Any) -> None:
    infosimples.lento = 0.2
    infosimples.roteiro.append("lento")
    assert Infosimples().consultar(CPF, NASCIMENTO).situacao == S.REGULAR
    infosimples.lento, settings.CONSULTAS_TEMPO_LIMITE = 1.0, 0.2
    infosimples.roteiro.append("lento")
    with pytest.raises(FalhaPassageira) as erro:
        Infosimples().consultar(CPF, NASCIMENTO)
    assert erro.value.codigo == "TEMPO_ESGOTADO"


@pytest.mark.parametrize(
    ("codigo", "familia"), [(615, FalhaPassageira), (605, FalhaPassageira), (601, FalhaDefinitiva), (606, FalhaDefinitiva)]
)  # fmt: skip
def test_codigo_da_infosimples_dentro_de_um_200_e_uma_falha(
    infosimples: InfosimplesFalsa, codigo: int, familia: type[Exception]
) -> None:
    infosimples.codigo = codigo
    with pytest.raises(familia) as erro:
        Infosimples().consultar(CPF, NASCIMENTO)
    assert str(codigo) in str(erro.value)


def test_nada_da_infosimples_vai_no_endereco(infosimples: InfosimplesFalsa) -> None:
    Infosimples().consultar(CPF, NASCIMENTO)
    assert set(infosimples.chamadas) == {"POST /api/v2/consultas/receita-federal/cpf"}  # it refuses a query string
