"""How staging became ledger: generations, the log of attempts, what people did.

Guarantees:
- at most one generation of an operation is alive (`geracao_viva`), so nothing is posted twice;
- generations outlive the staging row: no foreign key leads there;
- the log only grows.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from auditoria.guardas import somente_acrescimo


class Geracao(models.Model):
    """One processing of one operation; the ledgers point here with (origem=PDV, origem_id=id)."""

    ponto_venda_id = models.BigIntegerField("PDV")
    filial_id = models.BigIntegerField("filial")
    instalacao = models.UUIDField("instalação")
    id_operacao = models.BigIntegerField("nº da operação")
    numero = models.SmallIntegerField("geração")
    operacao = models.SmallIntegerField("espécie")
    valor_total = models.DecimalField("total", max_digits=15, decimal_places=2)
    id_operacao_origem = models.BigIntegerField("operação de origem", null=True)  # of a devolução or cancelamento
    cancelada = models.BooleanField("cancelada", default=False, db_default=False)  # stands without entries: cancelled
    criada_em = models.DateTimeField("processada em")
    estornada_em = models.DateTimeField("estornada em", null=True)
    estornada_por = models.CharField("estornada por", max_length=150, blank=True, default="")
    motivo_estorno = models.CharField("motivo do estorno", max_length=500, blank=True, default="")

    class Meta:
        db_table = "pdv_geracao"
        verbose_name = "geração"
        verbose_name_plural = "gerações"
        permissions = [("lancar_periodo_fechado", "Pode reprocessar o que é de período fechado, lançando no aberto")]
        indexes = [
            # what stands of an operation's devoluções and cancelamento
            models.Index(
                fields=["ponto_venda_id", "instalacao", "id_operacao_origem"],
                condition=models.Q(id_operacao_origem__isnull=False, estornada_em__isnull=True),
                name="geracao_origem",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ponto_venda_id", "instalacao", "id_operacao", "numero"], name="geracao_chave"
            ),
            models.UniqueConstraint(
                fields=["ponto_venda_id", "instalacao", "id_operacao"],
                condition=models.Q(estornada_em__isnull=True),
                name="geracao_viva",
            ),
        ]

    def __str__(self) -> str:
        return f"geração {self.numero} da operação {self.id_operacao}"


class Alvo(models.IntegerChoices):
    OPERACAO = 1, "Operação"
    NOTA = 2, "Nota fiscal"


class LogProcessamento(models.Model):
    """One attempt, and how it ended."""

    class Resultado(models.IntegerChoices):
        EFETUADO = 1, "Efetuado"
        ERRO = 2, "Erro"
        ADIADO = 3, "Adiado"
        ESTORNADO = 4, "Estornado"
        ESPERA = 5, "À espera"

    alvo = models.SmallIntegerField("alvo", choices=Alvo.choices)
    alvo_id = models.BigIntegerField("linha recebida")
    filial_id = models.BigIntegerField("filial")
    tentativa = models.IntegerField("tentativa")
    resultado = models.SmallIntegerField("resultado", choices=Resultado.choices)
    codigo = models.CharField("código", max_length=200, blank=True, default="")
    mensagem = models.TextField("mensagem", blank=True, default="")
    em = models.DateTimeField("em")

    class Meta:
        db_table = "log_processamento"
        verbose_name = "log de processamento"
        verbose_name_plural = "log de processamento"
        indexes = [models.Index(fields=["alvo_id", "alvo"], name="log_processamento_alvo")]  # the page of an operation
        triggers = somente_acrescimo("log_processamento")

    def __str__(self) -> str:
        return f"{self.get_resultado_display()} em {self.em}"


class AtoPessoa(models.Model):
    """What a person decided about an operation or a note, and why."""

    class Acao(models.TextChoices):
        PROCESSAR = "processar", "Processar agora"
        REPROCESSAR = "reprocessar", "Reprocessar"
        IGNORAR = "ignorar", "Ignorar"
        REPLICAR = "replicar", "Replicar de novo"
        ACEITAR = "aceitar", "Aceitar a nova versão"
        MANTER = "manter", "Manter a versão atual"

    alvo = models.SmallIntegerField("alvo", choices=Alvo.choices)
    alvo_id = models.BigIntegerField("linha recebida")
    filial_id = models.BigIntegerField("filial")
    acao = models.CharField("ação", max_length=11, choices=Acao.choices)
    motivo = models.CharField("motivo", max_length=500)
    usuario = models.CharField("quem", max_length=150)
    em = models.DateTimeField("em")

    class Meta:
        db_table = "pdv_ato_pessoa"
        verbose_name = "ato de pessoa"
        verbose_name_plural = "atos de pessoas"
        indexes = [models.Index(fields=["alvo_id", "alvo"], name="pdv_ato_pessoa_alvo")]
        triggers = somente_acrescimo("pdv_ato_pessoa")


class Reprocesso(models.Model):
    """Many operations to be reprocessed in the background: who asked, how far it is."""

    class Situacao(models.IntegerChoices):
        AGUARDA_APROVACAO = 0, "À espera de aprovação"
        EM_ANDAMENTO = 1, "Em andamento"
        PAUSADO = 2, "Pausado"
        CANCELADO = 3, "Cancelado"
        CONCLUIDO = 4, "Concluído"

    situacao = models.SmallIntegerField("situação", choices=Situacao.choices)
    descricao = models.CharField("o que foi escolhido", max_length=500)  # the filter, in words
    motivo = models.CharField("motivo", max_length=500)
    filiais = ArrayField(models.BigIntegerField(), default=list, verbose_name="filiais")  # who sees them all sees it
    total = models.IntegerField("operações")
    feitas = models.IntegerField("feitas", default=0)
    falhas = models.IntegerField("com falha", default=0)
    pedido_por = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name="pedido por")
    pedido_em = models.DateTimeField("pedido em")
    aprovacao_id = models.BigIntegerField("aprovação", null=True)
    iniciado_em = models.DateTimeField("iniciado em", null=True)
    terminado_em = models.DateTimeField("terminado em", null=True)
    # since when its speed is taken (begun, or continued after a pause), and how many were done by then
    marco_em = models.DateTimeField("velocidade desde", null=True)
    marco_prontas = models.IntegerField("prontas no começo da velocidade", default=0)

    class Meta:
        db_table = "pdv_reprocesso"
        verbose_name = "reprocesso em massa"
        verbose_name_plural = "reprocessos em massa"
        default_permissions = ("view",)
        permissions = [("reprocessar_em_massa", "Pode reprocessar operações em massa")]
        indexes = [
            # the worker: what may still have something to do
            models.Index(fields=["id"], condition=models.Q(terminado_em=None), name="pdv_reprocesso_aberto"),
        ]

    def __str__(self) -> str:
        return f"reprocesso em massa {self.pk}"


class ReprocessoItem(models.Model):
    """One operation of a mass reprocess."""

    class Situacao(models.IntegerChoices):
        A_ENVIAR = 0, "A enviar"
        ENVIADA = 1, "Na fila"
        FEITA = 2, "Feita"
        FALHOU = 3, "Falhou"

    reprocesso = models.ForeignKey(Reprocesso, models.CASCADE, db_index=False, related_name="itens")
    operacao_id = models.BigIntegerField("linha recebida")
    situacao = models.SmallIntegerField("situação", choices=Situacao.choices, default=Situacao.A_ENVIAR)
    codigo = models.CharField("código da falha", max_length=200, blank=True, default="")
    mensagem = models.TextField("por que falhou", blank=True, default="")
    pk = models.CompositePrimaryKey("reprocesso", "operacao_id")

    class Meta:
        db_table = "pdv_reprocesso_item"
        verbose_name = "operação do reprocesso"
        verbose_name_plural = "operações do reprocesso"
        default_permissions = ()
        indexes = [
            # what is still to be sent or to be looked at
            models.Index(
                fields=["reprocesso", "situacao", "operacao_id"],
                condition=models.Q(situacao__in=(0, 1)),
                name="pdv_reprocesso_item_aberto",
            ),
        ]


class Retomada(models.Model):
    """A group of rows in error sent back together after a mend. Where each is now, staging says."""

    alvo = models.SmallIntegerField("alvo", choices=Alvo.choices)
    digital = models.CharField("erro", max_length=200)
    ids = ArrayField(models.BigIntegerField(), verbose_name="linhas recebidas")
    linhas = models.IntegerField("quantas")
    enviadas = models.IntegerField("já mandadas à fila", default=0)  # so many of the first of `ids`
    pedida_por = models.CharField("pedida por", max_length=150)
    pedida_em = models.DateTimeField("pedida em")

    class Meta:
        db_table = "pdv_retomada"
        verbose_name = "retomada"
        verbose_name_plural = "problemas"  # the page in the menu
        default_permissions = ()
        indexes = [
            # the worker: what is not all sent yet
            models.Index(
                fields=["id"], condition=models.Q(enviadas__lt=models.F("linhas")), name="pdv_retomada_a_enviar"
            ),
        ]

    def __str__(self) -> str:
        return f"retomada {self.pk}"


class PendenciaNota(models.Model):
    """Something open about a note; the row exists only while it is so, so its lists are short at any size.

    Written and taken away by the drains of notes and of operations, under the lock of the comparison.
    """

    class Tipo(models.TextChoices):
        ORFA = "orfa", "Nota sem operação"
        CONTINGENCIA = "contingencia", "Contingência a transmitir"
        NOTA_CANCELADA = "nota_cancelada", "Nota sem efeito, venda de pé"
        VENDA_CANCELADA = "venda_cancelada", "Venda cancelada, nota de pé"

    tipo = models.CharField("pendência", max_length=15, choices=Tipo.choices)
    nota_id = models.BigIntegerField("nota recebida")
    filial_id = models.BigIntegerField("filial")
    ponto_venda_id = models.BigIntegerField("PDV")
    instalacao = models.UUIDField("instalação")
    id_operacao = models.BigIntegerField("operação", null=True)
    chave = models.CharField("chave", max_length=44)
    numero = models.IntegerField("número")
    serie = models.IntegerField("série")
    valor = models.DecimalField("valor", max_digits=15, decimal_places=2)
    desde = models.DateTimeField("desde")
    prazo = models.DateTimeField("prazo")  # from then on somebody must look at it
    avisada_em = models.DateTimeField("avisada em", null=True)  # when the document got its warning

    class Meta:
        db_table = "pdv_pendencia_nota"
        verbose_name = "pendência de nota"
        verbose_name_plural = "pendências de notas"
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["nota_id", "tipo"], name="pendencia_nota_unica")]
        indexes = [
            # the lists: of a kind, the most urgent first
            models.Index(fields=["tipo", "prazo"], name="pendencia_nota_prazo"),
            # an operation that arrives, and its page
            models.Index(fields=["ponto_venda_id", "id_operacao"], name="pendencia_nota_operacao"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tipo_display()}: nota {self.numero}/{self.serie}"
