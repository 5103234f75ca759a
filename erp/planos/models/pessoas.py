"""The people of a contract, and who died."""

from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q

from auditoria.vigias import vigiar
from clientes.models import Cliente
from erp.cadastros.textos import PalavrasSql
from erp.planos.models.contratacao import Contratacao


class Parentesco(models.TextChoices):
    CONJUGE = "conjuge", "Cônjuge ou companheiro"
    FILHO = "filho", "Filho ou enteado"
    PAI_MAE = "pai_mae", "Pai ou mãe"
    SOGRO = "sogro", "Sogro ou sogra"
    IRMAO = "irmao", "Irmão ou irmã"
    NETO = "neto", "Neto"
    AVO = "avo", "Avô ou avó"
    OUTRO = "outro", "Outro"


class Dependente(models.Model):
    """Somebody whom a contract covers besides the titular, from `incluido_em` until `excluido_em`."""

    contratacao = models.ForeignKey(Contratacao, models.PROTECT, verbose_name="contratação", related_name="dependentes")
    nome = models.CharField("nome", max_length=80)
    cpf = models.CharField("CPF", max_length=11, blank=True, default="")
    nascimento = models.DateField("nascimento")
    parentesco = models.CharField("parentesco", max_length=8, choices=Parentesco.choices)
    cliente = models.ForeignKey(
        Cliente, models.PROTECT, verbose_name="cliente", related_name="dependencias", db_column="codigo_cliente",
        null=True, blank=True, help_text="Quando também está no cadastro de clientes.",
    )  # fmt: skip
    carencia_ate = models.DateField("carência até")
    incluido_em = models.DateField("incluído em")
    excluido_em = models.DateField("excluído em", null=True, blank=True)
    motivo_exclusao = models.CharField("motivo da exclusão", max_length=500, blank=True, default="")
    busca = models.GeneratedField(expression=PalavrasSql("nome"), output_field=models.TextField(), db_persist=True)

    class Meta:
        verbose_name = "dependente"
        ordering = ["id"]
        default_permissions = ("view",)
        indexes = [
            # the search box: a name, a CPF
            GinIndex(SearchVector("busca", config="simple"), name="dependente_busca"),
            models.Index(fields=["cpf"], name="dependente_cpf", condition=~Q(cpf="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["contratacao", "cpf"], condition=Q(excluido_em__isnull=True) & ~Q(cpf=""),
                name="dependente_um_por_cpf", violation_error_message="Este CPF já é de um dependente do contrato.",
            ),
            models.UniqueConstraint(
                fields=["contratacao", "cliente"], condition=Q(excluido_em__isnull=True, cliente__isnull=False),
                name="dependente_um_por_cliente", violation_error_message="Este cliente já é dependente do contrato.",
            ),
            models.CheckConstraint(
                condition=Q(excluido_em__isnull=True) | Q(excluido_em__gte=F("incluido_em")), name="dependente_periodo"
            ),
        ]  # fmt: skip
        triggers = vigiar("planos.dependente", "planos.contratacao")

    def __str__(self) -> str:
        return self.nome

    def em_carencia(self, dia: date) -> bool:
        return dia <= self.carencia_ate


class Obito(models.Model):
    """Somebody who died: a customer, a dependant, or a dependant who is a customer too. Once each."""

    cliente = models.OneToOneField(
        Cliente, models.PROTECT, verbose_name="cliente", related_name="obito", db_column="codigo_cliente", null=True
    )
    dependente = models.OneToOneField(
        Dependente, models.PROTECT, verbose_name="dependente", related_name="obito", null=True
    )
    data = models.DateField("data do óbito")
    certidao = models.CharField("certidão de óbito", max_length=40)
    registrado_por = models.CharField("registrado por", max_length=160)
    registrado_em = models.DateTimeField("registrado em")

    class Meta:
        verbose_name = "óbito"
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["certidao"], name="obito_certidao")]  # the search box
        constraints = [
            models.CheckConstraint(
                condition=Q(cliente__isnull=False) | Q(dependente__isnull=False), name="obito_de_alguem"
            ),
            models.CheckConstraint(condition=~Q(certidao=""), name="obito_tem_certidao"),
        ]
        triggers = vigiar()

    def __str__(self) -> str:
        return f"óbito em {self.data:%d/%m/%Y}"
