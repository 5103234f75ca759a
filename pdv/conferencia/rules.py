"""What a till's day comes to: four numbers in count and money, what is missing by name, and why it does not check. Pure.

What counts:
- operations: every closed operation that the till sends, cancelled ones and those of kinds without money too;
- money: `valor_total` of the operations not cancelled. It is a sum of control over all kinds, not the day's takings;
- posted: operations with a live generation, whatever entries it has;
- fiscal: sales not cancelled, neither by their flag nor by a cancelamento, of a till that issues notes; each should
  have one document alive, authorised or in contingency, of the sale's own amount.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from pdv.conferencia.models import DiaConferido
from pdv.conferencia.valores import ZERO, Declarado, Leitura, NotaDoDia, Recebida
from pdv.manifesto import Faixas, Impressao, em_faixas, numeros, quantos
from pdv.replicacao.models import SituacaoProcessamento
from pdv.tabelas import Especie

PRAZO_DA_CONTINGENCIA: Final = timedelta(hours=24)  # from the issue of an NFC-e to its transmission
COM_VALOR: Final = frozenset({"autorizada", "contingencia"})
Situacao = DiaConferido.Situacao
_PENDENTE, _COM_ERRO, _IGNORADA, _EFETUADA = (
    SituacaoProcessamento.PENDENTE, SituacaoProcessamento.COM_ERRO, SituacaoProcessamento.NAO_DEFINIDO,
    SituacaoProcessamento.EFETUADO,
)  # fmt: skip


class Gravidade(StrEnum):
    ESPERA = "espera"  # it resolves by itself, or somebody decided it
    ERRO = "erro"  # somebody must look


class Motivo(NamedTuple):
    """Why a day does not check; `textos.MOTIVOS` says each code in words."""

    codigo: str
    gravidade: str
    quantidade: int


class Cotejo(NamedTuple):
    """The declared numbers against the received rows."""

    faltando: Faixas
    a_enviar: int  # of the missing, those that the till says it has not sent yet
    a_mais: list[Recebida]
    conteudo: int  # manifests whose operations are all here, with other content
    mudando: int  # the same, while the till has changed operations to send
    valor_faltando: Decimal


class Fiscal(NamedTuple):
    esperado_quantidade: int
    esperado_valor: Decimal
    quantidade: int
    valor: Decimal
    sem_nota: dict[int, str]  # row id of the sale -> the code of its motive
    de_canceladas: int
    repetidas: int
    contingencias: list[NotaDoDia]
    faltam: int  # notes that the till has and that are not here
    faltam_a_enviar: int


class Apuracao(NamedTuple):
    """A row of the board, computed."""

    situacao: DiaConferido.Situacao
    motivos: list[Motivo]
    tem_manifesto: bool
    pdv: tuple[int, Decimal]
    recebido: tuple[int, Decimal]
    lancado: tuple[int, Decimal]
    cotejo: Cotejo
    fiscal: Fiscal
    nao_lancado_valor: Decimal
    nao_lancado_desde: datetime | None
    contingencia_vence_em: datetime | None


def apurar(lido: Leitura, agora: datetime) -> Apuracao:
    """Judge what was read of a till's day."""
    cotejo = cotejar(lido.declarados, lido.recebidas)
    fiscal = conferir_fiscal(lido)
    pdv = (sum(d.quantidade for d in lido.declarados), sum((d.valor_total for d in lido.declarados), ZERO))
    recebido = (len(lido.recebidas), sum((r.valor_total for r in lido.recebidas if not r.cancelado), ZERO))
    lancadas = [r for r in lido.recebidas if r.lancado is not None]
    lancado = (len(lancadas), sum((r.lancado or ZERO for r in lancadas if not r.cancelado), ZERO))
    vence = min((n.emissao for n in fiscal.contingencias), default=None)
    vence = vence + PRAZO_DA_CONTINGENCIA if vence else None
    motivos = [m for m in _motivos(lido, cotejo, fiscal, vence, agora) if m.quantidade > 0]
    iguais = (pdv == recebido == lancado) and (fiscal.quantidade, fiscal.valor) == (
        fiscal.esperado_quantidade, fiscal.esperado_valor,
    )  # fmt: skip
    if lido.declarados and not iguais and not motivos:
        motivos.append(Motivo("NUMEROS", Gravidade.ERRO, 1))
    nao_lancadas = [r for r in lido.recebidas if r.lancado is None and not r.cancelado]
    desde = [r.data_hora_inicio for r in nao_lancadas]
    desde += [d.recebido_em for d in lido.declarados] if cotejo.faltando else []
    return Apuracao(
        situacao=_situacao(bool(lido.declarados), motivos),
        motivos=motivos,
        tem_manifesto=bool(lido.declarados),
        pdv=pdv,
        recebido=recebido,
        lancado=lancado,
        cotejo=cotejo,
        fiscal=fiscal,
        nao_lancado_valor=sum((r.valor_total for r in nao_lancadas), cotejo.valor_faltando),
        nao_lancado_desde=min(desde, default=None),
        contingencia_vence_em=vence,
    )


