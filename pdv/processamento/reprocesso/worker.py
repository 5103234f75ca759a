"""The work of a mass reprocess: a few operations at a time into the ordinary queue, and their outcome counted.

Each step is one transaction under the lock of the reprocess's row, so that two workers never send the same item, and
pausing or cancelling waits for no more than a step. It begins in the database and ends there: killed at any instant,
whoever comes next finds the items as the last step left them.

1. Settle what was sent, by its staging row: posted since (it was at 1 when it was sent), in error, gone or ignored.
2. Send the next ones: what forbids an estorno is told first, and that row is not touched; the others go back to 1.
3. Let the ordinary drain post them. What goes back is due now, behind what was already waiting, and at most
   `LOTES_EM_VOO` batches are under way: today's sales are never behind more than that.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ATOR_SISTEMA, registrar
from erp.cadastros.selectors import periodos_fechados
from filas import acordar
from pdv.processamento.atos.bloqueios import bloqueios_de
from pdv.processamento.atos.linhas import Linha, com_lancamentos, devolver, registrar_ato
from pdv.processamento.models import Alvo, AtoPessoa, Reprocesso, ReprocessoItem
from pdv.processamento.reprocesso.services import ACAO, DESPERTADOR, OBJETO, comecar_aprovados, mover
from pdv.processamento.services import DESPERTADOR as DESPERTADOR_DO_DRENO
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import SituacaoProcessamento

LOTES_EM_VOO = 4
FATIA_SEGUNDOS = 1.0  # of draining, before the queue is filled again
OCIOSAS = 10  # rounds without anything moving: the rest is held by somebody, or waits; it is for the next tick
PAUSA_SEGUNDOS = 0.1
Situacao = Reprocesso.Situacao
A_ENVIAR, ENVIADA, FEITA, FALHOU = (s.value for s in ReprocessoItem.Situacao)
NAO_DEFINIDO, PENDENTE, COM_ERRO, EFETUADO = (s.value for s in SituacaoProcessamento)
SUMIU = ("SAIU_DAS_TABELAS", "saiu das tabelas antes de ser reprocessada: foi replicada de novo?")
IGNORADA = ("IGNORADA", "alguém a ignorou antes de ser reprocessada")


class Passo(NamedTuple):
    """What one step did, in operations; `em_voo` are sent and due, so a drain will take them up."""

    enviadas: int = 0
    feitas: int = 0
    falhas: int = 0
    em_voo: int = 0

    def __add__(self, outro: object) -> Passo:
        assert isinstance(outro, Passo)
        return Passo(*(a + b for a, b in zip(self, outro, strict=True)))

    @property
    def moveu(self) -> bool:
        return bool(self.enviadas or self.feitas or self.falhas)


class Desfecho(NamedTuple):
    """How one item ended."""

    operacao_id: int
    situacao: int
    codigo: str = ""
    mensagem: str = ""


def trabalhar(limite_segundos: float | None = None) -> Passo:
    """Work every mass reprocess under way until nothing is left to do now, or time is up. Several may run at once."""
    ate = None if limite_segundos is None else time.monotonic() + limite_segundos
    total, ociosas = Passo(), 0
    while ociosas < OCIOSAS:
        comecar_aprovados()
        rodada = Passo()
        for id_ in _abertos():
            rodada += dar_passo(id_)
        total += rodada._replace(em_voo=0)
        lancou = drenar_tudo(limite_segundos=FATIA_SEGUNDOS).total if rodada.em_voo else 0
        if not (rodada.moveu or rodada.em_voo):
            break
        ociosas = 0 if rodada.moveu or lancou else ociosas + 1
        if ociosas:
            time.sleep(PAUSA_SEGUNDOS)  # another worker has them in hand
        if ate is not None and time.monotonic() >= ate:
            acordar(DESPERTADOR)
            break
    return total


def _abertos() -> list[int]:
    abertos = Reprocesso.objects.filter(terminado_em=None).exclude(situacao=Situacao.AGUARDA_APROVACAO)
    return list(abertos.order_by("pk").values_list("pk", flat=True))


@sensivel("pdv.reprocessar", "pdv.reprocessar_em_massa_concluido")
@transaction.atomic
def dar_passo(id_: int) -> Passo:
    """Settle, send, and end when nothing is left. Does nothing while somebody else is at it."""
    periodos_fechados()  # the first lock, as in every posting
    reprocesso = (
        Reprocesso.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("pedido_por")
        .filter(pk=id_, terminado_em=None)
        .exclude(situacao=Situacao.AGUARDA_APROVACAO)
        .first()
    )
    if reprocesso is None:
        return Passo()
    with connection.cursor() as cursor:
        passo = _acertar(cursor, reprocesso)
        if reprocesso.situacao == Situacao.EM_ANDAMENTO:
            passo += _enviar(cursor, reprocesso, LOTES_EM_VOO * settings.PDV_LOTE - passo.em_voo)
    if passo.feitas or passo.falhas:
        reprocesso.feitas += passo.feitas
        reprocesso.falhas += passo.falhas
        reprocesso.save(update_fields=["feitas", "falhas"])
    _terminar(reprocesso)
    return passo


def _acertar(cursor: CursorWrapper, reprocesso: Reprocesso) -> Passo:
    """What became of the items in the queue. Every one was at 1 when it was sent: anything else came after."""
    enviadas = _itens(cursor, reprocesso, ENVIADA, None)
    if not enviadas:
        return Passo()
    cursor.execute(
        """SELECT id, situacao_replicacao, proxima_tentativa_em <= now(), erro_codigo, erro_mensagem
           FROM hiperpdv_operacao_pdv WHERE id = ANY(%s)""",
        [enviadas],
    )
    linhas = {id_: resto for id_, *resto in cursor.fetchall()}
    desfechos, em_voo = [], 0
    for id_ in enviadas:
        situacao, devida, codigo, mensagem = linhas.get(id_, (None, False, "", ""))
        if situacao == PENDENTE:
            em_voo += devida
        elif situacao == EFETUADO:
            desfechos.append(Desfecho(id_, FEITA))
        elif situacao == COM_ERRO:
            desfechos.append(Desfecho(id_, FALHOU, codigo, mensagem))
        else:
            desfechos.append(Desfecho(id_, FALHOU, *(SUMIU if situacao is None else IGNORADA)))
    _gravar(cursor, reprocesso, desfechos)
    return _contar(desfechos)._replace(em_voo=em_voo)


def _enviar(cursor: CursorWrapper, reprocesso: Reprocesso, vagas: int) -> Passo:
    total = Passo()
    while vagas > 0:
        escolhidas = _itens(cursor, reprocesso, A_ENVIAR, min(vagas, settings.PDV_LOTE))
        passo = _enviar_lote(cursor, reprocesso, escolhidas)
        if not passo.moveu:
            break  # nothing left, or all of them held by somebody
        total += passo
        vagas -= passo.enviadas
    return total


def _enviar_lote(cursor: CursorWrapper, reprocesso: Reprocesso, escolhidas: Sequence[int]) -> Passo:
    """One batch. A row that somebody holds is left for the next step: a drain finishes with it first."""
    if not escolhidas:
        return Passo()
    cursor.execute(
        """SELECT id, filial_id, situacao_replicacao FROM hiperpdv_operacao_pdv WHERE id = ANY(%s) ORDER BY id
           FOR UPDATE SKIP LOCKED""",
        [list(escolhidas)],
    )
    travadas = [Linha._make(linha) for linha in cursor.fetchall()]
    cursor.execute("SELECT id FROM hiperpdv_operacao_pdv WHERE id = ANY(%s)", [list(escolhidas)])
    existentes = {id_ for (id_,) in cursor.fetchall()}
    vivas = com_lancamentos(cursor, Alvo.OPERACAO, [x.id for x in travadas])
    bloqueios = bloqueios_de(cursor, Alvo.OPERACAO, (), vivas, reprocesso.pedido_por) if vivas else {}
    fora = _ignoradas_depois(cursor, reprocesso, travadas)
    livres = [x for x in travadas if x.id not in bloqueios and x.id not in fora]
    desfechos = [Desfecho(id_, FALHOU, *IGNORADA) for id_ in fora]
    desfechos += [Desfecho(id_, FALHOU, *SUMIU) for id_ in escolhidas if id_ not in existentes]
    desfechos += [Desfecho(id_, FALHOU, bloqueio.codigo, bloqueio.mensagem) for id_, bloqueio in bloqueios.items()]
    if livres:
        devolver(cursor, Alvo.OPERACAO, livres, PENDENTE)
        motivo = f"{reprocesso.motivo[:450]} ({reprocesso})"
        registrar_ato(cursor, Alvo.OPERACAO, livres, motivo, reprocesso.pedido_por, AtoPessoa.Acao.REPROCESSAR)
        acordar(DESPERTADOR_DO_DRENO)
    _gravar(cursor, reprocesso, [*(Desfecho(x.id, ENVIADA) for x in livres), *desfechos])
    return _contar(desfechos) + Passo(enviadas=len(livres), em_voo=len(livres))


def _ignoradas_depois(cursor: CursorWrapper, reprocesso: Reprocesso, linhas: Sequence[Linha]) -> set[int]:
    """Rows that somebody ignored after they were chosen: that decision is newer, and stands."""
    ignoradas = [x.id for x in linhas if x.situacao == NAO_DEFINIDO]
    if not ignoradas:
        return set()
    cursor.execute(
        """SELECT DISTINCT alvo_id FROM pdv_ato_pessoa
           WHERE alvo = %s AND alvo_id = ANY(%s) AND acao = %s AND em > %s""",
        [Alvo.OPERACAO, ignoradas, AtoPessoa.Acao.IGNORAR.value, reprocesso.pedido_em],
    )
    return {id_ for (id_,) in cursor.fetchall()}


def _itens(cursor: CursorWrapper, reprocesso: Reprocesso, situacao: int, limite: int | None) -> list[int]:
    cursor.execute(
        """SELECT operacao_id FROM pdv_reprocesso_item WHERE reprocesso_id = %s AND situacao = %s
           ORDER BY operacao_id LIMIT %s""",
        [reprocesso.pk, situacao, limite],
    )
    return [id_ for (id_,) in cursor.fetchall()]


def _gravar(cursor: CursorWrapper, reprocesso: Reprocesso, desfechos: Sequence[Desfecho]) -> None:
    if not desfechos:
        return
    ids, situacoes, codigos, mensagens = zip(*desfechos, strict=True)
    cursor.execute(
        """UPDATE pdv_reprocesso_item i SET situacao = x.situacao, codigo = x.codigo, mensagem = x.mensagem
           FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::text[]) AS x(id, situacao, codigo, mensagem)
           WHERE i.reprocesso_id = %s AND i.operacao_id = x.id""",
        [list(ids), list(situacoes), list(codigos), list(mensagens), reprocesso.pk],
    )


def _contar(desfechos: Sequence[Desfecho]) -> Passo:
    feitas = sum(d.situacao == FEITA for d in desfechos)
    return Passo(feitas=feitas, falhas=sum(d.situacao == FALHOU for d in desfechos))


def _terminar(reprocesso: Reprocesso) -> None:
    """Nothing left: ended. A cancelled one ends when what it had sent is settled."""
    abertas = ReprocessoItem.objects.filter(reprocesso=reprocesso)
    if reprocesso.situacao == Situacao.CANCELADO:
        if not abertas.filter(situacao=ENVIADA).exists():
            Reprocesso.objects.filter(pk=reprocesso.pk).update(terminado_em=timezone.now())
        return
    if abertas.filter(situacao__in=(A_ENVIAR, ENVIADA)).exists():
        return
    mover(reprocesso, Situacao(reprocesso.situacao), Situacao.CONCLUIDO, terminado_em=timezone.now())
    registrar(
        acao=f"{ACAO}_concluido",
        ator=ATOR_SISTEMA,
        objeto=OBJETO,
        objeto_id=str(reprocesso.pk),
        depois={"operacoes": reprocesso.total, "feitas": reprocesso.feitas, "falhas": reprocesso.falhas},
    )
