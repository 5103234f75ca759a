"""The cast of every PDV test: two filiais, three tills, Ana the manager, Bia the operator, and how they are paid."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

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
from pdv.replicacao.models import FinalizadorOperacaoPdv, ItemOperacaoPdv, NotaFiscal, OperacaoPdv
from pdv.tabelas import Especie

AGORA = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
INSTALACAO = uuid.UUID("00000000-0000-4000-8000-000000000001")
DINHEIRO, CREDITO, DEBITO, CREDIARIO, PIX = 1, 3, 4, 5, 17
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
    """Register the cast. Cash, credit (30/30 days, 2,99%), debit (1 day, 1,5%), crediário (30/30), Pix into the bank."""
    centro, bairro = _filial(1, "CENTRO"), _filial(2, "BAIRRO")
    banco = Conta.objects.create(codigo="BANCO", nome="Banco", tipo="banco")
    adquirente = Adquirente.objects.create(nome="ADQUIRENTE", cnpj="01027058000191")
    for codigo, especie, primeira, intervalo, taxa, conta in (
        (DINHEIRO, EspecieFinalizador.DINHEIRO, 0, 0, "0", None),
        (CREDITO, EspecieFinalizador.CARTAO, 30, 30, "2.99", None),
        (DEBITO, EspecieFinalizador.CARTAO, 1, 0, "1.5", None),
        (CREDIARIO, EspecieFinalizador.CREDIARIO, 30, 30, "0", None),
        (PIX, EspecieFinalizador.PIX, 0, 0, "0", banco),
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


def estagiar_nota(operacao: OperacaoPdv, xml: str, chave: str, numero: int) -> NotaFiscal:
    """Stage the note of an operation."""
    return NotaFiscal.objects.create(
        ponto_venda_id=operacao.ponto_venda_id, filial_id=operacao.filial_id, instalacao=operacao.instalacao,
        hash_conteudo=b"\1" * 33, id_operacao=operacao.id_operacao, chave=chave, numero=numero, serie=1, modelo="65",
        situacao="autorizada", data_emissao=operacao.data_hora_inicio, valor_total=operacao.valor_total, xml=xml,
    )  # fmt: skip
