"""Unpacking the body of a request, never beyond its limit."""

from __future__ import annotations

import zlib

from pdv.replicacao.codigos import CodigoPacote, PacoteRecusado

_GZIP = 16 + zlib.MAX_WBITS


def descompactar(compactado: bytes, limite: int) -> bytes:
    """The content of one gzip member of at most `limite` bytes.

    Stops one byte after the limit, so a bomb costs no more memory than an honest package. Raises PacoteRecusado:
    GZIP_INVALIDO (not gzip, truncated, wrong CRC, anything after its end) or CORPO_MUITO_GRANDE.
    """
    leitor = zlib.decompressobj(_GZIP)
    try:
        corpo = leitor.decompress(compactado, limite + 1)
    except zlib.error:
        raise PacoteRecusado(CodigoPacote.GZIP_INVALIDO, "O corpo não é gzip válido.") from None
    if len(corpo) > limite:
        raise muito_grande(limite, compactado=False)
    if not leitor.eof:
        raise PacoteRecusado(CodigoPacote.GZIP_INVALIDO, f"O gzip está truncado: {len(compactado)} bytes recebidos.")
    if leitor.unused_data:
        sobra = len(leitor.unused_data)
        raise PacoteRecusado(CodigoPacote.GZIP_INVALIDO, f"Há {sobra} bytes depois do fim do gzip.")
    return corpo


def muito_grande(limite: int, *, compactado: bool, recebido: int | None = None) -> PacoteRecusado:
    """CORPO_MUITO_GRANDE with the limit and, where the client said it, the size."""
    estado = "recebido" if compactado else "descompactado"
    fim = "" if recebido is None else f"; vieram {recebido}"
    return PacoteRecusado(
        CodigoPacote.CORPO_MUITO_GRANDE,
        f"O corpo {estado} passa do limite de {limite} bytes{fim}. Envie pacotes menores.",
        limite=limite,
    )
