"""Asking a till again: what was taken out of staging for it, and the command."""

from django.db import models

from auditoria.guardas import somente_acrescimo


class OperacaoArquivada(models.Model):
    """An operation taken out of staging to be replicated again: everything that was there, for good."""

    operacao_id = models.BigIntegerField("linha recebida", db_index=True)  # OperacaoPdv.id as it was
    ponto_venda_id = models.BigIntegerField("PDV")
    filial_id = models.BigIntegerField("filial")
    instalacao = models.UUIDField("instalação")
    id_operacao = models.BigIntegerField("nº da operação")
    conteudo = models.JSONField("linha e dependências")  # {"operacao": {...}, "itens": [...], ...}: every column
    arquivada_em = models.DateTimeField("arquivada em")
    arquivada_por = models.CharField("arquivada por", max_length=150)
    motivo = models.CharField("motivo", max_length=500)

    class Meta:
        db_table = "pdv_operacao_arquivada"
        verbose_name = "operação arquivada"
        verbose_name_plural = "operações arquivadas"
        default_permissions = ("view",)
        indexes = [
            # the page of an operation that came back
            models.Index(fields=["ponto_venda_id", "instalacao", "id_operacao"], name="pdv_arquivada_chave"),
        ]
        triggers = somente_acrescimo("pdv_operacao_arquivada")

    def __str__(self) -> str:
        return f"operação {self.id_operacao} arquivada"


class Comando(models.Model):
    """What the retaguarda asks of a till; the till asks for them, never the other way round."""

    class Tipo(models.TextChoices):
        REPLICAR = "replicar", "Replicar de novo"

    class Situacao(models.IntegerChoices):
        PENDENTE = 0, "À espera do PDV"
        ENTREGUE = 1, "Entregue ao PDV"
        CUMPRIDO = 2, "Cumprido"
        RECUSADO = 3, "O PDV não pôde cumprir"
        CANCELADO = 4, "Cancelado"

    ponto_venda_id = models.BigIntegerField("PDV")
    filial_id = models.BigIntegerField("filial")
    instalacao = models.UUIDField("instalação")
    tipo = models.CharField("tipo", max_length=10, choices=Tipo.choices)
    id_operacao = models.BigIntegerField("nº da operação", null=True)
    situacao = models.SmallIntegerField("situação", choices=Situacao.choices, default=Situacao.PENDENTE)
    pedido_em = models.DateTimeField("pedido em")
    pedido_por = models.CharField("pedido por", max_length=150)
    motivo = models.CharField("motivo", max_length=500)
    entregue_em = models.DateTimeField("entregue em", null=True)
    concluido_em = models.DateTimeField("concluído em", null=True)
    resposta = models.CharField("resposta do PDV", max_length=500, blank=True, default="")

    class Meta:
        db_table = "pdv_comando"
        verbose_name = "comando ao PDV"
        verbose_name_plural = "comandos aos PDVs"
        default_permissions = ("view",)
        indexes = [
            # the till's question
            models.Index(
                fields=["ponto_venda_id", "id"], condition=models.Q(situacao__in=(0, 1)), name="pdv_comando_aberto"
            ),
            # the page of an operation
            models.Index(fields=["ponto_venda_id", "instalacao", "id_operacao"], name="pdv_comando_operacao"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tipo_display()} {self.id_operacao or ''}".strip()
