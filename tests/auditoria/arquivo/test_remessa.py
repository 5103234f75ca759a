"""Sealed events in the archive: each once, as it was sealed, whatever happens on the way."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from auditoria.arquivo.colecao import NOME
from auditoria.arquivo.documento import ler
from auditoria.arquivo.estado import estado
from auditoria.arquivo.remessa import ESPERAS, remeter, voltar
from auditoria.models import Arquivo, Evento, Selo
from auditoria.selador import selar
from auditoria.serial import ZERO, canonico
from auditoria.serial import selar as hash_do_selo
from auditoria.services import ATOR_SISTEMA, Ato, registrar_varios
from tests.ferretdb.servidor import Ferret, arquivo_em

pytestmark = pytest.mark.django_db


def selados(quantos: int, acao: str = "teste.feito") -> None:
    with transaction.atomic():
        registrar_varios([Ato(acao, str(n), depois={"n": n}) for n in range(quantos)], ator=ATOR_SISTEMA, objeto="x.Y")
    selar()


def documentos(arquivo: Any) -> list[dict[str, Any]]:
    return list(arquivo[NOME].find().sort("sequencia", 1))


def test_cada_evento_selado_chega_uma_vez_e_o_arquivo_sozinho_prova_a_cadeia(arquivo):
    selados(25)
    assert remeter(lote=10).arquivados == 25
    assert remeter().arquivados == 0
    selados(1)
    assert remeter().arquivados == 1
    anterior = ZERO
    for n, lido in enumerate(documentos(arquivo), 1):
        selado = ler(lido)
        assert selado.sequencia == n
        anterior = hash_do_selo(anterior, n, selado.selado_em, canonico(selado.linha))
        assert selado.hash == anterior == bytes(Selo.objects.get(sequencia=n).hash)
    assert {d["_id"] for d in documentos(arquivo)} == set(Evento.objects.values_list("id", flat=True))
    assert estado()[:4] == (True, 26, 0, None)


def test_valores_que_o_mongo_arredondaria_chegam_como_foram_selados(arquivo):
    dificil = '{"n": 123456789012345678901234567890.10, "a.b": 1e3, "$c": null, "é": [1.50, true]}'
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO auditoria_evento
                   (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id, antes, depois, ip)
               VALUES (gen_random_uuid(), '2026-11-22 10:00:00.123456-03', 'sistema', 'psql', 'a.b', '', '', 'ação', '',
                   %s, 'null', '2001:DB8::1')""",
            [dificil],
        )
    selar()
    assert remeter().arquivados == 1
    [lido] = documentos(arquivo)
    assert lido["em"] == "2026-11-22T13:00:00.123456Z"
    assert lido["antes"] == '{"$c":null,"a.b":1000,"n":123456789012345678901234567890.1,"é":[1.5,true]}'
    assert json.loads(canonico(ler(lido).linha))["depois"] is None


def test_morte_entre_gravar_e_anotar_e_repetida_sem_efeito(arquivo):
    selados(7)
    remeter()
    antes = documentos(arquivo)
    Arquivo.objects.update(ate=3)
    selados(2)
    assert remeter().erro == ""
    assert documentos(arquivo)[:7] == antes and len(documentos(arquivo)) == 9
    assert estado()[:3] == (True, 9, 0) and estado().problemas == ()


def test_documento_que_esta_la_com_outro_conteudo_e_alarme_e_nunca_e_reescrito(arquivo):
    selados(5)
    remeter()
    arquivo[NOME].update_one({"sequencia": 3}, {"$set": {"ator": "outro"}})
    assert voltar(1)
    assert remeter().erro == ""
    [problema] = estado().problemas
    assert problema.startswith("sequência 3, evento ") and problema.endswith("outro conteúdo: difere em ator")
    assert documentos(arquivo)[2]["ator"] == "outro"
    assert "diverge da trilha: sequência 3" in estado().alarme(timezone.now())
    arquivo[NOME].update_one({"sequencia": 3}, {"$set": {"ator": "sistema"}})
    assert voltar(3) and remeter().erro == ""  # mended by hand: shipped again, it is all right
    assert estado().problemas == () and estado().alarme(timezone.now()) == ""


def test_lugar_da_cadeia_tomado_por_outro_documento_e_alarme(arquivo):
    selados(2)
    remeter()
    arquivo[NOME].insert_one({"_id": "intruso", "sequencia": 3})
    selados(2)
    remeter()
    [problema] = estado().problemas
    assert problema.startswith("sequência 3, ") and problema.endswith("o lugar dele no arquivo é do evento intruso")
    assert [d["sequencia"] for d in documentos(arquivo)] == [1, 2, 3, 4]


