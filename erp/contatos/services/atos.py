"""What people do to comunicados: cancel one that has not left, try again one that could not go."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.services import ator_usuario, registrar
from erp.contatos.models import Comunicado
from erp.contatos.services.envio import DESPERTADOR
from filas.wake import acordar

Situacao = Comunicado.Situacao
CANCELADO = "CANCELADO"
_NOMES_NA_AUDITORIA = 100


@transaction.atomic
def cancelar(ids: Sequence[int], *, usuario: User, motivo: str) -> int:
    """Those that wait are not sent; what is in the queue is stopped there, unless it is on the wire already.

    Returns how many. A fact cancelled stays told to nobody: it does not come back by itself.
    """
    detalhe = f"Cancelado por {usuario.get_username()}: {motivo}"[:300]
    pendentes = Comunicado.objects.filter(pk__in=_travados(ids, (Situacao.PENDENTE,)))
    na_fila = Comunicado.objects.filter(pk__in=_travados(ids, (Situacao.NA_FILA,)))
    feitos = na_fila.update(motivo=CANCELADO, detalhe=detalhe)  # read when its message is claimed
    feitos += pendentes.update(
        situacao=Situacao.NAO_ENVIADO, motivo=CANCELADO, detalhe=detalhe, terminado_em=timezone.now()
    )
    _auditar("contatos.cancelados", ids, usuario, motivo, feitos)
    return feitos


@transaction.atomic
def repetir(ids: Sequence[int], *, usuario: User, motivo: str) -> int:
    """Those that were not sent wait for their turn again, and are judged anew when it comes. Returns how many."""
    travados = _travados(ids, (Situacao.NAO_ENVIADO,))
    feitos = Comunicado.objects.filter(pk__in=travados).update(
        situacao=Situacao.PENDENTE, motivo="", detalhe="", terminado_em=None, nao_antes_de=timezone.now()
    )
    _auditar("contatos.repetidos", ids, usuario, motivo, feitos)
    if feitos:
        acordar(DESPERTADOR)
    return feitos


def _travados(ids: Sequence[int], situacoes: Sequence[int]) -> list[int]:
    linhas = Comunicado.objects.filter(pk__in=list(ids), situacao__in=situacoes)
    return list(linhas.order_by("pk").select_for_update().values_list("pk", flat=True))


def _auditar(acao: str, ids: Sequence[int], usuario: User, motivo: str, feitos: int) -> None:
    if not feitos:
        return
    registrar(
        acao=acao,
        ator=ator_usuario(usuario),
        objeto=Comunicado._meta.label_lower,
        objeto_id=str(ids[0]) if len(ids) == 1 else "",
        depois={"comunicados": list(ids[:_NOMES_NA_AUDITORIA]), "feitos": feitos},
        motivo=motivo,
    )
