"""The drain of notes: every state that a till sends, in every order, to the fiscal ledger and to what is open."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from erp.fiscal.models import AvisoFiscal, DocumentoFiscal, XmlFiscal
from pdv.processamento.admin.pendencias import quanto_falta
from pdv.processamento.models import PendenciaNota
from pdv.processamento.notas.avisos import avisar_vencidas
from pdv.processamento.selectors.notas import pendencias
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import NotaFiscal, NotaVersao, OperacaoPdv
from tests.erp.fiscal.estados import (
    JUSTIFICATIVA,
    cfe,
    cfe_canc,
    chave_inutilizada,
    chave_sat,
    com_cstat,
    com_evento,
    evento,
    inutilizacao,
)
from tests.fluxos.test_da_venda_ao_razao import Caixa, nfce, nota, venda
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import Elenco, montar_elenco
from tests.pdv.fabricas import nova_operacao
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = pytest.mark.django_db(transaction=True)
Tipo = PendenciaNota.Tipo


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def caixa(elenco: Elenco, client: Client) -> Any:
    yield Caixa(elenco, client)
    verificar_tudo()


def estados(numero: int, offline: bool = False) -> dict[str, dict[str, Any]]:
    """What the till's row says in each state of its note (of 40,00, of operation `numero`)."""
    autorizada = nfce(numero, **({"tp_emis": "9"} if offline else {}))
    chave, xml = autorizada.chave, autorizada.xml
    base = nota(numero, autorizada)
    sem_protocolo = xml[xml.index("<NFe ") : xml.index("</NFe>") + 6]
    return {
        "contingencia": base | {"situacao": "contingencia", "protocolo": "", "xml": sem_protocolo},
        "autorizada": base | {"situacao": "autorizada"},
        "denegada": base | {"situacao": "denegada", "xml": com_cstat(xml, "301")},
        "cancelada": base | {"situacao": "cancelada", "xml": evento(chave)},
        "cancelada_junto": base | {"situacao": "cancelada", "xml": com_evento(xml, evento(chave))},
        "substituida": base | {"situacao": "cancelada", "xml": evento(chave, tipo="110112")},
        "palavra": base | {"situacao": "Cancelado"},
        "inutilizada": base | {"situacao": "inutilizada", "xml": inutilizacao(chave)},
    }


def vivo(numero: int = 1) -> DocumentoFiscal:
    """The document alive of a number: exactly one."""
    inversos = DocumentoFiscal.objects.filter(estorno_de__isnull=False).values("estorno_de")
    return DocumentoFiscal.objects.get(
        numero=numero, estorno_de=None, pk__in=DocumentoFiscal.objects.exclude(pk__in=inversos)
    )


def soma() -> D:
    return sum(DocumentoFiscal.objects.values_list("valor_total", flat=True), D(0))


def abertas() -> list[tuple[str, int]]:
    return sorted(PendenciaNota.objects.values_list("tipo", "numero"))


def codigos(documento: DocumentoFiscal) -> set[str]:
    return set(AvisoFiscal.objects.filter(documento=documento).values_list("codigo", flat=True))


# Every order of arrival, with the drain in between or not

SEQUENCIAS = [
    (("contingencia", "autorizada", "cancelada"), True, "cancelada"),
    (("autorizada", "cancelada", "palavra"), False, "cancelada"),
    (("contingencia", "autorizada", "substituida"), True, "cancelada"),
    (("contingencia", "denegada"), True, "denegada"),
    (("contingencia", "inutilizada"), True, "inutilizada"),
    (("autorizada", "cancelada_junto", "cancelada"), False, "cancelada"),
]


