"""Real and made-up documents into operations of the till: every sale once, everything else named."""

import csv
import threading
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from erp.fiscal.chave import chave_dv
from erp.fiscal.xml import DocumentoLido, Item, Pagamento, Totais, ler_documento
from pdv.tabelas import Especie
from pdv.terminal.importador import Arquivo, Desfecho, arquivos_xml, escrever_catalogo, importar, texto_do_xml
from pdv.terminal.models import FinalizadorOperacaoPdv, ItemOperacaoPdv, NotaFiscal, OperacaoPdv
from pdv.terminal.nfce import ItemDaNota, NotaParaGerar, PagamentoDaNota, gerar_nfce
from pdv.terminal.quitacao import quitar
from pdv.terminal.traducao import SEM_CLIENTE, NaoImportavel, gtin_valido, produto_do_item, traduzir

banco = pytest.mark.django_db(databases=["terminal"])
ZERO = D("0.00")
EMISSAO = datetime(2026, 11, 20, 13, 15, tzinfo=UTC)
REAIS = Path(__file__).resolve().parents[4] / "shared" / "xml"
ACERVO = arquivos_xml(REAIS) if REAIS.is_dir() else []


def nova_nota(numero: int = 1, **campos: Any) -> str:
    padrao: dict[str, Any] = {
        "uf": "35",
        "cnpj": "11222333000181",
        "razao_social": "LOJA DE TESTE",
        "serie": 1,
        "numero": numero,
        "data_emissao": EMISSAO,
        "itens": (
            ItemDaNota("10", "ARROZ 5KG", D(2), D("10.00"), gtin="7891000315507", desconto=D("1.00")),
            ItemDaNota("11", "TOMATE", D("0.5125"), D("7.99"), unidade="KG", acrescimo=D("0.50")),
        ),
        "pagamentos": (PagamentoDaNota("01", D("30.00")),),
        "troco": D("6.41"),
        "cnf": "10000037",
        "protocolo": "135260000000001",
    }
    return gerar_nfce(NotaParaGerar(**padrao | campos)).xml


def gravar_arquivos(pasta: Path, *textos: str) -> Path:
    for n, texto in enumerate(textos, 1):
        (pasta / f"nota{n}.xml").write_text(texto, encoding="utf-8")
    return pasta


def importar_tudo(pasta: Path) -> list[Arquivo]:
    return list(importar(arquivos_xml(pasta), ponto_venda=3))


def _conferir_operacao(operacao: OperacaoPdv) -> None:
    itens, pagamentos = list(operacao.itens.all()), list(operacao.finalizadores.all())
    assert sum(i.valor_total_liquido for i in itens) == operacao.valor_total
    assert operacao.valor_total == operacao.valor_produtos - operacao.valor_desconto + operacao.valor_acrescimo
    assert sum(p.valor for p in pagamentos) - operacao.valor_troco == operacao.valor_total
    assert operacao.valor_troco == sum(p.valor_troco for p in pagamentos)
    assert all(0 <= p.valor_troco <= p.valor for p in pagamentos)
    assert all(i.valor_desconto >= 0 and i.valor_acrescimo >= 0 and i.valor_total_liquido >= 0 for i in itens)
    nota = NotaFiscal.objects.get(id_operacao=operacao.pk)
    assert nota.valor_total == operacao.valor_total


# the collection of real documents


@pytest.mark.skipif(not ACERVO, reason="a pasta de documentos reais não está aqui")
def test_do_acervo_entram_as_vendas_e_so_elas() -> None:
    vendas = [
        a for a in ACERVO if a.name.startswith(("nfce65", "sint_nfce65", "sat59")) and "canc" not in a.name.lower()
    ]
    vendas += [a for a in ACERVO if a.name.endswith("s13_cancelada.xml")]  # sold; cancelled by an event, another file
    assert {a.name for a in ACERVO if _entra(a)} == {a.name for a in vendas} and len(vendas) == 25


def _entra(caminho: Path) -> bool:
    try:
        dados = caminho.read_bytes()
        traduzir(ler_documento(dados), texto_do_xml(dados), ponto_venda=1)
    except NaoImportavel:
        return False
    return True


