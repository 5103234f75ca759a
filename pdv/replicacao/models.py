"""Staging: what the tills said, as they said it, in the tables `hiperpdv_` of spec/003.

Guarantees:
- one row per (ponto_venda, instalacao, id_operacao), whoever posts it and however often;
- what was received is never overwritten: other content under the same key is kept as a Divergencia, and the state of a
  note that another took the place of as a NotaVersao;
- no foreign keys: staging accepts what the till says, also about things that the retaguarda does not know.
"""

import pgtrigger
from django.db import models
from django.utils import timezone

from auditoria.guardas import somente_acrescimo
from pdv import tabelas


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


def guarda_a_versao() -> pgtrigger.Trigger:
    """A note is edited when it comes again (spec/003): what it said goes to `hiperpdv_nota_versao` first.

    In the database, for it must see the row as the UPDATE finds it: a drain that held it may have posted it meanwhile.
    """
    colunas = ", ".join(campo.name for campo in tabelas.NotaFiscalPdv._meta.fields)
    antigas = ", ".join(f"OLD.{campo.name}" for campo in tabelas.NotaFiscalPdv._meta.fields)
    return pgtrigger.Trigger(
        name="hiperpdv_nota_versao",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("hash_conteudo"),  # type: ignore[no-untyped-call]  # the library has no types for it
        condition=pgtrigger.Condition("OLD.hash_conteudo IS DISTINCT FROM NEW.hash_conteudo"),
        func=f"INSERT INTO hiperpdv_nota_versao (nota_id, substituida_em, tratada, {colunas})"
        f" VALUES (OLD.id, clock_timestamp(), OLD.processado_em IS NOT NULL, {antigas}); RETURN NEW;",
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


class OperacaoPdv(Recebido, tabelas.OperacaoPdv):
    class Meta:
        db_table = "hiperpdv_operacao_pdv"
        verbose_name = "operação"
        verbose_name_plural = "operações"
        permissions = [
            ("processar_operacao", "Pode mandar processar operações"),
            ("reprocessar_operacao", "Pode estornar e reprocessar operações"),
            ("ignorar_operacao", "Pode ignorar operações"),
            ("replicar_de_novo", "Pode estornar operações e pedi-las de novo ao PDV"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ponto_venda_id", "instalacao", "id_operacao"], name="hiperpdv_operacao_chave"
            ),
        ]
        indexes = [
            # the drain: what a filial has pending, due first, oldest first
            models.Index(
                fields=["filial_id", "proxima_tentativa_em", "recebido_em"],
                condition=models.Q(situacao_replicacao=1),
                name="hiperpdv_operacao_pendente",
            ),
            # the clerk's list of errors
            models.Index(
                fields=["filial_id", "id"], condition=models.Q(situacao_replicacao=2), name="hiperpdv_operacao_erro"
            ),
            # the clerk's list of what was ignored; costs nothing on the way in, where nothing is at 0
            models.Index(
                fields=["filial_id", "id"], condition=models.Q(situacao_replicacao=0), name="hiperpdv_operacao_ignorada"
            ),
            # who waits for what has just been posted; almost always empty
            models.Index(fields=["aguarda"], condition=~models.Q(aguarda=""), name="hiperpdv_operacao_aguarda"),
            # the operations that refer to one: its page, and what its estorno must know
            models.Index(
                fields=["ponto_venda_id", "id_operacao_origem"],
                condition=models.Q(id_operacao_origem__isnull=False),
                name="hiperpdv_operacao_origem",
            ),
            # the clerk's search by CPF or CNPJ; most sales have none
            models.Index(
                fields=["cpf_cnpj_consumidor"],
                condition=~models.Q(cpf_cnpj_consumidor=""),
                name="hiperpdv_operacao_consumidor",
            ),
            # a turno's operations, for its counted against expected
            models.Index(fields=["ponto_venda_id", "id_turno"], name="hiperpdv_operacao_turno"),
        ]

        triggers = [volta_ao_fim_da_fila("hiperpdv_operacao")]

    def __str__(self) -> str:
        return f"{self.get_operacao_display()} {self.id_operacao} (PDV {self.id_ponto_venda})"


class ItemOperacaoPdv(tabelas.ItemOperacaoPdv):
    operacao_id = models.BigIntegerField()  # OperacaoPdv.id here
    pk = models.CompositePrimaryKey("operacao_id", "item")

    class Meta:
        db_table = "hiperpdv_item_operacao_pdv"
        verbose_name = "item"
        verbose_name_plural = "itens"


class FinalizadorOperacaoPdv(tabelas.FinalizadorOperacaoPdv):
    operacao_id = models.BigIntegerField()
    pk = models.CompositePrimaryKey("operacao_id", "item")

    class Meta:
        db_table = "hiperpdv_finalizador_operacao_pdv"
        verbose_name = "finalizador da operação"
        verbose_name_plural = "finalizadores da operação"
        indexes = [
            # the clerk's search by what the acquirer or the bank reports; cash pays for neither
            models.Index(fields=["nsu"], condition=~models.Q(nsu=""), name="hiperpdv_finalizador_nsu"),
            models.Index(
                fields=["end_to_end_id"], condition=~models.Q(end_to_end_id=""), name="hiperpdv_finalizador_pix"
            ),
        ]


class RecebimentoOperacaoPdv(tabelas.RecebimentoOperacaoPdv):
    operacao_id = models.BigIntegerField()
    pk = models.CompositePrimaryKey("operacao_id", "item")

    class Meta:
        db_table = "hiperpdv_recebimento_operacao_pdv"
        verbose_name = "título recebido na operação"
        verbose_name_plural = "títulos recebidos na operação"
        indexes = [
            # the clerk's search by a title's number
            models.Index(fields=["numero_documento"], name="hiperpdv_recebimento_documento"),
        ]


class Turno(tabelas.Turno):
    ponto_venda_id = models.BigIntegerField("PDV")
    filial_id = models.BigIntegerField("filial")
    instalacao = models.UUIDField("instalação")
    recebido_em = models.DateTimeField("recebido em", default=timezone.now)

    class Meta:
        db_table = "hiperpdv_turno"
        verbose_name = "turno"
        constraints = [
            models.UniqueConstraint(fields=["ponto_venda_id", "instalacao", "id_turno"], name="hiperpdv_turno_chave")
        ]

    def __str__(self) -> str:
        return f"turno {self.id_turno} (PDV {self.id_ponto_venda})"


class NotaFiscal(Recebido, tabelas.NotaFiscalPdv):
    class Meta:
        db_table = "hiperpdv_nota_fiscal"
        verbose_name = "nota fiscal recebida"
        verbose_name_plural = "notas fiscais recebidas"
        permissions = [
            ("processar_nota", "Pode mandar processar notas"),
            ("reprocessar_nota", "Pode estornar e reprocessar notas"),
            ("ignorar_nota", "Pode ignorar notas"),
        ]
        constraints = [models.UniqueConstraint(fields=["chave", "numero"], name="hiperpdv_nota_chave")]
        indexes = [
            models.Index(
                fields=["filial_id", "proxima_tentativa_em", "recebido_em"],
                condition=models.Q(situacao_replicacao=1),
                name="hiperpdv_nota_pendente",
            ),
            models.Index(
                fields=["filial_id", "id"], condition=models.Q(situacao_replicacao=2), name="hiperpdv_nota_erro"
            ),
            models.Index(
                fields=["filial_id", "id"], condition=models.Q(situacao_replicacao=0), name="hiperpdv_nota_ignorada"
            ),
            # the notes of an operation: its page, and the comparison of sale and note
            models.Index(fields=["ponto_venda_id", "id_operacao"], name="hiperpdv_nota_operacao"),
        ]

        triggers = [volta_ao_fim_da_fila("hiperpdv_nota"), guarda_a_versao()]

    def __str__(self) -> str:
        return f"nota {self.numero}/{self.serie}"


class NotaVersao(tabelas.NotaFiscalPdv):
    """What a note's row said before an update took its place; written by the trigger of NotaFiscal, whoever updates."""

    nota_id = models.BigIntegerField("nota recebida", db_index=True)  # its page, and the drain
    substituida_em = models.DateTimeField("substituída em")  # when the next version came
    tratada = models.BooleanField("tratada")  # posted, or looked at by the drain after its place was taken

    class Meta:
        db_table = "hiperpdv_nota_versao"
        verbose_name = "versão anterior da nota"
        verbose_name_plural = "versões anteriores das notas"
        default_permissions = ()

    def __str__(self) -> str:
        return f"versão {self.pk} da nota {self.numero}/{self.serie}"


class Rejeicao(models.Model):
    """What did not get in ("o que não entrou"): one row per till, subject and reason, counted when it comes again."""

    ponto_venda_id = models.BigIntegerField("PDV", null=True)
    filial_id = models.BigIntegerField("filial", null=True)
    tipo = models.CharField("tipo", max_length=10)  # pacote, operacao, nota, turno
    identificador = models.CharField("identificador", max_length=80, blank=True, default="")
    codigo = models.CharField("código", max_length=40)
    mensagem = models.TextField("motivo")
    conteudo = models.BinaryField("conteúdo", null=True)  # as it arrived, cut at 64 KiB
    primeira_em = models.DateTimeField("primeira vez", default=timezone.now)
    ultima_em = models.DateTimeField("última vez", default=timezone.now, db_index=True)
    vezes = models.IntegerField("vezes", default=1)
    resolvida_em = models.DateTimeField("resolvida em", null=True)  # the same subject got in later

    class Meta:
        db_table = "pdv_rejeicao"
        verbose_name = "o que não entrou"
        verbose_name_plural = "o que não entrou"
        constraints = [
            models.UniqueConstraint(
                fields=["ponto_venda_id", "tipo", "identificador", "codigo"],
                name="pdv_rejeicao_assunto",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.tipo} {self.identificador}".strip()


class Divergencia(models.Model):
    """Same key, other content: kept whole, with the difference field by field, for a person to decide."""

    class Decisao(models.TextChoices):
        PENDENTE = "", "A decidir"
        ACEITA = "aceita", "Nova versão aceita"
        RECUSADA = "recusada", "Mantida a atual"

    operacao_id = models.BigIntegerField("operação", db_index=True)
    ponto_venda_id = models.BigIntegerField("PDV")
    filial_id = models.BigIntegerField("filial")
    hash_conteudo = models.BinaryField("hash do conteúdo", max_length=33)
    conteudo = models.JSONField("conteúdo que chegou")
    diferencas = models.JSONField("diferenças")  # [{"campo", "retaguarda", "terminal"}]
    recebida_em = models.DateTimeField("recebida em", default=timezone.now)
    vezes = models.IntegerField("vezes", default=1)
    decisao = models.CharField(
        "decisão", max_length=8, choices=Decisao.choices, blank=True, default=Decisao.PENDENTE.value
    )
    decidida_por = models.CharField("decidida por", max_length=150, blank=True, default="")
    decidida_em = models.DateTimeField("decidida em", null=True)
    motivo = models.CharField("motivo", max_length=500, blank=True, default="")
    versao_anterior = models.JSONField("versão que a retaguarda tinha", null=True)  # kept when the new one is accepted

    class Meta:
        db_table = "pdv_divergencia"
        verbose_name = "divergência"
        permissions = [("decidir_divergencia", "Pode aceitar ou recusar a nova versão de uma operação")]
        indexes = [
            # what waits for a decision
            models.Index(fields=["id"], condition=models.Q(decisao=""), name="pdv_divergencia_a_decidir"),
        ]
        constraints = [
            # what was decided stands; the same content may diverge again from what staging holds by then
            models.UniqueConstraint(
                fields=["operacao_id", "hash_conteudo"],
                condition=models.Q(decisao=""),
                name="pdv_divergencia_conteudo",
            )
        ]

    def __str__(self) -> str:
        return f"divergência {self.pk}"


class OperacaoArquivada(models.Model):
    """An operation taken out of staging to be replicated again: everything that was there, for good."""

    operacao_id = models.BigIntegerField("linha recebida", db_index=True)  # OperacaoPdv.id as it was
    ponto_venda_id = models.BigIntegerField("PDV")
    filial_id = models.BigIntegerField("filial")
    instalacao = models.UUIDField("instalação")
    id_operacao = models.BigIntegerField("nº da operação")
    conteudo = models.JSONField("linha e dependências")  # {"operacao": {...}, "itens": [...], ...}: every column
    arquivada_em = models.DateTimeField("arquivada em")
    arquivada_por = models.CharField("arquivada por", max_length=150)
    motivo = models.CharField("motivo", max_length=500)

    class Meta:
        db_table = "pdv_operacao_arquivada"
        verbose_name = "operação arquivada"
        verbose_name_plural = "operações arquivadas"
        default_permissions = ("view",)
        indexes = [
            # the page of an operation that came back
            models.Index(fields=["ponto_venda_id", "instalacao", "id_operacao"], name="pdv_arquivada_chave"),
        ]
        triggers = somente_acrescimo("pdv_operacao_arquivada")

    def __str__(self) -> str:
        return f"operação {self.id_operacao} arquivada"


class Comando(models.Model):
    """What the retaguarda asks of a till; the till asks for them, never the other way round."""

    class Tipo(models.TextChoices):
        REPLICAR = "replicar", "Replicar de novo"

    class Situacao(models.IntegerChoices):
        PENDENTE = 0, "À espera do PDV"
        ENTREGUE = 1, "Entregue ao PDV"
        CUMPRIDO = 2, "Cumprido"
        RECUSADO = 3, "O PDV não pôde cumprir"
        CANCELADO = 4, "Cancelado"

    ponto_venda_id = models.BigIntegerField("PDV")
    filial_id = models.BigIntegerField("filial")
    instalacao = models.UUIDField("instalação")
    tipo = models.CharField("tipo", max_length=10, choices=Tipo.choices)
    id_operacao = models.BigIntegerField("nº da operação", null=True)
    situacao = models.SmallIntegerField("situação", choices=Situacao.choices, default=Situacao.PENDENTE)
    pedido_em = models.DateTimeField("pedido em")
    pedido_por = models.CharField("pedido por", max_length=150)
    motivo = models.CharField("motivo", max_length=500)
    entregue_em = models.DateTimeField("entregue em", null=True)
    concluido_em = models.DateTimeField("concluído em", null=True)
    resposta = models.CharField("resposta do PDV", max_length=500, blank=True, default="")

    class Meta:
        db_table = "pdv_comando"
        verbose_name = "comando ao PDV"
        verbose_name_plural = "comandos aos PDVs"
        default_permissions = ("view",)
        indexes = [
            # the till's question
            models.Index(
                fields=["ponto_venda_id", "id"], condition=models.Q(situacao__in=(0, 1)), name="pdv_comando_aberto"
            ),
            # the page of an operation
            models.Index(fields=["ponto_venda_id", "instalacao", "id_operacao"], name="pdv_comando_operacao"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tipo_display()} {self.id_operacao or ''}".strip()
