"""The codes of processing: what each means to staff, and the way out."""

from typing import NamedTuple


class Codigo(NamedTuple):
    titulo: str
    saida: str


class Problema(NamedTuple):
    """One thing wrong with one operation; `assunto` groups equal ones (the product, the finalizador)."""

    codigo: str
    mensagem: str
    assunto: str = ""

    @property
    def digital(self) -> str:
        """What `erro_codigo` keeps: `PRODUTO_NAO_CADASTRADO:123`."""
        return f"{self.codigo}:{self.assunto}" if self.assunto else self.codigo


class OperacaoInvalida(Exception):
    """A operação quebra uma ou mais regras; nada foi lançado."""

    def __init__(self, problemas: list[Problema]) -> None:
        super().__init__("; ".join(p.mensagem for p in problemas))
        self.problemas = problemas


class AcaoRecusada(Exception):
    """A ação não pode ser feita nestas linhas; nada foi mudado."""


CODIGOS: dict[str, Codigo] = {
    "PRODUTO_NAO_CADASTRADO": Codigo(
        "Produto não cadastrado", "Cadastre o produto com este código (ou importe a planilha) e processe de novo."
    ),
    "FINALIZADOR_NAO_CADASTRADO": Codigo(
        "Finalizador não cadastrado", "Cadastre o finalizador com este código e suas condições e processe de novo."
    ),
    "FINALIZADOR_SEM_CONDICAO": Codigo(
        "Finalizador sem condição vigente", "Inclua no finalizador uma condição vigente na data da venda e processe de novo."
    ),
    "FINALIZADOR_SEM_CONTA": Codigo(
        "Finalizador sem conta", "Informe na condição do finalizador a conta em que o dinheiro cai e processe de novo."
    ),
    "FILIAL_SEM_COFRE": Codigo(
        "Filial sem conta de cofre", "Informe a conta do cofre no cadastro da filial e processe de novo."
    ),
    "PONTO_VENDA_NAO_CADASTRADO": Codigo(
        "PDV não cadastrado", "Cadastre o ponto de venda e processe de novo."
    ),
    "CLIENTE_NAO_INFORMADO": Codigo(
        "Crediário sem cliente",
        "A venda a prazo precisa de cliente: corrija no PDV e replique de novo, ou ignore com o motivo.",
    ),
    "PAGAMENTO_NAO_FECHA": Codigo(
        "Pagamentos não somam o total", "Confira a venda no PDV; corrija lá e replique de novo."
    ),
    "TROCO_NAO_FECHA": Codigo("Troco não confere", "Confira os pagamentos no PDV; corrija lá e replique de novo."),
    "TOTAL_NAO_FECHA": Codigo("Total não confere", "Confira descontos e acréscimos no PDV; corrija lá e replique de novo."),
    "ITENS_NAO_FECHAM": Codigo("Itens não somam o total", "Confira os itens no PDV; corrija lá e replique de novo."),
    "VENDA_SEM_ITENS": Codigo("Venda sem itens", "Confira a venda no PDV; corrija lá e replique de novo."),
    "QUANTIDADE_INVALIDA": Codigo("Quantidade inválida", "A quantidade deve ser maior que zero: corrija no PDV."),
    "PARCELAS_INVALIDAS": Codigo("Número de parcelas inválido", "O número de parcelas deve ir de 1 a 99: corrija no PDV."),
    "VALOR_INVALIDO": Codigo("Valor inválido", "O valor deve ser maior que zero: corrija no PDV."),
    "ESPECIE_NAO_SUPORTADA": Codigo(
        "Espécie de operação ainda não processada", "Fica guardada; será processada quando a espécie for suportada."
    ),
    "ESTOQUE_INSUFICIENTE": Codigo(
        "Estoque ficaria negativo",
        "Lance a entrada ou o ajuste que falta, ou permita estoque negativo na filial, e processe de novo.",
    ),
    "TITULO_BAIXADO": Codigo(
        "Título já baixado", "Desfaça primeiro a baixa do título indicado e reprocesse."
    ),
    "XML_ILEGIVEL": Codigo("XML ilegível", "Peça ao PDV que replique a nota de novo; se persistir, chame a TI."),
    "CHAVE_DIVERGENTE": Codigo(
        "Chave da nota não é a do XML", "Confira a nota no PDV e replique de novo com o XML certo."
    ),
    "MODELO_INESPERADO": Codigo(
        "XML não é de NFC-e nem de SAT", "Confira a nota no PDV e replique de novo com o XML certo."
    ),
    "RECUSADO_PELO_BANCO": Codigo(
        "Recusado pelo banco de dados", "Chame a TI com o número da operação: o registro diz o motivo."
    ),
    "MATOU_O_PROCESSO": Codigo(
        "Derrubou o processamento", "Foi tentada três vezes e derrubou o processo em todas. Chame a TI com o número."
    ),
}  # fmt: skip
