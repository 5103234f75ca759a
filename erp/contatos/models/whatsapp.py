"""What is known of WhatsApp: which customers can be reached, which numbers were, what became of each message."""

from django.db import models
from django.db.models.functions import Now


class ContatoWhatsapp(models.Model):
    """The number of one customer, as the routine of validation last read it in the register.

    The number itself stays in the register: here are its digest and its mask. `digitado` is the digest of what was
    typed there, by which the routine knows what changed.
    """

    class Situacao(models.IntegerChoices):
        DESCONHECIDO = 0, "Ainda não se sabe"
        ENTREGA = 1, "Entrega"
        NAO_ENTREGA = 2, "Não entrega"
        INVALIDO = 3, "Número errado"
        SEM_CELULAR = 4, "Só tem telefone fixo"

    codigo_cliente = models.CharField("cliente", max_length=14, primary_key=True)
    digitado = models.CharField(max_length=32)
    resumo = models.CharField(max_length=64, default="", db_default="")
    mostra = models.CharField("número", max_length=30, default="", db_default="")
    corrigido = models.BooleanField("ganhou o 9", default=False, db_default=False)
    problema = models.CharField("o que há de errado", max_length=200, default="", db_default="")
    situacao = models.SmallIntegerField("situação", choices=Situacao, default=Situacao.DESCONHECIDO, db_default=0)
    desde = models.DateTimeField("desde", db_default=Now())

    class Meta:
        db_table = "contatos_whatsapp_contato"
        verbose_name = "número de WhatsApp"
        verbose_name_plural = "números de WhatsApp"
        default_permissions = ("view",)
        permissions = (("repetir_numero", "Pode mandar de novo a números que não entregavam"),)
        indexes = (
            # the list by situação; and those that got their ninth digit
            models.Index(fields=["situacao", "codigo_cliente"], name="whatsapp_contato_situacao"),
            models.Index(
                fields=["codigo_cliente"], name="whatsapp_contato_corrigido", condition=models.Q(corrigido=True)
            ),
            # who has a number that something became known of
            models.Index(fields=["resumo"], name="whatsapp_contato_resumo", condition=~models.Q(resumo="")),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"número do cliente {self.codigo_cliente}"


class NumeroWhatsapp(models.Model):
    """What is known of one number, by its digest, whoever it is of.

    `proximo_em`: when the pair (our number, this one) may have its next message; `promessa_ate`: the last turn that was
    promised to those that wait. `pausado_ate`: Meta limits what this
    person gets.
    """

    resumo = models.CharField(max_length=64, primary_key=True)
    entregue_em = models.DateTimeField(null=True)
    falhou_em = models.DateTimeField(null=True)
    pausado_ate = models.DateTimeField(null=True)
    motivo = models.CharField(max_length=200, default="", db_default="")
    proximo_em = models.DateTimeField(null=True)
    promessa_ate = models.DateTimeField(null=True)

    class Meta:
        db_table = "contatos_whatsapp_numero"
        verbose_name = "estado de um número"
        default_permissions = ()

    def __str__(self) -> str:
        return f"número {self.resumo[:8]}"


class EnvioWhatsapp(models.Model):
    """One message at Meta, by its own name there (`wamid`), and the moment of each thing that was told of it.

    Its situação is a function of those moments, so the order of the news and their repetition change nothing. Without a
    `comunicado_id` nobody here knows it: kept, and shown.
    """

    class Situacao(models.IntegerChoices):
        ACEITA = 0, "Aceita pela Meta"
        ENVIADA = 1, "Enviada"
        ENTREGUE = 2, "Entregue"
        LIDA = 3, "Lida"
        FALHOU = 4, "Falhou"

    wamid = models.CharField("identificação na Meta", max_length=200, unique=True)
    comunicado_id = models.BigIntegerField("comunicado", null=True)
    mostra = models.CharField("para", max_length=30, default="", db_default="")
    aceita_em = models.DateTimeField("aceita em", null=True)
    enviada_em = models.DateTimeField("enviada em", null=True)
    entregue_em = models.DateTimeField("entregue em", null=True)
    lida_em = models.DateTimeField("lida em", null=True)
    falhou_em = models.DateTimeField("falhou em", null=True)
    erro = models.IntegerField("código do erro", null=True)
    situacao = models.SmallIntegerField("situação", choices=Situacao, default=Situacao.ACEITA, db_default=0)
    criado_em = models.DateTimeField("conhecida em", db_default=Now())

    class Meta:
        db_table = "contatos_whatsapp_envio"
        verbose_name = "mensagem no WhatsApp"
        verbose_name_plural = "mensagens no WhatsApp"
        ordering = ("-id",)
        default_permissions = ("view",)
        indexes = (
            # what became of one comunicado
            models.Index(
                fields=["comunicado_id"], name="whatsapp_envio_comunicado",
                condition=models.Q(comunicado_id__isnull=False),
            ),
            # the list by situação, and of those that nobody here knows; newest first
            models.Index("situacao", models.F("id").desc(), name="whatsapp_envio_situacao"),
            models.Index(
                models.F("id").desc(), name="whatsapp_envio_solto", condition=models.Q(comunicado_id__isnull=True)
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"mensagem {self.pk}"