@pytest.mark.parametrize("drenos", [(True, True, True), (False, False, True), (True, False, True)])
@pytest.mark.parametrize(("conjunto", "offline", "fim"), SEQUENCIAS)
def test_qualquer_ordem_de_chegada_termina_no_mesmo_estado(
    caixa: Caixa, conjunto: tuple[str, ...], offline: bool, fim: str, drenos: tuple[bool, ...]
) -> None:
    ordens = list(permutations(conjunto))
    caixa.enviar(*[venda(n) for n in range(1, len(ordens) + 1)])
    drenar_tudo()
    for vez in range(len(conjunto)):
        caixa.enviar(notas=[estados(n, offline)[ordem[vez]] for n, ordem in enumerate(ordens, 1)])
        if drenos[vez] or vez == len(conjunto) - 1:
            assert drenar_tudo().com_erro == 0
    fins: set[tuple[str, ...]] = set()
    for n in range(1, len(ordens) + 1):
        documento = vivo(n)
        assert (documento.situacao, documento.valor_total, documento.valor_nota) == (fim, D(0), D("40.00"))
        assert documento.geracao == len(conjunto)  # each arrival is a generation, drained in between or not
        assert XmlFiscal.objects.filter(documento__numero=n).count() == len(conjunto)
        assert [i["valor_liquido"] for i in documento.conteudo["itens"]] == ["20.00", "20.00"]
        fins.add((documento.protocolo, *(e["situacao"] for e in documento.conteudo["estados"])))
    assert len(fins) == 1
    assert soma() == 0


def test_contingencia_autorizada_depois_conta_uma_vez_e_fecha_a_pendencia(caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[estados(1, True)["contingencia"]])
    drenar_tudo()
    assert (vivo().situacao, vivo().valor_total) == ("contingencia", D("40.00"))
    pendencia = PendenciaNota.objects.get()
    assert (pendencia.tipo, pendencia.prazo) == (Tipo.CONTINGENCIA, vivo().emissao + timedelta(hours=24))
    caixa.enviar(notas=[estados(1, True)["autorizada"]])
    drenar_tudo()
    assert (vivo().situacao, vivo().protocolo) == ("autorizada", "135260000000001")
    assert abertas() == []
    por_dia = {d: D(0) for d in DocumentoFiscal.objects.values_list("data_contabil", flat=True)}
    for documento in DocumentoFiscal.objects.all():
        por_dia[documento.data_contabil] += documento.valor_total
    assert list(por_dia.values()) == [D("40.00")]  # the inverse stands on its original's day


def test_cancelada_guarda_a_historia_com_protocolo_e_motivo(caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[estados(1)["autorizada"]])
    drenar_tudo()
    caixa.enviar(notas=[estados(1)["cancelada"]])
    drenar_tudo()
    situacoes = DocumentoFiscal.objects.order_by("id").values_list("geracao", "situacao", "valor_total", "valor_nota")
    assert list(situacoes) == [
        (1, "autorizada", D("40.00"), None),
        (1, "autorizada", D("-40.00"), None),
        (2, "cancelada", D("0.00"), D("40.00")),
    ]
    cancelamento = vivo().conteudo["estados"][-1]
    assert (cancelamento["protocolo"], cancelamento["justificativa"]) == ("135269999999999", JUSTIFICATIVA)
    assert "<procEventoNFe" in XmlFiscal.objects.get(documento=vivo()).xml
    versao = NotaVersao.objects.get()
    assert (versao.situacao, versao.tratada) == ("autorizada", True)
    assert "<nfeProc" in versao.xml


def test_estado_que_chega_atrasado_fica_na_historia_e_avisa(caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[estados(1)["cancelada_junto"]])
    drenar_tudo()
    caixa.enviar(notas=[estados(1)["autorizada"]])
    drenar_tudo()
    assert (vivo().situacao, vivo().geracao) == ("cancelada", 2)
    assert "ESTADO_ANTERIOR" in codigos(vivo())


def test_estados_que_se_contradizem_avisam_com_gravidade(caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[estados(1)["autorizada"]])
    drenar_tudo()
    caixa.enviar(notas=[estados(1)["denegada"]])
    drenar_tudo()
    assert vivo().situacao == "denegada"
    assert AvisoFiscal.objects.get(codigo="ESTADO_CONTRADITORIO").grave


def test_palavra_do_pdv_sem_evento_cancela_e_avisa(caixa: Caixa) -> None:
    caixa.enviar(notas=[estados(1)["palavra"]])
    drenar_tudo()
    assert vivo().situacao == "cancelada"
    assert codigos(vivo()) == {"SITUACAO_SO_DO_PDV"}