@banco
@pytest.mark.parametrize("caminho", ACERVO, ids=lambda caminho: caminho.name[:30])
def test_documento_do_acervo_entra_fechado_ou_e_pulado_com_motivo(caminho: Path) -> None:
    (arquivo,) = importar([caminho], ponto_venda=3)
    if arquivo.desfecho is Desfecho.PULADA:
        assert arquivo.motivo and not OperacaoPdv.objects.exists()
        return
    operacao = OperacaoPdv.objects.get()
    _conferir_operacao(operacao)
    lido = ler_documento(caminho.read_bytes())
    assert (operacao.operacao, operacao.id_ponto_venda) == (Especie.VENDA, 3)
    assert operacao.valor_total == lido.totais.total
    assert operacao.data_hora_inicio == operacao.data_hora_termino == lido.data_emissao
    assert operacao.itens.count() == len(lido.itens)
    nota = NotaFiscal.objects.get()
    assert (nota.chave, nota.numero, nota.serie, nota.modelo) == (lido.chave, lido.numero, lido.serie, lido.modelo)
    assert ler_documento(nota.xml) == lido  # what is kept as text still reads as the file did
    assert [a.desfecho for a in importar([caminho], ponto_venda=3)] == [Desfecho.REPETIDA]


@pytest.mark.skipif(not ACERVO, reason="a pasta de documentos reais não está aqui")
@pytest.mark.parametrize(
    ("trecho", "finalizadores", "troco"),
    [
        ("ec28ea", [(1, "6.00")], "0.19"),  # written net of its troco
        ("s01_dinheiro_troco", [(1, "50.00")], "24.75"),
        ("s05_crediario", [(5, "350.00")], "0.00"),
        ("s06_misto", [(1, "50.00"), (3, "45.00"), (17, "55.00")], "5.00"),
        ("s09_desconto", [(1, "30.00"), (99, "15.00")], "10.39"),  # 30,00 - 10,39 = 19,61 of 34,61: 15,00 missing
        ("s15_pix_estatico", [(20, "10.00")], "0.00"),
        ("s17_sem_pagamento", [(99, "10.00")], "0.00"),
        (
            "a0a5c9",
            [(1, "900.00"), (2, "300.00"), (3, "150.00"), (10, "150.00"), (4, "150.00"), (4, "300.00"), (5, "5.00"),
             (10, "5.00"), (10, "5.00"), (10, "5.00")],
            "442.00",
        ),
    ],
)  # fmt: skip
def test_pagamentos_do_acervo(trecho: str, finalizadores: list[tuple[int, str]], troco: str) -> None:
    (caminho,) = [a for a in ACERVO if trecho in a.name]
    obtidos, _ = quitar(ler_documento(caminho.read_bytes()))
    assert [(f.id_finalizador, str(f.valor)) for f in obtidos] == finalizadores
    assert sum(f.valor_troco for f in obtidos) == D(troco)


# made-up documents


@banco
def test_nota_vira_operacao_com_itens_pagamentos_e_troco(tmp_path: Path) -> None:
    xml = nova_nota(consumidor="52998224725")
    (arquivo,) = importar_tudo(gravar_arquivos(tmp_path, xml))
    assert arquivo.desfecho is Desfecho.IMPORTADA and arquivo.motivo == ""
    operacao = OperacaoPdv.objects.get()
    _conferir_operacao(operacao)
    # 20,00 - 1,00 = 19,00; 0,5125 x 7,99 = 4,094875 -> 4,09 + 0,50 = 4,59; 23,59 + troco 6,41 = 30,00
    assert (operacao.valor_total, operacao.valor_troco) == (D("23.59"), D("6.41"))
    assert (operacao.valor_produtos, operacao.valor_desconto, operacao.valor_acrescimo) == (D("24.09"), D(1), D("0.5"))
    assert operacao.cpf_cnpj_consumidor == "52998224725" and operacao.codigo_cliente == ""
    arroz, tomate = operacao.itens.order_by("item")
    assert (arroz.id_produto, arroz.valor_unitario_liquido) == (907_891_000_315_507, D("9.500000"))
    assert 9_000_000_000 <= tomate.id_produto < 900_000_000_000_000
    assert (tomate.quantidade_primaria, tomate.unidade) == (D("0.5125"), "KG")
    nota = NotaFiscal.objects.get()
    assert (nota.xml, nota.situacao, nota.protocolo) == (xml, "autorizada", "135260000000001")
    assert nota.id_operacao == operacao.pk and nota.lojamix_sit_replicacao == 1


