"""Maintenance contracts made and changed, with their audit events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario
from clientes.models import Cliente
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.services import gravar_com_auditoria
from erp.jazigos import rules
from erp.jazigos.models import ContratoManutencao, Jazigo, Reajuste
from erp.jazigos.models.cemiterio import PARAMETROS, RegraRateio

DA_COBRANCA = ("valor", "cobrado_ate", "valor_desde", "pendencia", "pendente_desde")


@dataclass(frozen=True)
class ContratoNovo:
    """`valor` None is the cemetery's; `parametros` are those that differ from the cemetery's.

    `cobrar_desde` is the first day that this system charges, for a contract made before it came; None is the beginning.
    """

    jazigo: Jazigo
    titular: Cliente
    inicio: date
    fim: date | None = None
    valor: Decimal | None = None
    cobrar_desde: date | None = None
    parametros: Mapping[str, Any] = field(default_factory=dict)


def criar_contrato(novo: ContratoNovo, *, usuario: User, motivo: str = "") -> ContratoManutencao:
    """Make a contract. `ValidationError` when its fields do not fit, or the jazigo has another in any of its days."""
    valor = novo.jazigo.cemiterio.valor_manutencao if novo.valor is None else novo.valor
    contrato = ContratoManutencao(
        jazigo=novo.jazigo, titular=novo.titular, inicio=novo.inicio, fim=novo.fim, valor=valor
    )  # fmt: skip
    return registrar_contrato(
        contrato, cobrar_desde=novo.cobrar_desde, parametros=novo.parametros, usuario=usuario, motivo=motivo
    )


@sensivel("jazigos.contratomanutencao_criado")
@transaction.atomic
def registrar_contrato(
    contrato: ContratoManutencao,
    *,
    cobrar_desde: date | None,
    parametros: Mapping[str, Any],
    usuario: User,
    motivo: str = "",
) -> ContratoManutencao:
    """Save a new contract of a jazigo: the cemetery's rules copied into it, charging at its beginning.

    Where the period is charged whole, whoever had the jazigo before in the same period has paid for it: the new contract is
    charged from the next one.
    """
    cemiterio = contrato.jazigo.cemiterio
    contrato.cemiterio = cemiterio
    for nome in PARAMETROS:
        setattr(contrato, nome, parametros.get(nome, getattr(cemiterio, nome)))
    contrato.valor_desde = contrato.inicio
    primeiro = max(contrato.inicio, cobrar_desde or contrato.inicio, _depois_do_que_outro_paga(contrato))
    contrato.cobrado_ate = primeiro - rules.UM_DIA
    contrato.proximo_reajuste = _primeiro_reajuste(contrato)
    _agendar(contrato)
    contrato.full_clean()
    gravar_com_auditoria(contrato, usuario=usuario, motivo=motivo)
    return contrato


@sensivel("jazigos.contratomanutencao_alterado")
@transaction.atomic
def gravar_contrato(contrato: ContratoManutencao, *, usuario: User, motivo: str = "") -> bool:
    """Save what a person changed of a contract. Where charging stands is read under the lock, never from the form.

    The routine may have charged and adjusted it since the form was opened.
    """
    atual = travar(contrato.pk)
    for campo in DA_COBRANCA:
        setattr(contrato, campo, getattr(atual, campo))
    contrato.proximo_reajuste = atual.proximo_reajuste
    if contrato.mes_reajuste != atual.mes_reajuste:
        contrato.proximo_reajuste = rules.proximo_reajuste(contrato.valor_desde, contrato.mes_reajuste)
    _agendar(contrato)
    return gravar_com_auditoria(contrato, usuario=usuario, motivo=motivo)


@sensivel("jazigos.contratomanutencao_alterado")
@transaction.atomic
def mudar_valor(*, contrato_id: int, valor: Decimal, motivo: str, usuario: User) -> Reajuste:
    """A value agreed with the holder, from the next charge on; the year until the next adjustment counts from there.

    `ErroDefinitivo` when nothing is left to be charged or the value is the same.
    """
    contrato = travar(contrato_id)
    vale_desde = max(contrato.cobrado_ate + rules.UM_DIA, contrato.inicio)
    if contrato.gerar_em is None:
        raise ErroDefinitivo("NADA_A_COBRAR", f"O contrato {contrato} não tem mais o que cobrar.", "Nada foi mudado.")
    if not 0 <= valor <= rules.VALOR_MAXIMO or valor == contrato.valor:
        raise ErroDefinitivo("VALOR_IGUAL", f"O valor do contrato {contrato} já é {valor}.", "Informe outro valor.")
    feito = Reajuste.objects.create(
        contrato=contrato,
        devido_em=vale_desde,
        vale_desde=vale_desde,
        valor_anterior=contrato.valor,
        valor_novo=valor,
        motivo=motivo,
        por=str(ator_usuario(usuario)),
        feito_em=timezone.now(),
    )
    contrato.valor, contrato.valor_desde = valor, vale_desde
    contrato.proximo_reajuste = rules.proximo_reajuste(vale_desde, contrato.mes_reajuste)
    contrato.pendencia, contrato.pendente_desde = "", None
    _agendar(contrato)
    gravar_com_auditoria(contrato, usuario=usuario, motivo=motivo)
    return feito


def travar(contrato_id: int) -> ContratoManutencao:
    """The contract under lock: the routine waits for it, or has gone by."""
    consulta = ContratoManutencao.objects.select_for_update(of=("self",)).select_related("cemiterio", "titular")
    try:
        return consulta.get(pk=contrato_id)
    except ContratoManutencao.DoesNotExist:
        raise ErroDefinitivo("SEM_CONTRATO", f"O contrato J{contrato_id} não existe.", "Confira o número.") from None


def situacao(contrato: ContratoManutencao) -> rules.Situacao:
    """The row as plain values, for the rules. One not saved yet has id 0."""
    return rules.Situacao(contrato.pk or 0, *(getattr(contrato, nome) for nome in rules.Situacao._fields[1:]))


def _agendar(contrato: ContratoManutencao) -> None:
    contrato.gerar_em = rules.gerar_em(situacao(contrato))


def _depois_do_que_outro_paga(contrato: ContratoManutencao) -> date:
    periodo = rules.periodo_de(contrato.inicio, contrato.periodicidade)
    antes = ContratoManutencao.objects.filter(
        jazigo_id=contrato.jazigo_id, periodicidade=contrato.periodicidade, regra_rateio=RegraRateio.INTEGRAL, valor__gt=0,
        inicio__lt=contrato.inicio, fim__gte=periodo.inicio,
    )  # fmt: skip
    if contrato.regra_rateio == RegraRateio.INTEGRAL and antes.exists():
        return periodo.fim + rules.UM_DIA
    return contrato.inicio


def _primeiro_reajuste(contrato: ContratoManutencao) -> date:
    """Of a contract charged here from a later day on: the value told is that day's, so adjustments go on from there."""
    proximo = rules.proximo_reajuste(contrato.valor_desde, contrato.mes_reajuste)
    while proximo <= contrato.cobrado_ate:
        contrato.valor_desde = proximo
        proximo = rules.proximo_reajuste(proximo, contrato.mes_reajuste)
    return proximo
