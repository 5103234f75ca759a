"""What did not get in."""

from django.db import models
from django.utils import timezone


class Rejeicao(models.Model):
    """What did not get in ("o que não entrou"): one row per till, subject and reason, counted when it comes again."""

    ponto_venda_id = models.BigIntegerField("PDV", null=True)
    filial_id = models.BigIntegerField("filial", null=True)
    tipo = models.CharField("tipo", max_length=10)  # pacote, operacao, nota, turno
    identificador = models.CharField("identificador", max_length=80, blank=True, default="")
    codigo = models.CharField("código", max_length=40)
    mensagem = models.TextField("motivo")
    conteudo = models.BinaryField("conteúdo", null=True)  # as it arrived, cut at 64 KiB
    primeira_em = models.DateTimeField("primeira vez", default=timezone.now)
    ultima_em = models.DateTimeField("última vez", default=timezone.now, db_index=True)
    vezes = models.IntegerField("vezes", default=1)
    resolvida_em = models.DateTimeField("resolvida em", null=True)  # the same subject got in later

    class Meta:
        db_table = "pdv_rejeicao"
        verbose_name = "o que não entrou"
        verbose_name_plural = "o que não entrou"
        constraints = [
            models.UniqueConstraint(
                fields=["ponto_venda_id", "tipo", "identificador", "codigo"],
                name="pdv_rejeicao_assunto",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.tipo} {self.identificador}".strip()
