"""Which staff group sees the board and accepts a difference."""

from erp.acesso.grupos import GRUPOS, conceder


def conceder_aos_grupos() -> None:
    """Everybody sees; the gerente and the financeiro accept a difference that has an explanation."""
    for grupo in GRUPOS:
        conceder(grupo, "conferencia.ver_conferencia")
    for grupo in ("gerente", "financeiro"):
        conceder(grupo, "conferencia.aceitar_diferenca")
