"""What the transaction at hand changed in sensitive tables.

Guarantee (tested in `tests/auditoria/test_vigias.py`): no row is ever seen by another transaction, nor left when its own ends.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from auditoria.vigias import conferir_no_fim


class Mudanca(models.Model):
    """One statement that changed a sensitive table; written and taken away by triggers only."""

    id = models.BigAutoField(primary_key=True)
    tabela = models.TextField("tabela")
    operacao = models.TextField("operação")
    linhas = models.BigIntegerField("linhas")  # -1: all of them, by TRUNCATE
    chaves = models.TextField("chaves das primeiras")
    objetos = ArrayField(models.TextField(), verbose_name="de que um evento deve falar")
    declarado = models.TextField("declarado por")

    class Meta:
        db_table = "auditoria_mudanca"
        verbose_name = "mudança a conferir"
        verbose_name_plural = "mudanças a conferir"
        default_permissions = ()
        triggers = (conferir_no_fim(),)

    def __str__(self) -> str:
        return f"{self.operacao} em {self.tabela}"