@pytest.mark.parametrize(("protocolo", "situacao"), [("135260000000001", "autorizada"), ("", "sem_protocolo")])
def test_autorizada_sem_protocolo_no_xml_so_com_o_da_linha(caixa: Caixa, protocolo: str, situacao: str) -> None:
    linha = estados(1)["contingencia"] | {"situacao": "autorizada", "protocolo": protocolo}
    caixa.enviar(notas=[linha])
    drenar_tudo()
    assert (vivo().situacao, vivo().protocolo, vivo().valor_total) == (situacao, protocolo, D("40.00"))


def test_evento_recusado_nao_cancela_ainda_que_o_pdv_diga(caixa: Caixa) -> None:
    linhas = estados(1)
    recusado = linhas["cancelada"] | {"xml": evento(linhas["cancelada"]["chave"], cstat="501")}
    caixa.enviar(notas=[recusado])
    assert drenar_tudo().com_erro == 1
    assert NotaFiscal.objects.get().erro_codigo == "EVENTO_NAO_REGISTRADO"
    caixa.enviar(venda(1), notas=[linhas["autorizada"]])
    drenar_tudo()
    caixa.enviar(notas=[recusado])
    assert drenar_tudo().com_erro == 0
    assert (vivo().situacao, vivo().valor_total) == ("autorizada", D("40.00"))
    assert "CSTAT_NAO_PREVISTO" in codigos(vivo())


def test_versao_ilegivel_que_foi_trocada_nao_impede_a_seguinte(caixa: Caixa) -> None:
    linhas = estados(1)
    caixa.enviar(notas=[linhas["autorizada"] | {"xml": "<nfeProc>"}])
    assert drenar_tudo().com_erro == 1
    caixa.enviar(notas=[linhas["autorizada"]])
    assert drenar_tudo().efetuadas == 1
    assert (vivo().geracao, NotaVersao.objects.get().tratada) == (1, True)


# Inutilização


@pytest.mark.parametrize("com_xml", [True, False])
def test_numero_que_nunca_foi_nota_entra_inutilizado_e_nao_e_orfao(caixa: Caixa, com_xml: bool) -> None:
    chave = chave_inutilizada(7)
    linha = nota(7, nfce(7)) | {
        "chave": chave, "situacao": "inutilizada", "valor_total": "0.00", "id_operacao": None,
        "xml": inutilizacao(chave, de=5, ate=9) if com_xml else "",
    }  # fmt: skip
    caixa.enviar(notas=[linha])
    assert drenar_tudo().efetuadas == 1
    assert (vivo(7).situacao, vivo(7).valor_total) == ("inutilizada", D(0))
    assert abertas() == []


@pytest.mark.parametrize("diferenca", [{"de": 8, "ate": 9}, {"serie": 2}])
def test_inutilizacao_de_outra_numeracao_espera_uma_pessoa(caixa: Caixa, diferenca: dict[str, int]) -> None:
    chave = chave_inutilizada(7)
    xml = inutilizacao(chave, **diferenca)  # type: ignore[arg-type]  # numbers only
    caixa.enviar(notas=[nota(7, nfce(7)) | {"chave": chave, "situacao": "inutilizada", "xml": xml}])
    assert drenar_tudo().com_erro == 1
    assert NotaFiscal.objects.get().erro_codigo == "INUTILIZACAO_DIVERGENTE"


# SAT


@pytest.mark.parametrize("ordem", [("venda", "cancelamento"), ("cancelamento", "venda")])
@pytest.mark.parametrize("linha_propria", [True, False])
def test_cfe_cancelado_na_linha_da_venda_ou_na_sua(caixa: Caixa, ordem: tuple[str, str], linha_propria: bool) -> None:
    da_venda, do_cancelamento = chave_sat(1), chave_sat(2)
    sat = nota(1, nfce(1)) | {"modelo": "59", "serie": 900, "protocolo": "", "chave": da_venda, "xml": cfe(da_venda)}
    canc = sat | {"situacao": "cancelada", "xml": cfe_canc(do_cancelamento, da_venda)}
    if linha_propria:
        canc |= {"chave": do_cancelamento, "numero": 2}
    for qual in ordem:
        caixa.enviar(notas=[{"venda": sat, "cancelamento": canc}[qual]])
        if not linha_propria:  # else both rows are in one batch
            drenar_tudo()
    assert drenar_tudo().com_erro == 0
    documento = vivo()
    assert (documento.chave, documento.situacao, documento.valor_total) == (da_venda, "cancelada", D(0))
    assert (documento.valor_nota, len(documento.conteudo["itens"])) == (D("40.00"), 1)
    assert set(NotaFiscal.objects.values_list("situacao_replicacao", flat=True)) == {9}
    assert soma() == 0


