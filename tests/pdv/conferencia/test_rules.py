"""The verdict on a till's day, by tables: what each fact makes of it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from pdv.conferencia.models import DiaConferido
from pdv.conferencia.rules import apurar, cotejar
from pdv.conferencia.textos import MOTIVOS, em_frase, faixas_em_palavras, ha_quanto
from pdv.conferencia.valores import Declarado, Leitura, NotaDoDia, Recebida
from pdv.manifesto import Impressao, em_faixas, numeros, quantos
from pdv.tabelas import Especie

AGORA = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
CASA, OUTRA = uuid.UUID(int=1), uuid.UUID(int=2)
Situacao = DiaConferido.Situacao


def recebida(numero: int = 1, **campos: Any) -> Recebida:
    base = Recebida(
        numero, CASA, numero, uuid.UUID(int=numero), Especie.VENDA, D("10.00"), False, 9, "", AGORA, AGORA, D("10.00")
    )
    return base._replace(**campos)


def nota(numero: int = 1, **campos: Any) -> NotaDoDia:
    base = NotaDoDia(
        numero, numero, CASA, "3" * 44, numero, 1, 9, "autorizada", AGORA, D("10.00"), "autorizada", D("10.00")
    )
    return base._replace(**campos)


def declarado(*linhas: Recebida, **campos: Any) -> Declarado:
    impressao = Impressao()
    for r in linhas:
        impressao.somar(r.id_operacao, r.guid, r.valor_total, r.cancelado)
    base = Declarado(
        CASA, AGORA, len(linhas), sum((r.valor_total for r in linhas if not r.cancelado), D(0)),
        sum(r.cancelado for r in linhas), len(linhas), 0, [list(f) for f in em_faixas(r.id_operacao for r in linhas)],
        [], [], impressao.hexa(),
    )  # fmt: skip
    return base._replace(**campos)


def julgar(recebidas: list[Recebida], notas: list[NotaDoDia], **campos: Any) -> tuple[Situacao, dict[str, int]]:
    lido = Leitura([declarado(*recebidas)], recebidas, frozenset(), notas, [], True)._replace(**campos)
    apuracao = apurar(lido, AGORA)
    assert {m.codigo for m in apuracao.motivos} <= MOTIVOS.keys()
    return apuracao.situacao, {m.codigo: m.quantidade for m in apuracao.motivos}


def test_venda_com_nota_do_mesmo_valor_confere() -> None:
    assert julgar([recebida()], [nota()]) == (Situacao.CONFERE, {})


@pytest.mark.parametrize(
    ("notas", "situacao", "motivos"),
    [
        ([], Situacao.DIFERENCA, {"SEM_NOTA": 1}),
        ([nota(situacao=1, documento=None, valor_documento=None)], Situacao.ANDAMENTO, {"NOTA_PENDENTE": 1}),
        ([nota(situacao=2, documento=None, valor_documento=None)], Situacao.DIFERENCA, {"NOTA_COM_ERRO": 1}),
        ([nota(documento="denegada")], Situacao.DIFERENCA, {"NOTA_SEM_VALOR": 1}),
        ([nota(documento="cancelada")], Situacao.DIFERENCA, {"NOTA_SEM_VALOR": 1}),
        ([nota(valor_documento=D("9.99"))], Situacao.DIFERENCA, {"VALOR_DAS_NOTAS": 1}),
        ([nota(), nota()._replace(id=2, numero=2)], Situacao.DIFERENCA, {"NOTA_REPETIDA": 1}),
        ([nota(documento="contingencia")], Situacao.ANDAMENTO, {"CONTINGENCIA": 1}),
        (
            [nota(documento="contingencia", emissao=AGORA - timedelta(hours=24))],
            Situacao.DIFERENCA,
            {"CONTINGENCIA_VENCIDA": 1},
        ),
    ],
)
def test_o_que_a_nota_faz_do_dia(notas: list[NotaDoDia], situacao: Situacao, motivos: dict[str, int]) -> None:
    assert julgar([recebida()], notas) == (situacao, motivos)


@pytest.mark.parametrize("cancelamento", ["marca", "operação"])
def test_venda_cancelada_nao_pede_nota_e_a_que_ficou_viva_aparece(cancelamento: str) -> None:
    venda = recebida(cancelado=cancelamento == "marca")
    depois = frozenset({venda.id}) if cancelamento == "operação" else frozenset()
    assert julgar([venda], [nota(documento="cancelada")], canceladas_depois=depois) == (Situacao.CONFERE, {})
    assert julgar([venda], [nota()], canceladas_depois=depois)[1] == {"NOTA_DE_CANCELADA": 1}


def test_especies_sem_nota_e_pdv_que_nao_emite_nao_pedem_nota() -> None:
    sangria = recebida(2, especie=Especie.SANGRIA)
    sem_notas = [declarado(sangria, notas=0)]
    assert julgar([sangria], [], declarados=sem_notas) == (Situacao.CONFERE, {})
    assert julgar([recebida()], [], emite_nota=False) == (Situacao.CONFERE, {})


@pytest.mark.parametrize(
    ("campos", "situacao", "motivo"),
    [
        ({"situacao": 2, "lancado": None}, Situacao.DIFERENCA, "COM_ERRO"),
        ({"situacao": 1, "lancado": None}, Situacao.ANDAMENTO, "PENDENTE"),
        ({"situacao": 1, "lancado": None, "aguarda": "op:1:x:7"}, Situacao.ANDAMENTO, "AGUARDANDO"),
        ({"situacao": 0, "lancado": None}, Situacao.ANDAMENTO, "IGNORADA"),
        ({"situacao": 9, "lancado": None}, Situacao.DIFERENCA, "SEM_LANCAMENTO"),
        ({"lancado": D("9.00")}, Situacao.DIFERENCA, "NUMEROS"),
    ],
)
def test_o_que_a_operacao_faz_do_dia(campos: dict[str, Any], situacao: Situacao, motivo: str) -> None:
    assert julgar([recebida(**campos)], [nota()]) == (situacao, {motivo: 1})


def test_sem_manifesto_nunca_confere() -> None:
    assert julgar([recebida()], [nota()], declarados=[])[0] == Situacao.SEM_MANIFESTO


def test_ignorada_no_pdv_nao_deixa_o_dia_verde() -> None:
    d = declarado(recebida(), ignoradas=[[2, 3]])
    assert julgar([recebida()], [nota()], declarados=[d]) == (Situacao.ANDAMENTO, {"IGNORADA_NO_PDV": 2})


def test_operacao_mudada_no_pdv_e_ainda_nao_enviada_espera() -> None:
    d = declarado(recebida(cancelado=True), pendentes=[[1, 1]])
    assert julgar([recebida()], [nota()], declarados=[d])[1] == {"MUDANDO": 1}
    assert julgar([recebida()], [nota()], declarados=[d._replace(pendentes=[])])[1] == {"CONTEUDO": 1}


def test_linha_de_outra_instalacao_responde_por_uma_declaracao_so() -> None:
    de_antes = recebida(1, instalacao=OUTRA)
    dois = [declarado(recebida(1)), declarado(recebida(1))._replace(instalacao=uuid.UUID(int=3))]
    cotejo = cotejar(dois, [de_antes])
    assert (cotejo.faltando, cotejo.a_mais) == ([(1, 1)], [])


def test_faixas_de_ida_e_volta() -> None:
    faixas = em_faixas([7, 1, 2, 3, 3])
    assert (faixas, quantos(faixas), numeros(faixas)) == ([(1, 3), (7, 7)], 4, {1, 2, 3, 7})
    assert faixas_em_palavras(faixas) == "1 a 3, 7"
    assert faixas_em_palavras([(1, 3), (7, 9)], 1) == "1 a 3, e mais 3"


@pytest.mark.parametrize(
    ("segundos", "texto"),
    [(59, "0 min"), (45 * 60, "45 min"), (12_000, "3 h 20 min"), (30 * 3600, "30 h"), (3 * 86400, "3 dias")],
)
def test_idades_em_palavras(segundos: int, texto: str) -> None:
    assert ha_quanto(segundos) == texto


def test_frase_diz_quantos_motivos_a_mais() -> None:
    motivos = [{"codigo": c, "quantidade": 1} for c in ("COM_ERRO", "SEM_NOTA", "NUMEROS")]
    assert em_frase(motivos, limite=2) == "1 operação com erro de processamento; 1 venda sem nota fiscal; e mais 1"
