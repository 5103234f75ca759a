"""What the pictures of plans show: a family up to date, one suspended with a notice, one cancelled. Invented people."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from auditoria.services import Ator
from clientes.models import Cliente
from erp.cadastros.models import Conta, Filial
from erp.financeiro.models import Origem, Titulo
from erp.financeiro.services import baixar_titulo
from erp.planos.models import Contratacao, Dependente, Plano
from erp.planos.rules import DependenteNovo
from erp.planos.services import cancelar, registrar_aviso, suspender, vender
from erp.planos.services.venda import Venda

ANA = Ator("usuario", "ana")


def vender_planos() -> dict[str, Any]:
    """Returns the ids that the pictures show."""
    hoje = timezone.localdate()
    familia = Plano.objects.create(
        nome="Família", valor_mensal=Decimal("59.90"), descricao="Titular e até oito dependentes."
    )
    individual = Plano.objects.create(nome="Individual", valor_mensal=Decimal("29.90"), dependentes_maximo=0)
    clientes = list(Cliente.objects.filter(pf_pj=Cliente.Pessoa.FISICA).order_by("cliente_varejo")[:14])
    for n, titular in enumerate(clientes[2:]):
        _vender(familia if n % 3 else individual, titular, hoje - timedelta(days=17 * n + 3))
    em_dia = _vender(familia, clientes[0], hoje - timedelta(days=200), _gente())
    _pagar(em_dia, 6)
    atrasado = _vender(familia, clientes[1], hoje - timedelta(days=430), _gente())
    _pagar(atrasado, 1)
    suspender(
        contratacao_id=atrasado.pk, motivo="atraso: 3 parcelas em aberto", ator=ANA, dia=hoje - timedelta(days=300)
    )
    registrar_aviso(
        contratacao_id=atrasado.pk, finalidade="cancelamento", entregue_em=timezone.now() - timedelta(days=6),
        canal="carta", referencia="BR123456789BR", ator=ANA, chave=uuid.uuid4(),
    )  # fmt: skip
    outro = Contratacao.objects.order_by("pk")[1]
    cancelar(contratacao_id=outro.pk, motivo="mudou de cidade", ator=ANA, a_pedido=True)
    return {
        "contrato_de_plano": atrasado.pk,
        "contrato_ativo": em_dia.pk,
        "contrato_cancelado": outro.pk,
        "plano": familia.pk,
        "dependente": Dependente.objects.filter(contratacao=em_dia).values_list("pk", flat=True)[0],
    }


def _vender(plano: Plano, titular: Cliente, dia: date, gente: tuple[DependenteNovo, ...] = ()) -> Contratacao:
    filial = Filial.objects.order_by("codigo").first()
    assert filial is not None
    return vender(Venda(plano.pk, titular.pk, filial.pk, dia, 10, dependentes=gente), ator=ANA, dia=dia)


def _gente() -> tuple[DependenteNovo, ...]:
    return (
        DependenteNovo("Antônio Batista Ramos", date(1958, 8, 2), "conjuge"),
        DependenteNovo("Clara Batista Ramos", date(1991, 2, 28), "filho"),
    )


def _pagar(contrato: Contratacao, quantas: int) -> None:
    conta = Conta.objects.filter(tipo=Conta.Tipo.COFRE).first()
    usuario, _ = User.objects.get_or_create(username="caio", defaults={"is_staff": True})
    usuario.groups.add(Group.objects.get(name="financeiro"))
    assert conta is not None
    titulos = Titulo.objects.filter(origem=Origem.CONTRATO, origem_id=contrato.pk, sequencia__gte=0).order_by(
        "sequencia"
    )
    for titulo in titulos[:quantas]:
        baixar_titulo(
            titulo_id=titulo.pk, valor=titulo.valor, conta_id=conta.pk, ocorrido_em=timezone.now(), motivo="no balcão",
            usuario=usuario, chave=uuid.uuid4(),
        )  # fmt: skip
