"""What every row of staging that is processed has: whence it came, and how far its processing is."""

import pgtrigger
from django.db import models
from django.utils import timezone


class SituacaoProcessamento(models.IntegerChoices):
    """`situacao_replicacao` in staging (spec/003)."""

    NAO_DEFINIDO = 0, "Não definido"
    PENDENTE = 1, "Processamento pendente"
    COM_ERRO = 2, "Processamento com erro"
    EFETUADO = 9, "Processamento efetuado"


def volta_ao_fim_da_fila(tabela: str) -> pgtrigger.Trigger:
    """Who flips a row to 1 by SQL ("basta fazer um update") writes one column: the row is due now, behind today's."""
    return pgtrigger.Trigger(
        name=f"{tabela}_volta",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("situacao_replicacao"),  # type: ignore[no-untyped-call]  # the library has no types for it
        condition=pgtrigger.Q(new__situacao_replicacao=1) & ~pgtrigger.Q(old__situacao_replicacao=1),
        func="NEW.proxima_tentativa_em = greatest(NEW.proxima_tentativa_em, now()); NEW.mortes = 0;"
        " NEW.aguarda = ''; NEW.aguarda_desde = NULL; NEW.erro_em = NULL; RETURN NEW;",
    )


class Recebido(models.Model):
    """Whence a row came, and how far its processing is."""

    ponto_venda_id = models.BigIntegerField("PDV")  # the register's id, resolved from the key
    filial_id = models.BigIntegerField("filial")
    instalacao = models.UUIDField("instalação")
    recebido_em = models.DateTimeField("recebida em", default=timezone.now)
    hash_conteudo = models.BinaryField("hash do conteúdo", max_length=33)  # one byte of version, then SHA-256
    situacao_replicacao = models.SmallIntegerField(
        "situação", choices=SituacaoProcessamento.choices, default=SituacaoProcessamento.PENDENTE
    )
    proxima_tentativa_em = models.DateTimeField("próxima tentativa", default=timezone.now)
    tentativas = models.IntegerField("tentativas", default=0)
    mortes = models.SmallIntegerField("processos mortos", default=0)  # workers that died with this row in hand
    erro_codigo = models.CharField(
        "código do erro", max_length=200, blank=True, default=""
    )  # all of them, comma separated
    erro_mensagem = models.TextField("erro", blank=True, default="")
    erro_em = models.DateTimeField("com erro desde", null=True)
    aguarda = models.CharField(
        "aguarda", max_length=80, blank=True, default="", db_default=""
    )  # what a pending row waits for, as `pdv.processamento.espera` writes it; empty: nothing
    aguarda_desde = models.DateTimeField("aguarda desde", null=True)
    processado_em = models.DateTimeField("processada em", null=True)

    class Meta:
        abstract = True
