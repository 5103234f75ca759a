"""The trail, attacked by somebody with the database's password: every trigger asleep, every table at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from auditoria import chaves, guardados
from auditoria.distintivo import VERDE, distintivo
from auditoria.models import Resumo, Selo, Verificacao
from auditoria.resumo import NaoResumido, ResumoDivergente, em_bytes, fazer_pendentes, hash_de, parcial
from auditoria.resumo import escrever as escrever_resumo
from auditoria.verificacao.services import verificar
from auditoria.verificacao.soltos import soltos
from tests.auditoria.elenco import (
    HOJE,
    atacar,
    escrever,
    evento,
    refazer_a_cadeia,
    renumerar,
    selar_em,
    tres_dias_e_hoje,
    trocar,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pasta(settings: Any, tmp_path: Path) -> Path:
    settings.AUDITORIA_RESUMOS = tmp_path / "fora"
    settings.RETAGUARDA_DADOS = tmp_path
    return tmp_path / "fora"


@pytest.fixture
def trilha(pasta: Path) -> None:
    tres_dias_e_hoje()


def achado(codigo: str, sequencia: int | None = None, **opcoes: Any) -> dict[str, Any]:
    """The first problem, which must be this one, at this place, and named in the text."""
    feita = verificar(**opcoes)
    assert not feita.integra
    primeiro: dict[str, Any] = feita.problemas[0]
    assert (primeiro["codigo"], primeiro["sequencia"]) == (codigo, sequencia), feita.problemas[:3]
    assert sequencia is None or f"sequência {sequencia}" in feita.primeiro_problema
    return primeiro


def test_a_trilha_em_que_ninguem_mexeu_confere(trilha: None) -> None:
    feita = verificar()
    assert (feita.problemas, feita.eventos, feita.resumos, feita.de_fora, feita.completa) == ([], 16, 3, 3, True)
    assert distintivo().cor == VERDE
    assert guardados.existe(Resumo.objects.get(primeira=5).dia)


def test_a_trilha_vazia_confere() -> None:
    assert verificar().integra


@pytest.mark.parametrize(
    "mudanca",
    [
        "motivo = 'outro'", "depois = depois || '{\"n\": 9}'", "antes = NULL", "ator = 'outro'", "objeto_id = '99'",
        "em = em - interval '1 microsecond'", "ip = '10.0.0.1'", "ator_tipo = 'chave'",
    ],
)  # fmt: skip
def test_evento_alterado(trilha: None, mudanca: str) -> None:
    atacar(f"UPDATE auditoria_evento SET {mudanca} WHERE id = '{evento(6)}'")
    assert achado("evento_alterado", 6)["evento"] == evento(6)
    assert len(verificar().problemas) == 1


def test_mudanca_que_nao_muda_o_valor_nao_e_adulteracao(trilha: None) -> None:
    atacar("UPDATE auditoria_evento SET depois = depois::text::jsonb, motivo = motivo || ''")
    assert verificar().integra


def test_evento_removido(trilha: None) -> None:
    atacar(f"DELETE FROM auditoria_evento WHERE id = '{evento(7)}'")
    assert achado("evento_removido", 7)["evento"]


def test_evento_removido_com_o_seu_selo(trilha: None) -> None:
    atacar(f"DELETE FROM auditoria_evento WHERE id = '{evento(7)}'", "DELETE FROM auditoria_selo WHERE sequencia = 7")
    assert "falta o selo 7" in achado("selo_ausente", 7)["texto"]


def test_evento_removido_com_o_seu_selo_e_os_outros_renumerados(trilha: None) -> None:
    atacar(f"DELETE FROM auditoria_evento WHERE id = '{evento(7)}'", "DELETE FROM auditoria_selo WHERE sequencia = 7")
    renumerar(8, -1)
    achado("selo_removido", 7)


INSERIR = """INSERT INTO auditoria_evento (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id)
    VALUES ('00000000-0000-7000-8000-000000000001', now(), 'sistema', 'x', 'a.b', '', '', '', '')"""


def test_evento_inserido_com_os_gatilhos_desligados(trilha: None) -> None:
    atacar(INSERIR)
    assert achado("evento_sem_selo")["evento"] == "00000000-0000-7000-8000-000000000001"


def test_evento_inserido_no_meio_da_cadeia_com_um_selo_inventado(trilha: None) -> None:
    renumerar(7, 1)
    atacar(
        INSERIR,
        r"""INSERT INTO auditoria_selo (sequencia, evento, hash, selado_em, versao)
            SELECT 7, '00000000-0000-7000-8000-000000000001', '\x00', selado_em, 1 FROM auditoria_selo WHERE sequencia = 6""",
    )
    assert achado("evento_inserido", 7)["evento"] == "00000000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(("um", "outro"), [(6, 7), (2, 11), (1, 16)])
def test_ordem_trocada(trilha: None, um: int, outro: int) -> None:
    trocar(um, outro)
    assert evento(outro) in achado("ordem_trocada", um)["texto"]


@pytest.mark.parametrize(
    ("comando", "codigo", "sequencia"),
    [
        ("TRUNCATE auditoria_evento", "evento_removido", 1),
        ("TRUNCATE auditoria_selo", "selo_ausente", 4),  # the first that a digest signed
        ("TRUNCATE auditoria_evento, auditoria_selo", "selo_ausente", 4),
        ("DELETE FROM auditoria_selo WHERE sequencia <= 3", "selo_ausente", 1),
        (r"UPDATE auditoria_selo SET hash = '\x00' WHERE sequencia = 5", "selo_alterado", 5),
        (
            "UPDATE auditoria_selo SET selado_em = selado_em + interval '1 minute' WHERE sequencia = 5",
            "evento_alterado",
            5,
        ),
        ("UPDATE auditoria_selo SET versao = 2 WHERE sequencia = 5", "selo_alterado", 5),
    ],
)
def test_tabelas_esvaziadas_e_selos_mudados(trilha: None, comando: str, codigo: str, sequencia: int) -> None:
    atacar(comando)
    achado(codigo, sequencia)


def test_tudo_apagado_aparece_pelas_copias_de_fora(trilha: None) -> None:
    atacar("TRUNCATE auditoria_evento, auditoria_selo, auditoria_resumo, auditoria_chaveassinatura, auditoria_a_selar")
    achado("selo_ausente", 4)


def test_evento_removido_antes_do_selo(trilha: None) -> None:
    escrever(1)
    atacar("DELETE FROM auditoria_evento WHERE id IN (SELECT evento FROM auditoria_a_selar)")
    achado("evento_removido")


def test_evento_que_espera_demais(trilha: None) -> None:
    """A sealer that does not get its turn: somebody else holds the chain."""
    escrever(1)
    atacar("UPDATE auditoria_evento SET em = em - interval '1 hour' WHERE id IN (SELECT evento FROM auditoria_a_selar)")

    [problema] = soltos(timezone.now())
    assert problema.codigo == "selo_atrasado"


def test_cadeia_refeita_de_um_dia_resumido_aparece_mesmo_com_todos_os_hashes_certos(trilha: None) -> None:
    atacar(f"UPDATE auditoria_evento SET motivo = 'outro' WHERE id = '{evento(6)}'")
    refazer_a_cadeia(6)
    assert "o resumo de" in achado("cadeia_refeita", 8)["texto"]


def test_cadeia_refeita_e_resumos_apagados_aparece_pela_pasta_de_fora(trilha: None) -> None:
    atacar(f"UPDATE auditoria_evento SET motivo = 'outro' WHERE id = '{evento(6)}'", "DELETE FROM auditoria_resumo")
    refazer_a_cadeia(6)
    assert "guardado fora" in achado("cadeia_refeita", 8)["texto"]
    with pytest.raises(ResumoDivergente, match="a cópia guardada fora existe"):
        fazer_pendentes()  # and nobody signs the new story


@pytest.mark.parametrize(
    "golpe",
    [
        "UPDATE auditoria_resumo SET conteudo = 'nada'",
        "UPDATE auditoria_resumo SET conteudo = '[]'",
        "UPDATE auditoria_resumo SET conteudo = replace(conteudo, 'ultimo_selo\":\"', 'ultimo_selo\":\"não é hexadecimal')",
        "UPDATE auditoria_resumo SET dia = 'infinity' WHERE dia = (SELECT max(dia) FROM auditoria_resumo)",
        "UPDATE auditoria_resumo SET dia = '2090-01-01' WHERE dia = (SELECT max(dia) FROM auditoria_resumo)",
        "UPDATE auditoria_resumo SET fim = '20000-01-01' WHERE dia = (SELECT max(dia) FROM auditoria_resumo)",
    ],
)
def test_ultimo_resumo_mudado_e_dito_e_nada_se_assina_sobre_ele(trilha: None, golpe: str) -> None:
    escrever(1)
    atacar(golpe)
    antes = Resumo.objects.count()
    for fazer in (fazer_pendentes, parcial, lambda: call_command("auditoria_resumo", "--agora")):
        with pytest.raises((NaoResumido, CommandError), match="auditoria_verificar"):
            fazer()
    assert Resumo.objects.count() == antes


def test_cadeia_refeita_com_tudo_apagado_inclusive_a_pasta_aparece_por_um_resumo_levado_para_longe(
    trilha: None, tmp_path: Path, pasta: Path
) -> None:
    longe = tmp_path / "longe"
    pasta.rename(longe)
    atacar(f"UPDATE auditoria_evento SET motivo = 'outro' WHERE id = '{evento(6)}'", "DELETE FROM auditoria_resumo")
    refazer_a_cadeia(6)
    fazer_pendentes()  # the retaguarda itself signs it again: this machine knows no better
    assert verificar().integra
    achado("cadeia_refeita", 8, pastas=[longe])


def test_o_limite_o_que_e_mais_novo_que_o_ultimo_resumo_pode_ser_refeito(trilha: None, tmp_path: Path) -> None:
    """Said in docs/auditoria.md. Whoever held a partial digest outside sees it all the same."""
    longe = tmp_path / "longe"
    longe.mkdir()
    (longe / "agora.json").write_text(escrever_resumo(parcial()))
    atacar(f"UPDATE auditoria_evento SET motivo = 'outro' WHERE id = '{evento(HOJE)}'")
    refazer_a_cadeia(HOJE)
    assert verificar().integra
    achado("cadeia_refeita", 16, pastas=[longe])


def test_fim_da_trilha_cortado_aparece_se_um_resumo_o_viu(trilha: None, tmp_path: Path) -> None:
    atacar("DELETE FROM auditoria_evento WHERE id IN (SELECT evento FROM auditoria_selo WHERE sequencia > 11)")
    atacar("DELETE FROM auditoria_selo WHERE sequencia > 11")
    achado("selo_ausente", 12)


def test_dias_trocados_na_cadeia_refeita(trilha: None) -> None:
    """Seals of two days change places, and all is computed again."""
    trocar(4, 5)
    refazer_a_cadeia(4)
    achado("cadeia_refeita", 4)


def test_selo_levado_para_outro_dia_na_cadeia_refeita(trilha: None) -> None:
    atacar(
        "UPDATE auditoria_selo SET selado_em = (SELECT selado_em FROM auditoria_selo WHERE sequencia = 5) WHERE sequencia = 4"
    )
    refazer_a_cadeia(4)
    codigos = {p["codigo"] for p in verificar().problemas}
    assert {"cadeia_refeita", "dia_trocado"} <= codigos


def test_resumos_de_dois_dias_trocados(trilha: None) -> None:
    dias = sorted(Resumo.objects.values_list("dia", flat=True))
    atacar(
        f"UPDATE auditoria_resumo SET dia = '2001-01-01' WHERE dia = '{dias[0]}'",
        f"UPDATE auditoria_resumo SET dia = '{dias[0]}' WHERE dia = '{dias[1]}'",
        f"UPDATE auditoria_resumo SET dia = '{dias[1]}' WHERE dia = '2001-01-01'",
    )
    achado("resumo_alterado")


@pytest.mark.parametrize("coluna", ["quantidade = 9", "hash = repeat('0', 64)", "integro = false", "ultima = 3"])
def test_linha_de_um_resumo_alterada(trilha: None, coluna: str) -> None:
    atacar(f"UPDATE auditoria_resumo SET {coluna} WHERE primeira = 5")
    achado("resumo_alterado")


def test_resumo_retirado(trilha: None) -> None:
    dia = Resumo.objects.get(primeira=5).dia
    atacar("DELETE FROM auditoria_resumo WHERE primeira = 5")
    assert f"{dia:%d/%m/%Y}" in achado("resumo_ausente")["texto"]


def test_conteudo_de_um_resumo_alterado_perde_a_assinatura(trilha: None) -> None:
    atacar(
        "UPDATE auditoria_resumo SET conteudo = replace(conteudo, '\"quantidade\":4', '\"quantidade\":5') WHERE primeira = 5"
    )
    achado("resumo_sem_assinatura")


def test_resumo_assinado_pela_chave_de_outro_nao_vale(trilha: None) -> None:
    """The attacker rebuilds all, with a key of his own, which he puts among ours."""
    dele = Ed25519PrivateKey.generate()
    publica = dele.public_key()
    resumo = Resumo.objects.get(primeira=5)
    dados = resumo.exportado()["resumo"] | {"chave": chaves.impressao(publica)}
    conteudo = escrever_resumo(dados)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO auditoria_chaveassinatura (impressao, publica, anteriores, aval, desde)
               VALUES (%s, %s, '[]', '', now())""",
            [chaves.impressao(publica), publica.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()],
        )
    atacar(
        "UPDATE auditoria_resumo SET conteudo = %s, assinatura = %s, chave = %s, hash = %s WHERE primeira = 5",
        parametros=[conteudo, dele.sign(em_bytes(conteudo)).hex(), chaves.impressao(publica), hash_de(conteudo)],
    )
    assert "uma chave desta retaguarda" in achado("resumo_sem_assinatura")["texto"]


