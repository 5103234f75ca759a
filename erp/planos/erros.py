"""What the services of planos refuse, each with its code and its way out."""

from erp.acesso.erros import ErroDefinitivo


class PlanoRecusado(ErroDefinitivo):
    """O contrato não pode ser mudado assim."""
