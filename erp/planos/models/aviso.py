"""Notices that were delivered: the proof that a cancellation needs."""

from django.db import models
from django.db.models import Q

from auditoria.guardas import somente_acrescimo
from erp.planos.models.contratacao import Contratacao


class AvisoContratacao(models.Model):
    """A notice of a contract, delivered on `enviado_em`. `referencia` is what proves it: the message, or the letter's AR.

    `fato` names what was told, and is told once: `contratacao:<id>:cancelamento:<título mais antigo>:<ativo desde>:<n>`.
    """

    class Finalidade(models.TextChoices):
        SUSPENSAO = "suspensao", "Da suspensão"
        CANCELAMENTO = "cancelamento", "Do cancelamento"

    class Canal(models.TextChoices):
        EMAIL = "email", "E-mail"
        WHATSAPP = "whatsapp", "WhatsApp"
        CARTA = "carta", "Carta com AR"
        CARTORIO = "cartorio", "Notificação por cartório"
        PESSOALMENTE = "pessoal", "Em mãos, com assinatura"

    contratacao = models.ForeignKey(Contratacao, models.PROTECT, verbose_name="contratação", related_name="avisos")
    finalidade = models.CharField("finalidade", max_length=12, choices=Finalidade.choices)
    fato = models.CharField("fato", max_length=100, unique=True)
    enviado_em = models.DateTimeField("entregue em")
    canal = models.CharField("canal", max_length=10, choices=Canal.choices)
    referencia = models.CharField("prova", max_length=100, help_text="O código do AR, o protocolo, a mensagem.")
    registrado_por = models.CharField("registrado por", max_length=160)
    registrado_em = models.DateTimeField("registrado em")

    class Meta:
        verbose_name = "aviso de contratação"
        verbose_name_plural = "avisos de contratações"
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            # the notices of a contract, for one end, since its debt began
            models.Index(fields=["contratacao", "finalidade", "enviado_em"], name="aviso_contratacao"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(referencia=""), name="aviso_tem_prova"),
        ]
        triggers = somente_acrescimo("planos_avisocontratacao")

    def __str__(self) -> str:
        return f"aviso {self.get_finalidade_display().lower()} em {self.enviado_em:%d/%m/%Y}"
