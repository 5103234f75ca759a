"""People of the simulated shop: documents with right check digits, the same ones for the same index."""

CLIENTES = 200
_ESPALHAR = 387_420_489  # coprime with the range: no document comes twice


def cpf(indice: int) -> str:
    """A CPF with valid digits, of nobody in particular."""
    corpo = f"{(indice + 1) * _ESPALHAR % 10**9:09d}"
    for _ in range(2):
        soma = sum(int(c) * peso for c, peso in zip(corpo, range(len(corpo) + 1, 1, -1), strict=True))
        corpo += str(soma * 10 % 11 % 10)
    return corpo


def codigo_cliente(indice: int) -> str:
    """The code under which the shop keeps customer `indice`."""
    return f"{indice:06d}"
