"""A visit: who asked, why, when, where, and who goes."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from auditoria.guardas import somente_acrescimo
from clientes.models import Cliente
from erp.cadastros.models import Filial
from erp.cadastros.textos import PalavrasSql, palavras
from erp.colaboradores.models import Colaborador


class Situacao(models.IntegerChoices):
    PEDIDA = 0, "Pedida"  # nobody goes yet
    MARCADA = 1, "Marcada"  # somebody goes, on a day
    REALIZADA = 2, "Realizada"
    NAO_REALIZADA = 3, "Não realizada"
    CANCELADA = 4, "Cancelada"


class VisitaQuerySet(models.QuerySet["Visita"]):
    def buscar(self, texto: str) -> VisitaQuerySet:
        """Those with words beginning like each word of `texto`, in who asked or the address."""
        consulta = " & ".join(f"{palavra}:*" for palavra in palavras(texto))
        if not consulta:
            return self.none()
        return self.alias(vetor=SearchVector("busca", config="simple")).filter(
            vetor=SearchQuery(consulta, config="simple", search_type="raw")
        )


class Visita(models.Model):
    """`colaborador` and `dia` come together. Latitude and longitude, in decimal degrees, come together or not at all."""

    Situacao: ClassVar = Situacao
    TRANSICOES: ClassVar = frozenset(
        {
            (Situacao.PEDIDA, Situacao.MARCADA),
            (Situacao.MARCADA, Situacao.MARCADA),
            (Situacao.MARCADA, Situacao.REALIZADA),
            (Situacao.MARCADA, Situacao.NAO_REALIZADA),
            (Situacao.NAO_REALIZADA, Situacao.MARCADA),
            (Situacao.PEDIDA, Situacao.CANCELADA),
            (Situacao.MARCADA, Situacao.CANCELADA),
            (Situacao.NAO_REALIZADA, Situacao.CANCELADA),
        }
    )

    filial = models.ForeignKey(Filial, models.PROTECT, verbose_name="filial", related_name="+", db_index=False)
    cliente = models.ForeignKey(
        Cliente, models.PROTECT, verbose_name="cliente", related_name="+", null=True, blank=True,
        help_text="Se for cliente: o nome, o telefone e o endereço em branco vêm do cadastro.",
    )  # fmt: skip
    solicitante = models.CharField("quem pediu", max_length=80, blank=True)
    telefone = models.CharField("telefone", max_length=20, blank=True, default="")
    motivo = models.CharField("motivo", max_length=200)
    endereco = models.CharField("endereço", max_length=200, blank=True)
    complemento = models.CharField("complemento", max_length=100, blank=True, default="")
    latitude = models.DecimalField(
        "latitude", max_digits=9, decimal_places=6, null=True, blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )  # fmt: skip
    longitude = models.DecimalField(
        "longitude", max_digits=9, decimal_places=6, null=True, blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )  # fmt: skip
    colaborador = models.ForeignKey(
        Colaborador, models.PROTECT, verbose_name="colaborador", related_name="+", null=True, blank=True, db_index=False
    )
    dia = models.DateField("dia", null=True, blank=True)
    hora = models.TimeField("hora combinada", null=True, blank=True, help_text="Vai escrita na rota; não muda a ordem.")
    situacao = models.PositiveSmallIntegerField(
        "situação", choices=Situacao.choices, default=Situacao.PEDIDA, editable=False
    )
    pedida_em = models.DateTimeField("pedida em", editable=False)
    busca = models.GeneratedField(
        expression=PalavrasSql("solicitante", "endereco"), output_field=models.TextField(), db_persist=True
    )

    objects = VisitaQuerySet.as_manager()

    class Meta:
        db_table = "visitas_visita"
        verbose_name = "visita"
        default_permissions = ("add", "change", "view")
        permissions = [("marcar_visita", "Pode marcar, concluir e cancelar visitas")]
        ordering = ["-pk"]
        indexes = [
            # the routine, the list of a day, and what an employee has
            models.Index(fields=["dia", "colaborador"], name="visita_dia", condition=Q(dia__isnull=False)),
            models.Index(
                fields=["colaborador", "-dia"], name="visita_colaborador", condition=Q(colaborador__isnull=False)
            ),
            models.Index(fields=["filial", "-id"], name="visita_filial"),  # the list of one filial
            models.Index(fields=["-id"], name="visita_pedida", condition=Q(situacao=0)),  # what nobody goes to yet
            GinIndex(SearchVector("busca", config="simple"), name="visita_busca"),  # the search box
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False)  # a CHECK takes NULL as true
                & Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="visita_coordenadas", violation_error_message="Informe latitude e longitude juntas, ou nenhuma.",
            ),
            models.CheckConstraint(
                condition=~Q(situacao__in=[1, 2, 3]) | Q(colaborador__isnull=False, dia__isnull=False),
                name="visita_marcada_tem_quem", violation_error_message="Uma visita marcada tem colaborador e dia.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"visita {self.pk}, {self.solicitante}"


class MudancaVisita(models.Model):
    """A step in a visit's life: from what to what, for whom and when, who did it and why."""

    visita = models.ForeignKey(Visita, models.PROTECT, verbose_name="visita", related_name="mudancas", db_index=False)
    de = models.PositiveSmallIntegerField("de", choices=Situacao.choices, null=True)
    para = models.PositiveSmallIntegerField("para", choices=Situacao.choices)
    colaborador = models.ForeignKey(
        Colaborador, models.PROTECT, verbose_name="colaborador", related_name="+", null=True, db_index=False
    )
    dia = models.DateField("dia", null=True)
    motivo = models.CharField("motivo", max_length=500, blank=True, default="")
    por = models.CharField("por", max_length=161)
    em = models.DateTimeField("em")

    class Meta:
        db_table = "visitas_mudanca"
        verbose_name = "mudança de visita"
        verbose_name_plural = "mudanças de visitas"
        default_permissions = ("view",)
        ordering = ["pk"]
        indexes = [models.Index(fields=["visita", "id"], name="mudanca_visita")]  # the history of a visit
        triggers = somente_acrescimo("visitas_mudanca")

    def __str__(self) -> str:
        return f"mudança {self.pk}"
