"""What the company tells one person about one fact, on one channel.

Guarantees, each with a test that names it (`tests/erp/contatos`):
- a fact is told at most once per channel: (fato, canal) is unique, whoever hands it over and however often; one whose
  channel is chosen here goes by one, and by e-mail only if that one did not get there;
- what a person receives is what is kept here (`assunto`, `texto`), with when and what the server answered;
- a comunicado is in the queue to the world at most once at a time, and goes again with the same token.
"""

from typing import ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

FATO_MAXIMO = 120


class Comunicado(models.Model):
    """One fact told on one channel. `fato` names it: `titulo:123:vence:-3`, `contratacao:55:aviso:1`.

    Its address is the customer's at the moment of sending, or the one that was handed over; `endereco` is where it went.
    """

    class Situacao(models.IntegerChoices):
        PENDENTE = 0, "Espera a hora"
        NA_FILA = 1, "Na fila de envio"
        ENTREGUE = 2, "Entregue"
        NAO_ENVIADO = 3, "Não enviado"
        FALHOU = 4, "Falhou"
        ENVIADO = 5, "Enviado, sem entrega ainda"

    # from -> to; a change is a guarded UPDATE that looks at what it found
    TRANSICOES: ClassVar[frozenset[tuple[int, int]]] = frozenset(
        {
            (Situacao.PENDENTE, Situacao.NA_FILA),
            (Situacao.PENDENTE, Situacao.NAO_ENVIADO),
            (Situacao.NA_FILA, Situacao.ENTREGUE),
            (Situacao.NA_FILA, Situacao.NAO_ENVIADO),
            (Situacao.NA_FILA, Situacao.FALHOU),
            (Situacao.FALHOU, Situacao.NA_FILA),  # somebody reprocessed its message in the queue
            (Situacao.FALHOU, Situacao.ENTREGUE),
            (Situacao.FALHOU, Situacao.NAO_ENVIADO),
            (Situacao.NAO_ENVIADO, Situacao.PENDENTE),  # somebody mended what was missing
            (Situacao.NA_FILA, Situacao.ENVIADO),  # on a channel that tells of the delivery afterwards
            (Situacao.FALHOU, Situacao.ENVIADO),
            (Situacao.ENVIADO, Situacao.ENTREGUE),
            (Situacao.ENVIADO, Situacao.NAO_ENVIADO),  # it says that it could not be delivered
            (Situacao.PENDENTE, Situacao.ENTREGUE),  # the delivery is told late: whatever we thought, it was
            (Situacao.NAO_ENVIADO, Situacao.ENTREGUE),
        }
    )

    token = models.UUIDField("token", unique=True, db_default=RandomUUID(), editable=False)
    fato = models.CharField("fato", max_length=FATO_MAXIMO)
    canal = models.CharField("canal", max_length=10)
    modelo = models.CharField("modelo", max_length=40)
    fonte = models.CharField("fonte", max_length=40, default="", db_default="")
    codigo_cliente = models.CharField("cliente", max_length=14, default="", db_default="")
    endereco = models.CharField("endereço", max_length=254, default="", db_default="")
    dados = models.JSONField("dados", default=dict, db_default={})
    assunto = models.CharField("assunto", max_length=200, default="", db_default="")
    texto = models.TextField("texto", default="", db_default="")
    situacao = models.SmallIntegerField("situação", choices=Situacao, default=Situacao.PENDENTE, db_default=0)
    motivo = models.CharField("motivo", max_length=40, default="", db_default="")
    detalhe = models.CharField("detalhe", max_length=300, default="", db_default="")
    nao_antes_de = models.DateTimeField("não antes de", db_default=Now())
    valido_ate = models.DateTimeField("vale até", null=True)
    criado_em = models.DateTimeField("criado em", db_default=Now())
    enfileirado_em = models.DateTimeField("na fila desde", null=True)
    terminado_em = models.DateTimeField("terminado em", null=True)
    retorno = models.CharField("resposta do servidor", max_length=300, default="", db_default="")
    a_contar = models.BooleanField(
        "entrega por contar",
        default=False,
        db_default=False,
        help_text="Quem pediu o aviso ainda não soube da entrega.",
    )
    preferido = models.BooleanField(
        "canal escolhido aqui", default=False, db_default=False,
        help_text="Quem entregou o fato não disse o canal: se este não der, vai pelo e-mail.",
    )  # fmt: skip

    class Meta:
        db_table = "contatos_comunicado"
        verbose_name = "comunicado"
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (
            ("cancelar_comunicado", "Pode cancelar comunicados que ainda não saíram"),
            ("repetir_comunicado", "Pode tentar de novo comunicados que não foram enviados"),
        )
        constraints = (
            models.UniqueConstraint(fields=["fato", "canal"], name="comunicado_uma_vez"),
            # whatever channel was chosen for it, by however many at once: one
            models.UniqueConstraint(fields=["fato"], name="comunicado_um_canal", condition=models.Q(preferido=True)),
        )
        indexes = (
            # what is due on a channel, oldest first
            models.Index(
                fields=["canal", "nao_antes_de", "id"], name="comunicado_pendente", condition=models.Q(situacao=0)
            ),
            # what is out, to be asked of the queue; and what failed lately, for a person may have sent it again
            models.Index(fields=["canal", "id"], name="comunicado_na_fila", condition=models.Q(situacao=1)),
            models.Index(fields=["canal", "terminado_em"], name="comunicado_falhou", condition=models.Q(situacao=4)),
            # deliveries that whoever asked for them was not told of
            models.Index(fields=["id"], name="comunicado_a_contar", condition=models.Q(a_contar=True)),
            # the list by situação, by template, by why it did not go; newest first
            models.Index("situacao", models.F("id").desc(), name="comunicado_situacao"),
            models.Index("modelo", models.F("id").desc(), name="comunicado_modelo"),
            models.Index(
                "motivo", models.F("id").desc(), name="comunicado_motivo", condition=models.Q(situacao__in=[3, 4])
            ),
            # what was told to one customer, or to one address, newest first
            models.Index(
                "codigo_cliente", models.F("id").desc(), name="comunicado_cliente",
                condition=~models.Q(codigo_cliente=""),
            ),
            models.Index(
                "endereco", models.F("id").desc(), name="comunicado_endereco", condition=~models.Q(endereco="")
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"comunicado {self.pk}"
