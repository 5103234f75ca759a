"""The cast of every PDV test: two filiais, three tills, Ana the manager, Bia the operator, and how they are paid."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.auth.models import User

from erp.cadastros.models import (
    Adquirente,
    CondicaoFinalizador,
    Conta,
    EspecieFinalizador,
    Filial,
    Finalizador,
    PontoVenda,
    Produto,
)
from pdv.replicacao.models import (
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
)
from pdv.tabelas import Especie

AGORA = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
INSTALACAO = uuid.UUID("00000000-0000-4000-8000-000000000001")
DINHEIRO, CREDITO, DEBITO, CREDIARIO, PIX, VALE = 1, 3, 4, 5, 17, 21
_numeros = itertools.count(1)


@dataclass
class Elenco:
    centro: Filial
    bairro: Filial
    pdv: PontoVenda
    pdv2: PontoVenda
    pdv3: PontoVenda
    banco: Conta
    cafe: Produto
    arroz: Produto
    ana: User
    bia: User


def _filial(codigo: int, nome: str) -> Filial:
    filial = Filial.objects.create(codigo=codigo, nome=nome, cnpj="11222333000181", uf="SP")
    filial.conta_cofre = Conta.objects.create(codigo=f"COFRE{codigo}", nome="Cofre", tipo="cofre", filial=filial)
    filial.save()
    return filial


def _pdv(codigo: int, filial: Filial) -> PontoVenda:
    caixa = Conta.objects.create(codigo=f"CAIXA{codigo}", nome=f"Caixa {codigo}", tipo="caixa", filial=filial)
    return PontoVenda.objects.create(codigo=codigo, nome=f"PDV {codigo}", filial=filial, conta_caixa=caixa)


def montar_elenco() -> Elenco:
    """Register the cast. Cash, credit (30/30 days, 2,99%), debit (1 day, 1,5%), crediário (30/30), Pix into the bank,
    the shop's own vale."""
    centro, bairro = _filial(1, "CENTRO"), _filial(2, "BAIRRO")
    banco = Conta.objects.create(codigo="BANCO", nome="Banco", tipo="banco")
    adquirente = Adquirente.objects.create(nome="ADQUIRENTE", cnpj="01027058000191")
    for codigo, especie, primeira, intervalo, taxa, conta in (
        (DINHEIRO, EspecieFinalizador.DINHEIRO, 0, 0, "0", None),
        (CREDITO, EspecieFinalizador.CARTAO, 30, 30, "2.99", None),
        (DEBITO, EspecieFinalizador.CARTAO, 1, 0, "1.5", None),
        (CREDIARIO, EspecieFinalizador.CREDIARIO, 30, 30, "0", None),
        (PIX, EspecieFinalizador.PIX, 0, 0, "0", banco),
        (VALE, EspecieFinalizador.VALE, 0, 0, "0", None),
    ):
        CondicaoFinalizador.objects.create(
            finalizador=Finalizador.objects.create(codigo=codigo, nome=especie.label, especie=especie),
            vigente_desde=date(2020, 1, 1), dias_primeira=primeira, dias_intervalo=intervalo, taxa_percentual=Decimal(taxa),
            conta=conta, adquirente=adquirente if especie == EspecieFinalizador.CARTAO else None,
        )  # fmt: skip
    return Elenco(
        centro=centro, bairro=bairro, pdv=_pdv(1, centro), pdv2=_pdv(2, centro), pdv3=_pdv(3, bairro), banco=banco,
        cafe=Produto.objects.create(codigo=101, descricao="CAFÉ TORRADO 500 G"),
        arroz=Produto.objects.create(codigo=102, descricao="ARROZ TIPO 1 5 KG"),
        ana=User.objects.create_user("ana"), bia=User.objects.create_user("bia"),
    )  # fmt: skip


def estagiar_venda(
    pdv: PontoVenda,
    itens: list[tuple[int, str, str]],
    pagamentos: list[tuple[int, str, str, int]],
    *,
    cliente: str = "",
    total: str | None = None,
    ocorrida_em: datetime = AGORA,
    id_operacao: int | None = None,
) -> OperacaoPdv:
    """Stage a venda. itens: (product code, quantity, net total); pagamentos: (finalizador, value, troco, instalments)."""
    soma = sum((Decimal(t) for _, _, t in itens), Decimal(0))
    troco = sum((Decimal(t) for _, _, t, _ in pagamentos), Decimal(0))
    operacao = estagiar(
        pdv, Especie.VENDA, Decimal(total) if total else soma, valor_troco=troco, codigo_cliente=cliente,
        ocorrida_em=ocorrida_em, id_operacao=id_operacao,
    )  # fmt: skip
    for n, (codigo, quantidade, valor) in enumerate(itens, 1):
        ItemOperacaoPdv.objects.create(
            operacao_id=operacao.pk, item=n, id_produto=codigo, descricao=f"PRODUTO {codigo}", unidade="UN",
            quantidade_primaria=Decimal(quantidade), valor_unitario_liquido=Decimal(valor) / Decimal(quantidade),
            valor_total_liquido=Decimal(valor),
        )  # fmt: skip
    for n, (finalizador, valor, volta, parcelas) in enumerate(pagamentos, 1):
        FinalizadorOperacaoPdv.objects.create(
            operacao_id=operacao.pk, item=n, id_finalizador=finalizador, valor=Decimal(valor), valor_troco=Decimal(volta),
            parcela=parcelas,
        )  # fmt: skip
    return operacao


