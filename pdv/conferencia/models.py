"""What the tills say they did, and how it compares with what is here.

Guarantees:
- of two versions of a manifest the greater stands, whichever came first;
- whatever changes a received operation or note touches its day in the same transaction (triggers of the first
  migration), and a touch goes away only with a day computed after it: no change is left out of the board.
"""

from datetime import date
from decimal import Decimal

from django.db import models

from erp.cadastros.models import PontoVenda


def _dinheiro(rotulo: str) -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(rotulo, max_digits=18, decimal_places=2, default=0)


class Manifesto(models.Model):
    """The newest word of a till on one day or one turno; the fields are those of the wire (`esquema.py`)."""

    class Tipo(models.TextChoices):
        DIA = "dia", "Dia"
        TURNO = "turno", "Turno"

    ponto_venda_id = models.BigIntegerField("PDV")
    filial_id = models.BigIntegerField("filial")
    instalacao = models.UUIDField("instalação")
    tipo = models.CharField("tipo", max_length=5, choices=Tipo.choices)
    dia = models.DateField("dia")  # of a turno: the day on which it began
    id_turno = models.BigIntegerField("turno", null=True)  # null: the manifest of a day
    versao = models.BigIntegerField("versão")
    gerado_em = models.DateTimeField("gerado em")  # by the till's clock: for display only
    recebido_em = models.DateTimeField("recebido em")
    quantidade = models.IntegerField("operações")
    primeira = models.BigIntegerField("primeira operação", null=True)
    ultima = models.BigIntegerField("última operação", null=True)
    guid_primeira = models.UUIDField("guid da primeira", null=True)
    valor_total = _dinheiro("total sem as canceladas")
    canceladas = models.IntegerField("canceladas", default=0)
    valor_cancelado = _dinheiro("total das canceladas")
    por_especie = models.JSONField("por espécie", default=list)
    por_finalizador = models.JSONField("por finalizador", default=list)
    notas = models.JSONField("notas", default=dict)
    faixas = models.JSONField("números das operações", default=list)
    pendentes = models.JSONField("que o PDV ainda vai enviar", default=list)
    ignoradas = models.JSONField("que o PDV não vai enviar", default=list)
    valor_ignorado = _dinheiro("total das que não vai enviar")
    abertas = models.JSONField("ainda abertas no PDV", default=list)
    hash = models.CharField("hash", max_length=64)

    class Meta:
        db_table = "pdv_manifesto"
        verbose_name = "manifesto"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["ponto_venda_id", "instalacao", "id_turno"],
                condition=models.Q(id_turno__isnull=False),
                name="pdv_manifesto_turno",
            ),
            # also the board's question: the manifests of a till's day
            models.UniqueConstraint(
                fields=["ponto_venda_id", "dia", "instalacao"],
                condition=models.Q(id_turno__isnull=True),
                name="pdv_manifesto_dia",
            ),
        ]
        indexes = [
            # the page of a day: its turnos
            models.Index(
                fields=["ponto_venda_id", "dia"],
                condition=models.Q(id_turno__isnull=False),
                name="pdv_manifesto_do_dia",
            ),
        ]

    def __str__(self) -> str:
        return f"manifesto de {self.dia:%d/%m/%Y}" + (f", turno {self.id_turno}" if self.id_turno is not None else "")


class Toque(models.Model):
    """Something of a till's day changed. Written by triggers, taken by the routine; nobody ever waits for a row of it."""

    ponto_venda_id = models.BigIntegerField()
    filial_id = models.BigIntegerField()
    instalacao = models.UUIDField()
    dia = models.DateField()
    de = models.BigIntegerField(null=True)  # the numbers (id_operacao) that changed lie between these two
    ate = models.BigIntegerField(null=True)

    class Meta:
        db_table = "pdv_conferencia_toque"
        verbose_name = "toque"
        default_permissions = ()