def test_copia_de_fora_que_alguem_mudou(trilha: None, pasta: Path) -> None:
    [arquivo, outro, _] = sorted(pasta.glob("*.json"))
    arquivo.write_text(arquivo.read_text().replace('"quantidade": 4', '"quantidade": 5'))
    outro.write_text("{")
    assert [p["codigo"] for p in verificar().problemas] == ["resumo_de_fora_invalido", "resumo_de_fora_ilegivel"]


def test_so_uma_parte_da_trilha(trilha: None) -> None:
    atacar(f"UPDATE auditoria_evento SET motivo = 'outro' WHERE id = '{evento(6)}'")
    assert verificar(desde=7).integra
    assert verificar(ate=5).integra
    achado("evento_alterado", 6, desde=6, ate=6)
    assert not Verificacao.objects.filter(completa=True).exists()
    assert distintivo().cor != VERDE


def test_muitos_problemas_nao_viram_uma_lista_sem_fim(trilha: None) -> None:
    escrever(150)
    selar_em(timezone.now())
    atacar("TRUNCATE auditoria_evento")
    assert len(verificar().problemas) == 100


def test_o_comando_termina_com_erro_e_nomeia_o_primeiro(
    trilha: None, capsys: pytest.CaptureFixture[str], pasta: Path
) -> None:
    call_command("auditoria_verificar", resumos=[pasta])
    assert "A trilha está íntegra." in capsys.readouterr().out
    atacar(f"UPDATE auditoria_evento SET motivo = 'outro' WHERE id = '{evento(6)}'")
    with pytest.raises(CommandError, match=f"sequência 6, evento {evento(6)}") as recusa:
        call_command("auditoria_verificar", desde=timezone.localdate(Selo.objects.get(sequencia=5).selado_em))
    assert recusa.value.returncode == 1