# What is open


def cancelar(numero: int, id_operacao: int) -> dict[str, Any]:
    """A cancelamento (kind 6) of an operation."""
    return nova_operacao(
        id_operacao, operacao=6, id_operacao_origem=numero, itens=[], finalizadores=[], valor_produtos="0.00",
        valor_total="0.00", valor_troco="0.00",
    )  # fmt: skip


PARTES = ("venda", "nota", "venda cancelada", "nota cancelada")


def parte(qual: str, n: int, especie: str) -> tuple[list[Any], list[Any]]:
    """One of the four things that a till says of sale `n`, which was cancelled: (operations, notes)."""
    cancelamento = cancelar(n, 1000 + n) if especie == "cancelamento" else venda(n, cancelado=True)
    return {
        "venda": ([venda(n)], []),
        "nota": ([], [estados(n)["autorizada"]]),
        "venda cancelada": ([cancelamento], []),
        "nota cancelada": ([], [estados(n)["cancelada"]]),
    }[qual]


@pytest.mark.parametrize("especie", ["cancelamento", "flag"])
def test_venda_e_nota_canceladas_em_qualquer_ordem_nada_deixam_aberto(caixa: Caixa, especie: str) -> None:
    ordens = dict(enumerate(permutations(PARTES), 1))
    for vez in range(len(PARTES)):
        partes = [parte(ordem[vez], n, especie) for n, ordem in ordens.items()]
        caixa.enviar(*[o for os, _ in partes for o in os], notas=[n for _, ns in partes for n in ns])
        drenar_tudo()
        if vez < len(PARTES) - 1:
            assert abertas()
    with connection.cursor() as cursor:  # what waited for its origin is due again
        cursor.execute("UPDATE hiperpdv_operacao_pdv SET proxima_tentativa_em = now() WHERE situacao_replicacao = 1")
    assert drenar_tudo().com_erro == 0
    assert {vivo(n).situacao for n in ordens} == {"cancelada"}
    assert soma() == 0
    assert abertas() == []


def test_nota_cancelada_com_a_venda_de_pe_fica_aberta_ate_a_venda_cair(caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[estados(1)["autorizada"]])
    drenar_tudo()
    caixa.enviar(notas=[estados(1)["cancelada"]])
    drenar_tudo()
    assert abertas() == [(Tipo.NOTA_CANCELADA, 1)]
    caixa.enviar(cancelar(1, 2))
    drenar_tudo()
    assert abertas() == []


def test_venda_cancelada_com_a_nota_de_pe_fica_aberta_ate_a_nota_cair(caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[estados(1)["autorizada"]])
    drenar_tudo()
    caixa.enviar(cancelar(1, 2))
    drenar_tudo()
    assert abertas() == [(Tipo.VENDA_CANCELADA, 1)]
    antes = PendenciaNota.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE hiperpdv_nota_fiscal SET situacao_replicacao = 1")
    drenar_tudo()
    assert PendenciaNota.objects.get().prazo == antes.prazo  # looked at again, open since the same moment
    caixa.enviar(notas=[estados(1)["cancelada"]])
    drenar_tudo()
    assert abertas() == []


def test_nota_sem_operacao_e_orfa_ate_a_operacao_chegar(caixa: Caixa) -> None:
    caixa.enviar(notas=[estados(1)["autorizada"], nota(2, nfce(2), id_operacao=None)])
    drenar_tudo()
    assert abertas() == [(Tipo.ORFA, 1), (Tipo.ORFA, 2)]
    com, sem = PendenciaNota.objects.order_by("numero")
    assert com.prazo - com.desde == timedelta(days=1)
    assert sem.prazo == sem.desde  # no operation will ever come for it
    caixa.enviar(venda(1))
    drenar_tudo()
    assert abertas() == [(Tipo.ORFA, 2)]


