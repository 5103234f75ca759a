"""What each group of the staff may do with the queue."""

from erp.acesso.grupos import conceder

_VER = ("filas.view_mensagem", "filas.view_tentativa", "filas.view_estadocontexto", "filas.view_acaoemmassa")


def conceder_aos_grupos() -> None:
    """Called in `AppConfig.ready`."""
    for grupo in ("operador", "gerente", "TI", "auditor"):
        conceder(grupo, *_VER)
    for grupo in ("operador", "gerente", "TI"):
        conceder(grupo, "filas.reprocessar_mensagem")
    for grupo in ("gerente", "TI"):
        conceder(grupo, "filas.cancelar_mensagem")
    conceder("TI", "filas.pausar_contexto")
