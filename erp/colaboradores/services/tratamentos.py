"""What people say of a day, with their reason: entries that only grow, each in the same transaction as its sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.colaboradores.apuracao.valores import DIA
from erp.colaboradores.fusos import fuso_de, minuto_de
from erp.colaboradores.models import Colaborador, FolhaDia, Marcacao, Tratamento
from erp.colaboradores.services.folhas import apurar_lote
from erp.colaboradores.services.toques import tocar_dias

PERMISSAO = "colaboradores.tratar_ponto"
DIAS_DE_LICENCA = 1100
Tipo = Tratamento.Tipo
LICENCAS = {Tipo.FERIAS, Tipo.AFASTAMENTO}
_COBREM = {Tipo.ABONO, Tipo.FALTA_JUSTIFICADA}
_RESOLVEM = {*_COBREM, Tipo.FALTA_CONFIRMADA}
DE_PESSOAS = (
    Tipo.INCLUSAO, Tipo.DESCONSIDERACAO, Tipo.ABONO, Tipo.FALTA_JUSTIFICADA, Tipo.FALTA_CONFIRMADA, Tipo.CONFERENCIA,
    Tipo.FERIAS, Tipo.AFASTAMENTO,
)  # fmt: skip


@dataclass(frozen=True)
class Pedido:
    """What somebody asks to be noted. `momento` is of an inclusão, `marcacao` of a desconsideração, `minutos` of an
    abono or falta justificada (None: all that is missing), `dia_fim` of férias and afastamento.
    """

    colaborador: Colaborador
    dia: date
    tipo: str
    motivo: str
    momento: datetime | None = None
    marcacao: Marcacao | None = None
    minutos: int | None = None
    dia_fim: date | None = None


@sensivel("colaboradores.ponto_tratado")
def tratar(pedido: Pedido, *, autor: User) -> Tratamento:
    """Note a treatment and compute the sheets that it touches, together. Raises `ErroDefinitivo` with the way out."""
    with transaction.atomic():
        Colaborador.objects.select_for_update(no_key=True).get(pk=pedido.colaborador.pk)
        _conferir(pedido)
        tratamento = Tratamento.objects.create(
            colaborador=pedido.colaborador,
            dia=pedido.dia,
            dia_fim=pedido.dia_fim or pedido.dia,
            tipo=pedido.tipo,
            momento=pedido.momento,
            marcacao=pedido.marcacao,
            minutos=pedido.minutos,
            sobre=_ausencia_viva(pedido) if pedido.tipo in _RESOLVEM else None,
            motivo=pedido.motivo,
            autor=autor,
            em=timezone.now(),
        )
        _concluir(tratamento, "colaboradores.ponto_tratado", autor)
    return tratamento


@sensivel("colaboradores.tratamento_anulado")
def anular(*, tratamento: Tratamento, motivo: str, autor: User) -> Tratamento:
    """Take a treatment back, whole, and compute its sheets again. What was an absence before waits again."""
    with transaction.atomic():
        Colaborador.objects.select_for_update(no_key=True).get(pk=tratamento.colaborador_id)
        if tratamento.tipo not in DE_PESSOAS:
            raise ErroDefinitivo(
                "NAO_SE_ANULA", "Só se anula o que uma pessoa tratou.", "A ausência se resolve tratando o dia."
            )
        if Tratamento.objects.filter(sobre=tratamento).exists():
            raise ErroDefinitivo("JA_ANULADO", "Este tratamento já foi anulado.", "Confira a folha do dia.")
        anulacao = Tratamento.objects.create(
            colaborador_id=tratamento.colaborador_id,
            dia=tratamento.dia,
            dia_fim=tratamento.dia_fim,
            tipo=Tipo.ANULACAO,
            sobre=tratamento,
            motivo=motivo,
            autor=autor,
            em=timezone.now(),
        )
        _concluir(anulacao, "colaboradores.tratamento_anulado", autor)
    return anulacao


def _concluir(tratamento: Tratamento, acao: str, autor: User) -> None:
    pessoa = tratamento.colaborador
    with connection.cursor() as cursor:
        tocar_dias(cursor, pessoa.pk, tratamento.dia, tratamento.dia_fim)
    hoje = timezone.localdate()
    um_dia = timedelta(days=1)
    feitas = FolhaDia.objects.filter(
        colaborador=pessoa, dia__range=(tratamento.dia - um_dia, tratamento.dia_fim + um_dia)
    )
    dias = set(feitas.values_list("dia", flat=True))
    if tratamento.dia < hoje:
        dias.add(tratamento.dia)
    apurar_lote([(pessoa.pk, dia) for dia in sorted(dias)], ate=timezone.now())
    registrar(
        acao=acao,
        ator=ator_usuario(autor),
        objeto=Tratamento._meta.label_lower,
        objeto_id=str(tratamento.pk),
        depois={
            "colaborador": pessoa.pk,
            "dia": tratamento.dia.isoformat(),
            "ate": tratamento.dia_fim.isoformat(),
            "tipo": tratamento.tipo,
            "minutos": tratamento.minutos,
        },
        motivo=tratamento.motivo,
    )


def _conferir(pedido: Pedido) -> None:
    hoje = timezone.localdate()
    if pedido.tipo not in DE_PESSOAS:
        raise ErroDefinitivo("TIPO_INVALIDO", "Este tratamento é da rotina.", "Escolha outro.")
    if pedido.tipo not in LICENCAS and pedido.dia > hoje:
        raise ErroDefinitivo("DIA_FUTURO", "Este dia ainda não chegou.", "Só férias e afastamentos vão adiante.")
    if pedido.tipo in LICENCAS:
        _conferir_licenca(pedido)
    elif pedido.tipo == Tipo.INCLUSAO:
        _conferir_inclusao(pedido)
    elif pedido.tipo == Tipo.DESCONSIDERACAO:
        _conferir_desconsideracao(pedido)
    elif pedido.tipo in _RESOLVEM:
        _conferir_falta(pedido)
    elif not _folha(pedido).detalhe.get("alertas"):
        raise ErroDefinitivo("SEM_ALERTA", "Não há o que conferir neste dia.", "A folha não tem nenhum alerta.")


def _conferir_licenca(pedido: Pedido) -> None:
    fim = pedido.dia_fim or pedido.dia
    if fim < pedido.dia or (fim - pedido.dia).days > DIAS_DE_LICENCA:
        raise ErroDefinitivo("PERIODO_INVALIDO", "O período não está certo.", "Confira o primeiro e o último dia.")
    outra = (
        Tratamento.objects.filter(
            colaborador=pedido.colaborador, tipo__in=LICENCAS, dia__lte=fim, dia_fim__gte=pedido.dia, sucessor=None
        )
        .order_by("dia")
        .first()
    )
    if outra is not None:
        raise ErroDefinitivo(
            "JA_AFASTADO",
            f"Já há {outra.get_tipo_display().lower()} de {outra.dia:%d/%m/%Y} a {outra.dia_fim:%d/%m/%Y}.",
            "Anule esse tratamento antes, ou escolha outro período.",
        )


def _conferir_inclusao(pedido: Pedido) -> None:
    if pedido.momento is None:
        raise ErroDefinitivo("SEM_HORARIO", "Diga o horário da marcação que falta.")
    minuto = minuto_de(pedido.momento, pedido.dia, fuso_de(pedido.colaborador.municipio))
    if not 0 <= minuto < 2 * DIA or pedido.momento > timezone.now():
        raise ErroDefinitivo("HORARIO_FORA", "Este horário não é deste dia, ou ainda não chegou.")
    folha = FolhaDia.objects.filter(colaborador=pedido.colaborador, dia=pedido.dia).first()
    if folha is not None and any(marca[0] == minuto for marca in folha.detalhe.get("marcas", [])):
        raise ErroDefinitivo("JA_MARCADO", "Já há uma marcação neste horário.", "Confira o horário.")


def _conferir_desconsideracao(pedido: Pedido) -> None:
    marca = pedido.marcacao
    if marca is None or marca.colaborador_id != pedido.colaborador.pk:
        raise ErroDefinitivo("SEM_MARCACAO", "Escolha a marcação a desconsiderar.")
    if Tratamento.objects.filter(marcacao=marca, tipo=Tipo.DESCONSIDERACAO, sucessor=None).exists():
        raise ErroDefinitivo("JA_DESCONSIDERADA", "Esta marcação já foi desconsiderada.")
    if not any(m[1] == marca.pk for m in _folha(pedido).detalhe.get("marcas", [])):
        raise ErroDefinitivo("DE_OUTRO_DIA", "Esta marcação não é deste dia.", "Procure-a na folha do dia dela.")


def _conferir_falta(pedido: Pedido) -> None:
    falta = _folha(pedido).falta
    if falta == 0:
        raise ErroDefinitivo("SEM_FALTA", "Não falta nada neste dia.", "Confira o dia.")
    if pedido.minutos is not None and not 0 < pedido.minutos <= falta:
        raise ErroDefinitivo(
            "MINUTOS_DEMAIS",
            f"Faltam {falta} minutos neste dia, e o pedido é de {pedido.minutos}.",
            "Confira os minutos.",
        )


def _folha(pedido: Pedido) -> FolhaDia:
    folha = FolhaDia.objects.filter(colaborador=pedido.colaborador, dia=pedido.dia).first()
    if folha is None:
        raise ErroDefinitivo(
            "SEM_FOLHA", f"Ainda não há folha de {pedido.dia:%d/%m/%Y}.", "Ela é feita todo dia às 21:10."
        )
    return folha


def _ausencia_viva(pedido: Pedido) -> Tratamento | None:
    return Tratamento.objects.filter(
        colaborador=pedido.colaborador, dia=pedido.dia, tipo=Tipo.AUSENCIA, sucessor=None
    ).first()
