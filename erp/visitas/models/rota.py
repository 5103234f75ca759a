"""The files of routes."""

from django.db import models

from auditoria.guardas import somente_acrescimo
from erp.colaboradores.models import Colaborador


class ArquivoRota(models.Model):
    """One version of an employee's route of one day: a file of the storage, and what it must contain (`sha256`)."""

    colaborador = models.ForeignKey(
        Colaborador, models.PROTECT, verbose_name="colaborador", related_name="+", db_index=False
    )
    dia = models.DateField("dia")
    versao = models.PositiveSmallIntegerField("versão")
    arquivo = models.CharField("arquivo", max_length=200)  # its name in the storage
    sha256 = models.CharField("SHA-256", max_length=64)
    visitas = models.PositiveSmallIntegerField("visitas")
    sem_coordenadas = models.PositiveSmallIntegerField("sem coordenadas")
    metros = models.PositiveIntegerField("distância em linha reta (m)")
    execucao_id = models.BigIntegerField("execução", null=True)
    feito_em = models.DateTimeField("feito em")

    class Meta:
        db_table = "visitas_arquivo_rota"
        verbose_name = "rota"
        default_permissions = ("view",)
        permissions = [("baixar_rota", "Pode baixar rotas (endereços de clientes)")]
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["dia", "colaborador"], name="rota_dia"),  # the list of one day, and the routine
        ]
        constraints = [
            # the newest version of an employee's day, too
            models.UniqueConstraint(fields=["colaborador", "dia", "versao"], name="rota_uma_por_versao"),
        ]
        triggers = somente_acrescimo("visitas_arquivo_rota")

    def __str__(self) -> str:
        return f"rota de {self.colaborador} em {self.dia:%d/%m/%Y}, versão {self.versao}"
