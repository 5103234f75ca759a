"""The till's note and its emitter's word, each by its own way, at once and in any order: one document, one end."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client

from erp.fiscal.emissores.busca import Baixados
from erp.fiscal.emissores.leitura import Arquivos
from erp.fiscal.emissores.portas import NotaRemota
from erp.fiscal.emissores.services import adotar, registrar
from erp.fiscal.models import DocumentoFiscal, EventoNota
from pdv.conferencia.models import Toque
from pdv.processamento.models import PendenciaNota
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import NotaFiscal
from tests.concorrencia.test_drenos import juntos
from tests.erp.fiscal.estados import evento
from tests.fluxos.test_da_venda_ao_razao import Caixa, venda
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import montar_elenco
from tests.pdv.processamento.notas.test_drain import abertas, estados, vivo

pytestmark = pytest.mark.django_db(transaction=True)
Tipo = PendenciaNota.Tipo


@pytest.fixture
def caixa(client: Client) -> Any:
    yield Caixa(montar_elenco(), client)
    verificar_tudo()


def dizer(situacao: str, *, xml: str = "", xml_evento: str = "") -> EventoNota:
    """What the emitter answered about the note of operation 1."""
    chave = estados(1, True)["autorizada"]["chave"]
    nota = NotaRemota("nfce", "venda-1", situacao, situacao, chave, "", "", "", {})
    arquivos = Arquivos(xml.encode() or None, xml_evento.encode() or None)
    return registrar("focusnfe", nota, Baixados(arquivos, ""))


def autorizar() -> EventoNota:
    return dizer("autorizada", xml=estados(1, True)["autorizada"]["xml"])


def cancelar() -> EventoNota:
    autorizada = estados(1, True)["autorizada"]
    return dizer("cancelada", xml=autorizada["xml"], xml_evento=evento(autorizada["chave"]))


def test_contingencia_autorizada_no_emissor_fecha_a_pendencia_e_confere_o_dia_de_novo(caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[estados(1, True)["contingencia"]])
    drenar_tudo()
    assert abertas() == [(Tipo.CONTINGENCIA, 1)]
    Toque.objects.all().delete()
    autorizar()
    assert (vivo().situacao, abertas()) == ("autorizada", [])
    nota = NotaFiscal.objects.get()
    assert vivo().nota_id == nota.pk
    assert [t.ponto_venda_id for t in Toque.objects.all()] == [nota.ponto_venda_id]
    Toque.objects.all().delete()
    autorizar()  # nothing new: nothing to compare again
    assert not Toque.objects.exists()


def test_cancelada_no_emissor_com_a_venda_de_pe_abre_a_pendencia(caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[estados(1, True)["autorizada"]])
    drenar_tudo()
    assert abertas() == []
    cancelar()
    assert (vivo().situacao, vivo().valor_total, abertas()) == ("cancelada", D(0), [(Tipo.NOTA_CANCELADA, 1)])


def test_pdv_que_repete_o_estado_anterior_nao_desfaz_o_que_o_emissor_disse(caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[estados(1, True)["contingencia"]])
    drenar_tudo()
    cancelar()
    caixa.enviar(notas=[estados(1, True)["autorizada"]])
    drenar_tudo()
    assert vivo().situacao == "cancelada"


def test_aviso_antes_da_nota_espera_por_ela(caixa: Caixa) -> None:
    assert autorizar().desfecho == EventoNota.Desfecho.ORFAO
    caixa.enviar(venda(1), notas=[estados(1, True)["contingencia"]])
    drenar_tudo()
    assert (adotar(), adotar()) == (1, 0)
    assert (vivo().situacao, abertas()) == ("autorizada", [])


def test_drenos_e_emissor_ao_mesmo_tempo_terminam_num_documento_so(caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[estados(1, True)["contingencia"]])
    drenar_tudo()
    caixa.enviar(notas=[estados(1, True)["autorizada"]])
    juntos(drenar_tudo, autorizar, cancelar, cancelar, drenar_tudo)
    drenar_tudo()
    assert vivo().situacao == "cancelada"
    assert NotaFiscal.objects.get().situacao_replicacao == 9
    assert {e.vezes for e in EventoNota.objects.all()} == {1, 2}
    assert sum(DocumentoFiscal.objects.values_list("valor_total", flat=True), D(0)) == D(0)
