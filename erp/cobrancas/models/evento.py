"""What was ever read or done of a charge, and the money that came of it: rows that never change."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models

from auditoria.guardas import somente_acrescimo
from erp.cobrancas.models.cobranca import Cobranca
from erp.provedores.models import EventoDito


class EventoCobranca(EventoDito):
    """Something said of a charge."""

    class Fonte(models.TextChoices):
        NOS = "nos", "retaguarda"
        CONSULTA = "consulta", "consulta ao provedor"
        NOTIFICACAO = "notificacao", "notificação do provedor"
        ARQUIVO = "arquivo", "arquivo do provedor"

    cobranca = models.ForeignKey(
        Cobranca, models.PROTECT, related_name="eventos", db_index=False, verbose_name="cobrança"
    )
    fonte = models.CharField("de onde", max_length=12, choices=Fonte.choices)
    situacao = models.PositiveSmallIntegerField("situação", choices=Cobranca.Situacao.choices)

    class Meta:
        db_table = "cobrancas_evento"
        verbose_name = "evento de cobrança"
        verbose_name_plural = "eventos de cobranças"
        default_permissions = ("view",)
        constraints = [
            # the same event again is the same row; and the history of a charge
            models.UniqueConstraint(fields=["cobranca", "id_evento"], name="evento_cobranca_um"),
        ]
        triggers = somente_acrescimo("cobrancas_evento")

    def __str__(self) -> str:
        return f"{self.get_situacao_display()} ({self.get_fonte_display()})"


class Pagamento(models.Model):
    """Money that a provider received for a charge, and what it became: `valor = abatido + credito`."""

    cobranca = models.ForeignKey(Cobranca, models.PROTECT, related_name="pagamentos", verbose_name="cobrança")
    provedor = models.CharField("provedor", max_length=20)
    id_pagamento = models.CharField("número do pagamento", max_length=80)  # the provider's: endToEndId, charge_id
    valor = models.DecimalField("valor pago", max_digits=15, decimal_places=2)
    taxa = models.DecimalField("taxa do provedor", max_digits=15, decimal_places=2, default=0)
    abatido = models.DecimalField("abatido do título", max_digits=15, decimal_places=2)
    credito = models.DecimalField("virou crédito", max_digits=15, decimal_places=2)
    pago_em = models.DateTimeField("pago em")
    recebido_em = models.DateTimeField("lançado em")
    data_contabil = models.DateField("data contábil")

    class Meta:
        db_table = "cobrancas_pagamento"
        verbose_name = "pagamento de cobrança"
        verbose_name_plural = "pagamentos de cobranças"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["provedor", "id_pagamento"], name="pagamento_um_por_provedor"),
            models.CheckConstraint(
                condition=models.Q(valor__gt=0, abatido__gte=0, credito__gte=0, valor=models.F("abatido") + models.F("credito")),
                name="pagamento_inteiro",
            ),
        ]  # fmt: skip
        triggers = somente_acrescimo("cobrancas_pagamento")

    def __str__(self) -> str:
        return f"pagamento {self.id_pagamento}"


class Devolucao(models.Model):
    """Money of a payment that went back, and where it came from: `valor = do_credito + do_titulo + a_receber`."""

    pagamento = models.ForeignKey(Pagamento, models.PROTECT, related_name="devolucoes", verbose_name="pagamento")
    provedor = models.CharField("provedor", max_length=20)
    id_devolucao = models.CharField("número da devolução", max_length=80)  # the provider's, or ours told to it
    ordem = models.PositiveSmallIntegerField("ordem")  # of the refunds of its payment, from 1
    valor = models.DecimalField("valor devolvido", max_digits=15, decimal_places=2)
    do_credito = models.DecimalField("tirado do crédito", max_digits=15, decimal_places=2)
    do_titulo = models.DecimalField("reaberto no título", max_digits=15, decimal_places=2)
    a_receber = models.DecimalField("voltou a ser devido", max_digits=15, decimal_places=2)
    taxa = models.DecimalField("taxa que voltou", max_digits=15, decimal_places=2, default=0)  # beyond `valor`
    devolvido_em = models.DateTimeField("devolvido em")
    recebido_em = models.DateTimeField("lançado em")
    data_contabil = models.DateField("data contábil")

    class Meta:
        db_table = "cobrancas_devolucao"
        verbose_name = "devolução de cobrança"
        verbose_name_plural = "devoluções de cobranças"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["provedor", "id_devolucao"], name="devolucao_uma_por_provedor"),
            models.UniqueConstraint(fields=["pagamento", "ordem"], name="devolucao_na_ordem"),
            models.CheckConstraint(
                condition=models.Q(
                    valor__gt=0, do_credito__gte=0, do_titulo__gte=0, a_receber__gte=0,
                    valor=models.F("do_credito") + models.F("do_titulo") + models.F("a_receber"),
                ),
                name="devolucao_inteira",
            ),
        ]  # fmt: skip
        triggers = somente_acrescimo("cobrancas_devolucao")

    def __str__(self) -> str:
        return f"devolução {self.id_devolucao}"


class AlarmeCobranca(models.Model):
    """What a person should look at in a charge, until somebody says that they did. Of one charge, each text once."""

    class Tipo(models.TextChoices):
        CREDITO = "credito", "dinheiro que virou crédito"
        VALOR = "valor", "valor ou taxa não conferem"
        CONTRADICAO = "contradicao", "o que foi dito não bate"
        CONTESTADA = "contestada", "contestada ou devolvida"
        PARADA = "parada", "não sai do lugar"

    cobranca = models.ForeignKey(
        Cobranca, models.PROTECT, related_name="alarmes", db_index=False, verbose_name="cobrança"
    )
    tipo = models.CharField("alarme", max_length=11, choices=Tipo.choices)
    texto = models.CharField("o que houve", max_length=300)
    desde = models.DateTimeField("desde")
    visto_em = models.DateTimeField("visto em", null=True)
    visto_por = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="visto por")
    motivo = models.CharField("o que se fez", max_length=500, blank=True, default="")

    class Meta:
        db_table = "cobrancas_alarme"
        verbose_name = "alarme de cobrança"
        verbose_name_plural = "alarmes de cobranças"
        default_permissions = ("view",)
        permissions = [("ver_alarmecobranca", "Pode dar alarmes de cobranças por vistos")]
        indexes = [
            models.Index(fields=["-id"], name="alarme_cobranca_aberto", condition=models.Q(visto_em__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["cobranca", "tipo", "texto"], name="alarme_cobranca_um"),
        ]

    def __str__(self) -> str:
        return self.texto
