"""What the webservice received: every request, accepted or refused, without its `key` (spec/004, "Registro Recebido").

Guarantee: of the requests of one (FILIAL, ID), at most one was accepted (unique index); a repetition gets its answer.
"""

from django.db import models
from django.db.models.functions import Now


class RegistroRecebido(models.Model):
    """One request. `filial` is the name, also when its number was sent; `id_registro`, the `eventId` or a number of the
    filial's. `resposta` is what the answer adds to the echo of `conteudo`; of a refusal, the whole answer. A request
    refused by its form may have neither filial nor ID, and what the database cannot keep of it is replaced."""

    class Resultado(models.IntegerChoices):
        INSERIDO = 1, "Cadastrado"
        ALTERADO = 2, "Atualizado"
        RECUSADO = 3, "Recusado"

    filial = models.CharField("filial", max_length=60)
    id_registro = models.CharField("ID", max_length=64)
    resultado = models.SmallIntegerField("resultado", choices=Resultado)
    codigo_cliente = models.CharField("código do cliente", max_length=14, default="", db_default="")
    hash_conteudo = models.BinaryField("hash do conteúdo", max_length=32)
    conteudo = models.JSONField("recebido")
    resposta = models.JSONField("respondido")
    status_http = models.PositiveSmallIntegerField("status HTTP")
    prefixo_chave = models.CharField("chave de API", max_length=16, default="", db_default="")
    recebido_em = models.DateTimeField("recebido em", db_default=Now())

    class Meta:
        db_table = "registro_recebido"
        verbose_name = "registro recebido"
        verbose_name_plural = "registros recebidos"
        ordering = ("-id",)
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=["id_registro", "filial"],  # in this order it serves the search by ID too
                condition=models.Q(resultado__in=[1, 2]),
                name="recebido_aceito_uma_vez",
            ),
        )
        indexes = (
            # the history of one customer, newest first
            models.Index("codigo_cliente", models.F("id").desc(), name="recebido_cliente"),
            # the list of one filial, newest first; and the names of those that sent something
            models.Index("filial", models.F("id").desc(), name="recebido_filial"),
            # what was refused, newest first: few among many; and by its ID
            models.Index(models.F("id").desc(), name="recebido_recusado", condition=models.Q(resultado=3)),
            models.Index(fields=["id_registro"], name="recebido_recusado_id", condition=models.Q(resultado=3)),
        )

    def __str__(self) -> str:
        return f"{self.filial} {self.id_registro}"


class NumeroDeRegistro(models.Model):
    """The last ID given in a filial to a request without `eventId`. Numbers are never given twice; gaps may be."""

    filial = models.CharField("filial", max_length=60, primary_key=True)
    ultimo = models.BigIntegerField("último", default=0, db_default=0)

    class Meta:
        db_table = "registro_recebido_numero"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.filial}: {self.ultimo}"
