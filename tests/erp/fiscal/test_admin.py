from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from auditoria.models import Evento
from erp.fiscal.conteudo import ler_conteudo
from erp.fiscal.lancamentos import InversoNovo, estornar
from erp.fiscal.models import AvisoFiscal, DocumentoFiscal, XmlFiscal
from erp.fiscal.selectors import TotalDaSituacao
from filas.copia import reservar_ids
from tests.erp.elenco import CPF, empresa, filial, hoje, navegador
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
LISTA = "/admin/fiscal/documentofiscal/"
XML = '<?xml version="1.0"?><nfeProc><x>Pão & "aspas" <script>alert(1)</script></x></nfeProc>'.replace("& ", "&amp; ")
CONTEUDO = {
    "tipo": "nfce",
    "totais": {"produtos": "20.00", "desconto": "1.50", "total": "18.50", "ibs": "0.10"},
    "itens": [
        {"numero": 1, "codigo": "101", "descricao": "<b>Café</b> torrado", "ncm": "09012100", "cfop": "5102", "cst": "102",
         "unidade": "UN", "quantidade": "2.0000", "valor_unitario": "10.0000000000", "desconto": "1.50",
         "valor_liquido": "18.50"},
    ],
    "pagamentos": [{"tpag": "03", "valor": "18.50", "bandeira": "01", "autorizacao": "ABC123"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Any:
    empresa()
    yield
    verificar_tudo()


def documento(numero: int = 1, loja: int = 1, com_xml: bool = True, **campos: Any) -> DocumentoFiscal:
    agora = timezone.now()
    feito = DocumentoFiscal.objects.create(
        **{
            "filial": filial(loja), "chave": f"{35260712345678000195650010000:029d}{numero:015d}", "numero": numero,
            "serie": 1, "modelo": "65", "geracao": 1, "situacao": "autorizada", "protocolo": "135260000000001",
            "cnpj_emitente": "12345678000195", "documento_destinatario": CPF, "emissao": agora, "valor_total": "18.50",
            "conteudo": CONTEUDO, "lancado_em": agora, "data_contabil": hoje(),
        }
        | campos
    )  # fmt: skip
    if com_xml:
        XmlFiscal.objects.create(documento=feito, xml=XML)
    return feito


def avisar(alvo: DocumentoFiscal, codigo: str, grave: bool = False) -> None:
    AvisoFiscal.objects.create(
        documento=alvo, codigo=codigo, mensagem="venda 10,00, nota 11,00", grave=grave, criado_em=timezone.now()
    )


def linhas(cliente: Client, **filtros: Any) -> set[int]:
    return {linha.numero for linha in cliente.get(LISTA, filtros).context["cl"].result_list}


def pagina(alvo: DocumentoFiscal) -> str:
    return reverse("admin:fiscal_documentofiscal_change", args=[alvo.pk])


def xml_de(alvo: DocumentoFiscal) -> str:
    return reverse("admin:fiscal_documentofiscal_xml", args=[alvo.pk])


def test_filtros_da_lista() -> None:
    um, dois = documento(1), documento(2, situacao="cancelada", valor_total="0.00", valor_nota="18.50")
    documento(3, modelo="59"), documento(4, data_contabil=hoje() - timedelta(days=60)), documento(5, loja=2)
    avisar(um, "NOTA_DIVERGE", grave=True)
    avisar(dois, "DV_INVALIDO")
    cliente = navegador("fiscal", 1)
    assert linhas(cliente) == {1, 2, 3}
    assert linhas(cliente, data_contabil_from="", data_contabil_to="") == {1, 2, 3, 4}
    assert linhas(cliente, situacao__exact="cancelada") == {2}
    assert linhas(cliente, modelo="59") == {3}
    assert linhas(cliente, avisos="com") == {1, 2}
    assert linhas(cliente, avisos="grave") == {1}
    assert linhas(cliente, avisos="sem") == {3}
    assert linhas(cliente, q="2") == {2}
    assert linhas(cliente, q=" ".join(um.chave[i : i + 4] for i in range(0, 44, 4))) == {1}
    assert linhas(cliente, q="99999999999999999999") == set()
    assert linhas(navegador("auditor", 2)) == {1, 2, 3, 5}


def desfazer(nota: DocumentoFiscal) -> DocumentoFiscal:
    """The inverse of a document, posted."""
    with transaction.atomic(), connection.cursor() as cursor:
        (inverso_id,) = reservar_ids(cursor, "fiscal_documento", 1)
        estornar(cursor, [InversoNovo(inverso_id, nota.pk, hoje())], agora=timezone.now())
    return DocumentoFiscal.objects.get(pk=inverso_id)


def trocar(nota: DocumentoFiscal, **campos: Any) -> DocumentoFiscal:
    """The next generation of a note, with the inverse of this one."""
    desfazer(nota)
    return documento(nota.numero, geracao=nota.geracao + 1, **campos)


SEM_EFEITO = {"situacao": "cancelada", "valor_total": "0.00", "valor_nota": "18.50"}


def test_lista_mostra_cada_nota_uma_vez_na_situacao_que_vale() -> None:
    trocar(documento(1), **SEM_EFEITO), documento(2)
    cliente = navegador("fiscal", 1)
    assert sorted((d.numero, d.situacao) for d in cliente.get(LISTA).context["cl"].result_list) == [
        (1, "cancelada"),
        (2, "autorizada"),
    ]
    assert linhas(cliente, situacao__exact="autorizada") == {2}  # no generation that another took the place of
    todas = cliente.get(LISTA, {"geracoes": "todas"}).context["cl"].result_list
    assert len(todas) == 4


def test_totais_da_lista_nao_somam_nota_sem_efeito() -> None:
    trocar(documento(1), **SEM_EFEITO), documento(2), documento(3, loja=2)
    cliente = navegador("fiscal", 1)
    esperados = [
        TotalDaSituacao("autorizada", "Autorizada", 1, Decimal("18.50"), Decimal("18.50"), True),
        TotalDaSituacao("cancelada", "Cancelada", 1, Decimal("0.00"), Decimal("18.50"), False),
    ]
    assert cliente.get(LISTA).context["totais"] == esperados
    assert cliente.get(LISTA, {"geracoes": "todas"}).context["totais"] == esperados  # the inverse takes off
    assert cliente.get(LISTA, {"q": "999"}).context["totais"] == []
    texto = cliente.get(LISTA).content.decode()
    assert "Cancelada (1)" in texto and "<s>R$ 18,50</s>" in texto


def test_totais_demais_pedem_um_periodo_menor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("erp.fiscal.selectors.TOTAIS_ATE", 1)
    documento(1), documento(2)
    assert "escolha um período menor" in navegador("fiscal", 1).get(LISTA).content.decode()


def test_pagina_mostra_os_estados_e_as_geracoes() -> None:
    primeira = documento(1)
    estados = [
        {"situacao": "autorizada", "cstat": "100", "protocolo": "135260000000001", "em": "2026-07-01T10:01:00-03:00"},
        {"situacao": "cancelada", "cstat": "135", "protocolo": "135260000000009", "em": "2026-07-01T10:20:00-03:00",
         "justificativa": "<b>ERRO</b> NO REGISTRO", "evento": "110111"},
        {"situacao": "estranha", "em": "ontem"},
    ]  # fmt: skip
    segunda = trocar(primeira, **SEM_EFEITO, conteudo=CONTEUDO | {"estados": estados})
    texto = navegador("fiscal", 1).get(pagina(segunda)).content.decode()
    for esperado in ("135260000000009", "&lt;b&gt;ERRO&lt;/b&gt; NO REGISTRO", "evento de cancelamento", "01/07/2026 10:20:00",
                     "2 (esta)", pagina(primeira), "<s title"):  # fmt: skip
        assert esperado in texto


def test_lista_nao_conta_e_nao_le_conteudo_nem_xml(django_assert_max_num_queries: Any) -> None:
    for numero in range(1, 6):
        avisar(documento(numero), "NOTA_DIVERGE")
    cliente = navegador("fiscal", 1)
    with django_assert_max_num_queries(14) as consultas:
        cliente.get(LISTA)
    sql = [c["sql"] for c in consultas.captured_queries]
    assert not any("fiscal_xml" in s or '"conteudo"' in s for s in sql)
    assert not any("COUNT(*)" in s for s in sql if "fiscal_documento" in s)


def test_pagina_mostra_itens_pagamentos_totais_e_avisos_escapados() -> None:
    nota = documento()
    avisar(nota, "NOTA_DIVERGE", grave=True)
    texto = navegador("fiscal", 1).get(pagina(nota)).content.decode()
    for esperado in ("&lt;b&gt;Café&lt;/b&gt; torrado", "2 UN", "10,00", "03 – Cartão de Crédito", "Visa, autorização ABC123",
                     "venda 10,00, nota 11,00", "NOTA_DIVERGE", "18,50", "12.345.678/0001-95"):  # fmt: skip
        assert esperado in texto
    assert "<b>Café" not in texto


@pytest.mark.parametrize(
    "conteudo",
    [{}, {"totais": None, "itens": None}, {"itens": [{}], "pagamentos": [{}]}, {"totais": {"total": "abc"}}],
)
def test_conteudo_incompleto_ou_estranho_nao_quebra_a_pagina(conteudo: dict[str, Any]) -> None:
    ler_conteudo(conteudo)
    assert navegador("fiscal", 1).get(pagina(documento(conteudo=conteudo))).status_code == 200


def test_cpf_do_destinatario_so_para_quem_pode() -> None:
    nota = documento()
    for endereco in (LISTA, pagina(nota)):
        visto = navegador("operador", 1).get(endereco).content.decode()
        assert CPF not in visto and "529.982.247-25" not in visto and "***.982.247-**" in visto
        assert "529.982.247-25" in navegador("fiscal", 1).get(endereco).content.decode()


def test_xml_desce_como_arquivo_inerte_e_fica_na_auditoria() -> None:
    nota = documento()
    resposta = navegador("fiscal", 1).get(xml_de(nota))
    assert resposta.content.decode() == XML
    assert resposta["Content-Disposition"] == f'attachment; filename="{nota.chave}.xml"'
    assert resposta["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in resposta["Content-Security-Policy"]
    evento = Evento.objects.get()
    assert (evento.acao, evento.ator, evento.objeto_id) == ("fiscal.xml_baixado", "davi", str(nota.pk))


def test_nome_do_arquivo_nao_carrega_o_que_vier_na_chave() -> None:
    nota = documento(chave='35";x=/../\r\nSet-Cookie: a')
    cabecalho = navegador("fiscal", 1).get(xml_de(nota))["Content-Disposition"]
    assert cabecalho == 'attachment; filename="35XSETCOOKIEA.xml"'


@pytest.mark.parametrize(
    ("grupo", "lojas", "codigo"),
    [
        ("fiscal", (1,), 200),
        ("auditor", (1,), 200),
        ("operador", (1,), 403),
        ("gerente", (1,), 403),
        ("fiscal", (2,), 404),
    ],
)
def test_quem_baixa_o_xml(grupo: str, lojas: tuple[int, ...], codigo: int) -> None:
    assert navegador(grupo, *lojas).get(xml_de(documento())).status_code == codigo


def test_documento_sem_xml_diz_que_nao_tem() -> None:
    pagina_dela = navegador("fiscal", 1).get(xml_de(documento(com_xml=False)), follow=True)
    assert pagina_dela.status_code == 200
    assert "Esta situação da nota veio sem XML" in pagina_dela.content.decode()


def test_estorno_aponta_o_original_e_baixa_o_xml_dele() -> None:
    nota = documento()
    inverso = desfazer(nota)
    cliente = navegador("fiscal", 1)
    assert f"estornado pelo documento {inverso.pk}" in cliente.get(pagina(nota)).content.decode()
    assert f"estorna o documento {nota.pk}" in cliente.get(pagina(inverso)).content.decode()
    assert cliente.get(xml_de(inverso)).content.decode() == XML


def test_nota_nao_se_altera_pela_tela() -> None:
    nota = documento()
    cliente = navegador("fiscal", 1)
    assert cliente.post(pagina(nota), {"situacao": "cancelada"}).status_code == 403
    assert cliente.get(f"{LISTA}add/").status_code == 403
