"""A plan that somebody holds."""

from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from auditoria.vigias import vigiar
from clientes.models import Cliente
from erp.assinaturas.models import Assinatura
from erp.cadastros.models import Filial
from erp.planos.models.plano import ParametrosDePlano, Plano


class Situacao(models.IntegerChoices):
    ATIVO = 1, "Ativo"
    SUSPENSO = 2, "Suspenso"
    CANCELADO = 3, "Cancelado"


class Contratacao(ParametrosDePlano):
    """A contract. Its instalments are titles of `erp.financeiro`: origem CONTRATO, origem_id its id, sequencia from 0.

    `situacao` is that of its last `MudancaContratacao`; nobody writes one without the other. `parcelas_emitidas` and
    `proximo_vencimento` say where the issue of instalments goes on.
    """

    Situacao: ClassVar = Situacao
    TRANSICOES: ClassVar = frozenset(
        {
            (Situacao.ATIVO, Situacao.SUSPENSO),
            (Situacao.SUSPENSO, Situacao.ATIVO),
            (Situacao.ATIVO, Situacao.CANCELADO),
            (Situacao.SUSPENSO, Situacao.CANCELADO),
        }
    )

    numero = models.BigIntegerField("número", unique=True)
    plano = models.ForeignKey(Plano, models.PROTECT, verbose_name="plano", related_name="contratacoes", db_index=False)
    titular = models.ForeignKey(Cliente, models.PROTECT, verbose_name="titular", related_name="contratacoes")
    filial = models.ForeignKey(Filial, models.PROTECT, verbose_name="filial", related_name="+", db_index=False)
    inicio = models.DateField("início")
    dia_vencimento = models.PositiveSmallIntegerField(
        "dia do vencimento", validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text="Num mês mais curto vence no último dia dele.",
    )  # fmt: skip
    carencia_ate = models.DateField("carência até", help_text="Neste dia ainda há carência; no seguinte já não há.")
    situacao = models.PositiveSmallIntegerField("situação", choices=Situacao.choices, default=Situacao.ATIVO)
    desde = models.DateField("desde")  # the day of the present state
    acordo_ate = models.DateField(
        "acordo até", null=True, blank=True
    )  # until this day a debt neither suspends nor cancels
    parcelas_emitidas = models.PositiveIntegerField("parcelas emitidas", default=0)
    proximo_vencimento = models.DateField("próximo vencimento a emitir")
    criada_em = models.DateTimeField("vendida em")
    # of the last version that was signed; the file and its hash are there
    assinatura = models.ForeignKey(
        Assinatura,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        editable=False,
        verbose_name="assinatura",
    )
    assinado_em = models.DateTimeField("assinado em", null=True, editable=False)
    assinado_por = models.CharField(
        "assinado por", max_length=200, blank=True, default="", db_default="", editable=False
    )
    chave = models.UUIDField("chave", null=True, unique=True, editable=False)  # one per form: sent twice, sold once

    class Meta:
        verbose_name = "contratação"
        verbose_name_plural = "contratações"
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("vender_plano", "Vende planos e cuida dos dependentes"),
            ("mudar_contratacao", "Suspende, reativa e cancela contratos de plano, registra acordos e avisos"),
            ("registrar_obito", "Registra óbitos"),
        ]
        indexes = [
            # the routines, a stretch of ids at a time; the list of one state
            models.Index(fields=["situacao", "id"], name="contratacao_situacao"),
            # the list of one plan, and of one filial
            models.Index(fields=["plano", "id"], name="contratacao_plano"),
            models.Index(fields=["filial", "id"], name="contratacao_filial"),
            # the list of those that nobody signed, and of those that were
            models.Index(fields=["-id"], name="contratacao_sem_assinatura", condition=Q(assinado_em__isnull=True)),
            models.Index(fields=["-id"], name="contratacao_assinada", condition=Q(assinado_em__isnull=False)),
            # whose instalments run out: the horizon
            models.Index(
                fields=["proximo_vencimento", "id"], name="contratacao_horizonte", condition=Q(situacao=Situacao.ATIVO)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(numero__gt=0), name="contratacao_numero"),
            models.CheckConstraint(condition=Q(valor_mensal__gt=0), name="contratacao_valor"),
            models.CheckConstraint(condition=Q(dia_vencimento__range=(1, 31)), name="contratacao_dia"),
            models.CheckConstraint(condition=Q(situacao__in=[1, 2, 3]), name="contratacao_situacao_conhecida"),
        ]
        triggers = vigiar(ignorar=("parcelas_emitidas", "proximo_vencimento"))

    def __str__(self) -> str:
        return f"contrato {self.numero}"

    @property
    def documento(self) -> str:
        """What a till calls its instalments: `P` and the number, with `parcela` from 1."""
        return f"P{self.numero}"

    def em_carencia(self, dia: date) -> bool:
        return dia <= self.carencia_ate
