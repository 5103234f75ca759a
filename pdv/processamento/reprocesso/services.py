"""What people ask of a mass reprocess: begin, pause, continue, cancel. The work itself is in `worker`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso import services as acesso
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.models import Aprovacao
from filas import acordar
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.formatos import numero, reais
from pdv.processamento.models import Reprocesso, ReprocessoItem
from pdv.processamento.reprocesso.selectors import MAXIMO, contar_escolha, sql_das_linhas
from pdv.replicacao.models import OperacaoPdv

DESPERTADOR = "pdv.reprocessar_em_massa"
PERMISSAO = "processamento.reprocessar_em_massa"
ACAO = "pdv.reprocessar_em_massa"  # of the approval, and of the audit
OBJETO = "processamento.Reprocesso"
Situacao = Reprocesso.Situacao
AGUARDA, ANDANDO, PAUSADO, CANCELADO, CONCLUIDO = Situacao
TRANSICOES = frozenset(
    {
        (AGUARDA, ANDANDO),
        (AGUARDA, CANCELADO),
        (ANDANDO, PAUSADO),
        (ANDANDO, CANCELADO),
        (ANDANDO, CONCLUIDO),
        (PAUSADO, ANDANDO),
        (PAUSADO, CANCELADO),
        (PAUSADO, CONCLUIDO),  # all had been sent
    }
)


@sensivel("pdv.reprocessar_em_massa_pedido")
@transaction.atomic
def pedir(
    *, linhas: QuerySet[OperacaoPdv], descricao: str, motivo: str, usuario: User, maximo: int | None = None
) -> Reprocesso:
    """Take every row of `linhas` to be reprocessed in the background; above the limit, once somebody else approves.

    `linhas` is a filtered list within the filiais of `usuario`; its rows are written by one INSERT ... SELECT.
    Raises AcaoRecusada, with nothing written, when there are none, more than `MAXIMO`, or more than `maximo` (what
    the person was shown).
    """
    motivo = motivo.strip()
    if len(motivo) < 5:
        raise AcaoRecusada(f"motivo com {len(motivo)} letras: esperado ao menos 5, para quem for ler depois")
    reprocesso = Reprocesso.objects.create(
        situacao=AGUARDA, descricao=descricao[:500], motivo=motivo[:500], total=0, pedido_por=usuario,
        pedido_em=timezone.now(),
    )  # fmt: skip
    reprocesso.total, reprocesso.filiais = _escrever_itens(reprocesso, linhas)
    _conferir_total(reprocesso.total, maximo)
    reprocesso.save(update_fields=["total", "filiais"])
    _auditar("pedido", reprocesso, usuario, motivo)
    if reprocesso.total > limite_sem_aprovacao():
        _pedir_aprovacao(reprocesso, usuario)
    else:
        _comecar(reprocesso)
    return reprocesso


def limite_sem_aprovacao() -> int:
    """Above this many operations a second person must approve."""
    limite: int = settings.REPROCESSO_APROVACAO_ACIMA
    return limite


def _escrever_itens(reprocesso: Reprocesso, linhas: QuerySet[OperacaoPdv]) -> tuple[int, list[int]]:
    selecao = sql_das_linhas(linhas, "id", "filial_id")
    if selecao is None:
        return 0, []
    sql, valores = selecao
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH escolha AS MATERIALIZED ({sql}), itens AS (
                    INSERT INTO pdv_reprocesso_item (reprocesso_id, operacao_id, situacao, codigo, mensagem)
                    SELECT %s, id, %s, '', '' FROM escolha)
                SELECT count(*), array_agg(DISTINCT filial_id) FROM escolha""",
            [*valores, reprocesso.pk, ReprocessoItem.Situacao.A_ENVIAR],
        )
        total, filiais = cursor.fetchone()
    return total, sorted(filiais or [])


def _conferir_total(total: int, maximo: int | None) -> None:
    if not total:
        raise AcaoRecusada("nenhuma operação escolhida: o filtro não mostra mais nenhuma")
    if total > MAXIMO:
        raise AcaoRecusada(f"o filtro mostra mais de {numero(MAXIMO)} operações, o máximo de uma vez: filtre mais")
    if maximo is not None and total > maximo:
        raise AcaoRecusada(
            f"o filtro mostrava {numero(maximo)} operações e agora mostra {numero(total)}: confira de novo"
        )


def _pedir_aprovacao(reprocesso: Reprocesso, usuario: User) -> None:
    itens = ReprocessoItem.objects.filter(reprocesso=reprocesso)
    valor = contar_escolha(OperacaoPdv.objects.filter(pk__in=itens.values("operacao_id"))).valor
    aprovacao = acesso.solicitar(
        acao=ACAO,
        descricao=f"Reprocessar {numero(reprocesso.total)} operações ({reais(valor)}): {reprocesso.descricao}"[:300],
        objeto=OBJETO,
        objeto_id=str(reprocesso.pk),
        motivo=reprocesso.motivo,
        por=usuario,
        dados=_dados(reprocesso),
        permissao=PERMISSAO,
    )
    Reprocesso.objects.filter(pk=reprocesso.pk).update(aprovacao_id=aprovacao.pk)
    reprocesso.aprovacao_id = aprovacao.pk


def _dados(reprocesso: Reprocesso) -> dict[str, Any]:
    """What is approved: these operations, as many as that."""
    return {"reprocesso": reprocesso.pk, "operacoes": reprocesso.total}


def filiais_do_pedido(aprovacao: Aprovacao) -> list[int]:
    """Where the operations are that a request would do again: only who sees all of them decides."""
    return Reprocesso.objects.get(pk=aprovacao.objeto_id).filiais


