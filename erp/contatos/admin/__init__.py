"""The window on messages: what was told and why not, the words, the refusals, the reminders."""

from erp.contatos.admin import comunicados, descadastros, lembretes, modelos, regua, whatsapp

__all__ = ["comunicados", "descadastros", "lembretes", "modelos", "regua", "whatsapp"]
