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
        """What `erro_codigo` keeps: `PRODUTO_NAO_CADASTRADO:123`.

        Several are kept with commas between them: one in the subject (a title's number is whatever the till wrote) would
        make two of it.
        """
        return f"{self.codigo}:{self.assunto.replace(',', ';')}" if self.assunto else self.codigo


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
    "VENDA_SEM_ITENS": Codigo("Operação sem itens", "Confira a operação no PDV; corrija lá e replique de novo."),
    "QUANTIDADE_INVALIDA": Codigo("Quantidade inválida", "A quantidade deve ser maior que zero: corrija no PDV."),
    "PARCELAS_INVALIDAS": Codigo("Número de parcelas inválido", "O número de parcelas deve ir de 1 a 99: corrija no PDV."),
    "VALOR_INVALIDO": Codigo("Valor inválido", "O valor deve ser maior que zero: corrija no PDV."),
    "ESPECIE_NAO_SUPORTADA": Codigo(
        "Espécie de operação ainda não processada", "Fica guardada; será processada quando a espécie for suportada."
    ),
    "ORIGEM_NAO_CHEGOU": Codigo(
        "Operação de origem não chegou", "Confira no PDV se a operação citada foi replicada; quando chegar, processe de novo."
    ),
    "ORIGEM_NAO_INFORMADA": Codigo(
        "Cancelamento sem operação de origem", "Confira no PDV qual operação foi cancelada; corrija lá e replique de novo."
    ),
    "ORIGEM_IGNORADA": Codigo(
        "Operação de origem ignorada", "Processe a operação de origem, ou ignore também esta, com o motivo."
    ),
    "ORIGEM_CANCELADA": Codigo(
        "Operação de origem já cancelada", "Confira no PDV: se foi cancelada duas vezes, ignore esta com o motivo."
    ),
    "ORIGEM_INESPERADA": Codigo(
        "Operação de origem de outra espécie", "Confira no PDV o número da operação de origem e replique de novo."
    ),
    "VENDA_COM_DEVOLUCAO": Codigo(
        "Venda com devolução", "Cancele primeiro a devolução citada e processe esta de novo."
    ),
    "DEVOLUCAO_MAIOR_QUE_VENDIDO": Codigo(
        "Devolve mais do que foi vendido", "Confira no PDV as devoluções desta venda; corrija lá ou ignore esta com o motivo."
    ),
    "FINALIZADOR_NAO_DEVOLVE": Codigo(
        "Devolução por finalizador que não devolve", "Devolva em dinheiro, Pix ou vale: corrija no PDV e replique de novo."
    ),
    "FINALIZADOR_NAO_RECEBE": Codigo(
        "Recebimento a prazo", "Título não se paga com crediário nem vale: corrija no PDV e replique de novo."
    ),
    "VALE_SEM_SALDO": Codigo(
        "Vale sem saldo", "Confira o vale e o que já foi usado dele; corrija a venda no PDV e replique de novo."
    ),
    "VALE_NAO_ENCONTRADO": Codigo(
        "Vale não encontrado", "Confira o código do vale e se a devolução que o gerou foi replicada; depois processe de novo."
    ),
    "VALE_NAO_INFORMADO": Codigo(
        "Vale sem código", "Informe no PDV o código do vale ou o cliente e replique de novo."
    ),
    "RECEBIMENTO_SEM_TITULOS": Codigo(
        "Recebimento sem títulos", "Confira no PDV quais títulos foram pagos; corrija lá e replique de novo."
    ),
    "RECEBIMENTO_NAO_FECHA": Codigo(
        "Títulos não somam o recebido", "Confira valores, juros e descontos no PDV; corrija lá e replique de novo."
    ),
    "RECEBIMENTO_MAIOR_QUE_ABERTO": Codigo(
        "Recebido mais do que o título deve",
        "Confira o título: se outra baixa já o abateu, desfaça-a ou corrija o recebimento no PDV e replique de novo.",
    ),
    "TITULO_JA_PAGO": Codigo(
        "Título já pago", "Confira quem já o baixou: desfaça aquela baixa, ou devolva o dinheiro e ignore este com o motivo."
    ),
    "TITULO_CANCELADO": Codigo(
        "Título de venda cancelada", "A venda que gerou o título foi cancelada: devolva o dinheiro e ignore com o motivo."
    ),
    "TITULO_NAO_ENCONTRADO": Codigo(
        "Título não encontrado", "Confira o número do título e se a venda foi replicada; depois processe de novo."
    ),
    "ESTOQUE_INSUFICIENTE": Codigo(
        "Estoque ficaria negativo",
        "Lance a entrada ou o ajuste que falta, ou permita estoque negativo na filial, e processe de novo.",
    ),
    "PERIODO_FECHADO": Codigo(
        "Período contábil fechado",
        "Peça a quem tem a permissão de reprocessar em período fechado, ou que o período seja reaberto.",
    ),
    "JA_EFETUADA": Codigo("Já efetuada", "Tire-a da seleção, ou use Reprocessar."),
    "JA_NA_FILA": Codigo(
        "Já na fila para ser refeita", "Espere o processamento e confira o resultado antes de pedir outra vez."
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
    "EVENTO_NAO_REGISTRADO": Codigo(
        "Evento não registrado pela SEFAZ",
        "Confira no PDV se o cancelamento foi aceito e replique a nota de novo, com o XML da nota ou o do evento aceito.",
    ),
    "INUTILIZACAO_DIVERGENTE": Codigo(
        "Inutilização é de outra numeração", "Confira no PDV o número, a série e o CNPJ da inutilização e replique de novo."
    ),
    "RECUSADO_PELO_BANCO": Codigo(
        "Recusado pelo banco de dados", "Chame a TI com o número da operação: o registro diz o motivo."
    ),
    "MATOU_O_PROCESSO": Codigo(
        "Derrubou o processamento", "Foi tentada três vezes e derrubou o processo em todas. Chame a TI com o número."
    ),
}  # fmt: skip
