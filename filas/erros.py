"""What both engines understand: an error that waits for a person."""


class ErroDefinitivo(Exception):
    """A linha não pode ser processada como está; espera uma pessoa."""

    def __init__(self, codigo: str, mensagem: str) -> None:
        super().__init__(mensagem)
        self.codigo = codigo
        self.mensagem = mensagem


class FalhaDeTransporte(Exception):
    """A chamada não terminou: não se sabe se o outro lado a recebeu, e por isso ela volta com o mesmo token.

    `codigo` is `TEMPO_ESGOTADO` or `CONEXAO`; the message says what happened, and holds neither content nor secrets.
    """

    def __init__(self, codigo: str, mensagem: str) -> None:
        super().__init__(mensagem)
        self.codigo = codigo
        self.mensagem = mensagem
