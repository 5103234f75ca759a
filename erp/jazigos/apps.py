"""Jazigos: cemeteries, their jazigos, concessions and maintenance contracts.

What enters: concessions granted, maintenance contracts with their index and day.
What leaves: one title per maintenance contract and competência.
What it never does: charge a competência twice, or lose a cent of a pro rata.
"""

from django.apps import AppConfig

_MODELOS = (
    "cemiterio",
    "jazigo",
    "concessao",
    "sepultamento",
    "contratomanutencao",
    "indicemensal",
    "reajuste",
    "cobranca",
)
_ESCREVER = {
    "operador": ("add_sepultamento", "change_sepultamento"),
    "gerente": (
        *(f"{acao}_{nome}" for nome in ("jazigo", "concessao", "sepultamento") for acao in ("add", "change", "delete")),
        "add_contratomanutencao", "change_contratomanutencao", "encerrar_contratomanutencao", "transferir_concessao",
        "mudar_valor_contratomanutencao",
    ),
    "financeiro": (
        *(f"{acao}_{nome}" for nome in ("cemiterio", "indicemensal") for acao in ("add", "change", "delete")),
        "add_contratomanutencao", "change_contratomanutencao", "encerrar_contratomanutencao",
        "mudar_valor_contratomanutencao",
    ),
}  # fmt: skip


class JazigosConfig(AppConfig):
    name = "erp.jazigos"
    label = "jazigos"
    verbose_name = "Jazigos"

    def ready(self) -> None:
        from erp.acesso import grupos
        from erp.cadastros.models import Filial
        from erp.cadastros.usos import registrar_uso
        from erp.jazigos.models import Cemiterio, IndiceMensal
        from erp.jazigos.selectors import indice_usado

        registrar_uso(Filial, "cemitérios", lambda filial: Cemiterio.objects.filter(filial=filial).exists())
        registrar_uso(IndiceMensal, "reajustes feitos com ele", indice_usado)
        for grupo in ("operador", "gerente", "financeiro", "auditor"):
            grupos.conceder(grupo, *(f"jazigos.view_{nome}" for nome in _MODELOS))
        for grupo, permissoes in _ESCREVER.items():
            grupos.conceder(grupo, *(f"jazigos.{nome}" for nome in permissoes))
