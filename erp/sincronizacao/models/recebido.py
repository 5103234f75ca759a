"""What the other side said last of each record: the base of the next comparison."""

from django.db import models


class RegistroSincronizado(models.Model):
    """`dados` as they came; null after a tombstone. A version that is not newer is not looked at again."""

    pk = models.CompositePrimaryKey("entidade", "chave")
    entidade = models.CharField(max_length=20)
    chave = models.CharField(max_length=20)
    transacao = models.BigIntegerField()
    ordem = models.BigIntegerField()
    passada = models.IntegerField()
    dados = models.JSONField(null=True)

    class Meta:
        db_table = "sincronizacao_registro"
        verbose_name = "registro sincronizado"
        verbose_name_plural = "registros sincronizados"
        default_permissions = ()
        indexes = [
            # at the end of a passada: those that it did not bring
            models.Index(fields=["entidade", "passada", "chave"], name="sincronizacao_passada")
        ]

    def __str__(self) -> str:
        return f"{self.entidade} {self.chave}"
