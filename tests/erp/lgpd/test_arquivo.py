"""A person whose events left PostgreSQL: handed over all the same, said when they cannot be, unreadable once forgotten."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.utils import timezone

from auditoria import particoes
from auditoria.arquivo import ALIAS
from auditoria.arquivo.colecao import NOME as COLECAO
from auditoria.arquivo.remessa import remeter
from auditoria.arquivo.retencao import reter
from auditoria.models import Arquivo, Evento
from auditoria.particoes import fronteira, mes
from auditoria.pessoas.cifra import anotar, cifrar_quadros
from auditoria.resumo import fazer_pendentes
from auditoria.rules import mascarar
from auditoria.selador import selar
from auditoria.services import ATOR_SISTEMA, registrar
from auditoria.trilha import reuniao
from auditoria.trilha.saidos import saidos_ate
from clientes.models import Cliente
from clientes.services import gravar_cliente
from erp.acesso.erros import ErroDefinitivo
from erp.lgpd.fontes import fontes
from erp.lgpd.pessoa import procurar
from erp.lgpd.services import Exportado, exportar, ler_cifrado, ver
from erp.lgpd.services.exportacao import Formato
from tests.auditoria.elenco import selar_em
from tests.erp.elenco import CPF, empresa
from tests.erp.lgpd.elenco import OUTRO, SINAIS, esquecer, maria
from tests.ferretdb.servidor import Ferret, arquivo, arquivo_em, ferret, url_do_mongo

__all__ = ["arquivo", "ferret", "url_do_mongo"]
pytestmark = pytest.mark.django_db
INICIO = mes(mes(timezone.now()) - timedelta(days=1))
CODIGO = "000123"


def escrever_em(quando: datetime, n: int, objeto_id: str, **lados: dict[str, Any]) -> UUID:
    """One event on the register, with its identifier of then."""
    id_ = UUID(int=fronteira(quando).int | 7 << 76 | 0b10 << 62 | n)
    depois = json.dumps(mascarar(lados.get("depois", {"n": n})) | lados.get("cifra", {}))
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO auditoria_evento (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id, depois)
               VALUES (%s, %s, 'sistema', 'sistema', 'clientes.cliente_alterado', 'clientes.cliente', %s, '', '', %s)""",
            [id_, quando, objeto_id, depois],
        )
    return id_


def consultar_em(quando: datetime, n: int) -> UUID:
    """One of which the trail knows whose it is by the key alone."""
    id_ = UUID(int=fronteira(quando).int | 7 << 76 | 0b10 << 62 | n)
    quadros = cifrar_quadros(
        pessoa=CPF, acao="consultas.cpf_consultado", evento=id_, antes=None, depois={"cpf": CPF, "de": "sistema"}
    )
    assert quadros.depois is not None and quadros.chave is not None
    cifra = {"_cifra": quadros.depois["_cifra"]}
    assert escrever_em(quando, n, "sem coisa", depois={"cpf": CPF}, cifra=cifra) == id_
    anotar(quadros.chave, id_)
    return id_


