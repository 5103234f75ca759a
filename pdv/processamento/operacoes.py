"""The drain of operations: staging into the stock and money ledgers.

1. Claim the pending rows and read them with their children.
2. Compute the effects; a rule that fails marks only its operation.
3. Where an operation has a live generation (it was sent back to 1), add the inverse of that generation.
4. Post: stock balances in (filial, produto) order, cash accounts, titles; stamp costs; write by COPY.
5. Record the generation, mark 9, log: all of it one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.cadastros.rules import primeiro_dia_aberto
from erp.cadastros.selectors import periodos_fechados
from erp.estoque import lancamentos as estoque
from erp.estoque.lancamentos import EstoqueNegativo
from erp.estoque.rules import MovimentoNovo
from erp.financeiro import lancamentos as financeiro
from filas.copia import copiar, reservar_ids
from filas.drain import ErroDefinitivo, Resumo
from pdv.processamento import estorno, marcas
from pdv.processamento.atos import CANCELADA, ultimo_reprocesso
from pdv.processamento.cadastro import carregar_cadastro, filiais_sem_negativo
from pdv.processamento.comparacao import comparar_notas_ja_lancadas
from pdv.processamento.efeitos import efeitos
from pdv.processamento.erros import OperacaoInvalida, Problema
from pdv.processamento.estorno import GeracaoAtual
from pdv.processamento.leitura import marcar_efetuadas, reivindicar_operacoes
from pdv.processamento.models import Alvo, LogProcessamento
from pdv.processamento.valores import Cadastro, Efeitos, Operacao

ALVO = Alvo.OPERACAO
TABELA = marcas.TABELAS[ALVO]
COLUNAS_GERACAO = (
    "id", "ponto_venda_id", "instalacao", "id_operacao", "filial_id", "numero", "operacao", "valor_total", "criada_em",
    "estornada_por", "motivo_estorno",
)  # fmt: skip
NUNCA = GeracaoAtual(0, None)


class DrenoOperacoes:
    nome = "pdv.operacoes"

    def particoes_pendentes(self, cursor: CursorWrapper) -> list[int]:
        return marcas.pendentes(ALVO, cursor)

    def proximas(self, cursor: CursorWrapper, particao: int, limite: int, *, livres: bool) -> list[int]:
        return marcas.proximas(ALVO, cursor, particao, limite, livres=livres)

    def recusar(self, cursor: CursorWrapper, linha: int, erro: ErroDefinitivo) -> None:
        marcas.recusar(cursor, ALVO, linha, erro)

    def adiar(self, cursor: CursorWrapper, linha: int, erro: Exception) -> None:
        marcas.adiar(cursor, ALVO, linha, erro)

    def contar_mortes(self, cursor: CursorWrapper, ids: Sequence[int], maximo: int) -> None:
        marcas.contar_mortes(cursor, ALVO, ids, maximo)

    def aplicar(self, cursor: CursorWrapper, ids: Sequence[int]) -> Resumo:
        fechados = tuple(periodos_fechados())  # the first lock: no period closes under what is being posted
        operacoes = reivindicar_operacoes(cursor, ids)
        if not operacoes:
            return Resumo()
        cadastro = carregar_cadastro(cursor, operacoes, fechados)
        geracoes = estorno.geracoes_de(cursor, [o.chave for o in operacoes])
        vivas = [g.viva_id for g in geracoes.values() if g.viva_id is not None]
        bloqueios = estorno.bloqueios(cursor, vivas) if vivas else {}
        aceitas: list[tuple[Operacao, int, Efeitos]] = []
        erros: list[tuple[int, list[Problema]]] = []
        for operacao, geracao in zip(operacoes, reservar_ids(cursor, "pdv_geracao", len(operacoes)), strict=True):
            bloqueio = bloqueios.get(geracoes.get(operacao.chave, NUNCA).viva_id or 0)
            try:
                feitos = efeitos(operacao, cadastro, geracao)
            except OperacaoInvalida as invalida:
                erros.append((operacao.id, invalida.problemas))
                continue
            if bloqueio:
                erros.append((operacao.id, [Problema(bloqueio.codigo, bloqueio.mensagem)]))
                continue
            aceitas.append((operacao, geracao, feitos))
        marcas.marcar_com_erro(cursor, ALVO, erros)
        self._lancar(cursor, aceitas, geracoes, cadastro)
        return Resumo(efetuadas=len(aceitas), com_erro=len(erros))

    def _lancar(
        self, cursor: CursorWrapper, aceitas: list[tuple[Operacao, int, Efeitos]],
        geracoes: dict[estorno.ChaveOperacao, GeracaoAtual], cadastro: Cadastro,
    ) -> None:  # fmt: skip
        if not aceitas:
            return
        agora = timezone.now()
        movimentos = [m for _, _, e in aceitas for m in e.movimentos]
        lancamentos = [x for _, _, e in aceitas for x in e.lancamentos]
        titulos = [t for _, _, e in aceitas for t in e.titulos]
        vivas = {
            viva: (operacao, geracao)
            for operacao, geracao, _ in aceitas
            if (viva := geracoes.get(operacao.chave, NUNCA).viva_id) is not None
        }
        if vivas:
            inversos = estorno.inversos(cursor, list(vivas), _contabil(cadastro))
            movimentos = inversos.movimentos + _com_custo_antigo(movimentos, inversos, vivas)
            lancamentos = inversos.lancamentos + lancamentos
        try:
            estoque.lancar(cursor, movimentos, agora=agora, proibe_negativo=filiais_sem_negativo(cursor))
        except EstoqueNegativo as erro:
            raise _insuficiente(cursor, erro) from erro
        financeiro.lancar(cursor, lancamentos, agora=agora)
        if vivas:
            titulos = estorno.inverter_titulos(cursor, list(vivas), _contabil(cadastro)) + titulos
            por, motivos = zip(
                *(
                    CANCELADA if o.cancelada else ultimo_reprocesso(cursor, ALVO, o.id, viva)
                    for viva, (o, _) in vivas.items()
                ),
                strict=True,
            )
            estorno.marcar_estornadas(cursor, list(vivas), agora=agora, por=por, motivos=motivos)
        financeiro.emitir(cursor, titulos, agora=agora)
        _registrar(cursor, aceitas, geracoes, agora)
        comparar_notas_ja_lancadas(cursor, [o for o, _, _ in aceitas], agora=agora)


def _contabil(cadastro: Cadastro) -> estorno.Contabil:
    def contabil(dia: date) -> date:
        return primeiro_dia_aberto(dia, cadastro.fechados)

    return contabil


def _com_custo_antigo(
    movimentos: list[MovimentoNovo], inversos: Efeitos, vivas: dict[int, tuple[Operacao, int]]
) -> list[MovimentoNovo]:
    """Generation N+1 keeps the cost that N stamped, for the same product and quantity."""
    anterior = {geracao: viva for viva, (_, geracao) in vivas.items()}
    custos = estorno.custos_carimbados(inversos.movimentos)
    mantidos = []
    for m in movimentos:
        guardados = custos.get((anterior.get(m.origem_id, 0), m.produto_id, m.quantidade))
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


def _registrar(
    cursor: CursorWrapper, aceitas: list[tuple[Operacao, int, Efeitos]],
    geracoes: dict[estorno.ChaveOperacao, GeracaoAtual], agora: datetime,
) -> None:  # fmt: skip
    numeros = [geracoes.get(o.chave, NUNCA).ultima + 1 for o, _, _ in aceitas]
    copiar(
        cursor, "pdv_geracao", COLUNAS_GERACAO,
        [
            (geracao, *o.chave, o.filial_id, numero, o.especie, o.total, agora, "", "")
            for (o, geracao, _), numero in zip(aceitas, numeros, strict=True)
        ],
    )  # fmt: skip
    marcar_efetuadas(cursor, TABELA, [o.id for o, _, _ in aceitas], agora)
    efetuado = LogProcessamento.Resultado.EFETUADO
    copiar(
        cursor, "log_processamento", marcas.COLUNAS_LOG,
        [
            (ALVO, o.id, o.filial_id, o.tentativas + 1, efetuado, "", f"geração {numero}", agora)
            for (o, _, _), numero in zip(aceitas, numeros, strict=True)
        ],
    )  # fmt: skip
