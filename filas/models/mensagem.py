"""The queue to the world, `wosk_queue` (spec/004, Queue §4; design 6).

Guarantees, each with a test that names it (`tests/filas/fila`):
- at most one message of a record is pending, and at most one is being sent: nothing overtakes (unique indexes below);
- a message in hand that nobody renews comes back when its lease is over; it goes out again with the same token, by which
  the other side tells it from a new one;
- every attempt is a row of its own, and never changes, unless the person it tells of is forgotten (`filas/lgpd.py`).
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from auditoria.guardas import somente_acrescimo


class Mensagem(models.Model):
    """Something to tell another system about one record."""

    class Situacao(models.IntegerChoices):
        PENDENTE = 0, "Pendente"
        ENVIANDO = 1, "Enviando"
        SUCESSO = 2, "Sucesso"
        CANCELADA = 3, "Cancelada ou substituída"
        ERRO = 4, "Erro"

    # from -> to; a change is a guarded UPDATE that looks at what it found
    TRANSICOES: ClassVar[frozenset[tuple[int, int]]] = frozenset(
        {
            (Situacao.PENDENTE, Situacao.ENVIANDO),
            (Situacao.PENDENTE, Situacao.CANCELADA),
            (Situacao.ENVIANDO, Situacao.SUCESSO),
            (Situacao.ENVIANDO, Situacao.ERRO),
            (Situacao.ENVIANDO, Situacao.PENDENTE),
            (Situacao.ENVIANDO, Situacao.CANCELADA),
            (Situacao.ERRO, Situacao.PENDENTE),
            (Situacao.ERRO, Situacao.CANCELADA),
        }
    )

    token = models.UUIDField("token", default=uuid.uuid4, unique=True, editable=False)
    contexto = models.CharField("contexto", max_length=40)
    chave = models.CharField(
        "registro", max_length=80, help_text="O que a mensagem conta: o código do cliente, por exemplo."
    )
    conteudo = models.JSONField("conteúdo")
    situacao = models.SmallIntegerField("situação", choices=Situacao, default=Situacao.PENDENTE, db_default=0)
    causa = models.CharField("causa", max_length=60, default="", db_default="", help_text="O código do erro.")
    mensagem = models.TextField("mensagem", default="", db_default="")
    retorno = models.TextField("retorno", default="", db_default="")
    curl = models.TextField("curl", default="", db_default="")
    tempo = models.DecimalField("segundos", max_digits=10, decimal_places=3, null=True)
    tentativas = models.PositiveIntegerField("tentativas", default=0, db_default=0)
    tentativas_antes = models.PositiveIntegerField(
        "tentativas antes do último reprocesso", default=0, db_default=0, help_text="O limite conta daqui."
    )
    criada_em = models.DateTimeField("criada em", db_default=Now())
    proxima_tentativa_em = models.DateTimeField("próxima tentativa", db_default=Now())
    reserva = models.UUIDField("reserva", null=True, help_text="De quem a pegou.")
    reservada_ate = models.DateTimeField("reservada até", null=True)
    enviando_desde = models.DateTimeField("enviando desde", null=True)
    terminada_em = models.DateTimeField("terminada em", null=True)
    erro_em = models.DateTimeField("erro em", null=True)
    notificada_em = models.DateTimeField(
        "erro avisado", null=True, help_text="O momento do último erro que foi por e-mail."
    )

    class Meta:
        db_table = "wosk_queue"
        verbose_name = "mensagem da fila"
        verbose_name_plural = "fila"
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (
            ("reprocessar_mensagem", "Pode reprocessar mensagens da fila"),
            ("cancelar_mensagem", "Pode cancelar mensagens da fila"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["contexto", "chave"], condition=models.Q(situacao=0), name="fila_uma_pendente"
            ),
            models.UniqueConstraint(
                fields=["contexto", "chave"], condition=models.Q(situacao=1), name="fila_uma_enviando"
            ),
            models.CheckConstraint(
                condition=models.Q(situacao=1, reserva__isnull=False, reservada_ate__isnull=False)
                | (~models.Q(situacao=1) & models.Q(reserva__isnull=True, reservada_ate__isnull=True)),
                name="fila_reserva_so_enviando",
            ),
        )
        indexes = (
            # the claim: what is due in a context, oldest first
            models.Index(
                fields=["contexto", "proxima_tentativa_em", "id"], name="fila_pendente", condition=models.Q(situacao=0)
            ),
            # leases over, and how many are out in a context
            models.Index(fields=["contexto", "reservada_ate"], name="fila_enviando", condition=models.Q(situacao=1)),
            # errors by cause
            models.Index(fields=["contexto", "causa", "id"], name="fila_erro", condition=models.Q(situacao=4)),
            # errors that nobody was told of by e-mail
            models.Index(
                fields=["id"],
                name="fila_a_avisar",
                condition=models.Q(situacao=4)
                & (models.Q(notificada_em__isnull=True) | models.Q(notificada_em__lt=models.F("erro_em"))),
            ),
            # the messages of one record, newest first; and its last one
            models.Index("contexto", "chave", models.F("id").desc(), name="fila_registro"),
            # the list by situação, newest first
            models.Index("situacao", models.F("id").desc(), name="fila_situacao"),
        )

    def __str__(self) -> str:
        return f"{self.contexto} {self.token}"


class Tentativa(models.Model):
    """One attempt to send a message: what went, what came back. Written when it ends."""

    class Resultado(models.IntegerChoices):
        SUCESSO = 1, "Sucesso"
        ERRO = 2, "Erro"
        ADIADA = 3, "Adiada"
        ABANDONADA = 4, "Abandonada"
        DESISTIDA = 5, "Não enviada"

    mensagem_id = models.BigIntegerField("mensagem")
    numero = models.PositiveIntegerField("tentativa")
    resultado = models.SmallIntegerField("resultado", choices=Resultado)
    iniciada_em = models.DateTimeField("iniciada em")
    segundos = models.DecimalField("segundos", max_digits=10, decimal_places=3)
    status_http = models.PositiveSmallIntegerField("status HTTP", null=True)
    causa = models.CharField("causa", max_length=60, default="", db_default="")
    mensagem = models.TextField("mensagem", default="", db_default="")
    conteudo = models.JSONField("conteúdo", null=True, help_text="O registro, como estava ao sair.")
    payload = models.JSONField("enviado", null=True)
    retorno = models.TextField("retorno", default="", db_default="")
    curl = models.TextField("curl", default="", db_default="")

    class Meta:
        db_table = "wosk_queue_tentativa"
        verbose_name = "tentativa"
        default_permissions = ("view",)
        triggers = somente_acrescimo("fila_tentativa")
        indexes = (
            # the attempts of one message
            models.Index(fields=["mensagem_id", "id"], name="fila_tentativa_mensagem"),
        )

    def __str__(self) -> str:
        return f"tentativa {self.numero} de {self.mensagem_id}"


class EstadoContexto(models.Model):
    """How a context of the queue is doing: paused by whom and until when, its failures in a row, its next vacancy."""

    contexto = models.CharField("contexto", max_length=40, primary_key=True)
    pausado_ate = models.DateTimeField("pausado até", null=True, help_text="Pausa automática, por falhas seguidas.")
    pausado_por = models.CharField("pausado por", max_length=161, default="", db_default="")
    pausado_em = models.DateTimeField("pausado em", null=True)
    motivo = models.CharField("motivo", max_length=300, default="", db_default="")
    falhas_seguidas = models.PositiveIntegerField("falhas seguidas", default=0, db_default=0)
    ultima_falha = models.TextField("última falha", default="", db_default="")
    ultima_falha_em = models.DateTimeField("última falha em", null=True)
    ultimo_sucesso_em = models.DateTimeField("último sucesso em", null=True)
    proxima_vaga_em = models.DateTimeField("próxima vaga", null=True, help_text="Do limite por segundo.")

    class Meta:
        db_table = "wosk_queue_contexto"
        verbose_name = "contexto da fila"
        verbose_name_plural = "contextos"
        default_permissions = ("view",)
        permissions = (("pausar_contexto", "Pode pausar e retomar contextos da fila"),)

    def __str__(self) -> str:
        return self.contexto
