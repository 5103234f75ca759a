"""Planos: funeral plans, their contracts and the people in them.

What enters: contracts sold, dependants, payments settled in `erp.financeiro`, and the clock.
What leaves: instalments as titles, and states of contracts, each with who, when and why.
What it never does: change a state without a row that says why, or cancel without the notices that the contract asks for.
"""

from django.apps import AppConfig

_VER = ("plano", "contratacao", "dependente", "mudancacontratacao", "avisocontratacao", "obito")


class PlanosConfig(AppConfig):
    name = "erp.planos"
    label = "planos"
    verbose_name = "Planos"

    def ready(self) -> None:
        from erp.acesso import grupos
        from erp.assinaturas.especies import registrar_especie
        from erp.cadastros.models import Filial
        from erp.cadastros.usos import registrar_uso
        from erp.contatos.registro import Fonte, registrar_entrega, registrar_fonte, registrar_modelo
        from erp.planos.mensagens import AVISO_CANCELAMENTO, SUSPENSO
        from erp.planos.models import Contratacao
        from erp.planos.selectors.avisos import FONTE, PREFIXO, continuam
        from erp.planos.services.assinatura import ContratoDePlano
        from erp.planos.services.provas import ouvir

        registrar_modelo(SUSPENSO)
        registrar_modelo(AVISO_CANCELAMENTO)
        registrar_fonte(Fonte(FONTE, "Contratos de plano", lambda dia: (), continuam))  # its routines hand them over
        registrar_entrega(PREFIXO, ouvir)
        registrar_especie(ContratoDePlano())
        registrar_uso(Filial, "contratos de plano", lambda filial: Contratacao.objects.filter(filial=filial).exists())
        for grupo in ("operador", "gerente", "financeiro", "auditor"):
            grupos.conceder(grupo, *(f"planos.view_{nome}" for nome in _VER))
        grupos.conceder("operador", "planos.vender_plano", "planos.registrar_obito")
        grupos.conceder("gerente", "planos.vender_plano", "planos.mudar_contratacao", "planos.registrar_obito")
        grupos.conceder("gerente", "planos.add_plano", "planos.change_plano", "planos.delete_plano")
