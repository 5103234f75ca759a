"""Who asked not to be written to, by channel. What was asked and undone stays readable."""

from django.db import models
from django.db.models.functions import Now


class Descadastro(models.Model):
    """One refusal of a channel: of an address, of a customer, or of both. It stands while `desfeito_em` is empty.

    The address is kept as a hash, which a change of the site's keys does not spoil; `mostra` is for people to read.
    """

    class Origem(models.IntegerChoices):
        PAGINA = 1, "Pela página do e-mail"
        UM_CLIQUE = 2, "Pelo botão do programa de e-mail"
        EQUIPE = 3, "Pedido à equipe"
        RESPOSTA = 4, "Respondeu SAIR no WhatsApp"

    canal = models.CharField("canal", max_length=10)
    endereco_hash = models.CharField("endereço (resumo)", max_length=64, default="", db_default="")
    mostra = models.CharField("endereço", max_length=80, default="", db_default="")
    codigo_cliente = models.CharField("cliente", max_length=14, default="", db_default="")
    origem = models.SmallIntegerField("como pediu", choices=Origem)
    em = models.DateTimeField("pedido em", db_default=Now())
    motivo = models.CharField("motivo", max_length=500, default="", db_default="")
    por = models.CharField("registrado por", max_length=150, default="", db_default="")
    desfeito_em = models.DateTimeField("desfeito em", null=True)
    desfeito_por = models.CharField("desfeito por", max_length=150, default="", db_default="")
    desfeito_motivo = models.CharField("por que foi desfeito", max_length=500, default="", db_default="")

    class Meta:
        db_table = "contatos_descadastro"
        verbose_name = "descadastro"
        ordering = ("-id",)
        default_permissions = ("view", "add")
        permissions = (("desfazer_descadastro", "Pode voltar a escrever a quem se descadastrou"),)
        constraints = (
            # one that stands for each address, and one for each customer without an address
            models.UniqueConstraint(
                fields=["endereco_hash", "canal"], name="descadastro_endereco",
                condition=models.Q(desfeito_em__isnull=True) & ~models.Q(endereco_hash=""),
            ),
            models.UniqueConstraint(
                fields=["codigo_cliente", "canal"], name="descadastro_so_cliente",
                condition=models.Q(desfeito_em__isnull=True, endereco_hash=""),
            ),
            models.CheckConstraint(
                condition=~models.Q(endereco_hash="", codigo_cliente=""), name="descadastro_de_alguem"
            ),
        )  # fmt: skip
        indexes = (
            # whether a customer refused a channel, whatever the address it was asked from
            models.Index(
                fields=["codigo_cliente", "canal"], name="descadastro_cliente",
                condition=models.Q(desfeito_em__isnull=True) & ~models.Q(codigo_cliente=""),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"descadastro {self.pk}"
