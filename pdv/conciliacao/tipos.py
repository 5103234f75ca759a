"""The kinds of disagreement: a code, what it is called, which two of the four it is between, and the way out of it."""

from __future__ import annotations

from typing import Final

from django.db import models


class Par(models.TextChoices):
    """Which of the four disagree."""

    NOTA = "nota", "Venda e nota"
    RECEBIVEL = "recebivel", "Venda e recebível"
    LIQUIDACAO = "liquidacao", "Recebível e liquidação"


class Tipo(models.TextChoices):
    """In the order of the page: the sale's way from the till to the bank."""

    VENDA_SEM_NOTA = "VENDA_SEM_NOTA", "Venda sem nota"
    NOTA_SEM_VENDA = "NOTA_SEM_VENDA", "Nota sem venda"
    NOTA_DIFERE = "NOTA_DIFERE", "Nota de outro valor"
    NOTA_REPETIDA = "NOTA_REPETIDA", "Mais de uma nota"
    NOTA_CANCELADA = "NOTA_CANCELADA", "Nota sem efeito, venda de pé"
    VENDA_CANCELADA = "VENDA_CANCELADA", "Venda cancelada, nota de pé"
    VENDA_NAO_LANCADA = "VENDA_NAO_LANCADA", "Venda não lançada"
    RECEBIVEL_FALTA = "RECEBIVEL_FALTA", "Venda sem recebível"
    RECEBIVEL_DIFERE = "RECEBIVEL_DIFERE", "Recebível de outro valor"
    CARTAO_DESFEITO = "CARTAO_DESFEITO", "Cartão desfeito, venda de pé"
    CARTAO_VENCIDO = "CARTAO_VENCIDO", "Cartão vencido, não pago"
    PIX_NAO_CONSTA = "PIX_NAO_CONSTA", "Pix que o banco não diz"
    PIX_DIFERE = "PIX_DIFERE", "Pix de outro valor"
    LINHA_SEM_VENDA = "LINHA_SEM_VENDA", "Pago pela adquirente, sem venda"
    PIX_SEM_VENDA = "PIX_SEM_VENDA", "Pix sem venda nem cobrança"
    PIX_NAO_LANCADO = "PIX_NAO_LANCADO", "Pix de cobrança não lançado"
    COBRANCA_PAGA_ABERTA = "COBRANCA_PAGA_ABERTA", "Cobrança paga, título aberto"
    BAIXA_DEVOLVIDA = "BAIXA_DEVOLVIDA", "Baixa de cobrança devolvida"
    LIQUIDACAO_DIFERE = "LIQUIDACAO_DIFERE", "Liquidação de outro valor"
    TAXA_DIFERE = "TAXA_DIFERE", "Taxa diferente do combinado"
    CREDITO_ABERTO = "CREDITO_ABERTO", "Recebido sem título"


PARES: Final = {
    Par.NOTA: (
        Tipo.VENDA_SEM_NOTA, Tipo.NOTA_SEM_VENDA, Tipo.NOTA_DIFERE, Tipo.NOTA_REPETIDA, Tipo.NOTA_CANCELADA,
        Tipo.VENDA_CANCELADA,
    ),
    Par.RECEBIVEL: (Tipo.VENDA_NAO_LANCADA, Tipo.RECEBIVEL_FALTA, Tipo.RECEBIVEL_DIFERE, Tipo.CARTAO_DESFEITO),
    Par.LIQUIDACAO: (
        Tipo.CARTAO_VENCIDO, Tipo.PIX_NAO_CONSTA, Tipo.PIX_DIFERE, Tipo.LINHA_SEM_VENDA, Tipo.PIX_SEM_VENDA,
        Tipo.PIX_NAO_LANCADO, Tipo.COBRANCA_PAGA_ABERTA, Tipo.BAIXA_DEVOLVIDA, Tipo.LIQUIDACAO_DIFERE, Tipo.TAXA_DIFERE,
        Tipo.CREDITO_ABERTO,
    ),
}  # fmt: skip
PAR_DE: Final = {tipo: par for par, tipos in PARES.items() for tipo in tipos}

SAIDAS: Final = {
    Tipo.VENDA_SEM_NOTA: "Veja se a nota está no PDV por enviar, ou com erro; se não foi emitida, emita-a.",
    Tipo.NOTA_SEM_VENDA: "Peça ao PDV que replique a operação; sem ela, a nota não tem estoque nem dinheiro.",
    Tipo.NOTA_DIFERE: "Compare as duas páginas: cancele a nota e emita outra, ou corrija a venda no PDV.",
    Tipo.NOTA_REPETIDA: "Cancele a nota a mais enquanto há prazo; fora dele, fale com o fiscal.",
    Tipo.NOTA_CANCELADA: "Cancele a venda no PDV; se a mercadoria saiu, emita outra nota.",
    Tipo.VENDA_CANCELADA: "Cancele a nota no PDV; fora do prazo, fale com o fiscal.",
    Tipo.VENDA_NAO_LANCADA: "Abra a operação: a página diz o erro e o conserto. Depois, mande processar.",
    Tipo.RECEBIVEL_FALTA: "Abra a operação, veja os pagamentos e reprocesse; o finalizador pode ter mudado de espécie.",
    Tipo.RECEBIVEL_DIFERE: "Abra a operação, compare os pagamentos com os títulos e reprocesse.",
    Tipo.CARTAO_DESFEITO: "O cliente não foi cobrado: cancele a venda no PDV, ou cobre de outro modo.",
    Tipo.CARTAO_VENCIDO: "Importe o arquivo da adquirente desse dia; se a venda não está nele, cobre a adquirente.",
    Tipo.PIX_NAO_CONSTA: "Procure o Pix no extrato do banco; se não entrou, a venda não foi paga.",
    Tipo.PIX_DIFERE: "Compare a venda com o Pix recebido; devolva ou cobre a diferença.",
    Tipo.LINHA_SEM_VENDA: "Abra a linha e escolha a venda que ela paga, ou pergunte à adquirente o que é.",
    Tipo.PIX_SEM_VENDA: "Veja de quem é o Pix: baixe o título à mão, ou devolva pelo banco.",
    Tipo.PIX_NAO_LANCADO: "Espere a próxima consulta; se continuar, veja o erro na página da cobrança.",
    Tipo.COBRANCA_PAGA_ABERTA: "Abra a cobrança e os seus alarmes; se o dinheiro entrou, baixe o resto do título à mão.",
    Tipo.BAIXA_DEVOLVIDA: "O dinheiro voltou ou está em disputa: responda à contestação, ou reabra o título.",
    Tipo.LIQUIDACAO_DIFERE: "Cobre a diferença de quem pagou, ou dê desconto na baixa do que falta.",
    Tipo.TAXA_DIFERE: "Confira o contrato com a adquirente e a taxa do finalizador; reclame o que foi cobrado a mais.",
    Tipo.CREDITO_ABERTO: "Devolva ao cliente, ou use o crédito para baixar o que ele deve.",
}