@banco
def test_o_mesmo_arquivo_duas_vezes_entra_uma_so(tmp_path: Path) -> None:
    xml = nova_nota()
    desfechos = [a.desfecho for a in importar_tudo(gravar_arquivos(tmp_path, xml, xml))]
    assert desfechos == [Desfecho.IMPORTADA, Desfecho.REPETIDA]
    assert [a.desfecho for a in importar_tudo(tmp_path)] == [Desfecho.REPETIDA] * 2
    assert OperacaoPdv.objects.count() == NotaFiscal.objects.count() == FinalizadorOperacaoPdv.objects.count() == 1
    assert ItemOperacaoPdv.objects.count() == 2


@banco
def test_nota_de_contingencia_que_ganhou_protocolo_e_atualizada(tmp_path: Path) -> None:
    pendente = nova_nota(tp_emis="9", protocolo=None)
    gravar_arquivos(tmp_path, pendente, nova_nota(tp_emis="9", protocolo="135260000000009"), pendente)
    list(importar([tmp_path / "nota1.xml"], ponto_venda=3))
    NotaFiscal.objects.update(lojamix_sit_replicacao=9, tentativas=4, mensagem="velha")
    desfechos = [a.desfecho for a in importar_tudo(tmp_path)]
    assert desfechos == [Desfecho.REPETIDA, Desfecho.ATUALIZADA, Desfecho.REPETIDA]
    nota = NotaFiscal.objects.get()
    assert (nota.protocolo, nota.situacao, nota.lojamix_sit_replicacao) == ("135260000000009", "autorizada", 1)
    assert (nota.tentativas, nota.mensagem) == (0, "") and OperacaoPdv.objects.count() == 1


@banco
def test_guid_vem_da_chave(tmp_path: Path) -> None:
    importar_tudo(gravar_arquivos(tmp_path, nova_nota()))
    primeiro = OperacaoPdv.objects.get().guid_operacao
    OperacaoPdv.objects.all().delete()
    NotaFiscal.objects.all().delete()
    importar_tudo(tmp_path)
    assert OperacaoPdv.objects.get().guid_operacao == primeiro and isinstance(primeiro, uuid.UUID)


@banco
def test_digito_verificador_errado_entra_com_aviso(tmp_path: Path) -> None:
    xml = nova_nota()
    chave = ler_documento(xml).chave
    errada = chave[:43] + str((int(chave[43]) + 1) % 10)
    (arquivo,) = importar_tudo(gravar_arquivos(tmp_path, xml.replace(chave, errada)))
    assert arquivo.desfecho is Desfecho.IMPORTADA
    assert any("dígito verificador" in aviso for aviso in arquivo.avisos)
    assert NotaFiscal.objects.get().chave == errada


@banco
def test_crediario_leva_o_cliente_ou_diz_que_ninguem_foi_informado(tmp_path: Path) -> None:
    fiado = (PagamentoDaNota("05", D("23.59"), a_prazo=True),)
    com = nova_nota(1, pagamentos=fiado, troco=ZERO, consumidor="52998224725")
    sem = nova_nota(2, pagamentos=fiado, troco=ZERO)
    primeiro, segundo = importar_tudo(gravar_arquivos(tmp_path, com, sem))
    clientes = OperacaoPdv.objects.order_by("pk").values_list("codigo_cliente", flat=True)
    assert list(clientes) == ["52998224725", SEM_CLIENTE]
    assert not any("crediário" in a for a in primeiro.avisos) and any("crediário" in a for a in segundo.avisos)


