"""What was asked of a CPF, by whom and on what ground, and what was answered.

Guarantees (tested in `tests/erp/consultas`): no CPF and no date of birth is stored here, only their digest and the mask; of
one CPF at most one question is on its way; a question says its purpose and its legal basis, and has its audit event; a
name goes when its answer stops being valid.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models

from erp.consultas.portas import SituacaoCadastral


class RespostaCpf(models.Model):
    """What a provider answered: good for who asks the same again, until `vale_ate`."""

    chave = models.BinaryField(max_length=32)  # of the CPF and the date of birth
    chave_cpf = models.BinaryField(max_length=32)
    provedor = models.CharField("provedor", max_length=40)
    situacao = models.CharField("situação cadastral", max_length=16, choices=SituacaoCadastral.choices)
    dita = models.CharField("como o provedor a chama", max_length=60, blank=True, default="")
    nome = models.CharField("nome", max_length=150, blank=True, default="")
    ano_obito = models.PositiveSmallIntegerField("ano do óbito", null=True, blank=True)
    comprovante = models.CharField("comprovante", max_length=80, blank=True, default="")
    obtida_em = models.DateTimeField("obtida em")
    vale_ate = models.DateTimeField("vale até")
    apagada_em = models.DateTimeField("nome apagado em", null=True, blank=True)

    class Meta:
        db_table = "consultas_resposta"
        verbose_name = "resposta de consulta"
        verbose_name_plural = "respostas de consultas"
        default_permissions = ()
        indexes = (
            models.Index(fields=("chave", "-vale_ate"), name="consultas_resposta_valida"),  # the answer kept
            # the names that are to go
            models.Index(
                fields=("vale_ate",), condition=models.Q(apagada_em__isnull=True), name="consultas_resposta_vencida"
            ),
        )

    def __str__(self) -> str:
        return str(self.get_situacao_display())


class ConsultaCpf(models.Model):
    """One question of one person of the staff. The row is there before the provider is called."""

    class Finalidade(models.TextChoices):
        CONTRATACAO = "contratacao", "Contratação de plano ou jazigo"
        OBITO = "obito", "Conferir óbito de titular ou dependente"
        CADASTRO = "cadastro", "Conferir o cadastro do cliente"
        COBRANCA = "cobranca", "Cobrança do que é devido"
        CREDITO = "credito", "Análise de crédito"
        JUDICIAL = "judicial", "Processo judicial ou administrativo"
        OUTRA = "outra", "Outra (diga qual)"

    class BaseLegal(models.TextChoices):
        """Lei 13.709/2018, art. 7º."""

        CONSENTIMENTO = "I", "Consentimento do titular (art. 7º, I)"
        OBRIGACAO = "II", "Obrigação legal ou regulatória (art. 7º, II)"
        CONTRATO = "V", "Execução de contrato com o titular (art. 7º, V)"
        DIREITOS = "VI", "Exercício regular de direitos em processo (art. 7º, VI)"
        INTERESSE = "IX", "Legítimo interesse (art. 7º, IX)"
        CREDITO = "X", "Proteção do crédito (art. 7º, X)"

    class Situacao(models.IntegerChoices):
        PEDIDA = 0, "A caminho"
        RESPONDIDA = 1, "Respondida"
        FALHOU = 2, "Falhou"
        INTERROMPIDA = 3, "Interrompida"

    chave = models.BinaryField(max_length=32)
    chave_cpf = models.BinaryField(max_length=32)
    cpf_mascarado = models.CharField("CPF", max_length=14)
    finalidade = models.CharField("finalidade", max_length=12, choices=Finalidade.choices)
    base_legal = models.CharField("base legal", max_length=4, choices=BaseLegal.choices)
    detalhe = models.CharField("detalhe", max_length=200, blank=True, default="")
    usuario = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="quem consultou")
    pedida_em = models.DateTimeField("consultada em")
    terminada_em = models.DateTimeField("terminou em", null=True, blank=True)
    provedor = models.CharField("provedor", max_length=40)
    situacao = models.SmallIntegerField("situação", choices=Situacao.choices, default=Situacao.PEDIDA)
    do_guardado = models.BooleanField("resposta guardada, sem custo", default=False)
    resposta = models.ForeignKey(
        RespostaCpf, models.PROTECT, null=True, blank=True, related_name="consultas", verbose_name="resposta"
    )
    erro = models.CharField("o que houve", max_length=300, blank=True, default="")

    class Meta:
        db_table = "consultas_consulta"
        verbose_name = "consulta de CPF"
        verbose_name_plural = "consultas de CPF"
        default_permissions = ("view",)
        permissions = (("consultar_cpf", "Pode consultar CPF e ver o nome que veio"),)
        indexes = (
            models.Index(fields=("chave_cpf", "-id"), name="consultas_consulta_cpf"),  # what was asked of one person
            # the list by situation, by purpose and by time
            models.Index(fields=("situacao", "-id"), name="consultas_consulta_situacao"),
            models.Index(fields=("finalidade", "-id"), name="consultas_consulta_para"),
            models.Index(fields=("pedida_em",), name="consultas_consulta_em"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("chave_cpf",), condition=models.Q(situacao=0), name="consultas_uma_a_caminho"
            ),
            models.CheckConstraint(
                condition=~models.Q(finalidade="outra") | ~models.Q(detalhe=""), name="consultas_outra_diz_qual"
            ),
        )

    def __str__(self) -> str:
        return f"consulta {self.pk}"
