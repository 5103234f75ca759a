"""What the pictures of the trail show: what the others did, sealed and verified."""

from __future__ import annotations

from typing import Any

from auditoria.models import Evento
from auditoria.selador import selar
from auditoria.verificacao.services import verificar


def provar() -> dict[str, Any]:
    """Returns the ids that the pictures show. The last of all: what comes after it has no seal."""
    while selar():
        pass
    verificar()
    com_diferenca = Evento.objects.filter(ator_tipo="usuario", antes__isnull=False, depois__isnull=False)
    mudanca = com_diferenca.filter(objeto="rotinas.RotinaAgendada").first() or com_diferenca.first()
    assert mudanca is not None
    return {"evento": mudanca.pk, "evento_objeto": mudanca.objeto.lower(), "evento_objeto_id": mudanca.objeto_id}
