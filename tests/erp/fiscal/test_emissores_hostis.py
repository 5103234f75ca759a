"""Emitters that answer late, in other letters, of another note, or what no column keeps: nothing is lost, nothing believed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from erp.fiscal import lancamentos
from erp.fiscal.emissores import busca, services
from erp.fiscal.emissores.falso import EmissorFalso
from erp.fiscal.emissores.leitura import Arquivos
from erp.fiscal.emissores.portas import Pista, obter_emissor
from erp.fiscal.models import ArquivoDoEmissor, AvisoFiscal, DocumentoFiscal, EventoNota, XmlFiscal
from erp.provedores.erros import FalhaPassageira
from tests.erp.fiscal import notas
from tests.erp.fiscal.test_emissores import (
    CANCELAMENTO,
    CHAVE,
    FABRICAS,
    XML,
    D,
    S,
    _no_ar,
    avisar_e_trabalhar,
    documento,
    evento,
    nome_de,
    rodar,
    vivo,
)
from tests.falhas.test_tipar_morto import espera_pela_linha
from tests.falhas.vivos import esperar

pytestmark = pytest.mark.django_db
PISTA = Pista("nfce", "venda-1")


@pytest.fixture(params=sorted(FABRICAS))
def emissor(request: pytest.FixtureRequest, settings: Any) -> Iterator[EmissorFalso]:
    yield from _no_ar(request.param, settings)


@pytest.fixture
def focus(settings: Any) -> Iterator[EmissorFalso]:
    yield from _no_ar("focusnfe", settings)


def porta(falso: EmissorFalso) -> Any:
    achada = obter_emissor(nome_de(falso))
    assert achada is not None
    return achada


def dizer(falso: EmissorFalso, **mais: Any) -> None:
    """Every answer about a note has this too."""
    contada = falso.contada
    falso.contada = lambda nota: contada(nota) | mais  # type: ignore[method-assign]  # an emitter gone bad


def test_xml_de_outra_nota_e_trocado_quando_o_emissor_se_corrige(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=notas.xml(numero=999))
    avisar_e_trabalhar(emissor)
    assert evento().desfecho == D.CONTRADIZ and vivo().situacao == S.CONTINGENCIA
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    services.consultar(porta(emissor), PISTA)
    assert (evento().desfecho, vivo().situacao) == (D.APLICADO, S.AUTORIZADA)
    assert bytes(ArquivoDoEmissor.objects.get().xml or b"") == XML.encode()


def test_resposta_atrasada_nao_e_contradicao(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    perguntada_em = timezone.now()
    velha = busca.perguntar(porta(emissor), PISTA)  # two workers: this one is slow to write
    arquivos = busca.baixar(porta(emissor), velha)
    emissor.por("venda-1", "cancelada", CHAVE, xml=XML, xml_evento=CANCELAMENTO)
    services.consultar(porta(emissor), PISTA)
    atrasado = services.registrar(nome_de(emissor), velha, arquivos, perguntada_em=perguntada_em)
    assert (vivo().situacao, atrasado.desfecho) == (S.CANCELADA, D.SEM_NOVIDADE)
    assert not AvisoFiscal.objects.filter(codigo="EMISSOR_DIVERGE").exists()


@pytest.mark.parametrize("estranho", ["\ud800 sozinho", "nulo \0 aqui"])
def test_texto_que_o_banco_nao_guarda_nao_prende_a_nota(emissor: EmissorFalso, estranho: str) -> None:
    documento()
    emissor.por("venda-1", "rejeitada", CHAVE)
    dizer(emissor, mensagem=estranho, mensagem_sefaz=estranho, **{f"campo {estranho}": [estranho]})
    assert avisar_e_trabalhar(emissor).situacao == 1
    assert evento().mensagem.strip("?\ufffd ") in ("sozinho", "nulo  aqui")


def test_numero_que_nao_e_numero_e_resposta_ilegivel(focus: EmissorFalso) -> None:
    focus.por("venda-1", "autorizada", CHAVE)
    dizer(focus, valor_total=float("nan"))
    assert "NaN" in json.dumps(focus.contada(focus.notas["nfce", "venda-1"]))
    with pytest.raises(FalhaPassageira, match="não é JSON"):
        services.consultar(porta(focus), PISTA)


@pytest.mark.parametrize("letras", ["utf-16", "utf-8-sig", "iso-8859-1"])
def test_xml_em_outras_letras_e_lido_e_guardado(focus: EmissorFalso, letras: str) -> None:
    documento()
    declarado = XML.partition("?>")[2] if XML.startswith("<?xml") else XML
    declarado = f'<?xml version="1.0" encoding="{letras.removesuffix("-sig")}"?>{declarado}'
    focus.por("venda-1", "autorizada", CHAVE, xml="x")
    focus.arquivos["nfce/venda-1/xml"] = declarado.encode(letras)
    assert avisar_e_trabalhar(focus).situacao == 1
    assert (vivo().situacao, vivo().protocolo) == (S.AUTORIZADA, "135260000000123")
    assert "CAFÉ" in XmlFiscal.objects.get(documento=vivo()).xml


@pytest.mark.parametrize(
    "lixo", [b'{"codigo": "erro", "mensagem": "tente de novo"}', b"", b"<nfeProc/>", b"PK\x03\x04zip"]
)
def test_o_que_nao_e_danfe_nao_fica_no_lugar_dele(focus: EmissorFalso, lixo: bytes) -> None:
    documento()
    focus.por("venda-1", "autorizada", CHAVE, xml=XML, danfe=b"%PDF-1.4")
    focus.arquivos["nfce/venda-1/danfe"] = lixo
    avisar_e_trabalhar(focus)
    assert ArquivoDoEmissor.objects.get().danfe is None and "falta o DANFE" in evento().explicacao
    focus.arquivos["nfce/venda-1/danfe"] = b"\n<!DOCTYPE html><html>danfe</html>"
    rodar()
    assert ArquivoDoEmissor.objects.get().danfe and evento().consultar_em is None


def test_resposta_que_fala_de_outra_nota_nao_e_desta(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "cancelada", CHAVE)
    dizer(emissor, ref="venda-2", id="venda-2")
    with pytest.raises(FalhaPassageira, match="outra nota"):
        services.consultar(porta(emissor), PISTA)
    assert vivo().situacao == S.CONTINGENCIA and not EventoNota.objects.exists()


BOMBA = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<nfeProc>&b;</nfeProc>"
)


@pytest.mark.parametrize(
    "xml",
    [
        BOMBA, BOMBA.encode("utf-16").decode("latin-1"), "<html>fora do ar</html>", "x" * 3_000_000,
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><nfeProc/>',
    ],
    ids=["bomba", "bomba em utf-16", "html", "enorme", "arquivo local"],
)  # fmt: skip
def test_xml_que_nao_serve_nao_se_guarda_e_se_busca_de_novo(focus: EmissorFalso, xml: str) -> None:
    documento()
    focus.por("venda-1", "autorizada", CHAVE, xml="x")
    focus.arquivos["nfce/venda-1/xml"] = xml.encode("latin-1")
    avisar_e_trabalhar(focus)
    assert not ArquivoDoEmissor.objects.exists() and "falta o XML" in evento().explicacao
    assert evento().consultar_em is not None and vivo().situacao == S.AUTORIZADA


@pytest.mark.django_db(transaction=True)
def test_quem_tem_a_palavra_em_processamento_nao_se_tranca_com_quem_traz_a_final(focus: EmissorFalso) -> None:
    """The rows of events come before the documents' lock, for both."""
    antes = documento()
    focus.por("venda-1", "processando", CHAVE)
    services.consultar(porta(focus), PISTA)
    focus.por("venda-1", "autorizada", CHAVE)
    nota = busca.perguntar(porta(focus), PISTA)

    def terminar() -> None:
        try:
            services.registrar(nome_de(focus), nota, busca.Baixados(Arquivos(), ""))
        finally:
            connection.close()

    linha, processando = threading.Thread(target=terminar), connection.copy()
    try:
        processando.set_autocommit(False)
        with processando.cursor() as cursor:
            cursor.execute("SELECT 1 FROM fiscal_evento_nota WHERE situacao = 'processando' FOR UPDATE")
            linha.start()
            esperar(espera_pela_linha, 30, "quem termina não esperou por ninguém")
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            lancamentos.travar(cursor, [antes.filial_id])
    finally:
        processando.close()
    linha.join()
    assert vivo().situacao == S.AUTORIZADA and not EventoNota.objects.filter(consultar_em__isnull=False).exists()
    assert DocumentoFiscal.objects.count() == 3