@pytest.mark.parametrize("estado", ["denegada", "cancelada", "inutilizada"])
def test_nota_sem_efeito_e_sem_operacao_nao_e_orfa(caixa: Caixa, estado: str) -> None:
    caixa.enviar(notas=[estados(1)[estado]])
    drenar_tudo()
    assert abertas() == []


def test_nota_com_erro_e_sem_operacao_tambem_e_orfa(caixa: Caixa) -> None:
    caixa.enviar(notas=[estados(1)["autorizada"] | {"xml": "<nfeProc>"}])
    drenar_tudo()
    assert abertas() == [(Tipo.ORFA, 1)]
    caixa.enviar(venda(1))
    drenar_tudo()
    assert abertas() == []


def test_operacao_arquivada_que_tem_geracao_nao_deixa_a_nota_orfa(caixa: Caixa) -> None:
    caixa.enviar(venda(1))
    drenar_tudo()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM hiperpdv_operacao_pdv")
    caixa.enviar(notas=[estados(1)["autorizada"]])
    drenar_tudo()
    assert abertas() == []
    assert not OperacaoPdv.objects.exists()
    assert AvisoFiscal.objects.count() == 0  # nothing to compare with


def test_nota_cancelada_que_diverge_da_venda_nao_avisa_de_valores(caixa: Caixa) -> None:
    gerada = nfce(1, unitario="10.50")
    cancelada = nota(1, gerada, xml=com_evento(gerada.xml, evento(gerada.chave)), situacao="cancelada")
    caixa.enviar(venda(1, cancelado=True), notas=[cancelada])
    drenar_tudo()
    assert "NOTA_DIVERGE" not in codigos(vivo())


def test_o_que_passou_do_prazo_avisa_com_gravidade_uma_vez(caixa: Caixa) -> None:
    caixa.enviar(venda(1), venda(2), notas=[estados(1)["cancelada_junto"], estados(2)["autorizada"]])
    drenar_tudo()
    caixa.enviar(cancelar(2, 3))
    drenar_tudo()
    assert avisar_vencidas() == 0  # the other side may still be on its way
    depois = timezone.now() + timedelta(minutes=31)
    assert avisar_vencidas(agora=depois) == 2
    assert avisar_vencidas(agora=depois) == 0
    graves = AvisoFiscal.objects.filter(grave=True).order_by("documento__numero")
    assert list(graves.values_list("documento__numero", "codigo")) == [
        (1, "NOTA_CANCELADA_VENDA_DE_PE"),
        (2, "VENDA_CANCELADA_NOTA_AUTORIZADA"),
    ]


def test_contingencia_vencida_avisa_e_a_autorizada_depois_nao_carrega_o_aviso(caixa: Caixa) -> None:
    caixa.enviar(venda(1), notas=[estados(1, True)["contingencia"]])
    drenar_tudo()
    assert avisar_vencidas() == 1  # issued in July
    assert codigos(vivo()) == {"CONTINGENCIA_VENCIDA"}
    caixa.enviar(notas=[estados(1, True)["autorizada"]])
    drenar_tudo()
    assert codigos(vivo()) == set()


# What the pages show


def ids_a_resolver(tipo: str | None = None) -> list[int]:
    return list(pendencias(tipo).values_list("numero", flat=True))


def test_orfa_aparece_depois_da_espera_e_some_quando_a_operacao_chega_ainda_que_com_erro(
    caixa: Caixa, settings: Any
) -> None:
    caixa.enviar(notas=[estados(1)["autorizada"]])
    drenar_tudo()
    assert ids_a_resolver() == []  # it may still be on its way
    PendenciaNota.objects.update(prazo=timezone.now() - timedelta(minutes=1))
    assert ids_a_resolver(Tipo.ORFA) == [1]
    caixa.enviar(venda(1, valor_total="99.00"))
    assert ids_a_resolver(Tipo.ORFA) == []  # staged
    assert drenar_tudo().com_erro == 1
    assert ids_a_resolver(Tipo.ORFA) == []


