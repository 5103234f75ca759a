"""The keys of people: what of the trail must be readable, by who may, until the person is forgotten.

Guarantees (`tests/auditoria/test_pessoas.py`):
- no document is here: a key is found by a keyed digest of it (HMAC), and kept wrapped by a key that the database has not;
- a key once destroyed is gone: neither the wrapped key nor what found it is left, and the trail still verifies.
"""

import uuid

from django.db import models
from django.db.models.functions import Now


class ChavePessoa(models.Model):
    """One data key of one person. A person may have several: writers never wait for one another to make one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    indice = models.BinaryField(max_length=32, null=True)
    embrulhada = models.BinaryField(max_length=64, null=True)
    criada_em = models.DateTimeField("criada em", db_default=Now())
    destruida_em = models.DateTimeField("destruída em", null=True)

    class Meta:
        verbose_name = "chave de uma pessoa"
        verbose_name_plural = "chaves de pessoas"
        default_permissions = ()
        permissions = (("ler_dado_cifrado", "Pode ler dados pessoais cifrados da auditoria"),)
        indexes = (
            # the keys of one person, newest first
            models.Index("indice", models.F("criada_em").desc(), name="chave_pessoa", condition=models.Q(indice__isnull=False)),
        )  # fmt: skip
        constraints = (
            models.CheckConstraint(
                condition=models.Q(destruida_em__isnull=True, indice__isnull=False, embrulhada__isnull=False)
                | models.Q(destruida_em__isnull=False, indice__isnull=True, embrulhada__isnull=True),
                name="chave_pessoa_inteira_ou_nada",
            ),
        )

    def __str__(self) -> str:
        return f"chave {self.pk}"


class DadoCifrado(models.Model):
    """An event that has something under a key: how a person's events are found. It goes with the key."""

    chave = models.ForeignKey(ChavePessoa, models.PROTECT, db_index=False, related_name="dados", verbose_name="chave")
    evento_id = models.UUIDField("evento")

    class Meta:
        verbose_name = "dado cifrado"
        verbose_name_plural = "dados cifrados"
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["chave", "evento_id"], name="dado_cifrado_um"),)

    def __str__(self) -> str:
        return f"dado do evento {self.evento_id}"
