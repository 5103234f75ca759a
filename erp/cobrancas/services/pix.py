"""Pix received: read by windows that overlap, or told by a webhook; either way it is the charge that is asked about.

What comes here moves no money by itself: it is written down, and the charge that it names becomes due at once, in the
same transaction. What the bank answers of the charge is what is posted, by the one door (`registro`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from erp.cobrancas.models import Cobranca, JanelaPix
from erp.cobrancas.pix.leitura import PixLido
from erp.cobrancas.pix.porta import NOME, CobPix, listar_recebidos, ver_recebido
from erp.cobrancas.services.consulta import Resumo, gravar, pegar, perguntar
from erp.cobrancas.services.espera import travar

PRIMEIRA: Final = timedelta(days=1)  # how far back the first window goes
MAIOR: Final = timedelta(days=7)  # of one window: a month away is read in five
PAGINAS_MAXIMO: Final = 10_000
Cerca = Callable[[], None]

_GUARDAR = """
INSERT INTO cobrancas_pix AS p (e2eid, txid, valor, devolvido, horario, recebido_em, cobranca_id)
SELECT x.e2eid, x.txid, x.valor, x.devolvido, x.horario, %(agora)s, c.id
FROM unnest(%(e2eids)s::text[], %(txids)s::text[], %(valores)s::numeric[], %(devolvidos)s::numeric[],
            %(horarios)s::timestamptz[]) AS x(e2eid, txid, valor, devolvido, horario)
LEFT JOIN cobrancas_cobranca c ON c.provedor = %(provedor)s AND c.tipo = 'pix' AND c.id_provedor = x.txid AND x.txid <> ''
ORDER BY x.e2eid
ON CONFLICT (e2eid) DO UPDATE SET devolvido = EXCLUDED.devolvido, cobranca_id = coalesce(p.cobranca_id, EXCLUDED.cobranca_id)
WHERE p.devolvido <> EXCLUDED.devolvido OR (p.cobranca_id IS NULL AND EXCLUDED.cobranca_id IS NOT NULL)
RETURNING cobranca_id
"""


class Guardados(NamedTuple):
    """Of the Pix handed over: how many were new or changed, and the charges that they name."""

    novos: int
    cobrancas: list[int]


@transaction.atomic
def guardar(lidos: Sequence[PixLido]) -> Guardados:
    """Write down what was received; what is new makes its charge due now. Known and unchanged, nothing happens."""
    unicos = {lido.e2eid: lido for lido in lidos}.values()  # a page may repeat what another had
    agora = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _GUARDAR,
            {
                "agora": agora, "provedor": NOME, "e2eids": [x.e2eid for x in unicos], "txids": [x.txid for x in unicos],
                "valores": [x.valor for x in unicos], "devolvidos": [x.devolvido for x in unicos],
                "horarios": [x.horario for x in unicos],
            },
        )  # fmt: skip
        linhas = cursor.fetchall()
    cobrancas = sorted({linha[0] for linha in linhas if linha[0] is not None})
    travar(cobrancas)
    Cobranca.objects.filter(pk__in=cobrancas).update(consultar_em=agora)
    return Guardados(len(linhas), cobrancas)


def ler_janelas(*, cerca: Cerca = lambda: None, agora: datetime | None = None) -> Guardados:
    """Read all that was received since the last time, and the overlap before it; the mark moves only after each window.

    Killed midway, the same window is read again, which is harmless.
    """
    agora = agora or timezone.now()
    marca = JanelaPix.objects.filter(pk=NOME).first()
    inicio = (marca.lida_ate - settings.PIX_SOBREPOSICAO) if marca else agora - PRIMEIRA
    novos = 0
    cobrancas: list[int] = []
    while inicio < agora:
        fim = min(inicio + MAIOR, agora)
        feito = _ler_janela(inicio, fim, cerca)
        novos, cobrancas = novos + feito.novos, cobrancas + feito.cobrancas
        with transaction.atomic():
            JanelaPix.objects.update_or_create(pk=NOME, defaults={"lida_ate": fim})
            cerca()
        inicio = fim
    return Guardados(novos, sorted(set(cobrancas)))


def _ler_janela(inicio: datetime, fim: datetime, cerca: Cerca) -> Guardados:
    novos = 0
    cobrancas: list[int] = []
    for pagina in range(PAGINAS_MAXIMO):
        lida = listar_recebidos(inicio, fim, pagina)
        with transaction.atomic():
            feito = guardar(lida.pix)
            cerca()
        novos, cobrancas = novos + feito.novos, cobrancas + feito.cobrancas
        if pagina + 1 >= lida.paginas:
            break
    return Guardados(novos, cobrancas)


def receber(e2eids: Sequence[str]) -> tuple[Guardados, Resumo]:
    """Told by a webhook: ask the bank of each, write it down, and ask of their charges now. Raises `FalhaDoProvedor`."""
    guardados = guardar([ver_recebido(e2eid) for e2eid in e2eids])
    if not guardados.cobrancas:
        return guardados, Resumo()
    porta = CobPix()
    resumo = gravar(perguntar(porta, pegar(porta, ate=timezone.now(), ids=guardados.cobrancas)))
    return guardados, resumo
