"""The cast of plans: a plan, families, and contracts sold on the days that a test chooses."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from auditoria.services import Ator
from clientes.models import Cliente
from erp.financeiro.models import Origem, Titulo
from erp.financeiro.services import baixar_titulo
from erp.planos.models import AvisoContratacao, Contratacao, Plano
from erp.planos.rules import DependenteNovo
from erp.planos.selectors.debitos import Debito, debitos
from erp.planos.services import registrar_aviso, vender
from erp.planos.services.venda import Venda
from tests.erp.elenco import conta, filial, pessoa

D = Decimal
ANA = Ator("usuario", "ana")
CPFS = ("52998224725", "11144477735", "93541134780", "39053344705", "86288366757")
_codigos: Iterator[int] = iter(range(1, 1_000_000))


def plano(nome: str = "Família", **campos: Any) -> Plano:
    base: dict[str, Any] = {"valor_mensal": D("50.00"), "carencia_dias": 90, "dias_para_suspender": 60}
    return Plano.objects.get_or_create(nome=nome, defaults=base | campos)[0]


def cliente(nome: str = "Maria das Dores", **campos: Any) -> Cliente:
    codigo = f"C{next(_codigos):06d}"
    return Cliente.objects.create(**{"codigo_cliente": codigo, "cliente_varejo": nome, "filial": "Filial 1"} | campos)


def dependente(nome: str = "João das Dores", **campos: Any) -> DependenteNovo:
    return DependenteNovo(**{"nome": nome, "nascimento": date(1980, 5, 17), "parentesco": "conjuge"} | campos)


def contrato(
    dia: date, *, do_plano: Plano | None = None, titular: Cliente | None = None, filial_codigo: int = 1, **campos: Any
) -> Contratacao:
    """Sold on `dia`, due on its day of the month unless said otherwise."""
    venda = Venda(
        plano_id=(do_plano or plano()).pk,
        codigo_cliente=(titular or cliente()).pk,
        filial_id=filial(filial_codigo).pk,
        **{"inicio": dia, "dia_vencimento": dia.day} | campos,
    )
    return vender(venda, ator=ANA, dia=dia)


def parcelas(de: Contratacao) -> list[Titulo]:
    return list(Titulo.objects.filter(origem=Origem.CONTRATO, origem_id=de.pk, sequencia__gte=0).order_by("sequencia"))


def pagar(de: Contratacao, *sequencias: int, valor: str = "50.00") -> None:
    for titulo in Titulo.objects.filter(origem=Origem.CONTRATO, origem_id=de.pk, sequencia__in=sequencias):
        baixar_titulo(
            titulo_id=titulo.pk, valor=D(valor), conta_id=conta().pk, ocorrido_em=timezone.now(), motivo="no balcão",
            usuario=pessoa("financeiro"), chave=uuid.uuid4(),
        )  # fmt: skip


def ao_meio_dia(dia: date) -> datetime:
    return timezone.make_aware(datetime.combine(dia, time(12)))


def avisar(de: Contratacao, *dias: date) -> None:
    """Letters delivered on these days."""
    for dia in dias:
        registrar_aviso(
            contratacao_id=de.pk, finalidade=AvisoContratacao.Finalidade.CANCELAMENTO, entregue_em=ao_meio_dia(dia),
            canal="carta", referencia=f"AR-{dia:%Y%m%d}", ator=ANA, chave=uuid.uuid4(),
        )  # fmt: skip


def debito_de(de: Contratacao, dia: date) -> Debito | None:
    with connection.cursor() as cursor:
        return debitos(cursor, [de.pk], dia).get(de.pk)
