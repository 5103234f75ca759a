"""The sale that a line pays, chosen by a person, and a match undone: with a reason, audited, the money whole both ways."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, Q, When
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario
from auditoria.services import registrar as auditar
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.escopo import filiais_de, ve_filial
from erp.cobrancas.leituras import Devolvido, Lido
from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import AlarmeCobranca, Cobranca, EventoCobranca, LinhaTef, Pagamento, TefEvento
from erp.cobrancas.services.alarmes import marcar_vistos
from erp.cobrancas.services.casamento_tef import ja_paga
from erp.cobrancas.services.liquidacao_tef import liquidar_linha
from erp.cobrancas.services.registro import registrar
from erp.cobrancas.tef.casamento import FOLGA
from erp.financeiro.baixas import formatar
from erp.financeiro.models import Titulo
from erp.financeiro.selectors import abertos_de

MOSTRADAS: Final = 20
CENTAVOS: Final = Decimal("0.05")  # instalments that the acquirer rounded otherwise
A_MAO: Final = "escolhida por uma pessoa"
Situacao = LinhaTef.Situacao


def candidatas(linha: LinhaTef, usuario: User) -> list[TefEvento]:
    """Sales that a line may be paying: by NSU or authorization, or of that value around that day. Of the person's filiais.

    Served by `tef_nsu_aberto`, `tef_aut_aberta` and `tef_dia`; the same value first, then the same NSU and day.
    """
    filtro = Q(dia__range=(linha.dia - FOLGA, linha.dia + FOLGA), valor=linha.valor)
    if linha.nsu:
        filtro |= Q(nsu=linha.nsu)
    if linha.autorizacao:
        filtro |= Q(autorizacao=linha.autorizacao)
    vendas = TefEvento.objects.filter(filtro, liquidado_em=None).exclude(estado=TefEvento.Estado.CANCELADA)
    vendas = vendas.filter(Q(adquirente_id=linha.arquivo.layout.adquirente_id) | Q(adquirente_id=None))
    filiais = filiais_de(usuario)
    if filiais is not None:
        vendas = vendas.filter(filial_id__in=filiais)
    proximas = vendas.annotate(
        outro_valor=Case(When(valor=linha.valor, then=0), default=1),
        outro_nsu=Case(When(nsu=linha.nsu, then=0), default=1),
        outro_dia=Case(When(dia=linha.dia, then=0), default=1),
    ).order_by("outro_valor", "outro_nsu", "outro_dia", "pk")
    achadas = list(proximas.select_related("filial")[:MOSTRADAS])
    abertos = abertos_de([v.titulo_id for v in achadas])
    return [v for v in achadas if abertos.get(v.titulo_id, Decimal(0)) > 0]


@sensivel("cobrancas.linha_tef_escolhida")
@transaction.atomic
def escolher(*, linha_id: int, evento_id: int, motivo: str, usuario: User) -> Cobranca:
    """Settle a sale by a line that a person says pays it. Raises `ErroDefinitivo` with what forbids it.

    Locks: the line, the sale, and then those of every settlement. Chosen twice, the second is refused.
    """
    linha = _travada(linha_id)
    if linha.situacao == Situacao.CASADA:
        raise ErroDefinitivo("LINHA_CASADA", "Esta linha já pagou uma venda.", "Desfaça antes de escolher outra.")
    if linha.valor <= 0:
        raise ErroDefinitivo(
            "LINHA_NEGATIVA", "A linha é um estorno ou ajuste: não paga venda nenhuma.", "Lance à mão."
        )
    if linha.pago_em > timezone.localdate():
        raise ErroDefinitivo("AINDA_NAO_PAGA", f"A adquirente só paga em {linha.pago_em:%d/%m/%Y}.", "Espere o dia.")
    outra = ja_paga(linha, com_certeza=True)
    if outra is not None:
        raise ErroDefinitivo(
            "LINHA_REPETIDA", f"É a mesma linha {outra.numero} de {outra.arquivo.nome}, que já pagou uma venda.",
            "Se ela pagou a venda errada, desfaça aquela.",
        )  # fmt: skip
    evento = TefEvento.objects.select_for_update().filter(pk=evento_id).first()
    if evento is None or not ve_filial(usuario, evento.filial_id):
        raise ErroDefinitivo(
            "VENDA_DESCONHECIDA", "Esta venda não existe, ou não é de uma filial sua.", "Escolha outra."
        )
    if evento.liquidado_em is not None:
        raise ErroDefinitivo(
            "VENDA_PAGA", "Esta venda já foi paga por outra linha.", "Confira a outra, ou escolha outra venda."
        )
    aberto = abertos_de([evento.titulo_id]).get(evento.titulo_id, Decimal(0))
    if aberto <= 0 or linha.valor - aberto > CENTAVOS:
        raise ErroDefinitivo(
            "VALOR_MAIOR", f"A linha paga {formatar(linha.valor)}, e do título há {formatar(max(aberto, Decimal(0)))} em aberto.",
            "Escolha a venda desse valor.",
        )  # fmt: skip
    cobranca = liquidar_linha(linha, evento, A_MAO, por=str(ator_usuario(usuario)), motivo=motivo)
    _auditar("cobrancas.linha_tef_escolhida", linha, usuario, motivo, evento.pk, cobranca)
    return cobranca


@sensivel("cobrancas.linha_tef_desfeita")
@transaction.atomic
def desfazer(*, linha_id: int, motivo: str, usuario: User) -> None:
    """Undo what a line settled: the money out, the fee back, the title open again, the sale waiting for its line.

    The line is not tried again by itself: it would meet the same sale. A person may choose another.
    """
    linha = _travada(linha_id)
    if linha.situacao != Situacao.CASADA or linha.evento_id is None:
        raise ErroDefinitivo("LINHA_SEM_PAR", "Esta linha não pagou venda nenhuma.", "Não há o que desfazer.")
    evento = TefEvento.objects.select_for_update().get(pk=linha.evento_id)
    if not ve_filial(usuario, evento.filial_id):
        raise ErroDefinitivo("VENDA_DESCONHECIDA", "A venda desta linha não é de uma filial sua.", "Peça a quem a vê.")
    assert evento.cobranca_id is not None  # it was settled
    cobranca = Cobranca.objects.get(pk=evento.cobranca_id)
    _devolver(cobranca, usuario, motivo)
    estornado = Titulo.objects.filter(estorno_de=evento.titulo_id).exists()  # cancelled at the till since
    TefEvento.objects.filter(pk=evento.pk).update(
        estado=TefEvento.Estado.CANCELADA if estornado else TefEvento.Estado.PENDENTE, mudou_em=timezone.now(),
        liquidado_em=None, cobranca=None, alarmado_em=None,
    )  # fmt: skip
    por = str(ator_usuario(usuario))
    LinhaTef.objects.filter(pk=linha.pk).update(
        situacao=Situacao.RECUSADA, evento=None, criterio="", escolhida_por="", motivo="",
        problema=f"desfeita por {por}: {motivo}"[:200],
    )  # fmt: skip
    _auditar("cobrancas.linha_tef_desfeita", linha, usuario, motivo, evento.pk, cobranca)


def _devolver(cobranca: Cobranca, usuario: User, motivo: str) -> None:
    agora = timezone.now()
    voltas = tuple(
        Devolvido(f"desfeita {p.id_pagamento}", p.id_pagamento, None, agora, com_taxa=True)
        for p in Pagamento.objects.filter(cobranca=cobranca)
    )
    dito = Lido(
        f"desfeita {cobranca.pk}", Passo.DEVOLVIDA, agora, EventoCobranca.Fonte.NOS, por=str(ator_usuario(usuario)),
        texto=motivo[:300], devolvidos=voltas,
    )  # fmt: skip
    registrar(cobranca.pk, [dito], agora=agora)
    alarmes = AlarmeCobranca.objects.filter(cobranca=cobranca, visto_em=None)
    marcar_vistos(ids=alarmes.values_list("pk", flat=True), motivo=motivo, usuario=usuario)  # who did it knows


def _travada(linha_id: int) -> LinhaTef:
    return LinhaTef.objects.select_for_update(of=("self",)).select_related("arquivo__layout").get(pk=linha_id)


def _auditar(acao: str, linha: LinhaTef, usuario: User, motivo: str, evento_id: int, cobranca: Cobranca) -> None:
    auditar(
        acao=acao, ator=ator_usuario(usuario), objeto="cobrancas.linhatef", objeto_id=str(linha.pk), motivo=motivo,
        depois={"venda": evento_id, "cobranca": cobranca.pk, "valor": str(linha.valor)},
    )  # fmt: skip
