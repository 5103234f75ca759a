"""What came under a key that staging has with other content."""

from django.db import models
from django.utils import timezone


class Divergencia(models.Model):
    """Same key, other content: kept whole, with the difference field by field, for a person to decide."""

    class Decisao(models.TextChoices):
        PENDENTE = "", "A decidir"
        ACEITA = "aceita", "Nova versão aceita"
        RECUSADA = "recusada", "Mantida a atual"

    operacao_id = models.BigIntegerField("operação", db_index=True)
    ponto_venda_id = models.BigIntegerField("PDV")
    filial_id = models.BigIntegerField("filial")
    hash_conteudo = models.BinaryField("hash do conteúdo", max_length=33)
    conteudo = models.JSONField("conteúdo que chegou")
    diferencas = models.JSONField("diferenças")  # [{"campo", "retaguarda", "terminal"}]
    recebida_em = models.DateTimeField("recebida em", default=timezone.now)
    vezes = models.IntegerField("vezes", default=1)
    decisao = models.CharField(
        "decisão", max_length=8, choices=Decisao.choices, blank=True, default=Decisao.PENDENTE.value
    )
    decidida_por = models.CharField("decidida por", max_length=150, blank=True, default="")
    decidida_em = models.DateTimeField("decidida em", null=True)
    motivo = models.CharField("motivo", max_length=500, blank=True, default="")
    versao_anterior = models.JSONField("versão que a retaguarda tinha", null=True)  # kept when the new one is accepted

    class Meta:
        db_table = "pdv_divergencia"
        verbose_name = "divergência"
        permissions = [("decidir_divergencia", "Pode aceitar ou recusar a nova versão de uma operação")]
        indexes = [
            # what waits for a decision
            models.Index(fields=["id"], condition=models.Q(decisao=""), name="pdv_divergencia_a_decidir"),
        ]
        constraints = [
            # what was decided stands; the same content may diverge again from what staging holds by then
            models.UniqueConstraint(
                fields=["operacao_id", "hash_conteudo"],
                condition=models.Q(decisao=""),
                name="pdv_divergencia_conteudo",
            )
        ]

    def __str__(self) -> str:
        return f"divergência {self.pk}"
