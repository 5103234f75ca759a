"""A shift at one till, as the till said it."""

from django.db import models
from django.utils import timezone

from pdv import tabelas


class Turno(tabelas.Turno):
    ponto_venda_id = models.BigIntegerField("PDV")
    filial_id = models.BigIntegerField("filial")
    instalacao = models.UUIDField("instalação")
    recebido_em = models.DateTimeField("recebido em", default=timezone.now)

    class Meta:
        db_table = "hiperpdv_turno"
        verbose_name = "turno"
        constraints = [
            models.UniqueConstraint(fields=["ponto_venda_id", "instalacao", "id_turno"], name="hiperpdv_turno_chave")
        ]

    def __str__(self) -> str:
        return f"turno {self.id_turno} (PDV {self.id_ponto_venda})"
