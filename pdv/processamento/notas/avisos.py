"""What stayed open past its time becomes a grave warning on the note's document: once, with the moment it was true."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from erp.fiscal.avisos import AvisoNovo, gravar_avisos
from pdv.processamento.models import PendenciaNota

Tipo = PendenciaNota.Tipo
DE_UMA_VEZ = 1_000
CODIGOS = {
    Tipo.NOTA_CANCELADA: ("NOTA_CANCELADA_VENDA_DE_PE", "a nota está {situacao}, mas a venda {operacao} continua lançada"),
    Tipo.VENDA_CANCELADA: ("VENDA_CANCELADA_NOTA_AUTORIZADA", "a venda {operacao} foi cancelada, mas a nota está {situacao}"),
    Tipo.CONTINGENCIA: ("CONTINGENCIA_VENCIDA", "o prazo para transmitir a nota venceu em {prazo}"),
}  # fmt: skip


def avisar_vencidas(*, agora: datetime | None = None, limite: int = DE_UMA_VEZ) -> int:
    """Warn of what is past its time and was not warned of yet. Returns how many; two at once share the work."""
    agora = agora or timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, p.tipo, p.id_operacao, p.prazo, d.id, d.situacao FROM pdv_pendencia_nota p
               LEFT JOIN LATERAL (SELECT f.id, f.situacao FROM fiscal_documento f WHERE f.chave = p.chave
                   AND f.numero = p.numero AND f.estorno_de IS NULL ORDER BY f.geracao DESC LIMIT 1) d ON true
               WHERE p.tipo = ANY(%s) AND p.prazo <= %s AND p.avisada_em IS NULL
               ORDER BY p.prazo LIMIT %s FOR UPDATE OF p SKIP LOCKED""",
            [[tipo.value for tipo in CODIGOS], agora, limite],
        )
        linhas = cursor.fetchall()
        avisos: dict[int, list[AvisoNovo]] = {}
        for _, tipo, operacao, prazo, documento, situacao in linhas:
            if documento is not None:
                codigo, texto = CODIGOS[Tipo(tipo)]
                mensagem = texto.format(
                    situacao=situacao, operacao=operacao, prazo=f"{timezone.localtime(prazo):%d/%m/%Y %H:%M}"
                )
                avisos.setdefault(documento, []).append(AvisoNovo(codigo, mensagem, True))
        gravar_avisos(cursor, avisos, agora=agora)
        cursor.execute(
            "UPDATE pdv_pendencia_nota SET avisada_em = %s WHERE id = ANY(%s)", [agora, [linha[0] for linha in linhas]]
        )
    return len(linhas)
