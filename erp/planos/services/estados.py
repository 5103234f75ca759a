"""What people do to one contract: suspend, bring back, cancel, agree on a debt."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ator, registrar
from erp.cadastros.selectors import data_contabil_aberta, periodos_fechados
from erp.financeiro.baixas import formatar
from erp.financeiro.contratos import cancelar_em_aberto
from erp.planos.erros import PlanoRecusado
from erp.planos.models import Contratacao, Dependente, Situacao
from erp.planos.rules import retomar
from erp.planos.selectors.avisos import prazos
from erp.planos.selectors.debitos import Debito, a_cancelar, debitos
from erp.planos.services.contrato import contrato_travado, exigir_motivo
from erp.planos.services.mudancas import OBJETO, Mudanca, mudar
from erp.planos.services.parcelas import CONTRATO, emitir_parcelas

ACORDO_MAXIMO = timedelta(days=366)


@sensivel("planos.contrato_suspenso")
@transaction.atomic
def suspender(*, contratacao_id: int, motivo: str, ator: Ator, dia: date | None = None) -> Contratacao:
    """Suspend an active contract, whatever it owes. Its instalments stay, and no more are issued. Raises PlanoRecusado."""
    dia, agora, motivo = _ato(dia, motivo)
    contrato = contrato_travado(contratacao_id)
    _exigir(contrato, Situacao.ATIVO)
    with connection.cursor() as cursor:
        vencido = _vencido(cursor, contrato, dia)
        mudanca = Mudanca(contrato.pk, contrato.situacao, Situacao.SUSPENSO.value, motivo, vencido)
        mudar(cursor, [mudanca], dia=dia, ator=ator, agora=agora)
    contrato.refresh_from_db()
    return contrato


@sensivel("planos.contrato_reativado")
@transaction.atomic
def reativar(
    *, contratacao_id: int, motivo: str, ator: Ator, acordo_ate: date | None = None, dia: date | None = None
) -> Contratacao:
    """Bring a suspended contract back, with a new carência for all of its people.

    What is past due must be settled, or agreed on: until `acordo_ate` it neither suspends nor cancels again. Months
    that nobody issued meanwhile are not charged. Raises PlanoRecusado.
    """
    dia, agora, motivo = _ato(dia, motivo)
    periodos_fechados()  # its lock comes first, as in every posting
    contrato = contrato_travado(contratacao_id)
    _exigir(contrato, Situacao.SUSPENSO)
    with connection.cursor() as cursor:
        debito = debitos(cursor, [contrato.pk], dia).get(contrato.pk)
        if debito is not None and acordo_ate is None:
            raise PlanoRecusado("DEBITO_EM_ABERTO", _devendo(debito), "Baixe-as, ou diga até quando vale o acordo.")
        _conferir_acordo(acordo_ate, dia)
        vencido = debito.vencido if debito else Decimal(0)
        mudanca = Mudanca(contrato.pk, contrato.situacao, Situacao.ATIVO.value, motivo, vencido)
        mudar(cursor, [mudanca], dia=dia, ator=ator, agora=agora)
        _nova_carencia(contrato, dia, acordo_ate if debito else None)
        emitir_parcelas(cursor, [contrato.pk], dia=dia, agora=agora)
    contrato.refresh_from_db()
    return contrato


@sensivel("planos.contrato_cancelado")
@transaction.atomic
def cancelar(
    *, contratacao_id: int, motivo: str, ator: Ator, a_pedido: bool, dia: date | None = None
) -> tuple[Contratacao, Decimal]:
    """Cancel for ever: what was still to fall due is reversed, what is past due stays owed. Returns what was reversed.

    `a_pedido` of the titular needs no notice. For debt, it takes the months and the proven notices that the contract
    asks for, as the routine does. Raises PlanoRecusado saying what is missing.
    """
    dia, agora, motivo = _ato(dia, motivo)
    periodos_fechados()
    contrato = contrato_travado(contratacao_id)
    _exigir(contrato, Situacao.ATIVO, Situacao.SUSPENSO)
    with connection.cursor() as cursor:
        if not a_pedido:
            _exigir_avisos(cursor, contrato, dia)
        vencido = _vencido(cursor, contrato, dia)
        estornado = cancelar_em_aberto(
            cursor, origem=CONTRATO, ids=[contrato.pk], a_partir_de=dia, dia=data_contabil_aberta(dia), agora=agora
        )
        cancelado = estornado.get(contrato.pk, Decimal(0))
        mudanca = Mudanca(contrato.pk, contrato.situacao, Situacao.CANCELADO.value, motivo, vencido, cancelado)
        mudar(cursor, [mudanca], dia=dia, ator=ator, agora=agora)
    contrato.refresh_from_db()
    return contrato, cancelado


@sensivel("planos.acordo_combinado")
@transaction.atomic
def combinar(*, contratacao_id: int, acordo_ate: date, motivo: str, ator: Ator, dia: date | None = None) -> Contratacao:
    """Agree on a debt: until that day, it neither suspends nor cancels the contract. Raises PlanoRecusado."""
    dia, _, motivo = _ato(dia, motivo)
    contrato = contrato_travado(contratacao_id)
    _exigir(contrato, Situacao.ATIVO, Situacao.SUSPENSO)
    with connection.cursor() as cursor:
        debito = debitos(cursor, [contrato.pk], dia).get(contrato.pk)
    if debito is None:
        raise PlanoRecusado("SEM_DEBITO", f"O {contrato} não tem parcela vencida em aberto: não há o que combinar.")
    _conferir_acordo(acordo_ate, dia)
    antes = contrato.acordo_ate
    contrato.acordo_ate = acordo_ate
    contrato.save(update_fields=["acordo_ate"])
    registrar(
        acao="planos.acordo_combinado",
        ator=ator,
        objeto=OBJETO,
        objeto_id=str(contrato.pk),
        antes={"acordo_ate": antes and str(antes)},
        depois={"acordo_ate": str(acordo_ate), "vencido": formatar(debito.vencido)},
        motivo=motivo,
    )
    return contrato


def _ato(dia: date | None, motivo: str) -> tuple[date, datetime, str]:
    agora = timezone.now()
    return dia or timezone.localdate(agora), agora, exigir_motivo(motivo)


def _exigir(contrato: Contratacao, *situacoes: Situacao) -> None:
    if contrato.situacao not in situacoes:
        esperado = " ou ".join(s.label.lower() for s in situacoes)
        atual = Situacao(contrato.situacao).label.lower()
        raise PlanoRecusado(
            "OUTRA_SITUACAO", f"O {contrato} está {atual} desde {contrato.desde:%d/%m/%Y}; esperado: {esperado}."
        )


def _vencido(cursor: CursorWrapper, contrato: Contratacao, dia: date) -> Decimal:
    debito = debitos(cursor, [contrato.pk], dia).get(contrato.pk)
    return debito.vencido if debito else Decimal(0)


def _devendo(debito: Debito) -> str:
    parcelas = "Há 1 parcela vencida" if debito.parcelas == 1 else f"Há {debito.parcelas} parcelas vencidas"
    return f"{parcelas}, R$ {formatar(debito.vencido)} desde {debito.mais_antigo:%d/%m/%Y}."


def _conferir_acordo(acordo_ate: date | None, dia: date) -> None:
    if acordo_ate is not None and not dia < acordo_ate <= dia + ACORDO_MAXIMO:
        raise PlanoRecusado("ACORDO_SEM_PRAZO", "O acordo tem de valer até um dia no futuro, dentro de um ano.")


def _nova_carencia(contrato: Contratacao, dia: date, acordo_ate: date | None) -> None:
    ate = dia + timedelta(days=contrato.carencia_reativacao_dias)
    Contratacao.objects.filter(pk=contrato.pk).update(
        carencia_ate=Greatest(F("carencia_ate"), ate),
        acordo_ate=acordo_ate,
        proximo_vencimento=retomar(contrato.proximo_vencimento, contrato.dia_vencimento, dia),
    )
    vivos = Dependente.objects.filter(contratacao=contrato, excluido_em__isnull=True)
    vivos.update(carencia_ate=Greatest(F("carencia_ate"), ate))


def _exigir_avisos(cursor: CursorWrapper, contrato: Contratacao, dia: date) -> None:
    achados = a_cancelar(cursor, [contrato.pk], dia)
    if not achados:
        meses = contrato.meses_para_cancelar
        raise PlanoRecusado(
            "SEM_ATRASO_PARA_CANCELAR",
            f"O {contrato} não tem mais de {meses} meses de atraso sem acordo em {dia:%d/%m/%Y}.",
            "Se foi o titular quem pediu, cancele a pedido.",
        )
    prazo = prazos(cursor, achados, dia)[contrato.pk]
    if not prazo.pode:
        quando = f" a partir de {prazo.a_partir_de:%d/%m/%Y}" if prazo.a_partir_de and not prazo.proximo else ""
        falta_prazo = prazo.contados >= prazo.exigidos
        raise PlanoRecusado(
            "FALTA_AVISO",
            f"Avisos provados desta dívida: {prazo.contados}; o contrato exige {prazo.exigidos}, com "
            f"{contrato.dias_entre_avisos} dias entre eles e depois do último.",
            f"Cancele{quando}." if falta_prazo else f"Dê o próximo aviso{quando} e registre a prova da entrega.",
        )