def test_lista_de_pendencias_so_da_filial_de_quem_olha(caixa: Caixa, elenco: Elenco, sem_manifesto: None) -> None:
    caixa.enviar(notas=[nota(1, nfce(1), id_operacao=None), estados(2, True)["contingencia"]])
    drenar_tudo()
    lista = "/admin/processamento/pendencianota/"
    vista = entrar(pessoa("davi", "fiscal", filiais=(elenco.centro,))).get(lista).content.decode()
    assert "Nota sem operação" in vista and "Contingência a transmitir" in vista
    assert "venceu há" in vista
    so_orfas = entrar(pessoa("davi", "fiscal", filiais=(elenco.centro,))).get(lista, {"tipo": "orfa"}).content.decode()
    assert ">1/1<" in so_orfas and ">2/1<" not in so_orfas
    alheia = entrar(pessoa("nora", "fiscal", filiais=(elenco.bairro,))).get(lista).content.decode()
    assert ">1/1<" not in alheia
    assert entrar(pessoa("zeca")).get(lista).status_code == 403


def test_pagina_da_nota_conta_a_historia_e_baixa_cada_xml(caixa: Caixa, elenco: Elenco, sem_manifesto: None) -> None:
    caixa.enviar(venda(1), notas=[estados(1)["autorizada"]])
    drenar_tudo()
    caixa.enviar(notas=[estados(1)["cancelada"]])
    drenar_tudo()
    pagina = f"/admin/replicacao/notafiscal/{NotaFiscal.objects.get().pk}/change/"
    vista = entrar(pessoa("davi", "fiscal", filiais=(elenco.centro,))).get(pagina).content.decode()
    for texto in (JUSTIFICATIVA, "135269999999999", "evento de cancelamento", "O PDV mandou a nota de novo",
                  "Nota sem efeito, venda de pé", "vigente"):  # fmt: skip
        assert texto in vista
    for documento in DocumentoFiscal.objects.filter(estorno_de=None):
        endereco = reverse("admin:fiscal_documentofiscal_xml", args=[documento.pk])
        assert endereco in vista
        baixado = entrar(pessoa("davi", "fiscal", filiais=(elenco.centro,))).get(endereco).content.decode()
        assert baixado == XmlFiscal.objects.get(documento=documento).xml
    sem_xml = entrar(pessoa("bia2", "operador", filiais=(elenco.centro,))).get(pagina).content.decode()
    assert "nota.xml" not in sem_xml


def test_pagina_do_cancelamento_de_cfe_mostra_o_documento_da_venda(
    caixa: Caixa, elenco: Elenco, sem_manifesto: None
) -> None:
    da_venda, do_cancelamento = chave_sat(1), chave_sat(2)
    sat = nota(1, nfce(1)) | {"modelo": "59", "serie": 900, "protocolo": "", "chave": da_venda, "xml": cfe(da_venda)}
    canc = sat | {
        "situacao": "cancelada",
        "xml": cfe_canc(do_cancelamento, da_venda),
        "chave": do_cancelamento,
        "numero": 2,
    }
    caixa.enviar(venda(1), notas=[sat, canc])
    drenar_tudo()
    pagina = f"/admin/replicacao/notafiscal/{NotaFiscal.objects.get(numero=2).pk}/change/"
    vista = entrar(pessoa("davi", "fiscal", filiais=(elenco.centro,))).get(pagina).content.decode()
    assert reverse("admin:fiscal_documentofiscal_change", args=[vivo().pk]) in vista


@pytest.mark.parametrize(
    ("tempo", "texto"),
    [
        (timedelta(hours=3, minutes=20, seconds=10), "faltam 3 h 20 min"),
        (timedelta(minutes=12), "faltam 12 min"),
        (timedelta(days=-3), "venceu há 3 dias"),
        (timedelta(0), "venceu há 0 min"),
    ],
)
def test_quanto_falta_em_palavras(tempo: timedelta, texto: str) -> None:
    assert quanto_falta(tempo) == texto
