"""Cemeteries and the rules of their maintenance fee, which follow the law of each município."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from erp.cadastros.models import Filial


class Indice(models.TextChoices):
    INPC = "INPC", "INPC (IBGE)"
    IPCA = "IPCA", "IPCA (IBGE)"
    IGPM = "IGP-M", "IGP-M (FGV)"


class RegraRateio(models.TextChoices):
    """How a period that the contract covers only in part is charged (see `rules.rateio`)."""

    DIAS = "dias", "Por dia corrido"
    MES_30 = "mes30", "Por dia, em meses de 30 dias"
    INTEGRAL = "integral", "Período inteiro, sem rateio"


class Periodicidade(models.IntegerChoices):
    MENSAL = 1, "Mensal"
    TRIMESTRAL = 3, "Trimestral"
    SEMESTRAL = 6, "Semestral"
    ANUAL = 12, "Anual"


class Mes(models.IntegerChoices):
    JANEIRO = 1, "janeiro"
    FEVEREIRO = 2, "fevereiro"
    MARCO = 3, "março"
    ABRIL = 4, "abril"
    MAIO = 5, "maio"
    JUNHO = 6, "junho"
    JULHO = 7, "julho"
    AGOSTO = 8, "agosto"
    SETEMBRO = 9, "setembro"
    OUTUBRO = 10, "outubro"
    NOVEMBRO = 11, "novembro"
    DEZEMBRO = 12, "dezembro"


class ParametrosManutencao(models.Model):
    """The rules of the fee: the cemetery's, copied into each contract when it is made. The contract's own are what count."""

    periodicidade = models.PositiveSmallIntegerField(
        "periodicidade", choices=Periodicidade.choices, default=Periodicidade.MENSAL,
        help_text="Os períodos seguem o ano civil: o trimestral começa em janeiro, abril, julho e outubro.",
    )  # fmt: skip
    dia_vencimento = models.PositiveSmallIntegerField(
        "dia do vencimento", default=10, validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text="No mês que não tem este dia, vence no último.",
    )  # fmt: skip
    dias_antecedencia = models.PositiveSmallIntegerField(
        "gerar quantos dias antes", default=10, validators=[MaxValueValidator(90)],
        help_text="Quantos dias antes do vencimento o recebimento é gerado.",
    )  # fmt: skip
    regra_rateio = models.CharField(
        "período incompleto", max_length=8, choices=RegraRateio.choices, default=RegraRateio.DIAS,
        help_text="Como se cobra o período em que o contrato começa ou termina.",
    )  # fmt: skip
    indice = models.CharField("índice do reajuste", max_length=5, choices=Indice.choices, default=Indice.INPC)
    mes_reajuste = models.PositiveSmallIntegerField(
        "mês do reajuste", choices=Mes.choices, default=Mes.JANEIRO,
        help_text="Nunca antes de um ano do início ou do último reajuste (Lei 10.192/2001).",
    )  # fmt: skip
    defasagem_indice = models.PositiveSmallIntegerField(
        "defasagem do índice (meses)", default=2, validators=[MinValueValidator(1), MaxValueValidator(6)],
        help_text="Com 2, o reajuste de março acumula os doze meses até janeiro, já publicados quando se cobra.",
    )  # fmt: skip
    deflacao_reduz = models.BooleanField(
        "índice negativo reduz o valor", default=False,
        help_text="Desmarcado, o acumulado negativo fica registrado e o valor continua o mesmo.",
    )  # fmt: skip

    class Meta:
        abstract = True


PARAMETROS: tuple[str, ...] = tuple(campo.name for campo in ParametrosManutencao._meta.local_fields)


class Cemiterio(ParametrosManutencao):
    """A cemetery; its titles are the filial's."""

    nome = models.CharField("nome", max_length=80, unique=True)
    filial = models.ForeignKey(Filial, models.PROTECT, verbose_name="filial", related_name="+")
    codigo_municipio = models.CharField("município (IBGE)", max_length=7, help_text="Código do IBGE, com 7 dígitos.")
    endereco = models.CharField("endereço", max_length=160, blank=True, default="")
    valor_manutencao = models.DecimalField(
        "valor da manutenção por período", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)],
        help_text="O valor dos contratos novos. O dos já feitos não muda.",
    )  # fmt: skip
    anos_para_exumar = models.PositiveSmallIntegerField(
        "anos até poder exumar", default=3, validators=[MaxValueValidator(20)], help_text="Conforme a lei do município."
    )
    ativo = models.BooleanField("ativo", default=True)

    class Meta:
        db_table = "jazigos_cemiterio"
        verbose_name = "cemitério"
        ordering = ["nome"]

    def __str__(self) -> str:
        return self.nome
