"""Maintenance contracts."""

from __future__ import annotations

from datetime import date

from django.core.validators import MinValueValidator
from django.db import models

from auditoria.vigias import vigiar
from clientes.models import Cliente
from erp.jazigos.models.cemiterio import Cemiterio, ParametrosManutencao
from erp.jazigos.models.jazigo import Jazigo, um_por_dia


class ContratoManutencao(ParametrosManutencao):
    """Who pays for the maintenance of a jazigo, how much and from when to when, with its own copy of the rules.

    `cobrado_ate` is where charging stands: the day up to which it is charged. `gerar_em` is the day on which the next
    title is due to be made, empty when there is none any more. The routine moves both in the transaction of the titles;
    what forbids a second title is the key of the titles themselves.
    """

    jazigo = models.ForeignKey(Jazigo, models.PROTECT, verbose_name="jazigo", related_name="contratos", db_index=False)
    cemiterio = models.ForeignKey(  # the jazigo's, which never changes: lists and filters read it at once
        Cemiterio, models.PROTECT, verbose_name="cemitério", related_name="+", db_index=False, editable=False
    )
    titular = models.ForeignKey(
        Cliente, models.PROTECT, verbose_name="titular", related_name="+", help_text="Quem paga a manutenção."
    )
    valor = models.DecimalField("valor por período", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)])
    inicio = models.DateField("início")
    fim = models.DateField("fim", null=True, blank=True, help_text="Em branco: sem data para terminar.")
    cobrado_ate = models.DateField("cobrado até", editable=False)
    gerar_em = models.DateField("próxima geração", null=True, editable=False)
    valor_desde = models.DateField("valor contado desde", editable=False)
    proximo_reajuste = models.DateField("próximo reajuste", editable=False)
    pendencia = models.CharField("pendência", max_length=200, blank=True, default="", editable=False)
    pendente_desde = models.DateField("pendente desde", null=True, editable=False)

    class Meta:
        db_table = "jazigos_contrato"
        verbose_name = "contrato de manutenção"
        verbose_name_plural = "contratos de manutenção"
        default_permissions = ("add", "change", "view")
        permissions = [
            ("encerrar_contratomanutencao", "Pode encerrar contratos de manutenção"),
            ("mudar_valor_contratomanutencao", "Pode mudar o valor de contratos de manutenção"),
        ]
        ordering = ["-pk"]
        indexes = [
            # the routine: what is due, oldest first
            models.Index(fields=["gerar_em", "id"], name="contrato_gerar", condition=models.Q(gerar_em__isnull=False)),
            # a jazigo's contracts, and its foreign key
            models.Index(fields=["jazigo", "-inicio"], name="contrato_jazigo"),
            # the list of one cemetery, newest first
            models.Index(fields=["cemiterio", "-id"], name="contrato_cemiterio"),
            # the list of what could not be charged
            models.Index(fields=["-id"], name="contrato_pendente", condition=~models.Q(pendencia="")),
            # the list of what ended or will
            models.Index(fields=["fim"], name="contrato_fim", condition=models.Q(fim__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(fim__isnull=True) | models.Q(fim__gte=models.F("inicio")), name="contrato_ordem",
                violation_error_message="O fim é antes do início.",
            ),
            models.CheckConstraint(condition=models.Q(valor__gte=0), name="contrato_valor"),
            um_por_dia("contrato_um_por_dia", "Este jazigo já tem um contrato de manutenção em algum destes dias."),
        ]  # fmt: skip
        triggers = vigiar(ignorar=("cobrado_ate", "gerar_em", "pendencia", "pendente_desde"))

    def __str__(self) -> str:
        return f"J{self.pk}"

    def vigente(self, dia: date) -> bool:
        return self.inicio <= dia and (self.fim is None or dia <= self.fim)
