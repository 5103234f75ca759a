"""Taking the trail away as a file: what the filters show, who took it, and a day with its proof."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from auditoria import serial
from auditoria.models import Evento, Resumo, Selo
from auditoria.selador import selar
from auditoria.services import Ator, registrar
from auditoria.trilha import copia
from auditoria.trilha.filtro import Filtro
from tests.auditoria.elenco import tres_dias_e_hoje

pytestmark = pytest.mark.django_db
EXPORTAR = "/admin/auditoria/evento/exportar/"


def quem(grupo: str) -> Client:
    pessoa = User.objects.create_user(grupo, is_staff=True)
    pessoa.groups.add(Group.objects.get(name=grupo))
    cliente = Client()
    cliente.force_login(pessoa, backend="django.contrib.auth.backends.ModelBackend")
    return cliente


@pytest.fixture
def tres() -> None:
    for n, nome in enumerate(("ana", "ana", "bia")):
        registrar(
            acao="acesso.entrou", ator=Ator("usuario", nome), objeto="auth.user", objeto_id=str(n),
            antes={"nome": "=1+1", "valor": "1.50"}, depois={"nome": "São", "valor": "1.50"}, motivo=f"-motivo {n}",
        )  # fmt: skip
    selar()


def baixar(cliente: Client, **campos: str) -> bytes:
    resposta: Any = cliente.post(EXPORTAR, campos)
    assert resposta.status_code == 200
    return b"".join(resposta)


def test_o_csv_segue_os_filtros_e_nada_nele_e_formula(tres: None) -> None:
    texto = baixar(quem("auditor"), formato="csv", quem="ana").decode("utf-8-sig")
    titulos, *linhas = csv.reader(io.StringIO(texto), delimiter=";")
    assert titulos == list(copia.TITULOS)
    assert [linha[1] for linha in linhas] == ["ana", "ana"] and [linha[5] for linha in linhas] == ["1", "0"]
    assert linhas[0][3] == "Entrou no sistema" and linhas[0][7] == "'-motivo 1"
    assert "=1+1 → São" in linhas[0][6]
    assert not [celula for linha in linhas for celula in linha if celula.startswith(("=", "+", "-", "@"))]


def test_o_jsonl_tem_os_bytes_que_foram_selados(tres: None) -> None:
    linhas = baixar(quem("auditor"), formato="jsonl").splitlines()
    lidas = [json.loads(linha) for linha in linhas]
    de_acesso = {li["sequencia"]: (li, linha) for li, linha in zip(lidas, linhas, strict=True) if li["sequencia"]}
    anterior = serial.ZERO
    for selo in Selo.objects.order_by("sequencia"):
        lido, linha = de_acesso[selo.sequencia]
        evento = linha.partition(b'"evento":')[2][:-1]
        feito = hashlib.sha256(
            serial.DOMINIO
            + anterior
            + serial._POSICAO.pack(selo.sequencia, serial.microssegundos(selo.selado_em))
            + evento
        )
        assert feito.hexdigest() == lido["hash"] == bytes(selo.hash).hex()
        anterior = bytes(selo.hash)


def test_exportar_fica_na_trilha_no_comeco_e_no_fim(tres: None) -> None:
    baixar(quem("auditor"), formato="csv", quem="ana", em_from="2020-01-01")
    comeco = Evento.objects.get(acao="auditoria.trilha_exportada")
    assert comeco.ator == "auditor" and comeco.depois is not None
    assert comeco.depois["filtros"] == {"quem": "ana", "em_from": "2020-01-01"} and comeco.depois["formato"] == "csv"
    fim = Evento.objects.get(acao="auditoria.exportacao_terminada")
    assert fim.objeto_id == str(comeco.pk) and fim.depois == {"quantos": 2, "inteira": True}
    assert fim.ip == comeco.ip == "127.0.0.1"


def test_quem_larga_no_meio_tambem_fica_na_trilha(tres: None) -> None:
    pedacos: Any = copia.exportar(Filtro(), "csv", ator=Ator("usuario", "ana"), dito={})
    next(pedacos)
    pedacos.close()  # as the server does when nobody reads any more
    assert Evento.objects.get(acao="auditoria.exportacao_terminada").depois == {"quantos": 0, "inteira": False}


def test_o_limite_e_dito_no_fim(tres: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copia, "MAXIMO", 2)
    *_, ultima = baixar(quem("auditor"), formato="csv", acao="acesso.entrou").decode().splitlines()
    assert ultima == copia.AVISO
    *eventos, aviso = baixar(quem("TI"), formato="jsonl", quem="ana").splitlines()
    assert len(eventos) == 1 and b"aviso" not in aviso  # just as many as fit is everything


@pytest.mark.parametrize(("grupo", "pode"), [("auditor", True), ("TI", True), ("gerente", False)])
def test_quem_pode(tres: None, grupo: str, pode: bool) -> None:
    cliente = quem(grupo)
    assert ("Exportar CSV" in cliente.get("/admin/auditoria/evento/").content.decode()) == pode
    assert cliente.post(EXPORTAR, {"formato": "csv"}).status_code == (200 if pode else 403)
    assert cliente.post(EXPORTAR, {"formato": "exe"}).status_code == 403
    assert cliente.get(EXPORTAR).status_code == 405


def test_com_data_que_nao_se_le_nada_sai(tres: None) -> None:
    resposta = quem("auditor").post(EXPORTAR, {"formato": "csv", "em_from": "31/31/2026"}, follow=True)
    assert "Nada foi exportado. Data recebida" in resposta.content.decode()
    assert not Evento.objects.filter(acao="auditoria.trilha_exportada").exists()


@pytest.fixture
def dia(settings: Any, tmp_path: Path) -> Resumo:
    settings.AUDITORIA_RESUMOS, settings.RETAGUARDA_DADOS = tmp_path / "fora", tmp_path
    tres_dias_e_hoje()
    return Resumo.objects.get(primeira=5)


def test_o_dia_e_baixado_com_a_sua_prova_por_quem_o_baixou(dia: Resumo, tmp_path: Path) -> None:
    pagina = f"/admin/auditoria/resumo/{dia.pk}/"
    cliente = quem("auditor")
    assert f"{pagina}baixar/" in cliente.get(f"{pagina}change/").content.decode()
    resposta: Any = cliente.post(f"{pagina}baixar/")
    with zipfile.ZipFile(io.BytesIO(b"".join(resposta))) as pacote:
        assert pacote.testzip() is None
        nomes = pacote.namelist()
        assert nomes == [f"auditoria-{dia.dia}.jsonl", f"resumo-{dia.dia}.json", "chave.pem"]
        eventos = pacote.read(nomes[0]).splitlines()
    assert [json.loads(linha)["sequencia"] for linha in eventos] == [5, 6, 7, 8]
    evento = Evento.objects.get(acao="auditoria.dia_exportado")
    assert (evento.ator_tipo, evento.ator, evento.objeto_id) == ("usuario", "auditor", str(dia.dia))


def test_o_dia_so_por_quem_pode(dia: Resumo) -> None:
    pagina = f"/admin/auditoria/resumo/{dia.pk}/baixar/"
    assert quem("gerente").post(pagina).status_code == 403
    assert quem("auditor").get(pagina).status_code == 405
    assert Client().post(pagina).status_code == 302
