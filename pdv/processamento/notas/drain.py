"""The drain of notes: staging into the fiscal ledger.

1. Claim the pending notes and read what each told since the drain last saw it: the row, and the versions that updates
   took the place of. One whose row cannot be read marks only its note.
2. Put each arrival on top of what is known of its document: a state never goes back, and content that came stays.
3. Post a generation for each, reversing the one before; a void document counts zero.
4. Compare with the sale, where it came; keep what differs, and what is odd, beside the document; see what is open.
5. Mark 9, log: all of it one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.cadastros.rules import Periodo, primeiro_dia_aberto
from erp.cadastros.selectors import periodos_fechados
from erp.fiscal import lancamentos as fiscal
from erp.fiscal.avisos import AvisoNovo, avisos_do_estado, gravar_avisos
from erp.fiscal.estados import Retrato, retratar
from erp.fiscal.lancamentos import DocumentoNovo, InversoNovo, documento_novo
from filas.copia import copiar, reservar_ids
from filas.drain import Resumo
from pdv.processamento.efeitos.datas import dia_local
from pdv.processamento.erros import Problema
from pdv.processamento.models import Alvo, LogProcessamento
from pdv.processamento.notas import pendencias
from pdv.processamento.notas.chegadas import (
    TABELA,
    VERSOES,
    ChegadaDaNota,
    Nota,
    ler_chegadas,
    marcar_tratadas,
    reivindicar_notas,
)
from pdv.processamento.notas.comparacao import (
    SEM_LADO,
    Lado,
    Venda,
    comparar,
    travar_comparacao,
    vendas_das_notas,
)
from pdv.processamento.notas.pendencias import NotaConferida
from pdv.processamento.staging import marcas
from pdv.processamento.staging.dreno import DrenoDoStaging

ALVO = Alvo.NOTA
Erros = list[tuple[int, list[Problema]]]


class Lancada(NamedTuple):
    """One arrival posted: its note, its document, what is known after it, and what is odd about it."""

    nota: Nota
    versao: int | None
    documento: DocumentoNovo
    retrato: Retrato
    avisos: list[AvisoNovo]


class DrenoNotas(DrenoDoStaging):
    nome = "pdv.notas"
    alvo = ALVO

    def aplicar(self, cursor: CursorWrapper, ids: Sequence[int]) -> Resumo:
        fechados = tuple(periodos_fechados())  # the first lock: no period closes under what is being posted
        notas = reivindicar_notas(cursor, ids)
        if not notas:
            return Resumo()
        agora = timezone.now()
        montagem = _Montagem(cursor, notas, fechados)
        marcas.marcar_com_erro(cursor, ALVO, montagem.erros)
        efetuadas = montagem.efetuadas
        _lancar(cursor, montagem, agora)
        travar_comparacao(cursor, {n.filial_id for n in notas})
        _conferir(cursor, notas, montagem, agora)
        marcar_tratadas(cursor, efetuadas)
        marcas.marcar_efetuadas(cursor, TABELA, [n.id for n in efetuadas], agora)
        _registrar(cursor, montagem.ultimas.values(), agora)
        return Resumo(efetuadas=len(efetuadas), com_erro=len(montagem.erros))


class _Montagem:
    """The documents of a batch of notes, one arrival after the other; nothing is written yet."""

    def __init__(self, cursor: CursorWrapper, notas: Sequence[Nota], fechados: tuple[Periodo, ...]) -> None:
        self.fechados = fechados
        self.erros: Erros = []
        self.lancadas: list[Lancada] = []
        self.ultimas: dict[int, Lancada] = {}  # by note
        self.inversos: list[InversoNovo] = []  # of the documents whose place others take
        lidas = self._ler(notas)
        todas = [chegada.alvo for _, chegadas in lidas for chegada in chegadas]
        fiscal.travar(cursor, {n.filial_id for n in notas})
        guardados = fiscal.registrados(cursor, list(set(todas)))
        self._geracoes = {alvo: r.geracao for alvo, r in guardados.items()}
        self._retratos = {alvo: r.retrato for alvo, r in guardados.items()}
        self._vivos = {alvo: (r.vivo, r.data_contabil) for alvo, r in guardados.items() if r.vivo is not None}
        seguintes = len(todas) - len(set(todas)) + len(self._vivos)  # each reverses the one before it
        self._ids = iter(reservar_ids(cursor, "fiscal_documento", len(todas) + seguintes))
        for nota, chegadas in lidas:
            self._montar(nota, chegadas)

    @property
    def efetuadas(self) -> list[Nota]:
        return [lancada.nota for lancada in self.ultimas.values()]

    def _ler(self, notas: Sequence[Nota]) -> list[tuple[Nota, list[ChegadaDaNota]]]:
        lidas = []
        for nota in notas:
            chegadas, problemas = ler_chegadas(nota)
            if problemas:
                self.erros.append((nota.id, problemas))
            else:
                lidas.append((nota, chegadas))
        return lidas

    def _montar(self, nota: Nota, chegadas: Sequence[ChegadaDaNota]) -> None:
        conhecidos = set(self._retratos)
        sustentadas = [c for n, c in enumerate(chegadas) if _sustentada(c, chegadas[:n], conhecidos)]
        if not sustentadas or sustentadas[-1] is not chegadas[-1]:
            lido = chegadas[-1].chegada.lido
            mensagem = f"{lido.tipo} com cStat {lido.cstat or 'ausente'}, sem a nota a que se refere"
            self.erros.append((nota.id, [Problema("EVENTO_NAO_REGISTRADO", mensagem)]))
            return
        for chegada in sustentadas:
            self._acrescentar(nota, chegada)

    def _acrescentar(self, nota: Nota, vinda: ChegadaDaNota) -> None:
        alvo = vinda.alvo
        anterior = self._retratos.get(alvo)
        retrato = retratar(vinda.chegada, anterior)
        if alvo in self._vivos:
            vivo, dia = self._vivos[alvo]
            self.inversos.append(InversoNovo(next(self._ids), vivo, primeiro_dia_aberto(dia, self.fechados)))
        dia = primeiro_dia_aberto(dia_local(retrato.emissao), self.fechados)
        documento = documento_novo(
            retrato, documento=next(self._ids), filial_id=nota.filial_id, nota_id=nota.id, chave=alvo[0], numero=alvo[1],
            modelo=vinda.modelo, geracao=self._geracoes.get(alvo, 0) + 1, data_contabil=dia,
        )  # fmt: skip
        self._retratos[alvo], self._geracoes[alvo] = retrato, documento.geracao
        self._vivos[alvo] = documento.id, dia
        estados = vinda.chegada.estados
        avisos = vinda.avisos + avisos_do_estado(vinda.chegada.situacao, estados, anterior, retrato)
        self.ultimas[nota.id] = Lancada(nota, vinda.versao, documento, retrato, avisos)
        self.lancadas.append(self.ultimas[nota.id])


def _sustentada(vinda: ChegadaDaNota, antes: Sequence[ChegadaDaNota], conhecidos: set[tuple[str, int]]) -> bool:
    """Whether there is a document for it to be about: an event that was refused begins none."""
    return vinda.sustenta or vinda.alvo in conhecidos or any(c.sustenta and c.alvo == vinda.alvo for c in antes)


def _lancar(cursor: CursorWrapper, montagem: _Montagem, agora: datetime) -> None:
    if not montagem.lancadas:
        return
    fiscal.lancar(cursor, [x.documento for x in montagem.lancadas], agora=agora)
    if montagem.inversos:
        fiscal.estornar(cursor, montagem.inversos, agora=agora)
    fiscal.guardar_xml(cursor, TABELA, [(x.documento.id, x.nota.id) for x in montagem.lancadas if x.versao is None])
    versoes = [(x.documento.id, x.versao) for x in montagem.lancadas if x.versao is not None]
    if versoes:
        fiscal.guardar_xml(cursor, VERSOES, versoes)


def _conferir(cursor: CursorWrapper, notas: Sequence[Nota], montagem: _Montagem, agora: datetime) -> None:
    """Against the sale, as far as it came: what differs, of documents that count; and what is open, of every note."""
    vendas = vendas_das_notas(cursor, list({n.venda for n in notas if n.venda}))
    avisos = {x.documento.id: x.avisos for x in montagem.lancadas}
    conferidas = []
    for nota in notas:
        venda, lancada = vendas.get(nota.venda) if nota.venda else None, montagem.ultimas.get(nota.id)
        conferidas.append(_conferida(nota, lancada, venda))
        if lancada and lancada.retrato.conta and venda is not None and venda.lado is not SEM_LADO:
            nosso = Lado(lancada.retrato.valor, lancada.retrato.itens)
            avisos[lancada.documento.id] = lancada.avisos + comparar(nosso, venda.lado)
    gravar_avisos(cursor, avisos, agora=agora)
    pendencias.conferir(cursor, conferidas, agora=agora)


def _conferida(nota: Nota, lancada: Lancada | None, venda: Venda | None) -> NotaConferida:
    atual = nota.atual
    situacao, emissao = (lancada.retrato.situacao, lancada.retrato.emissao) if lancada else ("", atual.data_emissao)
    return NotaConferida(
        nota.id, nota.filial_id, nota.ponto_venda_id, nota.instalacao, atual.id_operacao, atual.chave, atual.numero,
        atual.serie, atual.valor_total, situacao, emissao, venda is not None, venda is not None and venda.lancada,
        venda is not None and venda.cancelada,
    )  # fmt: skip


def _registrar(cursor: CursorWrapper, lancadas: Iterable[Lancada], agora: datetime) -> None:
    efetuado = LogProcessamento.Resultado.EFETUADO
    copiar(
        cursor, "log_processamento", marcas.COLUNAS_LOG,
        [
            (ALVO, x.nota.id, x.nota.filial_id, x.nota.tentativas + 1, efetuado, "", f"geração {x.documento.geracao}", agora)
            for x in lancadas
        ],
    )  # fmt: skip
