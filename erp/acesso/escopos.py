"""What an API key may be for. The apps above register theirs in `AppConfig.ready`."""

_escopos: dict[str, str] = {}
_presos_a_um_ponto_de_venda: set[str] = set()
_com_chave_uuid: set[str] = set()


def registrar_escopo(codigo: str, descricao: str, *, exige_ponto_venda: bool = False, chave_uuid: bool = False) -> None:
    """Make a scope known. With `exige_ponto_venda` a key that has it must belong to one till.

    With `chave_uuid` its keys are the text of a UUID, 36 characters, for protocols that say so.
    """
    _escopos[codigo] = descricao
    if exige_ponto_venda:
        _presos_a_um_ponto_de_venda.add(codigo)
    if chave_uuid:
        _com_chave_uuid.add(codigo)


def escopos() -> dict[str, str]:
    """Code -> Portuguese description, sorted by code."""
    return dict(sorted(_escopos.items()))


def exige_ponto_venda(codigos: list[str]) -> bool:
    """Whether any of these scopes ties a key to one till."""
    return not _presos_a_um_ponto_de_venda.isdisjoint(codigos)


def usa_chave_uuid(codigos: list[str]) -> bool:
    """Whether a key with any of these scopes is the text of a UUID."""
    return not _com_chave_uuid.isdisjoint(codigos)


registrar_escopo("pdv", "Replicação do PDV: grava e consulta só o seu ponto de venda", exige_ponto_venda=True)
registrar_escopo("rotinas", "Disparar rotinas por HTTP")
