"""The way in: facts handed over become comunicados, each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from erp.contatos.canais import canal
from erp.contatos.models.comunicado import FATO_MAXIMO
from erp.contatos.preferencia import canais_de
from erp.contatos.registro import modelo_de
from erp.contatos.services.envio import DESPERTADOR
from erp.contatos.valores import Aviso, Resumo
from filas.wake import acordar

POR_VEZ = 2_000


def avisar(avisos: Iterable[Aviso], *, fonte: str = "") -> Resumo:
    """Take facts to be told, in the caller's transaction. One known already, by its `fato` and channel, is left as it is;
    without a channel, by its `fato` alone.

    A few statements for every two thousand; many sources may do it at once, for each batch goes in by the order of its
    facts. Raises `ValueError` for what only a programmer can mend (no such template, a field missing, nobody to tell):
    then nothing of its batch went in.
    """
    novos = lidos = 0
    restantes = iter(avisos)
    while lote := list(islice(restantes, POR_VEZ)):
        lidos += len(lote)
        novos += _gravar(lote, fonte)
    return Resumo(novos, lidos - novos)


def _gravar(lote: Sequence[Aviso], fonte: str) -> int:
    linhas = [_linha(aviso, canal_, fonte) for aviso, canal_ in zip(lote, canais_de(lote), strict=True)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO contatos_comunicado
                      (fato, canal, modelo, fonte, codigo_cliente, endereco, dados, nao_antes_de, valido_ate, preferido)
               SELECT fato, canal, modelo, fonte, codigo_cliente, endereco, dados,
                      coalesce(nao_antes_de, %s), valido_ate, preferido
               FROM json_to_recordset(%s) AS r(
                   fato text, canal text, modelo text, fonte text, codigo_cliente text, endereco text, dados jsonb,
                   nao_antes_de timestamptz, valido_ate timestamptz, preferido boolean)
               WHERE NOT (preferido AND EXISTS (SELECT 1 FROM contatos_comunicado c WHERE c.fato = r.fato))
               ORDER BY fato, canal ON CONFLICT DO NOTHING""",
            [timezone.now(), msgspec.json.encode(linhas).decode()],  # the clock by which `encaminhar` picks
        )
        if cursor.rowcount:
            acordar(DESPERTADOR)
        return int(cursor.rowcount)


def _linha(aviso: Aviso, canal_: str, fonte: str) -> dict[str, object]:
    _conferir(aviso, canal_)
    return {
        "fato": aviso.fato,
        "canal": canal_,
        "modelo": aviso.modelo,
        "fonte": fonte,
        "codigo_cliente": aviso.codigo_cliente,
        "endereco": canal(canal_).normalizar(aviso.endereco) if aviso.endereco else "",
        "dados": {nome: valor.replace("\0", " ") for nome, valor in aviso.dados.items()},
        "nao_antes_de": aviso.nao_antes_de,
        "valido_ate": aviso.valido_ate,
        "preferido": not aviso.canal,
    }


def _conferir(aviso: Aviso, canal_: str) -> None:
    if not 0 < len(aviso.fato) <= FATO_MAXIMO:
        raise ValueError(f"fato: {aviso.fato!r}; esperado de 1 a {FATO_MAXIMO} letras")
    modelo = modelo_de(aviso.modelo, canal_)
    if modelo is None:
        raise ValueError(f"{aviso.fato}: ninguém registrou o modelo {aviso.modelo!r} no canal {canal_!r}")
    if faltam := set(modelo.campos) - set(aviso.dados):
        raise ValueError(f"{aviso.fato}: o modelo {aviso.modelo} pede {', '.join(sorted(faltam))}")
    if bool(aviso.codigo_cliente) == bool(aviso.endereco):
        raise ValueError(f"{aviso.fato}: esperado um cliente ou um endereço, e não os dois")
