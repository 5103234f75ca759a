"""What this app refuses, in words for whoever asked."""

from erp.acesso.erros import ErroDefinitivo
from pdv.conferencia.models import DiaConferido


class AceiteRecusado(ErroDefinitivo):
    """A diferença deste dia não pode ser aceita."""

    def __init__(self, linha: DiaConferido, motivo: str) -> None:
        super().__init__("ACEITE_RECUSADO", f"O dia {linha.dia:%d/%m/%Y} do PDV {linha.ponto_venda.codigo} {motivo}.")
