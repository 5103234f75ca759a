"""Cadastros: who and what the company is.

What enters: forms and spreadsheets of staff; from the ledgers, how to know that a row is in use.
What leaves: filiais, tills, products, finalizadores with their terms, accounts, the accounting date.
What it never does: know a ledger, nor delete what a ledger knows.
"""

from collections.abc import Iterable

from django.apps import AppConfig

_VER = (
    "filial",
    "pontovenda",
    "produto",
    "finalizador",
    "condicaofinalizador",
    "adquirente",
    "conta",
    "periodocontabil",
    "feriadomunicipal",
)
_ESCREVER = {
    "gerente": ("produto", "feriadomunicipal"),
    "fiscal": ("produto", "periodocontabil"),
    "financeiro": ("finalizador", "condicaofinalizador", "adquirente", "conta", "periodocontabil"),
    "TI": ("filial", "pontovenda", "produto", "conta", "feriadomunicipal"),
}


class CadastrosConfig(AppConfig):
    name = "erp.cadastros"
    label = "cadastros"
    verbose_name = "Cadastros"

    def ready(self) -> None:
        from erp.acesso import escopo, grupos

        escopo.registrar_opcoes(_filiais)
        escopo.registrar_pontos_venda(_pontos_venda)
        for grupo in grupos.GRUPOS:
            grupos.conceder(grupo, *(f"cadastros.view_{nome}" for nome in _VER))
        for grupo in ("gerente", "financeiro", "fiscal", "auditor"):
            grupos.conceder(grupo, "cadastros.ver_documentos")
        for grupo in ("fiscal", "financeiro"):
            grupos.conceder(grupo, "cadastros.fechar_periodo", "cadastros.reabrir_periodo")
        for grupo, modelos in _ESCREVER.items():
            for acao in ("add", "change", "delete"):
                grupos.conceder(grupo, *(f"cadastros.{acao}_{nome}" for nome in modelos))


def _filiais() -> Iterable[tuple[int, str]]:
    from erp.cadastros.models import Filial  # models cannot be imported before the apps are ready

    return [(filial.pk, str(filial)) for filial in Filial.objects.all()]


def _pontos_venda() -> Iterable[tuple[int, str]]:
    from erp.cadastros.models import PontoVenda  # as above

    return [(pdv.pk, f"{pdv} ({pdv.filial.nome})") for pdv in PontoVenda.objects.select_related("filial")]
