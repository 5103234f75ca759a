"""The sheets as rows: computed by the hundred, written only when they say something new.

Locks: employees by id; whoever computes a person's sheets, or treats one of their days, is alone. Marks wait for
nobody: they leave a note (`DiaTocado`) in their transaction, and a note goes only with a sheet computed after it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import islice

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from erp.colaboradores.apuracao.calculo import apurar
from erp.colaboradores.apuracao.valores import Dia, Folha, Parametros, TipoDia
from erp.colaboradores.jornada import mostrar_horarios
from erp.colaboradores.models import Colaborador, FolhaDia, Tratamento
from erp.colaboradores.parametros import parametros_do_ponto
from erp.colaboradores.selectors.dias import dias_de
from erp.colaboradores.selectors.insumos import Insumos, TratamentoVivo, reunir
from filas.copia import lista

logger = logging.getLogger(__name__)

POR_LOTE = 2000
MOTIVO_AUSENCIA = "Dia previsto sem nenhuma marcação nem justificativa."
MOTIVO_DESFEITA = "A folha foi apurada de novo e já não há ausência neste dia."
_CAMPOS = (
    "situacao", "tipo", "feriado", "previsto", "trabalhado", "extra", "falta", "abonado", "tolerado", "noturno",
    "noturno_reduzido", "detalhe",
)  # fmt: skip

Alvo = tuple[int, date]


@dataclass
class Resumo:
    """What a computation did. `iguais`: sheets that already said the same."""

    novas: int = 0
    mudadas: int = 0
    iguais: int = 0
    pendentes: int = 0
    abertas: int = 0
    sem_escala: int = 0
    ausencias: int = 0
    ausencias_desfeitas: int = 0

    def somar(self, outro: Resumo) -> None:
        for campo in fields(self):
            setattr(self, campo.name, getattr(self, campo.name) + getattr(outro, campo.name))


def apurar_folhas(
    alvos: Iterable[Alvo],
    *,
    ate: datetime,
    confirmar: Callable[[], object] = lambda: None,
    falhar: Callable[[int, Exception], None] | None = None,
    por_lote: int = POR_LOTE,
) -> Resumo:
    """Compute the sheets of these (employee, day) pairs, a batch per transaction, each fenced by `confirmar`.

    `ate`: until when marks are known; a shift that ends later stays open. A sheet that says the same is not written;
    one that changes leaves its former version behind. Safe to stop anywhere and to run twice at once.
    With `falhar`, a batch that fails is halved until the employee to blame is alone; without it, the error goes up.
    """
    total = Resumo()
    fila = iter(sorted(set(alvos)))
    while lote := list(islice(fila, por_lote)):
        total.somar(_apurar_ou_partir(lote, ate, confirmar, falhar))
    return total


def _apurar_ou_partir(
    lote: list[Alvo], ate: datetime, confirmar: Callable[[], object], falhar: Callable[[int, Exception], None] | None
) -> Resumo:
    try:
        with transaction.atomic():
            resumo = apurar_lote(lote, ate=ate)
            confirmar()
            return resumo
    except (ValueError, ArithmeticError, LookupError, TypeError, IntegrityError, DataError) as erro:
        if falhar is None:
            raise
        pessoas = sorted({colaborador for colaborador, _ in lote})
        if len(pessoas) == 1:
            logger.exception("A folha do colaborador %s não foi apurada.", pessoas[0])
            falhar(pessoas[0], erro)
            return Resumo()
        meio = pessoas[len(pessoas) // 2]
        total = _apurar_ou_partir([alvo for alvo in lote if alvo[0] < meio], ate, confirmar, falhar)
        total.somar(_apurar_ou_partir([alvo for alvo in lote if alvo[0] >= meio], ate, confirmar, falhar))
        return total


def apurar_lote(alvos: Sequence[Alvo], *, ate: datetime) -> Resumo:
    """One batch, in the caller's transaction."""
    notas = _travar(alvos)
    dias: dict[int, list[date]] = defaultdict(list)
    for colaborador, dia in alvos:
        dias[colaborador].append(dia)
    resumo, parametros, agora = Resumo(), parametros_do_ponto(), timezone.now()
    novas: list[FolhaDia] = []
    mudadas: list[FolhaDia] = []
    entradas: list[Tratamento] = []
    for insumos in reunir(dias).values():
        for folha, calculada in _folhas(insumos, ate, parametros, agora):
            entradas += _ausencia(insumos, folha.dia, calculada, agora)
            _separar(insumos.folhas.get(folha.dia), folha, calculada, novas, mudadas, resumo)
    FolhaDia.objects.bulk_create(novas)
    if mudadas:
        FolhaDia.objects.bulk_update(mudadas, [*_CAMPOS, "apurada_ate", "apurada_em"])
    _numerar(entradas)
    Tratamento.objects.bulk_create(entradas)
    resumo.ausencias += sum(t.tipo == Tratamento.Tipo.AUSENCIA for t in entradas)
    resumo.ausencias_desfeitas += sum(t.tipo == Tratamento.Tipo.ANULACAO for t in entradas)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM colaboradores_diatocado WHERE id = ANY(%s::bigint[])", [lista(notas)])
    return resumo


