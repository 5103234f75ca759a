"""What customers are: one holds a plan, another is of the register only, and the routine says so."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from auditoria.services import ATOR_SISTEMA
from erp.cadastros.models import Filial
from erp.planos.models import Plano
from erp.planos.services.venda import Venda, vender
from erp.rotinas.services import executar

TITULAR = "52998224725"


def etiquetar() -> None:
    """A month ago somebody bought a plan; on Sunday the tags were given."""
    plano, _ = Plano.objects.get_or_create(nome="Família", defaults={"valor_mensal": Decimal("49.90")})
    dia = timezone.localdate() - timedelta(days=30)
    filial = Filial.objects.order_by("codigo")[0]
    vender(Venda(plano.pk, TITULAR, filial.pk, dia, 10), ator=ATOR_SISTEMA, dia=dia)
    executar("Cliente/TiparClientes", iniciada_por="agenda")
