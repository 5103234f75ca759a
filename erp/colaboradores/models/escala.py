"""Work schedules, and from when each employee follows which."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models

from erp.colaboradores.apuracao.valores import Trecho
from erp.colaboradores.jornada import ler_horarios
from erp.colaboradores.models.colaborador import Colaborador

DIAS_DA_SEMANA = 7


class Escala(models.Model):
    """The working hours of each day of a week, or of a cycle (12x36 is a cycle of two days, the second one off).

    `horarios` has one text per day (`08:00-12:00 13:00-17:00`, empty for a day off), Monday first. Hours that end at
    or before they begin end on the next day. A schedule that made a sheet does not change: it is copied.
    """

    class Tipo(models.TextChoices):
        SEMANAL = "semanal", "Semanal"
        CICLO = "ciclo", "Ciclo (como 12x36)"

    nome = models.CharField("nome", max_length=60, unique=True)
    tipo = models.CharField("tipo", max_length=7, choices=Tipo.choices, default=Tipo.SEMANAL)
    horarios = ArrayField(models.CharField(max_length=80, blank=True), verbose_name="horários")
    folga_em_feriado = models.BooleanField(
        "folga em feriado", default=True,
        help_text="Na 12x36 os feriados já estão compensados (CLT art. 59-A): desmarque.",
    )  # fmt: skip
    intervalo_pre_assinalado = models.BooleanField(
        "intervalo pré-assinalado", default=False,
        help_text="Quem marca só entrada e saída tem o intervalo da escala descontado (CLT art. 74 § 2º).",
    )  # fmt: skip
    prorroga_noturno = models.BooleanField(
        "prorroga o noturno", default=False,
        help_text="Quem trabalhou das 22:00 às 5:00 e continua tem como noturno o que vem depois (Súmula 60 do TST).",
    )  # fmt: skip
    ativa = models.BooleanField("ativa", default=True)

    class Meta:
        verbose_name = "escala"
        verbose_name_plural = "escalas"
        ordering = ["nome"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tipo="ciclo", horarios__len__range=(1, 62))
                | models.Q(tipo="semanal", horarios__len=DIAS_DA_SEMANA),
                name="escala_dias", violation_error_message="A escala semanal tem 7 dias; o ciclo, de 1 a 62.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.nome

    def trechos_em(self, dia: date, ancora: date) -> tuple[Trecho, ...]:
        """The hours of a day; `ancora` is a first day of the cycle."""
        posicao = dia.weekday() if self.tipo == self.Tipo.SEMANAL else (dia - ancora).days % len(self.horarios)
        return ler_horarios(self.horarios[posicao])


class EscalaColaborador(models.Model):
    """From `desde` until the next one's, this person follows this schedule. Without one: no hours are expected."""

    colaborador = models.ForeignKey(Colaborador, models.PROTECT, related_name="escalas", db_index=False)
    desde = models.DateField("desde")
    escala = models.ForeignKey(Escala, models.PROTECT, verbose_name="escala", related_name="vigencias")
    ancora = models.DateField(
        "1º dia do ciclo", null=True, blank=True, help_text="Só para ciclos. Em branco: o dia em que começa a valer."
    )

    class Meta:
        verbose_name = "escala do colaborador"
        verbose_name_plural = "escalas do colaborador"
        ordering = ["colaborador", "-desde"]
        constraints = [models.UniqueConstraint(fields=["colaborador", "desde"], name="escala_colaborador_vigencia")]

    def __str__(self) -> str:
        return f"{self.escala} desde {self.desde:%d/%m/%Y}"