def _situacao(tem_manifesto: bool, motivos: Sequence[Motivo]) -> DiaConferido.Situacao:
    if not tem_manifesto:
        return Situacao.SEM_MANIFESTO
    if any(m.gravidade == Gravidade.ERRO for m in motivos):
        return Situacao.DIFERENCA
    return Situacao.ANDAMENTO if motivos else Situacao.CONFERE


def cotejar(declarados: Sequence[Declarado], recebidas: Sequence[Recebida]) -> Cotejo:
    """Match declared numbers with received rows.

    A till under a new installation declares operations that came under the old one, so what its own installation does
    not have is looked for in the others; a row answers for one declaration only.
    """
    por_instalacao: dict[object, dict[int, Recebida]] = defaultdict(dict)
    for r in recebidas:
        por_instalacao[r.instalacao][r.id_operacao] = r
    casadas: list[dict[int, Recebida]] = []
    usadas: set[int] = set()
    for d in declarados:
        proprias = por_instalacao[d.instalacao]
        casadas.append({n: proprias[n] for n in numeros(d.faixas) if n in proprias})
        usadas |= {r.id for r in casadas[-1].values()}
    faltando: set[int] = set()
    a_enviar = conteudo = mudando = 0
    valor_faltando = ZERO
    for d, casada in zip(declarados, casadas, strict=True):
        faltam = _procurar_nas_outras(d, casada, por_instalacao, usadas)
        pendentes = numeros(d.pendentes)
        if faltam:
            faltando |= faltam
            a_enviar += len(faltam & pendentes)
            valor_faltando += d.valor_total - sum((r.valor_total for r in casada.values() if not r.cancelado), ZERO)
        elif _impressao(casada) != d.hash:
            mudando += bool(pendentes)
            conteudo += not pendentes
    a_mais = [r for r in recebidas if r.id not in usadas]
    return Cotejo(em_faixas(faltando), a_enviar, a_mais, conteudo, mudando, max(valor_faltando, ZERO))


def _procurar_nas_outras(
    d: Declarado, casada: dict[int, Recebida], por_instalacao: dict[object, dict[int, Recebida]], usadas: set[int]
) -> set[int]:
    faltam = numeros(d.faixas) - casada.keys()
    for outra in [linhas for qual, linhas in por_instalacao.items() if qual != d.instalacao] if faltam else ():
        achadas = {n: outra[n] for n in faltam & outra.keys() if outra[n].id not in usadas}
        casada |= achadas
        usadas |= {r.id for r in achadas.values()}
        faltam -= achadas.keys()
    return faltam


def _impressao(linhas: dict[int, Recebida]) -> str:
    impressao = Impressao()
    for numero, r in sorted(linhas.items()):
        impressao.somar(numero, r.guid, r.valor_total, r.cancelado)
    return impressao.hexa()


def conferir_fiscal(lido: Leitura) -> Fiscal:
    """The notes of the day's operations, against what its sales ask for. Nothing is expected of a till without notes."""
    da_operacao: dict[int | None, list[NotaDoDia]] = defaultdict(list)
    for nota in lido.notas:
        da_operacao[nota.id_operacao].append(nota)
    vendas = [r for r in lido.recebidas if r.especie == Especie.VENDA]
    canceladas = [r for r in vendas if r.cancelado or r.id in lido.canceladas_depois]
    devidas = [r for r in vendas if not r.cancelado and r.id not in lido.canceladas_depois] if lido.emite_nota else []
    sem_nota: dict[int, str] = {}
    quantidade, valor, repetidas = 0, ZERO, 0
    for venda in devidas:
        notas = da_operacao[venda.id_operacao]
        validas = [n for n in notas if n.documento in COM_VALOR]
        if not validas:
            sem_nota[venda.id] = _por_que_sem_nota(notas)
            continue
        quantidade += 1
        valor += sum((n.valor_documento or ZERO for n in validas), ZERO)
        repetidas += len(validas) > 1
    de_canceladas = sum(any(n.documento in COM_VALOR for n in da_operacao[r.id_operacao]) for r in canceladas)
    contingencias = [n for n in [*lido.notas, *lido.orfas] if _em_contingencia(n)]
    faltam = sum(d.notas for d in lido.declarados) - len(lido.notas) if lido.emite_nota else 0
    return Fiscal(
        len(devidas), sum((r.valor_total for r in devidas), ZERO), quantidade, valor, sem_nota, de_canceladas, repetidas,
        contingencias, max(faltam, 0), sum(d.notas_pendentes for d in lido.declarados),
    )  # fmt: skip


