"""Processamento: staged operations become stock, money and fiscal records.

What enters: staged rows at situacao 1, and acts of people on them.
What leaves: entries of the ledgers, generations, the log; situacao 9 or 2.
What it never does: talk to a till or to any network, change what a till said, delete an entry.
"""

from django.apps import AppConfig


class ProcessamentoConfig(AppConfig):
    name = "pdv.processamento"
    label = "processamento"
    verbose_name = "Processamento do PDV"

    def ready(self) -> None:
        from erp.acesso.services import registrar_decisao, registrar_filiais
        from erp.cadastros.pendencias import registrar_pendencias
        from erp.contatos.registro import registrar_tarefas
        from erp.fiscal.ouvintes import registrar_ouvinte
        from filas import registrar_despertador
        from pdv.processamento.atos.retomada import DESPERTADOR_DA_RETOMADA
        from pdv.processamento.grupos import conceder_aos_grupos
        from pdv.processamento.notas.comparacao import comparar_nota_do_documento
        from pdv.processamento.reprocesso.services import ACAO, ao_decidir, filiais_do_pedido
        from pdv.processamento.reprocesso.services import DESPERTADOR as DESPERTADOR_DO_REPROCESSO
        from pdv.processamento.selectors.pendencias import pendencias_do_pdv
        from pdv.processamento.selectors.tarefas import operacoes_paradas
        from pdv.processamento.services import DESPERTADOR
        from pdv.processamento.tasks import processar, reprocessar_em_massa, retomar

        registrar_despertador(DESPERTADOR, lambda: processar.apply_async(retry=False))
        registrar_despertador(DESPERTADOR_DO_REPROCESSO, lambda: reprocessar_em_massa.apply_async(retry=False))
        registrar_decisao(ACAO, ao_decidir)
        registrar_filiais(ACAO, filiais_do_pedido)
        registrar_ouvinte("processamento", comparar_nota_do_documento)
        registrar_pendencias("pdv", pendencias_do_pdv)
        registrar_tarefas("pdv", operacoes_paradas)
        registrar_despertador(DESPERTADOR_DA_RETOMADA, lambda: retomar.apply_async(retry=False))
        conceder_aos_grupos()
