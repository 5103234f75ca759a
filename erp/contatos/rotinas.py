"""What contatos does by the clock."""

from __future__ import annotations

from django.utils import timezone

from erp.contatos import services
from erp.contatos.registro import Fonte
from erp.contatos.valores import Aviso
from erp.rotinas.agenda import cada, diaria
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import rotina


@rotina("Contatos/Lembrar", diaria("08:30"), "Lembrar vencimentos, pendências e o que a equipe anotou", simulavel=True)
def lembrar(contexto: Contexto) -> None:
    """Junta o que há para lembrar no dia e entrega a quem envia. Cada fato é dito uma vez, mesmo rodando de novo."""

    def item(fonte: Fonte, aviso: Aviso) -> None:
        contexto.item("contatos.aviso", aviso.fato, fonte.titulo)

    services.lembrar(contexto.referencia or timezone.localdate(), contexto, item=item if contexto.simulacao else None)


@rotina("Contatos/Enviar", cada(minutos=1), "Enviar mensagens que estão na hora", guardar_vazias=False)
def enviar() -> dict[str, int]:
    """Põe na fila o que está na hora, fora do silêncio e ainda vale; e anota o que foi entregue."""
    fim = services.acompanhar()
    feito = services.enviar()
    return {
        "na fila": feito.na_fila,
        "não enviadas": feito.parados + fim.nao_enviados,
        "entregues": fim.entregues,
        "falharam": fim.falharam,
    }
