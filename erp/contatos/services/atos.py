"""What people do to comunicados: cancel one that has not left, try again one that could not go."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ato, ator_usuario, registrar_varios
from erp.contatos.models import Comunicado
from erp.contatos.services.envio import DESPERTADOR
from filas.wake import acordar

Situacao = Comunicado.Situacao
CANCELADO = "CANCELADO"


@sensivel("contatos.cancelados")
@transaction.atomic
def cancelar(ids: Sequence[int], *, usuario: User, motivo: str) -> int:
    """Those that wait are not sent; what is in the queue is stopped there, unless it is on the wire already.

    Returns how many. A fact cancelled stays told to nobody: it does not come back by itself.
    """
    detalhe = f"Cancelado por {usuario.get_username()}: {motivo}"[:300]
    pendentes, na_fila = _travados(ids, (Situacao.PENDENTE,)), _travados(ids, (Situacao.NA_FILA,))
    # read when its message is claimed
    Comunicado.objects.filter(pk__in=na_fila).update(motivo=CANCELADO, detalhe=detalhe)
    Comunicado.objects.filter(pk__in=pendentes).update(
        situacao=Situacao.NAO_ENVIADO, motivo=CANCELADO, detalhe=detalhe, terminado_em=timezone.now()
    )
    return _auditar("contatos.cancelados", [*pendentes, *na_fila], usuario, motivo)


@sensivel("contatos.repetidos")
@transaction.atomic
def repetir(ids: Sequence[int], *, usuario: User, motivo: str) -> int:
    """Those that were not sent wait for their turn again, and are judged anew when it comes. Returns how many.

    One whose fact went, or goes, by the other channel stays: nobody is told the same twice.
    """
    travados = _de_um_canal(_travados(ids, (Situacao.NAO_ENVIADO,)))
    Comunicado.objects.filter(pk__in=travados).update(
        situacao=Situacao.PENDENTE, motivo="", detalhe="", terminado_em=None, nao_antes_de=timezone.now()
    )
    if feitos := _auditar("contatos.repetidos", travados, usuario, motivo):
        acordar(DESPERTADOR)
    return feitos


def _de_um_canal(ids: Sequence[int]) -> list[int]:
    """Of these, without those whose fact is out by the other channel; of two of one fact, the one that took over."""
    linhas = list(Comunicado.objects.filter(pk__in=list(ids)).values_list("pk", "fato", "preferido"))
    do_fato: dict[str, list[tuple[int, bool, int]]] = {}
    irmas = Comunicado.objects.filter(fato__in={fato for _, fato, _ in linhas}).order_by("pk")
    for pk, fato, preferido, situacao in irmas.values_list("pk", "fato", "preferido", "situacao"):
        do_fato.setdefault(fato, []).append((pk, preferido, situacao))
    return [
        pk for pk, fato, preferido in linhas
        if not any(
            situacao != Situacao.NAO_ENVIADO or (preferido and outra in ids)
            for outra, escolhida, situacao in do_fato[fato] if outra != pk and (preferido or escolhida)
        )
    ]  # fmt: skip


def _travados(ids: Sequence[int], situacoes: Sequence[int]) -> list[int]:
    linhas = Comunicado.objects.filter(pk__in=list(ids), situacao__in=situacoes)
    return list(linhas.order_by("pk").select_for_update().values_list("pk", flat=True))


def _auditar(acao: str, feitos: Sequence[int], usuario: User, motivo: str) -> int:
    """An event of each: it is found from the comunicado. Returns how many."""
    atos = (Ato(acao, str(pk), motivo=motivo) for pk in feitos)
    return registrar_varios(atos, ator=ator_usuario(usuario), objeto=Comunicado._meta.label_lower)
