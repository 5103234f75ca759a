"""The queue as the staff sees it: the list, a message, the integrations, and acts on many at once."""

from filas.admin.contextos import ContextosAdmin
from filas.admin.massas import AcaoEmMassaAdmin
from filas.admin.mensagens import MensagemAdmin

__all__ = ["AcaoEmMassaAdmin", "ContextosAdmin", "MensagemAdmin"]