def estagiar(
    pdv: PontoVenda, especie: Especie, total: Decimal, *, valor_troco: Decimal = Decimal(0), codigo_cliente: str = "",
    ocorrida_em: datetime = AGORA, id_operacao: int | None = None,
) -> OperacaoPdv:  # fmt: skip
    """Stage an operation of any kind, without children."""
    return OperacaoPdv.objects.create(
        ponto_venda_id=pdv.pk, filial_id=pdv.filial_id, instalacao=INSTALACAO, hash_conteudo=b"\1" * 33,
        id_operacao=id_operacao or next(_numeros), guid_operacao=uuid.uuid4(), id_ponto_venda=pdv.codigo, operacao=especie,
        data_hora_inicio=ocorrida_em, data_hora_termino=ocorrida_em, valor_produtos=total, valor_total=total,
        valor_troco=valor_troco, codigo_cliente=codigo_cliente,
    )  # fmt: skip


class Pago(NamedTuple):
    """A payment to be staged."""

    finalizador: int
    valor: str | Decimal
    parcelas: int = 1
    nsu: str = ""


class Quitado(NamedTuple):
    """A title paid, to be staged: `valor` lowers it."""

    documento: str
    parcela: int
    valor: str | Decimal
    juros: str | Decimal = "0"
    desconto: str | Decimal = "0"


def estagiar_completa(
    pdv: PontoVenda,
    especie: Especie,
    *,
    itens: Sequence[tuple[int, str | Decimal, str | Decimal]] = (),
    pagos: Sequence[Pago] = (),
    quitados: Sequence[Quitado] = (),
    origem: int | None = None,
    id_operacao: int | None = None,
    total: str | Decimal | None = None,
    **campos: Any,
) -> OperacaoPdv:
    """Stage an operation of any kind with its children; the total is that of its payments, unless said otherwise."""
    soma = sum((Decimal(p.valor) for p in pagos), Decimal(0))
    valor = soma if total is None else Decimal(total)
    operacao = OperacaoPdv.objects.create(
        **{
            "ponto_venda_id": pdv.pk, "filial_id": pdv.filial_id, "instalacao": INSTALACAO, "hash_conteudo": b"\1" * 33,
            "id_operacao": id_operacao or next(_numeros), "guid_operacao": uuid.uuid4(), "id_ponto_venda": pdv.codigo,
            "operacao": especie, "data_hora_inicio": AGORA, "data_hora_termino": AGORA, "valor_produtos": valor,
            "valor_total": valor, "id_operacao_origem": origem,
        } | campos
    )  # fmt: skip
    ItemOperacaoPdv.objects.bulk_create(
        ItemOperacaoPdv(
            operacao_id=operacao.pk, item=n, id_produto=codigo, descricao=f"PRODUTO {codigo}", unidade="UN",
            quantidade_primaria=Decimal(quantidade), valor_unitario_liquido=Decimal(liquido) / Decimal(quantidade),
            valor_total_liquido=Decimal(liquido),
        )
        for n, (codigo, quantidade, liquido) in enumerate(itens, 1)
    )  # fmt: skip
    FinalizadorOperacaoPdv.objects.bulk_create(
        FinalizadorOperacaoPdv(
            operacao_id=operacao.pk, item=n, id_finalizador=p.finalizador, valor=Decimal(p.valor), parcela=p.parcelas,
            nsu=p.nsu,
        )
        for n, p in enumerate(pagos, 1)
    )  # fmt: skip
    RecebimentoOperacaoPdv.objects.bulk_create(
        RecebimentoOperacaoPdv(
            operacao_id=operacao.pk, item=n, numero_documento=q.documento, parcela=q.parcela, valor=Decimal(q.valor),
            juros=Decimal(q.juros), desconto=Decimal(q.desconto),
        )
        for n, q in enumerate(quitados, 1)
    )  # fmt: skip
    return operacao


def estagiar_nota(operacao: OperacaoPdv, xml: str, chave: str, numero: int) -> NotaFiscal:
    """Stage the note of an operation."""
    return NotaFiscal.objects.create(
        ponto_venda_id=operacao.ponto_venda_id, filial_id=operacao.filial_id, instalacao=operacao.instalacao,
        hash_conteudo=b"\1" * 33, id_operacao=operacao.id_operacao, chave=chave, numero=numero, serie=1, modelo="65",
        situacao="autorizada", data_emissao=operacao.data_hora_inicio, valor_total=operacao.valor_total, xml=xml,
    )  # fmt: skip
