"""The smallest rows of a sale, its note, its receivable and its settlement: each as its own app writes it."""

from __future__ import annotations

import itertools
import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

from django.utils import timezone

from erp.cadastros.models import Adquirente
from erp.cobrancas.models import (
    ArquivoTef,
    Cobranca,
    Devolucao,
    EventoCobranca,
    LayoutTef,
    LinhaTef,
    Pagamento,
    PixRecebido,
    TefEvento,
)
from erp.financeiro.models import Baixa, Lancamento, Titulo
from erp.fiscal.models import DocumentoFiscal
from pdv.conciliacao.models import Achado
from pdv.conciliacao.services import Resumo, conferir
from pdv.processamento.models import Geracao, PendenciaNota
from pdv.replicacao.models import NotaFiscal, OperacaoPdv
from pdv.tabelas import Especie
from tests.pdv.elenco import CREDITO, DINHEIRO, INSTALACAO, Elenco, Pago, estagiar_completa

_n = itertools.count(1)


def agora() -> datetime:
    return timezone.now()


def ha(**tempo: float) -> datetime:
    return timezone.now() - timedelta(**tempo)


def hoje() -> date:
    return timezone.localdate()


def achados() -> dict[str, D]:
    """What is open, by kind: the money."""
    return dict(Achado.objects.filter(resolvido_em=None).values_list("tipo", "valor"))


def rodar(**campos: Any) -> Resumo:
    """A computation an hour from now: what was written now is old enough."""
    return conferir(agora=campos.pop("agora", timezone.now() + timedelta(hours=1)), **campos)


def venda(e: Elenco, valor: str = "100.00", finalizador: int = DINHEIRO, **campos: Any) -> Geracao:
    """A sale of yesterday, posted: in cash with its entry, by card with its receivable."""
    base: dict[str, Any] = {"data_hora_inicio": ha(days=1), "situacao_replicacao": 9}
    operacao = estagiar_completa(e.pdv, Especie.VENDA, pagos=[Pago(finalizador, valor)], **(base | campos))
    geracao = Geracao.objects.create(
        ponto_venda_id=e.pdv.pk, filial_id=e.centro.pk, instalacao=INSTALACAO, id_operacao=operacao.id_operacao, numero=1,
        operacao=1, valor_total=operacao.valor_total, criada_em=ha(hours=2),
    )  # fmt: skip
    if finalizador == DINHEIRO:
        lancamento(e, geracao, valor)
    elif finalizador == CREDITO:
        titulo(e, valor, origem_id=geracao.pk)
    return geracao


def operacao_de(geracao: Geracao) -> OperacaoPdv:
    return OperacaoPdv.objects.get(id_operacao=geracao.id_operacao)


def lancamento(e: Elenco, geracao: Geracao, valor: str, **campos: Any) -> Lancamento:
    base: dict[str, Any] = {
        "conta": e.pdv.conta_caixa, "filial": e.centro, "natureza": 1, "finalizador": DINHEIRO, "valor": D(valor),
        "ocorrido_em": ha(days=1), "lancado_em": ha(hours=2), "data_contabil": hoje(), "origem": 1, "origem_id": geracao.pk,
        "sequencia": 1000 + next(_n),
    }  # fmt: skip
    return Lancamento.objects.create(**base | campos)


def titulo(e: Elenco, valor: str = "100.00", **campos: Any) -> Titulo:
    base: dict[str, Any] = {
        "filial": e.centro, "sentido": "R", "especie": "cartao", "finalizador": CREDITO, "nsu": "7", "documento": "1-1-1",
        "parcela": 1, "parcelas": 1, "valor": D(valor), "emissao": hoje(), "vencimento": hoje() + timedelta(days=28),
        "ocorrido_em": ha(days=1), "lancado_em": ha(hours=2), "data_contabil": hoje(), "origem": 1,
        "origem_id": 9_000_000 + next(_n), "sequencia": 1000 + next(_n),
    }  # fmt: skip
    return Titulo.objects.create(**base | campos)


def baixa(do: Titulo, valor: str, **campos: Any) -> Baixa:
    base: dict[str, Any] = {
        "titulo": do, "valor": D(valor), "ocorrido_em": agora(), "lancado_em": agora(), "data_contabil": hoje(),
        "chave": uuid.uuid4(),
    }  # fmt: skip
    return Baixa.objects.create(**base | campos)


def nota(e: Elenco, geracao: Geracao, valor: str = "100.00", situacao: str = "autorizada", **campos: Any) -> NotaFiscal:
    """A note of a sale, with its document; without one when `situacao` is empty."""
    numero = next(_n)
    base: dict[str, Any] = {
        "ponto_venda_id": e.pdv.pk, "filial_id": e.centro.pk, "instalacao": INSTALACAO, "hash_conteudo": b"\1" * 33,
        "id_operacao": geracao.id_operacao, "chave": f"{numero:044d}", "numero": numero, "serie": 1, "modelo": "65",
        "situacao": "autorizada", "data_emissao": ha(days=1), "valor_total": D(valor), "xml": "", "situacao_replicacao": 9,
    }  # fmt: skip
    feita = NotaFiscal.objects.create(**base | campos)
    if situacao:
        documento(e, feita, valor, situacao)
    return feita


