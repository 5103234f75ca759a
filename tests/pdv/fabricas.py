"""Builders of what a till sends: valid rows of the wire as plain dicts, each field open to an override.

`nova_operacao(7, valor_total="10.00")` is operation 7 of till 1. The defaults add up: items to the total, payments less
troco to the total. Database rows that a post needs come from `criar_ponto_venda`.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import msgspec

from erp.cadastros.models import Conta, Filial, PontoVenda
from erp.fiscal.chave import chave_dv

INSTALACAO = UUID("5f0c7a52-94a7-4a3b-9f0e-3f1f2c0f7a11")
Linha = dict[str, Any]


def novo_item(item: int = 1, quantidade: str = "2", unitario: str = "5.00", **campos: Any) -> Linha:
    """An item whose total is quantidade x unitario."""
    total = (Decimal(quantidade) * Decimal(unitario)).quantize(Decimal("0.01"))
    return {
        "item": item,
        "id_produto": 100 + item,
        "codigo_barras": f"789{item:010d}",
        "descricao": f"PÃO DE AÇÚCAR Nº {item}",
        "unidade": "UN",
        "quantidade_primaria": f"{Decimal(quantidade):.4f}",
        "valor_unitario_liquido": f"{Decimal(unitario):.6f}",
        "valor_desconto": "0.00",
        "valor_acrescimo": "0.00",
        "valor_total_liquido": str(total),
        "cfop": "5102",
        "ncm": "19059090",
        "id_usuario_vendedor": None,
        "cancelado": False,
    } | campos


def novo_finalizador(item: int = 1, valor: str = "0.00", id_finalizador: int = 1, **campos: Any) -> Linha:
    """A payment in cash, unless told otherwise."""
    return {
        "item": item,
        "id_finalizador": id_finalizador,
        "valor": valor,
        "valor_troco": "0.00",
        "parcela": 1,
        "nsu": "",
        "autorizacao": "",
        "bandeira": "",
        "cnpj_credenciadora": "",
        "txid": "",
        "end_to_end_id": "",
    } | campos


def novo_recebimento(item: int = 1, numero_documento: str = "1-1-1", valor: str = "0.00", **campos: Any) -> Linha:
    """A title paid without juros or desconto, unless told otherwise."""
    return {
        "item": item,
        "numero_documento": numero_documento,
        "parcela": 1,
        "valor": valor,
        "juros": "0.00",
        "desconto": "0.00",
    } | campos


def nova_operacao(
    id_operacao: Any = 1,
    *,
    id_ponto_venda: int = 1,
    itens: Sequence[Any] | None = None,
    finalizadores: Sequence[Any] | None = None,
    recebimentos: Sequence[Any] = (),
    **campos: Any,
) -> Linha:
    """A finished venda of four items, paid part in cash with 5.00 of troco, part by card in two instalments."""
    itens = [novo_item(n, unitario=f"{n}.25") for n in range(1, 5)] if itens is None else list(itens)
    total = sum((Decimal(i["valor_total_liquido"]) for i in itens if isinstance(i, dict)), Decimal("0.00"))
    dinheiro = (total / 3).quantize(Decimal("0.01"))
    if finalizadores is None:
        finalizadores = [
            novo_finalizador(1, str(dinheiro + 5), valor_troco="5.00"),
            novo_finalizador(2, str(total - dinheiro), 3, parcela=2, nsu=str(id_operacao).zfill(12), bandeira="01"),
        ]
    return {
        "id_operacao": id_operacao,
        "guid_operacao": str(uuid5(INSTALACAO, f"{id_ponto_venda}/{id_operacao}")),
        "id_ponto_venda": id_ponto_venda,
        "id_turno": 1,
        "id_usuario": 7,
        "operacao": 1,
        "data_hora_inicio": "2026-07-01T10:00:00-03:00",
        "data_hora_termino": "2026-07-01T10:01:30.250000-03:00",
        "cancelado": False,
        "cpf_cnpj_consumidor": "52998224725",
        "codigo_cliente": "",
        "valor_produtos": str(total),
        "valor_desconto": "0.00",
        "valor_acrescimo": "0.00",
        "valor_total": str(total),
        "valor_troco": "5.00",
        "id_operacao_origem": None,
        "observacao": "",
        "itens": itens,
        "finalizadores": list(finalizadores),
        "recebimentos": list(recebimentos),
    } | campos


def novo_recebimento_de_titulos(
    id_operacao: int, *recebimentos: Linha, id_finalizador: int = 1, **campos: Any
) -> Linha:
    """Operation 7: the titles of `recebimentos` paid by one finalizador, without troco."""
    total = sum(
        (Decimal(r["valor"]) + Decimal(r["juros"]) - Decimal(r["desconto"]) for r in recebimentos), Decimal("0.00")
    )
    padrao = {"valor_produtos": "0.00", "valor_total": str(total), "valor_troco": "0.00"}
    return nova_operacao(
        id_operacao, itens=[], finalizadores=[novo_finalizador(1, str(total), id_finalizador)],
        recebimentos=recebimentos, operacao=7, **padrao | campos,
    )  # fmt: skip


def nova_chave(numero: int, *, cnpj: str = "12345678000195", serie: int = 1, modelo: str = "65") -> str:
    """A fiscal key with a right check digit."""
    chave43 = f"352607{cnpj}{modelo}{serie:03d}{numero:09d}1{numero % 10**8:08d}"
    return chave43 + chave_dv(chave43)


def nova_nota(numero: int = 1, **campos: Any) -> Linha:
    """The authorised NFC-e of operation `numero`; its XML is only as good as staging needs."""
    chave = nova_chave(numero)
    return {
        "chave": chave,
        "numero": numero,
        "serie": 1,
        "modelo": "65",
        "situacao": "autorizada",
        "protocolo": f"{135260000000000 + numero}",
        "data_emissao": "2026-07-01T10:01:30-03:00",
        "valor_total": "22.00",
        "xml": f'<nfeProc><NFe><infNFe Id="NFe{chave}">São Paulo</infNFe></NFe></nfeProc>',
        "id_operacao": numero,
    } | campos


def novo_turno(id_turno: int = 1, *, id_ponto_venda: int = 1, **campos: Any) -> Linha:
    """A turno still open."""
    return {
        "id_turno": id_turno,
        "id_ponto_venda": id_ponto_venda,
        "sequencial": id_turno,
        "fechado": False,
        "id_usuario": 7,
        "data_hora_inicio": "2026-07-01T08:00:00-03:00",
        "data_hora_termino": None,
        "contado": {},
    } | campos


def novo_pacote(
    *operacoes: Any, notas: Sequence[Linha] = (), turnos: Sequence[Linha] = (), **campos: Any
) -> dict[str, Any]:
    """A whole request."""
    return {
        "versao": 1,
        "instalacao": str(INSTALACAO),
        "replicador": "1.0",
        "turnos": list(turnos),
        "operacoes": list(operacoes),
        "notas": list(notas),
    } | campos


def em_json(pacote: Any) -> bytes:
    """The body of a request, unpacked."""
    return msgspec.json.encode(pacote)


def em_gzip(pacote: Any) -> bytes:
    """The body of a request as the replicator sends it."""
    return gzip.compress(em_json(pacote), 6)


def criar_ponto_venda(codigo: int = 1, *, filial: int = 1, ativo: bool = True) -> PontoVenda:
    """A till in a filial, with its drawer; the filial is made once."""
    dona, _ = Filial.objects.get_or_create(codigo=filial, defaults={"nome": f"FILIAL {filial}"})
    caixa = Conta.objects.create(
        codigo=f"CAIXA-{codigo}", nome=f"Caixa do PDV {codigo}", tipo=Conta.Tipo.CAIXA, filial=dona
    )
    return PontoVenda.objects.create(codigo=codigo, nome=f"PDV {codigo}", filial=dona, conta_caixa=caixa, ativo=ativo)
