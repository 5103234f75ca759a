"""What time does to queries: one that nobody ended was interrupted, and a name goes with the answer it came in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q

from erp.consultas.models import ConsultaCpf, RespostaCpf

FOLGA: Final = timedelta(seconds=60)
LOTE: Final = 1_000
_PERDIDA: Final = (
    "Não se sabe se o provedor respondeu: o programa parou no meio. O crédito pode ter sido gasto. Consulte de novo."
)


def encerrar_interrompidas(agora: datetime, *, chave_cpf: bytes | None = None) -> int:
    """What was on its way for longer than a call may take will not arrive; its CPF may be asked about again."""
    limite = agora - timedelta(seconds=settings.CONSULTAS_TEMPO_LIMITE) - FOLGA
    presas = ConsultaCpf.objects.filter(situacao=ConsultaCpf.Situacao.PEDIDA, pedida_em__lt=limite)
    if chave_cpf is not None:
        presas = presas.filter(chave_cpf=chave_cpf)
    return presas.update(situacao=ConsultaCpf.Situacao.INTERROMPIDA, terminada_em=agora, erro=_PERDIDA)


def apagar_vencidas(agora: datetime) -> int:
    """Names and receipts of answers that serve nobody any more, up to `LOTE`; situation and year stay, of nobody."""
    vencidas = RespostaCpf.objects.filter(Q(vale_ate__lte=agora), apagada_em=None).order_by("vale_ate")
    ids = list(vencidas.values_list("pk", flat=True)[:LOTE])
    return RespostaCpf.objects.filter(pk__in=ids).update(nome="", comprovante="", apagada_em=agora)
