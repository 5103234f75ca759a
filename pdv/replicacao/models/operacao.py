"""An operation as the till said it, with its items, its payments and the titles it received."""

from django.db import models

from pdv import tabelas
from pdv.replicacao.models.recebido import Recebido, volta_ao_fim_da_fila


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
            # everything about one customer; most sales name none
            models.Index(
                fields=["codigo_cliente"], condition=~models.Q(codigo_cliente=""), name="hiperpdv_operacao_cliente"
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
