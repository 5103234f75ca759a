"""Replicar de novo: undo what operations did, take them out of staging, whole and archived, and ask the till again.

1. Stop the posts of their tills and the drains of their filiais, take the lock of the periods, lock the rows.
2. See that nothing forbids it: every block is told, with its way out, before anything changes.
3. Reverse the live generations; archive the rows with their dependants; take them out; ask the till.
4. Keep who did it and why. When the till sends them again they are posted as the next generation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.cadastros.selectors import periodos_fechados
from filas import acordar
from pdv.processamento.atos.bloqueios import periodos_que_impedem
from pdv.processamento.atos.desfazer import estornar_geracoes, parar_o_dreno, sem_o_dreno
from pdv.processamento.atos.linhas import MOSTRADAS, com_lancamentos, registrar_ato, travar
from pdv.processamento.atos.services import LINHAS_MAXIMO
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo, AtoPessoa
from pdv.processamento.operacoes import estorno
from pdv.processamento.selectors.busca import instalacoes
from pdv.processamento.selectors.volta import voltou
from pdv.processamento.services import DESPERTADOR
from pdv.replicacao.armazem import travar_ponto_venda
from pdv.replicacao.comandos import pedir_replicacao
from pdv.replicacao.models import Comando, Divergencia, OperacaoArquivada, OperacaoPdv
from pdv.replicacao.retrato import Retrato, remover, retratar
from pdv.tabelas import Especie

PERMISSAO = "replicacao.replicar_de_novo"
ALVO = Alvo.OPERACAO
_SEM_VOLTA = (
    "veio de uma instalação anterior deste PDV, que foi instalado de novo e não a enviaria: use Reprocessar, ou Ignorar"
)


class Bloqueio(NamedTuple):
    """Why one operation may not be replicated again, and the way out."""

    id_operacao: int
    mensagem: str


def bloqueios(cursor: CursorWrapper, ids: Sequence[int], usuario: User | None) -> list[Bloqueio]:
    """What forbids it: settled titles, a closed period, devoluções that stand on a sale and are not among `ids`, a till
    that was installed again and would never send it.

    Without `usuario` what depends on the person (the closed period) is left out.
    """
    vivas = com_lancamentos(cursor, ALVO, ids)
    numeros = dict(OperacaoPdv.objects.filter(pk__in=ids).values_list("pk", "id_operacao"))
    presas = estorno.bloqueios(cursor, list(vivas.values())) if vivas else {}
    achados = [Bloqueio(numeros[i], presas[g].mensagem) for i, g in sorted(vivas.items()) if g in presas]
    if usuario is not None:
        fechados = periodos_que_impedem(cursor, ALVO, list(vivas), usuario)
        achados += [Bloqueio(numeros[i], erro.mensagem) for i, erro in sorted(fechados.items())]
    cursor.execute(
        """SELECT o.id_operacao, g.id_operacao FROM hiperpdv_operacao_pdv o
           JOIN pdv_geracao g ON g.ponto_venda_id = o.ponto_venda_id AND g.instalacao = o.instalacao
             AND g.id_operacao_origem = o.id_operacao
           WHERE o.id = ANY(%s) AND g.estornada_em IS NULL AND NOT g.cancelada AND g.operacao = %s
             AND NOT EXISTS (SELECT 1 FROM hiperpdv_operacao_pdv d WHERE d.id = ANY(%s) AND d.id_operacao = g.id_operacao
                 AND d.ponto_venda_id = g.ponto_venda_id AND d.instalacao = g.instalacao) ORDER BY 1, 2""",
        [list(ids), Especie.DEVOLUCAO, list(ids)],
    )
    for venda, devolucao in cursor.fetchall():
        achados.append(
            Bloqueio(venda, f"tem a devolução {devolucao}, que ficaria sem a venda: replique as duas juntas")
        )
    return achados + [Bloqueio(numero, _SEM_VOLTA) for numero in _de_instalacao_anterior(cursor, ids)]


def _de_instalacao_anterior(cursor: CursorWrapper, ids: Sequence[int]) -> list[int]:
    """The numbers of those that came under an installation that their till left: it asks for the commands of its own."""
    linhas = OperacaoPdv.objects.filter(pk__in=ids).values_list("id_operacao", "ponto_venda_id", "instalacao")
    numeros = [(numero, pdv, str(instalacao)) for numero, pdv, instalacao in linhas.order_by("id_operacao")]
    deles = {pdv for _, pdv, _ in numeros}
    pares = [(pdv, str(instalacao)) for pdv, instalacao in instalacoes(OperacaoPdv._meta.db_table) if pdv in deles]
    cursor.execute(
        """SELECT DISTINCT ON (p.pv) p.pv, p.inst::text FROM unnest(%s::bigint[], %s::uuid[]) AS p(pv, inst)
           CROSS JOIN LATERAL (SELECT recebido_em FROM hiperpdv_operacao_pdv WHERE ponto_venda_id = p.pv
                               AND instalacao = p.inst ORDER BY id_operacao DESC LIMIT 1) u
           ORDER BY p.pv, u.recebido_em DESC""",
        [[pdv for pdv, _ in pares], [instalacao for _, instalacao in pares]],
    )
    atuais = dict(cursor.fetchall())
    return [numero for numero, pdv, instalacao in numeros if instalacao != atuais.get(pdv, instalacao)]


@sensivel("pdv.replicar")
def replicar_de_novo(*, ids: Sequence[int], motivo: str, usuario: User) -> int:
    """Ask the tills for operations again, all or none; returns how many.

    Raises AcaoRecusada, with nothing changed, naming every block and its way out.
    """
    motivo = motivo.strip()
    if len(motivo) < 5:
        raise AcaoRecusada(f"motivo com {len(motivo)} letras: esperado ao menos 5, para quem for ler depois")
    if not ids:
        raise AcaoRecusada("nenhuma operação escolhida")
    if len(ids) > LINHAS_MAXIMO:
        raise AcaoRecusada(f"{len(ids)} operações escolhidas: o máximo de uma vez é {LINHAS_MAXIMO}")
    lugares = set(OperacaoPdv.objects.filter(pk__in=ids).values_list("ponto_venda_id", "filial_id"))
    with sem_o_dreno(), connection.cursor() as cursor:
        for ponto_venda in sorted({p for p, _ in lugares}):
            travar_ponto_venda(cursor, ponto_venda)  # what arrives now is compared with rows that are still here
        parar_o_dreno(cursor, [filial for _, filial in lugares])
        periodos_fechados()
        linhas = travar(cursor, ALVO, ids)
        _recusar_presas(bloqueios(cursor, ids, usuario))
        agora, quem = timezone.now(), usuario.get_username()
        vivas = sorted(com_lancamentos(cursor, ALVO, ids).values())
        estornar_geracoes(cursor, vivas, por=quem, motivo=motivo[:500], agora=agora)
        retratos = retratar(ids)
        _arquivar(retratos, quem, motivo, agora)
        _encerrar_divergencias(ids, quem, agora)
        registrar_ato(cursor, ALVO, linhas, motivo[:500], usuario, AtoPessoa.Acao.REPLICAR)
        remover(ids)
        for retrato in retratos.values():
            _pedir(cursor, retrato, quem, motivo, agora)
        acordar(DESPERTADOR)
    return len(linhas)


def _recusar_presas(achados: Sequence[Bloqueio]) -> None:
    if achados:
        motivos = "; ".join(f"operação {b.id_operacao}: {b.mensagem}" for b in achados[:MOSTRADAS])
        raise AcaoRecusada(f"{len({b.id_operacao for b in achados})} não podem ser replicadas de novo: {motivos}")


def _arquivar(retratos: dict[int, Retrato], quem: str, motivo: str, agora: datetime) -> None:
    OperacaoArquivada.objects.bulk_create(
        OperacaoArquivada(
            operacao_id=id_,
            ponto_venda_id=(o := retrato["operacao"])["ponto_venda_id"],
            filial_id=o["filial_id"],
            instalacao=o["instalacao"],
            id_operacao=o["id_operacao"],
            conteudo=retrato,
            arquivada_em=agora,
            arquivada_por=quem,
            motivo=motivo[:500],
        )
        for id_, retrato in retratos.items()
    )


def _encerrar_divergencias(ids: Sequence[int], quem: str, agora: datetime) -> None:
    """What the till sends now is the answer to them: there is no staged row left to compare with."""
    Divergencia.objects.filter(operacao_id__in=ids, decisao=Divergencia.Decisao.PENDENTE).update(
        decisao=Divergencia.Decisao.RECUSADA, decidida_por=quem, decidida_em=agora,
        motivo="a operação foi pedida de novo ao PDV",
    )  # fmt: skip


def pedir_de_novo(*, arquivada: OperacaoArquivada, motivo: str, usuario: User) -> int:
    """Ask the till once more for an archived operation that did not come back (its command was cancelled or refused).

    Raises AcaoRecusada when it is here already. Takes the place of one that is still open. Returns the command's id.
    """
    with sem_o_dreno(), connection.cursor() as cursor:
        if voltou(arquivada) is not None:
            raise AcaoRecusada("a operação já chegou de novo")
        retrato = arquivada.conteudo
        return _pedir(cursor, retrato, usuario.get_username(), motivo, timezone.now())


def _pedir(cursor: CursorWrapper, retrato: Retrato, quem: str, motivo: str, agora: datetime) -> int:
    o = retrato["operacao"]
    return pedir_replicacao(
        cursor, ponto_venda_id=o["ponto_venda_id"], filial_id=o["filial_id"], instalacao=o["instalacao"],
        id_operacao=o["id_operacao"], usuario=quem, motivo=motivo, agora=agora,
    )  # fmt: skip


@sensivel("pdv.comando_cancelado")
@transaction.atomic
def cancelar_comando(*, comando: Comando, motivo: str, usuario: User) -> None:
    """Stop asking the till. Raises AcaoRecusada when it has been closed meanwhile.

    Nothing comes back by itself: the operation stays archived until its till sends it.
    """
    abertas = (Comando.Situacao.PENDENTE, Comando.Situacao.ENTREGUE)
    texto = f"cancelado por {usuario.get_username()}: {motivo}"[:500]
    if not Comando.objects.filter(pk=comando.pk, situacao__in=abertas).update(
        situacao=Comando.Situacao.CANCELADO, concluido_em=timezone.now(), resposta=texto
    ):
        comando.refresh_from_db()
        raise AcaoRecusada(f"o comando já está {comando.get_situacao_display().lower()}")
    registrar(
        acao="pdv.comando_cancelado", ator=ator_usuario(usuario), objeto="replicacao.Comando", objeto_id=str(comando.pk),
        depois={"ponto_venda": comando.ponto_venda_id, "id_operacao": comando.id_operacao}, motivo=motivo,
    )  # fmt: skip
