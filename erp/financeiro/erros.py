"""What the money services refuse."""


class BaixaRecusada(Exception):
    """A baixa não pode ser feita."""