def _travar(alvos: Sequence[Alvo]) -> list[int]:
    """Hold the employees, then read which notes there are: what comes after them stays for the next time."""
    colaboradores = sorted({colaborador for colaborador, _ in alvos})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM colaboradores_colaborador WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE",
            [lista(colaboradores)],
        )
        cursor.execute(
            "SELECT t.id FROM unnest(%s::bigint[], %s::date[]) AS p (id, dia)"
            " JOIN colaboradores_diatocado t ON t.dia = p.dia AND t.colaborador_id = p.id",
            [[i for i, _ in alvos], [dia for _, dia in alvos]],
        )
        return [linha[0] for linha in cursor.fetchall()]


def _folhas(
    insumos: Insumos, ate: datetime, parametros: Parametros, agora: datetime
) -> Iterator[tuple[FolhaDia, Folha]]:
    """A sheet for each day that should have one: of the contract, or with marks, or that has one already."""
    for dia, valor in dias_de(insumos, ate=ate, parametros=parametros):
        if dia not in insumos.folhas and not valor.marcas:
            if not valor.empregado or not insumos.colaborador.controla_ponto:
                continue
        calculada = apurar(valor)
        yield _linha(insumos, dia, valor, calculada, ate, agora), calculada


def _linha(insumos: Insumos, dia: date, valor: Dia, folha: Folha, ate: datetime, agora: datetime) -> FolhaDia:
    aberta = valor.em_aberto and (folha.tipo is TipoDia.TRABALHO or bool(valor.marcas))
    vigencia = insumos.vigencia_em(dia)
    pendente = FolhaDia.Situacao.PENDENTE if folha.pendente else FolhaDia.Situacao.FECHADA
    return FolhaDia(
        colaborador_id=insumos.colaborador.pk,
        dia=dia,
        situacao=FolhaDia.Situacao.ABERTA if aberta else pendente,
        tipo=folha.tipo.value,
        feriado=valor.feriado[:120],
        detalhe={
            "escala": vigencia.escala.nome if vigencia else "",
            "horarios": mostrar_horarios(valor.jornada.trechos) if valor.jornada else "",
            "afastamento": valor.afastamento,
            "marcas": [list(marca) for marca in valor.marcas],
            "trechos": [list(trecho) for trecho in folha.trechos],
            "alertas": [alerta.value for alerta in folha.alertas],
            "ausencia": folha.ausencia,
        },
        apurada_ate=ate,
        apurada_em=agora,
        **{nome: getattr(folha, nome) for nome in _CAMPOS if nome not in ("situacao", "tipo", "feriado", "detalhe")},
    )


def _separar(
    antiga: FolhaDia | None,
    folha: FolhaDia,
    calculada: Folha,
    novas: list[FolhaDia],
    mudadas: list[FolhaDia],
    resumo: Resumo,
) -> None:
    resumo.pendentes += folha.situacao == FolhaDia.Situacao.PENDENTE
    resumo.abertas += folha.situacao == FolhaDia.Situacao.ABERTA
    resumo.sem_escala += calculada.tipo is TipoDia.SEM_ESCALA
    if antiga is None:
        novas.append(folha)
        resumo.novas += 1
    elif any(getattr(antiga, campo) != getattr(folha, campo) for campo in _CAMPOS):
        folha.pk = antiga.pk
        folha.apurada_ate = max(folha.apurada_ate, antiga.apurada_ate)
        mudadas.append(folha)
        resumo.mudadas += 1
    else:
        resumo.iguais += 1


def _ausencia(insumos: Insumos, dia: date, folha: Folha, agora: datetime) -> list[Tratamento]:
    """The entry that waits for a person when a whole day was missed; taken back when it was not, after all."""
    viva = next((t for t in insumos.tratamentos if t.tipo == Tratamento.Tipo.AUSENCIA and t.dia == dia), None)
    if folha.ausencia == (viva is not None):
        return []
    if viva is None:
        return [_entrada(insumos.colaborador, dia, Tratamento.Tipo.AUSENCIA, MOTIVO_AUSENCIA, agora)]
    return [_entrada(insumos.colaborador, dia, Tratamento.Tipo.ANULACAO, MOTIVO_DESFEITA, agora, sobre=viva)]


def _entrada(
    colaborador: Colaborador, dia: date, tipo: str, motivo: str, agora: datetime, sobre: TratamentoVivo | None = None
) -> Tratamento:
    return Tratamento(
        colaborador=colaborador, dia=dia, dia_fim=dia, tipo=tipo, motivo=motivo, em=agora,
        sobre_id=sobre.id if sobre else None,
    )  # fmt: skip


def _numerar(entradas: Sequence[Tratamento]) -> None:
    """The absences of one day, one after the other: the number is what makes two of them at once impossible."""
    ausencias = [t for t in entradas if t.tipo == Tratamento.Tipo.AUSENCIA]
    if not ausencias:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.colaborador_id, t.dia, max(t.sequencia) FROM unnest(%s::bigint[], %s::date[]) AS p (id, dia)"
            " JOIN colaboradores_tratamento t ON t.colaborador_id = p.id AND t.dia = p.dia"
            " WHERE t.tipo = 'ausencia' GROUP BY t.colaborador_id, t.dia",
            [[t.colaborador_id for t in ausencias], [t.dia for t in ausencias]],
        )
        ultimas = {(colaborador, dia): numero for colaborador, dia, numero in cursor.fetchall()}
    for entrada in ausencias:
        entrada.sequencia = ultimas.get((entrada.colaborador_id, entrada.dia), -1) + 1
