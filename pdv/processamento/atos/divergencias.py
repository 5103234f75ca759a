"""Deciding a divergence: the till's new version takes the place of what staging holds, or it does not. People decide."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.sensivel import sensivel
from erp.cadastros.selectors import periodos_fechados
from filas import acordar
from pdv.processamento.atos.bloqueios import bloqueios_de
from pdv.processamento.atos.desfazer import sem_o_dreno
from pdv.processamento.atos.linhas import Linha, com_lancamentos, registrar_ato, travar
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo, AtoPessoa
from pdv.processamento.previa.ensaio import ensaiar
from pdv.processamento.previa.valores import PreviaOcupada
from pdv.processamento.services import DESPERTADOR
from pdv.processamento.staging.fila import por_na_situacao
from pdv.replicacao.armazem import travar_ponto_venda
from pdv.replicacao.models import Divergencia, SituacaoProcessamento
from pdv.replicacao.retrato import retratar
from pdv.replicacao.rules import OperacaoPronta
from pdv.replicacao.versoes import VersaoIlegivel, descancela, ler_versao, trocar_versao

PERMISSAO = "replicacao.decidir_divergencia"
ALVO = Alvo.OPERACAO
PENDENTE, ACEITA, RECUSADA = Divergencia.Decisao


@sensivel("pdv.aceitar")
def aceitar(*, divergencia_id: int, motivo: str, usuario: User) -> bool:
    """Take the till's version: it is written over the staged one, which is kept, and posted anew by the drain.

    1. Lock the till (nothing of it arrives meanwhile), the periods, the divergence and the staged row.
    2. See that nothing forbids undoing what stands: settled titles, a closed period.
    3. Write the new version; rehearse its posting: what it would be refused for (a devolução larger than what would be
       sold, stock below zero) is told now, and nothing changes.
    4. Mark the decision, put away the older divergences, send the row to the drain.

    Returns whether it went to the drain: what a person ignored stays ignored. Raises AcaoRecusada, with nothing changed.
    """
    motivo = _motivo(motivo)
    with sem_o_dreno(), connection.cursor() as cursor:
        divergencia = _travar(cursor, divergencia_id)
        if Divergencia.objects.filter(
            operacao_id=divergencia.operacao_id, pk__gt=divergencia.pk, decisao=PENDENTE
        ).exists():
            raise AcaoRecusada("o PDV mandou depois outra versão desta operação: decida primeiro a mais nova")
        [linha] = _travar_linha(cursor, divergencia)
        ignorada = linha.situacao == SituacaoProcessamento.NAO_DEFINIDO
        vivas = com_lancamentos(cursor, ALVO, [linha.id])
        if presa := bloqueios_de(cursor, ALVO, (), vivas, usuario).get(linha.id):
            raise AcaoRecusada(presa.mensagem)
        anterior = retratar([linha.id])[linha.id]
        _trocar(cursor, divergencia)
        if vivas:
            _ensaiar(linha.id)
        _decidir(divergencia, ACEITA, motivo, usuario, versao_anterior=anterior)
        _superar_antigas(divergencia, usuario)
        registrar_ato(cursor, ALVO, [linha], motivo, usuario, AtoPessoa.Acao.ACEITAR)
        if not ignorada:
            por_na_situacao(cursor, ALVO, [linha.id], SituacaoProcessamento.PENDENTE)
            acordar(DESPERTADOR)
    return not ignorada


@sensivel("pdv.manter")
def manter(*, divergencia_id: int, motivo: str, usuario: User) -> None:
    """Keep what staging holds. The same version arriving again is counted, and not asked again.

    Raises AcaoRecusada, with nothing changed, when it has been decided.
    """
    motivo = _motivo(motivo)
    with sem_o_dreno(), connection.cursor() as cursor:
        divergencia = _travar(cursor, divergencia_id)
        _decidir(divergencia, RECUSADA, motivo, usuario)
        linha = Linha(divergencia.operacao_id, divergencia.filial_id, SituacaoProcessamento.NAO_DEFINIDO)
        registrar_ato(cursor, ALVO, [linha], motivo, usuario, AtoPessoa.Acao.MANTER)


@contextmanager
def como_se_aceita(divergencia: Divergencia) -> Iterator[None]:
    """What is read inside sees the new version in its place; nothing of it stays. For the preview.

    Raises AcaoRecusada when the row is gone, or held by somebody for longer than a page should wait.
    """
    with sem_o_dreno(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '1s', true)")
        _travar_linha(cursor, divergencia)
        _trocar(cursor, divergencia)
        yield
        transaction.set_rollback(True)


def _motivo(motivo: str) -> str:
    motivo = motivo.strip()
    if len(motivo) < 5:
        raise AcaoRecusada(f"motivo com {len(motivo)} letras: esperado ao menos 5, para quem for ler depois")
    return motivo[:500]


def _travar(cursor: CursorWrapper, divergencia_id: int) -> Divergencia:
    """The till, the periods, then the divergence, which must wait for a decision."""
    divergencia = Divergencia.objects.filter(pk=divergencia_id).first()
    if divergencia is None:
        raise AcaoRecusada("a divergência não existe mais")
    travar_ponto_venda(cursor, divergencia.ponto_venda_id)
    periodos_fechados()
    divergencia = Divergencia.objects.select_for_update().get(pk=divergencia_id)
    if divergencia.decisao != PENDENTE:
        quando = timezone.localtime(divergencia.decidida_em).strftime("%d/%m/%Y %H:%M")
        raise AcaoRecusada(
            f"já decidida por {divergencia.decidida_por} em {quando}: {divergencia.get_decisao_display().lower()}"
        )
    return divergencia


def _travar_linha(cursor: CursorWrapper, divergencia: Divergencia) -> list[Linha]:
    try:
        return travar(cursor, ALVO, [divergencia.operacao_id])
    except AcaoRecusada:
        raise AcaoRecusada("a operação saiu da retaguarda para ser replicada de novo: não há o que trocar") from None


def _trocar(cursor: CursorWrapper, divergencia: Divergencia) -> None:
    trocar_versao(cursor, divergencia.operacao_id, _versao(divergencia), descancelar=descancela(divergencia.diferencas))


def _versao(divergencia: Divergencia) -> OperacaoPronta:
    try:
        return ler_versao(divergencia.conteudo)
    except VersaoIlegivel as erro:
        raise AcaoRecusada("o conteúdo guardado não tem a forma de uma operação: mantenha a atual") from erro


def _ensaiar(linha: int) -> None:
    """Refuse what the drain would refuse, while what stands still stands."""
    try:
        ensaio = ensaiar(ALVO, [linha])
    except PreviaOcupada as ocupada:
        raise AcaoRecusada(str(ocupada)) from ocupada
    if presas := [x for x in ensaio.linhas if x.bloqueada]:
        mensagem = presas[0].mensagem.replace("\n", "; ")
        raise AcaoRecusada(f"a nova versão não pode ser lançada no lugar da atual: {mensagem}")


def _decidir(
    divergencia: Divergencia, decisao: Divergencia.Decisao, motivo: str, usuario: User, **campos: object
) -> None:
    feitas = Divergencia.objects.filter(pk=divergencia.pk, decisao=PENDENTE).update(
        decisao=decisao, decidida_por=usuario.get_username(), decidida_em=timezone.now(), motivo=motivo, **campos
    )
    assert feitas == 1, "a linha está travada"


def _superar_antigas(divergencia: Divergencia, usuario: User) -> None:
    """Older versions of the same operation are not what the till says any more."""
    antigas = Divergencia.objects.filter(operacao_id=divergencia.operacao_id, pk__lt=divergencia.pk, decisao=PENDENTE)
    antigas.update(
        decisao=RECUSADA, decidida_por=usuario.get_username(), decidida_em=timezone.now(),
        motivo=f"superada pela divergência {divergencia.pk}, que foi aceita",
    )  # fmt: skip
