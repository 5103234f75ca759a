"""Consultas: CPF queries, their balance and what was answered.

What enters: a CPF to ask about, with the purpose and the legal basis for it.
What leaves: the answer, kept while it is valid; the balance of each provider as a series.
What it never does: ask without a legal basis, keep a CPF, or start a batch that the balance does not cover.
"""

from django.apps import AppConfig


class ConsultasConfig(AppConfig):
    name = "erp.consultas"
    label = "consultas"
    verbose_name = "Consultas"

    def ready(self) -> None:
        from erp.acesso.grupos import conceder
        from erp.consultas.falsos import InfosimplesFalsa, SerproFalso
        from erp.consultas.portas import registrar_porta
        from erp.consultas.provedores import PROVEDORES
        from erp.provedores.falsos import registrar_falso
        from erp.provedores.registro import registrar

        for provedor in PROVEDORES:
            registrar(provedor)
            registrar_porta(provedor)
        registrar_falso("infosimples", 8121, lambda porta, _: InfosimplesFalsa(porta=porta))
        registrar_falso("serpro", 8122, lambda porta, _: SerproFalso(porta=porta))
        for grupo in ("gerente", "financeiro"):
            conceder(grupo, "consultas.consultar_cpf")
        for grupo in ("gerente", "financeiro", "auditor"):
            conceder(grupo, "consultas.view_consultacpf")
        for grupo in ("gerente", "financeiro", "TI", "auditor"):
            conceder(grupo, "consultas.view_saldoconsulta")
