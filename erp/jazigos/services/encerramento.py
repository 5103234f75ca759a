"""End a contract: charge no more, and put right what was charged beyond the end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.sensivel import sensivel
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.selectors import calendario
from erp.cadastros.services import gravar_com_auditoria
from erp.financeiro.contratos import emitir_novos
from erp.financeiro.lancamentos import emitir
from erp.financeiro.models import Baixa, Origem, Sentido, Titulo
from erp.financeiro.quitacao import travar_titulos
from erp.financeiro.rules import ZERO, TituloNovo
from erp.jazigos import rules
from erp.jazigos.models import Cobranca, ContratoManutencao
from erp.jazigos.services import linhas
from erp.jazigos.services.contratos import situacao, travar
from erp.jazigos.services.linhas import Devedor, Momento


class Encerramento(NamedTuple):
    """What the end did to what was already charged: no longer owed, and to be given back to who had paid."""

    contrato: ContratoManutencao
    abatido: Decimal
    devolver: Decimal


@sensivel("jazigos.contratomanutencao_alterado")
@transaction.atomic
def encerrar_contrato(*, contrato_id: int, fim: date, motivo: str, usuario: User) -> Encerramento:
    """The contract's last day is `fim`, past or to come.

    Of what was charged beyond it, competência by competência: a title with nothing paid gets its inverse, and the days
    that remain a new title; one already paid, even in part, stands, and the difference becomes a title to pay to the
    holder. Either way what is owed of the competência is what the pro rata says. Raises `ErroDefinitivo`.
    """
    contabil = calendario()(timezone.localdate())  # its lock comes first, as in every posting
    contrato = travar(contrato_id)
    _conferir(contrato, fim)
    momento = Momento(timezone.localdate(), contabil, timezone.now(), None)
    abatido, devolver = ZERO, ZERO
    for cobranca in _alem_do_fim(contrato, fim):
        menos, volta = _acertar(contrato, cobranca, fim, momento)
        abatido, devolver = abatido + menos, devolver + volta
    contrato.fim = fim
    contrato.cobrado_ate = min(contrato.cobrado_ate, fim)
    contrato.gerar_em = rules.gerar_em(situacao(contrato))
    if contrato.gerar_em is None:
        contrato.pendencia, contrato.pendente_desde = "", None
    gravar_com_auditoria(contrato, usuario=usuario, motivo=motivo)
    return Encerramento(contrato, abatido, devolver)


def _conferir(contrato: ContratoManutencao, fim: date) -> None:
    if fim < contrato.inicio:
        raise ErroDefinitivo(
            "FIM_ANTES_DO_INICIO",
            f"O fim é {fim:%d/%m/%Y}, antes do início, {contrato.inicio:%d/%m/%Y}.",
            "Confira a data.",
        )
    if contrato.fim is None or fim <= contrato.fim:
        return
    periodo = rules.periodo_de(contrato.cobrado_ate, contrato.periodicidade)
    # a competência that was undone has its key: the routine would take it for charged, and nobody would pay for it
    desfeita = Cobranca.objects.filter(contrato=contrato, fim__gt=contrato.fim).exists()
    if desfeita or (contrato.cobrado_ate >= contrato.fim and contrato.cobrado_ate != periodo.fim):
        raise ErroDefinitivo(
            "FIM_JA_COBRADO", f"O contrato {contrato} já foi cobrado até o seu fim, {contrato.fim:%d/%m/%Y}.",
            "Faça um contrato novo a partir do dia seguinte.",
        )  # fmt: skip


def _alem_do_fim(contrato: ContratoManutencao, fim: date) -> list[Cobranca]:
    """The last version of each competência charged beyond `fim`."""
    ultimas = Cobranca.objects.filter(contrato=contrato).order_by("competencia", "-versao").distinct("competencia")
    return [cobranca for cobranca in ultimas if cobranca.fim > fim]


def _acertar(contrato: ContratoManutencao, cobranca: Cobranca, fim: date, momento: Momento) -> tuple[Decimal, Decimal]:
    """Charge the competência anew up to `fim`; returns what is no longer owed and what is to be given back."""
    periodo = rules.periodo_de(cobranca.inicio, contrato.periodicidade)
    contas = situacao(contrato)._replace(valor=cobranca.valor_periodo)
    resta = rules.trecho(contas, periodo, cobranca.inicio, max(fim, cobranca.inicio - rules.UM_DIA))
    resta = resta._replace(vencimento=cobranca.vencimento)
    diferenca = cobranca.valor - resta.valor
    versao = cobranca.versao + 1
    devedor = Devedor(contrato.cemiterio.filial_id, contrato.titular_id, _documento(contrato))
    with connection.cursor() as cursor:
        linhas.inserir_novas(
            cursor, "jazigos_cobranca", linhas.COLUNAS_COBRANCA, [linhas.cobranca(contrato.pk, resta, momento, versao)]
        )
        if not diferenca:
            return ZERO, ZERO
        titulo = _travado(cursor, contrato.pk, cobranca)
        if titulo is not None and titulo.sentido == Sentido.RECEBER and not _tem_baixa(titulo):
            if not _inverter(cursor, titulo, momento):
                return ZERO, ZERO  # somebody had reversed it: nothing was owed
            if resta.valor:
                emitir_novos(
                    cursor, [linhas.titulo(contrato.pk, devedor, resta, momento, versao=versao)], agora=momento.agora
                )
            return diferenca, ZERO
        volta = linhas.titulo(contrato.pk, devedor, resta, momento, versao=versao, a_pagar=diferenca)
        emitir_novos(cursor, [volta._replace(vencimento=momento.dia)], agora=momento.agora)
        return ZERO, diferenca


def _travado(cursor: CursorWrapper, contrato_id: int, cobranca: Cobranca) -> Titulo | None:
    titulo = Titulo.objects.filter(
        origem=Origem.JAZIGO, origem_id=contrato_id, sequencia=cobranca.sequencia
    ).first()  # fmt: skip
    if titulo is not None:
        travar_titulos(cursor, [titulo.pk])
    return titulo


def _tem_baixa(titulo: Titulo) -> bool:
    """Whether any settlement stands on it."""
    return Baixa.objects.filter(titulo=titulo, estorno_de__isnull=True, estorno__isnull=True).exists()


def _inverter(cursor: CursorWrapper, titulo: Titulo, momento: Momento) -> bool:
    if Titulo.objects.filter(estorno_de=titulo.pk).exists():
        return False
    campos = {nome: getattr(titulo, nome) for nome in TituloNovo._fields}
    inverso = TituloNovo(**campos)._replace(
        valor=-titulo.valor, sequencia=-1 - titulo.sequencia, estorno_de=titulo.pk, ocorrido_em=momento.agora,
        data_contabil=max(titulo.data_contabil, momento.contabil),
    )  # fmt: skip
    emitir(cursor, [inverso], agora=momento.agora)
    return True


def _documento(contrato: ContratoManutencao) -> str:
    documento = str(contrato.titular.documento)
    return documento if len(documento) <= 14 else ""