@banco
@pytest.mark.parametrize(
    ("conteudo", "motivo"),
    [
        (b"", "vazio"),
        (b"isto n\xc3\xa3o \xc3\xa9 xml", "bem formado"),
        (b"<outra/>", "outra"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><NFe>&b;</NFe>", "DOCTYPE"),
        (b"<NFe><infNFe/></NFe>", "modelo de documento"),
        (b"\x00" * 100, "bem formado"),
        (b"<CFe><infCFe/></CFe>", "SAT"),
        (b" " * (2 * 1024 * 1024 + 1), "limite"),
    ],
)
def test_arquivo_que_nao_e_venda_e_pulado_com_motivo(tmp_path: Path, conteudo: bytes, motivo: str) -> None:
    (tmp_path / "a.xml").write_bytes(conteudo)
    (tmp_path / "b.xml").write_text(nova_nota(), encoding="utf-8")
    ruim, boa = importar_tudo(tmp_path)
    assert ruim.desfecho is Desfecho.PULADA and motivo in ruim.motivo
    assert boa.desfecho is Desfecho.IMPORTADA


@banco
def test_arquivo_que_some_ou_e_pasta_nao_derruba_os_outros(tmp_path: Path) -> None:
    gravar_arquivos(tmp_path, nova_nota())
    caminhos = [tmp_path / "sumiu.xml", *arquivos_xml(tmp_path)]
    assert [a.desfecho for a in importar(caminhos, ponto_venda=1)] == [Desfecho.PULADA, Desfecho.IMPORTADA]


@banco
@pytest.mark.parametrize("codificacao", ["utf-8", "utf-8-sig", "iso-8859-1", "utf-16"])
def test_texto_guardado_le_igual_ao_arquivo(tmp_path: Path, codificacao: str) -> None:
    xml = nova_nota(razao_social="PÃO & CIA").replace("PAO", "PÃO")
    declarada = codificacao.removesuffix("-sig").upper()
    bruto = xml.replace('encoding="UTF-8"', f'encoding="{declarada}"').encode(codificacao)
    (tmp_path / "n.xml").write_bytes(bruto)
    (arquivo,) = importar_tudo(tmp_path)
    assert arquivo.desfecho is Desfecho.IMPORTADA, arquivo.motivo
    guardado = NotaFiscal.objects.get().xml
    assert ler_documento(guardado) == ler_documento(bruto)
    assert "PÃO" in guardado


def _item(**campos: Any) -> Item:
    padrao: dict[str, Any] = dict.fromkeys(Item._fields, ZERO) | {
        "numero": 1, "codigo": "A1", "gtin": "", "descricao": "ITEM", "ncm": "", "cfop": "5102", "cst": "", "origem": "",
        "unidade": "UN", "quantidade": D(1), "valor_unitario": D("10.00"), "valor_produto": D("10.00"),
        "valor_liquido": D("10.00"),
    }  # fmt: skip
    return Item(**padrao | campos)


def _documento(
    itens: Sequence[Item], total: D, pagamentos: Sequence[tuple[str, D]] = (), troco: D = ZERO
) -> DocumentoLido:
    raiz = "3526111122233300018165001000000001110000037"
    return DocumentoLido(
        tipo="nfce",
        chave=raiz + chave_dv(raiz),
        chave_dv_ok=True,
        numero=1,
        serie=1,
        modelo="65",
        data_emissao=EMISSAO,
        situacao="autorizada",
        totais=Totais(total=total, troco=troco),
        itens=tuple(itens),
        pagamentos=tuple(Pagamento(tpag, valor, tpag, "", "", "", "", "", "") for tpag, valor in pagamentos),
    )


@given(
    liquidos=st.lists(st.decimals(-50, 5000, places=2), min_size=1, max_size=30),
    total=st.decimals(0, 20_000, places=2),
    pagos=st.lists(
        st.tuples(st.sampled_from(["01", "03", "17", "05", "90", "91", "77"]), st.decimals(0, 9000, places=2)),
        max_size=5,
    ),
    troco=st.decimals(0, 500, places=2),
)
def test_toda_operacao_importada_fecha_diga_o_documento_o_que_disser(
    liquidos: list[D], total: D, pagos: list[tuple[str, D]], troco: D
) -> None:
    itens = [_item(valor_liquido=liquido, valor_produto=max(liquido, ZERO)) for liquido in liquidos]
    traducao = traduzir(_documento(itens, total, pagos, troco), "<x/>", ponto_venda=1)
    operacao, linhas, finalizadores, *_ = traducao.registro
    assert sum(i.valor_total_liquido for i in linhas) == operacao.valor_total == total
    assert total == operacao.valor_produtos - operacao.valor_desconto + operacao.valor_acrescimo
    assert sum((f.valor for f in finalizadores), ZERO) - operacao.valor_troco == total
    assert sum((f.valor_troco for f in finalizadores), ZERO) == operacao.valor_troco
    assert all(0 <= f.valor_troco <= f.valor for f in finalizadores)
    assert all(i.valor_total_liquido >= 0 and i.valor_desconto >= 0 and i.valor_acrescimo >= 0 for i in linhas)
    assert [f.item for f in finalizadores] == list(range(1, len(finalizadores) + 1))


def test_diferenca_entre_itens_e_nota_e_rateada_e_o_centavo_vai_ao_maior() -> None:
    itens = [_item(valor_liquido=D("10.00")), _item(valor_liquido=D("20.00")), _item(valor_liquido=D("10.00"))]
    traducao = traduzir(_documento(itens, D("41.01")), "<x/>", ponto_venda=1)
    # 1,01 over 40,00: 0,2525 -> 0,25; 0,505 -> 0,50; 0,25; the cent that is left to the item of 20,00
    assert [i.valor_total_liquido for i in traducao.registro.itens] == [D("10.25"), D("20.51"), D("10.25")]
    assert any("rateada" in aviso for aviso in traducao.avisos)


@pytest.mark.parametrize(
    ("pagos", "troco", "total", "esperado", "avisa"),
    [
        ([("01", "10.00")], "0.00", "10.00", [(1, "10.00", "0.00")], False),
        ([("01", "20.00")], "0.00", "10.00", [(1, "20.00", "10.00")], False),  # paid beyond the total: troco
        ([("03", "5.00"), ("01", "10.00")], "5.00", "10.00", [(3, "5.00", "0.00"), (1, "10.00", "5.00")], False),
        ([("01", "2.00"), ("03", "20.00")], "0.00", "10.00", [(1, "2.00", "2.00"), (3, "20.00", "10.00")], True),
        ([("17", "4.00")], "0.00", "10.00", [(17, "4.00", "0.00"), (99, "6.00", "0.00")], True),
        ([], "0.00", "10.00", [(99, "10.00", "0.00")], True),
        ([("90", "0.00")], "0.00", "10.00", [(99, "10.00", "0.00")], True),
        ([("15", "10.00")], "0.00", "10.00", [(99, "10.00", "0.00")], True),  # boleto: no finalizador of its own
        ([("11", "10.00")], "0.00", "10.00", [(10, "10.00", "0.00")], True),
        ([("01", "10.00")], "2.00", "10.00", [(1, "12.00", "2.00")], True),  # written net
        ([("01", "50.00")], "10.00", "30.00", [(1, "50.00", "20.00")], True),  # troco written short
        ([], "0.00", "0.00", [], False),
    ],
)
def test_quitar(
    pagos: list[tuple[str, str]], troco: str, total: str, esperado: list[tuple[int, str, str]], avisa: bool
) -> None:
    documento = _documento([_item()], D(total), [(t, D(v)) for t, v in pagos], D(troco))
    finalizadores, avisos = quitar(documento)
    assert [(f.id_finalizador, str(f.valor), str(f.valor_troco)) for f in finalizadores] == esperado
    assert bool(avisos) is avisa


@pytest.mark.parametrize(
    ("gtin", "valido"),
    [
        ("7891000315507", True),
        ("7891000315500", False),  # check digit
        ("2000000000022", False),  # the shop's own scale
        ("96385074", True),
        ("00000000", False),
        ("", False),
        ("SEMGTIN", False),
        ("٧٨٩١٠٠٠٣١٥٥٠٧", False),
    ],
)
def test_gtin_valido(gtin: str, valido: bool) -> None:
    assert gtin_valido(gtin) is valido


def test_codigo_do_produto_e_o_do_gtin_em_qualquer_loja_e_proprio_de_cada_uma_sem_ele() -> None:
    com, sem = _item(gtin="7891000315507"), _item(gtin="")
    assert produto_do_item("A", com).codigo == produto_do_item("B", com).codigo == 907_891_000_315_507
    assert produto_do_item("A", sem).codigo == produto_do_item("A", sem._replace(descricao="OUTRA")).codigo
    assert produto_do_item("A", sem).codigo != produto_do_item("B", sem).codigo
    assert 9_000_000_000 <= produto_do_item("A", sem).codigo < 2**53


def test_valor_que_nao_cabe_no_pdv_e_recusado_e_nao_estoura() -> None:
    item = _item(quantidade=D("0.0001"), valor_produto=D("999999999999.00"), valor_liquido=D("999999999999.00"))
    with pytest.raises(NaoImportavel, match="passa do que o PDV guarda"):
        traduzir(_documento([item], item.valor_liquido), "<x/>", ponto_venda=1)


@banco
def test_catalogo_lista_cada_produto_uma_vez_tambem_na_segunda_vez(tmp_path: Path) -> None:
    gravar_arquivos(tmp_path, nova_nota(1), nova_nota(2))
    for vez in ("primeira", "segunda"):
        destino = tmp_path / f"{vez}.csv"
        call_command("pdv_importar_xml", str(tmp_path), "--catalogo", str(destino))
    assert (tmp_path / "primeira.csv").read_text() == (tmp_path / "segunda.csv").read_text()
    linhas = list(csv.DictReader(destino.read_text(encoding="utf-8").splitlines()))
    assert list(linhas[0]) == ["codigo", "codigo_barras", "descricao", "unidade", "ncm", "preco"]
    codigos = {int(linha["codigo"]) for linha in linhas}
    assert len(linhas) == 2 and codigos == set(ItemOperacaoPdv.objects.values_list("id_produto", flat=True))
    assert {linha["preco"] for linha in linhas} == {"10.00", "7.99"}


def test_escrever_catalogo_sem_produtos_deixa_o_cabecalho(tmp_path: Path) -> None:
    assert escrever_catalogo(tmp_path / "c.csv", []) == 0
    assert (tmp_path / "c.csv").read_text().startswith("codigo,")


@banco
def test_comando_nomeia_cada_arquivo_e_soma(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sub = tmp_path / "sub"
    sub.mkdir()
    (sub / "ruim.XML").write_text("<outra/>")
    (tmp_path / "leia-me.txt").write_text("não é comigo")
    gravar_arquivos(tmp_path, nova_nota())
    call_command("pdv_importar_xml", str(tmp_path), "--ponto-venda", "5")
    saida = capsys.readouterr().out
    assert "nota1.xml: importada" in saida and "ruim.XML: pulada" in saida and "2 arquivos" in saida
    assert "leia-me" not in saida and OperacaoPdv.objects.get().id_ponto_venda == 5


@banco
def test_comando_recusa_pasta_que_nao_existe(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="não existe"):
        call_command("pdv_importar_xml", str(tmp_path / "nada"))


@pytest.mark.django_db(databases=["terminal"], transaction=True)
def test_duas_importacoes_ao_mesmo_tempo_entram_uma_vez(tmp_path: Path) -> None:
    gravar_arquivos(tmp_path, *(nova_nota(n) for n in range(1, 11)))
    desfechos: list[Desfecho] = []
    erros: list[BaseException] = []

    def uma() -> None:
        try:
            desfechos.extend(a.desfecho for a in importar_tudo(tmp_path))
        except BaseException as erro:
            erros.append(erro)
        finally:
            connections["terminal"].close()

    linhas = [threading.Thread(target=uma) for _ in range(3)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    assert not erros
    assert desfechos.count(Desfecho.IMPORTADA) == 10 and len(desfechos) == 30
    assert OperacaoPdv.objects.count() == NotaFiscal.objects.count() == 10
