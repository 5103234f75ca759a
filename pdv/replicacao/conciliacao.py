"""What arrived against what staging holds: each row is new, known, changed, divergent or refused.

Works in the caller's transaction and under the lock of the ponto_venda. Results come in the order of the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper

from filas.drain import ConflitoTransitorio
from pdv.replicacao import armazem
from pdv.replicacao.armazem import NotaGravada, OperacaoGravada, Origem, TurnoGravado
from pdv.replicacao.codigos import CodigoLinha
from pdv.replicacao.colunas import COLUNAS_NOTA, COLUNAS_TURNO
from pdv.replicacao.diferencas import como_dicionario, diferencas
from pdv.replicacao.divergencias import DivergenciaNova, guardar_divergencias
from pdv.replicacao.esquema import ResultadoNota, ResultadoOperacao, ResultadoTurno
from pdv.replicacao.instalacoes import operacoes_de_outras, turnos_de_outras
from pdv.replicacao.leitura import Recusada, identificador
from pdv.replicacao.rejeicoes import Rejeitada
from pdv.replicacao.rules import ConteudoOperacao, NotaPronta, OperacaoPronta, TurnoPronto, hash_operacao

_ChaveOperacao = tuple[int, UUID]  # id_operacao, guid


@dataclass
class Apanhado:
    """What the rows of one package add up to, besides their results."""

    rejeitadas: list[Rejeitada] = field(default_factory=list)
    entraram: list[tuple[str, str]] = field(default_factory=list)  # (tipo, identificador), for their old rejections
    existentes: list[int] = field(default_factory=list)  # operations, for the log
    ha_trabalho: bool = False

    def rejeitar(self, tipo: str, codigo: CodigoLinha, mensagem: str, conteudo: bytes, nome: str) -> dict[str, str]:
        self.rejeitadas.append(Rejeitada(tipo, nome, codigo, mensagem, conteudo))
        return {"resultado": "rejeitada", "codigo": codigo.value, "mensagem": mensagem}

    def rejeitar_lida(self, linha: Recusada) -> dict[str, Any]:
        recusa = self.rejeitar(linha.tipo, linha.codigo, linha.mensagem, linha.conteudo, linha.identificador)
        return {**linha.eco, **recusa}


def conciliar_operacoes(
    cursor: CursorWrapper, origem: Origem, linhas: Sequence[OperacaoPronta | Recusada], apanhado: Apanhado
) -> list[ResultadoOperacao]:
    """Store the new operations with their children; keep what diverges beside what was received."""
    prontas = [linha for linha in linhas if isinstance(linha, OperacaoPronta)]
    gravadas = _situar_operacoes(cursor, origem, prontas)
    # another hash may be another version of the hash: only the stored columns tell
    conteudos = armazem.conteudos_gravados(
        cursor, [g.id for o in prontas if (g := gravadas.get((o.id_operacao, o.guid))) and g.hash != o.hash]
    )
    conciliacao = _Operacoes(gravadas, conteudos, apanhado)
    resultados = [
        ResultadoOperacao(**apanhado.rejeitar_lida(linha))
        if isinstance(linha, Recusada)
        else conciliacao.resultado(linha)
        for linha in linhas
    ]
    armazem.inserir_operacoes(cursor, origem, list(conciliacao.novas.values()))
    apanhado.ha_trabalho |= armazem.cancelar_operacoes(cursor, origem, conciliacao.canceladas)
    guardar_divergencias(cursor, origem, conciliacao.divergencias)
    return resultados


def _situar_operacoes(
    cursor: CursorWrapper, origem: Origem, prontas: Sequence[OperacaoPronta]
) -> dict[_ChaveOperacao, OperacaoGravada]:
    """The staged row of each that has one: of this installation by number; else of another, by number and guid."""
    proprias = armazem.operacoes_gravadas(cursor, origem, [o.id_operacao for o in prontas])
    achadas = {(o.id_operacao, o.guid): g for o in prontas if (g := proprias.get(o.id_operacao))}
    sem_par = [o for o in prontas if (g := proprias.get(o.id_operacao)) is None or g.guid != o.guid]
    return achadas | operacoes_de_outras(cursor, origem, sem_par)


class _Operacoes:
    """The operations of one package, one after the other, against staging and against those before them."""

    def __init__(
        self,
        gravadas: dict[_ChaveOperacao, OperacaoGravada],
        conteudos: dict[int, ConteudoOperacao],
        apanhado: Apanhado,
    ) -> None:
        self.gravadas = gravadas
        self.conteudos = conteudos
        self.apanhado = apanhado
        self.novas: dict[int, OperacaoPronta] = {}
        self.canceladas: list[int] = []
        self.divergencias: list[DivergenciaNova] = []

    def resultado(self, o: OperacaoPronta) -> ResultadoOperacao:
        gravada = self.gravadas.get((o.id_operacao, o.guid))
        if gravada is not None:
            return self._contra_gravada(o, gravada)
        anterior = self.novas.get(o.id_operacao)
        if anterior is not None:
            return self._contra_anterior(o, anterior)
        self.novas[o.id_operacao] = o
        self.apanhado.ha_trabalho = True
        return self._entrou(o, "criada")

    def _contra_gravada(self, o: OperacaoPronta, gravada: OperacaoGravada) -> ResultadoOperacao:
        if gravada.guid != o.guid:
            mensagem = f"guid_operacao: já recebida com o guid {gravada.guid}, chegou {o.guid}; o PDV foi reinstalado?"
            return self._rejeitada(o, CodigoLinha.TERMINAL_REINSTALADO, mensagem)
        conteudo = self.conteudos.get(gravada.id)
        outro = conteudo is not None and hash_operacao(conteudo) != o.hash
        if outro or (gravada.cancelado and not o.cancelado):
            campos = [*_cancelamento_diferente(gravada, o), *(diferencas(conteudo, o.conteudo) if conteudo else ())]
            self.divergencias.append(DivergenciaNova(gravada.id, o.hash, _como_chegou(o), campos))
            return self._entrou(o, "divergente")
        if o.cancelado and not gravada.cancelado:
            self.canceladas.append(gravada.id)
        self.apanhado.existentes.append(o.id_operacao)
        return self._entrou(o, "existente")

    def _contra_anterior(self, o: OperacaoPronta, anterior: OperacaoPronta) -> ResultadoOperacao:
        if anterior.hash != o.hash:
            mensagem = "a operação veio duas vezes no mesmo pacote, com conteúdos diferentes; valeu a primeira"
            return self._rejeitada(o, CodigoLinha.REPETIDA_NO_PACOTE, mensagem)
        if o.cancelado:
            self.novas[o.id_operacao] = o
        self.apanhado.existentes.append(o.id_operacao)
        return self._entrou(o, "existente")

    def _entrou(self, o: OperacaoPronta, resultado: Any) -> ResultadoOperacao:
        self.apanhado.entraram.append(("operacao", str(o.id_operacao)))
        return ResultadoOperacao(id_operacao=o.id_operacao, resultado=resultado)

    def _rejeitada(self, o: OperacaoPronta, codigo: CodigoLinha, mensagem: str) -> ResultadoOperacao:
        conteudo = msgspec.json.encode(_como_chegou(o))
        recusa = self.apanhado.rejeitar("operacao", codigo, mensagem, conteudo, identificador(o.id_operacao))
        return ResultadoOperacao(id_operacao=o.id_operacao, **recusa)  # type: ignore[arg-type]  # its keys are ours


def _cancelamento_diferente(gravada: OperacaoGravada, o: OperacaoPronta) -> list[dict[str, Any]]:
    if gravada.cancelado == o.cancelado:
        return []
    return [{"campo": "cancelado", "retaguarda": gravada.cancelado, "terminal": o.cancelado}]


def _como_chegou(o: OperacaoPronta) -> dict[str, Any]:
    return {**como_dicionario(o.conteudo), "cancelado": o.cancelado}


def conciliar_notas(
    cursor: CursorWrapper, origem: Origem, linhas: Sequence[NotaPronta | Recusada], apanhado: Apanhado
) -> list[ResultadoNota]:
    """Store new notes and write the changed ones; a note belongs to the ponto_venda that first sent it."""
    gravadas = armazem.notas_gravadas(cursor, [n.chave for n in linhas if isinstance(n, NotaPronta)])
    novas: dict[tuple[str, int], NotaPronta] = {}
    mudadas: dict[int, NotaPronta] = {}
    resultados = []
    for linha in linhas:
        if isinstance(linha, Recusada):
            resultados.append(ResultadoNota(**apanhado.rejeitar_lida(linha)))
            continue
        gravada = gravadas.get((linha.chave, linha.numero))
        resultado, recusa = _situar_nota(linha, gravada, origem, novas, mudadas)
        resultados.append(_resultado_nota(linha, resultado, recusa, apanhado))
    armazem.inserir_notas(cursor, origem, novas.values())
    for pk in sorted(mudadas):
        if not armazem.atualizar_nota(cursor, origem, pk, mudadas[pk]):
            raise ConflitoTransitorio(f"a nota {pk} saiu das tabelas enquanto era atualizada")
    apanhado.ha_trabalho |= bool(novas or mudadas)
    return resultados


_Recusa = tuple[CodigoLinha, str] | None


def _situar_nota(
    nota: NotaPronta,
    gravada: NotaGravada | None,
    origem: Origem,
    novas: dict[tuple[str, int], NotaPronta],
    mudadas: dict[int, NotaPronta],
) -> tuple[str, _Recusa]:
    chave = (nota.chave, nota.numero)
    anterior = novas.get(chave) or (mudadas.get(gravada.id) if gravada else None)
    if gravada and gravada.ponto_venda_id != origem.ponto_venda_id:
        return "rejeitada", (CodigoLinha.NOTA_DE_OUTRO_PONTO_VENDA, "a nota já foi enviada por outro ponto de venda")
    if anterior and anterior.hash != nota.hash:
        mensagem = "a nota veio duas vezes no mesmo pacote, com conteúdos diferentes; valeu a primeira"
        return "rejeitada", (CodigoLinha.REPETIDA_NO_PACOTE, mensagem)
    if anterior or (gravada and gravada.hash == nota.hash):
        return "existente", None
    if gravada is None:
        novas[chave] = nota
        return "criada", None
    mudadas[gravada.id] = nota
    return "atualizada", None


def _resultado_nota(nota: NotaPronta, resultado: Any, recusa: _Recusa, apanhado: Apanhado) -> ResultadoNota:
    nome = identificador(nota.chave, nota.numero)
    if recusa is None:
        apanhado.entraram.append(("nota", nome))
        return ResultadoNota(chave=nota.chave, numero=nota.numero, resultado=resultado)
    conteudo = msgspec.json.encode(dict(zip(COLUNAS_NOTA, nota.linha, strict=True)))
    campos = apanhado.rejeitar("nota", *recusa, conteudo, nome)
    return ResultadoNota(chave=nota.chave, numero=nota.numero, **campos)  # type: ignore[arg-type]  # its keys are ours


def conciliar_turnos(
    cursor: CursorWrapper, origem: Origem, linhas: Sequence[TurnoPronto | Recusada], apanhado: Apanhado
) -> list[ResultadoTurno]:
    """Store new turnos and write the changed ones: a turno is sent when it opens and again when it closes."""
    prontos = [t for t in linhas if isinstance(t, TurnoPronto)]
    gravados = armazem.turnos_gravados(cursor, origem, [t.id_turno for t in prontos])
    gravados |= turnos_de_outras(cursor, origem, [t for t in prontos if t.id_turno not in gravados])
    novos: dict[int, TurnoPronto] = {}
    mudados: dict[int, TurnoPronto] = {}
    resultados = []
    for linha in linhas:
        if isinstance(linha, Recusada):
            resultados.append(ResultadoTurno(**apanhado.rejeitar_lida(linha)))
        else:
            gravado = gravados.get(linha.id_turno)
            resultados.append(_resultado_turno(linha, gravado, novos, mudados, apanhado))
    armazem.inserir_turnos(cursor, origem, novos.values())
    for pk in sorted(mudados):
        armazem.atualizar_turno(cursor, origem, pk, mudados[pk])
    return resultados


def _resultado_turno(
    turno: TurnoPronto,
    gravado: TurnoGravado | None,
    novos: dict[int, TurnoPronto],
    mudados: dict[int, TurnoPronto],
    apanhado: Apanhado,
) -> ResultadoTurno:
    nome = identificador(turno.id_turno)
    anterior = novos.get(turno.id_turno) or (mudados.get(gravado.id) if gravado else None)
    if anterior and anterior.linha != turno.linha:
        conteudo = msgspec.json.encode(dict(zip(COLUNAS_TURNO, turno.linha, strict=True)))
        mensagem = "o turno veio duas vezes no mesmo pacote, com conteúdos diferentes; valeu o primeiro"
        recusa = apanhado.rejeitar("turno", CodigoLinha.REPETIDA_NO_PACOTE, mensagem, conteudo, nome)
        return ResultadoTurno(id_turno=turno.id_turno, **recusa)  # type: ignore[arg-type]  # its keys are ours
    apanhado.entraram.append(("turno", nome))
    if anterior or (gravado and gravado.linha == turno.linha):
        return ResultadoTurno(id_turno=turno.id_turno, resultado="existente")
    if gravado is None:
        novos[turno.id_turno] = turno
        return ResultadoTurno(id_turno=turno.id_turno, resultado="criada")
    mudados[gravado.id] = turno
    return ResultadoTurno(id_turno=turno.id_turno, resultado="atualizada")
