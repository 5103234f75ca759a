"""A Pix given back, never twice: a request is committed before the bank hears of it, and holds its value until its fate is known.

While nobody knows it (no answer, killed midway), only the same request goes out again, by the same number, and no other
of its payment. What settles it: the refund posted by a query of its charge (`devolucao`), the bank's own list, its refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario
from auditoria.services import registrar as auditar
from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas.models import AlarmeCobranca, Cobranca, Pagamento, PedidoDevolucao
from erp.cobrancas.pix.leitura import DevolucaoLida
from erp.cobrancas.pix.porta import CobPix, pedir_devolucao, ver_recebido
from erp.cobrancas.services.alarmes import alarmar
from erp.cobrancas.services.consulta import gravar, pegar, perguntar
from erp.financeiro.baixas import formatar
from erp.financeiro.rules import ZERO
from erp.provedores.erros import FalhaDefinitiva, FalhaDoProvedor, ProvedorPausado

LOTE: Final = 100  # requests asked about in one run: they are few
ASSENTADO: Final = timedelta(minutes=30)  # by then, a call that got no answer is in the bank's list or never will be
_Situacao = PedidoDevolucao.Situacao
Cerca = Callable[[], None]


def resta_devolver(pagamento: Pagamento) -> Decimal:
    """What of a payment neither went back nor was asked to."""
    devolvido = pagamento.devolucoes.aggregate(valor=Sum("valor"))["valor"] or ZERO
    pedido = pagamento.pedidos.filter(situacao__in=PedidoDevolucao.EM_CURSO).aggregate(valor=Sum("valor"))["valor"]
    return pagamento.valor - devolvido - (pedido or ZERO)


def pedido_incerto(pagamento: Pagamento) -> PedidoDevolucao | None:
    """The request of whose fate nobody knows: the only one that may go out."""
    return pagamento.pedidos.filter(situacao=_Situacao.INCERTA).select_related("pedido_por").first()


@sensivel("cobrancas.devolucao_pedida")
def devolver(*, pagamento_id: int, valor: Decimal | None, id_devolucao: str, motivo: str, usuario: User) -> str:
    """Ask the bank to give money of a Pix back; posted when the bank says that it went. Raises ErroDefinitivo.

    `id_devolucao` names the act: sent again, it is the same refund, of the same value (`valor` may then be None). Called
    outside any transaction; returns how the bank calls it now.
    """
    pedido = _abrir(pagamento_id, valor, id_devolucao, motivo, usuario)
    if pedido.situacao == _Situacao.FEITA:
        return "DEVOLVIDO"
    feita = _pedir(pedido)
    if not _anotar(pedido, feita):
        raise _recusada("o banco diz que não a realizou")
    porta = CobPix()
    gravar(perguntar(porta, pegar(porta, ate=timezone.now(), ids=[pedido.pagamento.cobranca_id])))
    return feita.status


def acertar_pedidos(*, cerca: Cerca = lambda: None) -> int:
    """Ask the bank of the requests under way, and write what it says; how many it knew. Raises `FalhaDoProvedor`.

    What went back is posted by the query of its charge, due now. What the bank does not know waits for a person.
    """
    pedidos = PedidoDevolucao.objects.filter(situacao__in=PedidoDevolucao.EM_CURSO).select_related(
        "pagamento__cobranca"
    )
    sabidos = 0
    for pedido in pedidos.order_by("conferido_em")[:LOTE]:
        # before the call: one that always fails goes to the end of the line
        PedidoDevolucao.objects.filter(pk=pedido.pk).update(conferido_em=timezone.now())
        achada = _no_banco(pedido)
        sabidos += achada is not None
        with transaction.atomic():
            _conferir(pedido, achada)
            cerca()
    return sabidos


def _conferir(pedido: PedidoDevolucao, achada: DevolucaoLida | None) -> None:
    agora, cobranca = timezone.now(), pedido.pagamento.cobranca
    dita = f"a devolução de {formatar(pedido.valor)} pedida em {timezone.localtime(pedido.pedido_em):%d/%m/%Y %H:%M}"
    if achada is None:
        if agora - pedido.pedido_em > ASSENTADO:
            texto = f"{dita} não chegou ao banco: peça de novo, na página do pagamento"
            alarmar(cobranca, AlarmeCobranca.Tipo.PARADA, texto, agora=agora)
    elif not _anotar(pedido, achada):
        alarmar(cobranca, AlarmeCobranca.Tipo.PARADA, f"{dita} não foi realizada pelo banco", agora=agora)
    elif achada.status == "DEVOLVIDO":
        Cobranca.objects.filter(pk=cobranca.pk).update(consultar_em=agora)


def _abrir(pagamento_id: int, valor: Decimal | None, id_devolucao: str, motivo: str, usuario: User) -> PedidoDevolucao:
    """The request, new or the same again, with this attempt counted and committed. The charge's lock puts all in a row."""
    with transaction.atomic(durable=True):
        pagamento = Pagamento.objects.get(pk=pagamento_id)
        cobranca = Cobranca.objects.select_for_update().get(pk=pagamento.cobranca_id)
        if cobranca.tipo != Cobranca.Tipo.PIX:
            raise ErroDefinitivo("NAO_E_PIX", f"O {pagamento} não veio por Pix.", "Devolva no site do provedor.")
        pedido = pagamento.pedidos.filter(id_devolucao=id_devolucao).first()
        if pedido is None:
            pedido = _novo(pagamento, valor, id_devolucao, usuario)
        elif valor not in (None, pedido.valor):
            raise ErroDefinitivo(
                "VALOR_DA_DEVOLUCAO", f"Este pedido é de {formatar(pedido.valor)}.", "Peça o mesmo valor."
            )
        elif pedido.situacao == _Situacao.RECUSADA:
            raise _recusada(pedido.resposta)
        if pedido.situacao in PedidoDevolucao.EM_CURSO:
            pedido.tentativas += 1
            pedido.save(update_fields=["tentativas"])
            auditar(
                acao="cobrancas.devolucao_pedida", ator=ator_usuario(usuario), objeto="cobrancas.cobranca",
                objeto_id=str(cobranca.pk), motivo=motivo,
                depois={
                    "pagamento": pagamento.pk, "valor": str(pedido.valor), "id_devolucao": id_devolucao,
                    "tentativa": pedido.tentativas,
                },
            )  # fmt: skip
            Cobranca.objects.filter(pk=cobranca.pk).update(consultar_em=timezone.now())
        return pedido