def ao_decidir(aprovacao: Aprovacao) -> None:
    """Begin without waiting for the tick. Raises ErroDefinitivo for the approval of what was cancelled meanwhile."""
    if aprovacao.situacao != Aprovacao.Situacao.APROVADA:
        return
    reprocesso = Reprocesso.objects.get(pk=aprovacao.objeto_id)
    if reprocesso.situacao != AGUARDA:
        raise ErroDefinitivo(
            "REPROCESSO_JA_DECIDIDO",
            f"O {reprocesso} já está {reprocesso.get_situacao_display().lower()}: não há o que aprovar.",
            "Recuse o pedido.",
        )
    acordar(DESPERTADOR)


def comecar_aprovados() -> int:
    """Begin what a second person has approved; what was refused or has expired is cancelled. Returns how many began."""
    a_espera = Reprocesso.objects.filter(terminado_em=None, situacao=AGUARDA).select_related("pedido_por")
    aprovacoes = Aprovacao.objects.in_bulk([r.aprovacao_id for r in a_espera if r.aprovacao_id])
    comecados, agora = 0, timezone.now()
    for reprocesso in a_espera:
        aprovacao = aprovacoes.get(reprocesso.aprovacao_id or 0)
        if aprovacao is not None and aprovacao.situacao == Aprovacao.Situacao.APROVADA:
            comecados += _comecar_aprovado(reprocesso)
        elif aprovacao is None or aprovacao.situacao != Aprovacao.Situacao.PENDENTE or aprovacao.expira_em <= agora:
            _desistir(reprocesso)
    return comecados


@transaction.atomic
def _comecar_aprovado(reprocesso: Reprocesso) -> bool:
    """Consume the approval and begin, together; False when it expired or somebody else was faster."""
    if not Reprocesso.objects.select_for_update().filter(pk=reprocesso.pk, situacao=AGUARDA).exists():
        return False
    try:
        acesso.consumir(
            acao=ACAO, objeto=OBJETO, objeto_id=str(reprocesso.pk), por=reprocesso.pedido_por, dados=_dados(reprocesso)
        )
    except ErroDefinitivo:
        _desistir(reprocesso)
        return False
    _comecar(reprocesso)
    return True


def _desistir(reprocesso: Reprocesso) -> None:
    Reprocesso.objects.filter(pk=reprocesso.pk, situacao=AGUARDA).update(
        situacao=CANCELADO, terminado_em=timezone.now()
    )


def _comecar(reprocesso: Reprocesso) -> None:
    agora = timezone.now()
    mover(reprocesso, AGUARDA, ANDANDO, iniciado_em=agora, marco_em=agora)
    acordar(DESPERTADOR)


@sensivel("pdv.reprocessar_em_massa_pausado")
@transaction.atomic
def pausar(*, reprocesso: Reprocesso, usuario: User) -> None:
    """Send no more until it is continued; what was sent is posted. Raises AcaoRecusada when it is not under way."""
    mover(reprocesso, ANDANDO, PAUSADO)
    _auditar("pausado", reprocesso, usuario)


@sensivel("pdv.reprocessar_em_massa_continuado")
@transaction.atomic
def continuar(*, reprocesso: Reprocesso, usuario: User) -> None:
    """Go on sending. Raises AcaoRecusada when it is not paused."""
    reprocesso.refresh_from_db()
    prontas = reprocesso.feitas + reprocesso.falhas
    mover(reprocesso, PAUSADO, ANDANDO, marco_em=timezone.now(), marco_prontas=prontas)
    _auditar("continuado", reprocesso, usuario)
    acordar(DESPERTADOR)


@sensivel("pdv.reprocessar_em_massa_cancelado")
@transaction.atomic
def cancelar(*, reprocesso: Reprocesso, usuario: User) -> None:
    """Send no more, for good. What was sent is posted and counted: nothing is left half done.

    Raises AcaoRecusada when it has ended already.
    """
    travado = Reprocesso.objects.select_for_update().get(pk=reprocesso.pk)
    enviadas = ReprocessoItem.objects.filter(reprocesso=travado, situacao=ReprocessoItem.Situacao.ENVIADA)
    fim = None if enviadas.exists() else timezone.now()
    mover(reprocesso, Situacao(travado.situacao), CANCELADO, terminado_em=fim)
    _auditar("cancelado", reprocesso, usuario)
    acordar(DESPERTADOR)


def mover(reprocesso: Reprocesso, de: Reprocesso.Situacao, para: Reprocesso.Situacao, **campos: Any) -> None:
    """A guarded change of situação. Raises AcaoRecusada when the row is not, or may not go, there."""
    permitida = (de, para) in TRANSICOES
    linhas = Reprocesso.objects.filter(pk=reprocesso.pk, situacao=de)
    if not permitida or not linhas.update(situacao=para, **campos):
        atual = Reprocesso.objects.get(pk=reprocesso.pk)
        raise AcaoRecusada(f"o {atual} já está {atual.get_situacao_display().lower()}")
    reprocesso.refresh_from_db()


def _auditar(verbo: str, reprocesso: Reprocesso, usuario: User, motivo: str = "") -> None:
    registrar(
        acao=f"{ACAO}_{verbo}",
        ator=ator_usuario(usuario),
        objeto=OBJETO,
        objeto_id=str(reprocesso.pk),
        depois={
            "operacoes": reprocesso.total,
            "feitas": reprocesso.feitas,
            "falhas": reprocesso.falhas,
            "escolha": reprocesso.descricao,
        },
        motivo=motivo,
    )
