"""Staged rows in the hands of a person: locked, sent to another situação, with who decided it and why kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.services import Ato, ator_usuario, registrar_varios
from erp.fiscal import lancamentos as fiscal
from filas.copia import copiar
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo, AtoPessoa
from pdv.processamento.staging.fila import TABELAS, por_na_situacao
from pdv.replicacao.models import NotaFiscal, OperacaoPdv

MOSTRADAS = 10
OBJETOS = {Alvo.OPERACAO: OperacaoPdv._meta.label_lower, Alvo.NOTA: NotaFiscal._meta.label_lower}  # of the events


class Linha(NamedTuple):
    """A staged row as it was when it was locked."""

    id: int
    filial_id: int
    situacao: int


def travar(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int]) -> list[Linha]:
    """Lock staged rows, in order of id. Raises AcaoRecusada when one of them is gone."""
    cursor.execute(
        f"""SELECT id, filial_id, situacao_replicacao FROM {TABELAS[alvo]} WHERE id = ANY(%s) ORDER BY id FOR UPDATE""",
        [list(ids)],
    )
    linhas = [Linha._make(linha) for linha in cursor.fetchall()]
    faltam = sorted(set(ids) - {x.id for x in linhas})
    if faltam:
        raise AcaoRecusada(f"não existem mais: {nomear(faltam)}")
    return linhas


def devolver(cursor: CursorWrapper, alvo: Alvo, linhas: Sequence[Linha], nova: int) -> None:
    """Give rows that the caller has locked another situação, due now."""
    por_na_situacao(cursor, alvo, [x.id for x in linhas], nova)


def registrar_ato(
    cursor: CursorWrapper, alvo: Alvo, linhas: Sequence[Linha], motivo: str, usuario: User, acao: AtoPessoa.Acao
) -> None:
    """Keep what a person decided of each row, and an audit event of each: it is found from the row."""
    agora = timezone.now()
    colunas = ("alvo", "alvo_id", "filial_id", "acao", "motivo", "usuario", "em")
    quem = usuario.get_username()
    copiar(
        cursor, "pdv_ato_pessoa", colunas, [(alvo, x.id, x.filial_id, acao.value, motivo, quem, agora) for x in linhas]
    )
    atos = (
        Ato(f"pdv.{acao.value}", str(x.id), antes={"situacao_replicacao": x.situacao}, motivo=motivo) for x in linhas
    )
    registrar_varios(atos, ator=ator_usuario(usuario), objeto=OBJETOS[alvo])


def com_lancamentos(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int]) -> dict[int, int]:
    """Staged rows whose entries stand: row -> its live generation (operations) or document (notes)."""
    if alvo == Alvo.NOTA:
        cursor.execute("SELECT id, chave, numero FROM hiperpdv_nota_fiscal WHERE id = ANY(%s)", [list(ids)])
        notas = {(chave, numero): id_ for id_, chave, numero in cursor.fetchall()}
        vivos = fiscal.geracoes_de(cursor, list(notas))
        return {notas[chave]: vivo for chave, (_, vivo) in vivos.items() if vivo is not None}
    cursor.execute(
        """SELECT o.id, g.id FROM hiperpdv_operacao_pdv o JOIN pdv_geracao g USING (ponto_venda_id, instalacao, id_operacao)
           WHERE o.id = ANY(%s) AND g.estornada_em IS NULL""",
        [list(ids)],
    )
    return dict(cursor.fetchall())


def nomear(ids: Sequence[int]) -> str:
    """The first of them, and how many more there are."""
    mostrados = ", ".join(map(str, ids[:MOSTRADAS]))
    return mostrados + (f" e mais {len(ids) - MOSTRADAS}" if len(ids) > MOSTRADAS else "")
