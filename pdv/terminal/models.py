"""The till's own database (alias `terminal`), with the table names of spec/003."""

import uuid

from django.db import models

from pdv import tabelas


class SituacaoReplicacao(models.IntegerChoices):
    """`situacao_replicacao` and `Lojamix_SitReplicacao` at the till (spec/003)."""

    NAO_DEFINIDO = 0, "Não definido"
    PENDENTE = 1, "Replicação pendente"
    IGNORADA = 2, "Replicação ignorada"
    EFETUADA = 9, "Replicação efetuada"


class Situacao(models.Model):
    """What the replicator keeps on each row that it sends."""

    situacao_replicacao = models.SmallIntegerField(
        choices=SituacaoReplicacao.choices, default=SituacaoReplicacao.PENDENTE
    )
    tentativas = models.IntegerField(default=0)
    proxima_tentativa_em = models.DateTimeField(null=True)
    mensagem = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        abstract = True


class OperacaoPdv(Situacao, tabelas.OperacaoPdv):
    id_operacao = models.BigAutoField(primary_key=True)

    class Meta:
        db_table = "operacao_pdv"
        indexes = [
            # the replicator: what is pending, oldest first
            models.Index(
                fields=["id_operacao"], condition=models.Q(situacao_replicacao=1), name="operacao_pdv_pendente"
            ),
            # the manifest of a day
            models.Index(fields=["data_hora_inicio"], name="operacao_pdv_inicio"),
            # the manifest of a turno
            models.Index(fields=["id_turno"], name="operacao_pdv_turno"),
        ]


class ItemOperacaoPdv(tabelas.ItemOperacaoPdv):
    operacao = models.ForeignKey(OperacaoPdv, models.CASCADE, db_column="id_operacao", related_name="itens")

    class Meta:
        db_table = "item_operacao_pdv"
        constraints = [models.UniqueConstraint(fields=["operacao", "item"], name="item_operacao_pdv_unico")]


class FinalizadorOperacaoPdv(tabelas.FinalizadorOperacaoPdv):
    operacao = models.ForeignKey(OperacaoPdv, models.CASCADE, db_column="id_operacao", related_name="finalizadores")

    class Meta:
        db_table = "finalizador_operacao_pdv"
        constraints = [models.UniqueConstraint(fields=["operacao", "item"], name="finalizador_operacao_pdv_unico")]


class RecebimentoOperacaoPdv(tabelas.RecebimentoOperacaoPdv):
    operacao = models.ForeignKey(OperacaoPdv, models.CASCADE, db_column="id_operacao", related_name="recebimentos")

    class Meta:
        db_table = "recebimento_operacao_pdv"
        constraints = [models.UniqueConstraint(fields=["operacao", "item"], name="recebimento_operacao_pdv_unico")]


class Turno(Situacao, tabelas.Turno):
    id_turno = models.BigAutoField(primary_key=True)

    class Meta:
        db_table = "turno"


class NotaFiscal(tabelas.NotaFiscalPdv):
    """`GRS_NFE`; its replication field has the name of the specification."""

    lojamix_sit_replicacao = models.SmallIntegerField(
        db_column="Lojamix_SitReplicacao", choices=SituacaoReplicacao.choices, default=SituacaoReplicacao.PENDENTE
    )
    tentativas = models.IntegerField(default=0)
    proxima_tentativa_em = models.DateTimeField(null=True)
    mensagem = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "GRS_NFE"
        constraints = [models.UniqueConstraint(fields=["chave", "numero"], name="grs_nfe_chave_numero")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(lojamix_sit_replicacao=1), name="grs_nfe_pendente"),
            # the notes of an operation that goes again; a scan would read every XML
            models.Index(fields=["id_operacao"], name="grs_nfe_operacao"),
        ]


class Instalacao(models.Model):
    """One row: who this installation is. A reinstalled till counts from 1 again, under another uuid."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    instalacao = models.UUIDField(default=uuid.uuid4)
    criada_em = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "instalacao"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="instalacao_unica")]


class Manifesto(models.Model):
    """What the replicator knows of the manifest of a day or turno: the last version made, the last one acknowledged."""

    class Tipo(models.TextChoices):
        DIA = "dia", "Dia"
        TURNO = "turno", "Turno"

    tipo = models.CharField(max_length=5, choices=Tipo.choices)
    referencia = models.CharField(max_length=20)  # 2026-07-01, or the turno's number
    toques = models.IntegerField(default=1)  # counts what changed; zero: nothing since the last look
    versao = models.BigIntegerField(default=0)
    resumo = models.CharField(max_length=64, blank=True, default="")  # of the content of `versao`
    confirmada = models.BigIntegerField(default=0)  # the version that the retaguarda has
    mensagem = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "manifesto"
        constraints = [models.UniqueConstraint(fields=["tipo", "referencia"], name="manifesto_unico")]
        # the replicator: what may have to be sent
        indexes = [models.Index(fields=["id"], condition=models.Q(toques__gt=0), name="manifesto_tocado")]