def _novo(pagamento: Pagamento, valor: Decimal | None, id_devolucao: str, usuario: User) -> PedidoDevolucao:
    incerto = pedido_incerto(pagamento)
    if incerto is not None:
        raise ErroDefinitivo(
            "DEVOLUCAO_INCERTA", f"Não se sabe se o banco já devolveu {formatar(incerto.valor)} deste pagamento.",
            "Antes de outra devolução, pergunte ao banco por essa, nesta página.",
        )  # fmt: skip
    resta = resta_devolver(pagamento)
    if valor is None or not 0 < valor <= resta:
        pedido = formatar(valor) if valor is not None else "nada"
        raise ErroDefinitivo(
            "VALOR_DA_DEVOLUCAO", f"Pedido {pedido}, resta devolver {formatar(resta)}.", "Corrija o valor."
        )
    agora = timezone.now()
    return PedidoDevolucao.objects.create(
        pagamento=pagamento, id_devolucao=id_devolucao, valor=valor, pedido_em=agora, conferido_em=agora,
        pedido_por=usuario,
    )  # fmt: skip


def _pedir(pedido: PedidoDevolucao) -> DevolucaoLida:
    """Look for it in the bank's list first, when it may be there; ask for it otherwise. Raises ErroDefinitivo."""
    try:
        achada = _no_banco(pedido) if pedido.tentativas > 1 else None
    except FalhaDoProvedor as erro:
        raise _incerta(pedido, erro) from erro
    try:
        return achada or pedir_devolucao(pedido.pagamento.id_pagamento, pedido.id_devolucao, pedido.valor)
    except FalhaDoProvedor as erro:
        if _nao_foi_feita(pedido, erro) and _soltar(pedido, str(erro)):
            raise _recusada(str(erro)) from erro
        raise _incerta(pedido, erro) from erro


def _no_banco(pedido: PedidoDevolucao) -> DevolucaoLida | None:
    devolucoes = ver_recebido(pedido.pagamento.id_pagamento).devolucoes
    return next((d for d in devolucoes if d.id == pedido.id_devolucao), None)


def _nao_foi_feita(pedido: PedidoDevolucao, erro: FalhaDoProvedor) -> bool:
    """Certain only when no call of it was ever left without an answer, or when the bank had the time to list it."""
    so_esta = pedido.tentativas == 1
    if isinstance(erro, ProvedorPausado):
        return so_esta
    if not isinstance(erro, FalhaDefinitiva) or not 400 <= erro.status < 500:
        return False
    if not so_esta and timezone.now() - pedido.pedido_em < ASSENTADO:
        return False
    try:
        return _no_banco(pedido) is None
    except FalhaDoProvedor:
        return False


def _soltar(pedido: PedidoDevolucao, resposta: str) -> bool:
    """Its value is free again, unless somebody tried it too in the meantime."""
    eu = PedidoDevolucao.objects.filter(pk=pedido.pk, situacao=_Situacao.INCERTA, tentativas=pedido.tentativas)
    return bool(eu.update(situacao=_Situacao.RECUSADA, resposta=resposta[:300]))


def _anotar(pedido: PedidoDevolucao, lida: DevolucaoLida) -> bool:
    """What the bank says of it; whether it stands. One posted already stays so."""
    em_curso = PedidoDevolucao.objects.filter(pk=pedido.pk, situacao__in=PedidoDevolucao.EM_CURSO)
    if lida.status == "NAO_REALIZADO":
        em_curso.update(situacao=_Situacao.RECUSADA, resposta="o banco diz que não a realizou")
        return False
    em_curso.update(situacao=_Situacao.ACEITA, resposta=lida.status)
    return True


def _incerta(pedido: PedidoDevolucao, erro: FalhaDoProvedor) -> ErroDefinitivo:
    em_curso = PedidoDevolucao.objects.filter(pk=pedido.pk, situacao__in=PedidoDevolucao.EM_CURSO)
    em_curso.update(resposta=str(erro)[:300])
    return ErroDefinitivo(
        "DEVOLUCAO_INCERTA", f"Não se sabe se o banco devolveu {formatar(pedido.valor)}: {erro}.",
        "Pergunte de novo daqui a pouco, nesta página: vai o mesmo pedido, que o banco não faz duas vezes.",
    )  # fmt: skip


def _recusada(motivo: str) -> ErroDefinitivo:
    return ErroDefinitivo("PROVEDOR_RECUSOU", f"O banco não devolveu: {motivo}.", "O valor pode ser pedido de novo.")
