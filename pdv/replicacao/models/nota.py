"""A note as the till said it, and what its row said before."""

import pgtrigger
from django.db import models

from pdv import tabelas
from pdv.replicacao.models.recebido import Recebido, volta_ao_fim_da_fila


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
