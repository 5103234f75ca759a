"""What staff may see and do beyond Django's own users and groups."""

from django.conf import settings
from django.db import models

from auditoria.vigias import vigiar


class EscopoFilial(models.Model):
    """A filial that one member of staff may see. Nobody sees a filial without a row here, save who sees all."""

    usuario = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="usuário", related_name="escopos_filial"
    )
    filial_id = models.BigIntegerField("filial")

    class Meta:
        verbose_name = "filial do usuário"
        verbose_name_plural = "filiais do usuário"
        permissions = (("ver_todas_filiais", "Vê todas as filiais"),)
        constraints = (models.UniqueConstraint(fields=["usuario", "filial_id"], name="escopo_uma_vez_por_filial"),)
        triggers = vigiar("auth.user", chave="usuario_id")

    def __str__(self) -> str:
        return f"filial {self.filial_id}"


class ConcessaoFeita(models.Model):
    """A permission of the table of groups that was given once: what staff take away afterwards stays away."""

    grupo = models.CharField(max_length=150)
    permissao = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["grupo", "permissao"], name="concessao_feita_uma_vez"),)

    def __str__(self) -> str:
        return f"{self.grupo}: {self.permissao}"
