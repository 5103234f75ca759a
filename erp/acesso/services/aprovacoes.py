"""Second-person approvals: ask, decide, use once."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ATOR_SISTEMA, Ator, ator_usuario, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.escopo import ve_filial
from erp.acesso.models import Aprovacao

OBJETO = "acesso.Aprovacao"
PERMISSAO_DECIDIR = "acesso.decidir_aprovacao"
VALIDADE = timedelta(days=7)

Situacao = Aprovacao.Situacao
AoDecidir = Callable[[Aprovacao], None]
Filiais = Callable[[Aprovacao], Collection[int]]

_ao_decidir: dict[str, AoDecidir] = {}
_ao_vencer: dict[str, AoDecidir] = {}
_filiais: dict[str, Filiais] = {}


def registrar_decisao(acao: str, fn: AoDecidir, *, ao_vencer: AoDecidir | None = None) -> None:
    """Say what follows a decision on `acao`, in its own transaction: `fn` gets the request, approved or refused.

    `ao_vencer` gets one that nobody decided or used in time, in the transaction that closes it. For what the system
    asked: nobody comes back to use the approval. Called in `AppConfig.ready` of the app above.
    """
    _ao_decidir[acao] = fn
    if ao_vencer:
        _ao_vencer[acao] = ao_vencer


def registrar_filiais(acao: str, fn: Filiais) -> None:
    """Say which filiais a request of `acao` is about: only who sees all of them decides. Called in `AppConfig.ready`."""
    _filiais[acao] = fn


@sensivel("acesso.aprovacao_solicitada")
@transaction.atomic
def solicitar(
    *,
    acao: str,
    descricao: str,
    objeto: str,
    objeto_id: str,
    motivo: str,
    por: User | Ator,
    dados: Mapping[str, Any] | None = None,
    permissao: str = "",
    validade: timedelta = VALIDADE,
) -> Aprovacao:
    """Ask for an act that needs a second person. `permissao` is one more that the decider must hold.

    `por` is a person, or what of the system asks: then anybody who may decide is somebody else.
    One open request per (acao, objeto, objeto_id); an expired one gives way to the new.
    Raises `ErroDefinitivo` APROVACAO_JA_PEDIDA.
    """
    agora = timezone.now()
    _vencer(
        _vencidas(acao, agora).filter(objeto=objeto, objeto_id=objeto_id)
    )  # it must not hold the place of a new one
    try:
        with transaction.atomic():
            aprovacao = Aprovacao.objects.create(
                acao=acao,
                descricao=descricao,
                objeto=objeto,
                objeto_id=objeto_id,
                dados=_em_json(dados),
                permissao=permissao,
                motivo=motivo,
                **_quem_pede(por),
                solicitada_em=agora,
                expira_em=agora + validade,
            )
    except IntegrityError as erro:
        raise ErroDefinitivo(
            "APROVACAO_JA_PEDIDA", f"Já há um pedido em aberto para {descricao}.", "Espere a decisão dele."
        ) from erro
    _auditar("acesso.aprovacao_solicitada", aprovacao, por, motivo)
    return aprovacao


@sensivel("acesso.aprovacao_aprovada")
def aprovar(*, aprovacao: Aprovacao, por: User, motivo: str) -> Aprovacao:
    """Approve somebody else's request. Raises `ErroDefinitivo` (see `_decidir`) or `PermissionDenied`."""
    return _decidir(aprovacao, Situacao.APROVADA, por, motivo)


@sensivel("acesso.aprovacao_recusada")
def recusar(*, aprovacao: Aprovacao, por: User, motivo: str) -> Aprovacao:
    """Refuse somebody else's request. Raises as `aprovar` does."""
    return _decidir(aprovacao, Situacao.RECUSADA, por, motivo)


@sensivel("acesso.aprovacao_usada")
@transaction.atomic
def consumir(
    *, acao: str, objeto: str, objeto_id: str, por: User | Ator, dados: Mapping[str, Any] | None = None
) -> Aprovacao:
    """Use the approval of an act, once, in the transaction of the act itself.

    Raises `ErroDefinitivo`: SEM_APROVACAO when none is approved and still valid, APROVACAO_DE_OUTROS_DADOS when
    what was approved is not what is about to be done.
    """
    agora = timezone.now()
    aprovacao = (
        Aprovacao.objects.select_for_update()
        .filter(acao=acao, objeto=objeto, objeto_id=objeto_id, situacao=Situacao.APROVADA, expira_em__gt=agora)
        .first()
    )
    if aprovacao is None:
        raise ErroDefinitivo(
            "SEM_APROVACAO", "Esta ação precisa da aprovação de outra pessoa.", "Peça a aprovação e tente de novo."
        )
    if aprovacao.dados != _em_json(dados):
        raise ErroDefinitivo(
            "APROVACAO_DE_OUTROS_DADOS",
            f"O pedido {aprovacao.pk} foi aprovado com outros dados.",
            "Recuse-o ou espere que vença, e peça outro.",
        )
    _mover(aprovacao, Situacao.APROVADA, situacao=Situacao.CONSUMIDA, consumida_em=agora)
    _auditar("acesso.aprovacao_usada", aprovacao, por, "")
    return aprovacao


