"""The archive attacked by who has its password, and read again when PostgreSQL has the event no more."""

from __future__ import annotations

import io
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from auditoria.arquivo.colecao import NOME
from auditoria.arquivo.remessa import remeter
from auditoria.distintivo import AMBAR, VERDE, distintivo
from auditoria.models import Selo
from auditoria.verificacao.services import verificar
from tests.auditoria.arquivo.test_remessa import selados
from tests.auditoria.elenco import atacar
from tests.ferretdb.servidor import arquivo_em

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pastas(settings: Any, tmp_path: Path) -> None:
    settings.AUDITORIA_RESUMOS = tmp_path / "fora"
    settings.RETAGUARDA_DADOS = tmp_path


@pytest.fixture
def colecao(arquivo: Any) -> Any:
    selados(8)
    remeter()
    return arquivo[NOME]


def evento(sequencia: int) -> uuid.UUID:
    return Selo.objects.get(sequencia=sequencia).evento


def sumir_do_postgresql(sequencia: int) -> None:
    """As a partition that left: the seal stays."""
    atacar(f"DELETE FROM auditoria_evento WHERE id = '{evento(sequencia)}'")


def achado(codigo: str, sequencia: Any) -> str:
    """The only problem, which must be this one, at this place."""
    feita = verificar()
    [problema] = feita.problemas
    assert (problema["codigo"], problema["sequencia"], feita.integra) == (codigo, sequencia, False), problema
    return str(problema["texto"])


def test_o_arquivo_em_que_ninguem_mexeu_confere_e_o_que_espera_nao_e_problema(colecao):
    selados(3)
    feita = verificar()
    assert (feita.integra, feita.arquivo) == (True, "8 documentos do arquivo conferidos.")
    assert distintivo().cor == VERDE


@pytest.mark.parametrize(
    ("mudanca", "campo"),
    [
        ({"$set": {"motivo": "outro"}}, "motivo"),
        ({"$set": {"depois": '{"n": 4}'}}, "depois"),
        ({"$set": {"em": "2026-11-22T00:00:00.000000Z"}}, "em"),
        ({"$set": {"selo": "00" * 32}}, "selo"),
        ({"$set": {"a_mais": 1}}, "a_mais"),
        ({"$unset": {"ip": 1}}, "ip"),
    ],
)
def test_documento_alterado(colecao, mudanca, campo):
    colecao.update_one({"sequencia": 5}, mudanca)
    texto = achado("arquivo_alterado", 5)
    assert texto.startswith(f"sequência 5, evento {evento(5)}: ") and texto.endswith(
        f"diferente do PostgreSQL em: {campo}"
    )


def test_documento_removido(colecao):
    colecao.delete_one({"sequencia": 8})
    assert "removido do arquivo" in achado("arquivo_removido", 8)


def test_documentos_trocados_de_lugar(colecao):
    for de, para in ((3, 99), (4, 3), (99, 4)):
        colecao.update_one({"sequencia": de}, {"$set": {"sequencia": para}})
    feita = verificar()
    assert [(p["codigo"], p["sequencia"]) for p in feita.problemas] == [
        ("arquivo_alterado", 3),
        ("arquivo_alterado", 4),
    ]
    assert feita.primeiro_problema.endswith("em: sequencia")


@pytest.mark.parametrize("sequencia", [7000, 4.5, -1, "3", None, [70]])
def test_documento_inserido(colecao, sequencia):
    colecao.insert_one({"_id": uuid.UUID(int=5), "sequencia": sequencia})
    assert "foi inserido no arquivo" in achado("arquivo_inserido", sequencia if isinstance(sequencia, int) else None)


def test_evento_removido_do_postgresql_e_dito_ainda_que_o_arquivo_o_tenha(colecao):
    sumir_do_postgresql(2)
    assert achado("evento_removido", 2).endswith("o seu selo ficou, e o arquivo tem a cópia")
    colecao.update_one({"sequencia": 2}, {"$set": {"ator": "outro"}})
    assert [p["codigo"] for p in verificar().problemas] == ["evento_removido", "arquivo_alterado"]


def test_evento_alterado_no_postgresql_e_mostrado_pela_copia_do_arquivo(colecao):
    atacar(f"UPDATE auditoria_evento SET motivo = 'outro' WHERE id = '{evento(6)}'")
    primeiro = verificar().problemas[0]
    assert (primeiro["codigo"], primeiro["sequencia"]) == ("evento_alterado", 6)
    assert "difere da cópia do arquivo em: motivo" in primeiro["texto"]


def test_sem_arquivo_configurado_tudo_funciona_e_se_diz():
    selados(2)
    feita = verificar()
    assert feita.integra and "Nenhum arquivo configurado" in feita.arquivo
    assert distintivo().cor == VERDE and "Nenhum arquivo configurado" in distintivo().arquivo
    with pytest.raises(CommandError, match="defina AUDITORIA_MONGO_URL"):
        call_command("auditoria_arquivar")


def test_arquivo_fora_do_ar_e_dito_e_o_resto_e_conferido(colecao):
    with arquivo_em("mongodb://127.0.0.1:9", "ninguem") as conexao:
        conexao.settings_dict["OPTIONS"]["serverSelectionTimeoutMS"] = 10
        feita = verificar()
        assert feita.integra and feita.arquivo.startswith("O arquivo não foi conferido: o MongoDB não responde")
        assert distintivo().cor == AMBAR and "o arquivo não foi lido" in distintivo().titulo
        sumir_do_postgresql(2)
        assert achado("evento_removido", 2).endswith("o seu selo ficou")


def test_o_comando_arquiva_e_diz_como_ficou(arquivo):
    selados(3)
    saida = io.StringIO()
    call_command("auditoria_arquivar", stdout=saida)
    assert saida.getvalue() == "3 eventos arquivados.\nTodos os eventos selados estão no arquivo.\n"
    arquivo[NOME].update_one({"sequencia": 2}, {"$set": {"ator": "x"}})
    with pytest.raises(CommandError, match="1 divergências; a primeira: sequência 2"):
        call_command("auditoria_arquivar", "--desde", "2", stdout=saida)