class DiaConferido(models.Model):
    """One till's day: what the till says, what was received, posted, and has its fiscal document.

    Counts are of operations. Money is the sum of `valor_total` of the operations not cancelled, of every kind; the
    fiscal pair counts only sales that should have a note. `motivos` is `[{"codigo", "gravidade", "quantidade"}]`.
    """

    class Situacao(models.IntegerChoices):
        CONFERE = 1, "Confere"
        ANDAMENTO = 2, "Em andamento"
        DIFERENCA = 3, "Diferença"
        SEM_MANIFESTO = 4, "Sem manifesto"

    ponto_venda = models.ForeignKey(
        PontoVenda, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name="PDV"
    )
    filial_id = models.BigIntegerField("filial")
    dia = models.DateField("dia")
    situacao = models.SmallIntegerField("situação", choices=Situacao.choices)
    desde = models.DateTimeField("nesta situação desde")
    motivos = models.JSONField("motivos", default=list)
    tem_manifesto = models.BooleanField("tem manifesto", default=False)
    pdv_quantidade = models.IntegerField("no PDV", default=0)
    pdv_valor = _dinheiro("valor no PDV")
    recebido_quantidade = models.IntegerField("recebidas", default=0)
    recebido_valor = _dinheiro("valor recebido")
    lancado_quantidade = models.IntegerField("lançadas", default=0)
    lancado_valor = _dinheiro("valor lançado")
    esperado_quantidade = models.IntegerField("notas esperadas", default=0)
    esperado_valor = _dinheiro("valor das notas esperadas")
    fiscal_quantidade = models.IntegerField("notas", default=0)
    fiscal_valor = _dinheiro("valor das notas")
    faltando = models.JSONField("números que faltam", default=list)  # ranges; the first `FAIXAS_GUARDADAS`
    faltando_quantidade = models.IntegerField("faltam", default=0)
    nao_lancado_valor = _dinheiro("não lançado")
    nao_lancado_desde = models.DateTimeField("não lançado desde", null=True)
    contingencia_quantidade = models.IntegerField("notas em contingência", default=0)
    contingencia_vence_em = models.DateTimeField("contingência vence em", null=True)
    faixas_recebidas = models.JSONField("onde estão os números", default=list)  # [[instalacao, de, ate]]
    calculado_em = models.DateTimeField("calculado em")
    aceita_por = models.CharField("aceita por", max_length=150, blank=True, default="")
    aceita_em = models.DateTimeField("aceita em", null=True)
    aceita_motivo = models.CharField("motivo de aceitar", max_length=500, blank=True, default="")

    class Meta:
        db_table = "pdv_conferencia"
        verbose_name = "dia conferido"
        verbose_name_plural = "Conferência"
        default_permissions = ()
        permissions = [
            ("ver_conferencia", "Pode ver a conferência"),
            ("aceitar_diferenca", "Pode aceitar a diferença de um dia"),
        ]
        constraints = [models.UniqueConstraint(fields=["ponto_venda", "dia"], name="pdv_conferencia_dia")]
        indexes = [
            # the board, newest first
            models.Index(fields=["-dia", "ponto_venda"], name="pdv_conferencia_quadro"),
            # what does not check: the alarms, the dashboard, the metrics
            models.Index(fields=["situacao", "dia"], condition=~models.Q(situacao=1), name="pdv_conferencia_aberto"),
        ]

    def __str__(self) -> str:
        return f"{_data(self.dia)}, PDV {self.ponto_venda_id}"


class Resumo(models.Model):
    """A digest of alarms by e-mail: written before it is sent, so that a death in between costs one, never doubles it."""

    assinatura = models.CharField("assinatura", max_length=64)  # of what it told: the same is not told again so soon
    linhas = models.IntegerField("linhas")
    criado_em = models.DateTimeField("criado em")
    enviado_em = models.DateTimeField("enviado em", null=True)
    erro = models.CharField("erro", max_length=200, blank=True, default="")

    class Meta:
        db_table = "pdv_conferencia_resumo"
        verbose_name = "resumo por e-mail"
        default_permissions = ()


def _data(dia: date) -> str:
    return dia.strftime("%d/%m/%Y")
