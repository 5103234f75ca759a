"""What staging received that the other side was not told yet."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class VendaAEnviar(models.Model):
    """One note per statement and till, by triggers on staging: rows that came in or say something else now.

    It goes once the other side answered for all of them. Rows are read when they are sent, never from here.
    """

    class Tipo(models.IntegerChoices):
        TURNO = 1, "Turnos"
        OPERACAO = 2, "Operações"
        NOTA = 3, "Notas"

    ponto_venda_id = models.BigIntegerField("PDV")
    instalacao = models.UUIDField("instalação")
    tipo = models.SmallIntegerField("tipo", choices=Tipo.choices)
    linhas = ArrayField(models.BigIntegerField(), verbose_name="linhas")

    class Meta:
        db_table = "sincronizacao_venda"
        verbose_name = "venda a enviar"
        verbose_name_plural = "vendas a enviar"
        default_permissions = ()
        indexes = [
            # what of one till is to be sent, in the order of arrival
            models.Index(fields=["ponto_venda_id", "id"], name="sincronizacao_venda_pdv")
        ]

    def __str__(self) -> str:
        return f"{self.get_tipo_display()} do PDV {self.ponto_venda_id}"


class EnvioLigado(models.Model):
    """One row from the first `SincronizarVendas` on: without it the triggers note nothing."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    desde = models.DateTimeField(auto_now_add=True)
    # what was in staging before is noted in pages: up to which row each table was
    operacoes_ate = models.BigIntegerField(default=0)
    notas_ate = models.BigIntegerField(default=0)
    turnos_ate = models.BigIntegerField(default=0)

    class Meta:
        db_table = "sincronizacao_envio"
        verbose_name = "envio de vendas"
        verbose_name_plural = "envio de vendas"
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="sincronizacao_envio_um")]

    def __str__(self) -> str:
        return f"ligado desde {self.desde:%d/%m/%Y %H:%M}"
