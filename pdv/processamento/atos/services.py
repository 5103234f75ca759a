"""What people ask of staged rows: process now, do again, ignore; all or none, with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from auditoria.sensivel import sensivel
from erp.cadastros.selectors import periodos_fechados
from filas import acordar
from filas.drain import ErroDefinitivo
from pdv.processamento.atos.bloqueios import Visto, bloqueios_de, mudaram, periodos_que_impedem
from pdv.processamento.atos.linhas import (
    MOSTRADAS,
    Linha,
    com_lancamentos,
    devolver,
    nomear,
    registrar_ato,
    travar,
)
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo, AtoPessoa
from pdv.processamento.previa.ensaio import LOTE, ensaiar
from pdv.processamento.previa.valores import PreviaOcupada
from pdv.processamento.services import DESPERTADOR
from pdv.replicacao.models import SituacaoProcessamento

LINHAS_MAXIMO = 1_000  # of one act; more is a mass reprocess
NAO_DEFINIDO, PENDENTE, COM_ERRO, EFETUADO = (s.value for s in SituacaoProcessamento)


@sensivel("pdv.processar")
def processar_agora(*, alvo: Alvo, ids: Sequence[int], motivo: str, usuario: User) -> int:
    """Send rows pending, ignored or in error back to the drain, due now. Returns how many.

    Raises AcaoRecusada, with nothing changed, for rows already posted: that is `reprocessar`.
    """

    def conferir(cursor: CursorWrapper, linhas: Sequence[Linha]) -> Sequence[Linha]:
        _recusar_se(linhas, lambda x: x.situacao == EFETUADO, "já efetuadas (use reprocessar)")
        vivas = com_lancamentos(cursor, alvo, [x.id for x in linhas])
        _recusar_bloqueadas(periodos_que_impedem(cursor, alvo, list(vivas), usuario))
        return linhas

    return _agir(alvo, ids, motivo, usuario, AtoPessoa.Acao.PROCESSAR, PENDENTE, conferir)


@sensivel("pdv.reprocessar")
def reprocessar(
    *, alvo: Alvo, ids: Sequence[int], motivo: str, usuario: User, visto: Visto | None = None,
    pular_bloqueadas: bool = False,
) -> int:  # fmt: skip
    """Do rows again: the drain reverses the live generation and posts the next one, in one transaction.

    What blocks any of them is looked for first, with the rows locked: a title settled, a closed period without the
    permission, stock that would fall below zero, a rule that the new posting breaks. Raises AcaoRecusada, with nothing
    changed, naming each and its way out; with `pular_bloqueadas` those stay as they are and the others go. Raises it too
    when somebody else did something to them since `visto`. Returns how many went.
    """

    def conferir(cursor: CursorWrapper, linhas: Sequence[Linha]) -> Sequence[Linha]:
        vivas = com_lancamentos(cursor, alvo, [x.id for x in linhas])
        if visto and (novidade := mudaram(cursor, alvo, [x.id for x in linhas], vivas, visto)):
            raise AcaoRecusada(f"{novidade}: confira de novo o que seria feito")
        presas = _bloqueadas(cursor, alvo, linhas, vivas, usuario)
        livres = [x for x in linhas if x.id not in presas]
        if not pular_bloqueadas or not livres:
            _recusar_bloqueadas(presas)
        return livres

    return _agir(alvo, ids, motivo, usuario, AtoPessoa.Acao.REPROCESSAR, PENDENTE, conferir)


@sensivel("pdv.ignorar")
def ignorar(*, alvo: Alvo, ids: Sequence[int], motivo: str, usuario: User) -> int:
    """Take rows pending or in error out of processing. Raises AcaoRecusada for rows whose entries stand."""

    def conferir(cursor: CursorWrapper, linhas: Sequence[Linha]) -> Sequence[Linha]:
        _recusar_se(linhas, lambda x: x.situacao == EFETUADO, "já efetuadas: não se ignora o que está lançado")
        vivas = com_lancamentos(cursor, alvo, [x.id for x in linhas])
        _recusar_se(linhas, lambda x: x.id in vivas, "com lançamentos de uma geração anterior: reprocesse")
        return linhas

    return _agir(alvo, ids, motivo, usuario, AtoPessoa.Acao.IGNORAR, NAO_DEFINIDO, conferir)


Conferencia = Callable[[CursorWrapper, Sequence[Linha]], Sequence[Linha]]  # the rows to act on


def _agir(
    alvo: Alvo, ids: Sequence[int], motivo: str, usuario: User, acao: AtoPessoa.Acao, nova: int, conferir: Conferencia
) -> int:
    motivo = motivo.strip()
    if len(motivo) < 5:
        raise AcaoRecusada(f"motivo com {len(motivo)} letras: esperado ao menos 5, para quem for ler depois")
    if not ids:
        raise AcaoRecusada("nenhuma linha escolhida")
    if len(ids) > LINHAS_MAXIMO:
        raise AcaoRecusada(f"{len(ids)} linhas escolhidas: o máximo de uma vez é {LINHAS_MAXIMO}")
    with transaction.atomic(), connection.cursor() as cursor:
        periodos_fechados()  # the first lock, as in every posting: what is checked here stays so until the commit
        linhas = conferir(cursor, travar(cursor, alvo, ids))
        devolver(cursor, alvo, linhas, nova)
        registrar_ato(cursor, alvo, linhas, motivo, usuario, acao)
        if nova == PENDENTE:
            acordar(DESPERTADOR)
    return len(linhas)


def _bloqueadas(
    cursor: CursorWrapper, alvo: Alvo, linhas: Sequence[Linha], vivas: dict[int, int], usuario: User
) -> dict[int, ErroDefinitivo]:
    """What cannot be done again: first what is known without trying, then what a rehearsal of the others finds."""
    pendentes = [x.id for x in linhas if x.situacao == PENDENTE]
    presas = bloqueios_de(cursor, alvo, pendentes, vivas, usuario)
    livres = [x.id for x in linhas if x.id not in presas]
    try:
        for inicio in range(0, len(livres) if vivas else 0, LOTE):
            ensaio = ensaiar(alvo, livres[inicio : inicio + LOTE])
            presas |= {x.id: ErroDefinitivo(x.codigo, x.mensagem) for x in ensaio.linhas if x.id and x.bloqueada}
    except PreviaOcupada as ocupada:
        raise AcaoRecusada(str(ocupada)) from ocupada
    return presas


def _recusar_bloqueadas(presas: dict[int, ErroDefinitivo]) -> None:
    if presas:
        motivos = "; ".join(f"linha {id_}: {erro.mensagem}" for id_, erro in sorted(presas.items())[:MOSTRADAS])
        resto = f" (e mais {len(presas) - MOSTRADAS})" if len(presas) > MOSTRADAS else ""
        raise AcaoRecusada(f"{len(presas)} não pode(m) ser refeita(s): {motivos}{resto}")


def _recusar_se(linhas: Sequence[Linha], condicao: Callable[[Linha], bool], porque: str) -> None:
    culpadas = [x.id for x in linhas if condicao(x)]
    if culpadas:
        raise AcaoRecusada(f"{len(culpadas)} de {len(linhas)} {porque}: {nomear(culpadas)}")
