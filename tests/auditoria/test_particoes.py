"""The events' table in months: what goes where, who makes them, and that no partition is a way around the guards."""

from __future__ import annotations

import importlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from auditoria import particoes
from auditoria.models import ASelar, Evento
from auditoria.particoes import ADIANTE, RESTO, existentes, fronteira, instante, mes, preparar, seguinte
from auditoria.selador import selar
from auditoria.services import ATOR_SISTEMA, registrar
from auditoria.uuid7 import uuid7
from tests.auditoria.elenco import escrever, escrever_em
from tests.auditoria.test_selador import conferir_cadeia, outra_conexao

pytestmark = pytest.mark.django_db


def executar(*comandos: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        for comando in comandos:
            cursor.execute(comando)
        return cursor.fetchall() if cursor.description else []


def onde(evento: uuid.UUID) -> str:
    [(tabela,)] = executar(f"SELECT tableoid::regclass::text FROM auditoria_evento WHERE id = '{evento}'")
    return str(tabela)


def incluir(id_: object, tabela: str = "auditoria_evento") -> None:
    executar(
        f"""INSERT INTO {tabela} (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id)
            VALUES ('{id_}', now(), 'sistema', 'psql', 'a.b', '', '', '', '')"""
    )


def deste_mes() -> str:
    return f"auditoria_evento_{mes(timezone.now()):%Y_%m}"


def test_a_fronteira_de_um_instante_e_o_menor_identificador_dele():
    agora = datetime(2026, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
    assert instante(fronteira(agora)) == agora and seguinte(mes(agora)) == datetime(2027, 1, 1, tzinfo=UTC)
    antes, feito, depois = timezone.now(), uuid7(), timezone.now() + timedelta(milliseconds=1)
    assert fronteira(antes) <= feito < fronteira(depois)


def test_o_evento_de_hoje_vai_para_o_mes_e_o_de_outra_especie_para_o_resto():
    with transaction.atomic():
        assert onde(registrar(acao="teste.feito", ator=ATOR_SISTEMA)) == deste_mes()
    for de_fora in (uuid.UUID(int=5), uuid.UUID("ffffffff-ffff-4fff-bfff-ffffffffffff"), fronteira(particoes.INICIO)):
        incluir(de_fora)
        assert onde(de_fora) == RESTO
    assert selar() == 4
    conferir_cadeia()


def test_ha_particao_para_este_mes_e_os_seguintes_e_preparar_de_novo_nada_faz():
    inicios = [p.de for p in existentes()]
    esperado = mes(timezone.now())
    for _ in range(ADIANTE + 1):
        assert fronteira(esperado) in inicios
        esperado = seguinte(esperado)
    assert preparar(timezone.now()) == 0


def test_os_meses_que_faltam_sao_feitos_com_os_gatilhos_e_os_indices_dos_outros():
    ultimo = existentes()[-1]
    antes = _catalogo(ultimo.nome)
    executar(f"DROP TABLE {ultimo.nome}")
    assert preparar(timezone.now()) == 1
    assert existentes()[-1] == ultimo and _catalogo(ultimo.nome) == antes
    assert preparar(seguinte(timezone.now())) == 1


def _catalogo(tabela: str) -> list[tuple[Any, ...]]:
    return executar(
        f"""SELECT tgname::text, tgtype, tgfoid::text FROM pg_trigger WHERE tgrelid = '{tabela}'::regclass
            UNION ALL SELECT replace(indexdef, '{tabela}', 'x'), 0, '' FROM pg_indexes WHERE tablename = '{tabela}'
            UNION ALL SELECT conname::text, 0, pg_get_constraintdef(oid) FROM pg_constraint
                WHERE conrelid = '{tabela}'::regclass ORDER BY 1"""
    )


@pytest.mark.parametrize(
    "comando", ["UPDATE {} SET motivo = 'x'", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE {} CASCADE"]
)
@pytest.mark.parametrize("qual", ["mes", "resto"])
def test_quem_nomeia_a_particao_e_recusado_como_os_outros(comando, qual):
    tabela = RESTO if qual == "resto" else deste_mes()
    with transaction.atomic():
        registrar(acao="teste.feito", ator=ATOR_SISTEMA)
    incluir(uuid.UUID(int=5))
    with pytest.raises(IntegrityError, match=rf"A tabela {tabela} só aceita inclusão"), transaction.atomic():
        executar(comando.format(tabela))


@pytest.mark.parametrize("qual", ["mes", "resto"])
def test_quem_inclui_direto_na_particao_tambem_espera_o_selo(qual):
    novo = uuid.UUID(int=5) if qual == "resto" else uuid7()
    incluir(novo, RESTO if qual == "resto" else deste_mes())
    assert list(ASelar.objects.values_list("evento", flat=True)) == [novo]
    assert selar() == 1


def test_o_mes_que_ficou_no_resto_ganha_a_sua_particao_quando_acaba():
    """The routines stood still for months: what was written meanwhile is in the rest."""
    agora = timezone.now()
    executar(*(f"DROP TABLE {p.nome}" for p in existentes()))
    velho = mes(mes(agora) - timedelta(days=1)) + timedelta(days=3)
    escrever_em(velho, 3)
    escrever(2)
    incluir(uuid.UUID(int=5))
    assert selar() == 6
    assert preparar(agora) == 1 + ADIANTE  # this month goes on in the rest: nobody who writes waits
    eventos = list(Evento.objects.order_by("id").values_list("id", flat=True))
    assert [onde(e) for e in eventos] == [RESTO, *[f"auditoria_evento_{velho:%Y_%m}"] * 3, RESTO, RESTO]
    assert not ASelar.objects.exists()
    conferir_cadeia()
    with pytest.raises(IntegrityError, match="só aceita inclusão"), transaction.atomic():
        executar(f"DELETE FROM {RESTO}")  # its guards are awake again
    assert preparar(agora) == 0
    assert preparar(seguinte(agora)) == 2  # this month, which is over then, and one more ahead
    assert {onde(e) for e in eventos[-2:]} == {deste_mes()}


@pytest.mark.django_db(transaction=True)
def test_trava_de_outro_adia_as_particoes_e_quem_escreve_nao_espera():
    ultimo = existentes()[-1]
    executar(f"DROP TABLE {ultimo.nome}")
    with outra_conexao() as outra:
        outra.set_autocommit(False)
        with outra.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {RESTO}")  # somebody reads for hours
            assert preparar(timezone.now()) == 0
            with transaction.atomic():
                registrar(acao="teste.feito", ator=ATOR_SISTEMA)
        outra.rollback()
    assert preparar(timezone.now()) == 1 and existentes()[-1] == ultimo


def test_a_migracao_converte_a_tabela_com_o_que_ela_tem():
    novo, meses = deste_mes(), _catalogo(deste_mes())
    mae = _catalogo("auditoria_evento")
    with transaction.atomic():
        registrar(acao="teste.feito", ator=ATOR_SISTEMA, depois={"n": 1})
    escrever_em(timezone.now() - timedelta(days=100), 3)
    incluir(uuid.UUID(int=5))
    incluir(fronteira(seguinte(timezone.now())))
    assert selar() == 6
    escrever(1)
    antes = list(Evento.objects.order_by("id").values())
    _sem_particoes()
    migracao = importlib.import_module("auditoria.migrations.0005_particoes")
    with connection.schema_editor(atomic=False) as editor:
        migracao.converter(apps, editor)
        migracao.converter(apps, editor)  # a second time nothing happens
    assert list(Evento.objects.order_by("id").values()) == antes
    juntos = f"auditoria_evento_ate_{mes(timezone.now()):%Y_%m}"
    esperado = [RESTO, *[juntos] * 3, juntos, juntos, f"auditoria_evento_{seguinte(timezone.now()):%Y_%m}"]
    assert [onde(e["id"]) for e in antes] == esperado
    assert _catalogo("auditoria_evento") == mae
    assert [t for t in _catalogo(juntos) if t[1]] == [t for t in meses if t[1]] and novo not in str(existentes())
    assert ASelar.objects.count() == 1 and selar() == 1
    conferir_cadeia()
    assert preparar(timezone.now()) == 0


def _sem_particoes() -> None:
    """The table as it was before the migration, with its rows."""
    indices = executar(
        """SELECT replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') FROM pg_index
           WHERE indrelid = 'auditoria_evento'::regclass AND NOT indisprimary"""
    )
    gatilhos = executar(
        """SELECT pg_get_triggerdef(oid), tgname, obj_description(oid, 'pg_trigger') FROM pg_trigger
           WHERE tgrelid = 'auditoria_evento'::regclass"""
    )
    executar(
        "CREATE TABLE plana (LIKE auditoria_evento INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)",
        "INSERT INTO plana SELECT * FROM auditoria_evento",
        "DROP TABLE auditoria_evento",
        "ALTER TABLE plana RENAME TO auditoria_evento",
        "ALTER TABLE auditoria_evento ADD CONSTRAINT auditoria_evento_pkey PRIMARY KEY (id)",
        *(definicao for (definicao,) in indices),
        *(definicao for definicao, _, _ in gatilhos),
        *(f"COMMENT ON TRIGGER {nome} ON auditoria_evento IS '{dito}'" for _, nome, dito in gatilhos),
    )
