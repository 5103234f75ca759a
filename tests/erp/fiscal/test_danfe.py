"""The DANFE of a note: drawn where it can be, and a sentence where it cannot."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from auditoria.models import Evento
from erp.fiscal.danfe import desenhar
from erp.fiscal.models import DocumentoFiscal, XmlFiscal
from tests.erp.elenco import empresa, navegador
from tests.erp.fiscal.notas import xml
from tests.erp.fiscal.test_admin import SEM_EFEITO, desfazer, documento, pagina
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Any:
    empresa()
    yield
    verificar_tudo()


def com_nota(texto: str, **campos: Any) -> DocumentoFiscal:
    feito = documento(com_xml=False, **campos)
    XmlFiscal.objects.create(documento=feito, xml=texto)
    return feito


def danfe_em(alvo: DocumentoFiscal) -> str:
    return reverse("admin:fiscal_documentofiscal_danfe", args=[alvo.pk])


@pytest.mark.parametrize("cancelada", [False, True])
def test_nfce_vira_pdf(cancelada: bool) -> None:
    pdf = desenhar(xml(), cancelada=cancelada)
    assert pdf.startswith(b"%PDF-")


def test_pdf_desce_com_nome_tipo_e_auditoria() -> None:
    nota = com_nota(xml())
    resposta = navegador("fiscal", 1).get(danfe_em(nota))
    assert resposta["Content-Type"] == "application/pdf"
    assert resposta["Content-Disposition"] == f'inline; filename="danfe-{nota.chave}.pdf"'
    assert resposta.content.startswith(b"%PDF-")
    assert Evento.objects.get().acao == "fiscal.danfe_gerado"


@pytest.mark.parametrize(
    ("texto", "campos", "motivo"),
    [
        ("<x/>", {}, "Não há guardado o XML desta nota"),
        ("isto não é XML", {}, "Não há guardado o XML desta nota"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><nfeProc>&b;</nfeProc>', {}, "Não há guardado o XML desta nota"),
        ("<x/>", {"modelo": "59"}, "de outro modelo"),
    ],
)
def test_nota_que_nao_se_desenha_volta_com_o_motivo(texto: str, campos: dict[str, Any], motivo: str) -> None:
    nota = com_nota(texto, **campos)
    resposta = navegador("fiscal", 1).get(danfe_em(nota), follow=True)
    assert resposta.redirect_chain == [(pagina(nota), 302)]
    html = resposta.content.decode()
    assert "Baixe o XML da nota" in html
    assert motivo in html
    assert not Evento.objects.filter(acao="fiscal.danfe_gerado").exists()


def test_do_cancelamento_desenha_se_a_nota_e_nao_o_evento() -> None:
    desfazer(com_nota(xml()))
    evento = com_nota("<procEventoNFe/>", geracao=2, **SEM_EFEITO)
    html = navegador("fiscal", 1).get(danfe_em(evento), follow=True).content
    assert "Não há guardado".encode() not in html


@pytest.mark.parametrize(
    ("grupo", "lojas", "codigo"),
    [("operador", (1,), 403), ("gerente", (1,), 403), ("fiscal", (2,), 404), ("fiscal", (1,), 302)],
)
def test_quem_gera_o_danfe(grupo: str, lojas: tuple[int, ...], codigo: int) -> None:
    assert navegador(grupo, *lojas).get(danfe_em(com_nota("<x/>"))).status_code == codigo
