"""The sheet of each employee's day, its former versions, and the days that something touched.

Guarantees (tests/erp/colaboradores/test_folhas.py): one sheet per employee and day; what a recomputation took the
place of is kept, by trigger, whoever updates; a sheet is a function of marks, treatments, schedule and holidays:
computing it again changes nothing.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from auditoria.guardas import somente_acrescimo
from erp.colaboradores.apuracao.valores import Alerta, TipoDia
from erp.colaboradores.models.colaborador import Colaborador

TIPOS = {
    TipoDia.TRABALHO: "Trabalho",
    TipoDia.FOLGA: "Folga",
    TipoDia.FERIADO: "Feriado",
    TipoDia.AFASTAMENTO: "Afastamento",
    TipoDia.SEM_ESCALA: "Sem escala",
    TipoDia.FORA_DO_CONTRATO: "Fora do contrato",
}
ALERTAS = {
    Alerta.IMPAR: "Falta uma marcação: o número delas é ímpar",
    Alerta.REPETIDA: "Há marcações repetidas em seguida",
    Alerta.TRECHO_LONGO: "Muitas horas sem marcação entre uma entrada e uma saída",
    Alerta.SEM_ESCALA: "Marcação de quem não tem escala neste dia",
    Alerta.FORA_DO_CONTRATO: "Marcação fora do contrato de trabalho",
    Alerta.NO_AFASTAMENTO: "Marcação durante férias ou afastamento",
    Alerta.INTERVALO_CURTO: "Intervalo menor que o da lei (CLT art. 71)",
}


class DadosDaFolha(models.Model):
    """What a sheet says; the current one and the former ones alike. Amounts of time are minutes."""

    class Situacao(models.TextChoices):
        ABERTA = "aberta", "Jornada em curso"
        PENDENTE = "pendente", "A tratar"
        FECHADA = "fechada", "Em ordem"

    versao = models.PositiveIntegerField("versão", default=1)
    situacao = models.CharField("situação", max_length=8, choices=Situacao.choices)
    tipo = models.CharField("dia de", max_length=16, choices=[(t.value, nome) for t, nome in TIPOS.items()])
    feriado = models.CharField("feriado", max_length=120, blank=True, default="")
    previsto = models.PositiveIntegerField("previsto", default=0)
    trabalhado = models.PositiveIntegerField("trabalhado", default=0)
    extra = models.PositiveIntegerField("extra", default=0)
    falta = models.PositiveIntegerField("falta", default=0)
    abonado = models.PositiveIntegerField("abonado", default=0)
    tolerado = models.IntegerField("tolerado", default=0)
    noturno = models.PositiveIntegerField("noturno", default=0)
    noturno_reduzido = models.PositiveIntegerField("noturno reduzido", default=0)
    # {"escala", "horarios", "marcas": [[minute, mark id, treatment id]], "trechos", "alertas", "tratamentos"}
    detalhe = models.JSONField("detalhe", default=dict)
    apurada_ate = models.DateTimeField("apurada até")
    apurada_em = models.DateTimeField("apurada em")

    class Meta:
        abstract = True


def guardar_versao() -> pgtrigger.Trigger:
    """What a sheet said goes to its versions before an UPDATE takes its place."""
    colunas = ", ".join(campo.name for campo in DadosDaFolha._meta.fields)
    antigas = ", ".join(f"OLD.{campo.name}" for campo in DadosDaFolha._meta.fields)
    return pgtrigger.Trigger(
        name="folha_guarda_versao",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"INSERT INTO colaboradores_folhadiaversao (folha_id, substituida_em, {colunas})"
        f" VALUES (OLD.id, clock_timestamp(), {antigas}); NEW.versao := OLD.versao + 1; RETURN NEW;",
    )


class FolhaDia(DadosDaFolha):
    colaborador = models.ForeignKey(
        Colaborador, models.PROTECT, verbose_name="colaborador", related_name="folhas", db_index=False
    )
    dia = models.DateField("dia")

    class Meta:
        verbose_name = "folha do dia"
        verbose_name_plural = "folhas do dia"
        ordering = ["-dia", "colaborador"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["colaborador", "dia"], name="folha_uma_por_dia")]
        indexes = [
            # the list of a day, newest first
            models.Index(fields=["-dia", "colaborador"], name="folha_dia"),
            # what waits for a person
            models.Index(fields=["-dia", "colaborador"], name="folha_pendente", condition=Q(situacao="pendente")),
            # shifts that were on when the sheet was made: the routine takes them up again
            models.Index(fields=["dia", "colaborador"], name="folha_aberta", condition=Q(situacao="aberta")),
        ]
        triggers = [guardar_versao(), *somente_acrescimo("folha")[1:]]

    def __str__(self) -> str:
        return f"{self.colaborador} em {self.dia:%d/%m/%Y}"


class FolhaDiaVersao(DadosDaFolha):
    """What a sheet said before it was computed anew."""

    folha_id = models.BigIntegerField("folha", db_index=True)  # its page
    substituida_em = models.DateTimeField("substituída em")

    class Meta:
        verbose_name = "versão anterior da folha"
        verbose_name_plural = "versões anteriores da folha"
        ordering = ["folha_id", "-versao"]
        default_permissions = ("view",)
        triggers = somente_acrescimo("folhaversao")

    def __str__(self) -> str:
        return f"versão {self.versao} da folha {self.folha_id}"


class DiaTocado(models.Model):
    """Something the sheet depends on changed; a note goes only with a sheet computed after it. Never unique: a note
    that found another one there would go with it, unread.
    """

    colaborador = models.ForeignKey(Colaborador, models.CASCADE, related_name="+", db_index=False)
    dia = models.DateField()
    criar = models.BooleanField(default=False)  # make the sheet if there is none; else only what is there is redone
    em = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        verbose_name = "dia tocado"
        verbose_name_plural = "dias tocados"
        # the routine: the oldest days first
        indexes = [models.Index(fields=["dia", "colaborador"], name="dia_tocado")]

    def __str__(self) -> str:
        return f"{self.colaborador_id} em {self.dia}"
