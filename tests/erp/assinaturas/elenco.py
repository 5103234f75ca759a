"""The cast of signatures: a contract whose titular has an e-mail, sent to be signed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.utils import timezone

from erp.assinaturas.models import Assinatura
from erp.assinaturas.plugsign.porta import PortaPlugSign
from erp.assinaturas.rotinas import processar
from erp.assinaturas.services import andamento, criacao
from erp.planos.models import Contratacao
from erp.planos.selectors.assinatura import ESPECIE, conteudo_de
from erp.rotinas.contexto import Contexto
from tests.erp.elenco import hoje, pessoa
from tests.erp.jazigos.elenco import Execucao
from tests.erp.planos.elenco import cliente, contrato, plano

EMAIL = "maria@exemplo.com.br"


def vendido(email: str = EMAIL, **campos: Any) -> Contratacao:
    """A contract of Maria da Conceição Gonçalves, who has an e-mail."""
    titular = cliente("Maria da Conceição Gonçalves", email=email, cpf_cgc="529.982.247-25")
    return contrato(date(2026, 1, 10), do_plano=plano(), titular=titular, **campos)


def pedida(de: Contratacao | None = None) -> Assinatura:
    """Asked for, and nothing left yet."""
    de = de or vendido()
    return criacao.pedir(
        especie_nome=ESPECIE, objeto_id=de.pk, versao=conteudo_de(de).versao(), usuario=pessoa("operador", 1)
    )


def enviada(de: Contratacao | None = None) -> Assinatura:
    return andamento.enviar(pedida(de))


def rodar() -> Execucao:
    """The routine, as if the time of all that waits had come."""
    Assinatura.objects.filter(consultar_em__isnull=False).update(consultar_em=timezone.now() - timedelta(minutes=1))
    execucao = Execucao(hoje())
    processar(PortaPlugSign(), cast(Contexto, execucao))
    return execucao
