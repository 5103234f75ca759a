"""How far this side has read each feed of the other."""

from django.db import models


class CursorEntidade(models.Model):
    """`posicao` moves in the transaction that stores what it stands for, and in no other.

    `passada` counts the readings from the beginning: what a whole passada did not bring is gone on the other side.
    """

    entidade = models.CharField("entidade", max_length=20, primary_key=True)
    posicao = models.CharField("cursor", max_length=40, blank=True, default="")
    epoca = models.CharField("época da origem", max_length=80, blank=True, default="")
    passada = models.IntegerField("passada", default=1)
    completa = models.BooleanField("passada completa", default=False)  # this passada reached the end once
    exclusoes_a_confirmar = models.IntegerField("exclusões a confirmar", default=0)
    exclusoes_confirmadas = models.IntegerField("passada das exclusões confirmadas", default=0)
    alcancou = models.BooleanField("em dia", default=False)
    atualizado_ate = models.DateTimeField("lido até", null=True)  # when the last record read had changed there
    lidos = models.BigIntegerField("registros lidos", default=0)
    ultimo_contato_em = models.DateTimeField("última leitura", null=True)
    ultimo_erro = models.CharField("último erro", max_length=500, blank=True, default="")
    ultimo_erro_em = models.DateTimeField("último erro em", null=True)

    class Meta:
        verbose_name = "entidade sincronizada"
        verbose_name_plural = "Sincronização"
        ordering = ["entidade"]
        default_permissions = ("view",)
        permissions = [
            ("refazer_sincronizacao", "Pode refazer uma sincronização desde o começo e aceitar as exclusões dela"),
        ]

    def __str__(self) -> str:
        return self.entidade
