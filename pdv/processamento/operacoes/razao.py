"""Post the effects of a batch: inverses first, then what is new, in the one order of locks.

Stock balances by (filial, produto), cash accounts by id, titles by id; then the generations, and the marks on staging.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.cadastros.rules import primeiro_dia_aberto
from erp.estoque import lancamentos as estoque
from erp.estoque.lancamentos import EstoqueNegativo
from erp.estoque.rules import MovimentoNovo
from erp.financeiro import lancamentos as financeiro
from erp.financeiro import quitacao
from erp.financeiro.rules import LancamentoNovo
from filas.copia import copiar, reservar_ids
from filas.drain import ConflitoTransitorio, ErroDefinitivo
from pdv.processamento.efeitos.datas import dia_contabil, dia_local
from pdv.processamento.efeitos.valores import SEM_CONTEXTO, Cadastro, Contexto, Efeitos, Operacao
from pdv.processamento.espera import de_credito, de_operacao, de_titulo, de_vale
from pdv.processamento.models import Alvo, LogProcessamento
from pdv.processamento.notas.comparacao import comparar_notas_ja_lancadas
from pdv.processamento.operacoes import estorno
from pdv.processamento.operacoes.autor import CANCELADA, cancelada_por, ultimo_reprocesso
from pdv.processamento.operacoes.cadastro import filiais_sem_negativo
from pdv.processamento.operacoes.estorno import Cancelamento, GeracaoAtual
from pdv.processamento.staging import fila, marcas

ALVO = Alvo.OPERACAO
COLUNAS_GERACAO = (
    "id", "ponto_venda_id", "instalacao", "id_operacao", "filial_id", "numero", "operacao", "valor_total",
    "id_operacao_origem", "cancelada", "criada_em", "estornada_por", "motivo_estorno",
)  # fmt: skip
_VALE = "vale"


class Aceita(NamedTuple):
    """An operation to be posted as generation `geracao` (an id), in the place of `atual`."""

    operacao: Operacao
    geracao: int
    efeitos: Efeitos
    atual: GeracaoAtual


def lancar(
    cursor: CursorWrapper, aceitas: Sequence[Aceita], contextos: dict[int, Contexto], cadastro: Cadastro
) -> None:
    """Post `aceitas`, reverse what they replace or cancel, and mark them 9.

    Raises ErroDefinitivo when stock would fall below zero where it may not, ConflitoTransitorio when a title was
    settled meanwhile: in both cases nothing is written.
    """
    agora = timezone.now()
    refeitas = {a.atual.viva_id: a for a in aceitas if a.atual.viva_id is not None}
    canceladas = {a.efeitos.cancela: a for a in aceitas if a.efeitos.cancela is not None}
    desfazer = _Desfazer(cursor, refeitas, canceladas, cadastro)
    movimentos, lancamentos = desfazer.movimentos_e_lancamentos()
    novos = [m for a in aceitas for m in a.efeitos.movimentos]
    movimentos += _com_custo_antigo(cursor, novos, movimentos, aceitas)
    lancamentos += [x for a in aceitas for x in a.efeitos.lancamentos]
    try:
        estoque.lancar(cursor, movimentos, agora=agora, proibe_negativo=filiais_sem_negativo(cursor))
    except EstoqueNegativo as erro:
        raise _insuficiente(cursor, erro) from erro
    financeiro.lancar(cursor, lancamentos, agora=agora)
    _lancar_titulos(cursor, aceitas, desfazer, agora)
    _estornar_geracoes(cursor, refeitas, canceladas, agora)
    _registrar(cursor, aceitas, contextos, agora)
    fila.acordar_quem_espera(cursor, list(_chegaram(aceitas, contextos)))
    comparar_notas_ja_lancadas(cursor, [a.operacao for a in aceitas], agora=agora)


def manter(cursor: CursorWrapper, operacoes: Sequence[Operacao]) -> None:
    """Mark 9 what has nothing to be done again, and say so in the log."""
    agora = timezone.now()
    marcas.marcar_efetuadas(cursor, fila.TABELAS[ALVO], [o.id for o in operacoes], agora)
    _log(cursor, [(o, f"nada mudou: já cancela a operação {o.id_operacao_origem}") for o in operacoes], agora)


class _Desfazer:
    """The inverses of the generations that a batch replaces (`refeitas`) or cancels (`canceladas`)."""

    def __init__(
        self, cursor: CursorWrapper, refeitas: dict[int, Aceita], canceladas: dict[int, Aceita], cadastro: Cadastro
    ) -> None:
        self.cursor, self.refeitas, self.canceladas = cursor, refeitas, canceladas
        self.fechados = cadastro.fechados
        self.cancelamentos = {
            viva: Cancelamento(
                a.geracao, a.operacao.ocorrida_em, dia_contabil(dia_local(a.operacao.ocorrida_em), cadastro)
            )
            for viva, a in canceladas.items()
        }

    @property
    def geracoes(self) -> list[int]:
        return [*self.refeitas, *self.canceladas]

    def contabil(self, dia: date) -> date:
        return primeiro_dia_aberto(dia, self.fechados)

    def movimentos_e_lancamentos(self) -> tuple[list[MovimentoNovo], list[LancamentoNovo]]:
        proprios = estorno.inversos(self.cursor, list(self.refeitas), self.contabil) if self.refeitas else None
        alheios = estorno.inversos(self.cursor, list(self.canceladas), self.contabil) if self.canceladas else None
        inversos = [e for e in (proprios, alheios and estorno.em_nome_de(alheios, self.cancelamentos)) if e]
        return [m for e in inversos for m in e.movimentos], [x for e in inversos for x in e.lancamentos]

    def titulos_e_baixas(self) -> list[Efeitos]:
        """The titles are locked by now."""
        proprios = estorno.inversos_de_titulos(self.cursor, list(self.refeitas), self.contabil)
        alheios = estorno.inversos_de_titulos(self.cursor, list(self.canceladas), self.contabil)
        return [proprios, estorno.em_nome_de(alheios, self.cancelamentos)]


def _lancar_titulos(cursor: CursorWrapper, aceitas: Sequence[Aceita], desfazer: _Desfazer, agora: datetime) -> None:
    titulos = [t for a in aceitas for t in a.efeitos.titulos]
    baixas = [b for a in aceitas for b in a.efeitos.baixas]
    if not (desfazer.geracoes or baixas):
        financeiro.emitir(cursor, titulos, agora=agora)
        return
    antigos = quitacao.titulos_de(cursor, origem=estorno.PDV, ids=desfazer.geracoes) if desfazer.geracoes else []
    tocados = {*antigos, *(b.titulo_id for b in baixas)}
    quitacao.travar_titulos(cursor, tocados)
    inversos = desfazer.titulos_e_baixas() if desfazer.geracoes else []
    financeiro.emitir(cursor, [*chain.from_iterable(e.titulos for e in inversos), *titulos], agora=agora)
    quitacao.quitar(cursor, [*chain.from_iterable(e.baixas for e in inversos), *baixas], agora=agora)
    if quitacao.excedidos(cursor, tocados):
        raise ConflitoTransitorio("um título mudou enquanto era baixado")


def _com_custo_antigo(
    cursor: CursorWrapper, movimentos: list[MovimentoNovo], inversos: list[MovimentoNovo], aceitas: Sequence[Aceita]
) -> list[MovimentoNovo]:
    """Generation N+1 keeps the cost that N stamped, for the same product and quantity; also where N was reversed before."""
    refeitas = {a.operacao.chave: a for a in aceitas if a.atual.ultima and a.efeitos.movimentos}
    if not refeitas:
        return movimentos
    custos = estorno.custos_carimbados(inversos)
    invertidas = {geracao for geracao, _, _ in custos}
    anterior = {a.geracao: a.atual.viva_id for a in refeitas.values() if a.atual.viva_id in invertidas}
    if voltam := [chave for chave, a in refeitas.items() if a.geracao not in anterior]:
        ultimas, antigos = estorno.custos_de_antes(cursor, voltam)
        anterior |= {refeitas[chave].geracao: geracao for chave, geracao in ultimas.items()}
        custos |= antigos
    mantidos = []
    for m in movimentos:
        guardados = custos.get((anterior.get(m.origem_id) or 0, m.produto_id, m.quantidade))
        mantidos.append(m._replace(custo=guardados.pop(0)) if guardados else m)
    return mantidos


def _insuficiente(cursor: CursorWrapper, erro: EstoqueNegativo) -> ErroDefinitivo:
    cursor.execute("SELECT id, codigo FROM cadastros_produto WHERE id = ANY(%s)", [[p for _, p in erro.faltas]])
    codigos = dict(cursor.fetchall())
    faltas = ", ".join(
        f"{codigos[p]} (ficaria em {saldo.normalize():f})" for (_, p), saldo in sorted(erro.faltas.items())
    )
    return ErroDefinitivo(
        "ESTOQUE_INSUFICIENTE", f"a filial não permite estoque negativo; faltaria nos produtos {faltas}"
    )


def _estornar_geracoes(
    cursor: CursorWrapper, refeitas: dict[int, Aceita], canceladas: dict[int, Aceita], agora: datetime
) -> None:
    autores = {viva: _autor(cursor, viva, a.operacao) for viva, a in refeitas.items()}
    autores |= {viva: cancelada_por(a.operacao.id_operacao) for viva, a in canceladas.items()}
    if autores:
        por, motivos = zip(*autores.values(), strict=True)
        estorno.marcar_estornadas(cursor, list(autores), agora=agora, por=por, motivos=motivos)


def _autor(cursor: CursorWrapper, viva: int, operacao: Operacao) -> tuple[str, str]:
    return CANCELADA if operacao.cancelada else ultimo_reprocesso(cursor, ALVO, operacao.id, viva)


def _registrar(
    cursor: CursorWrapper, aceitas: Sequence[Aceita], contextos: dict[int, Contexto], agora: datetime
) -> None:
    """The new generations: of each operation, and an empty one of each that a cancelamento undid."""
    linhas: list[tuple[object, ...]] = []
    for o, geracao, _, atual in aceitas:
        vazia = o.cancelada or contextos.get(o.id, SEM_CONTEXTO).cancelada_por is not None
        origem = None if vazia else o.id_operacao_origem
        linhas.append(
            (geracao, *o.chave, o.filial_id, atual.ultima + 1, o.especie, o.total, origem, vazia, agora, "", "")
        )
    cancelamentos = [a for a in aceitas if a.efeitos.cancela is not None]
    vazias = reservar_ids(cursor, "pdv_geracao", len(cancelamentos))
    desfeitas: list[tuple[object, ...]] = []
    for id_, a in zip(vazias, cancelamentos, strict=True):
        origem_ref, o = contextos[a.operacao.id].origem, a.operacao
        assert origem_ref is not None and o.chave_da_origem is not None  # exigir_origem
        numero = origem_ref.ultima + 1
        linhas.append(
            (
                id_,
                *o.chave_da_origem,
                o.filial_id,
                numero,
                origem_ref.especie,
                origem_ref.total,
                None,
                True,
                agora,
                "",
                "",
            )
        )
        if origem_ref.linha is not None:
            texto = cancelada_por(o.id_operacao)[1]
            resultado = LogProcessamento.Resultado.ESTORNADO
            desfeitas.append((ALVO, origem_ref.linha, o.filial_id, numero, resultado, "", texto, agora))
    copiar(cursor, "pdv_geracao", COLUNAS_GERACAO, linhas)
    marcas.marcar_efetuadas(cursor, fila.TABELAS[ALVO], [a.operacao.id for a in aceitas], agora)
    copiar(cursor, "log_processamento", marcas.COLUNAS_LOG, desfeitas)
    _log(cursor, [(a.operacao, f"geração {a.atual.ultima + 1}") for a in aceitas], agora)


def _log(cursor: CursorWrapper, linhas: Sequence[tuple[Operacao, str]], agora: datetime) -> None:
    efetuado = LogProcessamento.Resultado.EFETUADO
    copiar(
        cursor, "log_processamento", marcas.COLUNAS_LOG,
        [(ALVO, o.id, o.filial_id, o.tentativas + 1, efetuado, "", texto, agora) for o, texto in linhas],
    )  # fmt: skip


def _chegaram(aceitas: Sequence[Aceita], contextos: dict[int, Contexto]) -> Iterator[str]:
    """What others may be waiting for: these operations, the titles of customers, the vales, credit that is free again."""
    for o, _, feitos, _ in aceitas:
        yield de_operacao(o.chave)
        yield from (de_credito(t.credito_de) for t in contextos.get(o.id, SEM_CONTEXTO).a_reabrir if t.credito_de)
        for t in feitos.titulos:
            if t.especie == _VALE and t.sentido == "P":
                yield de_vale(t.documento)
                if t.codigo_cliente:
                    yield de_credito(t.codigo_cliente)
            elif t.adquirente_id is None and t.sentido == "R":
                yield de_titulo(t.documento, t.parcela)
