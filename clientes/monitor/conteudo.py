"""A customer as the Queue expects it (spec/004, Queue §2): flat, every value a text, the codes of the place resolved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from clientes.monitor.lugares import Lugar, resolver

# Written by the database, so that no date of any year is beyond a calendar of ours.
_TEXTOS = (
    "CODIGO_CLIENTE", "CLIENTE_VAREJO", "CPF_CGC", "RG_IE", "ENDERECO", "TIPO_LOGRADOURO", "NUMERO", "COMPLEMENTO",
    "BAIRRO", "CIDADE", "UF", "CEP", "PAIS", "TELEFONE", "DDD", "CELULAR", "DDD_CELULAR", "EMAIL", "SEXO", "STATUS",
    "FILIAL", "TIPO_VAREJO", "ESTRANGEIRO", "PF_PJ",
)  # fmt: skip
_DATAS = {"ANIVERSARIO": "YYYY-MM-DD"}
_MOMENTOS = {"CADASTRAMENTO": "YYYY-MM-DD HH24:MI:SS.MS", "DATA_PARA_TRANSFERENCIA": "YYYY-MM-DD HH24:MI:SS"}
_LIDOS: Final = (*_TEXTOS, *_DATAS, *_MOMENTOS)
CAMPOS_DO_CONTEUDO: Final = frozenset({*_LIDOS, "IBGE", "PAIS_BC"})


def _textos() -> str:
    textos = [f'"{nome}"::text' for nome in _TEXTOS]
    datas = [f"to_char(\"{nome}\", '{forma}')" for nome, forma in _DATAS.items()]
    momentos = [f"to_char(\"{nome}\" AT TIME ZONE %(fuso)s, '{forma}')" for nome, forma in _MOMENTOS.items()]
    return ", ".join(f"coalesce({texto}, '')" for texto in (*textos, *datas, *momentos))


_SQL: Final = f"""SELECT {_textos()} FROM "CLIENTES_VAREJO" WHERE "CODIGO_CLIENTE" = ANY(%(codigos)s)"""


def conteudos(cursor: CursorWrapper, codigos: Sequence[str]) -> dict[str, dict[str, str]]:
    """CODIGO_CLIENTE -> the customer's content, as it is in the register now; whoever is not there has none.

    The keys are `CAMPOS_DO_CONTEUDO`. Dates are ISO, times are the shop's and look like the specification's
    (`2025-09-25 15:58:07.000`, `2026-02-03 11:41:39`). IBGE and PAIS_BC are empty when nobody knows them.
    """
    cursor.execute(_SQL, {"fuso": settings.TIME_ZONE, "codigos": list(codigos)})
    lidos = [dict(zip(_LIDOS, linha, strict=True)) for linha in cursor.fetchall()]
    lugares = [Lugar(c["CIDADE"], c["UF"], c["PAIS"], c["ESTRANGEIRO"] == "1") for c in lidos]
    codigos_de = resolver(lugares)
    return {
        lido["CODIGO_CLIENTE"]: lido | {"IBGE": codigos_de[lugar].ibge, "PAIS_BC": codigos_de[lugar].pais_bc}
        for lido, lugar in zip(lidos, lugares, strict=True)
    }
