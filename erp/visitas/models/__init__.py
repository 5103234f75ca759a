"""Visits that were asked for, and the routes made of them.

Guarantees (tested in `tests/erp/visitas`):
- what is known of a visit's life is a row of `MudancaVisita` for each step, which never changes;
- a route file never changes: another content of the same employee and day is another version, numbered from 1.
"""

from erp.visitas.models.rota import ArquivoRota
from erp.visitas.models.visita import MudancaVisita, Visita

__all__ = ["ArquivoRota", "MudancaVisita", "Visita"]
