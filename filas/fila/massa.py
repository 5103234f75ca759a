"""One click for many messages: exactly those of a criterion, as it stood when somebody asked, followed to the last.

1. The click writes the request and does the first batch; nearly always that is all of them.
2. A worker does the others, a batch a transaction: killed at any instant, the next one goes on from `cursor`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from filas.fila.atos import Feito, cancelar, reprocessar
from filas.models import AcaoEmMassa, Mensagem
from filas.wake import acordar

DESPERTADOR = "filas.em_massa"
LOTE = 1_000
MAXIMO = 1_000_000  # of one click; what is left stays under its filter, for another
PREVIA = 10_000  # rows whose fate is worked out before anybody confirms
Acao = AcaoEmMassa.Acao
Situacao = Mensagem.Situacao


@dataclass(frozen=True)
class Criterio:
    """Which messages: of a situação, perhaps of a context, a cause, a range of ids and of moments of their making (from
    `criada_desde`, before `criada_antes`). `ate` is when it was asked: what failed after it is somebody else's to decide.
    """

    situacao: int
    contexto: str = ""
    causa: str | None = None
    de_id: int = 0
    ate_id: int = 0
    ate: str = ""
    criada_desde: str = ""
    criada_antes: str = ""

    def linhas(self) -> QuerySet[Mensagem]:
        """Served by `fila_erro` with a context and a cause, by `fila_situacao` without."""
        linhas = Mensagem.objects.filter(situacao=self.situacao, pk__gte=self.de_id, pk__lte=self.ate_id)
        if self.contexto:
            linhas = linhas.filter(contexto=self.contexto)
        if self.causa is not None:
            linhas = linhas.filter(causa=self.causa)
        if self.criada_desde:
            linhas = linhas.filter(criada_em__gte=datetime.fromisoformat(self.criada_desde))
        if self.criada_antes:
            linhas = linhas.filter(criada_em__lt=datetime.fromisoformat(self.criada_antes))
        if self.situacao == Situacao.ERRO and self.ate:
            linhas = linhas.exclude(erro_em__gt=datetime.fromisoformat(self.ate))
        return linhas


def ler_criterio(dados: Mapping[str, Any]) -> Criterio:
    return Criterio(**dados)


class Previsao(NamedTuple):
    """What would become of the messages of a criterion. `total` is exact up to `MAXIMO` + 1; of the first `vistas` of
    them, `substituidas` would leave for a newer one of the same record.
    """

    total: int
    vistas: int
    substituidas: int


def prever(criterio: Criterio, acao: AcaoEmMassa.Acao) -> Previsao:
    """Bounded: it counts at most `MAXIMO` + 1 rows, and looks at the records of `PREVIA` of them."""
    total = criterio.linhas().order_by()[: MAXIMO + 1].count()
    vistas = min(total, PREVIA)
    if acao == Acao.CANCELAR or not total:
        return Previsao(total, vistas, 0)
    ids = list(criterio.linhas().order_by("pk").values_list("pk", flat=True)[:PREVIA])
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM wosk_queue m WHERE m.id = ANY(%s) AND EXISTS (
                   SELECT 1 FROM wosk_queue n WHERE n.contexto = m.contexto AND n.chave = m.chave AND n.id > m.id
                   AND (n.situacao IN (0, 1, 2) OR n.id = ANY(%s)))""",
            [ids, ids],
        )
        return Previsao(total, vistas, int(cursor.fetchone()[0]))


class NadaAFazer(Exception):
    """Nenhuma mensagem continua assim: alguém já cuidou delas."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class DemaisDeUmaVez(Exception):
    """São mensagens demais para uma vez."""

    def __init__(self) -> None:
        super().__init__(f"{self.__doc__} Escolha no máximo {MAXIMO:,}.".replace(",", "."))


@sensivel("filas.reprocessar_em_massa", "filas.cancelar_em_massa")
@transaction.atomic
def pedir(*, acao: AcaoEmMassa.Acao, criterio: Criterio, descricao: str, motivo: str, usuario: User) -> AcaoEmMassa:
    """Do it to the first `LOTE` now, and leave the others to a worker; returns what to follow.

    Raises `NadaAFazer` or `DemaisDeUmaVez`; then nothing was done.
    """
    total = criterio.linhas().order_by()[: MAXIMO + 1].count()
    if not total:
        raise NadaAFazer
    if total > MAXIMO:
        raise DemaisDeUmaVez
    massa = AcaoEmMassa.objects.create(
        acao=acao, criterio=asdict(criterio), descricao=descricao[:300], motivo=motivo, pedida_por=usuario,
        pedida_em=timezone.now(), total=total,
    )  # fmt: skip
    registrar(
        acao=f"filas.{acao.name.lower()}_em_massa",
        ator=ator_usuario(usuario),
        objeto=AcaoEmMassa._meta.label_lower,
        objeto_id=str(massa.pk),
        depois={"escolhidas": descricao, "mensagens": total},
        motivo=motivo,
    )
    _passo(massa)
    if massa.terminada_em is None:
        acordar(DESPERTADOR)
    return massa


def trabalhar(limite_segundos: float | None = None) -> int:
    """Go on with the requests that are open, the oldest first; returns how many messages. Several may run."""
    ate = None if limite_segundos is None else time.monotonic() + limite_segundos
    feitas = 0
    while ate is None or time.monotonic() < ate:
        with transaction.atomic():
            abertas = AcaoEmMassa.objects.select_for_update(skip_locked=True, of=("self",))
            massa = abertas.filter(terminada_em__isnull=True).order_by("pk").first()
            if massa is None:
                return feitas
            feitas += _passo(massa)
    return feitas


@sensivel("filas.massa_parada")
@transaction.atomic
def parar(pk: int, *, usuario: User) -> bool:
    """What was not done yet is left as it is; False when it had ended."""
    massa = AcaoEmMassa.objects.select_for_update().filter(pk=pk, terminada_em__isnull=True).first()
    if massa is None:
        return False
    massa.terminada_em, massa.parada_por = timezone.now(), usuario.get_username()
    massa.save(update_fields=["terminada_em", "parada_por"])
    registrar(
        acao="filas.massa_parada", ator=ator_usuario(usuario), objeto=AcaoEmMassa._meta.label_lower,
        objeto_id=str(pk), depois={"feitas": massa.feitas, "total": massa.total},
    )  # fmt: skip
    return True


def _passo(massa: AcaoEmMassa) -> int:
    """The next batch, in the caller's transaction; the last one, or a short one, ends it."""
    linhas = ler_criterio(massa.criterio).linhas().filter(pk__gt=massa.cursor)
    ids = list(linhas.order_by("pk").values_list("pk", flat=True)[:LOTE])
    feito = _agir(massa, ids) if ids else Feito()
    massa.feitas += feito.feitas
    massa.substituidas += feito.substituidas
    massa.puladas += feito.puladas
    massa.cursor = ids[-1] if ids else massa.cursor
    if len(ids) < LOTE:
        massa.terminada_em = timezone.now()
    massa.save(update_fields=["feitas", "substituidas", "puladas", "cursor", "terminada_em"])
    return len(ids)


def _agir(massa: AcaoEmMassa, ids: list[int]) -> Feito:
    servico = reprocessar if massa.acao == Acao.REPROCESSAR else cancelar
    return servico(ids, usuario=massa.pedida_por, motivo=massa.motivo)
