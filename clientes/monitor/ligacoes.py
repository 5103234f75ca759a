"""What the Monitor tells the rest at start: who wakes it, and which staff group may do what."""

from clientes.monitor import DESPERTADOR, informar, reenvio
from clientes.tasks import curar_lugares, reenviar, varrer_tudo
from erp.acesso.grupos import conceder
from filas import registrar_despertador


def ligar() -> None:
    """Called once, from `AppConfig.ready`."""
    # a message costs a transaction of the broker's: one for all the posts of a second, worked when it ends
    registrar_despertador(DESPERTADOR, lambda: varrer_tudo.apply_async(retry=False, countdown=1), intervalo=1)
    registrar_despertador(reenvio.DESPERTADOR, lambda: reenviar.apply_async(retry=False))
    registrar_despertador(informar.DESPERTADOR, lambda: curar_lugares.apply_async(retry=False))
    for grupo in ("operador", "gerente", "TI", "auditor"):
        conceder(
            grupo,
            "clientes.view_varredura",
            "clientes.view_municipioinformado",
            "clientes.view_paisinformado",
        )
    for grupo in ("gerente", "TI"):
        conceder(grupo, reenvio.PERMISSAO, informar.PERMISSAO)
