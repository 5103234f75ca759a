"""What this app refuses, in words for whoever asked."""

from erp.acesso.erros import ErroDefinitivo
from pdv.conferencia.models import DiaConferido


class AceiteRecusado(ErroDefinitivo):
    """A diferença deste dia não pode ser aceita."""

    def __init__(self, linha: DiaConferido, motivo: str) -> None:
        super().__init__("ACEITE_RECUSADO", f"O dia {linha.dia:%d/%m/%Y} do PDV {linha.ponto_venda.codigo} {motivo}.")


class PedidoRecusado(ErroDefinitivo):
    """Não falta nada deste dia que se possa pedir ao PDV."""

    def __init__(self, linha: DiaConferido) -> None:
        dia, pdv = f"{linha.dia:%d/%m/%Y}", linha.ponto_venda.codigo
        mensagem = f"Do dia {dia} do PDV {pdv} não falta nenhuma operação que ele diga já ter enviado."
        super().__init__("NADA_A_PEDIR", mensagem, "O que ele ainda vai enviar chega sozinho.")
