"""Card sales as their acquirers know them: what tills took, what acquirers' files say they paid, and what met what.

Guarantees (tested in `tests/erp/cobrancas/test_tef.py`): a receivable is one event; a line of a file settles at most one
event and an event is settled by at most one line; a file is taken in once.
"""

from __future__ import annotations

from django.db import models

from auditoria.vigias import vigiar
from erp.cadastros.models import Adquirente, Conta, Filial
from erp.cobrancas.models.cobranca import Cobranca
from erp.financeiro.models import Titulo


class LayoutTef(models.Model):
    """What the columns of an acquirer's file are called, and where its money comes in."""

    nome = models.CharField("nome", max_length=60, unique=True)
    adquirente = models.ForeignKey(Adquirente, models.PROTECT, related_name="+", verbose_name="adquirente")
    conta = models.ForeignKey(Conta, models.PROTECT, related_name="+", verbose_name="conta em que o dinheiro entra")
    coluna_nsu = models.CharField("coluna do NSU", max_length=60)
    coluna_autorizacao = models.CharField("coluna da autorização", max_length=60, blank=True, default="")
    coluna_data = models.CharField("coluna do dia da venda", max_length=60)
    coluna_pagamento = models.CharField("coluna do dia do pagamento", max_length=60)
    coluna_valor = models.CharField("coluna do valor bruto", max_length=60)
    coluna_taxa = models.CharField("coluna da taxa", max_length=60, blank=True, default="")
    coluna_liquido = models.CharField("coluna do valor líquido", max_length=60, blank=True, default="")
    coluna_parcela = models.CharField("coluna da parcela", max_length=60, blank=True, default="")

    class Meta:
        db_table = "cobrancas_tef_layout"
        verbose_name = "leiaute de arquivo de cartões"
        verbose_name_plural = "leiautes de arquivos de cartões"
        triggers = vigiar()

    def __str__(self) -> str:
        return self.nome


class ArquivoTef(models.Model):
    """A settlement file as it was imported. The same bytes again are the same file."""

    layout = models.ForeignKey(LayoutTef, models.PROTECT, related_name="+", verbose_name="leiaute")
    nome = models.CharField("arquivo", max_length=120)
    sha256 = models.CharField(max_length=64, unique=True)
    por = models.CharField("por", max_length=161)
    em = models.DateTimeField("importado em")
    linhas = models.PositiveIntegerField("linhas", default=0)
    recusadas = models.PositiveIntegerField("linhas que não se entendem", default=0)
    recusas = models.JSONField("o que não se entende", default=list)  # [[line, why]], the first `RECUSAS_GUARDADAS`

    class Meta:
        db_table = "cobrancas_tef_arquivo"
        verbose_name = "arquivo de cartões"
        verbose_name_plural = "arquivos de cartões"
        default_permissions = ("add", "view")

    def __str__(self) -> str:
        return self.nome