@sensivel("acesso.aprovacao_vencida")
@transaction.atomic
def vencer(acao: str) -> int:
    """Close the requests of `acao` whose time is over; returns how many."""
    return _vencer(_vencidas(acao, timezone.now()))


@transaction.atomic
def _decidir(aprovacao: Aprovacao, decisao: Aprovacao.Situacao, por: User, motivo: str) -> Aprovacao:
    """APROVACAO_DE_SI_MESMO, APROVACAO_DE_OUTRA_FILIAL, APROVACAO_VENCIDA, APROVACAO_JA_DECIDIDA; `PermissionDenied`
    without the permission.
    """
    if not por.has_perm(PERMISSAO_DECIDIR) or (aprovacao.permissao and not por.has_perm(aprovacao.permissao)):
        raise PermissionDenied
    if aprovacao.solicitada_por_id == por.pk:
        raise ErroDefinitivo(
            "APROVACAO_DE_SI_MESMO",
            f"Foi você quem pediu: {aprovacao.descricao}.",
            "Quem decide tem de ser outra pessoa.",
        )
    filiais = _filiais.get(aprovacao.acao)
    if filiais and not all(ve_filial(por, filial) for filial in filiais(aprovacao)):
        raise ErroDefinitivo(
            "APROVACAO_DE_OUTRA_FILIAL",
            f"O pedido {aprovacao.pk} mexe em filiais que você não vê.",
            "Quem decide é alguém que veja todas elas.",
        )
    agora = timezone.now()
    if decisao == Situacao.APROVADA and aprovacao.expira_em <= agora:
        raise ErroDefinitivo("APROVACAO_VENCIDA", f"O pedido {aprovacao.pk} venceu.", "Peça de novo.")
    _mover(aprovacao, Situacao.PENDENTE, situacao=decisao, decidida_por=por, decidida_em=agora, motivo_decisao=motivo)
    verbo = "aprovada" if decisao == Situacao.APROVADA else "recusada"
    _auditar(f"acesso.aprovacao_{verbo}", aprovacao, por, motivo)
    if seguir := _ao_decidir.get(aprovacao.acao):
        seguir(aprovacao)
    return aprovacao


def _quem_pede(por: User | Ator) -> dict[str, Any]:
    return {"sistema": str(por)} if isinstance(por, Ator) else {"solicitada_por": por}


def _mover(aprovacao: Aprovacao, de: Aprovacao.Situacao, **campos: Any) -> None:
    if (de, campos["situacao"]) not in Aprovacao.TRANSICOES:
        raise AssertionError(f"transição inexistente: {de} -> {campos['situacao']}")
    if not Aprovacao.objects.filter(pk=aprovacao.pk, situacao=de).update(**campos):
        raise ErroDefinitivo("APROVACAO_JA_DECIDIDA", f"O pedido {aprovacao.pk} já não está {de.label}.")
    aprovacao.refresh_from_db()


def _vencidas(acao: str, agora: datetime) -> QuerySet[Aprovacao]:
    em_aberto = Aprovacao.objects.filter(acao=acao, situacao__in=[Situacao.PENDENTE, Situacao.APROVADA])
    return em_aberto.filter(expira_em__lte=agora)


def _vencer(vencidas: QuerySet[Aprovacao]) -> int:
    quantas = 0
    for aprovacao in vencidas.select_for_update().order_by("pk"):
        _mover(aprovacao, Situacao(aprovacao.situacao), situacao=Situacao.VENCIDA)
        _auditar("acesso.aprovacao_vencida", aprovacao, ATOR_SISTEMA, "")
        if seguir := _ao_vencer.get(aprovacao.acao):
            seguir(aprovacao)
        quantas += 1
    return quantas


def _em_json(dados: Mapping[str, Any] | None) -> dict[str, Any]:
    """As the database will give it back, so that what is compared on consuming is alike."""
    convertido: dict[str, Any] = json.loads(json.dumps(dict(dados or {}), cls=DjangoJSONEncoder))
    return convertido


def _auditar(acao: str, aprovacao: Aprovacao, por: User | Ator, motivo: str) -> None:
    registrar(
        acao=acao,
        ator=por if isinstance(por, Ator) else ator_usuario(por),
        objeto=OBJETO,
        objeto_id=str(aprovacao.pk),
        depois={
            "acao": aprovacao.acao,
            "descricao": aprovacao.descricao,
            "objeto": aprovacao.objeto,
            "objeto_id": aprovacao.objeto_id,
            "dados": aprovacao.dados,
        },
        motivo=motivo,
    )
