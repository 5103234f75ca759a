"""Charges: what was asked of a customer, through whom, and where it stands.

Guarantees (tested in `tests/erp/cobrancas`, and by `tests/invariantes.py`):
- the state is `maquina.apurar` of the events, and never goes back;
- of one title and kind at most one charge is open;
- a payment of a provider is one row, and is in the ledgers exactly once, whole: what it settled plus what became credit.
"""

from __future__ import annotations

import uuid

from django.db import models

from erp.cadastros.models import Conta, Filial
from erp.cobrancas.maquina import ABERTAS, ROTULOS, Passo
from erp.financeiro.models import Titulo


class Cobranca(models.Model):
    """A request for money: a payment link, a Pix, a parcel of a carnê, a TEF sale."""

    class Tipo(models.TextChoices):
        LINK = "link", "Link de pagamento"
        PIX = "pix", "Pix"
        CARNE = "carne", "Carnê"
        TEF = "tef", "Cartão (TEF)"

    class Situacao(models.IntegerChoices):
        CRIADA = Passo.CRIADA.value, "Criada"
        ENVIADA = Passo.ENVIADA.value, "Pronta para pagar"
        AGUARDANDO = Passo.AGUARDANDO.value, "Aguardando pagamento"
        EXPIRADA = Passo.EXPIRADA.value, "Expirada"
        CANCELADA = Passo.CANCELADA.value, "Cancelada"
        PAGA = Passo.PAGA.value, "Paga"
        LIQUIDADA = Passo.LIQUIDADA.value, "Liquidada"
        CONTESTADA = Passo.CONTESTADA.value, "Contestada"
        DEVOLVIDA_PARCIAL = Passo.DEVOLVIDA_PARCIAL.value, "Devolvida em parte"
        DEVOLVIDA = Passo.DEVOLVIDA.value, "Devolvida"

    uuid = models.UUIDField(
        "identificador", unique=True, default=uuid.uuid4, editable=False
    )  # ours, told to the provider
    tipo = models.CharField("tipo", max_length=5, choices=Tipo.choices)
    provedor = models.CharField("provedor", max_length=20)
    id_provedor = models.CharField("número no provedor", max_length=80, blank=True, default="")
    # of a parcel of a carnê: our name of it, the provider's, and which parcel it is, from 1
    grupo = models.CharField("grupo", max_length=80, blank=True, default="")
    id_grupo = models.CharField("número do carnê no provedor", max_length=80, blank=True, default="")
    parcela = models.PositiveSmallIntegerField("parcela do carnê", default=0)
    titulo = models.ForeignKey(
        Titulo, models.DO_NOTHING, null=True, db_index=False, related_name="cobrancas", verbose_name="título"
    )
    filial = models.ForeignKey(Filial, models.PROTECT, related_name="+", db_index=False, verbose_name="filial")
    conta = models.ForeignKey(
        Conta, models.PROTECT, related_name="+", db_index=False, verbose_name="conta em que o dinheiro entra"
    )
    codigo_cliente = models.CharField("cliente", max_length=14, blank=True, default="")
    valor = models.DecimalField("valor cobrado", max_digits=15, decimal_places=2)
    vencimento = models.DateField("vale até")
    descricao = models.CharField("descrição", max_length=120, blank=True, default="")
    url = models.URLField("endereço", max_length=500, blank=True, default="")
    copia_e_cola = models.TextField("Pix copia e cola", blank=True, default="")
    situacao = models.PositiveSmallIntegerField("situação", choices=Situacao.choices, default=Situacao.CRIADA)
    lida = models.CharField("como o provedor a chama", max_length=40, blank=True, default="")  # the last status read
    contradicao = models.TextField("o que não bate", blank=True, default="")
    erro = models.CharField("último erro", max_length=300, blank=True, default="")
    falhas = models.PositiveIntegerField("falhas seguidas", default=0)
    criada_por = models.CharField("criada por", max_length=161)
    criada_em = models.DateTimeField("criada em")
    mudou_em = models.DateTimeField("mudou em")
    consultada_em = models.DateTimeField("consultada em", null=True)
    consultar_em = models.DateTimeField("próxima consulta", null=True)  # null: nobody asks again

    class Meta:
        db_table = "cobrancas_cobranca"
        verbose_name = "cobrança"
        default_permissions = ("view",)
        permissions = [
            ("cobrar_titulo", "Pode cobrar títulos e cancelar cobranças"),
            ("devolver_cobranca", "Pode devolver o que foi pago"),
        ]
        indexes = [
            # what a routine asks about next
            models.Index(
                fields=["provedor", "tipo", "consultar_em"], name="cobranca_a_consultar",
                condition=models.Q(consultar_em__isnull=False),
            ),
            models.Index(fields=["titulo"], name="cobranca_titulo"),  # the charges of a title
            models.Index(fields=["situacao", "-id"], name="cobranca_situacao"),  # the list by situação
            models.Index(fields=["codigo_cliente", "-id"], name="cobranca_cliente", condition=~models.Q(codigo_cliente="")),
            # the list by provider, by kind, by filial, and by when it was made
            models.Index(fields=["provedor", "-id"], name="cobranca_provedor"),
            models.Index(fields=["tipo", "-id"], name="cobranca_tipo"),
            models.Index(fields=["filial", "-id"], name="cobranca_filial"),
            models.Index(fields=["criada_em"], name="cobranca_criada"),
            # the parcels of a carnê
            models.Index(fields=["provedor", "grupo"], name="cobranca_grupo", condition=~models.Q(grupo="")),
            # what does not agree
            models.Index(fields=["-id"], name="cobranca_contradita", condition=~models.Q(contradicao="")),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["provedor", "tipo", "id_provedor"], condition=~models.Q(id_provedor=""), name="cobranca_do_provedor"
            ),
            models.UniqueConstraint(
                fields=["titulo", "tipo"], name="cobranca_uma_aberta",
                condition=models.Q(titulo__isnull=False, situacao__in=sorted(p.value for p in ABERTAS)),
            ),
            models.CheckConstraint(condition=models.Q(valor__gt=0), name="cobranca_de_algum_valor"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"cobrança {self.pk}"

    @property
    def passo(self) -> Passo:
        return Passo(self.situacao)

    @property
    def esta_aberta(self) -> bool:
        return self.passo in ABERTAS

    @property
    def por_extenso(self) -> str:
        return ROTULOS[self.passo]
