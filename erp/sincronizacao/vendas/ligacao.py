"""Turning the sending on: from then on triggers note what comes in; what was there before is noted in pages."""

from __future__ import annotations

from typing import Final

from django.db import connection, transaction

from erp.sincronizacao.models import EnvioLigado, VendaAEnviar
from erp.sincronizacao.services.ligacao import esperar_quem_escreve
from pdv.replicacao.models import NotaFiscal, OperacaoPdv, Turno

PAGINA: Final = 5000
TABELAS: Final = (
    ("turnos_ate", Turno, VendaAEnviar.Tipo.TURNO),
    ("operacoes_ate", OperacaoPdv, VendaAEnviar.Tipo.OPERACAO),
    ("notas_ate", NotaFiscal, VendaAEnviar.Tipo.NOTA),
)
_NOTAR: Final = """
WITH pagina AS (SELECT id, ponto_venda_id, instalacao FROM {tabela} WHERE id <= %s ORDER BY id DESC LIMIT %s),
notadas AS (
    INSERT INTO sincronizacao_venda (ponto_venda_id, instalacao, tipo, linhas)
    SELECT ponto_venda_id, instalacao, %s, array_agg(id ORDER BY id) FROM pagina GROUP BY 1, 2
)
SELECT coalesce(min(id), 1) - 1, count(*) FROM pagina
"""


def ligar() -> None:
    """Once. The lock waits for who is writing: whoever wrote before is seen here, whoever writes after is noted.

    Raises OperationalError when writers keep it for over two seconds: the next run tries again.
    """
    if EnvioLigado.objects.exists():
        return
    with transaction.atomic():
        esperar_quem_escreve([modelo for _, modelo, _ in TABELAS])
        ultimos = {campo: _ultimo(modelo) for campo, modelo, _ in TABELAS}
        EnvioLigado.objects.get_or_create(pk=1, defaults=ultimos)


def _ultimo(modelo: type[Turno] | type[OperacaoPdv] | type[NotaFiscal]) -> int:
    return modelo._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0


def notar_antigas() -> int:
    """Note one page of each table of what was there before; returns how many rows. Zero: all were."""
    quantas = 0
    with transaction.atomic(), connection.cursor() as cursor:
        envio = EnvioLigado.objects.select_for_update().get(pk=1)
        for campo, modelo, tipo in TABELAS:
            if ate := getattr(envio, campo):
                cursor.execute(_NOTAR.format(tabela=modelo._meta.db_table), [ate, PAGINA, tipo])
                novo_ate, notadas = cursor.fetchone()
                setattr(envio, campo, novo_ate if notadas else 0)
                quantas += notadas
        envio.save()
    return quantas