@pytest.fixture
def dela(arquivo: Any, settings: Any, tmp_path: Path) -> list[UUID]:
    """Her events, oldest first: four of last month, only in the archive; one late and two of today, in PostgreSQL."""
    settings.AUDITORIA_RESUMOS, settings.RETAGUARDA_DADOS, settings.AUDITORIA_DIAS = tmp_path / "fora", tmp_path, 1
    empresa()
    maria(CODIGO)
    maria("000124", cpf_cgc=OUTRO, email="")
    with connection.cursor() as cursor:
        particoes.criar(cursor, INICIO)
    quando = particoes.seguinte(INICIO) - timedelta(days=3)
    velhos = [escrever_em(quando + timedelta(hours=n), n, CODIGO) for n in range(3)]
    velhos.append(consultar_em(quando + timedelta(hours=5), 5))
    escrever_em(quando + timedelta(hours=9), 9, "000124")
    selar_em(quando + timedelta(hours=10))
    fazer_pendentes()
    ids = [registrar(acao="clientes.cliente_alterado", ator=ATOR_SISTEMA, objeto="clientes.Cliente", objeto_id=CODIGO)]
    ids.append(registrar(acao="consultas.cpf_consultado", ator=ATOR_SISTEMA, pessoa=CPF, depois={"cpf": CPF}))
    # of a clock that was late: older than what left, and still here
    late = UUID(int=ids[0].int - 1)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO auditoria_evento (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id)
               VALUES (%s, %s, 'sistema', 'sistema', 'clientes.cliente_alterado', 'clientes.cliente', %s, '', '')""",
            [late, quando + timedelta(hours=8), CODIGO],
        )
    selar()
    assert not remeter().erro
    assert reter(agora=timezone.now() + timedelta(days=2), dormir=lambda _: None).eventos == 5
    return [*velhos, late, *ids]


@pytest.fixture
def calado() -> Iterator[None]:
    """The archive is configured, and nobody answers."""
    with arquivo_em("mongodb://127.0.0.1:9", "ninguem") as conexao:
        conexao.settings_dict["OPTIONS"]["serverSelectionTimeoutMS"] = 100
        yield


def exportado(formato: Formato = "json", texto: str = CPF) -> tuple[Exportado, bytes]:
    feito = exportar(procurar(texto), formato, ator=ATOR_SISTEMA, motivo="pedido do titular")
    with feito.arquivo:
        return feito, feito.arquivo.read()


def atos(texto: str = CPF) -> list[dict[str, Any]]:
    """Her acts, newest first, without those of the requests about her."""
    lido = json.loads(exportado(texto=texto)[1])
    (fonte,) = [f for f in lido["fontes"] if f["fonte"] == "auditoria.eventos"]
    linhas: list[dict[str, Any]] = [linha for linha in fonte["linhas"] if not linha["ação"].startswith("lgpd.")]
    return linhas


def test_a_exportacao_traz_os_dois_lugares_cada_ato_uma_vez(dela: list[UUID]) -> None:
    achados = atos()
    assert [a["identificador"] for a in achados] == [str(id_) for id_ in reversed(dela)]
    assert {a["onde está"] for a in achados[-5:]} == {"PostgreSQL", "só no arquivo da auditoria"}
    assert [a["onde está"] for a in achados if a["identificador"] in map(str, dela[:4])].count("PostgreSQL") == 0
    assert [a["depois"]["n"] for a in achados if (a["depois"] or {}).get("n") is not None] == [2, 1, 0]
    assert [a["depois"] for a in atos(OUTRO)] == [{"n": 9}]


def test_pagina_a_pagina_e_nome_a_nome_o_resultado_e_o_mesmo(dela: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reuniao, "NOMES_POR_VEZ", 1)
    monkeypatch.setattr(reuniao, "LINHAS_POR_VEZ", 2)
    assert [a["identificador"] for a in atos()] == [str(id_) for id_ in reversed(dela)]
    with reuniao.reunir([("clientes.cliente", [CODIGO])], dela) as juntos:
        assert [v.linha.id for v in juntos.percorrer(3)] == dela[:-4:-1]
        assert juntos.contar() == len(dela) and juntos.falta == ""


def test_completa_e_dita_completa_e_a_pagina_diz_o_que_a_conta_nao_tem(dela: list[UUID]) -> None:
    feito, bruto = exportado()
    lido = json.loads(bruto)
    assert lido["completo"] is True and lido["faltas"] == [] and "incompleto" not in feito.nome
    contagem = next(c for c in ver(procurar(CPF), ator=ATOR_SISTEMA, motivo="teste") if c.nome == "auditoria.eventos")
    assert contagem.linhas == 3 + 1  # and the request for the file
    ate = saidos_ate()
    assert ate is not None and f"{timezone.localtime(ate):%d/%m/%Y %H:%M}" in contagem.fora


def test_com_o_arquivo_calado_o_json_diz_no_comeco_o_que_falta_e_desde_quando(dela: list[UUID], calado: None) -> None:
    desde = timezone.now() - timedelta(hours=7)
    Arquivo.objects.update(erro="parado", falhas=3, falhando_desde=desde)
    feito, bruto = exportado()
    lido = json.loads(bruto)
    assert list(lido)[:4] == ["gerado_em", "pessoa", "completo", "faltas"] and lido["completo"] is False
    (falta,) = lido["faltas"]
    ate = saidos_ate()
    assert ate is not None
    assert f"até {timezone.localtime(ate):%d/%m/%Y %H:%M}" in falta and "não respondeu" in falta
    assert f"falhando desde {timezone.localtime(desde):%d/%m/%Y %H:%M}" in falta
    (fonte,) = [f for f in lido["fontes"] if f.get("falta")]
    assert (fonte["fonte"], fonte["falta"]) == ("auditoria.eventos", falta)
    assert feito.nome.endswith("-incompleto.json")
    assert Evento.objects.get(acao="lgpd.pessoa_exportada").depois["faltas"] == [falta]
    assert [a["identificador"] for a in atos()] == [str(id_) for id_ in reversed(dela[4:])]


def test_com_o_arquivo_calado_o_pdf_tambem_diz(dela: list[UUID], calado: None) -> None:
    feito, bruto = exportado("pdf")
    assert (
        feito.nome.endswith("-incompleto.pdf")
        and ("Incompleto. Faltam atos".encode("utf-16-be").hex()).encode() in bruto
    )
    fluxos = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", bruto, re.DOTALL)
    desenhos = [zlib.decompress(f) for f in fluxos if f[:1] == b"x"]
    assert any(b"0.7255 0.1098 0.1098 rg" in d for d in desenhos)  # the bar beside what is missing


def test_sem_arquivo_configurado_tambem_se_diz(dela: list[UUID]) -> None:
    with pytest.MonkeyPatch.context() as sem:
        sem.delitem(connections.settings, ALIAS)
        assert "AUDITORIA_MONGO_URL" in exportado()[0].faltas[0]


def test_calado_no_meio_fica_o_que_ele_deu_e_se_diz(
    dela: list[UUID], ferret: Ferret, tmp_path: Path, arquivo: Any
) -> None:
    documentos = list(arquivo[COLECAO].find())
    proprio = Ferret(tmp_path).ligar()
    try:
        with arquivo_em(proprio.url, "meio") as conexao:
            conexao.settings_dict["OPTIONS"] |= {"serverSelectionTimeoutMS": 200, "connectTimeoutMS": 200}
            conexao.database[COLECAO].insert_many(documentos)

            def coisas() -> Iterator[tuple[str, list[str]]]:
                yield "clientes.cliente", [CODIGO]
                proprio.parar()
                yield "clientes.cliente", ["000124"]

            with reuniao.reunir(coisas(), []) as juntos:
                assert juntos.contar() == 5 and "ele deu 4, que estão aqui" in juntos.falta
    finally:
        proprio.parar()


def test_documento_mexido_ou_apagado_do_arquivo_nao_some_em_silencio(dela: list[UUID], arquivo: Any) -> None:
    arquivo[COLECAO].update_one({"_id": dela[0]}, {"$set": {"motivo": 7}})
    arquivo[COLECAO].delete_one({"_id": dela[3]})
    (falta,) = exportado()[0].faltas
    assert "Faltam 1 atos cujo documento no arquivo não está como foi gravado" in falta
    assert "Faltam 1 atos que não estão no PostgreSQL nem no arquivo" in falta


def test_depois_de_anonimizar_a_copia_do_arquivo_nao_diz_nada_de_ninguem(dela: list[UUID], arquivo: Any) -> None:
    velho, cliente = dela[3], maria("000125", cpf_cgc="", rg_ie="X9")
    cliente.obs = f"é {SINAIS[2]}"
    with transaction.atomic():
        gravar_cliente(cliente, novo=False, usuario=User.objects.create_user("bia"))
        Cliente.objects.filter(pk="000125").delete()
    selar()
    assert not remeter().erro
    with transaction.atomic():
        assert ler_cifrado(velho, ator=ATOR_SISTEMA, motivo="teste") == {"depois": {"cpf": CPF}}
    antes = arquivo[COLECAO].find_one({"_id": velho})
    esquecer()
    with pytest.raises(ErroDefinitivo, match="chave dela foi destruída"):
        ler_cifrado(velho, ator=ATOR_SISTEMA, motivo="teste")
    documentos = list(arquivo[COLECAO].find())
    assert next(d for d in documentos if d["_id"] == velho) == antes  # nothing writes over a document
    texto = json.dumps(documentos, default=str)
    assert [sinal for sinal in SINAIS if sinal in texto] == []
    # whoever has the document is no longer led to it: what found it went with the key
    assert str(velho) not in [a["identificador"] for a in atos()]
    selar()
    assert not remeter().erro


def test_o_recibo_nao_espera_pelo_arquivo(dela: list[UUID], calado: None) -> None:
    recibo = esquecer()
    (trilha,) = [parte for parte in recibo.ficou if parte["fonte"] == "auditoria.eventos"]
    assert trilha["linhas"] == 3 and "cópias no arquivo da auditoria" in trilha["texto"]


def test_a_fonte_dos_eventos_conta_o_que_esta_aqui(dela: list[UUID], calado: None) -> None:
    fonte = next(f for f in fontes() if f.nome == "auditoria.eventos")
    assert fonte.contar(procurar(CPF)) == 3
