"""What does not agree among sale, note, receivable and settlement.

Guarantees (tested in `tests/pdv/conciliacao`):
- of one kind and one subject there is at most one row, open or resolved (`conciliacao_achado_um`);
- a row is resolved only by a computation that found its subject in agreement, or gone;
- a row that somebody dismissed comes back if anything of it changes;
- a mark moves only with what it stands for: the same transaction.
"""

from __future__ import annotations

from typing import Final

from django.db import models

from erp.cadastros.models import Filial
from pdv.conciliacao.tipos import Par, Tipo


def _dinheiro(rotulo: str, **opcoes: object) -> models.DecimalField:  # type: ignore[type-arg]  # nullable or not
    return models.DecimalField(rotulo, max_digits=17, decimal_places=2, **opcoes)  # type: ignore[arg-type]  # passed through


ABERTO: Final = models.Q(resolvido_em=None, dispensado_em=None)
DISPENSADO: Final = models.Q(resolvido_em=None, dispensado_em__isnull=False)


class Achado(models.Model):
    """One disagreement. `alvo` is the row it is about: of which table, the kind says (`regras`)."""

    tipo = models.CharField("o que não concorda", max_length=24, choices=Tipo.choices)
    alvo = models.BigIntegerField("linha")
    par = models.CharField("entre", max_length=10, choices=Par.choices)
    filial = models.ForeignKey(
        Filial,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="filial",
    )
    desde = models.DateTimeField("desde")  # when it happened, or fell due: its age
    valor = _dinheiro("em jogo")
    esperado = _dinheiro("esperado", null=True)
    encontrado = _dinheiro("encontrado", null=True)
    detalhe = models.CharField("detalhe", max_length=200, blank=True, default="")
    operacao_id = models.BigIntegerField("operação recebida", null=True)
    nota_id = models.BigIntegerField("nota recebida", null=True)
    titulo_id = models.BigIntegerField("título", null=True)
    cobranca_id = models.BigIntegerField("cobrança", null=True)
    visto_em = models.DateTimeField("achado em")
    resolvido_em = models.DateTimeField("resolvido em", null=True)
    dispensado_em = models.DateTimeField("dispensado em", null=True)
    dispensado_por = models.CharField("dispensado por", max_length=150, blank=True, db_default="")
    motivo = models.CharField("por que foi dispensado", max_length=500, blank=True, db_default="")

    class Meta:
        db_table = "conciliacao_achado"
        verbose_name = "o que não concorda"
        verbose_name_plural = "Conciliação"  # the page in the menu
        default_permissions = ()
        permissions = [
            ("ver_conciliacao", "Pode ver o que não concorda entre venda, nota, recebível e liquidação"),
            ("exportar_conciliacao", "Pode exportar a conciliação"),
            ("conferir_conciliacao", "Pode mandar conferir agora"),
            ("dispensar_conciliacao", "Pode dispensar o que não concorda, com motivo"),
        ]
        constraints = [models.UniqueConstraint(fields=["tipo", "alvo"], name="conciliacao_achado_um")]
        indexes = [
            # the list of what is open, the oldest first; of one kind, of one filial; and the totals by kind
            models.Index(fields=["desde", "id"], name="achado_aberto", condition=ABERTO),
            models.Index(
                fields=["tipo", "desde", "id"], name="achado_do_tipo", include=["valor", "filial"],
                condition=ABERTO,
            ),
            models.Index(
                fields=["filial", "desde", "id"], name="achado_da_filial", include=["tipo", "valor"],
                condition=ABERTO,
            ),
            models.Index(fields=["par", "desde", "id"], name="achado_do_par", condition=ABERTO),
            # what somebody dismissed, the last first
            models.Index(fields=["-dispensado_em", "-id"], name="achado_dispensado", condition=DISPENSADO),
            # what is looked at again, in turn
            models.Index(fields=["id"], name="achado_rever", condition=models.Q(resolvido_em__isnull=True)),
            # what agrees again, and what is thrown away long after
            models.Index(
                fields=["-resolvido_em", "-id"], name="achado_resolvido", condition=models.Q(resolvido_em__isnull=False)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_tipo_display()} ({self.pk})"


class Marca(models.Model):
    """Up to which row a source was read."""

    nome = models.CharField(max_length=20, primary_key=True)
    valor = models.BigIntegerField(default=0)
    mudou_em = models.DateTimeField(null=True)

    class Meta:
        db_table = "conciliacao_marca"
        default_permissions = ()
