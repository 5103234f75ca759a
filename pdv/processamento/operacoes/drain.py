"""The drain of operations: staging into the stock and money ledgers.

1. Claim the pending rows and read them with their children, the registers, and what they refer to.
2. Leave for the next batch what touches the same thing as an earlier one.
3. Compute the effects; a rule that fails marks only its operation; what refers to something not yet here waits.
4. Where a generation is alive (the row was sent back to 1, or a cancelamento names it), see that nothing blocks its estorno.
5. Post (`razao`), record the generations, mark 9, wake who waited for these, log: all of it one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.cadastros.selectors import periodos_fechados
from filas.copia import reservar_ids
from filas.drain import Resumo
from pdv.processamento.efeitos import efeitos
from pdv.processamento.efeitos.valores import SEM_CONTEXTO, Cadastro, Contexto, Operacao
from pdv.processamento.erros import OperacaoInvalida, Problema
from pdv.processamento.espera import Espera
from pdv.processamento.models import Alvo
from pdv.processamento.operacoes import estorno
from pdv.processamento.operacoes.cadastro import carregar_cadastro
from pdv.processamento.operacoes.contexto import carregar_contextos, independentes
from pdv.processamento.operacoes.estorno import NUNCA, ChaveOperacao, GeracaoAtual
from pdv.processamento.operacoes.leitura import reivindicar_operacoes
from pdv.processamento.operacoes.razao import Aceita, lancar, manter
from pdv.processamento.staging import fila, marcas
from pdv.processamento.staging.dreno import DrenoDoStaging
from pdv.tabelas import Especie

ALVO = Alvo.OPERACAO


class DrenoOperacoes(DrenoDoStaging):
    nome = "pdv.operacoes"
    alvo = ALVO

    def aplicar(self, cursor: CursorWrapper, ids: Sequence[int]) -> Resumo:
        fechados = tuple(periodos_fechados())  # the first lock: no period closes under what is being posted
        operacoes = reivindicar_operacoes(cursor, ids)
        if not operacoes:
            return Resumo()
        cadastro = carregar_cadastro(cursor, operacoes, fechados)
        geracoes = estorno.geracoes_de(cursor, [o.chave for o in operacoes])
        contextos = carregar_contextos(cursor, operacoes, cadastro, geracoes)
        calculo = _calcular(
            cursor, independentes(operacoes, contextos, cadastro, geracoes), contextos, cadastro, geracoes
        )
        _barrar(cursor, calculo)
        marcas.marcar_com_erro(cursor, ALVO, calculo.erros)
        marcas.marcar_em_espera(cursor, calculo.esperas)
        _soltar(cursor, calculo.aceitas)
        if calculo.aceitas:
            lancar(cursor, calculo.aceitas, contextos, cadastro)
        if calculo.mantidas:
            manter(cursor, calculo.mantidas)
        return Resumo(
            efetuadas=len(calculo.aceitas) + len(calculo.mantidas),
            com_erro=len(calculo.erros),
            adiadas=len(calculo.esperas),
        )


@dataclass
class _Calculo:
    """What became of each operation of a batch, before anything is written."""

    aceitas: list[Aceita] = field(default_factory=list)
    mantidas: list[Operacao] = field(default_factory=list)  # cancelamentos that already undo what they name
    erros: list[tuple[int, list[Problema]]] = field(default_factory=list)
    esperas: list[tuple[Operacao, Espera]] = field(default_factory=list)


def _calcular(
    cursor: CursorWrapper, operacoes: Sequence[Operacao], contextos: dict[int, Contexto], cadastro: Cadastro,
    geracoes: dict[ChaveOperacao, GeracaoAtual],
) -> _Calculo:  # fmt: skip
    calculo, agora = _Calculo(), timezone.now()
    for operacao, geracao in zip(operacoes, reservar_ids(cursor, "pdv_geracao", len(operacoes)), strict=True):
        atual = geracoes.get(operacao.chave, NUNCA)
        if _ja_desfaz(operacao, atual):
            calculo.mantidas.append(operacao)
            continue
        try:
            feitos = efeitos(operacao, cadastro, contextos.get(operacao.id, SEM_CONTEXTO), geracao)
        except OperacaoInvalida as invalida:
            calculo.erros.append((operacao.id, invalida.problemas))
        except Espera as espera:
            if operacao.aguarda_desde and agora - operacao.aguarda_desde > settings.PDV_ESPERA_MAXIMA:
                calculo.erros.append((operacao.id, [espera.no_fim]))
            else:
                calculo.esperas.append((operacao, espera))
        else:
            calculo.aceitas.append(Aceita(operacao, geracao, feitos, atual))
    return calculo


def _ja_desfaz(operacao: Operacao, atual: GeracaoAtual) -> bool:
    """A cancelamento sent back to 1 that still names what its live generation undid: there is nothing to do again."""
    return (
        operacao.especie == Especie.CANCELAMENTO
        and not operacao.cancelada
        and atual.viva_id is not None
        and operacao.id_operacao_origem is not None
        and operacao.id_operacao_origem == atual.id_operacao_origem
    )


def _barrar(cursor: CursorWrapper, calculo: _Calculo) -> None:
    """What would undo a generation whose estorno is blocked becomes an error, and leaves everything as it is."""
    desfaz = [(a, g) for a in calculo.aceitas for g in (a.atual.viva_id, a.efeitos.cancela) if g is not None]
    if not desfaz:
        return
    bloqueios = estorno.bloqueios(cursor, [g for _, g in desfaz])
    barradas = {a.operacao.id: bloqueios[g] for a, g in desfaz if g in bloqueios}
    calculo.aceitas = [a for a in calculo.aceitas if a.operacao.id not in barradas]
    calculo.erros += [(id_, [Problema(erro.codigo, erro.mensagem)]) for id_, erro in barradas.items()]


def _soltar(cursor: CursorWrapper, aceitas: Sequence[Aceita]) -> None:
    """What a cancelamento undid and no longer undoes is pending again: it is posted anew in the next batch."""
    soltas = [
        (*a.operacao.chave[:2], a.atual.id_operacao_origem)
        for a in aceitas
        if a.operacao.especie == Especie.CANCELAMENTO and a.atual.id_operacao_origem is not None
    ]
    if soltas:
        cursor.execute(
            f"""UPDATE {fila.TABELAS[ALVO]} o SET situacao_replicacao = 1
                FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
                WHERE o.ponto_venda_id = x.pv AND o.instalacao = x.inst AND o.id_operacao = x.op
                  AND o.situacao_replicacao IN (2, 9)""",
            [[c[0] for c in soltas], [str(c[1]) for c in soltas], [c[2] for c in soltas]],
        )
