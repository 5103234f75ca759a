"""Replication: HTTP in, staging (`hiperpdv_`) out.

Enters: packages of a till's operations, notes and turnos, with an API key bound to that till.
Leaves: staging rows, rejections and divergences, and one wake-up of the processing.
Never: posts to a ledger, judges what a sale means, overwrites an operation that was received.
"""

from django.apps import AppConfig


class ReplicacaoConfig(AppConfig):
    name = "pdv.replicacao"
    label = "replicacao"
    verbose_name = "Replicação do PDV"

    def ready(self) -> None:
        from erp.cadastros.models import PontoVenda
        from erp.cadastros.usos import registrar_uso
        from pdv.replicacao.models import OperacaoPdv, Turno

        registrar_uso(PontoVenda, "operações", lambda pdv: OperacaoPdv.objects.filter(ponto_venda_id=pdv.pk).exists())
        registrar_uso(PontoVenda, "turnos", lambda pdv: Turno.objects.filter(ponto_venda_id=pdv.pk).exists())
