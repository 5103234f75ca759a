"""What emitters of notes said, as they answered when asked: never the body of a webhook.

Guarantees:
- the same word of an emitter about the same note is one row, however often it is said;
- a word never moves a document back: what does not agree is kept, and shown.
"""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from erp.fiscal.models.documento import DocumentoFiscal


class EventoNota(models.Model):
    """One state of one note, in the words of its emitter. `ref` is how the emitter calls it.

    `consultar_em` is when the emitter is asked again (it had not decided, or a file was missing); null: nothing to ask.
    """

    class Situacao(models.TextChoices):
        PROCESSANDO = "processando", "Processando"
        REJEITADA = "rejeitada", "Rejeitada"
        CONTINGENCIA = "contingencia", "Contingência pendente"
        AUTORIZADA = "autorizada", "Autorizada"
        DENEGADA = "denegada", "Denegada"
        CANCELADA = "cancelada", "Cancelada"
        DESCONHECIDA = "desconhecida", "Situação desconhecida"

    class Desfecho(models.IntegerChoices):
        ORFAO = 0, "Nota que não temos"
        APLICADO = 1, "Documento andou"
        SEM_NOVIDADE = 2, "Nada de novo"
        CONTRADIZ = 3, "Não bate"
        REJEITADA = 4, "Rejeitada pela SEFAZ"

    emissor = models.CharField("emissor", max_length=40)
    tipo = models.CharField("tipo", max_length=4, choices=[("nfce", "NFC-e"), ("nfe", "NF-e")])
    ref = models.CharField("referência no emissor", max_length=100)
    status = models.CharField("como o emissor diz", max_length=60)
    chave = models.CharField("chave", max_length=44, blank=True, default="")
    situacao = models.CharField("situação", max_length=12, choices=Situacao.choices)
    cstat = models.CharField("cStat", max_length=3, blank=True, default="")
    mensagem = models.CharField("mensagem", max_length=500, blank=True, default="")
    protocolo = models.CharField("protocolo", max_length=17, blank=True, default="")
    resposta = models.JSONField("resposta do emissor", default=dict, encoder=DjangoJSONEncoder)
    desfecho = models.SmallIntegerField("o que se fez", choices=Desfecho.choices, default=Desfecho.ORFAO)
    explicacao = models.CharField("explicação", max_length=600, blank=True, default="")
    documento = models.ForeignKey(
        DocumentoFiscal, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+",
        verbose_name="documento",
    )  # fmt: skip
    webhook_id = models.BigIntegerField("webhook", null=True)  # the first that told of it; null: we asked
    recebido_em = models.DateTimeField("recebido em")
    ultimo_em = models.DateTimeField("dito pela última vez em")
    vezes = models.PositiveIntegerField("vezes", default=0)
    consultar_em = models.DateTimeField("perguntar de novo em", null=True)
    consultas = models.PositiveSmallIntegerField("vezes perguntado", default=0)

    class Meta:
        db_table = "fiscal_evento_nota"
        verbose_name = "evento de nota"
        verbose_name_plural = "eventos de notas"
        default_permissions = ("view",)
        permissions = [("consultar_emissor", "Pode perguntar de uma nota ao emissor")]
        constraints = [
            models.UniqueConstraint(fields=["emissor", "tipo", "ref", "status", "chave"], name="evento_nota_unico")
        ]
        indexes = [
            # the page of a document, and what a document was waiting for
            models.Index(fields=["chave", "id"], condition=~models.Q(chave=""), name="evento_nota_chave"),
            # the list by outcome, and the orphans that the routine looks at
            models.Index(fields=["desfecho", "-id"], name="evento_nota_desfecho"),
            # what is to be asked again
            models.Index(
                fields=["emissor", "consultar_em"], condition=models.Q(consultar_em__isnull=False), name="evento_nota_devido"
            ),
            models.Index(fields=["recebido_em"], name="evento_nota_recebido"),  # the list by period
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_tipo_display()} {self.ref}: {self.status}"


class ArquivoDoEmissor(models.Model):
    """The files of an event, as the emitter gave them, in a table of their own: lists never read them."""

    evento = models.OneToOneField(EventoNota, models.CASCADE, primary_key=True, related_name="arquivo")
    xml = models.BinaryField("XML da nota", null=True)
    xml_evento = models.BinaryField("XML do cancelamento", null=True)
    danfe = models.BinaryField("DANFE", null=True)

    class Meta:
        db_table = "fiscal_arquivo_emissor"
        verbose_name = "arquivo do emissor"
        verbose_name_plural = "arquivos do emissor"
        default_permissions = ()
