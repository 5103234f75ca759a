"""What changed last, one row per record: what the feeds are read from."""

from django.db import models
from django.db.models.functions import Now


class FeedLigado(models.Model):
    """An entity that somebody reads: without its row the triggers note nothing, and nobody pays for what nobody reads."""

    entidade = models.CharField(max_length=20, primary_key=True)
    desde = models.DateTimeField(auto_now_add=True)
    notado_ate = models.CharField(max_length=20, default="")  # of what was here before, the last key noted
    pronto = models.BooleanField(default=False)  # what was here before is noted too

    class Meta:
        db_table = "sincronizacao_feed"
        verbose_name = "feed ligado"
        verbose_name_plural = "feeds ligados"
        default_permissions = ()

    def __str__(self) -> str:
        return self.entidade


class Mudanca(models.Model):
    """Written by triggers only (migration 0002). It outlives its record: then it is the tombstone.

    Whoever changes a record holds its row, so nobody waits here for anybody that it did not wait for there.
    """

    pk = models.CompositePrimaryKey("entidade", "chave")
    entidade = models.CharField(max_length=20)
    chave = models.CharField(max_length=20)
    transacao = models.BigIntegerField()  # pg_current_xact_id() of the last change: never wraps
    ordem = models.BigIntegerField()  # apart, within a transaction
    em = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "sincronizacao_mudanca"
        verbose_name = "mudança"
        verbose_name_plural = "mudanças"
        default_permissions = ()
        indexes = [
            # a page of a feed
            models.Index(fields=["entidade", "transacao", "ordem"], name="sincronizacao_mudanca_ordem")
        ]

    def __str__(self) -> str:
        return f"{self.entidade} {self.chave}"
