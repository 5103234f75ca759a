"""The tables of assinaturas.

Guarantees (tested in `tests/erp/assinaturas`):
- the state is `maquina.apurar` of the events, and never goes back;
- of one object at most one request is open (unique index);
- what was sent and what came back signed are kept with their SHA-256, once each, and never change: the database refuses.
"""

from erp.assinaturas.models.assinatura import Assinatura
from erp.assinaturas.models.registros import ArquivoAssinatura, EventoAssinatura

__all__ = ["ArquivoAssinatura", "Assinatura", "EventoAssinatura"]
