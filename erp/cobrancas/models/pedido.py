"""Refunds that we asked a bank for: committed before it hears of them, so that none is ever asked for under two names."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models

from erp.cobrancas.models.evento import Pagamento


class PedidoDevolucao(models.Model):
    """A refund asked for, by the number that the bank knows it by; what went back is a `Devolucao`.

    Under way, its value is not free to be asked for again. Of one payment, at most one has a fate that nobody knows.
    """

    class Situacao(models.IntegerChoices):
        INCERTA = 1, "não se sabe se o banco devolveu"
        ACEITA = 2, "em processamento no banco"
        FEITA = 3, "devolvida"
        RECUSADA = 4, "recusada pelo banco"

    EM_CURSO = (Situacao.INCERTA, Situacao.ACEITA)

    pagamento = models.ForeignKey(
        Pagamento, models.PROTECT, related_name="pedidos", db_index=False, verbose_name="pagamento"
    )
    id_devolucao = models.CharField("número da devolução", max_length=35)
    valor = models.DecimalField("valor", max_digits=15, decimal_places=2)
    situacao = models.PositiveSmallIntegerField("situação", choices=Situacao.choices, default=Situacao.INCERTA)
    tentativas = models.PositiveIntegerField("tentativas", default=0)  # counted before each call
    resposta = models.CharField("o que o banco disse", max_length=300, blank=True, default="")
    pedido_em = models.DateTimeField("pedido em")
    pedido_por = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="pedido por")
    conferido_em = models.DateTimeField("conferido em")  # when the routine asked of it last

    class Meta:
        db_table = "cobrancas_pedido_devolucao"
        verbose_name = "pedido de devolução"
        verbose_name_plural = "pedidos de devolução"
        default_permissions = ()
        indexes = [
            # what the routine asks the bank about
            models.Index(fields=["conferido_em"], name="pedido_em_curso", condition=models.Q(situacao__in=(1, 2))),
        ]
        constraints = [
            models.UniqueConstraint(fields=["pagamento", "id_devolucao"], name="pedido_devolucao_um"),
            models.UniqueConstraint(
                fields=["pagamento"], name="pedido_um_incerto", condition=models.Q(situacao=1)
            ),
            models.CheckConstraint(condition=models.Q(valor__gt=0), name="pedido_de_algum_valor"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"pedido de devolução {self.id_devolucao}"
