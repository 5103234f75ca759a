"""What both engines understand: an error that waits for a person."""


class ErroDefinitivo(Exception):
    """A linha não pode ser processada como está; espera uma pessoa."""

    def __init__(self, codigo: str, mensagem: str) -> None:
        super().__init__(mensagem)
        self.codigo = codigo
        self.mensagem = mensagem
