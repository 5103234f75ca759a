"""The archive attacked by who has its password, while PostgreSQL still has the month, and when it is only there.

Each attack is named at its place, and the verification ends in 1. Who has the passwords of both stores is seen by the digests.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from bson.datetime_ms import DatetimeMS
from django.core.management import CommandError, call_command

from auditoria import serial
from auditoria.arquivo.documento import ler
from auditoria.distintivo import VERMELHO, distintivo
from auditoria.models import Selo
from auditoria.verificacao.problemas import MAXIMO
from auditoria.verificacao.services import verificar
from tests.auditoria.arquivo.mes_velho import ANTIGOS, retirar
from tests.auditoria.elenco import atacar, evento, trocar

pytestmark = pytest.mark.django_db
AMBOS = pytest.mark.parametrize("saiu", [False, True], ids=["no_postgresql", "so_no_arquivo"])
Colecao = Any


@pytest.fixture
def colecao(trilha: Colecao, saiu: bool) -> Colecao:
    assert not saiu or retirar().eventos == ANTIGOS
    assert verificar().integra
    return trilha


def achados() -> list[tuple[str, int | None]]:
    feita = verificar()
    assert not feita.integra and distintivo().cor == VERMELHO
    if (primeiro := feita.problemas[0])["sequencia"] is not None:
        assert f"sequência {primeiro['sequencia']}" in feita.primeiro_problema
    with pytest.raises(CommandError) as recusa:
        call_command("auditoria_verificar")
    assert recusa.value.returncode == 1
    return [(p["codigo"], p["sequencia"]) for p in feita.problemas]


def mudar(colecao: Colecao, onde: int, **campos: Any) -> None:
    assert colecao.update_one({"sequencia": onde}, {"$set": campos}).modified_count == 1


def trocar_conteudos(colecao: Colecao, um: int, outro: int) -> None:
    """All that is said of the two events changes places; identifiers and seals stay."""
    ficam = {"_id", "sequencia", "selo", "selado_em"}
    a, b = (colecao.find_one({"sequencia": n}) for n in (um, outro))
    mudar(colecao, um, **{c: v for c, v in b.items() if c not in ficam})
    mudar(colecao, outro, **{c: v for c, v in a.items() if c not in ficam})


def trocar_lugares(colecao: Colecao, um: int, outro: int) -> None:
    """Each takes the number, the seal and the instant of the other."""
    a, b = (colecao.find_one({"sequencia": n}) for n in (um, outro))
    selos = [{c: d[c] for c in ("sequencia", "selo", "selado_em")} for d in (a, b)]
    mudar(colecao, um, sequencia=999)
    mudar(colecao, outro, **selos[0])
    mudar(colecao, 999, **selos[1])


def refazer_os_selos(colecao: Colecao, desde: int) -> None:
    """Every hash again, as anybody can who has read the documentation."""
    anterior = bytes(Selo.objects.get(sequencia=desde - 1).hash)
    for lido in list(colecao.find({"sequencia": {"$gte": desde}}).sort("sequencia", 1)):
        selado = ler(lido)
        anterior = serial.selar(anterior, selado.sequencia, selado.selado_em, serial.canonico(selado.linha))
        mudar(colecao, selado.sequencia, selo=anterior.hex())


@AMBOS
@pytest.mark.parametrize(
    "campos",
    [
        {"motivo": "outro"}, {"depois": '{"n":9}'}, {"ator": "outro"}, {"em": "2026-11-22T00:00:00.000000Z"},
        {"selo": "00" * 32}, {"selado_em": "2026-11-22T00:00:00.000000Z"}, {"a_mais": 1}, {"ip": "10.0.0.1"}, {"v": 2},
    ],
    ids=lambda campos: next(iter(campos)),
)  # fmt: skip
def test_documento_alterado(colecao: Colecao, saiu: bool, campos: dict[str, Any]) -> None:
    mudar(colecao, 2, **campos)
    assert achados() == [("arquivo_alterado", 2)]


@AMBOS
def test_documento_apagado(colecao: Colecao, saiu: bool) -> None:
    colecao.delete_one({"sequencia": 3})
    assert achados() == [("arquivo_removido", 3)]


@AMBOS
def test_documento_apagado_com_a_marca_do_que_foi_arquivado_posta_para_tras(colecao: Colecao, saiu: bool) -> None:
    colecao.delete_one({"sequencia": 3})
    atacar("UPDATE auditoria_arquivo SET ate = 0")
    assert verificar().integra is not saiu  # what PostgreSQL has may wait for the archive; what has left may not


@AMBOS
def test_documento_inserido_no_lugar_de_outro(colecao: Colecao, saiu: bool) -> None:
    copia = colecao.find_one({"sequencia": 3})
    colecao.delete_one({"sequencia": 3})
    colecao.insert_one(copia | {"_id": uuid.UUID(int=5)})
    assert sorted(achados()) == [("arquivo_inserido", 3), ("arquivo_removido", 3)]


@AMBOS
def test_documento_inserido_duas_vezes_no_mesmo_lugar(colecao: Colecao, saiu: bool) -> None:
    colecao.drop_index("sequencia")
    colecao.insert_one(colecao.find_one({"sequencia": 3}) | {"_id": uuid.UUID(int=5)})
    assert achados() == [("arquivo_inserido", 3)]


@AMBOS
@pytest.mark.parametrize("troca", [trocar_conteudos, trocar_lugares])
def test_dois_documentos_trocados(colecao: Colecao, saiu: bool, troca: Callable[[Colecao, int, int], None]) -> None:
    troca(colecao, 2, 3)
    assert achados() == [("arquivo_alterado", 2), ("arquivo_alterado", 3)]


@AMBOS
def test_dois_dias_trocados(colecao: Colecao, saiu: bool) -> None:
    for n in range(1, ANTIGOS // 2 + 1):
        trocar_lugares(colecao, n, n + ANTIGOS // 2)
    assert achados() == [("arquivo_alterado", n) for n in range(1, ANTIGOS + 1)]


@AMBOS
def test_colecao_apagada(colecao: Colecao, saiu: bool) -> None:
    colecao.drop()
    assert achados() == [("arquivo_removido", n) for n in range(1, ANTIGOS + 3)]


@AMBOS
def test_cadeia_refeita_so_no_arquivo(colecao: Colecao, saiu: bool) -> None:
    mudar(colecao, 2, motivo="outro")
    refazer_os_selos(colecao, 2)
    assert achados() == [("arquivo_alterado", n) for n in range(2, ANTIGOS + 3)]


@pytest.mark.parametrize("saiu", [True])
def test_cadeia_refeita_nos_dois_aparece_pelos_resumos(colecao: Colecao, saiu: bool) -> None:
    """Who has both passwords makes both stores agree; what was signed says otherwise."""
    mudar(colecao, 2, motivo="outro")
    refazer_os_selos(colecao, 2)
    for n in range(2, ANTIGOS + 3):
        selo = colecao.find_one({"sequencia": n})["selo"]
        atacar(f"UPDATE auditoria_selo SET hash = '\\x{selo}' WHERE sequencia = {n}")
    nomeados = achados()
    assert nomeados[0] == ("cadeia_refeita", ANTIGOS // 2) and ("cadeia_refeita", ANTIGOS) in nomeados


@pytest.mark.parametrize("saiu", [True])
def test_selo_alterado_no_postgresql_de_um_evento_que_so_esta_no_arquivo(colecao: Colecao, saiu: bool) -> None:
    atacar(f"UPDATE auditoria_selo SET hash = '\\x{'00' * 32}' WHERE sequencia = 2")
    assert ("selo_alterado", 2) in achados()


@pytest.mark.parametrize("saiu", [True])
def test_selos_trocados_no_postgresql_de_eventos_que_so_estao_no_arquivo(colecao: Colecao, saiu: bool) -> None:
    trocar(2, 3)
    assert [n for codigo, n in achados() if codigo == "ordem_trocada"] == [2, 3]
    assert evento(3) in verificar().primeiro_problema


@AMBOS
def test_documento_levado_para_longe(colecao: Colecao, saiu: bool) -> None:
    mudar(colecao, 2, sequencia=5_000)
    assert sorted(achados()) == [("arquivo_alterado", 2), ("arquivo_inserido", 5_000)]


LONGE = DatetimeMS(9 * 10**15)  # of no calendar of ours


@AMBOS
def test_valores_que_so_outra_mao_escreve_sao_nomeados_e_nao_derrubam_nada(colecao: Colecao, saiu: bool) -> None:
    estranhos: list[dict[str, Any]] = [
        {"v": True}, {"v": 1.0}, {"sequencia": 2.0}, {"sequencia": [2]}, {"motivo": LONGE}, {"antes": "]"},
        {"antes": "1e3000000000"}, {"antes": b"{}"}, {"em": "0001-01-01T00:00:00+23:59"}, {"ip": ["a"]},
    ]  # fmt: skip
    como_era = colecao.find_one({"sequencia": 2})
    for campos in estranhos:
        colecao.update_one({"_id": como_era["_id"]}, {"$set": campos})
        assert [(p["codigo"], p["sequencia"]) for p in verificar().problemas] == [("arquivo_alterado", 2)], campos
        colecao.replace_one({"_id": como_era["_id"]}, como_era)
    assert verificar().integra


@AMBOS
def test_documentos_de_lugar_nenhum_sao_nomeados(colecao: Colecao, saiu: bool) -> None:
    copia = colecao.find_one({"sequencia": 2})
    for sequencia in ([-5, 1_000_000], [2.5], 2.5, True, {"a": 1}, "2", None):
        colecao.insert_one(copia | {"_id": uuid.UUID(int=5), "sequencia": sequencia, "x": LONGE})
        assert {p["codigo"] for p in verificar().problemas} == {"arquivo_inserido"}, sequencia
        colecao.delete_one({"_id": uuid.UUID(int=5)})
    assert verificar().integra


@AMBOS
def test_uma_multidao_entre_dois_lugares_e_nomeada_sem_ser_lida_inteira(colecao: Colecao, saiu: bool) -> None:
    copia = colecao.find_one({"sequencia": 2})
    colecao.insert_many([copia | {"_id": uuid.UUID(int=n), "sequencia": 2 + n / 1_000} for n in range(1, 300)])
    feita = verificar()
    assert not feita.integra and {p["codigo"] for p in feita.problemas} >= {"arquivo_inserido"}
    assert len(feita.problemas) <= MAXIMO


@pytest.mark.parametrize("saiu", [True])
def test_versao_trocada_do_selo_de_um_evento_que_so_esta_no_arquivo(colecao: Colecao, saiu: bool) -> None:
    atacar("UPDATE auditoria_selo SET versao = 7 WHERE sequencia = 2")
    assert achados() == [("selo_alterado", 2)]