class TefEvento(models.Model):
    """One instalment of a card sale: the receivable that a till's finalizador made, and how far it got."""

    class Estado(models.IntegerChoices):
        PENDENTE = 0, "Pendente"
        CONFIRMADA = 1, "Confirmada"
        DESFEITA = 2, "Desfeita"
        CANCELADA = 3, "Cancelada"
        NEGADA = 4, "Negada"

    titulo = models.OneToOneField(
        Titulo, models.DO_NOTHING, db_constraint=False, related_name="tef", verbose_name="título"
    )
    filial = models.ForeignKey(
        Filial, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name="filial"
    )
    adquirente_id = models.BigIntegerField("adquirente", null=True)
    nsu = models.CharField("NSU", max_length=20, blank=True, default="")  # without zeros in front
    autorizacao = models.CharField("autorização", max_length=128, blank=True, default="")
    parcela = models.SmallIntegerField("parcela")
    parcelas = models.SmallIntegerField("de")
    valor = models.DecimalField("valor", max_digits=15, decimal_places=2)
    dia = models.DateField("dia da venda")
    previsto_em = models.DateField("previsto para")
    ocorrido_em = models.DateTimeField("ocorrido em")
    estado = models.PositiveSmallIntegerField("estado", choices=Estado.choices, default=Estado.PENDENTE)
    mudou_em = models.DateTimeField("mudou em", null=True)
    liquidado_em = models.DateTimeField("liquidado em", null=True)
    cobranca = models.OneToOneField(Cobranca, models.PROTECT, null=True, related_name="tef", verbose_name="cobrança")
    alarmado_em = models.DateTimeField("alarmado em", null=True)
    consultado_em = models.DateTimeField("perguntado ao TEF em", null=True)
    problema = models.CharField("o que pede atenção", max_length=200, blank=True, default="")

    class Meta:
        db_table = "cobrancas_tef"
        verbose_name = "venda em cartão"
        verbose_name_plural = "vendas em cartão"
        default_permissions = ("view",)
        indexes = [
            # what a line of a file may meet
            models.Index(fields=["nsu"], name="tef_nsu_aberto", condition=models.Q(liquidado_em__isnull=True)),
            models.Index(fields=["autorizacao"], name="tef_aut_aberta", condition=models.Q(liquidado_em__isnull=True)),
            # pending for too long
            models.Index(fields=["ocorrido_em"], name="tef_pendente", condition=models.Q(estado=0, liquidado_em__isnull=True)),
            # whom the gateway is asked about next
            models.Index(
                fields=["consultado_em", "ocorrido_em"], name="tef_a_consultar",
                condition=models.Q(estado=0, liquidado_em__isnull=True),
            ),
            # the list by what pede atenção, by day and by filial
            models.Index(fields=["-id"], name="tef_problema", condition=~models.Q(problema="")),
            models.Index(fields=["dia"], name="tef_dia"),
            models.Index(fields=["filial", "-id"], name="tef_filial"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"cartão NSU {self.nsu or '?'}, {self.parcela}/{self.parcelas}"


class LinhaTef(models.Model):
    """One line of a file: what an acquirer says it paid, and what it met."""

    class Situacao(models.IntegerChoices):
        SEM_PAR = 0, "Sem par"
        CASADA = 1, "Casada"
        AMBIGUA = 2, "Mais de um par"
        RECUSADA = 3, "Não se lança"

    arquivo = models.ForeignKey(
        ArquivoTef, models.PROTECT, related_name="das_linhas", db_index=False, verbose_name="arquivo"
    )
    numero = models.PositiveIntegerField("linha")
    nsu = models.CharField("NSU", max_length=20, blank=True, default="")
    autorizacao = models.CharField("autorização", max_length=128, blank=True, default="")
    parcela = models.SmallIntegerField("parcela", null=True)
    valor = models.DecimalField("valor bruto", max_digits=15, decimal_places=2)
    taxa = models.DecimalField("taxa", max_digits=15, decimal_places=2, default=0)
    dia = models.DateField("dia da venda")
    pago_em = models.DateField("pago em")
    situacao = models.PositiveSmallIntegerField("situação", choices=Situacao.choices, default=Situacao.SEM_PAR)
    criterio = models.CharField("casou por", max_length=60, blank=True, default="")
    evento = models.OneToOneField(TefEvento, models.PROTECT, null=True, related_name="linha", verbose_name="venda")
    problema = models.CharField("problema", max_length=200, blank=True, default="")
    escolhida_por = models.CharField("escolhida por", max_length=161, blank=True, default="")
    motivo = models.CharField("motivo da escolha", max_length=500, blank=True, default="")

    class Meta:
        db_table = "cobrancas_tef_linha"
        verbose_name = "linha de arquivo de cartões"
        verbose_name_plural = "linhas de arquivos de cartões"
        default_permissions = ("view",)
        permissions = [("escolher_linhatef", "Pode escolher a venda que uma linha paga, e desfazer")]
        constraints = [models.UniqueConstraint(fields=["arquivo", "numero"], name="tef_linha_uma")]
        indexes = [
            # a line that came before, in this file or in another
            models.Index(fields=["nsu", "dia"], name="tef_linha_paga", condition=models.Q(situacao=1)),
            # what is tried again, and the list of what did not meet
            models.Index(fields=["situacao", "-id"], name="tef_linha_sem_par", condition=~models.Q(situacao=1)),
        ]

    def __str__(self) -> str:
        return f"linha {self.numero}"


class MarcaTef(models.Model):
    """Up to which title the card sales were collected."""

    ultimo_titulo = models.BigIntegerField(default=0)

    class Meta:
        db_table = "cobrancas_tef_marca"
        default_permissions = ()
