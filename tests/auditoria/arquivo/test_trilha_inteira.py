"""The page of the trail when a month of it has left PostgreSQL: one list, nothing twice, nothing missing in silence."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from auditoria import particoes
from auditoria.admin_trilha import POR_PAGINA
from auditoria.arquivo import ALIAS, ArquivoForaDoAr, leitura
from auditoria.arquivo.remessa import remeter
from auditoria.arquivo.retencao import reter
from auditoria.models import Evento, Resumo, Selo
from auditoria.particoes import mes
from auditoria.resumo import fazer_pendentes
from auditoria.selador import selar
from auditoria.trilha import pagina
from auditoria.trilha.filtro import Filtro, Ponto, Trecho
from auditoria.trilha.saidos import saidos_ate
from tests.auditoria.elenco import escrever, escrever_em, selar_em
from tests.ferretdb.servidor import arquivo_em

pytestmark = pytest.mark.django_db
LISTA = "/admin/auditoria/evento/"
VELHOS, NOVOS = 5, 4
INICIO = mes(mes(timezone.now()) - timedelta(days=1))
NINGUEM = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=100"


@pytest.fixture
def todos(arquivo: Any, settings: Any, tmp_path: Path) -> list[str]:
    """The ids of all, newest first: five of last month, which left PostgreSQL, and what is of today, in both stores."""
    settings.AUDITORIA_RESUMOS, settings.RETAGUARDA_DADOS, settings.AUDITORIA_DIAS = tmp_path / "fora", tmp_path, 1
    with connection.cursor() as cursor:
        particoes.criar(cursor, INICIO)
    quando = particoes.seguinte(INICIO) - timedelta(days=3)
    escrever_em(quando, VELHOS)
    selar_em(quando + timedelta(minutes=1))
    fazer_pendentes()
    escrever(NOVOS)
    selar()
    remeter()
    assert reter(agora=timezone.now() + timedelta(days=2)).eventos == VELHOS
    selar()
    remeter()
    ordem = Selo.objects.order_by("-sequencia").values_list("evento", flat=True)
    assert Evento.objects.count() == len(ordem) - VELHOS == NOVOS + 1
    return [str(id_) for id_ in ordem]


@pytest.fixture
def auditor() -> Client:
    pessoa = User.objects.create_user("auditor", is_staff=True)
    pessoa.groups.add(Group.objects.get(name="auditor"))
    cliente = Client()
    cliente.force_login(pessoa, backend="django.contrib.auth.backends.ModelBackend")
    return cliente


def ids(lida: pagina.Pagina) -> list[str]:
    return [str(v.linha.id) for v in lida.vistos]


@pytest.mark.parametrize("limite", [1, 2, 3, 20])
def test_para_baixo_e_para_cima_passa_se_por_todos_uma_vez(todos: list[str], limite: int) -> None:
    achados: list[str] = []
    de: Ponto | None = None
    while True:
        lida = pagina.ler(Filtro(), Trecho(de, limite))
        achados += ids(lida)
        if not lida.ha_mais_antigos:
            break
        de = lida.vistos[-1].ponto
    assert achados == todos
    de_baixo = pagina.ler(Filtro(), Trecho(lida.vistos[-1].ponto, limite, para_cima=True))
    assert ids(de_baixo) == todos[-1 - limite : -1][-limite:]
    assert de_baixo.ha_mais_antigos


def test_os_filtros_valem_nos_dois(todos: list[str]) -> None:
    so_velhos = pagina.ler(Filtro(acao="teste.antigo"), Trecho())
    assert ids(so_velhos) == todos[-VELHOS:] and all(v.do_arquivo for v in so_velhos.vistos)
    assert len(pagina.ler(Filtro(objetos=("x.Y",), objeto_ids=("1",)), Trecho()).vistos) == 2
    ate = saidos_ate()
    assert ate is not None
    so_novos = pagina.ler(Filtro(desde=ate + timedelta(microseconds=1)), Trecho())
    assert ids(so_novos) == todos[:-VELHOS]


def test_a_pagina_mostra_e_prova_o_que_veio_do_arquivo(todos: list[str], auditor: Client, arquivo: Any) -> None:
    corpo = auditor.get(LISTA).content.decode()
    assert corpo.count("do arquivo</span>") == VELHOS and "Não confere" not in corpo
    um = f"{LISTA}{todos[-1]}/change/"
    assert "já saiu do PostgreSQL" in auditor.get(um).content.decode()
    lido = arquivo["auditoria_eventos"].find_one({"sequencia": 1})
    arquivo["auditoria_eventos"].update_one({"_id": lido["_id"]}, {"$set": {"motivo": "outro"}})
    assert "Não confere" in auditor.get(LISTA).content.decode()
    assert "alguém mexeu nele" in auditor.get(um).content.decode()


def test_com_o_arquivo_calado_a_pagina_mostra_o_resto_e_diz_o_que_falta(
    todos: list[str], auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leitura, "SEGUNDOS", 0.3)
    with arquivo_em(NINGUEM, "ninguem"):
        corpo = unescape(auditor.get(LISTA).content.decode())
        assert "Não dá para ver o que aconteceu até" in corpo and "o arquivo não respondeu" in corpo
        assert todos[0] in corpo and todos[-1] not in corpo
        velho = auditor.get(f"{LISTA}{todos[-1]}/change/", follow=True).content.decode()
        assert "o arquivo não respondeu" in velho
        saida = auditor.post(f"{LISTA}exportar/", {"formato": "csv"}, follow=True).content.decode()
        assert "Nada foi exportado" in saida and not Evento.objects.filter(acao="auditoria.trilha_exportada").exists()
        ate = saidos_ate()
        assert ate is not None
        so_daqui = auditor.get(LISTA, {"em_from": f"{timezone.localdate(ate) + timedelta(days=1):%d/%m/%Y}"})
        assert "Não dá para ver" not in so_daqui.content.decode()


def test_sem_arquivo_configurado_tambem_se_diz(todos: list[str]) -> None:
    with pytest.MonkeyPatch.context() as sem:
        sem.delitem(connections.settings, ALIAS)
        assert "AUDITORIA_MONGO_URL" in pagina.ler(Filtro(), Trecho()).aviso
        with pytest.raises(ArquivoForaDoAr):
            list(pagina.percorrer(Filtro(), 10))


def test_o_arquivo_nao_e_perguntado_quando_a_pagina_enche_antes(todos: list[str], auditor: Client) -> None:
    escrever(POR_PAGINA + 1)
    with arquivo_em(NINGUEM, "ninguem"):
        assert "Não dá para ver" not in auditor.get(LISTA).content.decode()


def test_exportar_traz_os_dois_na_ordem(todos: list[str], auditor: Client) -> None:
    resposta: Any = auditor.post(f"{LISTA}exportar/", {"formato": "jsonl"})
    linhas = b"".join(resposta).decode().splitlines()
    assert [linha for linha, id_ in zip(linhas, todos, strict=True) if id_ not in linha] == []


def test_o_dia_que_saiu_e_baixado_do_arquivo(todos: list[str], auditor: Client) -> None:
    dia = Resumo.objects.filter(quantidade=VELHOS).get()
    resposta: Any = auditor.post(f"/admin/auditoria/resumo/{dia.pk}/baixar/")
    with zipfile.ZipFile(io.BytesIO(b"".join(resposta))) as pacote:
        eventos = pacote.read(f"auditoria-{dia.dia}.jsonl")
    assert eventos.count(b"\n") == VELHOS and b'"evento": null' not in eventos
    with arquivo_em(NINGUEM, "ninguem"):
        falhou = auditor.post(f"/admin/auditoria/resumo/{dia.pk}/baixar/", follow=True)
        assert "Nada foi baixado" in falhou.content.decode()