def documento(e: Elenco, da: NotaFiscal, valor: str, situacao: str, geracao: int = 1) -> DocumentoFiscal:
    conta = situacao in ("autorizada", "contingencia", "sem_protocolo")
    return DocumentoFiscal.objects.create(
        filial=e.centro, nota_id=da.pk, chave=da.chave, numero=da.numero, serie=1, modelo="65", geracao=geracao,
        situacao=situacao, emissao=ha(days=1), valor_total=D(valor) if conta else D(0), valor_nota=None if conta else D(valor),
        conteudo={}, lancado_em=agora(), data_contabil=hoje(),
    )  # fmt: skip


def vender(e: Elenco, valor: str = "100.00", finalizador: int = DINHEIRO) -> Geracao:
    """A sale with all that it should have."""
    geracao = venda(e, valor, finalizador)
    nota(e, geracao, valor)
    return geracao


def pendencia(e: Elenco, tipo: str, **campos: Any) -> PendenciaNota:
    base: dict[str, Any] = {
        "tipo": tipo, "nota_id": next(_n), "filial_id": e.centro.pk, "ponto_venda_id": e.pdv.pk, "instalacao": INSTALACAO,
        "chave": "", "numero": 4, "serie": 1, "valor": D("30.00"), "desde": ha(days=2), "prazo": ha(days=1),
    }  # fmt: skip
    return PendenciaNota.objects.create(**base | campos)


def cobranca(e: Elenco, do: Titulo | None, valor: str = "100.00", situacao: int = 6, **campos: Any) -> Cobranca:
    base: dict[str, Any] = {
        "tipo": "link", "provedor": "efi", "id_provedor": str(next(_n)), "titulo": do, "filial": e.centro, "conta": e.banco,
        "valor": D(valor), "vencimento": hoje(), "criada_por": "teste", "criada_em": ha(days=3), "mudou_em": ha(days=2),
        "situacao": situacao,
    }  # fmt: skip
    feita = Cobranca.objects.create(**base | campos)
    evento(feita)
    return feita


def evento(da: Cobranca) -> None:
    """What tells that something happened to it."""
    EventoCobranca.objects.create(
        cobranca=da, id_evento=f"e{next(_n)}", fonte=EventoCobranca.Fonte.CONSULTA, situacao=da.situacao, em=agora(),
        recebido_em=agora(),
    )  # fmt: skip


def pagamento(da: Cobranca, valor: str = "100.00", *, abatido: str | None = None, taxa: str = "0") -> Pagamento:
    """Money received for a charge, with the settlement of what it settled."""
    abate = D(valor if abatido is None else abatido)
    pago = Pagamento.objects.create(
        cobranca=da, provedor=da.provedor, id_pagamento=f"p{next(_n)}", valor=D(valor), taxa=D(taxa), abatido=abate,
        credito=D(valor) - abate, pago_em=agora(), recebido_em=agora(), data_contabil=hoje(),
    )  # fmt: skip
    if abate and da.titulo:
        baixa(da.titulo, str(abate), origem=5, origem_id=pago.pk)
    return pago


def devolucao(do: Pagamento, valor: str) -> Devolucao:
    return Devolucao.objects.create(
        pagamento=do, provedor=do.provedor, id_devolucao=f"d{next(_n)}", ordem=1, valor=D(valor), do_credito=0,
        do_titulo=D(valor), a_receber=0, devolvido_em=agora(), recebido_em=agora(), data_contabil=hoje(),
    )  # fmt: skip


def linha_de_arquivo(e: Elenco, **campos: Any) -> LinhaTef:
    layout, _ = LayoutTef.objects.get_or_create(
        nome="Rede", adquirente=Adquirente.objects.get(), conta=e.banco, coluna_nsu="a", coluna_data="b", coluna_pagamento="c",
        coluna_valor="d",
    )  # fmt: skip
    arquivo, _ = ArquivoTef.objects.get_or_create(
        sha256="0" * 64, defaults={"layout": layout, "nome": "rede.csv", "por": "x", "em": ha(days=4), "linhas": 1}
    )
    base: dict[str, Any] = {
        "arquivo": arquivo, "numero": 2, "nsu": "7", "valor": D("55.00"), "dia": hoje() - timedelta(days=9),
        "pago_em": hoje() - timedelta(days=5),
    }  # fmt: skip
    return LinhaTef.objects.create(**base | campos)


def cartao_desfeito(e: Elenco) -> TefEvento:
    do = titulo(e, "40.00")
    return TefEvento.objects.create(
        titulo=do, filial=e.centro, nsu="7", parcela=1, parcelas=1, valor=do.valor, dia=hoje(), previsto_em=hoje(),
        ocorrido_em=ha(days=1), estado=TefEvento.Estado.DESFEITA, problema="a venda foi lançada, e o TEF diz desfeita",
    )  # fmt: skip


def pix(valor: str = "20.00", **campos: Any) -> PixRecebido:
    base: dict[str, Any] = {
        "e2eid": f"E{next(_n):031d}", "valor": D(valor), "horario": ha(days=2), "recebido_em": ha(days=2),
    }  # fmt: skip
    return PixRecebido.objects.create(**base | campos)
