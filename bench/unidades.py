"""The unit of measure: a sale of 4 items, 2 payments (cash with troco; card in 2 instalments), its NFC-e of about 6 kB."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from pdv.terminal.catalogo import Produto, catalogo
from pdv.terminal.nfce import ItemDaNota, NotaParaGerar, PagamentoDaNota, gerar_nfce
from pdv.terminal.nfce.nota import BRASILIA

FILIAIS, PDVS_POR_FILIAL, PRODUTOS = 10, 5, 5_000
ITENS = 4
TROCO = Decimal("5.00")
DINHEIRO, CREDITO = 1, 3
INICIO = datetime(2026, 8, 3, 8, tzinfo=BRASILIA)
CNPJ, RAZAO_SOCIAL = "11222333000181", "SUPERMERCADO DE MEDIDAS LTDA"


@dataclass(slots=True)
class Pdv:
    """A till of the bench: `codigo` is what it sends, `id` and `filial_id` what the register says."""

    codigo: int
    id: int
    filial_id: int
    instalacao: uuid.UUID = field(default_factory=uuid.uuid4)
    operacoes: int = 0  # the number of the last one
    feitas: int = 0  # since the beginning of its days here


class Linha(NamedTuple):
    produto: Produto
    quantidade: Decimal
    total: Decimal


class Unidade(NamedTuple):
    """One sale, whole: what the till would say of it."""

    pdv: Pdv
    numero: int
    guid: uuid.UUID
    inicio: datetime
    termino: datetime
    linhas: list[Linha]
    total: Decimal
    dinheiro: Decimal
    cartao: Decimal
    nsu: str
    protocolo: str
    chave: str
    xml: str


def fabricar(sorteio: Random, pdv: Pdv, quantas: int) -> list[Unidade]:
    """The next `quantas` sales of a till, each with a key and an XML of its own."""
    return [_fabricar(sorteio, pdv) for _ in range(quantas)]


def _fabricar(sorteio: Random, pdv: Pdv) -> Unidade:
    pdv.operacoes += 1
    pdv.feitas += 1
    produtos = catalogo(PRODUTOS)
    linhas = []
    for _ in range(ITENS):
        produto = produtos[int(PRODUTOS * sorteio.random() ** 2)]  # a few sell every minute
        quantidade = Decimal(sorteio.randrange(1, 4))
        linhas.append(Linha(produto, quantidade, quantidade * produto.preco))
    total = sum((linha.total for linha in linhas), Decimal(0))
    em_dinheiro = (total / 3).quantize(Decimal("0.01"))
    termino = INICIO + timedelta(seconds=20 * pdv.feitas)
    protocolo = f"135{pdv.codigo:02d}{pdv.operacoes:010d}"
    nsu = f"{pdv.codigo:03d}{pdv.operacoes:09d}"
    nota = gerar_nfce(
        NotaParaGerar(
            uf="35", cnpj=CNPJ, razao_social=RAZAO_SOCIAL, serie=pdv.codigo, numero=pdv.operacoes,
            data_emissao=termino, itens=tuple(map(_item, linhas)), troco=TROCO, protocolo=protocolo,
            cnf=f"{sorteio.randrange(10**8):08d}",
            pagamentos=(
                PagamentoDaNota("01", em_dinheiro + TROCO),
                PagamentoDaNota("03", total - em_dinheiro, "1", "01", nsu[-6:], "01027058000191"),
            ),
        )
    )  # fmt: skip
    return Unidade(
        pdv, pdv.operacoes, uuid.UUID(int=sorteio.getrandbits(128), version=4), termino - timedelta(seconds=9), termino,
        linhas, total, em_dinheiro + TROCO, total - em_dinheiro, nsu, protocolo, nota.chave, nota.xml,
    )  # fmt: skip


def _item(linha: Linha) -> ItemDaNota:
    produto = linha.produto
    return ItemDaNota(
        codigo=str(produto.codigo), descricao=produto.descricao, quantidade=linha.quantidade,
        valor_unitario=produto.preco, ncm=produto.ncm, unidade=produto.unidade,
        gtin="" if produto.por_peso else produto.gtin,
    )  # fmt: skip


class Colunas(NamedTuple):
    """A unit as columns of `pdv.tabelas`, by name: what both staging and the wire are made of."""

    operacao: dict[str, object]
    itens: list[dict[str, object]]
    finalizadores: list[dict[str, object]]
    nota: dict[str, object]


def colunas(u: Unidade) -> Colunas:
    zero = Decimal("0.00")
    operacao: dict[str, object] = {
        "id_operacao": u.numero, "guid_operacao": u.guid, "id_ponto_venda": u.pdv.codigo, "id_turno": 1, "id_usuario": 101,
        "operacao": 1, "data_hora_inicio": u.inicio, "data_hora_termino": u.termino, "cancelado": False,
        "cpf_cnpj_consumidor": "", "codigo_cliente": "", "valor_produtos": u.total, "valor_desconto": zero,
        "valor_acrescimo": zero, "valor_total": u.total, "valor_troco": TROCO, "id_operacao_origem": None, "observacao": "",
    }  # fmt: skip
    itens: list[dict[str, object]] = [
        {
            "item": n, "id_produto": x.produto.codigo, "codigo_barras": x.produto.gtin, "descricao": x.produto.descricao,
            "unidade": x.produto.unidade, "quantidade_primaria": x.quantidade, "valor_unitario_liquido": x.produto.preco,
            "valor_desconto": zero, "valor_acrescimo": zero, "valor_total_liquido": x.total, "cfop": "5102",
            "ncm": x.produto.ncm, "id_usuario_vendedor": None, "cancelado": False,
        }
        for n, x in enumerate(u.linhas, 1)
    ]  # fmt: skip
    vazio: dict[str, object] = {
        "nsu": "",
        "autorizacao": "",
        "bandeira": "",
        "cnpj_credenciadora": "",
        "txid": "",
        "end_to_end_id": "",
    }
    do_cartao = {"nsu": u.nsu, "autorizacao": u.nsu[-6:], "bandeira": "VISA", "cnpj_credenciadora": "01027058000191"}
    finalizadores = [
        vazio | {"item": 1, "id_finalizador": DINHEIRO, "valor": u.dinheiro, "valor_troco": TROCO, "parcela": 1},
        vazio
        | do_cartao
        | {"item": 2, "id_finalizador": CREDITO, "valor": u.cartao, "valor_troco": zero, "parcela": 2},
    ]
    nota: dict[str, object] = {
        "chave": u.chave, "numero": u.numero, "serie": u.pdv.codigo, "modelo": "65", "situacao": "autorizada",
        "protocolo": u.protocolo, "data_emissao": u.termino, "valor_total": u.total, "xml": u.xml, "id_operacao": u.numero,
    }  # fmt: skip
    return Colunas(operacao, itens, finalizadores, nota)
