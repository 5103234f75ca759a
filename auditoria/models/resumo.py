"""What is signed of the trail, a day at a time, and with which key.

Guarantees (each tested in `tests/auditoria/test_resumo.py`):
- a digest never changes and never disappears; each names the one before it; no day is missing between two;
- a digest is made once its day is over and nothing more can be sealed in it;
- a key that is neither the one in use nor a former one of the settings proves nothing.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from auditoria.guardas import somente_acrescimo


class Resumo(models.Model):
    """The signed digest of the seals of one day, by the moment of sealing, in the company's time zone."""

    dia = models.DateField("dia", primary_key=True)
    # the bytes that were signed, as text (`resumo.conteudo`); the columns below repeat it, for lists
    conteudo = models.TextField("conteúdo assinado")
    assinatura = models.CharField("assinatura", max_length=128)
    chave = models.CharField("impressão da chave", max_length=64)
    hash = models.CharField("hash", max_length=64)
    primeira = models.BigIntegerField("primeira sequência", null=True)
    ultima = models.BigIntegerField("última sequência", null=True)
    quantidade = models.BigIntegerField("quantidade")
    fim = models.DateTimeField("fim do dia")  # the sealer seals nothing before it any more
    integro = models.BooleanField("conferido sem problema")
    feito_em = models.DateTimeField("feito em")

    class Meta:
        verbose_name = "resumo diário"
        verbose_name_plural = "resumos diários"
        ordering = ("-dia",)
        default_permissions = ("view",)
        triggers = tuple(somente_acrescimo("resumo"))

    def __str__(self) -> str:
        return f"resumo de {self.dia:%d/%m/%Y}"

    def exportado(self) -> dict[str, Any]:
        """What goes out: the content as an object, its signature and the key's fingerprint."""
        return {"resumo": json.loads(self.conteudo), "assinatura": self.assinatura}


class ChaveAssinatura(models.Model):
    """A public key that signed digests. `aval` is its own signature over itself and the keys that came before it, as the
    settings said when it was first used: a record. Which keys are ours now, `auditoria.chaves` says."""

    impressao = models.CharField("impressão", max_length=64, primary_key=True)
    publica = models.TextField("chave pública (PEM)")
    anteriores = models.JSONField("impressões das anteriores", default=list)
    aval = models.CharField("aval", max_length=128)
    desde = models.DateTimeField("desde")

    class Meta:
        verbose_name = "chave de assinatura"
        verbose_name_plural = "chaves de assinatura"
        ordering = ("-desde",)
        default_permissions = ("view",)
        triggers = tuple(somente_acrescimo("chave_assinatura"))

    def __str__(self) -> str:
        return f"chave {self.impressao[:16]}…"  # a title begins with a capital, which no fingerprint has
