"""The columns of `operacao_pdv` and its dependants, once, for both ends (spec/003).

`pdv.terminal` subclasses them under the till's names, `pdv.replicacao` under the same names with the prefix
`hiperpdv_`. What one end alone needs (keys, bookkeeping) stands in its own subclass.
"""

from decimal import Decimal

from django.db import models


class Especie(models.IntegerChoices):
    """Kinds of operation at the till; 0, 1, 3, 4 and 9 are the till's own numbers."""

    ABERTURA = 0, "Abertura"
    VENDA = 1, "Venda"
    SUPRIMENTO = 2, "Suprimento"
    SANGRIA = 3, "Sangria"
    FALTA = 4, "Falta"
    DEVOLUCAO = 5, "Devolução"
    CANCELAMENTO = 6, "Cancelamento"
    RECEBIMENTO = 7, "Recebimento"
    FECHAMENTO = 9, "Fechamento"


def dinheiro(rotulo: str, **opcoes: object) -> "models.DecimalField[Decimal, Decimal]":
    """Money: 15 digits, 2 decimals, zero when the till says nothing."""
    return models.DecimalField(rotulo, max_digits=15, decimal_places=2, default=0, **opcoes)  # type: ignore[arg-type]  # passed through


class OperacaoPdv(models.Model):
    """One operation of the till."""

    id_operacao = models.BigIntegerField("nº da operação")
    guid_operacao = models.UUIDField("guid")
    id_ponto_venda = models.IntegerField("ponto de venda")
    id_turno = models.BigIntegerField("turno", null=True)
    id_usuario = models.IntegerField("usuário do PDV", null=True)
    operacao = models.SmallIntegerField("espécie", choices=Especie.choices)
    data_hora_inicio = models.DateTimeField("início")
    data_hora_termino = models.DateTimeField("término", null=True)  # null while the operation is open
    cancelado = models.BooleanField("cancelada", default=False)
    cpf_cnpj_consumidor = models.CharField("CPF/CNPJ do consumidor", max_length=14, blank=True, default="")
    codigo_cliente = models.CharField("código do cliente", max_length=14, blank=True, default="")
    valor_produtos = dinheiro("produtos")
    valor_desconto = dinheiro("desconto")
    valor_acrescimo = dinheiro("acréscimo")
    valor_total = dinheiro("total")
    valor_troco = dinheiro("troco")
    id_operacao_origem = models.BigIntegerField("operação de origem", null=True)
    observacao = models.CharField("observação", max_length=500, blank=True, default="")

    class Meta:
        abstract = True


class ItemOperacaoPdv(models.Model):
    """One item; `valor_total_liquido` is its share of the operation's total, every discount and surcharge included."""

    item = models.SmallIntegerField("item")
    id_produto = models.BigIntegerField("produto")
    codigo_barras = models.CharField("código de barras", max_length=14, blank=True, default="")
    descricao = models.CharField("descrição", max_length=120)
    unidade = models.CharField("unidade", max_length=6)
    quantidade_primaria = models.DecimalField("quantidade", max_digits=15, decimal_places=4)
    valor_unitario_liquido = models.DecimalField("unitário líquido", max_digits=15, decimal_places=6)
    valor_desconto = dinheiro("desconto")
    valor_acrescimo = dinheiro("acréscimo")
    valor_total_liquido = dinheiro("total líquido")
    cfop = models.CharField("CFOP", max_length=4, blank=True, default="")
    ncm = models.CharField("NCM", max_length=8, blank=True, default="")
    id_usuario_vendedor = models.IntegerField("vendedor", null=True)
    cancelado = models.BooleanField("cancelado", default=False)

    class Meta:
        abstract = True


class FinalizadorOperacaoPdv(models.Model):
    """One payment; `parcela` says in how many instalments; `valor` is what was handed over, troco included."""

    item = models.SmallIntegerField("sequência")
    id_finalizador = models.IntegerField("finalizador")
    valor = dinheiro("valor")
    valor_troco = dinheiro("troco")
    parcela = models.SmallIntegerField("parcelas", default=1)
    nsu = models.CharField("NSU", max_length=20, blank=True, default="")
    autorizacao = models.CharField("autorização", max_length=128, blank=True, default="")
    bandeira = models.CharField("bandeira", max_length=20, blank=True, default="")
    cnpj_credenciadora = models.CharField("CNPJ da credenciadora", max_length=14, blank=True, default="")
    txid = models.CharField("txid do Pix", max_length=35, blank=True, default="")
    end_to_end_id = models.CharField("id fim a fim do Pix", max_length=32, blank=True, default="")

    class Meta:
        abstract = True


class RecebimentoOperacaoPdv(models.Model):
    """One title of the customer paid, in part or whole: `valor` lowers the title, `valor + juros - desconto` is paid."""

    item = models.SmallIntegerField("sequência")
    numero_documento = models.CharField("documento", max_length=40)
    parcela = models.SmallIntegerField("parcela", default=1)
    valor = dinheiro("valor abatido")
    juros = dinheiro("juros")
    desconto = dinheiro("desconto")

    class Meta:
        abstract = True


class Turno(models.Model):
    """A shift at one till, with what was counted at its end per finalizador: `{"1": "1234.56"}`."""

    id_turno = models.BigIntegerField("nº do turno")
    id_ponto_venda = models.IntegerField("ponto de venda")
    sequencial = models.IntegerField("sequencial")
    fechado = models.BooleanField("fechado", default=False)
    id_usuario = models.IntegerField("usuário do PDV", null=True)
    data_hora_inicio = models.DateTimeField("início")
    data_hora_termino = models.DateTimeField("término", null=True)
    contado = models.JSONField("contado por finalizador", default=dict)

    class Meta:
        abstract = True


class NotaFiscalPdv(models.Model):
    """An NFC-e or CF-e SAT that the till issued: `GRS_NFE` there, `hiperpdv_nota_fiscal` here."""

    chave = models.CharField("chave", max_length=44)
    numero = models.IntegerField("número")
    serie = models.IntegerField("série")
    modelo = models.CharField("modelo", max_length=2)
    situacao = models.CharField("situação na origem", max_length=20)
    protocolo = models.CharField("protocolo", max_length=17, blank=True, default="")
    data_emissao = models.DateTimeField("emissão")
    valor_total = dinheiro("total")
    xml = models.TextField("XML")
    id_operacao = models.BigIntegerField("operação", null=True)

    class Meta:
        abstract = True
