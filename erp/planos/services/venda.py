"""A plan sold: the contract, its people, its first instalments."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ator
from clientes.models import Cliente
from erp.cadastros.models import Filial
from erp.cadastros.selectors import periodos_fechados
from erp.planos.erros import PlanoRecusado
from erp.planos.models import Contratacao, Plano, Situacao
from erp.planos.models.plano import PARAMETROS
from erp.planos.rules import DependenteNovo, primeiro_vencimento
from erp.planos.services.dependentes import falecido, gravar_dependentes, problemas_dos_dependentes
from erp.planos.services.mudancas import Mudanca, mudar
from erp.planos.services.parcelas import emitir_parcelas

_TRAVA = "hashtextextended('planos.numero', 0)"
DIA_MAXIMO = 31
ANTES_MAXIMO = timedelta(days=366)


class Venda(NamedTuple):
    """What is agreed. `primeiro_vencimento` by default is the contract's day, from `inicio` on; values, the plan's."""

    plano_id: int
    codigo_cliente: str
    filial_id: int
    inicio: date
    dia_vencimento: int
    primeiro_vencimento: date | None = None
    valor_mensal: Decimal | None = None
    dependentes: Sequence[DependenteNovo] = ()
    numero: int | None = None


@sensivel("planos.contrato_vendido")
@transaction.atomic
def vender(
    venda: Venda, *, ator: Ator, motivo: str = "venda", chave: uuid.UUID | None = None, dia: date | None = None
) -> Contratacao:
    """Sell a plan on `dia` (today): the contract with its own copy of the parameters, and the titles of its horizon.

    `chave` names the form: sent again, the contract that it made comes back. Raises PlanoRecusado naming every problem.
    """
    _uma_por_vez()
    if chave is not None and (feita := Contratacao.objects.filter(chave=chave).first()):
        return feita
    agora = timezone.now()
    dia = dia or timezone.localdate(agora)
    plano = Plano.objects.filter(pk=venda.plano_id).first()
    titular = Cliente.objects.filter(pk=venda.codigo_cliente).first()
    problemas = [*_problemas(venda, plano, titular, dia)]
    if plano is not None and titular is not None:
        problemas += problemas_dos_dependentes(
            venda.dependentes, titular=titular, ja=[], maximo=plano.dependentes_maximo, dia=dia
        )
    if problemas or plano is None or titular is None:
        raise PlanoRecusado("VENDA_RECUSADA", _frase(problemas))
    periodos_fechados()  # its lock comes first, as in every posting
    contrato = _criar(venda, plano, dia, chave)
    gravar_dependentes(contrato, venda.dependentes, dia=max(dia, venda.inicio))
    with connection.cursor() as cursor:
        mudar(cursor, [Mudanca(contrato.pk, None, Situacao.ATIVO.value, motivo)], dia=dia, ator=ator, agora=agora)
        emitir_parcelas(cursor, [contrato.pk], dia=dia, agora=agora)
    contrato.refresh_from_db()
    return contrato


def _criar(venda: Venda, plano: Plano, dia: date, chave: uuid.UUID | None) -> Contratacao:
    parametros = {nome: getattr(plano, nome) for nome in PARAMETROS}
    if venda.valor_mensal is not None:
        parametros["valor_mensal"] = venda.valor_mensal
    return Contratacao.objects.create(
        **parametros,
        numero=venda.numero or _proximo_numero(),
        plano=plano,
        titular_id=venda.codigo_cliente,
        filial_id=venda.filial_id,
        inicio=venda.inicio,
        dia_vencimento=venda.dia_vencimento,
        carencia_ate=venda.inicio + timedelta(days=plano.carencia_dias),
        desde=dia,
        proximo_vencimento=venda.primeiro_vencimento or primeiro_vencimento(venda.inicio, venda.dia_vencimento),
        criada_em=timezone.now(),
        chave=chave,
    )


def _uma_por_vez() -> None:
    """Two sales at once wait for each other: for the number, and for the form that was sent twice."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_TRAVA})")


def _proximo_numero() -> int:
    """The next number: old contracts keep those of paper, so it is not the id."""
    maior = Contratacao.objects.order_by("-numero").values_list("numero", flat=True).first()
    return (maior or 0) + 1


def _problemas(venda: Venda, plano: Plano | None, titular: Cliente | None, dia: date) -> list[str]:
    problemas = []
    if plano is None or not plano.ativo:
        problemas.append("o plano não está à venda")
    if titular is None:
        problemas.append(f"não há cliente com o código {venda.codigo_cliente}: cadastre-o antes")
    elif titular.status != Cliente.Status.ATIVO:
        problemas.append(f"o cliente {titular} está inativo")
    elif falecido(titular.documento, titular.pk):
        problemas.append(f"o cliente {titular} tem óbito registrado")
    if not Filial.objects.filter(pk=venda.filial_id, ativa=True).exists():
        problemas.append("a filial não existe ou está inativa")
    if not 1 <= venda.dia_vencimento <= DIA_MAXIMO:
        problemas.append(f"dia do vencimento {venda.dia_vencimento}: esperado de 1 a {DIA_MAXIMO}")
    elif venda.primeiro_vencimento is not None and venda.primeiro_vencimento < venda.inicio:
        problemas.append(f"o primeiro vencimento, {venda.primeiro_vencimento:%d/%m/%Y}, é antes do início")
    elif venda.primeiro_vencimento is not None and venda.primeiro_vencimento - venda.inicio > ANTES_MAXIMO:
        problemas.append(
            f"o primeiro vencimento, {venda.primeiro_vencimento:%d/%m/%Y}, é mais de um ano depois do início"
        )
    if abs(venda.inicio - dia) > ANTES_MAXIMO:
        problemas.append(f"início {venda.inicio:%d/%m/%Y}: a mais de um ano de {dia:%d/%m/%Y}")
    if venda.valor_mensal is not None and venda.valor_mensal <= 0:
        problemas.append("o valor mensal tem de ser maior que zero")
    if venda.numero is not None and Contratacao.objects.filter(numero=venda.numero).exists():
        problemas.append(f"já há um contrato com o número {venda.numero}")
    return problemas


def _frase(problemas: Sequence[str]) -> str:
    texto = "; ".join(problemas)
    return f"{texto[:1].upper()}{texto[1:]}."