def _em_contingencia(nota: NotaDoDia) -> bool:
    """By its document, or by what the till said while it is not posted."""
    return (nota.documento or nota.na_origem) == "contingencia"


def _por_que_sem_nota(notas: Sequence[NotaDoDia]) -> str:
    situacoes = {n.situacao for n in notas}
    if not notas:
        return "SEM_NOTA"
    if _PENDENTE in situacoes:
        return "NOTA_PENDENTE"
    if _COM_ERRO in situacoes:
        return "NOTA_COM_ERRO"
    return "NOTA_SEM_VALOR"  # cancelled, denied, without protocol, or ignored by somebody


def _motivos(
    lido: Leitura, cotejo: Cotejo, fiscal: Fiscal, vence: datetime | None, agora: datetime
) -> Iterable[Motivo]:  # fmt: skip
    erro, espera = Gravidade.ERRO, Gravidade.ESPERA
    yield Motivo("FALTANDO", erro, quantos(cotejo.faltando) - cotejo.a_enviar)
    yield Motivo("A_ENVIAR", espera, cotejo.a_enviar)
    if lido.declarados:
        ultimo = max(d.recebido_em for d in lido.declarados)
        novas = sum(r.recebido_em >= ultimo for r in cotejo.a_mais)
        yield Motivo("A_MAIS", erro, len(cotejo.a_mais) - novas)
        yield Motivo("MANIFESTO_ATRASADO", espera, novas)
    yield Motivo("CONTEUDO", erro, cotejo.conteudo)
    yield Motivo("MUDANDO", espera, cotejo.mudando)
    yield from _das_operacoes(lido.recebidas)
    yield Motivo("IGNORADA_NO_PDV", espera, sum(quantos(d.ignoradas) for d in lido.declarados))
    yield from _da_fiscal(fiscal, vence, agora)
    yield Motivo("NOTA_ORFA", erro, len(lido.orfas))


def _das_operacoes(recebidas: Sequence[Recebida]) -> Iterable[Motivo]:
    situacoes = Counter(r.situacao for r in recebidas)
    esperando = sum(r.situacao == _PENDENTE and bool(r.aguarda) for r in recebidas)
    yield Motivo("COM_ERRO", Gravidade.ERRO, situacoes[_COM_ERRO])
    yield Motivo("PENDENTE", Gravidade.ESPERA, situacoes[_PENDENTE] - esperando)
    yield Motivo("AGUARDANDO", Gravidade.ESPERA, esperando)
    yield Motivo("IGNORADA", Gravidade.ESPERA, situacoes[_IGNORADA])
    sem_lancamento = sum(r.situacao == _EFETUADA and r.lancado is None for r in recebidas)
    yield Motivo("SEM_LANCAMENTO", Gravidade.ERRO, sem_lancamento)


def _da_fiscal(fiscal: Fiscal, vence: datetime | None, agora: datetime) -> Iterable[Motivo]:
    por_codigo = Counter(fiscal.sem_nota.values())
    sem_nota = por_codigo["SEM_NOTA"]
    a_caminho = min(sem_nota, fiscal.faltam_a_enviar)
    yield Motivo("SEM_NOTA", Gravidade.ERRO, sem_nota - a_caminho)
    yield Motivo("NOTA_A_ENVIAR", Gravidade.ESPERA, max(a_caminho, min(fiscal.faltam, fiscal.faltam_a_enviar)))
    yield Motivo("NOTAS_FALTANDO", Gravidade.ERRO, fiscal.faltam - fiscal.faltam_a_enviar if not sem_nota else 0)
    yield Motivo("NOTA_COM_ERRO", Gravidade.ERRO, por_codigo["NOTA_COM_ERRO"])
    yield Motivo("NOTA_PENDENTE", Gravidade.ESPERA, por_codigo["NOTA_PENDENTE"])
    yield Motivo("NOTA_SEM_VALOR", Gravidade.ERRO, por_codigo["NOTA_SEM_VALOR"])
    yield Motivo("NOTA_DE_CANCELADA", Gravidade.ERRO, fiscal.de_canceladas)
    yield Motivo("NOTA_REPETIDA", Gravidade.ERRO, fiscal.repetidas)
    difere = not fiscal.sem_nota and not fiscal.repetidas and fiscal.valor != fiscal.esperado_valor
    yield Motivo("VALOR_DAS_NOTAS", Gravidade.ERRO, int(difere))
    vencida = vence is not None and vence <= agora
    qual = ("CONTINGENCIA_VENCIDA", Gravidade.ERRO) if vencida else ("CONTINGENCIA", Gravidade.ESPERA)
    yield Motivo(*qual, len(fiscal.contingencias))