def test_evento_que_nao_confere_com_o_selo_nao_e_arquivado(arquivo):
    selados(4)
    with connection.cursor() as cursor:
        cursor.execute(
            """SET session_replication_role = replica;
               UPDATE auditoria_evento SET motivo = 'x' WHERE id = (SELECT evento FROM auditoria_selo WHERE sequencia = 2);
               DELETE FROM auditoria_evento WHERE id = (SELECT evento FROM auditoria_selo WHERE sequencia = 3);
               SET session_replication_role = origin"""
        )
    assert remeter().arquivados == 2
    assert [d["sequencia"] for d in documentos(arquivo)] == [1, 4]
    alterado, sumido = estado().problemas
    assert "sequência 2" in alterado and "não confere com o seu selo" in alterado
    assert "sequência 3" in sumido and "não está no PostgreSQL nem no arquivo" in sumido


def test_arquivo_vazio_ou_de_outro_nao_recebe_nada(arquivo):
    selados(3)
    remeter()
    arquivo[NOME].delete_many({})
    selados(1)
    erro = remeter(insistir=True).erro
    assert "não tem o último evento que recebeu (sequência 3)" in erro and "--desde 1" in erro
    assert estado().esperando == 1 and documentos(arquivo) == []
    assert voltar(1) and remeter().arquivados == 4


def test_outra_trilha_no_mesmo_arquivo_para_a_remessa(arquivo):
    arquivo[NOME].insert_many([{"_id": str(n), "sequencia": n} for n in range(1, 121)])
    selados(120)
    feita = remeter()
    assert "divergem em mais de 100 eventos: nada mais é mandado" in feita.erro
    assert (feita.arquivados, estado().ate) == (0, 0)


def test_servidor_parado_faz_esperar_e_de_volta_recebe_o_resto(ferret: Ferret, tmp_path):
    proprio = Ferret(tmp_path).ligar()
    try:
        with arquivo_em(f"{proprio.url}?serverSelectionTimeoutMS=200", "parado") as conexao:
            conexao.settings_dict["OPTIONS"]["serverSelectionTimeoutMS"] = 200
            selados(3)
            remeter()
            proprio.parar()
            selados(2)
            feita = remeter()
            assert feita.arquivados == 0 and "não responde" in feita.erro
            parado = estado()
            assert (parado.ate, parado.esperando) == (3, 2) and parado.desde is not None
            assert "2 eventos esperam o arquivo desde" in parado.texto and "não responde" in parado.texto
            assert remeter().adiada  # too soon: the worker is not held for nothing
            assert parado.alarme(timezone.now()) == ""
            assert "está parado" in parado.alarme(timezone.now() + timedelta(hours=2))
            proprio.ligar()
            Arquivo.objects.update(proxima_em=timezone.now())
            assert remeter().arquivados == 2
            assert estado().texto == "Todos os eventos selados estão no arquivo."
            assert (Arquivo.objects.get().falhas, Arquivo.objects.get().proxima_em) == (0, None)
    finally:
        proprio.parar()


def test_a_espera_cresce_a_cada_falha_ate_um_teto():
    with arquivo_em("mongodb://127.0.0.1:9", "ninguem") as conexao:
        conexao.settings_dict["OPTIONS"]["serverSelectionTimeoutMS"] = 10
        selados(1)
        for falhas, espera in ((0, ESPERAS[0]), (2, ESPERAS[2]), (70, ESPERAS[-1])):
            Arquivo.objects.update_or_create(pk=1, defaults={"falhas": falhas})
            inicio = timezone.now()
            assert remeter(insistir=True).erro
            linha = Arquivo.objects.get()
            assert linha.falhas == falhas + 1 and linha.proxima_em is not None
            assert timedelta(0) <= linha.proxima_em - inicio - timedelta(seconds=espera) < timedelta(seconds=30)


def test_credencial_errada_e_dita_sem_a_senha(url_do_mongo, caplog):
    servidor = url_do_mongo.partition("://")[2].rpartition("@")[2].partition("/")[0]
    with arquivo_em(f"mongodb://ana:senha-muito-secreta@{servidor}/", "recusado"):
        selados(1)
        feita = remeter()
        assert "recusou o usuário ou a senha de AUDITORIA_MONGO_URL" in feita.erro
        assert feita.erro in estado().texto and estado().esperando == 1
        assert "senha-muito-secreta" not in feita.erro + estado().texto + caplog.text


def test_versao_antiga_do_mongo_e_dita(url_do_mongo, monkeypatch):
    with arquivo_em(url_do_mongo, "antigo") as conexao:
        monkeypatch.setattr("django.db.backends.base.base.RAN_DB_VERSION_CHECK", set())
        monkeypatch.setattr(conexao.features, "minimum_database_version", (99,))
        selados(1)
        for _ in range(2):  # said each time, and not only by the call that connects
            feita = remeter(insistir=True)
            assert feita.arquivados == 0 and "versão antiga demais" in feita.erro


def test_uma_remessa_de_cada_vez(arquivo):
    selados(1)
    outra = connection.copy()
    try:
        with outra.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('auditoria.arquivo', 0))")
            assert remeter().ocupado and not voltar(1)
    finally:
        outra.close()
