"""The pages of acesso: keys, approvals, staff."""

from erp.acesso.admin import aprovacoes, chaves, entradas, equipe  # noqa: F401  # importing registers
