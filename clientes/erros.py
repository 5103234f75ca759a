"""What the register refuses."""

from erp.acesso.erros import ErroDefinitivo


class ConflitoDeIdentidade(ErroDefinitivo):
    """Two customers would be one, or one would be two. `campo` is where the person mends it."""

    def __init__(self, campo: str, mensagem: str, saida: str) -> None:
        super().__init__("CLIENTE_CONFLITO_DE_IDENTIDADE", mensagem, saida)
        self.campo = campo
